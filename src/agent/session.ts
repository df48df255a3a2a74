// One task for an agent, from the prompt to something accepted or to the error that says why there is nothing. Here is what
// every task has: the tool to give up with, the count of rejections, the end.
import { z } from 'zod'
import { raise } from '../text/index.ts'
import { AgentLog, usageText, type Submission } from './log.ts'
import type { Redact } from './redact.ts'
import type { AgentEnd, AgentRuntime, Usage } from './runtime.ts'
import { defineTool, type ToolAnswer, type ToolHandler } from './tool.ts'

/** What the checks say of something handed in; `value` is what is kept of it unless it is rejected. */
export interface Review<T> extends Submission {
  readonly value: T
}

export interface TaskDefinition<T> {
  /** What the agent is at, in words: a class, a stop. */
  readonly target: string
  readonly system: string
  readonly prompt: string
  readonly tools: readonly ToolHandler[]
  /** The tool by which the result is handed in. */
  readonly submit: {
    readonly name: string
    readonly description: string
    readonly shape: z.ZodRawShape
    readonly review: (input: unknown) => Promise<Review<T>>
  }
  /** Called as soon as something is accepted, before the agent hears of it. */
  readonly onAccepted: (review: Review<T>) => Promise<void> | void
}

export interface SessionOptions {
  readonly runtime: AgentRuntime
  readonly model: string | undefined
  readonly maxTurns: number
  readonly maxCost: number | undefined
  /** How often something may be handed in. */
  readonly maxSubmissions: number
  readonly signal: AbortSignal
  readonly redact: Redact
  readonly onChange: (log: AgentLog) => void
}

export interface SessionResult<T> {
  readonly review: Review<T>
  readonly log: AgentLog
}

/** A run that its user ended. */
export class Interrupted extends Error {}

/** @throws AnalysisError where nothing is accepted; the log is with `options.onChange` by then */
export async function runTask<T>(task: TaskDefinition<T>, options: SessionOptions): Promise<SessionResult<T>> {
  const log = new AgentLog(task.target, options.redact, options.onChange)
  const state = new TaskState(task, log, options.maxSubmissions)
  const tools = [...task.tools, state.submitTool(), state.notFoundTool()].map((t) => log.observed(t))
  const { end, usage } = await options.runtime(
    {
      system: task.system,
      prompt: task.prompt,
      tools,
      isDone: () => state.isDone,
      reminder: `You have not handed in anything that was accepted. Call ${task.submit.name}, or not_found if something you need is not in the given sources.`,
    },
    {
      model: options.model,
      maxTurns: options.maxTurns,
      maxCost: options.maxCost,
      signal: options.signal,
      onUsage: (u) => log.counted(u),
      onForeignTool: (tool, input) => log.step(tool, input, false),
      onNotice: (text) => log.notice(text),
    },
  )
  log.counted(usage)
  if (state.accepted !== undefined) return { review: state.accepted, log }
  return failed(task, log, end, usage, options)
}

class TaskState<T> {
  accepted: Review<T> | undefined

  constructor(
    private readonly task: TaskDefinition<T>,
    private readonly log: AgentLog,
    private readonly maxSubmissions: number,
  ) {}

  get isDone(): boolean {
    return this.accepted !== undefined || this.log.notFound !== undefined || this.isExhausted
  }

  private get isExhausted(): boolean {
    return this.log.submissions.length >= this.maxSubmissions
  }

  submitTool(): ToolHandler {
    const { name, description, shape } = this.task.submit
    return defineTool({ name, description, shape, readOnly: false, answer: (input) => this.submit(input) })
  }

  private async submit(input: unknown): Promise<ToolAnswer> {
    if (this.isDone) return { text: 'Nothing more is wanted.', isError: true }
    const review = await this.task.submit.review(input)
    if (review.verdict !== 'rejected') {
      await this.task.onAccepted(review)
      this.accepted = review
    }
    this.log.submission(review)
    const reasons = review.why.map((w) => `- ${w}`)
    if (review.verdict !== 'rejected') return { text: [`Accepted: ${review.verdict}.`, ...reasons].join('\n') }
    const left = this.maxSubmissions - this.log.submissions.length
    // The last rejection ends the run. It is no error: after one of those, some runtimes would have the agent try again.
    if (left === 0) return { text: ['Rejected:', ...reasons, 'No further submission is taken.'].join('\n') }
    return { text: ['Rejected:', ...reasons, `Mend it and hand it in again (${left} more).`].join('\n'), isError: true }
  }

  notFoundTool(): ToolHandler {
    return defineTool({
      name: 'not_found',
      description:
        'Ends the task because something it needs is not in the given sources. Say what is missing and where you looked. ' +
        'This is the right end wherever you would have to guess.',
      shape: { what: z.string().min(1).max(2000), looked: z.array(z.string().max(500)).min(1).max(50) },
      readOnly: false,
      answer: (input) => {
        this.log.gaveUp(input)
        return 'Noted in SCRATCHPAD.md. The task ends here.'
      },
    })
  }
}

function failed<T>(
  task: TaskDefinition<T>,
  log: AgentLog,
  end: AgentEnd,
  usage: Usage,
  { redact, maxTurns, maxCost }: SessionOptions,
): never {
  const { target } = task
  if (end.kind === 'aborted') throw new Interrupted(target)
  if (log.notFound !== undefined)
    return raise('source-not-found', `${target}: ${log.notFound.what}`, {
      notes: log.notFound.looked.map((l) => `looked in ${l}`),
    })
  const spent = usageText(usage)
  if (end.kind === 'failed') return refused(target, redact(end.message), end)
  if (end.kind === 'max-turns') return raise('agent-limit', `${target}: ${maxTurns} turns did not do (${spent})`)
  if (end.kind === 'max-cost') return raise('agent-limit', `${target}: $${maxCost ?? 0} is spent (${spent})`)
  const last = log.submissions.at(-1)
  if (last !== undefined)
    return raise('agent-rejected', `${target}: ${log.submissions.length} submissions were rejected (${spent})`, {
      notes: last.why,
    })
  return raise('agent-failed', `${target}: the agent ended without handing in anything (${spent})`)
}

function refused(target: string, message: string, end: AgentEnd & { readonly kind: 'failed' }): never {
  if (end.isAccess)
    return raise('agent-unavailable', `the model's API lets nobody in: ${message}`, {
      hint: 'Set ANTHROPIC_API_KEY (with --agent-runtime ai: the key of its provider) and run it again.',
    })
  return raise('agent-failed', `${target}: ${message}`)
}
