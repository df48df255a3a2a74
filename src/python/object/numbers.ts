// Conversions between the number kinds, and what a float carries of the variables it came from. A float keeps an exact
// formula as long as there is one; otherwise it only knows the symbolic integers it depends on (`deps`), and those are
// pinned when the float decides something. `derivedFloat` is the one way to make a float from others.
import {
  ceilInt,
  constExpr,
  divE,
  exprOf,
  floorInt,
  ge,
  hint,
  le,
  pin,
  roundInt,
  SymInt,
  type Expr,
  type Int,
} from '../../sym/index.ts'
import { float } from '../make.ts'
import { types } from '../types.ts'
import { isInt, noDeps, PyFloat, PyInstance, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { callSpecial } from './call.ts'
import { className } from './classes.ts'
import { roundHalfEven } from './numerals.ts'

/** The integer behind an int, a bool or an instance of an int subclass; undefined for anything else. */
export function intOf(v: Value): Int | undefined {
  if (typeof v === 'number') return v
  if (typeof v === 'boolean') return v ? 1 : 0
  if (isInt(v)) return v
  return v instanceof PyInstance && v.payload !== undefined ? intOf(v.payload) : undefined
}

/** The JavaScript number behind an int, bool or float; undefined for anything else. Pins nothing: not to decide by. */
export function numberOf(v: Value): number | undefined {
  if (v instanceof PyFloat) return v.value
  const i = intOf(v)
  return i === undefined ? undefined : Number(hint(i))
}

/** `operator.index(v)`. */
export function toIndex(vm: Vm, v: Value): Int {
  const own = intOf(v)
  if (own !== undefined) return own
  const made = v instanceof PyFloat ? undefined : callSpecial(vm, v, '__index__')
  if (made === undefined)
    return vm.raise(types.TypeError, `'${className(v)}' object cannot be interpreted as an integer`)
  return intOf(made) ?? vm.raise(types.TypeError, `__index__ returned non-int (type ${className(made)})`)
}

/** An index that Python itself has to know: a count, a position. A symbolic one is pinned. */
export function toNumber(vm: Vm, v: Value): number {
  const i = pin(toIndex(vm, v))
  if (typeof i === 'number') return i
  return vm.raise(types.OverflowError, 'Python int too large to convert to C ssize_t')
}

/** A position in a sequence: as `toNumber`, but out-of-range integers are clipped, as slices do. */
export function toClipped(vm: Vm, v: Value): number {
  const i = pin(toIndex(vm, v))
  if (typeof i === 'number') return i
  return i > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
}

export function fromBigInt(n: bigint): Int {
  return n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n
}

/** A double without fraction as an int. */
function fromWhole(x: number): number | bigint {
  if (Number.isSafeInteger(x)) return x + 0 === 0 ? 0 : x
  return BigInt(x)
}

// --- Floats ---------------------------------------------------------------------------------------------------------

/** The symbolic integers that a number was computed from. */
export function depsOf(v: Value): readonly SymInt[] {
  if (v instanceof PyFloat) return v.deps
  if (v instanceof SymInt) return [v]
  return v instanceof PyInstance && v.payload !== undefined ? depsOf(v.payload) : noDeps
}

/** The exact formula of an int or float; undefined where it has none that can be written down. */
export function formulaOf(v: Value): Expr | undefined {
  if (!(v instanceof PyFloat)) {
    const i = intOf(v)
    return i === undefined ? undefined : exprOf(i)
  }
  if (v.expr !== undefined) return v.expr
  return v.deps.length === 0 && Number.isFinite(v.value) ? decimalExpr(v.value) : undefined
}

/**
 * A plain float as the decimal that the source wrote: 0.1 is 1/10 here, not the double next to it. So `int(0.4 * 80)`
 * gives 2/5 * 80 = 32, which is also what the rounding of the product gives in Python.
 */
function decimalExpr(x: number): Expr {
  if (Number.isInteger(x)) return constExpr(Number.isSafeInteger(x) ? x : BigInt(x))
  const [mantissa = '0', exponent = '0'] = x.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const places = fraction.length - Number(exponent)
  const digits = constExpr(BigInt(whole + fraction))
  return places > 0
    ? divE(digits, constExpr(10n ** BigInt(places)))
    : constExpr(BigInt(whole + fraction) * 10n ** BigInt(-places))
}

/**
 * A float computed from other numbers. `formula` is asked only where one of them is symbolic and all have formulas; it
 * gives undefined where the result cannot be written down.
 */
export function derivedFloat(
  value: number,
  operands: readonly Value[],
  formula?: (...formulas: readonly Expr[]) => Expr | undefined,
): PyFloat {
  let deps = noDeps
  for (const v of operands) deps = mergeDeps(deps, depsOf(v))
  if (deps.length === 0) return float(value)
  return float(value, formula === undefined ? undefined : withFormulas(operands, formula), deps)
}

function withFormulas(
  operands: readonly Value[],
  formula: (...formulas: readonly Expr[]) => Expr | undefined,
): Expr | undefined {
  const formulas: Expr[] = []
  for (const v of operands) {
    const e = formulaOf(v)
    if (e === undefined) return undefined
    formulas.push(e)
  }
  return formula(...formulas)
}

function mergeDeps(a: readonly SymInt[], b: readonly SymInt[]): readonly SymInt[] {
  if (b.length === 0 || a === b) return a
  if (a.length === 0) return b
  const fresh = b.filter((d) => !a.includes(d))
  return fresh.length === 0 ? a : [...a, ...fresh]
}

/** A float decides something: what it was computed from is pinned. Returns its value. */
export function pinFloat(f: PyFloat): number {
  for (const d of f.deps) pin(d)
  return f.value
}

/** `float(v)`. */
export function toFloat(vm: Vm, v: Value): PyFloat {
  if (v instanceof PyFloat) return v.cls === types.float ? v : float(v.value, v.expr, v.deps)
  const i = intOf(v)
  if (i !== undefined) return floatFromInt(vm, i)
  const made = callSpecial(vm, v, '__float__')
  if (made instanceof PyFloat) return made
  if (made !== undefined)
    return vm.raise(types.TypeError, `${className(v)}.__float__ returned non-float (type ${className(made)})`)
  const index = callSpecial(vm, v, '__index__')
  if (index !== undefined) return floatFromInt(vm, toIndex(vm, index))
  return vm.raise(types.TypeError, `must be real number, not ${className(v)}`)
}

export function floatFromInt(vm: Vm, i: Int): PyFloat {
  const value = Number(hint(i))
  if (!Number.isFinite(value)) vm.raise(types.OverflowError, 'int too large to convert to float')
  return derivedFloat(value, [i], (e) => e)
}

export type Rounding = 'trunc' | 'floor' | 'ceil' | 'round'

/** A float as an int: by the formula where it has one, else by its value, which pins what it came from. */
export function floatToInt(vm: Vm, f: PyFloat, rounding: Rounding): Int {
  const x = f.value
  if (Number.isNaN(x)) return vm.raise(types.ValueError, 'cannot convert float NaN to integer')
  if (!Number.isFinite(x)) return vm.raise(types.OverflowError, 'cannot convert float infinity to integer')
  if (f.deps.length === 0) return fromWhole(roundTo(x, rounding))
  if (f.expr === undefined) return fromWhole(roundTo(pinFloat(f), rounding))
  return formulaToInt(vm, f, f.expr, rounding)
}

function roundTo(x: number, rounding: Rounding): number {
  return rounding === 'round' ? roundHalfEven(x) : Math[rounding](x)
}

function formulaToInt(vm: Vm, f: PyFloat, e: Expr, rounding: Rounding): Int {
  const at = fromWhole(roundTo(f.value, rounding))
  switch (rounding) {
    case 'floor':
      return floorInt(vm.scope, e, at)
    case 'ceil':
      return ceilInt(vm.scope, e, at)
    case 'round':
      return roundInt(vm.scope, e, at)
    case 'trunc': {
      // Towards zero: which side that is, is an assumption of its own.
      const i = f.value >= 0 ? floorInt(vm.scope, e, at) : ceilInt(vm.scope, e, at)
      const kept = f.value >= 0 ? ge(i, 0) : le(i, 0)
      return kept ? i : vm.stop('internal', 'a float and its formula differ in sign')
    }
  }
}
