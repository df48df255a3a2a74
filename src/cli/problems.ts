// All problems of one call are collected before it stops, so that a user mends them in one go.
import { type AnalysisError, errorCodes, type ErrorCode, isAnalysisError, raise } from '../text/index.ts'

/** What ends a command: one or more errors. */
export class CommandFailed extends Error {
  constructor(readonly errors: readonly AnalysisError[]) {
    super(errors.map((e) => e.message).join('; '))
  }
}

export class Problems {
  readonly #errors: AnalysisError[] = []

  /** Runs a step; its error is kept for later. */
  attempt<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      this.#keep(error)
      return undefined
    }
  }

  async attemptAsync<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step()
    } catch (error) {
      this.#keep(error)
      return undefined
    }
  }

  add(code: ErrorCode, message: string, hint?: string): void {
    this.attempt(() => raise(code, message, { hint }))
  }

  /** Stops here if anything went wrong. */
  stop(): void {
    if (this.#errors.length > 0) throw new CommandFailed(this.#errors)
  }

  #keep(error: unknown): void {
    if (isAnalysisError(error)) this.#errors.push(error)
    else if (error instanceof CommandFailed) this.#errors.push(...error.errors)
    else throw error
  }
}

/** Of several errors the gravest decides: bad input (2) can be mended at once, so a stopped analysis (3) outweighs it. */
export function exitCodeOf(errors: readonly unknown[]): number {
  return Math.max(...errors.map((e) => (isAnalysisError(e) ? errorCodes[e.code].exit : errorCodes.internal.exit)))
}
