// The Claude Agent SDK as a runtime. It starts a program of its own that talks to the API; the tools run in this process. What
// that program may do by itself is to read below the source roots: no shell, no web, no writing, no settings of the user's.
import type * as SdkModule from '@anthropic-ai/claude-agent-sdk'
import type {
  HookCallback,
  McpSdkServerConfigWithInstance,
  Options,
  Query,
  SDKAssistantMessage,
  SDKResultMessage,
} from '@anthropic-ai/claude-agent-sdk'
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

type Sdk = typeof SdkModule

const server = 'lmp'
/** How often an agent that stops without having handed in anything is sent back. */
const reminders = 2
const toolTimeout = 300_000

const refused = ['Bash', 'Edit', 'Write', 'NotebookEdit', 'WebFetch', 'WebSearch', 'Agent', 'Skill']

/** Set unless the user's environment says otherwise: fewer retries than the program's own ten, and an end to silence. */
const gentle: Readonly<Record<string, string>> = {
  CLAUDE_CODE_MAX_RETRIES: '4',
  CLAUDE_ENABLE_BYTE_WATCHDOG: '1',
  CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: '120000',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
}

export async function runClaude(task: AgentTask, limits: AgentLimits, options: RuntimeOptions): Promise<AgentResult> {
  const sdk = await load()
  const abort = new AbortController()
  const stop = (): void => abort.abort()
  limits.signal.addEventListener('abort', stop, { once: true })
  if (limits.signal.aborted) stop()
  try {
    const query = sdk.query({ prompt: task.prompt, options: queryOptions(sdk, task, limits, options, abort) })
    return await follow(query, limits, abort.signal)
  } finally {
    limits.signal.removeEventListener('abort', stop)
  }
}

async function load(): Promise<Sdk> {
  try {
    return await import('@anthropic-ai/claude-agent-sdk')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    return raise('agent-unavailable', 'the Claude Agent SDK is not installed', {
      hint: 'Install it beside lm-predictor: npm install @anthropic-ai/claude-agent-sdk; or use --agent-runtime ai.',
    })
  }
}

function queryOptions(
  sdk: Sdk,
  task: AgentTask,
  limits: AgentLimits,
  { env, folders }: RuntimeOptions,
  abortController: AbortController,
): Options {
  const [cwd, ...others] = folders
  return {
    abortController,
    systemPrompt: task.system,
    tools: ['Read', 'Grep', 'Glob'],
    // Only the own ones: Read, Grep and Glob named here would read any file. Left out, they read below cwd and its like.
    allowedTools: task.tools.map((t) => `mcp__${server}__${t.name}`),
    disallowedTools: refused,
    permissionMode: 'dontAsk',
    permissionPrompts: 'none',
    settingSources: [],
    strictMcpConfig: true,
    persistSession: false,
    // Quoted source has decorators: `@name` must not be taken for a file to be read.
    verbatimPrompts: true,
    maxTurns: limits.maxTurns,
    ...(limits.maxCost === undefined ? {} : { maxBudgetUsd: limits.maxCost }),
    ...(limits.model === undefined ? {} : { model: limits.model }),
    ...(cwd === undefined ? {} : { cwd }),
    additionalDirectories: others,
    env: { ...gentle, ...env },
    mcpServers: { [server]: toolServer(sdk, task) },
    hooks: hooksOf(task),
  }
}

function toolServer(sdk: Sdk, task: AgentTask): McpSdkServerConfigWithInstance {
  const tools = task.tools.map((t) =>
    sdk.tool(
      t.name,
      t.description,
      t.shape,
      async (input: unknown) => {
        const { text, isError } = await t.run(input)
        return { content: [{ type: 'text' as const, text }], ...(isError === true ? { isError } : {}) }
      },
      { annotations: { readOnlyHint: t.readOnly } },
    ),
  )
  return sdk.createSdkMcpServer({ name: server, alwaysLoad: true, timeout: toolTimeout, tools })
}

function hooksOf(task: AgentTask): NonNullable<Options['hooks']> {
  const afterTool: HookCallback = () =>
    Promise.resolve(task.isDone() ? { continue: false, stopReason: 'submitted' } : {})
  let left = reminders
  const beforeStop: HookCallback = () => {
    if (task.isDone() || left-- <= 0) return Promise.resolve({})
    return Promise.resolve({ decision: 'block', reason: task.reminder })
  }
  return { PostToolUse: [{ hooks: [afterTool] }], Stop: [{ hooks: [beforeStop] }] }
}

/** Follows a run to its end. Failures of the API come as a result that says so, and then as an exception. */
async function follow(query: Query, limits: AgentLimits, signal: AbortSignal): Promise<AgentResult> {
  let usage: Usage = noUsage
  let result: SDKResultMessage | undefined
  const seen = new Set<string>()
  try {
    for await (const message of query) {
      if (message.type === 'assistant') noteForeign(message, limits)
      // What the program says in the API's place, when that fails, is no turn.
      if (message.type === 'assistant' && message.error === undefined && !seen.has(message.message.id)) {
        seen.add(message.message.id)
        const { input_tokens, output_tokens } = message.message.usage
        usage = {
          ...usage,
          turns: seen.size,
          inputTokens: usage.inputTokens + input_tokens,
          outputTokens: usage.outputTokens + output_tokens,
        }
        limits.onUsage(usage)
      } else if (message.type === 'system' && message.subtype === 'api_retry') {
        limits.onNotice(
          `the API answered ${message.error_status ?? 'nothing'} (${message.error}): try ${message.attempt} of ${message.max_retries}`,
        )
      } else if (message.type === 'result') {
        result = message
        usage = finalUsage(message, seen.size)
        limits.onUsage(usage)
      }
    }
  } catch (error) {
    if (signal.aborted) return { end: { kind: 'aborted' }, usage }
    if (result === undefined) return { end: startFailure(error), usage }
  }
  if (signal.aborted) return { end: { kind: 'aborted' }, usage }
  return { end: result === undefined ? { kind: 'finished' } : endOf(result), usage }
}

function noteForeign(message: SDKAssistantMessage, limits: AgentLimits): void {
  for (const block of message.message.content)
    if (block.type === 'tool_use' && !block.name.startsWith(`mcp__${server}__`))
      limits.onForeignTool(block.name, block.input)
}

function finalUsage(result: SDKResultMessage, turns: number): Usage {
  const models = Object.values(result.modelUsage)
  const sum = (of: (m: (typeof models)[number]) => number): number => models.reduce((n, m) => n + of(m), 0)
  return {
    turns,
    inputTokens: sum((m) => m.inputTokens + m.cacheReadInputTokens + m.cacheCreationInputTokens),
    outputTokens: sum((m) => m.outputTokens),
    cost: result.total_cost_usd,
  }
}

function endOf(result: SDKResultMessage): AgentEnd {
  if (result.subtype === 'error_max_turns') return { kind: 'max-turns' }
  if (result.subtype === 'error_max_budget_usd') return { kind: 'max-cost' }
  if (!result.is_error) return { kind: 'finished' }
  const message = result.subtype === 'success' ? result.result : result.errors.join('; ')
  const status = result.subtype === 'success' ? (result.api_error_status ?? undefined) : undefined
  const isAccess = status === 401 || status === 403 || /not logged in|\/login/i.test(message)
  return {
    kind: 'failed',
    status,
    isAccess,
    message: message === '' ? (result.terminal_reason ?? 'no reason given') : message,
  }
}

/** The program did not come up, or broke off. */
function startFailure(error: unknown): AgentEnd {
  const message = error instanceof Error ? error.message : String(error)
  if (/native (CLI )?binary|executable/i.test(message))
    return raise('agent-unavailable', `the program of the Claude Agent SDK cannot be started: ${message}`, {
      hint: 'Install it with its optional packages: npm install @anthropic-ai/claude-agent-sdk --include=optional.',
    })
  return { kind: 'failed', status: undefined, isAccess: false, message }
}
