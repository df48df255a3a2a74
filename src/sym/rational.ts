// Exact rational numbers. A coefficient is a plain number while it is a safe integer, which nearly all are, and a
// reduced fraction of big integers otherwise; every value has exactly one of the two forms.
import { raise } from '../text/index.ts'

/** A reduced fraction; never one that `Coef` would hold as a plain number. */
export class Rational {
  private constructor(
    readonly num: bigint,
    /** Always positive. */
    readonly den: bigint,
  ) {}

  /** num / den in the form every coefficient has. */
  static of(num: bigint, den: bigint): Coef {
    if (den === 0n) raise('internal', 'division by zero in a formula')
    if (num > LIMIT || num < -LIMIT || den > LIMIT || den < -LIMIT)
      raise('budget-exceeded', 'a number of more than 65,536 bits was computed')
    const divisor = gcdBig(num, den) * (den < 0n ? -1n : 1n)
    const n = num / divisor
    const d = den / divisor
    return d === 1n && n <= MAX_SAFE && n >= -MAX_SAFE ? Number(n) : new Rational(n, d)
  }

  toString(): string {
    return this.den === 1n ? `${this.num}` : `${this.num}/${this.den}`
  }
}

/** A coefficient: a safe integer as a number, anything else as a `Rational`. */
export type Coef = number | Rational

/** No coefficient of a cost comes near. */
const LIMIT = 1n << 65_536n
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

function gcdBig(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a
  let y = b < 0n ? -b : b
  while (y !== 0n) [x, y] = [y, x % y]
  return x === 0n ? 1n : x
}

export const numerator = (c: Coef): bigint => (typeof c === 'number' ? BigInt(c) : c.num)
export const denominator = (c: Coef): bigint => (typeof c === 'number' ? 1n : c.den)

/** The coefficient of a number, a big integer or a rational. A fraction is taken as its shortest decimal text reads. */
export function coefOf(n: number | bigint | Rational): Coef {
  if (typeof n === 'bigint') return n <= MAX_SAFE && n >= -MAX_SAFE ? Number(n) : Rational.of(n, 1n)
  if (n instanceof Rational) return n
  if (Number.isSafeInteger(n)) return n + 0
  if (!Number.isFinite(n)) raise('internal', `${n} has no exact value`)
  return Number.isInteger(n) ? Rational.of(BigInt(n), 1n) : decimal(String(n))
}

/** The exact value of a decimal numeral such as `1.5`, `1e-7` or `12`. */
export function decimal(text: string): Coef {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null) return raise('internal', `not a decimal number: ${text}`)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent) - fraction.length
  if (Math.abs(shift) > 10_000) raise('budget-exceeded', `the exponent of ${text} is too large`)
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n)
  return shift >= 0 ? Rational.of(digits * 10n ** BigInt(shift), 1n) : Rational.of(digits, 10n ** BigInt(-shift))
}

export function addC(a: Coef, b: Coef): Coef {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  const da = denominator(a)
  const db = denominator(b)
  return Rational.of(numerator(a) * db + numerator(b) * da, da * db)
}

export function mulC(a: Coef, b: Coef): Coef {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0 // -0 is 0
  }
  return Rational.of(numerator(a) * numerator(b), denominator(a) * denominator(b))
}

export function negC(a: Coef): Coef {
  return typeof a === 'number' ? 0 - a : Rational.of(-a.num, a.den)
}

export function divC(a: Coef, b: Coef): Coef {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0 && a % b === 0) return a / b + 0
  return Rational.of(numerator(a) * denominator(b), denominator(a) * numerator(b))
}

export function powC(a: Coef, k: number): Coef {
  if (k < 0) return divC(1, powC(a, -k))
  let result: Coef = 1
  let base = a
  for (let n = k; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = mulC(result, base)
    if (n > 1) base = mulC(base, base)
  }
  return result
}

export function signC(a: Coef): -1 | 0 | 1 {
  if (typeof a === 'number') return a > 0 ? 1 : a < 0 ? -1 : 0
  return a.num > 0n ? 1 : a.num < 0n ? -1 : 0
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compareC(a: Coef, b: Coef): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return signC(addC(a, negC(b)))
}

export function isInteger(a: Coef): boolean {
  return typeof a === 'number' || a.den === 1n
}

export function floorC(a: Coef): Coef {
  if (typeof a === 'number' || a.den === 1n) return a
  const quotient = a.num / a.den // BigInt division truncates
  return coefOf(a.num < 0n ? quotient - 1n : quotient)
}

/** The greatest common divisor of two non-zero coefficients: gcd of numerators over lcm of denominators. */
export function gcdC(a: Coef, b: Coef): Coef {
  if (typeof a === 'number' && typeof b === 'number') {
    let [x, y] = [Math.abs(a), Math.abs(b)]
    while (y !== 0) [x, y] = [y, x % y]
    return x
  }
  const da = denominator(a)
  const db = denominator(b)
  return Rational.of(gcdBig(numerator(a) * db, numerator(b) * da), da * db)
}

/** The least common multiple of the denominators. */
export function commonDenominator(cs: readonly Coef[]): Coef {
  let multiple = 1n
  for (const c of cs) if (typeof c !== 'number') multiple = (multiple / gcdBig(multiple, c.den)) * c.den
  return coefOf(multiple)
}

/** Nearest double, within one unit in the last place. */
export function toNumber(a: Coef | bigint): number {
  if (typeof a === 'number') return a
  if (typeof a === 'bigint') return Number(a)
  const bits = (n: bigint): number => n.toString(16).length * 4
  const excess = Math.max(bits(a.num), bits(a.den)) - 1000
  if (excess <= 0) return Number(a.num) / Number(a.den)
  const shift = BigInt(excess)
  return Number(a.num >> shift) / Number(a.den >> shift)
}

/** A coefficient in the form results have: a big integer, or a `Rational` that is none. */
export function exact(a: Coef): bigint | Rational {
  if (typeof a === 'number') return BigInt(a)
  return a.den === 1n ? a.num : a
}
