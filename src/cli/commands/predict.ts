// `predict`: from the catalogue where it has the model, from sources otherwise.
import { createHash } from 'node:crypto'
import {
  type CacheFormat,
  cacheFormats,
  type ModelFormat,
  modelFormatOf,
  modelFormats,
  predict,
  type PredictRequest,
} from '../../predict/index.ts'
import { predictionJson, predictionText } from '../../report/index.ts'
import { raise } from '../../text/index.ts'
import { type CatalogueModel, findModel, hardwareNamed, modelAnalyses } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'
import type { ModelOptions, PredictionInput } from '../engine.ts'
import { checkModel, dtypes, modelArgument, modelOptions } from '../model-options.ts'

type Sizes = Pick<PredictRequest, 'batch' | 'inputLength' | 'outputLength'>

interface Found extends PredictionInput {
  readonly variables?: Readonly<Record<string, number>>
}

export async function run(call: Call): Promise<number> {
  const { flags, problems, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const sizes: Sizes = {
    batch: flags.integer('batch', 1, 1),
    inputLength: flags.integer('input-len', 1024, 1),
    outputLength: flags.integer('output-len', 128, 1),
  }
  const cacheDtype = flags.choice('kv-dtype', Object.keys(cacheFormats) as CacheFormat[])
  const bits = flags.number('w-bits', NaN, (n) => n > 0 && n <= 64, 'a number of bits from 1 to 64')
  const memoryReserve = flags.number('memory-reserve', 0.1, (n) => n >= 0 && n < 1, 'a share from 0 to below 1')
  const hardware = problems.attempt(() =>
    hardwareNamed(
      flags.text('hardware') ??
        raise('bad-option', 'no --hardware is given', { hint: 'Known accelerators: lm-predictor hardware list.' }),
    ),
  )
  const catalogued = model === '' ? undefined : fromCatalogue(options)
  if (catalogued === undefined) await checkModel(call, options)
  problems.stop()
  if (hardware === undefined) return 2
  const found = catalogued ?? (await engine.predictionInput(options, sizes))
  const format = options.dtype ?? checkpointFormat(found)
  const prediction = predict({
    ...sizes,
    model: found,
    hardware,
    format,
    cacheFormat: cacheDtype ?? format,
    weightBits: Number.isNaN(bits) ? 8 * modelFormats[format].bytes : bits,
    memoryReserve,
  })
  const json = () =>
    predictionJson(prediction, call.provenance({ sources: found.sources, config_sha256: found.config_sha256 }))
  await answer(call, 'prediction', () => predictionText(prediction, call.io.terminal), json)
  return prediction.memory.fits ? 0 : 1
}

function checkpointFormat(found: Found): ModelFormat {
  return (
    modelFormatOf(found.dtype) ??
    raise('bad-config', `the checkpoint's dtype ${found.dtype} has no prediction`, {
      hint: `Choose one: --dtype ${dtypes.join('|')}.`,
    })
  )
}

/** A model of the catalogue with its analyses; undefined where sources have to be read. */
function fromCatalogue(options: ModelOptions): Found | undefined {
  const { model, className, config, transformers, pytorch, source } = options
  const plain = [className, config, transformers, pytorch, source].every((o) => o === undefined)
  const entry = plain ? findModel(model) : undefined
  const analyses = entry === undefined ? undefined : modelAnalyses(entry.id)
  if (entry === undefined || analyses === undefined) return undefined
  return { ...facts(entry), ...analyses, id: model, className: analyses.analyses[0]?.class_name ?? '' }
}

function facts({
  config,
  parameters,
}: CatalogueModel): Pick<Found, 'parameters' | 'vocabularySize' | 'dtype' | 'config_sha256'> {
  return {
    parameters: parameters.count,
    vocabularySize: Number(config['vocab_size']),
    dtype: String(config['dtype']),
    config_sha256: createHash('sha256').update(JSON.stringify(config)).digest('hex'),
  }
}
