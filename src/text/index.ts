// Source text, places in it, and the one error type. Everything above refers to source by `Span`; every failure that
// ends an analysis is an `AnalysisError` raised by `raise()`, with a code from the table in `codes.ts`.
export { SourceFile, type Span, formatSpan } from './source.ts'
export {
  AnalysisError,
  raise,
  isAnalysisError,
  resultUnless,
  type ErrorCode,
  errorCodes,
  type ErrorOptions,
  type StopDetails,
} from './errors.ts'
export { type SourceProvider, memorySources } from './provider.ts'
export { nearest } from './nearest.ts'
export { combinations, numbersIn, rangesOf, rangesText, starred } from './ranges.ts'
