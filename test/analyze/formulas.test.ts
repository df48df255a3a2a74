// An analysis made at one size, evaluated at others drawn at random: within its assumptions it equals, kernel by kernel, a
// run with those numbers. `scripts/check-formulas.ts` does the same for every type of the library.
import { dirname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileSources } from '../../src/cli/node/provider.ts'
import type { JsonObject, Project } from '../../src/huggingface/index.ts'
import type { AnalysisSizes } from '../../src/trace/formats.ts'
import {
  analyzeAndExpand,
  brokenAt,
  configAt,
  countedByFormulas,
  countedDirectly,
  differences,
  type Point,
} from '../support/formulas.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const small = { num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4, vocab_size: 160 }

/** Configs that differ in kind: dense, sliding and full attention, experts, alibi. */
const configs: Readonly<Record<string, JsonObject>> = {
  llama: { ...small, model_type: 'llama', intermediate_size: 96, num_key_value_heads: 2 },
  gemma2: {
    ...small,
    model_type: 'gemma2',
    intermediate_size: 96,
    num_key_value_heads: 2,
    head_dim: 24,
    sliding_window: 48,
  },
  mixtral: {
    ...small,
    model_type: 'mixtral',
    intermediate_size: 96,
    num_key_value_heads: 2,
    num_local_experts: 6,
    num_experts_per_tok: 2,
  },
  bloom: { model_type: 'bloom', n_layer: 2, hidden_size: 64, n_head: 4, vocab_size: 160 },
}

/** Configs whose prefill loops over its tokens in Python, so that every prompt is another program, and no step after it is. */
const loops: Readonly<Record<string, JsonObject>> = {
  mamba: { ...small, model_type: 'mamba', state_size: 8, time_step_rank: 4 },
  rwkv: { ...small, model_type: 'rwkv', attention_hidden_size: 64, intermediate_size: 96 },
  xlstm: { model_type: 'xlstm', hidden_size: 256, num_heads: 2, num_blocks: 2, chunk_size: 8, vocab_size: 160 },
  jamba: {
    ...small,
    model_type: 'jamba',
    intermediate_size: 96,
    num_key_value_heads: 2,
    num_experts: 1,
    num_experts_per_tok: 1,
    attn_layer_period: 2,
    attn_layer_offset: 1,
    use_mamba_kernels: false,
    mamba_d_state: 8,
  },
}

const phases = {
  prefill: { batch_size: 2, seq_len: 12, cache_len: 0 },
  decode: { batch_size: 2, seq_len: 1, cache_len: 12 },
} as const

/** Other sizes, and factors for what the config holds. */
const elsewhere = fc.record({
  batch: fc.integer({ min: 2, max: 9 }),
  length: fc.integer({ min: 2, max: 70 }),
  factors: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 12, maxLength: 12 }),
})

const sources = pinnedSources()

describe.skipIf(sources === undefined)(sources ? 'formulas equal direct runs' : `formulas: ${howToFetch}`, () => {
  const transformers = sources?.transformers ?? ''
  const makeProject = (): Project => ({
    sources: fileSources([dirname(transformers)]),
    roots: new Map([['transformers', transformers]]),
  })
  const cases = [
    ...Object.entries(configs).flatMap(([type, config]) =>
      (['prefill', 'decode'] as const).map((phase) => ({ type, config, phase })),
    ),
    ...Object.entries(loops).map(([type, config]) => ({ type, config, phase: 'decode' as const })),
  ]

  test.each(cases)('$type $phase', { timeout: 120_000 }, ({ config, phase }) => {
    const project = makeProject()
    const sizes: AnalysisSizes = phases[phase]
    const { model } = analyzeAndExpand(project, { config, phase }, sizes)
    const variables = Object.keys(model.variables).filter((n) =>
      / of the config$/.test(model.variables[n]?.meaning ?? ''),
    )
    const points: Point[] = [{ sizes, config: {} }]
    for (const { batch, length, factors } of fc.sample(elsewhere, { seed: 11, numRuns: 40 })) {
      const scaled = variables.map(
        (name, i) => [name, (model.variables[name]?.value ?? 2) * (factors[i % 12] ?? 1)] as const,
      )
      const kept = scaled.filter(([name, value]) => brokenAt(model, { sizes, config: { [name]: value } }).length === 0)
      const moved = {
        batch_size: batch,
        seq_len: phase === 'decode' ? 1 : length,
        cache_len: phase === 'decode' ? length : 0,
      }
      const point = { sizes: moved, config: Object.fromEntries(kept) }
      if (brokenAt(model, point).length === 0 && points.length < 3) points.push(point)
    }
    expect(points.length).toBeGreaterThan(1)
    for (const point of points) {
      const direct = countedDirectly(project, { config: configAt(model, config, point), phase }, point.sizes)
      expect(differences(direct, countedByFormulas(model, point)), JSON.stringify(point)).toEqual([])
    }
  })
})
