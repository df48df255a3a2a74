// Recorded traces as an oracle: a file is a header and one kernel a line, grouped here by phase; a phase is replayed by
// the engine and compared with the recording as text, so that every field counts and integers of any size are exact.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parsePhaseLabel, type Phase } from '../../src/trace/labels.ts'

type DType = 'bf16' | 'f16' | 'f32'

/** One kernel, as `trace --format oracle` prints it. Costs beyond 2^53 are bigints. */
export interface OracleLine {
  readonly phase: string
  readonly module: string
  readonly op: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly matmul_flops: number | bigint
  readonly read: number | bigint
  readonly write: number | bigint
  readonly at: string
}

/** What to ask the engine for so that it runs what was recorded. */
export interface TraceRequest {
  readonly modelType: string
  readonly className: string
  /** The config file's text, not its value: parsing it as JavaScript would lose the `.0` of a Python float. */
  readonly config: string
  readonly phase: Phase
  readonly batch: number
  readonly seq: number
  readonly cache: number
  readonly encoder?: number | undefined
  /** Undefined: what the class chooses. */
  readonly attn: 'sdpa' | 'eager' | undefined
  readonly experts: 'grouped_mm' | 'eager' | undefined
  readonly dtype: DType
  /** `left:N`, `right:N`; undefined: no mask is given. */
  readonly mask: string | undefined
  /** `known`: token ids are zeros, and the model may branch on them. */
  readonly ids: 'unknown' | 'known'
  /** The folder under test/fixtures/remote whose code the model is. */
  readonly remote: string | undefined
  /** What makes a model that is no Transformers model: `LIB:NAME` or a dotted name; undefined for those that are. */
  readonly maker: string | undefined
  /** The folder under test/fixtures that holds its source. */
  readonly models: string | undefined
  /** Its arguments, as `NAME=EXPRESSION`. */
  readonly arguments: readonly string[]
  /** Arguments of forward() by name, as `dtype[shape]` or an expression; undefined: token ids. */
  readonly inputs: Readonly<Record<string, string>> | undefined
}

export interface TracePhase {
  readonly name: string
  readonly request: TraceRequest
  /** The kernels, one JSON text each. */
  readonly lines: readonly string[]
}

export interface Trace {
  readonly name: string
  readonly path: string
  readonly header: Header
  readonly phases: readonly TracePhase[]
}

interface Header {
  readonly model_type: string
  readonly cls: string
  readonly dtype: DType
  readonly params: number
  readonly modules: readonly (readonly [name: string, className: string])[]
  readonly attn?: 'sdpa' | 'eager' | null
  readonly experts?: 'grouped_mm' | 'eager' | null
  readonly mask?: string | null
  readonly ids?: 'unknown' | 'known'
  readonly remote?: string | null
  readonly maker?: string
  readonly models?: string | null
  readonly arguments?: readonly string[]
  readonly config?: { readonly timm?: string } | null
  /** The arguments of each phase. */
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, string>>>> | null
}

export function readTrace(path: string): Trace {
  const [head, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')
  if (head === undefined) throw new Error(`${path}: empty`)
  const header = JSON.parse(head) as Header
  const config = header.maker === undefined ? memberText(head, 'config') : '{}'
  const phases = [...groupByPhase(lines)].map(([name, ofPhase]) => ({
    name,
    request: requestOf(header, config, name),
    lines: ofPhase,
  }))
  return { name: basename(path, '.jsonl.gz'), path, header, phases }
}

function groupByPhase(lines: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const line of lines) {
    const name = /^\{"phase":"([^"]*)"/.exec(line)?.[1]
    if (name === undefined) throw new Error(`not a kernel: ${line}`)
    const group = groups.get(name)
    if (group) group.push(line)
    else groups.set(name, [line])
  }
  return groups
}

function requestOf(header: Header, config: string, phase: string): TraceRequest {
  const call = parsePhaseLabel(phase)
  if (!call) throw new Error(`not a phase: ${phase}`)
  return {
    modelType: header.model_type,
    className: header.cls,
    config,
    ...call,
    attn: header.attn ?? undefined,
    experts: header.experts ?? undefined,
    dtype: header.dtype,
    mask: header.mask ?? undefined,
    ids: header.ids ?? 'unknown',
    remote: header.remote ?? undefined,
    maker: header.maker ?? (header.config?.timm === undefined ? undefined : `timm:${header.config.timm}`),
    models: header.models ?? undefined,
    arguments: header.arguments ?? [],
    inputs: header.inputs?.[phase],
  }
}

/** The text of a member of a JSON object, as it stands there. */
function memberText(json: string, name: string): string {
  let depth = 0
  let start = -1
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/g
  for (let match = token.exec(json); match; match = token.exec(json)) {
    const text = match[0]
    if (start >= 0 && depth === 1 && (text === ',' || text === '}')) return json.slice(start, match.index).trim()
    if (text === '{' || text === '[') depth++
    else if (text === '}' || text === ']') depth--
    else if (
      depth === 1 &&
      start < 0 &&
      text === `"${name}"` &&
      /^\s*:/.test(json.slice(token.lastIndex, token.lastIndex + 8))
    )
      start = json.indexOf(':', token.lastIndex) + 1
  }
  throw new Error(`no member ${name}`)
}

/** A line in the form in which recorded ones are kept. */
export function lineText(line: OracleLine): string {
  const { phase, module, op, in: inputs, out, matmul_flops, read, write, at } = line
  const costs = `"matmul_flops":${matmul_flops},"read":${read},"write":${write}`
  const text = JSON.stringify({ phase, module, op, in: inputs, out })
  return `${text.slice(0, -1)},${costs},"at":${JSON.stringify(at)}}`
}

export interface Difference {
  /** Of the first line that differs. */
  readonly index: number
  readonly expected: string | undefined
  readonly got: string | undefined
  /** The fields of that line that differ. */
  readonly fields: readonly string[]
  /** Expected lines just before it: the same in both. */
  readonly before: readonly string[]
}

export interface Comparison {
  readonly expected: number
  readonly got: number
  readonly difference: Difference | undefined
}

/** Compares a replay with the recording. */
export function compare(phase: TracePhase, replay: Iterable<OracleLine>): Comparison {
  const recorded = phase.lines
  let got = 0
  let difference: Difference | undefined
  for (const line of replay) {
    const text = lineText(line)
    if (difference === undefined && text !== recorded[got]) difference = differenceAt(recorded, got, text)
    got++
  }
  if (difference === undefined && got < recorded.length) difference = differenceAt(recorded, got, undefined)
  return { expected: recorded.length, got, difference }
}

function differenceAt(recorded: readonly string[], index: number, got: string | undefined): Difference {
  const expected = recorded[index]
  return {
    index,
    expected,
    got,
    fields: differingFields(expected, got),
    before: recorded.slice(Math.max(0, index - 3), index),
  }
}

function differingFields(expected: string | undefined, got: string | undefined): string[] {
  if (expected === undefined || got === undefined) return []
  const left = JSON.parse(expected) as Record<string, unknown>
  const right = JSON.parse(got) as Record<string, unknown>
  return Object.keys(left).filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
}

/** For people: where a replay leaves the recording, with the lines around it. */
export function explain(trace: Trace, phase: TracePhase, { expected, got, difference }: Comparison): string {
  if (!difference) return `${trace.name} ${phase.name}: equal, ${expected} kernels`
  const { index, fields } = difference
  const what = fields.length > 0 ? ` in ${fields.join(', ')}` : ''
  const after = phase.lines.slice(index + 1, index + 3)
  return [
    `${trace.name} ${phase.name}: kernel ${index} differs${what} (${expected} recorded, ${got} replayed)`,
    ...difference.before.map((line, i) => `    ${index - difference.before.length + i}  ${brief(line)}`),
    `  - ${index}  ${brief(difference.expected)}`,
    `  + ${index}  ${brief(difference.got)}`,
    ...after.map((line, i) => `    ${index + 1 + i}  ${brief(line)}`),
  ].join('\n')
}

function brief(text: string | undefined): string {
  if (text === undefined) return '(end of trace)'
  const line = JSON.parse(text) as OracleLine
  const costs = `flops ${line.matmul_flops} read ${line.read} write ${line.write}`
  return `${line.op} (${line.in.join(' ')}) -> ${line.out.join(' ')}  ${costs}  ${line.module || '(model)'}  ${line.at}`
}
