// Indexing by arrays, lists and masks: what is read is a copy, what is assigned goes to the places themselves.
import { ellipsis } from '../../make.ts'
import { intOf, sliceRange, toNumber, truth } from '../../object.ts'
import { types } from '../../types.ts'
import { PyList, PySlice, PyTuple, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { broadcast, gather, itemsOf, positionsOf, sizeOf, valuesOf, type Items } from './array.ts'

/** Whether a key has a part that is an array, a list or a truth value. */
export function isFancy(key: Value): boolean {
  const parts = key instanceof PyTuple ? key.items : [key]
  return parts.some((k) => itemsOf.has(k) || k instanceof PyList || typeof k === 'boolean')
}

/** What a key does: it takes whole positions of an axis, or is one of several arrays of positions. */
type Step =
  | { readonly kind: 'axis'; readonly offsets: readonly number[] }
  | { readonly kind: 'array'; readonly shape: readonly number[]; readonly offsets: readonly number[] }

function stepOf(vm: Vm, key: Value, axis: number, shape: readonly number[]): { steps: Step[]; axes: number } {
  const size = shape[axis] ?? 1
  const stride = sizeOf(shape.slice(axis + 1))
  if (key instanceof PySlice) {
    const { start, step, count } = sliceRange(vm, key, size)
    return {
      steps: [{ kind: 'axis', offsets: Array.from({ length: count }, (_, i) => (start + i * step) * stride) }],
      axes: 1,
    }
  }
  const items = gather(vm, key)
  if (items.dtype === 'bool' && items.places.length > 0) return masked(vm, items, axis, shape)
  const offsets = valuesOf(items).map((v) => {
    if (intOf(v) === undefined)
      vm.raise(types.IndexError, 'arrays used as indices must be of integer (or boolean) type')
    const i = toNumber(vm, v)
    if (i >= size || i < -size)
      vm.raise(types.IndexError, `index ${i} is out of bounds for axis ${axis} with size ${size}`)
    return (i < 0 ? i + size : i) * stride
  })
  return { steps: [{ kind: 'array', shape: items.shape, offsets }], axes: 1 }
}

/** A mask over one axis or several: the positions where it is true. */
function masked(vm: Vm, mask: Items, axis: number, shape: readonly number[]): { steps: Step[]; axes: number } {
  const axes = mask.shape.length
  if (mask.shape.some((n, i) => n !== shape[axis + i]))
    vm.raise(types.IndexError, 'boolean index did not match indexed array')
  const inner = sizeOf(shape.slice(axis + axes))
  const offsets = valuesOf(mask).flatMap((v, i) => (truth(vm, v) ? [i * inner] : []))
  return { steps: [{ kind: 'array', shape: [offsets.length], offsets }], axes }
}

function stepsOf(vm: Vm, shape: readonly number[], key: Value): Step[] {
  const keys = key instanceof PyTuple ? key.items : [key]
  const taken = (k: Value): number =>
    k === null || k === ellipsis
      ? 0
      : itemsOf.has(k) && itemsOf.get(vm, k).dtype === 'bool'
        ? itemsOf.get(vm, k).shape.length
        : 1
  const given = keys.reduce((n: number, k) => n + taken(k), 0)
  if (given > shape.length) vm.raise(types.IndexError, 'too many indices for array')
  const found: Step[] = []
  let axis = 0
  const rest = (count: number): void => {
    for (let n = 0; n < count; n++, axis++) {
      const stride = sizeOf(shape.slice(axis + 1))
      found.push({ kind: 'axis', offsets: Array.from({ length: shape[axis] ?? 1 }, (_, i) => i * stride) })
    }
  }
  for (const k of keys) {
    if (k === null) found.push({ kind: 'axis', offsets: [0] })
    else if (k === ellipsis) rest(shape.length - given)
    else {
      const { steps, axes } = stepOf(vm, k, axis, shape)
      found.push(...steps)
      axis += axes
    }
  }
  rest(shape.length - axis)
  return found
}

/** The arrays of positions, broadcast together, stand where the only or the adjacent ones stood, else in front. */
function joined(
  vm: Vm,
  steps: readonly Step[],
): { readonly sizes: readonly number[]; readonly offsets: readonly number[] }[] {
  const arrays = steps.flatMap((s) => (s.kind === 'array' ? [s] : []))
  const shape = arrays.map((s) => s.shape).reduce((a, b) => broadcast(vm, a, b))
  const spread = arrays.map((s) => {
    const lead = shape.length - s.shape.length
    const strides = shape.map((_, d) => (d < lead || s.shape[d - lead] === 1 ? 0 : sizeOf(s.shape.slice(d - lead + 1))))
    return positionsOf(shape, strides).map((p) => s.offsets[p] ?? 0)
  })
  const offsets = Array.from({ length: sizeOf(shape) }, (_, i) => spread.reduce((sum, o) => sum + (o[i] ?? 0), 0))
  const places = steps.flatMap((s, i) => (s.kind === 'array' ? [i] : []))
  const first = places[0] ?? 0
  const adjacent = places.every((p, i) => p === first + i)
  const whole = steps.flatMap((s) => (s.kind === 'axis' ? [{ sizes: [s.offsets.length], offsets: s.offsets }] : []))
  const at = adjacent ? first : 0
  return [...whole.slice(0, at), { sizes: shape, offsets }, ...whole.slice(at)]
}

/** The elements that a key names, as places of the array's own buffer. */
export function selectFancy(vm: Vm, items: Items, key: Value): Items {
  const parts = joined(vm, stepsOf(vm, items.shape, key))
  const offsets = parts.reduce<number[]>((found, part) => found.flatMap((o) => part.offsets.map((p) => o + p)), [0])
  vm.tick(offsets.length)
  return {
    ...items,
    shape: parts.flatMap(({ sizes }) => sizes),
    places: Uint32Array.from(offsets, (o) => items.places[o] ?? 0),
  }
}
