// Numbers as people read them: three significant digits and a unit. Units are decimal: 1 GB = 10^9 bytes.

/** Three significant digits, without an exponent: 8.03, 16.1, 412. */
export function threeDigits(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - exponentOf(value))
  return value.toFixed(Math.min(digits, 20))
}

/** The power of ten of the leading digit, after rounding to three digits. */
function exponentOf(value: number): number {
  return Number(value.toExponential(2).split('e')[1])
}

interface Unit {
  readonly factor: number
  readonly name: string
}

function scale(value: number, units: readonly Unit[]): string {
  const rounded = Math.abs(Number(value.toPrecision(3)))
  const unit = units.find((u) => rounded >= u.factor) ?? units.at(-1)
  if (unit === undefined) return threeDigits(value)
  // Below the smallest unit there are no fractions of it: 12 bytes, not 12.0.
  const text = unit.factor === 1 && Number.isInteger(value) ? String(value) : threeDigits(value / unit.factor)
  return unit.name === '' ? text : `${text} ${unit.name}`
}

const steps = ['E', 'P', 'T', 'G', 'M', 'k'].map((name, i) => ({ factor: 10 ** (18 - 3 * i), name }))
const countSteps = [
  { factor: 1e12, name: 'T' },
  { factor: 1e9, name: 'B' },
  { factor: 1e6, name: 'M' },
  { factor: 1e3, name: 'K' },
  { factor: 1, name: '' },
]

/** FLOPs: `4.51 T`. */
export function flops(value: number): string {
  return scale(value, [...steps, { factor: 1, name: '' }])
}

/** `16.1 GB`. */
export function bytes(value: number): string {
  return scale(value, [...steps.map((u) => ({ ...u, name: `${u.name}B` })), { factor: 1, name: 'B' }])
}

/** `3.35 TB/s`. */
export function bandwidth(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`
}

/** Parameters: `8.03 B`. */
export function parameters(count: number): string {
  return scale(count, countSteps)
}

/** `12.4 ms`. */
export function seconds(value: number): string {
  return scale(value, [
    { factor: 1, name: 's' },
    { factor: 1e-3, name: 'ms' },
    { factor: 1e-6, name: 'us' },
    { factor: 1e-9, name: 'ns' },
  ])
}

/** A rate, such as tokens a second. */
export function rate(value: number): string {
  return value >= 1000 ? grouped(Number(value.toPrecision(3))) : threeDigits(value)
}

/** `12,345` */
export function grouped(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A share: `41.2 %`. */
export function percent(share: number): string {
  const value = 100 * share
  return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} %`
}
