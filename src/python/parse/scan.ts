// Splits a stretch of source into statements without parsing it. Strings, comments, brackets and continued lines are
// recognised as the tokenizer does; everything else is skipped. Only `def` and `class` are told apart, so that their
// bodies can be parsed when they are needed. Text that does not split cleanly is left to the parser, which reports why.

/** A stretch of lines: from the start of a line to just behind the last character of a statement. */
export interface Stretch {
  readonly start: number
  readonly end: number
  /** Line number of `start`. */
  readonly line: number
}

/** Statements that are parsed together. */
export interface PlainChunk extends Stretch {
  readonly kind: 'plain'
}

/** The string that a suite or file starts with, alone on its lines. */
export interface DocstringChunk extends Stretch {
  readonly kind: 'docstring'
  /** Offset of the string's first character, prefix included. */
  readonly literal: number
  readonly endLine: number
}

/** `def` or `class` with its suite on the lines below. */
export interface DefinitionChunk extends Stretch {
  readonly kind: 'function' | 'class'
  readonly isAsync: boolean
  readonly name: string
  /** From the line of the keyword to behind the colon. `start` of the chunk lies before it where there are decorators. */
  readonly header: Stretch
  readonly suite: Stretch
  /** Offset of the keyword (`async` included). */
  readonly keyword: number
  readonly endLine: number
}

export type Chunk = PlainChunk | DocstringChunk | DefinitionChunk

const definition = /(async[ \t]+def|def|class)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/uy

const NEWLINE = 10
const SPACE = 32
const TAB = 9
const FORM_FEED = 12
const HASH = 35
const DOUBLE_QUOTE = 34
const QUOTE = 39
const BACKSLASH = 92
const COLON = 58
const AT = 64
const LEFT_BRACE = 123
const RIGHT_BRACE = 125

/** What a character means between tokens; 0 for the many that mean nothing here. */
const enum Kind {
  Plain,
  Blank,
  Newline,
  Comment,
  Continuation,
  Quote,
  Open,
  Close,
}

const kinds = new Uint8Array(128)
for (const c of [SPACE, TAB, FORM_FEED]) kinds[c] = Kind.Blank
for (const c of [DOUBLE_QUOTE, QUOTE]) kinds[c] = Kind.Quote
for (const c of '([{') kinds[c.charCodeAt(0)] = Kind.Open
for (const c of ')]}') kinds[c.charCodeAt(0)] = Kind.Close
kinds[NEWLINE] = Kind.Newline
kinds[HASH] = Kind.Comment
kinds[BACKSLASH] = Kind.Continuation

/** A logical line: what its first and last characters are, and where the next one begins. */
class LogicalLines {
  /** Start of the physical line that the logical line begins on, and its number. */
  start: number
  line: number
  /** Column of the first character; tabs go to the next multiple of 8. */
  indent = 0
  first = 0
  /** Offset behind the last character that is neither space nor comment, and the number of its line. */
  end = 0
  endLine = 0
  private nextStart: number
  private nextLine: number

  constructor(
    readonly text: string,
    start: number,
    private readonly limit: number,
    line: number,
  ) {
    this.start = this.nextStart = start
    this.line = this.nextLine = line
  }

  /** Goes to the next line that holds code; false at the end, undefined where a bracket or string is left open. */
  advance(): boolean | undefined {
    for (;;) {
      if (this.nextStart >= this.limit) return false
      this.start = this.nextStart
      this.line = this.nextLine
      const complete = this.scan()
      if (complete === undefined) return undefined
      if (this.end > this.start) return true
    }
  }

  /** The character that ends the line. */
  get last(): number {
    return this.text.charCodeAt(this.end - 1)
  }

  /** Whether the line is one string, which is not bytes and not formatted, and nothing else. */
  get isString(): boolean {
    let i = this.first
    if (/[rRuU]/.test(this.text.charAt(i))) i++
    const quote = this.text.charCodeAt(i)
    return (quote === QUOTE || quote === DOUBLE_QUOTE) && this.closeOfString(i, quote) === this.end - 1
  }

  private scan(): true | undefined {
    const { text, limit } = this
    let i = this.measureIndent()
    let depth = 0
    let line = this.line
    this.first = i
    this.end = this.start
    this.endLine = line
    for (; i < limit; i++) {
      const c = text.charCodeAt(i)
      const kind = c < 128 ? kinds[c] : Kind.Plain
      if (kind !== Kind.Plain) {
        if (kind === Kind.Blank) continue
        if (kind === Kind.Newline) {
          line++
          if (depth === 0) break
          continue
        }
        if (kind === Kind.Comment) {
          i = this.endOfLine(i) - 1
          continue
        }
        if (kind === Kind.Continuation) {
          if (text.charCodeAt(i + 1) !== NEWLINE) return undefined
          line++
          i++
          continue
        }
        if (kind === Kind.Open) depth++
        else if (kind === Kind.Close) {
          if (--depth < 0) return undefined
        } else {
          const close = this.closeOfString(i, c)
          if (close === undefined) return undefined
          line += this.newlinesBetween(i, close)
          i = close
        }
      }
      this.end = i + 1
      this.endLine = line
    }
    if (depth !== 0) return undefined
    this.nextStart = i + 1
    this.nextLine = line
    return true
  }

  private endOfLine(from: number): number {
    const at = this.text.indexOf('\n', from)
    return at < 0 || at > this.limit ? this.limit : at
  }

  private newlinesBetween(from: number, to: number): number {
    let count = 0
    for (let at = this.text.indexOf('\n', from); at >= 0 && at < to; at = this.text.indexOf('\n', at + 1)) count++
    return count
  }

  private measureIndent(): number {
    let column = 0
    for (let i = this.start; ; i++) {
      const c = this.text.charCodeAt(i)
      if (c === SPACE) column++
      else if (c === TAB) column = column - (column % 8) + 8
      else if (c === FORM_FEED) column = 0
      else {
        this.indent = column
        return i
      }
    }
  }

  /** The offset of the last quote of the string that opens at `open`. */
  private closeOfString(open: number, quote: number): number | undefined {
    const { text, limit } = this
    const triple = text.charCodeAt(open + 1) === quote && text.charCodeAt(open + 2) === quote
    const nests = isFormatPrefix(text, open)
    let braces = 0
    for (let i = open + (triple ? 3 : 1); i < limit; i++) {
      const c = text.charCodeAt(i)
      if (c === BACKSLASH) {
        const next = text.charCodeAt(i + 1)
        if (!nests || (next !== LEFT_BRACE && next !== RIGHT_BRACE)) i++
      } else if (nests && (c === LEFT_BRACE || c === RIGHT_BRACE)) {
        if (braces === 0 && text.charCodeAt(i + 1) === c) i++
        else braces = Math.max(0, braces + (c === LEFT_BRACE ? 1 : -1))
      } else if (braces > 0) continue
      else if (c === NEWLINE && !triple) return undefined
      else if (c === quote) {
        if (!triple) return i
        if (text.charCodeAt(i + 1) === quote && text.charCodeAt(i + 2) === quote) return i + 2
      }
    }
    return undefined
  }
}

/** Whether the quote at `open` belongs to an f-string. */
function isFormatPrefix(text: string, open: number): boolean {
  let i = open - 1
  let format = false
  for (; i >= 0 && i > open - 3; i--) {
    const letter = text.charAt(i)
    if (!/[fFrRbBuUtT]/.test(letter)) break
    if (/[fFtT]/.test(letter)) format = true
  }
  return format && (i < 0 || !/[\p{L}\p{N}_]/u.test(text.charAt(i)))
}

/**
 * The statements of a stretch that holds whole statements of one indentation.
 * @returns undefined where the text is not regular enough to be split
 */
export function splitStatements(text: string, stretch: Stretch): readonly Chunk[] | undefined {
  const lines = new LogicalLines(text, stretch.start, stretch.end, stretch.line)
  const chunks: Chunk[] = []
  let more = lines.advance()
  const indent = lines.indent
  if (more === true && lines.isString) {
    const { start, end, line, endLine, first } = lines
    chunks.push({ kind: 'docstring', start, end, line, endLine, literal: first })
    more = lines.advance()
  }
  while (more === true) {
    if (lines.indent !== indent) return undefined
    const first = text.charCodeAt(lines.first)
    const chunk = first === AT || isDefinition(text, lines.first) ? definitionAt(lines) : plainAt(lines)
    if (chunk === undefined) return undefined
    chunks.push(chunk.chunk)
    more = chunk.more
  }
  return more === undefined ? undefined : chunks
}

/** The docstring that a stretch starts with, where it does. */
export function docstringOf(text: string, stretch: Stretch): DocstringChunk | undefined {
  const lines = new LogicalLines(text, stretch.start, stretch.end, stretch.line)
  if (lines.advance() !== true || !lines.isString) return undefined
  return {
    kind: 'docstring',
    start: lines.start,
    end: lines.end,
    line: lines.line,
    endLine: lines.endLine,
    literal: lines.first,
  }
}

function isDefinition(text: string, at: number): boolean {
  const first = text.charAt(at)
  if (first !== 'd' && first !== 'c' && first !== 'a') return false
  definition.lastIndex = at
  return definition.test(text)
}

interface Taken {
  readonly chunk: Chunk
  readonly more: boolean | undefined
}

/** Statements up to the next definition of the same indentation. */
function plainAt(lines: LogicalLines): Taken | undefined {
  const { start, line, indent, text } = lines
  for (;;) {
    const end = lines.end
    const more = lines.advance()
    if (more === undefined) return undefined
    if (more && lines.indent < indent) return undefined
    const stop =
      more && lines.indent === indent && (text.charCodeAt(lines.first) === AT || isDefinition(text, lines.first))
    if (!more || stop) return { chunk: { kind: 'plain', start, end, line }, more }
  }
}

/** A definition with its decorators. One that fits on its header line is plain. */
function definitionAt(lines: LogicalLines): Taken | undefined {
  const { start, line, indent, text } = lines
  while (text.charCodeAt(lines.first) === AT) {
    if (lines.advance() !== true || lines.indent !== indent) return undefined
  }
  definition.lastIndex = lines.first
  const match = definition.exec(text)
  if (match === null) return undefined
  const [, keyword = '', name = ''] = match
  const header = { start: lines.start, end: lines.end, line: lines.line }
  const keywordAt = lines.first
  const oneLine = lines.last !== COLON
  let suite: Stretch | undefined
  let end = lines.end
  let endLine = lines.endLine
  let more = lines.advance()
  while (more === true && lines.indent > indent) {
    suite ??= { start: lines.start, line: lines.line, end: 0 }
    end = lines.end
    endLine = lines.endLine
    more = lines.advance()
  }
  if (oneLine || suite === undefined) {
    if (oneLine && suite === undefined) return { chunk: { kind: 'plain', start, end, line }, more }
    return undefined
  }
  const chunk: DefinitionChunk = {
    kind: keyword === 'class' ? 'class' : 'function',
    isAsync: keyword.startsWith('async'),
    name,
    start,
    line,
    end,
    endLine,
    header,
    suite: { ...suite, end },
    keyword: keywordAt,
  }
  return { chunk, more }
}
