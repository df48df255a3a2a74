// Regular expressions: patterns are translated once (regex.ts) and run by JavaScript's engine, which backtracks as
// Python's does. Positions count UTF-16 units, as all strings of the interpreter do.
import { dict, iterator, list, tuple } from '../make.ts'
import { classOf, natives } from '../native.ts'
import { asString, call, className, intOf, repr, toNumber } from '../object.ts'
import { types } from '../types.ts'
import { type PyClass, PyDict, PyInstance, type Value } from '../values.ts'
import { stateKey } from '../state.ts'
import type { HostModule, Vm } from '../vm.ts'
import { Hidden, instance, stringOf } from './helpers.ts'
import { regexFlags, RegexError, translate, type Translation } from './regex.ts'

interface Pattern extends Translation {
  readonly text: string
  /** By mode, each made when it is first asked for: many patterns are compiled and never run. */
  readonly made: Map<Mode, RegExp>
}

interface Match {
  readonly pattern: PyInstance
  readonly found: RegExpExecArray
  readonly subject: string
  readonly pos: number
  readonly endpos: number
  readonly whole: boolean
}

/** Finds from `lastIndex` on; anchored at it; anchored and up to the end. */
type Mode = 'find' | 'anchored' | 'whole'

const patternOf = new Hidden<Pattern>('re.Pattern')
const matchOf = new Hidden<Match>('re.Match')

const compiled = stateKey('re.cache', () => new Map<string, PyInstance>())

function regexError(vm: Vm, e: RegexError, text: string): never {
  if (e.unsupported) return vm.stop('unsupported-syntax', `${e.message}: ${text}`)
  const value = instance(errorClass, {
    msg: e.message,
    pattern: text,
    pos: e.position,
    lineno: 1,
    colno: e.position + 1,
  })
  value.payload = tuple([`${e.message} at position ${e.position}`])
  return vm.throw(value)
}

const errorClass: PyClass = classOf({ name: 'error', module: 're', bases: [types.Exception] })

function compileText(vm: Vm, text: string, flags: number): PyInstance {
  const cache = vm.state(compiled)
  const key = `${flags} ${text}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = instance(PatternClass)
  patternOf.set(made, makePattern(vm, text, flags))
  cache.set(key, made)
  return made
}

function makePattern(vm: Vm, text: string, flags: number): Pattern {
  try {
    return { ...translate(text, flags), text, made: new Map() }
  } catch (e) {
    if (e instanceof RegexError) return regexError(vm, e, text)
    throw e
  }
}

function regexOf(vm: Vm, { text, source, ignoreCase, made }: Pattern, mode: Mode): RegExp {
  const known = made.get(mode)
  if (known !== undefined) return known
  try {
    const i = ignoreCase ? 'i' : ''
    const regex = new RegExp(mode === 'whole' ? `(?:${source})$` : source, `${mode === 'find' ? 'g' : 'y'}v${i}`)
    made.set(mode, regex)
    return regex
  } catch (e) {
    if (e instanceof SyntaxError) return vm.stop('unsupported-syntax', `regular expression ${text}: ${e.message}`)
    throw e
  }
}

/** The pattern behind an argument: compiled, or text. */
function asPattern(vm: Vm, v: Value, flags: Value = 0): PyInstance {
  if (v instanceof PyInstance && patternOf.has(v)) return v
  const text = stringOf(v)
  if (text === undefined) return vm.raise(types.TypeError, 'first argument must be string or compiled pattern')
  return compileText(vm, text, Number(intOf(flags) ?? 0))
}

function subjectOf(vm: Vm, v: Value): string {
  return stringOf(v) ?? vm.raise(types.TypeError, `expected string or bytes-like object, got '${className(v)}'`)
}

const clamp = (n: number, length: number): number => Math.min(Math.max(n, 0), length)

function execute(
  pattern: PyInstance,
  vm: Vm,
  mode: Mode,
  subject: string,
  pos: number,
  endpos: number,
): Match | undefined {
  vm.tick()
  const regex = regexOf(vm, patternOf.get(vm, pattern), mode)
  const text = endpos < subject.length ? subject.slice(0, endpos) : subject
  if (pos > text.length) return undefined
  regex.lastIndex = pos
  const found = regex.exec(text)
  return found === null ? undefined : { pattern, found, subject, pos, endpos, whole: mode === 'whole' }
}

function wrapMatch(m: Match | undefined): Value {
  if (m === undefined) return null
  const made = instance(MatchClass)
  matchOf.set(made, m)
  return made
}

function* allMatches(vm: Vm, pattern: PyInstance, subject: string, pos = 0, endpos = subject.length): Iterable<Match> {
  for (let at = pos; ;) {
    const m = execute(pattern, vm, 'find', subject, at, endpos)
    if (m === undefined) return
    yield m
    const end = m.found.index + m.found[0].length
    at = m.found[0] === '' ? end + ((subject.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end
  }
}

// --- Groups ----------------------------------------------------------------------------------------------------------

function groupNumber(vm: Vm, m: Match, key: Value): number {
  const { groupCount, names } = patternOf.get(vm, m.pattern)
  const text = stringOf(key)
  const n = text === undefined ? intOf(key) : names.get(text)
  if (typeof n === 'number' && n >= 0 && n <= groupCount) return n
  return vm.raise(types.IndexError, 'no such group')
}

function group(vm: Vm, m: Match, key: Value): Value {
  return m.found[groupNumber(vm, m, key)] ?? null
}

/** Where a group matched. JavaScript tells only on request, so the match is run again with that flag. */
function span(vm: Vm, m: Match, key: Value): readonly [number, number] {
  const n = groupNumber(vm, m, key)
  if (n === 0) return [m.found.index, m.found.index + m.found[0].length]
  const p = patternOf.get(vm, m.pattern)
  const regex = regexOf(vm, p, m.whole ? 'whole' : 'anchored')
  const indexed = new RegExp(regex.source, `${regex.flags}d`)
  indexed.lastIndex = m.found.index
  const indices = indexed.exec(m.subject.slice(0, m.endpos))?.indices?.[n]
  return indices ?? [-1, -1]
}

function lastGroup(m: Match): number | undefined {
  for (let i = m.found.length - 1; i > 0; i--) if (m.found[i] !== undefined) return i
  return undefined
}

const groupArgument = (key: Value | undefined): Value => key ?? 0

const MatchClass: PyClass = classOf({
  name: 'Match',
  module: 're',
  hasDict: false,
  methods: natives({
    'group(self, /, *groups)': (vm, [self, groups]) => {
      const m = matchOf.get(vm, self)
      const found = groups.map((g) => group(vm, m, g))
      return found.length === 1 ? (found[0] ?? null) : found.length === 0 ? m.found[0] : tuple(found)
    },
    '__getitem__(self, key, /)': (vm, [self, key]) => group(vm, matchOf.get(vm, self), key),
    'groups(self, default=None)': (vm, [self, otherwise]) =>
      tuple([...matchOf.get(vm, self).found].slice(1).map((g: string | undefined) => g ?? otherwise)),
    'groupdict(self, default=None)': (vm, [self, otherwise]) => {
      const m = matchOf.get(vm, self)
      const { names } = patternOf.get(vm, m.pattern)
      return dict([...names].map(([name, n]): [string, Value] => [name, m.found[n] ?? otherwise]))
    },
    'start(self, group=0, /)': (vm, [self, key]) => span(vm, matchOf.get(vm, self), groupArgument(key))[0],
    'end(self, group=0, /)': (vm, [self, key]) => span(vm, matchOf.get(vm, self), groupArgument(key))[1],
    'span(self, group=0, /)': (vm, [self, key]) => tuple(span(vm, matchOf.get(vm, self), groupArgument(key))),
    'expand(self, template)': (vm, [self, template]) => {
      const m = matchOf.get(vm, self)
      return expand(m, parseTemplate(vm, asString(vm, template), patternOf.get(vm, m.pattern)))
    },
    '__copy__(self)': (_vm, [self]) => self,
    '__deepcopy__(self, memo, /)': (_vm, [self]) => self,
    '__repr__(self, /)': (vm, [self]) => {
      const m = matchOf.get(vm, self)
      const [start, end] = span(vm, m, 0)
      return `<re.Match object; span=(${start}, ${end}), match=${repr(vm, m.found[0])}>`
    },
  }),
  properties: {
    string: (vm, self) => matchOf.get(vm, self).subject,
    re: (vm, self) => matchOf.get(vm, self).pattern,
    pos: (vm, self) => matchOf.get(vm, self).pos,
    endpos: (vm, self) => matchOf.get(vm, self).endpos,
    lastindex: (vm, self) => lastGroup(matchOf.get(vm, self)) ?? null,
    lastgroup: (vm, self) => {
      const m = matchOf.get(vm, self)
      const last = lastGroup(m)
      return [...patternOf.get(vm, m.pattern).names].find(([, n]) => n === last)?.[0] ?? null
    },
  },
})

// --- Replacement -----------------------------------------------------------------------------------------------------

/** A replacement text: literal pieces and numbers of groups. */
type Template = readonly (string | number)[]

const templateEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

function templateGroup(vm: Vm, name: string, pattern: Pattern, text: string, at: number): number {
  const n = /^\d+$/.test(name) ? Number(name) : pattern.names.get(name)
  if (n === undefined) return vm.raise(types.IndexError, `unknown group name '${name}'`)
  if (n > pattern.groupCount) return regexError(vm, new RegexError(`invalid group reference ${n}`, at), text)
  return n
}

function parseTemplate(vm: Vm, text: string, pattern: Pattern): Template {
  const parts: (string | number)[] = []
  const token = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|([1-9]\d?)|([^]))|\\$/gu
  let at = 0
  for (const m of text.matchAll(token)) {
    parts.push(text.slice(at, m.index))
    at = m.index + m[0].length
    const [whole, name, octal, number, other] = m
    if (name !== undefined) parts.push(templateGroup(vm, name, pattern, text, m.index + 3))
    else if (octal !== undefined) parts.push(String.fromCharCode(Number.parseInt(octal, 8)))
    else if (number !== undefined) parts.push(templateGroup(vm, number, pattern, text, m.index + 1))
    else if (other === undefined) regexError(vm, new RegexError('bad escape (end of pattern)', m.index), text)
    else if (Object.hasOwn(templateEscapes, other)) parts.push(templateEscapes[other] ?? '')
    else if (/[A-Za-z]/.test(other)) regexError(vm, new RegexError(`bad escape \\${other}`, m.index), text)
    else parts.push(whole)
  }
  parts.push(text.slice(at))
  return parts
}

function expand(m: Match, template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part : (m.found[part] ?? ''))).join('')
}

function substitute(
  vm: Vm,
  pattern: PyInstance,
  replacement: Value,
  subject: string,
  count: number,
): readonly [string, number] {
  const text = stringOf(replacement)
  const template = text === undefined ? undefined : parseTemplate(vm, text, patternOf.get(vm, pattern))
  const replace = (m: Match): string =>
    template === undefined ? asString(vm, call(vm, replacement, [wrapMatch(m)]), 'replacement') : expand(m, template)
  let out = ''
  let at = 0
  let done = 0
  for (const m of allMatches(vm, pattern, subject)) {
    out += subject.slice(at, m.found.index) + replace(m)
    at = m.found.index + m.found[0].length
    if (++done === count) break
  }
  return [out + subject.slice(at), done]
}

function split(vm: Vm, pattern: PyInstance, subject: string, maxsplit: number): Value {
  const parts: Value[] = []
  let at = 0
  let done = 0
  for (const m of allMatches(vm, pattern, subject)) {
    parts.push(subject.slice(at, m.found.index), ...[...m.found].slice(1).map((g: string | undefined) => g ?? null))
    at = m.found.index + m.found[0].length
    if (++done === maxsplit) break
  }
  return list([...parts, subject.slice(at)])
}

function findAll(vm: Vm, pattern: PyInstance, subject: string, pos: number, endpos: number): Value {
  const items: Value[] = []
  for (const { found } of allMatches(vm, pattern, subject, pos, endpos)) {
    const groups = [...found].slice(1).map((g: string | undefined) => g ?? '')
    items.push(groups.length === 0 ? found[0] : groups.length === 1 ? (groups[0] ?? '') : tuple(groups))
  }
  return list(items)
}

function* wrapped(matches: Iterable<Match>): Iterable<Value> {
  for (const m of matches) yield wrapMatch(m)
}

// --- Pattern ---------------------------------------------------------------------------------------------------------

const limit = (vm: Vm, v: Value, subject: string): number => clamp(toNumber(vm, v), subject.length)

function matcher(mode: Mode) {
  return (vm: Vm, [self, string, pos, endpos]: readonly [Value, Value, Value, Value | undefined]): Value => {
    const subject = subjectOf(vm, string)
    const end = endpos === undefined ? subject.length : limit(vm, endpos, subject)
    return wrapMatch(execute(asPattern(vm, self), vm, mode, subject, limit(vm, pos, subject), end))
  }
}

const methods = {
  'search(self, string, pos=0, endpos=MISSING)': matcher('find'),
  'match(self, string, pos=0, endpos=MISSING)': matcher('anchored'),
  'fullmatch(self, string, pos=0, endpos=MISSING)': matcher('whole'),
} as const

const PatternClass: PyClass = classOf({
  name: 'Pattern',
  module: 're',
  hasDict: false,
  methods: {
    ...natives(methods),
    ...natives({
      'findall(self, string, pos=0, endpos=MISSING)': (vm, [self, string, pos, endpos]) => {
        const subject = subjectOf(vm, string)
        const end = endpos === undefined ? subject.length : limit(vm, endpos, subject)
        return findAll(vm, asPattern(vm, self), subject, limit(vm, pos, subject), end)
      },
      'finditer(self, string, pos=0, endpos=MISSING)': (vm, [self, string, pos, endpos]) => {
        const subject = subjectOf(vm, string)
        const end = endpos === undefined ? subject.length : limit(vm, endpos, subject)
        return iterator(wrapped(allMatches(vm, asPattern(vm, self), subject, limit(vm, pos, subject), end)))
      },
      'sub(self, repl, string, count=0)': (vm, [self, repl, string, count]) =>
        substitute(vm, asPattern(vm, self), repl, subjectOf(vm, string), toNumber(vm, count))[0],
      'subn(self, repl, string, count=0)': (vm, [self, repl, string, count]) =>
        tuple(substitute(vm, asPattern(vm, self), repl, subjectOf(vm, string), toNumber(vm, count))),
      'split(self, string, maxsplit=0)': (vm, [self, string, maxsplit]) =>
        split(vm, asPattern(vm, self), subjectOf(vm, string), toNumber(vm, maxsplit)),
      '__copy__(self)': (_vm, [self]) => self,
      '__deepcopy__(self, memo, /)': (_vm, [self]) => self,
      '__repr__(self, /)': (vm, [self]) => {
        const { text, flags } = patternOf.get(vm, self)
        const shown = Object.entries(regexFlags).filter(([name, bit]) => (flags & bit) !== 0 && name !== 'UNICODE')
        const names = shown.map(([name]) => `re.${name}`).join('|')
        return `re.compile(${repr(vm, text)}${names === '' ? '' : `, ${names}`})`
      },
    }),
  },
  properties: {
    pattern: (vm, self) => patternOf.get(vm, self).text,
    flags: (vm, self) => patternOf.get(vm, self).flags,
    groups: (vm, self) => patternOf.get(vm, self).groupCount,
    groupindex: (vm, self) => {
      const proxy = new PyDict(types.mappingproxy)
      for (const [key, entry] of dict(patternOf.get(vm, self).names).entries) proxy.entries.set(key, entry)
      return proxy
    },
  },
})

// --- The module ------------------------------------------------------------------------------------------------------

function function3(mode: Mode) {
  return (vm: Vm, [pattern, string, flags]: readonly [Value, Value, Value]): Value => {
    const subject = subjectOf(vm, string)
    return wrapMatch(execute(asPattern(vm, pattern, flags), vm, mode, subject, 0, subject.length))
  }
}

const specialCharacters = /[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g

const functions = {
  ...natives({
    'compile(pattern, flags=0)': (vm, [pattern, flags]) => asPattern(vm, pattern, flags),
    'search(pattern, string, flags=0)': function3('find'),
    'match(pattern, string, flags=0)': function3('anchored'),
    'fullmatch(pattern, string, flags=0)': function3('whole'),
    'findall(pattern, string, flags=0)': (vm, [pattern, string, flags]) => {
      const subject = subjectOf(vm, string)
      return findAll(vm, asPattern(vm, pattern, flags), subject, 0, subject.length)
    },
    'finditer(pattern, string, flags=0)': (vm, [pattern, string, flags]) =>
      iterator(wrapped(allMatches(vm, asPattern(vm, pattern, flags), subjectOf(vm, string)))),
    'sub(pattern, repl, string, count=0, flags=0)': (vm, [pattern, repl, string, count, flags]) =>
      substitute(vm, asPattern(vm, pattern, flags), repl, subjectOf(vm, string), toNumber(vm, count))[0],
    'subn(pattern, repl, string, count=0, flags=0)': (vm, [pattern, repl, string, count, flags]) =>
      tuple(substitute(vm, asPattern(vm, pattern, flags), repl, subjectOf(vm, string), toNumber(vm, count))),
    'split(pattern, string, maxsplit=0, flags=0)': (vm, [pattern, string, maxsplit, flags]) =>
      split(vm, asPattern(vm, pattern, flags), subjectOf(vm, string), toNumber(vm, maxsplit)),
    'escape(pattern)': (vm, [pattern]) => asString(vm, pattern).replace(specialCharacters, (c) => `\\${c}`),
    'purge()': () => null,
  }),
}

const flagNames: Readonly<Record<string, number>> = {
  ...regexFlags,
  I: regexFlags.IGNORECASE,
  L: regexFlags.LOCALE,
  M: regexFlags.MULTILINE,
  S: regexFlags.DOTALL,
  U: regexFlags.UNICODE,
  X: regexFlags.VERBOSE,
  A: regexFlags.ASCII,
  NOFLAG: 0,
}

export const re: HostModule = {
  name: 're',
  reason: 'The engine is C in CPython and JavaScript’s own here.',
  make: () => ({
    ...functions,
    ...flagNames,
    Pattern: PatternClass,
    Match: MatchClass,
    error: errorClass,
    RegexFlag: types.int,
  }),
  absent: ['PatternError'],
}
