// Matrix products as PyTorch takes them apart (aten/src/ATen/native/LinearAlgebra.cpp, Linear.cpp): which of them folds
// into mm, which is expanded into bmm, and when operands are copied on the way.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { hint, mul, prod, type Int } from '../sym/index.ts'
import { isBatched, lifted } from './batching.ts'
import { dtypes, type DType } from './dtype.ts'
import { checkDevices, pointwise } from './pointwise.ts'
import { promoteTypes } from './promote.ts'
import { launch } from './record.ts'
import { at, broadcastShapes, isOne, isZero, sameSize, showShape, type Shape } from './shape.ts'
import { outputOf, type Tensor } from './tensor.ts'
import { contiguous, expand, reshape, squeeze, transpose, unsqueeze, view } from './views.ts'

// --- Kernels --------------------------------------------------------------------------------------------------------

function checkRank(vm: Vm, t: Tensor, rank: number, message: string): void {
  if (t.rank !== rank) vm.raise(types.RuntimeError, message)
}

function checkInner(vm: Vm, a: Tensor, b: Tensor): void {
  checkDevices(vm, [a, b])
  if (sameSize(at(a.shape, 1), at(b.shape, 0))) return
  vm.raise(
    types.RuntimeError,
    `a and b must have same reduction dim, but got ${showShape(a.shape)} X ${showShape(b.shape)}.`,
  )
}

function commonDtype(vm: Vm, ...ts: readonly Tensor[]): DType {
  return ts.map((t) => t.dtype).reduce((a, b) => promoteTypes(vm, a, b))
}

function checkSameDtype(vm: Vm, message: string, ...ts: readonly Tensor[]): void {
  const names = ts.map((t) => `torch.${t.dtype.name}`)
  if (names.some((n) => n !== names[0])) vm.raise(types.RuntimeError, `${message}, got: ${names.join(', ')}`)
}

export function mm(vm: Vm, a: Tensor, b: Tensor, outDtype?: DType): Tensor {
  checkRank(vm, a, 2, 'a must be 2D')
  checkRank(vm, b, 2, 'b must be 2D')
  checkInner(vm, a, b)
  if (isMapped(a, b)) return mappedProduct(vm, a, b)
  const out = outputOf([a, b], [at(a.shape, 0), at(b.shape, 1)], outDtype ?? a.dtype)
  launch(vm, outDtype === undefined ? 'aten.mm.default' : 'aten.mm.dtype', [a, b], [out])
  return out
}

const isMapped = (...ts: readonly Tensor[]): boolean => ts.some(isBatched)

/** Under torch.vmap matrices of a mapped dimension are multiplied as a batch of them (functorch/BatchRulesLinearAlgebra.cpp). */
function mappedProduct(vm: Vm, a: Tensor, b: Tensor): Tensor {
  return lifted(vm, [a, b], ([x = a, y = b]) => matmul(vm, x, y))
}

/** Matrices, or vectors, and vectors of a mapped dimension: which of both are mapped decides how they are multiplied. */
function mappedVectors(vm: Vm, a: Tensor, v: Tensor): Tensor {
  if (isBatched(a) && isBatched(v) && a.level !== v.level)
    return vm.stop('unsupported-op', 'products of vectors under one torch.vmap in another')
  return lifted(vm, [a, v], ([x = a, y = v]) => {
    if (!isBatched(v)) return matmul(vm, x, y)
    // Vectors stand in memory as rows where the other operand has two dimensions.
    const vectors = a.rank === 1 ? y : squeeze(vm, y, [1])
    if (!isBatched(a)) {
      const product = matmul(vm, x, transpose(vm, vectors, 0, 1))
      return a.rank === 1 ? product : transpose(vm, product, 0, 1)
    }
    const rows = a.rank === 1 ? unsqueeze(vm, x, -2) : x
    const product = squeeze(vm, matmul(vm, rows, unsqueeze(vm, vectors, -1)), [-1])
    return a.rank === 1 ? squeeze(vm, product, [-1]) : product
  })
}

/** addmm and baddbmm there: `input * beta + product`. */
function sumOf(vm: Vm, input: Tensor, product: Tensor): Tensor {
  return pointwise(vm, 'aten.add.Tensor', [pointwise(vm, 'aten.mul.Scalar', [input, 1]), product])
}

/** `_int_mm`: bytes multiplied and summed up as 32-bit integers. */
export function intMm(vm: Vm, a: Tensor, b: Tensor): Tensor {
  checkRank(vm, a, 2, 'a must be a 2D tensor')
  checkRank(vm, b, 2, 'b must be a 2D tensor')
  if (a.dtype !== dtypes.int8 && a.dtype !== dtypes.uint8)
    vm.raise(types.RuntimeError, `expected self to be int8 or uint8, got torch.${a.dtype.name}`)
  if (b.dtype !== dtypes.int8) vm.raise(types.RuntimeError, `expected mat2 to be int8, got torch.${b.dtype.name}`)
  if (!sameSize(at(a.shape, 1), at(b.shape, 0))) {
    const sizes = [a, b].map(({ shape }) => `${hint(at(shape, 0))}x${hint(at(shape, 1))}`)
    vm.raise(types.RuntimeError, `Incompatible matrix sizes for _int_mm (${sizes.join(' and ')})`)
  }
  checkDevices(vm, [a, b])
  const out = outputOf([a, b], [at(a.shape, 0), at(b.shape, 1)], dtypes.int32)
  launch(vm, 'aten._int_mm.default', [a, b], [out])
  return out
}

/** `bias + a @ b`; the bias is broadcast to the result. */
export function addmm(vm: Vm, bias: Tensor, a: Tensor, b: Tensor): Tensor {
  checkRank(vm, a, 2, 'a must be 2D')
  checkRank(vm, b, 2, 'b must be 2D')
  checkInner(vm, a, b)
  if (isMapped(bias, a, b)) return sumOf(vm, bias, mm(vm, a, b))
  const shape = [at(a.shape, 0), at(b.shape, 1)]
  expand(vm, bias, shape)
  const out = outputOf([bias, a, b], shape, commonDtype(vm, bias, a, b))
  launch(vm, 'aten.addmm.default', [bias, a, b], [out])
  return out
}

function checkBatches(vm: Vm, a: Tensor, b: Tensor): void {
  checkDevices(vm, [a, b])
  checkRank(vm, a, 3, 'batch1 must be a 3D tensor')
  checkRank(vm, b, 3, 'batch2 must be a 3D tensor')
  if (sameSize(at(a.shape, 0), at(b.shape, 0)) && sameSize(at(a.shape, 2), at(b.shape, 1))) return
  vm.raise(
    types.RuntimeError,
    `Expected size for first two dimensions of batch2 tensor to be: ${showShape([at(a.shape, 0), at(a.shape, 2)])} but got: ${showShape(b.shape.slice(0, 2))}.`,
  )
}

export function bmm(vm: Vm, a: Tensor, b: Tensor, outDtype?: DType): Tensor {
  checkBatches(vm, a, b)
  checkSameDtype(vm, 'expected both batches to have the same scalar type', a, b)
  if (isMapped(a, b)) return mappedProduct(vm, a, b)
  const out = outputOf([a, b], [at(a.shape, 0), at(a.shape, 1), at(b.shape, 2)], outDtype ?? a.dtype)
  launch(vm, outDtype === undefined ? 'aten.bmm.default' : 'aten.bmm.dtype', [a, b], [out])
  return out
}

export function baddbmm(vm: Vm, input: Tensor, a: Tensor, b: Tensor): Tensor {
  checkBatches(vm, a, b)
  checkSameDtype(vm, 'Input dtypes must be the same', input, a, b)
  if (isMapped(input, a, b)) return sumOf(vm, input, bmm(vm, a, b))
  const shape = [at(a.shape, 0), at(a.shape, 1), at(b.shape, 2)]
  expand(vm, input, shape)
  const out = outputOf([input, a, b], shape, input.dtype)
  launch(vm, 'aten.baddbmm.default', [input, a, b], [out])
  return out
}

export function mv(vm: Vm, a: Tensor, v: Tensor): Tensor {
  if (a.rank !== 2 || v.rank !== 1) {
    vm.raise(types.RuntimeError, `vector + matrix @ vector expected, got ${v.rank}, ${a.rank}, ${v.rank}`)
  }
  if (!sameSize(at(a.shape, 1), at(v.shape, 0))) {
    vm.raise(
      types.RuntimeError,
      `size mismatch, got input (${hint(at(a.shape, 0))}), mat (${showShape(a.shape)}), vec (${hint(at(v.shape, 0))})`,
    )
  }
  if (isMapped(a, v)) return mappedVectors(vm, a, v)
  const out = outputOf([a, v], [at(a.shape, 0)], commonDtype(vm, a, v))
  launch(vm, 'aten.mv.default', [a, v], [out])
  return out
}

export function dot(
  vm: Vm,
  a: Tensor,
  b: Tensor,
  op: 'aten.dot.default' | 'aten.vdot.default' = 'aten.dot.default',
): Tensor {
  if (a.rank !== 1 || b.rank !== 1) {
    vm.raise(types.RuntimeError, `1D tensors expected, but got ${a.rank}D and ${b.rank}D tensors`)
  }
  if (!sameSize(at(a.shape, 0), at(b.shape, 0))) {
    vm.raise(
      types.RuntimeError,
      `inconsistent tensor size, expected tensor ${showShape(a.shape)} and src ${showShape(b.shape)} to have the same number of elements`,
    )
  }
  checkSameDtype(vm, 'dot : expected both vectors to have same dtype', a, b)
  if (op === 'aten.dot.default' && isMapped(a, b)) return mappedVectors(vm, a, b)
  const out = outputOf([a, b], [], a.dtype)
  launch(vm, op, [a, b], [out])
  return out
}

// --- matmul ---------------------------------------------------------------------------------------------------------

export function matmul(vm: Vm, a: Tensor, b: Tensor): Tensor {
  if (a.rank === 0 || b.rank === 0) {
    vm.raise(
      types.RuntimeError,
      `both arguments to matmul need to be at least 1D, but they are ${a.rank}D and ${b.rank}D`,
    )
  }
  if (a.rank === 1 && b.rank === 1) return dot(vm, a, b)
  if (a.rank === 2 && b.rank === 1) return mv(vm, a, b)
  if (a.rank === 1 && b.rank === 2) return squeezeInPlace(vm, mm(vm, unsqueeze(vm, a, 0), b))
  if (a.rank === 2 && b.rank === 2) return mm(vm, a, b)
  return shouldFold(a, b) ? folded(vm, a, b) : batched(vm, a, b)
}

/** `squeeze_(0)`: no view to the dispatcher, so it appears in traces. */
function squeezeInPlace(vm: Vm, t: Tensor): Tensor {
  t.assign(t.shape.slice(1), t.strides.slice(1))
  launch(vm, 'aten.squeeze_.dim', [t], [t])
  return t
}

/** Whether the larger operand can be seen as a matrix without a copy; a smaller one that requires grad forces it. */
function shouldFold(a: Tensor, b: Tensor): boolean {
  const aLarger = a.rank >= b.rank
  const [large, small] = aLarger ? [a, b] : [b, a]
  if (large.rank < 3 || small.rank > 2) return false
  if (small.requiresGrad) return true
  if (a.rank === 2) return false
  // The right operand folds as its transpose.
  const shape = aLarger ? large.shape : swapLast(large.shape)
  const strides = aLarger ? large.strides : swapLast(large.strides)
  if (shape.some(isZero)) return true
  for (let i = 0; i < shape.length - 2; i++) {
    if (!sameSize(at(strides, i), mul(at(strides, i + 1), at(shape, i + 1)))) return false
  }
  return true
}

function swapLast(xs: Shape): Int[] {
  return [...xs.slice(0, -2), at(xs, -1), at(xs, -2)]
}

/** The batch of the larger operand becomes part of its rows: one mm or mv. */
function folded(vm: Vm, a: Tensor, b: Tensor): Tensor {
  const swapped = b.rank > a.rank
  const large = swapped ? transpose(vm, b, -2, -1) : a
  const small = swapped ? (a.rank === 2 ? transpose(vm, a, 0, 1) : a) : b
  const lead = large.shape.slice(0, -1)
  const rows = reshape(vm, large, [prod(lead), at(large.shape, -1)])
  if (small.rank === 1) return view(vm, mv(vm, rows, small), lead)
  const out = view(vm, mm(vm, rows, small), [...lead, at(small.shape, 1)])
  return swapped ? contiguous(vm, transpose(vm, out, -2, -1)) : out
}

/** Both operands expanded to the common batch: one bmm. */
function batched(vm: Vm, a: Tensor, b: Tensor): Tensor {
  if (a.rank === 3 && b.rank === 3 && !sameSize(at(a.shape, 0), at(b.shape, 0))) {
    if (isOne(at(a.shape, 0))) return matmul(vm, squeeze(vm, a, [0]), b)
    if (isOne(at(b.shape, 0))) return matmul(vm, a, squeeze(vm, b, [0]))
  }
  const rows: Int = a.rank > 1 ? at(a.shape, -2) : 1
  const columns: Int = b.rank > 1 ? at(b.shape, -1) : 1
  const batch = broadcastShapes(vm, [a.shape.slice(0, -2), b.shape.slice(0, -2)])
  const count = prod(batch)
  const left = reshape(vm, expand(vm, a, [...batch, rows, at(a.shape, -1)]), [count, rows, at(a.shape, -1)])
  const rightRows = b.rank > 1 ? at(b.shape, -2) : at(b.shape, 0)
  const shape = [...batch, ...(a.rank > 1 ? [rows] : []), ...(b.rank > 1 ? [columns] : [])]
  if (b.rank === 1) {
    const right = unsqueeze(vm, reshape(vm, expand(vm, b, [...batch, rightRows]), [count, rightRows]), 2)
    return view(vm, squeeze(vm, bmm(vm, left, right), [-1]), shape)
  }
  const right = reshape(vm, expand(vm, b, [...batch, rightRows, columns]), [count, rightRows, columns])
  return view(vm, bmm(vm, left, right), shape)
}

// --- linear ---------------------------------------------------------------------------------------------------------

/** `t()`: a matrix transposed, anything smaller as it is. */
export function matrixTranspose(vm: Vm, t: Tensor): Tensor {
  if (t.rank > 2) vm.raise(types.RuntimeError, `t() expects a tensor with <= 2 dimensions, but self is ${t.rank}D`)
  return t.rank < 2 ? t : transpose(vm, t, 0, 1)
}

export function linear(vm: Vm, input: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (input.rank === 0 || weight.rank === 0) {
    vm.raise(
      types.RuntimeError,
      `both arguments to linear need to be at least 1D, but they are ${input.rank}D and ${weight.rank}D`,
    )
  }
  if (bias === undefined) return matmul(vm, input, matrixTranspose(vm, weight))
  if (input.rank === 2) return addmm(vm, bias, input, matrixTranspose(vm, weight))
  const isRow = bias.rank === 1 || (bias.rank === 2 && isOne(at(bias.shape, 0)))
  if (input.isContiguous && isRow) return flattened(vm, input, weight, bias)
  return pointwise(vm, 'aten.add.Tensor', [matmul(vm, input, matrixTranspose(vm, weight)), bias])
}

/** _flatten_nd_linear: all leading dimensions become rows of one addmm. */
function flattened(vm: Vm, input: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const lead = input.shape.slice(0, -1)
  const rows = reshape(vm, input, [prod(lead), at(input.shape, -1)])
  const out = addmm(vm, bias, rows, matrixTranspose(vm, weight))
  return view(vm, out, [...lead, at(out.shape, 1)])
}

// --- Sums of products over chosen dimensions --------------------------------------------------------------------------

export function outer(vm: Vm, a: Tensor, b: Tensor): Tensor {
  if (a.rank !== 1 || b.rank !== 1) vm.raise(types.RuntimeError, 'outer: expected 1-D arguments')
  return pointwise(vm, 'aten.mul.Tensor', [reshape(vm, a, [at(a.shape, 0), 1]), b])
}
