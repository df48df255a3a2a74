// Indexing: `t[…]` and `t[…] = v` as the Python bindings carry them out (torch/csrc/autograd/python_variable_indexing.cpp):
// ints, slices, None and ... are views taken one after the other; what remains, tensors and lists, is one gather or scatter.
import { types } from '../python/types.ts'
import { collect, toIndex } from '../python/object.ts'
import { ellipsis, tuple } from '../python/make.ts'
import { isInt, PyList, PyRange, PySlice, PyTuple, type Value } from '../python/values.ts'
import { isUnknown } from '../python/stdlib/unknown.ts'
import type { Vm } from '../python/vm.ts'
import { ge, hint, hintNumber, le, max, neg, type Int, type SymInt } from '../sym/index.ts'
import { scalarOf } from './arguments.ts'
import { isBatched, lifted } from './batching.ts'
import { broadcastKnown, copyInto, decidedCount, valuesOf } from './conversion.ts'
import { dtypes } from './dtype.ts'
import { fresh, scalarTensor, tensorOf } from './factories.ts'
import { orderedStrides } from './iterator.ts'
import { knownCount, mostKnown, positions, symbolic, Known, type Values } from './known.ts'
import { boundsOutside } from './ramp.ts'
import { launch } from './record.ts'
import {
  at,
  broadcastShapes,
  contiguousStrides,
  isOne,
  isZero,
  numel,
  sameSize,
  showShape,
  type Shape,
} from './shape.ts'
import { isTensor, knownValues, outputOf, overwriteKnown, setKnown, uniformValue, type Tensor } from './tensor.ts'
import { expand, select, slice, unsqueeze, view, viewAlias } from './views.ts'

const indexDtypes = new Set([dtypes.int64, dtypes.int32, dtypes.bool, dtypes.uint8])

/** A tensor after its views, and for each of its dimensions the tensor that indexes it. */
interface Indexed {
  readonly t: Tensor
  readonly indices: readonly (Tensor | undefined)[]
}

/** Few sequences of the old kind stand for a tuple: `x[[slice(1), 0]]`. */
function isLegacyTuple(v: Value): v is PyList {
  if (!(v instanceof PyList) || v.items.length >= 32) return false
  return v.items.some((x) => isTensor(x) || x === null || x === ellipsis || x instanceof PySlice || isNested(x))
}

function isNested(v: Value): boolean {
  return v instanceof PyList || v instanceof PyTuple
}

function subscripts(key: Value): readonly Value[] {
  if (key instanceof PyTuple || isLegacyTuple(key)) return key.items
  return [key]
}

/** Dimensions that a subscript uses up. */
function dimensionsOf(v: Value): number {
  if (v === null || v === ellipsis || typeof v === 'boolean') return 0
  return isTensor(v) && isMask(v) ? v.rank : 1
}

function isMask(t: Tensor): boolean {
  return t.dtype === dtypes.bool || t.dtype === dtypes.uint8
}

function tooMany(vm: Vm, t: Tensor): never {
  return vm.raise(types.IndexError, `too many indices for tensor of dimension ${t.rank}`)
}

function applySubscripts(vm: Vm, self: Tensor, keys: readonly Value[]): Indexed {
  const used = keys.reduce((n: number, k) => n + dimensionsOf(k), 0)
  if (used > self.rank && self.rank > 0) tooMany(vm, self)
  let t = self
  let dim = 0
  const indices: (Tensor | undefined)[] = []
  for (const key of keys) {
    if (key === ellipsis) dim += self.rank - used
    else if (key === null) t = unsqueeze(vm, t, dim++)
    else if (key instanceof PySlice) t = sliced(vm, t, dim++, key)
    else if (typeof key === 'boolean') {
      t = unsqueeze(vm, t, dim)
      indices[dim++] = booleanIndex(vm, t, key)
    } else if (isScalarIndex(key)) t = selected(vm, t, dim, toIndex(vm, key))
    else {
      const index = indexTensor(vm, t, key)
      indices[dim] = index
      dim += dimensionsOf(index)
    }
  }
  return { t, indices }
}

/** Ints, 0-d integer tensors, which are read, and random numbers, which end the analysis when they are. */
function isScalarIndex(key: Value): boolean {
  return isInt(key) || isUnknown(key) || (isTensor(key) && key.rank === 0 && !key.dtype.isInexact && !isMask(key))
}

function selected(vm: Vm, t: Tensor, dim: number, index: Int): Tensor {
  if (t.rank === 0) {
    vm.raise(
      types.IndexError,
      'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number',
    )
  }
  return select(vm, t, dim, index)
}

function sliced(vm: Vm, t: Tensor, dim: number, s: PySlice): Tensor {
  if (t.rank === 0) tooMany(vm, t)
  const bound = (v: Value): Int | null => (v === null ? null : toIndex(vm, v))
  const step = bound(s.step) ?? 1
  if (le(step, 0)) vm.raise(types.ValueError, 'step must be greater than zero')
  return slice(vm, t, dim, bound(s.start), bound(s.stop), step)
}

/** `x[True]` keeps everything under a new dimension, `x[False]` nothing. */
function booleanIndex(vm: Vm, t: Tensor, key: boolean): Tensor {
  if (key) return fresh(vm, 'aten.zeros.default', [1], { dtype: dtypes.int64, device: t.device, values: () => [0] })
  const none = outputOf([t], [0], dtypes.int64)
  setKnown(none, new Known([], [], () => []))
  return none
}

function indexTensor(vm: Vm, t: Tensor, key: Value): Tensor {
  if (isTensor(key)) {
    if (indexDtypes.has(key.dtype)) return key
    return vm.raise(types.IndexError, 'tensors used as indices must be long, int, byte or bool tensors')
  }
  if (isNested(key) || key instanceof PyRange) {
    const items = key instanceof PyRange || key instanceof PyList || key instanceof PyTuple ? collect(vm, key) : []
    return tensorOf(vm, key, items.length === 0 ? dtypes.int64 : undefined, t.device)
  }
  if (typeof key === 'string') return vm.raise(types.TypeError, "new(): invalid data type 'str'")
  const name = scalarOf(key) === undefined ? 'an object' : 'float'
  return vm.raise(
    types.IndexError,
    `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${name})`,
  )
}

// --- Advanced indices ----------------------------------------------------------------------------------------------

/** Indices with their dimensions, masks written out as the positions where they are true. */
interface Expanded {
  readonly dim: number
  readonly shape: Shape
  readonly values: Known | undefined
}

/** Masks become one index for each of their dimensions: that needs their values. */
function expandMasks(vm: Vm, t: Tensor, indices: readonly (Tensor | undefined)[]): Expanded[] {
  const result: Expanded[] = []
  let dim = 0
  for (const index of Array.from(indices)) {
    if (index === undefined) dim++
    else if (isMask(index)) {
      checkMaskShape(vm, t, index, dim)
      const { count, columns } = trueElements(vm, index)
      for (const column of columns) result.push({ dim: dim++, shape: [count], values: column })
    } else {
      const size = at(t.shape, dim)
      checkWithin(vm, index, dim, size, neg(size), types.IndexError)
      result.push({ dim: dim++, shape: index.shape, values: knownValues(index) })
    }
  }
  return result
}

/** @param lowest the least index that there is: `-size` where negative ones count from the end */
export function checkWithin(
  vm: Vm,
  index: Tensor,
  dim: number,
  size: Int,
  lowest: Int,
  error = types.RuntimeError,
): void {
  const outside = boundsOutside(index, lowest, size)
  if (outside === undefined) return
  const wrong = ge(outside.most, size) ? outside.most : outside.least
  vm.raise(error, `index ${hint(wrong)} is out of bounds for dimension ${dim} with size ${hint(size)}`)
}

function checkMaskShape(vm: Vm, t: Tensor, mask: Tensor, dim: number): void {
  mask.shape.forEach((s, i) => {
    if (sameSize(s, at(t.shape, dim + i))) return
    vm.raise(
      types.IndexError,
      `The shape of the mask ${showShape(mask.shape)} at index ${i} does not match the shape of the indexed tensor ${showShape(t.shape)} at index ${dim + i}`,
    )
  })
}

/** How many elements are true and their positions, a list for each dimension; undefined where only their number was decided. */
interface TrueElements {
  readonly count: Int
  readonly columns: readonly (Known | undefined)[]
}

const maskReads = 'indexing with a mask'

export function trueElements(vm: Vm, mask: Tensor): TrueElements {
  const decided = decidedCount(vm, mask, maskReads)
  if (decided !== undefined) return decidedElements(mask, decided)
  const uniform = uniformValue(mask)
  if (uniform?.uniform === 0) return { count: 0, columns: mask.shape.map(() => new Known([uniform], [], () => [])) }
  const values = valuesOf(vm, mask, maskReads)
  const found = Array.from(values).flatMap((x, i) => (x !== 0 ? [i] : []))
  return { count: found.length, columns: maskColumns(mask.shape, found) }
}

/** Where so many are true as there are elements, it is known which: all of them. */
function decidedElements(mask: Tensor, count: Int): TrueElements {
  const all = numel(mask.shape)
  if (!sameSize(count, all) || hintNumber(all) > mostKnown) return { count, columns: mask.shape.map(() => undefined) }
  return {
    count: all,
    columns: maskColumns(mask.shape, [...new Array<number>(hintNumber(all)).keys()], symbolic(mask.shape)),
  }
}

/**
 * @param found positions in logical order
 * @param sizes what they depend on
 */
function maskColumns(shape: Shape, found: readonly number[], sizes: readonly SymInt[] = []): Known[] {
  const strides = contiguousStrides(shape).map(hintNumber)
  return shape.map(
    (s, d) =>
      new Known([], sizes, () => found.map((i) => Math.floor(i / (strides[d] ?? 1)) % Math.max(hintNumber(s), 1))),
  )
}

/** The broadcast indices replace the dimensions they index: in place if those are adjacent, else in front. */
function gatheredShape(
  t: Tensor,
  indices: readonly Expanded[],
  shape: Shape,
): { readonly shape: Shape; readonly at: number } {
  const dims = indices.map((x) => x.dim)
  const [first = 0] = dims
  const adjacent = dims.every((d, i) => i === 0 || d === (dims[i - 1] ?? 0) + 1)
  const rest = t.shape.filter((_, i) => !dims.includes(i))
  const place = adjacent ? first : 0
  return { shape: [...rest.slice(0, place), ...shape, ...rest.slice(place)], at: place }
}

/** The result runs through the dimensions that were not indexed as the tensor does. */
function gatheredStrides(t: Tensor, indices: readonly Expanded[], shape: Shape, count: number, place: number): Shape {
  if (t.isPlain || shape.some(isZero)) return contiguousStrides(shape)
  const rest = t.strides.filter((_, i) => !indices.some((x) => x.dim === i))
  return orderedStrides(shape, [[...rest.slice(0, place), ...new Array<Int>(count).fill(0), ...rest.slice(place)]])
}

function broadcastIndices(vm: Vm, indices: readonly Expanded[]): Shape {
  return broadcastShapes(
    vm,
    indices.map((x) => x.shape),
  )
}

/** For each element of the result, its position in the (contiguous) indexed tensor. */
function gatherPositions(t: Tensor, indices: readonly Expanded[], shape: Shape, place: number): Int32Array {
  const strides = contiguousStrides(t.shape)
  const dims = indices.map((x) => x.dim)
  const rest = t.shape.map((_, i) => i).filter((i) => !dims.includes(i))
  const result = gatheredShape(t, indices, shape).shape
  const restStrides = rest.map((d) => at(strides, d))
  const zeros = shape.map(() => 0)
  const base = positions({
    shape: result,
    strides: [...restStrides.slice(0, place), ...zeros, ...restStrides.slice(place)],
    offset: 0,
  })
  for (const { dim, shape: own, values } of indices) {
    const numbers = values?.get() ?? []
    const size = hintNumber(at(t.shape, dim))
    const step = hintNumber(at(strides, dim))
    const within = ownPositions(own, shape, result.length, place)
    positions({ shape: result, strides: within, offset: 0 }).forEach((p, i) => {
      const index = numbers[p] ?? 0
      base[i] = (base[i] ?? 0) + (index < 0 ? index + size : index) * step
    })
  }
  return base
}

/** Strides that walk an index tensor while the whole result is walked. */
function ownPositions(own: Shape, shape: Shape, rank: number, place: number): Int[] {
  const strides = contiguousStrides(own)
  const lead = shape.length - own.length
  const inner = shape.map((_, i) => (i < lead || isOne(at(own, i - lead)) ? 0 : at(strides, i - lead)))
  return [...new Array<Int>(place).fill(0), ...inner, ...new Array<Int>(rank - place - shape.length).fill(0)]
}

function gatherIndexed(vm: Vm, { t, indices }: Indexed): Tensor {
  const given = Array.from(indices).filter((x) => x !== undefined)
  const expanded = expandMasks(vm, t, indices)
  const broadcast = broadcastIndices(vm, expanded)
  const { shape, at: place } = gatheredShape(t, expanded, broadcast)
  const strides = gatheredStrides(t, expanded, shape, broadcast.length, place)
  const out = outputOf([t, ...given.filter((x) => x.device === t.device)], shape, t.dtype, strides)
  const source = knownValues(t)
  const parents = expanded.map((x) => x.values)
  if (source !== undefined && parents.every((k) => k !== undefined) && knownCount(shape) !== undefined) {
    const values = (): Values => {
      const all = source.get()
      return Float64Array.from(gatherPositions(t, expanded, broadcast, place), (p) => all[p] ?? NaN)
    }
    setKnown(out, new Known([source, ...parents], symbolic(shape), values))
  }
  launch(vm, 'aten.index.Tensor', [t, ...given], [out])
  return out
}

/** `t[i, j]` under `torch.vmap` with indices that are mapped, in a block of `TransformGetItemToIndex`. */
function gatherBatched(vm: Vm, t: Tensor, keys: readonly Value[]): Tensor {
  const indices = keys.filter(isTensor)
  const all = indices.length === keys.length && indices.every((x) => !isMask(x))
  if (!all || isBatched(t)) vm.stop('unsupported-op', 'aten.index.Tensor under torch.vmap')
  return lifted(vm, indices, (memory) => getItem(vm, t, tuple(memory)))
}

/** `t[key]`. */
export function getItem(vm: Vm, t: Tensor, key: Value): Tensor {
  const keys = subscripts(key)
  if (keys.some(isBatched)) return gatherBatched(vm, t, keys)
  const isOpen = t.storage.data === undefined && t.ramp === undefined
  const indexed = applySubscripts(vm, t, isOpen ? anyRow(keys) : keys)
  if (indexed.indices.length > 0) return gatherIndexed(vm, indexed)
  return indexed.t === t ? viewAlias(t) : indexed.t
}

// --- Assignment ----------------------------------------------------------------------------------------------------

/** An index that is a random number names some row: which one doesn't matter as long as no row's values are known. */
function anyRow(keys: readonly Value[]): readonly Value[] {
  return keys.map((k) => (isUnknown(k) ? 0 : k))
}

/** `t[key] = value`. */
export function setItem(vm: Vm, t: Tensor, key: Value, value: Value): void {
  const source = sourceOf(vm, t, value)
  if (key === false) return
  const keys = subscripts(key)
  if (keys.some(isUnknown)) overwriteKnown(t, undefined)
  const indexed = key === true ? { t: unsqueeze(vm, t, 0), indices: [] } : applySubscripts(vm, t, anyRow(keys))
  if (indexed.indices.length > 0) indexPut(vm, indexed.t, indexed.indices, withoutLeadingOnes(vm, source))
  else assign(vm, indexed.t, source)
}

/** A number becomes a 0-d tensor of the target's dtype. */
function sourceOf(vm: Vm, t: Tensor, value: Value): Tensor {
  if (isTensor(value)) return value
  const x = scalarOf(value)
  if (x !== undefined) return scalarTensor(x, t.dtype, t.device)
  return tensorOf(vm, value, t.dtype, t.device)
}

function withoutLeadingOnes(vm: Vm, t: Tensor): Tensor {
  const first = t.shape.findIndex((s) => !isOne(s))
  const lead = first < 0 ? t.rank : first
  return lead === 0 ? t : view(vm, t, t.shape.slice(lead))
}

function assign(vm: Vm, target: Tensor, source: Tensor): void {
  const sameRank = source.rank === target.rank && source.shape.every((s, i) => sameSize(s, at(target.shape, i)))
  if (sameRank) copyInto(vm, target, source)
  else if (source.rank === 0 && source.device === 'cpu') fillFrom(vm, target, source)
  else copyInto(vm, target, expand(vm, withoutLeadingOnes(vm, source), target.shape))
}

/** `fill_` with a 0-d tensor. */
export function fillFrom(vm: Vm, target: Tensor, value: Tensor): Tensor {
  overwriteKnown(target, broadcastKnown(vm, value, target.shape))
  launch(vm, 'aten.fill_.Tensor', [target, value], [target])
  return target
}

/** `index_put_`: the values, broadcast, go to the indexed elements. */
export function indexPut(
  vm: Vm,
  t: Tensor,
  indices: readonly (Tensor | undefined)[],
  values: Tensor,
  accumulate = false,
): Tensor {
  const given = Array.from(indices).filter((x) => x !== undefined)
  overwriteKnown(t, accumulate ? undefined : putValues(vm, t, indices, given, values))
  launch(vm, 'aten.index_put_.default', [t, ...given, values], [t])
  return t
}

function putValues(
  vm: Vm,
  t: Tensor,
  indices: readonly (Tensor | undefined)[],
  given: readonly Tensor[],
  values: Tensor,
): Known | undefined {
  if ([t, values, ...given].some((x) => x.storage.data === undefined)) return undefined
  const expanded = expandMasks(vm, t, indices)
  const broadcast = broadcastIndices(vm, expanded)
  if (broadcast.includes(0)) return uniformValue(t) ?? knownValues(t)
  const old = knownValues(t)
  if (old === undefined) return undefined
  const { shape, at: place } = gatheredShape(t, expanded, broadcast)
  const source = knownValues(expand(vm, values, shape))
  const parents = expanded.map((x) => x.values)
  if (source === undefined || !parents.every((k) => k !== undefined)) return undefined
  return new Known([old, source, ...parents], symbolic(shape), () => {
    const result = Float64Array.from(old.get())
    const written = source.get()
    gatherPositions(t, expanded, broadcast, place).forEach((p, i) => {
      result[p] = written[i] ?? NaN
    })
    return result
  })
}

// --- Masks ---------------------------------------------------------------------------------------------------------

/** `nonzero(as_tuple=True)`: the positions of the elements that are not zero, a tensor for each dimension. */
export function nonzeroColumns(vm: Vm, t: Tensor): Tensor[] {
  const positionsOf = nonzero(vm, t)
  return t.shape.map((_, d) => select(vm, positionsOf, 1, d))
}

function rowsOf(columns: readonly Known[], count: number): number[] {
  const values = columns.map((c) => c.get())
  return Array.from({ length: count }, (_, i) => values.map((v) => v[i] ?? 0)).flat()
}

/** One row of coordinates for each element that is not zero. Its length depends on the values. */
export function nonzero(vm: Vm, t: Tensor): Tensor {
  const { count, columns } = trueElements(vm, t)
  const out = outputOf([t], [count, t.rank], dtypes.int64, [1, max(count, 1)])
  const known = columns.filter((c) => c !== undefined)
  if (known.length === columns.length) setKnown(out, new Known(known, [], () => rowsOf(known, hintNumber(count))))
  launch(vm, 'aten.nonzero.default', [t], [out])
  return out
}
