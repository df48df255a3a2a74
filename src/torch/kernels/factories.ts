// Kernels that fill memory, and the allocations that do not.
import { allocation, defineKernels, fill, kernel, none, rows } from './table.ts'

const fills = rows(
  [
    'aten.zeros.default',
    'aten.ones.default',
    'aten.full.default',
    'aten.arange.default',
    'aten.arange.start',
    'aten.arange.start_step',
    'aten.range.default',
    'aten.range.step',
    'aten.linspace.default',
    'aten.logspace.default',
    'aten.eye.default',
    'aten.eye.m',
    'aten.rand.default',
    'aten.rand.generator',
    'aten.randn.default',
    'aten.randn.generator',
    'aten.randint.default',
    'aten.randint.generator',
    'aten.randint.low',
    'aten.randint.low_generator',
    'aten.randperm.default',
    'aten.randperm.generator',
    'aten.normal.float_float',
    'aten.tril_indices.default',
    'aten.triu_indices.default',
    'aten.hann_window.default',
    'aten.hann_window.periodic',
    'aten.hamming_window.default',
    'aten.hamming_window.periodic',
    'aten.kaiser_window.default',
    'aten.kaiser_window.periodic',
    'aten.kaiser_window.beta',
    'aten.blackman_window.default',
    'aten.bartlett_window.default',
    'aten.fft_fftfreq.default',
    'aten.fft_rfftfreq.default',
  ],
  kernel('', none, fill),
)

const fillsLike = rows(
  [
    'aten.zeros_like.default',
    'aten.ones_like.default',
    'aten.full_like.default',
    'aten.rand_like.default',
    'aten.randn_like.default',
    'aten.randint_like.default',
    'aten.randint_like.low_dtype',
    'aten.new_zeros.default',
    'aten.new_ones.default',
    'aten.new_full.default',
    'aten.zero_.default',
    'aten.fill_.Scalar',
  ],
  kernel('self', none, fill),
)

/** Draws written over an existing tensor: the dispatcher lists the tensor as an operand. */
const draws = rows(
  [
    'aten.normal_.default',
    'aten.uniform_.default',
    'aten.exponential_.default',
    'aten.random_.default',
    'aten.random_.from',
    'aten.random_.to',
    'aten.bernoulli_.float',
    'aten.bernoulli.p',
    'aten.bernoulli.default',
    'aten.log_normal_.default',
    'aten.cauchy_.default',
    'aten.geometric_.default',
  ],
  kernel('self'),
)

const filledFrom = defineKernels(
  rows(['aten.fill_.Tensor', 'aten.bernoulli_.Tensor'], kernel('self, value')),
  rows(['aten.normal.Tensor_Tensor', 'aten.normal.Tensor_float', 'aten.normal.float_Tensor'], kernel('*parameters')),
)

const allocations = rows(
  [
    'aten.empty.memory_format',
    'aten.empty_like.default',
    'aten.new_empty.default',
    'aten.empty_strided.default',
    'aten.new_empty_strided.default',
    'aten.scalar_tensor.default',
  ],
  allocation('self?'),
)

export const factoryKernels = defineKernels(fills, fillsLike, draws, filledFrom, allocations)
