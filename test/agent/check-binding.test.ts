// What is thought of a binding that somebody hands in for a reference: beside the engine's own kernels, and where it has none.
import fc from 'fast-check'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBinding, type CheckReport, type SubmittedBinding } from '../../src/agent/index.ts'
import { parse } from '../../src/sym/index.ts'
import type { ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli } from '../cli/run.ts'
import { projectOf } from '../support/override-cases.ts'

const source = `from torch import nn


class Block(nn.Module):
    def __init__(self, hidden_size, width):
        super().__init__()
        self.up = nn.Linear(hidden_size, 2 * width)
        self.down = nn.Linear(2 * width, hidden_size)

    def forward(self, x):
        return self.down(self.up(x))


UNRELATED = 2 * 48
`
const project = projectOf({ 'my_model.py': source })
const line = (n: number) => ({ file: 'my_model.py', line: n, text: (source.split('\n')[n - 1] ?? '').trim() })

let folder = ''
let all: readonly ModuleAnalysis[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src/my_model.py'), source)
  const model = ['--module', 'my_model.Block', '--source', join(folder, 'src'), '--arg', 'hidden_size=64']
  const call = ['--arg', 'width=48', '--input', 'x=bf16[batch_size,seq_len,64]', '--output', join(folder, 'out')]
  await cli('analyze', '--recursive', ...model, ...call)
  const files = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.json'))
  const read = files.map((f) => JSON.parse(readFileSync(join(folder, 'out', f), 'utf8')) as ModuleAnalysis)
  all = [...read].sort((a) => (a.class_name === 'my_model.Block' ? -1 : 1))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

/** What a parameter of the first call, `self.up(x)`, is bound to. */
type Formulas = Readonly<Record<string, string>>

const right: Formulas = { in_features: '{hidden_size}', out_features: '2 * {width}' }

function report(formulas: Formulas, own: readonly ModuleAnalysis[] | string, at = line(7), more = {}): CheckReport {
  const args = Object.fromEntries(
    Object.entries(formulas).map(([name, formula]) => [name, { formula, because: 'as it is made', source: [at] }]),
  )
  const place = { caller: 'my_model.Block', variant: 0, kernel: 0 }
  const binding: SubmittedBinding = { args, ...more }
  return checkBinding({ analyses: all, place, binding }, project, own)
}

const stopped = 'the engine does not get through'

describe('a binding', { timeout: 60_000 }, () => {
  it('is verified where the engine finds the same kernels', () => {
    expect(report(right, all)).toMatchObject({ verdict: 'verified', why: [] })
  })

  it('is unverified where the engine has none', () => {
    expect(report(right, stopped)).toMatchObject({ verdict: 'unverified', why: [`engine: ${stopped}`] })
  })

  it('is doubted there for lines elsewhere and for values that the callee was not analysed with', () => {
    const elsewhere = report(right, stopped, line(14))
    expect(elsewhere.why.join('\n')).toContain('my_model.py:14 is a line neither of the caller nor of the callee')
    const other = report({ ...right, out_features: '3 * {width}' }, stopped)
    expect(other.verdict).toBe('unverified')
    expect(other.why.join('\n')).toContain('out_features is 144; the callee was analysed with 96')
  })

  it.each([
    ['a parameter without a formula', { in_features: '{hidden_size}' }, 'out_features has no formula'],
    ['a parameter that there is not', { ...right, bias: '1' }, 'bias is no parameter'],
    ['a variable that there is not', { ...right, in_features: '{hidden}' }, '{hidden} is not known'],
    ['a fraction', { ...right, in_features: '{hidden_size} / 3' }, 'which is no size'],
    ['no formula at all', { ...right, in_features: 'hidden size' }, 'formulas: in_features'],
    ['bytes', { ...right, in_features: '{hidden_size} * {a_bytes} / 2' }, 'holds a width'],
  ] as const)('is rejected for %s, whatever the engine has', (_, formulas, message) => {
    for (const own of [all, stopped]) {
      const { verdict, why } = report(formulas, own)
      expect([verdict, why.join('\n')]).toEqual(['rejected', expect.stringContaining(message)])
    }
  })

  it('is rejected for a quotation that does not stand there, a class and a variant that there is not', () => {
    const misquoted = report(right, stopped, { ...line(7), line: 8 })
    expect([misquoted.verdict, misquoted.why[0]]).toEqual(['rejected', expect.stringContaining('on line 7')])
    expect(report(right, all, line(7), { class_name: 'torch.nn.Linear' }).why[0]).toContain('none of the classes')
    expect(report(right, all, line(7), { variant: 3 }).why[0]).toContain('has no variant 3')
  })

  it('is rejected for any other formula that the engine contradicts, and verified for the same in other words', () => {
    const names = fc.constantFrom('in_features', 'out_features')
    const part = fc.constantFrom('{hidden_size}', '{width}', '{batch_size}', '{seq_len}', '2', '3')
    const property = fc.property(names, part, part, fc.constantFrom('+', '*', '-'), (name, a, b, op) => {
      const formula = `${a} ${op} ${b}`
      const isSame = parse(formula).key === parse(right[name] ?? '').key
      expect(report({ ...right, [name]: formula }, all).verdict).toBe(isSame ? 'verified' : 'rejected')
      expect(report({ ...right, [name]: `(${right[name]}) * ${a} / ${a} + ${b} - ${b}` }, all).verdict).toBe('verified')
    })
    fc.assert(property, { numRuns: 100 })
  })
})
