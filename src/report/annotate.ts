// The source of a `forward()` with what each line costs in the margin.
import type { Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { table, type Terminal } from './terminal.ts'

export interface AnnotatedLine {
  readonly line: number
  readonly text: string
  /** `plain` is a line without code: a comment, a signature, part of a longer statement. */
  readonly status: 'counted' | 'free' | 'not_reached' | 'plain'
  readonly kernels: number
  readonly flops: number
  readonly bytes: number
  /** Only where an accelerator was given. */
  readonly seconds?: number | undefined
}

export interface AnnotatedForward {
  /** As the package names it: `transformers/models/llama/modeling_llama.py`. */
  readonly file: string
  /** `LlamaMLP.forward` */
  readonly name: string
  /** How often one call of the model runs it. */
  readonly repeat: number
  readonly lines: readonly AnnotatedLine[]
}

export function annotateText(forward: AnnotatedForward, { style }: Terminal): string[] {
  const timed = forward.lines.some((l) => l.seconds !== undefined)
  const total = { seconds: 0, flops: 0, bytes: 0 }
  for (const l of forward.lines) {
    total.seconds += l.seconds ?? 0
    total.flops += l.flops
    total.bytes += l.bytes
  }
  const margin = (l: AnnotatedLine): string[] => {
    if (l.status === 'free') return timed ? ['free', '', ''] : ['free', '']
    if (l.status === 'not_reached') return timed ? ['–', '', ''] : ['–', '']
    if (l.status === 'plain') return timed ? ['', '', ''] : ['', '']
    const work = [numbers.flops(l.flops), numbers.bytes(l.bytes)]
    return timed ? [numbers.percent(total.seconds === 0 ? 0 : (l.seconds ?? 0) / total.seconds), ...work] : work
  }
  const columns = [...(timed ? ['time'] : []), 'FLOPs', 'bytes', '', ''].map((title, i, all) => ({
    title,
    align: i < all.length - 1 ? ('right' as const) : ('left' as const),
  }))
  const rows = forward.lines.map((l) => [
    ...margin(l),
    String(l.line),
    l.status === 'not_reached' ? style.dim(l.text) : l.text,
  ])
  const times = forward.repeat === 1 ? '' : `  × ${forward.repeat}`
  const sum = [
    `${numbers.flops(total.flops)} FLOPs`,
    numbers.bytes(total.bytes),
    ...(timed ? [numbers.seconds(total.seconds)] : []),
  ]
  return [`${forward.file}  ${style.bold(forward.name)}${times}`, ...table(columns, rows, style), '', sum.join(' · ')]
}

export function annotateJson(forward: AnnotatedForward, provenance: Provenance): object {
  return { schema_version: 1, provenance, ...forward }
}
