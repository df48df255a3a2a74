// `to` in all its call forms, the dtype methods, copies, and reading values: item, tolist, bool, int, float.
import { float, list, tuple } from '../../python/make.ts'
import { callMethod, intOf } from '../../python/object.ts'
import { types } from '../../python/types.ts'
import { isInt, PyFloat, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { eq, hint, hintNumber, pin, type Int } from '../../sym/index.ts'
import { asScalar, asTensor, boolArg, formatArg, type Scalar } from '../arguments.ts'
import { clone, contiguousIn, copyInto, decidedValue, hasFormat, to, valuesOf, type Conversion } from '../conversion.ts'
import { Device, deviceArg } from '../device.ts'
import { DType, dtypeArg, dtypes } from '../dtype.ts'
import { legacyDtype, legacyTypeName } from '../legacy.ts'
import { merged, ofTensor, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { messageName } from '../promote.ts'
import { launch } from '../record.ts'
import { at, numel } from '../shape.ts'
import { isTensor, type Tensor } from '../tensor.ts'

// --- to ------------------------------------------------------------------------------------------------------------

interface ToKeywords {
  readonly dtype: Value | undefined
  readonly device: Value | undefined
  readonly copy: Value
  readonly format: Value
}

function isDevice(v: Value | undefined): boolean {
  return v instanceof Device || typeof v === 'string' || (v !== undefined && isInt(v))
}

/** `to(dtype, …)`, `to(device, dtype, …)`, `to(other, …)`, each followed by non_blocking and copy. */
function conversionOf(vm: Vm, args: readonly Value[], keywords: ToKeywords): Conversion {
  const rest = [...args]
  let { dtype, device } = keywords
  const [first] = rest
  if (isTensor(first)) {
    rest.shift()
    return {
      dtype: first.dtype,
      device: first.device,
      copy: copyFlag(vm, rest, keywords.copy),
      format: formatArg(vm, keywords.format),
    }
  }
  if (isDevice(first) || first === null) device = rest.shift()
  const [next] = rest
  if (next instanceof DType || next === null || legacyOrPython(next)) dtype = rest.shift()
  return {
    dtype: dtypeArg(vm, dtype),
    device: deviceArg(vm, device),
    copy: copyFlag(vm, rest, keywords.copy),
    format: formatArg(vm, keywords.format),
  }
}

function legacyOrPython(v: Value | undefined): boolean {
  return v === types.float || v === types.int || v === types.bool
}

/** What is left of the positional arguments is non_blocking and copy. */
function copyFlag(vm: Vm, rest: readonly Value[], keyword: Value): boolean {
  if (rest.length > 2) vm.raise(types.TypeError, 'to() received an invalid combination of arguments')
  return boolArg(vm, rest[1] ?? keyword, "argument 'copy'")
}

function typeOfTensor(vm: Vm, t: Tensor, dtype: Value): Value {
  if (dtype === null) return legacyTypeName(t.dtype, t.device)
  return to(vm, t, { dtype: legacyDtype(dtype) ?? dtypeArg(vm, dtype) })
}

const conversions = torchFunctions({
  'to(self, *args, dtype=MISSING, device=MISSING, non_blocking=False, copy=False, memory_format=None)': (
    vm,
    [t, args, dtype, device, , copy, format],
  ) => to(vm, asTensor(vm, t), conversionOf(vm, args, { dtype, device, copy, format })),
  'type(self, dtype=None, non_blocking=False)': (vm, [t, dtype]) => typeOfTensor(vm, asTensor(vm, t), dtype),
  'type_as(self, other)': (vm, [t, other]) => {
    const o = asTensor(vm, other)
    return to(vm, asTensor(vm, t), { dtype: o.dtype, device: o.device })
  },
  'cpu(self, memory_format=None)': (vm, [t, format]) =>
    to(vm, asTensor(vm, t), { device: 'cpu', format: formatArg(vm, format) }),
  'cuda(self, device=None, non_blocking=False, memory_format=None)': (vm, [t, device]) =>
    to(vm, asTensor(vm, t), { device: deviceArg(vm, device ?? 'cuda') }),
  'contiguous(self, memory_format=None)': (vm, [t, format]) =>
    contiguousIn(vm, asTensor(vm, t), formatArg(vm, format) ?? 'contiguous_format'),
  'is_contiguous(self, memory_format=None)': (vm, [t, format]) =>
    hasFormat(vm, asTensor(vm, t), formatArg(vm, format) ?? 'contiguous_format'),
  'copy_(self, src, non_blocking=False)': (vm, [t, src]) =>
    copyInto(vm, asTensor(vm, t), asTensor(vm, src, "argument 'src'")),
})

/** `x.float()` and so on. */
const dtypeMethods: Readonly<Record<string, DType>> = {
  float: dtypes.float32,
  double: dtypes.float64,
  half: dtypes.float16,
  bfloat16: dtypes.bfloat16,
  long: dtypes.int64,
  int: dtypes.int32,
  short: dtypes.int16,
  char: dtypes.int8,
  byte: dtypes.uint8,
  bool: dtypes.bool,
  cfloat: dtypes.complex64,
  cdouble: dtypes.complex128,
}

const byDtype: FunctionTable = merged(
  ...Object.entries(dtypeMethods).map(([name, dtype]) =>
    torchFunctions<string>({
      [`${name}(self, memory_format=None)`]: (vm, [t, format]) =>
        to(vm, asTensor(vm, t as Value), { dtype, format: formatArg(vm, format as Value) }),
    }),
  ),
)

// --- Reading -------------------------------------------------------------------------------------------------------

/** A value as the Python object of its dtype. */
export function scalarValue(t: Tensor, x: number): Value {
  if (t.dtype.category === 'bool') return x !== 0
  return t.dtype.category === 'int' ? x : float(x)
}

/** The one element of a tensor. On the host the dispatcher sees the read. */
export function item(vm: Vm, t: Tensor): Value {
  const count = numel(t.shape)
  if (!eq(count, 1)) {
    vm.raise(types.RuntimeError, `a Tensor with ${hint(count)} elements cannot be converted to Scalar`)
  }
  launch(vm, 'aten._local_scalar_dense.default', [t], [])
  // The one element is the first.
  if (t.ramp !== undefined) return t.ramp.first
  const decided = decidedValue(vm, [t], 'item()')
  if (decided !== undefined) return decided
  const [x = NaN] = Array.from(valuesOf(vm, t, 'item()'))
  return scalarValue(t, x)
}

/** A number; one that comes as a 0-d tensor is read. */
export function scalarArg(vm: Vm, v: Value | undefined, what?: string): Scalar {
  return asScalar(vm, isTensor(v) ? item(vm, v) : v, what)
}

export function truthOf(vm: Vm, t: Tensor): boolean {
  const count = numel(t.shape)
  if (eq(count, 0)) vm.raise(types.RuntimeError, 'Boolean value of Tensor with no values is ambiguous')
  if (!eq(count, 1)) vm.raise(types.RuntimeError, 'Boolean value of Tensor with more than one value is ambiguous')
  launch(vm, 'aten._local_scalar_dense.default', [t], [])
  const [x = NaN] = Array.from(valuesOf(vm, t, 'a branch'))
  return x !== 0
}

/** The elements as lists; they are copied to the host first. Where a number was decided, each of them is that. */
function tolist(vm: Vm, given: Tensor): Value {
  return listed(vm, to(vm, given, { device: 'cpu' }), 'tolist()')
}

function listed(vm: Vm, t: Tensor, what: string): Value {
  const decided = decidedValue(vm, [t], what)
  const values =
    decided === undefined
      ? Array.from(valuesOf(vm, t, what), (x) => scalarValue(t, x))
      : new Array<Value>(t.shape.reduce<number>((n, s) => n * Number(pin(s)), 1)).fill(decided)
  const nest = (dim: number, start: number, count: number): Value => {
    if (dim === t.rank) return values[start] ?? null
    const size = hintNumber(at(t.shape, dim))
    const step = size === 0 ? 0 : count / size
    return list(Array.from({ length: size }, (_, i) => nest(dim + 1, start + i * step, step)))
  }
  return nest(0, 0, values.length)
}

/** An array of NumPy's with the same elements; NumPy has no bfloat16. */
function numpy(vm: Vm, t: Tensor): Value {
  if (t.dtype === dtypes.bfloat16) vm.raise(types.TypeError, `Got unsupported ScalarType ${messageName(t.dtype)}`)
  const array = callMethod(vm, vm.importer.get('numpy'), 'array', [listed(vm, t, 'numpy()'), t.dtype.name])
  return callMethod(vm, array, 'reshape', [tuple(t.shape)])
}

function asInt(vm: Vm, t: Tensor): Int {
  const v = item(vm, t)
  return intOf(v) ?? Math.trunc(numberOf(v))
}

function numberOf(v: Value): number {
  return v instanceof PyFloat ? v.value : Number(v)
}

const reading = merged(
  ofTensor('item', item),
  ofTensor('tolist', tolist),
  ofTensor('is_nonzero', truthOf),
  ofTensor('__bool__', truthOf),
  ofTensor('__int__', asInt),
  ofTensor('__float__', (vm, t) => float(numberOf(item(vm, t)))),
  ofTensor('__index__', (vm, t) => {
    if (t.dtype.isInexact)
      vm.raise(types.TypeError, 'only integer tensors of a single element can be converted to an index')
    return asInt(vm, t)
  }),
  torchFunctions({ 'numpy(self, *, force=False)': (vm, [t]) => numpy(vm, asTensor(vm, t)) }),
)

export const conversionFunctions: FunctionSet = {
  both: torchFunctions({
    'clone(input, *, memory_format=None)': (vm, [t, format]) => clone(vm, asTensor(vm, t), formatArg(vm, format)),
  }),
  methods: merged(conversions, byDtype, reading),
}
