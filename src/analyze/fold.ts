// Finds what repeats: a run of equal blocks in a list (the layers of a model) becomes one block with a count.

export interface Folded<T> {
  readonly item: T
  readonly repeat: number
}

/** The longest block looked for: more kernels than one iteration of a layer loop launches by itself. */
const longestBlock = 48

/**
 * Folds consecutive repetitions of equal blocks. Equality is by key; the items of the first block stand for all.
 * The total stays the same, the order within a block too.
 */
export function fold<T>(items: readonly T[], keyOf: (item: T) => string): readonly Folded<T>[] {
  const ids = new Map<string, number>()
  const keys = items.map((item) => {
    const key = keyOf(item)
    const id = ids.get(key) ?? ids.size
    ids.set(key, id)
    return id
  })
  const result: Folded<T>[] = []
  let at = 0
  while (at < items.length) {
    const { length, count } = bestBlock(keys, at)
    for (let i = 0; i < length; i++) result.push({ item: items[at + i] as T, repeat: count })
    at += length * count
  }
  return result
}

/** The block at a position that covers most by repeating; the shortest of equals. */
function bestBlock(keys: readonly number[], at: number): { length: number; count: number } {
  let best = { length: 1, count: 1 }
  const most = Math.min(longestBlock, Math.floor((keys.length - at) / 2))
  for (let length = 1; length <= most; length++) {
    const count = repetitions(keys, at, length)
    if (count > 1 && length * count > best.length * best.count) best = { length, count }
  }
  return best
}

function repetitions(keys: readonly number[], at: number, length: number): number {
  let end = at + length
  while (end < keys.length && keys[end] === keys[end - length]) end++
  return Math.floor((end - at) / length)
}
