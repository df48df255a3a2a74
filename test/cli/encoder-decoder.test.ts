// Encoder-decoders as they generate: the encoder once, then the decoder over what is kept of its own tokens and of the source.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { howToFetch, pinnedSources } from '../support/sources.ts'
import { cli } from './run.ts'

const transformers = pinnedSources()?.transformers
const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [layers, heads, width, hidden, feedForward, vocabulary] = [2, 4, 16, 64, 128, 1000]
const config = join(folder, 'config.json')
writeFileSync(
  config,
  JSON.stringify({
    ...{ model_type: 't5', architectures: ['T5ForConditionalGeneration'], dtype: 'bfloat16' },
    ...{ num_layers: layers, num_decoder_layers: layers, num_heads: heads, d_kv: width },
    ...{ d_model: hidden, d_ff: feedForward, vocab_size: vocabulary },
  }),
)

/** Keys and values of a token in all layers, bf16. */
const perToken = layers * 2 * heads * width * 2

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, out, err } = await cli(...args, '--transformers', transformers ?? '', '--json')
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as T
}

interface Part {
  readonly steps: number
  readonly seconds: number
  readonly matmul_flops: number
}

interface Prediction {
  readonly ttft_seconds: number
  readonly request_seconds: number
  readonly encode: Part
  readonly prefill: Part
  readonly decode: Part
  readonly memory: { readonly kv_cache_bytes: number }
}

interface Memory {
  readonly cache_bytes: number
  readonly cache_next_token_bytes: number
}

describe.skipIf(transformers === undefined)(`encoder-decoders (${howToFetch})`, () => {
  it('are predicted as an encoder, a first token and steps', { timeout: 60_000 }, async () => {
    const [batch, source, output] = [3, 50, 8]
    const sizes = ['--batch', `${batch}`, '--input-len', `${source}`, '--output-len', `${output}`]
    const p = await json<Prediction>('predict', config, '--hardware', 'h100-sxm', ...sizes)
    expect(p.ttft_seconds).toBeCloseTo(p.encode.seconds + p.prefill.seconds, 12)
    expect(p.request_seconds).toBeCloseTo(p.ttft_seconds + p.decode.seconds, 12)
    expect(p.decode.steps).toBe(output - 1)
    // Per layer four projections and the two products of attention, then two of the feed-forward.
    const inner = heads * width
    const encoderLayer = 8 * source * hidden * inner + 4 * source * source * inner + 4 * source * hidden * feedForward
    expect(p.encode.matmul_flops).toBe(batch * layers * encoderLayer)
    // Keys and values of the source are computed with the first token and kept: no step computes them again.
    const ofSource = layers * 4 * source * hidden * inner
    const step =
      layers * (12 * hidden * inner + 4 * hidden * feedForward + 4 * source * inner) + 2 * hidden * vocabulary
    const own = (cached: number) => layers * 4 * (cached + 1) * inner
    expect(p.prefill.matmul_flops).toBe(batch * (ofSource + step + own(0)))
    const steps = Array.from({ length: output - 1 }, (_, i) => step + own(i + 1))
    expect(p.decode.matmul_flops).toBe(batch * steps.reduce((a, b) => a + b, 0))
    expect(p.memory.kv_cache_bytes).toBe(batch * perToken * (source + output))
  })

  it('keep keys and values of the source beside those of their own tokens', { timeout: 60_000 }, async () => {
    const sizes = ['--batch', '2', '--context', '10', '--input-len', '70']
    const m = await json<Memory>('memory', config, ...sizes)
    expect(m.cache_bytes).toBe(2 * perToken * (70 + 10))
    expect(m.cache_next_token_bytes).toBe(2 * perToken)
  })

  it('have an encode, which a decoder alone has not', { timeout: 60_000 }, async () => {
    const gpt2 = join(folder, 'gpt2.json')
    writeFileSync(gpt2, JSON.stringify({ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_layer: 1 }))
    const { code, err } = await cli('trace', gpt2, '--phase', 'encode', '--transformers', transformers ?? '')
    expect(code).toBe(2)
    expect(err).toContain('has no encoder')
    expect((await cli('trace', config, '--phase', 'encode', '--transformers', transformers ?? '')).code).toBe(0)
    const vit = 'transformers.models.vit.modeling_vit.ViTModel'
    const decode = await cli('trace', vit, '--phase', 'decode', '--transformers', transformers ?? '')
    expect([decode.code, decode.err]).toEqual([2, expect.stringContaining('ViTModel reads no tokens')])
  })

  const embedded = [
    ['openai/whisper-large-v3', '1', []],
    ['openai/whisper-large-v3', '4', ['--input-len', '3000']],
    ['google-t5/t5-small', '1', ['--input-len', '1']],
    ['google-t5/t5-small', '8', ['--input-len', '700']],
    ['google-t5/t5-small', '1', []],
    ['facebook/bart-large-cnn', '1', ['--input-len', '1']],
    ['facebook/bart-large-cnn', '3', ['--input-len', '1000']],
  ] as const

  it.each(embedded)(
    '%s at batch %s is the same from the catalogue as from source: predict',
    { timeout: 60_000 },
    (...given) =>
      same(['predict', given[0], '--hardware', 'h100-sxm', '--batch', given[1], '--output-len', '20', ...given[2]]),
  )

  it.each(embedded.filter(([, , [, source]]) => source !== '1'))(
    '%s at batch %s is the same from the catalogue as from source: memory',
    { timeout: 60_000 },
    (...given) => same(['memory', given[0], '--batch', given[1], '--context', '40', ...given[2]]),
  )

  it('from the catalogue hold under their assumptions alone', async () => {
    const model = 'openai/whisper-large-v3'
    for (const command of [
      ['predict', model, '--hardware', 'h100-sxm', '--input-len', '2000'],
      ['memory', model, '--input-len', '2000'],
    ]) {
      const { code, err } = await cli(...command)
      expect(code).toBe(3)
      expect(err).toContain('{encoder_len} == 2 * {config.max_source_positions}')
    }
    const longest = ['predict', model, '--hardware', 'h100-sxm', '--output-len']
    expect((await cli(...longest, '448')).code).toBe(0)
    const { code, err } = await cli(...longest, '449')
    expect(code).toBe(3)
    expect(err).toContain('{cache_len} + 1 <= {config.max_target_positions}')
    expect((await cli('memory', model, '--context', '448')).code).toBe(0)
    expect((await cli('memory', model, '--context', '449')).code).toBe(3)
  })
})

/** All but where it is from and how it was asked for. */
async function same(command: readonly string[]): Promise<void> {
  const { code, out, err } = await cli(...command, '--json')
  expect(err).toBe('')
  expect(code).toBe(0)
  const own = JSON.parse(out) as object
  const fromSource = await json<object>(...command)
  expect({ ...own, provenance: null }).toEqual({ ...fromSource, provenance: null })
}
