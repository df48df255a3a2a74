// `bytes`: a text whose characters are the bytes. `bytearray` and `memoryview` are names only; making one ends the
// analysis, since nothing on an inference path needs them.
import { pin } from '../../sym/index.ts'
import { asString, mustBe, stringOf } from '../object/classes.ts'
import { chargeText } from '../object/budget.ts'
import { compareRows } from '../object/compare.ts'
import { hash } from '../object/hash.ts'
import { itemIndex, sliceRange, takeSlice } from '../object/items.ts'
import { collect } from '../object/iterate.ts'
import { intOf, toNumber } from '../object/numbers.ts'
import { callSpecial } from '../object/call.ts'
import { characters } from '../object/strings.ts'
import { ascii } from '../object/text.ts'
import { bytes, iterator, list, notImplemented } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import { PyBytes, PyClass, PyClassMethod, PySlice, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill } from './define.ts'

const self = (vm: Vm, v: Value): string => mustBe(vm, v, PyBytes, 'bytes').text

// --- Encodings ------------------------------------------------------------------------------------------------------

type Codec = 'utf-8' | 'ascii' | 'latin-1'

const codecs: Readonly<Record<string, Codec>> = {
  utf8: 'utf-8',
  u8: 'utf-8',
  ascii: 'ascii',
  usascii: 'ascii',
  latin1: 'latin-1',
  iso88591: 'latin-1',
}

function codecOf(vm: Vm, encoding: Value): Codec {
  const name = asString(vm, encoding, 'encoding')
  const codec = codecs[name.toLowerCase().replace(/[-_ ]/g, '')]
  return codec ?? vm.raise(types.LookupError, `unknown encoding: ${name}`)
}

/** `text.encode(encoding)`: the bytes, one to a character. */
export function encodeText(vm: Vm, s: string, encoding: Value): string {
  const codec = codecOf(vm, encoding)
  if (codec === 'utf-8') return String.fromCharCode(...new TextEncoder().encode(s))
  const limit = codec === 'ascii' ? 128 : 256
  const chars = characters(s)
  const beyond = (c: string): boolean => (c.codePointAt(0) ?? 0) >= limit
  const from = chars.findIndex(beyond)
  if (from < 0) return s
  const rest = chars.slice(from).findIndex((c) => !beyond(c))
  const to = rest < 0 ? chars.length : from + rest
  const what =
    to === from + 1
      ? `character ${ascii(vm, chars[from] ?? '')} in position ${from}`
      : `characters in position ${from}-${to - 1}`
  return vm.raise(types.UnicodeEncodeError, `'${codec}' codec can't encode ${what}: ordinal not in range(${limit})`)
}

export function decodeBytes(vm: Vm, b: PyBytes, encoding: Value): string {
  const codec = codecOf(vm, encoding)
  if (codec === 'latin-1') return b.text
  try {
    if (codec === 'utf-8') {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(b.text, (c) => c.charCodeAt(0)),
      )
    }
  } catch {
    return vm.raise(types.UnicodeDecodeError, "'utf-8' codec can't decode bytes: invalid data")
  }
  const at = [...b.text].findIndex((c) => c.charCodeAt(0) > 127)
  if (at >= 0) {
    const byte = `0x${b.text.charCodeAt(at).toString(16)}`
    vm.raise(
      types.UnicodeDecodeError,
      `'ascii' codec can't decode byte ${byte} in position ${at}: ordinal not in range(128)`,
    )
  }
  return b.text
}

// --- Methods --------------------------------------------------------------------------------------------------------

function newBytes(vm: Vm, cls: PyClass, v: Value | undefined, encoding: Value | undefined): PyBytes {
  return new PyBytes(cls, v === undefined ? '' : bytesText(vm, v, encoding))
}

function bytesText(vm: Vm, v: Value, encoding: Value | undefined): string {
  if (v instanceof PyBytes) return v.text
  const text = stringOf(v)
  if (text !== undefined) {
    return encoding === undefined
      ? vm.raise(types.TypeError, 'string argument without an encoding')
      : encodeText(vm, text, encoding)
  }
  const count = intOf(v)
  if (count !== undefined) {
    const n = toNumber(vm, count)
    if (n < 0) vm.raise(types.ValueError, 'negative count')
    chargeText(vm, n)
    return '\0'.repeat(n)
  }
  const made = callSpecial(vm, v, '__bytes__')
  if (made instanceof PyBytes) return made.text
  return collect(vm, v)
    .map((x) => byte(vm, x))
    .join('')
}

function byte(vm: Vm, v: Value): string {
  const n = toNumber(vm, v)
  return n >= 0 && n < 256 ? String.fromCharCode(n) : vm.raise(types.ValueError, 'bytes must be in range(0, 256)')
}

function bytesRepr(s: string): string {
  const quote = s.includes("'") && !s.includes('"') ? '"' : "'"
  let text = ''
  for (const c of s) {
    const code = c.charCodeAt(0)
    if (c === quote || c === '\\') text += `\\${c}`
    else if (c === '\n') text += '\\n'
    else if (c === '\r') text += '\\r'
    else if (c === '\t') text += '\\t'
    else text += code < 32 || code > 126 ? `\\x${code.toString(16).padStart(2, '0')}` : c
  }
  return `b${quote}${text}${quote}`
}

function affix(vm: Vm, s: string, v: Value, test: (text: string, part: string) => boolean): boolean {
  return v instanceof PyTuple ? v.items.some((x) => test(s, self(vm, x))) : test(s, self(vm, v))
}

function repeat(vm: Vm, v: Value, count: Value): Value {
  if (intOf(count) === undefined) return notImplemented
  const n = Math.max(0, toNumber(vm, count))
  const s = self(vm, v)
  chargeText(vm, n * s.length)
  return bytes(s.repeat(n))
}

function contains(vm: Vm, s: string, v: Value): boolean {
  const n = intOf(v)
  return n === undefined ? s.includes(self(vm, v)) : s.includes(String.fromCharCode(Number(pin(n))))
}

fill(
  types.bytes,
  natives({
    '__new__(cls, source=MISSING, encoding=MISSING, errors=MISSING)': (vm, [cls, v, encoding]) =>
      newBytes(vm, mustBe(vm, cls, PyClass, 'a type'), v, encoding),
    '__repr__(self, /)': (vm, [b]) => bytesRepr(self(vm, b)),
    '__str__(self, /)': (vm, [b]) => bytesRepr(self(vm, b)),
    '__hash__(self, /)': (vm, [b]) => hash(vm, b),
    '__len__(self, /)': (vm, [b]) => self(vm, b).length,
    '__iter__(self, /)': (vm, [b]) => iterator([...self(vm, b)].map((c) => c.charCodeAt(0))),
    '__contains__(self, key, /)': (vm, [b, v]) => contains(vm, self(vm, b), v),
    '__getitem__(self, key, /)': (vm, [b, key]) => {
      const s = self(vm, b)
      if (key instanceof PySlice) return bytes(takeSlice([...s], sliceRange(vm, key, s.length)).join(''))
      return s.charCodeAt(itemIndex(vm, key, s.length, 'index'))
    },
    '__add__(self, value, /)': (vm, [b, v]) => {
      if (!(v instanceof PyBytes)) return notImplemented
      chargeText(vm, self(vm, b).length + v.text.length)
      return bytes(self(vm, b) + v.text)
    },
    '__mul__(self, value, /)': (vm, [b, n]) => repeat(vm, b, n),
    '__rmul__(self, value, /)': (vm, [b, n]) => repeat(vm, b, n),
    "decode(self, /, encoding='utf-8', errors='strict')": (vm, [b, encoding]) =>
      decodeBytes(vm, mustBe(vm, b, PyBytes, 'bytes'), encoding),
    'hex(self, /)': (vm, [b]) => [...self(vm, b)].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(''),
    'startswith(self, prefix, /)': (vm, [b, v]) => affix(vm, self(vm, b), v, (s, x) => s.startsWith(x)),
    'endswith(self, suffix, /)': (vm, [b, v]) => affix(vm, self(vm, b), v, (s, x) => s.endsWith(x)),
    'find(self, sub, /)': (vm, [b, v]) => self(vm, b).indexOf(self(vm, v)),
    'join(self, iterable, /)': (vm, [b, parts]) =>
      bytes(
        collect(vm, parts)
          .map((x) => self(vm, x))
          .join(self(vm, b)),
      ),
    'split(self, sep, /)': (vm, [b, v]) => list(self(vm, b).split(self(vm, v)).map(bytes)),
    'replace(self, old, new, /)': (vm, [b, x, y]) => bytes(self(vm, b).split(self(vm, x)).join(self(vm, y))),
    'strip(self, /)': (vm, [b]) => bytes(self(vm, b).trim()),
    'lower(self, /)': (vm, [b]) => bytes(self(vm, b).toLowerCase()),
    'upper(self, /)': (vm, [b]) => bytes(self(vm, b).toUpperCase()),
  }),
  comparisons((_vm, op, a, b) =>
    a instanceof PyBytes && b instanceof PyBytes ? compareRows[op].plain(a.text, b.text) : undefined,
  ),
  {
    fromhex: new PyClassMethod(
      types.classmethod,
      native('fromhex(cls, string, /)', (vm, [, v]) => {
        const digits = asString(vm, v).replace(/\s/g, '')
        if (!/^([0-9a-f]{2})*$/i.test(digits))
          vm.raise(types.ValueError, 'non-hexadecimal number found in fromhex() arg')
        return bytes((digits.match(/../g) ?? []).map((h) => String.fromCharCode(parseInt(h, 16))).join(''))
      }),
    ),
  },
)

for (const cls of [types.bytearray, types.memoryview]) {
  fill(
    cls,
    natives({
      '__new__(cls, *args, **kwargs)': (vm) => vm.stop('unsupported-op', `${cls.name} objects are not interpreted`),
    }),
  )
}
