// `coverage` on real source: the digests of the ledger are those of PyTorch's traces.
import { describe, expect, it } from 'vitest'
import { howToFetch, pinnedSources } from '../support/sources.ts'
import { cli } from './run.ts'

const sources = pinnedSources()

describe.skipIf(sources === undefined)(sources ? 'coverage' : `coverage: ${howToFetch}`, () => {
  it('finds types equal to what PyTorch was recorded to launch', { timeout: 120_000 }, async () => {
    const filter = '^(gpt2|vit|t5|wav2vec2|clip)$'
    const { code, out } = await cli(
      'coverage',
      '--filter',
      filter,
      '--json',
      '--transformers',
      sources?.transformers ?? '',
    )
    const { types } = JSON.parse(out) as {
      types: { kind: string; model_type: string; status: string; kernels: number }[]
    }
    expect(code).toBe(0)
    expect(types.map((t) => `${t.kind} ${t.model_type} ${t.status}`).sort()).toEqual([
      'base clip equal',
      'base gpt2 equal',
      'base t5 equal',
      'base vit equal',
      'base wav2vec2 equal',
      'causal gpt2 equal',
    ])
    expect(types.every((t) => t.kernels > 0)).toBe(true)
  })
})
