// Resampling: interpolation, sampling on a grid, rearrangements between channels and space.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import { PyFloat } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import {
  add,
  constExpr,
  divE,
  eq,
  exprOf,
  floorDiv,
  floorInt,
  hint,
  hintNumber,
  mod,
  mul,
  mulE,
  prod,
  sub,
  type Expr,
  type Int,
} from '../../sym/index.ts'
import { formulaOf } from '../../python/object.ts'
import { asTensor, boolArg, intArg, isSequence, numberArg, sizeArg } from '../arguments.ts'
import { torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import type { KernelName } from '../kernels/index.ts'
import { launch } from '../record.ts'
import { at, sameSize, showShape, type Shape } from '../shape.ts'
import { outputOf, type Tensor } from '../tensor.ts'
import { adaptiveAvgPool } from './pooling.ts'
import { perDimension, stridesInFormatOf } from './spatial.ts'

// --- interpolate ------------------------------------------------------------------------------------------------------

interface Resampler {
  readonly op: KernelName
  /** Neighbours of each output element along one dimension. */
  readonly taps: number
  readonly dims: number
}

/** mode and number of spatial dimensions → kernel */
const resamplers: Readonly<Record<string, Resampler>> = {
  'nearest 1': { op: 'aten.upsample_nearest1d.default', taps: 1, dims: 1 },
  'nearest 2': { op: 'aten.upsample_nearest2d.default', taps: 1, dims: 2 },
  'nearest 3': { op: 'aten.upsample_nearest3d.default', taps: 1, dims: 3 },
  'nearest-exact 1': { op: 'aten._upsample_nearest_exact1d.default', taps: 1, dims: 1 },
  'nearest-exact 2': { op: 'aten._upsample_nearest_exact2d.default', taps: 1, dims: 2 },
  'nearest-exact 3': { op: 'aten._upsample_nearest_exact3d.default', taps: 1, dims: 3 },
  'linear 1': { op: 'aten.upsample_linear1d.default', taps: 2, dims: 1 },
  'bilinear 2': { op: 'aten.upsample_bilinear2d.default', taps: 2, dims: 2 },
  'trilinear 3': { op: 'aten.upsample_trilinear3d.default', taps: 2, dims: 3 },
  'bicubic 2': { op: 'aten.upsample_bicubic2d.default', taps: 4, dims: 2 },
}

const antialiased: Readonly<Record<string, Resampler>> = {
  'bilinear 2': { op: 'aten._upsample_bilinear2d_aa.default', taps: 2, dims: 2 },
  'bicubic 2': { op: 'aten._upsample_bicubic2d_aa.default', taps: 4, dims: 2 },
}

/** An antialiased filter widens with the shrinking of the image. */
function filterTaps(r: Resampler, t: Tensor, size: Shape, antialias: boolean): number {
  const perDim = size.map((s, i) => {
    const shrink = antialias ? Math.max(hintNumber(at(t.shape, i + 2)) / Math.max(hintNumber(s), 1), 1) : 1
    return Math.ceil(r.taps * shrink)
  })
  return perDim.reduce((a, b) => a * b, 1)
}

function resample(vm: Vm, t: Tensor, size: Shape, mode: string, antialias: boolean): Tensor {
  const r = (antialias ? antialiased : resamplers)[`${mode} ${t.rank - 2}`]
  if (r === undefined) {
    return vm.raise(
      types.NotImplementedError,
      `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${t.rank}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`,
    )
  }
  const shape = [...t.shape.slice(0, 2), ...size]
  const out = outputOf([t], shape, t.dtype, r.dims === 1 ? undefined : stridesInFormatOf(t, shape))
  launch(vm, r.op, [t], [out], { taps: filterTaps(r, t, size, antialias) })
  return out
}

/** floor(n · factor), keeping the formula where the factor has one (as ATen: in double precision). */
function scaledSize(vm: Vm, n: Int, factor: Value): Int {
  const value = Math.floor(Number(hint(n)) * numberArg(vm, factor, 'scale_factor'))
  const formula = factor instanceof PyFloat || typeof factor === 'number' ? factorFormula(factor) : undefined
  if (formula === undefined) return value
  return floorInt(vm.scope, mulE(exprOf(n), formula), value)
}

/** Factors such as 2.0 or 0.5 are exact; one without a short fraction keeps none. */
function factorFormula(factor: PyFloat | number): Expr | undefined {
  if (typeof factor === 'number') return constExpr(factor)
  const known = formulaOf(factor)
  if (known !== undefined) return known
  const scaled = factor.value * 1024
  return Number.isInteger(scaled) ? divE(constExpr(scaled), constExpr(1024)) : undefined
}

function outputSizes(vm: Vm, t: Tensor, size: Value, factor: Value): Int[] {
  const dims = t.rank - 2
  if (size !== null && factor !== null) vm.raise(types.ValueError, 'only one of size or scale_factor should be defined')
  if (size !== null) {
    const sizes = isSequence(size) ? sizeArg(vm, size, 'size') : new Array<Int>(dims).fill(intArg(vm, size, 'size'))
    if (sizes.length === dims) return sizes
    return vm.raise(
      types.ValueError,
      `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ${showShape(t.shape.slice(2))} and output size of ${showShape(sizes)}.`,
    )
  }
  if (factor === null) return vm.raise(types.ValueError, 'either size or scale_factor should be defined')
  const factors: readonly Value[] = isSequence(factor) ? factor.items : new Array<Value>(dims).fill(factor)
  if (factors.length !== dims) {
    vm.raise(
      types.ValueError,
      `Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of ${showShape(t.shape.slice(2))} and scale_factor of length ${factors.length}.`,
    )
  }
  return factors.map((f, i) => scaledSize(vm, at(t.shape, i + 2), f))
}

/** Modes without corners to align. */
const unaligned = new Set(['nearest', 'area', 'nearest-exact'])

function interpolate(vm: Vm, t: Tensor, size: Value, factor: Value, mode: Value, antialias: boolean): Tensor {
  const sizes = outputSizes(vm, t, size, factor)
  if (typeof mode !== 'string') return vm.raise(types.TypeError, 'interpolate(): mode must be a string')
  if (antialias && !(t.rank === 4 && (mode === 'bilinear' || mode === 'bicubic'))) {
    vm.raise(
      types.ValueError,
      'Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input',
    )
  }
  return mode === 'area' ? adaptiveAvgPool(vm, t, sizes) : resample(vm, t, sizes, mode, antialias)
}

// --- Sampling on a grid -------------------------------------------------------------------------------------------------

const gridTaps: Readonly<Record<string, number>> = { nearest: 1, bilinear: 2, bicubic: 4 }

function gridSample(vm: Vm, input: Tensor, grid: Tensor, mode: Value): Tensor {
  const taps = typeof mode === 'string' ? gridTaps[mode] : undefined
  if (taps === undefined) {
    return vm.raise(
      types.ValueError,
      `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${String(mode)}'`,
    )
  }
  const dims = input.rank - 2
  if (grid.rank !== input.rank || (dims !== 2 && dims !== 3) || !sameSize(at(grid.shape, -1), dims)) {
    vm.raise(
      types.RuntimeError,
      `grid_sampler(): expected grid to have size ${dims} in last dimension, but got grid with sizes ${showShape(grid.shape)}`,
    )
  }
  if (!sameSize(at(input.shape, 0), at(grid.shape, 0))) {
    vm.raise(
      types.RuntimeError,
      `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${showShape(input.shape)} and grid with sizes ${showShape(grid.shape)}`,
    )
  }
  const out = outputOf([input, grid], [...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)], input.dtype)
  launch(vm, dims === 2 ? 'aten.grid_sampler_2d.default' : 'aten.grid_sampler_3d.default', [input, grid], [out], {
    taps: taps ** dims,
  })
  return out
}

function affineGrid(vm: Vm, theta: Tensor, size: readonly Int[]): Tensor {
  const dims = size.length - 2
  if (dims !== 2 && dims !== 3)
    vm.raise(
      types.NotImplementedError,
      `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${showShape(size)}`,
    )
  const out = outputOf([theta], [at(size, 0), ...size.slice(2), dims], theta.dtype)
  launch(vm, 'aten.affine_grid_generator.default', [theta], [out])
  return out
}

// --- Channels and space -------------------------------------------------------------------------------------------------

function pixelShuffle(vm: Vm, t: Tensor, factor: Int): Tensor {
  const square = mul(factor, factor)
  if (t.rank < 3)
    vm.raise(
      types.RuntimeError,
      `pixel_shuffle expects input to have at least 3 dimensions, but got input with ${t.rank} dimension(s)`,
    )
  if (!eq(mod(at(t.shape, -3), square), 0)) {
    vm.raise(
      types.RuntimeError,
      `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${hint(at(t.shape, -3))} is not divisible by ${hint(square)}`,
    )
  }
  const shape = [
    ...t.shape.slice(0, -3),
    floorDiv(at(t.shape, -3), square),
    mul(at(t.shape, -2), factor),
    mul(at(t.shape, -1), factor),
  ]
  const out = outputOf([t], shape, t.dtype)
  launch(vm, 'aten.pixel_shuffle.default', [t], [out])
  return out
}

function pixelUnshuffle(vm: Vm, t: Tensor, factor: Int): Tensor {
  const [c, h, w] = [at(t.shape, -3), at(t.shape, -2), at(t.shape, -1)]
  for (const [s, name] of [
    [h, 'height'],
    [w, 'width'],
  ] as const) {
    if (!eq(mod(s, factor), 0))
      vm.raise(
        types.RuntimeError,
        `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but ${hint(s)} is not divisible by ${hint(factor)}`,
      )
  }
  const shape = [...t.shape.slice(0, -3), prod([c, factor, factor]), floorDiv(h, factor), floorDiv(w, factor)]
  const out = outputOf([t], shape, t.dtype, t.rank === 4 ? stridesInFormatOf(t, shape) : undefined)
  launch(vm, 'aten.pixel_unshuffle.default', [t], [out])
  return out
}

function channelShuffle(vm: Vm, t: Tensor, groups: Int): Tensor {
  if (!eq(mod(at(t.shape, 1), groups), 0)) {
    vm.raise(
      types.RuntimeError,
      `Number of channels must be divisible by groups. Got ${hint(at(t.shape, 1))} channels and ${hint(groups)} groups.`,
    )
  }
  const out = outputOf([t], t.shape, t.dtype)
  launch(vm, 'aten.channel_shuffle.default', [t], [out])
  return out
}

// --- Sliding blocks -----------------------------------------------------------------------------------------------------

interface Blocks {
  readonly kernel: readonly Int[]
  readonly dilation: readonly Int[]
  readonly padding: readonly Int[]
  readonly stride: readonly Int[]
}

function blocksArg(vm: Vm, kernel: Value, dilation: Value, padding: Value, stride: Value): Blocks {
  return {
    kernel: perDimension(vm, kernel, 2, 'kernel_size'),
    dilation: perDimension(vm, dilation, 2, 'dilation'),
    padding: perDimension(vm, padding, 2, 'padding'),
    stride: perDimension(vm, stride, 2, 'stride'),
  }
}

/** How many blocks fit in an image of these sizes. */
function blockCount(sizes: Shape, b: Blocks): Int {
  return prod(
    sizes.map((n, i) => {
      const reach = mul(at(b.dilation, i), sub(at(b.kernel, i), 1))
      return add(floorDiv(sub(sub(add(n, mul(2, at(b.padding, i))), reach), 1), at(b.stride, i)), 1)
    }),
  )
}

function im2col(vm: Vm, t: Tensor, b: Blocks): Tensor {
  const shape = [...t.shape.slice(0, -3), prod([at(t.shape, -3), ...b.kernel]), blockCount(t.shape.slice(-2), b)]
  const out = outputOf([t], shape, t.dtype)
  launch(vm, 'aten.im2col.default', [t], [out])
  return out
}

function col2im(vm: Vm, t: Tensor, size: readonly Int[], b: Blocks): Tensor {
  const expected = blockCount(size, b)
  if (!sameSize(at(t.shape, -1), expected)) {
    vm.raise(
      types.RuntimeError,
      `Given output_size=${showShape(size)}, kernel_size=${showShape(b.kernel)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${hint(expected)}, but got input.size(2)=${hint(at(t.shape, -1))}.`,
    )
  }
  const shape = [...t.shape.slice(0, -2), floorDiv(at(t.shape, -2), prod(b.kernel)), ...size]
  const out = outputOf([t], shape, t.dtype)
  launch(vm, 'aten.col2im.default', [t], [out])
  return out
}

// --- Tables -----------------------------------------------------------------------------------------------------------

const shuffles = torchFunctions({
  'pixel_shuffle(input, upscale_factor)': (vm, [t, factor]) => pixelShuffle(vm, asTensor(vm, t), intArg(vm, factor)),
  'pixel_unshuffle(input, downscale_factor)': (vm, [t, factor]) =>
    pixelUnshuffle(vm, asTensor(vm, t), intArg(vm, factor)),
  'channel_shuffle(input, groups)': (vm, [t, groups]) => channelShuffle(vm, asTensor(vm, t), intArg(vm, groups)),
})

export const functionalResampling: FunctionTable = {
  ...shuffles,
  ...torchFunctions({
    "interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False)":
      (vm, [input, size, factor, mode, corners, recompute, antialias]) => {
        if (corners !== null && typeof mode === 'string' && unaligned.has(mode)) {
          vm.raise(
            types.ValueError,
            'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
          )
        }
        if (recompute === true && size !== null) {
          vm.raise(types.ValueError, 'recompute_scale_factor is not meaningful with an explicit size.')
        }
        return interpolate(vm, asTensor(vm, input), size, factor, mode, boolArg(vm, antialias))
      },
    "upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)": (
      vm,
      [input, size, factor, mode],
    ) => interpolate(vm, asTensor(vm, input), size, factor, mode, false),
    'upsample_nearest(input, size=None, scale_factor=None)': (vm, [input, size, factor]) =>
      interpolate(vm, asTensor(vm, input), size, factor, 'nearest', false),
    'upsample_bilinear(input, size=None, scale_factor=None)': (vm, [input, size, factor]) =>
      interpolate(vm, asTensor(vm, input), size, factor, 'bilinear', false),
    "grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None)": (vm, [input, grid, mode]) =>
      gridSample(vm, asTensor(vm, input), asTensor(vm, grid, "argument 'grid'"), mode),
    'affine_grid(theta, size, align_corners=None)': (vm, [theta, size]) =>
      affineGrid(vm, asTensor(vm, theta), sizeArg(vm, size)),
    'unfold(input, kernel_size, dilation=1, padding=0, stride=1)': (vm, [t, kernel, dilation, padding, stride]) =>
      im2col(vm, asTensor(vm, t), blocksArg(vm, kernel, dilation, padding, stride)),
    'fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)': (
      vm,
      [t, size, kernel, dilation, padding, stride],
    ) =>
      col2im(
        vm,
        asTensor(vm, t),
        perDimension(vm, size, 2, 'output_size'),
        blocksArg(vm, kernel, dilation, padding, stride),
      ),
  }),
}

export const resamplingSet: FunctionSet = { torch: shuffles }
