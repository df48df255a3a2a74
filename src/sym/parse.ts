// Recursive descent over Python's expression grammar, restricted to what formulas use: numbers, names (in braces or
// bare), + - * / // % **, parentheses, and the functions max, min, ceil, floor. `a % b` is a - b * (a // b).
import { raise } from '../text/index.ts'
import { addE, constExpr, divE, mulE, negE, powE, subE, variableExpr } from './arithmetic.ts'
import { ceilE, floorE, maxE, minE } from './functions.ts'
import { type Expr, term, unit } from './polynomial.ts'
import { decimal, signC } from './rational.ts'

const MAX_DEPTH = 200
const MAX_EXPONENT = 1000

const functions: Record<string, { arity: 1 | 'many'; make: (...args: Expr[]) => Expr }> = {
  max: { arity: 'many', make: maxE },
  min: { arity: 'many', make: minE },
  ceil: { arity: 1, make: (e) => ceilE(e as Expr) },
  floor: { arity: 1, make: (e) => floorE(e as Expr) },
}

const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|\{([^{}]+)\}|([A-Za-z_]\w*(?:\.\w+)*)|(\*\*|\/\/|[-+*/%(),]))/y

type Token = { kind: 'number' | 'brace' | 'name' | 'symbol' | 'end'; text: string }

export function parse(text: string): Expr {
  const parser = new Parser(text)
  const e = parser.sum(0)
  parser.expect('end', '')
  return e
}

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(private readonly text: string) {
    this.tokens = this.scan()
  }

  sum(depth: number): Expr {
    if (depth > MAX_DEPTH) this.fail('is nested too deeply')
    let left = this.product(depth + 1)
    for (;;) {
      if (this.take('+')) left = addE(left, this.product(depth + 1))
      else if (this.take('-')) left = subE(left, this.product(depth + 1))
      else return left
    }
  }

  expect(kind: Token['kind'], text: string): void {
    const t = this.peek()
    if (t.kind !== kind || t.text !== text)
      this.fail(t.kind === 'end' ? 'ends too early' : `does not go on with '${t.text}'`)
    this.at++
  }

  private product(depth: number): Expr {
    let left = this.unary(depth)
    for (;;) {
      if (this.take('*')) left = mulE(left, this.unary(depth))
      else if (this.take('/')) left = divE(left, this.divisor(depth))
      else if (this.take('//')) left = floorE(divE(left, this.divisor(depth)))
      else if (this.take('%')) {
        const b = this.divisor(depth)
        left = subE(left, mulE(b, floorE(divE(left, b))))
      } else return left
    }
  }

  private divisor(depth: number): Expr {
    const b = this.unary(depth)
    if (b.isZero) this.fail('divides by zero')
    return b
  }

  private unary(depth: number): Expr {
    if (depth > MAX_DEPTH) this.fail('is nested too deeply')
    if (this.take('-')) return negE(this.unary(depth + 1))
    if (this.take('+')) return this.unary(depth + 1)
    const base = this.primary(depth + 1)
    if (!this.take('**')) return base
    const exponent = this.unary(depth + 1).constant
    if (typeof exponent !== 'number' || Math.abs(exponent) > MAX_EXPONENT)
      return this.fail('has an exponent that is no small integer')
    if (exponent < 0 && base.isZero) this.fail('divides by zero')
    return powE(base, exponent)
  }

  private primary(depth: number): Expr {
    const t = this.peek()
    this.at++
    if (t.kind === 'number') return numeral(t.text)
    if (t.kind === 'brace') return variableExpr(t.text)
    if (t.kind === 'name') return this.take('(') ? this.application(t.text, depth) : variableExpr(t.text)
    if (t.text !== '(') return this.fail(t.kind === 'end' ? 'ends too early' : `does not go on with '${t.text}'`)
    const inner = this.sum(depth + 1)
    this.expect('symbol', ')')
    return inner
  }

  private application(name: string, depth: number): Expr {
    const fn = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (fn === undefined) return this.fail(`calls the unknown function ${name}`)
    const args = [this.sum(depth + 1)]
    while (this.take(',')) args.push(this.sum(depth + 1))
    this.expect('symbol', ')')
    if (fn.arity !== 'many' && args.length !== fn.arity) return this.fail(`gives ${name} ${args.length} arguments`)
    return fn.make(...args)
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' }
  }

  private take(symbol: string): boolean {
    const t = this.peek()
    if (t.kind !== 'symbol' || t.text !== symbol) return false
    this.at++
    return true
  }

  private scan(): readonly Token[] {
    const tokens: Token[] = []
    const text = this.text.trimEnd()
    token.lastIndex = 0
    while (token.lastIndex < text.length) {
      const start = token.lastIndex
      const match = token.exec(text)
      if (match === null) return this.fail(`has an unexpected '${text.slice(start).trimStart().charAt(0)}'`)
      const [, number, brace, name, symbol] = match
      if (number !== undefined) tokens.push({ kind: 'number', text: number })
      else if (brace !== undefined) tokens.push({ kind: 'brace', text: brace.trim() })
      else if (name !== undefined) tokens.push({ kind: 'name', text: name })
      else tokens.push({ kind: 'symbol', text: symbol ?? '' })
    }
    return tokens
  }

  private fail(what: string): never {
    const shown = this.text.length > 200 ? `${this.text.slice(0, 200)}…` : this.text
    raise('bad-analysis', `the formula "${shown}" ${what}`)
  }
}

function numeral(text: string): Expr {
  const value = decimal(text)
  return signC(value) === 0 ? constExpr(0) : term(unit, value)
}
