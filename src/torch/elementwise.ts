// What elementwise kernels compute, for the tensors whose values are known. Rows by the kernel's name without namespace,
// in-place mark and overload. Results are rounded to the output's dtype by whoever stores them.
import type { KernelName } from './kernels/index.ts'

export type ElementFunction = (...xs: number[]) => number

const truth = (b: boolean): number => (b ? 1 : 0)

/** Bitwise operations on integers of any size. */
function bitwise(narrow: (a: number, b: number) => number, wide: (a: bigint, b: bigint) => bigint): ElementFunction {
  return (a = 0, b = 0) =>
    Math.abs(a) < 2 ** 30 && Math.abs(b) < 2 ** 30 ? narrow(a, b) : Number(wide(BigInt(a), BigInt(b)))
}

function remainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r
}

/** Halves go to even. */
function round(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  while (y !== 0) [x, y] = [y, x % y]
  return x
}

const extremum =
  (pick: (a: number, b: number) => number) =>
  (a = NaN, b = NaN): number =>
    Number.isNaN(a) || Number.isNaN(b) ? NaN : pick(a, b)

const functions: Readonly<Record<string, ElementFunction>> = {
  neg: (a = NaN) => -a,
  abs: Math.abs,
  exp: Math.exp,
  exp2: (a = NaN) => 2 ** a,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (a = NaN) => 1 / Math.sqrt(a),
  reciprocal: (a = NaN) => 1 / a,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  atan2: (a = NaN, b = NaN) => Math.atan2(a, b),
  sigmoid: (a = NaN) => 1 / (1 + Math.exp(-a)),
  relu: (a = NaN) => (a < 0 ? 0 : a),
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round,
  frac: (a = NaN) => a - Math.trunc(a),
  sign: Math.sign,
  sgn: Math.sign,
  square: (a = NaN) => a * a,
  add: (a = NaN, b = NaN) => a + b,
  sub: (a = NaN, b = NaN) => a - b,
  rsub: (a = NaN, b = NaN) => b - a,
  mul: (a = NaN, b = NaN) => a * b,
  div: (a = NaN, b = NaN) => a / b,
  floor_divide: (a = NaN, b = NaN) => Math.floor(a / b),
  remainder: (a = NaN, b = NaN) => remainder(a, b),
  fmod: (a = NaN, b = NaN) => a % b,
  pow: (a = NaN, b = NaN) => a ** b,
  maximum: extremum(Math.max),
  minimum: extremum(Math.min),
  clamp_min: extremum(Math.max),
  clamp_max: extremum(Math.min),
  bitwise_and: bitwise(
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  bitwise_or: bitwise(
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  bitwise_xor: bitwise(
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  __lshift__: (a = 0, b = 0) => a * 2 ** b,
  __rshift__: (a = 0, b = 0) => Math.floor(a / 2 ** b),
  bitwise_left_shift: (a = 0, b = 0) => a * 2 ** b,
  bitwise_right_shift: (a = 0, b = 0) => Math.floor(a / 2 ** b),
  logical_not: (a = 0) => truth(a === 0),
  logical_and: (a = 0, b = 0) => truth(a !== 0 && b !== 0),
  logical_or: (a = 0, b = 0) => truth(a !== 0 || b !== 0),
  logical_xor: (a = 0, b = 0) => truth((a !== 0) !== (b !== 0)),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  lt: (a = NaN, b = NaN) => truth(a < b),
  le: (a = NaN, b = NaN) => truth(a <= b),
  gt: (a = NaN, b = NaN) => truth(a > b),
  ge: (a = NaN, b = NaN) => truth(a >= b),
  isnan: (a = NaN) => truth(Number.isNaN(a)),
  isinf: (a = NaN) => truth(Math.abs(a) === Infinity),
  isposinf: (a) => truth(a === Infinity),
  isneginf: (a) => truth(a === -Infinity),
  gcd: (a = 0, b = 0) => gcd(a, b),
  lcm: (a = 0, b = 0) => (a === 0 || b === 0 ? 0 : Math.abs(a * b) / gcd(a, b)),
  where: (c = 0, a = NaN, b = NaN) => (c !== 0 ? a : b),
  masked_fill: (a = NaN, mask = 0, value = NaN) => (mask !== 0 ? value : a),
  _to_copy: (a = NaN) => a,
  clone: (a = NaN) => a,
  copy: (_old, source = NaN) => source,
  fill: (_old, value = NaN) => value,
  zero: () => 0,
  lerp: (a = NaN, b = NaN, w = NaN) => a + w * (b - a),
}

/** The function behind a kernel, or undefined where values are not followed through it. */
export function elementwise(op: KernelName): ElementFunction | undefined {
  const name = op.split('.')[1] ?? ''
  return functions[name.endsWith('_') && !name.startsWith('__') ? name.slice(0, -1) : name]
}
