// `hardware list`: the accelerators that come with the tool.
import { hardwareJson, hardwareText } from '../../report/index.ts'
import { allHardware } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'

export async function run(call: Call): Promise<number> {
  call.problems.stop()
  const all = allHardware()
  await answer(
    call,
    'hardware_list',
    () => hardwareText(all, call.io.terminal),
    () => hardwareJson(all),
  )
  return 0
}
