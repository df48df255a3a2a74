// What convolution, pooling, padding and resampling share: arguments given once or for each spatial dimension, and batches
// of one for inputs without a batch dimension.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { hint, type Int } from '../../sym/index.ts'
import { intArg, isSequence } from '../arguments.ts'
import { channelsLastStrides, contiguousStrides, suggestedFormat, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { squeeze, unsqueeze } from '../views.ts'

/** An int for all spatial dimensions, or one each. */
export function perDimension(vm: Vm, v: Value | undefined, count: number, what: string): Int[] {
  const given = isSequence(v) ? v.items.map((x) => intArg(vm, x, what)) : [intArg(vm, v, what)]
  const [only] = given
  if (given.length === 1 && only !== undefined) return new Array<Int>(count).fill(only)
  if (given.length === count) return given
  return vm.raise(
    types.RuntimeError,
    `expected ${what} to be a single integer value or a list of ${count} values, but got ${what}=[${given.map((x) => String(hint(x))).join(', ')}]`,
  )
}

/** Runs a function of batched tensors on a tensor that may lack the batch dimension. */
export function batched(vm: Vm, t: Tensor, rank: number, run: (batch: Tensor) => Tensor): Tensor {
  return t.rank === rank ? run(t) : squeeze(vm, run(unsqueeze(vm, t, 0)), [0])
}

/** Strides of an output in the memory format that the input suggests. */
export function stridesInFormatOf(t: Tensor, shape: Shape): Int[] {
  return suggestedFormat(t.shape, t.strides) === 'contiguous_format'
    ? contiguousStrides(shape)
    : channelsLastStrides(shape)
}
