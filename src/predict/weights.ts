// What a model's weights take: each group of equal weights, and all of them by what they are for.
import { combinations } from '../text/index.ts'
import type { MemoryAnalysis, StoredWeights, WeightGroup, WeightKind } from '../trace/formats.ts'
import { bindingsOf } from './bindings.ts'
import { elementBytes } from './dtypes.ts'
import { FormulaTable } from './formulas.ts'

/** A group of equal weights with numbers in place of formulas. */
export interface SizedWeights {
  readonly group: WeightGroup
  readonly shape: readonly number[]
  /** How many there are. */
  readonly count: number
  /** Of each. */
  readonly elements: number
}

/** The weights of a checkpoint, whose values of the variables are given. */
export function sizedWeights(
  groups: readonly WeightGroup[],
  analysis: Pick<MemoryAnalysis, 'variables' | 'definitions'>,
  checkpoint: Readonly<Record<string, number>> | undefined,
): readonly SizedWeights[] {
  const table = new FormulaTable(analysis.definitions)
  const ids = groups.map((g) => g.shape.map((d) => table.add(d)))
  const sizes = { batch_size: 1, seq_len: 1, cache_len: 0 }
  const values = table.program('seq_len').start(bindingsOf(analysis, checkpoint, sizes, { activation: 2, weight: 2 }))
  return groups.map((group, i) => {
    const shape = (ids[i] ?? []).map((id) => values[id] ?? 0)
    return {
      group,
      shape,
      count: combinations(group.at),
      elements: shape.reduce((n, d) => n * d, 1),
    }
  })
}

/** How weights of the model's own dtype are kept, where it isn't as the checkpoint has them. */
export interface WeightFormat {
  /** The dtype of the checkpoint's analyses, `bf16`. */
  readonly modelDtype: string
  readonly bytes: number
  readonly title: string
}

export interface WeightRow {
  readonly kind: WeightKind
  readonly format: string
  readonly count: number
  readonly elements: number
  readonly bytes: number
}

/** By kind and format, in the order in which the model has them. */
export function weightRows(weights: readonly SizedWeights[], format: WeightFormat): readonly WeightRow[] {
  return summed(
    weights.map(({ group, count, elements }) => {
      const own = group.dtype === format.modelDtype
      const bytes = elements * (own ? format.bytes : (elementBytes(group.dtype) ?? 0))
      return { kind: group.kind, format: own ? format.title : group.dtype, count, elements, bytes }
    }),
  )
}

/** The same of a quantised checkpoint; what it does not quantise is in the model's format. */
export function storedRows(
  weights: readonly SizedWeights[],
  stored: readonly StoredWeights[],
  format: WeightFormat,
): readonly WeightRow[] {
  const kinds = new Map(weights.map(({ group }) => [group.name, group.kind]))
  return summed(
    stored.map(({ name, at, format: title, elements, bytes }) => {
      const own = title === format.modelDtype
      const kind = kinds.get(name) ?? 'other'
      const count = combinations(at)
      return { kind, format: own ? format.title : title, count, elements, bytes: own ? elements * format.bytes : bytes }
    }),
  )
}

/** Rows of the same kind and format as one; `elements` and `bytes` of each weight become those of all. */
function summed(rows: readonly WeightRow[]): readonly WeightRow[] {
  const sums = new Map<string, { -readonly [K in keyof WeightRow]: WeightRow[K] }>()
  for (const { kind, format, count, elements, bytes } of rows) {
    const key = `${kind} ${format}`
    const sum = sums.get(key) ?? { kind, format, count: 0, elements: 0, bytes: 0 }
    sums.set(key, sum)
    sum.count += count
    sum.elements += count * elements
    sum.bytes += count * bytes
  }
  return [...sums.values()]
}
