// Type promotion (c10/core/ScalarType.cpp, aten/native/TypeProperties.cpp): categories climb bool < int < float < complex;
// within a category tensors with dimensions outrank 0-d tensors, which outrank Python numbers.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { scalarDtype, type Scalar } from './arguments.ts'
import { categoryRank, complexDtype, dtypes, realDtype, type DType } from './dtype.ts'
import { torchState } from './state.ts'
import { isTensor, type Tensor } from './tensor.ts'

const barebones = new Set<DType>([dtypes.uint16, dtypes.uint32, dtypes.uint64])

function isNarrowFloat(d: DType): boolean {
  return d.category === 'float' && d.itemsize === 1
}

const intRank: readonly DType[] = [dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64]
const floatRank: readonly DType[] = [dtypes.float16, dtypes.float32, dtypes.float64]

function higher(rank: readonly DType[], a: DType, b: DType): DType {
  return rank.indexOf(a) >= rank.indexOf(b) ? a : b
}

function promoteInts(a: DType, b: DType): DType {
  if (a === dtypes.uint8) return b === dtypes.int8 ? dtypes.int16 : b
  if (b === dtypes.uint8) return a === dtypes.int8 ? dtypes.int16 : a
  return higher(intRank, a, b)
}

/** bfloat16 and float16 meet in float32. */
function promoteFloats(a: DType, b: DType): DType {
  const wide = (d: DType): DType => (d === dtypes.bfloat16 ? dtypes.float32 : d)
  return a === b ? a : higher(floatRank, wide(a), wide(b))
}

/** `torch.promote_types(a, b)`. */
export function promoteTypes(vm: Vm, a: DType, b: DType): DType {
  if (a === b) return a
  if (isNarrowFloat(a) || isNarrowFloat(b)) {
    vm.raise(
      types.RuntimeError,
      `Promotion for Float8 Types is not supported, attempted to promote ${messageName(a)} and ${messageName(b)}`,
    )
  }
  const [low, high] = categoryRank[a.category] <= categoryRank[b.category] ? [a, b] : [b, a]
  if (barebones.has(low) && high.category !== 'float') refuseBarebones(vm, a, b)
  if (barebones.has(high)) refuseBarebones(vm, a, b)
  if (high.category === 'complex') {
    return low.isInexact ? complexDtype(promoteFloats(realDtype(low), realDtype(high))) : high
  }
  if (low.category !== high.category) return high
  return high.category === 'float' ? promoteFloats(a, b) : promoteInts(a, b)
}

function refuseBarebones(vm: Vm, a: DType, b: DType): never {
  return vm.raise(
    types.RuntimeError,
    `Promotion for uint16, uint32, uint64 types is not supported, attempted to promote ${messageName(a)} and ${messageName(b)}`,
  )
}

const messageNames = new Map<DType, string>([
  [dtypes.bool, 'Bool'],
  [dtypes.uint8, 'Byte'],
  [dtypes.int8, 'Char'],
  [dtypes.int16, 'Short'],
  [dtypes.int32, 'Int'],
  [dtypes.int64, 'Long'],
  [dtypes.uint16, 'UInt16'],
  [dtypes.uint32, 'UInt32'],
  [dtypes.uint64, 'UInt64'],
  [dtypes.float16, 'Half'],
  [dtypes.bfloat16, 'BFloat16'],
  [dtypes.float32, 'Float'],
  [dtypes.float64, 'Double'],
  [dtypes.complex32, 'ComplexHalf'],
  [dtypes.complex64, 'ComplexFloat'],
  [dtypes.complex128, 'ComplexDouble'],
])

/** How error messages name a dtype: `Float`, `Long`, `Float8_e4m3fn`. */
export function messageName(d: DType): string {
  return messageNames.get(d) ?? d.name.replace(/^f/, 'F')
}

/** The dtype of the higher rank wins unless the lower one is of a higher category. */
function combine(vm: Vm, upper: DType | undefined, lower: DType | undefined): DType | undefined {
  if (upper === undefined || lower === undefined) return upper ?? lower
  if (upper.category === 'complex') return upper
  if (upper.category === 'float') return lower.category === 'complex' ? complexDtype(upper) : upper
  if (upper === dtypes.bool || lower.isInexact) return promoteTypes(vm, upper, lower)
  return upper
}

/** `torch.result_type` of tensors and Python numbers. */
export function resultType(vm: Vm, operands: readonly (Tensor | Scalar)[]): DType {
  let dimensioned: DType | undefined
  let zeroDim: DType | undefined
  let wrapped: DType | undefined
  const join = (a: DType | undefined, b: DType): DType => (a === undefined || a === b ? b : promoteTypes(vm, a, b))
  for (const o of operands) {
    if (!isTensor(o)) wrapped = join(wrapped, scalarDtype(o, vm.state(torchState).defaultDtype))
    else if (o.shape.length > 0) dimensioned = join(dimensioned, o.dtype)
    else zeroDim = join(zeroDim, o.dtype)
  }
  return combine(vm, dimensioned, combine(vm, zeroDim, wrapped)) ?? vm.state(torchState).defaultDtype
}

/** Integers and booleans become the default dtype: true division, `mean` of them, sin and its kin. */
export function toInexact(vm: Vm, d: DType): DType {
  return d.isInexact ? d : vm.state(torchState).defaultDtype
}

/** Whether a result may be written into a tensor of a dtype: never down a category, never out of bool. */
export function canCast(from: DType, to: DType): boolean {
  if (categoryRank[from.category] > 1 && categoryRank[from.category] > categoryRank[to.category]) return false
  return !(from.category !== 'bool' && to.category === 'bool')
}

const cppNames = new Map<DType, string>([
  [dtypes.float16, 'c10::Half'],
  [dtypes.bfloat16, 'c10::BFloat16'],
  [dtypes.float32, 'float'],
  [dtypes.float64, 'double'],
])

/** The name of a dtype's C++ type, as some messages have it. */
export function cppName(d: DType): string {
  return cppNames.get(d) ?? messageName(d)
}
