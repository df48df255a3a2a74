// Expressions, by precedence: CPython's grammar, read from left to right without going back.
import { Kind } from './kinds.ts'
import { StringParser } from './literals.ts'
import {
  and,
  comparisons,
  del,
  isNot,
  load,
  not,
  notIn,
  numberOf,
  operatorNodes,
  or,
  power,
  precedences,
  signs,
  store,
} from './nodes.ts'
import type { Comprehension, Context, ExpressionNode, Keyword, Node, ParametersNode } from './tree.ts'

/** What a target is called where there can be none. */
const targetless: Readonly<Partial<Record<ExpressionNode['nodeType'], string>>> = {
  Call: 'function call',
  Compare: 'comparison',
  Constant: 'literal',
  Lambda: 'lambda',
}

export abstract class ExpressionParser extends StringParser {
  /** Parameters up to a token of the given kind. */
  protected abstract parameters(end: Kind, annotated: boolean): ParametersNode

  // --- Lists of expressions ---------------------------------------------------------------------------------------

  /** `a, *b`: a tuple where there is a comma. */
  protected starExpressions(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.starExpression()
    return this.kind === Kind.Comma ? this.tupleFrom(first, lineno, col_offset) : first
  }

  /** The same of expressions that may assign: what `match` looks at. */
  protected starNamedExpressions(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.starNamed()
    if (this.kind !== Kind.Comma) return this.unstarred(first)
    const elts = [first]
    while (this.take(Kind.Comma) && this.startsExpression()) elts.push(this.starNamed())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Tuple', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** The rest of a tuple without parentheses, at the comma behind its first element. */
  private tupleFrom(first: ExpressionNode, lineno: number, col_offset: number): ExpressionNode {
    const elts = [first]
    while (this.take(Kind.Comma) && this.startsExpression()) elts.push(this.starExpression())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Tuple', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  protected starExpression(): ExpressionNode {
    return this.kind === Kind.Star ? this.starred() : this.expression()
  }

  private starNamed(): ExpressionNode {
    return this.kind === Kind.Star ? this.starred() : this.namedExpression()
  }

  private starred(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    const value = this.binary(1)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Starred', value, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** Whether the current token can begin an expression: behind a comma that may be the last. */
  private startsExpression(): boolean {
    switch (this.kind) {
      case Kind.Name:
      case Kind.Number:
      case Kind.String:
      case Kind.Formatted:
      case Kind.Await:
      case Kind.False:
      case Kind.Lambda:
      case Kind.None:
      case Kind.Not:
      case Kind.True:
      case Kind.OpenParenthesis:
      case Kind.OpenBracket:
      case Kind.OpenBrace:
      case Kind.Ellipsis:
      case Kind.Plus:
      case Kind.Minus:
      case Kind.Star:
      case Kind.Tilde:
        return true
      default:
        return false
    }
  }

  protected override valueOfField(): ExpressionNode {
    return this.kind === Kind.Yield ? this.yielded() : this.starExpressions()
  }

  protected yielded(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    if (this.take(Kind.From)) {
      const value = this.expression()
      const { end_lineno, end_col_offset } = this
      return { nodeType: 'YieldFrom', value, lineno, col_offset, end_lineno, end_col_offset }
    }
    const value = this.startsExpression() ? this.starExpressions() : undefined
    const { end_lineno, end_col_offset } = this
    if (value === undefined) return { nodeType: 'Yield', lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType: 'Yield', value, lineno, col_offset, end_lineno, end_col_offset }
  }

  // --- Operators --------------------------------------------------------------------------------------------------

  protected namedExpression(): ExpressionNode {
    const { kind, lineno, col_offset } = this
    const target = this.expression()
    if (this.kind !== Kind.Walrus || kind !== Kind.Name || target.nodeType !== 'Name') return target
    return this.assigned(target, lineno, col_offset)
  }

  /** An assignment within an expression, at its operator. */
  private assigned(name: ExpressionNode, lineno: number, col_offset: number): ExpressionNode {
    this.next()
    const target = this.bound(name, store)
    const value = this.expression()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'NamedExpr', target, value, lineno, col_offset, end_lineno, end_col_offset }
  }

  protected expression(): ExpressionNode {
    if (this.kind === Kind.Lambda) return this.lambda()
    const { lineno, col_offset } = this
    const body = this.disjunction()
    if (this.kind !== Kind.If) return body
    this.next()
    const test = this.disjunction()
    this.expect(Kind.Else, "expected 'else' after 'if' expression")
    const orelse = this.expression()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'IfExp', test, body, orelse, lineno, col_offset, end_lineno, end_col_offset }
  }

  private lambda(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    const args = this.parameters(Kind.Colon, false)
    this.expect(Kind.Colon, "expected ':'")
    const body = this.expression()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Lambda', args, body, lineno, col_offset, end_lineno, end_col_offset }
  }

  private disjunction(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.conjunction()
    if (this.kind !== Kind.Or) return first
    const values = [first]
    while (this.take(Kind.Or)) values.push(this.conjunction())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'BoolOp', op: or, values, lineno, col_offset, end_lineno, end_col_offset }
  }

  private conjunction(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.inversion()
    if (this.kind !== Kind.And) return first
    const values = [first]
    while (this.take(Kind.And)) values.push(this.inversion())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'BoolOp', op: and, values, lineno, col_offset, end_lineno, end_col_offset }
  }

  private inversion(): ExpressionNode {
    const { lineno, col_offset } = this
    if (!this.take(Kind.Not)) return this.comparison()
    const operand = this.inversion()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'UnaryOp', op: not, operand, lineno, col_offset, end_lineno, end_col_offset }
  }

  private comparison(): ExpressionNode {
    const { lineno, col_offset } = this
    const left = this.binary(1)
    let op = this.comparisonOperator()
    if (op === undefined) return left
    const ops: Node<'Compare'>['ops'][number][] = []
    const comparators: ExpressionNode[] = []
    for (; op !== undefined; op = this.comparisonOperator()) {
      ops.push(op)
      comparators.push(this.binary(1))
    }
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Compare', left, ops, comparators, lineno, col_offset, end_lineno, end_col_offset }
  }

  private comparisonOperator(): Node<'Compare'>['ops'][number] | undefined {
    const { kind } = this
    if (kind === Kind.Not) {
      this.next()
      this.expect(Kind.In)
      return notIn
    }
    const op = comparisons[kind]
    if (op === undefined) return undefined
    this.next()
    return kind === Kind.Is && this.take(Kind.Not) ? isNot : op
  }

  /** Operators that bind at least as tightly as the given precedence. */
  protected binary(precedence: number): ExpressionNode {
    const { lineno, col_offset } = this
    let left = this.unary()
    for (;;) {
      const { kind } = this
      const own = precedences[kind] ?? 0
      const op = operatorNodes[kind]
      if (own < precedence || op === undefined || own === 0) return left
      this.next()
      const right = this.binary(own + 1)
      const { end_lineno, end_col_offset } = this
      left = { nodeType: 'BinOp', left, op, right, lineno, col_offset, end_lineno, end_col_offset }
    }
  }

  private unary(): ExpressionNode {
    const { lineno, col_offset } = this
    const op = signs[this.kind]
    if (op === undefined) return this.power()
    this.next()
    const operand = this.unary()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'UnaryOp', op, operand, lineno, col_offset, end_lineno, end_col_offset }
  }

  private power(): ExpressionNode {
    const { lineno, col_offset } = this
    const left = this.kind === Kind.Await ? this.awaited() : this.primary()
    if (this.kind !== Kind.DoubleStar) return left
    this.next()
    const right = this.unary()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'BinOp', left, op: power, right, lineno, col_offset, end_lineno, end_col_offset }
  }

  private awaited(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    const value = this.primary()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Await', value, lineno, col_offset, end_lineno, end_col_offset }
  }

  // --- Attributes, calls and subscripts ---------------------------------------------------------------------------

  private primary(): ExpressionNode {
    const { lineno, col_offset } = this
    let node = this.atom()
    for (;;) {
      if (this.kind === Kind.Dot) {
        this.next()
        const attr = this.name()
        const { end_lineno, end_col_offset } = this
        node = { nodeType: 'Attribute', value: node, attr, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
      } else if (this.kind === Kind.OpenParenthesis) {
        const args: ExpressionNode[] = []
        const keywords: Keyword[] = []
        this.callArguments(args, keywords)
        const { end_lineno, end_col_offset } = this
        node = { nodeType: 'Call', func: node, args, keywords, lineno, col_offset, end_lineno, end_col_offset }
      } else if (this.kind === Kind.OpenBracket) {
        this.next()
        const slice = this.slices()
        this.expect(Kind.CloseBracket)
        const { end_lineno, end_col_offset } = this
        node = { nodeType: 'Subscript', value: node, slice, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
      } else return node
    }
  }

  /** What stands in the parentheses of a call or a class, parentheses included. */
  protected callArguments(args: ExpressionNode[], keywords: Keyword[]): void {
    const { lineno, col_offset } = this
    this.next()
    while (this.kind !== Kind.CloseParenthesis) {
      const { lineno: line, col_offset: column } = this
      const argument = this.argument(keywords)
      if (argument !== undefined && (this.kind === Kind.For || this.kind === Kind.Async)) {
        const generators = this.comprehensions()
        if (args.length + keywords.length > 0 || !this.at(Kind.CloseParenthesis)) {
          this.failAt('Generator expression must be parenthesized', line, column)
        }
        this.next()
        const { end_lineno, end_col_offset } = this
        const at = { lineno, col_offset, end_lineno, end_col_offset }
        args.push({ nodeType: 'GeneratorExp', elt: argument, generators, ...at })
        return
      }
      if (argument !== undefined) args.push(argument)
      if (!this.take(Kind.Comma)) break
    }
    this.expect(Kind.CloseParenthesis)
  }

  /** A positional argument; one with a name, or behind `**`, goes to the keywords. */
  private argument(keywords: Keyword[]): ExpressionNode | undefined {
    const { kind, lineno, col_offset } = this
    const isUnpacked = keywords.length > 0 && keywords.some((k) => k.arg === undefined)
    if (kind === Kind.Star) {
      if (isUnpacked) this.fail('iterable argument unpacking follows keyword argument unpacking')
      this.next()
      const value = this.expression()
      const { end_lineno, end_col_offset } = this
      return { nodeType: 'Starred', value, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
    }
    if (kind === Kind.DoubleStar) {
      this.next()
      const value = this.expression()
      const { end_lineno, end_col_offset } = this
      keywords.push({ nodeType: 'Keyword', value, lineno, col_offset, end_lineno, end_col_offset })
      return undefined
    }
    const first = this.namedExpression()
    if (this.kind === Kind.Equal && kind === Kind.Name && first.nodeType === 'Name') {
      this.next()
      const value = this.expression()
      const { end_lineno, end_col_offset } = this
      keywords.push({ nodeType: 'Keyword', arg: first.id, value, lineno, col_offset, end_lineno, end_col_offset })
      return undefined
    }
    if (keywords.length > 0) {
      const behind = isUnpacked ? 'keyword argument unpacking' : 'keyword argument'
      this.failAt(`positional argument follows ${behind}`, lineno, col_offset)
    }
    return first
  }

  private slices(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.slice()
    if (this.kind !== Kind.Comma && first.nodeType !== 'Starred') return first
    const elts = [first]
    while (this.take(Kind.Comma) && !this.at(Kind.CloseBracket)) elts.push(this.slice())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Tuple', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  private slice(): ExpressionNode {
    const { lineno, col_offset } = this
    if (this.kind === Kind.Star) return this.starred()
    const lower = this.kind === Kind.Colon ? undefined : this.namedExpression()
    if (lower !== undefined && this.kind !== Kind.Colon) return lower
    this.next()
    const upper = this.endsSlice() ? undefined : this.expression()
    const step = this.take(Kind.Colon) && !this.endsSlice() ? this.expression() : undefined
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Slice', lower, upper, step, lineno, col_offset, end_lineno, end_col_offset }
  }

  private endsSlice(): boolean {
    return this.kind === Kind.Colon || this.kind === Kind.Comma || this.kind === Kind.CloseBracket
  }

  // --- Atoms ------------------------------------------------------------------------------------------------------

  protected atom(): ExpressionNode {
    const { kind, lineno, col_offset } = this
    switch (kind) {
      case Kind.Name: {
        const id = this.value
        this.next()
        const { end_lineno, end_col_offset } = this
        return { nodeType: 'Name', id, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
      }
      case Kind.Number: {
        const value = numberOf(this.value)
        this.next()
        const { end_lineno, end_col_offset } = this
        return { nodeType: 'Constant', value, lineno, col_offset, end_lineno, end_col_offset }
      }
      case Kind.String:
      case Kind.Formatted:
        return this.strings()
      case Kind.None:
      case Kind.True:
      case Kind.False:
      case Kind.Ellipsis: {
        const value = kind === Kind.None ? null : kind === Kind.Ellipsis ? '...' : kind === Kind.True
        this.next()
        const { end_lineno, end_col_offset } = this
        return { nodeType: 'Constant', value, lineno, col_offset, end_lineno, end_col_offset }
      }
      case Kind.OpenParenthesis:
        return this.parenthesized()
      case Kind.OpenBracket:
        return this.list()
      case Kind.OpenBrace:
        return this.braced()
      default:
        return this.fail()
    }
  }

  private parenthesized(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    const elts: ExpressionNode[] = []
    if (this.kind === Kind.Yield) {
      const value = this.yielded()
      this.expect(Kind.CloseParenthesis)
      return value
    }
    if (this.kind !== Kind.CloseParenthesis) {
      const first = this.starNamed()
      if (this.kind === Kind.For || this.kind === Kind.Async) {
        const generators = this.comprehensions()
        this.expect(Kind.CloseParenthesis)
        const { end_lineno, end_col_offset } = this
        const at = { lineno, col_offset, end_lineno, end_col_offset }
        return { nodeType: 'GeneratorExp', elt: this.unstarred(first), generators, ...at }
      }
      if (this.kind !== Kind.Comma) {
        this.expect(Kind.CloseParenthesis)
        return this.unstarred(first)
      }
      elts.push(first)
      while (this.take(Kind.Comma) && !this.at(Kind.CloseParenthesis)) elts.push(this.starNamed())
    }
    this.expect(Kind.CloseParenthesis)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Tuple', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  protected unstarred(node: ExpressionNode): ExpressionNode {
    if (node.nodeType === 'Starred') {
      this.failAt('cannot use starred expression here', node.lineno, node.col_offset)
    }
    return node
  }

  private list(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    const elts: ExpressionNode[] = []
    while (this.kind !== Kind.CloseBracket) {
      const element = this.starNamed()
      if (elts.length === 0 && (this.kind === Kind.For || this.kind === Kind.Async)) {
        const generators = this.comprehensions()
        this.expect(Kind.CloseBracket)
        const { end_lineno, end_col_offset } = this
        const at = { lineno, col_offset, end_lineno, end_col_offset }
        return { nodeType: 'ListComp', elt: this.unstarred(element), generators, ...at }
      }
      elts.push(element)
      if (!this.take(Kind.Comma)) break
    }
    this.expect(Kind.CloseBracket)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'List', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** A dict or a set. */
  private braced(): ExpressionNode {
    const { lineno, col_offset } = this
    this.next()
    if (this.kind === Kind.CloseBrace || this.kind === Kind.DoubleStar) return this.dict([], [], lineno, col_offset)
    const first = this.starNamed()
    if (first.nodeType !== 'Starred' && this.take(Kind.Colon)) {
      const value = this.expression()
      if (this.kind !== Kind.For && this.kind !== Kind.Async) return this.dict([first], [value], lineno, col_offset)
      const generators = this.comprehensions()
      this.expect(Kind.CloseBrace)
      const { end_lineno, end_col_offset } = this
      return { nodeType: 'DictComp', key: first, value, generators, lineno, col_offset, end_lineno, end_col_offset }
    }
    if (this.kind === Kind.For || this.kind === Kind.Async) {
      const generators = this.comprehensions()
      this.expect(Kind.CloseBrace)
      const { end_lineno, end_col_offset } = this
      const at = { lineno, col_offset, end_lineno, end_col_offset }
      return { nodeType: 'SetComp', elt: this.unstarred(first), generators, ...at }
    }
    const elts = [first]
    while (this.take(Kind.Comma) && !this.at(Kind.CloseBrace)) elts.push(this.starNamed())
    this.expect(Kind.CloseBrace)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Set', elts, lineno, col_offset, end_lineno, end_col_offset }
  }

  /** The rest of a dict, behind the entries that are given. */
  private dict(
    keys: (ExpressionNode | null)[],
    values: ExpressionNode[],
    lineno: number,
    col_offset: number,
  ): ExpressionNode {
    if (keys.length > 0 && !this.at(Kind.CloseBrace)) this.expect(Kind.Comma)
    while (this.kind !== Kind.CloseBrace) {
      if (this.take(Kind.DoubleStar)) {
        keys.push(null)
        values.push(this.binary(1))
      } else {
        keys.push(this.expression())
        this.expect(Kind.Colon, "':' expected after dictionary key")
        values.push(this.expression())
      }
      if (!this.take(Kind.Comma)) break
    }
    this.expect(Kind.CloseBrace)
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Dict', keys, values, lineno, col_offset, end_lineno, end_col_offset }
  }

  private comprehensions(): Comprehension[] {
    const generators: Comprehension[] = []
    while (this.kind === Kind.For || this.kind === Kind.Async) {
      const is_async = this.take(Kind.Async) ? 1 : 0
      this.expect(Kind.For)
      const target = this.targets()
      this.expect(Kind.In)
      const iter = this.disjunction()
      const ifs: ExpressionNode[] = []
      while (this.take(Kind.If)) ifs.push(this.condition())
      generators.push({ nodeType: 'Comprehension', target, iter, ifs, is_async })
    }
    return generators
  }

  /** What stands behind `if` in a comprehension: a second `if` there begins a condition of its own. */
  private condition(): ExpressionNode {
    const { kind, lineno, col_offset } = this
    const node = this.disjunction()
    if (this.kind !== Kind.Walrus || kind !== Kind.Name) return node
    return this.assigned(node, lineno, col_offset)
  }

  // --- Targets ----------------------------------------------------------------------------------------------------

  /** What `for` binds: up to `in`, which would otherwise be an operator. */
  protected targets(): ExpressionNode {
    const { lineno, col_offset } = this
    const first = this.target()
    if (this.kind !== Kind.Comma) return this.bound(first, store)
    const elts = [first]
    while (this.take(Kind.Comma) && this.startsExpression()) elts.push(this.target())
    const { end_lineno, end_col_offset } = this
    const tuple: ExpressionNode = { nodeType: 'Tuple', elts, ctx: load, lineno, col_offset, end_lineno, end_col_offset }
    return this.bound(tuple, store)
  }

  protected target(): ExpressionNode {
    return this.kind === Kind.Star ? this.starred() : this.primary()
  }

  /** The same node as a target: of an assignment, or of `del`. */
  protected bound(node: ExpressionNode, ctx: Context): ExpressionNode {
    switch (node.nodeType) {
      case 'Name':
      case 'Attribute':
      case 'Subscript':
        return { ...node, ctx }
      case 'Starred':
        if (ctx === del) break
        return { ...node, value: this.bound(node.value, ctx), ctx }
      case 'Tuple':
      case 'List':
        return { ...node, elts: node.elts.map((e) => this.bound(e, ctx)), ctx }
      default:
    }
    const what = targetless[node.nodeType] ?? 'expression'
    const verb = ctx === del ? 'delete' : 'assign to'
    return this.failAt(`cannot ${verb} ${what}`, node.lineno, node.col_offset)
  }
}
