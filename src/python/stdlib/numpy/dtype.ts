// The dtypes of NumPy's arrays, and what arithmetic makes of them.
import { float } from '../../make.ts'
import { floatToInt, toFloat, truth } from '../../object.ts'
import { PyFloat, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { isUnknown } from '../unknown.ts'

/** In NumPy's order: of two of a kind in one operation the later is the result's. */
export const arrayDtypes = [
  ...(['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64'] as const),
]

export type ArrayDtype = (typeof arrayDtypes)[number]

export const isFloating = (dtype: ArrayDtype): boolean => dtype.startsWith('float')

/** What NumPy takes a list of Python's numbers for. */
export function dtypeOfValues(values: readonly Value[]): ArrayDtype {
  if (values.length === 0 || values.some((v) => v instanceof PyFloat)) return 'float64'
  return values.every((v) => typeof v === 'boolean') ? 'bool' : 'int64'
}

/** An operand: an array's dtype, or a plain number, which makes no array wider than its kind needs. */
export type Operand = { readonly dtype: ArrayDtype; readonly isNumber: boolean }

const kind = (dtype: ArrayDtype): number => (dtype === 'bool' ? 0 : isFloating(dtype) ? 2 : 1)

/** The least float that holds every integer of a dtype. */
const floatFor: Partial<Record<ArrayDtype, ArrayDtype>> = {
  uint8: 'float16',
  int8: 'float16',
  int16: 'float32',
  int32: 'float64',
  int64: 'float64',
}

const later = (a: ArrayDtype, b: ArrayDtype): ArrayDtype => (arrayDtypes.indexOf(a) < arrayDtypes.indexOf(b) ? b : a)

/** NumPy 2's promotion (NEP 50). */
export function promoted(a: Operand, b: Operand): ArrayDtype {
  if (a.isNumber !== b.isNumber) {
    const [number, array] = a.isNumber ? [a, b] : [b, a]
    return kind(number.dtype) > kind(array.dtype) ? number.dtype : array.dtype
  }
  const high = later(a.dtype, b.dtype)
  const low = high === a.dtype ? b.dtype : a.dtype
  if (low === 'uint8' && high === 'int8') return 'int16'
  return kind(low) === 1 && isFloating(high) ? later(high, floatFor[low] ?? high) : high
}

/** A number as an array of a dtype holds it. */
export function cast(vm: Vm, v: Value, dtype: ArrayDtype): Value {
  if (isUnknown(v)) return v
  if (dtype === 'bool') return truth(vm, v)
  if (!isFloating(dtype))
    return v instanceof PyFloat ? floatToInt(vm, v, 'trunc') : typeof v === 'boolean' ? Number(v) : v
  const x = toFloat(vm, v)
  return dtype === 'float32' && x.deps.length === 0 && x.expr === undefined ? float(Math.fround(x.value)) : x
}
