// Checks analyses against direct runs: for each model type the formulas of its default config's analysis are evaluated at
// other sizes and configs that meet the assumptions, and compared, kernel by kernel, with a run at exactly those numbers.
//
//     npx tsx scripts/check-formulas.ts llama mixtral --phases prefill,decode,extend --configs 3
//     npx tsx scripts/check-formulas.ts --list types.txt --shard 0/2 --json results.json
import { readFileSync, writeFileSync } from 'node:fs'
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
  type Point,
  type Subject,
} from '../test/support/formulas.ts'
import { howToFetch, pinnedSources } from '../test/support/sources.ts'

const base: Record<Exclude<Phase, 'forward'>, AnalysisSizes> = {
  prefill: { batch_size: 2, seq_len: 32, cache_len: 0 },
  decode: { batch_size: 2, seq_len: 1, cache_len: 32 },
  extend: { batch_size: 2, seq_len: 32, cache_len: 32 },
}

/** Sizes to compare at, besides those of the run itself. */
function otherSizes(phase: Exclude<Phase, 'forward'>): readonly AnalysisSizes[] {
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
function subjectOf(project: Project, type: string, layers: number): JsonObject {
  const plain = { model_type: type }
  const vm = createVm(project)
  const { config } = buildModel(vm, { config: plain })
  const json = toJson(vm, callDriver(vm, 'as_dict', [config]))
  const short = { ...plain, ...(isJsonObject(json) ? reduced(json, layers) : {}) }
  try {
    countedDirectly(project, { config: short, phase: 'prefill' }, base.prefill)
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

function textOf(e: unknown): string {
  if (!isAnalysisError(e))
    return e instanceof Error ? (e.stack ?? e.message).split('\n').slice(0, 6).join(' | ') : String(e)
  const at = e.span === undefined ? '' : ` at ${e.span.file}:${e.span.line}`
  const stack = e.code === 'internal' ? ` | ${(e.stack ?? '').split('\n').slice(1, 7).join(' | ')}` : ''
  return `${e.code}: ${e.message}${at}${stack}`
}

function check(
  project: Project,
  type: string,
  config: JsonObject,
  phase: Exclude<Phase, 'forward'>,
  configs: number,
): Row {
  const subject: Subject = { config, phase }
  const nothing = { type, phase, points: 0, outside: [], assumptions: [], milliseconds: 0, kernels: 0 }
  try {
    const { model, milliseconds } = analyzeAndExpand(project, subject, base[phase])
    const assumptions = model.assumptions.map((a) => `${a.condition} (${a.at ?? ''})`)
    return {
      ...nothing,
      assumptions,
      milliseconds,
      ...compareAt(project, subject, config, model, pointsOf(model, phase, configs)),
    }
  } catch (e) {
    return { ...nothing, status: 'stopped', detail: [textOf(e), directOutcome(project, subject, base[phase])] }
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

/** The sizes of the run itself, others, and other configs. */
function pointsOf(model: ModelAnalysis, phase: Exclude<Phase, 'forward'>, configs: number): readonly Point[] {
  const sizes = [base[phase], ...otherSizes(phase)]
  const inside = otherSizes(phase).find((s) => brokenAt(model, { sizes: s, config: {} }).length === 0) ?? base[phase]
  return [...sizes.map((s) => ({ sizes: s, config: {} })), ...otherConfigs(model, inside, configs, 7)]
}

function compareAt(
  project: Project,
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
      const direct = countedDirectly(project, { ...subject, config: configAt(model, config, point) }, point.sizes)
      compared++
      kernels = direct.kernels.size
      const found = differences(direct, countedByFormulas(model, point))
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
  const rows: Row[] = []
  for (const [i, type] of types.entries()) {
    if (i % shards !== shard) continue
    let config: JsonObject
    try {
      config = subjectOf(project, type, Number(values.layers))
    } catch (e) {
      console.log(`${type}: no model: ${textOf(e)}`)
      continue
    }
    for (const phase of values.phases.split(',') as Exclude<Phase, 'forward'>[]) {
      const row = check(project, type, config, phase, Number(values.configs))
      rows.push(row)
      console.log(
        [
          row.status.padEnd(9),
          type,
          phase,
          `${row.points} points`,
          `${row.assumptions.length} assumptions`,
          `${row.milliseconds.toFixed(0)} ms`,
        ].join('  '),
      )
      for (const d of row.detail) console.log(`      ${d}`)
      if (values.verbose)
        for (const o of [...row.outside.map((x) => `outside ${x}`), ...row.assumptions]) console.log(`      ${o}`)
    }
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 1))
  }
  const count = (status: Row['status']): number => rows.filter((r) => r.status === status).length
  const assumed = rows.map((r) => r.assumptions.length)
  const mean = assumed.reduce((a, b) => a + b, 0) / Math.max(1, assumed.length)
  console.log(
    `${rows.length} analyses: ${count('equal')} equal, ${count('different')} different, ${count('stopped')} stopped`,
  )
  console.log(
    `${rows.reduce((n, r) => n + r.points, 0)} points; assumptions: mean ${mean.toFixed(1)}, most ${Math.max(0, ...assumed)}`,
  )
}

main()
