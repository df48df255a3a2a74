// Random formulas and sizes for the property tests.
import fc from 'fast-check'
import { addE, constExpr, divE, type Expr, mulE, subE, variableExpr } from '../../src/sym/index.ts'
import { ceilE, floorE, maxE, minE } from '../../src/sym/index.ts'

export const names = ['batch_size', 'seq_len', 'hidden_size', 'config.n', 'x']

const name = fc.constantFrom(...names)
const integer = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(10 ** 12, -(2 ** 52)))
const leaf = fc.oneof(
  { weight: 3, arbitrary: name.map(variableExpr) },
  { weight: 1, arbitrary: integer.map(constExpr) },
)

/** Polynomials, monomial divisors included. */
export const laurent: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'laurent' },
    leaf,
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => addE(a, b)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => subE(a, b)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => mulE(a, b)),
    fc.tuple(tie('e'), name).map(([a, v]) => divE(a, variableExpr(v))),
    fc.tuple(tie('e'), fc.integer({ min: 2, max: 9 })).map(([a, k]) => divE(a, constExpr(k))),
  ),
})).e

/** All there is: divisors with several terms, floor, ceil, max, min. */
export const formula: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'formula' },
    laurent,
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => addE(a, b)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => mulE(a, b)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => (b.isZero ? a : divE(a, b))),
    tie('e').map((a) => floorE(a)),
    tie('e').map((a) => ceilE(a)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => maxE(a, b)),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => minE(a, b)),
  ),
})).e

export const point: fc.Arbitrary<Record<string, number>> = fc.record(
  Object.fromEntries(
    names.map((n) => [n, fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 5000 }))]),
  ),
)
