// Which runtimes there are. Each is loaded when it is asked for, and so are the packages it needs, which users install
// themselves: everything else works without them.
import type { AgentRuntime } from '../../agent/index.ts'

export interface RuntimeOptions {
  /** The environment that keys come from, as the program that a runtime may start gets it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folders that the agent may read, absolute. */
  readonly folders: readonly string[]
  /** Milliseconds that one answer of the model may take. */
  readonly stepTimeout: number
  /** How often a request that failed is made again, by a runtime that leaves it to its caller. */
  readonly retries: number
}

export const runtimeNames = ['claude', 'ai'] as const

export type RuntimeName = (typeof runtimeNames)[number]

export function runtimeOf(name: RuntimeName, options: RuntimeOptions): AgentRuntime {
  if (name === 'ai') return async (...run) => (await import('./ai.ts')).runAi(...run, options)
  return async (...run) => (await import('./claude.ts')).runClaude(...run, options)
}
