// The roofline: a kernel takes as long as the slower of its arithmetic and its memory traffic, and every launch costs a
// fixed time on top. Tensor and vector units work side by side, so arithmetic takes the longer of the two.
import { contractionRate, type Hardware } from './hardware.ts'

export interface Work {
  readonly matmulFlops: number
  readonly otherFlops: number
  readonly bytes: number
}

/** Peaks that apply to one kernel. */
export interface Rates {
  /** Of its contraction; 0 for a kernel without one. */
  readonly contraction: number
  readonly vector: number
  readonly bandwidth: number
}

export type Bound = 'compute' | 'memory' | 'launch'

export function ratesOf(hardware: Hardware, contraction: number): Rates {
  return {
    contraction,
    vector: hardware.vector_f32_flops_per_second.value,
    bandwidth: hardware.memory_bytes_per_second.value,
  }
}

export function computeSeconds(work: Work, rates: Rates): number {
  const contraction = work.matmulFlops === 0 ? 0 : work.matmulFlops / rates.contraction
  return Math.max(contraction, work.otherFlops / rates.vector)
}

export function memorySeconds(work: Work, rates: Rates): number {
  return work.bytes / rates.bandwidth
}

/** What most of the time goes to. */
export function boundOf(compute: number, memory: number, launch: number): Bound {
  if (launch > compute && launch > memory) return 'launch'
  return compute >= memory ? 'compute' : 'memory'
}

/** Seconds of one kernel by itself, its launch included. */
export function kernelSeconds(hardware: Hardware, work: Work, dtype: string): number {
  const rates = ratesOf(hardware, work.matmulFlops === 0 ? 0 : contractionRate(hardware, dtype))
  return Math.max(computeSeconds(work, rates), memorySeconds(work, rates)) + hardware.launch_overhead_seconds.value
}
