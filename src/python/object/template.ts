// Text from templates: `'{0.a[1]!r:>10}'.format(…)` and `'%-5d' % …`.
import { types } from '../types.ts'
import { PyBytes, PyComplex, PyDict, PyFloat, PyList, PyTuple, type Kwargs, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { getAttr } from './attributes.ts'
import { className, typeOf } from './classes.ts'
import { chargeText } from './budget.ts'
import { format, maxPrecision } from './format.ts'
import { getItem } from './items.ts'
import { formatFloat } from './numerals.ts'
import { floatToInt, intOf, pinFloat, toFloat } from './numbers.ts'
import { ascii, repr, str } from './text.ts'
import { pin } from '../../sym/index.ts'

/** `!r`, `!s`, `!a` of a replacement field. */
function convert(vm: Vm, v: Value, conversion: string): Value {
  switch (conversion) {
    case 'r':
      return repr(vm, v)
    case 's':
      return str(vm, v)
    case 'a':
      return ascii(vm, v)
    default:
      return vm.raise(types.ValueError, `Unknown conversion specifier ${conversion}`)
  }
}

/** Where the fields of a template get their values. */
interface Source {
  readonly args: readonly Value[]
  readonly named: (name: string) => Value
  /** The number of the next field without one; `manual` once a field had a number. */
  next: number | 'manual'
}

/** `template.format(*args, **kwargs)`. */
export function formatTemplate(vm: Vm, template: string, args: readonly Value[], kwargs: Kwargs): string {
  const named = (name: string): Value => {
    const v = kwargs.get(name)
    return v === undefined ? vm.raise(types.KeyError, [name]) : v
  }
  return fillTemplate(vm, template, { args, named, next: 0 }, 2)
}

/** `template.format_map(mapping)`. */
export function formatMap(vm: Vm, template: string, mapping: Value): string {
  return fillTemplate(vm, template, { args: [], named: (name) => getItem(vm, mapping, name), next: 0 }, 2)
}

function fillTemplate(vm: Vm, template: string, source: Source, depth: number): string {
  if (depth === 0) vm.raise(types.ValueError, 'Max string recursion exceeded')
  let text = ''
  let at = 0
  while (at < template.length) {
    const c = template.charAt(at)
    if ((c === '{' || c === '}') && template.charAt(at + 1) === c) {
      text += c
      at += 2
    } else if (c === '}') vm.raise(types.ValueError, "Single '}' encountered in format string")
    else if (c === '{') {
      const end = fieldEnd(vm, template, at)
      text += fillField(vm, template.slice(at + 1, end), source, depth)
      at = end + 1
    } else {
      text += c
      at++
    }
  }
  return text
}

/** The brace that closes the field opened at `open`. */
function fieldEnd(vm: Vm, template: string, open: number): number {
  if (open + 1 >= template.length) vm.raise(types.ValueError, "Single '{' encountered in format string")
  let depth = 0
  for (let at = open; at < template.length; at++) {
    if (template[at] === '{') depth++
    else if (template[at] === '}' && --depth === 0) return at
  }
  return vm.raise(types.ValueError, "expected '}' before end of string")
}

function fillField(vm: Vm, field: string, source: Source, depth: number): string {
  const m = /^((?:[^!:[]|\[[^\]]*\])*)(?:!([^:]*))?(?::(.*))?$/s.exec(field)
  if (m === null) return vm.raise(types.ValueError, "expected ':' after conversion specifier")
  const [, path = '', conversion, spec = ''] = m
  let v = fieldValue(vm, path, source)
  if (conversion !== undefined) v = convert(vm, v, conversion)
  return format(vm, v, spec.includes('{') ? fillTemplate(vm, spec, source, depth - 1) : spec)
}

function fieldValue(vm: Vm, path: string, source: Source): Value {
  const m = /^([^.[]*)(.*)$/s.exec(path)
  let v = firstValue(vm, m?.[1] ?? '', source)
  for (const [, attribute, item] of (m?.[2] ?? '').matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    if (attribute !== undefined) v = getAttr(vm, v, attribute)
    else if (item !== undefined) v = getItem(vm, v, /^\d+$/.test(item) ? Number(item) : item)
  }
  return v
}

function firstValue(vm: Vm, name: string, source: Source): Value {
  let index: number
  if (name === '') {
    if (source.next === 'manual') {
      return vm.raise(types.ValueError, 'cannot switch from manual field specification to automatic field numbering')
    }
    index = source.next++
  } else if (/^\d+$/.test(name)) {
    if (typeof source.next === 'number' && source.next > 0) {
      vm.raise(types.ValueError, 'cannot switch from automatic field numbering to manual field specification')
    }
    source.next = 'manual'
    index = Number(name)
  } else return source.named(name)
  const v = source.args[index]
  if (v !== undefined) return v
  return vm.raise(types.IndexError, `Replacement index ${index} out of range for positional args tuple`)
}

// --- % --------------------------------------------------------------------------------------------------------------

const percentPattern = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.?)/gs

/** `template % values`. */
export function formatPercent(vm: Vm, template: string, values: Value): string {
  const args = values instanceof PyTuple ? values.items : [values]
  const mapping = isMapping(values) ? values : undefined
  let used = 0
  const take = (): Value => {
    const v = args[used++]
    return v === undefined ? vm.raise(types.TypeError, 'not enough arguments for format string') : v
  }
  let named = false
  const text = template.replace(percentPattern, (match, key, flags, width, precision, code, at: number) => {
    if (code === '%') return '%'
    if (code === '') return vm.raise(types.ValueError, 'incomplete format')
    const wide = width === '*' ? countOf(vm, take()) : Number(width ?? 0)
    const places = precision === '*' ? countOf(vm, take()) : precision === undefined ? undefined : Number(precision)
    chargeText(vm, Math.abs(wide))
    if ((places ?? 0) > maxPrecision && code !== 's' && code !== 'r')
      vm.stop('budget-exceeded', `a number with ${places} digits`)
    const dotted = /\.[hlL]?.$/s.test(match) ? 0 : undefined
    let v: Value
    if (key !== undefined) {
      named = true
      v = mapping === undefined ? vm.raise(types.TypeError, 'format requires a mapping') : getItem(vm, mapping, key)
    } else v = take()
    return percentField(vm, v, { flags, width: wide, precision: places ?? dotted, code, end: at + match.length - 1 })
  })
  if (!named && used < args.length && mapping === undefined) {
    vm.raise(types.TypeError, 'not all arguments converted during string formatting')
  }
  return text
}

function isMapping(v: Value): boolean {
  if (typeof v === 'string' || v instanceof PyTuple || v instanceof PyBytes) return false
  return v instanceof PyDict || v instanceof PyList || typeOf(v).lookup('__getitem__') !== undefined
}

function countOf(vm: Vm, v: Value): number {
  const i = intOf(v)
  return i === undefined ? vm.raise(types.TypeError, '* wants int') : Number(pin(i))
}

interface Field {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly code: string
  /** Where the code stands in the template. */
  readonly end: number
}

function percentField(vm: Vm, v: Value, f: Field): string {
  const { code } = f
  if (code === 's' || code === 'r' || code === 'a') {
    const text = str(vm, convert(vm, v, code))
    return padField('', f.precision === undefined ? text : [...text].slice(0, f.precision).join(''), f, false)
  }
  if (code === 'c') return padField('', typeof v === 'string' ? v : String.fromCodePoint(countOf(vm, v)), f, false)
  if ('diuxXo'.includes(code)) return percentInt(vm, v, f)
  if ('eEfFgG'.includes(code)) return percentFloat(vm, v, f)
  return vm.raise(
    types.ValueError,
    `unsupported format character '${code}' (0x${code.charCodeAt(0).toString(16)}) at index ${f.end}`,
  )
}

function percentInt(vm: Vm, v: Value, f: Field): string {
  const decimal = 'diu'.includes(f.code)
  const own = intOf(v) ?? (decimal && v instanceof PyFloat ? floatToInt(vm, v, 'trunc') : undefined)
  if (own === undefined || v instanceof PyComplex) {
    const wanted = decimal ? 'a real number' : 'an integer'
    return vm.raise(types.TypeError, `%${f.code} format: ${wanted} is required, not ${className(v)}`)
  }
  const n = pin(own)
  const base = decimal ? 10 : f.code === 'o' ? 8 : 16
  const digits = (n < 0 ? -n : n).toString(base).padStart(f.precision ?? 0, '0')
  const prefix = f.flags.includes('#') && !decimal ? `0${f.code}` : ''
  return padField(signText(n < 0, f) + prefix, f.code === 'X' ? digits.toUpperCase() : digits, f, true)
}

function percentFloat(vm: Vm, v: Value, f: Field): string {
  const x = pinFloat(toFloat(vm, v))
  const code = f.code.toLowerCase() as 'e' | 'f' | 'g'
  const text = formatFloat(Math.abs(x), code, f.precision ?? 6, f.flags.includes('#'))
  const shown = f.code === code ? text : text.toUpperCase()
  return padField(signText(x < 0 || Object.is(x, -0), f), shown, f, Number.isFinite(x))
}

function signText(negative: boolean, f: Field): string {
  if (negative) return '-'
  return f.flags.includes('+') ? '+' : f.flags.includes(' ') ? ' ' : ''
}

function padField(sign: string, text: string, f: Field, zeros: boolean): string {
  const room = f.width - [...sign, ...text].length
  if (room <= 0) return sign + text
  if (f.flags.includes('-')) return sign + text + ' '.repeat(room)
  return zeros && f.flags.includes('0') ? sign + '0'.repeat(room) + text : ' '.repeat(room) + sign + text
}
