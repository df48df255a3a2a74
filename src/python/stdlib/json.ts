// JSON, both ways, with Python's distinctions: 1 and 1.0 stay different, integers are exact, NaN and Infinity pass.
import { dict, float, list, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import {
  asString,
  call,
  callMethod,
  className,
  compare,
  construct,
  floatRepr,
  getAttr,
  intOf,
  numberOf,
  str,
  truth,
  collect,
} from '../object.ts'
import { types } from '../types.ts'
import { PyBytes, type PyClass, PyDict, PyFloat, PyInstance, PyList, PyTuple, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { initialize, stringOf } from './helpers.ts'

// --- Reading ---------------------------------------------------------------------------------------------------------

interface Hooks {
  readonly object: Value
  readonly pairs: Value
  readonly float: Value
  readonly int: Value
}

const decodeError: PyClass = classOf({ name: 'JSONDecodeError', module: 'json.decoder', bases: [types.ValueError] })

function fail(vm: Vm, message: string, text: string, at: number): never {
  const before = text.slice(0, at)
  const lineno = before.split('\n').length
  const colno = at - before.lastIndexOf('\n')
  const shown = `${message}: line ${lineno} column ${colno} (char ${at})`
  const e = construct(vm, decodeError, [shown])
  initialize(e, { msg: message, doc: text, pos: at, lineno, colno })
  return e instanceof PyInstance ? vm.throw(e) : vm.stop('internal', shown)
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  private at = 0

  constructor(
    private readonly vm: Vm,
    private readonly text: string,
    private readonly hooks: Hooks,
  ) {}

  document(): Value {
    if (this.text.startsWith('\ufeff')) this.fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0)
    this.space()
    const v = this.value()
    this.space()
    if (this.at < this.text.length) this.fail('Extra data', this.at)
    return v
  }

  private fail(message: string, at = this.at): never {
    return fail(this.vm, message, this.text, at)
  }

  private space(): void {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? '')) this.at++
  }

  private value(): Value {
    this.vm.tick()
    const c = this.text[this.at]
    if (c === '"') return this.string()
    if (c === '{') return this.object()
    if (c === '[') return this.array()
    const constant = this.constant()
    return constant === undefined ? this.number() : constant
  }

  private constant(): Value | undefined {
    const words: readonly [string, Value][] = [
      ['null', null],
      ['true', true],
      ['false', false],
      ['NaN', float(Number.NaN)],
      ['Infinity', float(Infinity)],
      ['-Infinity', float(-Infinity)],
    ]
    const found = words.find(([word]) => this.text.startsWith(word, this.at))
    if (found !== undefined) this.at += found[0].length
    return found?.[1]
  }

  private number(): Value {
    const token = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
    token.lastIndex = this.at
    const found = token.exec(this.text)
    if (found === null) return this.fail('Expecting value')
    this.at += found[0].length
    const isFloat = found[1] !== undefined || found[2] !== undefined
    const hook = isFloat ? this.hooks.float : this.hooks.int
    if (hook !== null) return call(this.vm, hook, [found[0]])
    if (isFloat) return float(Number(found[0]))
    const n = Number(found[0])
    return Number.isSafeInteger(n) ? n : BigInt(found[0])
  }

  private string(): string {
    const start = this.at++
    let out = ''
    for (;;) {
      const c = this.text[this.at]
      if (c === undefined) this.fail('Unterminated string starting at', start)
      if (c < ' ') this.fail('Invalid control character at')
      this.at++
      if (c === '"') return out
      out += c === '\\' ? this.escape() : c
    }
  }

  private escape(): string {
    const at = this.at - 1
    const c = this.text[this.at++]
    if (c === undefined) return this.fail('Unterminated string starting at', at)
    if (c === 'u') {
      const hex = this.text.slice(this.at, this.at + 4)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('Invalid \\uXXXX escape', at + 1)
      this.at += 4
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    return (Object.hasOwn(escapes, c) ? escapes[c] : undefined) ?? this.fail('Invalid \\escape', at)
  }

  private object(): Value {
    const pairs: [string, Value][] = []
    this.at++
    this.space()
    if (this.text[this.at] === '}') this.at++
    else this.members(pairs)
    const { object, pairs: pairsHook } = this.hooks
    if (pairsHook !== null) return call(this.vm, pairsHook, [list(pairs.map((p) => tuple(p)))])
    const made = dict(pairs)
    return object === null ? made : call(this.vm, object, [made])
  }

  private members(pairs: [string, Value][]): void {
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail('Expecting property name enclosed in double quotes')
      const key = this.string()
      this.space()
      if (this.text[this.at] !== ':') this.fail("Expecting ':' delimiter")
      this.at++
      this.space()
      pairs.push([key, this.value()])
      if (this.endOf('}')) return
    }
  }

  private array(): Value {
    const items: Value[] = []
    this.at++
    this.space()
    if (this.text[this.at] === ']') this.at++
    else {
      do {
        this.space()
        items.push(this.value())
      } while (!this.endOf(']'))
    }
    return list(items)
  }

  /** Moves past a comma (false) or the closing bracket (true). */
  private endOf(bracket: string): boolean {
    this.space()
    const c = this.text[this.at]
    if (c !== ',' && c !== bracket) this.fail("Expecting ',' delimiter")
    this.at++
    return c === bracket
  }
}

const noHooks: Hooks = { object: null, pairs: null, float: null, int: null }

function read(vm: Vm, source: Value, hooks: Hooks = noHooks): Value {
  const text = source instanceof PyBytes ? source.text : stringOf(source)
  if (text === undefined) {
    return vm.raise(types.TypeError, `the JSON object must be str, bytes or bytearray, not ${className(source)}`)
  }
  return new Reader(vm, text, hooks).document()
}

// --- Writing ---------------------------------------------------------------------------------------------------------

interface Style {
  readonly indent: string | undefined
  readonly itemSeparator: string
  readonly keySeparator: string
  readonly ascii: boolean
  readonly allowNan: boolean
  readonly sortKeys: boolean
  readonly skipKeys: boolean
  /** What makes of a value that JSON has no form for one that it has. */
  readonly fallback: (v: Value) => Value
}

function quoted(text: string, ascii: boolean): string {
  const json = JSON.stringify(text)
  if (!ascii) return json
  return json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

class Writer {
  private readonly open: Value[] = []

  constructor(
    private readonly vm: Vm,
    private readonly style: Style,
  ) {}

  value(v: Value): string {
    this.vm.tick()
    if (v === null) return 'null'
    if (typeof v === 'boolean') return v ? 'true' : 'false'
    const text = stringOf(v)
    if (text !== undefined) return quoted(text, this.style.ascii)
    const int = intOf(v)
    if (int !== undefined) return str(this.vm, int)
    if (v instanceof PyFloat) return this.float(v)
    if (v instanceof PyDict) return this.nested(v, () => this.object(v))
    if (v instanceof PyList || v instanceof PyTuple) return this.nested(v, () => this.array(v.items))
    return this.nested(v, () => this.value(this.style.fallback(v)))
  }

  private nested(v: Value, write: () => string): string {
    if (this.open.includes(v)) this.vm.raise(types.ValueError, 'Circular reference detected')
    this.open.push(v)
    const text = write()
    this.open.pop()
    return text
  }

  private float(v: PyFloat): string {
    const n = numberOf(v) ?? 0
    if (Number.isFinite(n)) return floatRepr(n)
    if (!this.style.allowNan) this.vm.raise(types.ValueError, 'Out of range float values are not JSON compliant')
    return Number.isNaN(n) ? 'NaN' : n > 0 ? 'Infinity' : '-Infinity'
  }

  private key(k: Value): string | undefined {
    const text = stringOf(k)
    if (text !== undefined) return text
    if (k === null || typeof k === 'boolean' || k instanceof PyFloat || intOf(k) !== undefined) return this.value(k)
    if (this.style.skipKeys) return undefined
    return this.vm.raise(types.TypeError, `keys must be str, int, float, bool or None, not ${className(k)}`)
  }

  private object(v: PyDict): string {
    const pairs = [...v.entries.values()]
    if (this.style.sortKeys) pairs.sort(([a], [b]) => (compare(this.vm, '<', a, b) === true ? -1 : 1))
    const members = pairs.flatMap(([k, x]) => {
      const key = this.key(k)
      return key === undefined ? [] : [`${quoted(key, this.style.ascii)}${this.style.keySeparator}${this.value(x)}`]
    })
    return this.enclose('{', members, '}')
  }

  private array(items: readonly Value[]): string {
    return this.enclose(
      '[',
      items.map((x) => this.value(x)),
      ']',
    )
  }

  private enclose(open: string, parts: readonly string[], close: string): string {
    if (parts.length === 0) return open + close
    const { indent, itemSeparator } = this.style
    if (indent === undefined) return open + parts.join(itemSeparator) + close
    const inner = `\n${indent.repeat(this.open.length)}`
    const outer = `\n${indent.repeat(this.open.length - 1)}`
    return open + inner + parts.join(itemSeparator + inner) + outer + close
  }
}

function indentOf(v: Value): string | undefined {
  if (v === null) return undefined
  return stringOf(v) ?? ' '.repeat(Math.max(Number(intOf(v) ?? 0), 0))
}

function unserializable(vm: Vm, v: Value): never {
  return vm.raise(types.TypeError, `Object of type ${className(v)} is not JSON serializable`)
}

function fallbackOf(vm: Vm, encoder: Value, fallback: Value): (v: Value) => Value {
  if (fallback !== null) return (v) => call(vm, fallback, [v])
  if (encoder === null) return (v) => unserializable(vm, v)
  const made = call(vm, encoder)
  return (v) => callMethod(vm, made, 'default', [v])
}

const dumps = native(
  'dumps(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False)',
  (vm, [obj, skipKeys, ascii, , allowNan, encoder, indentation, separators, fallback, sortKeys]) => {
    const indent = indentOf(indentation)
    const [item, key] = separators === null ? [] : collect(vm, separators).map((s) => asString(vm, s))
    const style: Style = {
      indent,
      itemSeparator: item ?? (indent === undefined ? ', ' : ','),
      keySeparator: key ?? ': ',
      ascii: truth(vm, ascii),
      allowNan: truth(vm, allowNan),
      sortKeys: truth(vm, sortKeys),
      skipKeys: truth(vm, skipKeys),
      fallback: fallbackOf(vm, encoder, fallback),
    }
    return new Writer(vm, style).value(obj)
  },
)

const encoder = (): PyClass =>
  classOf({
    name: 'JSONEncoder',
    module: 'json.encoder',
    mutable: true,
    methods: natives({
      '__init__(self, **kwargs)': (_vm, [self, kwargs]) => initialize(self, Object.fromEntries(kwargs)),
      'default(self, o)': (vm, [, o]) => unserializable(vm, o),
      'encode(self, o)': (vm, [self, o]) => call(vm, dumps, [o], new Map([['default', getAttr(vm, self, 'default')]])),
    }),
  })

const functions = natives({
  'loads(s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None)':
    (vm, [s, , object, parseFloat, parseInt, , pairs]) =>
      read(vm, s, { object, pairs, float: parseFloat, int: parseInt }),
  'load(fp, **kw)': (vm, [fp]) => read(vm, callMethod(vm, fp, 'read')),
  'dump(obj, fp, **kw)': (vm, [obj, fp, kw]) => callMethod(vm, fp, 'write', [call(vm, dumps, [obj], kw)]),
})

export const json: HostModule = {
  name: 'json',
  reason: 'Configurations print themselves with it; the scanner is C in CPython.',
  make: () => ({ ...functions, dumps, JSONDecodeError: decodeError, JSONEncoder: encoder() }),
}
