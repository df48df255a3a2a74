// What stage 2 writes to SCRATCHPAD.md: the target, what it came to, or what stopped it.
import { isAnalysisError } from '../text/index.ts'
import type { ModelAnalysis } from '../trace/formats.ts'
import { expandModel } from './expand.ts'
import { analysisSource } from './files.ts'

export interface ExpandResult {
  readonly analysis: ModelAnalysis
  /** The content of SCRATCHPAD.md. */
  readonly scratchpad: string
}

/**
 * Expands a class from the files of a folder, given as texts by file name. An error carries the content of SCRATCHPAD.md
 * as its property `scratchpad`.
 */
export function expandFiles(root: string, files: ReadonlyMap<string, string>): ExpandResult {
  const head = [
    '# Scratchpad',
    '',
    `Target: expand ${root}`,
    '',
    '## Files',
    '',
    ...[...files.keys()].sort().map((f) => `- ${f}`),
    '',
  ]
  try {
    const analysis = expandModel(root, analysisSource(files))
    return { analysis, scratchpad: [...head, ...outcome(analysis)].join('\n') }
  } catch (error) {
    if (isAnalysisError(error)) Object.assign(error, { scratchpad: [...head, ...stopped(error)].join('\n') })
    throw error
  }
}

function outcome(analysis: ModelAnalysis): readonly string[] {
  const { totals, assumptions } = analysis
  return [
    '## Totals',
    '',
    `- FLOPs: ${totals.flops}`,
    `- matmul FLOPs: ${totals.matmul_flops}`,
    `- bytes read: ${totals.memory_access.read}`,
    `- bytes written: ${totals.memory_access.write}`,
    '',
    '## Assumptions',
    '',
    ...(assumptions.length === 0
      ? ['none']
      : assumptions.map((a) => `- ${a.condition}${a.at === null ? '' : ` (${a.at})`}`)),
    '',
    '## Classes',
    '',
    ...Object.entries(analysis.by_class).map(([name, c]) => `- ${name}: ${c.calls} calls`),
    '',
  ]
}

function stopped(error: {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly notes: readonly string[]
}): readonly string[] {
  return ['## Stopped', '', `${error.code}: ${error.message}`, ...error.notes.map((n) => `- ${n}`), '', error.hint, '']
}
