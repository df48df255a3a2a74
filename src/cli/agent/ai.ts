// The AI SDK (npm `ai`) as a runtime: a plain loop in this process over any provider of that ecosystem. It knows no prices.
import type * as Ai from 'ai'
import type { LanguageModel, ModelMessage, StepResult, ToolSet } from 'ai'
import { z } from 'zod'
import {
  noUsage,
  type AgentEnd,
  type AgentLimits,
  type AgentResult,
  type AgentTask,
  type Usage,
} from '../../agent/index.ts'
import { raise } from '../../text/index.ts'
import type { RuntimeOptions } from './runtimes.ts'

type AiModule = typeof Ai

/** How often an agent that stops without having handed in anything is sent back. */
const reminders = 2
/** Tokens of one answer: an analysis of a long module fits. */
const longestAnswer = 16_000

/** `anthropic/claude-…`: the provider's package is `@ai-sdk/anthropic`, and so is the name that it exports. */
const modelPattern = /^([a-z][a-z-]*)\/(.+)$/

export async function runAi(task: AgentTask, limits: AgentLimits, options: RuntimeOptions): Promise<AgentResult> {
  const ai = await load<AiModule>('ai', 'the AI SDK')
  const model = await languageModel(limits.model, options.env)
  const loop = new Loop(ai, model, task, limits, options)
  return loop.run()
}

async function load<T>(name: string, what: string): Promise<T> {
  try {
    return (await import(name)) as T
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    return raise('agent-unavailable', `${what} is not installed`, {
      hint: `Install it beside lm-predictor: npm install ai@6 ${name === 'ai' ? '@ai-sdk/anthropic@3' : name}.`,
    })
  }
}

async function languageModel(name: string | undefined, env: RuntimeOptions['env']): Promise<LanguageModel> {
  const [, provider, model] = modelPattern.exec(name ?? '') ?? []
  if (provider === undefined || model === undefined)
    return raise('bad-option', `--model ${name ?? ''}: the runtime ai needs PROVIDER/MODEL`, {
      hint: 'For example --model anthropic/claude-sonnet-5, with @ai-sdk/anthropic installed.',
    })
  const module = await load<Record<string, unknown>>(`@ai-sdk/${provider}`, `the provider ${provider}`)
  const pascal = provider.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())
  const create = module[`create${pascal}`]
  if (typeof create !== 'function') return raise('bad-option', `@ai-sdk/${provider} has no create${pascal}()`)
  const made: unknown = create(settingsOf(provider, env))
  return (made as (model: string) => LanguageModel)(model)
}

/** Key and address as the environment names them; without them the provider looks for itself. */
function settingsOf(provider: string, env: RuntimeOptions['env']): Record<string, string> {
  const prefix = provider.toUpperCase().replaceAll('-', '_')
  const [apiKey, address] = [env[`${prefix}_API_KEY`], env[`${prefix}_BASE_URL`]]
  // Anthropic's own programs leave out the version, which this ecosystem wants.
  const baseURL = provider === 'anthropic' ? address?.replace(/(\/v1)?\/?$/, '/v1') : address
  return { ...(apiKey === undefined ? {} : { apiKey }), ...(baseURL === undefined ? {} : { baseURL }) }
}

class Loop {
  private usage: Usage = noUsage

  constructor(
    private readonly ai: AiModule,
    private readonly model: LanguageModel,
    private readonly task: AgentTask,
    private readonly limits: AgentLimits,
    private readonly options: RuntimeOptions,
  ) {}

  async run(): Promise<AgentResult> {
    const messages: ModelMessage[] = [{ role: 'user', content: this.task.prompt }]
    for (let left = reminders; ; left--) {
      const end = await this.round(messages)
      if (end.kind !== 'finished' || this.task.isDone() || left === 0) return { end, usage: this.usage }
      messages.push({ role: 'user', content: this.task.reminder })
    }
  }

  /** Until the model stops asking for tools. */
  private async round(messages: ModelMessage[]): Promise<AgentEnd> {
    const { ai, task, limits } = this
    const left = limits.maxTurns - this.usage.turns
    if (left <= 0) return { kind: 'max-turns' }
    try {
      const result = await ai.generateText({
        model: this.model,
        system: task.system,
        messages,
        tools: this.tools(),
        maxRetries: this.options.retries,
        abortSignal: limits.signal,
        timeout: { stepMs: this.options.stepTimeout },
        stopWhen: [ai.stepCountIs(left), () => task.isDone()],
        maxOutputTokens: longestAnswer,
        prepareStep: () => this.begin(),
        onStepFinish: (step) => this.count(step),
      })
      messages.push(...result.response.messages)
      const wantsMore = result.finishReason === 'tool-calls' && !task.isDone()
      return wantsMore ? { kind: 'max-turns' } : { kind: 'finished' }
    } catch (error) {
      if (limits.signal.aborted) return { kind: 'aborted' }
      return this.failure(error)
    }
  }

  private tools(): ToolSet {
    return Object.fromEntries(
      this.task.tools.map((t) => [
        t.name,
        this.ai.tool({
          description: t.description,
          inputSchema: z.object(t.shape),
          execute: async (input: unknown) => (await t.run(input)).text,
        }),
      ]),
    )
  }

  private begin(): undefined {
    this.usage = { ...this.usage, turns: this.usage.turns + 1 }
    this.limits.onUsage(this.usage)
    return undefined
  }

  private count({ usage }: StepResult<ToolSet>): void {
    this.usage = {
      turns: this.usage.turns,
      inputTokens: this.usage.inputTokens + (usage.inputTokens ?? 0),
      outputTokens: this.usage.outputTokens + (usage.outputTokens ?? 0),
      cost: undefined,
    }
    this.limits.onUsage(this.usage)
  }

  private failure(error: unknown): AgentEnd {
    const { RetryError, APICallError, LoadAPIKeyError } = this.ai
    const last = RetryError.isInstance(error) ? error.lastError : error
    const status = APICallError.isInstance(last) ? last.statusCode : undefined
    const isAccess = status === 401 || status === 403 || LoadAPIKeyError.isInstance(last)
    return { kind: 'failed', status, isAccess, message: error instanceof Error ? error.message : String(error) }
  }
}
