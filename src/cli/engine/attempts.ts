// Runs of models in search of a class: which calls are made of a model, in which order, and what became of each.
import { isAnalysisError, type AnalysisError } from '../../text/index.ts'
import type { Vm } from '../../python/index.ts'
import { ModelAnalyzer, type AnalyzeRequest } from '../../analyze/index.ts'
import { callDriver, createVm, findClass, type ModelSpec } from '../../huggingface/index.ts'
import { layoutsOf, phaseOf } from '../../trace/index.ts'
import type { ModuleAnalysis, Provenance } from '../../trace/formats.ts'
import type { CallOptions } from '../engine.ts'
import type { Context } from './context.ts'
import { inputOf } from './trace.ts'

/** Filled in by the command line. */
export const unsigned = { tool: 'lm-predictor', version: '', command: '' } as const

type Analyses = ReadonlyMap<string, ModuleAnalysis>

/** One run of a candidate: it ended or stopped. */
export interface Attempt {
  readonly model: string
  /** How it was called, for people. */
  readonly call: string
  readonly asked: Asked
  /** Of a run that ended. */
  readonly analyses?: Analyses
  readonly stop?: Stop
}

/** What there is of a run that stopped. */
export interface Stop {
  readonly error: AnalysisError
  readonly scratchpad: string
  /** Whether the model was built: else every call of it stops alike. */
  readonly isBuilt: boolean
  /** The classes whose calls had ended by then, and their analyses: those hold whatever comes later. */
  readonly ended: ReadonlySet<string>
  readonly analyses: () => Analyses
}

type Asked = Pick<AnalyzeRequest, 'phase' | 'sizes' | 'everything' | 'layout' | 'dtype'>

/** Stops of calls that a model may not be made for: it keeps no cache, has no such argument, takes single sequences alone. */
const wrongCalls: ReadonlySet<string | undefined> = new Set(['no-cache', 'python-error'])

/** Each run is made once: the classes of a file mostly occur in the same model. */
export class Attempts {
  readonly vm: Vm
  private readonly made = new Map<string, Attempt>()

  constructor(
    readonly context: Context,
    private readonly call: CallOptions,
  ) {
    this.vm = createVm(context.project)
  }

  /** The attempts at a class, likeliest first: each model as asked for, then with more inputs, then in float32. */
  *inOrder(specs: readonly ModelSpec[]): Generator<{ readonly at: number; readonly attempt: Attempt }> {
    const passes = [
      (spec: ModelSpec) => this.asAsked(spec),
      (spec: ModelSpec) => this.withEverything(spec),
      (spec: ModelSpec) => this.inFloat32(spec),
    ]
    for (const pass of passes) {
      for (const [at, spec] of specs.entries()) for (const attempt of pass(spec)) yield { at, attempt }
    }
  }

  /** The call as asked for; then others, where that is left open and the model does not take it. */
  private *asAsked(spec: ModelSpec): Generator<Attempt> {
    for (const asked of this.callsOf(spec)) {
      const attempt = this.attempt(spec, asked)
      yield attempt
      if (!refused(attempt)) break
    }
  }

  /** A call with images or sounds as well, where that is left open and the model takes them. */
  private *withEverything(spec: ModelSpec): Generator<Attempt> {
    const { call } = this
    if (call.phase !== undefined && call.phase !== 'forward') return
    const sizes = { batch_size: call.batch, seq_len: call.seq, cache_len: 0 }
    for (let layout = 0; layout < this.layouts(spec); layout++) {
      const attempt = this.attempt(spec, { phase: 'forward', sizes, everything: true, layout })
      yield attempt
      if (!refused(attempt)) break
    }
  }

  /** Calls that PyTorch refuses for the number formats of their tensors, in float32, where the format is left open. */
  private *inFloat32(spec: ModelSpec): Generator<Attempt> {
    if (this.context.spec.dtype !== undefined) return
    for (const asked of [...this.made.values()].filter((a) => a.model === spec.className).map((a) => a.asked)) {
      const { stop } = this.made.get(keyOf(spec, asked)) ?? {}
      if (stop === undefined || !/\bdtype|scalar type/i.test(stop.error.message)) continue
      const attempt = this.attempt(spec, { ...asked, dtype: 'f32' })
      yield attempt
      if (attempt.stop === undefined) break
    }
  }

  /** The call as asked for; without a phase also a plain one, in each way to shape its images or sounds; without a batch size also each of these for one sequence. */
  private callsOf(spec: ModelSpec): readonly Asked[] {
    const { call } = this
    const sizes = { batch_size: call.batch, seq_len: call.seq, cache_len: call.cache }
    const asked = { phase: phaseOf(call.phase, call), sizes: { ...sizes, encoder_len: call.encoder } }
    const plain = { phase: 'forward' as const, sizes: { ...sizes, cache_len: 0 } }
    const isOpen = call.phase === undefined
    const shaped = Array.from({ length: Math.max(1, this.layouts(spec)) }, (_, layout) => ({ ...plain, layout }))
    const calls = !isOpen ? [asked] : this.forwardHas(spec, 'takes_ids', true) ? [asked, ...shaped] : shaped
    if (call.anyBatch !== true) return calls
    return [...calls, ...calls.map((c) => ({ ...c, sizes: { ...c.sizes, batch_size: 1 } }))]
  }

  /** What the driver says of a model's `forward()`; `otherwise` where the model is not one of the library's own. */
  private forwardHas({ className }: ModelSpec, question: string, otherwise = false): boolean {
    if (className?.startsWith('transformers.') !== true) return otherwise
    return this.vm.guard(() => callDriver(this.vm, question, [findClass(this.vm, className)])) === true
  }

  /** In how many ways there may be to shape the images or sounds that a call takes; 0 where it takes none, or is told which. */
  private layouts({ className }: ModelSpec): number {
    const isOpen = className?.startsWith('transformers.') === true && this.call.inputs.length === 0
    return isOpen ? layoutsOf(this.vm, findClass(this.vm, className)) : 0
  }

  private attempt(spec: ModelSpec, asked: Asked): Attempt {
    const key = keyOf(spec, asked)
    let attempt = this.made.get(key)
    if (attempt === undefined) {
      attempt = attemptOf(this.context, { ...spec, ...asked, inputs: this.inputs() }, asked)
      this.made.set(key, attempt)
    }
    return attempt
  }

  private inputs(): AnalyzeRequest['inputs'] {
    const { inputs } = this.call
    return inputs.length === 0 ? undefined : (of) => inputs.map((text, i) => inputOf(text, of, i))
  }
}

/** Whether another call of the model may do better. */
function refused({ stop }: Attempt): boolean {
  return stop?.isBuilt === true && wrongCalls.has(stop.error.code)
}

function keyOf(spec: ModelSpec, asked: Asked): string {
  return JSON.stringify([spec.className, asked])
}

function attemptOf(context: Context, request: AnalyzeRequest, asked: Asked): Attempt {
  const model = request.className ?? 'the config given'
  const { everything, layout = 0, dtype } = asked
  const way = layout === 0 ? [] : [`of shape ${layout + 1}`]
  const more = [...(everything === true ? ['with images or sounds'] : []), ...way, dtype ?? []].flat()
  const call = [request.phase, `batch ${request.sizes.batch_size}`, ...more].join(', ')
  const provenance: Provenance = { ...unsigned, ...context.origin() }
  const analyzer = new ModelAnalyzer(context.project, provenance, request)
  try {
    return { model, call, asked, analyses: analyzer.run().analyses }
  } catch (error) {
    if (!isAnalysisError(error)) throw error
    const { isBuilt, ended } = analyzer
    const scratchpad = analyzer.scratchpad(stopOf(error))
    return { model, call, asked, stop: { error, scratchpad, isBuilt, ended, analyses: () => analyzer.endedAnalyses() } }
  }
}

function stopOf(e: AnalysisError): {
  readonly code: string
  readonly message: string
  readonly at: string | undefined
} {
  return { code: e.code, message: e.message, at: e.span === undefined ? undefined : `${e.span.file}:${e.span.line}` }
}
