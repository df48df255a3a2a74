// The text cases under test/cases/overrides: where the engine stops, what an entry makes of it, what the checks say.
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { blockOf, caseFiles, updating, writeCases, type Block } from './support/cases.ts'
import { checkText, stopText, tracedCase } from './support/override-cases.ts'
import { compared, parseExpectation, rewritten } from './support/trace-cases.ts'

const folder = fileURLToPath(new URL('cases/overrides/', import.meta.url))

for (const file of caseFiles(folder)) {
  const changes: { block: Block; text: string }[] = []
  describe(`overrides/${file.path.slice(folder.length)}`, () => {
    for (const c of file.cases) {
      const expected = (info: string, met: string): void => {
        const block = blockOf(c, info)
        if (block === undefined) return
        if (updating) changes.push({ block, text: met })
        else expect(met).toBe(block.text)
      }
      test(c.title, async () => {
        expected('stop', stopText(c))
        expected('check', await checkText(c))
        const trace = blockOf(c, 'trace')
        if (trace === undefined) return
        const outcome = await tracedCase(c)
        if (updating) changes.push({ block: trace, text: rewritten(trace.text, outcome) })
        else {
          const { met, wanted } = compared(outcome, parseExpectation(trace.text))
          expect(met).toEqual(wanted)
        }
      })
    }
  })
  describe(`overrides/${file.path.slice(folder.length)} is written`, () => {
    test.runIf(updating)('update', () => {
      writeCases(file, changes)
    })
  })
}
