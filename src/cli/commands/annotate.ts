// `annotate`: a `forward()` with what its lines cost.
import { annotateJson, annotateText } from '../../report/index.ts'
import { hardwareNamed } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'
import { callOptions, checkModel, modelArgument, modelOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const sizes = callOptions(call, { batch: 1, seq: 32, cache: 0 })
  const name = flags.text('hardware')
  const hardware = name === undefined ? undefined : problems.attempt(() => hardwareNamed(name))
  await checkModel(call, options)
  problems.stop()
  const { forward, ...origin } = call.noted(await engine.annotate(options, sizes, flags.text('module'), hardware))
  const json = () => annotateJson(forward, call.provenance(origin))
  await answer(call, 'annotate', () => annotateText(forward, io.terminal), json)
  return 0
}
