// A command as the table of commands describes it, and what it gets to run with.
import type { Provenance } from '../trace/formats.ts'
import type { Engine, Origin } from './engine.ts'
import { writeFileWhole } from './files.ts'
import type { Flags } from './flags.ts'
import type { Io } from './io.ts'
import type { Problems } from './problems.ts'
import { checkOwn } from './schemas.ts'

export interface OptionRow {
  /** As commander writes it: `--batch <n>`. */
  readonly flags: string
  readonly text: string
  /** May be given several times. */
  readonly repeated?: true
}

export interface CommandRow {
  /** `['hardware', 'show']` */
  readonly path: readonly string[]
  readonly summary: string
  /** Works as it stands; help opens with it. */
  readonly example: string
  /** `[model]`: all are optional to commander, so that a missing one is reported with the other problems. */
  readonly args?: readonly string[]
  readonly options: readonly OptionRow[]
  /** Nothing is answered without the interpreter, so its thread starts at once. */
  readonly engine?: true
  readonly load: () => Promise<{ readonly run: (call: Call) => Promise<number> }>
}

/** One call of a command. */
export interface Call {
  readonly io: Io
  readonly args: readonly string[]
  readonly flags: Flags
  readonly problems: Problems
  readonly engine: Engine
  /** One more, which works beside it where there are threads. */
  readonly anotherEngine: () => Engine
  /** What a result says of its origin. */
  readonly provenance: (origin: Origin) => Provenance
  /** Says on stderr which overrides a result rests on; the result itself. */
  readonly noted: <T extends Origin>(result: T) => T
}

/** A page of text, or an object for programs, checked against its schema; also into the file that `--output` names. */
export async function answer(
  { io, flags }: Call,
  schema: string,
  text: () => readonly string[],
  json: () => object,
): Promise<void> {
  const output = flags.text('output')
  if (output === undefined && !flags.on('json')) return io.out(`${text().join('\n')}\n`)
  const value = json()
  await checkOwn(schema, value)
  const page = `${JSON.stringify(value, undefined, 2)}\n`
  if (output !== undefined) writeFileWhole(output, page)
  io.out(flags.on('json') ? page : `${text().join('\n')}\n`)
}
