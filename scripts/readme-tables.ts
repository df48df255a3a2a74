// Writes the coverage of README.md between its markers: the beginning of docs/coverage.md, and what docs/coverage.json says
// of the recordings kept here.
//
//     node dist/cli.js coverage --transformers DIR --format markdown > docs/coverage.md
//     npx tsx scripts/sweep.ts test/fixtures/traces --json sweep.json
//     npx tsx scripts/readme-tables.ts sweep.json     # condenses them into docs/coverage.json, then writes the block
//     npx tsx scripts/readme-tables.ts --check        # exit code 1 where the block is not what the two files say
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

/** What `lm-predictor coverage --format markdown` begins with, and in a line what the recordings kept here say. */
function text(rows: readonly Row[]): string {
  const [summary = ''] = readFileSync('docs/coverage.md', 'utf8').split(/\n\n\*\*/)
  const equal = rows.filter((r) => r.status === 'equal')
  const kernels = equal.reduce((n, r) => n + r.kernels, 0)
  const others = rows.filter((r) => r.status !== 'equal').map((r) => `${r.trace}: ${r.status}`)
  return [
    summary,
    '',
    'What stops the others, by code and line: [docs/coverage.md](docs/coverage.md).',
    '',
    `Of the ${rows.length} recordings kept here for tests ${equal.length} are equal, ${kernels.toLocaleString('en')} kernels.`,
    ...others,
  ].join('\n')
}

const [argument] = process.argv.slice(2)
if (argument !== undefined && argument !== '--check') condense(argument)
const readme = readFileSync('README.md', 'utf8')
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`)
const block = text(JSON.parse(readFileSync(data, 'utf8')) as readonly Row[])
const written = `${readme.slice(0, from)}${begin}\n\n${block}\n\n${readme.slice(to)}`
if (argument === '--check') process.exitCode = unpadded(written) === unpadded(readme) ? 0 : 1
else writeFileSync('README.md', written)

/** Without the white space and dashes that a formatter pads columns with. */
function unpadded(text: string): string {
  return text.replace(/[\s-]+/g, '')
}
