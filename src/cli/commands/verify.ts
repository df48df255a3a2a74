// `verify`: against the user's own PyTorch. Exit code 1 says that there is a difference.
import { verifyJson, verifyText } from '../../report/index.ts'
import { answer, type Call } from '../command.ts'
import { callOptions, checkModel, modelArgument, modelOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const sizes = callOptions(call, { batch: 1, seq: 32, cache: 0 })
  await checkModel(call, options)
  problems.stop()
  const result = call.noted(await engine.verify(options, sizes, flags.text('python'), flags.on('trust-remote-code')))
  const json = () => verifyJson(result, call.provenance(result))
  await answer(call, 'verify', () => verifyText(result, io.terminal), json)
  return result.differences.length === 0 ? 0 : 1
}
