// What `verify` hands to PyTorch where the trace made its own inputs: the same ones, as `--input` takes them.
import { expect, it } from 'vitest'
import { openProject } from '../../src/cli/engine/context.ts'
import { loadModel, traceLoaded, type ModelSpec } from '../../src/index.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const sources = pinnedSources()
if (sources === undefined) console.warn(`made inputs: ${howToFetch}`)

function inputsOf(spec: ModelSpec): readonly string[] {
  const { project } = openProject({ transformers: sources?.transformers }, undefined, { PATH: '' })
  return traceLoaded(loadModel(project, spec), { batch: 2, seq: 7, cache: 0 }).inputs
}

it.skipIf(sources === undefined)('names images by dtype and sizes', () => {
  expect(inputsOf({ config: { model_type: 'vit', num_hidden_layers: 1 } })).toEqual(['pixel_values=bf16[2,3,224,224]'])
})

it.skipIf(sources === undefined)('writes whole numbers that are known as Python, for PyTorch to know them too', () => {
  const config = { model_type: 'clip', text_config: { num_hidden_layers: 1 }, vision_config: { num_hidden_layers: 1 } }
  expect(inputsOf({ config })).toEqual([
    'input_ids=torch.tensor([0] * 14, dtype=torch.int64).reshape(2, 7)',
    'pixel_values=bf16[2,3,224,224]',
  ])
})

it.skipIf(sources === undefined)('has nothing to say of text', () => {
  expect(inputsOf({ config: { model_type: 'gpt2', n_layer: 1 } })).toEqual([])
})
