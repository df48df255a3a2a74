// `inspect`: the module tree of a model.
import { inspectJson, inspectText } from '../../report/index.ts'
import { answer, type Call } from '../command.ts'
import { checkModel, modelArgument, modelOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const model = modelArgument(call, flags.text('model-id'))
  const options = modelOptions(call, model)
  const depth = flags.text('depth') === undefined ? undefined : flags.integer('depth', 1, 1)
  await checkModel(call, options)
  problems.stop()
  const { id, root, ...origin } = call.noted(await engine.inspect(options))
  const json = () => inspectJson(id, root, call.provenance(origin))
  await answer(call, 'inspect', () => inspectText(id, root, depth, io.terminal), json)
  return 0
}
