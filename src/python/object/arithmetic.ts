// Arithmetic on Python's own numbers: exact on ints (symbolic or not), IEEE on floats with their formulas kept where the
// result is one, complex. The dunders of int, float and complex and the fast path of `binaryOp` both end here.
import {
  abs,
  add,
  addE,
  divE,
  eq,
  exprOf,
  floorDiv,
  hint,
  mod,
  mul,
  mulE,
  neg,
  pin,
  pow,
  powE,
  sub,
  subE,
  SymInt,
  type Expr,
  type Int,
} from '../../sym/index.ts'
import { complex } from '../make.ts'
import { types } from '../types.ts'
import { PyComplex, PyFloat, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { derivedFloat, floatFromInt, fromBigInt, intOf, pinFloat } from './numbers.ts'

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '&' | '|' | '^' | '<<' | '>>'

/** `a op b` for ints, bools, floats and complex numbers; undefined where one is something else, or the kinds lack `op`. */
export function numericBinary(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value | undefined {
  const i = intOf(a)
  const j = intOf(b)
  if (i !== undefined && j !== undefined) {
    if (typeof a === 'boolean' && typeof b === 'boolean') return boolBinary(op, a, b) ?? intBinary(vm, op, i, j)
    return intBinary(vm, op, i, j)
  }
  if (a instanceof PyComplex || b instanceof PyComplex) {
    const x = asComplex(a)
    const y = asComplex(b)
    return x === undefined || y === undefined ? undefined : complexBinary(vm, op, x, y)
  }
  const x = i === undefined ? a : floatFromInt(vm, i)
  const y = j === undefined ? b : floatFromInt(vm, j)
  return x instanceof PyFloat && y instanceof PyFloat ? floatBinary(vm, op, x, y) : undefined
}

function boolBinary(op: BinaryOperator, a: boolean, b: boolean): boolean | undefined {
  switch (op) {
    case '&':
      return a && b
    case '|':
      return a || b
    case '^':
      return a !== b
    default:
      return undefined
  }
}

// --- int ------------------------------------------------------------------------------------------------------------

function intBinary(vm: Vm, op: BinaryOperator, a: Int, b: Int): Value | undefined {
  switch (op) {
    case '+':
      return add(a, b)
    case '-':
      return sub(a, b)
    case '*':
      return mul(a, b)
    case '//':
      refuseZero(vm, b, 'integer division or modulo by zero')
      return floorDiv(a, b)
    case '%':
      refuseZero(vm, b, 'integer modulo by zero')
      return mod(a, b)
    case '/':
      refuseZero(vm, b, 'division by zero')
      return derivedFloat(quotient(vm, hint(a), hint(b)), [a, b], divE)
    case '**':
      return intPower(vm, a, b)
    case '<<':
    case '>>':
      return shift(vm, op, a, b)
    case '&':
    case '|':
    case '^':
      return bitwise(op, pin(a), pin(b))
    case '@':
      return undefined
  }
}

function refuseZero(vm: Vm, b: Int, message: string): void {
  if (typeof b === 'number' ? b === 0 : b instanceof SymInt && eq(b, 0)) vm.raise(types.ZeroDivisionError, message)
}

/** The double nearest to a / b. */
function quotient(vm: Vm, a: number | bigint, b: number | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return a / b
  const above = BigInt(a)
  const below = BigInt(b)
  // Scaled so that the integer quotient has 64 significant bits; a sticky last bit makes the final rounding correct.
  const shiftBy = BigInt(64 - (bitLength(above) - bitLength(below)))
  const up = shiftBy > 0n ? above << shiftBy : above
  const down = shiftBy > 0n ? below : below << -shiftBy
  const q = up / down
  const sticky = up % down === 0n ? q : q | 1n
  const value = Number(sticky) * 2 ** -Number(shiftBy)
  return Number.isFinite(value) ? value : vm.raise(types.OverflowError, 'integer division result too large for a float')
}

export function bitLength(n: bigint): number {
  return n === 0n ? 0 : (n < 0n ? -n : n).toString(2).length
}

function intPower(vm: Vm, a: Int, b: Int): Value {
  const exponent = b instanceof SymInt && isNegative(b) ? pin(b) : b
  if (!isNegative(exponent)) return pow(a, exponent)
  const base = hint(a)
  if (base === 0 || base === 0n) return vm.raise(types.ZeroDivisionError, '0.0 cannot be raised to a negative power')
  const k = Number(hint(exponent))
  return derivedFloat(Number(base) ** k, [a], (e) => integerPower(e, k))
}

function isNegative(n: Int): boolean {
  return hint(n) < 0
}

/** A formula to the power of a plain integer; undefined for other exponents and for powers that nobody would write out. */
function integerPower(e: Expr, k: number): Expr | undefined {
  return Number.isInteger(k) && Math.abs(k) <= 16 ? powE(e, k) : undefined
}

function shift(vm: Vm, op: '<<' | '>>', a: Int, b: Int): Int {
  const count = pin(b)
  if (count < 0) vm.raise(types.ValueError, 'negative shift count')
  if (count > 1 << 20) return vm.stop('budget-exceeded', `a shift by ${count}`)
  const factor = pow(2, count)
  return op === '<<' ? mul(a, factor) : floorDiv(a, factor)
}

function bitwise(op: '&' | '|' | '^', a: number | bigint, b: number | bigint): Int {
  const x = BigInt(a)
  const y = BigInt(b)
  return fromBigInt(op === '&' ? x & y : op === '|' ? x | y : x ^ y)
}

function invert(a: Int): Int {
  return sub(neg(a), 1)
}

/** `pow(a, b, m)`. */
export function powerModulo(vm: Vm, a: Int, b: Int, m: Int): Int {
  const modulus = BigInt(pin(m))
  if (modulus === 0n) vm.raise(types.ValueError, 'pow() 3rd argument cannot be 0')
  let exponent = BigInt(pin(b))
  if (exponent < 0n) return vm.raise(types.ValueError, 'base is not invertible for the given modulus')
  let base = BigInt(pin(a)) % modulus
  let result = 1n % modulus
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus
    base = (base * base) % modulus
  }
  return mod(fromBigInt(result), fromBigInt(modulus))
}

// --- float ----------------------------------------------------------------------------------------------------------

function floatBinary(vm: Vm, op: BinaryOperator, a: PyFloat, b: PyFloat): Value | undefined {
  const x = a.value
  const y = b.value
  switch (op) {
    case '+':
      return derivedFloat(x + y, [a, b], addE)
    case '-':
      return derivedFloat(x - y, [a, b], subE)
    case '*':
      return derivedFloat(x * y, [a, b], mulE)
    case '/':
      if (y === 0) vm.raise(types.ZeroDivisionError, 'float division by zero')
      return derivedFloat(x / y, [a, b], divE)
    case '//':
      if (y === 0) vm.raise(types.ZeroDivisionError, 'float floor division by zero')
      return derivedFloat(floatDivmod(x, y)[0], [a, b])
    case '%':
      if (y === 0) vm.raise(types.ZeroDivisionError, 'float modulo')
      return derivedFloat(floatDivmod(x, y)[1], [a, b])
    case '**':
      return floatPower(vm, a, b)
    default:
      return undefined
  }
}

/** CPython's `_float_div_mod`. */
export function floatDivmod(x: number, y: number): [quotient: number, remainder: number] {
  let remainder = x % y
  let exact = (x - remainder) / y
  if (remainder !== 0) {
    if (y < 0 !== remainder < 0) {
      remainder += y
      exact -= 1
    }
  } else remainder = y < 0 ? -0 : 0
  if (exact === 0) return [x / y < 0 ? -0 : 0, remainder]
  const floor = Math.floor(exact)
  return [exact - floor > 0.5 ? floor + 1 : floor, remainder]
}

function floatPower(vm: Vm, a: PyFloat, b: PyFloat): Value {
  const x = a.value
  const y = b.value
  if (x === 0 && y < 0) vm.raise(types.ZeroDivisionError, '0.0 cannot be raised to a negative power')
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) {
    pinFloat(a)
    pinFloat(b)
    return complexPower(vm, complex(x, 0), complex(y, 0))
  }
  const value = power(x, y)
  if (!Number.isFinite(value) && Number.isFinite(x) && Number.isFinite(y)) {
    vm.raise(types.OverflowError, [34, 'Numerical result out of range'])
  }
  const fixedExponent = b.deps.length === 0
  if (!fixedExponent) return derivedFloat(value, [a, b])
  return derivedFloat(value, [a], (e) => integerPower(e, y))
}

/** C's pow: 1 to any power is 1, and so is -1 to an infinite one; roots are rounded as C rounds them. */
function power(x: number, y: number): number {
  if (y === 0.5 && x >= 0) return Math.sqrt(x)
  if (y === -0.5 && x > 0) return 1 / Math.sqrt(x)
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1
  return x ** y
}

// --- complex --------------------------------------------------------------------------------------------------------

export function asComplex(v: Value): PyComplex | undefined {
  if (v instanceof PyComplex) return v
  if (v instanceof PyFloat) return complex(pinFloat(v), 0)
  const i = intOf(v)
  return i === undefined ? undefined : complex(Number(pin(i)), 0)
}

function complexBinary(vm: Vm, op: BinaryOperator, a: PyComplex, b: PyComplex): Value | undefined {
  switch (op) {
    case '+':
      return complex(a.re + b.re, a.im + b.im)
    case '-':
      return complex(a.re - b.re, a.im - b.im)
    case '*':
      return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
    case '/':
      return complexQuotient(vm, a, b)
    case '**':
      return complexPower(vm, a, b)
    default:
      return undefined
  }
}

function complexQuotient(vm: Vm, a: PyComplex, b: PyComplex): PyComplex {
  if (b.re === 0 && b.im === 0) vm.raise(types.ZeroDivisionError, 'complex division by zero')
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const r = b.im / b.re
    const d = b.re + b.im * r
    return complex((a.re + a.im * r) / d, (a.im - a.re * r) / d)
  }
  const r = b.re / b.im
  const d = b.re * r + b.im
  return complex((a.re * r + a.im) / d, (a.im * r - a.re) / d)
}

function complexPower(vm: Vm, a: PyComplex, b: PyComplex): PyComplex {
  if (b.re === 0 && b.im === 0) return complex(1, 0)
  if (a.re === 0 && a.im === 0) {
    if (b.im !== 0 || b.re < 0) vm.raise(types.ZeroDivisionError, '0.0 to a negative or complex power')
    return complex(0, 0)
  }
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 100) return wholePower(vm, a, b.re)
  const size = Math.hypot(a.re, a.im)
  const angle = Math.atan2(a.im, a.re)
  const length = size ** b.re * Math.exp(-b.im * angle)
  const phase = angle * b.re + b.im * Math.log(size)
  return complex(length * Math.cos(phase), length * Math.sin(phase))
}

/** By repeated squaring, as CPython does for small integer exponents. */
function wholePower(vm: Vm, a: PyComplex, k: number): PyComplex {
  const times = (x: PyComplex, y: PyComplex): PyComplex => complex(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)
  let result = complex(1, 0)
  let base = a
  for (let n = Math.abs(k); n > 0; n >>= 1) {
    if (n & 1) result = times(result, base)
    base = times(base, base)
  }
  return k < 0 ? complexQuotient(vm, complex(1, 0), result) : result
}

// --- unary ----------------------------------------------------------------------------------------------------------

export type UnaryOperator = '-' | '+' | '~'

/** `-a`, `+a`, `~a` for numbers; undefined where `a` is none, or lacks the operator. */
export function numericUnary(op: UnaryOperator, a: Value): Value | undefined {
  const i = intOf(a)
  if (i !== undefined) return op === '-' ? neg(i) : op === '~' ? invert(i) : i
  if (op === '~') return undefined
  if (a instanceof PyFloat) {
    return op === '+' ? derivedFloat(a.value, [a], (e) => e) : derivedFloat(-a.value, [a], (e) => subE(exprOf(0), e))
  }
  if (a instanceof PyComplex) return op === '-' ? complex(-a.re, -a.im) : complex(a.re, a.im)
  return undefined
}

/** `abs(a)` for numbers. */
export function absolute(a: Value): Value | undefined {
  const i = intOf(a)
  if (i !== undefined) return abs(i)
  if (a instanceof PyFloat) return derivedFloat(Math.abs(a.value), [a])
  if (a instanceof PyComplex) return derivedFloat(Math.hypot(a.re, a.im), [])
  return undefined
}
