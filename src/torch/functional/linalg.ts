// torch.linalg. Results of LAPACK routines are column-major; each launches its `_ex` kernel and the check of its status.
import { tuple } from '../../python/make.ts'
import { numberOf, str } from '../../python/object.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { min, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, dimArg, dimsArg, intArg, isSequence, tensorList } from '../arguments.ts'
import { matmul } from '../contractions.ts'
import { convert } from '../conversion.ts'
import { dtypeArg, dtypes, realDtype, type DType } from '../dtype.ts'
import { ofTensor, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { mul as multiply } from '../functions/arithmetic.ts'
import { cross, matrixPower, multiDot } from '../functions/contractions.ts'
import type { KernelName } from '../kernels/index.ts'
import { launch } from '../record.ts'
import { reduce, sumDims, vectorNorm } from '../reductions.ts'
import { named } from '../returns.ts'
import { at, broadcastShapes, contiguousStrides, sameSize, showShape, type Shape } from '../shape.ts'
import { outputOf, type Tensor } from '../tensor.ts'
import { diagonal, permute, unsqueeze } from '../views.ts'

/** Strides of column-major matrices in a contiguous batch. */
function columnMajor(shape: Shape): Int[] {
  const swapped = contiguousStrides([...shape.slice(0, -2), at(shape, -1), at(shape, -2)])
  return [...swapped.slice(0, -2), at(swapped, -1), at(swapped, -2)]
}

function matrices(t: Tensor, shape: Shape, dtype: DType = t.dtype): Tensor {
  return outputOf([t], shape, dtype, columnMajor(shape))
}

function plain(t: Tensor, shape: Shape, dtype: DType = t.dtype): Tensor {
  return outputOf([t], shape, dtype)
}

function batchOf(t: Tensor): Shape {
  return t.shape.slice(0, -2)
}

function checkSquare(vm: Vm, t: Tensor, name: string): Tensor {
  checkFloat(vm, t, name)
  if (t.rank < 2 || !sameSize(at(t.shape, -1), at(t.shape, -2))) {
    vm.raise(
      types.RuntimeError,
      `${name}: A must be batches of square matrices, but they are ${showShape(t.shape.slice(-2))} matrices`,
    )
  }
  return t
}

function checkFloat(vm: Vm, t: Tensor, name: string): void {
  if (t.dtype.itemsize >= 4 && t.dtype.isInexact) return
  vm.raise(
    types.RuntimeError,
    `${name}: Expected a floating point or complex tensor as input. Low precision dtypes not supported. Got torch.${t.dtype.name}`,
  )
}

/** Launches a routine that reports its status, and the check of that status. */
function checked(vm: Vm, op: KernelName, inputs: readonly Tensor[], outs: readonly Tensor[], info: Tensor): void {
  launch(vm, op, inputs, [...outs, info])
  launch(vm, 'aten._linalg_check_errors.default', [info], [])
}

function inverse(vm: Vm, t: Tensor): Tensor {
  checkSquare(vm, t, 'linalg.inv')
  const out = matrices(t, t.shape)
  checked(vm, 'aten.linalg_inv_ex.default', [t], [out], plain(t, batchOf(t), dtypes.int32))
  return out
}

function cholesky(vm: Vm, t: Tensor): Tensor {
  checkSquare(vm, t, 'linalg.cholesky')
  const out = matrices(t, t.shape)
  checked(vm, 'aten.linalg_cholesky_ex.default', [t], [out], plain(t, batchOf(t), dtypes.int32))
  return out
}

function solve(vm: Vm, a: Tensor, b: Tensor): Tensor {
  checkSquare(vm, a, 'linalg.solve')
  const vector = b.rank === 1 || b.rank === a.rank - 1
  const shape = vector ? b.shape : [...broadcastShapes(vm, [batchOf(a), batchOf(b)]), ...b.shape.slice(-2)]
  const out = vector ? plain(b, shape) : matrices(b, shape)
  const pivots = plain(a, a.shape.slice(0, -1), dtypes.int32)
  checked(
    vm,
    'aten._linalg_solve_ex.default',
    [a, b],
    [out, matrices(a, a.shape), pivots],
    plain(a, batchOf(a), dtypes.int32),
  )
  return out
}

function solveTriangular(vm: Vm, a: Tensor, b: Tensor, left: boolean): Tensor {
  checkSquare(vm, a, 'linalg.solve_triangular')
  const batch = broadcastShapes(vm, [batchOf(a), batchOf(b)])
  if (!sameSize(at(a.shape, -1), at(b.shape, left ? -2 : -1))) {
    vm.raise(
      types.RuntimeError,
      `linalg.solve_triangular: Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${showShape(a.shape.slice(-2))} and ${showShape(b.shape.slice(-2))})`,
    )
  }
  const shape = [...batch, ...b.shape.slice(-2)]
  const out = outputOf([a, b], shape, a.dtype, columnMajor(shape))
  launch(vm, 'aten.linalg_solve_triangular.default', [a, b], [out])
  return out
}

function det(vm: Vm, t: Tensor): Tensor {
  checkSquare(vm, t, 'linalg.det')
  const out = plain(t, batchOf(t))
  launch(vm, 'aten._linalg_det.default', [t], [out, matrices(t, t.shape), plain(t, t.shape.slice(0, -1), dtypes.int32)])
  return out
}

function slogdet(vm: Vm, t: Tensor): Value {
  checkSquare(vm, t, 'linalg.slogdet')
  const outs = [plain(t, batchOf(t)), plain(t, batchOf(t), realDtype(t.dtype))]
  launch(
    vm,
    'aten._linalg_slogdet.default',
    [t],
    [...outs, matrices(t, t.shape), plain(t, t.shape.slice(0, -1), dtypes.int32)],
  )
  return named('linalg_slogdet', outs)
}

function qr(vm: Vm, t: Tensor, mode: Value): Value {
  checkFloat(vm, t, 'linalg.qr')
  if (mode !== 'reduced' && mode !== 'complete')
    return vm.stop('unsupported-op', `torch.linalg.qr with mode ${String(mode)}`)
  const [m, n] = [at(t.shape, -2), at(t.shape, -1)]
  const k = mode === 'complete' ? m : min(m, n)
  const outs = [matrices(t, [...batchOf(t), m, k]), matrices(t, [...batchOf(t), k, n])]
  launch(vm, 'aten.linalg_qr.default', [t], outs)
  return named('linalg_qr', outs)
}

function svd(vm: Vm, t: Tensor, full: boolean): Value {
  return named('linalg_svd', [...singular(vm, t, full)])
}

/** U, S and V^H of matrices. */
function singular(vm: Vm, t: Tensor, full: boolean): readonly [Tensor, Tensor, Tensor] {
  checkFloat(vm, t, 'linalg.svd')
  const [m, n] = [at(t.shape, -2), at(t.shape, -1)]
  const k = min(m, n)
  const outs = [
    matrices(t, [...batchOf(t), m, full ? m : k]),
    plain(t, [...batchOf(t), k], realDtype(t.dtype)),
    plain(t, [...batchOf(t), full ? n : k, n]),
  ] as const
  launch(vm, 'aten._linalg_svd.default', [t], outs)
  return outs
}

/** Rows are exchanged (P), then a triangle with ones (L) times a triangle (U). */
function lu(vm: Vm, t: Tensor): Value {
  checkFloat(vm, t, 'linalg.lu')
  const [m, n] = [at(t.shape, -2), at(t.shape, -1)]
  const k = min(m, n)
  const outs = [[m, m] as const, [m, k] as const, [k, n] as const].map((sides) => plain(t, [...batchOf(t), ...sides]))
  launch(vm, 'aten.linalg_lu.default', [t], outs)
  return named('linalg_lu', outs)
}

function luFactor(vm: Vm, t: Tensor): Value {
  checkFloat(vm, t, 'linalg.lu_factor')
  const pivots = plain(t, [...batchOf(t), min(at(t.shape, -2), at(t.shape, -1))], dtypes.int32)
  const outs = [matrices(t, t.shape), pivots]
  checked(vm, 'aten.linalg_lu_factor_ex.default', [t], outs, plain(t, batchOf(t), dtypes.int32))
  return named('linalg_lu_factor', outs)
}

/** Singular values alone. Where kernels are recorded, PyTorch has the routine make the vectors too, and so it is counted. */
function singularValues(vm: Vm, t: Tensor): Tensor {
  return singular(vm, t, false)[1]
}

function eigen(vm: Vm, t: Tensor): readonly [Tensor, Tensor] {
  checkSquare(vm, t, 'linalg.eigh')
  const outs = [plain(t, t.shape.slice(0, -1), realDtype(t.dtype)), matrices(t, t.shape)] as const
  launch(vm, 'aten._linalg_eigh.default', [t], outs)
  return outs
}

// --- Norms ------------------------------------------------------------------------------------------------------------

/** torch.linalg.norm: of matrices where an order goes with two dimensions, else of vectors. */
function norm(vm: Vm, input: Value, ord: Value, dim: Value, keepdim: Value, dtype: Value): Tensor {
  const t = asTensor(vm, input)
  const overMatrix = ord !== null && (isSequence(dim) ? dim.items.length === 2 : dim === null && t.rank === 2)
  if (overMatrix) return matrixNorm(vm, t, ord, dim ?? tuple([0, 1]), boolArg(vm, keepdim), dtypeArg(vm, dtype))
  return vectorNorm(vm, t, dimsArg(vm, t, dim), boolArg(vm, keepdim), dtypeArg(vm, dtype))
}

/** How a matrix norm ends: over singular values, or over the sums along rows or columns. ATen: LinearAlgebra.cpp, linalg_matrix_norm. */
const overSingular = new Map<string | number | undefined, 'amax' | 'amin' | 'sum'>([
  [2, 'amax'],
  [-2, 'amin'],
  ['nuc', 'sum'],
])
const overSums = new Map<string | number | undefined, { readonly last: 'amax' | 'amin'; readonly rows: boolean }>([
  [1, { last: 'amax', rows: false }],
  [-1, { last: 'amin', rows: false }],
  [Infinity, { last: 'amax', rows: true }],
  [-Infinity, { last: 'amin', rows: true }],
])

/** torch.linalg.matrix_norm */
function matrixNorm(vm: Vm, t: Tensor, ord: Value, dim: Value, keepdim: boolean, dtype: DType | undefined): Tensor {
  const [first = 0, second = 1, ...more] = dimsArg(vm, t, dim) ?? []
  if (more.length > 0 || first === second)
    return vm.raise(types.RuntimeError, 'linalg.matrix_norm: dim must be a 2-tuple of different dimensions')
  if (ord === 'fro') return vectorNorm(vm, t, [first, second], keepdim, dtype)
  const order = typeof ord === 'string' ? ord : numberOf(ord)
  const singular = overSingular.get(order)
  const sums = overSums.get(order)
  const x = dtype === undefined ? t : convert(vm, t, dtype)
  if (singular !== undefined) return singularNorm(vm, x, [first, second], singular, keepdim)
  if (sums === undefined)
    return vm.raise(types.RuntimeError, `linalg.matrix_norm: Order ${str(vm, ord)} not supported.`)
  const [summed, left] = sums.rows ? [second, first] : [first, second]
  const along = vectorNorm(vm, x, [summed], keepdim)
  const place = left > summed && !keepdim ? left - 1 : left
  return reduce(vm, `aten.${sums.last}.default`, along, [place], keepdim, along.dtype)
}

/** The norm over singular values of matrices that lie in any two dimensions. */
function singularNorm(
  vm: Vm,
  t: Tensor,
  dims: readonly number[],
  last: 'amax' | 'amin' | 'sum',
  keepdim: boolean,
): Tensor {
  const order = [...[...t.shape.keys()].filter((i) => !dims.includes(i)), ...dims]
  const values = singularValues(vm, permute(vm, t, order))
  const end = [values.rank - 1]
  const out =
    last === 'sum'
      ? sumDims(vm, values, end, keepdim)
      : reduce(vm, `aten.${last}.default`, values, end, keepdim, values.dtype)
  if (!keepdim) return out
  const back = [...order.keys()].map((i) => order.indexOf(i))
  return permute(vm, unsqueeze(vm, out, -1), back)
}

function vecdot(vm: Vm, a: Tensor, b: Tensor, dim: Value): Tensor {
  return sumDims(vm, multiply(vm, a, b), [dimArg(vm, a, dim)])
}

// --- Tables -----------------------------------------------------------------------------------------------------------

/** Names of torch.linalg. */
export const linalgFunctions: FunctionTable = {
  ...ofTensor('inv', inverse),
  ...ofTensor('det', det),
  ...ofTensor('slogdet', slogdet),
  ...torchFunctions({
    'cholesky(input, *, upper=False)': (vm, [t]) => cholesky(vm, asTensor(vm, t)),
    'solve(A, B, *, left=True)': (vm, [a, b]) => solve(vm, asTensor(vm, a), asTensor(vm, b)),
    'solve_triangular(A, B, *, upper, left=True, unitriangular=False)': (vm, [a, b, , left]) =>
      solveTriangular(vm, asTensor(vm, a), asTensor(vm, b), boolArg(vm, left)),
    'lu(A, *, pivot=True)': (vm, [a, pivot]) => {
      if (!boolArg(vm, pivot)) return vm.stop('unsupported-op', 'torch.linalg.lu without pivots')
      return lu(vm, asTensor(vm, a))
    },
    'lu_factor(A, *, pivot=True)': (vm, [a]) => luFactor(vm, asTensor(vm, a)),
    "qr(A, mode='reduced')": (vm, [a, mode]) => qr(vm, asTensor(vm, a), mode),
    'svd(A, full_matrices=True, *, driver=None)': (vm, [a, full]) => svd(vm, asTensor(vm, a), boolArg(vm, full)),
    'svdvals(A, *, driver=None)': (vm, [a]) => singularValues(vm, asTensor(vm, a)),
    "eigh(A, UPLO='L')": (vm, [a]) => named('linalg_eigh', eigen(vm, asTensor(vm, a))),
    // Where kernels are recorded, PyTorch has the routine make the vectors too.
    "eigvalsh(A, UPLO='L')": (vm, [a]) => eigen(vm, asTensor(vm, a))[0],
    'vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None)': (vm, [x, , dim, keepdim, dtype]) => {
      const t = asTensor(vm, x)
      return vectorNorm(vm, t, dimsArg(vm, t, dim), boolArg(vm, keepdim), dtypeArg(vm, dtype))
    },
    'norm(A, ord=None, dim=None, keepdim=False, *, dtype=None)': (vm, [a, ord, dim, keepdim, dtype]) =>
      norm(vm, a, ord, dim, keepdim, dtype),
    "matrix_norm(A, ord='fro', dim=MISSING, keepdim=False, *, dtype=None)": (vm, [a, ord, dim, keepdim, dtype]) =>
      matrixNorm(vm, asTensor(vm, a), ord, dim ?? tuple([-2, -1]), boolArg(vm, keepdim), dtypeArg(vm, dtype)),
    'cross(input, other, *, dim=-1)': (vm, [a, b, dim]) => {
      const t = asTensor(vm, a)
      return cross(vm, t, asTensor(vm, b), dimArg(vm, t, dim))
    },
    'matmul(input, other)': (vm, [a, b]) => matmul(vm, asTensor(vm, a), asTensor(vm, b)),
    'vecdot(x, y, *, dim=-1)': (vm, [a, b, dim]) => vecdot(vm, asTensor(vm, a), asTensor(vm, b), dim),
    'multi_dot(tensors)': (vm, [tensors]) => multiDot(vm, tensorList(vm, tensors)),
    'matrix_power(input, n)': (vm, [t, n]) => matrixPower(vm, asTensor(vm, t), Number(intArg(vm, n))),
    'diagonal(A, *, offset=0, dim1=-2, dim2=-1)': (vm, [a, offset, dim1, dim2]) =>
      diagonal(vm, asTensor(vm, a), intArg(vm, offset), intArg(vm, dim1), intArg(vm, dim2)),
  }),
}

export const linalgSet: FunctionSet = {
  both: {
    ...ofTensor('inverse', inverse),
    ...ofTensor('det', det),
  },
}
