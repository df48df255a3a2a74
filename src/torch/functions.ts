// How functions of PyTorch are declared. A table maps a Python signature to its implementation; a set says which rows are
// methods of Tensor, which are attributes of the module `torch`, and which are both. functions/index.ts gathers the sets.
import { natives, parseSignature, type HostFunction } from '../python/native.ts'
import { PyNative, type Kwargs, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { raise } from '../text/index.ts'
import { asTensor } from './arguments.ts'
import type { Tensor } from './tensor.ts'

export type FunctionTable = Readonly<Record<string, PyNative>>

export interface FunctionSet {
  /** Both `torch.mean(x)` and `x.mean()`. */
  readonly both?: FunctionTable
  /** Methods of Tensor only, dunders included. */
  readonly methods?: FunctionTable
  /** Attributes of `torch` only. */
  readonly torch?: FunctionTable
}

/** PyTorch takes NumPy's names for some arguments (python_arg_parser.cpp). */
const numpyNames: Readonly<Record<string, string>> = {
  axis: 'dim',
  keepdims: 'keepdim',
  x: 'input',
  x1: 'input',
  x2: 'other',
}

/** A table of functions by signature: `torchFunctions({ 'tril(input, diagonal=0)': (vm, [input, diagonal]) => … })`. */
export function torchFunctions<K extends string>(table: { readonly [S in K]: HostFunction<S> }): FunctionTable {
  return Object.fromEntries(Object.entries(natives(table)).map(([name, fn]) => [name, withTorchKeywords(fn)]))
}

/** Keyword arguments as PyTorch's parser takes them: NumPy's names, and `out=None`. */
function withTorchKeywords(n: PyNative): PyNative {
  let own: ReadonlyMap<string, string> | undefined
  const fn: PyNative['fn'] = (vm, args, kwargs) =>
    n.fn(vm, args, kwargs.size === 0 ? kwargs : adapted(vm, n, kwargs, (own ??= namesInNumpy(n))))
  return new PyNative(n.cls, n.name, fn, n.binds, n.signature)
}

/** NumPy's names for parameters that a function has under PyTorch's. */
function namesInNumpy(n: PyNative): ReadonlyMap<string, string> {
  const { positional, keywordOnly } = parseSignature(`${n.name}${n.signature ?? '()'}`)
  const names = new Set([...positional, ...keywordOnly].map((p) => p.name))
  return new Map(Object.entries(numpyNames).filter(([other, name]) => names.has(name) && !names.has(other)))
}

function adapted(vm: Vm, n: PyNative, kwargs: Kwargs, own: ReadonlyMap<string, string>): Kwargs {
  const result = new Map<string, Value>()
  for (const [name, v] of kwargs) {
    if (name !== 'out') result.set(own.get(name) ?? name, v)
    else if (v !== null) vm.stop('unsupported-op', `${n.name}() with out=`)
  }
  return result
}

/** A function of one tensor and nothing else. */
export function ofTensor(name: string, f: (vm: Vm, t: Tensor) => Value): FunctionTable {
  return torchFunctions<string>({
    [`${name}(input)`]: (vm, [input]) => f(vm, asTensor(vm, input as Value | undefined)),
  })
}

/** A function of a tensor and a second operand, a tensor or number. */
export function ofTwo(name: string, f: (vm: Vm, t: Tensor, other: Value) => Value): FunctionTable {
  return torchFunctions<string>({
    [`${name}(input, other)`]: (vm, [input, other]) => f(vm, asTensor(vm, input as Value | undefined), other as Value),
  })
}

/** One table of several; a name that occurs twice throws. */
export function merged(...tables: readonly FunctionTable[]): FunctionTable {
  const all: Record<string, PyNative> = {}
  for (const table of tables) {
    for (const [name, fn] of Object.entries(table)) {
      if (Object.hasOwn(all, name)) raise('internal', `the function ${name} is defined twice`)
      all[name] = fn
    }
  }
  return all
}

/** The same functions under further names. */
export function aliases(table: FunctionTable, names: Readonly<Record<string, string>>): FunctionTable {
  const result: Record<string, PyNative> = { ...table }
  for (const [alias, name] of Object.entries(names)) {
    const fn = table[name]
    if (fn === undefined || Object.hasOwn(result, alias)) raise('internal', `${alias} cannot stand for ${name}`)
    result[alias] = fn
  }
  return result
}
