// A prediction as a page of the terminal and as JSON.
import {
  type Bound,
  encoderOf,
  modelFormats,
  type ModuleRow,
  type PhasePrediction,
  type Prediction,
  type StoredFormat,
} from '../predict/index.ts'
import type { Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { bar, fit, table, type Terminal, wrap } from './terminal.ts'

/** Rows of the breakdown that are shown one by one. */
const shownModules = 8

export function predictionText(p: Prediction, terminal: Terminal): string[] {
  const lines = [
    headline(p, terminal),
    '',
    ...phases(p, terminal),
    times(p),
    '',
    ...memory(p, terminal),
    '',
    ...breakdown(p, terminal),
  ]
  const notes = p.notes.filter((n) => !n.standard).flatMap((n) => wrap(`note: ${n.text}`, terminal.width))
  return notes.length === 0 ? lines : [...lines, '', ...notes.map(terminal.style.dim)]
}

function headline({ request: r, weightFormats: [most] = [] }: Prediction, { style }: Terminal): string {
  const parts = [style.bold(r.model.id)]
  if (r.model.parameters !== undefined) parts.push(`${numbers.parameters(r.model.parameters)} parameters`)
  parts.push(r.format)
  if (most !== undefined) parts.push(`weights ${most.format}`)
  else if (r.weightBits !== 8 * modelFormats[r.format].bytes) parts.push(`weights ${r.weightBits} bit`)
  if (r.cacheFormat !== r.format) parts.push(`KV cache ${r.cacheFormat}`)
  parts.push(`batch ${r.batch}`, `1 × ${r.hardware.title}`, 'uncalibrated (roofline)')
  return parts.join(' · ')
}

function phases(p: Prediction, { style }: Terminal): string[] {
  const columns = ['', 'time', 'tokens/s', 'bound by', 'FLOPs', 'bytes', 'of peak', ''].map((title) => ({ title }))
  const { inputLength, outputLength } = p.request
  const isInParts = p.encode !== undefined
  const prompt = isInParts ? 1 : inputLength
  const rows = [phaseRow('prefill', p.prefill, 1, '', isInParts ? 'start token' : `prompt ${prompt}`)]
  const hasLength = encoderOf(p.request.model)?.sizes.encoder_len !== undefined
  if (p.encode !== undefined)
    rows.unshift(phaseRow('encode', p.encode, 1, '', hasLength ? `source ${inputLength}` : 'source'))
  if (p.decode !== undefined) {
    const growth = `cache ${prompt} → ${prompt + outputLength - 1}`
    rows.push(phaseRow('decode', p.decode, p.decode.steps, '/token', growth))
  }
  return table(columns, rows, style)
}

function phaseRow(name: string, p: PhasePrediction, steps: number, unit: string, note: string): string[] {
  const work = [numbers.flops(p.flops / steps), numbers.bytes((p.readBytes + p.writeBytes) / steps)]
  return [
    name,
    numbers.seconds(p.seconds / steps) + unit,
    numbers.rate(p.tokensPerSecond),
    p.bound,
    ...work,
    peak(p),
    note,
  ]
}

/** The share of the peak that the phase could be expected to reach. */
function peak(p: PhasePrediction): string {
  const limit: Bound = p.bound === 'launch' ? (p.computeSeconds >= p.memorySeconds ? 'compute' : 'memory') : p.bound
  return limit === 'compute'
    ? `${numbers.percent(p.shareOfPeakFlops)} FLOPs`
    : `${numbers.percent(p.shareOfPeakBandwidth)} bandwidth`
}

function times(p: Prediction): string {
  const parts = [`TTFT ${numbers.seconds(p.ttftSeconds)}`]
  if (p.tpotSeconds !== undefined) parts.push(`TPOT ${numbers.seconds(p.tpotSeconds)}`)
  parts.push(`whole request ${numbers.seconds(p.requestSeconds)}`, `${numbers.rate(p.tokensPerSecond)} output tokens/s`)
  return parts.join(' · ')
}

function memory({ memory: m, request }: Prediction, { style }: Terminal): string[] {
  const parts = [
    `weights ${numbers.bytes(m.weightBytes)}`,
    `KV cache ${numbers.bytes(m.cacheBytes)}`,
    `activations ${numbers.bytes(m.activationBytes)}`,
  ]
  const capacity = numbers.bytes(m.capacityBytes)
  const line = `memory       ${parts.join(' · ')} · ${numbers.bytes(m.totalBytes)} of ${capacity}`
  if (m.fits) return [line]
  const reserve = numbers.percent(request.memoryReserve)
  return [
    line,
    style.red(
      `does not fit: ${numbers.bytes(m.usableBytes)} of ${capacity} are usable (${reserve} kept back, --memory-reserve)`,
    ),
  ]
}

function breakdown(p: Prediction, terminal: Terminal): string[] {
  const phase = p.decode ?? p.prefill
  const modules = phase.breakdown.modules
  const shown = modules.slice(0, shownModules)
  const rest = modules.slice(shownModules)
  const rows = shown.map((m) => ({
    name: m.module === '' ? m.className : m.module,
    kernels: kernelCount(m, phase.steps),
    share: m.share,
  }))
  if (rest.length > 0)
    rows.push({ name: `${rest.length} more`, kernels: '', share: rest.reduce((sum, m) => sum + m.share, 0) })
  const kernelWidth = Math.max(...rows.map((r) => r.kernels.length))
  const longest = Math.max(...rows.map((r) => r.name.length))
  const barWidth = Math.min(30, Math.max(8, terminal.width - longest - kernelWidth - 14))
  const nameWidth = Math.max(12, Math.min(longest, terminal.width - kernelWidth - barWidth - 14))
  const largest = Math.max(...rows.map((r) => r.share))
  const columns = [
    { title: `where ${p.decode === undefined ? 'prefill' : 'decode'} goes` },
    { title: '' },
    { title: 'share of time' },
    { align: 'right', title: '' },
  ] as const
  return table(
    columns,
    rows.map((r) => [
      fit(r.name, nameWidth),
      r.kernels,
      terminal.style.cyan(bar(r.share / largest, barWidth)),
      numbers.percent(r.share),
    ]),
    terminal.style,
  )
}

/** `3 kernels × 32`: launches of one pass. */
function kernelCount(row: ModuleRow, steps: number): string {
  const launches = row.launches / steps
  const each = launches / row.repeat
  const [count, times] =
    row.repeat > 1 && Number.isInteger(each) ? [each, ` × ${row.repeat}`] : [Math.round(launches), '']
  return `${numbers.grouped(count)} kernel${count === 1 ? '' : 's'}${times}`
}

export function predictionJson(p: Prediction, provenance: Provenance): object {
  const { request: r, memory: m } = p
  return {
    schema_version: 1,
    provenance,
    model: { id: r.model.id, class_name: r.model.className, parameters: r.model.parameters ?? null },
    hardware: r.hardware,
    request: {
      batch: r.batch,
      input_len: r.inputLength,
      output_len: r.outputLength,
      dtype: r.format,
      kv_dtype: r.cacheFormat,
      w_bits: p.weightFormats === undefined ? r.weightBits : averageBits(p.weightFormats),
      memory_reserve: r.memoryReserve,
    },
    weight_formats: p.weightFormats?.map((f) => ({ format: f.format, parameters: f.elements, bytes: f.bytes })) ?? null,
    method: { name: 'roofline', calibrated: false },
    ttft_seconds: p.ttftSeconds,
    tpot_seconds: p.tpotSeconds ?? null,
    request_seconds: p.requestSeconds,
    output_tokens_per_second: p.tokensPerSecond,
    encode: p.encode === undefined ? null : phaseJson(p.encode),
    prefill: phaseJson(p.prefill),
    decode: p.decode === undefined ? null : phaseJson(p.decode),
    memory: {
      weights_bytes: m.weightBytes,
      kv_cache_bytes: m.cacheBytes,
      activations_bytes: m.activationBytes,
      total_bytes: m.totalBytes,
      capacity_bytes: m.capacityBytes,
      usable_bytes: m.usableBytes,
      fits: m.fits,
    },
    notes: p.notes.map((n) => n.text),
  }
}

type Costs = Omit<
  PhasePrediction,
  'steps' | 'tokensPerSecond' | 'bound' | 'shareOfPeakFlops' | 'shareOfPeakBandwidth' | 'breakdown'
>

function costsJson(t: Costs): object {
  return {
    launches: t.launches,
    seconds: t.seconds,
    compute_seconds: t.computeSeconds,
    memory_seconds: t.memorySeconds,
    launch_seconds: t.launchSeconds,
    flops: t.flops,
    matmul_flops: t.matmulFlops,
    read_bytes: t.readBytes,
    write_bytes: t.writeBytes,
  }
}

function phaseJson(p: PhasePrediction): object {
  return {
    steps: p.steps,
    tokens_per_second: p.tokensPerSecond,
    bound_by: p.bound,
    share_of_peak_flops: p.shareOfPeakFlops,
    share_of_peak_bandwidth: p.shareOfPeakBandwidth,
    ...costsJson(p),
    modules: p.breakdown.modules.map((m) => ({
      module: m.module,
      class_name: m.className,
      repeat: m.repeat,
      share: m.share,
      ...costsJson(m),
    })),
    kernels: p.breakdown.kernels.map((k) => ({
      module: k.module,
      class_name: k.className,
      aten: k.kernel.aten,
      operation: k.kernel.operation,
      line: k.kernel.line ?? null,
      source:
        typeof k.kernel.source === 'object'
          ? { file: k.kernel.source.file, line: k.kernel.source.line }
          : (k.kernel.source ?? null),
      share: k.share,
      ...costsJson(k),
    })),
  }
}

function averageBits(formats: readonly StoredFormat[]): number {
  const sum = (of: (f: StoredFormat) => number) => formats.reduce((n, f) => n + of(f), 0)
  return (8 * sum((f) => f.bytes)) / sum((f) => f.elements)
}
