// `str`.
import {
  characterAt,
  characters,
  isFlat,
  isLineEnd,
  isSpace,
  sliceText,
  textLength,
  toCodePoints,
} from '../object/strings.ts'
import { chargeText } from '../object/budget.ts'
import { asString, className, mustBe, stringOf, typeOf } from '../object/classes.ts'
import { compareText, textContains } from '../object/compare.ts'
import { makeDict } from '../object/dicts.ts'
import { formatText } from '../object/format.ts'
import { getItem, itemIndex, refuseKey, sliceRange, takeSlice } from '../object/items.ts'
import { collect } from '../object/iterate.ts'
import { hash } from '../object/hash.ts'
import { intOf, toClipped, toNumber } from '../object/numbers.ts'
import { formatMap, formatPercent, formatTemplate } from '../object/template.ts'
import { str, stringRepr } from '../object/text.ts'
import { bytes, iterator, list, notImplemented, tuple } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import { PyBytes, PyClass, PyDict, PyException, PySlice, PyStaticMethod, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { decodeBytes, encodeText } from './bytes.ts'
import { comparisons, fill } from './define.ts'
import { wrap } from './numbers.ts'

function self(vm: Vm, v: Value): string {
  return stringOf(v) ?? vm.raise(types.TypeError, `expected a str, got ${className(v)}`)
}

function textArgument(vm: Vm, v: Value): string {
  return stringOf(v) ?? vm.raise(types.TypeError, `must be str, not ${className(v)}`)
}

// --- Searching ------------------------------------------------------------------------------------------------------

/** The part of a text that optional start and end arguments select, and where it begins (in code points). */
function region(vm: Vm, s: string, start: Value, end: Value): { part: string; from: number; valid: boolean } {
  if (start === null && end === null) return { part: s, from: 0, valid: true }
  const size = textLength(s)
  const clip = (v: Value, fallback: number): number => {
    if (v === null) return fallback
    const i = toClipped(vm, v)
    return i < 0 ? Math.max(i + size, 0) : i
  }
  const from = clip(start, 0)
  const to = Math.min(clip(end, size), size)
  return { part: sliceText(s, from, to), from, valid: from <= to }
}

function findIn(vm: Vm, s: string, sub: Value, start: Value, end: Value, last: boolean): number {
  const { part, from, valid } = region(vm, s, start, end)
  const wanted = textArgument(vm, sub)
  const at = valid ? (last ? part.lastIndexOf(wanted) : part.indexOf(wanted)) : -1
  return at < 0 ? -1 : from + toCodePoints(part, at)
}

function countIn(vm: Vm, s: string, sub: Value, start: Value, end: Value): number {
  const { part, valid } = region(vm, s, start, end)
  const wanted = textArgument(vm, sub)
  if (!valid) return 0
  return wanted === '' ? textLength(part) + 1 : part.split(wanted).length - 1
}

/** `startswith` and `endswith`: one affix or a tuple of them. */
function hasAffix(vm: Vm, s: string, affix: Value, start: Value, end: Value, name: 'startswith' | 'endswith'): boolean {
  const { part, valid } = region(vm, s, start, end)
  const test = (v: Value): boolean => {
    const text = stringOf(v)
    if (text === undefined) {
      return vm.raise(types.TypeError, `${name} first arg must be str or a tuple of str, not ${className(v)}`)
    }
    return valid && (name === 'startswith' ? part.startsWith(text) : part.endsWith(text))
  }
  return affix instanceof PyTuple ? affix.items.some(test) : test(affix)
}

// --- Splitting ------------------------------------------------------------------------------------------------------

function splitText(vm: Vm, s: string, separator: Value, limit: Value): string[] {
  const most = toNumber(vm, limit)
  if (separator === null) return splitWords(s, most)
  const sep = textArgument(vm, separator)
  if (sep === '') return vm.raise(types.ValueError, 'empty separator')
  const parts = s.split(sep)
  if (most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(sep)]
}

/** Split at runs of white space; after so many words the rest stays as it is. */
function splitWords(s: string, most: number): string[] {
  const chars = characters(s)
  const words: string[] = []
  let at = 0
  const skip = (space: boolean): void => {
    while (at < chars.length && isSpace(chars[at] ?? '') === space) at++
  }
  for (skip(true); at < chars.length; skip(true)) {
    const from = at
    if (words.length === most) at = chars.length
    else skip(false)
    words.push(chars.slice(from, at).join(''))
  }
  return words
}

function rsplitText(vm: Vm, s: string, separator: Value, limit: Value): string[] {
  const most = toNumber(vm, limit)
  if (most < 0) return splitText(vm, s, separator, -1)
  if (separator === null) {
    const reversed = splitWords([...s].reverse().join(''), most)
    return reversed.reverse().map((w) => [...w].reverse().join(''))
  }
  const sep = textArgument(vm, separator)
  if (sep === '') return vm.raise(types.ValueError, 'empty separator')
  const parts = s.split(sep)
  if (parts.length <= most + 1) return parts
  const cut = parts.length - most
  return [parts.slice(0, cut).join(sep), ...parts.slice(cut)]
}

function splitLines(s: string, keepEnds: boolean): string[] {
  const lines: string[] = []
  let from = 0
  for (let at = 0; at < s.length; at++) {
    if (!isLineEnd(s.charAt(at))) continue
    const end = s.startsWith('\r\n', at) ? at + 2 : at + 1
    lines.push(s.slice(from, keepEnds ? end : at))
    from = end
    at = end - 1
  }
  if (from < s.length) lines.push(s.slice(from))
  return lines
}

function partitionText(vm: Vm, s: string, separator: Value, last: boolean): Value {
  const sep = textArgument(vm, separator)
  if (sep === '') return vm.raise(types.ValueError, 'empty separator')
  const at = last ? s.lastIndexOf(sep) : s.indexOf(sep)
  if (at < 0) return tuple(last ? ['', '', s] : [s, '', ''])
  return tuple([s.slice(0, at), sep, s.slice(at + sep.length)])
}

function joinTexts(vm: Vm, separator: string, parts: Value): string {
  const texts = collect(vm, parts).map((v, i) => {
    return stringOf(v) ?? vm.raise(types.TypeError, `sequence item ${i}: expected str instance, ${className(v)} found`)
  })
  chargeText(
    vm,
    texts.reduce((size, text) => size + text.length + separator.length, 0),
  )
  return texts.join(separator)
}

// --- Changing -------------------------------------------------------------------------------------------------------

function strip(vm: Vm, s: string, chars: Value, ends: 'both' | 'left' | 'right'): string {
  const isStripped = chars === null ? isSpace : inSet(textArgument(vm, chars))
  const all = characters(s)
  let from = 0
  let to = all.length
  if (ends !== 'right') while (from < to && isStripped(all[from] ?? '')) from++
  if (ends !== 'left') while (to > from && isStripped(all[to - 1] ?? '')) to--
  return all.slice(from, to).join('')
}

function inSet(chars: string): (c: string) => boolean {
  const wanted = new Set(chars)
  return (c) => wanted.has(c)
}

function replaceText(vm: Vm, s: string, from: Value, to: Value, count: Value): string {
  const old = textArgument(vm, from)
  const fresh = textArgument(vm, to)
  const most = toNumber(vm, count)
  const parts = old === '' ? characters(s) : s.split(old)
  const done = most < 0 ? parts.length : Math.min(most, parts.length)
  chargeText(vm, s.length + done * fresh.length)
  if (old === '') return interleave(s, fresh, most < 0 ? Infinity : most)
  if (most < 0) return parts.join(fresh)
  return [parts.slice(0, done + 1).join(fresh), ...parts.slice(done + 1)].join(old)
}

/** Replacing the empty text: before each character and at the end. */
function interleave(s: string, text: string, most: number): string {
  let left = most
  let result = ''
  for (const c of characters(s)) result += (left-- > 0 ? text : '') + c
  return result + (left > 0 ? text : '')
}

function padText(vm: Vm, s: string, width: Value, fillChar: Value, where: 'left' | 'right' | 'center'): string {
  const room = toNumber(vm, width) - textLength(s)
  const c = textArgument(vm, fillChar)
  if (textLength(c) !== 1) vm.raise(types.TypeError, 'The fill character must be exactly one character long')
  if (room <= 0) return s
  chargeText(vm, room)
  if (where === 'left') return c.repeat(room) + s
  if (where === 'right') return s + c.repeat(room)
  const left = Math.floor(room / 2) + (room & (room + textLength(s)) & 1)
  return c.repeat(left) + s + c.repeat(room - left)
}

function titleCase(s: string): string {
  return s.replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
}

function capitalize(s: string): string {
  const [first = ''] = characters(s)
  return first.toUpperCase() + s.slice(first.length).toLowerCase()
}

function swapCase(s: string): string {
  return characters(s)
    .map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))
    .join('')
}

function expandTabs(vm: Vm, s: string, size: Value): string {
  const width = toNumber(vm, size)
  let column = 0
  let text = ''
  for (const c of s) {
    if (c === '\t') {
      const room = width > 0 ? width - (column % width) : 0
      chargeText(vm, room)
      text += ' '.repeat(room)
      column += room
    } else {
      text += c
      column = c === '\n' || c === '\r' ? 0 : column + 1
    }
  }
  return text
}

function translate(vm: Vm, s: string, table: Value): string {
  return characters(s)
    .map((c) => translated(vm, c, table))
    .join('')
}

function translated(vm: Vm, c: string, table: Value): string {
  let v: Value
  try {
    v = getItem(vm, table, c.codePointAt(0) ?? 0)
  } catch (e) {
    if (e instanceof PyException && e.value.cls.isSubclassOf(types.LookupError)) return c
    throw e
  }
  if (v === null) return ''
  return stringOf(v) ?? String.fromCodePoint(toNumber(vm, v))
}

function makeTranslation(vm: Vm, x: Value, y: Value | undefined, z: Value | undefined): Value {
  const code = (c: string): number => c.codePointAt(0) ?? 0
  if (y === undefined) {
    const entries = mustBe(vm, x, PyDict, 'a dict').entries.values()
    return makeDict(
      vm,
      [...entries].map(([k, v]) => [typeof k === 'string' ? code(k) : k, v] as const),
    )
  }
  const from = characters(asString(vm, x))
  const to = characters(asString(vm, y))
  if (from.length !== to.length) vm.raise(types.ValueError, 'the first two maketrans arguments must have equal length')
  const pairs: [Value, Value][] = from.map((c, i) => [code(c), code(to[i] ?? '')])
  if (z !== undefined) for (const c of asString(vm, z)) pairs.push([code(c), null])
  return makeDict(vm, pairs)
}

// --- Construction ---------------------------------------------------------------------------------------------------

function newText(
  vm: Vm,
  cls: PyClass,
  v: Value | undefined,
  encoding: Value | undefined,
  errors: Value | undefined,
): Value {
  let text = ''
  if (v instanceof PyBytes && (encoding !== undefined || errors !== undefined))
    text = decodeBytes(vm, v, encoding ?? 'utf-8')
  else if (v !== undefined) text = str(vm, v)
  return cls === types.str ? text : wrap(cls, text)
}

function subscript(vm: Vm, s: string, key: Value): string {
  if (key instanceof PySlice) {
    if (!isFlat(s)) return takeSlice(characters(s), sliceRange(vm, key, textLength(s))).join('')
    const r = sliceRange(vm, key, s.length)
    return r.step === 1 ? s.slice(r.start, Math.max(r.start, r.stop)) : takeSlice([...s], r).join('')
  }
  if (intOf(key) === undefined && typeOf(key).lookup('__index__') === undefined) {
    return vm.raise(types.TypeError, `string indices must be integers, not '${className(key)}'`)
  }
  refuseKey(vm, key, 'string')
  return characterAt(s, itemIndex(vm, key, textLength(s), 'string index'))
}

function repeatText(vm: Vm, v: Value, count: Value): Value {
  const s = self(vm, v)
  if (intOf(count) === undefined && typeOf(count).lookup('__index__') === undefined) return notImplemented
  const n = Math.max(0, toNumber(vm, count))
  chargeText(vm, n * s.length)
  return s.repeat(n)
}

/** `isX()` methods: every character matches, and there is one. */
function every(pattern: RegExp): (vm: Vm, args: readonly [Value]) => boolean {
  return (vm, [v]) => pattern.test(self(vm, v))
}

const cased = /\p{Lu}|\p{Ll}|\p{Lt}/u

fill(
  types.str,
  natives({
    '__new__(cls, object=MISSING, encoding=MISSING, errors=MISSING)': (vm, [cls, v, encoding, errors]) =>
      newText(vm, mustBe(vm, cls, PyClass, 'a type'), v, encoding, errors),
    '__str__(self, /)': (vm, [v]) => self(vm, v),
    '__repr__(self, /)': (vm, [v]) => stringRepr(self(vm, v)),
    '__hash__(self, /)': (vm, [v]) => hash(vm, self(vm, v)),
    '__len__(self, /)': (vm, [v]) => textLength(self(vm, v)),
    '__iter__(self, /)': (vm, [v]) => iterator(characters(self(vm, v))),
    '__contains__(self, key, /)': (vm, [v, key]) => textContains(vm, self(vm, v), key),
    '__getitem__(self, key, /)': (vm, [v, key]) => subscript(vm, self(vm, v), key),
    '__add__(self, value, /)': (vm, [v, other]) => {
      const text = stringOf(other)
      if (text === undefined) return notImplemented
      chargeText(vm, self(vm, v).length + text.length)
      return self(vm, v) + text
    },
    '__mul__(self, value, /)': (vm, [v, n]) => repeatText(vm, v, n),
    '__rmul__(self, value, /)': (vm, [v, n]) => repeatText(vm, v, n),
    '__mod__(self, value, /)': (vm, [v, values]) => formatPercent(vm, self(vm, v), values),
    '__rmod__(self, value, /)': (vm, [v, template]) =>
      typeof template === 'string' ? formatPercent(vm, template, v) : (self(vm, v), notImplemented),
    '__format__(self, format_spec, /)': (vm, [v, spec]) => formatText(vm, v, self(vm, v), asString(vm, spec)),
    '__sizeof__(self, /)': (vm, [v]) => 49 + self(vm, v).length,
    '__getnewargs__(self, /)': (vm, [v]) => tuple([self(vm, v)]),
    'capitalize(self, /)': (vm, [v]) => capitalize(self(vm, v)),
    'casefold(self, /)': (vm, [v]) => self(vm, v).toLowerCase().replaceAll('ß', 'ss'),
    "center(self, width, fillchar=' ', /)": (vm, [v, width, c]) => padText(vm, self(vm, v), width, c, 'center'),
    "ljust(self, width, fillchar=' ', /)": (vm, [v, width, c]) => padText(vm, self(vm, v), width, c, 'right'),
    "rjust(self, width, fillchar=' ', /)": (vm, [v, width, c]) => padText(vm, self(vm, v), width, c, 'left'),
    'zfill(self, width, /)': (vm, [v, width]) => {
      const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(self(vm, v)) ?? []
      const size = toNumber(vm, width)
      chargeText(vm, size)
      return sign + digits.padStart(size - sign.length, '0')
    },
    'count(self, sub, start=None, end=None, /)': (vm, [v, sub, start, end]) =>
      countIn(vm, self(vm, v), sub, start, end),
    "encode(self, /, encoding='utf-8', errors='strict')": (vm, [v, encoding]) =>
      bytes(encodeText(vm, self(vm, v), encoding)),
    'endswith(self, suffix, start=None, end=None, /)': (vm, [v, x, start, end]) =>
      hasAffix(vm, self(vm, v), x, start, end, 'endswith'),
    'startswith(self, prefix, start=None, end=None, /)': (vm, [v, x, start, end]) =>
      hasAffix(vm, self(vm, v), x, start, end, 'startswith'),
    'expandtabs(self, /, tabsize=8)': (vm, [v, size]) => expandTabs(vm, self(vm, v), size),
    'find(self, sub, start=None, end=None, /)': (vm, [v, sub, start, end]) =>
      findIn(vm, self(vm, v), sub, start, end, false),
    'rfind(self, sub, start=None, end=None, /)': (vm, [v, sub, start, end]) =>
      findIn(vm, self(vm, v), sub, start, end, true),
    'index(self, sub, start=None, end=None, /)': (vm, [v, sub, start, end]) =>
      found(vm, findIn(vm, self(vm, v), sub, start, end, false)),
    'rindex(self, sub, start=None, end=None, /)': (vm, [v, sub, start, end]) =>
      found(vm, findIn(vm, self(vm, v), sub, start, end, true)),
    'format(self, /, *args, **kwargs)': (vm, [v, args, kwargs]) => formatTemplate(vm, self(vm, v), args, kwargs),
    'format_map(self, mapping, /)': (vm, [v, mapping]) => formatMap(vm, self(vm, v), mapping),
    'isalnum(self, /)': every(/^[\p{L}\p{N}]+$/u),
    'isalpha(self, /)': every(/^\p{L}+$/u),
    'isascii(self, /)': (vm, [v]) => characters(self(vm, v)).every((c) => c.charCodeAt(0) < 128),
    'isdecimal(self, /)': every(/^\p{Nd}+$/u),
    'isdigit(self, /)': every(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u),
    'isidentifier(self, /)': every(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u),
    'isnumeric(self, /)': every(/^\p{N}+$/u),
    'isprintable(self, /)': every(/^(?: |[^\p{C}\p{Z}])*$/u),
    'isspace(self, /)': (vm, [v]) => self(vm, v) !== '' && characters(self(vm, v)).every(isSpace),
    'islower(self, /)': (vm, [v]) => cased.test(self(vm, v)) && !/[\p{Lu}\p{Lt}]/u.test(self(vm, v)),
    'isupper(self, /)': (vm, [v]) => cased.test(self(vm, v)) && !/[\p{Ll}\p{Lt}]/u.test(self(vm, v)),
    'istitle(self, /)': (vm, [v]) => cased.test(self(vm, v)) && titleCase(self(vm, v)) === self(vm, v),
    'join(self, iterable, /)': (vm, [v, parts]) => joinTexts(vm, self(vm, v), parts),
    'lower(self, /)': (vm, [v]) => self(vm, v).toLowerCase(),
    'upper(self, /)': (vm, [v]) => self(vm, v).toUpperCase(),
    'swapcase(self, /)': (vm, [v]) => swapCase(self(vm, v)),
    'title(self, /)': (vm, [v]) => titleCase(self(vm, v)),
    'strip(self, chars=None, /)': (vm, [v, chars]) => strip(vm, self(vm, v), chars, 'both'),
    'lstrip(self, chars=None, /)': (vm, [v, chars]) => strip(vm, self(vm, v), chars, 'left'),
    'rstrip(self, chars=None, /)': (vm, [v, chars]) => strip(vm, self(vm, v), chars, 'right'),
    'partition(self, sep, /)': (vm, [v, sep]) => partitionText(vm, self(vm, v), sep, false),
    'rpartition(self, sep, /)': (vm, [v, sep]) => partitionText(vm, self(vm, v), sep, true),
    'removeprefix(self, prefix, /)': (vm, [v, x]) => {
      const [s, prefix] = [self(vm, v), textArgument(vm, x)]
      return s.startsWith(prefix) ? s.slice(prefix.length) : s
    },
    'removesuffix(self, suffix, /)': (vm, [v, x]) => {
      const [s, suffix] = [self(vm, v), textArgument(vm, x)]
      return suffix !== '' && s.endsWith(suffix) ? s.slice(0, -suffix.length) : s
    },
    'replace(self, old, new, count=-1, /)': (vm, [v, from, to, count]) => replaceText(vm, self(vm, v), from, to, count),
    'split(self, /, sep=None, maxsplit=-1)': (vm, [v, sep, most]) => list(splitText(vm, self(vm, v), sep, most)),
    'rsplit(self, /, sep=None, maxsplit=-1)': (vm, [v, sep, most]) => list(rsplitText(vm, self(vm, v), sep, most)),
    'splitlines(self, /, keepends=False)': (vm, [v, keep]) => list(splitLines(self(vm, v), keep === true)),
    'translate(self, table, /)': (vm, [v, table]) => translate(vm, self(vm, v), table),
  }),
  comparisons((_vm, op, a, b) => {
    const x = stringOf(a)
    const y = stringOf(b)
    return x === undefined || y === undefined ? undefined : compareText(op, x, y)
  }),
  {
    maketrans: new PyStaticMethod(
      types.staticmethod,
      native('maketrans(x, y=MISSING, z=MISSING, /)', (vm, [x, y, z]) => makeTranslation(vm, x, y, z)),
    ),
  },
)

function found(vm: Vm, at: number): number {
  return at < 0 ? vm.raise(types.ValueError, 'substring not found') : at
}
