// The text cases under test/cases: one folder for each way of running them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isAnalysisError, type AnalysisError } from '../src/text/index.ts'
import { pythonVm } from './support/python.ts'
import { blockOf, caseFiles, expectedErrors, updating, writeCases, type Block, type Case } from './support/cases.ts'

const folder = fileURLToPath(new URL('cases/', import.meta.url))

interface Outcome {
  /** What was printed, newlines included. */
  readonly out: string
  readonly error: AnalysisError | undefined
}

/** Runs the `py` block of a case; `py file.py` blocks are further files, importable by their name. */
function runPython(c: Case, main: Block): Outcome {
  const files = c.blocks.filter((b) => /\.(py|so)$/.test(b.info))
  const vm = pythonVm(new Map(files.map((b) => [b.info, b.text])))
  let error: AnalysisError | undefined
  try {
    vm.runModuleText('__main__', main.text)
  } catch (e) {
    if (!isAnalysisError(e)) throw e
    error = e
  }
  return { out: vm.output.join(''), error }
}

/** With `UPDATE=1 PYTHON=python3.11` the expected output is CPython's. */
function referenceOutput(c: Case, main: Block): string | undefined {
  const python = process.env['PYTHON']
  if (python === undefined || c.blocks.some((b) => b.info.endsWith('.py'))) return undefined
  return spawnSync(python, ['-'], { input: main.text, encoding: 'utf8' }).stdout
}

/** The errors that a case announces, as `file:line code`. */
function announced(c: Case): readonly string[] {
  const sources = c.blocks.filter((b) => b.info === 'py' || b.info.endsWith('.py'))
  return sources.flatMap((b) =>
    [...expectedErrors(b)].map(([line, code]) => `${b.info === 'py' ? '__main__.py' : b.info}:${line} ${code}`),
  )
}

describe.each(['python', 'stdlib'])('%s', (kind) => {
  for (const file of caseFiles(`${folder}${kind}`)) {
    const changes: { block: Block; text: string }[] = []
    describe(file.path.slice(folder.length), () => {
      for (const c of file.cases) {
        test(c.title, () => {
          const main = blockOf(c, 'py')
          const out = blockOf(c, 'out')
          if (main === undefined) throw new Error('a case needs a py block')
          const outcome = runPython(c, main)
          if (updating && out !== undefined) changes.push({ block: out, text: referenceOutput(c, main) ?? outcome.out })
          const { error } = outcome
          const met = error === undefined ? [] : [`${error.span?.file ?? ''}:${error.span?.line ?? 0} ${error.code}`]
          expect(met, error === undefined ? undefined : `${error.message}\n${error.notes.join('\n')}`).toEqual(
            announced(c),
          )
          if (!updating && out !== undefined) expect(outcome.out).toBe(out.text)
        })
      }
    })
    describe(`${file.path.slice(folder.length)} is written`, () => {
      test.runIf(updating)('update', () => {
        writeCases(file, changes)
      })
    })
  }
})
