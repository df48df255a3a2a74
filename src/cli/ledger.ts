// What PyTorch launches for the model types of a library, in their own default sizes: a file a version, condensed from
// recordings by scripts/make-ledger.ts.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { raise } from '../text/index.ts'
import { parsePhaseLabel } from '../trace/labels.ts'
import type { CallOptions } from './engine.ts'
import { packageRoot } from './paths.ts'

/** One recorded call. */
export interface RecordedCall {
  /** `prefill b1 s7` */
  readonly phase: string
  readonly kernels: number
  /** Of the recorded lines: the first digits of their SHA-256. */
  readonly digest: string
  /** `NAME=dtype[shape]`; token ids where there are none. */
  readonly inputs?: readonly string[]
}

export interface RecordedType {
  readonly kind: 'base' | 'causal'
  readonly model_type: string
  readonly calls: readonly RecordedCall[]
}

export interface Ledger {
  readonly schema_version: 1
  readonly transformers: string
  readonly torch: string
  readonly types: readonly RecordedType[]
}

/** Hexadecimal digits of a SHA-256 that are kept. */
const digestLength = 16

/** How many kernels a trace has, and the digest of its lines as recordings hold them. */
export function digestOf(lines: Iterable<string>): Pick<RecordedCall, 'kernels' | 'digest'> {
  const hash = createHash('sha256')
  let kernels = 0
  for (const line of lines) {
    hash.update(`${line}\n`)
    kernels++
  }
  return { kernels, digest: hash.digest('hex').slice(0, digestLength) }
}

/** The ledger of a version; undefined where none was made. */
export function ledgerOf(version: string): Ledger | undefined {
  const path = join(packageRoot(), 'ledger', `transformers-${version}.json`)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ledger) : undefined
}

/** The call that was recorded. */
export function callOf({ phase: label, inputs = [] }: RecordedCall): CallOptions {
  const call = parsePhaseLabel(label) ?? raise('bad-file', `the ledger has an unknown phase ${label}`)
  return { ...call, inputs }
}
