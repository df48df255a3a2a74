// Contractions: matrix products, convolutions, attention. One multiply-add is two FLOPs.
import { add, floorDiv, min, mul, prod, sum, type Int } from '../../sym/index.ts'
import {
  defineKernels,
  dim,
  kernel,
  perOutput,
  rows,
  sizeOf,
  type Arithmetic,
  type Bound,
  type Operand,
} from './table.ts'

type Matmul<S extends string> = Arithmetic<Bound<S>>

/** 2·elements(a)·n: each element of `a` meets n elements of the other matrix. */
const product = (a: Operand, n: Int): Int => prod([2, a.elements, n])

/** The matrix product and, where a tensor is added to it, one addition per output element. */
function matmul<S extends string>(
  rule: string,
  flops: (b: Bound<S>) => Int,
  bias?: (b: Bound<S>) => boolean,
): Matmul<S> {
  const arithmetic: Matmul<S> = { rule, matmul: flops }
  if (bias === undefined) return arithmetic
  return {
    ...arithmetic,
    rule: `${rule}; 1 FLOP per output element for the addend`,
    scalar: (b) => (bias(b) && b.out.dtype.isInexact ? b.out.elements : 0),
  }
}

const always = (): boolean => true

const matrixProducts = defineKernels(
  rows(
    ['aten.mm.default', 'aten.mm.dtype', 'aten._int_mm.default'],
    kernel(
      'self, mat2',
      matmul('2·m·k·n', (b) => product(b.self, dim(b.mat2, 1))),
    ),
  ),
  rows(
    ['aten.addmm.default', 'aten.addmm_.default'],
    kernel(
      'self, mat1, mat2',
      matmul('2·m·k·n', (b) => product(b.mat1, dim(b.mat2, 1)), always),
    ),
  ),
  rows(
    ['aten.bmm.default', 'aten.bmm.dtype'],
    kernel(
      'self, mat2',
      matmul('2·b·m·k·n', (b) => product(b.self, dim(b.mat2, 2))),
    ),
  ),
  rows(
    ['aten.baddbmm.default', 'aten.baddbmm_.default', 'aten.addbmm.default', 'aten.addbmm_.default'],
    kernel(
      'self, batch1, batch2',
      matmul('2·b·m·k·n', (b) => product(b.batch1, dim(b.batch2, 2)), always),
    ),
  ),
  rows(
    ['aten.mv.default'],
    kernel(
      'self, vec',
      matmul('2·m·k', (b) => product(b.self, 1)),
    ),
  ),
  rows(
    ['aten.addmv.default', 'aten.addmv_.default'],
    kernel(
      'self, mat, vec',
      matmul('2·m·k', (b) => product(b.mat, 1), always),
    ),
  ),
  rows(
    ['aten.dot.default', 'aten.vdot.default'],
    kernel(
      'self, tensor',
      matmul('2·k', (b) => product(b.self, 1)),
    ),
  ),
  rows(['aten.addr.default', 'aten.addr_.default'], kernel('self, vec1, vec2', perOutput(2, 'mul, add'))),
)

/** Rows of the first operand, sorted by group, each multiplied by its group's matrix; or the batched and transposed forms. */
const groupedProduct = kernel(
  'self, mat2, offs?',
  matmul<'self, mat2, offs?'>('2·m·k·n over all groups together', ({ self, mat2 }) => {
    if (self.shape.length === 3 && mat2.shape.length === 2) return prod([2, dim(self, 1), dim(self, 2), dim(mat2, 1)])
    return product(self, dim(mat2, -1))
  }),
)

/** Every output element of a convolution (input element of a transposed one) meets the filter once. */
const convolution: Matmul<'input, weight, bias?'> = matmul(
  '2·batch·positions·weight elements, positions of the output, or of the input if transposed',
  ({ input, weight, out, params }) => {
    const positions = (params['transposed'] === true ? input : out).shape.slice(2)
    return prod([2, dim(input, 0), ...positions, weight.elements])
  },
  ({ bias }) => bias !== undefined,
)

/** Query-key pairs of all heads. */
const pairs = (query: Operand, key: Operand): Int => prod([...query.shape.slice(0, -1), dim(key, -2)])

/** The two products over every query-key pair of every head, and the scaling and softmax between them. */
const attention: Arithmetic<Bound<'query, key, value, mask?'>> = {
  rule: '2·pairs·(head_dim of queries + of values), no causal discount; 6 FLOPs per pair for scale and softmax, 7 with a mask',
  matmul: ({ query, key, value }) => prod([2, pairs(query, key), add(dim(query, -1), dim(value, -1))]),
  scalar: ({ query, key, mask }) => mul(mask === undefined ? 6 : 7, pairs(query, key)),
}

const others = defineKernels(
  rows(['aten._grouped_mm.default'], groupedProduct),
  rows(['aten.convolution.default'], kernel('input, weight, bias?', convolution)),
  rows(
    ['aten.conv_tbc.default'],
    kernel(
      'self, weight, bias',
      matmul(
        '2·time·batch·weight elements',
        ({ out, weight }) => prod([2, dim(out, 0), dim(out, 1), weight.elements]),
        always,
      ),
    ),
  ),
  rows(['sdpa', 'sdpa.causal'], kernel('query, key, value, mask?', attention)),
  rows(
    ['aten._trilinear.default'],
    kernel('i1, i2, i3', {
      rule: '2 FLOPs for each product of an element of the weight with the first input, 1 for that with the second',
      matmul: ({ i1, i2 }) => prod([2, dim(i1, 0), i2.elements]),
      scalar: ({ i1, i2 }) => mul(dim(i1, 0), i2.elements),
    }),
  ),
)

/** Distances between the rows of two matrices: a subtraction, a power and an addition per pair and feature, a root per pair. */
const distances = defineKernels(
  rows(
    ['aten._cdist_forward.default'],
    kernel('x1, x2', {
      rule: '3 FLOPs per pair and feature (sub, pow, add), 1 per pair (root)',
      scalar: ({ x1, out }) => mul(out.elements, add(mul(3, dim(x1, -1)), 1)),
    }),
  ),
  rows(
    ['aten._euclidean_dist.default'],
    kernel('x1, x2', {
      rule:
        'a product of rows with two more columns (their squared norms), 2 FLOPs per element of both (square, sum), ' +
        '1 per element for the factor -2, 2 per pair (clamp) and 1 per pair (root)',
      scalar: ({ x1, x2, out }) =>
        sum([
          prod([2, out.elements, add(dim(x1, -1), 2)]),
          mul(3, x1.elements),
          mul(2, x2.elements),
          mul(3, out.elements),
        ]),
    }),
  ),
  rows(
    ['aten._pdist_forward.default'],
    kernel('self', {
      rule: '3 FLOPs per pair and feature (sub, pow, add), 1 per pair (root)',
      scalar: ({ self, out }) => mul(out.elements, add(mul(3, dim(self, -1)), 1)),
    }),
  ),
)

/** Matrix decompositions by their textbook counts (Golub, Van Loan: Matrix Computations); `of` counts for all matrices together. */
function decomposition(rule: string, of: (a: Operand, b: Operand | undefined) => Int): Arithmetic<Bound<'A, B?'>> {
  return { rule, scalar: ({ A, B }) => of(A, B) }
}

const perMatrix = 'A, B?'
/** n³ summed over all n×n matrices. */
const cubes = (a: Operand): Int => mul(a.elements, dim(a, -1))
const smallerSide = (a: Operand): Int => min(dim(a, -2), dim(a, -1))

const decompositions = defineKernels(
  rows(
    ['aten.linalg_solve_triangular.default'],
    kernel('self, B', {
      rule: 'n² FLOPs per right-hand side (half a matrix of multiply-adds)',
      scalar: ({ self, out }) => mul(out.elements, dim(self, -1)),
    }),
  ),
  rows(
    ['aten.linalg_inv_ex.default'],
    kernel(
      perMatrix,
      decomposition('2·n³ FLOPs per matrix', (a) => mul(2, cubes(a))),
    ),
  ),
  rows(
    ['aten._linalg_det.default', 'aten._linalg_slogdet.default'],
    kernel(
      perMatrix,
      decomposition('2/3·n³ FLOPs per matrix (LU)', (a) => floorDiv(mul(2, cubes(a)), 3)),
    ),
  ),
  rows(
    ['aten.linalg_lu.default', 'aten.linalg_lu_factor_ex.default'],
    kernel(
      perMatrix,
      decomposition('2/3·m·n·min(m, n) FLOPs per matrix', (a) => floorDiv(prod([2, a.elements, smallerSide(a)]), 3)),
    ),
  ),
  rows(
    ['aten._linalg_solve_ex.default'],
    kernel(
      perMatrix,
      decomposition('2/3·n³ FLOPs per matrix (LU), 2·n² per right-hand side', (a, b) =>
        add(floorDiv(mul(2, cubes(a)), 3), mul(mul(2, dim(a, -1)), b?.elements ?? 0)),
      ),
    ),
  ),
  rows(
    ['aten.linalg_cholesky_ex.default'],
    kernel(
      perMatrix,
      decomposition('1/3·n³ FLOPs per matrix', (a) => floorDiv(cubes(a), 3)),
    ),
  ),
  rows(
    ['aten.linalg_qr.default'],
    kernel(
      perMatrix,
      decomposition('2·m·n·min(m, n) FLOPs per matrix', (a) => prod([2, a.elements, smallerSide(a)])),
    ),
  ),
  rows(
    ['aten._linalg_svd.default'],
    kernel(
      perMatrix,
      decomposition('14·m·n·min(m, n) FLOPs per matrix', (a) => prod([14, a.elements, smallerSide(a)])),
    ),
  ),
  rows(
    ['aten._linalg_eigh.default'],
    kernel(
      perMatrix,
      decomposition('9·n³ FLOPs per matrix', (a) => mul(9, cubes(a))),
    ),
  ),
  rows(['aten.linalg_cross.default'], kernel('self, other', perOutput(3, 'mul, mul, sub'))),
  rows(['aten._linalg_check_errors.default'], kernel('info')),
)

/** Fourier transforms: 5·log2(n) FLOPs per complex element of a radix-2 transform, half of it when one side is real. */
function fourier(perElement: string, of: (stages: Int, ins: Operand, outs: Operand) => Int): Arithmetic<Bound<'self'>> {
  return {
    rule: `${perElement}·log2(n) FLOPs per element`,
    scalar: ({ self, out, params }) => of(sizeOf(params, 'stages'), self, out),
  }
}

const transforms = defineKernels(
  rows(
    ['aten._fft_c2c.default'],
    kernel(
      'self',
      fourier('5', (stages, _x, out) => prod([5, stages, out.elements])),
    ),
  ),
  rows(
    ['aten._fft_r2c.default'],
    kernel(
      'self',
      fourier('5/2', (stages, x) => floorDiv(prod([5, stages, x.elements]), 2)),
    ),
  ),
  rows(
    ['aten._fft_c2r.default'],
    kernel(
      'self',
      fourier('5/2', (stages, _x, out) => floorDiv(prod([5, stages, out.elements]), 2)),
    ),
  ),
)

export const contractionKernels = defineKernels(matrixProducts, others, distances, decompositions, transforms)
