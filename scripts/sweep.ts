// Replays every recorded trace of the given folders and says what became of each: equal, different, stopped. Worker
// processes share the files, one at a time each, so that a hang or a crash costs one file and its worker only.
//
//     npx tsx scripts/sweep.ts test/fixtures/traces ../shared/oracle/traces --workers 2
//     npx tsx scripts/sweep.ts FOLDER --filter 'llama|qwen' --details 5 --json results.json
//     npx tsx scripts/sweep.ts ../shared/oracle/traces/base --own-inputs
import { fork, type ChildProcess } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isAnalysisError } from '../src/text/index.ts'
import { loadEngine, type TraceModel } from '../test/support/engine.ts'
import { compare, explain, readTrace } from '../test/support/oracle.ts'
import { howToFetch, pinnedSources, type Sources } from '../test/support/sources.ts'

interface Outcome {
  readonly path: string
  readonly status: 'equal' | 'different' | 'stopped' | 'crashed' | 'timeout'
  /** An error's code, or the fields that differ: what the summary groups by. */
  readonly reason: string
  /** For people: the difference or the error, with its place. */
  readonly detail: string
  readonly kernels: number
  readonly milliseconds: number
}

interface Setting extends Sources {
  /** Leaves out the recorded inputs: the engine makes them from the config. */
  readonly ownInputs: boolean
}

interface Options {
  readonly workers: number
  readonly seconds: number
  readonly sources: Setting
}

// ------------------------------------------------------------------------------------------------------------- worker

async function work(sources: Setting): Promise<void> {
  const traceModel = await loadEngine(process.env)
  process.on('message', (path: string) => {
    process.send?.(replay(path, traceModel, sources))
  })
  process.send?.('ready')
}

function replay(path: string, traceModel: TraceModel, sources: Setting): Outcome {
  const start = performance.now()
  let kernels = 0
  let running = ''
  const outcome = (status: Outcome['status'], reason = '', detail = ''): Outcome => ({
    ...{ path, status, reason, detail, kernels },
    milliseconds: performance.now() - start,
  })
  try {
    const trace = readTrace(path)
    for (const phase of trace.phases) {
      running = `${trace.name} ${phase.name}`
      const comparison = compare(
        phase,
        traceModel({ ...phase.request, ...sources, ...(sources.ownInputs ? { inputs: undefined } : {}) }),
      )
      kernels += comparison.got
      if (!comparison.difference) continue
      const { fields, expected, got } = comparison.difference
      const missing = expected === undefined ? 'more kernels' : got === undefined ? 'fewer kernels' : ''
      return outcome('different', missing || fields.join(' '), explain(trace, phase, comparison))
    }
    return outcome('equal')
  } catch (error) {
    if (!isAnalysisError(error)) return outcome('stopped', 'not an AnalysisError', `${running}: ${errorText(error)}`)
    const place = error.span ? ` at ${error.span.file}:${error.span.line}` : ''
    return outcome(
      'stopped',
      `${error.code}: ${error.message}`,
      [`${running}: ${error.code}: ${error.message}${place}`, ...error.notes].join('\n    '),
    )
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// --------------------------------------------------------------------------------------------------------------- pool

/** Calls `settled` for each file as its outcome is known. */
async function sweep(paths: readonly string[], options: Options, settled: (outcome: Outcome) => void): Promise<void> {
  const queue = [...paths]
  const lanes = Array.from({ length: Math.min(options.workers, paths.length) }, async () => {
    let worker: ChildProcess | undefined
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      worker ??= await startWorker(options.sources)
      const outcome = await ask(worker, path, options.seconds)
      settled(outcome)
      if (outcome.status === 'crashed' || outcome.status === 'timeout') worker = undefined
    }
    worker?.disconnect()
  })
  await Promise.all(lanes)
}

async function startWorker(sources: Setting): Promise<ChildProcess> {
  const worker = fork(fileURLToPath(import.meta.url), ['--worker', JSON.stringify(sources)])
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('exit', (code) => reject(new Error(`a worker did not start (exit ${code})`)))
  })
  return worker
}

function ask(worker: ChildProcess, path: string, seconds: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const lost = (status: 'crashed' | 'timeout', detail: string): void => {
      finish({ path, status, reason: status, detail, kernels: 0, milliseconds: performance.now() - start })
    }
    const onMessage = (outcome: Outcome): void => finish(outcome)
    const onExit = (code: number | null): void => lost('crashed', `the worker ended with exit code ${code}`)
    const timer = setTimeout(() => {
      lost('timeout', `not done after ${seconds} s`)
      worker.kill('SIGKILL')
    }, seconds * 1000)
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('exit', onExit)
      resolve(outcome)
    }
    const start = performance.now()
    worker.on('message', onMessage).on('exit', onExit)
    worker.send(path)
  })
}

// ------------------------------------------------------------------------------------------------------------- report

function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ path, status, kernels, milliseconds, reason }) => {
    const columns = [status.padEnd(9), String(kernels).padStart(7), `${milliseconds.toFixed(0)} ms`.padStart(9)]
    return `${columns.join('  ')}  ${basename(path, '.jsonl.gz')}  ${reason.slice(0, 120)}`
  })
  return rows.join('\n')
}

function summary(outcomes: readonly Outcome[], wallSeconds: number): string {
  const count = (status: Outcome['status']): number => outcomes.filter((o) => o.status === status).length
  const statuses = (['equal', 'different', 'stopped', 'crashed', 'timeout'] as const).filter(
    (status) => count(status) > 0,
  )
  const kernels = outcomes.reduce((sum, outcome) => sum + outcome.kernels, 0)
  const counts = statuses.map((status) => `${count(status)} ${status}`).join(', ')
  return `${outcomes.length} traces: ${counts}; ${kernels} kernels, ${wallSeconds.toFixed(1)} s`
}

function groups(outcomes: readonly Outcome[]): string {
  const names = new Map<string, string[]>()
  for (const { status, reason, path } of outcomes) {
    if (status === 'equal') continue
    const key = `${status}: ${reason.slice(0, 160)}`
    names.set(key, [...(names.get(key) ?? []), basename(path, '.jsonl.gz')])
  }
  const largestFirst = [...names].sort(([, a], [, b]) => b.length - a.length)
  return largestFirst
    .map(
      ([key, of]) =>
        `${String(of.length).padStart(4)}  ${key}\n        ${of.slice(0, 8).join(' ')}${of.length > 8 ? ' …' : ''}`,
    )
    .join('\n')
}

// ------------------------------------------------------------------------------------------------------- command line

function traceFiles(given: readonly string[], filter: RegExp): string[] {
  return given.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path).filter((file) => file.endsWith('.jsonl.gz') && filter.test(file))
    return files.sort().map((file) => join(path, file))
  })
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      workers: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '120' },
      filter: { type: 'string', default: '' },
      details: { type: 'string', default: '3' },
      json: { type: 'string' },
      transformers: { type: 'string' },
      pytorch: { type: 'string' },
      source: { type: 'string' },
      'own-inputs': { type: 'boolean', default: false },
      worker: { type: 'string' },
    },
  })
  if (values.worker !== undefined) return work(JSON.parse(values.worker) as Setting)
  const pinned = pinnedSources()
  const transformers = values.transformers ?? pinned?.transformers
  if (transformers === undefined) throw new Error(howToFetch)
  const sources: Setting = {
    ...{ transformers, pytorch: values.pytorch, source: values.source },
    ownInputs: values['own-inputs'],
  }
  const paths = traceFiles(positionals, new RegExp(values.filter))
  const outcomes: Outcome[] = []
  const start = performance.now()
  await sweep(paths, { workers: Number(values.workers), seconds: Number(values.seconds), sources }, (outcome) => {
    outcomes.push(outcome)
    console.log(table([outcome]))
  })
  const failed = outcomes.filter((outcome) => outcome.status !== 'equal')
  console.log(`\n${groups(outcomes)}`)
  for (const outcome of failed.slice(0, Number(values.details))) console.log(`\n${outcome.detail}`)
  console.log(`\n${summary(outcomes, (performance.now() - start) / 1000)}`)
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes, null, 1))
  if (failed.length > 0) process.exitCode = 1
}

await main()
