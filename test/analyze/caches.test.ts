// Caches against PyTorch's own: what the cache object holds after a prefill, tensor by tensor, in a run with plain numbers;
// and the bytes that the formulas of the regimes give, past the windows too (of all models with LONG=1). Made by scripts/record_caches.py.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MemoryAnalyses } from '../../src/analyze/index.ts'
import { heldTensors } from '../../src/analyze/memory.ts'
import { fileSources } from '../../src/cli/node/provider.ts'
import {
  buildModel,
  callDriver,
  createVm,
  isJsonObject,
  parseJson,
  type ModelSpec,
  type Project,
} from '../../src/huggingface/index.ts'
import { CachePlan } from '../../src/predict/cache-plan.ts'
import { MemoryRegimes } from '../../src/predict/memory-regimes.ts'
import { hint } from '../../src/sym/index.ts'
import { runCall } from '../../src/trace/index.ts'
import { howToFetch, inRepository, pinnedSources } from '../support/sources.ts'

interface Recorded {
  readonly name: string
  readonly className: string
  readonly batch: number
  readonly caches: readonly {
    readonly tokens: number
    readonly bytes: number
    readonly tensors: Readonly<Record<string, string>>
  }[]
}

/** One model a line; the config as text, in which `1.0` is not yet `1`. */
const models = readFileSync(inRepository('test', 'fixtures', 'caches.json'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => line.replace(/,$/, ''))
  .map((line) => ({ recorded: JSON.parse(line) as Recorded, text: line }))

const sources = pinnedSources()

function project(transformers: string): Project {
  return { sources: fileSources([dirname(transformers)]), roots: new Map([['transformers', transformers]]) }
}

function specOf(text: string): ModelSpec {
  const json = parseJson(text)
  const config = isJsonObject(json) ? json['config'] : undefined
  const className = isJsonObject(json) ? json['className'] : undefined
  if (!isJsonObject(config) || typeof className !== 'string') throw new Error('no config was recorded')
  return { config, className }
}

describe.skipIf(sources === undefined)(sources ? "caches equal PyTorch's" : `caches: ${howToFetch}`, () => {
  const transformers = sources?.transformers ?? ''

  test.each(models)('$recorded.name', { timeout: 120_000 }, ({ recorded, text }) => {
    const spec = specOf(text)
    const vm = createVm(project(transformers))
    const built = buildModel(vm, spec)
    for (const { tokens, tensors } of recorded.caches) {
      const sizes = { batch: recorded.batch, seq: tokens, cache: 0 }
      const output = runCall(vm, built, { phase: 'prefill', sizes }, (run) => run())
      const found = heldTensors(callDriver(vm, 'cache_of', [output]))
      const signatures = found.map(({ path, tensor: t }) => {
        return [path.join('.'), `${t.dtype.short}[${t.shape.map((d) => String(hint(d))).join(',')}]`]
      })
      expect(Object.fromEntries(signatures), `${tokens} tokens`).toEqual(tensors)
    }
  })

  // One of each kind: full attention, latent, windows, blocks that fill up, a loop over tokens beside attention, chunks,
  // shared layers.
  const kinds = ['llama', 'deepseek_v32', 'gemma3_text', 'deepseek_v4', 'jamba', 'falcon_h1', 'gemma3n_text']
  const long = process.env['LONG'] === '1'
  const chosen = models.filter(({ recorded }) => long || kinds.includes(recorded.name))
  test.each(chosen)('$recorded.name by formulas', { timeout: 120_000 }, ({ recorded, text }) => {
    const { batch, caches } = recorded
    const longest = Math.max(...caches.map((c) => c.tokens)) + 1
    const analyses = new MemoryAnalyses(project(transformers), specOf(text))
    const regimes = new MemoryRegimes([], undefined, 'bf16', (b, n) => analyses.at(b, n))
    const plan = new CachePlan(regimes, { format: 'bf16', cacheFormat: 'bf16' }, longest)
    const bytes = caches.map((c) => [c.tokens, plan.use(batch, c.tokens).bytes])
    expect(bytes).toEqual(caches.map((c) => [c.tokens, c.bytes]))
  })
})
