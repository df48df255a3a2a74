// Arrays made of several: joined, spread over a grid, multiplied and summed.
import { binaryOp } from '../../object.ts'
import { types } from '../../types.ts'
import type { Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { fresh, positionsOf, sizeOf, valueAt, type Items } from './array.ts'
import { cast, promoted, type ArrayDtype, type Operand } from './dtype.ts'

function commonDtype(arrays: readonly Items[]): ArrayDtype {
  const operands = arrays.map(({ dtype }): Operand => ({ dtype, isNumber: false }))
  return operands.reduce((a, b) => ({ dtype: promoted(a, b), isNumber: false })).dtype
}

/** Arrays one after the other along an axis that they have. */
export function concatenate(vm: Vm, arrays: readonly Items[], axis: number): Items {
  const [first] = arrays
  if (first === undefined) return vm.raise(types.ValueError, 'need at least one array to concatenate')
  const d = axis < 0 ? axis + first.shape.length : axis
  const rest = (s: readonly number[]): string => String(s.filter((_, i) => i !== d))
  if (arrays.some((a) => rest(a.shape) !== rest(first.shape)))
    vm.raise(types.ValueError, 'all the input array dimensions except for the concatenation axis must match exactly')
  const inner = sizeOf(first.shape.slice(d + 1))
  const outer = sizeOf(first.shape.slice(0, d))
  const values: Value[] = []
  const dtype = commonDtype(arrays)
  for (let o = 0; o < outer; o++) {
    for (const a of arrays) {
      const row = (a.shape[d] ?? 1) * inner
      for (let i = 0; i < row; i++) values.push(cast(vm, valueAt(a, o * row + i), dtype))
    }
  }
  const length = arrays.reduce((n, a) => n + (a.shape[d] ?? 1), 0)
  const shape = first.shape.map((n, i) => (i === d ? length : n))
  return fresh(shape, values, dtype)
}

/** A new axis of length 1. */
export function expanded({ shape, ...items }: Items, axis: number): Items {
  const at = axis < 0 ? axis + shape.length + 1 : axis
  return { ...items, shape: [...shape.slice(0, at), 1, ...shape.slice(at)] }
}

export function stack(vm: Vm, arrays: readonly Items[], axis: number): Items {
  const [first] = arrays
  if (arrays.some((a) => String(a.shape) !== String(first?.shape)))
    vm.raise(types.ValueError, 'all input arrays must have the same shape')
  const at = axis < 0 ? axis + (first?.shape.length ?? 0) + 1 : axis
  const deeper = arrays.map((a) => expanded(a, at))
  return concatenate(vm, deeper, at)
}

/** Coordinates of a grid: of each axis an array over all of them. `swapped`: the first two axes the other way round. */
export function meshgrid(axes: readonly Items[], swapped: boolean): Items[] {
  const place = (i: number): number => (swapped && i < 2 && axes.length > 1 ? 1 - i : i)
  const shape = axes.map((_, i) => axes[place(i)]?.places.length ?? 1)
  return axes.map((items, i) => {
    const steps = shape.map((_, d) => (d === place(i) ? 1 : 0))
    const values = positionsOf(shape, steps).map((p) => valueAt(items, p))
    return fresh(shape, values, items.dtype)
  })
}

/** Sums of products over the letters that the result lacks. */
export function einsum(vm: Vm, equation: string, operands: readonly Items[]): Items {
  const [left = '', right] = equation.replaceAll(' ', '').split('->')
  const inputs = left.split(',')
  if (right === undefined || inputs.length !== operands.length || /[^A-Za-z,]/.test(left + right))
    return vm.stop('unsupported-op', `numpy.einsum of ${equation}`)
  const sizes = new Map<string, number>()
  for (const [o, { shape }] of operands.entries()) {
    const letters = [...(inputs[o] ?? '')]
    if (letters.length !== shape.length || letters.some((c, d) => (sizes.get(c) ?? shape[d]) !== shape[d]))
      vm.raise(
        types.ValueError,
        `operand ${o} of einsum has a shape (${shape.join(',')}) that does not match ${equation}`,
      )
    letters.forEach((c, d) => sizes.set(c, shape[d] ?? 1))
  }
  const summed = [...sizes.keys()].filter((c) => !right.includes(c))
  const letters = [...right, ...summed]
  const shape = letters.map((c) => sizes.get(c) ?? 1)
  vm.tick(sizeOf(shape))
  const places = operands.map((items, o) => {
    const own = inputs[o] ?? ''
    const step = (c: string): number =>
      [...own].reduce((sum, x, d) => sum + (x === c ? sizeOf(items.shape.slice(d + 1)) : 0), 0)
    return positionsOf(shape, letters.map(step))
  })
  const size = sizeOf(shape.slice(0, right.length))
  const terms = sizeOf(shape) / Math.max(size, 1)
  const values = Array.from({ length: size }, (_, i) => {
    let sum: Value = 0
    for (let k = 0; k < terms; k++) {
      const factors = operands.map((items, o) => valueAt(items, places[o]?.[i * terms + k] ?? 0))
      const term = factors.reduce((a, b) => binaryOp(vm, '*', a, b))
      sum = k === 0 ? term : binaryOp(vm, '+', sum, term)
    }
    return sum
  })
  return fresh(shape.slice(0, right.length), values, commonDtype(operands))
}
