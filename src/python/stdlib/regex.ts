// Python's regular expressions, rewritten as JavaScript's (recursive descent over the pattern, output for the `v` flag).
// The two languages share backtracking semantics and most syntax; what differs is spelled out: anchors, `.`, the Unicode
// classes, named groups, verbose mode. What JavaScript cannot express (atomic groups, conditionals) is refused.

export const regexFlags = {
  IGNORECASE: 2,
  LOCALE: 4,
  MULTILINE: 8,
  DOTALL: 16,
  UNICODE: 32,
  VERBOSE: 64,
  DEBUG: 128,
  ASCII: 256,
} as const

const flagLetters: Readonly<Record<string, number>> = {
  i: regexFlags.IGNORECASE,
  L: regexFlags.LOCALE,
  m: regexFlags.MULTILINE,
  s: regexFlags.DOTALL,
  u: regexFlags.UNICODE,
  x: regexFlags.VERBOSE,
  a: regexFlags.ASCII,
}

export interface Translation {
  /** Source of a JavaScript expression, for the flags `v` (and `i`). */
  readonly source: string
  readonly ignoreCase: boolean
  readonly flags: number
  readonly groupCount: number
  /** Named groups: name → number. */
  readonly names: ReadonlyMap<string, number>
}

/** What `re.error` reports: the message without its position, and the position. */
export class RegexError extends Error {
  constructor(
    message: string,
    readonly position: number,
    /** True of what Python accepts and this translation does not. */
    readonly unsupported = false,
  ) {
    super(message)
  }
}

export function translate(pattern: string, flags: number): Translation {
  return new Translator(pattern, flags).run()
}

const wordCharacters = { unicode: '\\p{L}\\p{N}_', ascii: 'A-Za-z0-9_' }
const classBodies: Readonly<Record<string, { unicode: string; ascii: string }>> = {
  d: { unicode: '\\p{Nd}', ascii: '0-9' },
  w: wordCharacters,
  s: { unicode: '\\s\\x1c-\\x1f\\x85', ascii: ' \\t\\n\\r\\f\\v' },
}
const controlEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }
const hexEscapes: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

class Translator {
  private at = 0
  private groups = 0
  private readonly names = new Map<string, number>()
  private readonly open: number[] = []

  constructor(
    private readonly text: string,
    private flags: number,
  ) {}

  run(): Translation {
    this.leadingFlags()
    const source = this.alternatives()
    if (this.at < this.text.length) this.fail('unbalanced parenthesis', this.at)
    const ignoreCase = this.has(regexFlags.IGNORECASE)
    const flags = this.has(regexFlags.ASCII) ? this.flags : this.flags | regexFlags.UNICODE
    return { source, ignoreCase, flags, groupCount: this.groups, names: this.names }
  }

  private has(flag: number): boolean {
    return (this.flags & flag) !== 0
  }

  private fail(message: string, position: number): never {
    throw new RegexError(message, position)
  }

  private refuse(what: string): never {
    throw new RegexError(`${what} in a regular expression`, this.at, true)
  }

  private leadingFlags(): void {
    const match = /^\s*\(\?([aiLmsux]+)\)/.exec(this.text)
    if (match === null) return
    if (match[0].startsWith('(') || this.has(regexFlags.VERBOSE)) {
      for (const letter of match[1] ?? '') this.flags |= flagLetters[letter] ?? 0
      this.at = match[0].length
    }
  }

  private alternatives(): string {
    let out = ''
    for (;;) {
      out += this.sequence()
      if (this.text[this.at] !== '|') return out
      this.at++
      out += '|'
    }
  }

  private sequence(): string {
    let out = ''
    while (this.at < this.text.length) {
      if (this.has(regexFlags.VERBOSE) && this.skipLayout()) continue
      const c = this.text[this.at]
      if (c === '|' || c === ')') break
      const atom = this.atom()
      out += atom + (atom === '' ? '' : this.quantifier())
    }
    return out
  }

  private skipLayout(): boolean {
    const rest = /^(?:[ \t\n\r\f\v]+|#[^\n]*)/.exec(this.text.slice(this.at))
    if (rest === null) return false
    this.at += rest[0].length
    return true
  }

  private atom(): string {
    const c = this.text[this.at] ?? ''
    switch (c) {
      case '.':
        this.at++
        return this.has(regexFlags.DOTALL) ? '[\\s\\S]' : '[^\\n]'
      case '^':
        this.at++
        return this.has(regexFlags.MULTILINE) ? '(?<![^\\n])' : '^'
      case '$':
        this.at++
        return this.has(regexFlags.MULTILINE) ? '(?![^\\n])' : '(?=\\n?$)'
      case '(':
        return this.group()
      case '[':
        return this.characterClass()
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        return this.fail('nothing to repeat', this.at)
      default:
        return this.literal()
    }
  }

  private literal(): string {
    const point = this.text.codePointAt(this.at) ?? 0
    this.at += point > 0xffff ? 2 : 1
    return quote(point)
  }

  private quantifier(): string {
    if (this.has(regexFlags.VERBOSE)) while (this.skipLayout());
    const found = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})/.exec(this.text.slice(this.at))
    if (found === null) return ''
    const [text, low = '', comma = '', high = ''] = found
    if (text === '{}') return '' // literal text, unlike `{,}`, which repeats without bounds
    if (low !== '' && high !== '' && Number(low) > Number(high))
      this.fail('min repeat greater than max repeat', this.at + 1)
    this.at += text.length
    const bounds = text.startsWith('{') ? `{${low === '' ? '0' : low}${comma}${high}}` : text
    return bounds + this.quantifierSuffix()
  }

  private quantifierSuffix(): string {
    const next = this.text[this.at]
    if (next === '+') this.refuse('a possessive quantifier')
    if (next === '*' || /^\{\d+(?:,\d*)?\}/.test(this.text.slice(this.at))) this.fail('multiple repeat', this.at)
    if (next !== '?') return ''
    this.at++
    return '?'
  }

  private group(): string {
    const start = this.at
    this.at++
    if (this.text[this.at] !== '?') return this.capture('', start)
    const rest = this.text.slice(this.at)
    const head = /^\?(?:P<([^>]*)>|P=([^)]*)\)|#[^)]*\)|:|<?[=!]|[aiLmsux]*(?:-[imsx]+)?[:)]|\(|>)/.exec(rest)
    if (head === null) return this.fail('unknown extension ' + rest.slice(0, 2), start + 1)
    this.at += head[0].length
    if (head[1] !== undefined) return this.namedCapture(head[1], start)
    if (head[2] !== undefined) return this.namedReference(head[2], start)
    if (head[0].startsWith('?#')) return ''
    if (/^\?(?::|<?[=!])$/.test(head[0])) return this.close(`(${head[0]}`, start)
    if (head[0] === '?(') this.refuse('a conditional group')
    if (head[0] === '?>') this.refuse('an atomic group')
    if (head[0].endsWith(')')) return this.fail('global flags not at the start of the expression', start)
    return this.scopedFlags(head[0], start)
  }

  /** `(?i:…)` and the like. All but case folding is resolved here, while translating. */
  private scopedFlags(head: string, start: number): string {
    const [on = '', off = ''] = head.slice(1, -1).split('-')
    const saved = this.flags
    for (const letter of on) this.flags |= flagLetters[letter] ?? 0
    for (const letter of off) this.flags &= ~(flagLetters[letter] ?? 0)
    if ((saved ^ this.flags) & regexFlags.IGNORECASE) this.refuse('case folding for a part')
    const out = this.close('(?:', start)
    this.flags = saved
    return out
  }

  private namedCapture(name: string, start: number): string {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) this.fail(`bad character in group name '${name}'`, start + 4)
    const known = this.names.get(name)
    const number = this.groups + 1
    if (known !== undefined) {
      this.fail(`redefinition of group name '${name}' as group ${number}; was group ${known}`, start + 4)
    }
    this.names.set(name, number)
    return this.capture('', start)
  }

  private namedReference(name: string, start: number): string {
    const number = this.names.get(name)
    if (number === undefined) return this.fail(`unknown group name '${name}'`, start + 4)
    return `(?:\\${number})`
  }

  private capture(prefix: string, start: number): string {
    const number = ++this.groups
    this.open.push(number)
    const out = this.close(`(${prefix}`, start)
    this.open.pop()
    return out
  }

  private close(head: string, start: number): string {
    const body = this.alternatives()
    if (this.text[this.at] !== ')') this.fail('missing ), unterminated subpattern', start)
    this.at++
    return `${head}${body})`
  }

  private escape(): string {
    const start = this.at
    const c = this.text[this.at + 1]
    if (c === undefined) return this.fail('bad escape (end of pattern)', start)
    const anchor = this.anchorEscape(c)
    if (anchor !== undefined) {
      this.at += 2
      return anchor
    }
    const body = this.categoryEscape(c)
    if (body !== undefined) return c === c.toUpperCase() ? `[^${body}]` : `[${body}]`
    if (/[1-9]/.test(c)) return this.numberedReference(start)
    return quote(this.characterEscape(start))
  }

  private anchorEscape(c: string): string | undefined {
    const word = this.has(regexFlags.ASCII) ? `[${wordCharacters.ascii}]` : `[${wordCharacters.unicode}]`
    const table: Readonly<Record<string, string>> = {
      A: '^',
      Z: '$',
      b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
      B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
    }
    return Object.hasOwn(table, c) ? table[c] : undefined
  }

  /** The inside of the class that `\d`, `\W` … stand for, past which it moves. */
  private categoryEscape(c: string): string | undefined {
    const row = Object.hasOwn(classBodies, c.toLowerCase()) ? classBodies[c.toLowerCase()] : undefined
    if (row === undefined) return undefined
    this.at += 2
    return this.has(regexFlags.ASCII) ? row.ascii : row.unicode
  }

  private numberedReference(start: number): string {
    const octal = /^\\([0-3][0-7]{2})/.exec(this.text.slice(start))
    if (octal !== null) {
      this.at += 4
      return quote(Number.parseInt(octal[1] ?? '', 8))
    }
    const digits = /^\\(\d{1,2})/.exec(this.text.slice(start))?.[1] ?? ''
    const number = Number(digits)
    if (number > this.groups) this.fail(`invalid group reference ${number}`, start + 1)
    if (this.open.includes(number)) this.fail('cannot refer to an open group', start)
    this.at += 1 + digits.length
    return `(?:\\${number})`
  }

  /** An escape that stands for one character: its code point. */
  private characterEscape(start: number): number {
    const c = this.text[start + 1] ?? ''
    const digits = Object.hasOwn(hexEscapes, c) ? hexEscapes[c] : undefined
    if (digits !== undefined) return this.hexEscape(start, digits)
    if (c === '0') {
      const octal = /^\\(0[0-7]{0,2})/.exec(this.text.slice(start))?.[1] ?? '0'
      this.at = start + 1 + octal.length
      return Number.parseInt(octal, 8)
    }
    const control = Object.hasOwn(controlEscapes, c) ? controlEscapes[c] : undefined
    if (control === undefined && /[A-Za-z]/.test(c)) this.fail(`bad escape \\${c}`, start)
    const point = control ?? this.text.codePointAt(start + 1) ?? 0
    this.at = start + (point > 0xffff ? 3 : 2)
    return point
  }

  private hexEscape(start: number, digits: number): number {
    const hex = this.text.slice(start + 2, start + 2 + digits)
    if (hex.length < digits || !/^[0-9A-Fa-f]+$/.test(hex)) {
      this.fail(`incomplete escape ${this.text.slice(start, start + 2)}${/^[0-9A-Fa-f]*/.exec(hex)?.[0] ?? ''}`, start)
    }
    this.at = start + 2 + digits
    return Number.parseInt(hex, 16)
  }

  private characterClass(): string {
    const start = this.at
    this.at++
    const negated = this.text[this.at] === '^'
    if (negated) this.at++
    let body = ''
    for (let first = true; first || this.text[this.at] !== ']'; first = false) {
      if (this.at >= this.text.length) this.fail('unterminated character set', start)
      body += this.classItem(start)
    }
    this.at++
    return `[${negated ? '^' : ''}${body}]`
  }

  private classItem(start: number): string {
    const from = this.at
    const low = this.classAtom(start)
    if (this.text[this.at] !== '-' || this.text[this.at + 1] === ']' || this.at + 1 >= this.text.length) {
      return typeof low === 'string' ? low : quote(low)
    }
    this.at++
    const high = this.classAtom(start)
    const range = this.text.slice(from, this.at)
    if (typeof low === 'string' || typeof high === 'string' || low > high) {
      return this.fail(`bad character range ${range}`, from)
    }
    return `${quote(low)}-${quote(high)}`
  }

  /** One character of a set, or the class that an escape such as `\d` stands for. */
  private classAtom(start: number): number | string {
    if (this.at >= this.text.length) this.fail('unterminated character set', start)
    const c = this.text[this.at]
    if (c !== '\\') {
      const point = this.text.codePointAt(this.at) ?? 0
      this.at += point > 0xffff ? 2 : 1
      return point
    }
    const next = this.text[this.at + 1] ?? ''
    const body = this.categoryEscape(next)
    if (body !== undefined) return next === next.toUpperCase() ? `[^${body}]` : body
    if (/[1-7]/.test(next)) return this.octalInClass()
    return this.characterEscape(this.at)
  }

  private octalInClass(): number {
    const octal = /^\\([0-7]{1,3})/.exec(this.text.slice(this.at))?.[1] ?? ''
    this.at += 1 + octal.length
    return Number.parseInt(octal, 8)
  }
}

/** A code point as it is written anywhere in a `v` expression: only letters, digits and `_` go bare. */
function quote(point: number): string {
  const c = String.fromCodePoint(point)
  return /^[A-Za-z0-9_]$/.test(c) ? c : `\\u{${point.toString(16)}}`
}
