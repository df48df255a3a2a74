// What somebody needs who is to help an analysis over a stop: what was asked for, with what, where, and which kind of
// override would help.
import type { Citation, Project } from '../huggingface/index.ts'
import { isAnalysisError, type ErrorCode } from '../text/index.ts'
import { linesOf } from './sources.ts'

export interface StopReport {
  readonly code: ErrorCode
  readonly message: string
  /** Which kind of entry lets the engine go on; null where none does. */
  readonly helps: 'kernel' | 'branch' | null
  /** The dotted name that was asked for: the `name` of a kernel entry, or the module it lies in. */
  readonly name: string | null
  /** What it was called with: `bf16[2,32,64]`, `eps=1e-05`. */
  readonly args: readonly string[]
  /** What wanted the values of a tensor: `item()`, `a branch`. */
  readonly wanted: string | null
  /** The line that stopped, as a branch entry quotes it in `at`. */
  readonly at: Citation | null
  /** The function it is in. */
  readonly inside: string | null
  /** Dotted path of the module that was running, '' for the model itself. */
  readonly module: string | null
  /** Python's stack, innermost last. */
  readonly stack: readonly string[]
}

const helping: Partial<Record<ErrorCode, StopReport['helps']>> = {
  'unsupported-op': 'kernel',
  'unknown-name': 'kernel',
  'source-not-found': 'kernel',
  'data-dependent-branch': 'branch',
}

/** The report of an error; undefined for one that is no stop of an analysis. With a project, the line's text is quoted. */
export function describeStop(error: unknown, project?: Project): StopReport | undefined {
  if (!isAnalysisError(error)) return undefined
  const { code, message, span, details } = error
  const named = details?.name !== undefined || code === 'data-dependent-branch'
  const text = span === undefined || project === undefined ? undefined : linesOf(project, span.file)?.[span.line - 1]
  return {
    code,
    message,
    helps: named ? (helping[code] ?? null) : null,
    name: details?.name ?? null,
    args: details?.args ?? [],
    wanted: details?.wanted ?? null,
    at: span === undefined ? null : { file: span.file, line: span.line, text: text?.trim() ?? '' },
    inside: span?.inside ?? null,
    module: details?.module ?? null,
    stack: details?.stack ?? [],
  }
}
