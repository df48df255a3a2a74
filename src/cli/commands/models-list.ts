// `models list`: the checkpoints of the catalogue.
import { modelsJson, modelsText } from '../../report/index.ts'
import { listedModels } from '../catalogue.ts'
import { answer, type Call } from '../command.ts'

export async function run(call: Call): Promise<number> {
  call.problems.stop()
  const models = listedModels()
  await answer(
    call,
    'models_list',
    () => modelsText(models, call.io.terminal),
    () => modelsJson(models),
  )
  return 0
}
