// Analyses of an encoder and of its decoder, each called by itself: within their assumptions they equal a run with numbers.
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileSources } from '../../src/cli/node/provider.ts'
import type { Project } from '../../src/huggingface/index.ts'
import type { AnalysisSizes } from '../../src/trace/formats.ts'
import { phaseLabel, type Phase } from '../../src/trace/index.ts'
import { parsePhaseLabel } from '../../src/trace/labels.ts'
import { analyzeAndExpand, brokenAt, countedByFormulas, countedDirectly, differences } from '../support/formulas.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const t5 = {
  model_type: 't5',
  architectures: ['T5ForConditionalGeneration'],
  ...{ d_model: 64, d_kv: 16, d_ff: 96, num_heads: 4, num_layers: 2, num_decoder_layers: 2, vocab_size: 160 },
}

const sizes: readonly (readonly [Phase, AnalysisSizes, AnalysisSizes])[] = [
  [
    'encode',
    { batch_size: 2, seq_len: 0, cache_len: 0, encoder_len: 12 },
    { batch_size: 5, seq_len: 0, cache_len: 0, encoder_len: 71 },
  ],
  [
    'prefill',
    { batch_size: 2, seq_len: 1, cache_len: 0, encoder_len: 12 },
    { batch_size: 5, seq_len: 1, cache_len: 0, encoder_len: 71 },
  ],
  [
    'decode',
    { batch_size: 2, seq_len: 1, cache_len: 6, encoder_len: 12 },
    { batch_size: 5, seq_len: 1, cache_len: 40, encoder_len: 71 },
  ],
]

const sources = pinnedSources()

describe.skipIf(sources === undefined)(sources ? 'an encoder and its decoder' : `formulas: ${howToFetch}`, () => {
  const transformers = sources?.transformers ?? ''
  const project: Project = {
    sources: fileSources([dirname(transformers)]),
    roots: new Map([['transformers', transformers]]),
  }

  test.each(sizes)('%s', { timeout: 60_000 }, (phase, made, other) => {
    const { model } = analyzeAndExpand(project, { config: t5, phase }, made)
    for (const at of [made, other]) {
      const point = { sizes: at, config: {} }
      expect(brokenAt(model, point)).toEqual([])
      expect(differences(countedDirectly(project, { config: t5, phase }, at), countedByFormulas(model, point))).toEqual(
        [],
      )
    }
  })
})

test.each(['encode b2 e32', 'encode b2', 'prefill b1 s4 e7', 'decode b1 c7', 'extend b2 s3 c4 e32'])('%s', (label) => {
  const call = parsePhaseLabel(label)
  expect(call === undefined ? undefined : phaseLabel(call.phase, call)).toBe(label)
})
