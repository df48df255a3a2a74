// What a run took for true because its sizes said so: comparisons and divisibilities between formulas. One condition has
// one form, cleared of common factors and divisors, so that the same condition met twice is one assumption.
import { raise, type Span } from '../text/index.ts'
import { divE, factorContent, subE } from './arithmetic.ts'
import { type Env, tryEvaluate } from './evaluate.ts'
import { overCommonDenominator, variablesOf } from './functions.ts'
import { type Expr, type Monomial, Sum } from './polynomial.ts'
import { parse } from './parse.ts'
import { print, printOperand, type PrintOptions } from './print.ts'
import { type Comparison, decide, NEGATIVE, POSITIVE, type Prover, ZERO } from './prover.ts'
import { compareC, divC, isInteger, negC, signC } from './rational.ts'

/** `divides`: left divides right evenly. */
export type Operator = Comparison | 'divides'

export interface Condition {
  readonly left: Expr
  readonly op: Operator
  readonly right: Expr
}

export interface Assumption extends Condition {
  readonly at: Span | undefined
  /** Python: `a < b`, and `a % b == 0` for b divides a. */
  readonly text: string
}

export const negated: Record<Comparison, Comparison> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}
const mirrored: Record<Comparison, Comparison> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** `a op b` without common factors, terms that count down moved to the other side. */
export function comparison(a: Expr, op: Comparison, b: Expr, prover: Prover): Condition {
  const { coef, monomial, primitive } = factorContent(subE(a, b))
  if (!prover.isPositive(monomial)) return { left: a, op, right: b }
  const above = new Sum()
  const below = new Sum()
  for (const [m, c] of primitive.terms()) {
    if (signC(c) > 0) above.add(m, c)
    else below.add(m, negC(c))
  }
  return { left: above.toExpr(), op: signC(coef) < 0 ? mirrored[op] : op, right: below.toExpr() }
}

/** The condition that a quotient is an integer. */
export function divisibility(quotient: Expr): Condition {
  const { over, under } = overCommonDenominator(quotient)
  return { left: under, op: 'divides', right: over }
}

export function conditionText(c: Condition, options: PrintOptions = {}): string {
  if (c.op !== 'divides') return `${print(c.left, options)} ${c.op} ${print(c.right, options)}`
  return `${printOperand(c.right, 'left', options)} % ${printOperand(c.left, 'right', options)} == 0`
}

/** Reads what `conditionText` writes. */
export function parseCondition(text: string): Condition {
  const match = /^(.*?)(==|!=|<=|>=|<|>)(.*)$/s.exec(text)
  if (match === null) return raise('bad-analysis', `"${text}" is no condition: it compares nothing`)
  const [, left = '', op = '', right = ''] = match
  const parts = left.split('%')
  const [dividend, divisor] = parts
  if (op === '==' && right.trim() === '0' && parts.length === 2 && dividend !== undefined && divisor !== undefined) {
    return { left: parse(divisor), op: 'divides', right: parse(dividend) }
  }
  return { left: parse(left), op: op as Comparison, right: parse(right) }
}

/** Does the condition hold for these values? A division by zero in it counts as not. */
export function holds(condition: Condition, env: Env): boolean {
  const left = tryEvaluate(condition.left, env)
  const right = tryEvaluate(condition.right, env)
  if (left === undefined || right === undefined) return false
  if (condition.op === 'divides') return signC(left) !== 0 && isInteger(divC(right, left))
  const order = compareC(left, right)
  return decide(condition.op, order < 0 ? NEGATIVE : order > 0 ? POSITIVE : ZERO) === true
}

/** Is the condition true, false or open, as far as the prover knows? */
export function known(condition: Condition, prover: Prover): boolean | undefined {
  if (condition.op !== 'divides') return decide(condition.op, prover.signs(subE(condition.left, condition.right)))
  if (condition.left.isZero) return false
  const quotient = quotientOf(condition)
  if (quotient.constant !== undefined) return isInteger(quotient.constant)
  return prover.isIntegral(quotient) ? true : undefined
}

/** Has the prover take the condition for true. `whole`: both sides are integers. */
export function teach(prover: Prover, condition: Condition, whole: boolean): void {
  if (condition.op === 'divides') prover.assumeIntegral(quotientOf(condition))
  else prover.assume(condition.op, subE(condition.left, condition.right), whole)
}

/** A condition in its shortest form. */
export function simplified(condition: Condition, prover: Prover): Condition {
  if (condition.op !== 'divides') return comparison(condition.left, condition.op, condition.right, prover)
  return condition.left.isZero ? condition : divisibility(quotientOf(condition))
}

/** With more conditions than these on how constants divide by the same variables, few other values would meet them all. */
const PATTERN = 4

/**
 * The variables that a pattern over constants depends on (is `i % period == offset`, for each layer i?): to give their values
 * says in a line what the conditions say in dozens, and rules out little more.
 */
export function patternVariables(conditions: readonly Condition[]): readonly string[] {
  const groups = new Map<string, { readonly names: readonly string[]; count: number }>()
  for (const c of conditions) {
    if (!dividesConstant(c)) continue
    const names = variablesIn(c)
    const group = groups.get(names.join()) ?? { names, count: 0 }
    groups.set(names.join(), group)
    group.count++
  }
  return [...new Set([...groups.values()].filter((g) => g.count > PATTERN).flatMap((g) => g.names))]
}

/** The variables of both sides. */
export function variablesIn({ left, right }: Condition): readonly string[] {
  return [...new Set([...variablesOf(left), ...variablesOf(right)])].sort()
}

function dividesConstant({ left, op, right }: Condition): boolean {
  if (op === 'divides') return right.constant !== undefined
  const isRounded = (e: Expr): boolean =>
    e.monomials.some((m) =>
      m.atoms.some((a) => a.kind === 'floor' && a.args.every((arg) => arg.monomials.every(hasOnlyDivisors))),
    )
  return isRounded(left) || isRounded(right)
}

function hasOnlyDivisors(m: Monomial): boolean {
  return m.exponents.every((e) => e < 0)
}

/** More conditions than these are a symptom of something else; they are then left as they came. */
const MINIMISED_UP_TO = 80

/**
 * Leaves out conditions that follow from the others, those that say least first. `learned` is what is to be learned of one,
 * by a prover that knows none of them.
 */
export function minimised<T>(
  items: readonly T[],
  learned: (item: T) => Condition,
  stated: (item: T) => Condition,
  ignorant: Prover,
): readonly T[] {
  if (items.length > MINIMISED_UP_TO) return items
  const weakestFirst = [...items].sort((a, b) => weight(stated(b)) - weight(stated(a)))
  const kept = new Set<T>()
  for (const [i, item] of weakestFirst.entries()) {
    const prover = ignorant.fork()
    for (const other of weakestFirst.slice(i + 1).reverse()) teach(prover, learned(other), true)
    if (known(stated(item), prover) === true) continue
    kept.add(item)
    teach(ignorant, learned(item), true)
  }
  return items.filter((item) => kept.has(item))
}

/** Less for a condition that says more: an equality before a bound before a single value that is ruled out, short before long. */
function weight(condition: Condition): number {
  const rank: Record<Operator, number> = { '==': 0, divides: 1, '<': 2, '>': 2, '<=': 2, '>=': 2, '!=': 3 }
  return rank[condition.op] * 1e6 + conditionText(condition).length
}

function quotientOf(condition: Condition): Expr {
  return divE(condition.right, condition.left)
}
