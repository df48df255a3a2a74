// A request, cut into stretches that one regime each covers: the prefill of the prompt (of an encoder-decoder the encoder over
// it, then the decoder's start token), then every decode step with the cache it finds. Times, memory and what bounds them follow from the stretches' costs.
import { raise } from '../text/index.ts'
import type { StoredWeights } from '../trace/formats.ts'
import { bindingsOf } from './bindings.ts'
import { type Breakdown, breakDown } from './breakdown.ts'
import { addTotals, costOf, noCost, secondsOf, type Stretch, type StretchCost, type Totals } from './cost.ts'
import { sizesCovered } from './coverage.ts'
import { type CacheFormat, type ModelFormat, modelFormats } from './dtypes.ts'
import { contractionRate, type Hardware } from './hardware.ts'
import type { RegimeAnalysis, Sizes } from './input.ts'
import { type MemoryUse, memoryUse } from './memory.ts'
import { type Note, notesOf } from './notes.ts'
import { widthVariable } from './formulas.ts'
import { Regime, type Setting } from './regime.ts'
import { type Bound, boundOf } from './roofline.ts'
import { vocabularyVariable } from './sampling.ts'
import { type StoredFormat, WeightWidths } from './stored.ts'

export interface ModelInput {
  readonly id: string
  readonly className: string
  readonly parameters?: number | undefined
  readonly vocabularySize: number
  readonly analyses: readonly RegimeAnalysis[]
  /** Values of this checkpoint, where an analysis is shared by several. */
  readonly variables?: Readonly<Record<string, number>> | undefined
  /** How the checkpoint stores its weights, where it is quantised. */
  readonly stored?: readonly StoredWeights[] | undefined
}

export interface PredictRequest {
  readonly model: ModelInput
  readonly hardware: Hardware
  readonly batch: number
  /** Tokens of each prompt; of an encoder-decoder the length of the source. */
  readonly inputLength: number
  readonly outputLength: number
  readonly format: ModelFormat
  readonly cacheFormat: CacheFormat
  readonly weightBits: number
  /** The share of the accelerator's memory that is left to others. */
  readonly memoryReserve: number
}

export interface PhasePrediction extends Totals {
  readonly steps: number
  readonly seconds: number
  readonly tokensPerSecond: number
  readonly bound: Bound
  /** Of the peak of the model's format, by contractions alone. */
  readonly shareOfPeakFlops: number
  readonly shareOfPeakBandwidth: number
  readonly breakdown: Breakdown
}

export interface Prediction {
  readonly request: PredictRequest
  readonly ttftSeconds: number
  /** Undefined where the first token is the only one. */
  readonly tpotSeconds: number | undefined
  readonly requestSeconds: number
  /** Output tokens of the whole batch by the time of the whole request. */
  readonly tokensPerSecond: number
  /** Of an encoder-decoder. */
  readonly encode: PhasePrediction | undefined
  readonly prefill: PhasePrediction
  readonly decode: PhasePrediction | undefined
  readonly memory: MemoryUse
  /** Formats of the weights, the one with most of them first, where the checkpoint is quantised. */
  readonly weightFormats: readonly StoredFormat[] | undefined
  readonly notes: readonly Note[]
}

export function predict(request: PredictRequest): Prediction {
  const plan = new Plan(request)
  const encodeCosts = plan.encode().map(costOf)
  const prefillCost = costOf(plan.prefill())
  const decodeCosts = plan.decode().map(costOf)
  const { batch, outputLength } = request
  const encode = encodeCosts.length === 0 ? undefined : phase(request, encodeCosts, batch * (plan.sourceLength ?? 1))
  const prefill = phase(request, [prefillCost], batch * plan.promptLength)
  const decode = decodeCosts.length === 0 ? undefined : phase(request, decodeCosts, batch * (outputLength - 1))
  const ttftSeconds = (encode?.seconds ?? 0) + prefill.seconds
  const requestSeconds = ttftSeconds + (decode?.seconds ?? 0)
  return {
    request,
    ttftSeconds,
    tpotSeconds: decode === undefined ? undefined : (requestSeconds - ttftSeconds) / (outputLength - 1),
    requestSeconds,
    tokensPerSecond: (batch * outputLength) / requestSeconds,
    encode,
    prefill,
    decode,
    memory: memoryUse(request, [...encodeCosts, prefillCost, ...decodeCosts.slice(-1)]),
    weightFormats: plan.setting.widths?.formats,
    notes: notesOf(request, [...encodeCosts, prefillCost, ...decodeCosts]),
  }
}

function phase(request: PredictRequest, stretches: readonly StretchCost[], tokens: number): PhasePrediction {
  const totals = noCost()
  for (const stretch of stretches) for (const kernel of stretch.kernels) addTotals(totals, kernel)
  const seconds = secondsOf(totals)
  const { hardware, format } = request
  return {
    ...totals,
    steps: stretches.reduce((n, s) => n + s.steps, 0),
    seconds,
    tokensPerSecond: tokens / seconds,
    bound: boundOf(totals.computeSeconds, totals.memorySeconds, totals.launchSeconds),
    shareOfPeakFlops: totals.matmulFlops / seconds / contractionRate(hardware, format),
    shareOfPeakBandwidth: (totals.readBytes + totals.writeBytes) / seconds / hardware.memory_bytes_per_second.value,
    breakdown: breakDown(stretches),
  }
}

/** How wide the weights of each module are; undefined where all are as wide as the request says. */
function widthsOf({ model, format }: PredictRequest): WeightWidths | undefined {
  const { stored, analyses } = model
  const modelDtype = analyses[0]?.dtype ?? 'bf16'
  return stored === undefined ? undefined : new WeightWidths(stored, modelDtype, modelFormats[format].bytes)
}

/** The analysis of the encoder that reads the prompt, so that the decoder begins with its start token alone. */
export function encoderOf({ analyses }: ModelInput): RegimeAnalysis | undefined {
  return analyses.find((a) => a.phase === 'encode')
}

/** Chooses the regimes. */
class Plan {
  readonly setting: Setting
  readonly #regimes = new Map<RegimeAnalysis, Regime>()

  constructor(private readonly request: PredictRequest) {
    const { hardware, format, cacheFormat, weightBits } = request
    this.setting = { hardware, format, cacheFormat, weightBytes: weightBits / 8, widths: widthsOf(request) }
  }

  get #hasEncoder(): boolean {
    return encoderOf(this.request.model) !== undefined
  }

  /** Undefined where no source is read, or one without a length, an image for example. */
  get sourceLength(): number | undefined {
    return encoderOf(this.request.model)?.sizes.encoder_len === undefined ? undefined : this.request.inputLength
  }

  /** Tokens of each sequence that the first call with a cache reads. */
  get promptLength(): number {
    return this.#hasEncoder ? 1 : this.request.inputLength
  }

  encode(): Stretch[] {
    if (!this.#hasEncoder) return []
    const sizes = this.#sizes(0, 0)
    return [this.#stretch(this.#covering('encode', sizes), sizes, 1)]
  }

  #sizes(seq_len: number, cache_len: number): Sizes {
    const { sourceLength } = this
    const sizes = { batch_size: this.request.batch, seq_len, cache_len }
    return sourceLength === undefined ? sizes : { ...sizes, encoder_len: sourceLength }
  }

  prefill(): Stretch {
    const sizes = this.#sizes(this.promptLength, 0)
    return this.#stretch(this.#covering('prefill', sizes), sizes, 1)
  }

  decode(): Stretch[] {
    const stretches: Stretch[] = []
    const last = this.promptLength + this.request.outputLength - 1
    for (let cache = this.promptLength; cache < last;) {
      const sizes = this.#sizes(1, cache)
      const regime = this.#covering('decode', sizes)
      const reason = this.#reasons(regime, sizes)
      let end = cache + 1
      while (end < last && reason(end) === undefined) end++
      stretches.push(this.#stretch(regime, sizes, end - cache))
      cache = end
    }
    return stretches
  }

  #stretch(regime: Regime, sizes: Sizes, steps: number): Stretch {
    return { regime, bindings: this.#bindings(regime.analysis, sizes), steps }
  }

  #covering(phase: string, sizes: Sizes): Regime {
    const notes: string[] = []
    for (const analysis of this.request.model.analyses.filter((a) => a.phase === phase)) {
      const mismatch = sizesCovered(analysis, sizes)
      if (mismatch === undefined) {
        const regime = this.#regime(analysis)
        const reason = this.#reasons(regime, sizes)(sizes.cache_len)
        if (reason === undefined) return regime
        notes.push(`An analysis assumes ${reason}.`)
      }
    }
    const { batch_size, seq_len, cache_len, encoder_len } = sizes
    const source = encoder_len === undefined ? '' : `, source ${encoder_len}`
    const where = `${phase} at batch ${batch_size}, seq ${seq_len}, cache ${cache_len}${source}`
    const hint = this.request.model.variables === undefined ? 'Ask for sizes within them.' : undefined
    return raise('assumption-failed', `no analysis of ${this.request.model.id} covers ${where}`, { notes, hint })
  }

  /** Why a regime does not cover a length of the cache, other sizes as given. */
  #reasons(regime: Regime, sizes: Sizes): (cache: number) => string | undefined {
    const bindings = this.#bindings(regime.analysis, sizes)
    const fixed = regime.assumptions.failing(bindings)
    const along = regime.assumptions.failingAlong(bindings)
    return (cache) => fixed ?? sizesCovered(regime.analysis, { ...sizes, cache_len: cache }) ?? along(cache)
  }

  #regime(analysis: RegimeAnalysis): Regime {
    const known = this.#regimes.get(analysis)
    if (known !== undefined) return known
    const regime = new Regime(analysis, this.setting)
    this.#regimes.set(analysis, regime)
    return regime
  }

  #bindings(analysis: RegimeAnalysis, sizes: Sizes): ReadonlyMap<string, number> {
    const { model, format } = this.request
    const widths = { activation: modelFormats[format].bytes, weight: this.setting.weightBytes }
    const bindings = bindingsOf(analysis, model.variables, sizes, widths).set(vocabularyVariable, model.vocabularySize)
    for (const width of this.setting.widths?.widths ?? []) bindings.set(widthVariable(width), width)
    return bindings
  }
}
