// LONG=1: every trace of the large collection, where a checkout has it beside it. `scripts/sweep.ts` does the same in
// parallel, with a table; this one is for a run that has to end in pass or fail.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadEngine } from './support/engine.ts'
import { compare, explain, readTrace } from './support/oracle.ts'
import { inRepository, pinnedSources } from './support/sources.ts'

const collection = inRepository('..', 'shared', 'oracle', 'traces')
const sources = pinnedSources()
const wanted = process.env['LONG'] === '1' && existsSync(collection)

describe.skipIf(!wanted || !sources)('the large collection of recorded traces', () => {
  const folders = wanted ? [collection, join(collection, 'real'), join(collection, 'base')] : []
  for (const folder of folders) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'))) {
      test(file, { timeout: 300_000 }, async () => {
        if (!sources) return
        const traceModel = await loadEngine()
        const trace = readTrace(join(folder, file))
        for (const phase of trace.phases) {
          const comparison = compare(phase, traceModel({ ...phase.request, ...sources }))
          expect(comparison.difference, explain(trace, phase, comparison)).toBeUndefined()
        }
      })
    }
  }
})
