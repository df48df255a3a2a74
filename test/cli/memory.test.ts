// `memory` from the catalogue: figures that can be followed by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CachePlan, type CacheSetting } from '../../src/predict/cache-plan.ts'
import { MemoryRegimes } from '../../src/predict/memory-regimes.ts'
import { catalogueMemory } from '../../src/cli/catalogue.ts'
import { cli } from './run.ts'
import { validator } from './schemas.ts'

interface Memory {
  readonly weights_bytes: number
  readonly cache_bytes: number
  readonly cache_next_token_bytes: number
  readonly total_bytes: number
  readonly activations_bytes: number
  readonly cache: readonly {
    readonly holds: string
    readonly layer_count: number
    readonly growth: string
    readonly saturates_at_tokens: number | null
    readonly bytes: number
    readonly full_bytes: number
  }[]
  readonly readings: Readonly<Record<string, { readonly cache_bytes: number }>>
  readonly fit: {
    readonly fits: boolean
    readonly usable_bytes: number
    readonly largest_batch: number
    readonly longest_context: number
    readonly smaller_cache: { readonly kv_dtype: string; readonly largest_batch: number } | null
  } | null
}

async function memory(...argv: readonly string[]): Promise<Memory> {
  const { out, err } = await cli('memory', ...argv, '--json')
  expect(err).toBe('')
  const json = JSON.parse(out) as Memory
  expect(validator('memory')(json)).toEqual([])
  return json
}

describe('memory', () => {
  it('takes head_dim from the config, and as many heads as there are for keys and values', async () => {
    const { cache_bytes, cache_next_token_bytes, weights_bytes } = await memory('Qwen/Qwen3-4B', '--context', '4096')
    expect(cache_bytes).toBe(2 * 36 * 8 * 128 * 2 * 4096) // K and V, layers, heads, head_dim, bf16, tokens: 604 MB
    expect(cache_next_token_bytes).toBe(2 * 36 * 8 * 128 * 2)
    expect(weights_bytes).toBe(2 * 4_022_468_096) // bf16; lm_head is the embedding
  })

  it('shows the latent that is cached, and what it expands to', async () => {
    const { cache, cache_bytes, readings } = await memory(
      'deepseek-ai/DeepSeek-V3',
      '--batch',
      '4',
      '--context',
      '8192',
    )
    const tokens = 4 * 8192
    expect(cache_bytes).toBe(61 * (512 + 64) * 2 * tokens) // layers, kv_lora_rank + rope, bf16
    expect(cache.map((row) => row.holds)).toEqual(['latent K', 'V'])
    expect(readings['expanded']?.cache_bytes).toBe(61 * 128 * (128 + 64 + 128) * 2 * tokens) // heads × (key + value)
  })

  it('names the format that the cache is kept in', async () => {
    const { out } = await cli('memory', 'deepseek-ai/DeepSeek-V3', '--kv-dtype', 'fp8')
    expect(out).toContain('latent K: tokens * kv_lora_rank * fp8 bytes\n')
    expect((await cli('memory', 'meta-llama/Llama-2-7b-hf')).out).toMatch(/^K: .* \* f16 bytes$/m)
  })

  it('says which positions there are, and nothing of other batches', async () => {
    const { code, err } = await cli('memory', 'openai-community/gpt2', '--context', '2000')
    expect([code, err.split('\n').slice(0, 3)]).toEqual([
      3,
      [
        'error assumption-failed: no analysis covers batch 1 with 2000 tokens',
        '  An analysis assumes {seq_len} <= {config.max_position_embeddings}.',
        '  Ask for sizes within them, or analyse this config from source: --transformers DIR.',
      ],
    ])
  })

  it('keeps a window in windowed layers, or whole pages', async () => {
    const { cache, readings } = await memory('openai/gpt-oss-20b', '--context', '8192')
    const token = 8 * 64 * 2 // heads, head_dim, bf16
    const window = cache.filter((row) => row.growth === 'window')
    expect(window.map((row) => [row.layer_count, row.saturates_at_tokens, row.bytes])).toEqual([
      [12, 127, 12 * 127 * token], // sliding_window 128: with the new token, 128 are seen
      [12, 127, 12 * 127 * token],
    ])
    const counters = 12 * 8 // an int64 in each windowed layer
    expect(readings['full_pages']?.cache_bytes).toBe(24 * 2 * 8192 * token + counters)
  })

  it('counts weights as a quantised checkpoint stores them', async () => {
    const model = 'openai/gpt-oss-20b'
    const { weights_bytes } = await memory(model)
    expect(weights_bytes).toBe(13_761_264_768) // published: 12.8 GiB
    expect((await memory(model, '--w-bits', '16')).weights_bytes).toBe(2 * 20_914_757_184)
    const args = ['predict', model, '--hardware', 'h100-sxm', '--input-len', '64', '--output-len', '2', '--json']
    const bytesOf = async (...more: readonly string[]) => {
      const { out } = await cli(...args, ...more)
      const json = JSON.parse(out) as { memory: { weights_bytes: number }; decode: { read_bytes: number } }
      expect(validator('prediction')(json)).toEqual([])
      return [json.memory.weights_bytes, json.decode.read_bytes] as const
    }
    const [[kept, read], [wide, wideRead]] = [await bytesOf(), await bytesOf('--w-bits', '16')]
    expect([kept, wide]).toEqual([13_761_264_768, 2 * 20_914_757_184])
    // Four of 32 experts in each layer, gate, up and down, at 17 bytes for 32 values in place of 64.
    const saved = (24 * 4 * 3 * 2880 * 2880 * (64 - 17)) / 32
    expect((wideRead - read) / saved).toBeCloseTo(1, 3)
  })

  it('rounds up to whole blocks', async () => {
    const { cache } = await memory('openai/gpt-oss-20b', '--context', '8190', '--page-size', '16')
    const token = 8 * 64 * 2
    const bytes = cache.filter((row) => row.holds === 'K').map((row) => row.bytes)
    // A window of 127 tokens touches at most ⌈126 / 16⌉ + 1 = 9 blocks; 8190 tokens take 512.
    expect(bytes).toEqual([12 * 9 * 16 * token, 12 * 512 * 16 * token])
  })

  it('says what fits', async () => {
    const args = ['meta-llama/Llama-3.1-8B', '--context', '8192', '--hardware', 'h100-sxm']
    const { fit, weights_bytes } = await memory(...args, '--batch', '8')
    expect(fit?.fits).toBe(true)
    const largest = fit?.largest_batch ?? 0
    const [at, above] = [
      await memory(...args, '--batch', String(largest)),
      await memory(...args, '--batch', String(largest + 1)),
    ]
    expect(at.total_bytes).toBeLessThanOrEqual(fit?.usable_bytes ?? 0)
    expect(above.total_bytes).toBeGreaterThan(fit?.usable_bytes ?? 0)
    expect(above.fit?.fits).toBe(false)
    expect(weights_bytes).toBe(2 * 8_030_261_248)
    expect(fit?.smaller_cache).toMatchObject({ kv_dtype: 'fp8' })
  })

  it('exits with 1 where it does not fit', async () => {
    const { code, out } = await cli('memory', 'meta-llama/Llama-3.1-70B', '--hardware', 'h100-sxm')
    expect(code).toBe(1)
    expect(out).toContain('does not fit')
    expect(out).toContain('largest: no sequence of 4,096 tokens')
  })

  it('reports all bad options at once', async () => {
    const { code, err } = await cli('memory', '--context', '1', '--hardware', 'h100', '--kv-dtype', 'fp4')
    expect(code).toBe(2)
    for (const part of ['no model is given', '--context 1', 'unknown-hardware', '--kv-dtype fp4'])
      expect(err).toContain(part)
  })
})

describe('a cache', () => {
  const ids = [
    'openai/gpt-oss-20b',
    'google/gemma-3-1b-it',
    'deepseek-ai/DeepSeek-V3',
    'microsoft/Phi-3-mini-4k-instruct',
  ]
  const models = ids.map((id) => catalogueMemory({ model: id }))
  const planOf = (i: number, setting: Partial<CacheSetting>): CachePlan => {
    const model = models[i]
    if (model === undefined) throw new Error(`${ids[i]} is not in the catalogue`)
    const regimes = new MemoryRegimes(model.regimes, model.variables, 'bf16', undefined)
    return new CachePlan(regimes, { format: 'bf16', cacheFormat: 'bf16', ...setting }, 131_072)
  }
  const tokens = fc.integer({ min: 2, max: 9000 })
  const any = fc.record({
    model: fc.integer({ min: 0, max: ids.length - 1 }),
    batch: fc.integer({ min: 1, max: 5 }),
    pageSize: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
    lengths: fc.tuple(tokens, tokens).map(([a, b]) => (a < b ? [a, b] : [b, a]) as [number, number]),
  })

  it('never shrinks with its tokens, never exceeds full pages, and blocks only add', () => {
    fc.assert(
      fc.property(any, ({ model, batch, pageSize, lengths: [short, long] }) => {
        const plan = planOf(model, { pageSize })
        const [a, b] = [plan.use(batch, short), plan.use(batch, long)]
        expect(b.bytes).toBeGreaterThanOrEqual(a.bytes)
        expect(b.bytes).toBeLessThanOrEqual(b.fullBytes)
        expect(b.bytes).toBeGreaterThanOrEqual(planOf(model, {}).use(batch, long).bytes)
      }),
      { numRuns: 60 },
    )
  })

  it('is saturated exactly from the length that it names', () => {
    for (const i of [0, 1, 3]) {
      const rows = (n: number) => planOf(i, {}).use(2, n).rows
      for (const { path, layers, saturatesAt } of rows(9000).filter((r) => r.growth === 'window')) {
        const [layer = 0] = layers
        const at = (n: number) => rows(n).find((r) => r.path === path && r.layers.includes(layer))?.layerBytes
        const limit = saturatesAt ?? 0
        expect(at(limit)).toBe(at(9000))
        expect(at(limit - 1)).toBeLessThan(at(limit) ?? 0)
      }
    }
  })

  it('takes as many bytes as its sequences together', () => {
    const plan = planOf(2, {})
    const one = plan.use(1, 100).bytes
    expect(plan.use(7, 100).bytes).toBe(7 * one)
  })
})
