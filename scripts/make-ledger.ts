// Condenses recordings of what PyTorch launches for every model type's own defaults into a ledger that comes with the
// tool: kernels and a digest for each call. `lm-predictor coverage` compares with it.
//
//     npx tsx scripts/make-ledger.ts causal=FOLDER base=FOLDER …
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { digestOf, type Ledger, type RecordedCall, type RecordedType } from '../src/cli/ledger.ts'

interface Header {
  readonly model_type: string
  readonly torch: string
  readonly transformers: string
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, string>>>> | null
}

const found = new Map<string, RecordedType>()
const versions = new Set<string>()
let head: Header | undefined

for (const argument of process.argv.slice(2)) {
  const [kind = '', folder = ''] = argument.split('=')
  if (kind !== 'base' && kind !== 'causal') throw new Error(`${argument}: expected base=FOLDER or causal=FOLDER`)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'))) {
    const [first = '{}', ...lines] = gunzipSync(readFileSync(join(folder, file)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
    const header = JSON.parse(first) as Header
    head ??= header
    versions.add(`${header.transformers} ${header.torch}`)
    found.set(`${kind} ${header.model_type}`, { kind, model_type: header.model_type, calls: callsOf(header, lines) })
  }
}
if (head === undefined || versions.size > 1) throw new Error('expected recordings of one version')

function callsOf(header: Header, lines: readonly string[]): RecordedCall[] {
  const phases = new Map<string, string[]>()
  for (const line of lines) {
    const phase = /^\{"phase":"([^"]*)"/.exec(line)?.[1] ?? ''
    phases.set(phase, [...(phases.get(phase) ?? []), line])
  }
  return [...phases].map(([phase, of]) => {
    const inputs = Object.entries(header.inputs?.[phase] ?? {}).map(([name, text]) => `${name}=${text}`)
    return { phase, ...digestOf(of), ...(inputs.length === 0 ? {} : { inputs }) }
  })
}

const types = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type)
const ledger: Ledger = { schema_version: 1, transformers: head.transformers, torch: head.torch, types }
const rows = types.map((type) => `  ${JSON.stringify(type)}`).join(',\n')
const text = JSON.stringify({ ...ledger, types: [] }).replace('"types":[]', `"types":[\n${rows}\n]`)
mkdirSync('ledger', { recursive: true })
writeFileSync(join('ledger', `transformers-${ledger.transformers}.json`), `${text}\n`)
console.log(`${types.length} types`)
