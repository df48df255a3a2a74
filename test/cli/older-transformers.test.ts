// Costs from the sources of an old Transformers: its configs are no dataclasses, its config class has another name.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { howToFetch, oldestVersion, pinnedSources } from '../support/sources.ts'
import { cli } from './run.ts'

const sources = pinnedSources(oldestVersion)
const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-older-'))
afterAll(() => rmSync(folder, { recursive: true }))

const small = { num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4, intermediate_size: 96, vocab_size: 160 }

function ran(command: string, config: object, ...options: readonly string[]) {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify(config))
  return cli(command, '--config', path, '--transformers', sources?.transformers ?? '', ...options, '--json')
}

describe.skipIf(!sources)(sources ? 'an old Transformers' : `an old Transformers: ${howToFetch}`, () => {
  const llama = { ...small, model_type: 'llama', num_key_value_heads: 2 }

  test('predict', { timeout: 60_000 }, async () => {
    const sizes = ['--input-len', '40', '--output-len', '8', '--hardware', 'h100-sxm']
    const { out, err } = await ran('predict', llama, ...sizes)
    expect(err).toBe('')
    const { weights_bytes, kv_cache_bytes } = (JSON.parse(out) as { memory: Record<string, number> }).memory
    const layer = 64 * (64 + 32 + 32 + 64) + 3 * 64 * 96 + 2 * 64
    expect(weights_bytes).toBe(2 * (2 * 160 * 64 + 2 * layer + 64))
    expect(kv_cache_bytes).toBe(2 * 2 * (40 + 8 - 1) * 2 * 16 * 2)
  })

  test('a model whose cache generate() makes: steps go on from each other', { timeout: 60_000 }, async () => {
    const layers = { attn_layer_period: 2, attn_layer_offset: 1, num_experts: 1, num_experts_per_tok: 1 }
    const jamba = { ...llama, ...layers, model_type: 'jamba', use_mamba_kernels: false, mamba_d_state: 8 }
    const config = { ...jamba, pad_token_id: 0 }
    const traced = await ran('trace', config, '--batch', '2', '--seq', '1', '--cache', '33')
    expect((JSON.parse(traced.out) as { kernels: unknown[] }).kernels).toHaveLength(131) // as PyTorch 2.13 launches
    const sizes = ['--input-len', '12', '--output-len', '20', '--hardware', 'h100-sxm']
    const { out, err } = await ran('predict', config, ...sizes)
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({ decode: { steps: 19, launches: 19 * (131 + 3) } })
  })

  test('memory, with a text model among the parts', { timeout: 60_000 }, async () => {
    const vision = { model_type: 'clip_vision_model', num_hidden_layers: 2, hidden_size: 32, num_attention_heads: 2 }
    const image = { intermediate_size: 48, image_size: 28, patch_size: 14, projection_dim: 32 }
    const parts = { text_config: llama, vision_config: { ...vision, ...image }, image_token_index: 5 }
    const config = { ...parts, model_type: 'llava', architectures: ['LlavaForConditionalGeneration'] }
    const { out, err } = await ran('memory', config, '--context', '24')
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({ cache_next_token_bytes: 2 * 2 * 2 * 16 * 2, cache_bytes: 24 * 256 })
  })

  test('a program that fails for every length says why', { timeout: 60_000 }, async () => {
    const { code, err } = await ran('predict', { ...llama, num_key_value_heads: 3 }, '--hardware', 'h100-sxm')
    expect(code).not.toBe(0)
    expect(err).toContain('python-error')
  })
})
