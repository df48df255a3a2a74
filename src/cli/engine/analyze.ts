// `analyze`: stage 1 of a class, in a model in whose tree it occurs.
import { isAnalysisError, raise, type AnalysisError, type Span } from '../../text/index.ts'
import type { Int } from '../../sym/index.ts'
import type { PyClass, Vm } from '../../python/index.ts'
import { candidates, LineLedgers, ModelAnalyzer, type AnalyzeRequest, type ModelRun } from '../../analyze/index.ts'
import { createVm, findClass } from '../../huggingface/index.ts'
import { phaseOf } from '../../trace/index.ts'
import type { LedgerLine, ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { AnalyzeResult, CallOptions, Report, SourceOptions } from '../engine.ts'
import { classContext, type Context } from './context.ts'
import { inputOf } from './trace.ts'

/** Filled in by the command line. */
const unsigned = { tool: 'lm-predictor', version: '', command: '' } as const

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
  const context = await classContext(options)
  const inputs =
    call.inputs.length === 0
      ? undefined
      : (of: Readonly<Record<string, Int>>) => call.inputs.map((text, i) => inputOf(text, of, i))
  const tried: Attempt[] = []
  const vm = createVm(context.project)
  const cls = findClass(vm, module)
  // The name under which the class is filed: `torch.nn.Linear` is `torch.nn.modules.linear.Linear`.
  const name = `${cls.module}.${cls.qualname}`
  if (vm.importer.source(cls.module) !== undefined) vm.importer.checkSyntax(cls.module)
  const specs = [...candidates(vm, name, context.spec)]
  for (const [i, spec] of specs.entries()) {
    await report(i, specs.length, spec.className ?? context.id)
    for (const asked of callsOf(call)) {
      const attempt = attemptOf(context, { ...spec, ...asked, inputs }, name)
      if (attempt.run !== undefined) return resultOf(name, attempt.run, context, recursive, tried)
      tried.push(attempt)
      if (attempt.error?.code !== 'no-cache' && attempt.error?.code !== 'python-error') break
    }
  }
  return stopped(vm, cls, tried)
}

/** One run of a candidate: it calls the class, or doesn't, or stopped. */
interface Attempt {
  readonly model: string
  readonly phase: string
  readonly run?: ModelRun
  readonly error?: AnalysisError
  readonly scratchpad?: string
}

/** The call as asked for; without a phase, a plain call for models that keep no cache or take no token ids. */
function callsOf(call: CallOptions): readonly Pick<AnalyzeRequest, 'phase' | 'sizes'>[] {
  const sizes = { batch_size: call.batch, seq_len: call.seq, cache_len: call.cache }
  const asked = { phase: phaseOf(call.phase, call), sizes }
  return call.phase === undefined ? [asked, { phase: 'forward', sizes: { ...sizes, cache_len: 0 } }] : [asked]
}

function attemptOf(context: Context, request: AnalyzeRequest, className: string): Attempt {
  const [model, phase] = [request.className ?? 'the config given', request.phase]
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyzer = new ModelAnalyzer(context.project, provenance, request)
  try {
    const run = analyzer.run()
    return run.analyses.has(className) ? { model, phase, run } : { model, phase }
  } catch (error) {
    if (!isAnalysisError(error)) throw error
    return { model, phase, error, scratchpad: analyzer.scratchpad(stopOf(error)) }
  }
}

/** What to report where no model's run came by the class: what stopped the class itself or every model, else that none calls it. */
function stopped(vm: Vm, cls: PyClass, tried: readonly Attempt[]): never {
  const name = `${cls.module}.${cls.qualname}`
  const own = tried.findLast((t) => t.model === name)
  const all = tried.every((t) => t.error !== undefined) ? tried[0] : undefined
  const decisive = own?.error === undefined ? all : own
  if (decisive?.error !== undefined) throw withScratchpad(decisive.error, decisive.scratchpad ?? '')
  const ledgers = new LineLedgers(vm)
  const error = notReached(name, tried.map(textOf), ledgers.sourceOf(cls))
  throw withScratchpad(error, scratchpad(name, tried, error, [], ledgers.unreached(cls)))
}

function textOf({ model, phase, error }: Attempt): string {
  return `${model} (${phase}): ${error === undefined ? 'ran, and does not call it' : `${error.code}: ${error.message}`}`
}

function stopOf(e: AnalysisError): {
  readonly code: string
  readonly message: string
  readonly at: string | undefined
} {
  return { code: e.code, message: e.message, at: e.span === undefined ? undefined : `${e.span.file}:${e.span.line}` }
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
  run: ModelRun,
  context: Context,
  recursive: boolean,
  tried: readonly Attempt[],
): AnalyzeResult {
  const names = recursive ? reachable(module, run.analyses) : [module]
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyses = names.flatMap((name) => run.analyses.get(name) ?? []).map((a) => ({ ...a, provenance }))
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
  if (error !== undefined) lines.push('## Stopped', '', `${error.code}: ${error.message}`, '')
  return lines.join('\n')
}

function ledgerTable(ledger: readonly LedgerLine[]): string[] {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const rows = ledger.map(
    (l) => `| ${l.line} | ${l.status.replace('_', ' ')} | ${cell(l.reason)} | \`${cell(l.source)}\` |`,
  )
  return ['| line | status | why | source |', '|---:|---|---|---|', ...rows]
}
