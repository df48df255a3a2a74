// Statements.
import { isAnalysisError } from '../../text/index.ts'
import { Kind } from './kinds.ts'
import { PatternParser } from './matching.ts'
import { assignedOperators, del, store } from './nodes.ts'
import type {
  Alias,
  ClassNode,
  ExpressionNode,
  FunctionNode,
  Handler,
  Keyword,
  MatchCaseNode,
  StatementNode,
  WithItem,
} from './tree.ts'

const notOfThisPython = 'are not part of Python 3.11'

export class StatementParser extends PatternParser {
  /** All statements of the text. */
  statements(): StatementNode[] {
    const statements: StatementNode[] = []
    while (this.kind !== Kind.End) {
      if (this.kind === Kind.Newline) this.next()
      else this.statement(statements)
    }
    return statements
  }

  /** `def f(a) -> b:` or `class A(b):`, whose suite is elsewhere. */
  header(): StatementNode {
    const node = this.kind === Kind.Class ? this.classDefinition([], false) : this.functionDefinition([], false)
    if (this.kind !== Kind.Newline) this.fail()
    return node
  }

  /** The decorators that a text consists of. */
  decorators(): ExpressionNode[] {
    const decorators: ExpressionNode[] = []
    while (this.take(Kind.At)) {
      decorators.push(this.namedExpression())
      this.expect(Kind.Newline)
    }
    return decorators
  }

  private statement(into: StatementNode[]): void {
    switch (this.kind) {
      case Kind.If:
        return void into.push(this.ifStatement())
      case Kind.For:
        return void into.push(this.forStatement(this.lineno, this.col_offset, 'For'))
      case Kind.While:
        return void into.push(this.whileStatement())
      case Kind.Try:
        return void into.push(this.tryStatement())
      case Kind.With:
        return void into.push(this.withStatement(this.lineno, this.col_offset, 'With'))
      case Kind.Def:
        return void into.push(this.functionDefinition([], true))
      case Kind.Class:
        return void into.push(this.classDefinition([], true))
      case Kind.At:
        return void into.push(this.decorated())
      case Kind.Async:
        return void into.push(this.asyncStatement())
      case Kind.Indent:
        return this.fail('unexpected indent')
      case Kind.Dedent:
        return this.fail('unindent does not match any outer indentation level')
      default:
    }
    const matched = this.kind === Kind.Name && this.value === 'match' ? this.matchStatement() : undefined
    if (matched === undefined) this.simpleStatements(into)
    else into.push(matched)
  }

  // --- Simple statements ------------------------------------------------------------------------------------------

  private simpleStatements(into: StatementNode[]): void {
    do {
      if (this.kind === Kind.Newline) break
      into.push(this.simpleStatement())
    } while (this.take(Kind.Semicolon))
    this.expect(Kind.Newline)
  }

  private simpleStatement(): StatementNode {
    const { kind, lineno, col_offset } = this
    switch (kind) {
      case Kind.Return: {
        this.next()
        const value = this.endsStatement() ? undefined : this.starExpressions()
        const { end_lineno, end_col_offset } = this
        return { nodeType: 'Return', value, lineno, col_offset, end_lineno, end_col_offset }
      }
      case Kind.Pass:
      case Kind.Break:
      case Kind.Continue: {
        this.next()
        const nodeType = kind === Kind.Pass ? 'Pass' : kind === Kind.Break ? 'Break' : 'Continue'
        const { end_lineno, end_col_offset } = this
        return { nodeType, lineno, col_offset, end_lineno, end_col_offset }
      }
      case Kind.Raise:
        return this.raiseStatement()
      case Kind.Import:
        return this.importStatement()
      case Kind.From:
        return this.importFrom()
      case Kind.Assert:
        return this.assertStatement()
      case Kind.Del:
        return this.deleteStatement()
      case Kind.Global:
      case Kind.Nonlocal: {
        this.next()
        const names = [this.name()]
        while (this.take(Kind.Comma)) names.push(this.name())
        const { end_lineno, end_col_offset } = this
        const nodeType = kind === Kind.Global ? 'Global' : 'Nonlocal'
        return { nodeType, names, lineno, col_offset, end_lineno, end_col_offset }
      }
      default:
        return this.expressionStatement()
    }
  }

  private endsStatement(): boolean {
    return this.kind === Kind.Newline || this.kind === Kind.Semicolon
  }

  private valueOrYield(): ExpressionNode {
    return this.kind === Kind.Yield ? this.yielded() : this.starExpressions()
  }

  /** An expression, or one that is assigned to. */
  private expressionStatement(): StatementNode {
    const { kind, lineno, col_offset } = this
    const first = this.valueOrYield()
    if (this.kind === Kind.Equal) return this.assignment(first, lineno, col_offset)
    if (this.kind === Kind.Colon) return this.annotated(first, kind === Kind.Name, lineno, col_offset)
    const op = assignedOperators[this.kind]
    if (op !== undefined) {
      const isPlace = first.nodeType === 'Name' || first.nodeType === 'Attribute' || first.nodeType === 'Subscript'
      if (!isPlace) this.failAt('illegal expression for augmented assignment', first.lineno, first.col_offset)
      this.next()
      const value = this.valueOrYield()
      const target = this.bound(first, store)
      const { end_lineno, end_col_offset } = this
      return { nodeType: 'AugAssign', target, op, value, lineno, col_offset, end_lineno, end_col_offset }
    }
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Expr', value: first, lineno, col_offset, end_lineno, end_col_offset }
  }

  private assignment(first: ExpressionNode, lineno: number, col_offset: number): StatementNode {
    const targets: ExpressionNode[] = []
    let value = first
    while (this.take(Kind.Equal)) {
      if (value.nodeType === 'Starred') {
        this.failAt('starred assignment target must be in a list or tuple', value.lineno, value.col_offset)
      }
      targets.push(this.bound(value, store))
      value = this.valueOrYield()
    }
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Assign', targets, value, lineno, col_offset, end_lineno, end_col_offset }
  }

  private annotated(place: ExpressionNode, isBare: boolean, lineno: number, col_offset: number): StatementNode {
    const isPlace = place.nodeType === 'Name' || place.nodeType === 'Attribute' || place.nodeType === 'Subscript'
    if (!isPlace) this.failAt('illegal target for annotation', place.lineno, place.col_offset)
    this.next()
    const annotation = this.expression()
    const value = this.take(Kind.Equal) ? this.valueOrYield() : undefined
    const target = this.bound(place, store)
    const simple = isBare && place.nodeType === 'Name' ? 1 : 0
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType: 'AnnAssign', target, annotation, value, simple, ...at }
  }

  private raiseStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const exc = this.endsStatement() ? undefined : this.expression()
    const cause = exc !== undefined && this.take(Kind.From) ? this.expression() : undefined
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Raise', exc, cause, lineno, col_offset, end_lineno, end_col_offset }
  }

  private assertStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const test = this.expression()
    const msg = this.take(Kind.Comma) ? this.expression() : undefined
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Assert', test, msg, lineno, col_offset, end_lineno, end_col_offset }
  }

  private deleteStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const targets: ExpressionNode[] = []
    do targets.push(this.bound(this.target(), del))
    while (this.take(Kind.Comma) && !this.endsStatement())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Delete', targets, lineno, col_offset, end_lineno, end_col_offset }
  }

  private importStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const names = [this.alias(true)]
    while (this.take(Kind.Comma)) names.push(this.alias(true))
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Import', names, lineno, col_offset, end_lineno, end_col_offset }
  }

  private alias(isDotted: boolean): Alias {
    const { lineno, col_offset } = this
    const name = isDotted ? this.dottedName() : this.name()
    const asname = this.take(Kind.As) ? this.name() : undefined
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Alias', name, asname, lineno, col_offset, end_lineno, end_col_offset }
  }

  private dottedName(): string {
    let name = this.name()
    while (this.take(Kind.Dot)) name += `.${this.name()}`
    return name
  }

  private importFrom(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    let level = 0
    for (; this.kind === Kind.Dot || this.kind === Kind.Ellipsis; this.next()) level += this.kind === Kind.Dot ? 1 : 3
    const module = level > 0 && this.kind === Kind.Import ? undefined : this.dottedName()
    this.expect(Kind.Import)
    const names = this.importedNames()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'ImportFrom', module, names, level, lineno, col_offset, end_lineno, end_col_offset }
  }

  private importedNames(): Alias[] {
    const { lineno, col_offset } = this
    if (this.take(Kind.Star)) {
      const { end_lineno, end_col_offset } = this
      return [{ nodeType: 'Alias', name: '*', lineno, col_offset, end_lineno, end_col_offset }]
    }
    const isParenthesized = this.take(Kind.OpenParenthesis)
    const names = [this.alias(false)]
    while (this.take(Kind.Comma)) {
      if (isParenthesized && this.kind === Kind.CloseParenthesis) break
      names.push(this.alias(false))
    }
    if (isParenthesized) this.expect(Kind.CloseParenthesis)
    return names
  }

  // --- Compound statements ----------------------------------------------------------------------------------------

  /** The colon and what belongs to it: an indented block, or statements on the same line. */
  private block(): StatementNode[] {
    this.expect(Kind.Colon, "expected ':'")
    const statements: StatementNode[] = []
    if (!this.take(Kind.Newline)) {
      this.simpleStatements(statements)
      return statements
    }
    this.expect(Kind.Indent, 'expected an indented block')
    while (!this.take(Kind.Dedent)) this.statement(statements)
    return statements
  }

  private ifStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const test = this.namedExpression()
    const body = this.block()
    const orelse = this.kind === Kind.Elif ? [this.ifStatement()] : this.elseBlock()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'If', test, body, orelse, lineno, col_offset, end_lineno, end_col_offset }
  }

  private elseBlock(): StatementNode[] {
    return this.take(Kind.Else) ? this.block() : []
  }

  private forStatement(lineno: number, col_offset: number, nodeType: 'For' | 'AsyncFor'): StatementNode {
    this.next()
    const target = this.targets()
    this.expect(Kind.In)
    const iter = this.starExpressions()
    const body = this.block()
    const orelse = this.elseBlock()
    const { end_lineno, end_col_offset } = this
    return { nodeType, target, iter, body, orelse, lineno, col_offset, end_lineno, end_col_offset }
  }

  private whileStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const test = this.namedExpression()
    const body = this.block()
    const orelse = this.elseBlock()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'While', test, body, orelse, lineno, col_offset, end_lineno, end_col_offset }
  }

  private withStatement(lineno: number, col_offset: number, nodeType: 'With' | 'AsyncWith'): StatementNode {
    this.next()
    const items = this.parenthesizedItems() ?? this.withItems(Kind.Colon)
    const body = this.block()
    const { end_lineno, end_col_offset } = this
    return { nodeType, items, body, lineno, col_offset, end_lineno, end_col_offset }
  }

  private withItems(end: Kind): WithItem[] {
    const items = [this.withItem()]
    while (this.take(Kind.Comma)) {
      if (end === Kind.CloseParenthesis && this.kind === end) break
      items.push(this.withItem())
    }
    return items
  }

  private withItem(): WithItem {
    const context_expr = this.expression()
    if (!this.take(Kind.As)) return { nodeType: 'WithItem', context_expr }
    return { nodeType: 'WithItem', context_expr, optional_vars: this.bound(this.target(), store) }
  }

  /** Items in parentheses; undefined where the parentheses turn out to belong to an expression. */
  private parenthesizedItems(): WithItem[] | undefined {
    if (this.kind !== Kind.OpenParenthesis) return undefined
    return this.attempt(() => {
      this.next()
      const items = this.withItems(Kind.CloseParenthesis)
      this.expect(Kind.CloseParenthesis)
      return this.kind === Kind.Colon ? items : undefined
    })
  }

  /** What a reading gives; the parser is where it was when that fails or gives nothing. */
  private attempt<T>(read: () => T | undefined): T | undefined {
    const state = this.saved()
    try {
      const result = read()
      if (result !== undefined) return result
    } catch (e) {
      if (!isAnalysisError(e)) throw e
    }
    this.restore(state)
    return undefined
  }

  private tryStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    const body = this.block()
    const isStar = { value: undefined as boolean | undefined }
    const handlers: Handler[] = []
    while (this.kind === Kind.Except) handlers.push(this.handler(isStar))
    const orelse = handlers.length > 0 ? this.elseBlock() : []
    const finalbody = this.take(Kind.Finally) ? this.block() : []
    if (handlers.length + finalbody.length === 0) this.fail("expected 'except' or 'finally' block")
    const { end_lineno, end_col_offset } = this
    const nodeType = isStar.value === true ? 'TryStar' : 'Try'
    return { nodeType, body, handlers, orelse, finalbody, lineno, col_offset, end_lineno, end_col_offset }
  }

  private handler(isStar: { value: boolean | undefined }): Handler {
    const { lineno, col_offset } = this
    this.next()
    const star = this.take(Kind.Star)
    if ((isStar.value ??= star) !== star) this.fail("cannot have both 'except' and 'except*' on the same 'try'")
    const type = this.kind === Kind.Colon ? undefined : this.expression()
    const name = type !== undefined && this.take(Kind.As) ? this.name() : undefined
    const body = this.block()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'ExceptHandler', type, name, body, lineno, col_offset, end_lineno, end_col_offset }
  }

  private asyncStatement(): StatementNode {
    const { lineno, col_offset } = this
    this.next()
    if (this.kind === Kind.For) return this.forStatement(lineno, col_offset, 'AsyncFor')
    if (this.kind === Kind.With) return this.withStatement(lineno, col_offset, 'AsyncWith')
    return this.asyncDefinition([], true, lineno, col_offset)
  }

  // --- Definitions ------------------------------------------------------------------------------------------------

  private decorated(): StatementNode {
    const decorators = this.decorators()
    if (this.kind === Kind.Class) return this.classDefinition(decorators, true)
    return this.functionDefinition(decorators, true)
  }

  private functionDefinition(decorator_list: ExpressionNode[], hasSuite: boolean): FunctionNode {
    const { lineno, col_offset } = this
    if (this.take(Kind.Async)) return this.asyncDefinition(decorator_list, hasSuite, lineno, col_offset)
    return this.definition('FunctionDef', decorator_list, hasSuite, lineno, col_offset)
  }

  private asyncDefinition(
    decorator_list: ExpressionNode[],
    hasSuite: boolean,
    lineno: number,
    col_offset: number,
  ): FunctionNode {
    return this.definition('AsyncFunctionDef', decorator_list, hasSuite, lineno, col_offset)
  }

  private definition(
    nodeType: FunctionNode['nodeType'],
    decorator_list: ExpressionNode[],
    hasSuite: boolean,
    lineno: number,
    col_offset: number,
  ): FunctionNode {
    this.expect(Kind.Def)
    const name = this.name()
    this.refuseTypeParameters()
    this.expect(Kind.OpenParenthesis, "expected '('")
    const args = this.parameters(Kind.CloseParenthesis, true)
    this.expect(Kind.CloseParenthesis)
    const returns = this.take(Kind.Arrow) ? this.expression() : undefined
    const body = this.suite(hasSuite)
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType, name, args, body, decorator_list, returns, ...at }
  }

  private classDefinition(decorator_list: ExpressionNode[], hasSuite: boolean): ClassNode {
    const { lineno, col_offset } = this
    this.next()
    const name = this.name()
    this.refuseTypeParameters()
    const bases: ExpressionNode[] = []
    const keywords: Keyword[] = []
    if (this.kind === Kind.OpenParenthesis) this.callArguments(bases, keywords)
    const body = this.suite(hasSuite)
    const { end_lineno, end_col_offset } = this
    const at = { lineno, col_offset, end_lineno, end_col_offset }
    return { nodeType: 'ClassDef', name, bases, keywords, body, decorator_list, ...at }
  }

  private suite(isHere: boolean): StatementNode[] {
    if (isHere) return this.block()
    this.expect(Kind.Colon, "expected ':'")
    return []
  }

  private refuseTypeParameters(): void {
    if (this.kind === Kind.OpenBracket) this.fail(`type parameters ${notOfThisPython}`)
  }

  // --- match ------------------------------------------------------------------------------------------------------

  /** A `match` statement; undefined where `match` is a name like any other. */
  private matchStatement(): StatementNode | undefined {
    const { lineno, col_offset } = this
    const subject = this.attempt(() => {
      this.next()
      const node = this.starNamedExpressions()
      if (!this.take(Kind.Colon) || !this.take(Kind.Newline) || !this.take(Kind.Indent)) return undefined
      return this.startsCase() ? node : undefined
    })
    if (subject === undefined) return undefined
    const cases: MatchCaseNode[] = []
    while (!this.take(Kind.Dedent)) cases.push(this.matchCase())
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Match', subject, cases, lineno, col_offset, end_lineno, end_col_offset }
  }

  private startsCase(): boolean {
    return this.kind === Kind.Name && this.value === 'case'
  }

  private matchCase(): MatchCaseNode {
    if (!this.startsCase()) this.fail("expected 'case'")
    this.next()
    const pattern = this.patterns()
    const guard = this.take(Kind.If) ? this.namedExpression() : undefined
    const body = this.block()
    return { nodeType: 'MatchCase', pattern, guard, body }
  }
}
