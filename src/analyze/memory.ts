// Memory of one call: the largest sum of tensors alive at once, what the cache holds afterwards, and the weights. A tensor
// lives from the kernel that makes it until no kernel to come reads it and Python holds it no more.
import {
  add,
  compile,
  exprOf,
  hint,
  maxE,
  mul,
  print,
  prod,
  sub,
  subE,
  SymInt,
  type Expr,
  type Int,
  type Prover,
  type Scope,
} from '../sym/index.ts'
import { getAttrOr, PyDict, PyInstance, PyList, PyObject, PyTuple, type Value, type Vm } from '../python/index.ts'
import { elementWidth, namedParameters, Tensor, torchState, type KernelCall, type Storage } from '../torch/index.ts'
import type { Holding } from './held.ts'

/** Bytes of a tensor's storage as the kernels see it. */
export function storageBytes(vm: Vm, t: Tensor): Int {
  return mul(prod(t.storage.shape), elementWidth(vm.state(torchState), t))
}

/** Bytes of a tensor's elements. */
export function tensorBytes(vm: Vm, t: Tensor): Int {
  return mul(prod(t.shape), elementWidth(vm.state(torchState), t))
}

/** A tensor inside of a value: the attributes, keys and positions that lead to it. */
export interface HeldTensor {
  readonly path: readonly (string | number)[]
  readonly tensor: Tensor
}

/** All tensors that can be reached from a value; one that is reached twice counts where it is met first. */
export function heldTensors(v: Value): readonly HeldTensor[] {
  const found: HeldTensor[] = []
  const seen = new Set<PyObject>()
  const visit = (x: Value | undefined, path: readonly (string | number)[]): void => {
    if (!(x instanceof PyObject) || seen.has(x)) return
    seen.add(x)
    if (x instanceof Tensor) found.push({ path, tensor: x })
    else if (x instanceof PyTuple || x instanceof PyList) x.items.forEach((item, i) => visit(item, [...path, i]))
    else if (x instanceof PyDict) for (const [k, item] of x.entries.values()) visit(item, [...path, keyOf(k)])
    if (x instanceof PyInstance || x instanceof PyDict)
      for (const [name, item] of x.dict ?? []) visit(item, [...path, name])
  }
  visit(v, [])
  return found
}

function keyOf(key: Value): string | number {
  return typeof key === 'number' || typeof key === 'string' ? key : String(key)
}

/** All tensors that can be reached from a value, one for each storage. */
function reachableTensors(v: Value): readonly Tensor[] {
  return [...new Map(heldTensors(v).map(({ tensor }) => [tensor.storage, tensor])).values()]
}

/** Bytes of all tensors reachable from a value (a cache). */
export function bytesReachable(vm: Vm, v: Value): Int {
  return reachableTensors(v).reduce<Int>((total, t) => add(total, storageBytes(vm, t)), 0)
}

/** What the decoder of an encoder-decoder is given of the source: it is there from its first call to its last. */
export function heldSource(vm: Vm, output: Value): Value {
  return getAttrOr(vm, output, 'encoder_last_hidden_state') ?? null
}

/** Bytes of a model's parameters, tied ones once. */
export function weightBytes(vm: Vm, model: PyInstance): Int {
  return namedParameters(vm, model).reduce<Int>((total, [, p]) => add(total, tensorBytes(vm, p)), 0)
}

/** One call of a model, as its memory is counted. */
export interface Pass {
  readonly calls: readonly KernelCall[]
  readonly until: Holding
  /** What is alive all the time. */
  readonly given: Value
  /** What it leaves. */
  readonly cache: Value
}

/**
 * The largest sum of live tensors over a call, weights and cache left out.
 * @returns the candidates for the maximum: none is known to be at most another
 */
export function peakActivations(vm: Vm, { calls, until, given, cache }: Pass): readonly Int[] {
  const constant = reachableTensors(given)
  const uncounted = new Set([...reachableTensors(cache), ...constant].map((t) => t.storage))
  const ends = endings(calls, until)
  const alive = new Map<Storage, Int>()
  const peaks = new Map<string, Int>()
  let total = constant.reduce<Int>((sum, t) => add(sum, storageBytes(vm, t)), 0)
  calls.forEach((call, i) => {
    for (const { tensor } of [...call.inputs, ...call.outputs]) {
      if (tensor.role === 'weight' || uncounted.has(tensor.storage) || alive.has(tensor.storage)) continue
      const bytes = storageBytes(vm, tensor)
      alive.set(tensor.storage, bytes)
      total = add(total, bytes)
    }
    peaks.set(exprOf(total).key, total)
    for (const storage of ends[i] ?? []) {
      const bytes = alive.get(storage)
      if (bytes !== undefined) total = sub(total, bytes)
    }
  })
  return undominated([...peaks.values()])
}

/** For each kernel the storages that nothing needs after it. */
function endings(calls: readonly KernelCall[], until: Holding): readonly (readonly Storage[])[] {
  const position = new Map(calls.map((call, i) => [call, i]))
  const last = new Map<Storage, number>()
  calls.forEach((call, i) => {
    for (const { tensor } of [...call.inputs, ...call.outputs]) last.set(tensor.storage, i)
  })
  const ends: Storage[][] = calls.map(() => [])
  for (const [storage, used] of last) {
    const holder = until.get(storage)
    const held = holder === undefined ? undefined : position.get(holder)
    ends[Math.max(used, held ?? used)]?.push(storage)
  }
  return ends
}

/** The maximum of the candidates, as files hold it. */
export function activationsOf(peaks: readonly Expr[]): string {
  return print(peaks.length === 0 ? exprOf(0) : maxE(...peaks), { braces: true })
}

/** Leaves out what is known to be at most another candidate. */
function undominated(candidates: readonly Int[]): readonly Int[] {
  const sorted = [...candidates].sort((a, b) => (hint(a) < hint(b) ? 1 : hint(a) > hint(b) ? -1 : 0))
  const scope = sorted.find((c) => c instanceof SymInt)?.scope
  if (scope === undefined) return sorted.slice(0, 1)
  const samples = sampled(sorted, scope)
  const kept: number[] = []
  const exprs = sorted.map((c) => exprOf(c))
  for (const [i, e] of exprs.entries()) {
    // Where a sample speaks against it there is no proof to look for.
    const possible = kept.filter((k) => samples.every((values) => (values[k] ?? 0) >= (values[i] ?? 0)))
    const differences = possible.map((k) => subE(exprs[k] as Expr, e))
    if (!dominated(differences, scope.plain)) kept.push(i)
  }
  return kept.map((i) => sorted[i] as Int)
}

/** Values of all candidates with every variable at its least, and with one of them large in turn. */
function sampled(candidates: readonly Int[], scope: Scope): readonly (readonly number[])[] {
  const least = [...scope.minimums]
  const formulas = compile(candidates.map((c) => exprOf(c)), least.map(([name]) => name)) // prettier-ignore
  const at = (large: number): readonly number[] => [
    ...formulas.evaluate(least.map(([, min], i) => (i === large ? 1e6 : Math.max(min, 1)))),
  ]
  return [-1, ...least.keys()].map(at)
}

/** Is one of the differences known not to be negative? Most are sums of positive terms, which is quick to see. */
function dominated(differences: readonly Expr[], prover: Prover): boolean {
  return differences.some((d) => prover.isPlainlyPositive(d)) || differences.some((d) => prover.isNonNegative(d))
}
