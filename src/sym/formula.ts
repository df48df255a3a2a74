// The integer that a formula comes to when its variables are integers of a run: the formula of theirs, with its value.
import { tryEvaluate } from './evaluate.ts'
import { substitute } from './functions.ts'
import { exprOf } from './int.ts'
import type { Expr } from './polynomial.ts'
import { isInteger } from './rational.ts'
import { type Int, SymInt, wholeOf } from './scope.ts'

/** Undefined where it is no integer, or divides by zero. A division that is none of an integer's own is assumed to be exact. */
export function intOfFormula(formula: Expr, values: ReadonlyMap<string, Int>): Int | undefined {
  const scope = [...values.values()].find((x) => x instanceof SymInt)?.scope
  const exprs = new Map([...values].map(([name, x]) => [name, exprOf(x)]))
  const own =
    scope === undefined
      ? substitute(formula, exprs)
      : substitute(formula, exprs, scope.prover.isIntegralTerm.bind(scope.prover))
  const value = tryEvaluate(own, scope?.hints ?? new Map<string, number>())
  if (value === undefined || !isInteger(value)) return undefined
  if (scope === undefined) return wholeOf(value)
  if ([...own.terms()].some(([m, c]) => m.divides || !isInteger(c))) scope.assumeIntegral(own)
  return scope.intern(own, wholeOf(value))
}
