// `int`, `bool`, `float`, `complex`: their constructors and methods. Arithmetic itself is in object/arithmetic.ts.
import { hint, pin, type Int } from '../../sym/index.ts'
import {
  absolute,
  asComplex,
  bitLength,
  floatDivmod,
  numericBinary,
  numericUnary,
  powerModulo,
  type BinaryOperator,
} from '../object/arithmetic.ts'
import { chargeText } from '../object/budget.ts'
import { callSpecial } from '../object/call.ts'
import { className, mustBe, stringOf, typeOf } from '../object/classes.ts'
import { compareNumbers, truth } from '../object/compare.ts'
import { formatFloatValue, formatInt } from '../object/format.ts'
import { hash } from '../object/hash.ts'
import { floatRepr, ratio, roundFloat } from '../object/numerals.ts'
import {
  derivedFloat,
  floatFromInt,
  floatToInt,
  fromBigInt,
  intOf,
  pinFloat,
  toFloat,
  toIndex,
  toNumber,
} from '../object/numbers.ts'
import { binaryRows } from '../object/operators.ts'
import { repr } from '../object/text.ts'
import { bytes, complex, float, notImplemented, tuple } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import type { PyNative } from '../values.ts'
import { PyBytes, PyClass, PyClassMethod, PyComplex, PyFloat, PyInstance, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, getsets } from './define.ts'

const selfClass = (vm: Vm, v: Value): PyClass => mustBe(vm, v, PyClass, 'a type')
const selfFloat = (vm: Vm, v: Value): PyFloat => mustBe(vm, v, PyFloat, 'a float')
const selfComplex = (vm: Vm, v: Value): PyComplex => mustBe(vm, v, PyComplex, 'a complex')

function selfInt(vm: Vm, v: Value): Int {
  return intOf(v) ?? vm.raise(types.TypeError, `expected an int, got ${className(v)}`)
}

/** The binary dunders and their reflections; `accepts` says which values the class itself takes as operands. */
function arithmetic(operators: readonly BinaryOperator[], accepts: (v: Value) => boolean): Record<string, PyNative> {
  const methods: Record<string, PyNative> = {}
  for (const op of operators) {
    const { name, reflected } = binaryRows[op]
    const run = (vm: Vm, a: Value, b: Value): Value =>
      accepts(a) && accepts(b) ? (numericBinary(vm, op, a, b) ?? notImplemented) : notImplemented
    methods[name] = native(`${name}(self, value, /)`, (vm, [a, b]) => run(vm, a, b))
    methods[reflected] = native(`${reflected}(self, value, /)`, (vm, [a, b]) => run(vm, b, a))
  }
  return methods
}

const unary = natives({
  '__neg__(self, /)': (_vm, [a]) => numericUnary('-', a) ?? notImplemented,
  '__pos__(self, /)': (_vm, [a]) => numericUnary('+', a) ?? notImplemented,
  '__abs__(self, /)': (_vm, [a]) => absolute(a) ?? notImplemented,
  '__bool__(self, /)': (vm, [a]) => compareNumbers('!=', a, 0) ?? truth(vm, a),
  '__hash__(self, /)': (vm, [a]) => hash(vm, a),
})

const isIntLike = (v: Value): boolean => intOf(v) !== undefined
const isReal = (v: Value): boolean => isIntLike(v) || v instanceof PyFloat

// --- int ------------------------------------------------------------------------------------------------------------

const digitValues = '0123456789abcdefghijklmnopqrstuvwxyz'
const prefixes: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 }

/** An int literal as `int(text, base)` reads it; undefined where it is none. */
function parseInteger(text: string, base: number): Int | undefined {
  const m = /^\s*([-+]?)(0[xob])?(_?[0-9a-z]+(?:_[0-9a-z]+)*)\s*$/i.exec(text)
  if (m === null) return undefined
  const [, sign, rawPrefix = '', rawDigits = ''] = m
  const prefix = rawPrefix.toLowerCase()
  let digits = rawDigits.toLowerCase()
  let radix = base
  if (prefix !== '' && (base === 0 || base === prefixes[prefix])) radix = prefixes[prefix] ?? base
  else if (prefix !== '') digits = prefix + digits
  else if (digits.startsWith('_')) return undefined
  if (radix === 0) {
    if (/^0\d*[1-9]/.test(digits)) return undefined
    radix = 10
  }
  let value = 0n
  for (const c of digits.replaceAll('_', '')) {
    const d = digitValues.indexOf(c)
    if (d < 0 || d >= radix) return undefined
    value = value * BigInt(radix) + BigInt(d)
  }
  return fromBigInt(sign === '-' ? -value : value)
}

function intFromText(vm: Vm, v: Value, text: string, base: number): Int {
  if (base !== 0 && (base < 2 || base > 36)) vm.raise(types.ValueError, 'int() base must be >= 2 and <= 36, or 0')
  return (
    parseInteger(text, base) ??
    vm.raise(types.ValueError, `invalid literal for int() with base ${base}: ${repr(vm, v)}`)
  )
}

function toInt(vm: Vm, v: Value): Int {
  const known = intOf(v)
  if (known !== undefined) return known
  if (v instanceof PyFloat) return floatToInt(vm, v, 'trunc')
  const text = stringOf(v) ?? (v instanceof PyBytes ? v.text : undefined)
  if (text !== undefined) return intFromText(vm, v, text, 10)
  for (const name of ['__int__', '__index__', '__trunc__']) {
    const made = callSpecial(vm, v, name)
    if (made === undefined) continue
    return intOf(made) ?? vm.raise(types.TypeError, `${name} returned non-int (type ${className(made)})`)
  }
  return vm.raise(
    types.TypeError,
    `int() argument must be a string, a bytes-like object or a real number, not '${className(v)}'`,
  )
}

function newInt(vm: Vm, cls: PyClass, x: Value | undefined, base: Value | undefined): Value {
  let value: Int = 0
  if (base !== undefined) {
    const text = x === undefined ? undefined : stringOf(x)
    if (x === undefined || text === undefined)
      return vm.raise(types.TypeError, "int() can't convert non-string with explicit base")
    value = intFromText(vm, x, text, toNumber(vm, base))
  } else if (x !== undefined) value = toInt(vm, x)
  return cls === types.int ? value : wrap(cls, value)
}

/** An instance of a subclass of int or str. */
export function wrap(cls: PyClass, payload: Value): PyInstance {
  const o = new PyInstance(cls)
  o.payload = payload
  return o
}

function roundInt(vm: Vm, i: Int, digits: Value): Int {
  const places = digits === null ? 0 : toNumber(vm, digits)
  if (places >= 0) return i
  if (-places > bitLength(BigInt(pin(i)))) return 0
  const unit = 10n ** BigInt(-places)
  const n = BigInt(pin(i))
  const low = n - (((n % unit) + unit) % unit)
  const twice = 2n * (n - low)
  const up = twice > unit || (twice === unit && (low / unit) % 2n !== 0n)
  return fromBigInt(up ? low + unit : low)
}

function toBytes(vm: Vm, i: Int, length: number, order: string, signed: boolean): Value {
  chargeText(vm, length)
  let n = BigInt(pin(i))
  if (n < 0n && !signed) vm.raise(types.OverflowError, "can't convert negative int to unsigned")
  if (bitLength(n) + (signed ? 1 : 0) > length * 8) vm.raise(types.OverflowError, 'int too big to convert')
  let text = ''
  n = BigInt.asUintN(length * 8, n)
  for (let k = 0; k < length; k++, n >>= 8n) text += String.fromCharCode(Number(n & 255n))
  return bytes(order === 'big' ? [...text].reverse().join('') : text)
}

function fromBytes(vm: Vm, v: Value, order: string, signed: boolean): Int {
  const { text } = mustBe(vm, v, PyBytes, 'bytes')
  let n = 0n
  for (const c of order === 'big' ? text : [...text].reverse().join('')) n = (n << 8n) | BigInt(c.charCodeAt(0))
  return fromBigInt(signed ? BigInt.asIntN(text.length * 8, n) : n)
}

function compareInts(op: Parameters<typeof compareNumbers>[0], a: Value, b: Value): boolean | undefined {
  return isIntLike(a) && isIntLike(b) ? compareNumbers(op, a, b) : undefined
}

const intMethods = natives({
  '__new__(cls, x=MISSING, /, base=MISSING)': (vm, [cls, x, base]) => newInt(vm, selfClass(vm, cls), x, base),
  '__invert__(self, /)': (_vm, [a]) => numericUnary('~', a) ?? notImplemented,
  '__index__(self, /)': (vm, [a]) => selfInt(vm, a),
  '__int__(self, /)': (vm, [a]) => selfInt(vm, a),
  '__trunc__(self, /)': (vm, [a]) => selfInt(vm, a),
  '__floor__(self, /)': (vm, [a]) => selfInt(vm, a),
  '__ceil__(self, /)': (vm, [a]) => selfInt(vm, a),
  '__float__(self, /)': (vm, [a]) => floatFromInt(vm, selfInt(vm, a)),
  '__round__(self, ndigits=None, /)': (vm, [a, digits]) => roundInt(vm, selfInt(vm, a), digits),
  '__repr__(self, /)': (vm, [a]) => repr(vm, selfInt(vm, a)),
  '__format__(self, format_spec, /)': (vm, [a, spec]) => formatInt(vm, a, selfInt(vm, a), stringOf(spec) ?? ''),
  '__divmod__(self, value, /)': (vm, [a, b]) => intDivmod(vm, a, b),
  '__rdivmod__(self, value, /)': (vm, [a, b]) => intDivmod(vm, b, a),
  '__pow__(self, value, mod=None, /)': (vm, [a, b, m]) => intPow(vm, a, b, m),
  '__sizeof__(self, /)': () => 28,
  '__getnewargs__(self, /)': (vm, [a]) => tuple([selfInt(vm, a)]),
  'bit_length(self, /)': (vm, [a]) => bitLength(BigInt(pin(selfInt(vm, a)))),
  'bit_count(self, /)': (vm, [a]) =>
    BigInt(pin(selfInt(vm, a)))
      .toString(2)
      .replaceAll(/[^1]/g, '').length,
  'conjugate(self, /)': (vm, [a]) => selfInt(vm, a),
  'as_integer_ratio(self, /)': (vm, [a]) => tuple([selfInt(vm, a), 1]),
  "to_bytes(self, /, length=1, byteorder='big', *, signed=False)": (vm, [a, length, order, signed]) =>
    toBytes(vm, selfInt(vm, a), toNumber(vm, length), String(order), truth(vm, signed)),
})

function intDivmod(vm: Vm, a: Value, b: Value): Value {
  if (!isIntLike(a) || !isIntLike(b)) return notImplemented
  if (hint(selfInt(vm, b)) === 0) return vm.raise(types.ZeroDivisionError, 'integer division or modulo by zero')
  return tuple([numericBinary(vm, '//', a, b) ?? null, numericBinary(vm, '%', a, b) ?? null])
}

function intPow(vm: Vm, a: Value, b: Value, m: Value): Value {
  if (!isIntLike(a) || !isIntLike(b)) return notImplemented
  if (m === null) return numericBinary(vm, '**', a, b) ?? notImplemented
  return isIntLike(m) ? powerModulo(vm, selfInt(vm, a), selfInt(vm, b), selfInt(vm, m)) : notImplemented
}

fill(
  types.int,
  unary,
  arithmetic(['+', '-', '*', '/', '//', '%', '**', '&', '|', '^', '<<', '>>'], isIntLike),
  intMethods,
  comparisons((_vm, op, a, b) => compareInts(op, a, b)),
  {
    from_bytes: new PyClassMethod(
      types.classmethod,
      native("from_bytes(cls, bytes, byteorder='big', *, signed=False)", (vm, [, v, order, signed]) =>
        fromBytes(vm, v, String(order), truth(vm, signed)),
      ),
    ),
  },
)
getsets(types.int, {
  real: (vm, a) => selfInt(vm, a),
  imag: () => 0,
  numerator: (vm, a) => selfInt(vm, a),
  denominator: () => 1,
})

fill(
  types.bool,
  natives({
    '__new__(cls, x=False, /)': (vm, [, x]) => truth(vm, x),
    '__repr__(self, /)': (_vm, [a]) => (a === true ? 'True' : 'False'),
  }),
)

// --- float ----------------------------------------------------------------------------------------------------------

function parseFloatText(text: string): number | undefined {
  const t = text.trim().toLowerCase()
  const word = /^([-+]?)(inf|infinity|nan)$/.exec(t)
  if (word !== null) return word[2] === 'nan' ? NaN : word[1] === '-' ? -Infinity : Infinity
  return /^[-+]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[-+]?\d+(_\d+)*)?$/.test(t)
    ? Number(t.replaceAll('_', ''))
    : undefined
}

function newFloat(vm: Vm, cls: PyClass, x: Value): PyFloat {
  const f = floatValue(vm, x)
  return cls === types.float ? f : new PyFloat(cls, f.value, f.expr, f.deps)
}

function floatValue(vm: Vm, x: Value): PyFloat {
  const text = stringOf(x) ?? (x instanceof PyBytes ? x.text : undefined)
  if (text !== undefined) {
    const value = parseFloatText(text)
    return value === undefined
      ? vm.raise(types.ValueError, `could not convert string to float: ${repr(vm, x)}`)
      : float(value)
  }
  const cls = typeOf(x)
  if (!isReal(x) && cls.lookup('__float__') === undefined && cls.lookup('__index__') === undefined) {
    return vm.raise(types.TypeError, `float() argument must be a string or a real number, not '${cls.name}'`)
  }
  return toFloat(vm, x)
}

function hexOf(x: number): string {
  if (!Number.isFinite(x)) return floatRepr(x)
  const sign = x < 0 || Object.is(x, -0) ? '-' : ''
  if (x === 0) return `${sign}0x0.0p+0`
  let exponent = Math.floor(Math.log2(Math.abs(x)))
  let mantissa = Math.abs(x) / 2 ** exponent
  if (mantissa >= 2) {
    mantissa /= 2
    exponent++
  } else if (mantissa < 1) {
    mantissa *= 2
    exponent--
  }
  const digits = BigInt(Math.round((mantissa - 1) * 2 ** 52))
    .toString(16)
    .padStart(13, '0')
  return `${sign}0x1.${digits}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

const floatMethods = natives({
  '__new__(cls, x=0.0, /)': (vm, [cls, x]) => newFloat(vm, selfClass(vm, cls), x),
  '__int__(self, /)': (vm, [a]) => floatToInt(vm, selfFloat(vm, a), 'trunc'),
  '__trunc__(self, /)': (vm, [a]) => floatToInt(vm, selfFloat(vm, a), 'trunc'),
  '__floor__(self, /)': (vm, [a]) => floatToInt(vm, selfFloat(vm, a), 'floor'),
  '__ceil__(self, /)': (vm, [a]) => floatToInt(vm, selfFloat(vm, a), 'ceil'),
  '__float__(self, /)': (vm, [a]) => toFloat(vm, a),
  '__round__(self, ndigits=None, /)': (vm, [a, digits]) => {
    const f = selfFloat(vm, a)
    if (digits === null) return floatToInt(vm, f, 'round')
    return derivedFloat(roundFloat(f.value, toNumber(vm, digits)), [f])
  },
  '__repr__(self, /)': (vm, [a]) => floatRepr(pinFloat(selfFloat(vm, a))),
  '__format__(self, format_spec, /)': (vm, [a, spec]) =>
    formatFloatValue(vm, a, selfFloat(vm, a), stringOf(spec) ?? ''),
  '__divmod__(self, value, /)': (vm, [a, b]) => floatDivmodPair(vm, a, b),
  '__rdivmod__(self, value, /)': (vm, [a, b]) => floatDivmodPair(vm, b, a),
  '__sizeof__(self, /)': () => 24,
  '__getnewargs__(self, /)': (vm, [a]) => tuple([toFloat(vm, a)]),
  'is_integer(self, /)': (vm, [a]) => Number.isInteger(pinFloat(selfFloat(vm, a))),
  'conjugate(self, /)': (vm, [a]) => toFloat(vm, a),
  'hex(self, /)': (vm, [a]) => hexOf(pinFloat(selfFloat(vm, a))),
  'as_integer_ratio(self, /)': (vm, [a]) => {
    const x = pinFloat(selfFloat(vm, a))
    if (!Number.isFinite(x)) vm.raise(types.OverflowError, 'cannot convert Infinity or NaN to integer ratio')
    return tuple(ratio(x).map(fromBigInt))
  },
})

function floatDivmodPair(vm: Vm, a: Value, b: Value): Value {
  if (!isReal(a) || !isReal(b)) return notImplemented
  const x = toFloat(vm, a)
  const y = toFloat(vm, b)
  if (y.value === 0) vm.raise(types.ZeroDivisionError, 'float divmod()')
  return tuple(floatDivmod(x.value, y.value).map((v) => derivedFloat(v, [x, y])))
}

function compareReals(op: Parameters<typeof compareNumbers>[0], a: Value, b: Value): boolean | undefined {
  return isReal(a) && isReal(b) ? compareNumbers(op, a, b) : undefined
}

fill(
  types.float,
  unary,
  arithmetic(['+', '-', '*', '/', '//', '%', '**'], isReal),
  floatMethods,
  comparisons((_vm, op, a, b) => compareReals(op, a, b)),
)
getsets(types.float, { real: (vm, a) => toFloat(vm, a), imag: () => float(0) })

// --- complex --------------------------------------------------------------------------------------------------------

function newComplex(vm: Vm, real: Value, imag: Value | undefined): PyComplex {
  const text = stringOf(real)
  if (text !== undefined) return complexFromText(vm, text)
  const re = complexPart(vm, real)
  if (imag === undefined) return re
  const im = complexPart(vm, imag)
  return complex(re.re - im.im, re.im + im.re)
}

function complexPart(vm: Vm, v: Value): PyComplex {
  const made = asComplex(v) ?? callSpecial(vm, v, '__complex__') ?? asComplex(toFloat(vm, v))
  return made instanceof PyComplex ? made : vm.raise(types.TypeError, `must be real number, not ${className(v)}`)
}

function complexFromText(vm: Vm, text: string): PyComplex {
  const t = text.trim().replace(/^\((.*)\)$/, '$1')
  const m = /^([-+]?[\d.]+(?:e[-+]?\d+)?(?![\d.]*j))?(?:([-+]?[\d.]*(?:e[-+]?\d+)?)j)?$/i.exec(t)
  if (m === null || t === '') return vm.raise(types.ValueError, 'complex() arg is a malformed string')
  const [, re, im] = m
  const imaginary = im === undefined ? 0 : im === '' || im === '+' ? 1 : im === '-' ? -1 : Number(im)
  return complex(re === undefined ? 0 : Number(re), imaginary)
}

function complexRepr(z: PyComplex): string {
  const part = (x: number): string => floatRepr(x).replace(/\.0$/, '')
  const im = `${part(z.im)}j`
  if (z.re === 0 && !Object.is(z.re, -0)) return im
  return `(${part(z.re)}${/^[-]/.test(im) ? '' : '+'}${im})`
}

fill(
  types.complex,
  unary,
  arithmetic(['+', '-', '*', '/', '**'], (v) => isReal(v) || v instanceof PyComplex),
  natives({
    '__new__(cls, real=0.0, imag=MISSING)': (vm, [, re, im]) => newComplex(vm, re, im),
    '__repr__(self, /)': (vm, [z]) => complexRepr(selfComplex(vm, z)),
    '__complex__(self, /)': (vm, [z]) => selfComplex(vm, z),
    'conjugate(self, /)': (vm, [z]) => complex(selfComplex(vm, z).re, -selfComplex(vm, z).im),
  }),
  comparisons((_vm, op, a, b) => compareNumbers(op, a, b), ['==', '!=']),
)
getsets(types.complex, { real: (vm, z) => float(selfComplex(vm, z).re), imag: (vm, z) => float(selfComplex(vm, z).im) })

/** `round(v, digits)` for numbers of the host and of the program alike. */
export function roundValue(vm: Vm, v: Value, digits: Value): Value {
  const made = callSpecial(vm, v, '__round__', digits === null ? [] : [digits])
  return made === undefined ? vm.raise(types.TypeError, `type ${className(v)} doesn't define __round__ method`) : made
}

/** The text of an int in another base, as `hex`, `oct` and `bin` write it. */
export function inBase(vm: Vm, v: Value, base: 2 | 8 | 16): string {
  const n = pin(toIndex(vm, v))
  const prefix = base === 16 ? '0x' : base === 8 ? '0o' : '0b'
  return `${n < 0 ? '-' : ''}${prefix}${(n < 0 ? -n : n).toString(base)}`
}
