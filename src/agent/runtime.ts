// What runs an agent: something that sends a task to a model, carries out the tools it asks for and says how that ended.
// There are several (`src/cli/agent`); nothing above depends on which it is.
import type { ToolHandler } from './tool.ts'

export interface Usage {
  /** Requests to the model. */
  readonly turns: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars as the runtime estimates them; undefined where it knows no prices. */
  readonly cost: number | undefined
}

export interface AgentTask {
  readonly system: string
  readonly prompt: string
  readonly tools: readonly ToolHandler[]
  /** Whether what was asked for has been handed in and accepted: then the run ends. */
  readonly isDone: () => boolean
  /** What to tell an agent that stops without having handed in anything. */
  readonly reminder: string
}

export interface AgentLimits {
  readonly model: string | undefined
  readonly maxTurns: number
  /** US dollars. */
  readonly maxCost: number | undefined
  readonly signal: AbortSignal
  readonly onUsage: (usage: Usage) => void
  /** A tool of the runtime's own was called. */
  readonly onForeignTool: (tool: string, input: unknown) => void
  /** Something worth a line: a retry, for example. */
  readonly onNotice: (text: string) => void
}

/** How a run ended. */
export type AgentEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'max-turns' }
  | { readonly kind: 'max-cost' }
  | { readonly kind: 'aborted' }
  /** The API refused: `isAccess` where it is for the key, or for there being none. */
  | {
      readonly kind: 'failed'
      readonly status: number | undefined
      readonly message: string
      readonly isAccess: boolean
    }

export interface AgentResult {
  readonly end: AgentEnd
  readonly usage: Usage
}

export type AgentRuntime = (task: AgentTask, limits: AgentLimits) => Promise<AgentResult>

export const noUsage: Usage = { turns: 0, inputTokens: 0, outputTokens: 0, cost: undefined }
