// What a cache holds at any number of tokens, put together from the analyses of the regimes: which tensors grow with every
// token, which stop at a window, which have one size, and what other ways of keeping them would take. A tensor is told
// apart by its place in the cache object; how it grows shows in its sizes, not in its name.
import { parse, variablesOf } from '../sym/index.ts'
import type { CacheReading, CacheTensor } from '../trace/formats.ts'
import { type CacheFormat, cacheFormats, type ModelFormat, modelFormats } from './dtypes.ts'
import type { Sizes } from './input.ts'
import { fewestTokens, type MemoryRegime, type MemoryRegimes, type Point } from './memory-regimes.ts'

export interface CacheSetting {
  readonly format: ModelFormat
  readonly cacheFormat: CacheFormat
  /** Tokens of a block of the cache; every sequence takes whole blocks. Undefined: as many tokens as there are. */
  readonly pageSize?: number | undefined
}

/**
 * `grows`: with every token; `window`: until it holds a window of them; `state`: of one size from the first token on;
 * `source`: of the size of what an encoder-decoder reads; `buffer`: with what of the tokens fills no block yet.
 */
export type Growth = 'grows' | 'window' | 'state' | 'source' | 'buffer'

export interface CacheRow {
  readonly path: string
  readonly layers: readonly number[]
  readonly growth: Growth
  readonly dtype: string
  readonly shape: readonly string[]
  /** Of one layer, as the model's own cache holds it. */
  readonly formula: string
  readonly layerBytes: number
  /** Of all layers, in whole blocks where there are blocks. */
  readonly bytes: number
  /** What the next token adds, all layers together. */
  readonly tokenBytes: number
  /** The number of tokens from which on it grows no more. */
  readonly saturatesAt: number | undefined
  /** Of all layers, if every token were kept. */
  readonly fullBytes: number
}

export interface ReadingRow extends Omit<CacheReading, 'tensors'> {
  readonly tensors: readonly (CacheTensor & { readonly layerBytes: number })[]
  /** Of all its layers. */
  readonly bytes: number
  /** Of what it stands for. */
  readonly replacedBytes: number
  readonly tokenBytes: number
}

export interface CacheUse {
  readonly rows: readonly CacheRow[]
  readonly readings: readonly ReadingRow[]
  readonly bytes: number
  readonly tokenBytes: number
  readonly fullBytes: number
  /** Numbers of tokens that the formulas were found at, where the program loops over its tokens. */
  readonly generalizedFrom: readonly number[] | undefined
  /** With a reading in place of what it stands for. */
  readonly bytesWith: Readonly<Partial<Record<CacheReading['name'], number>>>
}

const sourceVariable: keyof Sizes = 'encoder_len'

export class CachePlan {
  /**
   * @param longest the most tokens that a tensor's growth is followed to, no fewer than are asked for
   */
  constructor(
    private readonly regimes: MemoryRegimes,
    private readonly setting: CacheSetting,
    private readonly longest: number,
  ) {}

  /** The most that is alive at once while a prompt is read. */
  activations(batch: number, tokens: number): number {
    const point = { batch, tokens }
    return this.regimes.at(point).activationsAt(point)
  }

  use(batch: number, tokens: number): CacheUse {
    const rows = this.#rows({ batch, tokens })
    const readings = this.#readings({ batch, tokens }, rows)
    const total = (of: (row: CacheRow) => number) => rows.reduce((sum, row) => sum + of(row), 0)
    const bytesWith: Partial<Record<CacheReading['name'], number>> = {}
    for (const { name, bytes, replacedBytes } of readings)
      bytesWith[name] = (bytesWith[name] ?? total((r) => r.bytes)) + bytes - replacedBytes
    return {
      rows,
      readings,
      bytes: total((r) => r.bytes),
      tokenBytes: total((r) => r.tokenBytes),
      fullBytes: total((r) => r.fullBytes),
      generalizedFrom: this.regimes.at({ batch, tokens }).analysis.generalized_from,
      bytesWith,
    }
  }

  #rows(point: Point): readonly CacheRow[] {
    const groups = new Map<string, { readonly row: CacheRow; readonly layers: number[] }>()
    for (const entry of this.regimes.at(point).analysis.cache) {
      for (const layer of entry.layers.length === 0 ? [undefined] : entry.layers) {
        const row = this.#row(entry, layer, point)
        const key = JSON.stringify(row)
        const group = groups.get(key) ?? { row, layers: [] }
        groups.set(key, group)
        if (layer !== undefined) group.layers.push(layer)
      }
    }
    return [...groups.values()].map(({ row, layers }) => {
      const count = Math.max(1, layers.length)
      const { bytes, tokenBytes, fullBytes } = row
      const all = { bytes: bytes * count, tokenBytes: tokenBytes * count, fullBytes: fullBytes * count }
      return { ...row, ...all, layers }
    })
  }

  /** One tensor of one layer. */
  #row(entry: CacheTensor, layer: number | undefined, point: Point): CacheRow {
    const { path, dtype, shape, bytes: formula } = entry
    const { batch, tokens } = point
    const growth = this.#growthOf(path, layer, point)
    const ofTokens = growth === 'grows' || growth === 'window'
    const width = growth === 'state' ? this.#modelWidth : this.#cacheWidth
    const at = (n: number) => this.#bytesAt(path, layer, { batch, tokens: n }, width)
    const saturatesAt = growth === 'window' ? this.#saturation(path, layer, batch) : undefined
    const unlimited = (n: number) => {
      const regime = this.regimes.at({ batch, tokens: growth === 'window' ? fewestTokens : tokens })
      return this.#evaluate(regime, path, layer, { batch, tokens: n }, width)
    }
    return {
      path,
      layers: [],
      growth,
      dtype,
      shape,
      formula,
      layerBytes: at(tokens),
      bytes: ofTokens ? this.#paged(unlimited, at, tokens, saturatesAt) : at(tokens),
      tokenBytes: at(this.#next(tokens)) - at(this.#next(tokens) - 1),
      saturatesAt,
      fullBytes: ofTokens ? unlimited(this.#whole(tokens)) : at(tokens),
    }
  }

  /** One token more, or the last one that there is room for. */
  #next(tokens: number): number {
    return Math.min(tokens + 1, this.longest)
  }

  get #modelWidth(): number {
    return modelFormats[this.setting.format].bytes
  }

  get #cacheWidth(): number {
    return cacheFormats[this.setting.cacheFormat].bytes
  }

  /** A number of tokens rounded up to whole blocks. */
  #whole(tokens: number): number {
    const { pageSize } = this.setting
    return pageSize === undefined ? tokens : Math.ceil(tokens / pageSize) * pageSize
  }

  /**
   * Bytes in whole blocks. A window of n tokens lies in at most ⌈(n − 1) / page⌉ + 1 of them.
   * @param unlimited bytes of that many tokens, were there no window
   */
  #paged(
    unlimited: (tokens: number) => number,
    at: (tokens: number) => number,
    tokens: number,
    saturatesAt: number | undefined,
  ): number {
    const { pageSize } = this.setting
    if (pageSize === undefined) return at(tokens)
    const most = saturatesAt === undefined ? Infinity : Math.ceil((saturatesAt - 1) / pageSize) + 1
    return unlimited(Math.min(Math.ceil(tokens / pageSize), most) * pageSize)
  }

  #growthOf(path: string, layer: number | undefined, { batch, tokens }: Point): Growth {
    const at = (n: number) => this.#bytesAt(path, layer, { batch, tokens: n }, 1)
    const middle = Math.max(fewestTokens, Math.floor(this.longest / 2))
    const [least, half, most] = [at(fewestTokens), at(middle), at(this.longest)]
    if ([least, half, at(tokens), at(this.#next(tokens))].some((n) => n > most)) return 'buffer'
    if (least === most) return this.#isOfSource(path, layer, { batch, tokens }) ? 'source' : 'state'
    return half === most ? 'window' : 'grows'
  }

  #isOfSource(path: string, layer: number | undefined, point: Point): boolean {
    const { cache } = this.regimes.at(point).analysis
    const entry = cache.find((e) => e.path === path && holdsLayer(e.layers, layer))
    return entry !== undefined && variablesOf(parse(entry.bytes)).includes(sourceVariable)
  }

  /** The fewest tokens at which a tensor is as large as it gets. */
  #saturation(path: string, layer: number | undefined, batch: number): number {
    const at = (tokens: number) => this.#bytesAt(path, layer, { batch, tokens }, 1)
    const most = at(this.longest)
    let [low, high] = [fewestTokens, this.longest]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (at(middle) === most) high = middle
      else low = middle
    }
    return high
  }

  #bytesAt(path: string, layer: number | undefined, point: Point, width: number): number {
    return this.#evaluate(this.regimes.at(point), path, layer, point, width)
  }

  #evaluate(regime: MemoryRegime, path: string, layer: number | undefined, point: Point, width: number): number {
    const entry = regime.analysis.cache.find((e) => e.path === path && holdsLayer(e.layers, layer))
    return entry === undefined ? 0 : regime.valuesAt(point, width)(entry.bytes)
  }

  #readings(point: Point, rows: readonly CacheRow[]): readonly ReadingRow[] {
    const regime = this.regimes.at(point)
    const values = (tokens: number) => regime.valuesAt({ ...point, tokens: this.#whole(tokens) }, this.#cacheWidth)
    return regime.analysis.readings.flatMap((reading) => {
      const replaced = rows.filter((r) => reading.replaces.includes(r.path))
      const layers = reading.layers.filter((layer) =>
        reading.replaces.every((path) =>
          replaced.some((r) => r.path === path && r.growth === 'grows' && r.layers.includes(layer)),
        ),
      )
      if (layers.length === 0) return []
      const sum = (tokens: number) => reading.tensors.reduce((n, t) => n + values(tokens)(t.bytes), 0)
      const before = replaced.reduce((n, r) => n + (r.bytes / r.layers.length) * common(r.layers, layers), 0)
      return [
        {
          ...reading,
          layers,
          tensors: reading.tensors.map((t) => ({ ...t, layerBytes: values(point.tokens)(t.bytes) })),
          bytes: sum(point.tokens) * layers.length,
          replacedBytes: before,
          tokenBytes: (sum(point.tokens + 1) - sum(point.tokens)) * layers.length,
        },
      ]
    })
  }
}

function holdsLayer(layers: readonly number[], layer: number | undefined): boolean {
  return layer === undefined ? layers.length === 0 : layers.includes(layer)
}

function common(a: readonly number[], b: readonly number[]): number {
  return a.filter((x) => b.includes(x)).length
}
