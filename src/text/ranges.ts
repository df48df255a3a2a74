// Sets of whole numbers as people write them: `0-2,5`.
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
