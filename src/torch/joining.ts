// Joining and repeating tensors.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { add, hint, mul, type Int } from '../sym/index.ts'
import type { DType } from './dtype.ts'
import { Known, knownCount, positions, symbolic } from './known.ts'
import { promoteTypes } from './promote.ts'
import { launch } from './record.ts'
import {
  at,
  contiguousStrides,
  isOne,
  isZero,
  normDim,
  sameSize,
  showShape,
  stridesOf,
  suggestedFormat,
  type Shape,
} from './shape.ts'
import { joinRamps, rampOf, setRamp } from './ramp.ts'
import { knownValues, outputOf, rearrangeKnown, setKnown, type Tensor } from './tensor.ts'
import { copyContiguous, expand, flatten, unsqueeze, view } from './views.ts'

/** A 1-d tensor without elements joins with anything. */
function isLegacyEmpty(t: Tensor): boolean {
  return t.rank === 1 && isZero(at(t.shape, 0))
}

function commonDtype(vm: Vm, tensors: readonly Tensor[]): DType {
  const [first, ...rest] = tensors.map((t) => t.dtype)
  if (first === undefined) return vm.raise(types.ValueError, 'torch.cat(): expected a non-empty list of Tensors')
  return rest.reduce((a, b) => (a === b ? a : promoteTypes(vm, a, b)), first)
}

/** Channels-last only if every input is. */
function joinedStrides(tensors: readonly Tensor[], shape: Shape): Int[] {
  const [first, ...rest] = tensors.map((t) => suggestedFormat(t.shape, t.strides))
  if (first === undefined || rest.some((f) => f !== first)) return contiguousStrides(shape)
  return stridesOf(first, shape)
}

export function cat(vm: Vm, tensors: readonly Tensor[], dim: Int = 0): Tensor {
  const dtype = commonDtype(vm, tensors)
  tensors.forEach((t, i) => {
    if (t.rank === 0) vm.raise(types.RuntimeError, `zero-dimensional tensor (at position ${i}) cannot be concatenated`)
  })
  const joined = tensors.filter((t) => !isLegacyEmpty(t))
  const model = joined[0] ?? tensors[0]
  if (model === undefined) return vm.raise(types.ValueError, 'torch.cat(): expected a non-empty list of Tensors')
  const d = normDim(vm, model.rank, dim)
  for (const t of joined) checkJoin(vm, model, t, d, tensors.indexOf(t))
  const size = joined.reduce((n: Int, t) => add(n, at(t.shape, d)), 0)
  const shape = model.shape.map((s, i) => (i === d ? size : s))
  const out = outputOf(tensors, shape, dtype, joinedStrides(tensors, shape))
  joinKnown(out, joined, d)
  setRamp(out, joinRamps(joined, d))
  launch(vm, 'aten.cat.default', tensors, [out])
  return out
}

function checkJoin(vm: Vm, model: Tensor, t: Tensor, dim: number, position: number): void {
  if (t.rank !== model.rank) {
    vm.raise(types.RuntimeError, `Tensors must have same number of dimensions: got ${model.rank} and ${t.rank}`)
  }
  t.shape.forEach((s, i) => {
    if (i === dim || sameSize(s, at(model.shape, i))) return
    vm.raise(
      types.RuntimeError,
      `Sizes of tensors must match except in dimension ${dim}. Expected size ${hint(at(model.shape, i))} but got size ${hint(s)} for tensor number ${position} in the list.`,
    )
  })
}

/** Values of a join: every input's elements go to its slice of the output. */
function joinKnown(out: Tensor, joined: readonly Tensor[], dim: number): void {
  if (joined.some((t) => t.storage.data === undefined) || knownCount(out.shape) === undefined) return
  const parents = joined.map(knownValues).filter((k) => k !== undefined)
  if (parents.length < joined.length) return
  const values = new Known(parents, symbolic(out.shape), () => {
    const strides = contiguousStrides(out.shape)
    const result = new Float64Array(knownCount(out.shape) ?? 0)
    let start: Int = 0
    joined.forEach((t, i) => {
      const source = parents[i]?.get() ?? []
      positions({ shape: t.shape, strides, offset: mul(start, at(strides, dim)) }).forEach((p, k) => {
        result[p] = source[k] ?? NaN
      })
      start = add(start, at(t.shape, dim))
    })
    return result
  })
  setKnown(out, values)
}

export function stack(vm: Vm, tensors: readonly Tensor[], dim: Int = 0): Tensor {
  const [first] = tensors
  if (first === undefined) return vm.raise(types.RuntimeError, 'stack expects a non-empty TensorList')
  const d = normDim(vm, first.rank + 1, dim)
  tensors.forEach((t, i) => {
    if (t.rank === first.rank && t.shape.every((s, k) => sameSize(s, at(first.shape, k)))) return
    vm.raise(
      types.RuntimeError,
      `stack expects each tensor to be equal size, but got ${showShape(first.shape)} at entry 0 and ${showShape(t.shape)} at entry ${i}`,
    )
  })
  const shape = [...first.shape.slice(0, d), tensors.length, ...first.shape.slice(d)]
  const out = outputOf(tensors, shape, commonDtype(vm, tensors))
  if (tensors.every((t) => t.storage.data !== undefined)) {
    joinKnown(
      out,
      tensors.map((t) => unsqueeze(vm, t, d)),
      d,
    )
  }
  launch(vm, 'aten.stack.default', tensors, [out])
  return out
}

export function repeat(vm: Vm, t: Tensor, repeats: readonly Int[]): Tensor {
  const lead = repeats.length - t.rank
  if (lead < 0) {
    vm.raise(
      types.RuntimeError,
      'Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor',
    )
  }
  const own = (i: number): Int => (i < lead ? 1 : at(t.shape, i - lead))
  const shape = repeats.map((r, i) => mul(r, own(i)))
  const out = outputOf([t], shape, t.dtype)
  rearrangeKnown(out, t, (values) => {
    const inner = contiguousStrides(t.shape)
    const split = repeats.flatMap((r, i) => [r, own(i)])
    const strides = repeats.flatMap((_, i) => [0, i < lead ? 0 : at(inner, i - lead)])
    return Float64Array.from(positions({ shape: split, strides, offset: 0 }), (p) => values[p] ?? NaN)
  })
  const ramp = rampOf(t)
  const steps = repeats.map((r, i): Int | undefined => {
    const step = i < lead ? 0 : ramp?.steps[i - lead]
    return step === 0 || isOne(own(i)) ? 0 : isOne(r) ? step : undefined
  })
  if (ramp !== undefined && steps.every((x) => x !== undefined)) setRamp(out, { first: ramp.first, steps })
  launch(vm, 'aten.repeat.default', [t], [out])
  return out
}

/** Every element `repeats` times in a row: an expanded view, copied, then flattened. */
export function repeatInterleave(vm: Vm, input: Tensor, repeats: Int, dim: Int | null): Tensor {
  const t = dim === null ? flatten(vm, input) : input
  const d = normDim(vm, t.rank, dim ?? 0)
  const spread = expand(vm, unsqueeze(vm, t, d + 1), [...t.shape.slice(0, d + 1), repeats, ...t.shape.slice(d + 1)])
  const copied = copyContiguous(vm, spread)
  return view(vm, copied, [...t.shape.slice(0, d), mul(at(t.shape, d), repeats), ...t.shape.slice(d + 1)])
}
