// Matrix products, einsum and their kin as functions of `torch`, methods of Tensor and operators.
import { notImplemented } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { gt, hint, mul, prod, type Int } from '../../sym/index.ts'
import { asTensor, dimArg, dimsArg, intArg, isSequence, numberArg, tensorList } from '../arguments.ts'
import { addmm, baddbmm, bmm, dot, intMm, matmul, mm, mv, outer } from '../contractions.ts'
import { dtypeArg, type DType } from '../dtype.ts'
import { einsum, parseEquation, type Subscript } from '../einsum.ts'
import { aliases, ofTwo, torchFunctions, type FunctionSet } from '../functions.ts'
import { pointwise } from '../pointwise.ts'
import { launch } from '../record.ts'
import { sumDims } from '../reductions.ts'
import { at, broadcastShapes, isOne, isZero, sameSize, showShape } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { scalarArg } from './conversion.ts'
import { contiguous, countOf, expand, permute, reshape, view } from '../views.ts'

// --- tensordot and what is made of it ---------------------------------------------------------------------------------

interface Contraction {
  readonly a: readonly number[]
  readonly b: readonly number[]
}

function tensordot(vm: Vm, a: Tensor, b: Tensor, dims: Contraction): Tensor {
  if (dims.a.length !== dims.b.length) vm.raise(types.RuntimeError, 'both dimension lists should have same length')
  if (a.dtype !== b.dtype) vm.raise(types.RuntimeError, 'both inputs should have same dtype')
  let [left, right] = [a, b]
  let inner: Int = 1
  dims.a.forEach((da, i) => {
    const db = dims.b[i] ?? 0
    const [x, y] = [at(a.shape, da), at(b.shape, db)]
    // What is broadcast can be summed right away.
    if (isOne(y)) left = sumDims(vm, left, [da], true)
    else if (isOne(x)) right = sumDims(vm, right, [db], true)
    else if (sameSize(x, y)) inner = mul(inner, x)
    else
      vm.raise(
        types.RuntimeError,
        `contracted dimensions need to match, but first has size ${hint(x)} in dim ${da} and second has size ${hint(y)} in dim ${db}`,
      )
  })
  const outerLeft = left.shape.map((_, d) => d).filter((d) => !dims.a.includes(d))
  const outerRight = right.shape.map((_, d) => d).filter((d) => !dims.b.includes(d))
  const rows = outerLeft.map((d) => at(left.shape, d))
  const columns = outerRight.map((d) => at(right.shape, d))
  const x = reshape(vm, permute(vm, left, [...outerLeft, ...dims.a]), [prod(rows), inner])
  const y = reshape(vm, permute(vm, right, [...dims.b, ...outerRight]), [inner, prod(columns)])
  return reshape(vm, mm(vm, x, y), [...rows, ...columns])
}

/** `dims=2` or `dims=([0, 1], [1, 0])`. */
function contractionArg(vm: Vm, a: Tensor, b: Tensor, dims: Value): Contraction {
  if (isSequence(dims)) {
    const [first, second] = dims.items
    return { a: dimsArg(vm, a, first) ?? [], b: dimsArg(vm, b, second) ?? [] }
  }
  const n = Number(hint(intArg(vm, dims, 'tensordot(): dims')))
  if (n < 0) vm.raise(types.RuntimeError, `tensordot expects dims >= 0, but got dims=${n}`)
  const range = Array.from({ length: n }, (_, i) => i)
  return { a: range.map((i) => a.rank - n + i), b: range }
}

function inner(vm: Vm, a: Tensor, b: Tensor): Tensor {
  if (a.rank === 0 || b.rank === 0) return pointwise(vm, 'aten.mul.Tensor', [a, b])
  if (a.rank === 1 && b.rank === 1) return dot(vm, a, b)
  return tensordot(vm, a, b, { a: [a.rank - 1], b: [b.rank - 1] })
}

// --- Chains -----------------------------------------------------------------------------------------------------------

/** Where to split matrices i..j for the fewest multiplications; sizes by hint, as the order is chosen once. */
function cheapestSplits(sizes: readonly number[]): (i: number, j: number) => number {
  const n = sizes.length - 1
  const size = (i: number): number => sizes[i] ?? 0
  const costs = new Float64Array(n * n)
  const splits = new Int32Array(n * n)
  const cost = (i: number, j: number): number => costs[i * n + j] ?? 0
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length
      let best = Infinity
      for (let k = i; k < j; k++) {
        const c = cost(i, k) + cost(k + 1, j) + size(i) * size(k + 1) * size(j + 1)
        if (c >= best) continue
        best = c
        splits[i * n + j] = k
      }
      costs[i * n + j] = best
    }
  }
  return (i, j) => splits[i * n + j] ?? i
}

/** torch.linalg.multi_dot: the order with the fewest multiplications. */
export function multiDot(vm: Vm, tensors: readonly Tensor[]): Tensor {
  const [first, second] = tensors
  const last = tensors.at(-1)
  if (first === undefined || second === undefined || last === undefined) {
    return vm.raise(types.RuntimeError, `multi_dot(): expected at least 2 tensors but got ${tensors.length}`)
  }
  const matrices = [...tensors]
  if (first.rank === 1) matrices[0] = view(vm, first, [1, at(first.shape, 0)])
  if (last.rank === 1) matrices[matrices.length - 1] = view(vm, last, [at(last.shape, 0), 1])
  const shape = [...(first.rank === 1 ? [] : [at(first.shape, 0)]), ...(last.rank === 1 ? [] : [at(last.shape, -1)])]
  const sizes = [...matrices.map((t) => countOf(at(t.shape, 0))), countOf(at(matrices.at(-1)?.shape ?? [], 1))]
  const split = cheapestSplits(sizes)
  const chain = (i: number, j: number): Tensor => {
    const only = matrices[i]
    if (i === j && only !== undefined) return only
    const k = split(i, j)
    return mm(vm, chain(i, k), chain(k + 1, j))
  }
  return view(vm, chain(0, matrices.length - 1), shape)
}

/** Binary exponentiation, as ATen does it: squares, and products of those whose bit is set. */
export function matrixPower(vm: Vm, t: Tensor, n: number): Tensor {
  if (n < 2) return vm.stop('unsupported-op', `torch.linalg.matrix_power with n = ${n}`)
  if (n === 2) return matmul(vm, t, t)
  if (n === 3) return matmul(vm, matmul(vm, t, t), t)
  let result: Tensor | undefined
  let power: Tensor | undefined
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    power = power === undefined ? t : matmul(vm, power, power)
    if (rest % 2 === 1) result = result === undefined ? power : matmul(vm, result, power)
  }
  return result ?? t
}

// --- Smaller kernels ----------------------------------------------------------------------------------------------------

function addmv(vm: Vm, input: Tensor, mat: Tensor, vec: Tensor): Tensor {
  const out = outputOf([input, mat, vec], [at(mat.shape, 0)], input.dtype)
  launch(vm, 'aten.addmv.default', [input, mat, vec], [out])
  return out
}

function addr(vm: Vm, input: Tensor, a: Tensor, b: Tensor): Tensor {
  const out = outputOf([input, a, b], [at(a.shape, 0), at(b.shape, 0)], input.dtype)
  launch(vm, 'aten.addr.default', [input, a, b], [out])
  return out
}

function addbmm(vm: Vm, input: Tensor, a: Tensor, b: Tensor): Tensor {
  const out = outputOf([input, a, b], [at(a.shape, 1), at(b.shape, 2)], input.dtype)
  launch(vm, 'aten.addbmm.default', [input, a, b], [out])
  return out
}

function into(
  vm: Vm,
  op: 'aten.addmm_.default' | 'aten.baddbmm_.default',
  target: Tensor,
  a: Tensor,
  b: Tensor,
): Tensor {
  launch(vm, op, [target, a, b], [target])
  return target
}

/** Above so many rows, Euclidean distances are computed with a matrix product unless told otherwise. */
const fewRows = 25

/** `use_mm_for_euclid_dist_if_necessary` (None), `use_mm_for_euclid_dist`, `donot_use_mm_for_euclid_dist`; PyTorch counts them from 0. */
function usesProduct(a: Tensor, b: Tensor, p: number, mode: Value): boolean {
  if (p !== 2 || mode === 'donot_use_mm_for_euclid_dist' || mode === 2) return false
  if (mode === 'use_mm_for_euclid_dist' || mode === 1) return true
  return gt(at(a.shape, -2), fewRows) || gt(at(b.shape, -2), fewRows)
}

/** Distances between all rows of `a` and all rows of `b`, batch dimensions broadcast. */
function cdist(vm: Vm, a: Tensor, b: Tensor, p: number, mode: Value): Tensor {
  if (p < 0) vm.raise(types.RuntimeError, 'cdist only supports non-negative p values')
  if (!sameSize(at(a.shape, -1), at(b.shape, -1))) {
    vm.raise(
      types.RuntimeError,
      `X1 and X2 must have the same number of columns. X1: ${hint(at(a.shape, -1))} X2: ${hint(at(b.shape, -1))}`,
    )
  }
  const batch = broadcastShapes(vm, [a.shape.slice(0, -2), b.shape.slice(0, -2)])
  const shape = [...batch, at(a.shape, -2), at(b.shape, -2)]
  const out = outputOf([a, b], shape, a.dtype)
  const isEmpty = [...shape, at(a.shape, -1)].some(isZero)
  if (isEmpty || !usesProduct(a, b, p, mode)) launch(vm, 'aten._cdist_forward.default', [a, b], [out])
  else {
    const matrices = (t: Tensor): Tensor =>
      reshape(vm, contiguous(vm, expand(vm, t, [...batch, ...t.shape.slice(-2)])), [prod(batch), ...t.shape.slice(-2)])
    const inputs = batch.length === 0 ? [a, b] : [matrices(a), matrices(b)]
    const folded = batch.length === 0 ? out : outputOf([a, b], [prod(batch), ...shape.slice(-2)], a.dtype)
    launch(vm, 'aten._euclidean_dist.default', inputs, [folded])
  }
  return out
}

export function cross(vm: Vm, a: Tensor, b: Tensor, dim: number): Tensor {
  if (!sameSize(at(a.shape, dim), 3)) {
    vm.raise(types.RuntimeError, `linalg.cross: inputs dimension ${dim} must have length 3. Got ${showShape(a.shape)}`)
  }
  return pointwise(vm, 'aten.linalg_cross.default', [a, b])
}

// --- einsum -----------------------------------------------------------------------------------------------------------

/** `einsum('ij,jk', a, b)`, `einsum('ij,jk', [a, b])`, `einsum(a, [0, 1], b, [1, 2], [0, 2])`. */
function einsumOf(vm: Vm, args: readonly Value[]): Tensor {
  const [first, second] = args
  if (typeof first === 'string') {
    const operands = isSequence(second) && args.length === 2 ? second.items : args.slice(1)
    const { inputs, output } = parseEquation(vm, first)
    return einsum(
      vm,
      operands.map((t) => asTensor(vm, t, 'einsum() operand')),
      inputs,
      output,
    )
  }
  const operands: Tensor[] = []
  const inputs: Subscript[][] = []
  let i = 0
  for (; i + 1 < args.length; i += 2) {
    operands.push(asTensor(vm, args[i], 'einsum() operand'))
    inputs.push(sublist(vm, args[i + 1]))
  }
  return einsum(vm, operands, inputs, i < args.length ? sublist(vm, args[i]) : undefined)
}

function sublist(vm: Vm, v: Value | undefined): Subscript[] {
  if (!isSequence(v)) return vm.raise(types.TypeError, 'einsum(): expected a list of subscripts')
  return v.items.map((s) => (typeof s === 'number' ? s : '...'))
}

// --- Tables -----------------------------------------------------------------------------------------------------------

function optionalDtype(vm: Vm, v: Value): DType | undefined {
  return dtypeArg(vm, v, 'out_dtype')
}

/** A product that is added to a tensor. What scales the two is a number, read where it comes as a 0-d tensor. */
function scaled(sum: (vm: Vm, c: Tensor, a: Tensor, b: Tensor) => Tensor) {
  return (vm: Vm, [c, a, b, beta, alpha]: readonly Value[]): Tensor => {
    scalarArg(vm, beta, "argument 'beta'")
    scalarArg(vm, alpha, "argument 'alpha'")
    return sum(vm, asTensor(vm, c), asTensor(vm, a), asTensor(vm, b))
  }
}

const products = torchFunctions({
  'matmul(input, other)': (vm, [a, b]) => matmul(vm, asTensor(vm, a), asTensor(vm, b, "argument 'other'")),
  'mm(input, mat2, out_dtype=None)': (vm, [a, b, d]) => mm(vm, asTensor(vm, a), asTensor(vm, b), optionalDtype(vm, d)),
  'bmm(input, mat2, out_dtype=None)': (vm, [a, b, d]) =>
    bmm(vm, asTensor(vm, a), asTensor(vm, b), optionalDtype(vm, d)),
  'mv(input, vec)': (vm, [a, v]) => mv(vm, asTensor(vm, a), asTensor(vm, v)),
  'dot(input, tensor)': (vm, [a, b]) => dot(vm, asTensor(vm, a), asTensor(vm, b)),
  'vdot(input, other)': (vm, [a, b]) => dot(vm, asTensor(vm, a), asTensor(vm, b), 'aten.vdot.default'),
  'outer(input, vec2)': (vm, [a, b]) => outer(vm, asTensor(vm, a), asTensor(vm, b)),
  'inner(input, other)': (vm, [a, b]) => inner(vm, asTensor(vm, a), asTensor(vm, b)),
  'addmm(input, mat1, mat2, *, beta=1, alpha=1)': scaled(addmm),
  'baddbmm(input, batch1, batch2, *, beta=1, alpha=1)': scaled(baddbmm),
  'addbmm(input, batch1, batch2, *, beta=1, alpha=1)': scaled(addbmm),
  'addmv(input, mat, vec, *, beta=1, alpha=1)': scaled(addmv),
  'addr(input, vec1, vec2, *, beta=1, alpha=1)': scaled(addr),
  'cross(input, other, dim=None)': (vm, [a, b, dim]) => {
    const t = asTensor(vm, a)
    const three = t.shape.findIndex((s) => sameSize(s, 3))
    return cross(vm, t, asTensor(vm, b), dim === null ? three : dimArg(vm, t, dim))
  },
  'matrix_power(input, n)': (vm, [a, n]) => matrixPower(vm, asTensor(vm, a), Number(intArg(vm, n))),
})

export const contractionFunctions: FunctionSet = {
  both: aliases(products, { ger: 'outer' }),
  methods: {
    ...ofTwo('__matmul__', (vm, a, b) => (isTensor(b) ? matmul(vm, a, b) : notImplemented)),
    ...ofTwo('__rmatmul__', (vm, a, b) => (isTensor(b) ? matmul(vm, b, a) : notImplemented)),
    ...torchFunctions({
      'addmm_(input, mat1, mat2, *, beta=1, alpha=1)': scaled((vm, c, a, b) =>
        into(vm, 'aten.addmm_.default', c, a, b),
      ),
      'baddbmm_(input, batch1, batch2, *, beta=1, alpha=1)': scaled((vm, c, a, b) =>
        into(vm, 'aten.baddbmm_.default', c, a, b),
      ),
    }),
  },
  torch: torchFunctions({
    'tensordot(a, b, dims=2)': (vm, [a, b, dims]) => {
      const [x, y] = [asTensor(vm, a), asTensor(vm, b)]
      return tensordot(vm, x, y, contractionArg(vm, x, y, dims))
    },
    'einsum(*args)': (vm, [args]) => einsumOf(vm, args),
    '_int_mm(input, mat2)': (vm, [a, b]) => intMm(vm, asTensor(vm, a), asTensor(vm, b)),
    'chain_matmul(*matrices)': (vm, [matrices]) =>
      multiDot(vm, matrices.length === 1 ? tensorList(vm, matrices[0]) : matrices.map((m) => asTensor(vm, m))),
    'cdist(x1, x2, p=2.0, compute_mode=None)': (vm, [a, b, p, mode]) =>
      cdist(vm, asTensor(vm, a), asTensor(vm, b), numberArg(vm, p, "argument 'p'"), mode),
  }),
}
