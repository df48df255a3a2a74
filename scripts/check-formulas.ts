// Checks analyses against direct runs: for each model type the formulas of its default config's analysis are evaluated at
// other sizes and configs that meet the assumptions, and compared, kernel by kernel, with a run at exactly those numbers.
//
//     npx tsx scripts/check-formulas.ts llama mixtral --phases prefill,decode,extend --configs 3
//     npx tsx scripts/check-formulas.ts --list types.txt --shard 0/2 --json results.json
//
// What a results file already has is not run again, so a long check can be interrupted and taken up.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { fileSources } from '../src/cli/node/provider.ts'
import {
  buildModel,
  callDriver,
  createVm,
  isJsonObject,
  toJson,
  type JsonObject,
  type Project,
} from '../src/huggingface/index.ts'
import { isAnalysisError } from '../src/text/index.ts'
import type { AnalysisSizes, ModelAnalysis } from '../src/trace/formats.ts'
import type { Phase } from '../src/trace/index.ts'
import {
  analyzeAndExpand,
  brokenAt,
  configAt,
  countedByFormulas,
  countedDirectly,
  differences,
  withValue,
  type Counted,
  type Point,
  type Subject,
} from '../test/support/formulas.ts'
import { howToFetch, pinnedSources } from '../test/support/sources.ts'

type CachePhase = Exclude<Phase, 'forward' | 'encode'>

const base: Record<CachePhase, AnalysisSizes> = {
  prefill: { batch_size: 2, seq_len: 32, cache_len: 0 },
  decode: { batch_size: 2, seq_len: 1, cache_len: 32 },
  extend: { batch_size: 2, seq_len: 32, cache_len: 32 },
}

/** Sizes to compare at, besides those of the run itself. */
function otherSizes(phase: CachePhase): readonly AnalysisSizes[] {
  const pairs = [
    [3, 57, 71],
    [16, 2048, 1024],
  ] as const
  return pairs.map(([batch_size, seq, cache]) => ({
    batch_size,
    seq_len: phase === 'decode' ? 1 : seq,
    cache_len: phase === 'prefill' ? 0 : phase === 'decode' ? seq : cache,
  }))
}

/** Keys that count layers, for shorter runs. */
const layerKeys =
  /^(num_hidden_layers|n_layers?|num_layers|num_blocks|encoder_layers|decoder_layers|num_encoder_layers|num_decoder_layers)$/

function reduced(json: JsonObject, layers: number): JsonObject {
  let result: JsonObject = {}
  const visit = (part: JsonObject, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(part)) {
      if (layerKeys.test(key) && typeof value === 'number' && value > layers)
        result = withValue(result, [...path, key], layers)
      else if (key.endsWith('_config') && isJsonObject(value)) visit(value, [...path, key])
    }
  }
  visit(json, [])
  return result
}

/** The default config of a type with few layers, where the type allows that. */
function subjectOf(project: Project, direct: Direct, type: string, layers: number): JsonObject {
  const plain = { model_type: type }
  const vm = createVm(project)
  const { config } = buildModel(vm, { config: plain })
  const json = toJson(vm, callDriver(vm, 'as_dict', [config]))
  const short = { ...plain, ...(isJsonObject(json) ? reduced(json, layers) : {}) }
  try {
    direct({ config: short, phase: 'prefill' }, base.prefill)
    return short
  } catch (e) {
    console.log(`      with all its layers, since with ${layers}: ${textOf(e)}`)
    return plain
  }
}

/** Pseudo-random numbers from a seed, so that a run can be repeated. */
function random(seed: number): () => number {
  let s = seed
  return () => {
    s = (s * 1103515245 + 12345) & 0x7fffffff
    return s / 0x7fffffff
  }
}

/** Other configs within the regime: one, some or all variables doubled or tripled. */
function otherConfigs(model: ModelAnalysis, sizes: AnalysisSizes, most: number, seed: number): readonly Point[] {
  const next = random(seed)
  const names = Object.keys(model.variables).filter((n) => / of the config$/.test(model.variables[n]?.meaning ?? ''))
  const found = new Map<string, Point>()
  const attempt = (chosen: readonly string[], factor: number): void => {
    const config = Object.fromEntries(chosen.map((n) => [n, Math.floor((model.variables[n]?.value ?? 2) * factor)]))
    const point: Point = { sizes, config }
    if (chosen.length > 0 && brokenAt(model, point).length === 0) found.set(JSON.stringify(config), point)
  }
  const sets: readonly string[][] = [
    names,
    ...Array.from({ length: 40 }, () => names.filter(() => next() < 0.5)),
    ...names.map((n) => [n]),
  ]
  const free = names.filter(
    (n) => brokenAt(model, { sizes, config: { [n]: (model.variables[n]?.value ?? 2) * 2 } }).length === 0,
  )
  attempt(free, 2)
  for (const set of sets) for (const factor of [2, 3, 1.5]) attempt(set, factor)
  const all = [...found.values()].sort((a, b) => Object.keys(b.config).length - Object.keys(a.config).length)
  return all.filter((_, i) => i === 0 || i % Math.max(1, Math.floor(all.length / most)) === 0).slice(0, most)
}

type Direct = (subject: Subject, sizes: AnalysisSizes) => Counted

/** Direct runs that share an interpreter, which has the sources imported. What comes out of a used one is never a finding: see `compareAt`. */
function sharedDirect(project: Project): Direct {
  const vm = createVm(project, { steps: Infinity, depth: 900, milliseconds: Infinity })
  return (subject, sizes) => countedDirectly(project, subject, sizes, vm)
}

interface Row {
  readonly type: string
  readonly phase: string
  readonly status: 'equal' | 'different' | 'stopped'
  readonly detail: readonly string[]
  readonly points: number
  readonly outside: readonly string[]
  readonly assumptions: readonly string[]
  readonly milliseconds: number
  readonly kernels: number
}

const nothing = { points: 0, outside: [], assumptions: [], milliseconds: 0, kernels: 0 } as const

function textOf(e: unknown): string {
  if (!isAnalysisError(e))
    return e instanceof Error ? (e.stack ?? e.message).split('\n').slice(0, 6).join(' | ') : String(e)
  const at = e.span === undefined ? '' : ` at ${e.span.file}:${e.span.line}`
  const stack = e.code === 'internal' ? ` | ${(e.stack ?? '').split('\n').slice(1, 7).join(' | ')}` : ''
  return `${e.code}: ${e.message}${at}${stack}`
}

function check(
  project: Project,
  direct: Direct,
  type: string,
  config: JsonObject,
  phase: CachePhase,
  configs: number,
): Row {
  const subject: Subject = { config, phase }
  try {
    const { model, milliseconds } = analyzeAndExpand(project, subject, base[phase])
    const assumptions = model.assumptions.map((a) => `${a.condition} (${a.at ?? ''})`)
    return {
      ...nothing,
      type,
      phase,
      assumptions,
      milliseconds,
      ...compareAt(project, direct, subject, config, model, pointsOf(model, phase, configs)),
    }
  } catch (e) {
    return {
      ...nothing,
      type,
      phase,
      status: 'stopped',
      detail: [textOf(e), directOutcome(project, subject, base[phase])],
    }
  }
}

function directOutcome(project: Project, subject: Subject, sizes: AnalysisSizes): string {
  try {
    countedDirectly(project, subject, sizes)
    return 'the direct run works'
  } catch (e) {
    return `the direct run stops too: ${textOf(e)}`
  }
}

/** A direct run in the shared interpreter, and in a fresh one where that one stops. */
function afresh(direct: Direct, project: Project, subject: Subject, sizes: AnalysisSizes): Counted {
  try {
    return direct(subject, sizes)
  } catch {
    return countedDirectly(project, subject, sizes)
  }
}

/** The sizes of the run itself, others, and other configs. */
function pointsOf(model: ModelAnalysis, phase: CachePhase, configs: number): readonly Point[] {
  const sizes = [base[phase], ...otherSizes(phase)]
  const inside = otherSizes(phase).find((s) => brokenAt(model, { sizes: s, config: {} }).length === 0) ?? base[phase]
  return [...sizes.map((s) => ({ sizes: s, config: {} })), ...otherConfigs(model, inside, configs, 7)]
}

function compareAt(
  project: Project,
  direct: Direct,
  subject: Subject,
  config: JsonObject,
  model: ModelAnalysis,
  points: readonly Point[],
): Pick<Row, 'status' | 'detail' | 'points' | 'outside' | 'kernels'> {
  const outside: string[] = []
  const detail: string[] = []
  let compared = 0
  let kernels = 0
  for (const point of points) {
    const { batch_size, seq_len, cache_len } = point.sizes
    const shown = `b${batch_size} s${seq_len} c${cache_len} ${JSON.stringify(point.config)}`
    const broken = brokenAt(model, point)
    if (broken.length > 0) {
      outside.push(`${shown}: ${broken.join(', ')}`)
      continue
    }
    try {
      const at = { ...subject, config: configAt(model, config, point) }
      const formulas = countedByFormulas(model, point)
      let counted = afresh(direct, project, at, point.sizes)
      if (differences(counted, formulas).length > 0) counted = countedDirectly(project, at, point.sizes)
      compared++
      kernels = counted.kernels.size
      const found = differences(counted, formulas)
      if (found.length > 0) detail.push(`${shown}: ${found.length} differences`, ...found.slice(0, 8))
    } catch (e) {
      // A config that the model rejects is not one that formulas must hold for; sizes that it rejects are a finding.
      const stops = `${shown}: the direct run stops: ${textOf(e)}`
      outside.push(stops)
      if (Object.keys(point.config).length === 0) detail.push(stops)
    }
  }
  return { status: detail.length === 0 ? 'equal' : 'different', detail, points: compared, outside, kernels }
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'string' },
      shard: { type: 'string', default: '0/1' },
      phases: { type: 'string', default: 'prefill,decode,extend' },
      configs: { type: 'string', default: '2' },
      layers: { type: 'string', default: '4' },
      transformers: { type: 'string' },
      pytorch: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const transformers = values.transformers ?? pinnedSources()?.transformers
  if (transformers === undefined) throw new Error(howToFetch)
  const roots = new Map([['transformers', transformers]])
  if (values.pytorch !== undefined) roots.set('torch', values.pytorch)
  const project: Project = { sources: fileSources([...roots.values()].map((r) => dirname(r))), roots }
  const types =
    values.list === undefined
      ? positionals
      : readFileSync(values.list, 'utf8')
          .split('\n')
          .filter((t) => t !== '')
  const [shard = 0, shards = 1] = values.shard.split('/').map(Number)
  const rows: Row[] =
    values.json !== undefined && existsSync(values.json) ? (JSON.parse(readFileSync(values.json, 'utf8')) as Row[]) : []
  const done = new Set(rows.map((r) => r.type))
  for (const [i, type] of types.entries()) {
    if (i % shards !== shard || done.has(type)) continue
    const made = checkType(project, type, values.phases.split(',') as CachePhase[], values)
    rows.push(...made)
    made.forEach((row) => show(row, values.verbose))
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 1))
  }
  console.log(summary(rows))
}

function checkType(
  project: Project,
  type: string,
  phases: readonly CachePhase[],
  { layers, configs }: { readonly layers: string; readonly configs: string },
): readonly Row[] {
  const direct = sharedDirect(project)
  try {
    const config = subjectOf(project, direct, type, Number(layers))
    return phases.map((phase) => check(project, direct, type, config, phase, Number(configs)))
  } catch (e) {
    return [{ ...nothing, type, phase: 'build', status: 'stopped', detail: [`no model: ${textOf(e)}`] }]
  }
}

function show(row: Row, verbose: boolean): void {
  const { status, type, phase, points, assumptions, milliseconds } = row
  const columns = [`${points} points`, `${assumptions.length} assumptions`, `${milliseconds.toFixed(0)} ms`]
  console.log([status.padEnd(9), type, phase, ...columns].join('  '))
  const more = verbose ? [...row.outside.map((x) => `outside ${x}`), ...assumptions] : []
  for (const d of [...row.detail, ...more]) console.log(`      ${d}`)
}

function summary(rows: readonly Row[]): string {
  const count = (status: Row['status']): number => rows.filter((r) => r.status === status).length
  const assumed = rows
    .filter((r) => r.status !== 'stopped')
    .map((r) => r.assumptions.length)
    .sort((a, b) => a - b)
  const mean = assumed.reduce((a, b) => a + b, 0) / Math.max(1, assumed.length)
  const median = assumed[Math.floor(assumed.length / 2)] ?? 0
  return [
    `${rows.length} analyses of ${new Set(rows.map((r) => r.type)).size} types: ` +
      `${count('equal')} equal, ${count('different')} different, ${count('stopped')} stopped`,
    `${rows.reduce((n, r) => n + r.points, 0)} points; assumptions: mean ${mean.toFixed(1)}, median ${median}, most ${assumed.at(-1) ?? 0}`,
  ].join('\n')
}

main()
