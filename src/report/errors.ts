// Errors as users read them: the code and what happened, then where, why, and what to do, a line each; and as an object.
import { type AnalysisError, formatSpan, isAnalysisError } from '../text/index.ts'
import { plainStyle, type Style } from './terminal.ts'

export interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly where: {
    readonly file: string
    readonly line: number
    readonly column?: number
    readonly inside?: string
  } | null
  readonly why: readonly string[]
  readonly hint: string
}

/** An error of any kind; one that is no `AnalysisError` is a defect of the tool. */
export function errorReport(error: unknown): ErrorReport {
  if (isAnalysisError(error)) return fromAnalysis(error)
  const stack =
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .slice(1, 6)
          .map((line) => line.trim())
      : []
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    where: null,
    why: stack,
    hint: 'This is a defect of lm-predictor: please report it with the command that led here.',
  }
}

function fromAnalysis(error: AnalysisError): ErrorReport {
  const { code, message, span, notes, hint } = error
  return { code, message, where: span ?? null, why: notes, hint }
}

export function errorLines(report: ErrorReport, style: Style = plainStyle): string[] {
  const { code, message, where, why, hint } = report
  const lines = [`${style.red('error')} ${style.bold(code)}: ${message}`]
  if (where !== null) lines.push(`  ${formatSpan(where)}`)
  for (const reason of why) lines.push(`  ${reason}`)
  if (hint !== '') lines.push(`  ${hint}`)
  return lines
}
