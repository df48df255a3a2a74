// Checks of one override. Only what is certain rejects an entry: a quoted line that says something else, a formula that names
// what is not there or comes to no number, costs that no kernel with these outputs can have, a difference from the
// reference implementation that the entry names.
import {
  createVm,
  findValue,
  Overrides,
  type BranchOverride,
  type Check,
  type CheckReport,
  type Citation,
  type KernelOverride,
  type Override,
  type Project,
} from '../../huggingface/index.ts'
import { bracketed, call, type Value, type Vm } from '../../python/index.ts'
import { hint, variablesOf } from '../../sym/index.ts'
import { raise } from '../../text/index.ts'
import {
  callUnknown,
  parseDimension,
  parseSchema,
  recording,
  torchState,
  type KernelCall,
  type Schema,
} from '../../torch/index.ts'
import { attempt, codeAndMessage, messageOf } from '../attempt.ts'
import { argumentsOf, resizings, sizesOf, type CallArguments } from '../calls.ts'
import { costUnits, readFormula, unitProblems } from '../formulas.ts'
import { check, openQuestions, passesUnless, reportOf } from '../report.ts'
import { schemaProblems } from '../schemas.ts'
import { tensorsIn } from '../snippet.ts'
import { checkCitations } from '../sources.ts'

/**
 * Checks an entry.
 * @param project where cited lines and the reference are looked up
 */
export async function checkOverride(entry: unknown, project: Project): Promise<CheckReport> {
  const shape = await schemaProblems('overrides', { schema_version: 1, overrides: [entry] })
  const schema = passesUnless(
    'schema',
    shape.map((p) => p.replace('/overrides/0', 'the entry')),
  )
  if (schema.status === 'fail') return reportOf([schema], [])
  const override = entry as Override
  const { checks } = checkEntry(override, project)
  const all = [schema, ...checks]
  return reportOf(all, doubts(override, all))
}

/** As `checkOverride`, of an entry that is known to obey its schema. */
export function checkEntry(override: Override, project: Project): CheckReport {
  const own = override.kind === 'kernel' ? kernelChecks(override, project) : branchChecks(override)
  const all = [checkCitations(citationsOf(override), project), ...own]
  return reportOf(all, doubts(override, all))
}

function doubts(entry: Override, checks: readonly Check[]): readonly string[] {
  if (entry.kind === 'branch') return ['a decision in place of the data holds where it holds: nothing can confirm it']
  return openQuestions(checks)
}

// --- Citations ------------------------------------------------------------------------------------------------------

function citationsOf(entry: Override): readonly Citation[] {
  if (entry.kind === 'branch') return [entry.at, ...entry.source]
  const parts = [entry.flops, entry.matmul_flops, entry.read, entry.write, ...entry.outputs]
  return parts.flatMap((p) => p.source)
}

// --- Branches -------------------------------------------------------------------------------------------------------

function branchChecks({ decision }: BranchOverride): readonly Check[] {
  if (typeof decision === 'boolean') return []
  const e = readFormula(bracketed(decision))
  return [passesUnless('formulas', typeof e === 'string' ? [e] : [])]
}

// --- Kernels --------------------------------------------------------------------------------------------------------

function kernelChecks(entry: KernelOverride, project: Project): readonly Check[] {
  const schema = attempt(() => parseSchema(entry.schema), messageOf)
  if (typeof schema === 'string') return [check('argument schema', 'fail', [schema])]
  const formulas = passesUnless('formulas', [...nameProblems(entry, schema), ...formulaProblems(entry, schema)])
  const units = passesUnless('units', unitsOf(entry))
  if (formulas.status === 'fail' || units.status === 'fail') return [formulas, units]
  return [formulas, units, ...runChecks(entry, project)]
}

/** Outputs that name what is not there, or come in another number than the schema returns. */
function nameProblems(entry: KernelOverride, schema: Schema): readonly string[] {
  const names = schema.arguments.map((a) => a.name)
  const tensors = schema.arguments.filter((a) => a.kind.startsWith('Tensor')).map((a) => a.name)
  const problems = entry.outputs.flatMap((o) => {
    const of = 'is' in o ? o.is : 'like' in o ? o.like : undefined
    const clash = names.includes(o.name) && !('is' in o) ? [`the output ${o.name} has the name of an argument`] : []
    return of === undefined || tensors.includes(of) ? clash : [...clash, `${of} is no tensor argument of the schema`]
  })
  if (schema.returns > entry.outputs.length)
    problems.push(`the schema returns ${schema.returns} tensors, the entry has ${entry.outputs.length} outputs`)
  return problems
}

function formulaProblems(entry: KernelOverride, schema: Schema): readonly string[] {
  const inputs = knownNames(schema)
  const all = new Map([...inputs, ...entry.outputs.map((o) => [o.name, 'Tensor'] as const)])
  const shapes = entry.outputs.flatMap((o) => ('shape' in o ? o.shape : []))
  return [
    ...shapes.flatMap((text) => dimensionProblems(text, inputs)),
    ...costUnits.flatMap(([name]) => ofFormula(entry[name].formula, all).map((p) => `${name}: ${p}`)),
  ]
}

function knownNames(schema: Schema): ReadonlyMap<string, string> {
  return new Map(schema.arguments.map((a) => [a.name, a.kind]))
}

function dimensionProblems(text: string, names: ReadonlyMap<string, string>): readonly string[] {
  const rule = attempt(() => parseDimension(text), messageOf)
  if (typeof rule === 'string') return [rule]
  if (rule.kind === 'formula') return ofFormula(text, names)
  return names.get(rule.name)?.startsWith('Tensor') === true ? [] : [`${text}: ${rule.name} is no tensor argument`]
}

/** What is wrong with a formula over the named tensors and numbers. */
function ofFormula(text: string, names: ReadonlyMap<string, string>): readonly string[] {
  const e = readFormula(text, 'arguments')
  if (typeof e === 'string') return [e]
  return variablesOf(e).flatMap((variable) => {
    const [name = ''] = variable.split('.')
    const kind = names.get(name)
    if (kind === undefined)
      return [`${variable}: there is no argument ${name}; there are ${[...names.keys()].join(', ')}`]
    const isTensor = kind.startsWith('Tensor')
    if (!variable.includes('.'))
      return isTensor
        ? [`${variable} is a tensor: say ${name}.numel, ${name}.bytes or ${name}.shape[i]`]
        : numberProblems(variable, kind)
    if (!isTensor) return [`${variable}: ${name} is no tensor`]
    return /\.(shape\[-?\d+\]|numel|bytes|width)$/.test(variable)
      ? []
      : [`${variable}: a tensor has .shape[i], .numel, .bytes, .width`]
  })
}

function numberProblems(name: string, kind: string): readonly string[] {
  return kind.startsWith('int') || kind === 'bool' || kind === 'any' ? [] : [`${name} is a ${kind}, no size`]
}

function unitsOf(entry: KernelOverride): readonly string[] {
  return costUnits.flatMap(([name, unit]) => {
    const e = readFormula(entry[name].formula, 'arguments')
    return typeof e === 'string' ? [] : unitProblems(e, unit).map((p) => `${name}: ${p}`)
  })
}

// --- At the shapes of calls -----------------------------------------------------------------------------------------------

interface Met {
  readonly kernel: KernelCall
  readonly result: Value
}

const noCalls = 'the entry names no call it was met with, so its formulas were not evaluated'

const noReadableCall =
  'the calls it was met with have arguments that text does not hold, so its formulas were not evaluated'

/** What came out at the shapes of a call, and at others like them. */
class CallChecks {
  readonly shapes: string[] = []
  readonly costs: string[] = []
  readonly traffic: string[] = []
  readonly reference: string[] = []
  compared = 0
  evaluated = 0
  private readonly vm: Vm

  constructor(
    private readonly entry: KernelOverride,
    project: Project,
  ) {
    this.vm = createVm({ ...project, overrides: new Overrides([{ entry, verdict: 'unverified' }]) })
  }

  /** `isOwn`: at the very sizes that were met. */
  at(text: readonly string[], size: (n: number) => number, isOwn: boolean): void {
    const given = argumentsOf(text, size)
    if (given === undefined) return
    this.evaluated++
    const { vm, entry } = this
    const at = `at (${callText(text, size)})`
    const met = attempt(() => runDescribed(vm, entry, given), codeAndMessage)
    if (typeof met === 'string') {
      this.shapes.push(`${met} ${at}`)
      return
    }
    this.costs.push(...costProblems(entry, met.kernel).map((p) => `${p} ${at}`))
    this.traffic.push(...trafficNotes(met.kernel))
    const name = entry.reference
    if (name === undefined) return
    const own = attempt(() => runReference(vm, name, given), codeAndMessage)
    if (typeof own !== 'string') {
      this.compared++
      this.reference.push(...differences(met, own).map((d) => `${d} ${at}`))
    } else if (isOwn) this.reference.push(`${name} ${at}: ${own}`)
  }
}

function runChecks(entry: KernelOverride, project: Project): readonly Check[] {
  const calls = entry.calls ?? []
  if (calls.length === 0) return [check('shapes', 'not-checkable', [noCalls])]
  const met = new CallChecks(entry, project)
  for (const text of calls) for (const [i, size] of [...resizings(sizesOf(text))].entries()) met.at(text, size, i === 0)
  if (met.evaluated === 0) return [check('shapes', 'not-checkable', [noReadableCall])]
  return [
    passesUnless('shapes', unique(met.shapes)),
    passesUnless('costs', unique(met.costs)),
    traffic(unique(met.traffic)),
    reference(entry, met.compared, unique(met.reference)),
  ]
}

function unique(texts: readonly string[]): readonly string[] {
  const most = 6
  return [...new Set(texts)].slice(0, most)
}

function callText(call: readonly string[], size: (n: number) => number): string {
  return call
    .map((t) =>
      t.replace(
        /\[([\d,]+)\]/,
        (_, dims: string) =>
          `[${dims
            .split(',')
            .map((d) => size(Number(d)))
            .join(',')}]`,
      ),
    )
    .join(', ')
}

function recorded(vm: Vm, run: () => Value): ReferenceRun {
  const calls: KernelCall[] = []
  vm.state(torchState).gradEnabled = false
  return { calls, result: recording(vm, calls, () => vm.guard(run)) }
}

function runDescribed(vm: Vm, entry: KernelOverride, { args, kwargs }: CallArguments): Met {
  const { calls, result } = recorded(vm, () => callUnknown(vm, entry.name, args, kwargs))
  const [kernel] = calls
  return kernel === undefined ? raise('internal', `${entry.name} launched nothing`) : { kernel, result }
}

interface ReferenceRun {
  readonly calls: readonly KernelCall[]
  readonly result: Value
}

function runReference(vm: Vm, name: string, { args, kwargs }: CallArguments): ReferenceRun {
  const fn = findValue(vm, name) ?? raise('bad-override', `there is no function ${name} in the given sources`)
  return recorded(vm, () => call(vm, fn, args, kwargs))
}

/** Costs that no kernel can have. */
function costProblems(entry: KernelOverride, k: KernelCall): readonly string[] {
  const problems: string[] = []
  const [flops, matmul, read, write] = [k.flops, k.matmulFlops, k.read, k.write].map((x) => BigInt(hint(x))) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  for (const [name, value] of [
    ['flops', flops],
    ['matmul_flops', matmul],
    ['read', read],
    ['write', write],
  ] as const)
    if (value < 0n) problems.push(`${name} is ${value}`)
  if (matmul > flops) problems.push(`matmul_flops ${matmul} is more than flops ${flops}, which it is part of`)
  const fresh = k.outputs.filter((_, i) => !('is' in (entry.outputs[i] ?? {})))
  const made = fresh.reduce((n, t) => n + bytesOf(t), 0n)
  if (write < made) problems.push(`write ${write} is less than the bytes of the outputs, ${made}`)
  return problems
}

function bytesOf(t: KernelCall['outputs'][number]): bigint {
  return t.shape.reduce((n: bigint, d) => n * BigInt(hint(d)), BigInt(t.dtype.itemsize))
}

/** Where the traffic is not that of a kernel that reads every operand once and writes every output once. */
function trafficNotes(k: KernelCall): readonly string[] {
  const ins = k.inputs.reduce((n, t) => n + bytesOf(t), 0n)
  const outs = k.outputs.reduce((n, t) => n + bytesOf(t), 0n)
  const notes: string[] = []
  if (BigInt(hint(k.read)) !== ins) notes.push('read is not the bytes of the tensor arguments')
  if (BigInt(hint(k.write)) !== outs) notes.push('write is not the bytes of the outputs')
  return notes
}

function traffic(notes: readonly string[]): Check {
  if (notes.length === 0)
    return check('traffic', 'pass', ['every tensor argument read once, every output written once'])
  return check(
    'traffic',
    'not-checkable',
    notes.map((n) => `${n}: only the quoted lines speak for it`),
  )
}

function reference(entry: KernelOverride, compared: number, problems: readonly string[]): Check {
  if (entry.reference === undefined)
    return check('reference', 'not-checkable', ['no implementation in plain PyTorch is named to compare with'])
  if (problems.length > 0) return check('reference', 'fail', problems)
  return check('reference', 'pass', [
    `outputs, FLOPs and contractions equal those of ${entry.reference} at ${compared} sizes`,
  ])
}

/** A fused kernel computes what its reference does: the same outputs by the same arithmetic, with no more traffic. */
function differences(met: Met, own: ReferenceRun): readonly string[] {
  const problems: string[] = []
  const shapes = (v: Value): string =>
    tensorsIn(v)
      .map((t) => `${t.dtype.short}[${t.shape.map((d) => String(hint(d))).join(',')}]`)
      .join(', ')
  if (shapes(met.result) !== shapes(own.result))
    problems.push(`the outputs are ${shapes(met.result)}, the reference's ${shapes(own.result)}`)
  const total = (of: (k: KernelCall) => KernelCall['flops']): bigint =>
    own.calls.reduce((n, k) => n + BigInt(hint(of(k))), 0n)
  const compare = (name: string, ours: KernelCall['flops'], theirs: bigint): void => {
    if (BigInt(hint(ours)) !== theirs) problems.push(`${name} is ${hint(ours)}, the reference's kernels make ${theirs}`)
  }
  compare(
    'flops',
    met.kernel.flops,
    total((k) => k.flops),
  )
  compare(
    'matmul_flops',
    met.kernel.matmulFlops,
    total((k) => k.matmulFlops),
  )
  return problems
}
