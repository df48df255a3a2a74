// Analyses every module class of the modeling files of the given model types, as `analyze --module CLASS` does, and says
// what became of each: analysed, not on an inference path, stopped.
//
//     npx tsx scripts/check-classes.ts llama bert
//     npx tsx scripts/check-classes.ts --list types.txt --shard 0/2 --json results.json
//
// What a results file already has is not run again, so a long check can be interrupted and taken up.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { analyzeWith } from '../src/cli/engine/analyze.ts'
import { Attempts } from '../src/cli/engine/attempts.ts'
import { classContext } from '../src/cli/engine/context.ts'
import { scratchpadOf } from '../src/cli/engine.ts'
import { checkOwn } from '../src/cli/schemas.ts'
import { PyClass, PyModule, type Vm } from '../src/python/index.ts'
import { knownConfigClass } from '../src/huggingface/config.ts'
import { createVm, findClass } from '../src/huggingface/index.ts'
import { isAnalysisError } from '../src/text/index.ts'
import { howToFetch, pinnedSources } from '../test/support/sources.ts'

interface Row {
  readonly type: string
  readonly name: string
  /** `off-path`: no model that was tried calls it. */
  readonly status: 'analysed' | 'no-forward' | 'off-path' | 'stopped'
  readonly code: string
  /** For people: where it stopped, what was tried; how many lines of which functions the ledger has. */
  readonly detail: readonly string[]
  readonly kernels: number
  readonly milliseconds: number
}

/** The module classes that the modeling files of a type define. */
function classesOf(vm: Vm, transformers: string, type: string): readonly string[] {
  const config = knownConfigClass(vm, type)
  if (config === undefined) throw new Error(`${type} is no model type`)
  const folder = config.module.split('.').slice(0, -1).join('.')
  const base = findClass(vm, 'torch.nn.Module')
  const files = readdirSync(join(transformers, ...folder.split('.').slice(1))).sort()
  return files
    .flatMap((file) => /^(modeling_(?!flax|tf_)\w+)\.py$/.exec(file)?.[1] ?? [])
    .flatMap((file) => {
      const module = vm.importer.get(`${folder}.${file}`)
      const values = module instanceof PyModule ? [...vm.guard(() => vm.importer.load(module)).dict] : []
      return values.flatMap(([, v]) =>
        v instanceof PyClass && v.module === `${folder}.${file}` && v.isSubclassOf(base)
          ? [`${v.module}.${v.qualname}`]
          : [],
      )
    })
}

async function check(attempts: Attempts, type: string, name: string): Promise<Row> {
  const start = performance.now()
  const row = (status: Row['status'], code: string, detail: readonly string[], kernels = 0): Row => ({
    ...{ type, name, status, code, detail, kernels },
    milliseconds: Math.round(performance.now() - start),
  })
  try {
    const { analyses, scratchpad } = await analyzeWith(attempts, name, false, () => Promise.resolve())
    const [analysis] = analyses
    if (analysis === undefined) return row('stopped', 'no analysis', [])
    await checkOwn('module_analysis', JSON.parse(JSON.stringify(analysis)) as unknown)
    const missing = scratchpad.includes('## Sources read') ? [] : ['the scratchpad is incomplete']
    const status = missing.length > 0 ? 'stopped' : 'analysed'
    return row(status, '', [...missing, `${analysis.phase} ${analysis.sizes.batch_size}`], analysis.kernels.length)
  } catch (error) {
    if (!isAnalysisError(error))
      return row('stopped', 'defect', [error instanceof Error ? (error.stack ?? '') : String(error)])
    const at = error.span === undefined ? '' : ` at ${error.span.file}:${error.span.line}`
    const detail = [`${error.message}${at}`, ...error.notes]
    const ledger = scratchpadOf(error)?.includes('| line |') === true
    if (error.code === 'no-forward') return row('no-forward', '', [])
    if (error.code !== 'not-on-inference-path') return row('stopped', error.code, detail)
    if (!ledger) return row('stopped', 'no ledger', detail)
    const stopped = modelsThatStop(error.notes)
    return row('off-path', stopped.length === 0 ? '' : `${stopped.length} models stop`, stopped)
  }
}

/** Of the notes `MODEL (call): what became of it`, those of models no call of which ran. */
function modelsThatStop(notes: readonly string[]): readonly string[] {
  const modelOf = (note: string): string => note.split(' (')[0] ?? ''
  const ran = new Set(notes.filter((n) => n.endsWith('does not call it')).map(modelOf))
  return notes.filter((n) => !ran.has(modelOf(n)))
}

async function checkType(transformers: string, type: string): Promise<readonly Row[]> {
  const call = { batch: 2, anyBatch: true, seq: 32, cache: 32, inputs: [] }
  const context = await classContext({ transformers })
  const names = classesOf(createVm(context.project), transformers, type)
  const attempts = new Attempts(context, call)
  const rows: Row[] = []
  for (const name of names) rows.push(await check(attempts, type, name))
  return rows
}

function show(row: Row): void {
  if (row.status === 'analysed' || row.status === 'no-forward') return
  console.log([row.status.padEnd(8), row.name.replace(/^transformers\.models\./, ''), row.code].join('  '))
  for (const d of row.detail.slice(0, 12)) console.log(`      ${d}`)
}

function summary(rows: readonly Row[]): string {
  const count = (status: Row['status']): number => rows.filter((r) => r.status === status).length
  const types = new Set(rows.map((r) => r.type)).size
  const counts = [
    `${count('analysed')} analysed`,
    `${count('off-path')} not on an inference path`,
    `${count('no-forward')} without forward()`,
    `${count('stopped')} stopped`,
  ]
  return `${rows.length} classes of ${types} types: ${counts.join(', ')}`
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'string' },
      shard: { type: 'string', default: '0/1' },
      transformers: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const transformers = values.transformers ?? pinnedSources()?.transformers
  if (transformers === undefined) throw new Error(howToFetch)
  const listed = values.list === undefined ? [] : readFileSync(values.list, 'utf8').split('\n')
  const types = [...positionals, ...listed].filter((t) => t !== '')
  const [shard = 0, shards = 1] = values.shard.split('/').map(Number)
  const { json } = values
  const rows: Row[] = json !== undefined && existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Row[]) : []
  const done = new Set(rows.map((r) => r.type))
  for (const [i, type] of types.entries()) {
    if (i % shards !== shard || done.has(type)) continue
    const made = await checkType(transformers, type)
    rows.push(...made)
    made.forEach(show)
    console.log(summary(made).replace(/of 1 types/, `of ${type}`))
    if (json !== undefined) writeFileSync(json, JSON.stringify(rows, null, 1))
  }
  console.log(summary(rows))
}

await main()
