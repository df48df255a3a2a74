// Formulas: ring laws, text, exact and compiled evaluation, substitution.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnalysisError } from '../../src/text/index.ts'
import {
  addE,
  ceilE,
  compile,
  constExpr,
  divE,
  evaluate,
  type Expr,
  floorE,
  maxE,
  minE,
  mulE,
  negE,
  parse,
  powE,
  print,
  Rational,
  substitute,
  subE,
  variableExpr,
  variablesOf,
} from '../../src/sym/index.ts'
import { tryEvaluate } from '../../src/sym/evaluate.ts'
import { toNumber } from '../../src/sym/rational.ts'
import { formula, laurent, names, point } from './arbitrary.ts'

const same = (a: Expr, b: Expr): void => {
  expect(print(a)).toBe(print(b))
  expect(a.key).toBe(b.key)
}

describe('ring laws', () => {
  test('Laurent polynomials have one form', () => {
    fc.assert(
      fc.property(laurent, laurent, laurent, (a, b, c) => {
        same(addE(a, b), addE(b, a))
        same(mulE(a, b), mulE(b, a))
        same(addE(a, addE(b, c)), addE(addE(a, b), c))
        same(mulE(a, mulE(b, c)), mulE(mulE(a, b), c))
        same(mulE(a, addE(b, c)), addE(mulE(a, b), mulE(a, c)))
        same(addE(a, negE(a)), constExpr(0))
        same(subE(a, b), negE(subE(b, a)))
      }),
      { numRuns: 300 },
    )
  })

  test('a product divided by a factor is the other factor', () => {
    fc.assert(
      fc.property(laurent, laurent, (a, b) => {
        fc.pre(!b.isZero)
        same(divE(mulE(a, b), b), a)
      }),
      { numRuns: 300 },
    )
  })

  test('operations mean what they say at every point', () => {
    fc.assert(
      fc.property(formula, formula, point, (a, b, env) => {
        const x = tryEvaluate(a, env)
        const y = tryEvaluate(b, env)
        fc.pre(x !== undefined && y !== undefined)
        const value = (e: Expr): string => String(evaluate(e, env))
        const wrap = (c: typeof x): Expr => constExpr(c)
        expect(value(addE(a, b))).toBe(value(addE(wrap(x), wrap(y))))
        expect(value(mulE(a, b))).toBe(value(mulE(wrap(x), wrap(y))))
        if (y !== 0) expect(value(divE(a, b))).toBe(value(divE(wrap(x), wrap(y))))
        expect(value(floorE(a))).toBe(value(floorE(wrap(x))))
        expect(value(ceilE(a))).toBe(value(ceilE(wrap(x))))
        expect(value(maxE(a, b))).toBe(value(maxE(wrap(x), wrap(y))))
        expect(value(minE(a, b))).toBe(value(minE(wrap(x), wrap(y))))
      }),
      { numRuns: 500 },
    )
  })

  test('coefficients stay exact beyond 2^53', () => {
    const x = variableExpr('x')
    const big = 10n ** 18n + 1n
    same(subE(mulE(constExpr(big), x), mulE(constExpr(10n ** 18n), x)), x)
    expect(evaluate(mulE(constExpr(big), x), { x: 3 })).toBe(3n * big)
    expect(print(mulE(constExpr(10n ** 30n), x))).toBe(`1${'0'.repeat(30)}*x`)
  })
})

describe('text', () => {
  const texts: [string, string][] = [
    ['0', '0'],
    ['-x', '-x'],
    ['hidden_size*seq_len*batch_size*2', '2*batch_size*seq_len*hidden_size'],
    ['1 + x**2 - x', 'x**2 - x + 1'],
    ['1.5*x', '3*x/2'],
    ['x/3*2/y', '2*x/(3*y)'],
    ['(a + b)*(a - b)', 'a**2 - b**2'],
    ['(a**2 - b**2)/(a + b)', 'a - b'],
    ['a/(b + 1)', 'a/(b + 1)'],
    ['(x + 3) // 4', '(x + 3) // 4'],
    ['-((x + 3) // 4)', '-((x + 3) // 4)'],
    ['-x // 4', '-ceil(x/4)'],
    ['(4*x + 8) // 4', 'floor(x) + 2'],
    ['x % 4', 'x - 4*(x // 4)'],
    ['2*(x // (y*z))', '2*(x // (y*z))'],
    ['max(y, 2, max(x, 3))', 'max(x, y, 3)'],
    ['a_bytes*a*b + a_bytes*b*c + a_bytes*b*d + a_bytes*b', 'b*a_bytes*(a + c + d + 1)'],
    ['2 ** -2 * x', 'x/4'],
    ['-2 ** 2', '-4'],
    ['{odd name} + 1', '{odd name} + 1'],
    ['config.text_config.hidden_size', 'config.text_config.hidden_size'],
    ['1e3*x + .5', '1000*x + 1/2'],
  ]
  test.each(texts)('%s', (text, expected) => {
    expect(print(parse(text))).toBe(expected)
  })

  test('braces and spaces in JSON', () => {
    const e = parse('2*batch_size*config.intermediate_size/num_heads + x**2 - 3')
    expect(print(e, { braces: true })).toBe(
      '{x} ** 2 + 2 * {batch_size} * {config.intermediate_size} / {num_heads} - 3',
    )
  })

  test('printing and parsing are inverse', () => {
    fc.assert(
      fc.property(formula, fc.boolean(), (e, braces) => {
        same(parse(print(e, { braces })), e)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    '',
    'x +',
    '(x',
    'x y',
    'foo(x)',
    '1 / 0',
    'x % 0',
    'x ** y',
    'x ** 99999',
    'floor(x, y)',
    'x $ y',
    '{a',
    'constructor(x)',
    '('.repeat(5000),
  ])('bad formula %j', (text) => {
    expect(() => parse(text)).toThrow(AnalysisError)
  })
})

describe('evaluation', () => {
  test('division is exact, floors are Python’s', () => {
    expect(evaluate(parse('x / 3'), { x: 7 }).toString()).toBe('7/3')
    expect(evaluate(parse('x // 3'), { x: 7 })).toBe(2n)
    expect(evaluate(parse('-x // 3'), { x: 7 })).toBe(-3n)
    expect(evaluate(parse('-x % 3'), { x: 7 })).toBe(2n)
    expect(evaluate(parse('w_bytes*x'), { w_bytes: 0.5, x: 10n })).toBe(5n)
    expect(evaluate(parse('w_bytes*x'), new Map([['w_bytes', 0.1], ['x', 3]]))).toBeInstanceOf(Rational) // prettier-ignore
  })

  test('a missing variable is an error', () => {
    expect(() => evaluate(parse('x + toString'), { x: 1 })).toThrow(/toString/)
  })

  test('substitution agrees with evaluation', () => {
    fc.assert(
      fc.property(formula, fc.array(formula, { minLength: 2, maxLength: 2 }), point, (e, [p, q], env) => {
        fc.pre([p, q].every((r) => print(r as Expr).length < 80)) // powers of long sums have millions of terms
        const values = { ...env, x: tryEvaluate(p as Expr, env), seq_len: tryEvaluate(q as Expr, env) }
        const { x, seq_len: seqLen } = values
        fc.pre(
          x !== undefined && seqLen !== undefined && tryEvaluate(e, { ...values, x, seq_len: seqLen }) !== undefined,
        )
        let replaced: Expr
        try {
          replaced = substitute(e, new Map([['x', p as Expr], ['seq_len', q as Expr]])) // prettier-ignore
        } catch {
          return // divides by what is identically zero
        }
        const direct = tryEvaluate(e, { ...values, x, seq_len: seqLen })
        const via = tryEvaluate(replaced, env)
        expect(String(via)).toBe(String(direct))
      }),
      { numRuns: 500 },
    )
  })

  test('compiled formulas are as exact as doubles allow', () => {
    fc.assert(
      fc.property(laurent, point, (e, env) => {
        const exact = evaluate(e, env)
        const [value] = compile([e], names).evaluate(names.map((n) => env[n] as number))
        const error = Math.abs((value as number) - toNumber(exact))
        expect(error).toBeLessThanOrEqual(1e-13 * magnitude(e, env))
      }),
      { numRuns: 500 },
    )
  })

  test('compiled floors, maxima and shared parts', () => {
    const es = ['(x + 2) // 3', 'ceil(x / 3) * y', 'max(x, y, 3) - min(x, y)', 'x/(y + 1)', '(x/3 + 2/3) // 1'].map(
      (t) => parse(t),
    )
    const program = compile(es, ['x', 'y'])
    for (const [x, y] of [
      [2, 7],
      [7, 2],
      [1, 1],
      [100, 3],
    ] as const) {
      // prettier-ignore
      const values = program.evaluate([x, y])
      es.forEach((e, i) => {
        const exact = evaluate(e, { x, y })
        expect(values[i]).toBeCloseTo(toNumber(exact), 12)
      })
    }
    expect(program.columns([[2, 7], [7, 2]], 2)[0]).toEqual(Float64Array.of(1, 3)) // prettier-ignore
    expect(() => compile(es, ['x'])).toThrow(/\{y\}/)
  })

  test('variables, also inside functions', () => {
    expect(variablesOf(parse('b*max(a, c // d)/(e + 1)'))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(powE(parse('a + 1'), 2).key).toBe(parse('a**2 + 2*a + 1').key)
  })
})

/** The largest magnitude that adding up the terms goes through: what rounding errors are relative to. */
function magnitude(e: Expr, env: Record<string, number>): number {
  let result = 0
  for (const [m, c] of e.terms()) {
    const powers = m.atoms.map((a, i) =>
      a.kind === 'variable' ? (env[a.name] as number) ** (m.exponents[i] as number) : 1,
    )
    result += Math.abs(toNumber(c)) * powers.reduce((x, y) => x * y, 1)
  }
  return result
}
