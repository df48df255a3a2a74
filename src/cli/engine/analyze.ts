// `analyze`: stage 1 of a class, in a model in whose tree it occurs.
import { isAnalysisError, raise, type AnalysisError } from '../../text/index.ts'
import { candidates, ModelAnalyzer, type AnalyzeRequest, type ModelRun } from '../../analyze/index.ts'
import { createVm } from '../../huggingface/index.ts'
import { phaseOf } from '../../trace/index.ts'
import type { ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { AnalyzeResult, CallOptions, ModelOptions, Report } from '../engine.ts'
import { classContext, type Context } from './context.ts'

/** Filled in by the command line. */
const unsigned = { tool: 'lm-predictor', version: '', command: '' } as const

/** The content of SCRATCHPAD.md travels with the error. */
function withScratchpad(error: AnalysisError, text: string): Error {
  return Object.assign(error, { scratchpad: text })
}

export async function analyze(
  module: string,
  options: Omit<ModelOptions, 'model'>,
  call: CallOptions,
  recursive: boolean,
  report: Report,
): Promise<AnalyzeResult> {
  const context = classContext(options)
  const phase = phaseOf(call.phase, call)
  const sizes = { batch_size: call.batch, seq_len: call.seq, cache_len: call.cache }
  const tried: string[] = []
  const specs = [...candidates(createVm(context.project), module, context.spec)]
  for (const [i, spec] of specs.entries()) {
    await report(i, specs.length, spec.className ?? context.id)
    const run = runOne(context, { ...spec, phase, sizes }, module, tried)
    if (run !== undefined) return resultOf(module, run, context, recursive, tried)
  }
  const error = notReached(module, tried)
  throw withScratchpad(error, scratchpad(module, tried, error))
}

/** Runs one candidate; undefined where the class isn't called in it, or it cannot be run with its default config. */
function runOne(context: Context, request: AnalyzeRequest, module: string, tried: string[]): ModelRun | undefined {
  const name = request.className ?? 'the config given'
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyzer = new ModelAnalyzer(context.project, provenance, request)
  try {
    const run = analyzer.run()
    if (run.analyses.has(module)) return run
    tried.push(`${name}: ran, and does not call it`)
  } catch (e) {
    if (!isAnalysisError(e)) throw e
    if (request.className === module || request.config !== undefined) throw withScratchpad(e, analyzer.scratchpad(stopOf(e)))
    tried.push(`${name}: ${e.code}: ${e.message}`)
  }
  return undefined
}

function stopOf(e: AnalysisError): { readonly code: string; readonly message: string; readonly at: string | undefined } {
  return { code: e.code, message: e.message, at: e.span === undefined ? undefined : `${e.span.file}:${e.span.line}` }
}

function notReached(module: string, tried: readonly string[]): AnalysisError {
  try {
    return raise('not-on-inference-path', `${module} is not called in any model that was tried`, { notes: tried })
  } catch (e) {
    if (isAnalysisError(e)) return e
    throw e
  }
}

function resultOf(module: string, run: ModelRun, context: Context, recursive: boolean, tried: readonly string[]): AnalyzeResult {
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

function scratchpad(module: string, tried: readonly string[], error: AnalysisError | undefined, analyses: readonly ModuleAnalysis[] = []): string {
  const lines = ['# Scratchpad', '', `Target: ${module}`, '']
  if (tried.length > 0) lines.push('## Models tried without success', '', ...tried.map((t) => `- ${t}`), '')
  for (const a of analyses) {
    lines.push(`## ${a.class_name}`, '', a.source === 'bundled' ? 'Source: bundled stand-in' : `Source: ${a.source.file}:${a.source.line}`, '')
    for (const variant of [a, ...(a.variants ?? [])]) {
      lines.push('| line | status | why | source |', '|---:|---|---|---|')
      for (const l of variant.lines) lines.push(`| ${l.line} | ${l.status.replace('_', ' ')} | ${l.reason} | \`${l.source.replaceAll('|', '\\|')}\` |`)
      lines.push('')
    }
  }
  const [first] = analyses
  if (first !== undefined) {
    lines.push('## Assumptions', '', ...(first.assumptions.length === 0 ? ['none'] : first.assumptions.map((x) => `- ${x.condition}${x.at === null ? '' : ` (${x.at})`}`)), '')
    lines.push('## Sources read', '', ...first.provenance.sources.map((s) => `- ${s.package} ${s.version} ${s.sha256 ?? ''}`), '')
  }
  if (error !== undefined) lines.push('## Stopped', '', `${error.code}: ${error.message}`, '')
  return lines.join('\n')
}

