// What a step gives where the analysis gets through it, and what stands in its place where it does not.
import { isAnalysisError, type AnalysisError } from '../text/index.ts'

export function attempt<T, R>(step: () => T, otherwise: (stop: AnalysisError) => R): T | R {
  try {
    return step()
  } catch (e) {
    if (isAnalysisError(e)) return otherwise(e)
    throw e
  }
}

export const messageOf = ({ message }: AnalysisError): string => message

export const codeAndMessage = ({ code, message }: AnalysisError): string => `${code}: ${message}`
