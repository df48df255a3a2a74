// Kernels of torch.nn.functional: normalisation, activations (but relu, sigmoid, tanh: pointwise.ts; softmax:
// reductions.ts), pooling, resampling, padding.
import { add, max, mul, sub, type Int } from '../../sym/index.ts'
import {
  defineKernels,
  kernel,
  perInput,
  perOutput,
  rows,
  sizeOf,
  type Arithmetic,
  type Bound,
  type KernelRow,
} from './table.ts'

/** The row under a name and under that of its in-place variant. */
function alsoInPlace<const N extends string>(
  name: N,
  row: KernelRow,
): Record<`aten.${N}.default` | `aten.${N}_.default`, KernelRow> {
  return rows([`aten.${name}.default`, `aten.${name}_.default`], row) as Record<
    `aten.${N}.default` | `aten.${N}_.default`,
    KernelRow
  >
}

const gelu: Arithmetic = {
  rule: '5 FLOPs per output element; in the tanh form 8',
  scalar: ({ outs: [out], params }) => mul(params['tanh'] === true ? 8 : 5, out?.elements ?? 0),
}

const activations = defineKernels(
  rows(['aten.gelu.default'], kernel('self', gelu)),
  alsoInPlace('silu', kernel('self', perOutput(4, 'exp, add, reciprocal, mul'))),
  rows(['aten.softplus.default'], kernel('self', perOutput(3, 'exp, add, log'))),
  rows(['aten.log_sigmoid_forward.default'], kernel('self', perOutput(4))),
  alsoInPlace('mish', kernel('self', perOutput(5, 'softplus 3, tanh, mul'))),
  alsoInPlace('elu', kernel('self', perOutput(3, 'exp, sub, mul'))),
  alsoInPlace('celu', kernel('self', perOutput(4, 'div, exp, sub, mul'))),
  alsoInPlace('leaky_relu', kernel('self', perOutput(1, 'mul'))),
  alsoInPlace('hardtanh', kernel('self', perOutput(2, 'max, min'))),
  alsoInPlace('hardswish', kernel('self', perOutput(5, 'add, max, min, div, mul'))),
  alsoInPlace('hardsigmoid', kernel('self', perOutput(4, 'add, max, min, div'))),
  rows(['aten.softshrink.default'], kernel('self', perOutput(1, 'sub'))),
  rows(['aten._prelu_kernel.default'], kernel('self, weight', perOutput(1, 'mul'))),
  rows(['aten.rrelu_with_noise.default'], kernel('self, noise', perOutput(1, 'mul'))),
  rows(['aten.glu.default'], kernel('self', perOutput(4, 'sigmoid 3, mul'))),
  alsoInPlace('threshold', kernel('self')),
  rows(['aten.hardshrink.default'], kernel('self')),
  rows(['aten.native_dropout.default'], kernel('input', perOutput(2, 'mul, mul'))),
)

/** Mean, variance (4 in all), normalise and scale. */
const normalise = perInput(8, 0, 'mean and variance 4, sub, mul, mul, add')

const normalization = defineKernels(
  rows(
    ['aten.native_layer_norm.default', 'aten.native_group_norm.default'],
    kernel('input, weight?, bias?', normalise),
  ),
  rows(['aten.native_batch_norm.default'], kernel('input, *parameters', normalise)),
  rows(['aten._weight_norm_interface.default'], kernel('v, g', perInput(3, 0, 'norm, mul, div'))),
)

/** A window of `params.window` elements for each output element. */
function windowed(extra: number, parts: string): Arithmetic {
  return {
    rule: `${parts} over the window of each output element`,
    scalar: ({ outs: [out], params }) => mul(out?.elements ?? 0, add(sizeOf(params, 'window'), extra)),
  }
}

/** `n` operations for each element compared; the sum or mean where the kernel reduces, 1 each and 1 for the division. */
function loss(n: number, parts: string): Arithmetic {
  return {
    rule: `${n} FLOPs per element (${parts}), 1 more for each weight and where it is reduced, and 1 for a mean`,
    scalar: ({ ins, params }) => {
      const elements = ins.reduce<Int>((most, o) => max(most, o.elements), 0)
      const each = n + ins.length - 2 + (params['reduced'] === true ? 1 : 0)
      return add(mul(each, elements), params['mean'] === true ? 1 : 0)
    },
  }
}

/** A log-probability is picked for each target. */
const picked: Arithmetic = {
  rule: '1 FLOP per target (negation), 1 more for its weight, 2 more where it is reduced (sums of losses and weights)',
  scalar: ({ ins: [, target, weight], params }) =>
    mul(1 + (weight === undefined ? 0 : 1) + (params['reduced'] === true ? 2 : 0), target?.elements ?? 0),
}

const losses = defineKernels(
  rows(['aten.mse_loss.default'], kernel('self, target', loss(2, 'sub, mul'))),
  rows(['aten.smooth_l1_loss.default'], kernel('self, target', loss(4, 'sub, abs, mul, div'))),
  rows(['aten.huber_loss.default'], kernel('self, target', loss(4, 'sub, abs, mul, mul'))),
  rows(['aten.soft_margin_loss.default'], kernel('self, target', loss(5, 'neg, mul, exp, add, log'))),
  rows(
    ['aten.binary_cross_entropy.default'],
    kernel('self, target, weight?', loss(9, '2 log, 2 max, 2 mul, 2 sub, neg')),
  ),
  rows(
    ['aten.binary_cross_entropy_with_logits.default'],
    kernel('self, target, weight?, pos_weight?', loss(7, 'sub, mul, log_sigmoid 4, sub')),
  ),
  rows(['aten.nll_loss_forward.default', 'aten.nll_loss2d_forward.default'], kernel('self, target, weight?', picked)),
)

const pooling = defineKernels(
  rows(
    ['aten.avg_pool2d.default', 'aten.avg_pool3d.default'],
    kernel('self', windowed(1, '1 FLOP per element (sum) and 1 (division)')),
  ),
  rows(
    ['aten.max_pool2d_with_indices.default', 'aten.max_pool3d_with_indices.default'],
    kernel('self', windowed(0, '1 FLOP per element (max)')),
  ),
  rows(
    ['aten._adaptive_avg_pool2d.default', 'aten._adaptive_avg_pool3d.default'],
    kernel('self', perInput(1, 1, 'sum; division')),
  ),
  rows(['aten.adaptive_max_pool2d.default', 'aten.adaptive_max_pool3d.default'], kernel('self', perInput(1, 0, 'max'))),
  rows(['aten.max_unpool2d.default', 'aten.max_unpool3d.default'], kernel('self, indices')),
)

/** An interpolation over `params.taps` neighbours: a product each, and the sums between them. */
const interpolate: Arithmetic = {
  rule: '2·taps - 1 FLOPs per output element, taps being the neighbours it is interpolated from',
  scalar: ({ outs: [out], params }) => mul(out?.elements ?? 0, sub(mul(2, sizeOf(params, 'taps')), 1)),
}

const resampling = defineKernels(
  rows(
    [
      'aten.upsample_nearest1d.default',
      'aten.upsample_nearest2d.default',
      'aten.upsample_nearest3d.default',
      'aten._upsample_nearest_exact1d.default',
      'aten._upsample_nearest_exact2d.default',
      'aten._upsample_nearest_exact3d.default',
    ],
    kernel('self'),
  ),
  rows(
    [
      'aten.upsample_linear1d.default',
      'aten.upsample_bilinear2d.default',
      'aten.upsample_trilinear3d.default',
      'aten.upsample_bicubic2d.default',
      'aten._upsample_bilinear2d_aa.default',
      'aten._upsample_bicubic2d_aa.default',
    ],
    kernel('self', interpolate),
  ),
  rows(['aten.grid_sampler_2d.default', 'aten.grid_sampler_3d.default'], kernel('input, grid', interpolate)),
  rows(['aten.affine_grid_generator.default'], kernel('theta', perOutput(5, '3 products, 2 sums'))),
)

const rearrangements = defineKernels(
  rows(
    [
      'aten.constant_pad_nd.default',
      'aten.reflection_pad1d.default',
      'aten.reflection_pad2d.default',
      'aten.reflection_pad3d.default',
      'aten.replication_pad1d.default',
      'aten.replication_pad2d.default',
      'aten.replication_pad3d.default',
      'aten.pixel_shuffle.default',
      'aten.pixel_unshuffle.default',
      'aten.channel_shuffle.default',
      'aten.im2col.default',
    ],
    kernel('self'),
  ),
  rows(['aten.col2im.default', 'aten.unfold_backward.default'], kernel('self', perInput(1, 0, 'overlaps add up'))),
)

type Bag = Bound<'weight, indices, offsets, per_sample_weights?'>

/** Rows of the table, looked up and summed bag by bag. */
const bag: Arithmetic<Bag> = {
  rule: '1 FLOP per looked-up element',
  scalar: ({ indices, weight, out }) => (out.dtype.isInexact ? mul(indices.elements, weight.shape[1] ?? 0) : 0),
}

const embeddings = rows(
  ['aten._embedding_bag.default', 'aten._embedding_bag_forward_only.default'],
  kernel('weight, indices, offsets, per_sample_weights?', bag, {
    rule: 'indices, offsets and the rows they select read, outputs written',
    read: ({ weight, ins, indices }) =>
      add(
        ins.slice(1).reduce((sum: Int, o) => add(sum, o.footprint), 0),
        mul(mul(indices.elements, weight.shape[1] ?? 0), weight.width),
      ),
    write: ({ outs }) => outs.reduce((sum: Int, o) => add(sum, o.bytes), 0),
  }),
)

export const nnKernels = defineKernels(
  activations,
  normalization,
  losses,
  pooling,
  resampling,
  rearrangements,
  embeddings,
)
