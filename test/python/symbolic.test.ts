// Numbers that depend on variables: what keeps its formula, what is recorded as an assumption, and what pins nothing.
import { describe, expect, test } from 'vitest'
import { builtinsModule } from '../../src/python/builtins/index.ts'
import { formulaOf, str, typeOf } from '../../src/python/object.ts'
import { PyFloat, PyModule, type Value } from '../../src/python/values.ts'
import { Vm, type HostModule } from '../../src/python/vm.ts'
import { print, Scope, SymInt } from '../../src/sym/index.ts'
import { memorySources } from '../../src/text/index.ts'

interface Run {
  readonly vm: Vm
  readonly value: Value
  /** The assumptions recorded, in words. */
  readonly assumed: readonly string[]
}

/** Evaluates an expression in `n` = 64 and `m` = 4096. */
function evaluate(expression: string): Run {
  const scope = new Scope()
  const sizes: HostModule = {
    name: 'sizes',
    reason: 'the variables of the test',
    make: () => ({ n: scope.variable('n', 64), m: scope.variable('m', 4096) }),
  }
  const vm = new Vm({
    scope,
    sources: memorySources(new Map()),
    roots: new Map(),
    hostModules: [builtinsModule, sizes],
    overlays: [],
  })
  const module = vm.runModuleText('probe', `from sizes import n, m\nresult = ${expression}\n`)
  const value = module instanceof PyModule ? (module.dict.get('result') ?? null) : null
  return { vm, value, assumed: scope.assumptions.map((a) => a.text) }
}

/** The formula of an int or float, or the plain value. */
function shown({ vm, value }: Run): string {
  if (value instanceof SymInt) return print(value.expr)
  const formula = value instanceof PyFloat && value.deps.length > 0 ? formulaOf(value) : undefined
  return formula === undefined ? str(vm, value) : `${typeOf(value).name} ${print(formula)}`
}

describe('formulas go through', () => {
  test.each([
    ['n + 1', 'n + 1'],
    ['2 * n * m - n', '2*m*n - n'],
    ['-n', '-n'],
    ['n ** 2', 'n**2'],
    ['m // n', 'm/n'], // exact, which is assumed
    ['n << 1', '2*n'],
    ['m >> 2', 'm/4'],
    ['abs(n - m)', 'm - n'],
    ['n / 2', 'float n/2'],
    ['n * 0.5 + 1', 'float n/2 + 1'],
    ['int(n * 1.5)', '3*n/2'],
    ['int(n / 4) * 2', 'n/2'],
    ['int(0.25 * n)', 'n/4'],
    ['len(range(n))', 'n'],
    ['len(range(0, n, 2))', 'n/2'],
    ['sum([n, n, 1])', '2*n + 1'],
    ['max(n, m)', 'm'],
    ['round(n / 2)', 'n/2'],
    ['divmod(m, n)[0]', 'm/n'],
    ['(n).__add__(1)', 'n + 1'],
  ])('%s', (expression, expected) => {
    expect(shown(evaluate(expression))).toBe(expected)
  })
})

describe('what decides is recorded', () => {
  test.each([
    ['n < m', ['m > n']],
    ['n == m', ['m != n']],
    ['n > 1', []], // every size is at least 2
    ['n > 1.5', []],
    ['n < 64.5', ['n < 65']],
    ['n == 0.5', []],
    ['bool(n)', []],
    ['m % n == 0', ['m % n == 0']],
    ['str(n)', ['n == 64']],
    ["f'{n}'", ['n == 64']],
    ['list(range(n)) and None', ['n == 64']],
    ['n & (n - 1)', ['n == 64']],
    ['{n: 1} and None', ['n == 64']],
    ['[1] * n and None', ['n == 64']],
    ['[0, 1][n - 63]', ['n == 64']],
    ['n ** 0.5 > 1', ['n == 64']],
    ['int(n ** 0.5)', ['n == 64']],
    ['n ** -0.5 == 0.125', ['n == 64']],
    ['str(n / 2)', ['n == 64']],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression).assumed).toEqual(expected)
  })
})

describe('what decides nothing pins nothing', () => {
  test.each([
    'n ** -0.5',
    '1 / n ** 0.5',
    '(n / m) % 3',
    'float(n)',
    '[n, n * 2.0]',
    '(n, m)',
    'n is None',
    'max(n ** 0.5, 0) and None',
  ])('%s', (expression) => {
    const assumed = expression.includes('max') ? ['n == 64'] : [] // max compares
    expect(evaluate(expression).assumed).toEqual(assumed)
  })

  test('a float without formula still knows what it came from', () => {
    const { value } = evaluate('n ** -0.5 * 2')
    if (!(value instanceof PyFloat)) return expect.unreachable()
    expect(value.value).toBe(0.25) // 2 / sqrt(64)
    expect(value.expr).toBeUndefined()
    expect(value.deps.map(String)).toEqual(['n'])
  })
})
