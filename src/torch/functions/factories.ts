// Factories. In a forward pass they make tensors on the host unless a device is given or a `with torch.device` is open.
import { arrayContents } from '../../python/stdlib/numpy/array.ts'
import { fillClass, native } from '../../python/native.ts'
import { types } from '../../python/types.ts'
import { isInt, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { hint, hintNumber, type Int } from '../../sym/index.ts'
import {
  asTensor,
  formatArg,
  intArg,
  isSequence,
  numberArg,
  scalarDtype,
  sizeArg,
  sizeArgs,
  type Scalar,
} from '../arguments.ts'
import { convert, to } from '../conversion.ts'
import { deviceArg, factoryDevice, type DeviceName } from '../device.ts'
import { dtypeArg, dtypes, type DType } from '../dtype.ts'
import { arange, empty, filled, fresh, rangeLength, scalarTensor, tensorOf, type Fresh } from '../factories.ts'
import { torchFunctions, type FunctionSet } from '../functions.ts'
import { stridesLike } from '../iterator.ts'
import type { KernelName } from '../kernels/index.ts'
import { legacyTypes } from '../legacy.ts'
import { pointwise } from '../pointwise.ts'
import { isScripted } from '../scripted.ts'
import { stridesOf, type Shape } from '../shape.ts'
import { torchState } from '../state.ts'
import { isTensor, tensorClass, viewOf, type Tensor } from '../tensor.ts'
import { item, scalarArg } from './conversion.ts'

// --- Filled --------------------------------------------------------------------------------------------------------

/** The dtype of a factory: the one given or the default. */
function floating(vm: Vm, dtype: Value): DType {
  return dtypeArg(vm, dtype) ?? vm.state(torchState).defaultDtype
}

function sizeOf(vm: Vm, items: readonly Value[], keyword: Value | undefined): Int[] {
  return keyword === undefined ? sizeArgs(vm, items) : sizeArg(vm, keyword)
}

function plainNumber(vm: Vm, v: Value): number {
  return numberArg(vm, isTensor(v) ? item(vm, v) : v)
}

function marked(t: Tensor, requiresGrad: Value): Tensor {
  t.requiresGrad = requiresGrad === true
  return t
}

const filledFunctions = torchFunctions({
  'zeros(*args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [args, size, dtype, , device, grad],
  ) => marked(filled(vm, 'aten.zeros.default', sizeOf(vm, args, size), 0, like(vm, dtype, device)), grad),
  'ones(*args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [args, size, dtype, , device, grad],
  ) => marked(filled(vm, 'aten.ones.default', sizeOf(vm, args, size), 1, like(vm, dtype, device)), grad),
  'empty(*args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None)':
    (vm, [args, size, dtype, , device, grad, , format]) => {
      const shape = sizeOf(vm, args, size)
      const strides = stridesOf(formatArg(vm, format) ?? 'contiguous_format', shape)
      return marked(empty(vm, shape, floating(vm, dtype), factoryDevice(vm, device), strides), grad)
    },
  'empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [size, stride, dtype, , device],
  ) => empty(vm, sizeArg(vm, size), floating(vm, dtype), factoryDevice(vm, device), sizeArg(vm, stride)),
  'full(size, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [size, value, dtype, , device],
  ) => {
    const x = scalarArg(vm, value, "argument 'fill_value'")
    const own = dtypeArg(vm, dtype) ?? scalarDtype(x, vm.state(torchState).defaultDtype)
    return filled(vm, 'aten.full.default', sizeArg(vm, size), x, { dtype: own, device: factoryDevice(vm, device) })
  },
  'eye(n, m=None, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [n, m, dtype, , device],
  ) => {
    const rows = intArg(vm, n)
    const columns = m === null ? rows : intArg(vm, m)
    const width = hintNumber(columns)
    return fresh(vm, m === null ? 'aten.eye.default' : 'aten.eye.m', [rows, columns], {
      ...like(vm, dtype, device),
      values: () =>
        Float64Array.from({ length: hintNumber(rows) * width }, (_, i) =>
          Math.floor(i / width) === i % width ? 1 : 0,
        ),
    })
  },
})

function like(vm: Vm, dtype: Value, device: Value): { dtype: DType; device: DeviceName } {
  return { dtype: floating(vm, dtype), device: factoryDevice(vm, device) }
}

// --- Ranges --------------------------------------------------------------------------------------------------------

/** `arange(end)`, `arange(start, end)`, `arange(start, end, step)`, each also by name. */
function arangeOf(
  vm: Vm,
  args: readonly Value[],
  start: Value,
  end: Value,
  step: Value,
  dtype: Value,
  device: Value,
): Tensor {
  const [first, second, third] = args
  const onlyEnd = args.length === 1 && end === null
  const from = onlyEnd ? null : (first ?? start)
  const to = onlyEnd ? (first ?? null) : args.length === 1 ? end : (second ?? end)
  const by = third ?? step
  const op = by !== null ? 'aten.arange.start_step' : from !== null ? 'aten.arange.start' : 'aten.arange.default'
  const bound = (v: Value, fallback: number): Scalar => (v === null ? fallback : scalarArg(vm, v, 'argument'))
  if (to === null) vm.raise(types.TypeError, 'arange() received an invalid combination of arguments')
  return arange(vm, op, bound(from, 0), bound(to, 0), bound(by, 1), dtypeArg(vm, dtype), factoryDevice(vm, device))
}

/** Points from start to end inclusive; `map` turns each into the element. */
function spaced(
  vm: Vm,
  op: KernelName,
  start: Value,
  end: Value,
  steps: Value,
  options: Omit<Fresh, 'values'>,
  map: (x: number) => number,
): Tensor {
  const count = intArg(vm, steps, "argument 'steps'")
  const n = hintNumber(count)
  const from = plainNumber(vm, start)
  const to = plainNumber(vm, end)
  const step = n > 1 ? (to - from) / (n - 1) : 0
  const values = (): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => map(i < n / 2 ? from + i * step : to - (n - 1 - i) * step))
  return fresh(vm, op, [count], { ...options, values })
}

const rangeFunctions = torchFunctions({
  'arange(*args, start=None, end=None, step=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)':
    (vm, [args, start, end, step, dtype, , device]) => arangeOf(vm, args, start, end, step, dtype, device),
  'range(start, end=None, step=1, *, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [start, end, step, dtype, , device],
  ) => {
    const [from, to] =
      end === null
        ? [0, scalarArg(vm, start, 'argument')]
        : [scalarArg(vm, start, 'argument'), scalarArg(vm, end, 'argument')]
    const by = scalarArg(vm, step, 'argument')
    const length = isInt(to) ? rangeLength(vm, from, Number(hint(to)) + 1, by) : rangeLength(vm, from, to, by)
    return fresh(vm, 'aten.range.step', [length], like(vm, dtype, device))
  },
  'linspace(start, end, steps, *, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [start, end, steps, dtype, , device],
  ) => spaced(vm, 'aten.linspace.default', start, end, steps, like(vm, dtype, device), (x) => x),
  'logspace(start, end, steps, base=10.0, *, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [start, end, steps, base, dtype, , device],
  ) => {
    const b = plainNumber(vm, base)
    return spaced(vm, 'aten.logspace.default', start, end, steps, like(vm, dtype, device), (x) => b ** x)
  },
})

/** Row and column numbers of a triangle's elements, as a [2, n] tensor. */
function triangle(
  vm: Vm,
  op: KernelName,
  size: readonly Value[],
  dtype: Value,
  device: Value,
  inside: (r: number, c: number, offset: number) => boolean,
): Tensor {
  const [rows = 0, columns = 0, offset = 0] = size.map((v) => hintNumber(intArg(vm, v)))
  const cells = Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const)
  const chosen = cells.filter(([r, c]) => inside(r, c, offset))
  return fresh(vm, op, [2, chosen.length], {
    dtype: dtypeArg(vm, dtype) ?? dtypes.int64,
    device: factoryDevice(vm, device),
    sizes: size.filter(isInt),
    values: () => [...chosen.map(([r]) => r), ...chosen.map(([, c]) => c)],
  })
}

const triangleFunctions = torchFunctions({
  'tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None)': (
    vm,
    [row, col, offset, dtype, device],
  ) => triangle(vm, 'aten.tril_indices.default', [row, col, offset], dtype, device, (r, c, o) => c <= r + o),
  'triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None)': (
    vm,
    [row, col, offset, dtype, device],
  ) => triangle(vm, 'aten.triu_indices.default', [row, col, offset], dtype, device, (r, c, o) => c >= r + o),
})

// --- After another tensor ------------------------------------------------------------------------------------------

interface LikeArgs {
  readonly dtype: Value
  readonly device: Value
  readonly format?: Value
}

function takenAfter(vm: Vm, input: Value, { dtype, device, format = null }: LikeArgs): Fresh & { readonly t: Tensor } {
  const t = asTensor(vm, input)
  const asked = formatArg(vm, format) ?? 'preserve_format'
  return {
    t,
    dtype: dtypeArg(vm, dtype) ?? t.dtype,
    device: deviceArg(vm, device) ?? t.device,
    strides: asked === 'preserve_format' ? stridesLike(t) : stridesOf(asked, t.shape),
    inputs: [t],
  }
}

const likeFunctions = torchFunctions({
  'zeros_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return filled(vm, 'aten.zeros_like.default', t.shape, 0, options)
  },
  'ones_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return filled(vm, 'aten.ones_like.default', t.shape, 1, options)
  },
  'full_like(input, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, value, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return filled(vm, 'aten.full_like.default', t.shape, scalarArg(vm, value, "argument 'fill_value'"), options)
  },
  'empty_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return empty(vm, t.shape, options.dtype, options.device, options.strides)
  },
  'rand_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return fresh(vm, 'aten.rand_like.default', t.shape, options)
  },
  'randn_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)': (
    vm,
    [input, dtype, , device, , format],
  ) => {
    const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
    return fresh(vm, 'aten.randn_like.default', t.shape, options)
  },
  'randint_like(input, low, high=None, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None)':
    (vm, [input, , high, dtype, , device, , format]) => {
      const { t, ...options } = takenAfter(vm, input, { dtype, device, format })
      return fresh(vm, high === null ? 'aten.randint_like.default' : 'aten.randint_like.low_dtype', t.shape, options)
    },
})

/** `x.new_zeros(…)`: dtype and device of x. */
function after(vm: Vm, self: Value, dtype: Value, device: Value): Fresh {
  const t = asTensor(vm, self)
  return { dtype: dtypeArg(vm, dtype) ?? t.dtype, device: deviceArg(vm, device) ?? t.device, inputs: [t] }
}

const newMethods = torchFunctions({
  'new_zeros(self, *args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [t, args, size, dtype, , device],
  ) => filled(vm, 'aten.new_zeros.default', sizeOf(vm, args, size), 0, after(vm, t, dtype, device)),
  'new_ones(self, *args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [t, args, size, dtype, , device],
  ) => filled(vm, 'aten.new_ones.default', sizeOf(vm, args, size), 1, after(vm, t, dtype, device)),
  'new_full(self, size, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [t, size, value, dtype, , device],
  ) =>
    filled(
      vm,
      'aten.new_full.default',
      sizeArg(vm, size),
      scalarArg(vm, value, "argument 'fill_value'"),
      after(vm, t, dtype, device),
    ),
  'new_empty(self, *args, size=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [t, args, size, dtype, , device],
  ) => {
    const options = after(vm, t, dtype, device)
    return empty(vm, sizeOf(vm, args, size), options.dtype, options.device)
  },
  'new_empty_strided(self, size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)':
    (vm, [t, size, stride, dtype, , device]) => {
      const options = after(vm, t, dtype, device)
      return empty(vm, sizeArg(vm, size), options.dtype, options.device, sizeArg(vm, stride))
    },
  'new_tensor(self, data, *, dtype=None, device=None, requires_grad=False)': (vm, [t, data, dtype, device]) => {
    const options = after(vm, t, dtype, device)
    return ofData(vm, data, options.dtype, options.device, true)
  },
  'new(self, *args)': (vm, [t, args]) => {
    const { dtype, device } = asTensor(vm, t)
    return legacy(vm, args, dtype, device)
  },
})

// --- Data ----------------------------------------------------------------------------------------------------------

/** An array is shared and then, where that was asked for or is needed, converted (tensor_new.cpp, internal_new_from_data). */
function ofData(vm: Vm, data: Value, dtype: DType | undefined, device: DeviceName, copyArray: boolean): Tensor {
  if (arrayContents(vm, data) === undefined) return tensorOf(vm, data, dtype, device)
  return to(vm, tensorOf(vm, data, undefined, 'cpu'), { dtype, device, copy: copyArray })
}

/** The constructors of old: sizes make memory, one sequence is data, one tensor is shared. */
function legacy(vm: Vm, args: readonly Value[], dtype: DType, device: DeviceName): Tensor {
  const [first] = args
  if (args.length === 1 && isTensor(first)) return viewOf(first, first.shape, first.strides)
  if (args.length === 1 && (isSequence(first) || arrayContents(vm, first ?? null) !== undefined))
    return ofData(vm, first ?? null, dtype, device, false)
  const shape: Shape = args.length === 0 ? [0] : sizeArgs(vm, args)
  return empty(vm, shape, dtype, device)
}

/** `torch.tensor(x)` of a tensor copies it; `as_tensor` changes only what differs. */
function fromData(vm: Vm, data: Value, dtype: Value, device: Value, copy: boolean): Tensor {
  if (isTensor(data)) return to(vm, data, { dtype: dtypeArg(vm, dtype), device: deviceArg(vm, device), copy })
  if (isScripted(vm)) return scriptedTensor(vm, data, dtypeArg(vm, dtype), deviceArg(vm, device))
  return ofData(vm, data, dtypeArg(vm, dtype), factoryDevice(vm, device), copy)
}

/** Compiled code makes it on the CPU, of the dtype that the data have, and converts it (register_special_ops.cpp, castTensorTo). */
function scriptedTensor(vm: Vm, data: Value, dtype: DType | undefined, device: DeviceName | undefined): Tensor {
  const made = convert(vm, tensorOf(vm, data, undefined, 'cpu'), dtype)
  return device === undefined || device === made.device ? made : to(vm, made, { device })
}

const dataFunctions = torchFunctions({
  'tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [data, dtype, device, grad],
  ) => marked(fromData(vm, data, dtype, device, true), grad),
  'as_tensor(data, dtype=None, device=None)': (vm, [data, dtype, device]) => fromData(vm, data, dtype, device, false),
  'asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False)': (vm, [data, dtype, device]) =>
    fromData(vm, data, dtype, device, false),
  'scalar_tensor(s, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [s, dtype, , device],
  ) => scalarTensor(scalarArg(vm, s, "argument 's'"), floating(vm, dtype), factoryDevice(vm, device)),
  'from_numpy(array)': (vm, [array]) => tensorOf(vm, array, undefined, 'cpu'),
  'complex(real, imag)': (vm, [real, imag]) =>
    complexOf(vm, 'aten.complex.default', asTensor(vm, real), asTensor(vm, imag)),
  'polar(abs, angle)': (vm, [abs, angle]) =>
    complexOf(vm, 'aten.polar.default', asTensor(vm, abs), asTensor(vm, angle)),
})

function complexOf(vm: Vm, op: KernelName, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype || !a.dtype.isFloatingPoint) {
    vm.raise(
      types.RuntimeError,
      `Expected object of scalar type ${a.dtype.name} but got scalar type ${b.dtype.name} for second argument`,
    )
  }
  return pointwise(vm, op, [a, b], { result: a.dtype === dtypes.float64 ? dtypes.complex128 : dtypes.complex64 })
}

/** `torch.Tensor(…)`, `torch.LongTensor(…)`: what the classes are constructed with, on the CPU whatever the default device. */
export function fillConstructors(): void {
  const init = native('__init__(self, *args, **kwargs)', () => null)
  for (const { cls, dtype } of legacyTypes.values()) {
    const make = native('__new__(cls, *args, **kwargs)', (vm, [, args]) => legacy(vm, args, dtype, 'cpu'))
    fillClass(cls, { methods: { __new__: make, __init__: init } })
  }
  const make = native('__new__(cls, *args, **kwargs)', (vm, [, args]) =>
    legacy(vm, args, vm.state(torchState).defaultDtype, 'cpu'),
  )
  fillClass(tensorClass, { methods: { __new__: make, __init__: init } })
}

// --- Windows, random numbers ---------------------------------------------------------------------------------------

/** A generator that is named, None included, chooses an overload of its own. */
const randomFunctions = torchFunctions({
  'rand(*args, size=MISSING, generator=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)':
    (vm, [args, size, generator, dtype, , device]) =>
      fresh(
        vm,
        generator === undefined ? 'aten.rand.default' : 'aten.rand.generator',
        sizeOf(vm, args, size),
        like(vm, dtype, device),
      ),
  'randn(*args, size=MISSING, generator=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)':
    (vm, [args, size, generator, dtype, , device]) =>
      fresh(
        vm,
        generator === undefined ? 'aten.randn.default' : 'aten.randn.generator',
        sizeOf(vm, args, size),
        like(vm, dtype, device),
      ),
  'randint(*args, low=MISSING, high=MISSING, size=MISSING, generator=MISSING, dtype=None, layout=None, device=None, requires_grad=False)':
    (vm, [args, low, , size, generator, dtype, , device]) => {
      const shape = size ?? args.at(-1)
      const given = (size === undefined ? args.length - 1 : args.length) + (low === undefined ? 0 : 1)
      const options = { dtype: dtypeArg(vm, dtype) ?? dtypes.int64, device: factoryDevice(vm, device) }
      const plain = given > 1 ? 'aten.randint.low' : 'aten.randint.default'
      const drawn = given > 1 ? 'aten.randint.low_generator' : 'aten.randint.generator'
      return fresh(vm, generator === undefined ? plain : drawn, sizeArg(vm, shape), options)
    },
  'randperm(n, *, generator=MISSING, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False)': (
    vm,
    [n, generator, dtype, , device],
  ) =>
    fresh(vm, generator === undefined ? 'aten.randperm.default' : 'aten.randperm.generator', [intArg(vm, n)], {
      dtype: dtypeArg(vm, dtype) ?? dtypes.int64,
      device: factoryDevice(vm, device),
    }),
  'normal(mean, std=1.0, size=MISSING, *, generator=None, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [mean, std, size, , dtype, , device],
  ) => {
    if (isTensor(mean))
      return pointwise(
        vm,
        isTensor(std) ? 'aten.normal.Tensor_Tensor' : 'aten.normal.Tensor_float',
        isTensor(std) ? [mean, std] : [mean],
      )
    if (isTensor(std)) return pointwise(vm, 'aten.normal.float_Tensor', [std])
    return fresh(vm, 'aten.normal.float_float', sizeArg(vm, size), like(vm, dtype, device))
  },
})

const windowFunctions = torchFunctions({
  'hann_window(window_length, periodic=MISSING, *, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [length, periodic, dtype, , device],
  ) =>
    window(
      vm,
      periodic === undefined ? 'aten.hann_window.default' : 'aten.hann_window.periodic',
      length,
      dtype,
      device,
    ),
  'hamming_window(window_length, periodic=MISSING, *, dtype=None, layout=None, device=None, requires_grad=False)': (
    vm,
    [length, periodic, dtype, , device],
  ) =>
    window(
      vm,
      periodic === undefined ? 'aten.hamming_window.default' : 'aten.hamming_window.periodic',
      length,
      dtype,
      device,
    ),
  'kaiser_window(window_length, periodic=MISSING, beta=MISSING, *, dtype=None, layout=None, device=None, requires_grad=False)':
    (vm, [length, periodic, beta, dtype, , device]) => {
      const overload = beta !== undefined ? 'beta' : periodic === undefined ? 'default' : 'periodic'
      return window(vm, `aten.kaiser_window.${overload}`, length, dtype, device)
    },
})

function window(vm: Vm, op: KernelName, length: Value, dtype: Value, device: Value): Tensor {
  return fresh(vm, op, [intArg(vm, length)], like(vm, dtype, device))
}

export const factoryFunctions: FunctionSet = {
  methods: newMethods,
  torch: {
    ...filledFunctions,
    ...rangeFunctions,
    ...triangleFunctions,
    ...likeFunctions,
    ...dataFunctions,
    ...randomFunctions,
    ...windowFunctions,
  },
}
