// The library on symbolic integers: what stays a formula, what pins its variables, and the regular-expression translator
// on its own.
import { describe, expect, test } from 'vitest'
import { call, getAttr, isInt, PyFloat, type Value } from '../../src/python/index.ts'
import { RegexError, translate } from '../../src/python/stdlib/regex.ts'
import { exprOf, hint, print } from '../../src/sym/index.ts'
import { pythonVm } from '../support/python.ts'

interface Answer {
  readonly formula: string | undefined
  readonly value: number
  readonly assumptions: readonly string[]
}

/** Evaluates an expression of the variables h = 4096, n = 32 and s = 17. */
function evaluate(expression: string): Answer {
  const vm = pythonVm()
  const module = vm.runModuleText(
    '__main__',
    `import math, operator, copy, numpy as np\ndef f(h, n, s):\n    return ${expression}\n`,
  )
  const variables = [vm.scope.variable('h', 4096), vm.scope.variable('n', 32), vm.scope.variable('s', 17)]
  const result: Value = call(vm, getAttr(vm, module, 'f'), variables)
  const assumptions = vm.scope.assumptions.map((a) => a.text)
  if (isInt(result)) return { formula: print(exprOf(result)), value: Number(hint(result)), assumptions }
  if (!(result instanceof PyFloat)) throw new Error('neither int nor float')
  return { formula: result.expr === undefined ? undefined : print(result.expr), value: result.value, assumptions }
}

describe('numbers keep their formulas', () => {
  test.each([
    ['math.prod([h, n, 2])', '2*h*n', 4096 * 32 * 2],
    ['math.floor(h / n)', 'h/n', 128],
    ['math.ceil(s)', 's', 17],
    ['math.gcd(h, 1)', '1', 1],
    ['operator.mul(h, s)', 'h*s', 4096 * 17],
    ['copy.deepcopy([h])[0]', 'h', 4096],
    ['np.prod((h, n))', 'h*n', 4096 * 32],
    ['int(np.round(h / n))', 'h/n', 128],
    ['math.pow(h, 2)', 'h**2', 4096 ** 2],
  ])('%s is %s', (expression, formula, value) => {
    const answer = evaluate(expression)
    expect(answer.value).toBe(value)
    expect(answer.formula).toBe(formula)
  })

  test('rounding up keeps the formula as a function', () => {
    const answer = evaluate('math.ceil(s / 4)')
    expect(answer).toMatchObject({ value: 5, formula: 'ceil(s/4)', assumptions: [] })
  })
})

describe('what has no formula pins its variables when it decides', () => {
  test('a square root alone decides nothing', () => {
    expect(evaluate('math.sqrt(n)')).toEqual({ formula: undefined, value: Math.sqrt(32), assumptions: [] })
  })

  test('as a whole number it does', () => {
    expect(evaluate('int(math.log2(h))')).toEqual({ formula: '12', value: 12, assumptions: ['h == 4096'] })
    expect(evaluate('math.isqrt(n)')).toEqual({ formula: '5', value: 5, assumptions: ['n == 32'] })
  })
})

describe('regular expressions', () => {
  test.each([
    ['^a$', 0, '^a(?=\\n?$)'],
    ['^a$', 8, '(?<![^\\n])a(?![^\\n])'],
    ['a.b', 0, 'a[^\\n]b'],
    ['(?s)a.b', 0, 'a[\\s\\S]b'],
    ['a{,3}-', 0, 'a{0,3}\\u{2d}'],
    ['(?P<x>a)(?P=x)', 0, '(a)(?:\\1)'],
    ['[^\\d_]', 256, '[^0-9_]'],
  ])('%s with flags %d', (pattern, flags, source) => {
    expect(translate(pattern, flags).source).toBe(source)
  })

  test('what JavaScript cannot express is told from what is wrong', () => {
    expect(() => translate('a++', 0)).toThrow(RegexError)
    expect(() => translate('(?(1)a|b)', 0)).toThrow(/conditional/)
    expect(() => translate('(a', 0)).toThrow('missing ), unterminated subpattern')
  })
})
