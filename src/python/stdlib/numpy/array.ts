// Arrays of known numbers as NumPy lays them out: a shape, and for each element its place in a buffer, which a slice or
// row shares with the array it was taken from, so that assigning through either shows in both.
import { ellipsis, list } from '../../make.ts'
import { intOf, repr, sliceRange, toNumber } from '../../object.ts'
import { types } from '../../types.ts'
import { PyList, PySlice, PyTuple, type PyClass, type PyInstance, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { Hidden, instance } from '../helpers.ts'
import { dtypeOfValues, type ArrayDtype } from './dtype.ts'

export interface Items {
  readonly dtype: ArrayDtype
  readonly shape: readonly number[]
  /** Ints, floats or booleans of the program. */
  readonly buffer: Value[]
  /** Places in the buffer, in row-major order of the elements. */
  readonly places: Uint32Array
}

export const itemsOf = new Hidden<Items>('numpy.ndarray')

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1)

export function valueAt(items: Items, i: number): Value {
  return items.buffer[items.places[i] ?? 0] ?? null
}

export function valuesOf(items: Items): Value[] {
  return Array.from(items.places, (place) => items.buffer[place] ?? null)
}

/** The lengths that a shape names: one number, or several. */
export function sizesOf(vm: Vm, v: Value | undefined): readonly number[] {
  const sizes = v instanceof PyTuple || v instanceof PyList ? v.items : [v ?? null]
  return sizes.map((n) => toNumber(vm, n))
}

/** An array that owns its values, of the dtype that NumPy would give them. */
export function fresh(shape: readonly number[], buffer: Value[], dtype = dtypeOfValues(buffer)): Items {
  return { dtype, shape, buffer, places: Uint32Array.from(buffer.keys()) }
}

/** As many elements under another shape, one length of which may be -1. */
export function reshaped(vm: Vm, items: Items, wanted: readonly number[]): Items {
  const count = items.places.length
  const others = sizeOf(wanted.filter((n) => n !== -1))
  const shape = wanted.map((n) => (n === -1 ? Math.floor(count / Math.max(others, 1)) : n))
  if (sizeOf(shape) !== count || wanted.filter((n) => n === -1).length > 1)
    vm.raise(types.ValueError, `cannot reshape array of size ${count} into shape (${wanted.join(',')})`)
  return { ...items, shape }
}

/** Axes in another order, over the same buffer. */
export function transposed(items: Items, order: readonly number[]): Items {
  const strides = items.shape.map((_, i) => sizeOf(items.shape.slice(i + 1)))
  const shape = order.map((axis) => items.shape[axis] ?? 1)
  return {
    ...items,
    shape,
    places: Uint32Array.from(
      positionsOf(
        shape,
        order.map((axis) => strides[axis] ?? 0),
      ),
      (i) => items.places[i] ?? 0,
    ),
  }
}

/** Where the elements of a shape are, in row-major order, for the steps along its axes. */
export function positionsOf(shape: readonly number[], steps: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (found, n, axis) => found.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * (steps[axis] ?? 0))),
    [0],
  )
}

/** What two shapes are broadcast to, axis by axis from the last. */
export function broadcast(vm: Vm, a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    if (m === n || n === 1) return m
    if (m === 1) return n
    const shapes = [a, b].map((s) => `(${s.join(',')}${s.length === 1 ? ',' : ''})`).join(' ')
    return vm.raise(types.ValueError, `operands could not be broadcast together with shapes ${shapes}`)
  })
}

/** An array's values, each as often as a shape has it. */
export function spread(items: Items, shape: readonly number[]): Value[] {
  const lead = shape.length - items.shape.length
  const steps = shape.map((_, i) =>
    i < lead || items.shape[i - lead] === 1 ? 0 : sizeOf(items.shape.slice(i - lead + 1)),
  )
  return positionsOf(shape, steps).map((place) => valueAt(items, place))
}

export function wrap(cls: PyClass, items: Items): PyInstance {
  const made = instance(cls)
  itemsOf.set(made, items)
  return made
}

/** Nested sequences as items; a scalar has no dimensions. */
export function gather(vm: Vm, v: Value): Items {
  if (itemsOf.has(v)) return itemsOf.get(vm, v)
  if (!(v instanceof PyList || v instanceof PyTuple)) return fresh([], [v])
  const buffer: Value[] = []
  const shape = flatten(vm, v, buffer)
  return fresh(shape, buffer)
}

function flatten(vm: Vm, v: Value, buffer: Value[]): readonly number[] {
  if (itemsOf.has(v)) {
    const items = itemsOf.get(vm, v)
    for (const x of valuesOf(items)) buffer.push(x)
    return items.shape
  }
  if (!(v instanceof PyList || v instanceof PyTuple)) {
    buffer.push(v)
    return []
  }
  let inner: readonly number[] | undefined
  for (const x of v.items) {
    const shape = flatten(vm, x, buffer)
    if (inner !== undefined && String(inner) !== String(shape)) {
      vm.raise(
        types.ValueError,
        'setting an array element with a sequence. The requested array has an inhomogeneous shape',
      )
    }
    inner ??= shape
  }
  return [v.items.length, ...(inner ?? [])]
}

export function nested(items: Items, from = 0, shape = items.shape): Value {
  const [n, ...inner] = shape
  if (n === undefined) return valueAt(items, from)
  const size = sizeOf(inner)
  return list(Array.from({ length: n }, (_, i) => nested(items, from + i * size, inner)))
}

// --- Indexing --------------------------------------------------------------------------------------------------------

/** What a key does with one axis: which positions it keeps, and whether the axis stays. A new axis takes none. */
interface Axis {
  readonly positions: readonly number[] | undefined
  readonly kept: boolean
}

function axisOf(vm: Vm, key: Value, axis: number, size: number): Axis {
  if (key instanceof PySlice) {
    const { start, step, count } = sliceRange(vm, key, size)
    return { positions: Array.from({ length: count }, (_, i) => start + i * step), kept: true }
  }
  if (intOf(key) === undefined) return vm.stop('unsupported-op', `indexing a NumPy array by ${repr(vm, key)}`)
  const i = toNumber(vm, key)
  if (i >= size || i < -size) {
    vm.raise(types.IndexError, `index ${i} is out of bounds for axis ${axis} with size ${size}`)
  }
  return { positions: [i < 0 ? i + size : i], kept: false }
}

const all = (size: number): Axis => ({ positions: Array.from({ length: size }, (_, i) => i), kept: true })

function axesOf(vm: Vm, shape: readonly number[], key: Value): Axis[] {
  const keys = key instanceof PyTuple ? key.items : [key]
  const given = keys.filter((k) => k !== null && k !== ellipsis).length
  if (given > shape.length) {
    vm.raise(
      types.IndexError,
      `too many indices for array: array is ${shape.length}-dimensional, but ${given} were indexed`,
    )
  }
  const axes: Axis[] = []
  let at = 0
  const rest = (count: number): void => {
    for (let n = 0; n < count; n++) axes.push(all(shape[at++] ?? 0))
  }
  for (const k of keys) {
    if (k === null) axes.push({ positions: undefined, kept: true })
    else if (k === ellipsis) rest(shape.length - given)
    else {
      axes.push(axisOf(vm, k, at, shape[at] ?? 0))
      at++
    }
  }
  rest(shape.length - at)
  return axes
}

/** The part of an array that a key names, sharing its buffer. */
export function select(vm: Vm, items: Items, key: Value): Items {
  const axes = axesOf(vm, items.shape, key)
  let offsets: number[] = [0]
  let axis = 0
  for (const { positions } of axes) {
    if (positions === undefined) continue
    const stride = sizeOf(items.shape.slice(++axis))
    const next: number[] = []
    for (const o of offsets) for (const p of positions) next.push(o + p * stride)
    offsets = next
  }
  vm.tick(offsets.length)
  const shape = axes.flatMap(({ positions, kept }) => (kept ? [positions?.length ?? 1] : []))
  return {
    dtype: items.dtype,
    shape,
    buffer: items.buffer,
    places: Uint32Array.from(offsets, (o) => items.places[o] ?? 0),
  }
}

/** What an ndarray of the program holds, for layers that know other arrays; undefined for anything else. */
export function arrayContents(
  vm: Vm,
  v: Value,
): { dtype: ArrayDtype; shape: readonly number[]; values: readonly Value[] } | undefined {
  if (!itemsOf.has(v)) return undefined
  const items = itemsOf.get(vm, v)
  return { dtype: items.dtype, shape: items.shape, values: valuesOf(items) }
}
