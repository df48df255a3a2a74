// Classes that take sizes rather than a config (Linear, RMSNorm, an activation) are run on their own, with a fresh variable
// for every integer their constructor takes and every dimension their caller passes in, so that one analysis serves all
// their uses. What each variable stands for is written down by the caller.
import { Scope, SymInt, hint, type Int } from '../sym/index.ts'
import { call, callMethod, construct, PyInstance, PyList, PyTuple, type Kwargs, type Value, type Vm } from '../python/index.ts'
import { namedParameters, Tensor, torchState, withBuildDefaults, type TorchState } from '../torch/index.ts'
import { ClassTable, type Reference } from './classes.ts'
import { pathsBelow, recordRun, type CallRecord, type Constructions } from './records.ts'
import { CannotTransplant, Transplant } from './transplant.ts'

/** Whether a value is a config: it came with `attribute_map` and a model type. */
export type IsConfig = (v: Value) => boolean

interface Known {
  readonly className: string
  readonly variant: number
  /** Parameters in order; `undefined` where the class could not be run on its own. */
  readonly parameters: readonly string[]
}

export class GenericClasses {
  private readonly memo = new Map<string, Known | undefined>()
  private readonly parameters = new WeakMap<Scope, ReadonlySet<string>>()
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
    const key = signatureOf(record, made, (v) => this.objectId(v))
    const id = `${record.cls.id}|${key}`
    if (!this.memo.has(id)) this.memo.set(id, this.analyze(record, fromConfig))
    const known = this.memo.get(id)
    if (known === undefined) return undefined
    return { className: known.className, variant: known.variant, args: this.bind(record, fromConfig, known) }
  }

  /** What a call passes for the parameters: the same renaming as in the analysis, without the run. */
  private bind(record: CallRecord, fromConfig: boolean, known: Known): readonly (readonly [string, Int])[] {
    const renaming = new Transplant(new Scope(), fromConfig)
    renameCall(record, renaming)
    return known.parameters.map((name) => {
      const value = renaming.bindings.get(name)
      if (value === undefined) throw new Error(`no value for the parameter ${name} of ${known.className}`)
      return [name, value] as const
    })
  }

  private analyze(record: CallRecord, fromConfig: boolean): Known | undefined {
    const scope = new Scope()
    scope.where = () => this.vm.where()
    const renaming = new Transplant(scope, fromConfig)
    try {
      const own = withWidths(this.vm, scope, () => this.run(record, renaming, scope))
      if (own === undefined || !sameKernels(own, record)) return undefined
      const { className, variant, free } = this.table.add(own, scope, new Set(renaming.bindings.keys()))
      return { className, variant, parameters: free }
    } catch (e) {
      if (e instanceof CannotTransplant) return undefined
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
    recordRun(vm, this.constructions, () => call(vm, module, args, kwargs), pathsBelow(module), (r) => {
      if (r.module === module) own = r
      else this.onRecord(r, scope)
    })
    return own
  }
}

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
  const named = (values: readonly Value[], names: readonly string[]): Value[] => values.map((v, i) => own(renaming, v, names[i] ?? `arg_${i}`))
  const given = (values: readonly Value[], names: readonly string[]): Value[] => values.map((v, i) => renaming.value(v, names[i] ?? `input_${i}`))
  const keyed = (kwargs: Kwargs, rename: (v: Value, name: string) => Value): Map<string, Value> =>
    new Map([...kwargs].map(([name, v]) => [name, rename(v, name)] as const))
  return {
    make: { args: named(construction.args, init), kwargs: keyed(construction.kwargs, (v, name) => own(renaming, v, name)) },
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
  if (f instanceof Object && 'code' in f) return (f as { code: { params: { positional: readonly string[] } } }).code.params.positional.slice(1)
  return []
}

function holdsSymbol(v: Value): boolean {
  return v instanceof SymInt || ((v instanceof PyTuple || v instanceof PyList) && v.items.some(holdsSymbol))
}

/**
 * What decides which analysis a call shares: how it was made and called, with every symbolic integer replaced by the
 * order of its first appearance.
 */
function signatureOf(record: CallRecord, made: readonly Value[], objectId: (v: object) => number): string {
  const order = new Map<string, number>()
  const int = (x: Int): string => {
    if (!(x instanceof SymInt)) return String(x)
    const shown = x.toString()
    if (shown === 'batch_size' || shown === 'seq_len' || shown === 'cache_len') return shown
    let at = order.get(x.expr.key)
    if (at === undefined) {
      at = order.size
      order.set(x.expr.key, at)
    }
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
  return [...parts, ...names].join(';')
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
  state.wBytes = scope.variable('w_bytes', state.modelDtype.itemsize, 'bytes of a weight element', { min: 0, real: true })
  state.aBytes = scope.variable('a_bytes', state.modelDtype.itemsize, 'bytes of an activation element', { min: 0, real: true })
}

function sameWeights(vm: Vm, a: PyInstance, b: PyInstance): boolean {
  const [p, q] = [namedParameters(vm, a), namedParameters(vm, b)]
  return p.length === q.length && p.every(([name, t], i) => q[i]?.[0] === name && q[i]?.[1].dtype === t.dtype)
}

function flat(record: CallRecord): readonly string[] {
  return record.entries.flatMap((e) =>
    e.kind === 'kernel' ? [`${e.call.op} ${hint(e.call.flops)} ${hint(e.call.read)} ${hint(e.call.write)}`] : flat(e.record),
  )
}

/** The class run on its own must launch what it launched in the model. */
function sameKernels(a: CallRecord, b: CallRecord): boolean {
  const [x, y] = [flat(a), flat(b)]
  return x.length === y.length && x.every((line, i) => line === y[i])
}
