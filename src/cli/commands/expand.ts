// `expand`: stage 2, from a folder of module analyses to model_analysis.json.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { raise } from '../../text/index.ts'
import type { AgentPart, ModuleAnalysis } from '../../trace/formats.ts'
import type { AgentExpansion } from '../agent/expand.ts'
import { agentOptions, engineNames } from '../agent/options.ts'
import type { Call } from '../command.ts'
import { type ExpandResult, scratchpadOf } from '../engine.ts'
import { reasonOf, writeFileWhole } from '../files.ts'
import { sourceOptions } from '../model-options.ts'
import { checkOwn, validator } from '../schemas.ts'

const scratchpad = 'SCRATCHPAD.md'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const model = flags.text('model') ?? ''
  if (model === '') problems.add('bad-option', 'no --model is given', 'Give a fully qualified class name.')
  const folder = flags.text('module-analysis')
  if (folder === undefined)
    problems.add('bad-option', 'no --module-analysis is given', 'Give the folder that analyze --recursive wrote.')
  const files = folder === undefined ? undefined : problems.attempt(() => readFolder(folder))
  if (files !== undefined && model !== '') await checkFiles(model, files, call)
  const byAgent = (flags.choice('engine', engineNames) ?? 'engine') !== 'engine'
  const options = agentOptions(call, byAgent)
  const sources = sourceOptions(call)
  if (byAgent) await problems.attemptAsync(() => engine.checkSources(sources))
  problems.stop()
  const output = flags.text('output') ?? 'model_analysis.json'
  const task = { model, files: files ?? new Map<string, string>(), inputs: flags.list('input'), sources, options }
  try {
    const result = byAgent
      ? await expandedByAgent(call, task, folder ?? '.', dirname(output))
      : await engine.expand(model, task.files)
    for (const part of result.analysis.agent_parts ?? []) io.err(`note: ${partText(part)}\n`)
    const text = `${JSON.stringify({ ...result.analysis, provenance: call.provenance(call.noted(result.analysis.provenance)) }, undefined, 2)}\n`
    await checkOwn('model_analysis', JSON.parse(text))
    writeFileWhole(output, text)
    writeFileWhole(join(dirname(output), scratchpad), result.scratchpad)
    io.out(flags.on('json') ? text : `${model}  → ${output}, ${scratchpad}\n`)
    return 0
  } catch (error) {
    const notes = scratchpadOf(error)
    if (notes !== undefined) writeFileWhole(join(dirname(output), scratchpad), notes)
    throw error
  }
}

async function expandedByAgent(
  call: Call,
  task: Omit<AgentExpansion, 'folder' | 'write'>,
  analyses: string,
  folder: string,
): Promise<ExpandResult> {
  const { expandWithAgent } = await import('../agent/expand.ts')
  const write = async (file: string, analysis: ModuleAnalysis): Promise<void> => {
    await checkOwn('module_analysis', JSON.parse(JSON.stringify(analysis)))
    writeFileWhole(join(analyses, file), `${JSON.stringify(analysis, undefined, 2)}\n`)
  }
  return expandWithAgent(call, { ...task, folder, write })
}

/** What a result rests on that an agent handed in. */
function partText({ kind, class_name, module, line, verdict, by }: AgentPart): string {
  const what = kind === 'analysis' ? class_name : `${module ?? ''} in ${class_name}:${String(line)}`
  return `rests on the ${kind} of ${what}, ${verdict}, by an agent: ${by}`
}

/** The files that the model's analysis refers to, each against the schema; what is missing is found when it expands. */
async function checkFiles(model: string, files: ReadonlyMap<string, string>, { problems }: Call): Promise<void> {
  const validate = await validator('module_analysis')
  const seen = new Set<string>()
  const open = [model]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const file = `${name}.json`
    const text = files.get(file) ?? ''
    const value = text === '' ? undefined : problems.attempt(() => parse(file, text))
    if (value === undefined) continue
    for (const wrong of validate(value)) problems.add('bad-analysis', `${file}: ${wrong}`)
    for (const [, callee] of text.matchAll(/"class_name":\s*"([^"]+)"/g)) if (callee !== undefined) open.push(callee)
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    return raise('bad-analysis', `${file} is no JSON: ${reasonOf(error)}`)
  }
}

function readFolder(folder: string): Map<string, string> {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  } catch (error) {
    return raise(
      'bad-file',
      `${folder}: ${reasonOf(error, { ENOENT: 'there is no such folder', ENOTDIR: 'it is no folder' })}`,
    )
  }
}
