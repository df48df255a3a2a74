// Arguments as PyTorch's Python bindings read them: what counts as an int, a list of ints, a number, a tensor, and the
// TypeErrors for what does not.
import { collect, intOf, toIndex } from '../python/object.ts'
import { types } from '../python/types.ts'
import type { PyClass } from '../python/values.ts'
import { PyComplex, PyFloat, PyList, PyObject, PyTuple, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { hintNumber, type Int } from '../sym/index.ts'
import { dtypes, type Category, type DType } from './dtype.ts'
import { normDim, type MemoryFormat } from './shape.ts'
import { isTensor, type Tensor } from './tensor.ts'

/** A Python number: what an operator takes beside a tensor. */
export type Scalar = boolean | Int | PyFloat | PyComplex

function typeName(v: Value | undefined): string {
  if (v === undefined || v === null) return 'NoneType'
  if (typeof v === 'string') return 'str'
  return v instanceof PyObject ? v.cls.name : typeof v === 'boolean' ? 'bool' : 'int'
}

function wrongType(vm: Vm, what: string, expected: string, v: Value | undefined): never {
  return vm.raise(types.TypeError, `${what} must be ${expected}, not ${typeName(v)}`)
}

export function asTensor(vm: Vm, v: Value | undefined, what = "argument 'input'"): Tensor {
  return isTensor(v) ? v : wrongType(vm, what, 'Tensor', v)
}

export function tensorList(vm: Vm, v: Value | undefined, what = "argument 'tensors'"): Tensor[] {
  if (v === undefined || !isSequence(v)) return wrongType(vm, what, 'tuple of Tensors', v)
  return collect(vm, v).map((t, i) => asTensor(vm, t, `expected Tensor as element ${i} in ${what}, but it`))
}

export function isSequence(v: Value | undefined): v is PyList | PyTuple {
  return v instanceof PyList || v instanceof PyTuple
}

/** The number behind a value, or undefined where it is none (strings, tensors, None). */
export function scalarOf(v: Value | undefined): Scalar | undefined {
  if (v === undefined) return undefined
  if (typeof v === 'boolean' || v instanceof PyFloat || v instanceof PyComplex) return v
  return intOf(v)
}

export function asScalar(vm: Vm, v: Value | undefined, what = "argument 'other'"): Scalar {
  return scalarOf(v) ?? wrongType(vm, what, 'Number', v)
}

/** A tensor or a number. */
export function asOperand(vm: Vm, v: Value | undefined, what = "argument 'other'"): Tensor | Scalar {
  return isTensor(v) ? v : asScalar(vm, v, what)
}

export function scalarCategory(s: Scalar): Category {
  if (typeof s === 'boolean') return 'bool'
  if (s instanceof PyFloat) return 'float'
  return s instanceof PyComplex ? 'complex' : 'int'
}

/** An integer among numbers and tensors. */
export function isIntScalar(o: Tensor | Scalar): o is Int {
  return !isTensor(o) && !(o instanceof PyFloat) && !(o instanceof PyComplex) && typeof o !== 'boolean'
}

/** The number by hint; complex numbers have none. */
export function scalarHint(s: Scalar): number | undefined {
  if (typeof s === 'boolean') return Number(s)
  if (s instanceof PyFloat) return s.value
  if (s instanceof PyComplex) return undefined
  return typeof s === 'bigint' ? Number(s) : hintNumber(s)
}

/** The dtype that a number by itself would have. */
export function scalarDtype(s: Scalar, defaultDtype: DType): DType {
  const category = scalarCategory(s)
  if (category === 'float') return defaultDtype
  if (category === 'bool') return dtypes.bool
  if (category === 'int') return dtypes.int64
  return defaultDtype === dtypes.float64 ? dtypes.complex128 : dtypes.complex64
}

export function intArg(vm: Vm, v: Value | undefined, what = 'argument'): Int {
  if (v === undefined || v === null || v instanceof PyFloat) return wrongType(vm, what, 'int', v)
  return toIndex(vm, v)
}

export function optionalInt(vm: Vm, v: Value | undefined, what?: string): Int | undefined {
  return v === undefined || v === null ? undefined : intArg(vm, v, what)
}

export function boolArg(vm: Vm, v: Value | undefined, what = 'argument'): boolean {
  return typeof v === 'boolean' ? v : wrongType(vm, what, 'bool', v)
}

/** A float argument as JavaScript's number (by hint). */
export function numberArg(vm: Vm, v: Value | undefined, what = 'argument'): number {
  return scalarHint(asScalar(vm, v, what)) ?? wrongType(vm, what, 'float', v)
}

/** One dimension, counted from either end. */
export function dimArg(vm: Vm, t: Tensor, v: Value | undefined): number {
  return normDim(vm, t.rank, intArg(vm, v, "argument 'dim'"))
}

/** One or several dimensions; None and () are all of them (undefined). */
export function dimsArg(vm: Vm, t: Tensor, v: Value | undefined): number[] | undefined {
  if (v === undefined || v === null) return undefined
  if (!isSequence(v)) return [dimArg(vm, t, v)]
  const dims = v.items.map((d) => dimArg(vm, t, d))
  if (new Set(dims).size < dims.length) {
    vm.raise(
      types.RuntimeError,
      `dim ${dims.find((d, i) => dims.indexOf(d) !== i) ?? 0} appears multiple times in the list of dims`,
    )
  }
  return dims
}

/** A size: one sequence of ints, or an int (a list of one). */
export function sizeArg(vm: Vm, v: Value | undefined, what = "argument 'size'"): Int[] {
  if (isSequence(v)) return v.items.map((x) => intArg(vm, x, what))
  return [intArg(vm, v, what)]
}

/** A size as the end of an argument list: `view(2, 3)`, `view((2, 3))`, `view([2, 3])`. */
export function sizeArgs(vm: Vm, items: readonly Value[], what = "argument 'size'"): Int[] {
  const [first] = items
  if (items.length === 1 && isSequence(first)) return sizeArg(vm, first, what)
  return items.map((x) => intArg(vm, x, what))
}

/** `torch.contiguous_format` and its kin. */
export class MemoryFormatValue extends PyObject {
  constructor(
    cls: PyClass,
    readonly format: MemoryFormat,
  ) {
    super(cls)
  }
}

export function formatArg(vm: Vm, v: Value | undefined): MemoryFormat | undefined {
  if (v === undefined || v === null) return undefined
  return v instanceof MemoryFormatValue ? v.format : wrongType(vm, "argument 'memory_format'", 'torch.memory_format', v)
}
