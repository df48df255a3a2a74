// `memory`: from the catalogue where it has the model, from sources otherwise.
import { memoryReport } from '../../predict/index.ts'
import { memoryJson, memoryText } from '../../report/index.ts'
import { catalogueMemory, hardwareNamed } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'
import { checkModel, memoryRequest, modelArgument, modelOptions, storageOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const batch = flags.integer('batch', 1, 1)
  const context = flags.integer('context', 4096, 2)
  const inputLength = flags.text('input-len') === undefined ? undefined : flags.integer('input-len', context, 2)
  const pageSize = flags.text('page-size') === undefined ? undefined : flags.integer('page-size', 16, 1)
  const { cacheFormat, weightBits, memoryReserve } = storageOptions(call)
  const name = flags.text('hardware')
  const hardware = name === undefined ? undefined : problems.attempt(() => hardwareNamed(name))
  const catalogued = model === '' ? undefined : catalogueMemory(options)
  if (catalogued === undefined) await checkModel(call, options)
  problems.stop()
  const question = { batch, context, inputLength, pageSize, cacheFormat, weightBits, hardware, memoryReserve }
  const source = catalogued?.source
  const sourceLength = source === undefined ? undefined : (inputLength ?? source.length ?? context)
  const found =
    catalogued === undefined
      ? call.noted(await engine.memoryAnswer(options, question))
      : { ...catalogued, report: memoryReport({ ...memoryRequest(catalogued, options, question), sourceLength }) }
  const { report } = found
  const json = () => memoryJson(report, call.provenance(found))
  await answer(call, 'memory', () => memoryText(report, call.io.terminal), json)
  return report.fit === undefined || report.fit.fits ? 0 : 1
}
