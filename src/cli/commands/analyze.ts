// `analyze`: stage 1, into module_analysis.json or, with --recursive, a folder with one file a class.
import { dirname, join } from 'node:path'
import { analysisText } from '../../report/index.ts'
import type { ModuleAnalysis } from '../../trace/formats.ts'
import type { Call } from '../command.ts'
import { type AnalyzeResult, scratchpadOf } from '../engine.ts'
import { makeFolder, writeFileWhole } from '../files.ts'
import { callOptions, sourceOptions } from '../model-options.ts'
import { breathe, Progress } from '../progress.ts'
import { checkOwn } from '../schemas.ts'

const scratchpad = 'SCRATCHPAD.md'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const module = flags.text('module') ?? ''
  if (module === '') problems.add('bad-option', 'no --module is given', 'Give a fully qualified class name.')
  const sizes = callOptions(call, { batch: 2, seq: 32, cache: 32 })
  const sources = sourceOptions(call)
  const format = flags.choice('format', ['table', 'json'])
  await problems.attemptAsync(() => engine.checkSources(sources))
  problems.stop()
  const recursive = flags.on('recursive')
  const output = flags.text('output') ?? (recursive ? 'analysis_results' : 'module_analysis.json')
  const folder = recursive ? output : dirname(output)
  const progress = new Progress(io)
  try {
    const report = async (done: number, total: number, what: string): Promise<void> => {
      progress.at(done, total, what)
      await breathe()
    }
    const result = await engine.analyze(module, sources, sizes, recursive, report)
    progress.done()
    await checkOwn('module_analysis', ...result.analyses.map((a) => JSON.parse(text(call, a)) as unknown))
    const files = write(call, result, recursive, output)
    writeFileWhole(join(folder, scratchpad), result.scratchpad)
    const [first] = result.analyses
    if (first === undefined) return 3
    if (flags.on('json') || format === 'json') io.out(text(call, first))
    else io.out(`${analysisText(first, [...files, scratchpad], io.terminal).join('\n')}\n`)
    return 0
  } catch (error) {
    progress.done()
    const notes = scratchpadOf(error)
    if (notes !== undefined) {
      if (recursive) makeFolder(folder)
      writeFileWhole(join(folder, scratchpad), notes)
    }
    throw error
  }
}

/** The file as it is written: formulas of a stage-1 analysis with the command that made it. */
function text(call: Call, analysis: ModuleAnalysis): string {
  const { sources, config_sha256 } = analysis.provenance
  return `${JSON.stringify({ ...analysis, provenance: call.provenance({ sources, config_sha256 }) }, undefined, 2)}\n`
}

function write(call: Call, { analyses }: AnalyzeResult, recursive: boolean, output: string): string[] {
  const [first] = analyses
  if (first === undefined) return []
  if (!recursive) {
    writeFileWhole(output, text(call, first))
    return [output]
  }
  makeFolder(output)
  for (const analysis of analyses) writeFileWhole(join(output, `${analysis.class_name}.json`), text(call, analysis))
  return [`${output}/ (${analyses.length} classes)`]
}
