// Sets of whole numbers as people write them, `0-2,5`, and dotted names that differ in their numbers alone.
import { raise } from './errors.ts'

export function rangesText(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++
    parts.push(end === i ? String(sorted[i]) : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return parts.join(',')
}

export function rangesOf(text: string): readonly number[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === undefined || last === undefined) return raise('bad-analysis', `"${part}" is no range of numbers`)
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i)
  })
}

/** How many combinations there are of a number from each of some sets. */
export function combinations(sets: readonly string[]): number {
  return sets.reduce((n, ranges) => n * rangesOf(ranges).length, 1)
}

/** The parts of a dotted name that are numbers. */
const numberPart = /(?<=^|\.)\d+(?=\.|$)/g

/** `model.layers.*.mlp`: a name with a star for each number. */
export function starred(name: string): string {
  return name.replace(numberPart, '*')
}

/** The numbers of a dotted name, in order. */
export function numbersIn(name: string): readonly number[] {
  return [...name.matchAll(numberPart)].map(([n]) => Number(n))
}
