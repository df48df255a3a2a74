// Python's integers without variables: a number while it is safe, a big integer beyond. Division rounds down and the
// remainder has the divisor's sign, as in Python.
import { raise } from '../text/index.ts'

export type Whole = number | bigint

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
/** No size, seed or mask of a model comes near; a program that computes on is running away. */
const LIMIT = 1n << 65_536n

export function normal(n: bigint): Whole {
  if (n <= MAX_SAFE && n >= -MAX_SAFE) return Number(n)
  if (n > LIMIT || n < -LIMIT) raise('budget-exceeded', 'an integer of more than 65,536 bits was computed')
  return n
}

export function addW(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return normal(BigInt(a) + BigInt(b))
}

export function negW(a: Whole): Whole {
  return typeof a === 'number' ? 0 - a : normal(-a)
}

export function subW(a: Whole, b: Whole): Whole {
  return addW(a, negW(b))
}

export function mulW(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0 // -0 is 0
  }
  return normal(BigInt(a) * BigInt(b))
}

export function floorDivW(a: Whole, b: Whole): Whole {
  if (b === 0) raise('internal', 'integer division by zero')
  if (typeof a === 'number' && typeof b === 'number') {
    const rest = a % b // exact, unlike a / b
    const quotient = (a - rest) / b + 0
    return rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient
  }
  const x = BigInt(a)
  const y = BigInt(b)
  const quotient = x / y
  return normal(x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient)
}

export function modW(a: Whole, b: Whole): Whole {
  if (b === 0) raise('internal', 'integer modulo by zero')
  if (typeof a === 'number' && typeof b === 'number') {
    const rest = a % b
    return (rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest) + 0
  }
  const y = BigInt(b)
  const rest = BigInt(a) % y
  return normal(rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest)
}

export function powW(a: Whole, k: Whole): Whole {
  if (k < 0) raise('internal', 'an integer has no negative power')
  const base = BigInt(a)
  if (base >= -1n && base <= 1n) return normal(k === 0 ? 1n : base === -1n && BigInt(k) % 2n === 0n ? 1n : base)
  const bits = base.toString(2).length
  if (BigInt(k) * BigInt(bits - 1) > 66_000n) raise('budget-exceeded', `the power ${a} ** ${k} is too large`)
  return normal(base ** BigInt(k))
}

export function gcdW(a: Whole, b: Whole): Whole {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, modW(x, y)]
  return x < 0 ? negW(x) : x
}
