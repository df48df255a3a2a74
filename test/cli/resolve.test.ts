// What MODEL stands for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveModel } from '../../src/cli/node/resolve.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const none = { config: () => undefined, nearest: () => [] }
const write = (name: string, json: object) => {
  writeFileSync(join(folder, name), JSON.stringify(json))
}

describe('a folder with hf_quant_config.json', () => {
  const own = { producer: { name: 'modelopt' }, quantization: { quant_algo: 'FP8', exclude_modules: ['lm_head'] } }

  it('is quantised as that file says', async () => {
    write('config.json', { model_type: 'llama' })
    write('hf_quant_config.json', own)
    const { config, configText } = await resolveModel(folder, {}, none)
    expect(config).toEqual({ model_type: 'llama', quantization_config: { quant_method: 'modelopt', ...own } })
    expect(configText).toBe('{"model_type":"llama"}')
  })

  it('or as the config says, where it does', async () => {
    const config = { model_type: 'llama', quantization_config: { quant_method: 'fp8' } }
    write('config.json', config)
    write('hf_quant_config.json', own)
    expect((await resolveModel(folder, {}, none)).config).toEqual(config)
  })
})

describe('LIB:NAME', () => {
  it.each([
    ['timm:resnet50', 'timm', 'resnet50'],
    ['timm:vit_base_patch16_224.augreg', 'timm', 'vit_base_patch16_224.augreg'],
    ['package.module:Class', 'package.module', 'Class'],
  ])('%s', async (model, library, name) => {
    expect((await resolveModel(model, {}, none)).library).toEqual({ package: library, name })
  })
})

describe('a model that is not known here', () => {
  it.each([
    [{ HF_HUB_OFFLINE: '1' }, /^The hub was not asked: HF_HUB_OFFLINE is set\./],
    [{ HF_ENDPOINT: 'http://127.0.0.1:9' }, /^The hub did not answer \(.*\)\./],
  ])('says whether the hub was asked: %j', async (env, hint) => {
    const away = { HF_HOME: folder, ...env }
    await expect(resolveModel('a/b', away, none)).rejects.toMatchObject({
      hint: expect.stringMatching(hint) as unknown,
    })
  })
})
