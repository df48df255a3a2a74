// The property that analyses stand on: at every size and config that meets an analysis's assumptions, its formulas give,
// kernel by kernel, what a direct run with plain numbers gives.
import { ModelAnalyzer } from '../../src/analyze/index.ts'
import { holding } from '../../src/analyze/held.ts'
import { heldSource, peakActivations, bytesReachable, weightBytes } from '../../src/analyze/memory.ts'
import { analysesInMemory, expandModel } from '../../src/expand/index.ts'
import {
  buildModel,
  callDriver,
  createVm,
  type JsonObject,
  type ModelSpec,
  type Project,
} from '../../src/huggingface/index.ts'
import {
  evaluate,
  hint,
  holds,
  parse,
  parseCondition,
  type EnvValue,
  type Expr,
  type Int,
} from '../../src/sym/index.ts'
import type { Vm } from '../../src/python/index.ts'
import { torchState, type KernelCall, type Storage } from '../../src/torch/index.ts'
import type { AnalysisSizes, ModelAnalysis, ModelNode } from '../../src/trace/formats.ts'
import { runCall, type Phase } from '../../src/trace/index.ts'
import type { BasicKernel } from '../../src/trace/formats.ts'

export interface Subject extends ModelSpec {
  readonly phase: Phase
}

export interface Symbolic {
  readonly model: ModelAnalysis
  readonly milliseconds: number
}

const provenance = { tool: 'lm-predictor', version: '0', command: '', sources: [], config_sha256: null } as const

/** Both stages: analyses of the classes, expanded. */
export function analyzeAndExpand(project: Project, subject: Subject, sizes: AnalysisSizes): Symbolic {
  const start = performance.now()
  const run = new ModelAnalyzer(project, provenance, { ...subject, sizes }).run()
  const model = expandModel(run.root, analysesInMemory(run.analyses))
  return { model, milliseconds: performance.now() - start }
}

/** What differs from the run that made an analysis: sizes of the call, and variables of the config by name. */
export interface Point {
  readonly sizes: AnalysisSizes
  readonly config: Readonly<Record<string, number>>
}

/** Values of all variables and definitions at a point. */
export function valuesAt(model: ModelAnalysis, point: Point): ReadonlyMap<string, EnvValue> {
  const env = new Map<string, EnvValue>()
  const given: Readonly<Record<string, number | undefined>> = { ...point.sizes, ...point.config }
  for (const [name, info] of Object.entries(model.variables)) env.set(name, given[name] ?? info.value)
  for (const name of Object.keys(model.definitions)) env.delete(name)
  const define = (name: string): void => {
    if (env.has(name)) return
    const e = parse(model.definitions[name] ?? '')
    for (const other of Object.keys(model.definitions)) if (other !== name && mentions(e, other)) define(other)
    env.set(name, evaluate(e, env))
  }
  Object.keys(model.definitions).forEach(define)
  return env
}

function mentions(e: Expr, name: string): boolean {
  return e.toString().includes(name)
}

/** The assumptions that a point breaks. */
export function brokenAt(model: ModelAnalysis, point: Point): readonly string[] {
  const env = valuesAt(model, point)
  const small = Object.entries(model.variables).filter(
    ([name, v]) => v.value >= 2 && name in point.config && (point.config[name] ?? 2) < 2,
  )
  const failing = model.assumptions.filter((a) => !holds(parseCondition(a.condition), env))
  return [...small.map(([name]) => `{${name}} >= 2`), ...failing.map((a) => a.condition)]
}

/** Kernels counted by everything that is known of one; memory besides. */
export interface Counted {
  readonly kernels: ReadonlyMap<string, number>
  readonly totals: readonly bigint[]
  readonly memory: readonly string[]
}

/** What an analysis says for a point. */
export function countedByFormulas(model: ModelAnalysis, point: Point): Counted {
  const env = valuesAt(model, point)
  const known = new Map<string, string>()
  const value = (formula: string): string => {
    let v = known.get(formula)
    if (v === undefined) known.set(formula, (v = String(evaluate(parse(formula), env))))
    return v
  }
  const kernels = new Map<string, number>()
  const shape = (text: string): string =>
    text.replace(/\[(.*)\]$/, (_, list: string) => `[${splitList(list).map(value).join(',')}]`)
  const visit = (node: ModelNode | BasicKernel, times: number): void => {
    const count = times * Number(value(String(node.repeat ?? 1)))
    if (node.kernel_type === 'composite') return node.sub_kernels.forEach((k) => visit(k, count))
    const { aten, flops, matmul_flops, memory_access } = node
    const costs = [flops, matmul_flops, memory_access.read, memory_access.write].map(value)
    const key = [aten, ...costs, ...node.in.map(shape), '→', ...node.out.map(shape)].join(' ')
    kernels.set(key, (kernels.get(key) ?? 0) + count)
  }
  visit(model.root, 1)
  const { flops, matmul_flops, memory_access } = model.totals
  const { memory } = model
  return {
    kernels,
    totals: [flops, matmul_flops, memory_access.read, memory_access.write].map((f) => BigInt(value(f))),
    memory: memory === undefined ? [] : [memory.weights, memory.kv_cache, memory.activations].map(value),
  }
}

function splitList(list: string): readonly string[] {
  const items: string[] = []
  let [depth, start] = [0, 0]
  for (let i = 0; i <= list.length; i++) {
    const c = list.charAt(i)
    if ('([{'.includes(c) && c !== '') depth++
    else if (')]}'.includes(c) && c !== '') depth--
    else if (c === '' || (c === ',' && depth === 0)) {
      items.push(list.slice(start, i))
      start = i + 1
    }
  }
  return items.filter((x) => x.trim() !== '')
}

/** The config of a point: the subject's own, with the variables' values in their places. */
export function configAt(model: ModelAnalysis, config: JsonObject, point: Point): JsonObject {
  let result = config
  for (const [name, value] of Object.entries(point.config)) {
    const path = / of the config$/.test(model.variables[name]?.meaning ?? '')
      ? (model.variables[name]?.meaning ?? '').replace(/ of the config$/, '').split('.')
      : undefined
    if (path === undefined) throw new Error(`${name} is no value of the config`)
    result = withValue(result, path, value)
  }
  return result
}

export function withValue(json: JsonObject, [key = '', ...rest]: readonly string[], value: number): JsonObject {
  if (rest.length === 0) return { ...json, [key]: value }
  return { ...json, [key]: withValue((json[key] ?? {}) as JsonObject, rest, value) }
}

/**
 * What a run with plain numbers gives.
 * @param vm an interpreter with the sources imported by an earlier run; the model is built anew in any case
 */
export function countedDirectly(
  project: Project,
  subject: Subject,
  sizes: AnalysisSizes,
  vm: Vm = createVm(project),
): Counted {
  const built = buildModel(vm, subject)
  const calls: KernelCall[] = []
  const state = vm.state(torchState)
  const { batch_size: batch, seq_len: seq, cache_len: cache, encoder_len: encoder } = sizes
  const call = { phase: subject.phase, sizes: { batch, seq, cache, encoder } }
  const until = new Map<Storage, KernelCall>()
  const output = runCall(vm, built, call, (run) => {
    state.recorder = calls
    const result = holding(vm, until, run)
    state.recorder = undefined
    return result
  })
  const held = subject.phase === 'forward' ? null : callDriver(vm, 'cache_of', [output])
  const peaks = peakActivations(vm, { calls, until, given: heldSource(vm, output), cache: held }).map((p) =>
    BigInt(hint(p)),
  )
  const kernels = new Map<string, number>()
  const totals = [0n, 0n, 0n, 0n]
  for (const k of calls) {
    const costs = [k.flops, k.matmulFlops, k.read, k.write].map((x) => BigInt(hint(x)))
    costs.forEach((c, i) => (totals[i] = (totals[i] ?? 0n) + c))
    const shapes = [...k.inputs.map(shapeText), '→', ...k.outputs.map(shapeText)]
    const key = [k.op, ...costs.map(String), ...shapes].join(' ')
    kernels.set(key, (kernels.get(key) ?? 0) + 1)
  }
  const peak = peaks.reduce((a, b) => (a > b ? a : b), 0n)
  return {
    kernels,
    totals,
    memory: [weightBytes(vm, built.model), bytesReachable(vm, held), peak].map((x) => String(hint(x as Int))),
  }
}

function shapeText(t: KernelCall['inputs'][number]): string {
  return `${t.dtype.short}[${t.shape.map((d) => String(hint(d))).join(',')}]`
}

const totalNames = ['flops', 'matmul_flops', 'read', 'write']
const memoryNames = ['weights', 'kv_cache', 'activations']

/** In words, what two countings differ in. */
export function differences(expected: Counted, got: Counted): readonly string[] {
  const lines: string[] = []
  expected.totals.forEach((t, i) => {
    if (t !== got.totals[i]) lines.push(`total ${totalNames[i]}: direct ${t}, formulas ${got.totals[i]}`)
  })
  expected.memory.forEach((m, i) => {
    if (m !== got.memory[i]) lines.push(`memory ${memoryNames[i]}: direct ${m}, formulas ${got.memory[i]}`)
  })
  for (const [key, n] of expected.kernels) {
    const m = got.kernels.get(key) ?? 0
    if (m !== n) lines.push(`direct ${n}, formulas ${m}: ${key}`)
  }
  for (const [key, m] of got.kernels) if (!expected.kernels.has(key)) lines.push(`direct 0, formulas ${m}: ${key}`)
  return lines
}
