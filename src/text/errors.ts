// The one way to stop. A code is a row of the table below: it decides the exit code and the hint a user gets when the
// place that raised had nothing more specific to say.
import type { Span } from './source.ts'

interface CodeRow {
  /** Exit code of the command line: 2 bad input, 3 the analysis stopped. */
  readonly exit: 2 | 3
  readonly hint: string
}

export const errorCodes = {
  'bad-option': { exit: 2, hint: 'See the command with --help.' },
  'bad-config': { exit: 2, hint: 'Correct the config file, or leave it out to use the defaults of the class.' },
  'bad-file': { exit: 2, hint: 'Check the path and the content of the file.' },
  'bad-phase': {
    exit: 2,
    hint: 'Phases: encode (encoder-decoders), prefill (cache 0), decode (seq 1), extend (seq > 1 on a cache), forward.',
  },
  'unknown-model': { exit: 2, hint: 'Known models: lm-predictor models list.' },
  'unknown-quantization': {
    exit: 2,
    hint: 'Give the width of the weights: --w-bits 4. Or leave quantization_config out of the config.',
  },
  'unknown-class': {
    exit: 2,
    hint: 'Give the fully qualified name, e.g. transformers.models.llama.modeling_llama.LlamaMLP.',
  },
  'unknown-hardware': { exit: 2, hint: 'Known accelerators: lm-predictor hardware list.' },
  'no-forward': { exit: 2, hint: 'Only a torch.nn.Module with a forward() of its own can be analysed.' },
  'no-cache': { exit: 2, hint: 'This model keeps no cache: use --phase prefill or forward.' },
  'not-transformers': { exit: 2, hint: 'Give the folder that holds transformers/__init__.py, or that folder itself.' },
  'bad-analysis': { exit: 2, hint: 'Make the file again with lm-predictor analyze.' },
  'missing-analysis': { exit: 2, hint: 'Run lm-predictor analyze --recursive for the model first.' },
  'reference-cycle': { exit: 2, hint: 'A class cannot contain itself: check the analysis files named above.' },
  'unbound-parameter': { exit: 2, hint: 'Make the callers’ analysis again with lm-predictor analyze --recursive.' },
  'assumption-failed': {
    exit: 3,
    hint: 'Ask for sizes within them, or analyse this config from source: --transformers DIR.',
  },
  'bad-override': { exit: 2, hint: 'Correct the entry; what one looks like: lm-predictor help overrides.' },
  'stale-override': {
    exit: 2,
    hint: 'The source has changed since the entry was written: read it again and correct the entry, or take it out.',
  },
  'write-failed': { exit: 2, hint: 'Check that the folder exists, is writable and has space.' },
  'source-not-found': {
    exit: 3,
    hint: 'Give the sources with --transformers DIR or --pytorch DIR, or fetch them: lm-predictor sources add transformers==5.23.0.',
  },
  'syntax-error': { exit: 2, hint: 'Correct the source; Python would not run it either.' },
  'unsupported-syntax': { exit: 3, hint: 'This construct of Python is not interpreted yet.' },
  'unsupported-op': {
    exit: 3,
    hint: 'No kernel of this name is known, so nothing below it was counted. Describe it in lm-predictor.overrides.json (lm-predictor help overrides).',
  },
  'unknown-name': {
    exit: 3,
    hint: 'The module that stands in for this library does not have the name. Describe it in lm-predictor.overrides.json (lm-predictor help overrides).',
  },
  'data-dependent-branch': {
    exit: 3,
    hint: 'It depends on the values of a tensor, which an analysis by shape cannot know. Decide it in lm-predictor.overrides.json (lm-predictor help overrides).',
  },
  'python-error': { exit: 3, hint: 'The analysed source raised this error; Python would raise it too.' },
  forbidden: {
    exit: 3,
    hint: 'Weights and data are not needed: build the model without them (pretrained=False, weights=None), or describe what is called in lm-predictor.overrides.json (lm-predictor help overrides).',
  },
  'budget-exceeded': {
    exit: 3,
    hint: 'The analysed source ran longer or deeper than an inference path does: look for endless recursion or an endless loop.',
  },
  'undecided-comparison': { exit: 3, hint: 'The comparison cannot be decided from the formulas.' },
  'not-on-inference-path': { exit: 3, hint: 'No call of this class was met in the default inference path.' },
  'agent-unavailable': { exit: 2, hint: 'Everything but --engine agent and --engine auto works without an agent.' },
  'agent-failed': { exit: 3, hint: 'Run the same command again: what was handed in so far is kept.' },
  'agent-limit': {
    exit: 3,
    hint: 'Run it again with a higher --max-turns or --max-cost: what was handed in so far is kept.',
  },
  'agent-rejected': {
    exit: 3,
    hint: 'SCRATCHPAD.md says what the checks found; run it again, or with another --agent-model.',
  },
  internal: { exit: 3, hint: 'This is a defect of lm-predictor: please report it with the command that led here.' },
} as const satisfies Record<string, CodeRow>

export type ErrorCode = keyof typeof errorCodes

/** What somebody who wants to help an analysis over a stop needs to know of it. */
export interface StopDetails {
  /** The dotted name that was asked for. */
  readonly name?: string
  /** What it was called with: `bf16[2,32,64]`, `eps=1e-05`. */
  readonly args?: readonly string[]
  /** What wanted the values of a tensor: `item()`, `a branch`. */
  readonly wanted?: string
  /** Dotted path of the module that was running, '' for the model itself. */
  readonly module?: string
  /** Python's stack, innermost last: `file:line in function`. */
  readonly stack?: readonly string[]
}

export interface ErrorOptions {
  readonly span?: Span | undefined
  readonly hint?: string | undefined
  readonly notes?: readonly string[]
  readonly details?: StopDetails | undefined
}

export class AnalysisError extends Error {
  readonly code: ErrorCode
  readonly span: Span | undefined
  /** What to do next. */
  readonly hint: string
  /** Further lines: the call stack, what was tried. */
  readonly notes: readonly string[]
  readonly details: StopDetails | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message)
    this.name = 'AnalysisError'
    this.code = code
    this.span = options.span
    this.hint = options.hint ?? errorCodes[code].hint
    this.notes = options.notes ?? []
    this.details = options.details
  }
}

/** Stops with an error. Every `AnalysisError` of the project starts here. */
export function raise(code: ErrorCode, message: string, options: ErrorOptions = {}): never {
  throw new AnalysisError(code, message, options)
}

export function isAnalysisError(e: unknown): e is AnalysisError {
  return e instanceof AnalysisError
}

/** What `run` gives; undefined where an error of one of these codes ends it. */
export function resultUnless<T>(codes: readonly ErrorCode[], run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (isAnalysisError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}
