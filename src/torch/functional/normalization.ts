// Normalisations. The statistics of layer and batch norm are kept in float32 beside 16-bit activations; rms_norm has no
// kernel on the meta device and is taken apart as PyTorch does (aten/src/ATen/native/layer_norm.cpp).
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { eq, gt, hint, mod, mul, prod, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, intArg, sizeArg } from '../arguments.ts'
import { convert } from '../conversion.ts'
import { dtypes, type DType } from '../dtype.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { stridesLike } from '../iterator.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { launch } from '../record.ts'
import { meanDims, reduce } from '../reductions.ts'
import { at, sameSize, showShape, suggestedFormat, type Shape } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { contiguous, transpose, view } from '../views.ts'

/** 16-bit floats are computed in float32. */
function computeDtype(d: DType): DType {
  return d === dtypes.bfloat16 || d === dtypes.float16 ? dtypes.float32 : d
}

function present(...ts: readonly Value[]): Tensor[] {
  return ts.filter(isTensor)
}

/** The dimensions that `normalized_shape` covers: the last ones, in its order. */
function coveredDims(vm: Vm, t: Tensor, shape: Shape, message: () => string): number[] {
  const lead = t.rank - shape.length
  if (lead < 0 || !shape.every((s, i) => sameSize(s, at(t.shape, lead + i)))) vm.raise(types.RuntimeError, message())
  return shape.map((_, i) => lead + i)
}

function layerNorm(vm: Vm, t: Tensor, normalized: readonly Int[], weight: Value, bias: Value): readonly Tensor[] {
  const dims = coveredDims(
    vm,
    t,
    normalized,
    () =>
      `Given normalized_shape=${showShape(normalized)}, expected input with shape [*, ${showShape(normalized).slice(1)}, but got input of size${showShape(t.shape)}`,
  )
  for (const p of present(weight, bias)) {
    if (p.rank === normalized.length && p.shape.every((s, i) => sameSize(s, at(normalized, i)))) continue
    vm.raise(
      types.RuntimeError,
      `Expected weight to be of same shape as normalized_shape, but got weight of shape ${showShape(p.shape)} and normalized_shape = ${showShape(normalized)}`,
    )
  }
  const inputs = [t, ...present(weight, bias)]
  const statistics = t.shape.map((s, i): Int => (dims.includes(i) ? 1 : s))
  const dtype = computeDtype(t.dtype)
  const outs = [
    outputOf(inputs, t.shape, t.dtype),
    outputOf(inputs, statistics, dtype),
    outputOf(inputs, statistics, dtype),
  ]
  launch(vm, 'aten.native_layer_norm.default', inputs, outs)
  return outs
}

function rmsNorm(vm: Vm, input: Tensor, normalized: readonly Int[], weight: Value): Tensor {
  const dims = coveredDims(
    vm,
    input,
    normalized,
    () =>
      `Given normalized_shape=${showShape(normalized)}, expected input with shape [*${showShape(normalized).slice(1)}, but got input of size${showShape(input.shape)}`,
  )
  const x = convert(vm, input, computeDtype(input.dtype))
  const squares = pointwise(vm, 'aten.pow.Tensor_Scalar', [x, 2])
  const mean = meanDims(vm, squares, dims, true)
  pointwiseInto(vm, 'aten.add_.Scalar', mean, [1])
  const scaled = pointwise(vm, 'aten.mul.Tensor', [x, pointwise(vm, 'aten.rsqrt.default', [mean])])
  const result = isTensor(weight) ? pointwise(vm, 'aten.mul.Tensor', [scaled, weight]) : scaled
  return convert(vm, inFormatOf(vm, input, result), input.dtype)
}

/** The result is contiguous in the format that the input suggests. */
function inFormatOf(vm: Vm, input: Tensor, t: Tensor): Tensor {
  return suggestedFormat(input.shape, input.strides) === 'contiguous_format' ? contiguous(vm, t) : t
}

// --- Groups and batches -------------------------------------------------------------------------------------------------

function groupNorm(vm: Vm, input: Tensor, groups: Int, weight: Value, bias: Value): readonly Tensor[] {
  if (input.rank < 2)
    vm.raise(types.RuntimeError, `Expected at least 2 dimensions for input tensor but received ${input.rank}`)
  if (!gt(groups, 0)) vm.raise(types.RuntimeError, `Expected num groups to be greater than 0, got ${hint(groups)}`)
  if (!eq(mod(at(input.shape, 1), groups), 0)) {
    vm.raise(
      types.RuntimeError,
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${showShape(input.shape)} and num_groups=${hint(groups)}`,
    )
  }
  const t = contiguous(vm, input)
  const inputs = [t, ...present(weight, bias)]
  const statistics = [at(t.shape, 0), groups]
  const outs = [
    outputOf(inputs, t.shape, t.dtype),
    outputOf(inputs, statistics, t.dtype),
    outputOf(inputs, statistics, t.dtype),
  ]
  launch(vm, 'aten.native_group_norm.default', inputs, outs)
  return outs
}

interface BatchNormArgs {
  readonly weight: Value
  readonly bias: Value
  readonly mean: Value
  readonly variance: Value
  readonly training: boolean
}

function batchNorm(vm: Vm, t: Tensor, args: BatchNormArgs): Tensor {
  const channels: Int = at(t.shape, 1)
  for (const p of present(args.weight, args.bias, args.mean, args.variance)) {
    if (!sameSize(prod(p.shape), channels)) {
      vm.raise(types.RuntimeError, `running_mean should contain ${hint(channels)} elements not ${hint(prod(p.shape))}`)
    }
  }
  if (!args.training && !(isTensor(args.mean) && isTensor(args.variance))) {
    vm.raise(types.RuntimeError, 'running_mean and running_var must be defined in evaluation mode')
  }
  const inputs = [t, ...present(args.weight, args.bias, args.mean, args.variance)]
  const dtype = computeDtype(t.dtype)
  const outs = [
    outputOf(inputs, t.shape, t.dtype, stridesLike(t)),
    outputOf(inputs, [channels], dtype),
    outputOf(inputs, [channels], dtype),
  ]
  launch(vm, 'aten.native_batch_norm.default', inputs, outs)
  return outs[0] ?? t
}

/** Statistics of a batch need more than one value per channel. */
function checkTrainable(vm: Vm, t: Tensor): void {
  const count = prod(t.shape.filter((_, i) => i !== 1))
  if (sameSize(count, 1)) {
    vm.raise(
      types.ValueError,
      `Expected more than 1 value per channel when training, got input size torch.Size(${showShape(t.shape)})`,
    )
  }
}

/** A batch norm in which every image is a batch of its own; parameters are repeated for each. */
function instanceNorm(vm: Vm, t: Tensor, args: BatchNormArgs): Tensor {
  const [batch, channels] = [at(t.shape, 0), at(t.shape, 1)]
  const repeated = (v: Value): Value => (isTensor(v) ? repeat(vm, v, batch) : null)
  const [weight, bias, mean, variance] = [
    repeated(args.weight),
    repeated(args.bias),
    repeated(args.mean),
    repeated(args.variance),
  ]
  const images = view(vm, contiguous(vm, t), [1, mul(batch, channels), ...t.shape.slice(2)])
  const out = batchNorm(vm, images, { weight, bias, mean, variance, training: args.training })
  if (args.training && isTensor(args.mean)) vm.stop('unsupported-op', 'instance_norm that updates running statistics')
  return view(vm, out, t.shape)
}

function repeat(vm: Vm, t: Tensor, times: Int): Tensor {
  const out = outputOf([t], [mul(at(t.shape, 0), times)], t.dtype)
  launch(vm, 'aten.repeat.default', [t], [out])
  return out
}

// --- Weight norm --------------------------------------------------------------------------------------------------------

/** g · v / |v|: one kernel where the norm runs over all dimensions but the first or last. */
function weightNorm(vm: Vm, v: Tensor, g: Tensor, dim: number): Tensor {
  const d = dim < 0 ? dim + v.rank : dim
  if (d === 0 || d === v.rank - 1) {
    const shape = v.shape.map((s, i): Int => (i === d ? s : 1))
    const norm = outputOf([v], shape, computeDtype(g.dtype))
    const out = outputOf([v, g], v.shape, v.dtype, stridesLike(v))
    launch(vm, 'aten._weight_norm_interface.default', [v, g], [out, norm])
    return out
  }
  return pointwise(vm, 'aten.mul.Tensor', [v, pointwise(vm, 'aten.div.Tensor', [g, normExceptDim(vm, v, d)])])
}

/** The norm over all dimensions but one; -1 is over all. */
function normExceptDim(vm: Vm, v: Tensor, dim: number): Tensor {
  if (dim === -1) return reduce(vm, 'aten.norm.Scalar', v, undefined, false, v.dtype)
  if (dim !== 0 && dim !== v.rank - 1) {
    return transpose(vm, normExceptDim(vm, transpose(vm, v, 0, dim), 0), 0, dim)
  }
  const size = at(v.shape, dim)
  const matrix = view(vm, contiguous(vm, v), dim === 0 ? [size, -1] : [-1, size])
  const norm = reduce(vm, 'aten.norm.ScalarOpt_dim', matrix, [dim === 0 ? 1 : 0], false, v.dtype)
  return view(
    vm,
    norm,
    v.shape.map((_, i): Int => (i === dim ? size : 1)),
  )
}

// --- Tables -----------------------------------------------------------------------------------------------------------

function first(outs: readonly Tensor[]): Value {
  return outs[0] ?? null
}

/** Names of both `torch` and torch.nn.functional. */
export const normFunctions: FunctionTable = torchFunctions({
  'layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True)': (
    vm,
    [t, shape, weight, bias],
  ) => first(layerNorm(vm, asTensor(vm, t), sizeArg(vm, shape, "argument 'normalized_shape'"), weight, bias)),
  'rms_norm(input, normalized_shape, weight=None, eps=None)': (vm, [t, shape, weight]) =>
    rmsNorm(vm, asTensor(vm, t), sizeArg(vm, shape, "argument 'normalized_shape'"), weight),
  'group_norm(input, num_groups, weight=None, bias=None, eps=1e-05, cudnn_enabled=True)': (
    vm,
    [t, groups, weight, bias],
  ) => first(groupNorm(vm, asTensor(vm, t), intArg(vm, groups), weight, bias)),
})

export const functionalNorms: FunctionTable = torchFunctions({
  'batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05)': (
    vm,
    [input, mean, variance, weight, bias, training],
  ) => {
    const t = asTensor(vm, input)
    if (boolArg(vm, training)) checkTrainable(vm, t)
    return batchNorm(vm, t, { weight, bias, mean, variance, training: boolArg(vm, training) })
  },
  'instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05)':
    (vm, [input, mean, variance, weight, bias, training]) =>
      instanceNorm(vm, asTensor(vm, input), { weight, bias, mean, variance, training: boolArg(vm, training) }),
})

export const torchNorms: FunctionTable = torchFunctions({
  'native_layer_norm(input, normalized_shape, weight, bias, eps)': (vm, [t, shape, weight, bias]) =>
    tuple(layerNorm(vm, asTensor(vm, t), sizeArg(vm, shape), weight, bias)),
  'native_group_norm(input, weight, bias, N, C, HxW, group, eps)': (vm, [t, weight, bias, , , , groups]) =>
    tuple(groupNorm(vm, asTensor(vm, t), intArg(vm, groups), weight, bias)),
  'batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)': (
    vm,
    [input, weight, bias, mean, variance, training],
  ) => batchNorm(vm, asTensor(vm, input), { weight, bias, mean, variance, training: boolArg(vm, training) }),
  'norm_except_dim(v, pow=2, dim=0)': (vm, [v, , dim]) =>
    normExceptDim(vm, asTensor(vm, v), Number(hint(intArg(vm, dim)))),
  '_weight_norm(v, g, dim=0)': (vm, [v, g, dim]) =>
    weightNorm(vm, asTensor(vm, v), asTensor(vm, g), Number(hint(intArg(vm, dim)))),
})
