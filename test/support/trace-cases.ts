// Text cases of kernels: a class or function of a `py` block is run once on inputs whose sizes are variables, and the
// kernels it launches are compared with the `trace` block, formulas as formulas. A class whose `forward` carries the
// comment `# input: a[batch_size, hidden_size], i64[seq_len]` is made with a config where its constructor takes one; a
// function is called as it stands. `# sizes: batch_size=1` changes what a variable is in the run.
import {
  call,
  callMethod,
  construct,
  type Frame,
  hostModules,
  overlays,
  namespace,
  PyClass,
  PyFunction,
  PyList,
  type PyModule,
  PyTuple,
  Vm,
  type Value,
} from '../../src/python/index.ts'
import {
  evaluate,
  type Expr,
  exprOf,
  hint,
  holds,
  maxE,
  parse,
  parseCondition,
  print,
  Scope,
  substitute,
  variablesOf,
  type Int,
} from '../../src/sym/index.ts'
import { isAnalysisError, memorySources, type AnalysisError } from '../../src/text/index.ts'
import {
  dtypeByShort,
  newTensor,
  seenFrames,
  Tensor,
  torchModules,
  torchOverlays,
  torchState,
  withBuildDefaults,
  type KernelCall,
  type Storage,
  type TensorSig,
} from '../../src/torch/index.ts'
import { declareWidths } from '../../src/analyze/generic.ts'
import { holding } from '../../src/analyze/held.ts'
import { peakActivations } from '../../src/analyze/memory.ts'
import { variableOf } from '../../src/huggingface/names.ts'

/** What the variables of the cases are in a run: small, and no two alike that could be taken for each other. */
const sizes: Readonly<Record<string, number>> = {
  batch_size: 3,
  seq_len: 10,
  cache_len: 14,
  hidden_size: 48,
  num_heads: 6,
  head_dim: 20,
  'config.num_key_value_heads': 2,
  'config.intermediate_size': 112,
  'config.vocab_size': 500,
  'config.num_experts': 16,
  'config.num_experts_per_tok': 4,
  'config.q_lora_rank': 36,
  'config.kv_lora_rank': 40,
  'config.qk_nope_head_dim': 18,
  'config.qk_rope_head_dim': 12,
  'config.v_head_dim': 22,
  'config.kernel_size': 5,
  'config.patch_size': 8,
  'config.num_channels': 7,
  'config.image_size': 64,
  'config.num_groups': 9,
  'config.window': 13,
}

/** The block is the second line on of its module: the first imports what every case uses. */
const prelude = 'import torch; from torch import nn; import torch.nn.functional as F\n'
const moduleName = 'case'
const fileName = `${moduleName}.py`

export interface TracedKernel {
  /** `Class:line aten.op`. */
  readonly head: string
  readonly details: ReadonlyMap<string, string>
}

export interface TraceOutcome {
  readonly kernels: readonly TracedKernel[]
  readonly assumptions: readonly string[]
  readonly returns: string
  /** The most bytes that were alive at once; undefined where nobody looked. */
  readonly peak?: string
  /** What each variable was. */
  readonly sizes: ReadonlyMap<string, number>
  readonly error: { readonly line: number; readonly code: string; readonly message: string } | undefined
}

/** Runs a case; with a scale, at that many times the usual sizes. */
export function traceCase(text: string, scale = 1): TraceOutcome {
  const vm = new Vm({
    scope: new Scope(),
    sources: memorySources(new Map()),
    roots: new Map(),
    hostModules: [...hostModules, ...torchModules],
    overlays: [...overlays, ...torchOverlays(false)],
    budget: { depth: 400 },
  })
  const kernels: TracedKernel[] = []
  const none: readonly string[] = []
  const outcome = { kernels, assumptions: none, returns: '', peak: '', sizes: vm.scope.hints, error: undefined }
  try {
    const { result, peak } = vm.guard(() => runCase(vm, text, scale, kernels))
    return { ...outcome, assumptions: vm.scope.assumptions.map((a) => a.text), returns: shownResult(result), peak }
  } catch (e) {
    if (!isAnalysisError(e)) throw e
    return { ...outcome, error: { line: lineOf(e), code: e.code, message: e.message } }
  }
}

function runCase(
  vm: Vm,
  text: string,
  scale: number,
  kernels: TracedKernel[],
): { readonly result: Value; readonly peak: string } {
  const state = vm.state(torchState)
  const names = new Names(vm.scope, text, scale)
  declareWidths(state, vm.scope)
  const module = vm.runModuleText(moduleName, prelude + text)
  const config = configOf(names, text)
  module.dict.set('config', config)
  const { target, inputs } = entry(text)
  const callee = runnable(vm, module, target, config)
  const args = tensorTexts(inputs).map((t) => names.tensor(t))
  state.gradEnabled = false
  const calls: KernelCall[] = []
  state.recorder = {
    push: (k: KernelCall) => {
      calls.push(k)
      kernels.push({ head: headOf(vm, k), details: detailsOf(k) })
    },
  }
  const until = new Map<Storage, KernelCall>()
  const result = holding(vm, until, () => call(vm, callee, args))
  const peaks = peakActivations(vm, { calls, until, given: null, cache: null })
  return { result, peak: print(maxE(...peaks.map(exprOf))) }
}

/** The line with `# input:`: which class or function it belongs to, and what it is called with. */
function entry(text: string): { readonly target: string; readonly inputs: string } {
  const lines = text.split('\n')
  const at = lines.findIndex((l) => l.includes('# input:'))
  const [, indent = '', name = '', inputs = ''] = /^(\s*)def (\w+)\(.*#\s*input:(.*)$/.exec(lines[at] ?? '') ?? []
  if (name === '') throw new Error('a case needs "def NAME(…):  # input: …"')
  if (indent === '') return { target: name, inputs }
  const owner = lines.slice(0, at).findLast((l) => /^class /.test(l))
  return { target: /^class (\w+)/.exec(owner ?? '')?.[1] ?? '', inputs }
}

function runnable(vm: Vm, module: PyModule, target: string, config: Value): Value {
  const found = module.dict.get(target)
  if (found instanceof PyFunction) return found
  if (!(found instanceof PyClass)) throw new Error(`no class or function ${target}`)
  const init = found.lookup('__init__')
  const takesConfig = init instanceof PyFunction && init.code.params.positional.includes('config')
  const made = withBuildDefaults(vm, () => construct(vm, found, takesConfig ? [config] : []))
  callMethod(vm, made, 'eval', [])
  return made
}

/** The variables of a run. */
class Names {
  private readonly overridden: ReadonlyMap<string, number>

  constructor(
    private readonly scope: Scope,
    text: string,
    private readonly scale: number,
  ) {
    const [, given = ''] = /# sizes:(.*)/.exec(text) ?? []
    this.overridden = new Map([...given.matchAll(/([\w.]+)=(\d+)/g)].map(([, name = '', n]) => [name, Number(n)]))
  }

  variable(name: string): Int {
    const usual = sizes[name]
    const size = this.overridden.get(name) ?? (usual === undefined ? undefined : usual * this.scale)
    if (size === undefined) throw new Error(`no size is known for ${name}: give it with "# sizes: ${name}=N"`)
    return this.scope.variable(name, size)
  }

  /** `a[batch_size, 2*head_dim]`; `a` is an activation of the model's dtype, `w` a weight. */
  tensor(text: string): Tensor {
    const [, kind = '', dims = ''] = /^(\w+)\[(.*)\]$/.exec(text) ?? []
    const shape = dims.trim() === '' ? [] : dims.split(',').map((d) => this.size(parse(d)))
    const dtype = dtypeByShort(kind === 'a' || kind === 'w' ? 'bf16' : kind)
    return newTensor(shape, dtype, { device: 'meta', role: kind === 'w' ? 'weight' : 'input' })
  }

  private size(e: Expr): Int {
    const known = substitute(e, new Map(variablesOf(e).map((name) => [name, exprOf(this.variable(name))])))
    const value = this.scope.valueOf(known)
    if (typeof value !== 'number') throw new Error(`a size of ${print(e)} is no small integer`)
    return this.scope.intern(known, value)
  }
}

function configOf(names: Names, text: string): Value {
  const used = new Set([...text.matchAll(/\bconfig\.(\w+)/g)].map(([, name = '']) => name))
  return namespace(Object.fromEntries([...used].map((name) => [name, names.variable(variableOf([name], name))])))
}

function tensorTexts(text: string): readonly string[] {
  return [...text.matchAll(/\w+\[[^\]]*\]/g)].map(([whole]) => whole)
}

// --- What came out, as text ---------------------------------------------------------------------------------------

function headOf(vm: Vm, k: KernelCall): string {
  const frame = seenFrames(vm, vm.state(torchState)).findLast((f: Frame) => f.code.file.path === fileName)
  const owner = frame?.code.qualname.split('.')[0] ?? ''
  return `${owner}:${(frame?.line ?? 0) - 1} ${k.op.replace(/\.default$/, '')}`
}

function detailsOf(k: KernelCall): ReadonlyMap<string, string> {
  const details = new Map([
    ['flops', shown(k.flops)],
    ['matmul', shown(k.matmulFlops)],
    ['read', shown(k.read)],
    ['write', shown(k.write)],
  ])
  if (k.inputs.length > 0) details.set('in', k.inputs.map(signature).join(', '))
  if (k.outputs.length > 0) details.set('out', k.outputs.map(signature).join(', '))
  return details
}

function shown(x: Int): string {
  return print(exprOf(x))
}

function signature(t: Pick<TensorSig, 'dtype' | 'shape'>): string {
  return `${t.dtype.short}[${t.shape.map(shown).join(', ')}]`
}

function shownResult(v: Value): string {
  if (v instanceof Tensor) return signature(v)
  if (v instanceof PyTuple || v instanceof PyList) return v.items.map(shownResult).join(', ')
  return v === null ? 'None' : String(hintOf(v))
}

function hintOf(v: Value): unknown {
  return typeof v === 'number' || typeof v === 'bigint' ? hint(v) : v
}

/** The innermost line of the block that an error goes back to. */
function lineOf(e: AnalysisError): number {
  if (e.span?.file === fileName) return e.span.line - 1
  const note = e.notes.find((n) => n.startsWith(`${fileName}:`))
  return Number(note?.slice(fileName.length + 1).match(/^\d+/)?.[0] ?? 1) - 1
}

// --- What is expected ---------------------------------------------------------------------------------------------

export interface Expectation {
  readonly kernels: readonly TracedKernel[]
  /** Undefined where the case says nothing of them. */
  readonly assumptions: readonly string[] | undefined
  readonly returns: string | undefined
  readonly peak: string | undefined
}

const comment = /(?:^\s*|\s{2,})\/\/ .*$/

/** Reads a `trace` block. A comment starts with `//`, at the start of a line or after two spaces: after one it divides. */
export function parseExpectation(text: string): Expectation {
  const kernels: { head: string; details: Map<string, string> }[] = []
  let assumptions: string[] | undefined
  let returns: string | undefined
  let peak: string | undefined
  for (const raw of text.split('\n')) {
    const line = raw.replace(comment, '').trimEnd()
    if (line.trim() === '') continue
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? []
    if (/^\s/.test(line)) kernels.at(-1)?.details.set(word, rest)
    else if (word === 'assume') assumptions = [...(assumptions ?? []), ...(rest === 'nothing' ? [] : [rest])]
    else if (word === 'returns') returns = rest
    else if (word === 'peak') peak = rest
    else kernels.push({ head: `${word} ${rest}`, details: new Map() })
  }
  return { kernels, assumptions, returns, peak }
}

/** A formula, a list of tensors or a condition in its one spelling. */
function canonical(text: string): string {
  const tensors = tensorTexts(text)
  if (tensors.length > 0) return tensors.map(canonicalTensor).join(', ')
  const condition = /^(.*?)(==|!=|<=|>=|<|>)(.*)$/.exec(text)
  if (condition === null) return print(parse(text))
  const [, left = '', op = '', right = ''] = condition
  return `${left.split('%').map(canonical).join(' % ')} ${op} ${canonical(right)}`
}

function canonicalTensor(text: string): string {
  const [, kind = '', dims = ''] = /^(\w+)\[(.*)\]$/.exec(text) ?? []
  return `${kind}[${dims.trim() === '' ? '' : dims.split(',').map(canonical).join(', ')}]`
}

/** The outcome cut down to what the expectation speaks of, and the expectation, both in their one spelling. */
export function compared(
  outcome: TraceOutcome,
  expected: Expectation,
): { readonly met: unknown; readonly wanted: unknown } {
  const wanted = {
    kernels: expected.kernels.map((k) => ({ head: k.head, ...spelled(k.details) })),
    ...(expected.assumptions === undefined ? {} : { assume: expected.assumptions.map(canonical).sort() }),
    ...(expected.returns === undefined ? {} : { returns: canonical(expected.returns) }),
    ...(expected.peak === undefined ? {} : { peak: canonical(expected.peak) }),
  }
  const met = {
    kernels: outcome.kernels.map((k, i) => ({ head: k.head, ...spelled(only(k, expected.kernels[i])) })),
    ...(expected.assumptions === undefined ? {} : { assume: outcome.assumptions.map(canonical).sort() }),
    ...(expected.returns === undefined ? {} : { returns: outcome.returns }),
    ...(expected.peak === undefined ? {} : { peak: outcome.peak }),
  }
  return { met, wanted }
}

/** The costs of an outcome's kernels as numbers, their formulas taken at other sizes. */
export function costsAt(outcome: TraceOutcome, at: ReadonlyMap<string, number>): readonly string[] {
  const number = (k: TracedKernel, name: string): string => evaluate(parse(k.details.get(name) ?? '0'), at).toString()
  return outcome.kernels.map((k) =>
    [k.head, ...['flops', 'matmul', 'read', 'write'].map((n) => number(k, n))].join(' '),
  )
}

/** Whether the assumptions of a run hold at other sizes. */
export function assumptionsHold(outcome: TraceOutcome, at: ReadonlyMap<string, number>): boolean {
  return outcome.assumptions.every((a) => holds(parseCondition(a), at))
}

function spelled(details: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...details].map(([name, text]) => [name, canonical(text)]))
}

function only(met: TracedKernel, wanted: TracedKernel | undefined): ReadonlyMap<string, string> {
  return new Map([...met.details].filter(([name]) => wanted === undefined || wanted.details.has(name)))
}

// --- Rewriting ----------------------------------------------------------------------------------------------------

/** The block as it should be: what is right stays as it was written, comments included, as long as the kernels are the same. */
export function rewritten(text: string, outcome: TraceOutcome): string {
  const expected = parseExpectation(text)
  const { met, wanted } = compared(outcome, expected)
  if (JSON.stringify(met) === JSON.stringify(wanted)) return text
  const same =
    expected.kernels.length === outcome.kernels.length &&
    expected.kernels.every((k, i) => k.head === outcome.kernels[i]?.head)
  return same && outcome.kernels.length > 0 ? corrected(text, outcome) : inFull(outcome)
}

function corrected(text: string, outcome: TraceOutcome): string {
  let at = -1
  const lines = text.split('\n').filter((l) => !/^(assume|returns|peak) /.test(l))
  const kept = lines.map((line) => {
    const [, indent = '', word = '', old = '', tail = ''] = /^(\s+)(\w+) (.*?)((?:\s{2,}\/\/ .*)?)$/.exec(line) ?? []
    if (/^[^\s/]/.test(line)) at++
    const now = outcome.kernels[at]?.details.get(word)
    return now === undefined || canonical(old) === now ? line : `${indent}${word} ${now}${tail}`
  })
  const { assumptions, returns, peak } = parseExpectation(text)
  const ends = [
    ...(returns === undefined ? [] : [`returns ${outcome.returns}\n`]),
    ...(peak === undefined ? [] : [`peak ${outcome.peak}\n`]),
    ...(assumptions === undefined ? [] : assumed(outcome)),
  ]
  return kept.join('\n') + ends.join('')
}

function assumed(outcome: TraceOutcome): readonly string[] {
  return outcome.assumptions.length === 0 ? ['assume nothing\n'] : outcome.assumptions.map((a) => `assume ${a}\n`)
}

function inFull(outcome: TraceOutcome): string {
  const lines = outcome.kernels.map((k) => {
    const details = [...k.details].filter(([name, text]) => name !== 'matmul' || text !== '0')
    return `${k.head}\n${details.map(([name, text]) => `  ${name} ${text}\n`).join('')}`
  })
  return [...lines, `returns ${outcome.returns}\n`, ...assumed(outcome)].join('')
}

/** The errors that a block announces, `# error: code` or `# error: code part of the message`, by line. */
export function announcedErrors(
  text: string,
): readonly { readonly line: number; readonly code: string; readonly says: string }[] {
  return text.split('\n').flatMap((l, i) => {
    const match = /# error: ([\w-]+)\s*(.*)$/.exec(l)
    return match === null ? [] : [{ line: i + 1, code: match[1] ?? '', says: match[2] ?? '' }]
  })
}
