// What surrounds an agent's tasks on the command line: the runtime, the secrets, what may be spent, the line of progress, and
// SCRATCHPAD.md, written anew after every step so that an interrupt loses nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentLog, noUsage, parsePrompt, redactor, usageText, type Prompt, type SessionOptions, type Usage } from '../../agent/index.ts'
import { raise } from '../../text/index.ts'
import { makeFolder, writeFileWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { packageRoot } from '../paths.ts'
import { Progress } from '../progress.ts'
import type { AgentOptions } from './options.ts'
import { runtimeOf } from './runtimes.ts'

/** Submissions that a task takes. */
export const maxSubmissions = 5
/** Milliseconds for one answer of the model, where the runtime leaves that to its caller. */
const stepTimeout = 300_000
const retries = 4

export type PromptName = 'conventions' | 'analyze_module_forward' | 'expand_module_references' | 'define_kernel'

export function readPrompt(name: PromptName): Prompt {
  const file = `${name}.md`
  return parsePrompt(readFileSync(join(packageRoot(), 'prompts', file), 'utf8'), file)
}

const unfinished = ['## Unfinished', '', 'Still at work, or interrupted: the same command goes on from here.', '']

export class AgentShell {
  private readonly logs: AgentLog[] = []
  private readonly progress: Progress
  private readonly redact = redactor(process.env)
  private readonly abort = new AbortController()
  private head: readonly string[] = []
  done = 0
  total = 1

  constructor(
    io: Io,
    readonly options: AgentOptions,
    private readonly folders: readonly string[],
    /** The folder of SCRATCHPAD.md. */
    private readonly folder: string,
    target: string,
  ) {
    this.progress = new Progress(io)
    this.head = ['# Scratchpad', '', `Target: ${target}`, '']
  }

  /** For one task; what the tasks before it spent is off its budget. */
  session(): SessionOptions {
    const { runtime, model, maxTurns, maxCost } = this.options
    const left = maxCost === undefined ? undefined : maxCost - (this.usage.cost ?? 0)
    if (left !== undefined && left <= 0)
      raise('agent-limit', `$${maxCost ?? 0} is spent (${usageText(this.usage)})`)
    return {
      runtime: runtimeOf(runtime, { env: process.env, folders: this.folders, stepTimeout, retries }),
      model,
      maxTurns,
      maxCost: left,
      maxSubmissions,
      signal: this.abort.signal,
      redact: this.redact,
      onChange: (log) => this.changed(log),
    }
  }

  /** Ends what is still running. */
  stop(): void {
    this.abort.abort()
  }

  /** What all tasks took together. */
  get usage(): Usage {
    return this.logs.reduce((sum, { usage }) => {
      const cost = usage.cost === undefined ? sum.cost : (sum.cost ?? 0) + usage.cost
      return {
        turns: sum.turns + usage.turns,
        inputTokens: sum.inputTokens + usage.inputTokens,
        outputTokens: sum.outputTokens + usage.outputTokens,
        cost,
      }
    }, noUsage)
  }

  private changed(log: AgentLog): void {
    if (!this.logs.includes(log)) this.logs.push(log)
    const step = log.steps.at(-1)
    const what = step === undefined ? '' : `, ${step.tool}`
    this.progress.at(this.done, this.total, `${log.target}: turn ${log.usage.turns}${what}, ${usageText(this.usage)}`)
    this.write(unfinished)
  }

  note(lines: readonly string[]): void {
    this.head = [...this.head, ...lines]
    this.write(unfinished)
  }

  /** The last word of SCRATCHPAD.md. */
  close(lines: readonly string[]): void {
    this.progress.done()
    this.write(lines.map(this.redact))
  }

  private write(end: readonly string[]): void {
    const lines = [...this.head, ...this.logs.flatMap((l) => l.lines()), ...end]
    makeFolder(this.folder)
    writeFileWhole(join(this.folder, 'SCRATCHPAD.md'), lines.join('\n'))
  }
}
