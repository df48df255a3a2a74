// Stage 1 by an agent: one class, or a class and all it refers to. What is accepted is written down at once, so that an
// interrupt leaves it and the next run goes on from there.
import {
  analysisFrom,
  analysisShape,
  calleeText,
  constructedClasses,
  findPlace,
  renderPrompt,
  runTask,
  type AnalysisFrame,
  type ClassPlace,
  type RecordedCall,
  type Review,
  type SubmittedAnalysis,
} from '../../agent/index.ts'
import { isAnalysisError, raise } from '../../text/index.ts'
import { phaseOf } from '../../trace/index.ts'
import type { ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { CallOptions, Engine, Origin } from '../engine.ts'
import { runSchedule } from './schedule.ts'
import { maxSubmissions, readPrompt, type AgentShell } from './shell.ts'
import type { Workspace } from './workspace.ts'

/** Where analyses are kept. */
export interface AnalysisStore {
  /** What an earlier run left of a class. */
  readonly read: (className: string) => ModuleAnalysis | undefined
  readonly write: (analysis: ModuleAnalysis) => Promise<void>
}

export interface Stage1Options {
  readonly engine: Engine
  readonly shell: AgentShell
  readonly workspace: Workspace
  readonly call: CallOptions
  readonly store: AnalysisStore
  readonly provenance: (origin: Origin) => Provenance
  readonly python: string | undefined
}

/** What a submission is compared with; in words, why there is nothing. */
interface Evidence {
  readonly own: ModuleAnalysis | string
  readonly recorded: RecordedCall | string
}

export class Stage1 {
  private readonly made = new Map<string, ModuleAnalysis>()
  private readonly engineMade = new Map<string, ModuleAnalysis>()

  constructor(private readonly options: Stage1Options) {}

  /** A class, and with `recursive` all that it refers to, callees first; the class itself comes first in the result. */
  async run(root: string, recursive: boolean): Promise<readonly ModuleAnalysis[]> {
    const place = this.placeOf(root)
    if (!recursive) return [await this.analyze(place)]
    const { shell, workspace } = this.options
    await runSchedule(root, {
      limit: shell.options.concurrency,
      needs: (name) => {
        const needed = isTorch(name) ? [] : constructedClasses(workspace.tree, name)
        shell.expect(name, ...needed)
        return needed
      },
      work: (name) => this.work(name),
    })
    const first = this.made.get(root)
    const others = [...this.made.values()].filter((a) => a !== first)
    return first === undefined ? others : [first, ...others]
  }

  private async work(name: string): Promise<readonly string[]> {
    const { shell, store } = this.options
    const kept = isTorch(name) ? undefined : this.kept(name)
    if (kept !== undefined) shell.note([`${name}: kept from an earlier run`, ''])
    // PyTorch's layers are compared with recordings: no matter of reading.
    const analysis = kept ?? (isTorch(name) ? await this.byEngine(name) : await this.analyze(this.placeOf(name)))
    if (isTorch(name)) await store.write(analysis)
    this.made.set(analysis.class_name, analysis)
    shell.finished(name)
    return analysis.kernels.flatMap((k) => (k.kernel_type === 'composite' ? [k.class_name] : []))
  }

  private placeOf(name: string): ClassPlace {
    const { tree } = this.options.workspace
    const place = findPlace(tree, name)
    if (place !== undefined) return place
    return raise('source-not-found', `there is no class ${name} in the given sources`, {
      notes: [...tree.roots].map(([root, folder]) => `looked in ${root}: ${folder}`),
      hint: 'Give the fully qualified name, as in transformers.models.llama.modeling_llama.LlamaMLP, and the folder it lies in.',
    })
  }

  /** The engine's own analysis. The run that makes it analyses the classes below as well. */
  private async byEngine(name: string): Promise<ModuleAnalysis> {
    const { engine, workspace, call } = this.options
    const known = this.engineMade.get(name)
    if (known !== undefined) return known
    const { analyses } = await engine.analyze(name, workspace.sources, call, true, () => Promise.resolve())
    for (const a of analyses) if (!this.engineMade.has(a.class_name)) this.engineMade.set(a.class_name, a)
    return analyses[0] ?? raise('internal', `the engine has no analysis of ${name}`)
  }

  /** What the engine makes of a class: what a submission is compared with, and which call that is. In words, why it makes nothing. */
  private async ownOf(name: string): Promise<ModuleAnalysis | string> {
    try {
      return await this.byEngine(name)
    } catch (error) {
      if (!isAnalysisError(error)) throw error
      return `the engine does not get through (${error.code}: ${error.message})`
    }
  }

  /** Analyses of other classes, those accepted here before the engine's. */
  private others(name: string): readonly ModuleAnalysis[] {
    const all = new Map([...this.engineMade, ...this.made])
    return [...all].flatMap(([n, analysis]) => (n === name ? [] : [analysis]))
  }

  /** What an earlier run left, if it is of this call and of sources as they are now. */
  private kept(name: string): ModuleAnalysis | undefined {
    const { store, workspace, call } = this.options
    const analysis = store.read(name)
    if (analysis?.made_by === undefined) return undefined
    const then = [analysis.sizes, analysis.provenance.config_sha256, analysis.provenance.sources]
    const now = [sizesOf(call), workspace.configHash(), workspace.packagesOf(analysis)]
    return JSON.stringify(then) === JSON.stringify(now) ? analysis : undefined
  }

  /** What PyTorch launches in the call; in words, why that is not known. */
  private async recordedOf(name: string): Promise<RecordedCall | string> {
    const { engine, workspace, call, python } = this.options
    if (python === undefined) return 'no Python with torch was named (--python)'
    return engine.recordedCall(workspace.sources, name, call, python)
  }

  private async analyze(place: ClassPlace): Promise<ModuleAnalysis> {
    const { shell, workspace, call, store } = this.options
    const own = await this.ownOf(place.name)
    const recorded = await this.recordedOf(place.name)
    const phase = typeof own === 'string' ? phaseOf(call.phase, call) : own.phase
    const callees = this.others(place.name).map(calleeText)
    const { review } = await runTask<ModuleAnalysis>(
      {
        target: place.name,
        system: renderPrompt(readPrompt('conventions'), {}),
        prompt: renderPrompt(readPrompt('analyze_module_forward'), {
          class_name: place.name,
          place: workspace.placeText(place),
          call: callText(call, phase),
          callees: callees.length === 0 ? 'none' : callees.join('\n'),
          attempts: String(maxSubmissions),
        }),
        tools: workspace.tools(),
        submit: {
          name: 'submit_analysis',
          description: 'Hands in the analysis of the class. It is checked at once: accepted, or rejected with reasons.',
          shape: analysisShape,
          review: (input) => this.review(input as SubmittedAnalysis, place, phase, { own, recorded }),
        },
        onAccepted: ({ value }) => store.write(value),
      },
      shell.session(),
    )
    return review.value
  }

  private async review(
    input: SubmittedAnalysis,
    { name, file, forward, line }: ClassPlace,
    phase: string,
    { own, recorded }: Evidence,
  ): Promise<Review<ModuleAnalysis>> {
    const { engine, shell, workspace, call, provenance } = this.options
    const frame: Omit<AnalysisFrame, 'provenance'> = {
      className: name,
      source: { file, line: forward?.[0] ?? line },
      phase,
      sizes: sizesOf(call),
    }
    const config_sha256 = workspace.configHash()
    const unsigned = analysisFrom(input, { ...frame, provenance: provenance({ sources: [], config_sha256 }) })
    const check = await engine.checkAnalysis(workspace.sources, unsigned, own, recorded)
    if (check.verdict === 'rejected') return { value: unsigned, verdict: 'rejected', why: check.why }
    const value: ModuleAnalysis = {
      ...unsigned,
      provenance: provenance({ sources: workspace.packagesOf(unsigned), config_sha256 }),
      made_by: { ...shell.maker('analyze_module_forward'), check },
    }
    shell.note([`${name}: ${check.verdict}`, ...check.checks.map((c) => `- ${c.name}: ${c.status}`), ''])
    return { value, verdict: check.verdict, why: check.why }
  }
}

function isTorch(name: string): boolean {
  return name.startsWith('torch.')
}

function sizesOf({ batch, seq, cache, encoder }: CallOptions): ModuleAnalysis['sizes'] {
  const sizes = { batch_size: batch, seq_len: seq, cache_len: cache }
  return encoder === undefined ? sizes : { ...sizes, encoder_len: encoder }
}

function callText(call: CallOptions, phase: string): string {
  const inputs = call.inputs.length === 0 ? '' : `; inputs ${call.inputs.join(', ')}`
  return `phase ${phase}, batch_size ${call.batch}, seq_len ${call.seq}, cache_len ${call.cache}${inputs}; activations and weights in bf16`
}
