// Decimal numerals of floats, as `repr`, `round` and the format codes e, f, g, % write them. A double is an integer times
// a power of two, so its rounding to n decimals is done exactly on big integers, halves to even, as CPython's dtoa does.

interface Decimal {
  readonly negative: boolean
  /** Significant digits without point. */
  readonly digits: string
  /** The value is 0.digits × 10^point. */
  readonly point: number
}

/** The shortest digits that read back as the same double. */
function shortest(x: number): Decimal {
  const [mantissa = '0', exponent = '0'] = Math.abs(x).toExponential().split('e')
  return { negative: isNegative(x), digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0)
}

/** |x| · 10^decimals, rounded to an integer, halves to even. */
function scaled(x: number, decimals: number): bigint {
  const [above, below] = ratio(Math.abs(x))
  const up = decimals >= 0 ? above * 10n ** BigInt(decimals) : above
  const down = decimals >= 0 ? below : below * 10n ** BigInt(-decimals)
  const quotient = up / down
  const twice = 2n * (up % down)
  return twice > down || (twice === down && quotient % 2n === 1n) ? quotient + 1n : quotient
}

/** A finite double as a quotient of integers, in lowest terms. */
export function ratio(x: number): [numerator: bigint, denominator: bigint] {
  let denominator = 1n
  let rest = x
  let shift = 0
  while (!Number.isInteger(rest)) {
    rest *= 2
    shift++
  }
  denominator <<= BigInt(shift)
  return [BigInt(rest), denominator]
}

/** `inf`, `-inf`, `nan`; undefined for finite numbers. */
function special(x: number): string | undefined {
  if (Number.isNaN(x)) return 'nan'
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf'
  return undefined
}

/** `repr(x)`. */
export function floatRepr(x: number): string {
  const word = special(x)
  if (word !== undefined) return word
  const d = shortest(x)
  const exponent = d.point - 1
  if (exponent < -4 || exponent >= 16) return sign(d.negative) + exponential(d.digits, exponent)
  const text = positional(d.digits, d.point)
  return sign(d.negative) + (text.includes('.') ? text : `${text}.0`)
}

function sign(negative: boolean): string {
  return negative ? '-' : ''
}

function exponential(digits: string, exponent: number): string {
  const mantissa = digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function positional(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

export type FloatCode = 'e' | 'f' | 'g' | 'p' | 'r'

/**
 * A float by a format code: `f` with so many decimals, `e` with so many after the first digit, `g` with so many
 * significant digits (`alternate` keeps trailing zeros), `p` as `g` but recognizably a float (what a precision without a
 * code means), `r` the shortest that reads back.
 */
export function formatFloat(x: number, code: FloatCode, precision: number, alternate = false): string {
  const word = special(x)
  if (word !== undefined) return word
  switch (code) {
    case 'f':
      return sign(isNegative(x)) + fixed(x, precision, alternate)
    case 'e':
      return sign(isNegative(x)) + scientific(x, precision, alternate)
    case 'g':
      return sign(isNegative(x)) + general(x, Math.max(precision, 1), alternate)
    case 'p':
      return sign(isNegative(x)) + plain(x, Math.max(precision, 1))
    case 'r':
      return floatRepr(x)
  }
}

function plain(x: number, count: number): string {
  const { digits, exponent } = significant(x, count)
  const kept = digits.replace(/0+$/, '') || '0'
  if (exponent < -4 || exponent >= count - 1) return exponential(kept, exponent)
  const text = positional(kept, exponent + 1)
  return text.includes('.') ? text : `${text}.0`
}

function fixed(x: number, decimals: number, alternate: boolean): string {
  const digits = scaled(x, decimals)
    .toString()
    .padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  return decimals === 0 ? whole + (alternate ? '.' : '') : `${whole}.${digits.slice(digits.length - decimals)}`
}

/** The first `count` significant digits, rounded, and the exponent of the first. */
function significant(x: number, count: number): { digits: string; exponent: number } {
  if (x === 0) return { digits: '0'.repeat(count), exponent: 0 }
  let exponent = shortest(x).point - 1
  let digits = scaled(x, count - 1 - exponent).toString()
  if (digits.length > count) {
    exponent++
    digits = scaled(x, count - 1 - exponent).toString()
  }
  return { digits, exponent }
}

function scientific(x: number, decimals: number, alternate: boolean): string {
  const { digits, exponent } = significant(x, decimals + 1)
  const text = exponential(digits, exponent)
  return alternate && decimals === 0 ? text.replace('e', '.e') : text
}

function general(x: number, count: number, alternate: boolean): string {
  const { digits, exponent } = significant(x, count)
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0'
  if (exponent < -4 || exponent >= count) return exponential(kept, exponent)
  const text = positional(kept, exponent + 1)
  return alternate && !text.includes('.') ? `${text}.` : text
}

/** `round(x, decimals)`. */
export function roundFloat(x: number, decimals: number): number {
  if (!Number.isFinite(x) || decimals > 323) return x
  if (decimals < -308) return x < 0 ? -0 : 0
  const digits = scaled(x, decimals).toString()
  const rounded = Number(`${digits}e${-decimals}`)
  return isNegative(x) ? -rounded : rounded
}

/** `round(x)`: to an integer, halves to even. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
