// `hardware list`: the accelerators that come with the tool.
import { hardwareJson, hardwareText } from '../../report/index.ts'
import { allHardware } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'

export function run(call: Call): Promise<number> {
  call.problems.stop()
  const all = allHardware()
  answer(
    call,
    () => hardwareText(all, call.io.terminal),
    () => hardwareJson(all),
  )
  return Promise.resolve(0)
}
