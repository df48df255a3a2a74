// Stage 1 by an agent: one class, or a class and all it refers to. What is accepted is written down at once, so that an
// interrupt leaves it and the next run goes on from there.
import { createHash } from 'node:crypto'
import {
  analysisFrom,
  analysisShape,
  calleeText,
  constructedClasses,
  findPlace,
  renderPrompt,
  runTask,
  type ClassPlace,
  type SubmittedAnalysis,
} from '../../agent/index.ts'
import { raise } from '../../text/index.ts'
import { phaseOf } from '../../trace/index.ts'
import type { ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { CallOptions, Engine } from '../engine.ts'
import { readGiven } from '../files.ts'
import { runSchedule } from './schedule.ts'
import { maxSubmissions, readPrompt, type AgentShell } from './shell.ts'
import type { Workspace } from './workspace.ts'

/** Where analyses are kept. */
export interface AnalysisStore {
  /** What an earlier run left of a class. */
  readonly read: (className: string) => ModuleAnalysis | undefined
  readonly write: (analysis: ModuleAnalysis) => void
}

export interface Stage1Options {
  readonly engine: Engine
  readonly shell: AgentShell
  readonly workspace: Workspace
  readonly call: CallOptions
  readonly store: AnalysisStore
  readonly provenance: (origin: Pick<Provenance, 'sources' | 'config_sha256'>) => Provenance
}

export class Stage1 {
  private readonly made = new Map<string, ModuleAnalysis>()

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
        shell.total = Math.max(shell.total, this.made.size + needed.length + 1)
        return needed
      },
      work: (name) => this.work(name),
    })
    const first = this.made.get(root)
    const others = [...this.made.values()].filter((a) => a !== first)
    return first === undefined ? others : [first, ...others]
  }

  private async work(name: string): Promise<readonly string[]> {
    const { shell } = this.options
    const analysis = isTorch(name) ? await this.byEngine(name) : (this.kept(name) ?? (await this.analyze(this.placeOf(name))))
    this.made.set(name, analysis)
    shell.done = this.made.size
    return analysis.kernels.flatMap((k) => (k.kernel_type === 'composite' ? [k.class_name] : []))
  }

  private placeOf(name: string): ClassPlace {
    const { tree } = this.options.workspace
    const place = findPlace(tree, name)
    if (place !== undefined) return place
    return raise('source-not-found', `there is no class ${name} in the given sources`, {
      notes: [...tree.roots].map(([root, folder]) => `looked in ${root}: ${folder}`),
    })
  }

  /** PyTorch's own layers are no matter of reading: the engine has them, compared with recordings. */
  private async byEngine(name: string): Promise<ModuleAnalysis> {
    const { engine, workspace, call, store } = this.options
    const result = await engine.analyze(name, workspace.sources, call, false, () => Promise.resolve())
    const [analysis] = result.analyses
    if (analysis === undefined) return raise('internal', `the engine has no analysis of ${name}`)
    store.write(analysis)
    return analysis
  }

  /** What an earlier run left, if it is of this call and of sources as they are now. */
  private kept(name: string): ModuleAnalysis | undefined {
    const { store, workspace, call } = this.options
    const analysis = store.read(name)
    if (analysis?.made_by === undefined || analysis.made_by.check.verdict === 'rejected') return undefined
    const same =
      JSON.stringify([analysis.phase, analysis.sizes, analysis.provenance.config_sha256]) ===
        JSON.stringify([phaseOf(call.phase, call), sizesOf(call), this.configHash()]) &&
      JSON.stringify(analysis.provenance.sources) === JSON.stringify(workspace.packagesOf(analysis))
    return same ? analysis : undefined
  }

  private configHash(): string | null {
    const { config } = this.options.workspace.sources
    return config === undefined ? null : createHash('sha256').update(readGiven(config)).digest('hex')
  }

  private async analyze(place: ClassPlace): Promise<ModuleAnalysis> {
    const { engine, shell, workspace, call, store, provenance } = this.options
    const prompt = readPrompt('analyze_module_forward')
    const callees = [...this.made.values()].map(calleeText)
    const { review } = await runTask<ModuleAnalysis>(
      {
        target: place.name,
        system: renderPrompt(readPrompt('conventions'), {}),
        prompt: renderPrompt(prompt, {
          class_name: place.name,
          place: workspace.placeText(place),
          call: callText(call),
          callees: callees.length === 0 ? 'none' : callees.join('\n'),
          attempts: String(maxSubmissions),
        }),
        tools: workspace.tools(),
        submit: {
          name: 'submit_analysis',
          description: 'Hands in the analysis of the class. It is checked at once: accepted, or rejected with reasons.',
          shape: analysisShape,
          review: async (input) => {
            const frame = { className: place.name, source: { file: place.file, line: place.line }, phase: phaseOf(call.phase, call), sizes: sizesOf(call) }
            const unsigned = analysisFrom(input as SubmittedAnalysis, { ...frame, provenance: provenance({ sources: [], config_sha256: this.configHash() }) })
            const check = await engine.checkAnalysis(workspace.sources, call, unsigned, [...this.made.values()])
            const value: ModuleAnalysis = {
              ...unsigned,
              provenance: provenance({ sources: workspace.packagesOf(unsigned), config_sha256: this.configHash() }),
              made_by: {
                runtime: shell.options.runtime,
                model: shell.options.model ?? 'default',
                prompt: `${prompt.name} ${prompt.version}`,
                check,
              },
            }
            return { value, verdict: check.verdict, why: check.why }
          },
        },
        onAccepted: ({ value }) => store.write(value),
      },
      shell.session(),
    )
    return review.value
  }
}

function isTorch(name: string): boolean {
  return name.startsWith('torch.')
}

function sizesOf({ batch, seq, cache }: CallOptions): ModuleAnalysis['sizes'] {
  return { batch_size: batch, seq_len: seq, cache_len: cache }
}

function callText(call: CallOptions): string {
  const inputs = call.inputs.length === 0 ? '' : `; inputs ${call.inputs.join(', ')}`
  return `phase ${phaseOf(call.phase, call)}, batch_size ${call.batch}, seq_len ${call.seq}, cache_len ${call.cache}${inputs}; activations and weights in bf16`
}
