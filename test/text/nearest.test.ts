import { expect, it } from 'vitest'
import { nearest } from '../../src/text/index.ts'

const hardware = ['a100-pcie', 'a100-sxm', 'b200-sxm', 'h100-pcie', 'h100-sxm', 'h200-sxm', 'l4', 'l40s', 'mi300x']

it.each([
  // left-out endings cost little, and a common beginning decides between equals
  ['h100', ['h100-sxm', 'h100-pcie', 'h200-sxm']],
  ['H100-SXM', ['h100-sxm', 'h200-sxm', 'a100-sxm']],
  ['mi300', ['mi300x']],
  ['l40', ['l40s', 'l4']],
  ['tpu-v5e', []],
])('%s', (typed, expected) => {
  expect(nearest(typed, hardware)).toEqual(expected)
})

it('ignores the organisation that was left out', () => {
  expect(nearest('Llama-3.1-8B', ['meta-llama/Llama-3.1-8B', 'meta-llama/Llama-3.1-70B'])).toEqual([
    'meta-llama/Llama-3.1-8B',
  ])
})
