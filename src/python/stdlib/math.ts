// math. Integers stay exact; a float made from symbolic integers keeps its dependence on them, and its formula where a
// function has one (`pow` with a whole exponent, `floor`, `ceil`).
import { gcd, hint, mul, pin, powE, floorDiv, abs, type Int } from '../../sym/index.ts'
import { float, tuple } from '../make.ts'
import { natives } from '../native.ts'
import {
  binaryOp,
  callSpecial,
  collect,
  derivedFloat,
  floatToInt,
  formulaOf,
  intOf,
  iterate,
  pinFloat,
  toFloat,
  toIndex,
} from '../object.ts'
import { types } from '../types.ts'
import { PyFloat, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { erf, erfc, logGamma } from './special.ts'

function domainError(vm: Vm): never {
  return vm.raise(types.ValueError, 'math domain error')
}

/** A function of one float. Outside of its domain, where JavaScript says NaN, it is an error. */
function unary(f: (x: number) => number) {
  return (vm: Vm, [x]: readonly [Value]): Value => {
    const value = toFloat(vm, x).value
    const result = f(value)
    if (Number.isNaN(result) && !Number.isNaN(value)) domainError(vm)
    if (!Number.isFinite(result) && Number.isFinite(value)) vm.raise(types.OverflowError, 'math range error')
    return derivedFloat(result, [x])
  }
}

const logOf =
  (log: (x: number) => number) =>
  (vm: Vm, x: Value): number => {
    const int = intOf(x)
    const big = int === undefined ? undefined : hint(int)
    if (typeof big === 'bigint' && big > 0n) return largeLog(log, big)
    const value = toFloat(vm, x).value
    if (value <= 0) domainError(vm)
    return log(value)
  }

/** Of an integer beyond doubles: digits split off as a power of two. */
function largeLog(log: (x: number) => number, n: bigint): number {
  const shift = Math.max(n.toString(2).length - 64, 0)
  return log(Number(n >> BigInt(shift))) + shift * log(2)
}

const naturalLog = logOf(Math.log)

function log(vm: Vm, x: Value, base: Value | undefined): Value {
  const top = naturalLog(vm, x)
  if (base === undefined) return derivedFloat(top, [x])
  const bottom = naturalLog(vm, base)
  if (bottom === 0) vm.raise(types.ZeroDivisionError, 'float division by zero')
  return derivedFloat(top / bottom, [x, base])
}

function rounding(how: 'floor' | 'ceil' | 'trunc') {
  return (vm: Vm, [x]: readonly [Value]): Value => {
    const int = intOf(x)
    if (int !== undefined) return int
    if (x instanceof PyFloat) return floatToInt(vm, x, how)
    return callSpecial(vm, x, `__${how}__`) ?? floatToInt(vm, toFloat(vm, x), how)
  }
}

function power(vm: Vm, x: Value, y: Value): Value {
  const [base, exponent] = [toFloat(vm, x).value, toFloat(vm, y).value]
  const result = base ** exponent
  if (Number.isNaN(result) && !Number.isNaN(base) && !Number.isNaN(exponent)) domainError(vm)
  const whole = formulaOf(y)?.constant
  return derivedFloat(result, [x, y], (e) => (typeof whole === 'number' ? powE(e, whole) : undefined))
}

/** A predicate decides, so what the number depends on is pinned. */
function predicate(f: (x: number) => boolean) {
  return (vm: Vm, [x]: readonly [Value]): Value => f(pinFloat(toFloat(vm, x)))
}

function isClose(vm: Vm, a: Value, b: Value, relative: Value, absolute: Value): boolean {
  const [x, y, rel, tol] = [a, b, relative, absolute].map((v) => pinFloat(toFloat(vm, v))) as [
    number,
    number,
    number,
    number,
  ]
  if (x === y) return true
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false
  const difference = Math.abs(x - y)
  return difference <= Math.abs(rel * y) || difference <= Math.abs(rel * x) || difference <= tol
}

function lcm(a: Int, b: Int): Int {
  const divisor = gcd(a, b)
  return divisor === 0 ? 0 : floorDiv(abs(mul(a, b)), divisor)
}

/** An integer whose value the result depends on in no polynomial way. */
function pinned(vm: Vm, v: Value, name: string): bigint {
  const n = BigInt(pin(toIndex(vm, v)))
  return n < 0n ? vm.raise(types.ValueError, `${name} must be a non-negative integer`) : n
}

function normal(n: bigint): Int {
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n
}

function fallingProduct(n: bigint, k: bigint): bigint {
  let product = 1n
  for (let i = 0n; i < k; i++) product *= n - i
  return product
}

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n
  let x = BigInt(Math.floor(Math.sqrt(Number(n))))
  while (x * x > n) x--
  while ((x + 1n) * (x + 1n) <= n) x++
  return x
}

/** Sums without losing digits (Shewchuk's partials). */
function exactSum(values: readonly number[]): number {
  const partials: number[] = []
  for (const value of values) {
    let x = value
    let kept = 0
    for (const p of partials) {
      const [large, small] = Math.abs(x) < Math.abs(p) ? [p, x] : [x, p]
      const high = large + small
      const low = small - (high - large)
      if (low !== 0) partials[kept++] = low
      x = high
    }
    partials.length = kept
    partials.push(x)
  }
  return partials.reduceRight((total, p) => total + p, 0)
}

const oneArgument = {
  'sqrt(x, /)': unary(Math.sqrt),
  'cbrt(x, /)': unary(Math.cbrt),
  'exp(x, /)': unary(Math.exp),
  'exp2(x, /)': unary((x) => 2 ** x),
  'expm1(x, /)': unary(Math.expm1),
  'log1p(x, /)': unary(Math.log1p),
  'sin(x, /)': unary(Math.sin),
  'cos(x, /)': unary(Math.cos),
  'tan(x, /)': unary(Math.tan),
  'asin(x, /)': unary(Math.asin),
  'acos(x, /)': unary(Math.acos),
  'atan(x, /)': unary(Math.atan),
  'sinh(x, /)': unary(Math.sinh),
  'cosh(x, /)': unary(Math.cosh),
  'tanh(x, /)': unary(Math.tanh),
  'asinh(x, /)': unary(Math.asinh),
  'acosh(x, /)': unary(Math.acosh),
  'atanh(x, /)': unary(Math.atanh),
  'fabs(x, /)': unary(Math.abs),
  'erf(x, /)': unary(erf),
  'erfc(x, /)': unary(erfc),
  'lgamma(x, /)': unary(logGamma),
  'degrees(x, /)': unary((x) => x * (180 / Math.PI)),
  'radians(x, /)': unary((x) => x * (Math.PI / 180)),
  'floor(x, /)': rounding('floor'),
  'ceil(x, /)': rounding('ceil'),
  'trunc(x, /)': rounding('trunc'),
  'isnan(x, /)': predicate(Number.isNaN),
  'isinf(x, /)': predicate((x) => Math.abs(x) === Infinity),
  'isfinite(x, /)': predicate(Number.isFinite),
} as const

function binary(f: (x: number, y: number) => number) {
  return (vm: Vm, [x, y]: readonly [Value, Value]): Value => {
    const result = f(toFloat(vm, x).value, toFloat(vm, y).value)
    return derivedFloat(result, [x, y])
  }
}

const severalArguments = natives({
  'log(x, base=MISSING, /)': (vm, [x, base]) => log(vm, x, base),
  'log2(x, /)': (vm, [x]) => derivedFloat(logOf(Math.log2)(vm, x), [x]),
  'log10(x, /)': (vm, [x]) => derivedFloat(logOf(Math.log10)(vm, x), [x]),
  'pow(x, y, /)': (vm, [x, y]) => power(vm, x, y),
  'fmod(x, y, /)': binary((x, y) => x % y),
  'atan2(y, x, /)': binary(Math.atan2),
  'copysign(x, y, /)': binary((x, y) => (Object.is(y, -0) || y < 0 ? -Math.abs(x) : Math.abs(x))),
  'hypot(*coordinates)': (vm, [values]) => derivedFloat(Math.hypot(...values.map((v) => toFloat(vm, v).value)), values),
  'dist(p, q, /)': (vm, [p, q]) => {
    const [a, b] = [collect(vm, p), collect(vm, q)]
    const gaps = a.map((x, i) => toFloat(vm, x).value - toFloat(vm, b[i] ?? null).value)
    return derivedFloat(Math.hypot(...gaps), [...a, ...b])
  },
  'modf(x, /)': (vm, [x]) => {
    const f = toFloat(vm, x)
    const whole = Math.trunc(f.value)
    return tuple([derivedFloat(f.value - whole, [f]), derivedFloat(whole, [f])])
  },
  'isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)': (vm, [a, b, rel, tol]) => isClose(vm, a, b, rel, tol),
  'prod(iterable, /, *, start=1)': (vm, [items, start]) => {
    let total: Value = start
    for (const v of iterate(vm, items)) total = binaryOp(vm, '*', total, v)
    return total
  },
  'fsum(seq, /)': (vm, [items]) => {
    const values = collect(vm, items)
    return derivedFloat(exactSum(values.map((v) => toFloat(vm, v).value)), values)
  },
  'gcd(*integers)': (vm, [integers]) => integers.map((v) => toIndex(vm, v)).reduce((a, b) => gcd(a, b), 0),
  'lcm(*integers)': (vm, [integers]) => integers.map((v) => toIndex(vm, v)).reduce((a, b) => lcm(a, b), 1),
  'isqrt(n, /)': (vm, [n]) => normal(integerRoot(pinned(vm, n, 'isqrt() argument'))),
  'factorial(n, /)': (vm, [n]) => {
    const count = BigInt(pin(toIndex(vm, n)))
    if (count < 0n) vm.raise(types.ValueError, 'factorial() not defined for negative values')
    vm.tick(Number(count))
    return normal(fallingProduct(count, count))
  },
  'comb(n, k, /)': (vm, [n, k]) => {
    const [of, count] = [pinned(vm, n, 'n'), pinned(vm, k, 'k')]
    return count > of ? 0 : normal(fallingProduct(of, count) / fallingProduct(count, count))
  },
  'perm(n, k=None, /)': (vm, [n, k]) => {
    const of = pinned(vm, n, 'n')
    const count = k === null ? of : pinned(vm, k, 'k')
    return count > of ? 0 : normal(fallingProduct(of, count))
  },
})

export const math: HostModule = {
  name: 'math',
  reason: 'C in CPython.',
  make: () => ({
    ...natives(oneArgument),
    ...severalArguments,
    pi: float(Math.PI),
    e: float(Math.E),
    tau: float(2 * Math.PI),
    inf: float(Infinity),
    nan: float(Number.NaN),
  }),
  absent: ['sumprod', 'fma'],
}
