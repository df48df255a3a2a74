// `analyze --engine auto`: the engine analyses; where it stops for something that an override can say, an agent reads the
// source and hands one in. It is checked, the analysis is run with it, and it is kept in the overrides file.
import { existsSync } from 'node:fs'
import {
  besideThePoint,
  describeStop,
  isSameStop,
  overrideFrom,
  overrideShape,
  readOverrides,
  renderPrompt,
  runTask,
  stopText,
  writeOverrides,
  type Override,
  type Review,
  type StopReport,
  type SubmittedOverride,
} from '../../agent/index.ts'
import { overridesFileName } from '../../huggingface/index.ts'
import { isAnalysisError, type AnalysisError } from '../../text/index.ts'
import type { Call } from '../command.ts'
import { scratchpadOf, type AnalyzeResult } from '../engine.ts'
import { readGiven, writeFileWhole } from '../files.ts'
import { CommandFailed } from '../problems.ts'
import type { AgentTask } from './options.ts'
import { AgentShell, maxSubmissions, readPrompt } from './shell.ts'
import { Workspace } from './workspace.ts'

export interface AutoAnalysis extends AgentTask {
  readonly report: (done: number, total: number, what: string) => Promise<void>
}

/** How a run of the engine ended. */
type Outcome = AnalyzeResult | AnalysisError

interface Answer {
  readonly entry: Override
  readonly outcome: Outcome
}

export async function analyzeWithAgent(call: Call, task: AutoAnalysis): Promise<AnalyzeResult> {
  const auto = new Auto(call, task)
  const first = await auto.outcome([])
  if (!isAnalysisError(first)) return first
  const { result, scratchpad } = await auto.shell.during(() => auto.goOn(first))
  return { ...result, scratchpad: `${result.scratchpad}\n${scratchpad}` }
}

class Auto {
  readonly shell: AgentShell
  private readonly workspace: Workspace
  /** What was accepted in this run. */
  private readonly accepted: Override[] = []

  constructor(
    private readonly call: Call,
    private readonly task: AutoAnalysis,
  ) {
    this.workspace = new Workspace(task.sources, call.engine)
    this.shell = new AgentShell(call.io, task.options, this.workspace.folders, task.folder, task.module)
  }

  /** What the engine makes of the module with further entries. */
  async outcome(entries: readonly Override[]): Promise<Outcome> {
    const { module, sources, call, recursive, report } = this.task
    try {
      return await this.call.engine.analyze(module, { ...sources, entries }, call, recursive, report)
    } catch (error) {
      if (isAnalysisError(error)) return error
      throw error
    }
  }

  /** From stop to stop. */
  async goOn(stopped: AnalysisError): Promise<AnalyzeResult> {
    let outcome: Outcome = stopped
    while (isAnalysisError(outcome)) {
      const stop = this.stopOf(outcome)
      if (stop === undefined) throw outcome
      outcome = await this.answered(stop, outcome)
    }
    return outcome
  }

  private stopOf(outcome: Outcome): StopReport | undefined {
    const stop = describeStop(outcome, this.workspace.project)
    return stop?.helps == null ? undefined : stop
  }

  private async answered(stop: StopReport, error: AnalysisError): Promise<Outcome> {
    try {
      const { review } = await runTask<Answer>(
        {
          target: stop.name ?? `${stop.at?.file ?? ''}:${stop.at?.line ?? 0}`,
          system: renderPrompt(readPrompt('conventions'), {}),
          prompt: this.prompt(stop),
          tools: this.workspace.tools(),
          submit: {
            name: 'submit_override',
            description:
              'Hands in the entry that lets the analysis go on. It is checked and the analysis is run with it at once: accepted, or rejected with reasons.',
            shape: overrideShape,
            review: (input) => this.review((input as { readonly entry: SubmittedOverride }).entry, stop),
          },
          onAccepted: ({ value }) => this.keep(value.entry),
        },
        this.shell.session(),
      )
      return review.value.outcome
    } catch (failure) {
      if (!isAnalysisError(failure)) throw failure
      // What stopped the engine is still what the user asked about.
      const both = new CommandFailed([error, failure])
      throw Object.assign(both, { scratchpad: scratchpadOf(error) })
    }
  }

  private prompt(stop: StopReport): string {
    const { at, stack } = stop
    return renderPrompt(readPrompt('define_kernel'), {
      stop: stopText(stop),
      surroundings: at === null ? 'no line' : this.workspace.excerpt(at.file, at.line),
      stack: stack.length === 0 ? 'no calls' : stack.join('\n'),
      kind: stop.helps ?? '',
      attempts: String(maxSubmissions),
    })
  }

  private async review(submitted: SubmittedOverride, stop: StopReport): Promise<Review<Answer>> {
    const { options, sources } = this.task
    const author = { kind: 'agent', agent: options.runtime, model: options.model ?? 'default' } as const
    const bare = overrideFrom(submitted, stop, author)
    const rejected = (why: readonly string[]): Review<Answer> => ({
      value: { entry: bare, outcome: { analyses: [], scratchpad: '' } },
      verdict: 'rejected',
      why,
    })
    const beside = besideThePoint(bare, stop)
    if (beside.length > 0) return rejected(beside)
    const check = await this.call.engine.checkOverride(sources, bare)
    if (check.verdict === 'rejected') return rejected(check.why)
    const entry: Override = { ...bare, check }
    const outcome = await this.outcome([...this.accepted, entry])
    const contradiction = isAnalysisError(outcome) ? this.contradiction(outcome, stop) : []
    if (contradiction.length > 0) return rejected(contradiction)
    this.shell.note([
      `${stop.name ?? stop.code}: ${check.verdict}`,
      ...check.checks.map((c) => `- ${c.name}: ${c.status}`),
      '',
    ])
    return { value: { entry, outcome }, verdict: check.verdict, why: check.why }
  }

  /** What a run with an entry says against it. */
  private contradiction(error: AnalysisError, before: StopReport): readonly string[] {
    const stop = describeStop(error, this.workspace.project)
    const at = error.span === undefined ? '' : ` at ${error.span.file}:${error.span.line}`
    if (stop !== undefined && isSameStop(stop, before)) return [`with this entry the analysis stops at the same place`]
    if (error.code !== 'python-error' && error.code !== 'bad-override') return []
    return [`with this entry the source itself fails${at}: ${error.message}`]
  }

  private async keep(entry: Override): Promise<void> {
    this.accepted.push(entry)
    const path = this.task.sources.overrides ?? overridesFileName
    const before = existsSync(path) ? await readOverrides(readGiven(path), path) : []
    const text = await writeOverrides([...before, entry])
    writeFileWhole(path, text)
    this.shell.note([`Kept in ${path}.`, ''])
  }
}
