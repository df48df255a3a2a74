// Joining, repeating, reversing, triangles and grids, as functions and methods.
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { abs, add, gt, hintNumber, mul, type Int } from '../../sym/index.ts'
import { asTensor, dimArg, dimsArg, intArg, isSequence, sizeArg, sizeArgs, tensorList } from '../arguments.ts'
import { clone, decidedCount, valuesOf } from '../conversion.ts'
import { dtypes } from '../dtype.ts'
import { aliases, merged, torchFunctions, type FunctionSet } from '../functions.ts'
import { stridesLike } from '../iterator.ts'
import { cat, repeat, repeatInterleave, stack } from '../joining.ts'
import { Known, positions, symbolic } from '../known.ts'
import { pointwise } from '../pointwise.ts'
import { weighted } from '../ramp.ts'
import { launch } from '../record.ts'
import { alongDim } from '../reductions.ts'
import { at, broadcastShapes, contiguousStrides, isOne, type Shape } from '../shape.ts'
import { sizeTuple } from '../size.ts'
import {
  deriveKnown,
  isTensor,
  knownValues,
  newTensor,
  outputOf,
  overwriteKnown,
  rearrangeKnown,
  setKnown,
  type Tensor,
} from '../tensor.ts'
import { diagonal, expand, flatten, narrow, reshape, slice, transpose, unbind, unsqueeze, view } from '../views.ts'
import { indexSelect } from './indexing.ts'

// --- Joins ---------------------------------------------------------------------------------------------------------

function atLeast(vm: Vm, t: Tensor, rank: 1 | 2 | 3): Tensor {
  if (t.rank >= rank) return t
  if (t.rank === 0) return reshape(vm, t, new Array<Int>(rank).fill(1))
  if (rank === 2) return unsqueeze(vm, t, 0)
  return t.rank === 1 ? unsqueeze(vm, unsqueeze(vm, t, 0), -1) : unsqueeze(vm, t, -1)
}

function atLeastOf(vm: Vm, args: readonly Value[], rank: 1 | 2 | 3): Value {
  const [first] = args
  if (args.length === 1 && isTensor(first)) return atLeast(vm, first, rank)
  const tensors = args.length === 1 && isSequence(first) ? tensorList(vm, first) : args.map((t) => asTensor(vm, t))
  return tuple(tensors.map((t) => atLeast(vm, t, rank)))
}

function columns(vm: Vm, tensors: readonly Tensor[]): Tensor {
  return cat(
    vm,
    tensors.map((t) => (t.rank <= 1 ? reshape(vm, t, [t.rank === 0 ? 1 : at(t.shape, 0), 1]) : t)),
    1,
  )
}

const joins = torchFunctions({
  'cat(tensors, dim=0)': (vm, [tensors, dim]) => cat(vm, tensorList(vm, tensors), intArg(vm, dim)),
  'stack(tensors, dim=0)': (vm, [tensors, dim]) => stack(vm, tensorList(vm, tensors), intArg(vm, dim)),
  'hstack(tensors)': (vm, [tensors]) => {
    const ts = tensorList(vm, tensors).map((t) => atLeast(vm, t, 1))
    return cat(vm, ts, ts[0]?.rank === 1 ? 0 : 1)
  },
  'vstack(tensors)': (vm, [tensors]) =>
    cat(
      vm,
      tensorList(vm, tensors).map((t) => atLeast(vm, t, 2)),
      0,
    ),
  'dstack(tensors)': (vm, [tensors]) =>
    cat(
      vm,
      tensorList(vm, tensors).map((t) => atLeast(vm, t, 3)),
      2,
    ),
  'column_stack(tensors)': (vm, [tensors]) => columns(vm, tensorList(vm, tensors)),
  'atleast_1d(*tensors)': (vm, [tensors]) => atLeastOf(vm, tensors, 1),
  'atleast_2d(*tensors)': (vm, [tensors]) => atLeastOf(vm, tensors, 2),
  'atleast_3d(*tensors)': (vm, [tensors]) => atLeastOf(vm, tensors, 3),
  'block_diag(*tensors)': (vm, [tensors]) => {
    const ts = tensors.map((t) => asTensor(vm, t))
    const sides = ts.map((t) => atLeast(vm, t, 2).shape)
    const total = (d: number): Int => sides.reduce((n: Int, s) => add(n, at(s, d)), 0)
    const [first] = ts
    const out = outputOf(ts, [total(0), total(1)], first?.dtype ?? dtypes.float32)
    launch(vm, 'aten.block_diag.default', ts, [out])
    return out
  },
})

// --- Repeats -------------------------------------------------------------------------------------------------------

/** As many copies as there are dimensions to repeat: missing ones are 1. */
function tile(vm: Vm, t: Tensor, dims: readonly Int[]): Tensor {
  return repeat(vm, t, [...new Array<Int>(Math.max(t.rank - dims.length, 0)).fill(1), ...dims])
}

/** For each index how often it is repeated: the sum of `repeats`, which must be known, is the length. */
function repeatedIndices(vm: Vm, repeats: Tensor, outputSize: Value): Tensor {
  const known =
    repeats.storage.data === undefined ? undefined : Array.from(valuesOf(vm, repeats, 'repeat_interleave()'))
  const decided = outputSize === null ? decidedCount(vm, repeats, 'repeat_interleave()') : undefined
  if (known === undefined && outputSize === null && decided === undefined) {
    vm.stop(
      'data-dependent-branch',
      'repeat_interleave(): the length of the result is the sum of a tensor whose values are not known',
      { details: { wanted: 'repeat_interleave()' } },
    )
  }
  const indices = known?.flatMap((n, i) => new Array<number>(n).fill(i))
  const out = outputOf(
    [repeats],
    [outputSize === null ? (decided ?? indices?.length ?? 0) : intArg(vm, outputSize)],
    repeats.dtype,
  )
  if (indices !== undefined) deriveKnown(out, [repeats], () => indices)
  launch(vm, 'aten.repeat_interleave.Tensor', [repeats], [out])
  return out
}

function interleave(vm: Vm, t: Tensor, repeats: Value | undefined, dim: Value, outputSize: Value): Tensor {
  if (repeats === undefined) return repeatedIndices(vm, t, outputSize)
  if (!isTensor(repeats))
    return repeatInterleave(vm, t, intArg(vm, repeats, "argument 'repeats'"), dim === null ? null : intArg(vm, dim))
  const input = dim === null ? flatten(vm, t) : t
  const d = dim === null ? 0 : dimArg(vm, t, dim)
  const counts =
    repeats.rank === 0 || isOne(at(repeats.shape, 0))
      ? expand(vm, reshape(vm, repeats, [1]), [at(input.shape, d)])
      : repeats
  return indexSelect(vm, input, d, repeatedIndices(vm, counts, outputSize))
}

const repeats = torchFunctions({
  'repeat_interleave(input, repeats=MISSING, dim=None, *, output_size=None)': (vm, [t, count, dim, size]) =>
    interleave(vm, asTensor(vm, t), count, dim, size),
})

// --- Reversals -----------------------------------------------------------------------------------------------------

function reverse(vm: Vm, t: Tensor, dims: readonly number[]): Tensor {
  const out = outputOf([t], t.shape, t.dtype, stridesLike(t))
  rearrangeKnown(out, t, (values) =>
    dims.reduce((v: ArrayLike<number>, d) => alongDim(v, t.shape, d, (xs) => [...xs].reverse()), values),
  )
  launch(vm, 'aten.flip.default', [t], [out])
  return out
}

function rotated(xs: readonly number[], by: number): number[] {
  const n = Math.max(xs.length, 1)
  return xs.map((_, i) => xs[(((i - by) % n) + n) % n] ?? NaN)
}

/** Without dimensions the flattened tensor is rolled. */
function roll(vm: Vm, t: Tensor, shifts: Value, dims: Value): Tensor {
  const by = sizeArg(vm, shifts, "argument 'shifts'").map(hintNumber)
  const along = dims === null ? [] : isSequence(dims) ? dims.items.map((d) => dimArg(vm, t, d)) : [dimArg(vm, t, dims)]
  if (along.length === 0) return rollAlong(vm, t, by, undefined)
  if (along.length !== by.length)
    vm.raise(types.RuntimeError, `shifts and dimensions must align. shifts: ${by.length}, dims:${along.length}`)
  return rollAlong(vm, t, by, along)
}

function rollAlong(vm: Vm, t: Tensor, by: readonly number[], dims: readonly number[] | undefined): Tensor {
  const out = outputOf([t], t.shape, t.dtype)
  rearrangeKnown(out, t, (values) => {
    if (dims === undefined) return rotated(Array.from(values), by[0] ?? 0)
    return dims.reduce((v: ArrayLike<number>, d, i) => alongDim(v, t.shape, d, (xs) => rotated(xs, by[i] ?? 0)), values)
  })
  launch(vm, 'aten.roll.default', [t], [out])
  return out
}

function rot90(vm: Vm, t: Tensor, k: Int, dims: readonly number[]): Tensor {
  const [a = 0, b = 1] = dims
  const turns = ((hintNumber(k) % 4) + 4) % 4
  if (turns === 0) return clone(vm, t)
  const layout =
    turns === 2
      ? outputOf([t], t.shape, t.dtype, stridesLike(t))
      : transpose(vm, outputOf([t], t.shape, t.dtype, stridesLike(t)), a, b)
  launch(vm, 'aten.rot90.default', [t], [layout])
  return layout
}

function dimList(vm: Vm, t: Tensor, args: readonly Value[]): number[] {
  const [first] = args
  const items = args.length === 1 && isSequence(first) ? first.items : args
  return items.map((d) => dimArg(vm, t, d))
}

const reversals = torchFunctions({
  'flip(input, *args, dims=MISSING)': (vm, [input, args, dims]) => {
    const t = asTensor(vm, input)
    return reverse(vm, t, dims === undefined ? dimList(vm, t, args) : (dimsArg(vm, t, dims) ?? []))
  },
  'fliplr(input)': (vm, [t]) => reverse(vm, asTensor(vm, t), [1]),
  'flipud(input)': (vm, [t]) => reverse(vm, asTensor(vm, t), [0]),
  'roll(input, shifts, dims=None)': (vm, [t, shifts, dims]) => roll(vm, asTensor(vm, t), shifts, dims),
  'rot90(input, k=1, dims=None)': (vm, [input, k, dims]) => {
    const t = asTensor(vm, input)
    return rot90(vm, t, intArg(vm, k), dims === null ? [0, 1] : (dimsArg(vm, t, dims) ?? []))
  },
})

// --- Triangles and diagonals ---------------------------------------------------------------------------------------

type Triangle = 'tril' | 'triu'

/** Keeps one side of a diagonal of every matrix, zero elsewhere. */
function triangleKnown(t: Tensor, name: Triangle, offset: number): Known | undefined {
  const source = knownValues(t)
  if (source === undefined) return undefined
  return new Known([source], symbolic(t.shape), () => {
    const rows = positions({ shape: t.shape, strides: t.shape.map((_, i) => (i === t.rank - 2 ? 1 : 0)), offset: 0 })
    const cols = positions({ shape: t.shape, strides: t.shape.map((_, i) => (i === t.rank - 1 ? 1 : 0)), offset: 0 })
    return Float64Array.from(source.get(), (x, i) => {
      const distance = (cols[i] ?? 0) - (rows[i] ?? 0)
      return (name === 'tril' ? distance <= offset : distance >= offset) ? x : 0
    })
  })
}

function triangle(vm: Vm, name: Triangle, t: Tensor, diagonalOffset: Value): Tensor {
  if (t.rank < 2) vm.raise(types.RuntimeError, `${name}: input tensor must have at least 2 dimensions`)
  const out = outputOf([t], t.shape, t.dtype)
  const known = triangleKnown(t, name, hintNumber(intArg(vm, diagonalOffset)))
  if (known !== undefined) setKnown(out, known)
  launch(vm, `aten.${name}.default`, [t], [out])
  return out
}

function triangleInto(vm: Vm, name: Triangle, t: Tensor, diagonalOffset: Value): Tensor {
  overwriteKnown(t, triangleKnown(t, name, hintNumber(intArg(vm, diagonalOffset))))
  launch(vm, `aten.${name}_.default`, [t], [t])
  return t
}

function diagEmbed(vm: Vm, t: Tensor, offset: Int): Tensor {
  const n = add(at(t.shape, -1), abs(offset))
  const out = outputOf([t], [...t.shape.slice(0, -1), n, n], t.dtype)
  launch(vm, 'aten.diag_embed.default', [t], [out])
  return out
}

/** A matrix of a vector, or the diagonal of a matrix, copied. */
function diag(vm: Vm, t: Tensor, offset: Int): Tensor {
  if (t.rank === 1) return diagEmbed(vm, t, offset)
  const line = diagonal(vm, t, offset)
  const out = outputOf([t], line.shape, t.dtype)
  rearrangeKnown(out, line, (values) => values)
  launch(vm, 'aten.diagonal_copy.default', [t], [out])
  return out
}

const triangles = torchFunctions({
  'tril(input, diagonal=0)': (vm, [t, offset]) => triangle(vm, 'tril', asTensor(vm, t), offset),
  'triu(input, diagonal=0)': (vm, [t, offset]) => triangle(vm, 'triu', asTensor(vm, t), offset),
  'diag(input, diagonal=0)': (vm, [t, offset]) => diag(vm, asTensor(vm, t), intArg(vm, offset)),
  'diag_embed(input, offset=0, dim1=-2, dim2=-1)': (vm, [t, offset]) =>
    diagEmbed(vm, asTensor(vm, t), intArg(vm, offset)),
})

const trianglesInPlace = torchFunctions({
  'tril_(self, diagonal=0)': (vm, [t, offset]) => triangleInto(vm, 'tril', asTensor(vm, t), offset),
  'triu_(self, diagonal=0)': (vm, [t, offset]) => triangleInto(vm, 'triu', asTensor(vm, t), offset),
})

// --- Grids ---------------------------------------------------------------------------------------------------------

function tensorArgs(vm: Vm, args: readonly Value[]): Tensor[] {
  const [first] = args
  return args.length === 1 && isSequence(first) ? tensorList(vm, first) : args.map((t) => asTensor(vm, t))
}

function meshgrid(vm: Vm, tensors: readonly Tensor[], indexing: Value): Tensor[] {
  const shape = tensors.map((t): Int => (t.rank === 0 ? 1 : at(t.shape, 0)))
  const grids = tensors.map((t, i) =>
    expand(
      vm,
      view(
        vm,
        t,
        shape.map((s, k) => (k === i ? s : 1)),
      ),
      shape,
    ),
  )
  return indexing === 'xy' && tensors.length >= 2 ? grids.map((g) => transpose(vm, g, 0, 1)) : grids
}

/** All pairs, triples, … of elements, as rows. */
function cartesianProduct(vm: Vm, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors
  if (tensors.length === 1 && first !== undefined) return first
  return stack(
    vm,
    meshgrid(vm, tensors, 'ij').map((g) => flatten(vm, g)),
    1,
  )
}

const grids = torchFunctions({
  'meshgrid(*tensors, indexing=None)': (vm, [tensors, indexing]) =>
    tuple(meshgrid(vm, tensorArgs(vm, tensors), indexing)),
  'cartesian_prod(*tensors)': (vm, [tensors]) => cartesianProduct(vm, tensorArgs(vm, tensors)),
  'broadcast_tensors(*tensors)': (vm, [tensors]) => {
    const ts = tensorArgs(vm, tensors)
    const shape = broadcastShapes(
      vm,
      ts.map((t) => t.shape),
    )
    return tuple(ts.map((t) => expand(vm, t, shape)))
  },
  'broadcast_shapes(*shapes)': (vm, [shapes]) =>
    sizeTuple(
      broadcastShapes(
        vm,
        shapes.map((s) => sizeArg(vm, s)),
      ),
    ),
})

// --- Composites ----------------------------------------------------------------------------------------------------

/** Differences of neighbours, n times over. */
function diff(vm: Vm, input: Tensor, n: number, dim: number, prepend: Value, append: Value): Tensor {
  const parts = [prepend, input, append].filter(isTensor)
  let t = parts.length > 1 ? cat(vm, parts, dim) : input
  for (let i = 0; i < n && gt(at(t.shape, dim), 0); i++) {
    const [later, earlier] = [slice(vm, t, dim, 1, null), slice(vm, t, dim, 0, add(at(t.shape, dim), -1))]
    t =
      t.dtype === dtypes.bool
        ? pointwise(vm, 'aten.logical_xor.default', [later, earlier], { result: 'bool' })
        : pointwise(vm, 'aten.sub.Tensor', [later, earlier], { ramp: weighted(1, -1) })
  }
  return t
}

const composites = torchFunctions({
  'diff(input, n=1, dim=-1, prepend=None, append=None)': (vm, [input, n, dim, prepend, append]) => {
    const t = asTensor(vm, input)
    return diff(vm, t, hintNumber(intArg(vm, n)), dimArg(vm, t, dim), prepend, append)
  },
  'kron(input, other)': (vm, [a, b]) => kron(vm, asTensor(vm, a), asTensor(vm, b)),
})

/** Each dimension split in two, multiplied with broadcasting, and joined again. */
function kron(vm: Vm, a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.rank, b.rank)
  const padded = (t: Tensor): Shape => [...new Array<Int>(rank - t.rank).fill(1), ...t.shape]
  const [x, y] = [padded(a), padded(b)]
  const left = reshape(
    vm,
    a,
    x.flatMap((s) => [s, 1]),
  )
  const right = reshape(
    vm,
    b,
    y.flatMap((s) => [1, s]),
  )
  const product = pointwise(vm, 'aten.mul.Tensor', [left, right])
  return reshape(
    vm,
    product,
    x.map((s, i) => mul(s, at(y, i))),
  )
}

/** Coordinates of flat positions: a division and a remainder by the sizes below each dimension. */
function unravelIndex(vm: Vm, indices: Tensor, shape: readonly Int[]): Tensor[] {
  const sizes = newTensor([shape.length], dtypes.int64, { device: indices.device, role: 'constant' })
  const steps = newTensor([shape.length], dtypes.int64, { device: indices.device, role: 'constant' })
  setKnown(sizes, new Known([], symbolic(shape), () => shape.map(hintNumber)))
  setKnown(steps, new Known([], symbolic(shape), () => contiguousStrides(shape).map(hintNumber)))
  const quotients = pointwise(vm, 'aten.floor_divide.default', [unsqueeze(vm, indices, -1), steps])
  return unbind(vm, pointwise(vm, 'aten.remainder.Tensor', [quotients, sizes]), -1)
}

const methods = torchFunctions({
  'narrow_copy(self, dim, start, length)': (vm, [input, dim, start, length]) => {
    const t = asTensor(vm, input)
    const part = narrow(vm, t, intArg(vm, dim), intArg(vm, start), intArg(vm, length))
    const out = outputOf([t], part.shape, t.dtype)
    rearrangeKnown(out, part, (values) => values)
    launch(vm, 'aten.narrow_copy.default', [t], [out])
    return out
  },
  'repeat(self, *args, repeats=MISSING)': (vm, [t, args, keyword]) =>
    repeat(vm, asTensor(vm, t), keyword === undefined ? sizeArgs(vm, args) : sizeArg(vm, keyword)),
  'tile(self, *args, dims=MISSING)': (vm, [t, args, dims]) =>
    tile(vm, asTensor(vm, t), dims === undefined ? sizeArgs(vm, args) : sizeArg(vm, dims)),
})

const torchOnly = torchFunctions({
  'unravel_index(indices, shape)': (vm, [indices, shape]) =>
    tuple(unravelIndex(vm, asTensor(vm, indices), sizeArg(vm, shape))),
  'tile(input, dims)': (vm, [t, dims]) => tile(vm, asTensor(vm, t), sizeArg(vm, dims)),
})

export const joiningFunctions: FunctionSet = {
  both: merged(repeats, reversals, triangles, composites),
  methods: merged(methods, trianglesInPlace),
  torch: merged(aliases(joins, { concat: 'cat', concatenate: 'cat', row_stack: 'vstack' }), grids, torchOnly),
}
