// Classes that take sizes rather than a config (Linear, RMSNorm, an activation) are run on their own, with a fresh variable
// for every integer their constructor takes and every dimension their caller passes in, so that one analysis serves all
// their uses. What each variable stands for is written down by the caller.
import { isAnalysisError, raise } from '../text/index.ts'
import { Scope, SymInt, hint, holds, variablesOf, type Int } from '../sym/index.ts'
import {
  call,
  callMethod,
  construct,
  PyInstance,
  PyList,
  PyTuple,
  type Kwargs,
  type Value,
  type Vm,
} from '../python/index.ts'
import { namedParameters, Tensor, torchState, withBuildDefaults, type TorchState } from '../torch/index.ts'
import type { ClassTable } from './classes.ts'
import { isGlobal, type Reference } from './classes.ts'
import { pathsBelow, recordRun, type CallRecord, type Constructions } from './records.ts'
import { callSizes, CannotTransplant, Transplant } from './transplant.ts'

/** Whether a value is a config: it came with `attribute_map` and a model type. */
export type IsConfig = (v: Value) => boolean

interface Known {
  readonly className: string
  readonly variant: number
  readonly parameters: readonly string[]
  readonly scope: Scope
}

/** Does a call meet what an analysis assumed of its parameters? */
function meets(scope: Scope, args: Reference['args']): boolean {
  const values = new Map<string, number | bigint>(scope.hints)
  for (const [name, value] of args) values.set(name, hint(value))
  return scope.assumptions.every((a) =>
    holds({ ...a, left: scope.undefine(a.left), right: scope.undefine(a.right) }, values),
  )
}

export class GenericClasses {
  private readonly memo = new Map<string, Known[]>()
  /** Whether calls of a signature can be run on their own. */
  private readonly alone = new Map<string, boolean>()
  private readonly parameters = new WeakMap<Scope, ReadonlySet<string>>()
  private readonly bound = new WeakMap<Scope, Map<string, Reference | undefined>>()
  private readonly ids = new WeakMap<object, number>()
  private nextId = 0

  constructor(
    private readonly vm: Vm,
    private readonly constructions: Constructions,
    private readonly table: ClassTable,
    private readonly isConfig: IsConfig,
    /** Adds a record that lies in another scope. */
    private readonly onRecord: (record: CallRecord, scope: Scope) => void,
  ) {}

  /** The parameters of the class that is run in a scope of its own; none for the model's. */
  parametersOf(scope: Scope): ReadonlySet<string> {
    return this.parameters.get(scope) ?? new Set()
  }

  private objectId(v: object): number {
    let id = this.ids.get(v)
    if (id === undefined) this.ids.set(v, (id = this.nextId++))
    return id
  }

  /** A reference to the class's own analysis, or undefined where it has to be analysed where it stands. */
  reference(record: CallRecord): Reference | undefined {
    const construction = record.construction
    if (construction === undefined) return undefined
    const made = [...construction.args, ...construction.kwargs.values()]
    const fromConfig = made.some(this.isConfig)
    if (fromConfig && !made.some(holdsSymbol)) return undefined
    const { text, symbols } = signatureOf(record, made, fromConfig, (v) => this.objectId(v))
    const id = `${record.cls.id}|${text}`
    const bound = this.boundIn(symbols)
    const call = `${id}|${symbols.map((s) => s.index).join(' ')}`
    if (!bound.has(call)) bound.set(call, this.resolve(id, record, fromConfig))
    return bound.get(call)
  }

  /** The analysis among those of this signature whose assumptions the call meets, else a new one. */
  private resolve(id: string, record: CallRecord, fromConfig: boolean): Reference | undefined {
    const known = this.memo.get(id) ?? []
    this.memo.set(id, known)
    for (const k of known) {
      const args = this.bind(record, fromConfig, k)
      if (meets(k.scope, args)) return { className: k.className, variant: k.variant, args }
    }
    if (this.alone.get(id) === false) return undefined
    const made = this.analyze(record, fromConfig)
    this.alone.set(id, made !== undefined)
    if (made === undefined) return undefined
    known.push(made)
    return { className: made.className, variant: made.variant, args: this.bind(record, fromConfig, made) }
  }

  /** References made so far in the scope that a call's symbols are of. */
  private boundIn([first]: readonly SymInt[]): Map<string, Reference | undefined> {
    const scope = first?.scope ?? this.vm.scope
    let table = this.bound.get(scope)
    if (table === undefined) this.bound.set(scope, (table = new Map()))
    return table
  }

  /** What a call passes for the parameters: the same renaming as in the analysis, without the run. */
  private bind(record: CallRecord, fromConfig: boolean, known: Known): readonly (readonly [string, Int])[] {
    const renaming = new Transplant(new Scope(), fromConfig)
    renameCall(record, renaming)
    return known.parameters.map((name) => {
      const value = renaming.bindings.get(name)
      if (value === undefined) return raise('internal', `no value for the parameter ${name} of ${known.className}`)
      return [name, value] as const
    })
  }

  private analyze(record: CallRecord, fromConfig: boolean): Known | undefined {
    const scope = new Scope()
    scope.where = () => this.vm.where()
    const renaming = new Transplant(scope, fromConfig)
    try {
      const own = this.vm.guard(() => withWidths(this.vm, scope, () => this.run(record, renaming, scope)))
      if (own === undefined || !sameKernels(own, record)) return undefined
      const { className, variant, free } = this.table.add(own, scope, new Set(renaming.bindings.keys()))
      return { className, variant, parameters: free, scope }
    } catch (e) {
      if (e instanceof CannotTransplant || (isAnalysisError(e) && !final.has(e.code))) return undefined
      throw e
    }
  }

  private run(record: CallRecord, renaming: Transplant, scope: Scope): CallRecord | undefined {
    const { vm } = this
    const { make, args, kwargs } = renameCall(record, renaming)
    this.parameters.set(scope, new Set(renaming.bindings.keys()))
    const module = withBuildDefaults(vm, () => construct(vm, record.cls, make.args, make.kwargs))
    if (!(module instanceof PyInstance) || !sameWeights(vm, module, record.module)) return undefined
    callMethod(vm, module, 'eval', [])
    let own: CallRecord | undefined
    recordRun(
      vm,
      this.constructions,
      () => call(vm, module, args, kwargs),
      pathsBelow(module),
      (r) => {
        if (r.module === module) own = r
        else this.onRecord(r, scope)
      },
    )
    return own
  }
}

/** Errors that end the whole analysis. Others mean that a class cannot be run on its own; in the model it did run. */
const final: ReadonlySet<string> = new Set(['budget-exceeded', 'forbidden'])

interface RenamedCall {
  readonly make: { readonly args: Value[]; readonly kwargs: Map<string, Value> }
  readonly args: Value[]
  readonly kwargs: Map<string, Value>
}

/** Renames what the class was made of, then what it was called with: the order that decides what a dimension is called. */
function renameCall(record: CallRecord, renaming: Transplant): RenamedCall {
  const construction = record.construction
  if (construction === undefined) throw new CannotTransplant(record.cls.name)
  const init = parameterNames(record.cls.lookup('__init__'))
  const forward = parameterNames(record.cls.lookup('forward'))
  const named = (values: readonly Value[], names: readonly string[]): Value[] =>
    values.map((v, i) => own(renaming, v, names[i] ?? `arg_${i}`))
  const given = (values: readonly Value[], names: readonly string[]): Value[] =>
    values.map((v, i) => renaming.value(v, names[i] ?? `input_${i}`))
  const keyed = (kwargs: Kwargs, rename: (v: Value, name: string) => Value): Map<string, Value> =>
    new Map([...kwargs].map(([name, v]) => [name, rename(v, name)] as const))
  return {
    make: {
      args: named(construction.args, init),
      kwargs: keyed(construction.kwargs, (v, name) => own(renaming, v, name)),
    },
    args: given(record.args, forward),
    kwargs: keyed(record.kwargs, (v, name) => renaming.value(v, name)),
  }
}

/** A constructor's integer becomes a parameter under its own name, even where another has the same value. */
function own(renaming: Transplant, v: Value, name: string): Value {
  return v instanceof SymInt ? renaming.parameter(name, v) : renaming.value(v, name)
}

function parameterNames(fn: Value | undefined): readonly string[] {
  let f: Value | undefined = fn
  while (f instanceof Object && 'dict' in f && f.dict?.has('__wrapped__') === true) f = f.dict.get('__wrapped__')
  if (f instanceof Object && 'code' in f)
    return (f as { code: { params: { positional: readonly string[] } } }).code.params.positional.slice(1)
  return []
}

function holdsSymbol(v: Value): boolean {
  return v instanceof SymInt || ((v instanceof PyTuple || v instanceof PyList) && v.items.some(holdsSymbol))
}

interface Signature {
  readonly text: string
  /** The symbolic integers of the call, in the order of their first appearance. */
  readonly symbols: readonly SymInt[]
}

/**
 * What decides which analysis a call shares: how it was made and called, with every symbolic integer replaced by the
 * order of its first appearance.
 */
function signatureOf(
  record: CallRecord,
  made: readonly Value[],
  fromConfig: boolean,
  objectId: (v: object) => number,
): Signature {
  const order = new Map<SymInt, number>()
  const symbols = new Set<SymInt>()
  const int = (x: Int): string => {
    if (!(x instanceof SymInt)) return String(x)
    symbols.add(x)
    if (x.hint <= 1) return `=${x.hint}`
    const text = sharedText(x, fromConfig)
    if (text !== undefined) return text
    let at = order.get(x)
    if (at === undefined) order.set(x, (at = order.size))
    return `#${at}`
  }
  const show = (v: Value): string => {
    if (v === null || typeof v === 'boolean' || typeof v === 'string') return JSON.stringify(v)
    if (typeof v === 'number' || typeof v === 'bigint' || v instanceof SymInt) return int(v)
    if (v instanceof Tensor) return tensorKey(v, int)
    if (v instanceof PyTuple || v instanceof PyList) return `(${v.items.map(show).join(',')})`
    return `@${objectId(v)}`
  }
  const parts = [...made, '|', ...record.args, '|', ...record.kwargs.values()].map(show)
  const names = [...(record.construction?.kwargs.keys() ?? []), '|', ...record.kwargs.keys()]
  return { text: [...parts, ...names].join(';'), symbols: [...symbols] }
}

/** An integer that the callee sees as it is, since its variables mean the same there: see `Transplant`. */
function sharedText(x: SymInt, fromConfig: boolean): string | undefined {
  const isShared = (name: string): boolean => callSizes.has(name) || (fromConfig && isGlobal(name))
  return variablesOf(x.expr).every(isShared) ? x.toString() : undefined
}

function tensorKey(t: Tensor, int: (x: Int) => string): string {
  const dims = t.shape.map(int).join(',')
  const layout = t.isContiguous ? 'c' : t.strides.map(int).join(',')
  return `${t.dtype.short}${t.role[0] ?? ''}${t.device[0] ?? ''}${t.requiresGrad ? 'g' : ''}[${dims}]${layout}`
}

/** Runs with the widths of this scope. */
function withWidths<T>(vm: Vm, scope: Scope, run: () => T): T {
  const state: TorchState = vm.state(torchState)
  const outer = { w: state.wBytes, a: state.aBytes }
  declareWidths(state, scope)
  try {
    return run()
  } finally {
    state.wBytes = outer.w
    state.aBytes = outer.a
  }
}

export function declareWidths(state: TorchState, scope: Scope): void {
  state.wBytes = scope.variable('w_bytes', state.modelDtype.itemsize, 'bytes of a weight element', {
    min: 0,
    real: true,
  })
  state.aBytes = scope.variable('a_bytes', state.modelDtype.itemsize, 'bytes of an activation element', {
    min: 0,
    real: true,
  })
}

function sameWeights(vm: Vm, a: PyInstance, b: PyInstance): boolean {
  const [p, q] = [namedParameters(vm, a), namedParameters(vm, b)]
  return p.length === q.length && p.every(([name, t], i) => q[i]?.[0] === name && q[i]?.[1].dtype === t.dtype)
}

function flat(record: CallRecord): readonly string[] {
  return record.entries.flatMap((e) =>
    e.kind === 'kernel'
      ? [`${e.call.op} ${hint(e.call.flops)} ${hint(e.call.read)} ${hint(e.call.write)}`]
      : flat(e.record),
  )
}

/** The class run on its own must launch what it launched in the model. */
function sameKernels(a: CallRecord, b: CallRecord): boolean {
  const [x, y] = [flat(a), flat(b)]
  return x.length === y.length && x.every((line, i) => line === y[i])
}
