import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { predict, type PredictRequest, type RegimeAnalysis } from '../../src/predict/index.ts'
import { accelerator, analysis, tiny } from './fixture.ts'

const regimes: RegimeAnalysis[] = ([1, 2] as const).flatMap((batch) => [
  analysis({ phase: 'prefill', batch }),
  analysis({ phase: 'decode', batch }),
])

function request(more: Partial<PredictRequest> = {}, analyses = regimes): PredictRequest {
  return {
    model: { id: 'tiny', className: 'tiny.TinyForCausalLM', vocabularySize: tiny.vocabulary, analyses },
    hardware: accelerator(),
    batch: 1,
    inputLength: 100,
    outputLength: 10,
    format: 'bf16',
    cacheFormat: 'bf16',
    weightBits: 16,
    memoryReserve: 0.1,
    ...more,
  }
}

const kernel = (r: ReturnType<typeof predict>, phase: 'prefill' | 'decode', aten: string) => {
  const found = r[phase]?.breakdown.kernels.find((k) => k.kernel.aten === aten)
  if (found === undefined) throw new Error(`no ${aten}`)
  return found
}

describe('one pass', () => {
  it('takes the longer of arithmetic and traffic for each kernel', () => {
    const p = predict(request({ batch: 4, inputLength: 1000, outputLength: 1 }))
    const sdpa = kernel(p, 'prefill', 'sdpa')
    // 2 layers; matmul 4*4000*1000*4*16 = 1.024e9 at 100e12 → 10.24 us; softmax 6*4000*1000*4 = 9.6e7 at 10e12 → 9.6 us;
    // bytes 2*4000*64*2 + 2*2*4000*32 = 1 536 000 at 1e12 → 1.5 us. Arithmetic wins: 10.24 us a layer.
    expect(sdpa.seconds).toBeCloseTo(2 * 10.24e-6, 12)
    expect(sdpa.computeSeconds).toBe(sdpa.seconds)
    const add = kernel(p, 'prefill', 'aten.add.Tensor')
    // 4000*64 = 256 000 elements: 2 reads + 1 write of 2 bytes = 1 536 000 bytes → 1.536 us; 256 000 FLOPs → 0.0256 us.
    expect(add.seconds).toBeCloseTo(2 * 1.536e-6, 12)
    expect(add.memorySeconds).toBe(add.seconds)
  })

  it('adds the launch overhead of every launch', () => {
    const without = predict(request({ outputLength: 1 }))
    const overhead = 5e-6
    const p = predict(request({ outputLength: 1, hardware: accelerator(overhead) }))
    // 2 layers of 1 conversion, 1 product, 2 appends, 1 attention, 2+1 products, 1 pointwise, 1 add = 10; head 1; sampling 3.
    expect(p.prefill.launches).toBe(2 * 10 + 1 + 3)
    expect(p.ttftSeconds).toBeCloseTo(without.ttftSeconds + 24 * overhead, 12)
    expect(p.prefill.launchSeconds).toBeCloseTo(24 * overhead, 12)
    expect(p.prefill.bound).toBe('launch')
  })

  it('multiplies a kernel by its own repeat and those around it', () => {
    const p = predict(request({ outputLength: 1 }))
    const products = p.prefill.breakdown.kernels.filter((k) => k.module === 'model.layers.*.mlp' && k.matmulFlops > 0)
    // 100 tokens: gate and up (repeat 2) and down, each 2*100*64*128 FLOPs, in 2 layers.
    expect(products.reduce((n, k) => n + k.matmulFlops, 0)).toBe(2 * 3 * 2 * 100 * 64 * 128)
  })

  it('runs fp32 contractions at the vector peak and drops conversions to the dtype a tensor has', () => {
    const bf16 = predict(request({ outputLength: 1 }))
    const f32 = predict(request({ outputLength: 1, format: 'f32', cacheFormat: 'f32', weightBits: 32 }))
    expect(bf16.prefill.breakdown.kernels.some((k) => k.kernel.operation === 'to float32')).toBe(true)
    expect(f32.prefill.breakdown.kernels.some((k) => k.kernel.operation === 'to float32')).toBe(false)
    // The copy of the logits is asked for with copy=True: it stays. (Sampling reads 4-byte logits then.)
    expect(kernel(f32, 'prefill', 'aten._to_copy.default').readBytes).toBe(4 * 1000)
    const large = { batch: 16, inputLength: 4096, outputLength: 1 }
    const sdpa = kernel(
      predict(request({ ...large, format: 'f32', cacheFormat: 'f32', weightBits: 32 })),
      'prefill',
      'sdpa',
    )
    // 4*16*4096*4096*4*16 at 10e12, in 2 layers.
    expect(sdpa.seconds).toBeCloseTo((2 * 4 * 16 * 4096 * 4096 * 64) / 10e12, 9)
  })

  it('reads quantised weights at their width', () => {
    const p = predict(request({ outputLength: 1, weightBits: 4 }))
    // head: 2*64 activations in, 0.5*64*1000 weights, 2*1000 out
    const head = p.prefill.breakdown.modules.find((m) => m.module === 'lm_head')
    expect(head?.readBytes).toBe(2 * 64 + 0.5 * 64 * 1000)
    expect(p.memory.weightBytes).toBe(0.5 * 1e6)
  })
})

describe('decoding', () => {
  it('equals the sum of its steps, each predicted by itself', () => {
    // Attention is arithmetic-bound (6 FLOPs a pair at a slow vector unit) for long caches and traffic-bound for short
    // ones when the vector peak is 0.1 TFLOP/s: the sum bends on the way.
    const hardware = { ...accelerator(1e-6), vector_f32_flops_per_second: { value: 0.17e12, source: 'made up' } }
    const steps = 300
    const whole = predict(request({ batch: 3, hardware, inputLength: 2, outputLength: steps + 1 }))
    let seconds = 0
    const bounds = new Set<boolean>()
    for (let i = 0; i < steps; i++) {
      const one = predict(request({ batch: 3, hardware, inputLength: 2 + i, outputLength: 2 }))
      seconds += one.decode?.seconds ?? NaN
      bounds.add(kernel(one, 'decode', 'sdpa').computeSeconds > 0)
    }
    expect(bounds.size).toBe(2)
    expect(Math.abs((whole.decode?.seconds ?? NaN) / seconds - 1)).toBeLessThan(1e-12)
    expect(whole.tpotSeconds).toBeCloseTo(seconds / steps, 12)
  })

  it('gives TTFT, TPOT and the whole request', () => {
    const p = predict(request({ outputLength: 5 }))
    expect(p.requestSeconds).toBeCloseTo(p.ttftSeconds + 4 * (p.tpotSeconds ?? NaN), 15)
    expect(p.decode?.steps).toBe(4)
    expect(p.tokensPerSecond).toBeCloseTo(5 / p.requestSeconds, 6)
    expect(predict(request({ outputLength: 1 })).tpotSeconds).toBeUndefined()
  })

  it('keeps the cache that the last step leaves', () => {
    const p = predict(request({ batch: 2, inputLength: 100, outputLength: 29 }))
    // keys and values * 2 bytes * 2 layers * 2 sequences * (100 + 29 - 1) tokens * 2 heads * 16
    expect(p.memory.cacheBytes).toBe(2 * 2 * 2 * 2 * 128 * 2 * 16)
    const fp8 = predict(request({ batch: 2, inputLength: 100, outputLength: 29, cacheFormat: 'fp8' }))
    expect(fp8.memory.cacheBytes).toBe(p.memory.cacheBytes / 2)
  })

  it('reads and writes the cache at its width', () => {
    const wide = predict(request({ batch: 2, inputLength: 100, outputLength: 2 }))
    const narrow = predict(request({ batch: 2, inputLength: 100, outputLength: 2, cacheFormat: 'fp8' }))
    const keys = 2 * 101 * 2 * 16 // sequences * tokens * heads * head_dim
    // attention reads keys and values, 1 byte less each, in 2 layers
    expect(kernel(wide, 'decode', 'sdpa').readBytes - kernel(narrow, 'decode', 'sdpa').readBytes).toBe(2 * 2 * keys)
    // appending: old and new entries in (100 + 1 tokens), all of them out
    const [a, b] = [kernel(wide, 'decode', 'aten.cat.default'), kernel(narrow, 'decode', 'aten.cat.default')]
    expect(a.readBytes - b.readBytes).toBe(2 * keys)
    expect(a.writeBytes - b.writeBytes).toBe(2 * keys)
  })

  it('crosses regimes step by step', () => {
    const window = [
      ...regimes.filter((r) => r.phase === 'prefill'),
      analysis({ phase: 'decode', batch: 1, assumptions: ['{cache_len} + 1 <= 128'] }),
      analysis({ phase: 'decode', batch: 1, assumptions: ['{cache_len} + 1 > 128'], seen: '128' }),
    ]
    const p = predict(request({ inputLength: 100, outputLength: 101 }, window))
    // Steps find caches of 100 … 199 tokens; attention sees one more, at most 128: 101+…+128 = 28 steps, then 72 of 128.
    const pairs = ((101 + 128) * 28) / 2 + 72 * 128
    const attention = p.decode?.breakdown.kernels.filter((k) => k.kernel.aten === 'sdpa') ?? []
    expect(attention).toHaveLength(1)
    expect(attention[0]?.matmulFlops).toBe(2 * 4 * pairs * 4 * 16)
    expect(p.decode?.steps).toBe(100)
  })

  it('says which assumption no analysis meets', () => {
    const short = [
      ...regimes.filter((r) => r.phase === 'prefill'),
      analysis({ phase: 'decode', batch: 1, assumptions: ['{cache_len} < 128'] }),
    ]
    expect(() => predict(request({ inputLength: 100, outputLength: 101 }, short))).toThrow(
      expect.objectContaining({
        code: 'assumption-failed',
        message: 'no analysis of tiny covers decode at batch 1, seq 1, cache 128',
        notes: ['An analysis assumes {cache_len} < 128.'],
        hint: 'Ask for sizes within them.',
      }),
    )
  })
})

describe('experts', () => {
  const moe = ([1, 2] as const).flatMap((batch) =>
    (['prefill', 'decode'] as const).map((phase) => analysis({ phase, batch, experts: { count: 8, perToken: 2 } })),
  )

  it('are read when some token goes to them', () => {
    const p = predict(request({ batch: 3, outputLength: 2 }, moe))
    // 3 tokens, 2 of 8 experts each: 8*(1 - (3/4)^3) = 4.625 experts of 64*128 weights; 6 rows of 64 in; 8 offsets.
    const grouped = kernel(p, 'decode', 'aten._grouped_mm.default')
    expect(grouped.readBytes).toBeCloseTo(2 * (2 * 6 * 64 + 2 * 4.625 * 64 * 128 + 4 * 8), 6)
    // 300 tokens touch all of them: 8*(1 - 0.75^300) = 8
    expect(kernel(p, 'prefill', 'aten._grouped_mm.default').readBytes).toBeCloseTo(
      2 * (2 * 600 * 64 + 2 * 8 * 64 * 128 + 4 * 8),
      6,
    )
    expect(p.notes.some((n) => n.text.includes('experts'))).toBe(true)
  })
})

describe('memory', () => {
  it('fits when everything is below what is left of the capacity', () => {
    const p = predict(request())
    expect(p.memory.totalBytes).toBe(p.memory.weightBytes + p.memory.cacheBytes + p.memory.activationBytes)
    expect(p.memory.usableBytes).toBe(9e9)
    expect(p.memory.fits).toBe(true)
    expect(predict(request({ memoryReserve: 0.9999 })).memory.fits).toBe(false)
  })
})

describe('breakdown', () => {
  it('splits down to the parts of the repeated block', () => {
    const p = predict(request())
    const names = p.decode?.breakdown.modules.map((m) => m.module) ?? []
    expect([...names].sort()).toEqual([
      'lm_head',
      'model.layers.*',
      'model.layers.*.mlp',
      'model.layers.*.self_attn',
      'sampling',
    ])
    const mlp = p.decode?.breakdown.modules.find((m) => m.module === 'model.layers.*.mlp')
    expect(mlp?.repeat).toBe(2)
    expect(mlp?.launches).toBe(9 * 2 * 4) // 9 steps, 2 layers, 4 launches
    expect(p.decode?.breakdown.modules.reduce((n, m) => n + m.share, 0)).toBeCloseTo(1, 12)
    expect(p.decode?.breakdown.kernels.reduce((n, k) => n + k.seconds, 0)).toBeCloseTo(p.decode?.seconds ?? NaN, 12)
  })
})

describe('always', () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 2, max: 64 }),
    inputLength: fc.integer({ min: 2, max: 5000 }),
    outputLength: fc.integer({ min: 2, max: 50 }),
  })
  const run = (more: Partial<PredictRequest>) => predict(request({ hardware: accelerator(2e-6), ...more }))

  it('takes no less time for more work', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom('batch', 'inputLength', 'outputLength'), (s, grown) => {
        const [less, more] = [run(s), run({ ...s, [grown]: s[grown as keyof typeof s] + 1 })]
        expect(more.requestSeconds).toBeGreaterThanOrEqual(less.requestSeconds)
        expect(more.ttftSeconds).toBeGreaterThanOrEqual(less.ttftSeconds)
        expect(more.memory.totalBytes).toBeGreaterThanOrEqual(less.memory.totalBytes)
      }),
      { numRuns: 60 },
    )
  })

  it('splits its time into compute, memory and launches', () => {
    fc.assert(
      fc.property(sizes, (s) => {
        const { prefill } = run(s)
        expect(prefill.computeSeconds + prefill.memorySeconds + prefill.launchSeconds).toBeCloseTo(prefill.seconds, 15)
        expect(prefill.shareOfPeakFlops).toBeLessThanOrEqual(1)
        expect(prefill.shareOfPeakBandwidth).toBeLessThanOrEqual(1)
      }),
      { numRuns: 30 },
    )
  })
})
