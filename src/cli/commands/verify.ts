// `verify`: against the user's own PyTorch. Exit code 1 says that there is a difference.
import { verifyJson, verifyText } from '../../report/index.ts'
import { answer, type Call } from '../command.ts'
import { answerCoverage, everyType, filterOption } from '../every-type.ts'
import { callOf } from '../ledger.ts'
import { callOptions, checkModel, modelArgument, modelOptions, sourceOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  if (call.flags.on('all')) return verifyAll(call)
  const { flags, problems, io, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const sizes = callOptions(call, { batch: 1, seq: 32, cache: 0 })
  if (flags.text('filter') !== undefined)
    problems.add('bad-option', '--filter is for --all', 'Leave it out, or give --all in place of a model.')
  await checkModel(call, options)
  problems.stop()
  const result = call.noted(await engine.verify(options, sizes, flags.text('python'), flags.on('trust-remote-code')))
  const json = () => verifyJson(result, call.provenance(result))
  await answer(call, 'verify', () => verifyText(result, io.terminal), json)
  return result.differences.length === 0 ? 0 : 1
}

/** Every model type, by one call each, the one that was recorded where there is one: PyTorch starts anew for each. */
async function verifyAll(call: Call): Promise<number> {
  const { flags, problems, engine } = call
  const options = sourceOptions(call)
  const filter = filterOption(call)
  const own = callOptions(call, { batch: 1, seq: 32, cache: 0 })
  if (call.args.length > 0) problems.add('bad-option', '--all takes no model', 'Choose some types with --filter.')
  await problems.attemptAsync(() => engine.checkSources(options))
  problems.stop()
  let torch: string | undefined
  const chosen = { options, filter, workers: 1 }
  const found = await everyType(call, chosen, async (engine, type, recorded) => {
    const model = { ...options, model: type.className }
    const [first] = recorded?.calls ?? []
    const run = first === undefined ? own : callOf(first)
    const { against, kernels, differences } = await engine.verify(model, run, flags.text('python'), false)
    torch = /torch ([^\s,]+)/.exec(against)?.[1]
    if (differences.length === 0) return { status: 'equal', kernels }
    return { status: 'different', kernels, differing: [first?.phase ?? `${run.batch} × ${run.seq} tokens`] }
  })
  return answerCoverage(call, { ...found, torch })
}
