// The engine's own trace of one function or class on inputs that somebody states: what a formula can be compared with. Sizes
// may be variables; then the costs are formulas.
import { declareWidths, formula, shapeText } from '../analyze/index.ts'
import { createVm, findValue, type Json, type Project } from '../huggingface/index.ts'
import {
  call,
  callMethod,
  construct,
  dict,
  list,
  PyClass,
  PyFloat,
  PyList,
  PyTuple,
  types,
  type Value,
  type Vm,
} from '../python/index.ts'
import { hint, intOfFormula, parse, variablesOf, type Int } from '../sym/index.ts'
import { raise } from '../text/index.ts'
import {
  dtypeByShort,
  newTensor,
  recording,
  Tensor,
  torchState,
  withBuildDefaults,
  type KernelCall,
  type Role,
} from '../torch/index.ts'

export interface Snippet {
  /** Dotted name of a function, or of a class whose instance is called. */
  readonly name: string
  /** Tensors by argument: `x=bf16[2,32,64]`; dimensions may be formulas over `sizes`. `weight:` before the dtype makes one a weight. */
  readonly inputs: readonly string[]
  /** Further arguments, by name. */
  readonly args?: Readonly<Record<string, Json>>
  /** What the class is constructed with, by name. */
  readonly init?: Readonly<Record<string, Json>>
  /** Values of the variables that dimensions name: with some, costs are formulas in them, `w_bytes` and `a_bytes`. */
  readonly sizes?: Readonly<Record<string, number>>
}

export interface SnippetKernel {
  readonly aten: string
  /** `file:line`, innermost first; where a stand-in launched it, the line that called that. */
  readonly at: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly flops: string
  readonly matmul_flops: string
  readonly read: string
  readonly write: string
}

export interface SnippetTrace {
  readonly kernels: readonly SnippetKernel[]
  /** Tensors that it returned. */
  readonly returns: readonly string[]
  readonly assumptions: readonly string[]
}

/**
 * Runs a function or class on shapes.
 * @throws AnalysisError where the engine stops
 */
export function traceSnippet(project: Project, snippet: Snippet): SnippetTrace {
  const vm = createVm(project)
  const { kernels, result } = runSnippet(vm, snippet)
  return {
    kernels,
    returns: tensorsIn(result).map(shapeText),
    assumptions: vm.scope.assumptions.map((a) => a.text),
  }
}

function runSnippet(vm: Vm, snippet: Snippet): { readonly kernels: readonly SnippetKernel[]; readonly result: Value } {
  const kernels: SnippetKernel[] = []
  const recorder = { push: (k: KernelCall) => void kernels.push(kernelOf(vm, k)) }
  const result = vm.guard(() => {
    const state = vm.state(torchState)
    if (snippet.sizes !== undefined) declareWidths(state, vm.scope)
    const callee = calleeOf(vm, snippet)
    const given = new Map<string, Value>([
      ...snippet.inputs.map((text) => tensorOf(vm, text, snippet.sizes ?? {})),
      ...Object.entries(snippet.args ?? {}).map(([name, v]) => [name, valueOf(v)] as const),
    ])
    state.gradEnabled = false
    // Arguments that are numbers are positions.
    const positional = [...given].filter(([name]) => /^\d+$/.test(name)).map(([, v]) => v)
    const named = new Map([...given].filter(([name]) => !/^\d+$/.test(name)))
    return recording(vm, recorder, () => call(vm, callee, positional, named))
  })
  return { kernels, result }
}

function calleeOf(vm: Vm, { name, init }: Snippet): Value {
  const found = findValue(vm, name)
  if (found === undefined) return raise('unknown-class', `there is no function or class ${name} in the given sources`)
  if (!(found instanceof PyClass)) return found
  const kwargs = new Map(Object.entries(init ?? {}).map(([key, v]) => [key, valueOf(v)]))
  const made = withBuildDefaults(vm, () => construct(vm, found, [], kwargs))
  callMethod(vm, made, 'eval', [])
  return made
}

const inputForm = /^([\w.]+)=(weight:)?(\w+)\[([^\]]*)\]$/

function tensorOf(vm: Vm, text: string, sizes: Readonly<Record<string, number>>): readonly [string, Value] {
  const [, name, weight, dtype, dims = ''] = inputForm.exec(text.trim()) ?? []
  if (name === undefined || dtype === undefined)
    return raise('bad-option', `the input ${text}: expected NAME=dtype[shape], e.g. x=bf16[2,32,64]`)
  const shape = dims.trim() === '' ? [] : dims.split(',').map((d) => size(vm, d, sizes, text))
  const role: Role = weight === undefined ? 'input' : 'weight'
  return [name, newTensor(shape, dtypeByShort(dtype), { device: 'meta', role })]
}

function size(vm: Vm, text: string, sizes: Readonly<Record<string, number>>, input: string): Int {
  const formula = parse(text)
  const values = new Map(
    variablesOf(formula).map((name): [string, Int] => {
      const value = Object.hasOwn(sizes, name) ? sizes[name] : undefined
      if (value === undefined) return raise('bad-option', `the input ${input}: no size is given for ${name}`)
      return [name, vm.scope.variable(name, value)]
    }),
  )
  const value = intOfFormula(formula, values)
  return value !== undefined && hint(value) >= 0 ? value : raise('bad-option', `the input ${input}: ${text} is no size`)
}

function valueOf(json: Json): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json
  if (typeof json === 'number') return Number.isInteger(json) ? json : new PyFloat(types.float, json)
  if (Array.isArray(json)) return list(json.map((v: Json) => valueOf(v)))
  const entries = Object.entries(json as Readonly<Record<string, Json>>)
  return dict(new Map(entries.map(([k, v]) => [k, valueOf(v)])))
}

function kernelOf(vm: Vm, k: KernelCall): SnippetKernel {
  const place = vm.where()
  return {
    aten: k.op,
    at: place === undefined ? '' : `${place.file}:${place.line}`,
    in: k.inputs.map(shapeText),
    out: k.outputs.map(shapeText),
    flops: formula(k.flops),
    matmul_flops: formula(k.matmulFlops),
    read: formula(k.read),
    write: formula(k.write),
  }
}

/** The tensors of a result, in order. */
export function tensorsIn(v: Value): readonly Tensor[] {
  if (v instanceof Tensor) return [v]
  return v instanceof PyTuple || v instanceof PyList ? v.items.flatMap(tensorsIn) : []
}
