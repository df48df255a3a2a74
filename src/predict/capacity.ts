// What a model needs in an accelerator's memory for a batch of sequences of some length, and the largest batch and the
// longest sequences that an accelerator has room for.
import type { MemoryAnalysis, StoredWeights, WeightGroup } from '../trace/formats.ts'
import { CachePlan, type CacheSetting, type CacheUse } from './cache-plan.ts'
import { type AnalyzeMemory, fewestTokens, MemoryRegimes } from './memory-regimes.ts'
import { cacheFormats, type CacheFormat, modelFormats } from './dtypes.ts'
import type { Hardware } from './hardware.ts'
import { type SizedWeights, sizedWeights, storedRows, type WeightRow, weightRows } from './weights.ts'

/** What is known of a model's memory. */
export interface MemoryModel {
  readonly id: string
  readonly className: string
  readonly parameters?: number | undefined
  readonly weights: readonly WeightGroup[]
  readonly regimes: readonly MemoryAnalysis[]
  /** Values of this checkpoint, where the analyses are shared by several. */
  readonly variables?: Readonly<Record<string, number>> | undefined
  /** Positions of tokens that the model was made for, a decoder's where there is an encoder. */
  readonly positions?: number | undefined
  /** How the checkpoint stores its weights, where it is quantised. */
  readonly stored?: readonly StoredWeights[] | undefined
}

export interface MemoryRequest extends CacheSetting {
  readonly model: MemoryModel
  readonly batch: number
  /** Tokens of each sequence in the cache. */
  readonly context: number
  /** Tokens of each sequence that one pass reads; all of them unless given. */
  readonly inputLength?: number | undefined
  /** Undefined: as the checkpoint has them. */
  readonly weightBits?: number | undefined
  /** Tokens, frames or samples of what an encoder-decoder reads: its cache holds keys and values of them. */
  readonly sourceLength?: number | undefined
  readonly hardware?: Hardware | undefined
  /** The share of the accelerator's memory that is left to others. */
  readonly memoryReserve: number
}

export interface Fit {
  readonly hardware: Hardware
  readonly usableBytes: number
  readonly fits: boolean
  /** Of sequences this long; 0 where not even one fits. */
  readonly largestBatch: number
  /** Of this many sequences; 0 where not even two tokens fit. */
  readonly longestContext: number
  /** The search ended there: longer ones may fit as well. */
  readonly contextLimit: number
  /** The same with a smaller format of the cache, where that lets more fit. */
  readonly smallerCache:
    { readonly format: CacheFormat; readonly largestBatch: number; readonly longestContext: number } | undefined
}

export interface MemoryReport {
  readonly request: MemoryRequest
  readonly sized: readonly SizedWeights[]
  readonly weights: readonly WeightRow[]
  readonly weightBytes: number
  readonly cache: CacheUse
  readonly activationBytes: number
  readonly totalBytes: number
  readonly fit: Fit | undefined
}

/** Sequences of a batch at most: the search ends there. */
const mostSequences = 2 ** 20

/** Tokens of a sequence where nobody says how many. */
const usualContext = 4096

/** The same, or as many positions as the model was made for. */
export function usualLength(positions: number | undefined): number {
  return Math.min(usualContext, positions ?? usualContext)
}

/** Tokens that are looked at where a model does not say how many it was made for. */
export const usualPositions = 131_072

/** A request that leaves the length open. */
export type OpenMemoryRequest = Omit<MemoryRequest, 'context'> & { readonly context: number | undefined }

/**
 * @param analyze for sizes that the model's analyses do not speak for
 */
export function memoryReport(asked: OpenMemoryRequest, analyze?: AnalyzeMemory): MemoryReport {
  const { model, batch, hardware } = asked
  const first = model.regimes[0]
  const sized = first === undefined ? [] : sizedWeights(model.weights, first, model.variables)
  const { stored } = model
  const regimes = new MemoryRegimes(model.regimes, model.variables, asked.format, analyze, asked.sourceLength)
  const context = asked.context ?? contextOf(batch, regimes, model.positions)
  const request = { ...asked, context }
  const format = weightFormat(request)
  const weights =
    stored === undefined || request.weightBits !== undefined
      ? weightRows(sized, format)
      : storedRows(sized, stored, format)
  const weightBytes = weights.reduce((sum, row) => sum + row.bytes, 0)
  const need = new Need(request, weightBytes, regimes)
  const cache = need.plan.use(batch, context)
  const activationBytes = need.activations(batch, context)
  return {
    request,
    sized,
    weights,
    weightBytes,
    cache,
    activationBytes,
    totalBytes: weightBytes + cache.bytes + activationBytes,
    fit: hardware === undefined ? undefined : fitOf(request, hardware, need, weightBytes),
  }
}

function contextOf(batch: number, regimes: MemoryRegimes, positions: number | undefined): number {
  const usual = usualLength(positions)
  if (regimes.reaches({ batch, tokens: usual })) return usual
  return largest(fewestTokens, usual, (tokens) => regimes.covers({ batch, tokens })) || usual
}

function weightFormat({ model, format, weightBits }: MemoryRequest) {
  const bytes = weightBits === undefined ? modelFormats[format].bytes : weightBits / 8
  return {
    modelDtype: model.regimes[0]?.dtype ?? format,
    bytes,
    title: weightBits === undefined ? format : `${weightBits} bit`,
  }
}

/** What is needed as a function of batch and length. */
class Need {
  readonly plan: CachePlan
  /** Tokens up to which the analyses hold. */
  readonly limit: number

  constructor(
    private readonly request: MemoryRequest,
    private readonly weightBytes: number,
    readonly regimes: MemoryRegimes,
  ) {
    const { model, context, batch } = request
    const positions = model.positions ?? usualPositions
    const next = regimes.reaches({ batch, tokens: context + 1 }) ? context + 1 : context
    const longest = Math.max(next, positions)
    // Where the model does not say how far it goes, no analysis is made to find out.
    const isKnown = [longest, Math.floor(longest / 2)].every((tokens) => regimes.covers({ batch, tokens }))
    const isFollowed = isKnown || (model.positions !== undefined && regimes.canAnalyze)
    this.limit = isFollowed ? Math.max(context, positions) : context
    this.plan = new CachePlan(regimes, request, isFollowed ? longest : next)
  }

  activations(batch: number, context: number): number {
    return this.plan.activations(batch, passLength(this.request, context))
  }

  total(batch: number, context: number): number {
    return this.weightBytes + this.plan.use(batch, context).bytes + this.activations(batch, context)
  }
}

/** Tokens of each sequence that the longest pass reads, besides what an encoder does. */
export function passLength({ inputLength, sourceLength }: MemoryRequest, context: number): number {
  return sourceLength === undefined ? Math.min(context, inputLength ?? context) : context
}

function fitOf(request: MemoryRequest, hardware: Hardware, need: Need, weightBytes: number): Fit {
  const usableBytes = hardware.memory_bytes.value * (1 - request.memoryReserve)
  const { limit } = need
  const most = (n: Need) => ({
    largestBatch: largest(1, mostSequences, (b) => n.total(b, request.context) <= usableBytes),
    longestContext: largest(2, limit, (c) => n.total(request.batch, c) <= usableBytes),
  })
  const own = most(need)
  const smaller = smallestBelow(request.cacheFormat)
  const other =
    smaller === undefined ? undefined : most(new Need({ ...request, cacheFormat: smaller }, weightBytes, need.regimes))
  const helps =
    other !== undefined && (other.largestBatch > own.largestBatch || other.longestContext > own.longestContext)
  return {
    hardware,
    usableBytes,
    fits: need.total(request.batch, request.context) <= usableBytes,
    ...own,
    contextLimit: limit,
    smallerCache: helps && smaller !== undefined ? { format: smaller, ...other } : undefined,
  }
}

/** The format of a cache with the fewest bytes, where it has fewer than the given one. */
function smallestBelow(format: CacheFormat): CacheFormat | undefined {
  const bytes = (f: CacheFormat) => cacheFormats[f].bytes
  const all = Object.keys(cacheFormats) as CacheFormat[]
  const smallest = all.reduce((a, b) => (bytes(b) < bytes(a) ? b : a))
  return bytes(smallest) < bytes(format) ? smallest : undefined
}

/** The largest number from `low` to `high` for which something holds that holds for all smaller ones; 0 for none. */
function largest(low: number, high: number, holds: (n: number) => boolean): number {
  if (!holds(low)) return 0
  if (holds(high)) return high
  let [good, bad] = [low, high]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (holds(middle)) good = middle
    else bad = middle
  }
  return good
}
