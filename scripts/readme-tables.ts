// Writes the coverage table of README.md between its markers, from docs/coverage.json, the results of a sweep over the
// recorded traces.
//
//     npx tsx scripts/sweep.ts test/fixtures/traces --json sweep.json
//     npx tsx scripts/readme-tables.ts sweep.json     # condenses them into docs/coverage.json, then writes the table
//     npx tsx scripts/readme-tables.ts --check        # exit code 1 where the table is not what docs/coverage.json says
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

interface Outcome {
  readonly path: string
  readonly status: string
  readonly reason: string
  readonly kernels: number
}

/** A recording: its architecture, and what was special about the run. */
interface Row {
  readonly trace: string
  readonly status: string
  readonly reason: string
  readonly kernels: number
}

const data = 'docs/coverage.json'
const [begin, end] = ['<!-- coverage: begin -->', '<!-- coverage: end -->']

function condense(file: string): void {
  const outcomes = JSON.parse(readFileSync(file, 'utf8')) as readonly Outcome[]
  const rows: Row[] = outcomes.map(({ path, status, reason, kernels }) => {
    return { trace: basename(path, '.jsonl.gz'), status, reason, kernels }
  })
  rows.sort((a, b) => (a.trace < b.trace ? -1 : 1))
  mkdirSync('docs', { recursive: true })
  writeFileSync(data, `${JSON.stringify(rows, undefined, 1)}\n`)
}

function table(rows: readonly Row[]): string {
  const byArchitecture = new Map<string, Row[]>()
  for (const row of rows) {
    const [name = row.trace] = row.trace.split('.')
    byArchitecture.set(name, [...(byArchitecture.get(name) ?? []), row])
  }
  const lines = [...byArchitecture].map(([name, runs]) => {
    const equal = runs.filter((r) => r.status === 'equal')
    const kernels = equal.reduce((n, r) => n + r.kernels, 0)
    const others = runs.filter((r) => r.status !== 'equal').map((r) => `${r.trace}: ${r.status}`)
    const variants = runs.map((r) => r.trace.split('.').slice(1).join(' ') || 'default').join(', ')
    const note = others.length === 0 ? variants : `${variants} (${others.join('; ')})`
    return `| \`${name}\` | ${equal.length} of ${runs.length} | ${kernels.toLocaleString('en')} | ${note} |`
  })
  const equal = rows.filter((r) => r.status === 'equal')
  const kernels = equal.reduce((n, r) => n + r.kernels, 0)
  return [
    `${equal.length} of ${rows.length} recordings are equal, ${kernels.toLocaleString('en')} kernels.`,
    '',
    '| architecture | equal | kernels | recorded runs |',
    '|---|---:|---:|---|',
    ...lines,
  ].join('\n')
}

const [argument] = process.argv.slice(2)
if (argument !== undefined && argument !== '--check') condense(argument)
const readme = readFileSync('README.md', 'utf8')
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`)
const text = table(JSON.parse(readFileSync(data, 'utf8')) as readonly Row[])
const written = `${readme.slice(0, from)}${begin}\n${text}\n${readme.slice(to)}`
if (argument === '--check') process.exitCode = unpadded(written) === unpadded(readme) ? 0 : 1
else writeFileSync('README.md', written)

/** Without the white space and dashes that a formatter pads columns with. */
function unpadded(text: string): string {
  return text.replace(/[\s-]+/g, '')
}
