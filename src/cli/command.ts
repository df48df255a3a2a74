// A command as the table of commands describes it, and what it gets to run with.
import type { Provenance } from '../trace/formats.ts'
import type { Origin } from './engine.ts'
import type { Flags } from './flags.ts'
import type { Io } from './io.ts'
import type { Problems } from './problems.ts'

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
  readonly load: () => Promise<{ readonly run: (call: Call) => Promise<number> }>
}

/** One call of a command. */
export interface Call {
  readonly io: Io
  readonly args: readonly string[]
  readonly flags: Flags
  readonly problems: Problems
  /** What a result says of its origin. */
  readonly provenance: (origin: Origin) => Provenance
}

export const bundledOnly: Origin = { sources: [], config_sha256: null }

/** A page of text, or an object for programs; also into the file that `--output` names. */
export function answer({ io, flags }: Call, text: () => readonly string[], json: () => object): void {
  if (flags.on('json')) io.out(`${JSON.stringify(json(), undefined, 2)}\n`)
  else io.out(`${text().join('\n')}\n`)
}
