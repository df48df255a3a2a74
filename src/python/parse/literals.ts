// Strings: literals side by side are one, and formatted ones hold expressions.
import { Kind } from './kinds.ts'
import { unescape, unescapeBytes } from './strings.ts'
import { Lexer } from './tokens.ts'
import type { ExpressionNode, Located } from './tree.ts'

const conversions: ReadonlyMap<string, number> = new Map(['s', 'r', 'a'].map((c) => [c, c.charCodeAt(0)]))
const noConversion = -1

/** The parts of a formatted string; text side by side is one part. */
class Parts {
  readonly values: ExpressionNode[] = []
  private text = ''
  private at: Located | undefined

  addText(text: string, at: Located): void {
    if (text === '') return
    const { end_lineno, end_col_offset } = at
    this.text += text
    this.at = this.at === undefined ? at : { ...this.at, end_lineno, end_col_offset }
  }

  addValue(node: ExpressionNode): void {
    this.endText()
    this.values.push(node)
  }

  endText(): void {
    if (this.at !== undefined) this.values.push({ nodeType: 'Constant', value: this.text, ...this.at })
    this.text = ''
    this.at = undefined
  }
}

export abstract class StringParser extends Lexer {
  /** The expression between the braces of a formatted string. */
  protected abstract valueOfField(): ExpressionNode

  /** Literals side by side. */
  protected strings(): ExpressionNode {
    const { lineno, col_offset, value: quote_style } = this
    const isBytes = this.prefix?.isBytes === true
    const kind = this.prefix?.isUnicode === true ? { kind: 'u' as const } : {}
    let text = ''
    while (this.kind === Kind.String) {
      text += this.plainText(isBytes)
      this.next()
    }
    if (this.kind === Kind.Formatted) return this.joined(text, isBytes, lineno, col_offset)
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType: 'Constant', value: text, ...kind, quote_style, ...at }
  }

  /** The text of the current token. */
  private plainText(isBytes: boolean): string {
    const { prefix } = this
    if ((prefix?.isBytes === true) !== isBytes) this.fail('cannot mix bytes and nonbytes literals')
    const literal = this.text.slice(this.contentStart, this.contentEnd)
    if (isBytes && /[^\0-\x7f]/.test(literal)) this.fail('bytes can only contain ASCII literal characters')
    if (prefix?.isRaw === true) return literal
    return isBytes ? unescapeBytes(literal) : unescape(literal)
  }

  /** A string that is formatted from here on, behind plain text. */
  private joined(before: string, isBytes: boolean, lineno: number, col_offset: number): ExpressionNode {
    if (isBytes) this.fail('cannot mix bytes and nonbytes literals')
    const parts = new Parts()
    const { end_lineno: line, end_col_offset: column } = this
    parts.addText(before, { lineno, col_offset, end_lineno: line, end_col_offset: column })
    for (;;) {
      if (this.kind === Kind.Formatted) this.formatted(parts)
      else if (this.kind === Kind.String) {
        const { tokenEndLine: end_lineno, tokenEndColumn: end_col_offset } = this
        const at = { lineno: this.lineno, col_offset: this.col_offset, end_lineno, end_col_offset }
        parts.addText(this.plainText(false), at)
      } else break
      this.next()
    }
    parts.endText()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'JoinedStr', values: parts.values, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** The current token, whose opening is read, to its closing quotes. */
  private formatted(parts: Parts): void {
    const { lineno, col_offset, depth, fieldDepth } = this
    const isRaw = this.prefix?.isRaw === true
    const quotes = this.value.replace(/^\w+/, '')
    if (this.pieces(parts, quotes, isRaw, false) !== Kind.End) this.fail("f-string: single '}' is not allowed")
    this.depth = depth
    this.fieldDepth = fieldDepth
    this.kind = Kind.Formatted
    this.lineno = lineno
    this.col_offset = col_offset
    this.endToken()
  }

  /** Text and fields up to what ends them. */
  private pieces(parts: Parts, quotes: string, isRaw: boolean, isFormat: boolean): Kind {
    for (;;) {
      const lineno = this.lineHere
      const col_offset = this.columnOf(this.pos)
      const { text, stop, width } = this.formattedText(quotes, isRaw, isFormat)
      const at = { lineno, col_offset, end_lineno: this.lineHere, end_col_offset: this.columnOf(this.pos - width) }
      parts.addText(isRaw ? text : unescape(text), at)
      if (stop !== Kind.OpenBrace) return stop
      this.field(parts, quotes, isRaw)
    }
  }

  /** A field, behind its brace. */
  private field(parts: Parts, quotes: string, isRaw: boolean): void {
    const lineno = this.lineHere
    const col_offset = this.columnOf(this.pos) - 1
    const { depth, fieldDepth, pos } = this
    this.depth = this.fieldDepth = depth + 1
    this.next()
    const { lineno: line, col_offset: column } = this
    const value = this.valueOfField()
    let conversion = noConversion
    const isShown = this.kind === Kind.Equal
    if (isShown) {
      this.next()
      const { lineno: end_lineno, col_offset: end_col_offset } = this
      const shown = this.text.slice(pos, this.start)
      parts.addText(shown, { lineno: line, col_offset: column, end_lineno, end_col_offset })
    }
    if (this.kind === Kind.Bang) {
      this.next()
      conversion = conversions.get(this.value) ?? this.fail('f-string: invalid conversion character')
      this.expect(Kind.Name)
    }
    const format_spec = this.kind === Kind.Colon ? this.format(quotes, isRaw) : undefined
    if (format_spec === undefined && this.kind !== Kind.CloseBrace) this.fail("f-string: expecting '}'")
    if (isShown && conversion === noConversion && format_spec === undefined) conversion = 114
    this.depth = depth
    this.fieldDepth = fieldDepth
    const end = { end_lineno: this.lineHere, end_col_offset: this.columnOf(this.pos) }
    const format = format_spec === undefined ? {} : { format_spec }
    parts.addValue({ nodeType: 'FormattedValue', value, conversion, ...format, lineno, col_offset, ...end })
  }

  /** What stands behind the colon of a field, with the brace that ends it. */
  private format(quotes: string, isRaw: boolean): ExpressionNode {
    const { lineno, col_offset } = this
    const parts = new Parts()
    if (this.pieces(parts, quotes, isRaw, true) !== Kind.CloseBrace) this.fail("f-string: expecting '}'")
    parts.endText()
    const end = { end_lineno: this.lineHere, end_col_offset: this.columnOf(this.pos) - 1 }
    return { nodeType: 'JoinedStr', values: parts.values, lineno, col_offset, ...end }
  }
}
