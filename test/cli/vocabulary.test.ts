// How many tokens the next one is chosen among, where a config has parts: as many as its text has.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { engine } from '../../src/cli/engine.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const transformers = pinnedSources()?.transformers
const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const small = { hidden_size: 64, num_hidden_layers: 1, num_attention_heads: 4, intermediate_size: 96, vocab_size: 160 }
const text = { ...small, num_key_value_heads: 2, head_dim: 16, dtype: 'bfloat16' }
const vision = { hidden_size: 32, depth: 1, num_heads: 2, intermediate_size: 64, out_hidden_size: 64 }

describe.skipIf(transformers === undefined)(`vocabulary (${howToFetch})`, () => {
  it.each([
    ['of a part', { model_type: 'qwen3_vl', text_config: text, vision_config: vision }],
    ['of the whole', { ...text, model_type: 'llama' }],
    ['under another name', { model_type: 'xlm', emb_dim: 64, n_layers: 1, n_heads: 4, n_words: 160 }],
  ])('%s', async (_, config) => {
    const model = join(folder, 'config.json')
    writeFileSync(model, JSON.stringify(config))
    const request = { batch: 1, inputLength: 8, outputLength: 1, asStored: false }
    expect((await engine.predictionInput({ model, transformers }, request)).vocabularySize).toBe(160)
  })
})
