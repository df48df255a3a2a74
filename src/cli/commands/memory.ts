// `memory`: from the catalogue where it has the model, from sources otherwise.
import { memoryReport, usualLength } from '../../predict/index.ts'
import { memoryJson, memoryText } from '../../report/index.ts'
import { catalogueMemory, hardwareNamed } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'
import { checkModel, memoryRequest, modelArgument, modelOptions, storageOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const batch = flags.integer('batch', 1, 1)
  const given = (flag: string, least: number): number | undefined =>
    flags.text(flag) === undefined ? undefined : flags.integer(flag, least, least)
  const [context, inputLength, pageSize] = [given('context', 2), given('input-len', 2), given('page-size', 1)]
  const { cacheFormat, weightBits, memoryReserve } = storageOptions(call)
  const name = flags.text('hardware')
  const hardware = name === undefined ? undefined : problems.attempt(() => hardwareNamed(name))
  const catalogued = model === '' ? undefined : catalogueMemory(options)
  if (catalogued === undefined) await checkModel(call, options)
  problems.stop()
  const question = { batch, context, inputLength, pageSize, cacheFormat, weightBits, hardware, memoryReserve }
  const source = catalogued?.source
  const sourceLength =
    source === undefined ? undefined : (inputLength ?? source.length ?? context ?? usualLength(catalogued?.positions))
  const found =
    catalogued === undefined
      ? call.noted(await engine.memoryAnswer(options, question))
      : { ...catalogued, report: memoryReport({ ...memoryRequest(catalogued, options, question), sourceLength }) }
  const { report } = found
  const json = () => memoryJson(report, call.provenance(found))
  await answer(call, 'memory', () => memoryText(report, call.io.terminal), json)
  return report.fit === undefined || report.fit.fits ? 0 : 1
}
