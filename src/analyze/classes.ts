// From records to analyses of classes. Each record is turned, callees first, into a variant of its class: kernels with
// formulas, references to the variants of what it calls. Calls with the same kernels share a variant, so 32 layers are one.
import { formatSpan, raise } from '../text/index.ts'
import {
  conditionText,
  print,
  SymInt,
  variablesIn,
  variablesOf,
  type Assumption,
  type Int,
  type Scope,
} from '../sym/index.ts'
import type { PyClass } from '../python/index.ts'
import type {
  AnalysisVariant,
  AssumptionInfo,
  KernelInfo,
  Parameter,
  SourceLine,
  VariableInfo,
  WeightInfo,
} from '../trace/formats.ts'
import { ownParameters, type TensorSig } from '../torch/index.ts'
import { fold } from './fold.ts'
import type { CallRecord, Entry, KernelEntry, Place } from './records.ts'
import { analysisOf, formula, operationOf, shapeText } from './wording.ts'

/** A call as its caller writes it down. */
export interface Reference {
  readonly className: string
  readonly variant: number
  /** Parameters with what the caller passes, in the caller's variables. */
  readonly args: readonly (readonly [string, Int])[]
}

export interface Variant {
  readonly scope: Scope
  /** What was assumed by the end of the record; undefined: whatever the model's run assumes in the end. */
  readonly assumptions: readonly Assumption[] | undefined
  readonly parameters: readonly string[]
  readonly kernels: readonly KernelInfo[]
  readonly weights: readonly WeightInfo[]
  /** The record it was made of. */
  readonly record: CallRecord
}

/** Where a record ended up, and the variables that its caller must bind. */
export interface Added {
  readonly className: string
  readonly variant: number
  readonly free: readonly string[]
}

export interface ClassEntry {
  readonly cls: PyClass
  readonly variants: Variant[]
  readonly byKey: Map<string, number>
}

/** Reads a line of the analysed sources, by the path that places carry. */
export type LineReader = (file: string, line: number) => string

export function classNameOf(cls: PyClass): string {
  return `${cls.module}.${cls.qualname}`
}

const known = new Set([
  'batch_size',
  'seq_len',
  'cache_len',
  'encoder_len',
  'w_bytes',
  'a_bytes',
  'hidden_size',
  'num_heads',
  'head_dim',
])

/** Variables that mean the same in every analysis of a model. */
export function isGlobal(name: string): boolean {
  return known.has(name) || name.startsWith('config.')
}

export class ClassTable {
  readonly classes = new Map<string, ClassEntry>()
  private readonly references = new Map<CallRecord, Reference>()
  private readonly added = new WeakMap<Scope, Map<string, Added>>()

  constructor(
    private readonly lineOf: LineReader,
    /** The model's own scope: what it assumes is known when the run ends, and then holds for all of it. */
    private readonly model: Scope,
  ) {}

  /** What a record's caller refers to; every record is added before its caller's. */
  referenceOf(record: CallRecord): Reference | undefined {
    return this.references.get(record)
  }

  /**
   * Adds a record, in its own scope.
   * @param parameters names that are the callee's own, whatever they mean elsewhere
   */
  add(record: CallRecord, scope: Scope, parameters: ReadonlySet<string>): Added {
    const seen = this.added.get(scope) ?? new Map<string, Added>()
    this.added.set(scope, seen)
    const key = this.keyOf(record)
    let result = seen.get(key)
    if (result === undefined) seen.set(key, (result = this.addNew(record, scope, parameters)))
    return result
  }

  private addNew(record: CallRecord, scope: Scope, parameters: ReadonlySet<string>): Added {
    const className = classNameOf(record.cls)
    const kernels = this.kernelsOf(record)
    const weights = weightsOf(record)
    const local = freeVariables(kernels, weights).filter((n) => !isGlobal(n))
    const free = [...new Set([...parameters, ...local])].sort()
    const assumptions = scope === this.model ? undefined : scope.assumptions
    const key = JSON.stringify([free, kernels, weights, assumptions?.map((a) => a.text)])
    let entry = this.classes.get(className)
    if (entry === undefined) this.classes.set(className, (entry = { cls: record.cls, variants: [], byKey: new Map() }))
    let variant = entry.byKey.get(key)
    if (variant === undefined) {
      variant = entry.variants.length
      entry.variants.push({ scope, assumptions, parameters: free, kernels, weights, record })
      entry.byKey.set(key, variant)
    }
    return { className, variant, free }
  }

  /** What a record's text is made of, without the text: most records of a run are repetitions of a few. */
  private keyOf(record: CallRecord): string {
    const parts: string[] = [String(record.cls.id)]
    for (const entry of record.entries) {
      parts.push(placeKey(entry.site), placeKey(entry.source))
      if (entry.kind === 'kernel') {
        const { op, flops, matmulFlops, read, write, inputs, outputs } = entry.call
        parts.push(
          op,
          ...[flops, matmulFlops, read, write].map(intKey),
          ...inputs.map(tensorKey),
          '>',
          ...outputs.map(tensorKey),
        )
      } else {
        const { className, variant, args } = this.calleeOf(entry.record)
        parts.push(
          className,
          String(variant),
          relativePath(record.path, entry.record.path),
          ...args.map(([, x]) => intKey(x)),
        )
      }
    }
    for (const [name, p] of ownParameters(record.module)) parts.push(name, p.dtype.short, ...p.shape.map(intKey))
    return parts.join(' ')
  }

  refer(record: CallRecord, reference: Reference): void {
    this.references.set(record, reference)
  }

  calleeOf(record: CallRecord): Reference {
    return this.references.get(record) ?? raise('internal', 'a callee was not added before its caller')
  }

  private kernelsOf(record: CallRecord): readonly KernelInfo[] {
    const infos = record.entries.map((entry) => ({ entry, info: this.kernelInfo(entry, record) }))
    const folded = fold(infos, ({ info }) => JSON.stringify(info))
    return folded.map(({ item, repeat }) => (repeat === 1 ? item.info : { ...item.info, repeat }))
  }

  private kernelInfo(entry: Entry, record: CallRecord): KernelInfo {
    return entry.kind === 'kernel' ? this.basic(entry) : this.composite(entry, record)
  }

  private sourceOf(place: Place | undefined): SourceLine | 'bundled' {
    if (place === undefined) return 'bundled'
    return { file: place.file, line: place.line, text: this.lineOf(place.file, place.line).trim() }
  }

  private basic(entry: KernelEntry): KernelInfo {
    const { call, source } = entry
    const from = this.sourceOf(source)
    const inside = source === undefined || source.inside.endsWith('forward') ? '' : source.inside
    const place = source === undefined ? 'bundled torch.nn' : `${source.file}:${source.line}`
    return {
      kernel_type: 'basic',
      operation: operationOf(call, inside),
      analysis: analysisOf(call, place, from === 'bundled' ? '' : from.text),
      flops: formula(call.flops),
      matmul_flops: formula(call.matmulFlops),
      memory_access: { read: formula(call.read), write: formula(call.write) },
      line: entry.site?.line ?? null,
      source: from,
      aten: call.op,
      in: call.inputs.map(shapeText),
      out: call.outputs.map(shapeText),
    }
  }

  private composite(entry: Extract<Entry, { kind: 'call' }>, caller: CallRecord): KernelInfo {
    const reference = this.calleeOf(entry.record)
    const args = reference.args.map(([name, value]) => `${name}=${formula(value)}`).join(', ')
    const text = `\${{${reference.className}}}(${args})`
    const from = this.sourceOf(entry.source)
    const path = relativePath(caller.path, entry.record.path)
    return {
      kernel_type: 'composite',
      operation: `${path}: ${entry.record.cls.name}`,
      analysis:
        from === 'bundled'
          ? `calls ${reference.className}`
          : `${from.file}:${from.line}: ${from.text} | calls ${reference.className}`,
      flops: text,
      matmul_flops: text,
      memory_access: { read: text, write: text },
      line: entry.site?.line ?? null,
      source: from,
      module: path,
      class_name: reference.className,
      variant: reference.variant,
    }
  }
}

function intKey(x: Int): string {
  return x instanceof SymInt ? `#${x.index}` : String(x)
}

function tensorKey(t: TensorSig): string {
  return `${t.dtype.short}[${t.shape.map(intKey).join(',')}]`
}

function placeKey(place: Place | undefined): string {
  return place === undefined ? '-' : `${place.file}:${place.line}:${place.inside}`
}

/** `layers.*.mlp`: the path below the caller, positions in lists as stars, so that equal layers look equal. */
function relativePath(caller: string, callee: string): string {
  const below = caller !== '' && callee.startsWith(`${caller}.`) ? callee.slice(caller.length + 1) : callee
  return below.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')
}

function weightsOf(record: CallRecord): readonly WeightInfo[] {
  return ownParameters(record.module).map(([name, p]) => ({ name, shape: p.shape.map(formula), dtype: p.dtype.short }))
}

/** The variables in a formula or reference, as text. */
function namesInText(text: string): readonly string[] {
  return [...text.matchAll(/(?<!\$\{)\{([A-Za-z_][\w.]*)\}/g)].flatMap((match) => match[1] ?? [])
}

/** Variables in the formulas, sorted. */
function freeVariables(kernels: readonly KernelInfo[], weights: readonly WeightInfo[]): readonly string[] {
  const names = new Set<string>()
  const scan = (text: string): void => {
    for (const name of namesInText(text)) names.add(name)
  }
  for (const k of kernels) {
    for (const text of [k.flops, k.matmul_flops, k.memory_access.read, k.memory_access.write]) scan(text)
    if (k.kernel_type === 'basic') [...k.in, ...k.out].forEach(scan)
  }
  for (const w of weights) w.shape.forEach(scan)
  return [...names].sort()
}

/**
 * What a variant's file says besides its kernels.
 * @param formulas further texts whose variables it must explain
 */
export function describeVariant(variant: Variant, formulas: readonly string[] = []): Omit<AnalysisVariant, 'lines'> {
  const { scope, kernels, weights } = variant
  const used = new Set([...freeVariables(kernels, weights), ...variant.parameters, ...formulas.flatMap(namesInText)])
  const assumed = variant.assumptions ?? scope.assumptions
  for (const a of assumed) for (const n of variablesIn(a)) used.add(n)
  for (const e of scope.definitions.values()) for (const n of variablesOf(e)) used.add(n)
  const variables: Record<string, VariableInfo> = {}
  const parameters: Parameter[] = []
  for (const [name, info] of scope.variables) {
    if (!used.has(name)) continue
    if (variant.parameters.includes(name)) parameters.push({ name, meaning: info.meaning, value: info.hint })
    variables[name] = { meaning: info.meaning, value: info.hint }
  }
  const [definitions, assumptions] = [definitionTexts(scope), assumed.map(assumptionInfo)]
  return { parameters, variables, definitions, assumptions, kernels, weights }
}

/** The definitions of a run as files hold them. */
export function definitionTexts(scope: Scope): Readonly<Record<string, string>> {
  return Object.fromEntries([...scope.definitions].map(([name, e]) => [name, print(e, { braces: true })]))
}

/** An assumption as files hold it. */
export function assumptionInfo(a: Assumption): AssumptionInfo {
  return { condition: conditionText(a, { braces: true }), at: a.at === undefined ? null : formatSpan(a.at) }
}
