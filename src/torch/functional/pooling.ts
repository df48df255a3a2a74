// Pooling. One-dimensional pooling runs the two-dimensional kernel over a height of 1; outputs keep the input's format.
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { add, eq, floorDiv, ge, hint, lt, mul, prod, sub, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, intArg, isSequence } from '../arguments.ts'
import { dtypes } from '../dtype.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import type { KernelName } from '../kernels/index.ts'
import { launch } from '../record.ts'
import { meanDims } from '../reductions.ts'
import { at, channelsLastStrides, isOne, showShape, suggestedFormat } from '../shape.ts'
import { outputOf, setKnown, type Tensor, uniformValue } from '../tensor.ts'
import { squeeze, unsqueeze } from '../views.ts'
import { perDimension, stridesInFormatOf } from './spatial.ts'

interface Window {
  readonly kernel: readonly Int[]
  readonly stride: readonly Int[]
  readonly padding: readonly Int[]
  readonly dilation: readonly Int[]
  readonly ceil: boolean
}

interface WindowArgs {
  readonly kernel: Value
  readonly stride: Value
  readonly padding: Value
  readonly dilation: Value
  readonly ceil: Value
}

function windowArg(vm: Vm, args: WindowArgs, dims: number): Window {
  const kernel = perDimension(vm, args.kernel, dims, 'kernel_size')
  const noStride = args.stride === null || (isSequence(args.stride) && args.stride.items.length === 0)
  const stride = noStride ? kernel : perDimension(vm, args.stride, dims, 'stride')
  if (stride.some((n) => eq(n, 0))) vm.raise(types.RuntimeError, 'stride should not be zero')
  if (kernel.some((n) => eq(n, 0))) vm.raise(types.RuntimeError, 'kernel size should be greater than zero')
  return {
    kernel,
    stride,
    padding: perDimension(vm, args.padding, dims, 'padding'),
    dilation: perDimension(vm, args.dilation, dims, 'dilation'),
    ceil: boolArg(vm, args.ceil),
  }
}

/** pooling_output_shape_pad_lr: with `ceil_mode` the last window must start inside the input or its left padding. */
function pooledSize(n: Int, w: Window, i: number): Int {
  const pad = at(w.padding, i)
  const stride = at(w.stride, i)
  const reach = mul(at(w.dilation, i), sub(at(w.kernel, i), 1))
  const span = sub(sub(add(n, mul(2, pad)), reach), 1)
  if (!w.ceil) return add(floorDiv(span, stride), 1)
  const size = add(floorDiv(add(span, sub(stride, 1)), stride), 1)
  return ge(mul(sub(size, 1), stride), add(n, pad)) ? sub(size, 1) : size
}

function pooledShape(vm: Vm, t: Tensor, w: Window, dims: number): Int[] {
  if (t.rank !== dims + 1 && t.rank !== dims + 2) {
    vm.raise(
      types.RuntimeError,
      `pool${dims}d: expected ${dims + 1}D or ${dims + 2}D input, but got input of size: ${showShape(t.shape)}`,
    )
  }
  const spatial = t.shape.slice(t.rank - dims).map((n, i) => {
    if (lt(at(w.kernel, i), mul(2, at(w.padding, i)))) {
      vm.raise(
        types.RuntimeError,
        `pad should be at most half of effective kernel size, but got pad=${hint(at(w.padding, i))}, kernel_size=${hint(at(w.kernel, i))}`,
      )
    }
    return pooledSize(n, w, i)
  })
  if (spatial.some((s) => lt(s, 1))) {
    vm.raise(
      types.RuntimeError,
      `Given input size: ${showShape(t.shape)}. Calculated output size: ${showShape(spatial)}. Output size is too small`,
    )
  }
  return [...t.shape.slice(0, t.rank - dims), ...spatial]
}

/** The output in the input's format. */
function pooled(t: Tensor, shape: Int[], dtype = t.dtype): Tensor {
  return outputOf([t], shape, dtype, stridesInFormatOf(t, shape))
}

type Pool = (vm: Vm, t: Tensor, w: Window) => readonly Tensor[]

function maxPool(op: KernelName, dims: number): Pool {
  return (vm, t, w) => {
    const shape = pooledShape(vm, t, w, dims)
    const out = pooled(t, shape)
    const outs = [out, pooled(t, shape, dtypes.int64)]
    launch(vm, op, [t], outs, { window: prod(w.kernel) })
    const uniform = uniformValue(t)
    if (uniform !== undefined) setKnown(out, uniform) // the largest of equal values
    return outs
  }
}

function avgPool(op: KernelName, dims: number): Pool {
  return (vm, t, w) => {
    const shape = pooledShape(vm, t, w, dims)
    // The kernel for volumes always writes contiguously.
    const out = dims === 2 ? pooled(t, shape) : outputOf([t], shape, t.dtype)
    launch(vm, op, [t], [out], { window: prod(w.kernel) })
    return [out]
  }
}

const maxPool2d = maxPool('aten.max_pool2d_with_indices.default', 2)
const maxPool3d = maxPool('aten.max_pool3d_with_indices.default', 3)
const avgPool2d = avgPool('aten.avg_pool2d.default', 2)
const avgPool3d = avgPool('aten.avg_pool3d.default', 3)

/** A one-dimensional pool as a two-dimensional one over a height of 1. */
function overLine(pool: Pool): Pool {
  return (vm, t, w) => {
    const line: Window = {
      kernel: [1, ...w.kernel],
      stride: [1, ...w.stride],
      padding: [0, ...w.padding],
      dilation: [1, ...w.dilation],
      ceil: w.ceil,
    }
    return pool(vm, unsqueeze(vm, t, -2), line).map((out) => squeeze(vm, out, [-2]))
  }
}

// --- Adaptive pooling ---------------------------------------------------------------------------------------------------

/** Output sizes, None meaning the input's own. */
function adaptiveSizes(vm: Vm, t: Tensor, v: Value, dims: number): Int[] {
  const given: readonly Value[] = isSequence(v) ? v.items : new Array<Value>(dims).fill(v)
  if (given.length !== dims) vm.raise(types.RuntimeError, `adaptive pooling: output_size must be ${dims}`)
  if (t.rank !== dims + 1 && t.rank !== dims + 2) {
    vm.raise(
      types.RuntimeError,
      `adaptive_pool${dims}d(): Expected ${dims + 1}D or ${dims + 2}D tensor, but got ${showShape(t.shape)}`,
    )
  }
  return given.map((s, i) => (s === null ? at(t.shape, t.rank - dims + i) : intArg(vm, s, 'output_size')))
}

/** To a single element it is a mean, which keeps the input's format by an in-place change of strides. */
function meanOfAll(vm: Vm, t: Tensor, dims: number): Tensor {
  const out = meanDims(
    vm,
    t,
    Array.from({ length: dims }, (_, i) => t.rank - dims + i),
    true,
  )
  if (t.rank !== dims + 2 || suggestedFormat(t.shape, t.strides) === 'contiguous_format') return out
  out.assign(out.shape, channelsLastStrides(out.shape))
  launch(vm, 'aten.as_strided_.default', [out], [out])
  return out
}

function adaptiveAvg(vm: Vm, input: Tensor, output: Value, dims: 2 | 3): Tensor {
  const sizes = adaptiveSizes(vm, input, output, dims)
  if (sizes.every(isOne)) return meanOfAll(vm, input, dims)
  const shape = [...input.shape.slice(0, input.rank - dims), ...sizes]
  const out = outputOf(
    [input],
    shape,
    input.dtype,
    input.rank === 4 && dims === 2 ? stridesInFormatOf(input, shape) : undefined,
  )
  launch(vm, dims === 2 ? 'aten._adaptive_avg_pool2d.default' : 'aten._adaptive_avg_pool3d.default', [input], [out])
  return out
}

/** Adaptive average pooling to given sizes, one for each spatial dimension. */
export function adaptiveAvgPool(vm: Vm, t: Tensor, sizes: readonly Int[]): Tensor {
  if (sizes.length === 3) return adaptiveAvg(vm, t, tuple(sizes), 3)
  if (sizes.length === 2) return adaptiveAvg(vm, t, tuple(sizes), 2)
  return squeeze(vm, adaptiveAvg(vm, unsqueeze(vm, t, -2), tuple([1, ...sizes]), 2), [-2])
}

function adaptiveMax(vm: Vm, input: Tensor, output: Value, dims: 2 | 3): readonly Tensor[] {
  const shape = [...input.shape.slice(0, input.rank - dims), ...adaptiveSizes(vm, input, output, dims)]
  const strides = input.rank === 4 && dims === 2 ? stridesInFormatOf(input, shape) : undefined
  const outs = [outputOf([input], shape, input.dtype, strides), outputOf([input], shape, dtypes.int64, strides)]
  launch(vm, dims === 2 ? 'aten.adaptive_max_pool2d.default' : 'aten.adaptive_max_pool3d.default', [input], outs)
  return outs
}

/** `4` for one dimension is `(1, 4)` for two. */
function lineSize(v: Value): Value {
  return tuple([1, isSequence(v) ? (v.items[0] ?? null) : v])
}

// --- Undoing max pooling ------------------------------------------------------------------------------------------------

function maxUnpool(vm: Vm, t: Tensor, indices: Tensor, w: Window, size: Value): Tensor {
  const own = t.shape
    .slice(2)
    .map((n, i) => sub(add(mul(sub(n, 1), at(w.stride, i)), at(w.kernel, i)), mul(2, at(w.padding, i))))
  const spatial = isSequence(size) ? size.items.slice(-own.length).map((s) => intArg(vm, s)) : own
  const out = outputOf([t], [...t.shape.slice(0, 2), ...spatial], t.dtype)
  launch(vm, 'aten.max_unpool2d.default', [t, indices], [out])
  return out
}

// --- Tables -----------------------------------------------------------------------------------------------------------

function oneOf(outs: readonly Tensor[], withIndices: boolean): Value {
  return withIndices ? tuple(outs) : (outs[0] ?? null)
}

function maxPoolFunction(name: string, dims: number, pool: Pool): FunctionTable {
  const run = (vm: Vm, args: readonly unknown[], withIndices: boolean): Value => {
    const [input, kernel, stride, padding, dilation, ceil] = args as Value[]
    const w = windowArg(
      vm,
      {
        kernel: kernel ?? null,
        stride: stride ?? null,
        padding: padding ?? 0,
        dilation: dilation ?? 1,
        ceil: ceil ?? false,
      },
      dims,
    )
    return oneOf(pool(vm, asTensor(vm, input), w), withIndices)
  }
  const params = 'input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False'
  return torchFunctions<string>({
    [`${name}(${params}, return_indices=False)`]: (vm, args) => run(vm, args, args[6] === true),
    [`${name}_with_indices(${params}, return_indices=False)`]: (vm, args) => run(vm, args, true),
  })
}

function avgPoolFunction(name: string, dims: number, pool: Pool): FunctionTable {
  const divisor = dims === 1 ? '' : ', divisor_override=None'
  return torchFunctions<string>({
    [`${name}(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True${divisor})`]: (
      vm,
      args,
    ) => {
      const [input, kernel = null, stride = null, padding = 0, ceil = false] = args as Value[]
      return (
        pool(vm, asTensor(vm, input), windowArg(vm, { kernel, stride, padding, dilation: 1, ceil }, dims))[0] ?? null
      )
    },
  })
}

const adaptive = torchFunctions({
  'adaptive_avg_pool1d(input, output_size)': (vm, [input, size]) =>
    adaptiveAvgPool(vm, asTensor(vm, input), [intArg(vm, isSequence(size) ? size.items[0] : size)]),
  'adaptive_avg_pool2d(input, output_size)': (vm, [input, size]) => adaptiveAvg(vm, asTensor(vm, input), size, 2),
  'adaptive_avg_pool3d(input, output_size)': (vm, [input, size]) => adaptiveAvg(vm, asTensor(vm, input), size, 3),
  'adaptive_max_pool1d(input, output_size, return_indices=False)': (vm, [input, size, indices]) => {
    const outs = adaptiveMax(vm, unsqueeze(vm, asTensor(vm, input), -2), lineSize(size), 2)
    return oneOf(
      outs.map((out) => squeeze(vm, out, [-2])),
      boolArg(vm, indices),
    )
  },
  'adaptive_max_pool2d(input, output_size, return_indices=False)': (vm, [input, size, indices]) =>
    oneOf(adaptiveMax(vm, asTensor(vm, input), size, 2), boolArg(vm, indices)),
  'adaptive_max_pool3d(input, output_size, return_indices=False)': (vm, [input, size, indices]) =>
    oneOf(adaptiveMax(vm, asTensor(vm, input), size, 3), boolArg(vm, indices)),
})

const unpooling = torchFunctions({
  'max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None)': (
    vm,
    [input, indices, kernel, stride, padding, size],
  ) =>
    maxUnpool(
      vm,
      asTensor(vm, input),
      asTensor(vm, indices),
      windowArg(vm, { kernel, stride, padding, dilation: 1, ceil: false }, 2),
      size,
    ),
})

/** Names of torch.nn.functional; `torch` has the first five and the one-dimensional adaptive ones too. */
export const functionalPooling: FunctionTable = {
  ...maxPoolFunction('max_pool1d', 1, overLine(maxPool2d)),
  ...maxPoolFunction('max_pool2d', 2, maxPool2d),
  ...maxPoolFunction('max_pool3d', 3, maxPool3d),
  ...avgPoolFunction('avg_pool1d', 1, overLine(avgPool2d)),
  ...avgPoolFunction('avg_pool2d', 2, avgPool2d),
  ...avgPoolFunction('avg_pool3d', 3, avgPool3d),
  ...adaptive,
  ...unpooling,
}
