// One analysis holds within its regime. A range of sizes is covered by as many as it takes: where the assumptions of one
// end, the next begins (a sliding window that fills, say).
import { holds, parseCondition, variablesOf as variablesIn, type Condition } from '../sym/index.ts'
import type { AssumptionInfo, VariableInfo } from '../trace/formats.ts'

/** What of an analysis says where it holds. */
export interface Regime {
  readonly assumptions: readonly AssumptionInfo[]
  readonly variables: Readonly<Record<string, VariableInfo>>
}

/** Does an analysis hold when one of its variables has another value? */
function holdsAt(
  conditions: readonly Condition[],
  values: ReadonlyMap<string, number>,
  variable: string,
  size: number,
): boolean {
  const env = new Map(values).set(variable, size)
  return conditions.every((c) => holds(c, env))
}

/**
 * Analyses that together hold for every size from `low` to `high`.
 * @param analyzeAt makes the analysis whose variable has the given value
 * @param most analyses to make before giving up; sizes beyond them stay uncovered
 */
export function cover<T extends Regime>(
  variable: string,
  low: number,
  high: number,
  most: number,
  analyzeAt: (size: number) => T,
): readonly T[] {
  const made: T[] = []
  let from = low
  while (from <= high && made.length < most) {
    const analysis = analyzeAt(from)
    made.push(analysis)
    const conditions = analysis.assumptions.map((a) => parseCondition(a.condition)).filter((c) => mentions(c, variable))
    const values = new Map(Object.entries(analysis.variables).map(([name, v]) => [name, v.value]))
    if (holdsAt(conditions, values, variable, high)) return made
    from = lastHolding(from, high, (size) => holdsAt(conditions, values, variable, size)) + 1
  }
  return made
}

function mentions(condition: Condition, variable: string): boolean {
  return [condition.left, condition.right].some((e) => variablesIn(e).includes(variable))
}

/** The end of the stretch from `low` on in which something holds; it does at `low` and does not at `high`. */
function lastHolding(low: number, high: number, check: (size: number) => boolean): number {
  let [good, bad] = [low, high]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (check(middle)) good = middle
    else bad = middle
  }
  return good
}
