// The text cases under test/cases/trace: what each piece of a model launches and what that costs.
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { blockOf, caseFiles, updating, writeCases, type Block } from './support/cases.ts'
import {
  announcedErrors,
  assumptionsHold,
  compared,
  costsAt,
  parseExpectation,
  rewritten,
  traceCase,
} from './support/trace-cases.ts'

const folder = fileURLToPath(new URL('cases/trace/', import.meta.url))

for (const file of caseFiles(folder)) {
  const changes: { block: Block; text: string }[] = []
  describe(`trace/${file.path.slice(folder.length)}`, () => {
    for (const c of file.cases) {
      test(c.title, () => {
        const main = blockOf(c, 'py')
        const trace = blockOf(c, 'trace')
        if (main === undefined) throw new Error('a case needs a py block')
        const outcome = traceCase(main.text)
        const { error } = outcome
        const [announced] = announcedErrors(main.text)
        const met = error === undefined ? undefined : `line ${error.line}: ${error.code}`
        const message = error === undefined ? 'no error' : error.message
        expect(met, message).toBe(announced === undefined ? undefined : `line ${announced.line}: ${announced.code}`)
        expect(message).toContain(announced?.says ?? '')
        if (trace === undefined) return
        if (updating) changes.push({ block: trace, text: rewritten(trace.text, outcome) })
        else {
          const { met, wanted } = compared(outcome, parseExpectation(trace.text))
          expect(met).toEqual(wanted)
        }
      })
    }
  })
  describe(`trace/${file.path.slice(folder.length)} at other sizes`, () => {
    for (const c of file.cases) {
      const text = blockOf(c, 'py')?.text ?? ''
      test.runIf(announcedErrors(text).length === 0)(c.title, () => {
        const [usual, larger] = [traceCase(text), traceCase(text, 3)]
        if (assumptionsHold(usual, larger.sizes)) {
          expect(costsAt(usual, larger.sizes)).toEqual(costsAt(larger, larger.sizes))
        }
      })
    }
  })
  describe(`trace/${file.path.slice(folder.length)} is written`, () => {
    test.runIf(updating)('update', () => {
      writeCases(file, changes)
    })
  })
}
