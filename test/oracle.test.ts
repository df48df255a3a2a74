// The recorded traces that the repository keeps, replayed: the same kernels in the same order, with the same module,
// shapes, dtypes, costs and lines as PyTorch launched.
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadEngine, type TraceModel } from './support/engine.ts'
import { compare, explain, readTrace } from './support/oracle.ts'
import { howToFetch, inRepository, pinnedSources } from './support/sources.ts'

const folder = inRepository('test', 'fixtures', 'traces')
const traces = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl.gz'))
  .map((file) => readTrace(`${folder}/${file}`))
const sources = pinnedSources()

describe.skipIf(!sources)(sources ? 'recorded traces' : `recorded traces: ${howToFetch}`, () => {
  let traceModel: TraceModel
  beforeAll(async () => {
    traceModel = await loadEngine()
  })

  for (const trace of traces) {
    test.each(trace.phases)(`${trace.name} $name`, { timeout: 60_000 }, (phase) => {
      if (!sources) return
      const comparison = compare(phase, traceModel({ ...phase.request, ...sources }))
      expect(comparison.difference, explain(trace, phase, comparison)).toBeUndefined()
    })
  }
})
