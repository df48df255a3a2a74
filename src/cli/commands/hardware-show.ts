// `hardware show`: one accelerator, each fact with its source.
import { hardwareDetails, hardwareJson } from '../../report/index.ts'
import { hardwareNamed } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'

export async function run(call: Call): Promise<number> {
  const { args, problems, io } = call
  const [name] = args
  if (name === undefined)
    problems.add('bad-option', 'no accelerator is named', 'Known accelerators: lm-predictor hardware list.')
  const hardware = name === undefined ? undefined : problems.attempt(() => hardwareNamed(name))
  problems.stop()
  if (hardware !== undefined)
    await answer(
      call,
      'hardware_list',
      () => hardwareDetails(hardware, io.terminal),
      () => hardwareJson([hardware]),
    )
  return 0
}
