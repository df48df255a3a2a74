import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { analysis } from '../predict/fixture.ts'
import { cli } from './run.ts'
import { validator } from './schemas.ts'

const analyses = ([1, 2] as const).flatMap((batch) => [
  analysis({ phase: 'prefill', batch }),
  analysis({ phase: 'decode', batch }),
])

vi.mock('../../src/cli/catalogue.ts', async (original) => ({
  ...(await original<typeof import('../../src/cli/catalogue.ts')>()),
  modelAnalyses: () => ({
    sources: [{ package: 'transformers', version: '5.23.0', sha256: null }],
    analyses,
    variables: {},
  }),
}))

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const model = 'meta-llama/Llama-3.1-8B'

describe('predict', () => {
  it('prints a page', async () => {
    const { code, out, err } = await cli(
      'predict',
      model,
      '--hardware',
      'h100-sxm',
      '--batch',
      '8',
      '--input-len',
      '64',
      '--output-len',
      '4',
    )
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(
      'meta-llama/Llama-3.1-8B · 8.03 B parameters · bf16 · batch 8 · 1 × H100 SXM · uncalibrated (roofline)',
    )
  })

  it('prints JSON that says where it is from, and writes it', async () => {
    const output = join(folder, 'prediction.json')
    const argv = ['predict', model, '--hardware', 'h100-sxm', '--json', '--output', output]
    const { out } = await cli(...argv)
    expect(readFileSync(output, 'utf8')).toBe(out)
    const prediction = JSON.parse(out) as { provenance: object; request: object }
    expect(validator('prediction')(prediction)).toEqual([])
    expect(prediction.provenance).toMatchObject({
      tool: 'lm-predictor',
      command: ['lm-predictor', ...argv].join(' '),
      sources: [{ package: 'transformers', version: '5.23.0' }],
    })
    expect(prediction.provenance).toHaveProperty('config_sha256', expect.stringMatching(/^[0-9a-f]{64}$/))
    expect(prediction.request).toEqual({
      batch: 1,
      input_len: 1024,
      output_len: 128,
      dtype: 'bf16',
      kv_dtype: 'bf16',
      w_bits: 16,
      memory_reserve: 0.1,
    })
  })

  it('exits with 1 when it does not fit', async () => {
    const { code, out } = await cli('predict', model, '--hardware', 'h100-sxm', '--memory-reserve', '0.99999')
    expect(code).toBe(1)
    expect(out).toContain('does not fit')
  })

  it('takes the dtype of the checkpoint unless told', async () => {
    const request = async (...more: string[]) =>
      (
        JSON.parse((await cli('predict', 'gpt2', '--hardware', 'h100-sxm', '--json', ...more)).out) as {
          request: object
        }
      ).request
    expect(await request()).toMatchObject({ dtype: 'f32', kv_dtype: 'f32', w_bits: 32 })
    expect(await request('--dtype', 'f16', '--kv-dtype', 'fp8', '--w-bits', '4')).toMatchObject({
      dtype: 'f16',
      kv_dtype: 'fp8',
      w_bits: 4,
    })
  })

  it('says which formats an accelerator knows', async () => {
    const { code, err } = await cli('predict', model, '--hardware', 't4')
    expect(code).toBe(2)
    expect(err).toBe('error bad-option: t4 has no published peak for bf16\n  Formats of t4: f16, int8, f32.\n')
  })
})
