// Floor division of integers with formulas. As much as possible comes out as a plain quotient: what is known to divide,
// then what divides in this run (an assumption), then a remainder that is too small to matter. Only what is left becomes
// a floor. Each step rests on (q·b + r) // b = q + r // b for an integer q.
import { raise } from '../text/index.ts'
import { addE, divE, divideOut, factorContent, mulE, one, subE } from './arithmetic.ts'
import { ceilE, floorE } from './functions.ts'
import { type Expr, Sum, term, unit, zero } from './polynomial.ts'
import { decide } from './prover.ts'
import { addC, type Coef, divC, floorC, isInteger, signC } from './rational.ts'
import type { Scope } from './scope.ts'

/** The formula of a // b for formulas that are integers. */
export function floorQuotient(scope: Scope, a: Expr, b: Expr): Expr {
  if (b.isZero) raise('internal', 'integer division by zero')
  const quotient = divE(a, b)
  if (scope.isIntegral(quotient)) return quotient
  const q = integralPart(scope, a, b)
  return addE(q, restQuotient(scope, subE(a, mulE(q, b)), b))
}

/** The terms of a / b that are known to be integers. */
function integralPart(scope: Scope, a: Expr, b: Expr): Expr {
  const { coef, monomial, primitive } = factorContent(b)
  const over = primitive.constant === undefined ? divideOut(a, primitive).quotient : a
  const sum = new Sum()
  for (const [m, c] of divE(over, term(monomial, coef)).terms()) if (scope.prover.isIntegralTerm(m, c)) sum.add(m, c)
  return sum.toExpr()
}

function restQuotient(scope: Scope, r: Expr, b: Expr): Expr {
  if (r.isZero) return zero
  const small = constantQuotient(scope, r, b)
  if (small !== undefined) return term(unit, small)
  if (divides(scope, r, b)) return taken(scope, divE(r, b))
  const c = r.coefOf(unit)
  const shift = signC(c) !== 0 && isInteger(c) ? constantQuotient(scope, term(unit, c), b) : undefined
  if (shift !== undefined) {
    const main = subE(r, term(unit, c))
    if (divides(scope, main, b)) return addE(taken(scope, divE(main, b)), term(unit, shift))
    // (n + k·b - 1) // b = ceil(n / b) + k - 1: c is k·b - 1 where k = shift + 1
    const k = term(unit, addC(shift, 1))
    if (addE(subE(term(unit, c), mulE(k, b)), one).isZero)
      return addE(ceilE(divE(main, b), integral(scope)), term(unit, shift))
  }
  return floorE(divE(r, b), integral(scope))
}

const integral = (scope: Scope) => scope.prover.isIntegralTerm.bind(scope.prover)

/** Does b divide r in this run? */
function divides(scope: Scope, r: Expr, b: Expr): boolean {
  const below = scope.valueOf(b)
  return signC(below) !== 0 && isInteger(divC(scope.valueOf(r), below))
}

/** Takes a quotient for exact. */
function taken(scope: Scope, quotient: Expr): Expr {
  scope.assumeIntegral(quotient)
  return quotient
}

/** r // b where it is known to be a certain number: r and b are constants, or 0 ≤ r < b, or -b ≤ r < 0. */
function constantQuotient(scope: Scope, r: Expr, b: Expr): Coef | undefined {
  const [x, y] = [r.constant, b.constant]
  if (x !== undefined && y !== undefined) return floorC(divC(x, y))
  const { prover } = scope
  if (decide('>', prover.signs(b)) !== true) return undefined
  const signs = prover.signs(r)
  if (decide('>=', signs) && decide('>', prover.signs(subE(b, r)))) return 0
  return decide('<', signs) && decide('>=', prover.signs(addE(b, r))) ? -1 : undefined
}
