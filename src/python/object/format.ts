// `format(v, spec)`: the format specification mini-language for str, int and float.
// [[fill]align][sign][z][#][0][width][grouping][.precision][type]
import type { Int } from '../../sym/index.ts'
import { pin } from '../../sym/index.ts'
import { types } from '../types.ts'
import type { PyFloat } from '../values.ts'
import { type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { chargeText } from './budget.ts'
import { callSpecial } from './call.ts'
import { className, stringOf } from './classes.ts'
import { formatFloat } from './numerals.ts'
import { floatFromInt, pinFloat } from './numbers.ts'
import { str } from './text.ts'

/** `format(v, spec)`. */
export function format(vm: Vm, v: Value, spec = ''): string {
  if (spec === '' && typeof v === 'string') return v
  const made = callSpecial(vm, v, '__format__', [spec])
  if (made === undefined) return vm.stop('internal', `${className(v)} has no __format__`)
  return stringOf(made) ?? vm.raise(types.TypeError, `__format__ must return a str, not ${className(made)}`)
}

interface Spec {
  readonly fill: string
  readonly align: string | undefined
  readonly sign: string
  readonly alternate: boolean
  readonly width: number
  readonly grouping: string
  readonly precision: number | undefined
  readonly type: string
}

/** More decimals than any double has. */
export const maxPrecision = 2000

const specPattern = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?(.)?$/su

function parseSpec(vm: Vm, text: string, v: Value): Spec {
  const m = specPattern.exec(text)
  if (m === null)
    return vm.raise(types.ValueError, `Invalid format specifier '${text}' for object of type '${className(v)}'`)
  const [, fill, align, sign, , alternate, zero, width, grouping, precision, type] = m
  chargeText(vm, Number(width ?? 0))
  if (Number(precision ?? 0) > maxPrecision) vm.stop('budget-exceeded', `a number with ${precision} digits`)
  const padded = zero !== undefined
  return {
    fill: fill ?? (padded ? '0' : ' '),
    align: align ?? (padded ? '=' : undefined),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  }
}

function unknownCode(vm: Vm, spec: Spec, kind: string): never {
  return vm.raise(types.ValueError, `Unknown format code '${spec.type}' for object of type '${kind}'`)
}

/** `str.__format__`. */
export function formatText(vm: Vm, v: Value, s: string, text: string): string {
  if (text === '') return s
  const spec = parseSpec(vm, text, v)
  if (spec.type !== '' && spec.type !== 's') unknownCode(vm, spec, className(v))
  if (spec.align === '=') vm.raise(types.ValueError, "'=' alignment not allowed in string format specifier")
  const shown = spec.precision === undefined ? s : [...s].slice(0, spec.precision).join('')
  return pad(shown, '', { ...spec, align: spec.align ?? '<' })
}

/** `int.__format__`. */
export function formatInt(vm: Vm, v: Value, i: Int, text: string): string {
  const n = pin(i)
  if (text === '') return str(vm, v)
  const spec = parseSpec(vm, text, v)
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatFloating(spec, pinFloat(floatFromInt(vm, n)))
  const base = { '': 10, d: 10, n: 10, b: 2, o: 8, x: 16, X: 16 }[spec.type]
  if (spec.type === 'c') return pad(String.fromCodePoint(Number(n)), '', { ...spec, align: spec.align ?? '<' })
  if (base === undefined) return unknownCode(vm, spec, className(v))
  if (spec.precision !== undefined) vm.raise(types.ValueError, 'Precision not allowed in integer format specifier')
  const digits = (n < 0 ? -n : n).toString(base)
  const prefix = spec.alternate && base !== 10 ? `0${spec.type}` : ''
  const shown = spec.type === 'X' ? digits.toUpperCase() : digits
  return number(signOf(n < 0, spec) + prefix, shown, '', spec, base === 10 ? 3 : spec.grouping === '_' ? 4 : 3)
}

/** `float.__format__`. */
export function formatFloatValue(vm: Vm, v: Value, f: PyFloat, text: string): string {
  const spec = parseSpec(vm, text, v)
  if (!['', 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%'].includes(spec.type)) unknownCode(vm, spec, className(v))
  return formatFloating(spec, pinFloat(f))
}

function formatFloating(spec: Spec, value: number): string {
  const negative = value < 0 || Object.is(value, -0)
  const text = floating(spec, Math.abs(value))
  const shown = spec.type === 'E' || spec.type === 'G' || spec.type === 'F' ? text.toUpperCase() : text
  const m = /^(\d*)(.*)$/s.exec(shown)
  return number(signOf(negative, spec), m?.[1] ?? '', m?.[2] ?? '', spec, 3)
}

function floating(spec: Spec, x: number): string {
  const precision = spec.precision ?? 6
  switch (spec.type) {
    case '%':
      return `${formatFloat(x * 100, 'f', precision, spec.alternate)}%`
    case 'f':
    case 'F':
      return formatFloat(x, 'f', precision, spec.alternate)
    case 'e':
    case 'E':
      return formatFloat(x, 'e', precision, spec.alternate)
    case '':
      return spec.precision === undefined ? formatFloat(x, 'r', 0) : formatFloat(x, 'p', spec.precision)
    default:
      return formatFloat(x, 'g', precision, spec.alternate)
  }
}

function signOf(negative: boolean, spec: Spec): string {
  if (negative) return '-'
  return spec.sign === '-' ? '' : spec.sign
}

/** Puts sign, digits (grouped) and the rest together and pads. */
function number(sign: string, digits: string, rest: string, spec: Spec, group: number): string {
  const zeroPadded = spec.fill === '0' && spec.align === '='
  const wanted = zeroPadded ? spec.width - sign.length - rest.length : 0
  const grouped = spec.grouping === '' ? digits : groupDigits(digits, spec.grouping, group, wanted)
  return pad(grouped + rest, sign, { ...spec, align: spec.align ?? '>' })
}

function groupDigits(digits: string, separator: string, size: number, width: number): string {
  if (!/^[0-9a-f]+$/i.test(digits)) return digits
  let count = Math.max(digits.length, Math.floor((width * size) / (size + 1)))
  while (count + Math.floor((count - 1) / size) < width) count++
  return joinGroups(digits.padStart(count, '0'), separator, size)
}

function joinGroups(digits: string, separator: string, size: number): string {
  const parts: string[] = []
  for (let end = digits.length; end > 0; end -= size) parts.push(digits.slice(Math.max(0, end - size), end))
  return parts.reverse().join(separator)
}

function pad(text: string, sign: string, spec: Pick<Spec, 'fill' | 'align' | 'width'>): string {
  const room = spec.width - [...sign, ...text].length
  if (room <= 0) return sign + text
  switch (spec.align) {
    case '<':
      return sign + text + spec.fill.repeat(room)
    case '^': {
      const left = Math.floor(room / 2)
      return spec.fill.repeat(left) + sign + text + spec.fill.repeat(room - left)
    }
    case '=':
      return sign + spec.fill.repeat(room) + text
    default:
      return spec.fill.repeat(room) + sign + text
  }
}
