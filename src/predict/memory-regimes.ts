// The regimes of a model's memory: analyses compiled, and the one that speaks for a number of sequences and of tokens.
import { raise, resultUnless } from '../text/index.ts'
import type { MemoryAnalysis } from '../trace/formats.ts'
import { bindingsOf } from './bindings.ts'
import { Assumptions, sizesCovered } from './coverage.ts'
import { type ModelFormat, modelFormats } from './dtypes.ts'
import { FormulaTable, type Program, type Values } from './formulas.ts'

/** Below it a size is a case of its own. */
export const fewestTokens = 2

/** Makes an analysis of so many sequences of so many tokens. */
export type AnalyzeMemory = (batch: number, tokens: number) => MemoryAnalysis

export interface Point {
  readonly batch: number
  readonly tokens: number
}

/** An analysis, compiled. */
export class MemoryRegime {
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
    private readonly sourceLength: number | undefined,
  ) {
    this.#table = new FormulaTable(analysis.definitions)
    this.#activations = this.#table.add(analysis.activations)
    const tensors = [...analysis.cache, ...analysis.readings.flatMap((r) => r.tensors)]
    for (const { bytes } of tensors) this.#ids.set(bytes, this.#table.add(bytes))
    this.#program = this.#table.program('seq_len')
    this.#assumptions = new Assumptions(analysis, this.#table, 'seq_len')
  }

  #bindings({ batch, tokens }: Point, activation: number): Map<string, number> {
    const sizes = { batch_size: batch, seq_len: tokens, cache_len: 0, ...source(this.sourceLength) }
    return bindingsOf(this.analysis, this.checkpoint, sizes, { activation, weight: modelFormats[this.format].bytes })
  }

  /** Why it does not speak for sizes of that kind: one sequence, or several. */
  reasonAgainstSizes({ batch, tokens }: Point): string | undefined {
    const sizes = { batch_size: batch, seq_len: tokens, cache_len: 0, ...source(this.sourceLength) }
    return sizesCovered(this.analysis, sizes)
  }

  reasonAgainst(point: Point): string | undefined {
    const bindings = this.#bindings(point, 2)
    return (
      this.reasonAgainstSizes(point) ??
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

function source(encoder_len: number | undefined): { readonly encoder_len?: number } {
  return encoder_len === undefined ? {} : { encoder_len }
}

export class MemoryRegimes {
  readonly #regimes: MemoryRegime[]
  readonly #of = new Map<string, MemoryRegime>()

  /**
   * @param checkpoint values of this checkpoint, where the analyses are shared by several
   * @param analyze for sizes that no analysis at hand speaks for
   * @param sourceLength of what an encoder-decoder reads
   */
  constructor(
    analyses: readonly MemoryAnalysis[],
    private readonly checkpoint: Readonly<Record<string, number>> | undefined,
    private readonly format: ModelFormat,
    private readonly analyze: AnalyzeMemory | undefined,
    private readonly sourceLength?: number,
  ) {
    this.#regimes = analyses.map((a) => this.#compiled(a))
  }

  /** Can analyses be made of sizes that none at hand speaks for? */
  get canAnalyze(): boolean {
    return this.analyze !== undefined
  }

  /** Is there an analysis at hand that speaks for these sizes? */
  covers(point: Point): boolean {
    return this.#known(point) !== undefined
  }

  /** Does the program run with so many tokens? It may fail beyond its table of positions. */
  reaches(point: Point): boolean {
    return resultUnless(['python-error', 'assumption-failed'], () => this.at(point)) !== undefined
  }

  at(point: Point): MemoryRegime {
    return (
      this.#known(point) ?? this.#made(point) ?? raise('assumption-failed', notCovered(point), this.#reasons(point))
    )
  }

  #compiled(analysis: MemoryAnalysis): MemoryRegime {
    return new MemoryRegime(analysis, this.checkpoint, this.format, this.sourceLength)
  }

  #known(point: Point): MemoryRegime | undefined {
    const key = `${point.batch} ${point.tokens}`
    const known = this.#of.get(key) ?? this.#regimes.find((r) => r.reasonAgainst(point) === undefined)
    if (known !== undefined) this.#of.set(key, known)
    return known
  }

  /** An analysis of a few tokens speaks for all of them where a program loops over its tokens: it is made first. */
  #made(point: Point): MemoryRegime | undefined {
    const { analyze } = this
    if (analyze === undefined) return undefined
    for (const tokens of [fewestTokens, point.tokens]) {
      if (!this.covers({ ...point, tokens })) this.#regimes.push(this.#compiled(analyze(point.batch, tokens)))
      const known = this.#known(point)
      if (known !== undefined) return known
    }
    return undefined
  }

  #reasons(point: Point): { readonly notes: readonly string[] } {
    const near = this.#regimes.filter((r) => r.reasonAgainstSizes(point) === undefined)
    const reasons = (near.length > 0 ? near : this.#regimes).map((r) => r.reasonAgainst(point) ?? '')
    return { notes: [...new Set(reasons)].map((reason) => `An analysis assumes ${reason}.`) }
  }
}

function notCovered({ batch, tokens }: Point): string {
  return `no analysis covers batch ${batch} with ${tokens} tokens`
}
