// What a model's weights take: each group of equal weights, and all of them by what they are for.
import { rangesOf } from '../text/index.ts'
import type { MemoryAnalysis, WeightGroup, WeightKind } from '../trace/formats.ts'
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
      count: group.at.reduce((n, ranges) => n * rangesOf(ranges).length, 1),
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
  const rows = new Map<string, { kind: WeightKind; format: string; count: number; elements: number; bytes: number }>()
  for (const { group, count, elements } of weights) {
    const own = group.dtype === format.modelDtype
    const title = own ? format.title : group.dtype
    const key = `${group.kind} ${title}`
    const row = rows.get(key) ?? { kind: group.kind, format: title, count: 0, elements: 0, bytes: 0 }
    rows.set(key, row)
    row.count += count
    row.elements += count * elements
    row.bytes += count * elements * (own ? format.bytes : (elementBytes(group.dtype) ?? 0))
  }
  return [...rows.values()]
}
