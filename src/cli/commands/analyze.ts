// `analyze`: stage 1, into module_analysis.json or, with --recursive, a folder with one file a class.
import { dirname, join } from 'node:path'
import { analysisText } from '../../report/index.ts'
import type { ModuleAnalysis } from '../../trace/formats.ts'
import { agentOptions, engineNames, type AgentTask } from '../agent/options.ts'
import type { Call } from '../command.ts'
import { type AnalyzeResult, scratchpadOf } from '../engine.ts'
import { makeFolder, writeFileWhole } from '../files.ts'
import { callOptions, sourceOptions } from '../model-options.ts'
import { breathe, Progress } from '../progress.ts'
import { checkOwn } from '../schemas.ts'

const scratchpad = 'SCRATCHPAD.md'

/** What is to be analysed, by whom, and where it goes. */
interface Task extends AgentTask {
  readonly how: (typeof engineNames)[number]
  readonly output: string
}

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const module = flags.text('module') ?? ''
  if (module === '') problems.add('bad-option', 'no --module is given', 'Give a fully qualified class name.')
  const sizes = { ...callOptions(call, { batch: 2, seq: 32, cache: 32 }), anyBatch: flags.text('batch') === undefined }
  const sources = sourceOptions(call)
  const format = flags.choice('format', ['table', 'json'])
  const how = flags.choice('engine', engineNames) ?? 'engine'
  const options = agentOptions(call, how !== 'engine', ['agent-model', 'model'])
  await problems.attemptAsync(() => engine.checkSources(sources))
  problems.stop()
  const recursive = flags.on('recursive')
  const output = flags.text('output') ?? (recursive ? 'analysis_results' : 'module_analysis.json')
  const folder = recursive ? output : dirname(output)
  const python = flags.text('python')
  const task = { module, sources, call: sizes, recursive, how, options, output, folder, python }
  try {
    const { analyses, scratchpad: notes } = await analysed(call, task)
    await write(call, task, analyses)
    writeFileWhole(join(folder, scratchpad), notes)
    const [first] = analyses
    if (first === undefined) return 3
    call.noted(first.provenance)
    const files = recursive ? `${output}/ (${analyses.length} classes)` : output
    if (flags.on('json') || format === 'json') io.out(text(call, first))
    else io.out(`${analysisText(first, [files, scratchpad], io.terminal).join('\n')}\n`)
    return 0
  } catch (error) {
    const notes = scratchpadOf(error)
    if (notes !== undefined) {
      if (recursive) makeFolder(folder)
      writeFileWhole(join(folder, scratchpad), notes)
    }
    throw error
  }
}

async function analysed(call: Call, task: Task): Promise<AnalyzeResult> {
  if (task.how === 'agent') {
    const { analyzeByAgent } = await import('../agent/analyze.ts')
    const store = {
      pathOf: (name: string) => pathOf(task, name),
      write: (analysis: ModuleAnalysis) => write(call, task, [analysis]),
    }
    return analyzeByAgent(call, { ...task, ...store })
  }
  const progress = new Progress(call.io)
  const report = async (done: number, total: number, what: string): Promise<void> => {
    progress.at(done, total, what)
    await breathe()
  }
  const { module, sources, call: sizes, recursive, how } = task
  try {
    if (how === 'engine') return await call.engine.analyze(module, sources, sizes, recursive, report)
    const { analyzeWithAgent } = await import('../agent/auto.ts')
    return await analyzeWithAgent(call, { ...task, report })
  } finally {
    progress.done()
  }
}

/** The file as it is written: formulas of a stage-1 analysis with the command that made it. */
function text(call: Call, analysis: ModuleAnalysis): string {
  return `${JSON.stringify({ ...analysis, provenance: call.provenance(analysis.provenance) }, undefined, 2)}\n`
}

function pathOf({ recursive, output }: Task, className: string): string {
  return recursive ? join(output, `${className}.json`) : output
}

/** All of them, or none where one breaks its schema. */
async function write(call: Call, task: Task, analyses: readonly ModuleAnalysis[]): Promise<void> {
  const files = analyses.map((analysis) => ({ path: pathOf(task, analysis.class_name), content: text(call, analysis) }))
  await checkOwn('module_analysis', ...files.map(({ content }) => JSON.parse(content) as unknown))
  if (task.recursive) makeFolder(task.output)
  for (const { path, content } of files) writeFileWhole(path, content)
}
