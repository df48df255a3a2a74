// The difference between a trace and what PyTorch launches, kernel by kernel.
import type { Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { type Terminal } from './terminal.ts'

export interface VerifyResult {
  /** `torch 2.13.0, transformers 5.23.0` */
  readonly against: string
  readonly kernels: number
  /** Lines of the two traces that differ, as `trace --format oracle` prints them; undefined where one has none. */
  readonly differences: readonly {
    readonly index: number
    readonly ours: string | undefined
    readonly theirs: string | undefined
  }[]
}

/** Differences that are printed; the JSON has all of them. */
const shown = 20

export function verifyText(result: VerifyResult, { style }: Terminal): string[] {
  const kernels = `${numbers.grouped(result.kernels)} kernels`
  if (result.differences.length === 0) return [`equal: ${kernels}, as launched by ${result.against}`]
  const lines = [style.red(`${numbers.grouped(result.differences.length)} of ${kernels} differ from ${result.against}`)]
  for (const { index, ours, theirs } of result.differences.slice(0, shown)) {
    lines.push(`kernel ${index}`, `  PyTorch  ${theirs ?? 'none'}`, `  this     ${ours ?? 'none'}`)
  }
  if (result.differences.length > shown) lines.push(`… ${result.differences.length - shown} more: --json`)
  return lines
}

export function verifyJson(result: VerifyResult, provenance: Provenance): object {
  const differences = result.differences.map(({ index, ours, theirs }) => ({
    index,
    ours: ours ?? null,
    theirs: theirs ?? null,
  }))
  return {
    schema_version: 1,
    provenance,
    against: result.against,
    kernels: result.kernels,
    equal: differences.length === 0,
    differences,
  }
}
