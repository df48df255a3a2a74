// Binary arithmetic: the operators and the functions behind them. Which kernel a spelling lowers to is PyTorch's own
// (torch/_tensor.py, aten BinaryOps.cpp): `1 - x` is rsub, `1 / x` a reciprocal and a multiplication, `x % 2` takes a Scalar.
import { notImplemented } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import { isInt, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { mul as times, neg } from '../../sym/index.ts'
import { asOperand, asTensor, scalarOf, scalarHint, type Scalar } from '../arguments.ts'
import { dtypes } from '../dtype.ts'
import type { ElementFunction } from '../elementwise.ts'
import { aliases, merged, ofTwo, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { product, weighted } from '../ramp.ts'
import { isTensor, type Tensor } from '../tensor.ts'
import { pointwise, pointwiseInto, type Operand, type PointwiseOptions } from '../pointwise.ts'
import { isScripted } from '../scripted.ts'
import { scalarArg } from './conversion.ts'

// --- What the functions lower to -----------------------------------------------------------------------------------

function scaled(alpha: Scalar, sign: number): PointwiseOptions {
  const factor = (scalarHint(alpha) ?? NaN) * sign
  const ramp = isInt(alpha) ? weighted(1, times(alpha, sign)) : undefined
  return { evaluate: (a = NaN, b = NaN) => a + factor * b, ramp }
}

export function add(vm: Vm, a: Operand, b: Operand, alpha: Scalar = 1): Tensor {
  return pointwise(vm, 'aten.add.Tensor', [a, b], scaled(alpha, 1))
}

export function sub(vm: Vm, a: Operand, b: Operand, alpha: Scalar = 1): Tensor {
  return pointwise(vm, 'aten.sub.Tensor', checkSubtraction(vm, a, b), scaled(alpha, -1))
}

function isBool(o: Operand): boolean {
  return isTensor(o) ? o.dtype === dtypes.bool : typeof o === 'boolean'
}

function checkSubtraction(vm: Vm, a: Operand, b: Operand): readonly Operand[] {
  if (isBool(a) && isBool(b)) {
    vm.raise(
      types.RuntimeError,
      'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
    )
  }
  if (isBool(a) || isBool(b)) {
    vm.raise(
      types.RuntimeError,
      'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    )
  }
  return [a, b]
}

/** b - a·alpha */
function rsub(vm: Vm, a: Tensor, b: Operand, alpha: Scalar = 1): Tensor {
  checkSubtraction(vm, a, b)
  if (isScripted(vm) && !isTensor(b)) return add(vm, pointwise(vm, 'aten.neg.default', [a]), b)
  const factor = scalarHint(alpha) ?? NaN
  const ramp = isInt(alpha) ? weighted(neg(alpha), 1) : undefined
  const options = { evaluate: (x = NaN, y = NaN): number => y - factor * x, ramp }
  return pointwise(vm, isTensor(b) ? 'aten.rsub.Tensor' : 'aten.rsub.Scalar', [a, b], options)
}

export function mul(vm: Vm, a: Operand, b: Operand): Tensor {
  return pointwise(vm, 'aten.mul.Tensor', [a, b], { ramp: product })
}

const roundings: Readonly<Record<string, ElementFunction>> = {
  floor: (a = NaN, b = NaN) => Math.floor(a / b),
  trunc: (a = NaN, b = NaN) => Math.trunc(a / b),
}

export function div(vm: Vm, a: Operand, b: Operand): Tensor {
  return pointwise(vm, 'aten.div.Tensor', [a, b], { result: 'inexact' })
}

function divMode(vm: Vm, a: Operand, b: Operand, mode: Value): Tensor {
  return mode === null ? div(vm, a, b) : pointwise(vm, 'aten.div.Tensor_mode', [a, b], rounding(vm, mode))
}

function rounding(vm: Vm, mode: Value): PointwiseOptions {
  const evaluate = typeof mode === 'string' ? roundings[mode] : undefined
  if (evaluate !== undefined) return { evaluate }
  return vm.raise(types.RuntimeError, "div expected rounding_mode to be one of None, 'trunc', or 'floor'")
}

function floorDivide(vm: Vm, a: Operand, b: Operand): Tensor {
  return pointwise(vm, 'aten.floor_divide.default', [a, b])
}

function remainder(vm: Vm, a: Operand, b: Operand): Tensor {
  if (!isTensor(a)) return pointwise(vm, 'aten.remainder.Scalar_Tensor', [a, b])
  return pointwise(vm, isTensor(b) ? 'aten.remainder.Tensor' : 'aten.remainder.Scalar', [a, b])
}

function fmod(vm: Vm, a: Tensor, b: Operand): Tensor {
  return pointwise(vm, isTensor(b) ? 'aten.fmod.Tensor' : 'aten.fmod.Scalar', [a, b])
}

export function pow(vm: Vm, a: Operand, b: Operand): Tensor {
  if (!isTensor(a)) return pointwise(vm, 'aten.pow.Scalar', [a, b])
  return pointwise(vm, isTensor(b) ? 'aten.pow.Tensor_Tensor' : 'aten.pow.Tensor_Scalar', [a, b])
}

/** Integers: kernels of bits refuse floating point. */
type BitwiseName = 'bitwise_and' | 'bitwise_or' | 'bitwise_xor'

function bitwise(vm: Vm, name: BitwiseName, a: Tensor, b: Operand): Tensor {
  return pointwise(vm, isTensor(b) ? `aten.${name}.Tensor` : `aten.${name}.Scalar`, [a, b])
}

function bitwiseInto(vm: Vm, name: BitwiseName, a: Tensor, b: Operand): Tensor {
  return pointwiseInto(vm, isTensor(b) ? `aten.${name}_.Tensor` : `aten.${name}_.Scalar`, a, [b])
}

type ShiftName = 'lshift' | 'rshift'

function shift(vm: Vm, name: ShiftName, a: Tensor, b: Operand): Tensor {
  return pointwise(vm, isTensor(b) ? `aten.__${name}__.Tensor` : `aten.__${name}__.Scalar`, [a, b])
}

const shiftEvaluate: Readonly<Record<ShiftName, ElementFunction>> = {
  lshift: (a = 0, b = 0) => a * 2 ** b,
  rshift: (a = 0, b = 0) => Math.floor(a / 2 ** b),
}

function shiftInto(vm: Vm, name: ShiftName, a: Tensor, b: Operand): Tensor {
  const op = isTensor(b) ? (`aten.__i${name}__.Tensor` as const) : (`aten.__i${name}__.Scalar` as const)
  return pointwiseInto(vm, op, a, [b], { evaluate: shiftEvaluate[name] })
}

const bitwiseShifts = { bitwise_left_shift: shiftEvaluate.lshift, bitwise_right_shift: shiftEvaluate.rshift } as const

function bitwiseShift(vm: Vm, name: keyof typeof bitwiseShifts, a: Operand, b: Operand): Tensor {
  const overload = !isTensor(a) ? 'Scalar_Tensor' : isTensor(b) ? 'Tensor' : 'Tensor_Scalar'
  return pointwise(vm, `aten.${name}.${overload}`, [a, b], { evaluate: bitwiseShifts[name] })
}

// --- Functions -----------------------------------------------------------------------------------------------------

/** `torch.add(2, 3)`: an operand of a named function may be a number too. */
function operand(vm: Vm, v: Value): Operand {
  return asOperand(vm, v, "argument 'input'")
}

const functions = torchFunctions({
  'add(input, other, *, alpha=1)': (vm, [a, b, alpha]) =>
    add(vm, operand(vm, a), asOperand(vm, b), scalarArg(vm, alpha)),
  'sub(input, other, *, alpha=1)': (vm, [a, b, alpha]) =>
    sub(vm, operand(vm, a), asOperand(vm, b), scalarArg(vm, alpha)),
  'mul(input, other)': (vm, [a, b]) => mul(vm, operand(vm, a), asOperand(vm, b)),
  'div(input, other, *, rounding_mode=None)': (vm, [a, b, mode]) => divMode(vm, operand(vm, a), asOperand(vm, b), mode),
  'true_divide(input, other)': (vm, [a, b]) => div(vm, operand(vm, a), asOperand(vm, b)),
  'floor_divide(input, other)': (vm, [a, b]) => floorDivide(vm, operand(vm, a), asOperand(vm, b)),
  'remainder(input, other)': (vm, [a, b]) => remainder(vm, operand(vm, a), asOperand(vm, b)),
  'fmod(input, other)': (vm, [a, b]) => fmod(vm, asTensor(vm, a), asOperand(vm, b)),
  'pow(input, exponent)': (vm, [a, b]) => pow(vm, operand(vm, a), asOperand(vm, b, "argument 'exponent'")),
  'square(input)': (vm, [a]) => pow(vm, asTensor(vm, a), 2),
  'float_power(input, exponent)': (vm, [a, b]) => floatPower(vm, asTensor(vm, a), asOperand(vm, b)),
  'bitwise_and(input, other)': (vm, [a, b]) => bitwise(vm, 'bitwise_and', asTensor(vm, a), asOperand(vm, b)),
  'bitwise_or(input, other)': (vm, [a, b]) => bitwise(vm, 'bitwise_or', asTensor(vm, a), asOperand(vm, b)),
  'bitwise_xor(input, other)': (vm, [a, b]) => bitwise(vm, 'bitwise_xor', asTensor(vm, a), asOperand(vm, b)),
  'bitwise_left_shift(input, other)': (vm, [a, b]) =>
    bitwiseShift(vm, 'bitwise_left_shift', operand(vm, a), asOperand(vm, b)),
  'bitwise_right_shift(input, other)': (vm, [a, b]) =>
    bitwiseShift(vm, 'bitwise_right_shift', operand(vm, a), asOperand(vm, b)),
})

/** Computed in float64. */
function floatPower(vm: Vm, a: Tensor, b: Operand): Tensor {
  const wide = (o: Operand): Operand =>
    isTensor(o) && o.dtype !== dtypes.float64
      ? pointwise(vm, 'aten._to_copy.default', [o], { result: dtypes.float64 })
      : o
  return pow(vm, wide(a), wide(b))
}

const inPlace = torchFunctions({
  'add_(self, other, *, alpha=1)': (vm, [a, b, alpha]) =>
    pointwiseInto(vm, 'aten.add_.Tensor', asTensor(vm, a), [asOperand(vm, b)], scaled(scalarArg(vm, alpha), 1)),
  'sub_(self, other, *, alpha=1)': (vm, [a, b, alpha]) =>
    pointwiseInto(vm, 'aten.sub_.Tensor', asTensor(vm, a), [asOperand(vm, b)], scaled(scalarArg(vm, alpha), -1)),
  'mul_(self, other)': (vm, [a, b]) =>
    pointwiseInto(vm, 'aten.mul_.Tensor', asTensor(vm, a), [asOperand(vm, b)], { ramp: product }),
  'div_(self, other, *, rounding_mode=None)': (vm, [a, b, mode]) =>
    mode === null
      ? pointwiseInto(vm, 'aten.div_.Tensor', asTensor(vm, a), [asOperand(vm, b)], { result: 'inexact' })
      : pointwiseInto(vm, 'aten.div_.Tensor_mode', asTensor(vm, a), [asOperand(vm, b)], rounding(vm, mode)),
  'floor_divide_(self, other)': (vm, [a, b]) =>
    pointwiseInto(vm, 'aten.floor_divide_.Tensor', asTensor(vm, a), [asOperand(vm, b)]),
  'remainder_(self, other)': (vm, [a, b]) => {
    const other = asOperand(vm, b)
    return pointwiseInto(vm, isTensor(other) ? 'aten.remainder_.Tensor' : 'aten.remainder_.Scalar', asTensor(vm, a), [
      other,
    ])
  },
  'fmod_(self, other)': (vm, [a, b]) => {
    const other = asOperand(vm, b)
    return pointwiseInto(vm, isTensor(other) ? 'aten.fmod_.Tensor' : 'aten.fmod_.Scalar', asTensor(vm, a), [other])
  },
  'pow_(self, exponent)': (vm, [a, b]) => {
    const other = asOperand(vm, b)
    return pointwiseInto(vm, isTensor(other) ? 'aten.pow_.Tensor' : 'aten.pow_.Scalar', asTensor(vm, a), [other])
  },
  'square_(self)': (vm, [a]) => pointwiseInto(vm, 'aten.pow_.Scalar', asTensor(vm, a), [2]),
  'bitwise_and_(self, other)': (vm, [a, b]) => bitwiseInto(vm, 'bitwise_and', asTensor(vm, a), asOperand(vm, b)),
  'bitwise_or_(self, other)': (vm, [a, b]) => bitwiseInto(vm, 'bitwise_or', asTensor(vm, a), asOperand(vm, b)),
  'bitwise_xor_(self, other)': (vm, [a, b]) => bitwiseInto(vm, 'bitwise_xor', asTensor(vm, a), asOperand(vm, b)),
})

// --- Operators -----------------------------------------------------------------------------------------------------

/** An operator: what is neither a tensor nor a number is left to the other operand. */
function operator(name: string, f: (vm: Vm, self: Tensor, other: Operand) => Value): FunctionTable {
  return ofTwo(name, (vm, self, other) => {
    const o = isTensor(other) ? other : scalarOf(other)
    return o === undefined ? notImplemented : f(vm, self, o)
  })
}

const operators = merged(
  operator('__add__', add),
  operator('__radd__', add),
  operator('__sub__', sub),
  operator('__rsub__', rsub),
  operator('__mul__', mul),
  operator('__rmul__', mul),
  operator('__truediv__', div),
  operator('__rtruediv__', (vm, a, b) =>
    mul(vm, pointwise(vm, 'aten.reciprocal.default', [a], { result: 'inexact' }), b),
  ),
  operator('__floordiv__', floorDivide),
  operator('__rfloordiv__', (vm, a, b) => floorDivide(vm, b, a)),
  operator('__mod__', remainder),
  operator('__rmod__', (vm, a, b) => remainder(vm, b, a)),
  operator('__pow__', pow),
  operator('__rpow__', (vm, a, b) => pow(vm, b, a)),
  operator('__and__', (vm, a, b) => bitwise(vm, 'bitwise_and', a, b)),
  operator('__rand__', (vm, a, b) => bitwise(vm, 'bitwise_and', a, b)),
  operator('__or__', (vm, a, b) => bitwise(vm, 'bitwise_or', a, b)),
  operator('__ror__', (vm, a, b) => bitwise(vm, 'bitwise_or', a, b)),
  operator('__xor__', (vm, a, b) => bitwise(vm, 'bitwise_xor', a, b)),
  operator('__rxor__', (vm, a, b) => bitwise(vm, 'bitwise_xor', a, b)),
  operator('__lshift__', (vm, a, b) => shift(vm, 'lshift', a, b)),
  operator('__rshift__', (vm, a, b) => shift(vm, 'rshift', a, b)),
  operator('__rlshift__', (vm, a, b) => bitwiseShift(vm, 'bitwise_left_shift', b, a)),
  operator('__rrshift__', (vm, a, b) => bitwiseShift(vm, 'bitwise_right_shift', b, a)),
)

const augmented = merged(
  operator('__iadd__', (vm, a, b) => pointwiseInto(vm, 'aten.add_.Tensor', a, [b], { ramp: weighted(1, 1) })),
  operator('__isub__', (vm, a, b) => {
    checkSubtraction(vm, a, b)
    return pointwiseInto(vm, 'aten.sub_.Tensor', a, [b], { ramp: weighted(1, -1) })
  }),
  operator('__imul__', (vm, a, b) => pointwiseInto(vm, 'aten.mul_.Tensor', a, [b], { ramp: product })),
  operator('__itruediv__', (vm, a, b) => pointwiseInto(vm, 'aten.div_.Tensor', a, [b], { result: 'inexact' })),
  operator('__ifloordiv__', (vm, a, b) => pointwiseInto(vm, 'aten.floor_divide_.Tensor', a, [b])),
  operator('__imod__', (vm, a, b) =>
    pointwiseInto(vm, isTensor(b) ? 'aten.remainder_.Tensor' : 'aten.remainder_.Scalar', a, [b]),
  ),
  operator('__ipow__', (vm, a, b) => pointwiseInto(vm, isTensor(b) ? 'aten.pow_.Tensor' : 'aten.pow_.Scalar', a, [b])),
  operator('__iand__', (vm, a, b) => bitwiseInto(vm, 'bitwise_and', a, b)),
  operator('__ior__', (vm, a, b) => bitwiseInto(vm, 'bitwise_or', a, b)),
  operator('__ixor__', (vm, a, b) => bitwiseInto(vm, 'bitwise_xor', a, b)),
  operator('__ilshift__', (vm, a, b) => shiftInto(vm, 'lshift', a, b)),
  operator('__irshift__', (vm, a, b) => shiftInto(vm, 'rshift', a, b)),
)

export const arithmeticFunctions: FunctionSet = {
  both: aliases(functions, { subtract: 'sub', multiply: 'mul', divide: 'div' }),
  methods: merged(
    operators,
    augmented,
    aliases(inPlace, { multiply_: 'mul_', divide_: 'div_', true_divide_: 'div_', subtract_: 'sub_' }),
  ),
  torch: torchFunctions({
    'rsub(input, other, *, alpha=1)': (vm, [a, b, alpha]) =>
      rsub(vm, asTensor(vm, a), asOperand(vm, b), scalarArg(vm, alpha)),
  }),
}
