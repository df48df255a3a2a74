// How checkpoints store quantised weights: each method's tensors against what the libraries write (recorded by
// scripts/record_quantized.py), and whole checkpoints whose size is published.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namesOf, storedWeights } from '../../src/analyze/index.ts'
import { fileSources } from '../../src/cli/node/provider.ts'
import {
  buildModel,
  createVm,
  type JsonObject,
  quantizationConfig,
  quantizationRule,
  type QuantizedModule,
} from '../../src/huggingface/index.ts'
import type { StoredWeights } from '../../src/trace/formats.ts'
import { howToFetch, inRepository, pinnedSources } from '../support/sources.ts'

interface Recorded {
  readonly config: JsonObject
  readonly tensors: Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>>
}

const recorded = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'quantized.json'), 'utf8')) as Recorded[]

/** Names of PyTorch; the model's own format is bfloat16. */
const dtypes: Readonly<Record<string, string>> = {
  u8: 'uint8',
  i8: 'int8',
  f8: 'float8_e4m3fn',
  i32: 'int32',
  i64: 'int64',
  f32: 'float32',
  a: 'bfloat16',
}

const around = { usuallyKept: ['lm_head'], keptInFloat32: [], config: {} }

function linear(...names: string[]): QuantizedModule {
  return { names, matrix: { out: 192, in: 256 }, isExpert: false }
}

describe('a quantised matrix', () => {
  it.each(recorded.map((row) => [JSON.stringify(row.config).slice(0, 150), row] as const))('%s', (_, row) => {
    const layout = quantizationRule(row.config, around)(linear('model.layers.0.mlp.up_proj'))
    const tensors = layout?.tensors.map((t) => [t.name, [dtypes[t.dtype], t.shape]])
    expect(Object.fromEntries(tensors ?? [])).toEqual(row.tensors)
  })

  const converted = (config: JsonObject, name: string) => quantizationRule(config, around)(linear(name)) !== undefined

  it('is left alone where the method or the config says so', () => {
    const fp8 = { quant_method: 'fp8', weight_block_size: [128, 128] }
    expect(converted(fp8, 'lm_head')).toBe(false)
    expect(converted(fp8, 'model.layers.0.mlp.up_proj')).toBe(true)
    const listed = { ...fp8, modules_to_not_convert: ['model.layers.1', 'gate'] }
    expect(converted(listed, 'lm_head')).toBe(true) // a list of the config's own takes the place of the usual one
    expect(converted(listed, 'model.layers.1.mlp.up_proj')).toBe(false)
    expect(converted(listed, 'model.layers.11.mlp.up_proj')).toBe(true)
    expect(converted(listed, 'model.layers.0.mlp.gate')).toBe(false)
    const modelopt = {
      quant_method: 'modelopt',
      quant_algo: 'NVFP4',
      ignore: ['lm_head', 'model.layers.0*', '*.self_attn.?_proj'],
    }
    expect(converted(modelopt, 'model.layers.0.mlp.up_proj')).toBe(false)
    expect(converted(modelopt, 'model.layers.7.self_attn.q_proj')).toBe(false)
    expect(converted(modelopt, 'model.layers.7.self_attn.out_proj')).toBe(true)
    const { config } = recorded[0] ?? { config: {} }
    const compressed = { ...config, ignore: ['lm_head', 're:.*mlp\\.gate$'] }
    expect(converted(compressed, 'model.layers.0.mlp.gate')).toBe(false)
    expect(converted(compressed, 'model.layers.0.mlp.gate_proj')).toBe(true)
  })

  it('is never taken for full precision where the method is not known', () => {
    for (const config of [{ quant_method: 'qwerty' }, { quant_method: 'modelopt', quant_algo: 'FP3' }, {}])
      expect(() => quantizationRule(config, around)).toThrow(expect.objectContaining({ code: 'unknown-quantization' }))
  })

  it('is never taken for the usual one where a setting is none', () => {
    const badConfig = expect.objectContaining({ code: 'bad-config' }) as Error
    const rule = quantizationRule({ quant_method: 'gptq', bits: 'four' }, around)
    expect(() => rule(linear('model.layers.0.mlp.up_proj'))).toThrow(badConfig)
    expect(() => quantizationConfig({ quantization_config: 'fp8' })).toThrow(badConfig)
    expect(quantizationConfig({ quantization_config: null })).toBe(undefined)
  })

  it('counts groups of GPTQ and AWQ with their zero points', () => {
    const bytes = (config: JsonObject) =>
      quantizationRule(config, around)(linear('model.layers.0.mlp.up_proj'))?.tensors.map((t) => [t.name, t.shape])
    expect(bytes({ quant_method: 'gptq', bits: 4, group_size: 128 })).toEqual([
      ['qweight', [32, 192]], // 256 inputs, 8 to an int32
      ['qzeros', [2, 24]],
      ['scales', [2, 192]],
      ['g_idx', [256]],
    ])
    expect(bytes({ quant_method: 'awq', bits: 4, group_size: 64 })).toEqual([
      ['qweight', [256, 24]],
      ['qzeros', [4, 24]],
      ['scales', [4, 192]],
    ])
  })
})

const sources = pinnedSources()

describe.skipIf(sources === undefined)(sources ? 'a quantised checkpoint' : `stored weights: ${howToFetch}`, () => {
  const transformers = sources?.transformers ?? ''
  const project = { sources: fileSources([dirname(transformers)]), roots: new Map([['transformers', transformers]]) }

  function stored(config: JsonObject, quantization: JsonObject): readonly StoredWeights[] {
    const vm = createVm(project)
    return storedWeights(vm, buildModel(vm, { config }), quantization)
  }

  const total = (rows: readonly StoredWeights[]) => rows.reduce((n, row) => n + row.bytes * namesOf(row).length, 0)

  it('of gpt-oss-20b takes its published 12.8 GiB', { timeout: 60_000 }, () => {
    const rows = stored(
      { model_type: 'gpt_oss', num_hidden_layers: 24, num_local_experts: 32 },
      { quant_method: 'mxfp4', modules_to_not_convert: ['model.layers.*.self_attn', 'lm_head'] },
    )
    expect(total(rows)).toBe(13_761_264_768) // 12.816 GiB
    const experts = rows.find((r) => r.name === 'model.layers.*.mlp.experts.down_proj')
    expect(experts?.bytes).toBe((32 * 2880 * 2880 * (16 + 1)) / 32) // 16 bytes and a scale for 32 values
  })

  it('counts scales by the matrices of the checkpoint, not by those that the model stacks', { timeout: 60_000 }, () => {
    const config = {
      model_type: 'qwen3_moe',
      num_hidden_layers: 1,
      hidden_size: 256,
      moe_intermediate_size: 96,
      num_experts: 4,
    }
    const rows = stored(config, { quant_method: 'modelopt', quant_algo: 'NVFP4', exclude_modules: ['lm_head'] })
    const experts = rows.find((r) => r.name === 'model.layers.*.mlp.experts.gate_up_proj')
    const matrix = (96 * 256) / 2 + (96 * 256) / 16 + 4 + 4 // values, scales of 16, and two scales of the matrix
    expect(experts).toMatchObject({ bytes: 4 * 2 * matrix, multiplied: 'fp4' })
    expect(rows.find((r) => r.name === 'model.layers.*.mlp.gate.weight')?.format).toBe('bf16')
  })

  describe('whose config names modules with an algorithm each', () => {
    const config = {
      model_type: 'qwen3_moe',
      num_hidden_layers: 2,
      hidden_size: 256,
      moe_intermediate_size: 96,
      num_experts: 4,
    }
    const of = (layers: JsonObject) =>
      stored(config, { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION', quantized_layers: layers })
    const nvfp4 = { quant_algo: 'NVFP4', group_size: 16 }

    it('finds them under the names of the base model alone', { timeout: 60_000 }, () => {
      const formats = (prefix: string) =>
        of({ [`${prefix}layers.0.mlp.experts`]: nvfp4, [`${prefix}layers.1.self_attn.q_proj`]: { quant_algo: 'FP8' } })
          .filter((row) => row.format !== 'bf16')
          .map((row) => [namesOf(row), row.format])
      expect(formats('')).toEqual(formats('model.'))
      expect(formats('')).toEqual([
        [['model.layers.0.mlp.experts.down_proj'], 'nvfp4, groups of 16'],
        [['model.layers.0.mlp.experts.gate_up_proj'], 'nvfp4, groups of 16'],
        [['model.layers.1.self_attn.q_proj.weight'], 'fp8'],
      ])
    })

    it('is refused where one is no linear layer of the model', { timeout: 60_000 }, () => {
      for (const name of ['model.layers.9.self_attn.q_proj', 'model.layers.0.input_layernorm', 'layers.0.mlp.expert'])
        expect(() => of({ [name]: nvfp4 })).toThrow(
          expect.objectContaining({ code: 'unknown-quantization', message: expect.stringContaining(name) as string }),
        )
    })
  })
})
