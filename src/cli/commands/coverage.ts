// `coverage`: every model type of a library, compared with what PyTorch was recorded to launch. Exit code 1 says that one
// differs.
import { availableParallelism } from 'node:os'
import { coverageMarkdown } from '../../report/index.ts'
import type { Call } from '../command.ts'
import type { CoveredCall, SourceOptions } from '../engine.ts'
import { answerCoverage, everyType, filterOption, type TypeCheck } from '../every-type.ts'
import { callOf, type RecordedCall } from '../ledger.ts'
import { sourceOptions } from '../model-options.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, engine } = call
  const options = sourceOptions(call)
  const filter = filterOption(call)
  const format = flags.choice('format', ['table', 'markdown']) ?? 'table'
  const workers = flags.integer('workers', availableParallelism(), 1)
  await problems.attemptAsync(() => engine.checkSources(options))
  problems.stop()
  const coverage = await everyType(call, { options, filter, workers }, compareWith(options))
  return answerCoverage(call, coverage, format === 'markdown' ? coverageMarkdown : undefined)
}

const compareWith =
  (options: SourceOptions): TypeCheck =>
  async (engine, type, recorded) => {
    const calls = await engine.cover(options, type, recorded?.calls.map(callOf) ?? [ownDefaults])
    const kernels = calls.reduce((n, c) => n + c.kernels, 0)
    if (recorded === undefined) return { status: 'unverified', kernels }
    const differing = calls.filter((c, i) => !isEqual(c, recorded.calls[i])).map((c) => c.phase)
    return { status: differing.length === 0 ? 'equal' : 'different', kernels, differing }
  }

/** The call of a type that nothing is recorded of. */
const ownDefaults = { batch: 1, seq: 32, cache: 0, inputs: [] }

function isEqual(call: CoveredCall, recorded: RecordedCall | undefined): boolean {
  return recorded?.digest === call.digest && recorded.kernels === call.kernels
}
