// Views: other geometry over the same storage, at no cost. Sizes, strides and offsets are PyTorch's own
// (aten/src/ATen/native/TensorShape.cpp, TensorUtils.cpp), symbolic or not.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import {
  add,
  eq,
  floorDiv,
  ge,
  gt,
  hint,
  hintNumber,
  lt,
  mod,
  mul,
  neg,
  pin,
  sub,
  SymInt,
  type Int,
} from '../sym/index.ts'
import { complexDtype, realDtype, type DType } from './dtype.ts'
import { broadcastRamp, copyKnown, reshapedRamp } from './ramp.ts'
import { launch } from './record.ts'
import { at, contiguousStrides, isOne, isZero, normDim, numel, sameSize, showShape, type Shape } from './shape.ts'
import { outputOf, Storage, Tensor, viewOf, type Ramp } from './tensor.ts'

function without(xs: Shape, dim: number): Int[] {
  return xs.filter((_, i) => i !== dim)
}

function replaced(xs: Shape, dim: number, x: Int): Int[] {
  return xs.map((y, i) => (i === dim ? x : y))
}

/** Where elements lie in memory, or what they are in a ramp: indices count alike in both. */
interface Linear {
  readonly offset: Int
  readonly strides: Shape
}

/** A view whose offset and strides, and so the ramp of its elements, follow from those of the tensor. */
function linearView(t: Tensor, shape: Shape, follow: (t: Linear) => Linear): Tensor {
  const { strides, offset } = follow(t)
  const v = viewOf(t, shape, strides, offset)
  if (t.ramp === undefined) return v
  const { offset: first, strides: steps } = follow({ offset: t.ramp.first, strides: t.ramp.steps })
  v.ramp = { first, steps }
  return v
}

/** A view of another shape, where the ramp of its elements follows from the shapes. */
function viewed(
  t: Tensor,
  shape: Shape,
  strides: Shape,
  follow: (ramp: Ramp, from: Shape, shape: Shape) => Ramp | undefined,
): Tensor {
  const v = viewOf(t, shape, strides)
  if (t.ramp !== undefined) v.ramp = follow(t.ramp, t.shape, shape)
  return v
}

/** Dimensions dropped or in another order. */
function rearranged(t: Tensor, move: (xs: Shape) => Shape): Tensor {
  return linearView(t, move(t.shape), ({ offset, strides }) => ({ offset, strides: move(strides) }))
}

/** The same tensor as a new object: `detach`, `t[...]`. */
export function viewAlias(t: Tensor): Tensor {
  return rearranged(t, (xs) => xs)
}

export function transpose(vm: Vm, t: Tensor, dim0: Int, dim1: Int): Tensor {
  const a = normDim(vm, t.rank, dim0)
  const b = normDim(vm, t.rank, dim1)
  if (t.rank === 0) return viewAlias(t)
  return rearranged(t, (xs) => xs.map((x, i) => (i === a ? at(xs, b) : i === b ? at(xs, a) : x)))
}

export function permute(vm: Vm, t: Tensor, dims: readonly Int[]): Tensor {
  if (dims.length !== t.rank) {
    vm.raise(
      types.RuntimeError,
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${t.rank} is not equal to len(dims) = ${dims.length}`,
    )
  }
  const order = dims.map((d) => normDim(vm, t.rank, d))
  if (new Set(order).size < order.length) vm.raise(types.RuntimeError, 'permute(): duplicate dims are not allowed.')
  return rearranged(t, (xs) => order.map((d) => at(xs, d)))
}

export function unsqueeze(vm: Vm, t: Tensor, dim: Int): Tensor {
  const d = normDim(vm, t.rank + 1, dim)
  const inserted = (xs: Shape, x: Int): Int[] => [...xs.slice(0, d), x, ...xs.slice(d)]
  return linearView(t, inserted(t.shape, 1), ({ offset, strides }) => {
    const stride = d < t.rank ? mul(at(t.shape, d), at(strides, d)) : 1
    return { offset, strides: inserted(strides, stride) }
  })
}

/** Drops dimensions of size 1: the given ones, or all. */
export function squeeze(vm: Vm, t: Tensor, dims?: readonly Int[]): Tensor {
  const among = dims?.map((d) => normDim(vm, t.rank, d))
  const kept = t.shape.map((s, i) => !((among === undefined || among.includes(i)) && isOne(s)))
  return rearranged(t, (xs) => xs.filter((_, i) => kept[i]))
}

export function expand(vm: Vm, t: Tensor, sizes: readonly Int[]): Tensor {
  const lead = sizes.length - t.rank
  if (lead < 0) {
    vm.raise(
      types.RuntimeError,
      `expand(${showShape(t.shape)}, size=${showShape(sizes)}): the number of sizes provided (${sizes.length}) must be greater or equal to the number of dimensions in the tensor (${t.rank})`,
    )
  }
  const shape = new Array<Int>(sizes.length)
  const strides = new Array<Int>(sizes.length)
  for (let i = sizes.length - 1; i >= 0; i--) {
    const own = i >= lead
    const size: Int = own ? at(t.shape, i - lead) : 1
    const stride: Int = own
      ? at(t.strides, i - lead)
      : i === sizes.length - 1
        ? 1
        : mul(at(shape, i + 1), at(strides, i + 1))
    const target = own && at(sizes, i) === -1 ? size : at(sizes, i)
    const same = sameSize(size, target)
    if (!same && (!isOne(size) || lt(target, 0))) refuseExpand(vm, t, sizes, i, target, size)
    shape[i] = same ? size : target
    strides[i] = same ? stride : 0
  }
  return viewed(t, shape, strides, broadcastRamp)
}

function refuseExpand(vm: Vm, t: Tensor, sizes: readonly Int[], i: number, target: Int, size: Int): never {
  return vm.raise(
    types.RuntimeError,
    `The expanded size of the tensor (${hint(target)}) must match the existing size (${hint(size)}) at non-singleton dimension ${i}.  Target sizes: ${showShape(sizes)}.  Tensor sizes: ${showShape(t.shape)}`,
  )
}

/** Python's slice bounds, clamped into 0..n. */
function bound(x: Int, n: Int): Int {
  const fromStart = lt(x, 0) ? add(x, n) : x
  if (lt(fromStart, 0)) return 0
  return fromStart !== n && gt(fromStart, n) ? n : fromStart
}

export function slice(vm: Vm, t: Tensor, dim: Int, start: Int | null, stop: Int | null, step: Int = 1): Tensor {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'slice() cannot be applied to a 0-dim tensor.')
  const d = normDim(vm, t.rank, dim)
  if (!gt(step, 0)) vm.raise(types.RuntimeError, 'slice step must be positive')
  const n = at(t.shape, d)
  const from: Int = start === null || start === 0 ? 0 : bound(start, n)
  // A stop like sys.maxsize means the end.
  const to: Int = stop === null || typeof stop === 'bigint' ? n : bound(stop, n)
  let length: Int = from === 0 ? to : sub(to, from)
  if (length !== n && lt(length, 0)) length = 0
  if (step !== 1) length = floorDiv(add(length, sub(step, 1)), step)
  if (from === 0 && length === n && step === 1) return viewAlias(t)
  return linearView(t, replaced(t.shape, d, length), ({ offset, strides }) => {
    const stride = at(strides, d)
    return {
      offset: from === 0 ? offset : add(offset, mul(from, stride)),
      strides: step === 1 ? strides : replaced(strides, d, mul(stride, step)),
    }
  })
}

export function select(vm: Vm, t: Tensor, dim: Int, index: Int): Tensor {
  if (t.rank === 0) vm.raise(types.IndexError, 'select() cannot be applied to a 0-dim tensor.')
  const d = normDim(vm, t.rank, dim)
  const n = at(t.shape, d)
  if (ge(index, n) || lt(index, neg(n))) {
    vm.raise(types.IndexError, `index ${hint(index)} is out of bounds for dimension ${d} with size ${hint(n)}`)
  }
  const i = lt(index, 0) ? add(index, n) : index
  return linearView(t, without(t.shape, d), ({ offset, strides }) => ({
    offset: i === 0 ? offset : add(offset, mul(i, at(strides, d))),
    strides: without(strides, d),
  }))
}

export function narrow(vm: Vm, t: Tensor, dim: Int, start: Int, length: Int): Tensor {
  const d = normDim(vm, t.rank, dim)
  if (t.rank === 0) vm.raise(types.RuntimeError, 'narrow() cannot be applied to a 0-dim tensor.')
  if (lt(length, 0)) vm.raise(types.RuntimeError, 'narrow(): length must be non-negative.')
  const n = at(t.shape, d)
  const from = lt(start, 0) ? add(start, n) : start
  const end = add(from, length)
  if (end !== n && gt(end, n)) {
    vm.raise(
      types.RuntimeError,
      `start (${hint(from)}) + length (${hint(length)}) exceeds dimension size (${hint(n)}).`,
    )
  }
  return slice(vm, t, d, from, end)
}

// --- view and reshape ----------------------------------------------------------------------------------------------

/** A size with at most one -1, filled in. */
function inferSize(vm: Vm, sizes: readonly Int[], count: Int): Int[] {
  const open = sizes.findIndex((s) => s === -1)
  const invalid = (): never =>
    vm.raise(types.RuntimeError, `shape '${showShape(sizes)}' is invalid for input of size ${hint(count)}`)
  if (open < 0) return sameSize(numel(sizes), count) ? [...sizes] : invalid()
  if (sizes.indexOf(-1, open + 1) >= 0) vm.raise(types.RuntimeError, 'only one dimension can be inferred')
  const rest = numel(without(sizes, open))
  if (isZero(rest)) {
    vm.raise(
      types.RuntimeError,
      `cannot reshape tensor of ${hint(count)} elements into shape ${showShape(sizes)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    )
  }
  const size = floorDiv(count, rest)
  return sameSize(mul(size, rest), count) ? replaced(sizes, open, size) : invalid()
}

/** Strides under which `shape` is a view, or undefined where the elements lie too far apart (computeStride). */
function viewStrides(from: Shape, strides: Shape, shape: Shape): Int[] | undefined {
  if (from.length === 0) return shape.map(() => 1)
  if (from.some(isZero)) {
    return from.length === shape.length && from.every((s, i) => sameSize(s, at(shape, i)))
      ? [...strides]
      : contiguousStrides(shape)
  }
  const result = new Array<Int>(shape.length)
  let next = shape.length - 1
  let base = at(strides, -1)
  let ofTensor: Int = 1
  let ofView: Int = 1
  for (let d = from.length - 1; d >= 0; d--) {
    ofTensor = mul(ofTensor, at(from, d))
    const joined = d > 0 && (isOne(at(from, d - 1)) || sameSize(at(strides, d - 1), mul(ofTensor, base)))
    if (joined) continue
    while (next >= 0 && (lessThan(ofView, ofTensor) || isOne(at(shape, next)))) {
      result[next] = mul(ofView, base)
      ofView = mul(ofView, at(shape, next))
      next--
    }
    if (!sameSize(ofView, ofTensor)) return undefined
    if (d > 0) base = at(strides, d - 1)
    ofTensor = 1
    ofView = 1
  }
  return next === -1 ? result : undefined
}

function lessThan(a: Int, b: Int): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a < b : !sameSize(a, b) && lt(a, b)
}

export function view(vm: Vm, t: Tensor, sizes: readonly Int[]): Tensor {
  const shape = inferSize(vm, sizes, numel(t.shape))
  const strides = viewStrides(t.shape, t.strides, shape)
  if (strides === undefined) {
    vm.raise(
      types.RuntimeError,
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    )
  }
  return viewed(t, shape, strides, reshapedRamp)
}

/** A view where that is possible, else a copy. */
export function reshape(vm: Vm, t: Tensor, sizes: readonly Int[]): Tensor {
  const shape = inferSize(vm, sizes, numel(t.shape))
  const strides = viewStrides(t.shape, t.strides, shape)
  if (strides !== undefined) return viewed(t, shape, strides, reshapedRamp)
  return view(vm, copyContiguous(vm, t), shape)
}

/** `clone(memory_format=torch.contiguous_format)`. */
export function copyContiguous(vm: Vm, t: Tensor): Tensor {
  const out = outputOf([t], t.shape, t.dtype)
  copyKnown(out, t)
  launch(vm, 'aten.clone.default', [t], [out])
  return out
}

export function contiguous(vm: Vm, t: Tensor): Tensor {
  return t.isContiguous ? t : copyContiguous(vm, t)
}

export function flatten(vm: Vm, t: Tensor, startDim: Int = 0, endDim: Int = -1): Tensor {
  const start = normDim(vm, t.rank, startDim)
  const end = normDim(vm, t.rank, endDim)
  if (start > end) vm.raise(types.RuntimeError, 'flatten() has invalid args: start_dim cannot come after end_dim')
  if (t.rank === 0) return reshape(vm, t, [1])
  if (start === end) return t
  return reshape(vm, t, [...t.shape.slice(0, start), numel(t.shape.slice(start, end + 1)), ...t.shape.slice(end + 1)])
}

export function unflatten(vm: Vm, t: Tensor, dim: Int, sizes: readonly Int[]): Tensor {
  const d = normDim(vm, t.rank, dim)
  if (sizes.length === 0) vm.raise(types.RuntimeError, 'unflatten: sizes must be non-empty')
  const split = inferSize(vm, sizes, at(t.shape, d))
  return view(vm, t, [...t.shape.slice(0, d), ...split, ...t.shape.slice(d + 1)])
}

// --- Pieces --------------------------------------------------------------------------------------------------------

/** A size that the number of results depends on: pinned. */
export function countOf(n: Int): number {
  return n instanceof SymInt ? Number(pin(n)) : hintNumber(n)
}

export function unbind(vm: Vm, t: Tensor, dim: Int = 0): Tensor[] {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'Dimension specified as 0 but tensor has no dimensions')
  const d = normDim(vm, t.rank, dim)
  return Array.from({ length: countOf(at(t.shape, d)) }, (_, i) => select(vm, t, d, i))
}

/** Pieces of a size, the last one smaller if need be. */
export function split(vm: Vm, t: Tensor, size: Int, dim: Int = 0): Tensor[] {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'split expects at least a 1-dimensional tensor')
  const d = normDim(vm, t.rank, dim)
  const n = at(t.shape, d)
  if (lt(size, 0))
    vm.raise(types.RuntimeError, `split expects split_size be non-negative, but got split_size=${hint(size)}`)
  if (isZero(size)) {
    if (!isZero(n)) {
      vm.raise(
        types.RuntimeError,
        `split_size can only be 0 if dimension size is 0, but got dimension size of ${hint(n)}`,
      )
    }
    return [slice(vm, t, d, 0, 0)]
  }
  const whole = sameSize(mod(n, size), 0)
  const count = isZero(n) ? 1 : countOf(whole ? floorDiv(n, size) : floorDiv(add(n, sub(size, 1)), size))
  return Array.from({ length: count }, (_, i) => slice(vm, t, d, mul(i, size), i === count - 1 ? n : mul(i + 1, size)))
}

export function splitWithSizes(vm: Vm, t: Tensor, sizes: readonly Int[], dim: Int = 0): Tensor[] {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'split expects at least a 1-dimensional tensor')
  const d = normDim(vm, t.rank, dim)
  const n = at(t.shape, d)
  let start: Int = 0
  const pieces = sizes.map((size) => {
    if (lt(size, 0)) {
      vm.raise(
        types.RuntimeError,
        `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${showShape(sizes)}`,
      )
    }
    const end = add(start, size)
    const piece = { start, end }
    start = end
    return piece
  })
  if (!sameSize(start, n)) {
    vm.raise(
      types.RuntimeError,
      `split_with_sizes expects split_sizes to sum exactly to ${hint(n)} (input tensor's size at dimension ${d}), but got split_sizes=${showShape(sizes)}`,
    )
  }
  return pieces.map((p) => slice(vm, t, d, p.start, p.end))
}

export function chunk(vm: Vm, t: Tensor, chunks: number, dim: Int = 0): Tensor[] {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'chunk expects at least a 1-dimensional tensor')
  if (chunks <= 0) vm.raise(types.RuntimeError, `chunk expects \`chunks\` to be greater than 0, got: ${chunks}`)
  const d = normDim(vm, t.rank, dim)
  const n = at(t.shape, d)
  if (isZero(n)) return Array.from({ length: chunks }, () => slice(vm, t, d, 0, 0))
  if (sameSize(mod(n, chunks), 0)) {
    const size = floorDiv(n, chunks)
    return Array.from({ length: chunks }, (_, i) =>
      slice(vm, t, d, mul(i, size), i === chunks - 1 ? n : mul(i + 1, size)),
    )
  }
  return split(vm, t, floorDiv(add(n, chunks - 1), chunks), d)
}

/** Pieces that the dispatcher sees as new tensors: `unsafe_chunk`, which recurrent layers use. */
export function unsafeChunk(vm: Vm, t: Tensor, chunks: number, dim: Int = 0): Tensor[] {
  const pieces = chunk(vm, t, chunks, dim)
  launch(vm, 'aten.unsafe_split.Tensor', [t], pieces)
  return pieces
}

/** `sections` pieces as equal as can be: the first ones are larger by one. */
export function tensorSplit(vm: Vm, t: Tensor, sections: number, dim: Int = 0): Tensor[] {
  const d = tensorSplitDim(vm, t, dim)
  if (sections <= 0) vm.raise(types.RuntimeError, `number of sections must be larger than 0, got ${sections}`)
  const n = at(t.shape, d)
  const least = floorDiv(n, sections)
  const larger = countOf(mod(n, sections))
  let start: Int = 0
  return Array.from({ length: sections }, (_, i) => {
    const end = add(start, i < larger ? add(least, 1) : least)
    const piece = slice(vm, t, d, start, end)
    start = end
    return piece
  })
}

export function tensorSplitAt(vm: Vm, t: Tensor, indices: readonly Int[], dim: Int = 0): Tensor[] {
  const d = tensorSplitDim(vm, t, dim)
  let start: Int = 0
  const pieces = indices.map((end) => {
    const piece = slice(vm, t, d, start, end)
    start = end
    return piece
  })
  return [...pieces, slice(vm, t, d, start, null)]
}

function tensorSplitDim(vm: Vm, t: Tensor, dim: Int): number {
  if (t.rank === 0) {
    vm.raise(types.RuntimeError, 'tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims')
  }
  return normDim(vm, t.rank, dim)
}

// --- Other geometry ------------------------------------------------------------------------------------------------

export function movedim(vm: Vm, t: Tensor, source: readonly Int[], destination: readonly Int[]): Tensor {
  if (source.length !== destination.length) {
    vm.raise(
      types.RuntimeError,
      `movedim: Invalid source or destination dims: source (${showShape(source)} dims) should contain the same number of dims as destination (${showShape(destination)} dims)`,
    )
  }
  const from = source.map((d) => normDim(vm, t.rank, d))
  const to = destination.map((d) => normDim(vm, t.rank, d))
  const order = new Array<number | undefined>(t.rank).fill(undefined)
  from.forEach((d, i) => {
    order[to[i] ?? 0] = d
  })
  const rest = t.shape.map((_, i) => i).filter((i) => !from.includes(i))
  return permute(
    vm,
    t,
    order.map((d) => d ?? rest.shift() ?? 0),
  )
}

export function unfold(vm: Vm, t: Tensor, dim: Int, size: Int, step: Int): Tensor {
  const d = normDim(vm, t.rank, dim)
  const n: Int = t.rank === 0 ? 1 : at(t.shape, d)
  if (size !== n && gt(size, n)) {
    vm.raise(types.RuntimeError, `maximum size for tensor at dimension ${d} is ${hint(n)} but size is ${hint(size)}`)
  }
  if (!gt(step, 0)) vm.raise(types.RuntimeError, `step is ${hint(step)} but must be > 0`)
  if (t.rank === 0) return viewOf(t, [size], [1])
  const stride = at(t.strides, d)
  const count = add(floorDiv(sub(n, size), step), 1)
  return viewOf(t, [...replaced(t.shape, d, count), size], [...replaced(t.strides, d, mul(stride, step)), stride])
}

export function diagonal(vm: Vm, t: Tensor, offset: Int = 0, dim1: Int = 0, dim2: Int = 1): Tensor {
  const a = normDim(vm, t.rank, dim1)
  const b = normDim(vm, t.rank, dim2)
  if (a === b) vm.raise(types.RuntimeError, `diagonal dimensions cannot be identical ${hint(dim1)}, ${hint(dim2)}`)
  const above = ge(offset, 0)
  const rows = above ? at(t.shape, a) : add(at(t.shape, a), offset)
  const columns = above ? sub(at(t.shape, b), offset) : at(t.shape, b)
  const shorter = lt(rows, columns) ? rows : columns
  const size: Int = lt(shorter, 0) ? 0 : shorter
  const start = above ? mul(offset, at(t.strides, b)) : mul(neg(offset), at(t.strides, a))
  const kept = (xs: Shape): Int[] => xs.filter((_, i) => i !== a && i !== b)
  return viewOf(
    t,
    [...kept(t.shape), size],
    [...kept(t.strides), add(at(t.strides, a), at(t.strides, b))],
    isZero(size) ? t.offset : add(t.offset, start),
  )
}

export function asStrided(t: Tensor, shape: Shape, strides: Shape, offset: Int | undefined): Tensor {
  return viewOf(t, shape, strides, offset ?? t.offset)
}

export function viewAsReal(vm: Vm, t: Tensor): Tensor {
  if (!t.dtype.isComplex) vm.raise(types.RuntimeError, 'view_as_real is only supported for complex tensors')
  const strides = [...t.strides.map((s) => mul(s, 2)), 1]
  return reinterpreted(t, [...t.shape, 2], strides, realDtype(t.dtype))
}

export function viewAsComplex(vm: Vm, t: Tensor): Tensor {
  const dtype = complexDtype(t.dtype)
  if (dtype === t.dtype || !['float16', 'float32', 'float64'].includes(t.dtype.name)) {
    vm.raise(
      types.RuntimeError,
      'view_as_complex is only supported for half, float and double tensors, but got a tensor of another type',
    )
  }
  if (t.rank === 0) vm.raise(types.RuntimeError, 'Input tensor must have one or more dimensions')
  if (!eq(at(t.shape, -1), 2)) vm.raise(types.RuntimeError, 'Tensor must have a last dimension of size 2')
  if (!eq(at(t.strides, -1), 1)) vm.raise(types.RuntimeError, 'Tensor must have a last dimension with stride 1')
  const strides = t.strides.slice(0, -1).map((s) => halved(vm, s))
  return reinterpreted(t, t.shape.slice(0, -1), strides, dtype)
}

function halved(vm: Vm, stride: Int): Int {
  if (eq(mod(stride, 2), 0)) return floorDiv(stride, 2)
  return vm.raise(types.RuntimeError, 'Tensor must have a stride divisible by 2 for all but last dimension')
}

/** The same bytes read as another dtype: what was known of the values is not known of these. */
function reinterpreted(t: Tensor, shape: Shape, strides: Shape, dtype: DType): Tensor {
  const v = new Tensor(shape, strides, dtype, t.device, t.role, new Storage(shape))
  v.requiresGrad = t.requiresGrad
  return v
}

/** `t.view(dtype)`: the last dimension shrinks or grows with the item size. */
export function viewDtype(vm: Vm, t: Tensor, dtype: DType): Tensor {
  if (dtype === t.dtype) return viewOf(t, t.shape, t.strides)
  const from = t.dtype.itemsize
  const to = dtype.itemsize
  if (from === to) return reinterpreted(t, t.shape, t.strides, dtype)
  if (t.rank === 0) {
    vm.raise(
      types.RuntimeError,
      `self.dim() cannot be 0 to view ${t.dtype.name} as ${dtype.name} (different element sizes)`,
    )
  }
  if (!eq(at(t.strides, -1), 1)) {
    vm.raise(
      types.RuntimeError,
      `self.stride(-1) must be 1 to view ${t.dtype.name} as ${dtype.name} (different element sizes), but got ${hint(at(t.strides, -1))}`,
    )
  }
  const scale = (x: Int): Int => (from > to ? mul(x, from / to) : exactly(vm, x, to / from, t.dtype, dtype))
  const last = t.rank - 1
  const shape = replaced(t.shape, last, scale(at(t.shape, last)))
  const strides = t.strides.map((s, i) => (i === last ? 1 : scale(s)))
  return reinterpreted(t, shape, strides, dtype)
}

function exactly(vm: Vm, x: Int, by: number, from: DType, to: DType): Int {
  if (eq(mod(x, by), 0)) return floorDiv(x, by)
  return vm.raise(
    types.RuntimeError,
    `sizes and strides must be divisible by ${by} to view ${from.name} as ${to.name} (different element sizes), but got ${hint(x)}`,
  )
}

/** Dimensions in reverse order: `t.T`. */
export function reversed(vm: Vm, t: Tensor): Tensor {
  return permute(
    vm,
    t,
    t.shape.map((_, i) => t.rank - 1 - i),
  )
}
