// One analysis holds within its regime. A range of sizes is covered by as many as it takes: where the assumptions of one
// end, the next begins (a sliding window that fills, say), or one that held before holds again (every 128th token, say).
import { holds, isLinear, parseCondition, variablesIn, type Condition } from '../sym/index.ts'
import type { AssumptionInfo, VariableInfo } from '../trace/formats.ts'

/** What of an analysis says where it holds. */
export interface Regime {
  readonly assumptions: readonly AssumptionInfo[]
  readonly variables: Readonly<Record<string, VariableInfo>>
}

/** How far an analysis holds along one of its variables. */
interface Reach {
  readonly holdsAt: (size: number) => boolean
  /** The first size from a given one on, at which it holds, where it does not; `high + 1` if there is none. */
  readonly endAfter: (size: number, high: number) => number
}

function reachOf(analysis: Regime, variable: string): Reach {
  const values = new Map(Object.entries(analysis.variables).map(([name, v]) => [name, v.value]))
  const conditions = analysis.assumptions
    .map((a) => parseCondition(a.condition))
    .filter((c) => variablesIn(c).includes(variable))
  const holdsAt = (size: number): boolean => {
    const env = new Map(values).set(variable, size)
    return conditions.every((c) => holds(c, env))
  }
  const isOneStretch = conditions.every((c) => bounds(c, variable))
  return { holdsAt, endAfter: (size, high) => (isOneStretch ? lastHolding : lastInARow)(size, high, holdsAt) + 1 }
}

/**
 * Analyses that together hold for every size from `low` to `high`.
 * @param analyzeAt makes the analysis whose variable has the given value; where there is none, the range ends
 * @param most analyses to make before giving up; sizes beyond them stay uncovered
 */
export function cover<T extends Regime>(
  variable: string,
  low: number,
  high: number,
  most: number,
  analyzeAt: (size: number) => T | undefined,
): readonly T[] {
  const made: { readonly analysis: T; readonly reach: Reach }[] = []
  for (let size = low; size <= high;) {
    const known = made.find((m) => m.reach.holdsAt(size))
    if (known === undefined && made.length === most) break
    const analysis = known?.analysis ?? analyzeAt(size)
    if (analysis === undefined) break
    const reach = known?.reach ?? reachOf(analysis, variable)
    if (known === undefined) made.push({ analysis, reach })
    size = reach.endAfter(size, high)
  }
  return made.map((m) => m.analysis)
}

/** Does a condition hold for sizes without a gap? */
function bounds({ left, op, right }: Condition, variable: string): boolean {
  return op !== '!=' && op !== 'divides' && isLinear(left, variable) && isLinear(right, variable)
}

/** The end of the one stretch in which something holds that holds at `low`. */
function lastHolding(low: number, high: number, check: (size: number) => boolean): number {
  if (check(high)) return high
  let [good, bad] = [low, high]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (check(middle)) good = middle
    else bad = middle
  }
  return good
}

/** The end of the stretch from `low` on in which something holds, where others may follow. */
function lastInARow(low: number, high: number, check: (size: number) => boolean): number {
  let last = low
  while (last < high && check(last + 1)) last++
  return last
}
