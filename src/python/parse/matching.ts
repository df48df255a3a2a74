// The patterns of `match`.
import { Kind } from './kinds.ts'
import { load } from './nodes.ts'
import { ParameterParser } from './parameters.ts'
import type { ExpressionNode, PatternNode } from './tree.ts'

export abstract class PatternParser extends ParameterParser {
  /** The pattern behind `case`: a sequence where there is a comma. */
  protected patterns(): PatternNode {
    const { lineno, col_offset } = this
    const first = this.starPattern()
    if (this.kind !== Kind.Comma) {
      if (first.nodeType === 'MatchStar') this.fail()
      return first
    }
    const patterns = [first]
    while (this.take(Kind.Comma) && !this.at(Kind.Colon) && !this.at(Kind.If)) patterns.push(this.starPattern())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'MatchSequence', patterns, lineno, col_offset, end_lineno, end_col_offset }
  }

  private starPattern(): PatternNode {
    const { lineno, col_offset } = this
    if (!this.take(Kind.Star)) return this.pattern()
    const captured = this.name()
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return captured === '_' ? { nodeType: 'MatchStar', ...at } : { nodeType: 'MatchStar', name: captured, ...at }
  }

  private pattern(): PatternNode {
    const { lineno, col_offset } = this
    const pattern = this.alternatives()
    if (!this.take(Kind.As)) return pattern
    if (this.value === '_') this.fail("cannot use '_' as a target")
    const name = this.name()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'MatchAs', pattern, name, lineno, col_offset, end_lineno, end_col_offset }
  }

  private alternatives(): PatternNode {
    const { lineno, col_offset } = this
    const first = this.closedPattern()
    if (this.kind !== Kind.Bar) return first
    const patterns = [first]
    while (this.take(Kind.Bar)) patterns.push(this.closedPattern())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'MatchOr', patterns, lineno, col_offset, end_lineno, end_col_offset }
  }

  private closedPattern(): PatternNode {
    switch (this.kind) {
      case Kind.None:
      case Kind.True:
      case Kind.False:
        return this.singleton()
      case Kind.Name:
        return this.nameOrClass()
      case Kind.OpenBrace:
        return this.mapping()
      case Kind.OpenBracket:
      case Kind.OpenParenthesis:
        return this.sequence()
      default:
        return this.literal()
    }
  }

  private singleton(): PatternNode {
    const { kind, lineno, col_offset } = this
    this.next()
    const { end_lineno, end_col_offset } = this
    const value = kind === Kind.None ? null : kind === Kind.True
    return { nodeType: 'MatchSingleton', value, lineno, col_offset, end_lineno, end_col_offset }
  }

  private literal(): PatternNode {
    const value = this.literalValue()
    const { lineno, col_offset, end_lineno, end_col_offset } = value
    return { nodeType: 'MatchValue', value, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** A string or a number, which may be signed, and complex. */
  private literalValue(): ExpressionNode {
    const { kind } = this
    const value = kind === Kind.String || kind === Kind.Number || kind === Kind.Minus ? this.binary(5) : this.fail()
    const parts = value.nodeType === 'BinOp' ? [value.left, value.right] : [value]
    const isLiteral = parts.every((e) => (e.nodeType === 'UnaryOp' ? e.operand : e).nodeType === 'Constant')
    if (!isLiteral)
      this.failAt('patterns may only match literals and attribute lookups', value.lineno, value.col_offset)
    return value
  }

  private nameOrClass(): PatternNode {
    const { lineno, col_offset } = this
    const name = this.name()
    if (this.kind !== Kind.Dot && this.kind !== Kind.OpenParenthesis) {
      const { end_lineno, end_col_offset } = this
      const at = { lineno, col_offset, end_lineno, end_col_offset }
      return name === '_' ? { nodeType: 'MatchAs', ...at } : { nodeType: 'MatchAs', name, ...at }
    }
    const value = this.dotted(name, lineno, col_offset)
    if (this.kind === Kind.OpenParenthesis) return this.classPattern(value)
    const { end_lineno, end_col_offset } = value
    return { nodeType: 'MatchValue', value, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** The rest of a dotted name. */
  private dotted(id: string, lineno: number, col_offset: number): ExpressionNode {
    const { end_lineno: line, end_col_offset: column } = this
    const first = { lineno, col_offset, end_lineno: line, end_col_offset: column }
    let node: ExpressionNode = { nodeType: 'Name', id, ctx: load, ...first }
    while (this.take(Kind.Dot)) {
      const attr = this.name()
      const { end_lineno, end_col_offset } = this
      node = { nodeType: 'Attribute', value: node, attr, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
    }
    return node
  }

  private classPattern(cls: ExpressionNode): PatternNode {
    const patterns: PatternNode[] = []
    const kwd_attrs: string[] = []
    const kwd_patterns: PatternNode[] = []
    this.next()
    while (this.kind !== Kind.CloseParenthesis) {
      const { kind } = this
      const pattern = this.pattern()
      if (kind === Kind.Name && pattern.nodeType === 'MatchAs' && this.take(Kind.Equal)) {
        kwd_attrs.push(pattern.name ?? '_')
        kwd_patterns.push(this.pattern())
      } else if (kwd_attrs.length > 0) this.fail('positional patterns follow keyword patterns')
      else patterns.push(pattern)
      if (!this.take(Kind.Comma)) break
    }
    this.expect(Kind.CloseParenthesis)
    const { lineno, col_offset } = cls
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType: 'MatchClass', cls, patterns, kwd_attrs, kwd_patterns, ...at }
  }

  private mapping(): PatternNode {
    const { lineno, col_offset } = this
    const keys: ExpressionNode[] = []
    const patterns: PatternNode[] = []
    let rest: string | undefined
    this.next()
    while (this.kind !== Kind.CloseBrace) {
      if (rest !== undefined) this.fail()
      if (this.take(Kind.DoubleStar)) rest = this.name()
      else {
        keys.push(this.mappingKey())
        this.expect(Kind.Colon)
        patterns.push(this.pattern())
      }
      if (!this.take(Kind.Comma)) break
    }
    this.expect(Kind.CloseBrace)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'MatchMapping', keys, patterns, rest, lineno, col_offset, end_lineno, end_col_offset }
  }

  private mappingKey(): ExpressionNode {
    const { kind, lineno, col_offset } = this
    if (kind === Kind.None || kind === Kind.True || kind === Kind.False) return this.atom()
    if (kind !== Kind.Name) return this.literalValue()
    const name = this.name()
    return this.kind === Kind.Dot ? this.dotted(name, lineno, col_offset) : this.fail()
  }

  /** Brackets; parentheses around one pattern are no more than that. */
  private sequence(): PatternNode {
    const { lineno, col_offset } = this
    const isParenthesis = this.kind === Kind.OpenParenthesis
    const end = isParenthesis ? Kind.CloseParenthesis : Kind.CloseBracket
    const patterns: PatternNode[] = []
    let commas = 0
    this.next()
    while (this.kind !== end) {
      patterns.push(this.starPattern())
      if (!this.take(Kind.Comma)) break
      commas++
    }
    this.expect(end)
    const [only] = patterns
    if (isParenthesis && commas === 0 && only !== undefined) return only
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'MatchSequence', patterns, lineno, col_offset, end_lineno, end_col_offset }
  }
}
