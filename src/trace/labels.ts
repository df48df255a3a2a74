// Names of calls, as recordings have them: `prefill b2 s32`, `decode b1 c7`; those of encoder-decoders name their source as
// well: `encode b2 e32`, `decode b1 c7 e32`.
import type { Int } from '../sym/index.ts'

const phases = ['encode', 'prefill', 'decode', 'extend', 'forward'] as const

/** `encode`: the encoder alone; the others of an encoder-decoder are calls of its decoder. */
export type Phase = (typeof phases)[number]

/** The sizes that a label names, each by its first letter; the source's where there is one. */
const named: Readonly<Record<Phase, readonly (keyof LabelledSizes<Int>)[]>> = {
  encode: ['batch', 'encoder'],
  prefill: ['batch', 'seq', 'encoder'],
  decode: ['batch', 'cache', 'encoder'],
  extend: ['batch', 'seq', 'cache', 'encoder'],
  forward: ['batch', 'seq'],
}

/** `prefill b2 s32`, as recordings name it. */
export function phaseLabel(phase: Phase, sizes: LabelledSizes<Int>): string {
  const present = named[phase].filter((name) => sizes[name] !== undefined)
  return [phase, ...present.map((name) => `${name.charAt(0)}${String(sizes[name])}`)].join(' ')
}

interface LabelledSizes<Size> {
  readonly batch: Size
  readonly seq: Size
  readonly cache: Size
  readonly encoder?: Size | undefined
}

/** The call that a label names; undefined where it is none. */
export function parsePhaseLabel(label: string): (LabelledSizes<number> & { readonly phase: Phase }) | undefined {
  const [, name, batch, seq, cache, encoder] = /^(\w+) b(\d+)(?: s(\d+))?(?: c(\d+))?(?: e(\d+))?$/.exec(label) ?? []
  const phase = phases.find((p) => p === name)
  if (phase === undefined) return undefined
  const sizes = { batch: Number(batch), seq: Number(seq ?? 1), cache: Number(cache ?? 0) }
  return { phase, ...sizes, encoder: encoder === undefined ? undefined : Number(encoder) }
}
