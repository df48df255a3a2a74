// Which model types of a library can be read, and what stops the others.
import type { Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { fit, table, type Terminal, wrap } from './terminal.ts'

export interface Stop {
  readonly code: string
  readonly message: string
  readonly file: string | undefined
  readonly line: number | undefined
}

export interface CoverageRow {
  readonly kind: 'base' | 'causal'
  readonly modelType: string
  readonly className: string
  /** `unverified`: it runs, and there is no recording to compare with. */
  readonly status: 'equal' | 'different' | 'unverified' | 'stopped'
  readonly kernels: number
  /** Whether PyTorch was recorded to run it in its own default sizes. */
  readonly isRecorded: boolean
  /** Calls that launch something else than PyTorch. */
  readonly differing: readonly string[]
  readonly stop: Stop | undefined
}

export interface Coverage {
  /** Of the library. */
  readonly version: string
  /** The PyTorch that the recordings are from; undefined where there are none of this version. */
  readonly torch: string | undefined
  readonly rows: readonly CoverageRow[]
}

const kinds = [
  ['causal', 'causal language models'],
  ['base', 'base models'],
] as const

/** Columns of the summary: which rows of a kind each counts. */
const counts: readonly (readonly [title: string, counted: (row: CoverageRow) => boolean])[] = [
  ['types', () => true],
  ['equal', (r) => r.status === 'equal'],
  ['different', (r) => r.status === 'different'],
  ['stops', (r) => r.status === 'stopped' && r.isRecorded],
  ['unrecorded: runs', (r) => r.status === 'unverified'],
  ['unrecorded: stops', (r) => r.status === 'stopped' && !r.isRecorded],
]

function summary({ rows }: Coverage): readonly (readonly string[])[] {
  return kinds.flatMap(([kind, title]) => {
    const own = rows.filter((r) => r.kind === kind)
    const kernels = own.filter((r) => r.status === 'equal').reduce((n, r) => n + r.kernels, 0)
    const cells = counts.map(([, counted]) => numbers.grouped(own.filter(counted).length))
    return own.length === 0 ? [] : [[title, ...cells, numbers.grouped(kernels)]]
  })
}

const titles = ['', ...counts.map(([title]) => title), 'equal kernels']

function headline({ version, torch }: Coverage): string {
  const against = torch === undefined ? 'no recordings to compare with' : `compared with what PyTorch ${torch} launches`
  return `transformers ${version}, each type in its own default sizes, ${against}`
}

interface Reason {
  readonly code: string
  readonly stop: Stop
  readonly types: readonly string[]
}

/** What stops types, by code and message, most frequent code first. */
function reasons({ rows }: Coverage): readonly (readonly [code: string, reasons: readonly Reason[]])[] {
  const groups = new Map<string, { stop: Stop; types: string[] }>()
  for (const { stop, modelType } of rows) {
    if (stop === undefined) continue
    const key = JSON.stringify([stop.code, stop.message, stop.file, stop.line])
    const group = groups.get(key) ?? { stop, types: [] }
    groups.set(key, group)
    if (!group.types.includes(modelType)) group.types.push(modelType)
  }
  const byCode = new Map<string, Reason[]>()
  for (const { stop, types } of groups.values())
    byCode.set(stop.code, [...(byCode.get(stop.code) ?? []), { code: stop.code, stop, types }])
  const size = (of: readonly Reason[]) => of.reduce((n, r) => n + r.types.length, 0)
  return [...byCode].sort(([, a], [, b]) => size(b) - size(a))
}

/** Columns of a message that are worth a place in a list. */
const messageWidth = 200

function messageOf({ message }: Stop): string {
  return fit(message.trim().replaceAll(/\s+/g, ' '), messageWidth)
}

function reasonText({ stop, types }: Reason): string {
  const place = stop.file === undefined ? '' : ` (${stop.file}:${stop.line ?? 0})`
  return `${types.join(', ')}: ${messageOf(stop)}${place}`
}

export function coverageText(coverage: Coverage, { style, width }: Terminal): string[] {
  const columns = titles.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const)
  const lines = [style.bold(headline(coverage)), '', ...table(columns, summary(coverage), style)]
  const differing = coverage.rows.filter((r) => r.status === 'different')
  if (differing.length > 0) lines.push('', style.red('different'))
  for (const { modelType, differing: calls } of differing) lines.push(`  ${modelType}: ${calls.join(', ')}`)
  for (const [code, of] of reasons(coverage)) {
    lines.push('', style.bold(`${code}, ${of.reduce((n, r) => n + r.types.length, 0)}`))
    for (const reason of of)
      lines.push(...wrap(reasonText(reason), width - 4).map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`)))
  }
  return lines
}

/** For documents: the summary, and what stops types as a list. */
export function coverageMarkdown(coverage: Coverage): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const lines = [`${headline(coverage)}.`, '', row(titles), row(titles.map((_, i) => (i === 0 ? '---' : '---:')))]
  lines.push(...summary(coverage).map(row))
  for (const { modelType, differing } of coverage.rows.filter((r) => r.status === 'different'))
    lines.push('', `\`${modelType}\` differs in ${differing.join(', ')}.`)
  for (const [code, of] of reasons(coverage)) {
    lines.push('', `**\`${code}\`**, ${of.reduce((n, r) => n + r.types.length, 0)} types:`, '')
    lines.push(...of.map((reason) => `- ${markdownReason(reason)}`))
  }
  return lines
}

function markdownReason({ stop, types }: Reason): string {
  const place = stop.file === undefined ? '' : ` (\`${stop.file}:${stop.line ?? 0}\`)`
  return `${types.map((t) => `\`${t}\``).join(', ')}: ${messageOf(stop).replaceAll(/[\\`*_{}[\]<>|]/g, '\\$&')}${place}`
}

export function coverageJson({ version, torch, rows }: Coverage, provenance: Provenance): object {
  return {
    schema_version: 1,
    provenance,
    transformers: version,
    torch: torch ?? null,
    types: rows.map((r) => ({
      kind: r.kind,
      model_type: r.modelType,
      class_name: r.className,
      status: r.status,
      kernels: r.kernels,
      recorded: r.isRecorded,
      differing: r.differing,
      stop:
        r.stop === undefined
          ? null
          : { code: r.stop.code, message: r.stop.message, file: r.stop.file ?? null, line: r.stop.line ?? null },
    })),
  }
}
