// `expand` with an agent: stage 2 as the engine does it; where a reference does not bind, an agent reads the source and says
// what the caller passes. What is accepted is written into the caller's analysis at once, so that it is asked for only once.
import {
  bindingShape,
  calleeText,
  findPlace,
  referenceAt,
  renderPrompt,
  runTask,
  withBinding,
  type Review,
  type SubmittedBinding,
} from '../../agent/index.ts'
import { analysisSource, namesakes, variantAt, type AnalysisSource, type UnboundReference } from '../../expand/index.ts'
import { isAnalysisError, raise, type AnalysisError } from '../../text/index.ts'
import type { AnalysisVariant, CompositeKernel, ModuleAnalysis } from '../../trace/formats.ts'
import type { Call } from '../command.ts'
import type { ExpandResult } from '../engine.ts'
import { CommandFailed } from '../problems.ts'
import type { AgentOptions } from './options.ts'
import type { SourceOptions } from '../engine.ts'
import { AgentShell, maxSubmissions, readPrompt } from './shell.ts'
import { Workspace } from './workspace.ts'

export interface AgentExpansion {
  readonly model: string
  /** Texts of the module analyses by file name. */
  readonly files: ReadonlyMap<string, string>
  readonly sources: SourceOptions
  /** `NAME=dtype[shape]`, as the analyses were made with. */
  readonly inputs: readonly string[]
  readonly options: AgentOptions
  /** The folder of SCRATCHPAD.md. */
  readonly folder: string
  /** Writes a mended analysis back. */
  readonly write: (file: string, analysis: ModuleAnalysis) => Promise<void>
}

export async function expandWithAgent(call: Call, task: AgentExpansion): Promise<ExpandResult> {
  const { model, files } = task
  try {
    return await call.engine.expand(model, files)
  } catch (error) {
    if (!isAnalysisError(error)) throw error
    const unbound = await call.engine.unboundReferences(model, files)
    // What stopped it is nothing that a binding would mend.
    if (unbound.length === 0) throw error
    const expansion = new Expansion(call, task)
    const { result, scratchpad } = await expansion.shell.during(() => expansion.run(unbound, error))
    return { ...result, scratchpad: `${result.scratchpad}\n${scratchpad}` }
  }
}

/** A reference that does not bind, with all that is known of it. */
interface Open extends UnboundReference {
  readonly file: string
  readonly analysis: ModuleAnalysis
  readonly holder: AnalysisVariant
  readonly reference: CompositeKernel
}

class Expansion {
  readonly shell: AgentShell
  private readonly workspace: Workspace
  private readonly files: Map<string, string>
  /** The engine's own analyses of callers, or why there are none. */
  private readonly own = new Map<string, readonly ModuleAnalysis[] | string>()

  constructor(
    private readonly call: Call,
    private readonly task: AgentExpansion,
  ) {
    this.workspace = new Workspace(task.sources, call.engine)
    this.shell = new AgentShell(call.io, task.options, this.workspace.folders, task.folder, `expand ${task.model}`)
    this.files = new Map(task.files)
  }

  /** From reference to reference, callees first. */
  async run(first: readonly UnboundReference[], stopped: AnalysisError): Promise<ExpandResult> {
    const { engine } = this.call
    let unbound = first
    for (let next = unbound[0]; next !== undefined; next = unbound[0]) {
      this.shell.expect(...unbound.map(placeText))
      await this.bind(this.openOf(next), stopped)
      this.shell.finished(placeText(next))
      unbound = await engine.unboundReferences(this.task.model, this.files)
    }
    return engine.expand(this.task.model, this.files)
  }

  private source(): AnalysisSource {
    return analysisSource(this.files)
  }

  private openOf(unbound: UnboundReference): Open {
    const { caller, variant } = unbound
    const found = this.source().find(caller)
    const holder = found === undefined ? undefined : variantAt(found.analysis, variant)
    const reference = found === undefined ? undefined : referenceAt(found.analysis, unbound)
    if (found === undefined || holder === undefined || reference === undefined)
      return raise('internal', `the reference ${placeText(unbound)} is gone`)
    return { ...unbound, file: found.file, analysis: found.analysis, holder, reference }
  }

  private async bind(open: Open, stopped: AnalysisError): Promise<void> {
    this.shell.note([`${open.caller} does not bind: ${open.problem}`, ''])
    try {
      await runTask<ModuleAnalysis>(
        {
          target: `${open.caller}.${open.reference.module}`,
          system: renderPrompt(readPrompt('conventions'), {}),
          prompt: this.prompt(open),
          tools: this.workspace.tools(),
          submit: {
            name: 'submit_binding',
            description:
              'Hands in the formulas that the caller gives to the parameters of the callee. They are checked at once: accepted, or rejected with reasons.',
            shape: bindingShape,
            review: (input) => this.review(input as SubmittedBinding, open),
          },
          onAccepted: ({ value }) => this.keep(open.file, value),
        },
        this.shell.session(),
      )
    } catch (failure) {
      if (!isAnalysisError(failure)) throw failure
      // What does not bind is still what the user has to know.
      throw new CommandFailed([stopped, failure])
    }
  }

  private prompt(open: Open): string {
    const { caller, holder, reference, problem } = open
    const place = findPlace(this.workspace.tree, caller)
    const { flops, line, module, operation, variant } = reference
    const known = { ...Object.fromEntries(holder.parameters.map((p) => [p.name, p])), ...holder.variables }
    return renderPrompt(readPrompt('expand_module_references'), {
      class_name: this.task.model,
      problem,
      place: place === undefined ? `${caller}: not among the given sources` : this.workspace.placeText(place),
      caller: [
        `${operation} (line ${String(line)}, self.${module}, variant ${variant}): ${flops}`,
        ...Object.entries(known).map(([name, { meaning, value }]) => `  {${name}}: ${meaning} (${value} in this run)`),
        ...Object.entries(holder.definitions).map(([name, formula]) => `  {${name}} is ${formula}`),
      ].join('\n'),
      callee: this.callees(reference.class_name),
      attempts: String(maxSubmissions),
    })
  }

  /** The class that a reference names, or those that have its name under other paths. */
  private callees(className: string): string {
    const source = this.source()
    const names = source.find(className) === undefined ? namesakes(source, className) : [className]
    const analyses = names.flatMap((name) => source.find(name)?.analysis ?? [])
    return analyses
      .flatMap((a) => [a, ...(a.variants ?? [])].map((v, i) => `variant ${i} of ${calleeText({ ...a, ...v })}`))
      .join('\n')
  }

  private async review(binding: SubmittedBinding, open: Open): Promise<Review<ModuleAnalysis>> {
    const { analysis, caller, variant, kernel } = open
    const place = { caller, variant, kernel }
    const source = this.source()
    const analyses = source.names().flatMap((name) => source.find(name)?.analysis ?? [])
    const own = await this.ownOf(analysis)
    const check = await this.call.engine.checkBinding(this.task.sources, { analyses, place, binding }, own)
    if (check.verdict === 'rejected') return { value: analysis, verdict: 'rejected', why: check.why }
    const value = withBinding(analysis, place, binding, { ...this.shell.maker('expand_module_references'), check })
    this.shell.note([
      `${placeText(open)}: ${check.verdict}`,
      ...check.checks.map((c) => `- ${c.name}: ${c.status}`),
      '',
    ])
    return { value, verdict: check.verdict, why: check.why }
  }

  /** What the engine makes of the caller in the call that its analysis is of. */
  private async ownOf({ class_name, phase, sizes }: ModuleAnalysis): Promise<readonly ModuleAnalysis[] | string> {
    const known = this.own.get(class_name)
    if (known !== undefined) return known
    const call = {
      phase: phase as 'prefill' | 'decode' | 'extend' | 'forward',
      ...{ batch: sizes.batch_size, seq: sizes.seq_len, cache: sizes.cache_len, inputs: this.task.inputs },
    }
    const made = await this.analyzed(class_name, call)
    this.own.set(class_name, made)
    return made
  }

  private async analyzed(
    name: string,
    call: Parameters<Call['engine']['analyze']>[2],
  ): Promise<readonly ModuleAnalysis[] | string> {
    try {
      return (await this.call.engine.analyze(name, this.task.sources, call, true, () => Promise.resolve())).analyses
    } catch (error) {
      if (!isAnalysisError(error)) throw error
      return `the engine does not get through ${name} (${error.code}: ${error.message})`
    }
  }

  private async keep(file: string, analysis: ModuleAnalysis): Promise<void> {
    this.files.set(file, JSON.stringify(analysis))
    await this.task.write(file, analysis)
    this.shell.note([`Written into ${file}.`, ''])
  }
}

/** `LlamaMLP kernel 2` */
function placeText({ caller, variant, kernel }: UnboundReference): string {
  const name = caller.split('.').at(-1) ?? caller
  return `${name}${variant === 0 ? '' : ` variant ${variant}`} kernel ${kernel + 1}`
}
