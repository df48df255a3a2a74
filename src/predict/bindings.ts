// The values of an analysis's variables: those of the run that made it, those of the checkpoint, the sizes, the widths.
import type { RegimeAnalysis, Sizes } from './input.ts'

export interface Widths {
  readonly activation: number
  readonly weight: number
}

export function bindingsOf(
  { variables }: Pick<RegimeAnalysis, 'variables'>,
  checkpoint: Readonly<Record<string, number>> | undefined,
  sizes: Sizes,
  widths: Widths,
): Map<string, number> {
  const bindings = new Map<string, number>()
  for (const [name, { value }] of Object.entries(variables)) {
    const number = Number(value)
    if (value !== null && !Number.isNaN(number)) bindings.set(name, number)
  }
  for (const [name, value] of Object.entries(checkpoint ?? {})) bindings.set(name, value)
  for (const [name, value] of Object.entries(sizes) as [string, number | undefined][])
    if (value !== undefined) bindings.set(name, value)
  bindings.set('a_bytes', widths.activation)
  bindings.set('w_bytes', widths.weight)
  return bindings
}
