// `analyze`: stage 1 of a class, in a model in whose tree it occurs.
import { isAnalysisError, raise, type AnalysisError, type Span } from '../../text/index.ts'
import type { PyClass, Vm } from '../../python/index.ts'
import { candidates, LineLedgers, ModelAnalyzer, type AnalyzeRequest, type ModelRun } from '../../analyze/index.ts'
import { callDriver, createVm, findClass, type ModelSpec } from '../../huggingface/index.ts'
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
  for (const everything of [false, true]) {
    for (const [i, spec] of specs.entries()) {
      await report(i, specs.length, spec.className ?? context.id)
      for (const attempt of everything ? attempts.withEverything(spec) : attempts.of(spec)) {
        if (attempt.run?.analyses.has(name) === true) return resultOf(name, attempt.run, context, recursive, tried)
        tried.push(attempt)
      }
    }
  }
  return stopped(vm, cls, tried)
}

/** Runs of models in search of classes. Each is made once: the classes of a file mostly occur in the same model. */
export class Attempts {
  readonly vm: Vm
  private readonly made = new Map<string, Attempt>()

  constructor(
    readonly context: Context,
    private readonly call: CallOptions,
  ) {
    this.vm = createVm(context.project)
  }

  /** The call as asked for; then others, where that is left open and the model does not take it. */
  *of(spec: ModelSpec): Generator<Attempt> {
    for (const asked of callsOf(this.call)) {
      const attempt = this.attempt(spec, asked)
      yield attempt
      if (!wrongCalls.has(attempt.error?.code)) break
    }
  }

  /** A call with images or sounds as well, where that is left open and the model takes them. */
  *withEverything(spec: ModelSpec): Generator<Attempt> {
    const { call, vm } = this
    const isOpen = (call.phase === undefined || call.phase === 'forward') && call.inputs.length === 0
    if (!isOpen || spec.className === undefined || !spec.className.startsWith('transformers.')) return
    if (vm.guard(() => callDriver(vm, 'takes_more_than_text', [findClass(vm, spec.className ?? '')])) !== true) return
    const sizes = { batch_size: call.batch, seq_len: call.seq, cache_len: 0 }
    yield this.attempt(spec, { phase: 'forward', sizes, everything: true })
  }

  private attempt(spec: ModelSpec, asked: Asked): Attempt {
    const key = JSON.stringify([spec.className, asked])
    let attempt = this.made.get(key)
    if (attempt === undefined) {
      attempt = attemptOf(this.context, { ...spec, ...asked, inputs: this.inputs() })
      this.made.set(key, attempt)
    }
    return attempt
  }

  private inputs(): AnalyzeRequest['inputs'] {
    const { inputs } = this.call
    return inputs.length === 0 ? undefined : (of) => inputs.map((text, i) => inputOf(text, of, i))
  }
}

/** One run of a candidate: it ended or stopped. */
interface Attempt {
  readonly model: string
  /** How it was called, for people. */
  readonly call: string
  readonly run?: ModelRun
  readonly error?: AnalysisError
  readonly scratchpad?: string
}

type Asked = Pick<AnalyzeRequest, 'phase' | 'sizes' | 'everything'>

/** The call as asked for; without a phase also a plain one; without a batch size also each of these for one sequence. */
function callsOf(call: CallOptions): readonly Asked[] {
  const { batch, seq, cache, encoder } = call
  const sizes = { batch_size: batch, seq_len: seq, cache_len: cache }
  const asked = { phase: phaseOf(call.phase, call), sizes: { ...sizes, encoder_len: encoder } }
  const plain = { phase: 'forward' as const, sizes: { ...sizes, cache_len: 0 } }
  const calls = call.phase === undefined ? [asked, plain] : [asked]
  if (call.anyBatch !== true) return calls
  return [...calls, ...calls.map((c) => ({ ...c, sizes: { ...c.sizes, batch_size: 1 } }))]
}

/** Stops of calls that a model may not be made for: it keeps no cache, has no such argument, takes single sequences alone. */
const wrongCalls: ReadonlySet<string | undefined> = new Set(['no-cache', 'python-error'])

function attemptOf(context: Context, request: AnalyzeRequest): Attempt {
  const model = request.className ?? 'the config given'
  const more = request.everything === true ? ', with images or sounds' : ''
  const call = `${request.phase}, batch ${request.sizes.batch_size}${more}`
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyzer = new ModelAnalyzer(context.project, provenance, request)
  try {
    return { model, call, run: analyzer.run() }
  } catch (error) {
    if (!isAnalysisError(error)) throw error
    return { model, call, error, scratchpad: analyzer.scratchpad(stopOf(error)) }
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

function textOf({ model, call, error }: Attempt): string {
  return `${model} (${call}): ${error === undefined ? 'ran, and does not call it' : `${error.code}: ${inOneLine(error.message)}`}`
}

/** A message may hold a whole model as Python prints it. */
function inOneLine(message: string): string {
  const text = message.replace(/\s+/g, ' ')
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`
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
