// Source text to tokens, one at a time: the parser asks for the next when it has used the current one, so that no token
// is ever an object. Positions are those of the file that the text is a part of.
import { raise, type SourceFile } from '../../text/index.ts'
import { Class, classes, keywords, Kind, operatorsByFirst, type Operator } from './kinds.ts'
import { prefixOf, type Prefix } from './strings.ts'

const NEWLINE = 10
const SPACE = 32
const TAB = 9
const FORM_FEED = 12
const HASH = 35
const DOT = 46
const BACKSLASH = 92
const UNDERSCORE = 95
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

const wideName = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy
const number =
  /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y
const wordBehindNumber = /(?:and|else|for|if|in|is|not|or)(?![\p{L}\p{N}_])/uy

/** What a lexer is at; everything that changes as it goes on. */
export type LexerState = Readonly<
  Pick<
    Lexer,
    | 'kind'
    | 'start'
    | 'lineno'
    | 'col_offset'
    | 'tokenEndLine'
    | 'tokenEndColumn'
    | 'end_lineno'
    | 'end_col_offset'
    | 'value'
  >
> & { readonly scan: readonly number[]; readonly indents: readonly number[] }

/** Text in a formatted string, doubled braces once, and what stops it: a brace, or the end with as many quotes. */
interface FormattedText {
  readonly text: string
  readonly stop: Kind
  readonly width: number
}

export class Lexer {
  // Positions have the names that nodes give them.

  /** The current token: its kind, its offset, where it lies and, of names, what it says. */
  kind = Kind.End
  start = 0
  lineno: number
  col_offset = 0
  tokenEndLine: number
  tokenEndColumn = 0
  value = ''
  /** Of a string: what its prefix says, and where its contents lie. */
  prefix: Prefix | undefined
  contentStart = 0
  contentEnd = 0
  /** Where the token before the current one ends, line ends and indentation left aside. */
  end_lineno: number
  end_col_offset = 0

  protected readonly text: string
  protected pos: number
  /** How many brackets are open, and where they were opened. */
  protected depth = 0
  private readonly opened: number[] = []
  /** The number of open brackets at which `:` and `!` end what is between the braces of a formatted string. */
  protected fieldDepth = -1
  private lineNumber: number
  private lineStart: number
  private atLineStart = true
  private dedents = 0
  private indents: number[] = [0]
  private readonly isAscii: boolean
  /** The last offset whose column was counted, and that column. */
  private knownOffset = -1
  private knownColumn = 0

  /** @param indented the text is a suite: the indentation of its first line is that of its statements */
  constructor(
    protected readonly file: SourceFile,
    start: number,
    private readonly limit: number,
    line: number,
    indented: boolean,
  ) {
    this.text = file.text
    this.pos = this.lineStart = start
    this.lineno = this.tokenEndLine = this.end_lineno = this.lineNumber = line
    this.isAscii = file.isAscii
    if (indented) this.indents = [this.indentation() ?? 0]
    this.next()
  }

  protected saved(): LexerState {
    const { kind, start, lineno, col_offset, tokenEndLine, tokenEndColumn, end_lineno, end_col_offset, value } = this
    const scan = [
      this.pos,
      this.lineNumber,
      this.lineStart,
      Number(this.atLineStart),
      this.dedents,
      this.depth,
      this.fieldDepth,
    ]
    const indents = [...this.indents]
    return {
      kind,
      start,
      lineno,
      col_offset,
      tokenEndLine,
      tokenEndColumn,
      end_lineno,
      end_col_offset,
      value,
      scan,
      indents,
    }
  }

  protected restore({ scan, indents, ...token }: LexerState): void {
    Object.assign(this, token)
    const [pos = 0, lineNumber = 0, lineStart = 0, atLineStart = 0, dedents = 0, depth = 0, fieldDepth = -1] = scan
    this.pos = pos
    this.lineNumber = lineNumber
    this.lineStart = lineStart
    this.atLineStart = atLineStart === 1
    this.dedents = dedents
    this.depth = depth
    this.fieldDepth = fieldDepth
    this.indents = [...indents]
  }

  /** Stops at the current token; at a bracket that was not closed on a line before, if nothing else is known. */
  protected fail(message?: string): never {
    if (message === undefined) this.failAtBracket(this.lineno)
    return this.failAt(message ?? 'invalid syntax', this.lineno, this.col_offset)
  }

  /** Stops at the innermost bracket that is open, where it lies before the given line. */
  private failAtBracket(before: number): void {
    const at = this.depth > 0 ? this.opened[this.depth - 1] : undefined
    if (at === undefined) return
    const start = this.text.lastIndexOf('\n', at - 1) + 1
    const line = this.lineNumber - this.text.slice(start, this.pos).split('\n').length + 1
    if (line < before) this.failAt(`'${this.text.charAt(at)}' was never closed`, line, at - start)
  }

  protected failAt(message: string, line: number, column: number): never {
    const span = { file: this.file.path, line, column }
    return raise('syntax-error', message, { span, notes: [this.file.line(line)] })
  }

  /** Stops where the lexer stands. */
  private failHere(message: string): never {
    return this.failAt(message, this.lineNumber, this.columnOf(this.pos))
  }

  /** The column of an offset in the current line, in bytes of UTF-8. */
  protected columnOf(offset: number): number {
    if (this.isAscii) return offset - this.lineStart
    const isBehind = this.knownOffset >= this.lineStart && this.knownOffset <= offset
    let bytes = isBehind ? this.knownColumn : 0
    for (let i = isBehind ? this.knownOffset : this.lineStart; i < offset; i++) {
      const code = this.text.charCodeAt(i)
      // Each half of a surrogate pair counts for two of the four bytes.
      bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
    }
    this.knownOffset = offset
    this.knownColumn = bytes
    return bytes
  }

  protected get lineHere(): number {
    return this.lineNumber
  }

  /** Whether the current token is of the given kind. */
  protected at(kind: Kind): boolean {
    return this.kind === kind
  }

  /** Goes past a token of the given kind, where the current one is. */
  protected take(kind: Kind): boolean {
    if (this.kind !== kind) return false
    this.next()
    return true
  }

  protected expect(kind: Kind, message?: string): void {
    if (this.kind !== kind) this.fail(message)
    this.next()
  }

  protected name(): string {
    const { value } = this
    this.expect(Kind.Name)
    return value
  }

  /** Goes to the next token. */
  protected next(): void {
    const kind = this.kind
    if (kind < Kind.Newline || kind > Kind.Dedent) {
      this.end_lineno = this.tokenEndLine
      this.end_col_offset = this.tokenEndColumn
    }
    if (this.dedents > 0) {
      this.dedents--
      this.kind = Kind.Dedent
      return
    }
    if (this.atLineStart && this.beginLine()) return
    this.skipBlanks()
    const at = this.pos
    this.start = at
    this.lineno = this.lineNumber
    this.col_offset = this.columnOf(at)
    if (at >= this.limit) return this.finish()
    const c = this.text.charCodeAt(at)
    const cls = c < 128 ? classes[c] : Class.Letter
    if (cls === Class.Letter) this.scanName(at)
    else if (cls === Class.Digit) this.scanNumber(at)
    else if (cls === Class.Quote) this.scanString(at, '')
    else if (c === NEWLINE) return this.endLineHere()
    else this.scanOperator(at, c)
    this.tokenEndLine = this.lineNumber
    this.tokenEndColumn = this.isAscii ? this.pos - this.lineStart : this.columnOf(this.pos)
  }

  private endLineHere(): void {
    this.kind = Kind.Newline
    this.newline()
    this.atLineStart = true
  }

  /** Behind the newline that the lexer stands at. */
  private newline(): void {
    this.pos++
    this.lineNumber++
    this.lineStart = this.pos
  }

  /** The end of the text: of its line first, then of its blocks. */
  private finish(): void {
    if (this.depth > 0) this.failAtBracket(Infinity)
    if (!this.atLineStart) {
      this.kind = Kind.Newline
      this.atLineStart = true
    } else this.kind = Kind.End
  }

  private skipBlanks(): void {
    const { text, limit } = this
    while (this.pos < limit) {
      const c = text.charCodeAt(this.pos)
      if (c === SPACE || (c < 128 && classes[c] === Class.Blank)) this.pos++
      else if (c === HASH) this.skipComment()
      else if (c === NEWLINE && this.depth > 0) this.newline()
      else if (c === BACKSLASH) {
        if (text.charCodeAt(this.pos + 1) === 13) this.pos++
        if (text.charCodeAt(++this.pos) !== NEWLINE) {
          return this.failHere('unexpected character after line continuation character')
        }
        this.newline()
      } else return
    }
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.pos)
    this.pos = end < 0 || end > this.limit ? this.limit : end
  }

  /** The indentation of the next line that holds code, at whose first character the lexer then stands. */
  private indentation(): number | undefined {
    const { text, limit } = this
    let indent = 0
    while (this.pos < limit) {
      const c = text.charCodeAt(this.pos)
      if (c === SPACE) indent++
      else if (c === TAB) indent += 8 - (indent % 8)
      else if (c === FORM_FEED) indent = 0
      else if (c === HASH) {
        this.skipComment()
        continue
      } else if (c === NEWLINE) {
        this.newline()
        indent = 0
        continue
      } else if (c !== 13) return indent
      this.pos++
    }
    return undefined
  }

  /** Compares the indentation of a new line with that of the blocks; true where that makes a token. */
  private beginLine(): boolean {
    const isMeasured = this.pos !== this.lineStart && this.pos < this.limit
    const indent = isMeasured ? this.indents[0] : this.indentation()
    this.lineno = this.lineNumber
    this.col_offset = this.columnOf(this.pos)
    const base = this.indents[0] ?? 0
    const wanted = indent ?? base
    const current = this.indents.at(-1) ?? 0
    if (indent !== undefined) this.atLineStart = false
    if (wanted === current) return false
    if (wanted > current) {
      this.indents.push(wanted)
      this.kind = Kind.Indent
      return true
    }
    while ((this.indents.at(-1) ?? 0) > wanted && this.indents.length > 1) {
      this.indents.pop()
      this.dedents++
    }
    if (this.indents.at(-1) !== wanted) this.failHere('unindent does not match any outer indentation level')
    this.dedents--
    this.kind = Kind.Dedent
    return true
  }

  private scanName(at: number): void {
    const { text, limit } = this
    let i = at
    for (; i < limit; i++) {
      const c = text.charCodeAt(i)
      if (c >= 128) return this.scanWideName(at)
      const cls = classes[c]
      if (cls !== Class.Letter && cls !== Class.Digit) {
        if (cls === Class.Quote && i - at <= 2) {
          const letters = text.slice(at, i)
          if (prefixOf(letters) !== undefined) return this.scanString(i, letters)
        }
        break
      }
    }
    this.pos = i
    const value = text.slice(at, i)
    this.value = value
    this.kind = keywords.get(value) ?? Kind.Name
  }

  private scanWideName(at: number): void {
    wideName.lastIndex = at
    const [name] = wideName.exec(this.text) ?? []
    if (name === undefined) return this.failHere('invalid character')
    this.pos = at + name.length
    this.value = name.normalize('NFKC')
    this.kind = Kind.Name
  }

  private scanNumber(at: number): void {
    number.lastIndex = at
    const [literal = ''] = number.exec(this.text) ?? []
    this.pos = at + literal.length
    this.value = literal
    this.kind = Kind.Number
    const c = this.text.charCodeAt(this.pos)
    const cls = c < 128 ? classes[c] : Class.Other
    if (cls === Class.Letter || cls === Class.Digit) {
      wordBehindNumber.lastIndex = this.pos
      if (c === UNDERSCORE || !wordBehindNumber.test(this.text)) this.fail('invalid number')
    } else if (/^0[\d_]*[1-9][\d_]*$/.test(literal)) {
      this.fail('leading zeros in decimal integer literals are not permitted')
    }
  }

  private scanOperator(at: number, c: number): void {
    if (c === DOT && classes[this.text.charCodeAt(at + 1)] === Class.Digit) return this.scanNumber(at)
    const candidates: readonly Operator[] | undefined = operatorsByFirst[c]
    if (candidates === undefined) return this.failHere('invalid character')
    const isInField = this.depth === this.fieldDepth
    for (const { text, kind } of candidates) {
      if (text.length > 1 && !this.text.startsWith(text, at)) continue
      if (isInField && kind === Kind.Walrus) continue
      if (kind === Kind.Bang && !isInField) break
      this.kind = kind
      this.pos = at + text.length
      if (kind >= Kind.OpenParenthesis && kind <= Kind.CloseBrace) this.bracket(kind)
      return
    }
    return this.failHere('invalid syntax')
  }

  private bracket(kind: Kind): void {
    if (kind === Kind.OpenParenthesis || kind === Kind.OpenBracket || kind === Kind.OpenBrace) {
      this.opened[this.depth++] = this.start
    } else if (--this.depth < 0) this.fail('unmatched bracket')
  }

  /** A string whose quotes open at `quote`; of a formatted one only the opening. */
  private scanString(quote: number, letters: string): void {
    const { text } = this
    const c = text.charCodeAt(quote)
    const isTriple = text.charCodeAt(quote + 1) === c && text.charCodeAt(quote + 2) === c
    this.prefix = prefixOf(letters)
    this.contentStart = this.pos = quote + (isTriple ? 3 : 1)
    this.value = text.slice(this.start, this.pos)
    this.kind = this.prefix?.isFormatted === true ? Kind.Formatted : Kind.String
    if (this.kind === Kind.Formatted) return
    this.closeString(c, isTriple)
    this.contentEnd = this.pos - (isTriple ? 3 : 1)
  }

  /** Goes behind the closing quotes of a string. */
  private closeString(quote: number, isTriple: boolean): void {
    const { text, limit } = this
    while (this.pos < limit) {
      const c = text.charCodeAt(this.pos)
      if (c === quote) {
        if (!isTriple) {
          this.pos++
          return
        }
        if (text.charCodeAt(this.pos + 1) === quote && text.charCodeAt(this.pos + 2) === quote) {
          this.pos += 3
          return
        }
      } else if (c === BACKSLASH) {
        if (text.charCodeAt(++this.pos) === NEWLINE) {
          this.newline()
          continue
        }
      } else if (c === NEWLINE) {
        if (!isTriple) break
        this.newline()
        continue
      }
      this.pos++
    }
    this.fail(isTriple ? 'unterminated triple-quoted string literal' : 'unterminated string literal')
  }

  /**
   * Goes on in a formatted string to a brace or to the closing quotes, behind which the lexer then stands.
   * @param isFormat what stands behind a colon, where braces are never doubled
   */
  protected formattedText(quotes: string, isRaw: boolean, isFormat: boolean): FormattedText {
    const { text, limit } = this
    let from = this.pos
    let before = ''
    const taken = (stop: Kind, width: number): FormattedText => {
      const all = before + text.slice(from, this.pos)
      this.pos += width
      return { text: all, stop, width }
    }
    while (this.pos < limit) {
      const c = text.charCodeAt(this.pos)
      if (c === OPEN_BRACE || c === CLOSE_BRACE) {
        if (isFormat || text.charCodeAt(this.pos + 1) !== c) {
          return taken(c === OPEN_BRACE ? Kind.OpenBrace : Kind.CloseBrace, 1)
        }
        before += text.slice(from, this.pos + 1)
        this.pos += 2
        from = this.pos
      } else if (c === NEWLINE) {
        if (quotes.length === 1) break
        this.newline()
      } else if (text.startsWith(quotes, this.pos)) return taken(Kind.End, quotes.length)
      else if (c === BACKSLASH) this.skipEscape(isRaw)
      else this.pos++
    }
    return this.fail('unterminated f-string literal')
  }

  private skipEscape(isRaw: boolean): void {
    const c = this.text.charCodeAt(++this.pos)
    if (c === OPEN_BRACE || c === CLOSE_BRACE) return
    if (!isRaw && this.text.startsWith('N{', this.pos)) this.pos = this.text.indexOf('}', this.pos) + 1 || this.limit
    else if (c === NEWLINE) this.newline()
    else this.pos++
  }

  /** The current token becomes the whole of what ends here. */
  protected endToken(): void {
    this.tokenEndLine = this.lineNumber
    this.tokenEndColumn = this.columnOf(this.pos)
  }
}
