// What reduces the axes of an array, or runs along one.
import { binaryOp, compare, toFloat, truth } from '../../object.ts'
import { derivedFloat } from '../../object.ts'
import { types } from '../../types.ts'
import type { Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { fresh, positionsOf, sizeOf, valueAt, type Items } from './array.ts'
import { isFloating, type ArrayDtype } from './dtype.ts'

export type Fold = (vm: Vm, values: readonly Value[]) => Value

function frontAxis(vm: Vm, axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis
  if (front < 0 || front >= rank)
    vm.raise(types.ValueError, `axis ${axis} is out of bounds for array of dimension ${rank}`)
  return front
}

const strides = (shape: readonly number[]): number[] => shape.map((_, d) => sizeOf(shape.slice(d + 1)))

/** The lines along some axes, one for each position of the others. */
function lines(items: Items, along: (axis: number) => boolean): Value[][] {
  const steps = strides(items.shape)
  const pick = (wanted: boolean): readonly number[] => [...items.shape.keys()].filter((d) => along(d) === wanted)
  const positions = (axes: readonly number[]): number[] =>
    positionsOf(
      axes.map((d) => items.shape[d] ?? 1),
      axes.map((d) => steps[d] ?? 1),
    )
  const inner = positions(pick(true))
  return positions(pick(false)).map((o) => inner.map((i) => valueAt(items, o + i)))
}

/** @param axes all where undefined */
export function reduced(
  vm: Vm,
  items: Items,
  axes: readonly number[] | undefined,
  keepdims: boolean,
  fold: Fold,
  dtype?: ArrayDtype,
): Items {
  const rank = items.shape.length
  const gone = new Set(axes?.map((a) => frontAxis(vm, a, rank)) ?? items.shape.keys())
  vm.tick(items.places.length)
  const values = lines(items, (d) => gone.has(d)).map((line) => fold(vm, line))
  const shape = items.shape.flatMap((n, d) => (gone.has(d) ? (keepdims ? [1] : []) : [n]))
  return fresh(shape, values, dtype)
}

/** As many elements along an axis as a function of the line gives. */
export function alongAxis(
  vm: Vm,
  items: Items,
  axis: number,
  run: (values: readonly Value[]) => readonly Value[],
  dtype = items.dtype,
): Items {
  const d = frontAxis(vm, axis, items.shape.length)
  const results = lines(items, (a) => a === d).map(run)
  const length = results[0]?.length ?? items.shape[d] ?? 0
  const shape = items.shape.map((n, a) => (a === d ? length : n))
  const inner = sizeOf(shape.slice(d + 1))
  const values = Array.from({ length: sizeOf(shape) }, (_, flat): Value => {
    const outer = Math.floor(flat / (inner * length))
    return results[outer * inner + (flat % inner)]?.[Math.floor(flat / inner) % length] ?? null
  })
  return fresh(shape, values, dtype)
}

// --- Folds ----------------------------------------------------------------------------------------------------------

export const sum: Fold = (vm, values) => values.reduce((total, v) => binaryOp(vm, '+', total, v), 0)
export const product: Fold = (vm, values) => values.reduce((total, v) => binaryOp(vm, '*', total, v), 1)
export const some: Fold = (vm, values) => values.some((v) => truth(vm, v))
export const every: Fold = (vm, values) => values.every((v) => truth(vm, v))
export const average: Fold = (vm, values) => binaryOp(vm, '/', sum(vm, values), values.length)

export const variance =
  (ddof: number): Fold =>
  (vm, values) => {
    const middle = average(vm, values)
    const squares = values.map((v) => {
      const distance = binaryOp(vm, '-', v, middle)
      return binaryOp(vm, '*', distance, distance)
    })
    return binaryOp(vm, '/', sum(vm, squares), values.length - ddof)
  }

export const deviation =
  (ddof: number): Fold =>
  (vm, values) => {
    const v = variance(ddof)(vm, values)
    return derivedFloat(Math.sqrt(toFloat(vm, v).value), [v])
  }

/** Where the first of the least or greatest is. */
export function positionOf(vm: Vm, values: readonly Value[], op: '<' | '>'): number {
  if (values.length === 0) vm.raise(types.ValueError, 'zero-size array to reduction operation which has no identity')
  return values.reduce(
    (best: number, v, i) => (i > 0 && truth(vm, compare(vm, op, v, values[best] ?? null)) ? i : best),
    0,
  )
}

export const extremum =
  (op: '<' | '>'): Fold =>
  (vm, values) =>
    values[positionOf(vm, values, op)] ?? null

// --- Dtypes ---------------------------------------------------------------------------------------------------------

/** Sums of small integers and truth values are of the widest. */
export const summed = (dtype: ArrayDtype): ArrayDtype => (isFloating(dtype) ? dtype : 'int64')
export const averaged = (dtype: ArrayDtype): ArrayDtype => (isFloating(dtype) ? dtype : 'float64')
