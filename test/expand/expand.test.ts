// Stage 2: references replaced by what they stand for; what stops it, and what is said then.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnalysisError, resultUnless } from '../../src/text/index.ts'
import { evaluate, parse } from '../../src/sym/index.ts'
import { expandFiles, expandModel, analysesInMemory } from '../../src/expand/index.ts'
import type { KernelInfo, ModelNode, ModuleAnalysis } from '../../src/trace/formats.ts'
import { validator } from '../cli/schemas.ts'
import { analysis, basic, composite, files, layer, model, norm, variant } from './analyses.ts'

const expand = (root: string, ...analyses: readonly ModuleAnalysis[]) => expandFiles(root, files(...analyses)).analysis

function failure(run: () => unknown): AnalysisError & { scratchpad?: string } {
  try {
    run()
  } catch (e) {
    if (e instanceof AnalysisError) return e
    throw e
  }
  throw new Error('did not fail')
}

const node = (root: ModelNode, ...path: readonly number[]): ModelNode =>
  path.reduce((n, i) => n.sub_kernels[i] as ModelNode, root)

describe('a norm used with two sizes', () => {
  const result = expand('Model', model, layer, norm)

  test('each use in its own variables', () => {
    const inLayer = node(result.root, 1)
    expect(inLayer.repeat).toBe('{config.num_hidden_layers}')
    // rows * width + 2 * rows
    expect(node(inLayer, 0).flops).toBe('{batch_size} * {seq_len} * {hidden_size} + 2 * {batch_size} * {seq_len}')
    expect(node(inLayer, 1).flops).toBe(
      '{batch_size} * {seq_len} * {hidden_size} + 2 * {batch_size} * {seq_len} * {num_heads}',
    )
    expect(node(inLayer, 1).repeat).toBe(2)
    const [kernel] = node(inLayer, 1).sub_kernels
    expect(kernel).toMatchObject({
      in: ['bf16[{batch_size} * {seq_len} * {num_heads}, {hidden_size} / {num_heads}]'],
      analysis:
        'm.py:1: x * y | aten.mul(bf16[{batch_size} * {seq_len} * {num_heads}, {hidden_size} / {num_heads}]) → bf16[{batch_size} * {seq_len} * {num_heads}, {hidden_size} / {num_heads}]',
    })
  })

  test('totals of the model and of each class', () => {
    // per layer: norms (1 + 2 * 1) * b*s*h + 2*b*s + 2 * 2*b*s*n, product b*s*h²; then once more the norm
    const layers = '{config.num_hidden_layers} * {batch_size} * {seq_len}'
    expect(parse(result.totals.flops).key).toBe(
      parse(
        `${layers} * (3 * {hidden_size} + 2 + 4 * {num_heads} + {hidden_size} ** 2) + {batch_size} * {seq_len} * ({hidden_size} + 2)`,
      ).key,
    )
    expect(result.by_class['RMSNorm']?.calls).toBe('3 * {config.num_hidden_layers} + 1')
    expect(result.by_class['Layer']?.calls).toBe('{config.num_hidden_layers}')
    expect(result.by_class['Model']).toMatchObject({ calls: '1', flops: result.totals.flops })
  })

  test('assumptions: proved ones are gone, the rest is in the model’s variables, once', () => {
    // hidden_size % (2 * num_heads) == 0 implies that num_heads divides it, 2 does, and that the two differ
    expect(result.assumptions).toEqual([{ condition: '{hidden_size} % (2 * {num_heads}) == 0', at: 'm.py:1' }])
  })

  test('nothing is left unresolved; the files follow their schemas', () => {
    expect(JSON.stringify(result)).not.toContain('${{')
    expect(validator('model_analysis')(JSON.parse(JSON.stringify(result)))).toEqual([])
    for (const a of [model, layer, norm]) expect(validator('module_analysis')(a)).toEqual([])
    expect(Object.keys(result.variables)).toEqual(
      ['a_bytes', 'batch_size', 'config.num_hidden_layers', 'hidden_size', 'num_heads', 'seq_len', 'w_bytes'], // prettier-ignore
    )
  })
})

describe('what stops it', () => {
  test('a missing file', () => {
    const e = failure(() => expand('Model', model, norm))
    expect([e.code, e.message]).toEqual(['missing-analysis', 'there is no analysis of Layer'])
    expect(e.notes[0]).toBe('needed by Model.json: kernel 2 (call Layer)')
    expect(e.scratchpad).toContain('missing-analysis: there is no analysis of Layer')
    expect(failure(() => expand('RMSNorn', norm)).notes).toEqual(['there are: RMSNorm'])
  })

  test('a cycle', () => {
    const a = analysis('A', variant({}, {}, [composite('B', '')]))
    const b = analysis('B', variant({}, {}, [composite('A', '')]))
    const e = failure(() => expand('A', a, b))
    expect([e.code, e.message]).toEqual(['reference-cycle', 'A contains itself: A → B → A'])
  })

  test('an unbound parameter', () => {
    const a = analysis('A', variant({}, { x: 3 }, [composite('RMSNorm', 'rows={x}')]))
    const e = failure(() => expand('A', a, norm))
    expect([e.code, e.message]).toEqual([
      'unbound-parameter',
      'A.json: kernel 1 (call RMSNorm) gives no value for the parameter width of RMSNorm',
    ])
  })

  test('an assumption that does not hold', () => {
    const a = analysis('A', variant({}, { x: 3 }, [composite('RMSNorm', 'rows={x}, width={x}')]))
    const e = failure(() => expand('A', a, norm))
    expect([e.code, e.message]).toEqual([
      'assumption-failed',
      'RMSNorm.json: the assumption {width} % 2 == 0 (m.py:1) does not hold here: x % 2 == 0',
    ])
    const b = analysis('A', variant({}, { x: 3 }, [composite('RMSNorm', 'rows={x}, width=1')]))
    expect(failure(() => expand('A', b, norm)).code).toBe('assumption-failed')
  })

  const broken: [string, ModuleAnalysis | object, string][] = [
    ['a foreign variable', analysis('A', variant({}, { x: 3 }, [basic({ flops: '{y}' })])), 'uses {y}'],
    ['no formula', analysis('A', variant({}, { x: 3 }, [basic({ flops: '{x} +' })])), 'ends too early'],
    ['no reference', analysis('A', variant({}, {}, [{ ...composite('RMSNorm', ''), flops: '3' }])), 'is no reference'],
    [
      'a surplus binding',
      analysis('A', variant({}, { x: 2 }, [composite('RMSNorm', 'rows={x}, width={x}, y={x}')])),
      'no parameter',
    ],
    [
      'a missing variant',
      analysis('A', variant({}, { x: 2 }, [composite('RMSNorm', 'rows={x}, width={x}', { variant: 2 })])),
      'no variant 2',
    ],
    [
      'another run',
      { ...analysis('A', variant({}, { x: 2 }, [composite('RMSNorm', 'rows={x}, width={x}')])), phase: 'decode' },
      'was made for prefill',
    ],
    ['another class', { ...analysis('A', variant({}, {}, [])), class_name: 'B' }, 'holds the analysis of B'],
    [
      'a missing field',
      { ...analysis('A', variant({}, {}, [])), kernels: [{ ...basic({}), flops: 3 }] },
      'A.json: kernels[0]: flops is no text',
    ],
    ['two values', analysis('A', variant({}, { batch_size: 3 }, [composite('Layer', '')])), 'not of one run'],
    [
      'a circular definition',
      analysis('A', variant({}, {}, [basic({ flops: '{d}' })], { definitions: { d: '{d} + 1' } })),
      'uses d',
    ],
  ]
  test.each(broken)('%s', (_, a, message) => {
    const e = failure(() => expandFiles('A', new Map([...files(layer, norm), ['A.json', JSON.stringify(a)]])))
    expect(e.code).toBe('bad-analysis')
    expect(e.message).toContain(message)
  })

  test('a file that is no JSON', () => {
    expect(failure(() => expandFiles('A', new Map([['A.json', '{']]))).message).toMatch(/^A\.json is no JSON/)
  })
})

describe('variants, definitions, nesting', () => {
  test('a call names its variant', () => {
    const b = analysis('B', variant({ n: 2 }, {}, [basic({ flops: '{n}' })]), [
      variant({ m: 2 }, {}, [basic({ flops: '{m} ** 2' })]),
    ])
    const a = analysis(
      'A',
      variant({}, { x: 2 }, [composite('B', 'n={x}'), composite('B', 'm={x} + 1', { variant: 1 })]),
    )
    expect(expand('A', a, b).totals.flops).toBe('{x} ** 2 + 3 * {x} + 1')
  })

  test('a class within itself in another variant is no cycle, and is not counted twice', () => {
    const s = analysis('S', variant({}, { x: 2 }, [composite('S', '', { variant: 1, repeat: 3 })]), [
      variant({}, { x: 2 }, [basic({ flops: '{x}' })]),
    ])
    const result = expand('S', s)
    expect(result.by_class['S']).toMatchObject({ calls: '4', flops: '3 * {x}' })
  })

  test('definitions stay names where they can', () => {
    const b = analysis(
      'B',
      variant({ n: 32 }, { blocks: 6 }, [basic({ flops: '{blocks}' })], {
        definitions: { blocks: '{n} // 5', unused: '{q}' },
      }),
    )
    const once = expand('A', analysis('A', variant({}, { x: 32 }, [composite('B', 'n={x}')])), b)
    expect([once.totals.flops, once.definitions]).toEqual(['{blocks}', { blocks: '{x} // 5' }])
    expect(Object.keys(once.variables)).toEqual(['blocks', 'x'])
    const twice = expand(
      'A',
      analysis('A', variant({}, { x: 32 }, [composite('B', 'n={x}'), composite('B', 'n=5 * {x}')])),
      b,
    )
    expect([twice.totals.flops, twice.definitions]).toEqual(['{blocks} + {x}', { blocks: '{x} // 5' }])
  })

  test('a hundred layers in milliseconds', () => {
    const layers = analysis('Model', variant({}, { batch_size: 2, seq_len: 32, hidden_size: 4096 }, Array.from({ length: 200 }, () => composite('Layer', '')))) // prettier-ignore
    const start = performance.now()
    const result = expandModel('Model', analysesInMemory(new Map([layers, layer, norm].map((a) => [a.class_name, a]))))
    expect(performance.now() - start).toBeLessThan(500)
    expect(result.by_class['Layer']?.calls).toBe('200')
  })
})

describe('expanding equals evaluating', () => {
  // Classes C0 … C4, each with parameters p and q and calls of later classes.
  const atom = fc.constantFrom('{p}', '{q}', '{g}', '2', '3')
  const expression = fc
    .tuple(atom, fc.constantFrom('+', '*', '// {g} *', '// 3 +'), atom, fc.constantFrom('+', '*'), atom)
    .map(([a, op, b, op2, c]) => `(${a} ${op} ${b}) ${op2} ${c}`)
  const call = fc.tuple(fc.nat(4), expression, expression, fc.oneof(fc.integer({ min: 1, max: 3 }), atom))
  const body = fc.tuple(fc.array(fc.tuple(expression, expression), { maxLength: 2 }), fc.array(call, { maxLength: 3 }))
  const program = fc.array(body, { minLength: 5, maxLength: 5 })

  type Body = readonly [
    readonly (readonly [string, string])[],
    readonly (readonly [number, string, string, string | number])[],
  ]

  const analysisOf = (i: number, [kernels, calls]: Body): ModuleAnalysis => {
    const called =
      i === 4
        ? []
        : calls.map(([d, p, q, repeat]) => composite(`C${i + 1 + (d % (4 - i))}`, `p=${p}, q=${q}`, { repeat }))
    const own: KernelInfo[] = kernels.map(([flops, read]) => basic({ flops, read }, 'f32[{g}]'))
    return analysis(`C${i}`, variant({ p: 4, q: 6 }, { g: 5 }, [...own, ...called]))
  }

  const value = (text: string | number, env: Record<string, bigint>): bigint =>
    BigInt(evaluate(parse(String(text)), env).toString())

  const run = (bodies: readonly Body[], i: number, env: Record<string, bigint>): [bigint, bigint] => {
    const [kernels, calls] = bodies[i] as Body
    let [flops, read] = [0n, 0n]
    for (const [f, r] of kernels) [flops, read] = [flops + value(f, env), read + value(r, env)]
    for (const [d, p, q, repeat] of i === 4 ? [] : calls) {
      const inner = run(bodies, i + 1 + (d % (4 - i)), { p: value(p, env), q: value(q, env), g: env['g'] as bigint })
      const n = value(repeat, env)
      ;[flops, read] = [flops + n * inner[0], read + n * inner[1]]
    }
    return [flops, read]
  }

  test('at random sizes', () => {
    const size = fc.bigInt({ min: 2n, max: 40n })
    fc.assert(
      fc.property(program, size, size, size, (bodies, p, q, g) => {
        const analyses = analysesInMemory(new Map(bodies.map((b, i) => [`C${i}`, analysisOf(i, b)])))
        // Now and then sizes are squared at each level, and a formula gets longer than is allowed.
        const result = resultUnless(['budget-exceeded'], () => expandModel('C0', analyses))
        if (result === undefined) return fc.pre(false)
        const env = { p, q, g }
        const expected = run(bodies, 0, env)
        expect([value(result.totals.flops, env), value(result.totals.memory_access.read, env)]).toEqual(expected)
        const sum = (n: ModelNode): bigint =>
          n.sub_kernels.reduce(
            (s, k) => s + value(k.repeat ?? 1, env) * (k.kernel_type === 'basic' ? value(k.flops, env) : sum(k)),
            0n,
          )
        expect(sum(result.root)).toBe(expected[0])
      }),
      { numRuns: 150 },
    )
  })
})
