// What surrounds an agent's tasks on the command line: the runtime, the secrets, what may be spent, the line of progress, and
// SCRATCHPAD.md, written anew after every step so that an interrupt loses nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  noUsage,
  parsePrompt,
  redactor,
  usageText,
  type AgentLog,
  type Prompt,
  type Redact,
  type SessionOptions,
  type Usage,
} from '../../agent/index.ts'
import { errorLines, errorReport, plainStyle } from '../../report/index.ts'
import { raise } from '../../text/index.ts'
import type { MadeBy } from '../../trace/formats.ts'
import { makeFolder, whenInterrupted, writeFileWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { packageRoot } from '../paths.ts'
import { CommandFailed } from '../problems.ts'
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
  private readonly redact: Redact
  private readonly abort = new AbortController()
  private readonly expected = new Set<string>()
  private readonly done = new Set<string>()
  private readonly notes: string[] = []

  constructor(
    private readonly io: Io,
    readonly options: AgentOptions,
    /** What the agent may read. */
    private readonly folders: readonly string[],
    /** The folder of SCRATCHPAD.md. */
    private readonly folder: string,
    private readonly target: string,
  ) {
    this.progress = new Progress(io)
    this.redact = redactor(io.env)
    whenInterrupted(() => this.abort.abort())
  }

  /** For one task; what the tasks before it spent is off its budget. */
  session(): SessionOptions {
    const { runtime, model, maxTurns, maxCost } = this.options
    const left = maxCost === undefined ? undefined : maxCost - (this.usage.cost ?? 0)
    if (left !== undefined && left <= 0) raise('agent-limit', `$${maxCost ?? 0} is spent (${usageText(this.usage)})`)
    return {
      runtime: runtimeOf(runtime, { env: this.io.env, folders: this.folders, stepTimeout, retries }),
      model,
      maxTurns,
      maxCost: left,
      maxSubmissions,
      signal: this.abort.signal,
      redact: this.redact,
      onChange: (log) => this.changed(log),
    }
  }

  /** What a result says of who made it. */
  maker(prompt: PromptName): Omit<MadeBy, 'check'> {
    const { name, version } = readPrompt(prompt)
    return { runtime: this.options.runtime, model: this.options.model ?? 'default', prompt: `${name} ${version}` }
  }

  /** What all tasks took together. */
  private get usage(): Usage {
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

  /** Classes that are to be done, for the bar. */
  expect(...names: readonly string[]): void {
    for (const name of names) this.expected.add(name)
  }

  finished(name: string): void {
    this.expect(name)
    this.done.add(name)
  }

  private changed(log: AgentLog): void {
    if (!this.logs.includes(log)) this.logs.push(log)
    const step = log.steps.at(-1)
    const what = step === undefined ? '' : `, ${step.tool}`
    this.progress.at(
      this.done.size,
      Math.max(1, this.expected.size),
      `${log.target.split('.').at(-1) ?? ''}: turn ${log.usage.turns}${what} · ${usageText(this.usage)}`,
    )
    this.write()
  }

  /** Lines for SCRATCHPAD.md. */
  note(lines: readonly string[]): void {
    this.notes.push(...lines.map(this.redact))
    this.write()
  }

  private text(end: readonly string[]): string {
    const { target, logs, notes } = this
    const head = ['# Scratchpad', '', `Target: ${target}`, '', `Agent: ${usageText(this.usage)}`, '', ...notes]
    return [...head, ...logs.flatMap((l) => l.lines()), ...end].join('\n')
  }

  private write(): void {
    makeFolder(this.folder)
    writeFileWhole(join(this.folder, 'SCRATCHPAD.md'), this.text(unfinished))
  }

  /**
   * Runs what the shell is for.
   * @returns its result and the last word of SCRATCHPAD.md, which an error carries along
   */
  async during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly scratchpad: string }> {
    try {
      const result = await work()
      return { result, scratchpad: this.text([]) }
    } catch (error) {
      const errors = error instanceof CommandFailed ? error.errors : [error]
      const why = errors.flatMap((e) => errorLines(errorReport(e), plainStyle)).map(this.redact)
      const scratchpad = this.text(['## Stopped', '', '```', ...why, '```', ''])
      throw error instanceof Error ? Object.assign(error, { scratchpad }) : error
    } finally {
      this.progress.done()
    }
  }
}
