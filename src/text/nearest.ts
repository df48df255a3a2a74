// Suggestions for a name that is not known: edit distance, where leaving out the end of a name costs little, since
// people type `h100` for `h100-sxm` more often than they mistype.

/** The smallest number of insertions, deletions and substitutions that turn `a` into `b` (Wagner and Fischer). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

/** What a character of a left-out ending costs. */
const endingCost = 0.1
/** Names farther than this from the best one are not shown. */
const spread = 1.1

/** The names nearest to what was typed, best first; none where nothing is near. */
export function nearest(typed: string, names: Iterable<string>, count = 3): string[] {
  const query = typed.toLowerCase()
  const ranked = [...names].map((name) => ({
    name,
    distance: distance(query, name.toLowerCase()),
    shared: sharedPrefix(query, name),
  }))
  ranked.sort((a, b) => a.distance - b.distance || b.shared - a.shared || (a.name < b.name ? -1 : 1))
  const best = ranked[0]?.distance ?? Infinity
  if (best > Math.max(2, 0.4 * query.length)) return []
  return ranked
    .filter((r) => r.distance <= best + spread)
    .slice(0, count)
    .map((r) => r.name)
}

function distance(query: string, name: string): number {
  let best = editDistance(query, name)
  for (let dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1))
    best = Math.min(best, editDistance(query, name.slice(0, dash)) + endingCost * (name.length - dash))
  const slash = name.indexOf('/')
  return slash < 0 ? best : Math.min(best, distance(query, name.slice(slash + 1)) + endingCost)
}

function sharedPrefix(a: string, b: string): number {
  let n = 0
  while (n < a.length && a[n] === b[n]) n++
  return n
}
