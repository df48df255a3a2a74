// Integers with formulas: what a run records must be enough for its formulas and branches to hold elsewhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as sym from '../../src/sym/index.ts'
import {
  add,
  belowMinimum,
  ceilInt,
  type Comparison,
  constExpr,
  divE,
  eq,
  evaluate,
  exprOf,
  floorDiv,
  floorInt,
  gcd,
  ge,
  gt,
  hint,
  hintNumber,
  holds,
  type Int,
  known,
  le,
  lt,
  max,
  min,
  mod,
  mul,
  ne,
  neg,
  parse,
  parseCondition,
  pin,
  pow,
  print,
  roundInt,
  Scope,
  sub,
  SymInt,
} from '../../src/sym/index.ts'
import { formula, names, point } from './arbitrary.ts'

const texts = (scope: Scope): string[] => scope.assumptions.map((a) => a.text)
const show = (x: Int): string => print(exprOf(x))

describe('plain integers are Python’s', () => {
  test('rounding and signs', () => {
    expect([floorDiv(7, 2), floorDiv(-7, 2), floorDiv(7, -2), mod(-7, 3), mod(7, -3), floorDiv(-6, 3)]).toEqual([
      3, -4, -4, 2, -2, -2,
    ])
    expect(Object.is(mul(0, -5), 0) && Object.is(mod(-4, 2), 0) && Object.is(floorDiv(0, -3), 0)).toBe(true)
  })

  test('exact beyond 2^53, and back', () => {
    const big = mul(2 ** 52, 2 ** 10)
    expect(big).toBe(2n ** 62n)
    expect(floorDiv(big, 2 ** 20)).toBe(2 ** 42)
    expect(sub(big, big)).toBe(0)
    expect(mod(add(big, 5), 2 ** 30)).toBe(5)
    expect([lt(big, 3), eq(big, 2n ** 62n), pow(3, 40), pow(-1, big)]).toEqual([false, true, 12157665459056928801n, 1])
    expect(() => pow(10, 10 ** 9)).toThrow(/too large/)
  })

  test('agree with big integers everywhere', () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }))
    fc.assert(
      fc.property(whole, whole, (x, y) => {
        const [a, b] = [add(x, 0), add(y, 0)]
        const [p, q] = [BigInt(x), BigInt(y)]
        expect(BigInt(hint(add(a, b)))).toBe(p + q)
        expect(BigInt(hint(mul(a, b)))).toBe(p * q)
        if (q === 0n) return
        const rest = ((p % q) + q) % q
        expect(BigInt(hint(mod(a, b)))).toBe(rest)
        expect(BigInt(hint(floorDiv(a, b)))).toBe((p - rest) / q)
      }),
    )
  })
})

function llama(): { scope: Scope; batch: Int; seq: Int; hidden: Int; heads: Int; kv: Int } {
  const scope = new Scope()
  const variable = (name: string, value: number): Int => scope.variable(name, value)
  return {
    scope,
    batch: variable('batch_size', 2),
    seq: variable('seq_len', 32),
    hidden: variable('hidden_size', 4096),
    heads: variable('num_heads', 32),
    kv: variable('config.num_key_value_heads', 8),
  }
}

describe('formulas', () => {
  test('exact division is a quotient with an assumption, once', () => {
    const { scope, hidden, heads, kv } = llama()
    const head = floorDiv(hidden, heads)
    expect(show(head)).toBe('hidden_size/num_heads')
    expect(mul(head, heads)).toBe(hidden)
    expect(mod(hidden, heads)).toBe(0)
    expect(show(floorDiv(mul(hidden, heads), kv))).toBe('hidden_size*num_heads/config.num_key_value_heads')
    floorDiv(heads, kv)
    expect(texts(scope)).toEqual(['hidden_size % num_heads == 0', 'num_heads % config.num_key_value_heads == 0'])
  })

  test('what divides provably needs no assumption', () => {
    const { scope, batch, seq, hidden } = llama()
    expect(floorDiv(mul(mul(batch, seq), hidden), hidden)).toBe(mul(batch, seq))
    expect(show(floorDiv(add(mul(2, seq), 1), 2))).toBe('seq_len')
    expect(mod(add(mul(6, seq), 5), 3)).toBe(2)
    expect(show(floorDiv(sub(mul(seq, seq), mul(batch, batch)), add(seq, batch)))).toBe('-batch_size + seq_len')
    expect(show(floorDiv(sub(add(seq, batch), 1), batch))).toBe('seq_len/batch_size')
    expect(texts(scope)).toEqual(['seq_len % batch_size == 0'])
  })

  test('what does not divide is a floor that holds everywhere', () => {
    const { scope, seq, batch } = llama()
    expect(show(floorDiv(seq, 5))).toBe('seq_len // 5')
    expect(show(floorDiv(add(seq, 4), 5))).toBe('ceil(seq_len/5)')
    expect(show(add(seq, mod(neg(seq), 5)))).toBe('5*ceil(seq_len/5)')
    expect(show(mod(seq, 5))).toBe('seq_len - 5*(seq_len // 5)')
    expect(show(floorDiv(add(seq, sub(mul(batch, 7), 1)), mul(batch, 7)))).toBe('ceil(seq_len/(7*batch_size))')
    expect(texts(scope)).toEqual([])
  })

  test('small values are numbers', () => {
    const scope = new Scope()
    expect([scope.variable('a', 1), scope.variable('b', 0)]).toEqual([1, 0])
    expect(() => scope.variable('c', 2, '', { min: 3 })).toThrow(/minimum/)
    const x = scope.variable('x', 5)
    expect(scope.variable('x', 5)).toBe(x)
    expect(() => scope.variable('x', 6)).toThrow(/at once/)
    expect(() => add(x, new Scope().variable('y', 3))).toThrow(/two runs/)
  })

  test('constants are exact', () => {
    const { hidden, batch } = llama()
    const big = mul(mul(hidden, 10 ** 15), 10 ** 9)
    expect(hint(big)).toBe(4096n * 10n ** 24n)
    expect(eq(sub(add(big, batch), big), batch)).toBe(true)
  })

  test('floats with a formula become integers again', () => {
    const { scope, hidden, seq } = llama()
    const wide = divE(sym.mulE(exprOf(hidden), constExpr(8)), constExpr(3))
    expect(show(floorInt(scope, wide, 10922))).toBe('8*hidden_size // 3')
    expect(show(ceilInt(scope, wide, 10923))).toBe('ceil(8*hidden_size/3)')
    expect(show(floorInt(scope, sym.mulE(exprOf(hidden), constExpr(2.5)), 10240))).toBe('5*hidden_size/2')
    expect(texts(scope)).toEqual(['5*hidden_size % 2 == 0'])
    expect(roundInt(scope, divE(exprOf(seq), constExpr(5)), 6)).toBe(6)
    expect(texts(scope)).toContain('seq_len == 32')
    // 0.29 * 100 is 28.999999999999996 in Python: only the value itself is right.
    expect(floorInt(scope, constExpr(29), 28)).toBe(28)
  })

  test('an integer of another scope brings its divisibility along', () => {
    const { hidden, heads } = llama()
    const other = llama().scope
    const head = other.adopt(floorDiv(hidden, heads) as SymInt)
    expect([show(head), texts(other)]).toEqual(['hidden_size/num_heads', ['hidden_size % num_heads == 0']])
    expect(mul(head, other.variable('num_heads', 32))).toBe(other.variable('hidden_size', 4096))
  })

  test('named definitions stand for what they are', () => {
    const { scope, seq } = llama()
    expect(scope.named('same', mul(seq, 5))).toBe(mul(seq, 5))
    const blocks = scope.named('blocks', floorDiv(add(mul(seq, 5), 1), 3))
    expect(show(mul(blocks, 3))).toBe('3*blocks')
    expect([...scope.definitions].map(([n, e]) => [n, print(e)])).toEqual([['blocks', '(5*seq_len + 1) // 3']])
    expect(known('<=', 0, blocks)).toBe(true)
    expect(print(scope.undefine(exprOf(mul(blocks, 3))))).toBe('3*((5*seq_len + 1) // 3)')
  })
})

describe('comparisons', () => {
  test('sizes are at least 2', () => {
    const { scope, batch, seq, hidden, heads } = llama()
    const head = floorDiv(hidden, heads)
    expect([
      gt(seq, 1),
      ne(mul(batch, seq), 1),
      lt(hidden, mul(hidden, seq)),
      ge(head, 1),
      le(head, hidden),
      ne(head, 0),
    ]).toEqual([true, true, true, true, true, true])
    expect(texts(scope)).toEqual(['hidden_size % num_heads == 0'])
    expect(known('<', seq, hidden)).toBe(undefined)
    expect(known('<', 3, mul(seq, 2))).toBe(true)
  })

  test('open ones are recorded in a short form, and the weaker of two not at all', () => {
    const { scope, batch, seq, hidden } = llama()
    expect(le(mul(seq, hidden), mul(mul(hidden, hidden), 2))).toBe(true)
    expect(lt(seq, hidden)).toBe(true)
    expect(ne(mul(seq, batch), mul(hidden, batch))).toBe(true)
    expect(gt(hidden, 100)).toBe(true)
    expect(gt(mul(2, hidden), 50)).toBe(true)
    expect(texts(scope)).toEqual(['seq_len < hidden_size', 'hidden_size > 100'])
  })

  test('what is known of a quotient: a positive integer', () => {
    const { scope, heads, kv } = llama()
    const groups = floorDiv(heads, kv)
    expect([ge(groups, 1), ne(groups, 1), gt(groups, 1), ge(groups, 2), ge(heads, kv)]).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
    expect(texts(scope)).toEqual([
      'num_heads % config.num_key_value_heads == 0',
      'num_heads > config.num_key_value_heads',
    ])
  })

  test('floors have bounds', () => {
    const { scope, seq } = llama()
    const rest = mod(seq, 5)
    const blocks = floorDiv(seq, 5)
    expect([
      lt(rest, 5),
      ge(rest, 0),
      le(blocks, seq),
      ge(blocks, 0),
      le(mul(blocks, 5), seq),
      ge(floorDiv(add(seq, 4), 5), 1),
    ]).toEqual([true, true, true, true, true, true])
    expect(texts(scope)).toEqual([])
  })

  test('pins, extrema, positions', () => {
    const { scope, seq, hidden } = llama()
    let line = 7
    scope.where = () => ({ file: 'm.py', line })
    expect(pin(seq)).toBe(32)
    line = 8
    expect(pin(seq)).toBe(32)
    expect(max(seq, hidden, 5)).toBe(hidden)
    expect(min(hidden, 4097)).toBe(hidden)
    expect(gcd(seq, 12)).toBe(4)
    expect(hintNumber(seq)).toBe(32)
    expect(scope.assumptions.map((a) => `${a.text} @${a.at?.line}`)).toEqual([
      'seq_len == 32 @7',
      'seq_len < hidden_size @8',
      'hidden_size >= 5 @8',
      'hidden_size <= 4097 @8',
    ])
  })

  test('what says least is left out', () => {
    const { scope, seq, hidden } = llama()
    expect([ne(mul(hidden, seq), 5), ne(seq, 3), gt(seq, 3), ne(mul(seq, hidden), 1)]).not.toContain(false)
    expect(texts(scope)).toEqual(['seq_len > 3'])
    scope.assume(exprOf(seq), '>=', constExpr(10))
    expect(texts(scope)).toEqual(['seq_len >= 10'])
    expect([gt(mul(seq, hidden), 19), lt(mul(hidden, 3), mul(seq, hidden)), gt(floorDiv(seq, 3), 2)]).toEqual([
      true,
      true,
      true,
    ])
    expect(texts(scope)).toEqual(['seq_len >= 10'])
  })

  test('a pattern over constants is stated as the values that it depends on', () => {
    const scope = new Scope()
    const [period, offset] = [scope.variable('period', 6), scope.variable('offset', 4)]
    const kinds = Array.from({ length: 30 }, (_, i) => eq(mod(i, period), offset))
    expect(kinds.flatMap((is, i) => (is ? [i] : []))).toEqual([4, 10, 16, 22, 28])
    expect(texts(scope)).toEqual(['offset == 4', 'period == 6'])
  })

  test('conditions as text', () => {
    const env = { a: 12, b: 4, c: 5 }
    const cases: [string, boolean][] = [
      ['a % b == 0', true],
      ['a % c == 0', false],
      ['(a + b) % (2*b) == 0', true],
      ['a / b == 3', true],
      ['a > b + c', true],
      ['a != 12', false],
      ['a*b <= 48', true],
      ['a % 5 == 2', true],
      ['1 / (a - 12) == 0', false],
    ]
    for (const [text, truth] of cases) expect([text, holds(parseCondition(text), env)]).toEqual([text, truth])
    expect(sym.conditionText(parseCondition('(a + b) % (2*b) == 0'), { braces: true })).toBe(
      '({a} + {b}) % (2 * {b}) == 0',
    )
    expect(belowMinimum(new Map([['a', 2], ['b', 5]]), env)).toEqual(['b']) // prettier-ignore
  })
})

// A program: a tree of integer operations and branches, run on any integers.
type Program = { run: (env: ReadonlyMap<string, Int>, branches: boolean[]) => Int; text: string }

const operations = {
  add,
  sub,
  mul,
  floorDiv,
  mod,
  max: (a: Int, b: Int) => max(a, b),
  min: (a: Int, b: Int) => min(a, b),
}
const comparisons: Record<Comparison, (a: Int, b: Int) => boolean> = {
  '==': eq,
  '!=': ne,
  '<': lt,
  '<=': le,
  '>': gt,
  '>=': ge,
}

class DivisionByZero extends Error {}

const program: fc.Arbitrary<Program> = fc.letrec<{ p: Program }>((tie) => ({
  p: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'program' },
    fc.constantFrom(...names).map((n): Program => ({ run: (env) => env.get(n) as Int, text: n })),
    fc.integer({ min: -3, max: 9 }).map((n): Program => ({ run: () => n, text: `${n}` })),
    fc.tuple(fc.constantFrom(...Object.keys(operations)), tie('p'), tie('p')).map(([name, a, b]): Program => ({
      text: `${name}(${a.text}, ${b.text})`,
      run: (env, branches) => {
        const y = b.run(env, branches)
        if ((name === 'floorDiv' || name === 'mod') && eq(y, 0)) throw new DivisionByZero()
        return operations[name as keyof typeof operations](a.run(env, branches), y)
      },
    })),
    fc
      .tuple(fc.constantFrom(...Object.keys(comparisons)), tie('p'), tie('p'), tie('p'))
      .map(([op, a, b, c]): Program => ({
        text: `(${c.text} if ${a.text} ${op} ${b.text} else ${b.text})`,
        run: (env, branches) => {
          const truth = comparisons[op as Comparison](a.run(env, branches), b.run(env, branches))
          branches.push(truth)
          return truth ? c.run(env, branches) : b.run(env, branches)
        },
      })),
  ),
})).p

const size = fc.constantFrom(2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 36, 48, 60, 64, 96, 100, 128)
const sizes = fc.record(Object.fromEntries(names.map((n) => [n, size])))

describe('soundness', () => {
  test('a run’s formula and branches hold wherever its assumptions do', () => {
    let compared = 0
    fc.assert(
      fc.property(program, sizes, fc.array(sizes, { minLength: 60, maxLength: 60 }), (p, at, others) => {
        const scope = new Scope()
        const branches: boolean[] = []
        let result: Int
        try {
          result = p.run(new Map(names.map((n) => [n, scope.variable(n, at[n] as number)])), branches)
        } catch (e) {
          if (e instanceof DivisionByZero) return
          throw e
        }
        const e = exprOf(result)
        for (const other of [at, ...others]) {
          if (!scope.assumptions.every((a) => holds(a, other))) {
            expect(other).not.toBe(at)
            continue
          }
          const direct: boolean[] = []
          const value = p.run(new Map(names.map((n) => [n, other[n] as number])), direct)
          expect(evaluate(e, other)).toBe(BigInt(hint(value)))
          expect(direct).toEqual(branches)
          compared++
        }
        if (result instanceof SymInt) expect(evaluate(e, at)).toBe(BigInt(result.hint))
      }),
      { numRuns: 600 },
    )
    expect(compared).toBeGreaterThan(2000)
  })

  test('what the prover claims is true at every point', () => {
    fc.assert(
      fc.property(formula, formula, fc.array(point, { minLength: 20, maxLength: 20 }), (a, b, points) => {
        const scope = new Scope()
        for (const n of names) scope.variable(n, 2)
        for (const op of ['==', '<', '<='] as const) {
          const claim = sym.knownCondition({ left: a, op, right: b }, scope.prover)
          if (claim === undefined) continue
          for (const env of [...points, Object.fromEntries(names.map((n) => [n, 2]))]) {
            if (sym.tryEvaluate(sym.subE(a, b), env) !== undefined)
              expect(holds({ left: sym.subE(a, b), op, right: constExpr(0) }, env)).toBe(claim)
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  test('what it claims from what it was taught is true wherever that is', () => {
    let claims = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(formula, fc.constantFrom('>', '>=', '==', '!=' as const), size), { maxLength: 3 }),
        formula,
        formula,
        fc.array(point, { minLength: 40, maxLength: 40 }),
        (facts, a, b, points) => {
          const scope = new Scope()
          for (const n of names) scope.variable(n, 2)
          const taught = facts.map(([left, op, k]) => ({ left, op, right: constExpr(k) }))
          for (const { left, op, right } of taught) scope.prover.assume(op, sym.subE(left, right), false)
          const claim = sym.knownCondition({ left: a, op: '<=', right: b }, scope.prover)
          if (claim === undefined) return
          for (const env of points) {
            if (sym.tryEvaluate(sym.subE(a, b), env) === undefined || !taught.every((t) => holds(t, env))) continue
            expect(holds({ left: sym.subE(a, b), op: '<=', right: constExpr(0) }, env)).toBe(claim)
            claims++
          }
        },
      ),
      { numRuns: 1500 },
    )
    expect(claims).toBeGreaterThan(500)
  })

  test('assumptions read back from their text', () => {
    fc.assert(
      fc.property(program, sizes, fc.array(sizes, { minLength: 10, maxLength: 10 }), (p, at, others) => {
        const scope = new Scope()
        try {
          p.run(new Map(names.map((n) => [n, scope.variable(n, at[n] as number)])), [])
        } catch (e) {
          if (!(e instanceof DivisionByZero)) throw e
        }
        for (const a of scope.assumptions) {
          for (const other of [at, ...others]) expect(holds(parseCondition(a.text), other)).toBe(holds(a, other))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a formula is parsed as itself', () => {
    expect(parse('seq_len').key).toBe(exprOf(llama().seq).key)
  })
})
