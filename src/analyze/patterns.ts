// Names of weights that differ in their numbers alone, as one pattern with the ranges of the numbers.
import { numbersIn, rangesOf, rangesText, starred } from '../text/index.ts'

export interface Pattern {
  /** `model.layers.*.mlp.gate_proj.weight` */
  readonly name: string
  /** What each star stands for, as ranges: `0-2,5`; every combination exists. */
  readonly at: readonly string[]
}

/** What is equal under names that differ in their numbers alone, in order of the first of them. */
export function byPattern<T extends object>(
  items: Iterable<readonly [name: string, value: T]>,
): readonly (T & Pattern)[] {
  const groups = new Map<string, { readonly value: T; readonly name: string; readonly at: (readonly number[])[] }>()
  for (const [full, value] of items) {
    const name = starred(full)
    const key = JSON.stringify([name, value])
    const entry = groups.get(key) ?? { value, name, at: [] }
    groups.set(key, entry)
    entry.at.push(numbersIn(full))
  }
  return [...groups.values()].flatMap(({ value, name, at }) =>
    boxes(at).map((ranges) => ({ name, ...value, at: ranges })),
  )
}

/** Tuples of numbers as products of sets: one row of ranges for each product. */
function boxes(tuples: readonly (readonly number[])[]): readonly (readonly string[])[] {
  if (tuples.every((t) => t.length === 0)) return [[]]
  const byFirst = new Map<number, number[][]>()
  for (const [first = 0, ...rest] of tuples) {
    const rests = byFirst.get(first) ?? []
    byFirst.set(first, rests)
    rests.push(rest)
  }
  const merged = new Map<string, { readonly firsts: number[]; readonly rest: readonly (readonly string[])[] }>()
  for (const [first, rests] of byFirst) {
    const rest = boxes(rests)
    const entry = merged.get(JSON.stringify(rest)) ?? { firsts: [], rest }
    merged.set(JSON.stringify(rest), entry)
    entry.firsts.push(first)
  }
  return [...merged.values()].flatMap(({ firsts, rest }) => rest.map((r) => [rangesText(firsts), ...r]))
}

/** All names that a pattern stands for. */
export function namesOf({ name, at }: Pattern): readonly string[] {
  return at.reduce<readonly string[]>(
    (names, ranges) => names.flatMap((n) => rangesOf(ranges).map((i) => n.replace('*', String(i)))),
    [name],
  )
}
