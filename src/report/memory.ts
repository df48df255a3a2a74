// What a model needs in memory, as a page of the terminal and as JSON.
import { type CacheRow, modelFormats, type Fit, type MemoryReport, type ReadingRow } from '../predict/index.ts'
import { rangesText } from '../text/index.ts'
import type { CacheTensor, Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { table, type Terminal, wrap } from './terminal.ts'

export function memoryText(report: MemoryReport, terminal: Terminal): string[] {
  return [
    headline(report, terminal),
    '',
    ...weights(report, terminal),
    '',
    ...cache(report, terminal),
    ...readings(report, terminal),
    '',
    ...total(report, terminal),
  ]
}

function headline({ request: r }: MemoryReport, { style }: Terminal): string {
  const parts = [style.bold(r.model.id)]
  if (r.model.parameters !== undefined) parts.push(`${numbers.parameters(r.model.parameters)} parameters`)
  parts.push(r.format)
  if (r.cacheFormat !== r.format) parts.push(`KV cache ${r.cacheFormat}`)
  parts.push(`batch ${numbers.grouped(r.batch)}`, `${numbers.grouped(r.context)} tokens`)
  if (r.sourceLength !== undefined) parts.push(`source of ${numbers.grouped(r.sourceLength)}`)
  if (r.pageSize !== undefined) parts.push(`blocks of ${r.pageSize}`)
  return parts.join(' · ')
}

function weights(report: MemoryReport, { style }: Terminal): string[] {
  const columns = [
    { title: 'weights' },
    { title: 'format' },
    { title: 'tensors', align: 'right' },
    { title: 'parameters', align: 'right' },
    { title: 'bytes', align: 'right' },
  ] as const
  const rows = report.weights.map((w) => [
    w.kind,
    w.format,
    numbers.grouped(w.count),
    numbers.parameters(w.elements),
    numbers.bytes(w.bytes),
  ])
  const elements = report.weights.reduce((sum, w) => sum + w.elements, 0)
  const all = ['total', '', '', numbers.parameters(elements), numbers.bytes(report.weightBytes)]
  const tied = report.sized.flatMap(({ group }) => (group.tied ?? []).map((name) => `${name} is ${group.name}`))
  return [...table(columns, [...rows, all], style), ...tied.map((text) => style.dim(`${text}, counted once`))]
}

function cache(report: MemoryReport, { style, width }: Terminal): string[] {
  const { cache: use, request } = report
  if (use.rows.length === 0) return ['no cache']
  const columns = [
    { title: 'cache' },
    { title: 'layers', align: 'right' },
    { title: 'grows' },
    { title: 'a layer', align: 'right' },
    { title: 'all layers', align: 'right' },
    { title: 'next token', align: 'right' },
  ] as const
  const rows = use.rows.map((r) => [
    nameOf(r, use.readings),
    r.layers.length === 0 ? '' : `× ${r.layers.length}`,
    growthText(r),
    numbers.bytes(r.layerBytes),
    numbers.bytes(r.bytes),
    r.growth === 'state' || r.growth === 'source' ? '' : numbers.bytes(r.tokenBytes),
  ])
  const all = ['total', '', '', '', numbers.bytes(use.bytes), numbers.bytes(use.tokenBytes)]
  const textOf = (r: CacheRow): string =>
    formulaText({ ...r, bytes: r.formula }, r.growth === 'state' ? request.format : request.cacheFormat)
  const formulas = [...new Set(use.rows.map((r) => `${nameOf(r, use.readings)}${where(r)}: ${textOf(r)}`))]
  return [...table(columns, [...rows, all], style), ...formulas.flatMap((f) => wrap(f, width)).map(style.dim)]
}

/** Where it lies, where the label alone would leave it open. */
function where({ growth }: CacheRow): string {
  return growth === 'window' ? ', window' : ''
}

function growthText({ growth, saturatesAt }: CacheRow): string {
  if (growth === 'grows') return 'every token'
  if (growth === 'source') return 'with the source'
  if (growth === 'buffer') return 'until a block is full'
  if (growth === 'state' || saturatesAt === undefined) return 'never'
  return `up to ${numbers.grouped(saturatesAt)} tokens`
}

/** `latent K`: what products with weights turn into keys and values is not one yet. */
function nameOf(row: CacheRow, all: readonly ReadingRow[]): string {
  const reading = all.find((r) => r.replaces.includes(row.path) && r.layers.some((layer) => row.layers.includes(layer)))
  return reading?.latents?.includes(row.path) === true ? `latent ${labelOf(row.path)}` : labelOf(row.path)
}

/** What the attributes of Transformers' cache classes hold (cache_utils.py). Other names stand for themselves. */
const labels: Readonly<Record<string, string>> = {
  keys: 'K',
  values: 'V',
  indexer_keys: 'indexer K',
  conv_states: 'convolution state',
  recurrent_states: 'recurrent state',
  self_attention_cache: 'self-attention',
  cross_attention_cache: 'cross-attention',
}

/** `cross-attention K`: the known attributes of a path, else those of a layer, else its last. */
function labelOf(path: string): string {
  const named = (parts: readonly string[]) => parts.filter((p) => p !== '*' && !/^\d+$/.test(p))
  const parts = path.split('.')
  const known = parts.flatMap((p) => labels[p] ?? [])
  if (known.length > 0) return known.join(' ')
  const ofLayer = parts.includes('*') ? named(parts.slice(parts.indexOf('*') + 1)) : []
  const words = ofLayer.length > 0 ? ofLayer : named(parts).slice(-1)
  return words.map((w) => w.replace(/^_+/, '').replaceAll('_', ' ')).join(' ')
}

/**
 * `batch_size * num_key_value_heads * tokens * head_dim * bf16 bytes`
 * @param format of what has no format of its own
 */
function formulaText({ shape, dtype, bytes }: Pick<CacheTensor, 'shape' | 'dtype' | 'bytes'>, format: string): string {
  const dims = shape.filter((d) => d !== '1').map((d) => (/[-+]/.test(d) ? `(${d})` : d))
  const fixed = dtype in modelFormats ? `${dtype} bytes` : dtype
  const width = bytes.includes('{a_bytes}') ? `${format} bytes` : fixed
  return [...dims, width]
    .join(' * ')
    .replaceAll('{seq_len}', 'tokens')
    .replaceAll('{encoder_len}', 'source')
    .replaceAll(/\{(?:config\.)?([^}]*)\}/g, '$1')
}

const readingTitles: Readonly<Record<ReadingRow['name'], string>> = {
  latent: 'kept as what they are computed from',
  expanded: 'kept as the keys and values that they are expanded to',
}

function readings({ cache: use, request }: MemoryReport, { style, width }: Terminal): string[] {
  const lines: string[] = []
  if (use.fullBytes > use.bytes)
    lines.push(`or ${numbers.bytes(use.fullBytes)} if windowed layers keep every token (engines with one kind of page)`)
  for (const reading of use.readings) {
    const sum = numbers.bytes(use.bytesWith[reading.name] ?? 0)
    const what = reading.replaces.map(labelOf).join(', ')
    const how = reading.tensors.map((t) => `${t.path} ${formulaText(t, request.cacheFormat)}`).join('; ')
    lines.push(`or ${sum} with ${what} of ${layersText(reading.layers)} ${readingTitles[reading.name]}: ${how}`)
  }
  if (use.generalizedFrom !== undefined)
    lines.push(
      `The model loops over its tokens: the sizes were the same at ${use.generalizedFrom.join(' and ')} of them, and are taken to hold for more.`,
    )
  return lines.flatMap((line) => wrap(line, width)).map(style.dim)
}

function layersText(layers: readonly number[]): string {
  return layers.length === 1 ? `layer ${layers[0]}` : `layers ${rangesText(layers)}`
}

function total(report: MemoryReport, { style, width }: Terminal): string[] {
  const { request: r, fit } = report
  const read = Math.min(r.inputLength ?? r.context, r.context)
  const pass =
    r.sourceLength === undefined ? `${numbers.grouped(read)} tokens in one pass` : 'of the encoder or of a token'
  const parts = [
    `weights ${numbers.bytes(report.weightBytes)}`,
    `cache ${numbers.bytes(report.cache.bytes)}`,
    `activations ${numbers.bytes(report.activationBytes)} (${pass})`,
  ]
  const line = `total        ${numbers.bytes(report.totalBytes)}: ${parts.join(' · ')}`
  return [
    line,
    ...(fit === undefined
      ? []
      : fitText(report, fit)
          .flatMap((l) => wrap(l, width))
          .map((l, i) => (i === 0 && !fit.fits ? style.red(l) : l))),
  ]
}

function fitText({ request: r, totalBytes }: MemoryReport, fit: Fit): string[] {
  const usable = `${numbers.bytes(fit.usableBytes)} usable of ${numbers.bytes(fit.hardware.memory_bytes.value)} (${numbers.percent(r.memoryReserve)} kept back)`
  const verdict = fit.fits ? 'fits' : `does not fit: ${numbers.bytes(totalBytes - fit.usableBytes)} too much`
  const lines = [`${fit.hardware.title}: ${verdict}, ${usable}`, limits(r.batch, r.context, fit, fit.contextLimit)]
  if (fit.smallerCache !== undefined)
    lines.push(
      `with --kv-dtype ${fit.smallerCache.format}: ${limits(r.batch, r.context, fit.smallerCache, fit.contextLimit)}`,
    )
  return lines
}

function limits(
  batch: number,
  context: number,
  { largestBatch, longestContext }: Pick<Fit, 'largestBatch' | 'longestContext'>,
  limit: number,
): string {
  const sequences = largestBatch === 0 ? 'no sequence' : `batch ${numbers.grouped(largestBatch)}`
  const tokens = longestContext === 0 ? 'nothing' : `${numbers.grouped(longestContext)} tokens`
  const end = longestContext === limit ? ', where the search ends' : ''
  return `largest: ${sequences} of ${numbers.grouped(context)} tokens; ${tokens} at batch ${numbers.grouped(batch)}${end}`
}

export function memoryJson(report: MemoryReport, provenance: Provenance): object {
  const { request: r, cache: use, fit } = report
  return {
    schema_version: 1,
    provenance,
    model: { id: r.model.id, class_name: r.model.className, parameters: r.model.parameters ?? null },
    request: {
      batch: r.batch,
      context: r.context,
      input_len: r.sourceLength ?? Math.min(r.inputLength ?? r.context, r.context),
      dtype: r.format,
      kv_dtype: r.cacheFormat,
      w_bits: r.weightBits ?? null,
      page_size: r.pageSize ?? null,
      memory_reserve: r.memoryReserve,
    },
    weights: report.weights.map((w) => ({
      kind: w.kind,
      format: w.format,
      tensors: w.count,
      parameters: w.elements,
      bytes: w.bytes,
    })),
    weights_bytes: report.weightBytes,
    cache: use.rows.map((row) => ({
      ...tensorJson(row, row.formula),
      holds: nameOf(row, use.readings),
      layers: rangesText(row.layers),
      layer_count: row.layers.length,
      growth: row.growth,
      saturates_at_tokens: row.saturatesAt ?? null,
      layer_bytes: row.layerBytes,
      bytes: row.bytes,
      next_token_bytes: row.tokenBytes,
      full_bytes: row.fullBytes,
    })),
    cache_bytes: use.bytes,
    cache_next_token_bytes: use.tokenBytes,
    generalized_from_tokens: use.generalizedFrom ?? null,
    readings: {
      full_pages: { cache_bytes: use.fullBytes },
      ...Object.fromEntries(
        Object.entries(use.bytesWith).map(([name, bytes]) => [name, readingJson(use.readings, name, bytes)]),
      ),
    },
    activations_bytes: report.activationBytes,
    total_bytes: report.totalBytes,
    fit: fit === undefined ? null : fitJson(fit),
  }
}

/** Formulas in `{tokens}`: the tokens that a cache holds. */
function tensorJson({ path, dtype, shape }: Pick<CacheTensor, 'path' | 'dtype' | 'shape'>, bytes: string) {
  const named = (formula: string) => formula.replaceAll('{seq_len}', '{tokens}')
  return { path, dtype, shape: shape.map(named), formula: named(bytes) }
}

function readingJson(readings: readonly ReadingRow[], name: string, bytes: number): object {
  const own = readings.filter((r) => r.name === name)
  return {
    cache_bytes: bytes,
    parts: own.map((r) => ({
      layers: rangesText(r.layers),
      replaces: r.replaces,
      tensors: r.tensors.map((t) => ({ ...tensorJson(t, t.bytes), layer_bytes: t.layerBytes })),
      bytes: r.bytes,
      next_token_bytes: r.tokenBytes,
    })),
  }
}

function fitJson(fit: Fit): object {
  const smaller = fit.smallerCache
  return {
    hardware: fit.hardware.name,
    capacity_bytes: fit.hardware.memory_bytes.value,
    usable_bytes: fit.usableBytes,
    fits: fit.fits,
    largest_batch: fit.largestBatch,
    longest_context: fit.longestContext,
    context_limit: fit.contextLimit,
    smaller_cache:
      smaller === undefined
        ? null
        : { kv_dtype: smaller.format, largest_batch: smaller.largestBatch, longest_context: smaller.longestContext },
  }
}
