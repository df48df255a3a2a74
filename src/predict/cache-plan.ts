// What a cache holds at any number of tokens, put together from the analyses of the regimes: which tensors grow with every
// token, which stop at a window, which have one size, and what other ways of keeping them would take. A tensor is told
// apart by its place in the cache object; how it grows shows in its sizes, not in its name.
import type { CacheReading, CacheTensor, MemoryAnalysis } from '../trace/formats.ts'
import { raise } from '../text/index.ts'
import { bindingsOf } from './bindings.ts'
import { Assumptions, sizesCovered } from './coverage.ts'
import { type CacheFormat, cacheFormats, type ModelFormat, modelFormats } from './dtypes.ts'
import { FormulaTable, type Program, type Values } from './formulas.ts'

export interface CacheSetting {
  readonly format: ModelFormat
  readonly cacheFormat: CacheFormat
  /** Tokens of a block of the cache; every sequence takes whole blocks. Undefined: as many tokens as there are. */
  readonly pageSize?: number | undefined
}

/** `grows`: with every token; `window`: until it holds a window of them; `state`: of one size from the first token on. */
export type Growth = 'grows' | 'window' | 'state'

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

interface Point {
  readonly batch: number
  readonly tokens: number
}

/** An analysis, compiled. */
class MemoryRegime {
  readonly #table: FormulaTable
  readonly #program: Program
  readonly #assumptions: Assumptions
  readonly #ids = new Map<string, number>()
  readonly #values = new Map<string, Values>()
  readonly #activations: number

  constructor(
    readonly analysis: MemoryAnalysis,
    private readonly checkpoint: Readonly<Record<string, number>> | undefined,
    private readonly format: ModelFormat,
  ) {
    this.#table = new FormulaTable(analysis.definitions)
    this.#activations = this.#table.add(analysis.activations)
    const tensors = [...analysis.cache, ...analysis.readings.flatMap((r) => r.tensors)]
    for (const { bytes } of tensors) this.#ids.set(bytes, this.#table.add(bytes))
    this.#program = this.#table.program('seq_len')
    this.#assumptions = new Assumptions(analysis, this.#table, 'seq_len')
  }

  #bindings({ batch, tokens }: Point, activation: number): Map<string, number> {
    const sizes = { batch_size: batch, seq_len: tokens, cache_len: 0 }
    return bindingsOf(this.analysis, this.checkpoint, sizes, { activation, weight: modelFormats[this.format].bytes })
  }

  reasonAgainst(point: Point): string | undefined {
    const sizes = { batch_size: point.batch, seq_len: point.tokens, cache_len: 0 }
    const bindings = this.#bindings(point, 2)
    return (
      sizesCovered(this.analysis, sizes) ??
      this.#assumptions.failing(bindings) ??
      this.#assumptions.failingAlong(bindings)(point.tokens)
    )
  }

  /** Values of the tensors' formulas, with elements of the model's format as wide as given. */
  valuesAt(point: Point, activation: number): (bytes: string) => number {
    const values = this.#at(point, activation)
    return (bytes) => values[this.#ids.get(bytes) ?? -1] ?? raise('internal', `${bytes} is not compiled`)
  }

  activationsAt(point: Point): number {
    return this.#at(point, modelFormats[this.format].bytes)[this.#activations] ?? 0
  }

  #at(point: Point, activation: number): Values {
    const key = `${point.batch} ${point.tokens} ${activation}`
    const values = this.#values.get(key) ?? this.#program.start(this.#bindings(point, activation))
    this.#values.set(key, values)
    return values
  }
}

export class CachePlan {
  readonly #regimes: readonly MemoryRegime[]
  readonly #regimeOf = new Map<string, MemoryRegime>()

  /**
   * @param longest the most tokens that the analyses are asked for
   */
  constructor(
    analyses: readonly MemoryAnalysis[],
    checkpoint: Readonly<Record<string, number>> | undefined,
    private readonly setting: CacheSetting,
    private readonly longest: number,
  ) {
    this.#regimes = analyses.map((a) => new MemoryRegime(a, checkpoint, setting.format))
  }

  #regimeAt(point: Point): MemoryRegime {
    const key = `${point.batch} ${point.tokens}`
    const known = this.#regimeOf.get(key)
    if (known !== undefined) return known
    const notes: string[] = []
    for (const regime of this.#regimes) {
      const reason = regime.reasonAgainst(point)
      if (reason === undefined) {
        this.#regimeOf.set(key, regime)
        return regime
      }
      notes.push(`An analysis assumes ${reason}.`)
    }
    return raise('assumption-failed', `no analysis covers batch ${point.batch} with ${point.tokens} tokens`, { notes })
  }

  covers(batch: number, tokens: number): boolean {
    return this.#regimes.some((regime) => regime.reasonAgainst({ batch, tokens }) === undefined)
  }

  /** The most that is alive at once while a prompt is read. */
  activations(batch: number, tokens: number): number {
    const point = { batch, tokens }
    return this.#regimeAt(point).activationsAt(point)
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
      generalizedFrom: this.#regimeAt({ batch, tokens }).analysis.generalized_from,
      bytesWith,
    }
  }

  #rows(point: Point): readonly CacheRow[] {
    const groups = new Map<string, { readonly row: CacheRow; readonly layers: number[] }>()
    for (const entry of this.#regimeAt(point).analysis.cache) {
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
    const growth = this.#growthOf(path, layer, batch)
    const width = growth === 'state' ? this.#modelWidth : this.#cacheWidth
    const at = (n: number) => this.#bytesAt(path, layer, { batch, tokens: n }, width)
    const saturatesAt = growth === 'window' ? this.#saturation(path, layer, batch) : undefined
    const full = growth === 'state' ? at(tokens) : this.#unlimited(path, layer, batch, this.#whole(tokens), width)
    return {
      path,
      layers: [],
      growth,
      dtype,
      shape,
      formula,
      layerBytes: at(tokens),
      bytes: this.#paged(path, layer, point, growth, width, saturatesAt),
      tokenBytes: at(tokens + 1) - at(tokens),
      saturatesAt,
      fullBytes: full,
    }
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

  /** Bytes in whole blocks. A window of n tokens lies in at most ⌈(n − 1) / page⌉ + 1 of them. */
  #paged(
    path: string,
    layer: number | undefined,
    point: Point,
    growth: Growth,
    width: number,
    saturatesAt: number | undefined,
  ): number {
    const { pageSize } = this.setting
    if (pageSize === undefined || growth === 'state') return this.#bytesAt(path, layer, point, width)
    const pages = Math.ceil(point.tokens / pageSize)
    const most = saturatesAt === undefined ? Infinity : Math.ceil((saturatesAt - 1) / pageSize) + 1
    return this.#unlimited(path, layer, point.batch, Math.min(pages, most) * pageSize, width)
  }

  #growthOf(path: string, layer: number | undefined, batch: number): Growth {
    const at = (tokens: number) => this.#bytesAt(path, layer, { batch, tokens }, 1)
    const [least, half, most] = [at(fewest), at(Math.max(fewest, Math.floor(this.longest / 2))), at(this.longest)]
    return least === most ? 'state' : half === most ? 'window' : 'grows'
  }

  /** The fewest tokens at which a tensor is as large as it gets. */
  #saturation(path: string, layer: number | undefined, batch: number): number {
    const at = (tokens: number) => this.#bytesAt(path, layer, { batch, tokens }, 1)
    const most = at(this.longest)
    let [low, high] = [fewest, this.longest]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (at(middle) === most) high = middle
      else low = middle
    }
    return high
  }

  #bytesAt(path: string, layer: number | undefined, point: Point, width: number): number {
    return this.#evaluate(this.#regimeAt(point), path, layer, point, width)
  }

  /** What a tensor would take without a limit to its tokens: the formula of the fewest, for more of them. */
  #unlimited(path: string, layer: number | undefined, batch: number, tokens: number, width: number): number {
    return this.#evaluate(this.#regimeAt({ batch, tokens: fewest }), path, layer, { batch, tokens }, width)
  }

  #evaluate(regime: MemoryRegime, path: string, layer: number | undefined, point: Point, width: number): number {
    const entry = regime.analysis.cache.find((e) => e.path === path && holdsLayer(e.layers, layer))
    return entry === undefined ? 0 : regime.valuesAt(point, width)(entry.bytes)
  }

  #readings(point: Point, rows: readonly CacheRow[]): readonly ReadingRow[] {
    const regime = this.#regimeAt(point)
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

/** Below it a size is a case of its own. */
const fewest = 2

function holdsLayer(layers: readonly number[], layer: number | undefined): boolean {
  return layer === undefined ? layers.length === 0 : layers.includes(layer)
}

function common(a: readonly number[], b: readonly number[]): number {
  return a.filter((x) => b.includes(x)).length
}
