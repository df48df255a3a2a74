// Runs the programs of torch_ops.json in the engine and tells how what they did differs from what PyTorch did.
import {
  call,
  PyException,
  PyFloat,
  PyFunction,
  PyList,
  PyTuple,
  str,
  type Value,
  type Vm,
} from '../../src/python/index.ts'
import { hint, type Int } from '../../src/sym/index.ts'
import { isAnalysisError } from '../../src/text/index.ts'
import { torchState, type KernelCall, type TensorSig } from '../../src/torch/index.ts'
import { knownValues, Tensor } from '../../src/torch/tensor.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type KernelLine = readonly [
  op: string,
  ins: readonly string[],
  outs: readonly string[],
  strides: Json,
  read: Json,
  write: Json,
]

export interface Case {
  readonly code: string
  readonly kernels?: readonly KernelLine[]
  readonly result?: Json
  readonly error?: string
  readonly message?: string
}

export interface Recorded {
  readonly prelude: string
  readonly cases: readonly Case[]
}

function plain(x: Int): Json {
  return Number(hint(x))
}

function signature(t: TensorSig): string {
  return `${t.dtype.short}[${t.shape.map((s) => String(hint(s))).join(',')}]`
}

function line(k: KernelCall): KernelLine {
  const strides = k.outputs.map((o) => o.strides.map(plain))
  return [k.op, k.inputs.map(signature), k.outputs.map(signature), strides, plain(k.read), plain(k.write)]
}

function number(x: number): Json {
  return Number.isFinite(x) ? x : { float: Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf' }
}

function summary(vm: Vm, v: Value): Json {
  if (v instanceof Tensor) return tensorSummary(v)
  if (v instanceof PyTuple || v instanceof PyList) return v.items.map((x) => summary(vm, x))
  if (v === null || typeof v === 'boolean' || typeof v === 'string') return v
  if (v instanceof PyFloat) return number(v.value)
  if (typeof v === 'number' || typeof v === 'bigint') return Number(v)
  return { str: str(vm, v) }
}

function tensorSummary(t: Tensor): Json {
  const known = t.device === 'cpu' ? knownValues(t) : undefined
  const shown = {
    tensor: signature({ dtype: t.dtype, shape: t.shape, role: t.role, strides: t.strides, tensor: t }),
    stride: t.strides.map(plain),
    device: t.device,
  }
  return known === undefined ? shown : { ...shown, values: Array.from(known.get(), number) }
}

/** The body of a program as a function: its last statement is returned. */
function functionText(code: string): string {
  const statements = code.split('; ')
  const last = statements.pop() ?? ''
  return `def run():\n${statements.map((s) => `    ${s}\n`).join('')}    return ${last}\n`
}

/** What running a program does. */
export function runCase(vm: Vm, prelude: string, code: string, index: number): Case {
  const module = vm.runModuleText(`case_${index}`, `${prelude}\n${functionText(code)}`)
  const run = module.dict.get('run')
  if (!(run instanceof PyFunction)) throw new Error(`no program: ${code}`)
  const calls: KernelCall[] = []
  const state = vm.state(torchState)
  state.recorder = calls
  state.gradEnabled = false
  try {
    const result = summary(vm, call(vm, run, []))
    return { code, kernels: calls.map(line), result }
  } catch (e) {
    if (e instanceof PyException) return { code, error: e.value.cls.name, message: str(vm, e.value) }
    if (isAnalysisError(e)) return { code, error: e.code, message: e.message }
    throw e
  } finally {
    state.recorder = undefined
    vm.stack.length = 0
  }
}

function isObject(j: Json | undefined): j is { readonly [key: string]: Json } {
  return typeof j === 'object' && j !== null && !Array.isArray(j)
}

/** Equal up to float rounding; values that only PyTorch knows are left out. */
function same(expected: Json, actual: Json): boolean {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return (
      expected === actual || Math.abs(expected - actual) <= 2e-6 * Math.max(Math.abs(expected), Math.abs(actual), 1e-3)
    )
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return (
      expected.length === actual.length &&
      expected.every((x: Json, i) => same(x, (actual[i] as Json | undefined) ?? null))
    )
  }
  if (isObject(expected) && isObject(actual)) {
    if ('values' in expected && 'tensor' in expected) return sameTensor(expected, actual)
    return JSON.stringify(expected) === JSON.stringify(actual)
  }
  return expected === actual
}

function sameTensor(expected: { readonly [key: string]: Json }, actual: { readonly [key: string]: Json }): boolean {
  const { values, ...rest } = expected
  const { values: own, ...ownRest } = actual
  if (JSON.stringify(rest) !== JSON.stringify(ownRest)) return false
  if (own === undefined) return true
  const flat = (j: Json | undefined): Json[] =>
    Array.isArray(j) ? (j as Json[]).flatMap(flat) : [typeof j === 'boolean' ? Number(j) : (j ?? null)]
  return same(flat(values), flat(own))
}

/** Where PyTorch refuses because the meta device has no values, the engine stops. */
function sameError(expected: string, actual: string): boolean {
  if (expected === actual) return true
  return actual === 'data-dependent-branch' && (expected === 'NotImplementedError' || expected === 'RuntimeError')
}

/** Undefined where both did the same, else the difference. */
export function difference(expected: Case, actual: Case): string | undefined {
  const show = (c: Case): string =>
    c.error === undefined ? JSON.stringify([c.kernels, c.result]) : `${c.error}: ${c.message ?? ''}`
  const differs = `${expected.code}\n  PyTorch ${show(expected)}\n  engine  ${show(actual)}`
  if (expected.error !== undefined || actual.error !== undefined) {
    return expected.error !== undefined && actual.error !== undefined && sameError(expected.error, actual.error)
      ? undefined
      : differs
  }
  if (JSON.stringify(expected.kernels) !== JSON.stringify(actual.kernels)) return differs
  return same(expected.result ?? null, actual.result ?? null) ? undefined : differs
}
