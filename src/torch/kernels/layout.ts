// Kernels that move elements without computing on them: joining, repeating, reversing, triangles. Changes of metadata in
// place (`squeeze_`) are listed too, since the dispatcher sees them as calls that write their operand.
import { defineKernels, kernel, rows } from './table.ts'

const joins = rows(['aten.cat.default', 'aten.stack.default', 'aten.block_diag.default'], kernel('*tensors'))

const moves = rows(
  [
    'aten.repeat.default',
    'aten.roll.default',
    'aten.flip.default',
    'aten.rot90.default',
    'aten.tril.default',
    'aten.triu.default',
    'aten.tril_.default',
    'aten.triu_.default',
    'aten.diag_embed.default',
    'aten.diagonal_copy.default',
    'aten.narrow_copy.default',
    'aten.unsafe_split.Tensor',
  ],
  kernel('self'),
)

const repeats = rows(['aten.repeat_interleave.Tensor'], kernel('repeats'))

const metadata = rows(
  [
    'aten.squeeze_.default',
    'aten.squeeze_.dim',
    'aten.squeeze_.dims',
    'aten.unsqueeze_.default',
    'aten.t_.default',
    'aten.transpose_.default',
    'aten.as_strided_.default',
    'aten.resize_.default',
  ],
  kernel('self'),
)

export const layoutKernels = defineKernels(joins, moves, repeats, metadata)
