// `analyze`: stage 1 of a class, in a model in whose tree it occurs.
import { isAnalysisError, raise, type AnalysisError, type Span } from '../../text/index.ts'
import type { PyClass, Vm } from '../../python/index.ts'
import { candidates, LineLedgers } from '../../analyze/index.ts'
import { findClass, type ModelSpec } from '../../huggingface/index.ts'
import type { LedgerLine, ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { AnalyzeResult, CallOptions, Report, SourceOptions } from '../engine.ts'
import { Attempts, unsigned, type Attempt, type Stop } from './attempts.ts'
import { classContext, type Context } from './context.ts'

/** The content of SCRATCHPAD.md travels with the error. */
function withScratchpad(error: AnalysisError, text: string): Error {
  return Object.assign(error, { scratchpad: text })
}

export async function analyze(
  module: string,
  options: SourceOptions,
  call: CallOptions,
  recursive: boolean,
  report: Report,
): Promise<AnalyzeResult> {
  return analyzeWith(new Attempts(await classContext(options), call), module, recursive, report)
}

/** A class among the runs of the given attempts. */
export async function analyzeWith(
  attempts: Attempts,
  module: string,
  recursive: boolean,
  report: Report,
): Promise<AnalyzeResult> {
  const { context, vm } = attempts
  const tried: Attempt[] = []
  const cls = findClass(vm, module)
  // The name under which the class is filed: `torch.nn.Linear` is `torch.nn.modules.linear.Linear`.
  const name = `${cls.module}.${cls.qualname}`
  if (vm.importer.source(cls.module) !== undefined) vm.importer.checkSyntax(cls.module)
  const specs = [...candidates(vm, name, context.spec)]
  const steps = attempts.inOrder(specs)
  for (let at = 0; ;) {
    await report(at, specs.length, specs[at]?.className ?? context.id)
    const next = steps.next()
    if (next.done === true) break
    at = next.value.at
    const { attempt } = next.value
    if (attempt.analyses?.has(name) === true) return resultOf(name, attempt.analyses, context, recursive, tried)
    tried.push(attempt)
  }
  const partly = tried.find((t) => t.stop?.ended.has(name) === true && !untrusted.has(t.stop.error.code))
  if (partly?.stop !== undefined) return resultOf(name, partly.stop.analyses(), context, recursive, tried)
  return stopped(vm, cls, tried, context.spec)
}

/** Stops that say nothing good of what came before them. */
const untrusted: ReadonlySet<string> = new Set(['internal', 'forbidden', 'budget-exceeded'])

/** What to report where no model's run came by the class: what stopped the class itself or every model, else that none calls it. */
function stopped(vm: Vm, cls: PyClass, tried: readonly Attempt[], spec: ModelSpec): never {
  const name = `${cls.module}.${cls.qualname}`
  const ledgers = new LineLedgers(vm)
  const own = tried.filter((t) => t.model === name)
  const decisive = furthest(own) ?? furthest(tried)
  if (decisive !== undefined) {
    const { error } = decisive
    const unreached = ledgers.unreached(cls, `the analysis stopped${placeOf(error)}`)
    const text = scratchpad(name, tried, error, [], unreached) + decisive.scratchpad
    throw withScratchpad(advised(error, spec), text)
  }
  const error = notReached(name, tried.map(textOf), ledgers.sourceOf(cls))
  throw withScratchpad(error, scratchpad(name, tried, error, [], ledgers.unreached(cls)))
}

/** Where all runs stopped: the stop that most classes had ended by, of a plain call rather than another. */
function furthest(tried: readonly Attempt[]): Stop | undefined {
  const stops = tried.flatMap(({ stop, asked }) => (stop === undefined ? [] : [{ stop, asked }]))
  if (stops.length < tried.length) return undefined
  const [first] = stops.sort(
    (a, b) => b.stop.ended.size - a.stop.ended.size || Number(isPlain(b.asked)) - Number(isPlain(a.asked)),
  )
  return first?.stop
}

function isPlain({ phase }: Attempt['asked']): boolean {
  return phase === 'forward'
}

/** What may help where a class's own defaults make no model, or a call lacks what the model takes. */
function advised(error: AnalysisError, { config }: ModelSpec): AnalysisError {
  if (error.code !== 'python-error') return error
  const made = 'Models are made with the defaults of their config classes; of a checkpoint: --config FILE.'
  const called = 'What a call is given is written so: --input "NAME=bf16[batch_size,3,224,224]".'
  return Object.assign(error, { notes: [...error.notes, ...(config === undefined ? [made] : []), called] })
}

function textOf({ model, call, stop }: Attempt): string {
  return `${model} (${call}): ${stop === undefined ? 'ran, and does not call it' : `${stop.error.code}: ${inOneLine(stop.error.message)}`}`
}

/** A message may hold a whole model as Python prints it. */
function inOneLine(message: string): string {
  const text = message.replace(/\s+/g, ' ')
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`
}

function notReached(name: string, notes: readonly string[], source: Span | 'bundled'): AnalysisError {
  try {
    const span = source === 'bundled' ? undefined : { file: source.file, line: source.line }
    return raise('not-on-inference-path', `${name} is not called in any model that was tried`, { notes, span })
  } catch (e) {
    if (isAnalysisError(e)) return e
    throw e
  }
}

function resultOf(
  module: string,
  found: ReadonlyMap<string, ModuleAnalysis>,
  context: Context,
  recursive: boolean,
  tried: readonly Attempt[],
): AnalyzeResult {
  const names = recursive ? reachable(module, found) : [module]
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyses = names.flatMap((name) => found.get(name) ?? []).map((a) => ({ ...a, provenance }))
  return { analyses, scratchpad: scratchpad(module, tried, undefined, analyses) }
}

/** A class and all it refers to. */
function reachable(root: string, analyses: ReadonlyMap<string, ModuleAnalysis>): readonly string[] {
  const seen = new Set<string>()
  const open = [root]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const analysis = analyses.get(name)
    for (const variant of analysis === undefined ? [] : [analysis, ...(analysis.variants ?? [])]) {
      for (const k of variant.kernels) if (k.kernel_type === 'composite') open.push(k.class_name)
    }
  }
  return [...seen]
}

function scratchpad(
  module: string,
  tried: readonly Attempt[],
  error: AnalysisError | undefined,
  analyses: readonly ModuleAnalysis[] = [],
  unreached: readonly LedgerLine[] = [],
): string {
  const lines = ['# Scratchpad', '', `Target: ${module}`, '']
  if (tried.length > 0) lines.push('## Models tried without success', '', ...tried.map((t) => `- ${textOf(t)}`), '')
  if (unreached.length > 0) lines.push('## Lines', '', ...ledgerTable(unreached), '')
  for (const a of analyses) {
    const source = a.source === 'bundled' ? 'bundled stand-in' : `${a.source.file}:${a.source.line}`
    lines.push(`## ${a.class_name}`, '', `Source: ${source}`, '')
    for (const variant of [a, ...(a.variants ?? [])]) lines.push(...ledgerTable(variant.lines), '')
  }
  const [first] = analyses
  if (first !== undefined) {
    const assumed = first.assumptions.map((x) => `- ${x.condition}${x.at === null ? '' : ` (${x.at})`}`)
    const read = first.provenance.sources.map((s) => `- ${s.package} ${s.version} ${s.sha256 ?? ''}`)
    lines.push(
      '## Assumptions',
      '',
      ...(assumed.length === 0 ? ['none'] : assumed),
      '',
      '## Sources read',
      '',
      ...read,
      '',
    )
  }
  if (error !== undefined) lines.push('## Stopped', '', `${error.code}: ${error.message}${placeOf(error)}`, '')
  return lines.join('\n')
}

/** ` at mine.py:12` */
function placeOf({ span }: AnalysisError): string {
  return span === undefined ? '' : ` at ${span.file}:${span.line}`
}

function ledgerTable(ledger: readonly LedgerLine[]): string[] {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const rows = ledger.map(
    (l) => `| ${l.line} | ${l.status.replace('_', ' ')} | ${cell(l.reason)} | \`${cell(l.source)}\` |`,
  )
  return ['| line | status | why | source |', '|---:|---|---|---|', ...rows]
}
