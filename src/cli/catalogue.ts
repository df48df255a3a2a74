// The data files that come with the tool: checkpoints as facts, their analyses, accelerators. A file is read when it is
// asked for by name; the whole folder only for lists and suggestions.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { nearest } from '../text/index.ts'
import { findHardware, type Hardware, type RegimeAnalysis } from '../predict/index.ts'
import type { ListedModel } from '../report/index.ts'
import type { MemoryAnalysis, SourcePackage, StoredWeights, WeightGroup } from '../trace/formats.ts'
import type { MemoryInput, ModelOptions, PredictionInput } from './engine.ts'
import { packageRoot } from './paths.ts'

export interface CatalogueModel {
  readonly id: string
  readonly aliases: readonly string[]
  readonly parameters: { readonly count: number; readonly published: string; readonly source: string }
  /** The values of the checkpoint's config.json that matter to the computation. */
  readonly config: Readonly<Record<string, unknown>>
  readonly source: string
}

/** One file of `catalogue/analyses`, compressed: the regimes of an architecture, shared by the checkpoints that differ in sizes alone. */
interface AnalysisFile {
  readonly sources: readonly SourcePackage[]
  readonly analyses: readonly RegimeAnalysis[]
}

/** One file of `catalogue/memory`, compressed: what an architecture keeps in memory, by regime. */
interface MemoryFile {
  readonly class_name: string
  readonly sources: readonly SourcePackage[]
  readonly weights: readonly WeightGroup[]
  readonly regimes: readonly MemoryAnalysis[]
}

/** `index.json` of both folders: which file holds a checkpoint's analyses, and its values for their variables. */
interface AnalysisIndex {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly file: string
        readonly variables: Readonly<Record<string, number>>
        /** In `catalogue/analyses`: of what an encoder-decoder reads, where its config leaves no choice. */
        readonly source_length?: number
        /** In `catalogue/memory`: how the checkpoint stores its weights, where it is quantised. */
        readonly stored?: readonly StoredWeights[]
      }
    >
  >
}

interface Indexed {
  readonly variables: Readonly<Record<string, number>>
  readonly sourceLength: number | undefined
}

export interface CatalogueAnalyses extends AnalysisFile, Indexed {}

function readJson<T>(...path: readonly string[]): T | undefined {
  const file = join(packageRoot(), ...path)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function jsonNames(...folder: readonly string[]): string[] {
  const names = readdirSync(join(packageRoot(), ...folder)).filter((name) => name.endsWith('.json'))
  return names
    .map((name) => name.slice(0, -'.json'.length))
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}

const isFileName = /^[\w.-]+$/

function modelFile(id: string): string | undefined {
  const name = id.replace('/', '--')
  return isFileName.test(name) ? `${name}.json` : undefined
}

export function catalogueModels(): CatalogueModel[] {
  const models = jsonNames('catalogue', 'models').map((name) =>
    readJson<CatalogueModel>('catalogue', 'models', `${name}.json`),
  )
  return models.filter((m) => m !== undefined)
}

/** A checkpoint by its id or by another id that names the same facts. */
export function findModel(id: string): CatalogueModel | undefined {
  const file = modelFile(id)
  const named = file === undefined ? undefined : readJson<CatalogueModel>('catalogue', 'models', file)
  return named ?? catalogueModels().find((m) => m.aliases.includes(id))
}

export function nearestModels(id: string): string[] {
  const models = catalogueModels()
  const ids = nearest(
    id,
    models.map((m) => m.id),
  )
  return ids.length > 0
    ? ids
    : nearest(
        id,
        models.flatMap((m) => m.aliases),
      )
}

/** The config of a checkpoint as JSON text, in which `1.0` is not yet `1`. */
export function modelConfigText(id: string): string | undefined {
  const model = findModel(id)
  const file = model === undefined ? undefined : modelFile(model.id)
  if (file === undefined) return undefined
  const text = readFileSync(join(packageRoot(), 'catalogue', 'models', file), 'utf8')
  return /^ {2}"config": (\{.*?^ {2}\})/ms.exec(text)?.[1]
}

/** How a checkpoint stores its weights; undefined where it is not quantised. */
export function storedInCatalogue(id: string): readonly StoredWeights[] | undefined {
  return readJson<AnalysisIndex>('catalogue', 'memory', 'index.json')?.models[id]?.stored
}

export function modelAnalyses(id: string): CatalogueAnalyses | undefined {
  return indexed<AnalysisFile>('analyses', id)
}

/** Of the source that an encoder-decoder reads, where its config leaves no choice. */
function fixedSource(id: string): number | undefined {
  return readJson<AnalysisIndex>('catalogue', 'analyses', 'index.json')?.models[id]?.source_length
}

/** What a folder of analyses has of a checkpoint. */
function indexed<T>(folder: string, id: string): (T & Indexed) | undefined {
  const entry = readJson<AnalysisIndex>('catalogue', folder, 'index.json')?.models[id]
  if (entry === undefined) return undefined
  const text = gunzipSync(readFileSync(join(packageRoot(), 'catalogue', folder, entry.file))).toString('utf8')
  return { ...(JSON.parse(text) as T), variables: entry.variables, sourceLength: entry.source_length }
}

/** The checkpoint that options name, where nothing else is asked for that the catalogue does not hold. */
export function cataloguedModel(options: ModelOptions): CatalogueModel | undefined {
  const { model, className, config, transformers, pytorch, source } = options
  const plain = [className, config, transformers, pytorch, source].every((o) => o === undefined)
  return plain ? findModel(model) : undefined
}

/** A value of a config, or of the part of it that is of text. */
function ofText(config: CatalogueModel['config'], name: string): unknown {
  return config[name] ?? (config['text_config'] as CatalogueModel['config'] | undefined)?.[name]
}

export function modelFacts({
  config,
  parameters,
}: CatalogueModel): Pick<PredictionInput, 'parameters' | 'vocabularySize' | 'dtype' | 'config_sha256'> {
  return {
    parameters: parameters.count,
    vocabularySize: Number(ofText(config, 'vocab_size')),
    dtype: String(ofText(config, 'dtype')),
    config_sha256: createHash('sha256').update(JSON.stringify(config)).digest('hex'),
  }
}

/** Under what names configs say how many positions a decoder has. */
export const positionNames = ['max_position_embeddings', 'max_target_positions'] as const

interface CatalogueMemory extends MemoryInput {
  /** Whether a source is read, and how long it is where the config leaves no choice. */
  readonly source: { readonly length: number | undefined } | undefined
}

/** What the catalogue knows of a model's memory; undefined where sources have to be read. */
export function catalogueMemory(options: ModelOptions): CatalogueMemory | undefined {
  const entry = cataloguedModel(options)
  const found = entry === undefined ? undefined : indexed<MemoryFile>('memory', entry.id)
  if (entry === undefined || found === undefined) return undefined
  const { config_sha256, parameters, dtype } = modelFacts(entry)
  const { class_name: className, variables, ...file } = found
  const names = positionNames.flatMap((name) => [`config.${name}`, `config.text_config.${name}`])
  const [positions] = names.flatMap((name) => variables[name] ?? [])
  const stored = storedInCatalogue(entry.id)
  const readsSource = file.regimes.some((r) => r.sizes.encoder_len !== undefined)
  const source = readsSource ? { length: fixedSource(entry.id) } : undefined
  return {
    ...file,
    id: options.model,
    className,
    variables,
    config_sha256,
    parameters,
    dtype,
    positions,
    stored,
    source,
  }
}

export function listedModels(): ListedModel[] {
  const index = readJson<AnalysisIndex>('catalogue', 'analyses', 'index.json')
  return catalogueModels().map(({ id, aliases, parameters, config }) => ({
    id,
    aliases,
    class_name: String((config['architectures'] as readonly string[])[0]),
    model_type: String(config['model_type']),
    dtype: String(ofText(config, 'dtype')),
    parameters: parameters.count,
    analysed: index?.models[id] !== undefined,
  }))
}

export function allHardware(): Hardware[] {
  return jsonNames('hardware')
    .map((name) => readHardware(name))
    .filter((h) => h !== undefined)
}

/** An accelerator by name; an unknown name is an error that suggests others. */
export function hardwareNamed(name: string): Hardware {
  const known = readHardware(name)
  return known ?? findHardware(name, new Map(allHardware().map((h) => [h.name, h])))
}

function readHardware(name: string): Hardware | undefined {
  if (!isFileName.test(name)) return undefined
  const facts = readJson<Hardware & { $schema?: string }>('hardware', `${name}.json`)
  // The pointer to the schema is for editors.
  delete facts?.$schema
  return facts
}
