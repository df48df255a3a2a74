// Element types. Each is one row; the objects are the Python values `torch.float32` and so on, constants of the program.
import { classOf, native } from '../python/native.ts'
import { types } from '../python/types.ts'
import type { PyClass } from '../python/values.ts'
import { PyObject, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { raise } from '../text/index.ts'

/** The categories type promotion climbs: bool < int < float < complex. */
export type Category = 'bool' | 'int' | 'float' | 'complex'

export const categoryRank: Readonly<Record<Category, number>> = { bool: 0, int: 1, float: 2, complex: 3 }

export class DType extends PyObject {
  constructor(
    readonly name: string,
    /** How traces abbreviate it: `bf16[2,8]`. */
    readonly short: string,
    readonly itemsize: number,
    readonly category: Category,
    readonly isSigned: boolean,
  ) {
    super(dtypeClass)
  }

  get isFloatingPoint(): boolean {
    return this.category === 'float'
  }

  get isComplex(): boolean {
    return this.category === 'complex'
  }

  /** Floating point or complex: what true division and `mean` need. */
  get isInexact(): boolean {
    return this.category === 'float' || this.category === 'complex'
  }
}

function self(v: Value): DType {
  if (v instanceof DType) return v
  throw new TypeError('torch.dtype: not a dtype')
}

export const dtypeClass: PyClass = classOf({
  name: 'dtype',
  module: 'torch',
  hasDict: false,
  methods: {
    __repr__: native('__repr__(self)', (_vm, [d]) => `torch.${self(d).name}`),
    __str__: native('__str__(self)', (_vm, [d]) => `torch.${self(d).name}`),
    __copy__: native('__copy__(self)', (_vm, [d]) => d),
    __deepcopy__: native('__deepcopy__(self, memo)', (_vm, [d]) => d),
    to_real: native('to_real(self)', (_vm, [d]) => realDtype(self(d))),
    to_complex: native('to_complex(self)', (_vm, [d]) => complexDtype(self(d))),
  },
  properties: {
    is_floating_point: (_vm, d) => self(d).isFloatingPoint,
    is_complex: (_vm, d) => self(d).isComplex,
    is_signed: (_vm, d) => self(d).isSigned,
    itemsize: (_vm, d) => self(d).itemsize,
  },
})

function row(name: string, short: string, itemsize: number, category: Category, isSigned = true): DType {
  return new DType(name, short, itemsize, category, isSigned)
}

/** Types that traces have no abbreviation for print in full, as `str(dtype)`. */
function plain(name: string, itemsize: number, category: Category, isSigned = true): DType {
  return row(name, `torch.${name}`, itemsize, category, isSigned)
}

export const dtypes = {
  bool: row('bool', 'b8', 1, 'bool', false),
  uint8: row('uint8', 'u8', 1, 'int', false),
  int8: row('int8', 'i8', 1, 'int'),
  int16: row('int16', 'i16', 2, 'int'),
  int32: row('int32', 'i32', 4, 'int'),
  int64: row('int64', 'i64', 8, 'int'),
  uint16: plain('uint16', 2, 'int', false),
  uint32: plain('uint32', 4, 'int', false),
  uint64: plain('uint64', 8, 'int', false),
  bfloat16: row('bfloat16', 'bf16', 2, 'float'),
  float16: row('float16', 'f16', 2, 'float'),
  float32: row('float32', 'f32', 4, 'float'),
  float64: row('float64', 'f64', 8, 'float'),
  complex32: plain('complex32', 4, 'complex'),
  complex64: row('complex64', 'c64', 8, 'complex'),
  complex128: plain('complex128', 16, 'complex'),
  float8_e4m3fn: plain('float8_e4m3fn', 1, 'float'),
  float8_e4m3fnuz: plain('float8_e4m3fnuz', 1, 'float'),
  float8_e5m2: plain('float8_e5m2', 1, 'float'),
  float8_e5m2fnuz: plain('float8_e5m2fnuz', 1, 'float'),
  float8_e8m0fnu: plain('float8_e8m0fnu', 1, 'float'),
  float4_e2m1fn_x2: plain('float4_e2m1fn_x2', 1, 'float'),
} as const

/** Further names of the same types, as attributes of `torch`. */
export const dtypeAliases: Readonly<Record<string, DType>> = {
  float: dtypes.float32,
  double: dtypes.float64,
  half: dtypes.float16,
  cfloat: dtypes.complex64,
  cdouble: dtypes.complex128,
  chalf: dtypes.complex32,
  short: dtypes.int16,
  int: dtypes.int32,
  long: dtypes.int64,
}

const byName = new Map<string, DType>([
  ...Object.entries(dtypes),
  ...Object.entries(dtypeAliases),
  ...Object.values(dtypes).map((d): [string, DType] => [d.short, d]),
])

/** By name (`bfloat16`), alias (`half`) or abbreviation (`bf16`). */
export function dtypeByName(name: string): DType | undefined {
  return byName.get(name.replace(/^torch\./, ''))
}

/** A dtype that the user named. */
export function dtypeByShort(name: string): DType {
  return (
    dtypeByName(name) ??
    raise('bad-option', `${name} is not a dtype`, { hint: 'Dtypes: bf16, f16, f32, i64, b8 and so on.' })
  )
}

const complexOf = new Map<DType, DType>([
  [dtypes.float16, dtypes.complex32],
  [dtypes.bfloat16, dtypes.complex64],
  [dtypes.float32, dtypes.complex64],
  [dtypes.float64, dtypes.complex128],
])

const realOf = new Map<DType, DType>([
  [dtypes.complex32, dtypes.float16],
  [dtypes.complex64, dtypes.float32],
  [dtypes.complex128, dtypes.float64],
])

/** The complex type of a floating one; complex types are their own. */
export function complexDtype(d: DType): DType {
  return complexOf.get(d) ?? d
}

/** The type of the real part. */
export function realDtype(d: DType): DType {
  return realOf.get(d) ?? d
}

const pythonTypes = new Map<Value, DType>([
  [types.bool, dtypes.bool],
  [types.int, dtypes.int64],
  [types.float, dtypes.float64],
  [types.complex, dtypes.complex128],
])

/** A `dtype=` argument: a dtype, one of Python's number types, or None (undefined). */
export function dtypeArg(vm: Vm, v: Value | undefined, what = 'dtype'): DType | undefined {
  if (v === undefined || v === null) return undefined
  if (v instanceof DType) return v
  return pythonTypes.get(v) ?? vm.raise(types.TypeError, `${what} must be a torch.dtype`)
}
