// `predict`: from the catalogue where it has the model, from sources otherwise.
import { modelFormats, predict, type PredictRequest } from '../../predict/index.ts'
import { predictionJson, predictionText } from '../../report/index.ts'
import { raise } from '../../text/index.ts'
import { cataloguedModel, hardwareNamed, modelAnalyses, modelFacts, storedInCatalogue } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'
import type { ModelOptions, PredictionInput } from '../engine.ts'
import { checkModel, checkpointFormat, modelArgument, modelOptions, storageOptions } from '../model-options.ts'

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
  const anyInput = flags.text('input-len') === undefined
  const { cacheFormat, weightBits, memoryReserve } = storageOptions(call)
  const hardware = problems.attempt(() =>
    hardwareNamed(
      flags.text('hardware') ??
        raise('bad-option', 'no --hardware is given', { hint: 'Known accelerators: lm-predictor hardware list.' }),
    ),
  )
  const catalogued = model === '' ? undefined : fromCatalogue(options, anyInput)
  if (catalogued === undefined) await checkModel(call, options)
  problems.stop()
  if (hardware === undefined) return 2
  const found =
    catalogued ??
    call.noted(await engine.predictionInput(options, { ...sizes, anyInput, asStored: weightBits === undefined }))
  const format = options.dtype ?? checkpointFormat(found.dtype)
  const prediction = predict({
    ...sizes,
    inputLength: found.sourceLength ?? sizes.inputLength,
    model: weightBits === undefined ? found : { ...found, stored: undefined },
    hardware,
    format,
    cacheFormat: cacheFormat ?? format,
    weightBits: weightBits ?? 8 * modelFormats[format].bytes,
    memoryReserve,
  })
  const json = () => predictionJson(prediction, call.provenance(found))
  await answer(call, 'prediction', () => predictionText(prediction, call.io.terminal), json)
  return prediction.memory.fits ? 0 : 1
}

/** A model of the catalogue with its analyses; undefined where sources have to be read. */
function fromCatalogue(options: ModelOptions, anyInput: boolean): Found | undefined {
  const entry = cataloguedModel(options)
  const analyses = entry === undefined ? undefined : modelAnalyses(entry.id)
  if (entry === undefined || analyses === undefined) return undefined
  const stored = storedInCatalogue(entry.id)
  const className = analyses.analyses.find((a) => a.phase === 'prefill')?.class_name ?? ''
  const sourceLength = anyInput ? analyses.sourceLength : undefined
  return { ...modelFacts(entry), ...analyses, sourceLength, id: options.model, className, stored }
}
