// Named constants of `torch` that are objects of their own kind: layouts, memory formats, and the limits of number types.
import { float } from '../python/make.ts'
import { classOf, native } from '../python/native.ts'
import { types } from '../python/types.ts'
import { PyClass, PyInstance, PyObject, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import type { Int } from '../sym/index.ts'
import { MemoryFormatValue } from './arguments.ts'
import { dtypeArg, dtypes, type DType } from './dtype.ts'
import type { MemoryFormat } from './shape.ts'
import { torchState } from './state.ts'

class Named extends PyObject {
  constructor(
    cls: PyClass,
    readonly name: string,
  ) {
    super(cls)
  }
}

function named(kind: string): PyClass {
  const show = (v: Value): string =>
    v instanceof Named ? `torch.${v.name}` : v instanceof MemoryFormatValue ? `torch.${v.format}` : ''
  return classOf({
    name: kind,
    module: 'torch',
    hasDict: false,
    methods: {
      __repr__: native('__repr__(self)', (_vm, [v]) => show(v)),
      __str__: native('__str__(self)', (_vm, [v]) => show(v)),
    },
  })
}

export const layoutClass = named('layout')
export const strided: PyObject = new Named(layoutClass, 'strided')
/** Layouts to compare with: no tensor here has one. */
export const sparseLayouts: Readonly<Record<string, PyObject>> = Object.fromEntries(
  ['sparse_coo', 'sparse_csr', 'sparse_csc', 'sparse_bsr', 'sparse_bsc'].map((n) => [n, new Named(layoutClass, n)]),
)

export const memoryFormatClass = named('memory_format')

function format(name: MemoryFormat): MemoryFormatValue {
  return new MemoryFormatValue(memoryFormatClass, name)
}

export const memoryFormats: Readonly<Record<MemoryFormat, PyObject>> = {
  contiguous_format: format('contiguous_format'),
  preserve_format: format('preserve_format'),
  channels_last: format('channels_last'),
  channels_last_3d: format('channels_last_3d'),
}

// --- Limits --------------------------------------------------------------------------------------------------------

interface FloatLimits {
  readonly bits: number
  readonly max: number
  readonly min?: number
  readonly eps: number
  /** Smallest normal number. */
  readonly tiny: number
  readonly resolution: number
}

const floatLimits = new Map<DType, FloatLimits>([
  [dtypes.float64, { bits: 64, max: Number.MAX_VALUE, eps: 2 ** -52, tiny: 2 ** -1022, resolution: 1e-15 }],
  [dtypes.float32, { bits: 32, max: (2 - 2 ** -23) * 2 ** 127, eps: 2 ** -23, tiny: 2 ** -126, resolution: 1e-6 }],
  [dtypes.float16, { bits: 16, max: 65504, eps: 2 ** -10, tiny: 2 ** -14, resolution: 1e-3 }],
  [dtypes.bfloat16, { bits: 16, max: (2 - 2 ** -7) * 2 ** 127, eps: 2 ** -7, tiny: 2 ** -126, resolution: 1e-2 }],
  [dtypes.float8_e4m3fn, { bits: 8, max: 448, eps: 2 ** -3, tiny: 2 ** -6, resolution: 1 }],
  [dtypes.float8_e5m2, { bits: 8, max: 57344, eps: 2 ** -2, tiny: 2 ** -14, resolution: 1 }],
])

/** Complex types have the limits of their parts. */
const realParts = new Map<DType, DType>([
  [dtypes.complex32, dtypes.float16],
  [dtypes.complex64, dtypes.float32],
  [dtypes.complex128, dtypes.float64],
])

function limitsObject(cls: PyClass, attributes: Readonly<Record<string, Value>>): PyInstance {
  const o = new PyInstance(cls)
  for (const [name, v] of Object.entries(attributes)) o.dict.set(name, v)
  return o
}

function makeFinfo(vm: Vm, cls: Value, type: Value): Value {
  const dtype = dtypeArg(vm, type) ?? vm.state(torchState).defaultDtype
  const real = realParts.get(dtype) ?? dtype
  const limits = floatLimits.get(real)
  if (limits === undefined || !(cls instanceof PyClass)) {
    return vm.raise(
      types.TypeError,
      "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'",
    )
  }
  return limitsObject(cls, {
    bits: limits.bits,
    eps: float(limits.eps),
    max: float(limits.max),
    min: float(limits.min ?? -limits.max),
    tiny: float(limits.tiny),
    smallest_normal: float(limits.tiny),
    resolution: float(limits.resolution),
    dtype: real.name,
  })
}

function makeIinfo(vm: Vm, cls: Value, type: Value): Value {
  const dtype = dtypeArg(vm, type)
  if (dtype?.category !== 'int' || !(cls instanceof PyClass)) {
    return vm.raise(
      types.TypeError,
      "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'",
    )
  }
  const bits = dtype.itemsize * 8
  const top = 2n ** BigInt(dtype.isSigned ? bits - 1 : bits)
  return limitsObject(cls, { bits, max: small(top - 1n), min: dtype.isSigned ? small(-top) : 0, dtype: dtype.name })
}

/** Integers that a JavaScript number holds exactly are numbers. */
function small(n: bigint): Int {
  return n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n
}

const init = native('__init__(self, *args, **kwargs)', () => null)

export const finfoClass: PyClass = classOf({
  name: 'finfo',
  module: 'torch',
  methods: {
    __new__: native('__new__(cls, type=None)', (vm, [cls, type]) => makeFinfo(vm, cls, type)),
    __init__: init,
  },
})

export const iinfoClass: PyClass = classOf({
  name: 'iinfo',
  module: 'torch',
  methods: { __new__: native('__new__(cls, type)', (vm, [cls, type]) => makeIinfo(vm, cls, type)), __init__: init },
})
