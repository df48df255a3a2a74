import { describe, expect, it } from 'vitest'
import { predict, type PredictRequest } from '../../src/predict/index.ts'
import { plainStyle, predictionJson, predictionText } from '../../src/report/index.ts'
import { accelerator, analysis, tiny } from '../predict/fixture.ts'
import { validator } from '../cli/schemas.ts'

const analyses = ([1, 2] as const).flatMap((batch) => [
  analysis({ phase: 'prefill', batch }),
  analysis({ phase: 'decode', batch }),
])

function prediction(more: Partial<PredictRequest> = {}) {
  return predict({
    model: {
      id: 'org/tiny',
      className: 'tiny.TinyForCausalLM',
      parameters: 1_000_000,
      vocabularySize: tiny.vocabulary,
      analyses,
    },
    hardware: accelerator(1e-6),
    batch: 8,
    inputLength: 2048,
    outputLength: 256,
    format: 'bf16',
    cacheFormat: 'bf16',
    weightBits: 16,
    memoryReserve: 0.1,
    ...more,
  })
}

const provenance = {
  tool: 'lm-predictor',
  version: '0',
  command: 'lm-predictor predict',
  sources: [],
  config_sha256: null,
} as const
const page = (more: Partial<PredictRequest> = {}, width = 100) =>
  predictionText(prediction(more), { width, style: plainStyle })

describe('the page of a prediction', () => {
  it('shows times, memory and where they go', () => {
    const text = page().join('\n')
    expect(text).toContain('org/tiny · 1.00 M parameters · bf16 · batch 8 · 1 × Made Up · uncalibrated (roofline)')
    expect(text).toMatch(/^prefill +\S+ [mu]s +[\d,.]+ +(compute|memory|launch) .*prompt 2048$/m)
    expect(text).toMatch(/^decode +\S+ [mu]s\/token .*cache 2048 → 2303$/m)
    expect(text).toMatch(/^TTFT .* · TPOT .* · whole request /m)
    expect(text).toMatch(/^memory +weights 2.00 MB · KV cache .* of 10.0 GB$/m)
    expect(text).toMatch(/^model\.layers\.\*\.mlp +4 kernels × 2 +█* *.* %$/m)
  })

  it('speaks of the prefill where nothing is decoded', () => {
    const text = page({ outputLength: 1 }).join('\n')
    expect(text).toContain('where prefill goes')
    expect(text).not.toContain('TPOT')
  })

  it('says when it does not fit, and what weights at fewer bits mean', () => {
    const text = page({ memoryReserve: 0.999, weightBits: 4 }).join('\n')
    expect(text).toMatch(/^does not fit: 10.0 MB of 10.0 GB are usable \(99.9 % kept back, --memory-reserve\)$/m)
    expect(text).toContain('weights 4 bit')
    expect(text).toContain('note: All weights are read and kept at 4 bits and multiplied in bf16.')
  })

  it('keeps to the width of the terminal where it can', () => {
    for (const line of page({}, 80).filter((l) => l.includes('kernel')))
      expect([...line].length).toBeLessThanOrEqual(80)
  })
})

it('is JSON by its schema', () => {
  const validate = validator('prediction')
  for (const p of [prediction(), prediction({ outputLength: 1 })]) {
    expect(validate(JSON.parse(JSON.stringify(predictionJson(p, provenance))))).toEqual([])
  }
})
