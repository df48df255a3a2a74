// Arrays made from one array by where its elements stand: repeated, on or beside a diagonal, above or below one, folded
// along an axis.
import { truth } from '../../object.ts'
import { types } from '../../types.ts'
import type { Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { broadcast, fresh, positionsOf, sizeOf, spread, valueAt, type Items } from './array.ts'
import { cast, zeroOf, type ArrayDtype } from './dtype.ts'

/** The steps from one element to the next along each axis. */
const stepsOf = (shape: readonly number[]): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)))

/** An array as often along each axis as `times` says, the last axes first where there are fewer of them. */
export function tiled(items: Items, times: readonly number[]): Items {
  const rank = Math.max(items.shape.length, times.length)
  const padded = (xs: readonly number[]): number[] => [...Array.from({ length: rank - xs.length }, () => 1), ...xs]
  const [own, reps] = [padded(items.shape), padded(times)]
  const steps = stepsOf(own)
  const places = own.reduce<number[]>(
    (found, n, d) =>
      found.flatMap((at) => Array.from({ length: n * (reps[d] ?? 1) }, (_, i) => at + (i % n) * (steps[d] ?? 0))),
    [0],
  )
  const shape = own.map((n, d) => n * (reps[d] ?? 1))
  return fresh(
    shape,
    places.map((p) => valueAt(items, p)),
    items.dtype,
  )
}

/** Each element along an axis so many times in a row. */
export function repeated(items: Items, times: number, axis: number): Items {
  const inner = sizeOf(items.shape.slice(axis + 1))
  const values: Value[] = []
  for (let start = 0; start < items.places.length; start += inner) {
    for (let k = 0; k < times; k++) for (let i = 0; i < inner; i++) values.push(valueAt(items, start + i))
  }
  return fresh(
    items.shape.map((n, d) => (d === axis ? n * times : n)),
    values,
    items.dtype,
  )
}

/** A matrix whose elements follow from row and column. */
export function matrix(rows: number, columns: number, dtype: ArrayDtype, f: (i: number, j: number) => Value): Items {
  const values = Array.from({ length: rows * columns }, (_, at) => f(Math.floor(at / columns), at % columns))
  return fresh([rows, columns], values, dtype)
}

/** `numpy.diag`: of a vector the matrix that has it on its k-th diagonal, of a matrix that diagonal. */
export function diagonal(vm: Vm, items: Items, k: number): Items {
  const { shape, dtype } = items
  const [n = 0, m = 0] = shape
  if (shape.length === 1) {
    const side = n + Math.abs(k)
    const before = Math.max(0, -k)
    return matrix(side, side, dtype, (i, j) => (j - i === k ? valueAt(items, i - before) : zeroOf(dtype)))
  }
  if (shape.length !== 2) return vm.raise(types.ValueError, 'Input must be 1- or 2-d.')
  const [row, column] = [Math.max(0, -k), Math.max(0, k)]
  const length = Math.max(0, Math.min(n - row, m - column))
  const values = Array.from({ length }, (_, i) => valueAt(items, (row + i) * m + column + i))
  return fresh([length], values, dtype)
}

/** The elements that `keeps` names by row and column in the last two axes; zeros in place of the others. */
export function masked(vm: Vm, items: Items, keeps: (i: number, j: number) => boolean): Items {
  const { shape, dtype } = items
  if (shape.length < 2) return vm.stop('unsupported-op', 'numpy.triu or numpy.tril of a vector')
  const [rows = 1, columns = 1] = shape.slice(-2)
  const values = Array.from(items.places.keys(), (at) =>
    keeps(Math.floor(at / columns) % rows, at % columns) ? valueAt(items, at) : zeroOf(dtype),
  )
  return fresh(shape, values, dtype)
}

/** Each run of elements along an axis, made one. */
export function folded(
  vm: Vm,
  items: Items,
  axis: number,
  keepdims: boolean,
  f: (values: readonly Value[]) => Value,
): Items {
  const { shape } = items
  const d = axis < 0 ? axis + shape.length : axis
  const length = shape[d]
  if (length === undefined)
    return vm.raise(types.ValueError, `axis ${axis} is out of bounds for array of dimension ${shape.length}`)
  const steps = stepsOf(shape)
  const others = shape.map((n, i) => (i === d ? 1 : n))
  const values = positionsOf(others, steps).map((from) =>
    f(Array.from({ length }, (_, i) => valueAt(items, from + i * (steps[d] ?? 0)))),
  )
  return fresh(keepdims ? others : shape.filter((_, i) => i !== d), values)
}

/** `numpy.where`: element by element of one array or the other. */
export function chosen(vm: Vm, condition: Items, x: Items, y: Items, dtype: ArrayDtype): Items {
  const shape = [x.shape, y.shape].reduce((a, b) => broadcast(vm, a, b), condition.shape)
  vm.tick(sizeOf(shape))
  const [yes, no] = [spread(x, shape), spread(y, shape)]
  const values = spread(condition, shape).map((c, i) => cast(vm, (truth(vm, c) ? yes : no)[i] ?? null, dtype))
  return fresh(shape, values, dtype)
}
