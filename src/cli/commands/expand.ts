// `expand`: stage 2, from a folder of module analyses to model_analysis.json.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { raise } from '../../text/index.ts'
import type { Call } from '../command.ts'
import { engine, scratchpadOf } from '../engine.ts'
import { reasonOf, writeFileWhole } from '../files.ts'

const scratchpad = 'SCRATCHPAD.md'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io } = call
  const model = flags.text('model') ?? ''
  if (model === '') problems.add('bad-option', 'no --model is given', 'Give a fully qualified class name.')
  const folder = flags.text('module-analysis')
  if (folder === undefined)
    problems.add('bad-option', 'no --module-analysis is given', 'Give the folder that analyze --recursive wrote.')
  const files = folder === undefined ? undefined : problems.attempt(() => readFolder(folder))
  problems.stop()
  const output = flags.text('output') ?? 'model_analysis.json'
  try {
    const result = await engine.expand(model, files ?? new Map())
    const { sources, config_sha256 } = result.analysis.provenance
    const text = `${JSON.stringify({ ...result.analysis, provenance: call.provenance({ sources, config_sha256 }) }, undefined, 2)}\n`
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
