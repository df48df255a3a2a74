// Adds up what a regime's kernels cost: once for a prefill, over every step for a decode. Kernels that don't depend on
// the length of the cache are evaluated once and multiplied; the others are evaluated at every step, since a kernel's
// time bends where memory and arithmetic change places.
import type { Values } from './formulas.ts'
import { alongVariable, type CompiledKernel, type Regime } from './regime.ts'
import { computeSeconds, memorySeconds } from './roofline.ts'

/** Totals over all launches of a kernel, or over many kernels. */
export interface Totals {
  launches: number
  /** Of the kernels whose arithmetic takes longer than their memory traffic. */
  computeSeconds: number
  /** Of the others. */
  memorySeconds: number
  launchSeconds: number
  flops: number
  matmulFlops: number
  readBytes: number
  writeBytes: number
}

export interface KernelCost extends Totals {
  readonly kernel: CompiledKernel
}

export function noCost(): Totals {
  return {
    launches: 0,
    computeSeconds: 0,
    memorySeconds: 0,
    launchSeconds: 0,
    flops: 0,
    matmulFlops: 0,
    readBytes: 0,
    writeBytes: 0,
  }
}

export function secondsOf(t: Totals): number {
  return t.computeSeconds + t.memorySeconds + t.launchSeconds
}

export function addTotals(to: Totals, from: Totals): void {
  for (const key of Object.keys(noCost()) as (keyof Totals)[]) to[key] += from[key]
}

/** A stretch of a request that one regime covers: one pass, or `steps` passes with the cache growing by one a step. */
export interface Stretch {
  readonly regime: Regime
  readonly bindings: ReadonlyMap<string, number>
  readonly steps: number
}

export interface StretchCost extends Stretch {
  readonly kernels: readonly KernelCost[]
  /** All formulas, at the last step. */
  readonly values: Values
}

export function costOf({ regime, bindings, steps }: Stretch): StretchCost {
  const { program, kernels, setting } = regime
  const values = program.start(bindings)
  const varying = program.varyingIds
  const length = regime.analysis.phase === 'encode' ? 'encoder_len' : 'seq_len'
  const tokens = (bindings.get('batch_size') ?? 1) * (bindings.get(length) ?? 1)
  const costs = kernels.map((kernel) => ({ kernel, ...noCost() }))
  const overhead = setting.hardware.launch_overhead_seconds.value
  const changing = steps > 1 ? costs.filter(({ kernel }) => dependsOn(kernel, varying)) : []
  const fixed = new Set(costs)
  for (const cost of changing) fixed.delete(cost)
  for (const cost of fixed) accumulate(cost, values, tokens, steps, overhead)
  const start = bindings.get(alongVariable) ?? 0
  const step = program.stepper(values, bindings)
  for (let i = changing.length > 0 ? 0 : steps - 1; i < steps; i++) {
    step(start + i)
    for (const cost of changing) accumulate(cost, values, tokens, 1, overhead)
  }
  return { regime, bindings, steps, kernels: costs, values }
}

function dependsOn(kernel: CompiledKernel, ids: ReadonlySet<number>): boolean {
  const own = [kernel.flops, kernel.matmulFlops, kernel.read, kernel.write, ...kernel.repeats]
  return own.some((id) => ids.has(id)) || kernel.corrections.some((c) => c.formulas.some((id) => ids.has(id)))
}

function accumulate(cost: KernelCost, values: Values, tokens: number, times: number, overhead: number): void {
  const { kernel } = cost
  let launches = times
  for (const id of kernel.repeats) launches *= values[id] ?? 0
  const flops = values[kernel.flops] ?? 0
  const matmulFlops = values[kernel.matmulFlops] ?? 0
  let read = values[kernel.read] ?? 0
  let write = values[kernel.write] ?? 0
  for (const correction of kernel.corrections) {
    const more = correction.bytes(values, tokens)
    read += more.read
    write += more.write
  }
  const work = { matmulFlops, otherFlops: flops - matmulFlops, bytes: read + write }
  const compute = computeSeconds(work, kernel.rates)
  const memory = memorySeconds(work, kernel.rates)
  cost.launches += launches
  if (compute >= memory) cost.computeSeconds += launches * compute
  else cost.memorySeconds += launches * memory
  cost.launchSeconds += launches * overhead
  cost.flops += launches * flops
  cost.matmulFlops += launches * matmulFlops
  cost.readBytes += launches * read
  cost.writeBytes += launches * write
}
