// `models list`: the checkpoints of the catalogue.
import { modelsJson, modelsText } from '../../report/index.ts'
import { listedModels } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'

export function run(call: Call): Promise<number> {
  call.problems.stop()
  const models = listedModels()
  answer(
    call,
    () => modelsText(models, call.io.terminal),
    () => modelsJson(models),
  )
  return Promise.resolve(0)
}
