// torch.nn.functional.pad. Constants pad any dimensions; reflection and replication have kernels for the last one to three,
// circular padding is copied together.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { add, ge, hint, le, lt, neg, type Int } from '../../sym/index.ts'
import { asTensor, scalarHint, scalarOf, sizeArg } from '../arguments.ts'
import { copyInto } from '../conversion.ts'
import { torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { clonedStrides } from '../iterator.ts'
import type { KernelName } from '../kernels/index.ts'
import { launch } from '../record.ts'
import { at, contiguousStrides, isZero, showShape, type Shape } from '../shape.ts'
import { deriveKnown, outputOf, type Tensor } from '../tensor.ts'
import { narrow, slice } from '../views.ts'
import { stridesInFormatOf } from './spatial.ts'

/** Sizes after padding; `pads` runs from the last dimension to the first, before and after each. */
function paddedShape(vm: Vm, t: Tensor, pads: readonly Int[]): Int[] {
  return t.shape.map((s, d) => {
    const i = 2 * (t.rank - 1 - d)
    if (i >= pads.length) return s
    const size = add(s, add(at(pads, i), at(pads, i + 1)))
    if (lt(size, 0)) {
      vm.raise(
        types.RuntimeError,
        `The input size ${hint(s)}, plus negative padding ${hint(at(pads, i))} and ${hint(at(pads, i + 1))}, resulted in a negative output size, which is invalid. Check dimension ${d} of your input.`,
      )
    }
    return size
  })
}

export function constantPad(vm: Vm, t: Tensor, pads: readonly Int[], value = 0): Tensor {
  if (pads.length % 2 !== 0) vm.raise(types.RuntimeError, 'Length of pad must be even')
  if (pads.length > 2 * t.rank) {
    vm.raise(
      types.RuntimeError,
      `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pads.length} while the input has ${t.rank} dimensions.`,
    )
  }
  const shape = paddedShape(vm, t, pads)
  const strides = t.isContiguous ? contiguousStrides(shape) : paddedStrides(vm, t, pads, shape)
  const out = outputOf([t], shape, t.dtype, strides)
  deriveKnown(out, [t], ([values = []]) => padValues(values, t, shape, pads, value))
  launch(vm, 'aten.constant_pad_nd.default', [t], [out])
  return out
}

/** What only crops is a clone of a part (PadNd.cpp, constant_pad_nd); where anything is added, the format is kept. */
function paddedStrides(vm: Vm, t: Tensor, pads: readonly Int[], shape: Shape): Shape {
  if (!pads.every((p) => le(p, 0))) return stridesInFormatOf(t, shape)
  const cropped = shape.reduce<Tensor>((part, size, d) => {
    const before = pads[2 * (t.rank - 1 - d)] ?? 0
    return size === at(t.shape, d) ? part : narrow(vm, part, d, neg(before), size)
  }, t)
  return clonedStrides(cropped)
}

/** The padded values in logical order. */
function padValues(
  values: ArrayLike<number>,
  t: Tensor,
  shape: readonly Int[],
  pads: readonly Int[],
  value: number,
): number[] {
  const sizes = shape.map((s) => Number(hint(s)))
  const own = t.shape.map((s) => Number(hint(s)))
  const before = own.map((_, d) => Number(hint(pads[2 * (t.rank - 1 - d)] ?? 0)))
  return Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, flat) => {
    let rest = flat
    let position = 0
    let step = 1
    for (let d = sizes.length - 1; d >= 0; d--) {
      const i = (rest % (sizes[d] ?? 1)) - (before[d] ?? 0)
      rest = Math.floor(rest / (sizes[d] ?? 1))
      if (i < 0 || i >= (own[d] ?? 0)) return value
      position += i * step
      step *= own[d] ?? 1
    }
    return values[position] ?? value
  })
}

type PadMode = 'reflect' | 'replicate'

const padKernels: Readonly<Record<PadMode, readonly KernelName[]>> = {
  reflect: ['aten.reflection_pad1d.default', 'aten.reflection_pad2d.default', 'aten.reflection_pad3d.default'],
  replicate: ['aten.replication_pad1d.default', 'aten.replication_pad2d.default', 'aten.replication_pad3d.default'],
}

function edgePad(vm: Vm, t: Tensor, pads: readonly Int[], mode: PadMode): Tensor {
  const op = padKernels[mode][pads.length / 2 - 1]
  const dims = pads.length / 2
  if (op === undefined || (t.rank !== dims + 1 && t.rank !== dims + 2)) return refusePad(vm, t, pads)
  if (mode === 'reflect') {
    pads.forEach((p, i) => {
      const d = t.rank - 1 - Math.floor(i / 2)
      if (ge(p, at(t.shape, d))) {
        vm.raise(
          types.RuntimeError,
          `Argument #${2 * (Math.floor(i / 2) + 2)}: Padding size should be less than the corresponding input dimension, but got: padding (${hint(at(pads, i - (i % 2)))}, ${hint(at(pads, i - (i % 2) + 1))}) at dimension ${d} of input ${showShape(t.shape)}`,
        )
      }
    })
  }
  const shape = paddedShape(vm, t, pads)
  const out = outputOf([t], shape, t.dtype)
  launch(vm, op, [t], [out])
  return out
}

function refusePad(vm: Vm, t: Tensor, pads: readonly Int[]): never {
  return vm.raise(
    types.NotImplementedError,
    `Padding size ${pads.length} is not supported for ${t.rank}D input tensor.\nSupported combinations for non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)`,
  )
}

/** _pad_circular: the middle is copied in, then both edges of each dimension from the other end. */
function circularPad(vm: Vm, t: Tensor, pads: readonly Int[]): Tensor {
  const dims = pads.length / 2
  if (t.rank !== dims + 1 && t.rank !== dims + 2) return refusePad(vm, t, pads)
  const shape = paddedShape(vm, t, pads)
  const out = outputOf([t], shape, t.dtype)
  const spatial = Array.from({ length: dims }, (_, i) => {
    const d = t.rank - 1 - i
    return { d, size: at(t.shape, d), left: at(pads, 2 * i), right: at(pads, 2 * i + 1) }
  })
  let [target, source] = [out, t]
  for (const { d, size, left, right } of [...spatial].reverse()) {
    const positive = (x: Int): Int => (lt(x, 0) ? 0 : x)
    target = slice(vm, target, d, positive(left), add(at(shape, d), neg(positive(right))))
    source = slice(vm, source, d, positive(neg(left)), add(size, neg(positive(neg(right)))))
  }
  copyInto(vm, target, source)
  for (const { d, left, right } of spatial) {
    const width = at(shape, d)
    if (!isZero(left)) wrap(vm, out, d, [0, left], [add(width, neg(add(left, right))), add(width, neg(right))])
    if (!isZero(right)) wrap(vm, out, d, [add(width, neg(right)), width], [left, add(left, right)])
  }
  return out
}

function wrap(vm: Vm, t: Tensor, d: number, to: readonly [Int, Int], from: readonly [Int, Int]): void {
  copyInto(vm, slice(vm, t, d, to[0], to[1]), slice(vm, t, d, from[0], from[1]))
}

/** The number that fills the new elements; None is 0. */
function padValue(v: Value): number {
  const s = scalarOf(v)
  return s === undefined ? 0 : (scalarHint(s) ?? 0)
}

function pad(vm: Vm, t: Tensor, pads: readonly Int[], mode: Value, value: Value): Tensor {
  if (pads.length % 2 !== 0) vm.raise(types.RuntimeError, 'Padding length must be divisible by 2')
  if (pads.length > 2 * t.rank) {
    vm.raise(
      types.RuntimeError,
      `Padding length should be less than or equal to two times the input dimension but got padding length ${pads.length} and input of dimension ${t.rank}`,
    )
  }
  if (mode === 'constant') return constantPad(vm, t, pads, padValue(value))
  if (padValue(value) !== 0) {
    vm.raise(types.RuntimeError, `Padding mode "${String(mode)}" doesn't take in value argument`)
  }
  if (mode === 'reflect' || mode === 'replicate') return edgePad(vm, t, pads, mode)
  if (mode === 'circular') return circularPad(vm, t, pads)
  return vm.raise(types.NotImplementedError, `Unrecognised padding mode ${String(mode)}`)
}

export const functionalPadding: FunctionTable = torchFunctions({
  "pad(input, pad, mode='constant', value=None)": (vm, [input, pads, mode, value]) =>
    pad(vm, asTensor(vm, input), sizeArg(vm, pads, "argument 'pad'"), mode, value),
})

export const paddingSet: FunctionSet = {
  torch: torchFunctions({
    'constant_pad_nd(input, pad, value=0)': (vm, [input, pads, value]) =>
      constantPad(vm, asTensor(vm, input), sizeArg(vm, pads, "argument 'pad'"), padValue(value)),
  }),
}
