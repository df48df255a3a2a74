// Stage 1 as a table: the kernels of one `forward()` by line, with their formulas.
import type { KernelInfo, MadeBy, ModuleAnalysis } from '../trace/formats.ts'
import { table, type Terminal } from './terminal.ts'

/** Formulas longer than this are cut: the file has them in full. */
const longestFormula = 48

export function analysisText(analysis: ModuleAnalysis, files: readonly string[], { style }: Terminal): string[] {
  const parameters = analysis.parameters.map((p) => p.name).join(', ')
  const source = analysis.source === 'bundled' ? 'bundled stand-in' : `${analysis.source.file}:${analysis.source.line}`
  const name = analysis.class_name.split('.').at(-1) ?? analysis.class_name
  const columns = [
    { title: 'line', align: 'right' },
    { title: 'kernel' },
    { title: 'FLOPs' },
    { title: 'read' },
    { title: 'write' },
  ] as const
  const rows = analysis.kernels.map((k) => [
    k.line === null ? '–' : String(k.line),
    kernelName(k),
    ...[k.flops, k.memory_access.read, k.memory_access.write].map(formula),
  ])
  return [
    `${style.bold(name)}  (${parameters})  ${style.dim(source)}`,
    ...table(columns, rows, style),
    '',
    ...(analysis.made_by === undefined ? [] : madeBy(analysis.made_by)),
    summary(analysis, files),
  ]
}

/** By an agent, and what is to be thought of it. */
function madeBy({ runtime, model, check }: MadeBy): string[] {
  return [`${check.verdict}: by an agent (${runtime}, ${model})`, ...check.why.map((w) => `  ${w}`)]
}

function kernelName(k: KernelInfo): string {
  const name = k.kernel_type === 'basic' ? k.aten : `${k.module}: ${k.class_name.split('.').at(-1) ?? k.class_name}`
  return k.repeat === undefined || String(k.repeat) === '1' ? name : `${name} × ${formula(String(k.repeat))}`
}

/** A composite kernel's formulas refer to its class; its name says so already. */
function formula(text: string): string {
  if (text.startsWith('${{')) return '→'
  const bare = text.replaceAll(/[{}]/g, '').replaceAll(' * ', '*')
  return bare.length <= longestFormula ? bare : `${bare.slice(0, longestFormula - 1)}…`
}

function summary(analysis: ModuleAnalysis, files: readonly string[]): string {
  const count = (status: string) => analysis.lines.filter((l) => l.status === status).length
  const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  const parts = [
    `${plural(analysis.kernels.length, 'kernel')} on ${plural(count('counted'), 'line')}`,
    `${plural(count('free'), 'line')} free`,
    `${plural(count('not_reached'), 'line')} not reached`,
  ]
  const variants = analysis.variants?.length ?? 0
  if (variants > 0) parts.push(plural(variants, 'further variant'))
  return `${parts.join(' · ')}${files.length > 0 ? `  → ${files.join(', ')}` : ''}`
}
