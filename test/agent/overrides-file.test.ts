// lm-predictor.overrides.json: what is read is what was written, and nothing that breaks the schema is either.
import { describe, expect, it } from 'vitest'
import { checkOverride, readOverrides, traceSnippet, writeOverrides, type Override } from '../../src/agent/index.ts'
import { Overrides } from '../../src/huggingface/index.ts'
import { projectOf } from '../support/override-cases.ts'

const at = { file: 'case.py', line: 2, text: 'if x.sum() > 0:' }
const branch: Override = {
  kind: 'branch',
  at,
  decision: true,
  because: 'it is so',
  source: [at],
  author: { kind: 'person' },
}
const source = 'def forward(x):\n    if x.sum() > 0:\n        return x\n'

describe('the file', () => {
  it('reads what it wrote', async () => {
    expect(await readOverrides(await writeOverrides([branch]))).toEqual([branch])
  })

  it.each([
    ['no JSON', '{', /is not JSON/],
    ['no entries', '{"schema_version": 1}', /breaks its schema/],
    ['another version', '{"schema_version": 2, "overrides": []}', /breaks its schema/],
    ['an unknown key', '{"schema_version": 1, "overrides": [{"kind": "branch", "flop": 1}]}', /breaks its schema/],
  ])('is refused with %s', async (_, text, message) => {
    await expect(readOverrides(text)).rejects.toMatchObject({ code: 'bad-override' })
    await expect(readOverrides(text)).rejects.toThrow(message)
  })

  it('says where an entry breaks the schema', async () => {
    const file = { schema_version: 1, overrides: [{ ...branch, because: undefined }] }
    const error = await readOverrides(JSON.stringify(file)).catch((e: unknown) => e)
    expect(error).toMatchObject({ notes: expect.arrayContaining([expect.stringMatching(/because/)]) as unknown })
  })

  it('is refused with two entries for one thing, and takes a condition and numbers of one line', async () => {
    const number: Override = { ...branch, decision: '3' }
    const first: Override = { ...number, reads: 'bincount()' }
    const file = (overrides: readonly Override[]): string => JSON.stringify({ schema_version: 1, overrides })
    expect(await readOverrides(file([branch, number, first]))).toHaveLength(3)
    await expect(readOverrides(file([branch, branch]))).rejects.toMatchObject({ code: 'bad-override' })
    await expect(readOverrides(file([first, branch, first]))).rejects.toMatchObject({ notes: ['case.py:2 bincount()'] })
  })

  it('is not written with an entry that breaks the schema', async () => {
    const bad = { ...branch, decision: 1 } as unknown as Override
    await expect(writeOverrides([bad])).rejects.toMatchObject({ code: 'bad-override' })
  })
})

describe('citations', () => {
  it('pass where the line says what is quoted', async () => {
    const { verdict, checks } = await checkOverride(branch, projectOf({ 'case.py': source }))
    expect(verdict).toBe('unverified')
    expect(checks.find((c) => c.name === 'citations')?.status).toBe('pass')
  })

  it('reject an entry whose source has moved, and say where it is now', async () => {
    const { verdict, why } = await checkOverride(branch, projectOf({ 'case.py': `\n${source}` }))
    expect(verdict).toBe('rejected')
    expect(why.join()).toContain('that text is on line 3')
  })

  it('can not be checked where the file is not given', async () => {
    const { verdict, checks } = await checkOverride(branch, projectOf({ 'other.py': source }))
    expect(verdict).toBe('unverified')
    expect(checks.find((c) => c.name === 'citations')?.status).toBe('not-checkable')
  })
})

describe('a decision for a line of another file of the same name', () => {
  it('is named where the analysis stops', () => {
    const entry: Override = { ...branch, at: { ...at, file: 'my_pkg/case.py' } }
    const overrides = new Overrides([{ entry, verdict: 'unverified' }])
    const run = () =>
      traceSnippet(
        { ...projectOf({ 'case.py': source }), overrides },
        { name: 'case.forward', inputs: ['x=bf16[4]'], sizes: {} },
      )
    const note = 'an override decides my_pkg/case.py:2, which does not run; this line is case.py:2'
    expect(run).toThrow(expect.objectContaining({ notes: expect.arrayContaining([note]) as unknown }))
  })
})
