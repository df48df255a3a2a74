import { describe, expect, it } from 'vitest'
import { numbers } from '../../src/report/index.ts'

describe('numbers', () => {
  it.each([
    [0, '0'],
    [8.0301, '8.03'],
    [16.06, '16.1'],
    [411.6, '412'],
    [9.999, '10.0'],
    [0.01234, '0.0123'],
  ])('%d has three digits', (value, text) => {
    expect(numbers.threeDigits(value)).toBe(text)
  })

  it('choose the unit after rounding', () => {
    expect(numbers.bytes(999.6e6)).toBe('1.00 GB')
    expect(numbers.bytes(999.4e6)).toBe('999 MB')
    expect(numbers.bytes(12)).toBe('12 B')
    expect(numbers.bytes(0)).toBe('0 B')
    expect(numbers.flops(4.512e12)).toBe('4.51 T')
    expect(numbers.parameters(8030261248)).toBe('8.03 B')
    expect(numbers.parameters(124439808)).toBe('124 M')
    expect(numbers.bandwidth(3.35e12)).toBe('3.35 TB/s')
  })

  it('give times the unit that fits', () => {
    expect(numbers.seconds(4.146)).toBe('4.15 s')
    expect(numbers.seconds(0.0147)).toBe('14.7 ms')
    expect(numbers.seconds(3e-6)).toBe('3.00 us')
    expect(numbers.seconds(0)).toBe('0 ns')
  })

  it('group and share', () => {
    expect(numbers.grouped(1234567)).toBe('1,234,567')
    expect(numbers.grouped(123n)).toBe('123')
    expect(numbers.rate(41833)).toBe('41,800')
    expect(numbers.rate(54.32)).toBe('54.3')
    expect(numbers.percent(0.7031)).toBe('70.3 %')
    expect(numbers.percent(1)).toBe('100 %')
  })
})
