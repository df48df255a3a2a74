// Reductions, scans, sorting and counting.
import { defineKernels, kernel, none, perInput, rows } from './table.ts'

const sums = defineKernels(
  rows(
    [
      'aten.sum.default',
      'aten.sum.dim_IntList',
      'aten.nansum.default',
      'aten.prod.default',
      'aten.prod.dim_int',
      'aten.amax.default',
      'aten.amin.default',
      'aten.max.default',
      'aten.min.default',
      'aten.max.dim',
      'aten.min.dim',
      'aten.cumsum.default',
      'aten.cumsum_.default',
      'aten.cumprod.default',
      'aten.cumprod_.default',
      'aten.cummax.default',
      'aten.cummin.default',
      'aten.trace.default',
    ],
    kernel('self', perInput(1)),
  ),
  rows(['aten.aminmax.default'], kernel('self', perInput(2, 0, 'max, min'))),
  rows(['aten.mean.default', 'aten.mean.dim'], kernel('self', perInput(1, 1, 'sum; division'))),
  rows(['aten.linalg_vector_norm.default', 'aten.norm.ScalarOpt_dim', 'aten.norm.Scalar'], kernel('self', perInput(1))),
  rows(['aten.logsumexp.default'], kernel('self', perInput(4, 1, 'max, sub, exp, sum; log'))),
  rows(['aten.logcumsumexp.default'], kernel('self', perInput(4, 0, 'max, sub, exp, sum'))),
  rows(['aten.var.correction', 'aten.var_mean.correction'], kernel('self', perInput(4))),
  rows(['aten.std.correction', 'aten.std_mean.correction'], kernel('self', perInput(4, 1, 'variance; sqrt'))),
  rows(['aten._softmax.default'], kernel('self', perInput(5, 0, 'max, sub, exp, sum, div'))),
  rows(['aten._log_softmax.default'], kernel('self', perInput(5, 0, 'max, sub, exp, sum, sub'))),
)

/** Booleans, positions, orders and counts: nothing that counts as arithmetic. */
const searches = rows(
  [
    'aten.all.default',
    'aten.all.dim',
    'aten.all.dims',
    'aten._is_all_true.default',
    'aten._is_any_true.default',
    'aten.any.default',
    'aten.any.dim',
    'aten.any.dims',
    'aten.argmax.default',
    'aten.argmin.default',
    'aten.median.default',
    'aten.median.dim',
    'aten.nanmedian.default',
    'aten.nanmedian.dim',
    'aten.mode.default',
    'aten.kthvalue.default',
    'aten.topk.default',
    'aten.sort.default',
    'aten.sort.stable',
    'aten.count_nonzero.default',
    'aten.count_nonzero.dim_IntList',
    'aten.histc.default',
    'aten.nonzero.default',
    'aten._unique2.default',
    'aten.unique_consecutive.default',
    'aten.unique_dim.default',
    'aten._local_scalar_dense.default',
    'aten.multinomial.default',
  ],
  kernel('self', none),
)

const lookups = defineKernels(
  rows(['aten.bincount.default'], kernel('self, weights?')),
  rows(['aten.searchsorted.Tensor'], kernel('sorted_sequence, self')),
  rows(['aten.searchsorted.Scalar'], kernel('sorted_sequence')),
  rows(['aten.bucketize.Tensor'], kernel('self, boundaries')),
  rows(['aten.bucketize.Scalar'], kernel('boundaries')),
  rows(['aten.equal.default', 'aten.allclose.default'], kernel('self, other')),
)

export const reductionKernels = defineKernels(sums, searches, lookups)
