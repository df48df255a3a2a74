// Ranges: their length as a formula, their elements with the bounds' hints.
import { add, floorDiv, gt, hint, le, neg, sub, type Int } from '../../sym/index.ts'
import type { PyRange } from '../values.ts'
import { type Value } from '../values.ts'
import { fromBigInt } from './numbers.ts'

/** `len(range)`; a symbolic bound keeps it a formula. */
export function rangeLength(r: PyRange): Int {
  const up = gt(r.step, 0)
  const distance = up ? sub(r.stop, r.start) : sub(r.start, r.stop)
  if (le(distance, 0)) return 0
  const step = up ? r.step : neg(r.step)
  return step === 1 ? distance : floorDiv(sub(add(distance, step), 1), step)
}

/** The elements, by the hints. */
export function* rangeValues(r: PyRange): Generator<Value> {
  const start = hint(r.start)
  const stop = hint(r.stop)
  const step = hint(r.step)
  if (typeof start === 'number' && typeof stop === 'number' && typeof step === 'number') {
    if (step > 0) for (let i = start; i < stop; i += step) yield i
    else for (let i = start; i > stop; i += step) yield i
    return
  }
  const by = BigInt(step)
  const end = BigInt(stop)
  for (let i = BigInt(start); by > 0n ? i < end : i > end; i += by) yield fromBigInt(i)
}
