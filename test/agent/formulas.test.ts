// Formulas that somebody hands in: what they are read as, and what is wrong with them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFormula } from '../../src/agent/index.ts'

describe('checkFormula', () => {
  it('gives the one spelling and the value', () => {
    const report = checkFormula('{hidden_size} * 2 * {batch_size}', { at: { hidden_size: 4, batch_size: 3 } })
    expect(report).toEqual({
      problems: [],
      canonical: '2 * {batch_size} * {hidden_size}',
      variables: ['batch_size', 'hidden_size'],
      value: '24',
    })
  })

  it('takes dimensions of arguments where they are asked for', () => {
    const report = checkFormula('2*x.shape[0]*w.shape[-1]', {
      notation: 'arguments',
      at: { 'x.shape[0]': 5, 'w.shape[-1]': 7 },
    })
    expect(report.problems).toEqual([])
    expect(report.value).toBe('70')
  })

  it.each([
    ['2 * {batch_size', {}, /./],
    ['{batch} * 2', { variables: ['batch_size'] }, /\{batch\} is not known; known are \{batch_size\}/],
    ['{a_bytes} * {n}', { expectedUnit: 'FLOPs' }, /holds a width/],
    ['{a_bytes} * {w_bytes}', { expectedUnit: 'bytes' }, /multiplies a width by a width/],
    ['{n} / {a_bytes}', { expectedUnit: 'bytes' }, /divides by a width/],
    ['{n} / {m}', { at: { n: 1, m: 0 } }, /divides by zero/],
    ['{n}', { at: {} }, /no value is given for \{n\}/],
  ] as const)('says what is wrong with %s', (text, options, problem) => {
    const { problems } = checkFormula(text, options)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  it('never throws on text', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(checkFormula(text).problems)))
  })
})
