// Makes catalogue/analyses: the stage-2 analyses that predictions of the catalogue's checkpoints need, by regime.
// Checkpoints whose analyses differ in the values of variables alone share a file; `index.json` says which file a
// checkpoint has, and its values. Source text stays out: formulas, shapes and line numbers are what a prediction reads.
// usage: tsx scripts/make-catalogue.ts [--only PATTERN] [--missing] --transformers DIR
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type CatalogueModel, catalogueModels } from '../src/cli/catalogue.ts'
import { engine, type PredictionInput } from '../src/cli/engine.ts'
import { writeFileWhole } from '../src/cli/files.ts'
import { packageRoot } from '../src/cli/paths.ts'
import type { RegimeAnalysis } from '../src/predict/index.ts'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, missing: { type: 'boolean' }, transformers: { type: 'string' } },
})
const folder = join(packageRoot(), 'catalogue', 'analyses')

/** Prompts and caches up to this length are covered: every window and every limit of positions in the catalogue lies below. */
const longestInput = 131_072

/** What a checkpoint's predictions need; the length of its source where the config sets it. */
interface Made extends PredictionInput {
  readonly fixedSource: number | undefined
}

async function inputOf(model: CatalogueModel): Promise<Made> {
  const found = new Map<string, RegimeAnalysis>()
  const ask = async (batch: number, inputLength: number, outputLength: number): Promise<PredictionInput> => {
    const input = await engine.predictionInput(
      { model: model.id, transformers: options.transformers },
      { batch, inputLength, anyInput: true, outputLength, longestInput, asStored: false },
    )
    for (const analysis of input.analyses) {
      const stripped = withoutText(analysis)
      found.set(JSON.stringify({ ...stripped, sizes: regimeSizes(analysis) }), stripped)
    }
    return input
  }
  // One token of a source is a case of its own, as one of a prompt is; the cache of its decoder grows with the output alone.
  const first = await ask(1, 1, 2)
  const { sourceLength } = first
  const isEncoderDecoder = first.analyses.some((a) => a.phase === 'encode')
  for (const batch of [1, 2]) {
    if (!isEncoderDecoder) {
      if (batch > 1) await ask(batch, 1, 2)
    } else for (const source of sourceLength === 1 ? [1, 2] : [1]) await ask(batch, source, longestInput)
  }
  return { ...first, analyses: [...found.values()], fixedSource: sourceLength === 1 ? undefined : sourceLength }
}

/** Sizes from 2 on are one regime. */
function regimeSizes({ sizes }: RegimeAnalysis): object {
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Math.min(size, 2)]))
}

/** Fields that tell a reader how a formula came about, and the lines it came from. */
const texts = new Set(['analysis', 'text', 'provenance'])

function withoutText(analysis: RegimeAnalysis): RegimeAnalysis {
  return JSON.parse(
    JSON.stringify(analysis, (key, value: unknown) => (texts.has(key) ? undefined : value)),
  ) as RegimeAnalysis
}

function valuesOf(analyses: readonly RegimeAnalysis[]): Record<string, number> {
  const sizes = new Set(['batch_size', 'seq_len', 'cache_len', 'encoder_len', 'w_bytes', 'a_bytes'])
  const values = analyses.flatMap((a) =>
    Object.entries(a.variables).map(([name, v]) => [name, Number(v.value)] as const),
  )
  return Object.fromEntries(values.filter(([name]) => !sizes.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function withoutValues(analysis: RegimeAnalysis): RegimeAnalysis {
  const variables = Object.fromEntries(
    Object.entries(analysis.variables).map(([name, v]) => [name, { ...v, value: null }]),
  )
  return { ...analysis, variables }
}

type Index = Record<string, { file: string; variables: Record<string, number>; source_length?: number }>

/** What is there already stays when only some checkpoints are made. */
function existing(): { index: Index; files: Map<string, string> } {
  const path = join(folder, 'index.json')
  if (!existsSync(path)) return { index: {}, files: new Map() }
  const { models } = JSON.parse(readFileSync(path, 'utf8')) as { models: Index }
  const names = [...new Set(Object.values(models).map((m) => m.file))]
  const texts = names.map(
    (name) => [analysesText(gunzipSync(readFileSync(join(folder, name))).toString('utf8')), name] as const,
  )
  return { index: models, files: new Map(texts) }
}

function analysesText(file: string): string {
  return JSON.stringify((JSON.parse(file) as { analyses: unknown }).analyses)
}

mkdirSync(folder, { recursive: true })
if (options.only === undefined && options.missing !== true) {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
}
const { index, files } = existing()

for (const model of catalogueModels()) {
  if (options.only !== undefined && !model.id.includes(options.only)) continue
  if (options.missing === true && index[model.id] !== undefined) continue
  const { analyses, sources, fixedSource } = await inputOf(model)
  const shared = JSON.stringify(analyses.map(withoutValues))
  let file = files.get(shared)
  if (file === undefined) {
    // Named after the first checkpoint that has it.
    file = `${model.id.replace('/', '--')}.json.gz`
    files.set(shared, file)
    const text = `{"schema_version":1,"sources":${JSON.stringify(sources)},"analyses":${shared}}\n`
    writeFileWhole(join(folder, file), gzipSync(text, { level: 9 }))
  }
  const source = fixedSource === undefined ? {} : { source_length: fixedSource }
  index[model.id] = { file, variables: valuesOf(analyses), ...source }
  const sorted = Object.fromEntries(Object.entries(index).sort(([x], [y]) => (x < y ? -1 : 1)))
  writeFileWhole(join(folder, 'index.json'), `${JSON.stringify({ schema_version: 1, models: sorted }, undefined, 2)}\n`)
  console.log(`${model.id}: ${file}, ${analyses.length} regimes`)
}
