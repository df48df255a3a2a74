// Losses as PyTorch's C++ has them: names of `torch` and `torch._C._nn`, a reduction being 0 (none), 1 (mean) or 2 (sum).
// The functions of torch.nn.functional around them are in standins/losses.ts.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { hint, prod, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, intArg, numberArg } from '../arguments.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { add, div, mul, sub } from '../functions/arithmetic.ts'
import { comparison, where } from '../functions/comparison.ts'
import type { KernelName } from '../kernels/index.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { resultType } from '../promote.ts'
import { launch } from '../record.ts'
import { accumulated, logSoftmax, meanDtype, reduce, sumDims } from '../reductions.ts'
import { at, sameShape, sameSize, showShape, type Shape } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { contiguous, view } from '../views.ts'
import { pairwiseDistance } from './distance.ts'

type Reduction = 'none' | 'mean' | 'sum'

const reductions: readonly Reduction[] = ['none', 'mean', 'sum']

function reductionArg(vm: Vm, v: Value): Reduction {
  const known = reductions[Number(intArg(vm, v, "argument 'reduction'"))]
  return known ?? vm.raise(types.ValueError, 'not a valid value for reduction')
}

function optional(v: Value): Tensor | undefined {
  return isTensor(v) ? v : undefined
}

function sumAll(vm: Vm, t: Tensor): Tensor {
  return reduce(vm, 'aten.sum.default', t, undefined, false, accumulated(t.dtype))
}

function reduced(vm: Vm, t: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return t
  if (reduction === 'sum') return sumAll(vm, t)
  return reduce(vm, 'aten.mean.default', t, undefined, false, meanDtype(vm, t, undefined))
}

// --- One kernel -------------------------------------------------------------------------------------------------------

/** A kernel that compares element by element and reduces by itself. */
function elementwiseLoss(vm: Vm, op: KernelName, inputs: readonly Tensor[], reduction: Reduction): Tensor {
  const params = { reduced: reduction !== 'none', mean: reduction === 'mean' }
  if (reduction === 'none') return pointwise(vm, op, inputs, { params })
  const out = outputOf(inputs, [], resultType(vm, inputs))
  launch(vm, op, inputs, [out], params)
  return out
}

function l1Loss(vm: Vm, input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  return reduced(vm, pointwise(vm, 'aten.abs.default', [sub(vm, input, target)]), reduction)
}

// --- Classification -----------------------------------------------------------------------------------------------------

interface Classification {
  readonly weight: Tensor | undefined
  readonly reduction: Reduction
  readonly ignored: Int
  readonly smoothing: number
}

/** The loss of log-probabilities: in two dimensions, or with one position more folded into two. */
function nllKernel(vm: Vm, op: KernelName, input: Tensor, target: Tensor, options: Classification): Tensor {
  const { weight, reduction } = options
  const inputs = [input, target, ...(weight === undefined ? [] : [weight])]
  const shape = reduction === 'none' ? target.shape : []
  const out = outputOf(inputs, shape, input.dtype)
  launch(vm, op, inputs, [out, outputOf(inputs, [], input.dtype)], { reduced: reduction !== 'none' })
  return out
}

function nllLoss(vm: Vm, input: Tensor, target: Tensor, options: Classification): Tensor {
  if (input.rank < 1) return vm.raise(types.ValueError, `Expected 1 or more dimensions (got ${input.rank})`)
  const [batch = 1, classes = 1, ...positions] = input.shape
  if (input.rank > 1 && !sameSize(batch, at(target.shape, 0))) {
    const sizes = `input (${showShape([batch])}) to match target (${showShape([at(target.shape, 0)])})`
    return vm.raise(types.ValueError, `Expected input batch_size of ${sizes}`)
  }
  if (input.rank <= 2) return nllKernel(vm, 'aten.nll_loss_forward.default', input, target, options)
  if (input.rank === 4) return nllKernel(vm, 'aten.nll_loss2d_forward.default', input, target, options)
  if (!sameShape(positions, target.shape.slice(1)))
    return vm.raise(types.RuntimeError, `Expected target size ${showShape([batch, ...positions])}`)
  const flat = prod(positions)
  const rows = view(vm, contiguous(vm, input), [batch, classes, 1, flat])
  const labels = view(vm, contiguous(vm, target), [batch, 1, flat])
  const out = nllKernel(vm, 'aten.nll_loss2d_forward.default', rows, labels, options)
  return options.reduction === 'none' ? view(vm, out, [batch, ...positions]) : out
}

/** A weight for each class, along the dimension of the classes. */
function alongClasses(vm: Vm, weight: Tensor, rank: number, dim: number): Tensor {
  const shape: Shape = Array.from({ length: rank }, (_, i) => (i === dim ? at(weight.shape, 0) : 1))
  return view(vm, weight, shape)
}

function crossEntropy(vm: Vm, input: Tensor, target: Tensor, options: Classification): Tensor {
  const dim = input.rank === 1 ? 0 : 1
  if (sameShape(input.shape, target.shape)) return probabilityLoss(vm, input, target, dim, options)
  const logs = logSoftmax(vm, input, dim)
  const loss = nllLoss(vm, logs, target, options)
  return options.smoothing > 0 ? smoothed(vm, logs, target, loss, dim, options) : loss
}

/** Targets that are probabilities of the classes. */
function probabilityLoss(vm: Vm, input: Tensor, target: Tensor, dim: number, options: Classification): Tensor {
  const { weight, reduction, smoothing } = options
  const logs = logSoftmax(vm, input, dim)
  const share = smoothing / Number(hint(at(input.shape, dim)))
  const aims =
    smoothing > 0
      ? pointwise(vm, 'aten.add.Scalar', [pointwise(vm, 'aten.mul.Scalar', [target, 1 - smoothing]), share])
      : target
  const each = mul(vm, logs, aims)
  const weighted = weight === undefined ? each : mul(vm, each, alongClasses(vm, weight, input.rank, dim))
  const negated = (t: Tensor): Tensor => pointwise(vm, 'aten.neg.default', [t])
  if (reduction === 'none') return negated(sumDims(vm, weighted, [dim]))
  const loss = negated(sumAll(vm, weighted))
  const rows = prod(input.shape.filter((_, i) => i !== dim))
  return reduction === 'sum' ? loss : pointwise(vm, 'aten.div.Scalar', [loss, rows])
}

/** Part of the loss is spread over all classes. */
function smoothed(
  vm: Vm,
  logs: Tensor,
  target: Tensor,
  loss: Tensor,
  dim: number,
  { weight, reduction, ignored, smoothing }: Classification,
): Tensor {
  const weighted = weight === undefined ? logs : mul(vm, logs, alongClasses(vm, weight, logs.rank, dim))
  const spread = pointwise(vm, 'aten.neg.default', [sumDims(vm, weighted, [dim])])
  const isIgnored = comparison(vm, 'eq', target, ignored)
  pointwiseInto(vm, 'aten.masked_fill_.Scalar', spread, [isIgnored, 0], { promote: [spread] })
  const smooth = reduction === 'mean' ? meanOfKept(vm, spread, isIgnored, weight) : reduced(vm, spread, reduction)
  const share = pointwise(vm, 'aten.mul.Scalar', [smooth, smoothing / Number(hint(at(logs.shape, dim)))])
  return add(vm, pointwise(vm, 'aten.mul.Scalar', [loss, 1 - smoothing]), share)
}

function meanOfKept(vm: Vm, loss: Tensor, isIgnored: Tensor, weight: Tensor | undefined): Tensor {
  // Its sum is over the weights of the targets that are kept: as many as the data say.
  if (weight !== undefined)
    return vm.stop('unsupported-op', 'cross_entropy() with weights, label smoothing and a mean is not implemented')
  const kept = sumAll(vm, pointwise(vm, 'aten.bitwise_not.default', [isIgnored]))
  return div(vm, sumAll(vm, loss), kept)
}

// --- Pairs and triplets -------------------------------------------------------------------------------------------------

function zerosLike(vm: Vm, t: Tensor): Tensor {
  const out = outputOf([t], t.shape, t.dtype)
  launch(vm, 'aten.zeros_like.default', [t], [out])
  return out
}

/** `x - t` of a number and a tensor, as C++ has it: filled, then subtracted from. */
function less(vm: Vm, t: Tensor): Tensor {
  const out = outputOf([t], t.shape, t.dtype)
  launch(vm, 'aten.fill_.Scalar', [out], [out])
  return pointwiseInto(vm, 'aten.sub_.Tensor', out, [t])
}

function atLeastZero(vm: Vm, t: Tensor): Tensor {
  return pointwiseInto(vm, 'aten.clamp_min_.default', t, [0])
}

function cosineEmbedding(vm: Vm, a: Tensor, b: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor {
  const dim = target.rank === 1 ? 1 : 0
  const product = sumDims(vm, mul(vm, a, b), [dim])
  const size = (t: Tensor): Tensor => pointwise(vm, 'aten.add.Scalar', [sumDims(vm, mul(vm, t, t), [dim]), 1e-12])
  const [sizeA, sizeB] = [size(a), size(b)]
  const cosine = div(vm, product, pointwiseInto(vm, 'aten.sqrt_.default', mul(vm, sizeA, sizeB), []))
  const zeros = zerosLike(vm, cosine)
  const apart = less(vm, cosine)
  const close = atLeastZero(vm, pointwise(vm, 'aten.sub.Scalar', [cosine, margin]))
  const ofPairs = where(vm, comparison(vm, 'eq', target, 1), apart, zeros)
  const ofOthers = where(vm, comparison(vm, 'eq', target, -1), close, zeros)
  return reduced(vm, add(vm, ofPairs, ofOthers), reduction)
}

function hingeEmbedding(vm: Vm, input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  const zeros = zerosLike(vm, input)
  const clamped = atLeastZero(vm, less(vm, input))
  const ofOthers = where(vm, comparison(vm, 'ne', target, 1), clamped, zeros)
  const ofPairs = where(vm, comparison(vm, 'ne', target, -1), input, zeros)
  return reduced(vm, add(vm, ofOthers, ofPairs), reduction)
}

function marginRanking(vm: Vm, a: Tensor, b: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor {
  const difference = sub(vm, a, b)
  const signed = mul(vm, pointwise(vm, 'aten.neg.default', [target]), difference)
  return reduced(vm, atLeastZero(vm, pointwise(vm, 'aten.add.Scalar', [signed, margin])), reduction)
}

interface Triplet {
  readonly margin: number
  readonly eps: number
  readonly swap: boolean
  readonly reduction: Reduction
}

function tripletMargin(vm: Vm, [a, p, n]: readonly [Tensor, Tensor, Tensor], options: Triplet): Tensor {
  const { margin, eps, swap, reduction } = options
  const near = pairwiseDistance(vm, a, p, eps, false)
  const far = pairwiseDistance(vm, a, n, eps, false)
  const other = swap ? pointwise(vm, 'aten.minimum.default', [far, pairwiseDistance(vm, p, n, eps, false)]) : far
  const difference = sub(vm, pointwise(vm, 'aten.add.Scalar', [near, margin]), other)
  return reduced(vm, pointwise(vm, 'aten.clamp_min.default', [difference, 0]), reduction)
}

// --- Distributions ------------------------------------------------------------------------------------------------------

function divergence(vm: Vm, input: Tensor, target: Tensor, reduction: Reduction, isLog: boolean): Tensor {
  if (isLog) {
    const difference = sub(vm, target, input)
    return reduced(vm, mul(vm, pointwise(vm, 'aten.exp.default', [target]), difference), reduction)
  }
  const product = mul(vm, target, input)
  return reduced(vm, sub(vm, pointwise(vm, 'aten.xlogy.Tensor', [target, target]), product), reduction)
}

/** Stirling's approximation of the logarithm of the target's factorial, added where the target is above 1. */
function addStirling(vm: Vm, loss: Tensor, target: Tensor): Tensor {
  const log = (t: Tensor): Tensor => pointwise(vm, 'aten.log.default', [t])
  const half = pointwise(vm, 'aten.mul.Scalar', [log(pointwise(vm, 'aten.mul.Scalar', [target, 2 * Math.PI])), 0.5])
  const term = add(vm, sub(vm, mul(vm, target, log(target)), target), half)
  const few = comparison(vm, 'le', target, 1)
  return add_(vm, loss, pointwise(vm, 'aten.masked_fill.Scalar', [term, few, 0], { promote: [term] }))
}

function add_(vm: Vm, target: Tensor, other: Tensor): Tensor {
  return pointwiseInto(vm, 'aten.add_.Tensor', target, [other])
}

interface Poisson {
  readonly isLog: boolean
  readonly full: boolean
  readonly eps: number
  readonly reduction: Reduction
}

function poisson(vm: Vm, input: Tensor, target: Tensor, { isLog, full, eps, reduction }: Poisson): Tensor {
  const logs = isLog ? input : pointwise(vm, 'aten.log.default', [pointwise(vm, 'aten.add.Scalar', [input, eps])])
  const product = mul(vm, target, logs)
  const loss = sub(vm, isLog ? pointwise(vm, 'aten.exp.default', [input]) : input, product)
  return reduced(vm, full ? addStirling(vm, loss, target) : loss, reduction)
}

// --- The tables ---------------------------------------------------------------------------------------------------------

const inC = (name: string, op: KernelName): FunctionTable =>
  torchFunctions<string>({
    [`${name}(input, target, reduction=1, parameter=1.0)`]: (vm, [input, target, reduction]) =>
      elementwiseLoss(
        vm,
        op,
        [asTensor(vm, input as Value), asTensor(vm, target as Value, "argument 'target'")],
        reductionArg(vm, reduction as Value),
      ),
  })

/** Names of torch._C._nn. */
export const nnLosses: FunctionTable = {
  ...inC('mse_loss', 'aten.mse_loss.default'),
  ...inC('smooth_l1_loss', 'aten.smooth_l1_loss.default'),
  ...inC('huber_loss', 'aten.huber_loss.default'),
  ...inC('soft_margin_loss', 'aten.soft_margin_loss.default'),
  ...torchFunctions({
    'l1_loss(input, target, reduction=1)': (vm, [input, target, reduction]) =>
      l1Loss(vm, asTensor(vm, input), asTensor(vm, target), reductionArg(vm, reduction)),
    'binary_cross_entropy(input, target, weight=None, reduction=1)': (vm, [input, target, weight, reduction]) =>
      elementwiseLoss(
        vm,
        'aten.binary_cross_entropy.default',
        [asTensor(vm, input), asTensor(vm, target), ...(isTensor(weight) ? [weight] : [])],
        reductionArg(vm, reduction),
      ),
    'nll_loss_nd(input, target, weight=None, reduction=1, ignore_index=-100)': (
      vm,
      [input, target, weight, reduction, ignored],
    ) =>
      nllLoss(vm, asTensor(vm, input), asTensor(vm, target), {
        ...{ weight: optional(weight), reduction: reductionArg(vm, reduction) },
        ...{ ignored: intArg(vm, ignored), smoothing: 0 },
      }),
    'cross_entropy_loss(input, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0)': (
      vm,
      [input, target, weight, reduction, ignored, smoothing],
    ) =>
      crossEntropy(vm, asTensor(vm, input), asTensor(vm, target), {
        ...{ weight: optional(weight), reduction: reductionArg(vm, reduction) },
        ...{ ignored: intArg(vm, ignored), smoothing: numberArg(vm, smoothing) },
      }),
  }),
}

/** Names of `torch`. */
export const torchLosses: FunctionTable = torchFunctions({
  'binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=1)': (
    vm,
    [input, target, weight, positive, reduction],
  ) => {
    const weights = [weight, positive].filter(isTensor)
    const inputs = [asTensor(vm, input), asTensor(vm, target), ...weights]
    return elementwiseLoss(vm, 'aten.binary_cross_entropy_with_logits.default', inputs, reductionArg(vm, reduction))
  },
  'cosine_embedding_loss(input1, input2, target, margin=0.0, reduction=1)': (vm, [a, b, target, margin, reduction]) =>
    cosineEmbedding(
      vm,
      ...([asTensor(vm, a), asTensor(vm, b), asTensor(vm, target)] as const),
      numberArg(vm, margin),
      reductionArg(vm, reduction),
    ),
  'hinge_embedding_loss(input, target, margin=1.0, reduction=1)': (vm, [input, target, , reduction]) =>
    hingeEmbedding(vm, asTensor(vm, input), asTensor(vm, target), reductionArg(vm, reduction)),
  'margin_ranking_loss(input1, input2, target, margin=0.0, reduction=1)': (vm, [a, b, target, margin, reduction]) =>
    marginRanking(
      vm,
      ...([asTensor(vm, a), asTensor(vm, b), asTensor(vm, target)] as const),
      numberArg(vm, margin),
      reductionArg(vm, reduction),
    ),
  'triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-06, swap=False, reduction=1)': (
    vm,
    [a, p, n, margin, , eps, swap, reduction],
  ) =>
    tripletMargin(vm, [asTensor(vm, a), asTensor(vm, p), asTensor(vm, n)], {
      ...{ margin: numberArg(vm, margin), eps: numberArg(vm, eps) },
      ...{ swap: boolArg(vm, swap), reduction: reductionArg(vm, reduction) },
    }),
  'kl_div(input, target, reduction=1, *, log_target=False)': (vm, [input, target, reduction, isLog]) =>
    divergence(vm, asTensor(vm, input), asTensor(vm, target), reductionArg(vm, reduction), boolArg(vm, isLog)),
  'poisson_nll_loss(input, target, log_input, full, eps, reduction)': (
    vm,
    [input, target, isLog, full, eps, reduction],
  ) =>
    poisson(vm, asTensor(vm, input), asTensor(vm, target), {
      ...{ isLog: boolArg(vm, isLog), full: boolArg(vm, full) },
      ...{ eps: numberArg(vm, eps), reduction: reductionArg(vm, reduction) },
    }),
})
