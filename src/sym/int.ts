// Python's integer operations, over plain integers and over those that depend on variables alike. Plain ones take the
// first lines; with variables the formula and the value go side by side. What the formula leaves open, the value
// decides, and the scope records it as an assumption.
import { raise } from '../text/index.ts'
import { addE, constExpr, mulE, negE, powE, subE, variableExpr } from './arithmetic.ts'
import { ceilE, floorE, type IsIntegral, variablesOf } from './functions.ts'
import { floorQuotient } from './division.ts'
import type { Expr } from './polynomial.ts'
import { negated } from './assumption.ts'
import { type Comparison, decide, ZERO } from './prover.ts'
import { isInteger } from './rational.ts'
import { type Int, type Scope, SymInt, wholeOf } from './scope.ts'
import { addW, floorDivW, gcdW, modW, mulW, negW, powW, subW, type Whole } from './whole.ts'

// Operation codes of the result cache. An operand is its index among the scope's SymInts or a small constant.
const ADD = 0
const SUB = 1
const RSUB = 2
const MUL = 3
const DIV = 4
const RDIV = 5
const MOD = 6
const RMOD = 7
const COMPARE: Record<Comparison, number> = { '==': 8, '!=': 9, '<': 10, '<=': 11, '>': 12, '>=': 13 }
const mirrored: Record<Comparison, Comparison> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
const CONSTANTS = 1 << 24

/** The cache key of an operation on b, or -1 where b is a constant too large to have one. */
function cacheKey(operation: number, b: Int): number {
  if (b instanceof SymInt) return (CONSTANTS + b.index) * 16 + operation
  return typeof b === 'number' && b >= -16 && b < CONSTANTS - 16 ? (b + 16) * 16 + operation : -1
}

export function hint(x: Int): Whole {
  return x instanceof SymInt ? x.hint : x
}

export function hintNumber(x: Int): number {
  const h = hint(x)
  return typeof h === 'number' ? h : raise('internal', `${h} is too large for an exact number`)
}

export function exprOf(x: Int): Expr {
  return x instanceof SymInt ? x.expr : constExpr(x)
}

/** Applies an operation of which at least one operand is a SymInt, through the cache of the one that is. */
function cached<R extends Int | boolean>(operation: number, a: SymInt, b: Int, compute: (a: SymInt, b: Int) => R): R {
  if (b instanceof SymInt && b.scope !== a.scope) raise('internal', 'integers of two runs met')
  const key = cacheKey(operation, b)
  if (key < 0) return compute(a, b)
  const hit = a.results.get(key)
  if (hit !== undefined) return hit as R
  const result = compute(a, b)
  a.results.set(key, result)
  return result
}

export function add(a: Int, b: Int): Int {
  if (a instanceof SymInt) return cached(ADD, a, b, addSym)
  if (b instanceof SymInt) return cached(ADD, b, a, addSym)
  return addW(a, b)
}

export function sub(a: Int, b: Int): Int {
  if (a instanceof SymInt) return cached(SUB, a, b, subSym)
  if (b instanceof SymInt) return cached(RSUB, b, a, subFrom)
  return subW(a, b)
}

export function mul(a: Int, b: Int): Int {
  if (a instanceof SymInt) return cached(MUL, a, b, mulSym)
  if (b instanceof SymInt) return cached(MUL, b, a, mulSym)
  return mulW(a, b)
}

export function neg(a: Int): Int {
  return a instanceof SymInt ? a.scope.intern(negE(a.expr), negW(a.hint)) : negW(a)
}

const addSym = (a: SymInt, b: Int): Int => a.scope.intern(addE(a.expr, exprOf(b)), addW(a.hint, hint(b)))
const subSym = (a: SymInt, b: Int): Int => a.scope.intern(subE(a.expr, exprOf(b)), subW(a.hint, hint(b)))
const subFrom = (a: SymInt, b: Int): Int => a.scope.intern(subE(exprOf(b), a.expr), subW(hint(b), a.hint))
const mulSym = (a: SymInt, b: Int): Int => a.scope.intern(mulE(a.expr, exprOf(b)), mulW(a.hint, hint(b)))

/** `a // b`. */
export function floorDiv(a: Int, b: Int): Int {
  if (a instanceof SymInt) return cached(DIV, a, b, divSym)
  if (b instanceof SymInt) return cached(RDIV, b, a, divFrom)
  return floorDivW(a, b)
}

/** `a % b`. */
export function mod(a: Int, b: Int): Int {
  if (a instanceof SymInt) return cached(MOD, a, b, modSym)
  if (b instanceof SymInt) return cached(RMOD, b, a, modFrom)
  return modW(a, b)
}

const divSym = (a: SymInt, b: Int): Int => quotient(a.scope, a, b)
const divFrom = (b: SymInt, a: Int): Int => quotient(b.scope, a, b)
const modSym = (a: SymInt, b: Int): Int => remainder(a.scope, a, b)
const modFrom = (b: SymInt, a: Int): Int => remainder(b.scope, a, b)

function quotient(scope: Scope, a: Int, b: Int): Int {
  return scope.intern(floorQuotient(scope, exprOf(a), exprOf(b)), floorDivW(hint(a), hint(b)))
}

/** a - b·(a // b), which comes to 0 where the division is exact. */
function remainder(scope: Scope, a: Int, b: Int): Int {
  const whole = mulE(exprOf(b), floorQuotient(scope, exprOf(a), exprOf(b)))
  return scope.intern(subE(exprOf(a), whole), modW(hint(a), hint(b)))
}

/** `a ** k`, k not negative. */
export function pow(a: Int, k: Int): Int {
  const exponent = pin(k)
  if (!(a instanceof SymInt)) return powW(a, exponent)
  if (typeof exponent !== 'number' || exponent > 1000)
    return raise('budget-exceeded', `the power ${a} ** ${exponent} is too large`)
  if (exponent < 0) return raise('internal', 'an integer has no negative power')
  return a.scope.intern(powE(a.expr, exponent), powW(a.hint, exponent))
}

export function sum(xs: Iterable<Int>): Int {
  let result: Int = 0
  for (const x of xs) result = add(result, x)
  return result
}

export function prod(xs: Iterable<Int>): Int {
  let result: Int = 1
  for (const x of xs) result = mul(result, x)
  return result
}

export function abs(a: Int): Int {
  return ge(a, 0) ? a : neg(a)
}

export function max(first: Int, ...rest: readonly Int[]): Int {
  return rest.reduce((a: Int, b) => (ge(a, b) ? a : b), first)
}

export function min(first: Int, ...rest: readonly Int[]): Int {
  return rest.reduce((a: Int, b) => (le(a, b) ? a : b), first)
}

export function gcd(a: Int, b: Int): Int {
  if (a === b) return abs(a)
  return gcdW(pin(a), pin(b))
}

export function eq(a: Int, b: Int): boolean {
  return compare('==', a, b)
}

export function ne(a: Int, b: Int): boolean {
  return compare('!=', a, b)
}

export function lt(a: Int, b: Int): boolean {
  return compare('<', a, b)
}

export function le(a: Int, b: Int): boolean {
  return compare('<=', a, b)
}

export function gt(a: Int, b: Int): boolean {
  return compare('>', a, b)
}

export function ge(a: Int, b: Int): boolean {
  return compare('>=', a, b)
}

/** `a op b`: proved where it can be, else decided by the values and recorded. */
function compare(op: Comparison, a: Int, b: Int): boolean {
  if (a instanceof SymInt) return cached(COMPARE[op], a, b, comparers[op])
  if (b instanceof SymInt) return cached(COMPARE[mirrored[op]], b, a, comparers[mirrored[op]])
  return compareWhole(op, a, b)
}

const comparer =
  (op: Comparison) =>
  (a: SymInt, b: Int): boolean => {
    const proved = known(op, a, b)
    if (proved !== undefined) return proved
    const truth = compareWhole(op, a.hint, hint(b))
    a.scope.assume(a.expr, truth ? op : negated[op], exprOf(b))
    return truth
  }

const comparers: Record<Comparison, (a: SymInt, b: Int) => boolean> = {
  '==': comparer('=='),
  '!=': comparer('!='),
  '<': comparer('<'),
  '<=': comparer('<='),
  '>': comparer('>'),
  '>=': comparer('>='),
}

/** Numbers and big integers compare by value across the two types. */
function compareWhole(op: Comparison, a: Whole, b: Whole): boolean {
  switch (op) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

/** `a op b` where it follows from the formulas and what was assumed before; records nothing. */
export function known(op: Comparison, a: Int, b: Int): boolean | undefined {
  if (a === b) return decide(op, ZERO)
  const scope = a instanceof SymInt ? a.scope : b instanceof SymInt ? b.scope : undefined
  if (scope === undefined) return compareWhole(op, a as Whole, b as Whole)
  return decide(op, scope.prover.signs(subE(exprOf(a), exprOf(b))))
}

/** The value itself, where the program needs one (loop counts, bit operations, text): the formulas hold for it alone. */
export function pin(x: Int): Whole {
  if (x instanceof SymInt) eq(x, x.hint)
  return hint(x)
}

/** int(x) and math.floor(x), x ≥ 0, of a float with a formula; `value` is what Python made of it in this run. */
export function floorInt(scope: Scope, e: Expr, value: Whole): Int {
  return rounded(scope, e, value, floorE)
}

/** math.ceil(x) of a float with a formula. */
export function ceilInt(scope: Scope, e: Expr, value: Whole): Int {
  return rounded(scope, e, value, ceilE)
}

/** round(x) of a float with a formula. Ties go to even, which no formula says: a value that is no integer is pinned. */
export function roundInt(scope: Scope, e: Expr, value: Whole): Int {
  return rounded(scope, e, value, undefined)
}

function rounded(
  scope: Scope,
  e: Expr,
  value: Whole,
  round: ((e: Expr, isIntegral: IsIntegral) => Expr) | undefined,
): Int {
  const exactValue = scope.valueOf(e)
  if (isInteger(exactValue) && wholeOf(exactValue) === value) {
    scope.assumeIntegral(e)
    return scope.intern(e, value)
  }
  const formula = round?.(e, scope.prover.isIntegralTerm.bind(scope.prover))
  if (formula !== undefined && wholeOf(scope.valueOf(formula)) === value) return scope.intern(formula, value)
  // Python's float was off, or ties matter: the number holds for these sizes only.
  for (const name of variablesOf(e)) scope.assume(variableExpr(name), '==', constExpr(scope.hints.get(name) as number))
  return value
}
