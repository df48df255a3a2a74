// What the tool knows by name: checkpoints and accelerators.
import type { Hardware } from '../predict/index.ts'
import * as numbers from './numbers.ts'
import { table, type Terminal } from './terminal.ts'

export interface ListedModel {
  readonly id: string
  readonly aliases: readonly string[]
  readonly class_name: string
  readonly model_type: string
  readonly dtype: string
  readonly parameters: number
  /** Predictions need no sources: the analyses lie in the catalogue. */
  readonly analysed: boolean
}

export function modelsText(models: readonly ListedModel[], { style }: Terminal): string[] {
  const columns = [
    { title: 'model' },
    { title: 'parameters', align: 'right' },
    { title: 'class' },
    { title: 'dtype' },
  ] as const
  const rows = models.map((m) => [m.id, numbers.parameters(m.parameters), m.class_name, m.dtype])
  const lines = table(columns, rows, style)
  const missing = models.filter((m) => !m.analysed).length
  const from = missing === 0 ? '' : `, ${missing} of them from source (--transformers DIR)`
  return [...lines, '', `${models.length} models${from}`]
}

export function modelsJson(models: readonly ListedModel[]): object {
  return { schema_version: 1, models }
}

/** Tensor formats in the order people compare them. */
const formats = ['bf16', 'f16', 'fp8', 'int8', 'fp4']

export function hardwareText(all: readonly Hardware[], { style }: Terminal): string[] {
  const columns = [
    { title: 'name' },
    { title: 'accelerator' },
    { title: 'memory', align: 'right' },
    { title: 'bandwidth', align: 'right' },
    { title: 'bf16 FLOP/s', align: 'right' },
    { title: 'fp8', align: 'right' },
    { title: 'fp32 vector', align: 'right' },
  ] as const
  const rows = all.map((h) => [
    h.name,
    `${h.vendor} ${h.title}`,
    numbers.bytes(h.memory_bytes.value),
    numbers.bandwidth(h.memory_bytes_per_second.value),
    peak(h, 'bf16'),
    peak(h, 'fp8'),
    numbers.flops(h.vector_f32_flops_per_second.value),
  ])
  return table(columns, rows, style)
}

function peak(h: Hardware, format: string): string {
  const fact = h.tensor_flops_per_second[format]
  return fact === undefined ? '–' : numbers.flops(fact.value)
}

export function hardwareDetails(h: Hardware, { style }: Terminal): string[] {
  const facts: [string, string, { source: string; note?: string }][] = [
    ['memory', numbers.bytes(h.memory_bytes.value), h.memory_bytes],
    ['bandwidth', numbers.bandwidth(h.memory_bytes_per_second.value), h.memory_bytes_per_second],
  ]
  for (const format of formats) {
    const fact = h.tensor_flops_per_second[format]
    if (fact !== undefined) facts.push([`${format} tensor, dense`, `${numbers.flops(fact.value)}FLOP/s`, fact])
  }
  facts.push([
    'fp32 vector',
    `${numbers.flops(h.vector_f32_flops_per_second.value)}FLOP/s`,
    h.vector_f32_flops_per_second,
  ])
  if (h.link !== undefined) {
    const { name, bytes_per_second_per_direction: speed } = h.link
    facts.push([`link (${name})`, `${numbers.bandwidth(speed.value)} each way`, speed])
  }
  facts.push(['power', `${h.power_watts.value} W`, h.power_watts])
  facts.push(['launch overhead', numbers.seconds(h.launch_overhead_seconds.value), h.launch_overhead_seconds])
  const rows = facts.map(([what, value, fact]) => [
    what,
    value,
    style.dim(fact.note === undefined ? fact.source : `${fact.source} (${fact.note})`),
  ])
  const columns = [{ title: '' }, { title: '', align: 'right' }, { title: 'source' }] as const
  return [`${style.bold(h.name)}  ${h.vendor} ${h.title} · ${h.architecture}`, ...table(columns, rows, style)]
}

export function hardwareJson(all: readonly Hardware[]): object {
  return { schema_version: 1, hardware: all }
}
