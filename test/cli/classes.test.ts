// `analyze --module CLASS`: how a class is found, called and accounted for, on the pinned sources.
import { describe, expect, it } from 'vitest'
import { analyzeWith } from '../../src/cli/engine/analyze.ts'
import { Attempts } from '../../src/cli/engine/attempts.ts'
import { classContext } from '../../src/cli/engine/context.ts'
import type { AnalyzeResult } from '../../src/cli/engine.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const sources = pinnedSources()
const transformers = sources?.transformers ?? ''

async function analyses(...names: string[]): Promise<readonly AnalyzeResult[]> {
  const call = { batch: 2, anyBatch: true, seq: 32, cache: 32, inputs: [] }
  const attempts = new Attempts(await classContext({ transformers }), call)
  const made: AnalyzeResult[] = []
  for (const name of names) {
    made.push(await analyzeWith(attempts, `transformers.models.${name}`, false, () => Promise.resolve()))
  }
  return made
}

describe.skipIf(sources === undefined)(`classes of modeling files (${howToFetch})`, () => {
  it('are called with images where text does not come by them', async () => {
    const [projector] = await analyses('llava.modeling_llava.LlavaMultiModalProjector')
    const [analysis] = projector?.analyses ?? []
    expect(analysis?.phase).toBe('forward')
    expect(
      analysis?.kernels.flatMap((k) => (k.kernel_type === 'composite' ? [k.class_name.split('.').at(-1)] : [])),
    ).toEqual(['Linear', 'GELUActivation', 'Linear'])
  })

  it('are called without a cache where a model keeps none', async () => {
    const [layer, self] = await analyses('bert.modeling_bert.BertLayer', 'bert.modeling_bert.BertSelfAttention')
    expect([layer?.analyses[0]?.phase, self?.analyses[0]?.phase]).toEqual(['forward', 'forward'])
  })

  it('say of classes with PyTorch’s own refusal of a call that they have no forward()', async () => {
    await expect(analyses('bert.modeling_bert.BertPreTrainedModel')).rejects.toMatchObject({ code: 'no-forward' })
  })

  it('account for every line of the functions that they name', async () => {
    const [attention] = await analyses('llama.modeling_llama.LlamaAttention')
    const lines = attention?.analyses[0]?.lines ?? []
    const shown = (text: string): readonly string[] => lines.flatMap((l) => (l.source.includes(text) ? [l.status] : []))
    expect(shown('torch.matmul(query, key_states')).toEqual(['not_reached'])
    expect(shown('q_embed = ')).toEqual(['counted'])
  })
})
