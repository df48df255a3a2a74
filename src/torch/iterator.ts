// TensorIterator's choice of output strides (aten/src/ATen/TensorIterator.cpp): the output of an elementwise kernel is dense
// and runs through its dimensions in the order its inputs do.
import { gt, lt, mul, type Int } from '../sym/index.ts'
import {
  at,
  channelsLastStrides,
  contiguousStrides,
  isChannelsLastContiguous,
  isNonOverlappingAndDense,
  isOne,
  sameShape,
  sameShapeAtSight,
  sameSize,
  type Shape,
} from './shape.ts'
import type { Tensor } from './tensor.ts'

export function outputStrides(shape: Shape, inputs: readonly Tensor[]): Shape {
  if (inputs.every((t) => t.isPlain)) return contiguousStrides(shape)
  return (
    (inputs.every((t) => sameShapeAtSight(t.shape, shape) || sameShape(t.shape, shape))
      ? sharedLayout(inputs)
      : undefined) ?? reordered(shape, inputs)
  )
}

/** compute_fast_setup_type: inputs of one shape that share a layout hand it on. */
function sharedLayout(inputs: readonly Tensor[]): Shape | undefined {
  const [first] = inputs
  if (first === undefined) return undefined
  if (inputs.every((t) => t.isContiguous)) return contiguousStrides(first.shape)
  if (inputs.every((t) => isChannelsLastContiguous(t.shape, t.strides))) return channelsLastStrides(first.shape)
  if (!inputs.every((t) => isNonOverlappingAndDense(t.shape, t.strides))) return undefined
  return inputs.every((t) => t.strides.every((s, i) => sameSize(s, at(first.strides, i)))) ? first.strides : undefined
}

function reordered(shape: Shape, inputs: readonly Tensor[]): Shape {
  return orderedStrides(
    shape,
    inputs.map((t) => broadcastStrides(t, shape)),
  )
}

/** reorder_dimensions and the allocation that follows it, for operands of the output's shape by their strides. */
export function orderedStrides(shape: Shape, strides: readonly Shape[]): Shape {
  const rank = shape.length
  const perm = Array.from({ length: rank }, (_, i) => rank - 1 - i)
  for (let i = 1; i < rank; i++) {
    let moving = i
    for (let other = i - 1; other >= 0; other--) {
      const a = perm[other] ?? 0
      const b = perm[moving] ?? 0
      const order = compareDims(a, b, shape, strides)
      if (order < 0) break
      if (order > 0) {
        perm[other] = b
        perm[moving] = a
        moving = other
      }
    }
  }
  if (perm.every((d, i) => d === rank - 1 - i)) return contiguousStrides(shape)
  const result = new Array<Int>(rank)
  let step: Int = 1
  for (const d of perm) {
    result[d] = step
    step = mul(step, at(shape, d))
  }
  return result
}

/** Positive when `a`, now the inner one, should be outside `b`; 0 where no operand tells them apart. */
function compareDims(a: number, b: number, shape: Shape, strides: readonly Shape[]): number {
  for (const s of strides) {
    const x = at(s, a)
    const y = at(s, b)
    if (x === 0 || y === 0) continue
    if (!sameSize(x, y)) return lt(x, y) ? -1 : 1
    if (at(shape, a) !== at(shape, b) && gt(at(shape, a), at(shape, b))) return 1
  }
  return 0
}

/** Strides of an operand in the shape of the output: 0 where it is broadcast. */
function broadcastStrides(t: Tensor, shape: Shape): Shape {
  const lead = shape.length - t.shape.length
  return shape.map((size, i) => {
    if (i < lead) return 0
    const own = at(t.shape, i - lead)
    return own !== size && isOne(own) && !isOne(size) ? 0 : at(t.strides, i - lead)
  })
}

/** What `clone` and `to` keep: dense strides as they are, else the order of dimensions. */
export function clonedStrides(t: Tensor): Shape {
  if (t.isPlain || isNonOverlappingAndDense(t.shape, t.strides)) return t.strides
  return outputStrides(t.shape, [t])
}

/** What `empty_like` and its kin keep: the order of dimensions. */
export function stridesLike(t: Tensor): Shape {
  return t.isContiguous ? contiguousStrides(t.shape) : clonedStrides(t)
}
