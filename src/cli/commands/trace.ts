// `trace`: the kernels of one call, as a table, as lines of JSON, or as one object.
import { traceText } from '../../report/index.ts'
import { printOracleLine } from '../../trace/oracle.ts'
import type { Call } from '../command.ts'
import type { TraceResult } from '../engine.ts'
import { writeFileWhole } from '../files.ts'
import { callOptions, checkModel, modelArgument, modelOptions } from '../model-options.ts'
import { checkOwn } from '../schemas.ts'

export async function run(call: Call): Promise<number> {
  const { flags, problems, io, engine } = call
  const model = modelArgument(call)
  const options = modelOptions(call, model)
  const sizes = callOptions(call, { batch: 1, seq: 32, cache: 0 })
  const format = flags.choice('format', ['table', 'oracle']) ?? 'table'
  await checkModel(call, options)
  problems.stop()
  const result = call.noted(await engine.trace(options, sizes))
  const output = flags.text('output')
  const write = output === undefined ? io.out : (text: string) => writeFileWhole(output, text)
  if (flags.on('json')) {
    const text = jsonText(call, result)
    await checkOwn('trace', JSON.parse(text))
    write(text)
  } else if (format === 'oracle')
    write(
      lines(result)
        .map((line) => `${line}\n`)
        .join(''),
    )
  else
    write(
      `${traceText(`${result.id}  ${result.phase}`, result.lines, output === undefined ? io.terminal : { ...io.errorTerminal, width: 200 }).join('\n')}\n`,
    )
  return 0
}

function lines(result: TraceResult): string[] {
  return [...result.lines].map(printOracleLine)
}

/** By hand, a kernel a line: integers beyond 2^53 stay exact. */
function jsonText(call: Call, result: TraceResult): string {
  const { id, phase } = result
  const head = JSON.stringify({
    schema_version: 1,
    provenance: call.provenance(result),
    model: id,
    phase,
  })
  return `${head.slice(0, -1)},"kernels":[\n${lines(result).join(',\n')}\n]}\n`
}
