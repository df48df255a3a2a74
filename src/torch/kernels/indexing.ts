// Gathers and scatters. A gather's traffic follows its indices, not the size of the table.
import {
  defineKernels,
  gather,
  kernel,
  none,
  perInput,
  rows,
  scatterReduce,
  scatterSource,
  scatterValue,
  type Arithmetic,
} from './table.ts'
import { mul } from '../../sym/index.ts'

/** One addition for each element of the source. */
const addSource: Arithmetic = {
  rule: '1 FLOP per source element',
  scalar: ({ ins, outs: [out] }) => (out?.dtype.isInexact === true ? mul(1, ins.at(-1)?.elements ?? 0) : 0),
}

const gathers = defineKernels(
  rows(['aten.embedding.default'], kernel('weight, indices', none, gather)),
  rows(['aten.index.Tensor'], kernel('self, *indices', none, gather)),
  rows(['aten.gather.default', 'aten.index_select.default'], kernel('self, index', none, gather)),
  rows(['aten.take.default'], kernel('self, index', none, gather)),
)

const inPlace = defineKernels(
  rows(['aten.index_put_.default'], kernel('self, *indices, values', none, scatterSource)),
  rows(['aten._index_put_impl_.default'], kernel('self, *indices, values', none, scatterSource)),
  rows(['aten.scatter_.src', 'aten.index_copy_.default'], kernel('self, index, source', none, scatterSource)),
  rows(['aten.scatter_.value', 'aten.index_fill_.int_Scalar'], kernel('self, index', none, scatterValue)),
  rows(['aten.index_fill_.int_Tensor'], kernel('self, index, value', none, scatterSource)),
  rows(
    ['aten.index_add_.default', 'aten.scatter_add_.default'],
    kernel('self, index, source', addSource, scatterReduce),
  ),
  rows(['aten.scatter_reduce_.two', 'aten.scatter_.reduce'], kernel('self, index, source', addSource, scatterReduce)),
  rows(['aten.scatter_.value_reduce'], kernel('self, index', perInput(0))),
  rows(['aten.masked_scatter_.default'], kernel('self, mask, source')),
)

/** Out of place: the whole of `self` is copied first. */
const outOfPlace = defineKernels(
  rows(
    ['aten.scatter.src', 'aten.scatter.reduce', 'aten.index_copy.default', 'aten.index_fill.int_Tensor'],
    kernel('self, index, source'),
  ),
  rows(['aten.scatter.value', 'aten.scatter.value_reduce', 'aten.index_fill.int_Scalar'], kernel('self, index')),
  rows(
    ['aten.index_add.default', 'aten.scatter_add.default', 'aten.scatter_reduce.two'],
    kernel('self, index, source', addSource),
  ),
  rows(['aten.index_put.default'], kernel('self, *indices, values')),
  rows(['aten.masked_scatter.default'], kernel('self, mask, source')),
  rows(['aten.masked_select.default'], kernel('self, mask')),
  rows(
    ['aten.select_scatter.default', 'aten.slice_scatter.default', 'aten.diagonal_scatter.default'],
    kernel('self, src'),
  ),
)

export const indexingKernels = defineKernels(gathers, inPlace, outOfPlace)
