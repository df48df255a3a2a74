// Integer tensors of any size whose elements grow by a step along each dimension, as positions do: what `arange` makes,
// its views, and sums of such. First element and steps may be symbolic, so that a question about the values (are
// neighbours one apart? is the largest a row of this table?) has an answer without listing them, for all sizes at once.
import { isInt } from '../python/values.ts'
import { add, ge, known, le, mul, sub, type Comparison, type Int } from '../sym/index.ts'
import type { Scalar } from './arguments.ts'
import { dtypes } from './dtype.ts'
import { Known, knownCount } from './known.ts'
import { at, isZero, type Shape } from './shape.ts'
import { isTensor, knownValues, rearrangeKnown, setKnown, uniformValue, type Ramp, type Tensor } from './tensor.ts'

/** The element at index 0 everywhere, and what it grows by along each dimension, if that is how a tensor's elements are. */
export function rampOf(t: Tensor): Ramp | undefined {
  if (t.ramp !== undefined) return t.ramp
  const values = t.dtype.isInexact
    ? undefined
    : (uniformValue(t) ?? (knownCount(t.shape) === 1 ? knownValues(t) : undefined))
  if (values?.isForAllSizes !== true) return undefined
  const first = values.uniform ?? values.get()[0]
  return first === undefined || !Number.isSafeInteger(first) ? undefined : { first, steps: t.shape.map(() => 0) }
}

/** Gives a newly made tensor its values. Only those of 64 bits are kept: others wrap around. */
export function setRamp(t: Tensor, ramp: Ramp | undefined): void {
  if (ramp === undefined || t.dtype !== dtypes.int64) return
  t.ramp = ramp
  const { first, steps } = t.ramp ?? ramp
  if (typeof first === 'number' && steps.every((s) => s === 0)) setKnown(t, Known.uniform(first))
}

/** A copy has the values of its original, in whatever layout. */
export function copyKnown(out: Tensor, t: Tensor): void {
  rearrangeKnown(out, t, (values) => values)
  setRamp(out, t.ramp)
}

const isEqual = (a: Int, b: Int): boolean => known('==', a, b) === true

/** Broadcast from a shape to another; undefined where it is not plain which dimensions are. */
export function broadcastRamp({ first, steps }: Ramp, from: Shape, shape: Shape): Ramp | undefined {
  const lead = shape.length - from.length
  const spread = shape.map((size, d): Int | undefined => {
    if (d < lead) return 0
    const before = at(from, d - lead)
    return isEqual(before, size) ? steps[d - lead] : isEqual(before, 1) ? 0 : undefined
  })
  return spread.every((s) => s !== undefined) ? { first, steps: spread } : undefined
}

/** With dimensions of size 1 more or fewer; undefined where others change. */
export function reshapedRamp({ first, steps }: Ramp, from: Shape, shape: Shape): Ramp | undefined {
  const open = from.flatMap((size, d) => (isEqual(size, 1) ? [] : [{ size, step: at(steps, d) }]))
  const moved = shape.map((size): Int | undefined => {
    if (isEqual(size, 1)) return 0
    const next = open.shift()
    return next !== undefined && isEqual(next.size, size) ? next.step : undefined
  })
  return open.length === 0 && moved.every((s) => s !== undefined) ? { first, steps: moved } : undefined
}

/** How the elements of an elementwise kernel follow from those of its two operands. */
export type Combination = (a: Ramp, b: Ramp) => Ramp | undefined

/** `a·x + b·y` with whole numbers. */
export function weighted(x: Int, y: Int): Combination {
  const sum = (a: Int, b: Int): Int => add(mul(a, x), mul(b, y))
  return (a, b) => ({ first: sum(a.first, b.first), steps: a.steps.map((s, i) => sum(s, at(b.steps, i))) })
}

function scaled({ first, steps }: Ramp, by: Ramp): Ramp | undefined {
  if (by.steps.some((s) => s !== 0)) return undefined
  return { first: mul(first, by.first), steps: steps.map((s) => mul(s, by.first)) }
}

export const product: Combination = (a, b) => scaled(a, b) ?? scaled(b, a)

/** What a combination makes of a tensor and a tensor or a number, broadcast to a shape. */
export function combineRamps(f: Combination, operands: readonly (Tensor | Scalar)[], shape: Shape): Ramp | undefined {
  const ramps: Ramp[] = []
  for (const o of operands) {
    const own = isTensor(o) ? rampOf(o) : isInt(o) ? { first: o, steps: [] } : undefined
    const spread = own && broadcastRamp(own, isTensor(o) ? o.shape : [], shape)
    if (spread === undefined) return undefined
    ramps.push(spread)
  }
  const [a, b] = ramps
  return a && b && f(a, b)
}

/** How a tensor of equal elements, some of which depend on sizes, compares with another or a number, if that is so for all sizes. */
export function comparedEverywhere(op: Comparison, a: Tensor, b: Tensor | Scalar): boolean | undefined {
  if (a.ramp === undefined && !(isTensor(b) && b.ramp !== undefined)) return undefined
  const [x, y] = [a, b].map((o) => {
    const ramp = isTensor(o) ? rampOf(o) : undefined
    if (ramp === undefined) return isInt(o) ? o : undefined
    return ramp.steps.every((s) => s === 0) ? ramp.first : undefined
  })
  return x === undefined || y === undefined ? undefined : known(op, x, y)
}

/** What a join along a dimension makes of ramps: one where each goes on as the one before ends. */
export function joinRamps(parts: readonly Tensor[], dim: number): Ramp | undefined {
  const ramps = parts.map(rampOf)
  const [start, second] = ramps
  if (start === undefined || second === undefined || !ramps.every((r) => r !== undefined)) return undefined
  const long = parts.findIndex((t) => at(t.shape, dim) !== 1)
  const step = long < 0 ? sub(second.first, start.first) : at(ramps[long]?.steps ?? [], dim)
  let next = start.first
  for (const [i, t] of parts.entries()) {
    const { first, steps } = ramps[i] ?? start
    const size = at(t.shape, dim)
    const goesOn = isEqual(first, next) && (size === 1 || isEqual(at(steps, dim), step))
    if (!goesOn || !steps.every((s, d) => d === dim || isEqual(s, at(start.steps, d)))) return undefined
    next = add(next, mul(step, size))
  }
  return { first: start.first, steps: start.steps.map((s, d) => (d === dim ? step : s)) }
}

/** What running sums along a dimension are, where all elements are equal. */
export function summedRamp(t: Tensor, dim: number): Ramp | undefined {
  const ramp = rampOf(t)
  if (ramp === undefined || ramp.steps.some((s) => s !== 0)) return undefined
  return { first: ramp.first, steps: ramp.steps.map((_, d) => (d === dim ? ramp.first : 0)) }
}

interface Bounds {
  readonly least: Int
  readonly most: Int
}

/** The smallest and the largest element of a tensor that is not empty; undefined where a step's sign is not plain. */
export function boundsOf({ first, steps }: Ramp, shape: Shape): Bounds | undefined {
  let [least, most] = [first, first]
  for (const [d, step] of steps.entries()) {
    if (typeof step !== 'number') return undefined
    const last = mul(step, sub(at(shape, d), 1))
    if (step > 0) most = add(most, last)
    else least = add(least, last)
  }
  return { least, most }
}

/**
 * The bounds of indices some of which are below `lowest` or not below `size`. Undefined where all are within, which is assumed
 * of sizes that are variables, and where the indices are not known: the meta device would notice neither.
 */
export function boundsOutside(indices: Tensor, lowest: Int, size: Int): Bounds | undefined {
  const ramp = rampOf(indices)
  if (ramp === undefined || indices.shape.some(isZero)) return undefined
  const bounds = boundsOf(ramp, indices.shape)
  if (bounds === undefined || (le(add(bounds.most, 1), size) && ge(bounds.least, lowest))) return undefined
  return bounds
}
