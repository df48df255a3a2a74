// Convolutions: one kernel for all of them, whatever the number of dimensions, transposed or not. On the meta device its
// output is contiguous; which layout an accelerator prefers is not decided there.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { add, eq, floorDiv, gt, hint, lt, mul, sub, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, intArg } from '../arguments.ts'
import { complexDtype } from '../dtype.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { imaginaryPart, realPart } from '../functions/views.ts'
import { checkDevices, pointwise } from '../pointwise.ts'
import { cppName } from '../promote.ts'
import { launch, resolveConjugate } from '../record.ts'
import { at, isZero, sameSize, showShape } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { constantPad } from './padding.ts'
import { batched, perDimension } from './spatial.ts'

interface Geometry {
  readonly stride: readonly Int[]
  readonly padding: readonly Int[]
  readonly dilation: readonly Int[]
  readonly groups: Int
  /** Present for a transposed convolution. */
  readonly outputPadding?: readonly Int[]
}

function outputSize(vm: Vm, input: Tensor, weight: Tensor, g: Geometry, i: number): Int {
  const n = at(input.shape, i + 2)
  const kernel = at(weight.shape, i + 2)
  const reach = mul(at(g.dilation, i), sub(kernel, 1))
  const stride = at(g.stride, i)
  const pads = mul(2, at(g.padding, i))
  if (g.outputPadding !== undefined) {
    return add(add(sub(mul(sub(n, 1), stride), pads), add(reach, at(g.outputPadding, i))), 1)
  }
  const padded = add(n, pads)
  if (lt(padded, add(reach, 1))) {
    vm.raise(
      types.RuntimeError,
      `Calculated padded input size per channel: (${hint(padded)}). Kernel size: (${hint(add(reach, 1))}). Kernel size can't be greater than actual input size`,
    )
  }
  if (eq(stride, 0)) vm.raise(types.RuntimeError, 'non-positive stride is not supported')
  return add(floorDiv(sub(padded, add(reach, 1)), stride), 1)
}

/** Of complex numbers: three convolutions of real ones (aten/src/ATen/native/Convolution.cpp, complex_convolution). */
function complexConvolve(vm: Vm, input: Tensor, weight: Tensor, bias: Tensor | undefined, g: Geometry): Tensor {
  const parts = (t: Tensor): [Tensor, Tensor] => {
    const plain = resolveConjugate(vm, t)
    return [realPart(vm, plain), imaginaryPart(vm, plain)]
  }
  const plus = ([x, y]: readonly [Tensor, Tensor]): Tensor => pointwise(vm, 'aten.add.Tensor', [x, y])
  const minus = (x: Tensor, y: Tensor): Tensor => pointwise(vm, 'aten.sub.Tensor', [x, y])
  const [x, w] = [parts(input), parts(weight)]
  const b = bias === undefined ? undefined : parts(bias)
  const first = convolve(vm, x[0], w[0], b?.[0], g)
  const second = convolve(vm, x[1], w[1], undefined, g)
  // C++ leaves open in which order arguments are computed; here it is from the last to the first.
  const bSum = b === undefined ? undefined : plus(b)
  const wSum = plus(w)
  const both = convolve(vm, plus(x), wSum, bSum, g)
  const imaginary = minus(minus(both, first), second)
  const turned = pointwise(vm, 'aten.mul.Scalar', [imaginary, 1], { result: complexDtype(imaginary.dtype) })
  return pointwise(vm, 'aten.add.Tensor', [minus(first, second), turned])
}

/** aten.convolution on a batch. */
function convolve(vm: Vm, input: Tensor, weight: Tensor, bias: Tensor | undefined, g: Geometry): Tensor {
  if (input.dtype.isComplex && weight.dtype.isComplex) return complexConvolve(vm, input, weight, bias, g)
  checkDevices(vm, [input, weight])
  const transposed = g.outputPadding !== undefined
  if (!transposed && !sameSize(mul(at(weight.shape, 1), g.groups), at(input.shape, 1))) {
    vm.raise(
      types.RuntimeError,
      `Given groups=${hint(g.groups)}, weight of size ${showShape(weight.shape)}, expected input${showShape(input.shape)} to have ${hint(mul(at(weight.shape, 1), g.groups))} channels, but got ${hint(at(input.shape, 1))} channels instead`,
    )
  }
  const channels = transposed ? mul(g.groups, at(weight.shape, 1)) : at(weight.shape, 0)
  const spatial = input.shape.slice(2).map((_, i) => outputSize(vm, input, weight, g, i))
  if (spatial.length > 0 && !spatial.some((s) => gt(s, 0))) {
    vm.raise(
      types.RuntimeError,
      `Given input size per channel: ${showShape(input.shape.slice(2))}. Calculated output size per channel: ${showShape(spatial)}. Output size is too small`,
    )
  }
  const inputs = bias === undefined ? [input, weight] : [input, weight, bias]
  const shape = [at(input.shape, 0), isZero(at(input.shape, 1)) ? 0 : channels, ...spatial]
  const out = outputOf(inputs, shape, input.dtype)
  launch(vm, 'aten.convolution.default', inputs, [out], { transposed })
  return out
}

function checkRank(vm: Vm, name: string, input: Tensor, dims: number): void {
  if (input.rank === dims + 1 || input.rank === dims + 2) return
  vm.raise(
    types.RuntimeError,
    `Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${name}, but got input of size: ${showShape(input.shape)}`,
  )
}

/** `padding='same'`: what one side has more than the other is padded for real. */
function padSame(vm: Vm, input: Tensor, weight: Tensor, g: Geometry): { input: Tensor; padding: readonly Int[] } {
  if (g.stride.some((s) => !sameSize(s, 1))) {
    vm.raise(types.RuntimeError, "padding='same' is not supported for strided convolutions")
  }
  const totals = g.dilation.map((d, i) => mul(d, sub(at(weight.shape, i + 2), 1)))
  const left = totals.map((total) => floorDiv(total, 2))
  const more = totals.map((total, i) => sub(total, mul(2, at(left, i))))
  if (more.every((m) => sameSize(m, 0))) return { input, padding: left }
  const pads = [...more].reverse().flatMap((m): Int[] => [0, m])
  return { input: constantPad(vm, input, pads), padding: left }
}

function convolution(vm: Vm, dims: number, args: readonly Value[]): Tensor {
  const [x = null, w = null, bias = null, stride, padding, dilation, groups] = args
  const input = asTensor(vm, x)
  const weight = asTensor(vm, w, "argument 'weight'")
  checkRank(vm, `conv${dims}d`, input, dims)
  if (isTensor(bias) && bias.dtype !== input.dtype) {
    vm.raise(
      types.RuntimeError,
      `Input type (${cppName(input.dtype)}) and bias type (${cppName(bias.dtype)}) should be the same`,
    )
  }
  const same = padding === 'same'
  if (typeof padding === 'string' && !same && padding !== 'valid') {
    vm.raise(types.RuntimeError, `Invalid padding string: '${padding}'`)
  }
  const geometry: Geometry = {
    stride: perDimension(vm, stride, dims, 'stride'),
    padding: perDimension(vm, typeof padding === 'string' ? 0 : padding, dims, 'padding'),
    dilation: perDimension(vm, dilation, dims, 'dilation'),
    groups: intArg(vm, groups, 'groups'),
  }
  return batched(vm, input, dims + 2, (batch) => {
    const b = isTensor(bias) ? bias : undefined
    if (!same) return convolve(vm, batch, weight, b, geometry)
    const padded = padSame(vm, batch, weight, geometry)
    return convolve(vm, padded.input, weight, b, { ...geometry, padding: padded.padding })
  })
}

function transposedConvolution(vm: Vm, dims: number, args: readonly Value[]): Tensor {
  const [x = null, w = null, bias = null, stride, padding, outputPadding, groups, dilation] = args
  const input = asTensor(vm, x)
  checkRank(vm, `conv_transpose${dims}d`, input, dims)
  const geometry: Geometry = {
    stride: perDimension(vm, stride, dims, 'stride'),
    padding: perDimension(vm, padding, dims, 'padding'),
    dilation: perDimension(vm, dilation, dims, 'dilation'),
    outputPadding: perDimension(vm, outputPadding, dims, 'output_padding'),
    groups: intArg(vm, groups, 'groups'),
  }
  const weight = asTensor(vm, w, "argument 'weight'")
  return batched(vm, input, dims + 2, (batch) =>
    convolve(vm, batch, weight, isTensor(bias) ? bias : undefined, geometry),
  )
}

/** fairseq's layout: time, batch, channels. */
function convTbc(vm: Vm, input: Tensor, weight: Tensor, bias: Tensor, pad: Int): Tensor {
  const time = sub(add(at(input.shape, 0), mul(2, pad)), sub(at(weight.shape, 0), 1))
  const out = outputOf([input, weight, bias], [time, at(input.shape, 1), at(weight.shape, 2)], input.dtype)
  launch(vm, 'aten.conv_tbc.default', [input, weight, bias], [out])
  return out
}

function direct(dims: number): FunctionTable {
  return torchFunctions<string>({
    [`conv${dims}d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)`]: (vm, args) =>
      convolution(vm, dims, args as readonly Value[]),
    [`conv_transpose${dims}d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)`]: (
      vm,
      args,
    ) => transposedConvolution(vm, dims, args as readonly Value[]),
  })
}

/** Names of both `torch` and torch.nn.functional. */
export const convolutionFunctions: FunctionTable = {
  ...direct(1),
  ...direct(2),
  ...direct(3),
  ...torchFunctions({
    'conv_tbc(input, weight, bias, pad=0)': (vm, [x, w, b, pad]) =>
      convTbc(vm, asTensor(vm, x), asTensor(vm, w), asTensor(vm, b), intArg(vm, pad)),
  }),
}

/** Names of `torch` only. */
export const torchConvolutions: FunctionTable = torchFunctions({
  'convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)': (vm, args) => {
    const [x, w, bias, stride, padding, dilation, transposed, outputPadding, groups] = args
    const input = asTensor(vm, x)
    const dims = input.rank - 2
    const geometry: Geometry = {
      stride: perDimension(vm, stride, dims, 'stride'),
      padding: perDimension(vm, padding, dims, 'padding'),
      dilation: perDimension(vm, dilation, dims, 'dilation'),
      groups: intArg(vm, groups),
      ...(boolArg(vm, transposed) ? { outputPadding: perDimension(vm, outputPadding, dims, 'output_padding') } : {}),
    }
    return convolve(vm, input, asTensor(vm, w), isTensor(bias) ? bias : undefined, geometry)
  },
})
