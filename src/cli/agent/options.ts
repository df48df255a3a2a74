// The options of everything that an agent does, and what they come to.
import type { Call, OptionRow } from '../command.ts'
import type { CallOptions, SourceOptions } from '../engine.ts'
import { runtimeNames, type RuntimeName } from './runtimes.ts'

export interface AgentOptions {
  readonly runtime: RuntimeName
  readonly model: string | undefined
  readonly maxTurns: number
  /** US dollars for the whole command; undefined where the runtime knows no prices. */
  readonly maxCost: number | undefined
  readonly concurrency: number
}

export const engineNames = ['engine', 'agent', 'auto'] as const

/** What is to be analysed, and by which agent. */
export interface AgentTask {
  readonly module: string
  readonly sources: SourceOptions
  readonly call: CallOptions
  readonly recursive: boolean
  readonly options: AgentOptions
  /** The folder of SCRATCHPAD.md. */
  readonly folder: string
  /** A Python with torch, to compare with what it launches. */
  readonly python: string | undefined
}

const defaults = { maxTurns: 60, maxCost: 5, concurrency: 2 } as const

export const agentFlags: readonly OptionRow[] = [
  { flags: '--agent-runtime <name>', text: 'what runs the agent: claude (Claude Agent SDK) or ai (AI SDK) (claude)' },
  { flags: '--agent-model <model>', text: "the agent's model; with ai as PROVIDER/MODEL" },
  { flags: '--max-turns <n>', text: `requests to the model for each class or stop (${defaults.maxTurns})` },
  { flags: '--max-cost <dollars>', text: `what the agent may spend, estimated; claude only (${defaults.maxCost})` },
]

/**
 * @param isWanted whether an agent takes part: what it needs is asked for only then
 * @param names options that name the agent's model
 */
export function agentOptions(
  { flags, problems }: Call,
  isWanted: boolean,
  names: readonly string[] = ['agent-model'],
): AgentOptions {
  const runtime = flags.choice('agent-runtime', runtimeNames) ?? 'claude'
  const [model] = names.flatMap((name) => flags.text(name) ?? [])
  if (isWanted && runtime === 'ai' && model === undefined)
    problems.add(
      'bad-option',
      '--agent-runtime ai needs a model',
      'For example --agent-model anthropic/claude-sonnet-5.',
    )
  if (runtime === 'ai' && flags.text('max-cost') !== undefined)
    problems.add('bad-option', '--max-cost: the runtime ai knows no prices', 'Limit it with --max-turns.')
  const cost = flags.number('max-cost', defaults.maxCost, (n) => n > 0, 'a number of dollars above 0')
  return {
    runtime,
    model,
    maxTurns: flags.integer('max-turns', defaults.maxTurns, 1),
    maxCost: runtime === 'ai' ? undefined : cost,
    concurrency: flags.integer('concurrency', defaults.concurrency, 1),
  }
}
