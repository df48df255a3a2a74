// Functions and classes of the host. A function is declared with its Python signature as text: the text is parsed once,
// into a parameter table that binds calls as CPython binds those of a `def` (same TypeErrors), and by the type checker,
// so that the TypeScript function gets a tuple of the right length, with `undefined` only where a default is MISSING.
import { raise } from '../text/index.ts'
import { types } from './types.ts'
import {
  noKwargs,
  PyClass,
  PyClassMethod,
  PyFloat,
  PyNative,
  PyProperty,
  type Kwargs,
  type NativeFn,
  type PyObject,
  type Value,
} from './values.ts'
import type { Vm } from './vm.ts'

// --- The signature as the type checker reads it -------------------------------------------------------------------

type Trim<S extends string> = S extends ` ${infer R}` ? Trim<R> : S extends `${infer R} ` ? Trim<R> : S

/** What is left of the text once the name, the parentheses and the result annotation are gone. */
type Inside<S extends string> = S extends `${string}(${infer R}` ? UpToLast<R> : never
type UpToLast<S extends string, Done extends string = ''> = S extends `${infer A})${infer B}`
  ? B extends `${string})${string}`
    ? UpToLast<B, `${Done}${A})`>
    : `${Done}${A}`
  : Done

type Param<S extends string> = S extends '' | '/' | '*'
  ? []
  : S extends `**${string}`
    ? [Kwargs]
    : S extends `*${string}`
      ? [readonly Value[]]
      : S extends `${string}=${infer D}`
        ? Trim<D> extends 'MISSING'
          ? [Value | undefined]
          : [Value]
        : [Value]

type Params<S extends string, Done extends readonly unknown[] = []> = S extends `${infer A},${infer B}`
  ? Params<B, [...Done, ...Param<Trim<A>>]>
  : [...Done, ...Param<Trim<S>>]

/** The arguments that a signature hands over, in its order. */
export type Args<S extends string> = string extends S ? BoundArgs : Params<Inside<S>>
export type BoundArgs = readonly (Value | undefined | readonly Value[] | Kwargs)[]
export type HostFunction<S extends string> = (vm: Vm, args: Args<S>) => Value

// --- The signature as calls are bound -------------------------------------------------------------------------------

interface Parameter {
  readonly name: string
  /** `undefined` where the parameter has no default; `missing` for MISSING. */
  readonly default: Value | typeof missing | undefined
}

const missing = Symbol('MISSING')

/** A parsed signature: parameters in order, the first `positionalOnly` not to be given by name. */
export interface Signature {
  readonly name: string
  readonly positional: readonly Parameter[]
  readonly positionalOnly: number
  readonly keywordOnly: readonly Parameter[]
  readonly varArgs: string | undefined
  readonly varKwargs: string | undefined
  readonly text: string
}

const words = new Map<string, Value | typeof missing>([
  ['None', null],
  ['True', true],
  ['False', false],
  ['MISSING', missing],
])

function parseDefault(text: string, signature: string): Value | typeof missing {
  const word = words.get(text)
  if (word !== undefined) return word
  if (/^[-+]?\d+$/.test(text)) return Number(text)
  const number = Number(text.replace(/^([-+]?)inf$/, '$1Infinity'))
  if (text !== '' && !Number.isNaN(number)) return new PyFloat(types.float, number)
  const quoted = /^'([^'\\]*)'$|^"([^"\\]*)"$/.exec(text)
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? ''
  raise('internal', `signature "${signature}": the default ${text} is not understood`)
}

export function parseSignature(text: string): Signature {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open <= 0 || close < open) raise('internal', `signature "${text}": expected name(parameters)`)
  const positional: Parameter[] = []
  const keywordOnly: Parameter[] = []
  let positionalOnly = 0
  let varArgs: string | undefined
  let varKwargs: string | undefined
  let target = positional
  for (const part of text
    .slice(open + 1, close)
    .split(',')
    .map((p) => p.trim())) {
    if (part === '') continue
    if (part === '/') positionalOnly = positional.length
    else if (part.startsWith('**')) varKwargs = part.slice(2)
    else if (part.startsWith('*')) {
      target = keywordOnly
      if (part !== '*') varArgs = part.slice(1)
    } else {
      const eq = part.indexOf('=')
      const name = eq < 0 ? part : part.slice(0, eq).trim()
      target.push({ name, default: eq < 0 ? undefined : parseDefault(part.slice(eq + 1).trim(), text) })
    }
  }
  return {
    name: text.slice(0, open).trim(),
    positional,
    positionalOnly,
    keywordOnly,
    varArgs,
    varKwargs,
    text: text.slice(open),
  }
}

function typeError(vm: Vm, message: string): never {
  return vm.raise(types.TypeError, message)
}

/** `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`: how CPython lists names. */
export function quotedNames(names: readonly string[]): string {
  const quoted = names.map((n) => `'${n}'`)
  const last = quoted.pop() ?? ''
  if (quoted.length === 0) return last
  return quoted.length === 1 ? `${quoted[0] ?? ''} and ${last}` : `${quoted.join(', ')}, and ${last}`
}

function tooManyPositional(vm: Vm, s: Signature, given: number): never {
  const required = s.positional.filter((p) => p.default === undefined).length
  const most = s.positional.length
  const takes = required === most ? `${most}` : `from ${required} to ${most}`
  const verb = given === 1 ? 'was' : 'were'
  return typeError(
    vm,
    `${s.name}() takes ${takes} positional argument${most === 1 ? '' : 's'} but ${given} ${verb} given`,
  )
}

function reportMissing(vm: Vm, s: Signature, kind: string, names: readonly string[]): never {
  const plural = names.length === 1 ? '' : 's'
  return typeError(vm, `${s.name}() missing ${names.length} required ${kind} argument${plural}: ${quotedNames(names)}`)
}

function keywordIndex(s: Signature, name: string): number {
  const i = s.positional.findIndex((p, at) => at >= s.positionalOnly && p.name === name)
  if (i >= 0) return i
  const k = s.keywordOnly.findIndex((p) => p.name === name)
  return k < 0 ? -1 : s.positional.length + (s.varArgs === undefined ? 0 : 1) + k
}

/** Places the keyword arguments; what no parameter takes goes into the `**kwargs` map, which is returned. */
function bindKeywords(vm: Vm, s: Signature, bound: unknown[], kwargs: Kwargs): Map<string, Value> {
  const extra = new Map<string, Value>()
  for (const [name, v] of kwargs) {
    const i = keywordIndex(s, name)
    if (i >= 0) {
      if (bound[i] !== undefined) typeError(vm, `${s.name}() got multiple values for argument '${name}'`)
      bound[i] = v
    } else if (s.varKwargs !== undefined) extra.set(name, v)
    else if (s.positional.some((p) => p.name === name)) {
      typeError(vm, `${s.name}() got some positional-only arguments passed as keyword arguments: '${name}'`)
    } else typeError(vm, `${s.name}() got an unexpected keyword argument '${name}'`)
  }
  return extra
}

function fillDefaults(
  vm: Vm,
  s: Signature,
  bound: unknown[],
  params: readonly Parameter[],
  start: number,
  kind: string,
) {
  let absent: string[] | undefined
  for (let i = 0; i < params.length; i++) {
    const p = params[i]
    if (p === undefined || bound[start + i] !== undefined) continue
    if (p.default === undefined) (absent ??= []).push(p.name)
    else if (p.default !== missing) bound[start + i] = p.default
  }
  if (absent !== undefined) reportMissing(vm, s, kind, absent)
}

function bind(vm: Vm, s: Signature, args: readonly Value[], kwargs: Kwargs): BoundArgs {
  const count = s.positional.length
  const star = s.varArgs === undefined ? 0 : 1
  const total = count + star + s.keywordOnly.length
  const bound: (Value | undefined | readonly Value[] | Kwargs)[] = []
  for (let i = 0; i < count; i++) bound.push(args[i])
  for (let i = count; i < total; i++) bound.push(undefined)
  if (star === 1) bound[count] = args.slice(count)
  const extra = kwargs.size > 0 ? bindKeywords(vm, s, bound, kwargs) : noKwargs
  if (args.length > count && star === 0) tooManyPositional(vm, s, args.length)
  fillDefaults(vm, s, bound, s.positional, 0, 'positional')
  fillDefaults(vm, s, bound, s.keywordOnly, count + star, 'keyword-only')
  if (s.varKwargs !== undefined) bound.push(extra)
  return bound
}

/** The calling function of a signature: binds, then runs `fn`. Calls that fill every parameter by position skip the binding. */
function binder(s: Signature, fn: (vm: Vm, args: never) => Value): NativeFn {
  const run = fn as (vm: Vm, args: BoundArgs) => Value
  const exact =
    s.varArgs === undefined && s.varKwargs === undefined && s.keywordOnly.length === 0 ? s.positional.length : -1
  return (vm, args, kwargs) =>
    args.length === exact && kwargs.size === 0 ? run(vm, args) : run(vm, bind(vm, s, args, kwargs))
}

// --- Functions and classes -----------------------------------------------------------------------------------------

/**
 * A function of the host: `native('getattr(object, name, default=MISSING, /)', (vm, [o, name, fallback]) => …)`. There are
 * thousands of them and a run calls a few hundred, so a signature is parsed when it is first called.
 */
export function native<const S extends string>(signature: S, fn: HostFunction<S>): PyNative {
  const open = signature.indexOf('(')
  if (open <= 0) raise('internal', `signature "${signature}": expected name(parameters)`)
  let bound: NativeFn | undefined
  const first: NativeFn = (vm, args, kwargs) => (bound ??= binder(parseSignature(signature), fn))(vm, args, kwargs)
  return new PyNative(types.builtin, signature.slice(0, open).trim(), first, false, signature.slice(open))
}

/** The same function as a method: looked up on an instance it is bound to it. */
export function asMethod(n: PyNative): PyNative {
  return n.binds ? n : new PyNative(types.methodDescriptor, n.name, n.fn, true, n.signature)
}

/** A table of functions by signature, as a record by name. */
export function natives<K extends string>(table: { readonly [S in K]: HostFunction<S> }): Record<string, PyNative> {
  const made: Record<string, PyNative> = {}
  for (const signature of Object.keys(table) as K[]) {
    const n = native<string>(signature, table[signature] as unknown as HostFunction<string>)
    if (Object.hasOwn(made, n.name)) raise('internal', `${n.name} is declared twice`)
    made[n.name] = n
  }
  return made
}

type Getter = (vm: Vm, self: Value) => Value
type Setter = (vm: Vm, self: Value, value: Value) => void

/** A computed attribute; without `set` it is read-only. */
export function nativeProperty(name: string, get: Getter, set?: Setter, cls: PyClass = types.property): PyProperty {
  const getter = new PyNative(types.methodDescriptor, name, (vm, [self = null]) => get(vm, self), true, '(self)')
  const setter =
    set === undefined
      ? null
      : new PyNative(
          types.methodDescriptor,
          name,
          (vm, [self = null, v = null]) => {
            set(vm, self, v)
            return null
          },
          true,
          '(self, value)',
        )
  const p = new PyProperty(cls, getter, setter)
  p.name = name
  return p
}

export interface ClassSpec {
  readonly name: string
  readonly module: string
  readonly bases?: readonly PyClass[]
  readonly metaclass?: PyClass
  readonly doc?: string
  /** Functions become methods; other values (a `PyStaticMethod`, a `PyClassMethod`, a constant) are kept as they are. */
  readonly methods?: Readonly<Record<string, Value>>
  readonly properties?: Readonly<Record<string, Getter | { readonly get: Getter; readonly set: Setter }>>
  /** Class attributes, kept as they are. */
  readonly attributes?: Readonly<Record<string, Value>>
  readonly allocate?: (cls: PyClass) => PyObject
  /** Whether instances take attributes of their own; true unless said otherwise. */
  readonly hasDict?: boolean
  readonly instanceCheck?: (vm: Vm, v: Value) => boolean
  /**
   * Lets the program set attributes of the class. Such a class belongs to one run: make it in a host module's `make`,
   * never as a constant.
   */
  readonly mutable?: boolean
}

/** A class of the host. */
export function classOf(spec: ClassSpec): PyClass {
  const cls = new PyClass(spec.name, spec.bases ?? [types.object], new Map(), spec.module, {
    metaclass: spec.metaclass ?? spec.bases?.[0]?.cls ?? types.type,
    builtin: spec.mutable !== true,
    hasDict: spec.hasDict ?? true,
    allocate: spec.allocate,
  })
  fillClass(cls, spec)
  return cls
}

/** What a class holds under a name, given a function: a method, but for the names that Python makes static or class methods. */
function asAttribute(name: string, v: Value): Value {
  if (!(v instanceof PyNative) || name === '__new__') return v
  if (name === '__init_subclass__' || name === '__class_getitem__') return new PyClassMethod(types.classmethod, v)
  return asMethod(v)
}

/** Adds methods and properties to a class of the host while it is being made. */
export function fillClass(cls: PyClass, spec: Omit<ClassSpec, 'name' | 'module'>): void {
  if (spec.doc !== undefined) cls.set('__doc__', spec.doc)
  for (const [name, v] of Object.entries(spec.methods ?? {})) cls.set(name, asAttribute(name, v))
  for (const [name, p] of Object.entries(spec.properties ?? {})) {
    cls.set(name, typeof p === 'function' ? nativeProperty(name, p) : nativeProperty(name, p.get, p.set))
  }
  for (const [name, v] of Object.entries(spec.attributes ?? {})) cls.set(name, v)
  if (spec.instanceCheck !== undefined) cls.instanceCheck = spec.instanceCheck
}
