// Reductions, scans and sorts as other code calls them. Outputs are contiguous; sorting alone keeps its input's layout.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { hintNumber, type Int } from '../sym/index.ts'
import { dtypes, realDtype, type DType } from './dtype.ts'
import { stridesLike } from './iterator.ts'
import type { KernelName } from './kernels/index.ts'
import { Known, positions, type Values } from './known.ts'
import { setRamp } from './ramp.ts'
import { launch } from './record.ts'
import { at, contiguousStrides, isZero, type Shape } from './shape.ts'
import { deriveKnown, outputOf, setKnown, uniformValue, type Ramp, type Tensor } from './tensor.ts'

/** Computes one output element from the elements that are reduced into it. */
export type Fold = (xs: readonly number[]) => number

export function reducedShape(shape: Shape, dims: readonly number[] | undefined, keepdim: boolean): Shape {
  if (dims === undefined) return keepdim ? shape.map(() => 1) : []
  return keepdim ? shape.map((s, i) => (dims.includes(i) ? 1 : s)) : shape.filter((_, i) => !dims.includes(i))
}

/** Values along the reduced dimensions, one list for each output element. */
export function columns(values: Values, shape: Shape, dims: readonly number[] | undefined): number[][] {
  const all = shape.map((_, i) => i)
  const reduced = dims ?? all
  const order = [...all.filter((i) => !reduced.includes(i)), ...all.filter((i) => reduced.includes(i))]
  const strides = contiguousStrides(shape)
  const from = positions({
    shape: order.map((i) => at(shape, i)),
    strides: order.map((i) => at(strides, i)),
    offset: 0,
  })
  const size = reduced.reduce((n, i) => n * hintNumber(at(shape, i)), 1)
  const result: number[][] = []
  for (let i = 0; i < from.length; i += Math.max(size, 1)) {
    result.push(Array.from(from.subarray(i, i + size), (p) => values[p] ?? NaN))
  }
  return result
}

/** A kernel that reduces dimensions (all, where undefined) into one tensor. */
export function reduce(
  vm: Vm,
  op: KernelName,
  t: Tensor,
  dims: readonly number[] | undefined,
  keepdim: boolean,
  dtype: DType,
  fold?: Fold,
): Tensor {
  const among = t.rank === 0 ? undefined : dims
  const out = outputOf([t], reducedShape(t.shape, among, keepdim), dtype)
  if (fold !== undefined) foldKnown(out, t, among, fold)
  launch(vm, op, [t], [out])
  return out
}

function foldKnown(out: Tensor, t: Tensor, dims: readonly number[] | undefined, fold: Fold): void {
  const uniform = uniformValue(t)
  const shape = t.shape
  if (uniform?.uniform !== undefined && idempotent.has(fold) && !shape.some(isZero)) {
    setKnown(out, Known.uniform(fold([uniform.uniform]), [uniform]))
  } else deriveKnown(out, [t], ([values = []]) => columns(values, shape, dims).map(fold))
}

/** A kernel that yields a value and its position for each reduced line. */
export function reduceWithIndices(
  vm: Vm,
  op: KernelName,
  t: Tensor,
  dim: number,
  keepdim: boolean,
  position: (xs: readonly number[]) => number,
): readonly [Tensor, Tensor] {
  const dims = t.rank === 0 ? undefined : [dim]
  const shape = reducedShape(t.shape, dims, keepdim)
  const values = outputOf([t], shape, t.dtype)
  const indices = outputOf([t], shape, dtypes.int64)
  deriveKnown(values, [t], ([v = []]) => columns(v, t.shape, dims).map((xs) => xs[position(xs)] ?? NaN))
  deriveKnown(indices, [t], ([v = []]) => columns(v, t.shape, dims).map(position))
  launch(vm, op, [t], [values, indices])
  return [values, indices]
}

export const folds = {
  sum: (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0),
  prod: (xs: readonly number[]): number => xs.reduce((a, b) => a * b, 1),
  mean: (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length,
  max: (xs: readonly number[]): number => xs[argmax(xs)] ?? NaN,
  min: (xs: readonly number[]): number => xs[argmin(xs)] ?? NaN,
  all: (xs: readonly number[]): number => (xs.every((x) => x !== 0) ? 1 : 0),
  any: (xs: readonly number[]): number => (xs.some((x) => x !== 0) ? 1 : 0),
  count: (xs: readonly number[]): number => xs.filter((x) => x !== 0).length,
} as const

/** Folds that make the same of one element as of many equal ones. */
const idempotent: ReadonlySet<Fold> = new Set([folds.mean, folds.max, folds.min, folds.all, folds.any])

export function argmax(xs: readonly number[]): number {
  return bestIndex(xs, (x, y) => x > y)
}

export function argmin(xs: readonly number[]): number {
  return bestIndex(xs, (x, y) => x < y)
}

/** The first best; NaN beats everything. */
function bestIndex(xs: readonly number[], better: (x: number, y: number) => boolean): number {
  let best = 0
  for (let i = 1; i < xs.length; i++) {
    const x = xs[i] ?? NaN
    const y = xs[best] ?? NaN
    if (Number.isNaN(y)) break
    if (Number.isNaN(x) || better(x, y)) best = i
  }
  return best
}

/** Sums of integers and booleans are int64. */
export function accumulated(d: DType): DType {
  return d.isInexact ? d : dtypes.int64
}

/** `sum` over given dimensions; none given is all of them, through the same overload. */
export function sumDims(vm: Vm, t: Tensor, dims: readonly number[], keepdim = false, dtype?: DType): Tensor {
  const among = dims.length === 0 ? undefined : dims
  return reduce(vm, 'aten.sum.dim_IntList', t, among, keepdim, dtype ?? accumulated(t.dtype), folds.sum)
}

export function meanDims(vm: Vm, t: Tensor, dims: readonly number[], keepdim = false, dtype?: DType): Tensor {
  const among = dims.length === 0 ? undefined : dims
  return reduce(vm, 'aten.mean.dim', t, among, keepdim, meanDtype(vm, t, dtype), folds.mean)
}

export function meanDtype(vm: Vm, t: Tensor, dtype: DType | undefined): DType {
  const result = dtype ?? t.dtype
  if (result.isInexact) return result
  return vm.raise(
    types.RuntimeError,
    `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: torch.${result.name}`,
  )
}

/** sqrt(sum of squares) and its kin; `dims` undefined takes all. */
export function vectorNorm(
  vm: Vm,
  t: Tensor,
  dims: readonly number[] | undefined,
  keepdim = false,
  dtype?: DType,
): Tensor {
  const result = realDtype(dtype ?? t.dtype)
  if (!t.dtype.isInexact) {
    vm.raise(
      types.RuntimeError,
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${t.dtype.name}`,
    )
  }
  return reduce(vm, 'aten.linalg_vector_norm.default', t, dims, keepdim, result)
}

/** A kernel whose output has the input's shape and is contiguous: scans, softmax. */
export function scan(
  vm: Vm,
  op: KernelName,
  t: Tensor,
  dtype: DType,
  dim: number,
  line?: (xs: readonly number[]) => readonly number[],
  ramp?: Ramp,
): Tensor {
  const out = outputOf([t], t.shape, dtype)
  if (line !== undefined) deriveKnown(out, [t], ([values = []]) => alongDim(values, t.shape, dim, line))
  setRamp(out, ramp)
  launch(vm, op, [t], [out])
  return out
}

/** Replaces each line along a dimension by what `line` makes of it. */
export function alongDim(
  values: Values,
  shape: Shape,
  dim: number,
  line: (xs: readonly number[]) => readonly number[],
): Values {
  if (shape.length === 0) return line(Array.from(values))
  const strides = contiguousStrides(shape)
  const order = [...shape.keys()].filter((i) => i !== dim).concat(dim)
  const from = positions({
    shape: order.map((i) => at(shape, i)),
    strides: order.map((i) => at(strides, i)),
    offset: 0,
  })
  const size = Math.max(hintNumber(at(shape, dim)), 1)
  const result = new Float64Array(from.length)
  for (let i = 0; i < from.length; i += size) {
    const places = from.subarray(i, i + size)
    const made = line(Array.from(places, (p) => values[p] ?? NaN))
    places.forEach((p, k) => {
      result[p] = made[k] ?? NaN
    })
  }
  return result
}

export function softmax(vm: Vm, t: Tensor, dim: number): Tensor {
  return scan(vm, 'aten._softmax.default', t, t.dtype, dim)
}

export function logSoftmax(vm: Vm, t: Tensor, dim: number): Tensor {
  return scan(vm, 'aten._log_softmax.default', t, t.dtype, dim)
}

/** Positions in sorted order; equal values keep theirs. */
export function sortedOrder(xs: readonly number[], descending: boolean): number[] {
  const sign = descending ? -1 : 1
  const value = (i: number): number => xs[i] ?? NaN
  const rank = (x: number): number => (Number.isNaN(x) ? Infinity : x)
  return [...xs.keys()].sort((a, b) => sign * compareNumbers(rank(value(a)), rank(value(b))))
}

function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function sort(vm: Vm, t: Tensor, dim: number, descending: boolean, stable: boolean): readonly [Tensor, Tensor] {
  const strides = stridesLike(t)
  const values = outputOf([t], t.shape, t.dtype, strides)
  const indices = outputOf([t], t.shape, dtypes.int64, strides)
  const order = (xs: readonly number[]): number[] => sortedOrder(xs, descending)
  deriveKnown(values, [t], ([v = []]) => alongDim(v, t.shape, dim, (xs) => order(xs).map((i) => xs[i] ?? NaN)))
  deriveKnown(indices, [t], ([v = []]) => alongDim(v, t.shape, dim, order))
  launch(vm, stable ? 'aten.sort.stable' : 'aten.sort.default', [t], [values, indices])
  return [values, indices]
}

export function topk(vm: Vm, t: Tensor, k: Int, dim: number, largest: boolean): readonly [Tensor, Tensor] {
  const shape = t.shape.map((s, i) => (i === dim ? k : s))
  const values = outputOf([t], shape, t.dtype)
  const indices = outputOf([t], shape, dtypes.int64)
  launch(vm, 'aten.topk.default', [t], [values, indices], { largest })
  return [values, indices]
}
