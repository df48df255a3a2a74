import { describe, expect, it } from 'vitest'
import { bar, colourStyle, columnsOf, fit, table, wrap } from '../../src/report/index.ts'

describe('tables', () => {
  it('are as wide as their cells and end without blanks', () => {
    const rows = [
      ['a', '1'],
      ['long name', '23'],
    ]
    expect(table([{ title: 'name' }, { title: 'n', align: 'right' }], rows)).toEqual([
      'name        n',
      'a           1',
      'long name  23',
    ])
  })

  it('count no columns for colours', () => {
    const coloured = colourStyle.red('ab')
    expect(columnsOf(coloured)).toBe(2)
    expect(table([{}, {}], [[coloured, 'x']])).toEqual([`${coloured}  x`])
  })
})

describe('text', () => {
  it('is shortened at its middle', () => {
    expect(fit('model.layers.*.self_attn', 11)).toBe('model…_attn')
    expect(fit('short', 11)).toBe('short')
    expect(fit('abc', 1)).toBe('…')
  })

  it('wraps at words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  })
})

describe('bars', () => {
  it('show eighths of a column', () => {
    expect(bar(0, 10)).toBe('')
    expect(bar(1, 10)).toBe('██████████')
    expect(bar(0.5, 3)).toBe('█▌')
    expect(bar(2, 2)).toBe('██')
  })
})
