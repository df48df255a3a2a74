// The values of a command's options, checked. A wrong one is a problem of the call and not an exception, so that all of
// them are reported together; what is returned in its place is never used.
import { nearest } from '../text/index.ts'
import type { Problems } from './problems.ts'

export class Flags {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly problems: Problems,
  ) {}

  text(name: string): string | undefined {
    const value = this.values[key(name)]
    return typeof value === 'string' ? value : undefined
  }

  list(name: string): readonly string[] {
    const value = this.values[key(name)]
    return Array.isArray(value) ? value.map(String) : []
  }

  on(name: string): boolean {
    return this.values[key(name)] === true
  }

  integer(name: string, fallback: number, least: number): number {
    return this.number(name, fallback, (n) => Number.isSafeInteger(n) && n >= least, `an integer from ${least} on`)
  }

  number(name: string, fallback: number, allowed: (n: number) => boolean, expected: string): number {
    const text = this.text(name)
    if (text === undefined) return fallback
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isNaN(value) && allowed(value)) return value
    this.problems.add('bad-option', `--${name} ${text}: expected ${expected}`)
    return fallback
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = allowed.find((a) => a === text)
    if (found !== undefined) return found
    const [near] = nearest(text, allowed)
    this.problems.add(
      'bad-option',
      `--${name} ${text}: expected ${allowed.join(', ')}`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    )
    return undefined
  }
}

/** commander stores `--input-len` as `inputLen`. */
function key(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
