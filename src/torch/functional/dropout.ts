// Dropout: nothing at inference. In training mode the mask is drawn, scaled and multiplied, kernel by kernel, as PyTorch
// does where it has no fused kernel (aten/src/ATen/native/Dropout.cpp).
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import type { Int } from '../../sym/index.ts'
import { asTensor, boolArg, numberArg } from '../arguments.ts'
import { dtypes } from '../dtype.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { stridesLike } from '../iterator.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { launch } from '../record.ts'
import { isZero } from '../shape.ts'
import { outputOf, type Tensor } from '../tensor.ts'

interface DropoutKind {
  /** Whole channels are dropped: one draw for each. */
  readonly feature: boolean
  /** Keeps mean and variance of a self-normalising network. */
  readonly alpha: boolean
}

export function dropout(vm: Vm, t: Tensor, p: number, train: boolean, inPlace: boolean, kind: DropoutKind): Tensor {
  if (p < 0 || p > 1) vm.raise(types.ValueError, `dropout probability has to be between 0 and 1, but got ${p}`)
  if (p === 0 || !train || t.shape.some(isZero)) return t
  if (p === 1) return inPlace ? pointwiseInto(vm, 'aten.mul_.Tensor', t, [0]) : zeroed(vm, t)
  const noise = kind.feature
    ? outputOf([t], featureShape(vm, t), t.dtype)
    : outputOf([t], t.shape, t.dtype, stridesLike(t))
  launch(vm, 'aten.bernoulli_.float', [noise], [noise])
  if (kind.alpha) return alphaDropout(vm, t, noise, inPlace)
  pointwiseInto(vm, 'aten.div_.Scalar', noise, [2])
  return inPlace ? pointwiseInto(vm, 'aten.mul_.Tensor', t, [noise]) : pointwise(vm, 'aten.mul.Tensor', [t, noise])
}

/** `input.mul(zeros({}))`. */
function zeroed(vm: Vm, t: Tensor): Tensor {
  const zeros = outputOf([t], [], t.dtype)
  launch(vm, 'aten.zeros.default', [], [zeros])
  return pointwise(vm, 'aten.mul.Tensor', [t, zeros])
}

function alphaDropout(vm: Vm, t: Tensor, noise: Tensor, inPlace: boolean): Tensor {
  const shift = pointwise(vm, 'aten.add.Scalar', [noise, 1])
  pointwiseInto(vm, 'aten.mul_.Scalar', shift, [1])
  pointwiseInto(vm, 'aten.add_.Scalar', shift, [1])
  pointwiseInto(vm, 'aten.mul_.Scalar', noise, [1])
  const scaled = inPlace
    ? pointwiseInto(vm, 'aten.mul_.Tensor', t, [noise])
    : pointwise(vm, 'aten.mul.Tensor', [t, noise])
  return pointwiseInto(vm, 'aten.add_.Tensor', scaled, [shift])
}

function featureShape(vm: Vm, t: Tensor): Int[] {
  if (t.rank < 2) vm.raise(types.RuntimeError, 'Feature dropout requires at least 2 dimensions in the input')
  return t.shape.map((s, i) => (i < 2 ? s : 1))
}

// --- Tables -----------------------------------------------------------------------------------------------------------

function functional(name: string, training: boolean, kind: DropoutKind): FunctionTable {
  return torchFunctions<string>({
    [`${name}(input, p=0.5, training=${training ? 'True' : 'False'}, inplace=False)`]: (vm, args) => {
      const [input, p, train, inPlace] = args as readonly Value[]
      return dropout(vm, asTensor(vm, input), numberArg(vm, p), boolArg(vm, train), boolArg(vm, inPlace), kind)
    },
  })
}

const plain: DropoutKind = { feature: false, alpha: false }
const feature: DropoutKind = { feature: true, alpha: false }

export const functionalDropout: FunctionTable = {
  ...functional('dropout', true, plain),
  ...functional('dropout1d', true, feature),
  ...functional('dropout2d', true, feature),
  ...functional('dropout3d', true, feature),
  ...functional('feature_dropout', true, feature),
  ...functional('alpha_dropout', false, { feature: false, alpha: true }),
  ...functional('feature_alpha_dropout', false, { feature: true, alpha: true }),
}

function fused(vm: Vm, t: Tensor): Value {
  const outs = [outputOf([t], t.shape, t.dtype, stridesLike(t)), outputOf([t], t.shape, dtypes.bool, stridesLike(t))]
  launch(vm, 'aten.native_dropout.default', [t], outs)
  return tuple(outs)
}

export const torchDropout: FunctionTable = torchFunctions({
  'dropout(input, p, train)': (vm, [input, p, train]) =>
    dropout(vm, asTensor(vm, input), numberArg(vm, p), boolArg(vm, train), false, plain),
  'dropout_(input, p, train)': (vm, [input, p, train]) =>
    dropout(vm, asTensor(vm, input), numberArg(vm, p), boolArg(vm, train), true, plain),
  'feature_dropout(input, p, train)': (vm, [input, p, train]) =>
    dropout(vm, asTensor(vm, input), numberArg(vm, p), boolArg(vm, train), false, feature),
  'native_dropout(input, p, train)': (vm, [input]) => fused(vm, asTensor(vm, input)),
})
