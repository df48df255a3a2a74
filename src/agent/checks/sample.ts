// Sizes at which formulas are compared: those of the run, and others at which the engine's analysis still holds.
import { holds, parse, parseCondition, tryEvaluate, type EnvValue } from '../../sym/index.ts'
import type { AnalysisVariant } from '../../trace/formats.ts'

/** Values of variables; those of definitions follow from them. */
export type Point = Readonly<Record<string, EnvValue>>

/** Factors by which single variables are changed. */
const primes = [2, 3, 5] as const
/** Multiples of all variables at once, each moved on by a different amount so that equal ones don't stay equal. */
const multiples = [2, 3, 4, 7] as const

/**
 * Points at which the analysis holds, that of its run first. Where its assumptions leave none of the others, they are taken
 * all the same: what is equal only because of an assumption is better shown as different than believed.
 */
export function samplePoints(
  { variables, definitions, assumptions }: Pick<AnalysisVariant, 'variables' | 'definitions' | 'assumptions'>,
  more: AnalysisVariant['variables'] = {},
): readonly Point[] {
  const run = Object.entries({ ...more, ...variables }).map(([name, { value }]) => [name, value] as const)
  const single = run.flatMap(([changed], i) => {
    const factor = primes[i % primes.length] ?? 2
    return [Object.fromEntries(run.map(([name, value]) => [name, name === changed ? value * factor : value]))]
  })
  const together = multiples.map((factor) =>
    Object.fromEntries(run.map(([name, value], i) => [name, value * factor + (factor - 1) * (2 * i + 1)])),
  )
  const scaled = primes.map((factor) => Object.fromEntries(run.map(([name, value]) => [name, value * factor])))
  const conditions = assumptions.map((a) => parseCondition(a.condition))
  const others = [...together, ...single, ...scaled].map((p) => defined(p, definitions))
  const held = others.filter((p) => conditions.every((c) => holds(c, p)))
  return [defined(Object.fromEntries(run), definitions), ...(held.length === 0 ? others : held)]
}

function defined(point: Point, definitions: AnalysisVariant['definitions']): Point {
  const values: Record<string, EnvValue> = { ...point }
  for (const [name, formula] of Object.entries(definitions)) {
    const value = tryEvaluate(parse(formula), values)
    if (value !== undefined) values[name] = value
  }
  return values
}

/** `batch_size 4, seq_len 64` */
export function pointText(point: Point, names: readonly string[]): string {
  return names.map((name) => `${name} ${String(point[name])}`).join(', ')
}
