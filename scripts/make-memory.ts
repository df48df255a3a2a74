// Makes catalogue/memory: what the catalogue's checkpoints keep in memory, by regime, as formulas. Checkpoints that differ
// in the values of variables alone share a file; `index.json` says which file a checkpoint has, and its values.
// usage: tsx scripts/make-memory.ts [--only PATTERN] [--missing] --transformers DIR
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { catalogueModels } from '../src/cli/catalogue.ts'
import { engine } from '../src/cli/engine.ts'
import { writeFileWhole } from '../src/cli/files.ts'
import { packageRoot } from '../src/cli/paths.ts'
import type { MemoryAnalysis, StoredWeights } from '../src/trace/formats.ts'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, missing: { type: 'boolean' }, transformers: { type: 'string' } },
})
const folder = join(packageRoot(), 'catalogue', 'memory')

/** Caches up to this length are covered: every window and every limit of positions in the catalogue lies below. */
const longest = 131_073

type Index = Record<string, { file: string; variables: Record<string, number>; stored?: readonly StoredWeights[] }>

const sizes = new Set(['batch_size', 'seq_len', 'cache_len', 'encoder_len', 'w_bytes', 'a_bytes'])

function valuesOf(regimes: readonly MemoryAnalysis[]): Record<string, number> {
  const values = regimes.flatMap((r) => Object.entries(r.variables).map(([name, v]) => [name, v.value] as const))
  return Object.fromEntries(values.filter(([name]) => !sizes.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Without the checkpoint's values, and without the lines that assumptions came from. */
function withoutValues(regime: MemoryAnalysis): object {
  const variables = Object.entries(regime.variables).map(([name, v]) => [name, { ...v, value: null }])
  const assumptions = regime.assumptions.map(({ condition }) => ({ condition }))
  return { ...regime, variables: Object.fromEntries(variables) as object, assumptions }
}

/** The part of a file that checkpoints share. */
function shared({ class_name, weights, regimes }: { class_name: unknown; weights: unknown; regimes: unknown }): string {
  return JSON.stringify({ class_name, weights, regimes })
}

function existing(): { index: Index; files: Map<string, string> } {
  const path = join(folder, 'index.json')
  if (!existsSync(path)) return { index: {}, files: new Map() }
  const { models } = JSON.parse(readFileSync(path, 'utf8')) as { models: Index }
  const texts = [...new Set(Object.values(models).map((m) => m.file))].map((name) => {
    const text = gunzipSync(readFileSync(join(folder, name))).toString('utf8')
    return [shared(JSON.parse(text) as Parameters<typeof shared>[0]), name] as const
  })
  return { index: models, files: new Map(texts) }
}

if (options.only === undefined && options.missing !== true) rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const { index, files } = existing()

for (const model of catalogueModels()) {
  if (options.only !== undefined && !model.id.includes(options.only)) continue
  if (options.missing === true && index[model.id] !== undefined) continue
  const input = await engine.memoryInput(
    { model: model.id, transformers: options.transformers },
    { batches: [1, 2], longest, asStored: true },
  )
  const { className, regimes, weights, sources, stored } = input
  const own = { class_name: className, weights, regimes: regimes.map(withoutValues) }
  let file = files.get(shared(own))
  if (file === undefined) {
    // Named after the first checkpoint that has it.
    file = `${model.id.replace('/', '--')}.json.gz`
    files.set(shared(own), file)
    writeFileWhole(
      join(folder, file),
      gzipSync(`${JSON.stringify({ schema_version: 1, sources, ...own })}\n`, { level: 9 }),
    )
  }
  index[model.id] = { file, variables: valuesOf(regimes), ...(stored === undefined ? {} : { stored }) }
  const sorted = Object.fromEntries(Object.entries(index).sort(([x], [y]) => (x < y ? -1 : 1)))
  writeFileWhole(join(folder, 'index.json'), `${JSON.stringify({ schema_version: 1, models: sorted }, undefined, 2)}\n`)
  console.log(`${model.id}: ${file}, ${regimes.length} regimes`)
}
