// Names of calls, as recordings have them: `prefill b2 s32`, `decode b1 c7`.
import type { Int } from '../sym/index.ts'

const phases = ['prefill', 'decode', 'extend', 'forward'] as const

export type Phase = (typeof phases)[number]

/** `prefill b2 s32`, as recordings name it. */
export function phaseLabel(
  phase: Phase,
  sizes: { readonly batch: Int; readonly seq: Int; readonly cache: Int },
): string {
  if (phase === 'decode') return `decode b${String(sizes.batch)} c${String(sizes.cache)}`
  if (phase === 'extend') return `extend b${String(sizes.batch)} s${String(sizes.seq)} c${String(sizes.cache)}`
  return `${phase} b${String(sizes.batch)} s${String(sizes.seq)}`
}

/** The call that a label names; undefined where it is none. */
export function parsePhaseLabel(
  label: string,
): { readonly phase: Phase; readonly batch: number; readonly seq: number; readonly cache: number } | undefined {
  const [, name, batch, seq, cache] = /^(\w+) b(\d+)(?: s(\d+))?(?: c(\d+))?$/.exec(label) ?? []
  const phase = phases.find((p) => p === name)
  if (phase === undefined) return undefined
  return { phase, batch: Number(batch), seq: Number(seq ?? 1), cache: Number(cache ?? 0) }
}
