// torch.fft. Three kernels do all transforms; the memory order of their output follows the transformed dimensions, which
// become the innermost ones (torch/_meta_registrations.py, _exec_fft).
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { add, floorDiv, gt, hintNumber, lt, mul, pin, sub, type Int } from '../../sym/index.ts'
import { asTensor, dimArg, dimsArg, intArg, isSequence, numberArg, optionalInt, sizeArg } from '../arguments.ts'
import { to } from '../conversion.ts'
import { factoryDevice } from '../device.ts'
import { complexDtype, dtypeArg, dtypes, realDtype, type DType } from '../dtype.ts'
import { fresh } from '../factories.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import type { KernelName } from '../kernels/index.ts'
import { toInexact } from '../promote.ts'
import { launch } from '../record.ts'
import { at, sameSize, type Shape } from '../shape.ts'
import { torchState } from '../state.ts'
import { outputOf, type Tensor } from '../tensor.ts'
import { slice } from '../views.ts'
import { constantPad } from './padding.ts'

/** Dimensions from the largest stride to the smallest. */
function byStride(t: Tensor, dims: readonly number[]): number[] {
  return [...dims].sort((a, b) => {
    const [x, y] = [at(t.strides, a), at(t.strides, b)]
    return sameSize(x, y) ? 0 : lt(x, y) ? 1 : -1
  })
}

/** Strides of the output: batch dimensions outermost in the input's order, then the transformed ones. */
function transformedStrides(t: Tensor, shape: Shape, dims: readonly number[]): Int[] {
  const batch = byStride(
    t,
    [...t.shape.keys()].filter((d) => !dims.includes(d)),
  )
  const strides = new Array<Int>(t.rank)
  let step: Int = 1
  for (const d of [...batch, ...dims].reverse()) {
    strides[d] = step
    step = mul(step, at(shape, d))
  }
  return strides
}

/** Doublings of a radix-2 transform over all these dimensions; their sizes are pinned. */
function stages(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((sum, d) => sum + Math.ceil(Math.log2(Math.max(Number(pin(at(shape, d))), 2))), 0)
}

function transform(
  vm: Vm,
  op: KernelName,
  t: Tensor,
  shape: Shape,
  dtype: DType,
  dims: readonly number[],
  full: Shape,
): Tensor {
  const out = outputOf([t], shape, dtype, transformedStrides(t, shape, dims))
  launch(vm, op, [t], [out], { stages: stages(full, dims) })
  return out
}

function c2c(vm: Vm, t: Tensor, dims: readonly number[]): Tensor {
  return transform(vm, 'aten._fft_c2c.default', t, t.shape, t.dtype, byStride(t, dims), t.shape)
}

function r2c(vm: Vm, t: Tensor, dims: readonly number[], onesided: boolean): Tensor {
  const last = dims.at(-1) ?? 0
  const half = add(floorDiv(at(t.shape, last), 2), 1)
  const shape = onesided ? t.shape.map((s, d) => (d === last ? half : s)) : t.shape
  return transform(
    vm,
    'aten._fft_r2c.default',
    t,
    shape,
    complexDtype(t.dtype),
    [...byStride(t, dims.slice(0, -1)), last],
    t.shape,
  )
}

function c2r(vm: Vm, t: Tensor, dims: readonly number[], size: Int): Tensor {
  const last = dims.at(-1) ?? 0
  const shape = t.shape.map((s, d) => (d === last ? size : s))
  const inner = dims.length > 1 ? byStride(t, dims.slice(0, -1)) : []
  return transform(vm, 'aten._fft_c2r.default', t, shape, realDtype(t.dtype), [...inner, last], shape)
}

// --- Arguments ----------------------------------------------------------------------------------------------------------

function promoted(vm: Vm, t: Tensor, complex: boolean): Tensor {
  const dtype = toInexact(vm, t.dtype)
  if (dtype === dtypes.bfloat16) vm.raise(types.RuntimeError, 'Unsupported dtype BFloat16')
  const target = complex ? complexDtype(dtype) : dtype
  return target === t.dtype ? t : to(vm, t, { dtype: target })
}

/** Cut or padded with zeros at the end to the given sizes. */
function resized(vm: Vm, t: Tensor, dims: readonly number[], sizes: readonly Int[]): Tensor {
  const pads = new Array<Int>(2 * t.rank).fill(0)
  let result = t
  let grows = false
  dims.forEach((d, i) => {
    const [own, size] = [at(t.shape, d), at(sizes, i)]
    if (sameSize(own, size)) return
    if (gt(size, own)) {
      grows = true
      pads[2 * (t.rank - 1 - d) + 1] = sub(size, own)
    } else result = slice(vm, result, d, 0, size)
  })
  return grows ? constantPad(vm, result, pads) : result
}

interface Spectrum {
  readonly t: Tensor
  readonly dims: readonly number[]
  readonly sizes: readonly (Int | undefined)[]
}

function oneDim(vm: Vm, input: Value, n: Value, dim: Value): Spectrum {
  const t = asTensor(vm, input)
  return { t, dims: [dimArg(vm, t, dim)], sizes: [optionalInt(vm, n, 'n')] }
}

/** `s` and `dim` of the n-dimensional transforms. */
function manyDims(vm: Vm, input: Value, s: Value, dim: Value): Spectrum {
  const t = asTensor(vm, input)
  const sizes = s === null ? undefined : sizeArg(vm, s, 's')
  const last = sizes === undefined ? [...t.shape.keys()] : sizes.map((_, i) => t.rank - sizes.length + i)
  const dims = isSequence(dim) || dim !== null ? (dimsArg(vm, t, dim) ?? last) : last
  return { t, dims, sizes: dims.map((_, i) => sizes?.[i]) }
}

function prepared(vm: Vm, { t, dims, sizes }: Spectrum, complex: boolean): Tensor {
  const p = promoted(vm, t, complex)
  return resized(
    vm,
    p,
    dims,
    dims.map((d, i) => sizes[i] ?? at(p.shape, d)),
  )
}

/** The spectrum that a real result of a given size comes from. */
function toReal(vm: Vm, s: Spectrum): Tensor {
  const t = promoted(vm, s.t, true)
  const last = s.dims.length - 1
  const own = at(t.shape, s.dims[last] ?? 0)
  const size = s.sizes[last] ?? mul(2, sub(own, 1))
  const half = add(floorDiv(size, 2), 1)
  const input = resized(
    vm,
    t,
    s.dims,
    s.dims.map((d, i) => (i === last ? half : (s.sizes[i] ?? at(t.shape, d)))),
  )
  return c2r(vm, input, s.dims, size)
}

/** Real input has a kernel of its own in one dimension; in several it is made complex first. */
function toComplex(vm: Vm, s: Spectrum, inverse: boolean): Tensor {
  const real = !s.t.dtype.isComplex && s.dims.length === 1
  if (real && inverse) return vm.stop('unsupported-op', 'torch.fft.ifft of a real tensor')
  return real ? r2c(vm, prepared(vm, s, false), s.dims, false) : c2c(vm, prepared(vm, s, true), s.dims)
}

function manyToComplex(vm: Vm, s: Spectrum): Tensor {
  return c2c(vm, prepared(vm, s, true), s.dims)
}

// --- Tables -----------------------------------------------------------------------------------------------------------

function oneDimensional(name: string, run: (vm: Vm, s: Spectrum) => Tensor): FunctionTable {
  return torchFunctions<string>({
    [`${name}(input, n=None, dim=-1, norm=None)`]: (vm, args) => {
      const [input = null, n = null, dim = -1] = args as readonly Value[]
      return run(vm, oneDim(vm, input, n, dim))
    },
  })
}

/** `…n` transforms all dimensions, `…2` the last two. */
function severalDimensional(stem: string, run: (vm: Vm, s: Spectrum) => Tensor): FunctionTable {
  const all = (vm: Vm, args: readonly Value[]): Value =>
    run(vm, manyDims(vm, args[0] ?? null, args[1] ?? null, args[2] ?? null))
  return torchFunctions<string>({
    [`${stem}n(input, s=None, dim=None, norm=None)`]: (vm, args) => all(vm, args as readonly Value[]),
    [`${stem}2(input, s=None, dim=MISSING, norm=None)`]: (vm, args) => {
      const [input = null, s = null, dim] = args as readonly (Value | undefined)[]
      return all(vm, [input, s, dim ?? tuple([-2, -1])])
    },
  })
}

const oneSided = (vm: Vm, s: Spectrum): Tensor => r2c(vm, prepared(vm, s, false), s.dims, true)

/** Frequencies of the outcome of a transform: from zero up, of a two-sided one then those below zero. */
function frequencies(vm: Vm, side: 'fft' | 'rfft', given: readonly Value[]): Tensor {
  const [length = null, d = null, dtype = null, , device = null] = given
  const n = intArg(vm, length)
  const spacing = numberArg(vm, d, "argument 'd'")
  const op: KernelName = side === 'fft' ? 'aten.fft_fftfreq.default' : 'aten.fft_rfftfreq.default'
  const count = side === 'fft' ? n : add(floorDiv(n, 2), 1)
  return fresh(vm, op, [count], {
    dtype: dtypeArg(vm, dtype) ?? vm.state(torchState).defaultDtype,
    device: factoryDevice(vm, device),
    sizes: [n],
    values: () => {
      const size = hintNumber(n)
      const last = side === 'fft' ? Math.ceil(size / 2) : size
      return Float64Array.from({ length: hintNumber(count) }, (_, i) => (i < last ? i : i - size) / (size * spacing))
    },
  })
}

const spectrum = torchFunctions({
  'fftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False)': (vm, given) =>
    frequencies(vm, 'fft', given),
  'rfftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False)': (vm, given) =>
    frequencies(vm, 'rfft', given),
})

/** Names of torch.fft that launch a kernel; shifts are written in Python. */
export const fftFunctions: FunctionTable = {
  ...spectrum,
  ...oneDimensional('fft', (vm, s) => toComplex(vm, s, false)),
  ...oneDimensional('ifft', (vm, s) => toComplex(vm, s, true)),
  ...oneDimensional('rfft', oneSided),
  ...oneDimensional('irfft', toReal),
  ...severalDimensional('fft', manyToComplex),
  ...severalDimensional('ifft', manyToComplex),
  ...severalDimensional('rfft', oneSided),
  ...severalDimensional('irfft', toReal),
}
