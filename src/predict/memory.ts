// What has to be in the accelerator's memory at once: all weights, the cache as the last step leaves it, and the
// activations of the pass that has most of them alive.
import type { StretchCost } from './cost.ts'
import type { PredictRequest } from './predict.ts'

export interface MemoryUse {
  readonly weightBytes: number
  readonly cacheBytes: number
  readonly activationBytes: number
  readonly totalBytes: number
  readonly capacityBytes: number
  readonly usableBytes: number
  readonly fits: boolean
}

/** @param passes the first ones and the last */
export function memoryUse(request: PredictRequest, passes: readonly StretchCost[]): MemoryUse {
  const value = ({ regime, values }: StretchCost, what: 'weights' | 'cache' | 'activations') =>
    values[regime.memory[what]] ?? 0
  const most = (what: 'weights' | 'cache' | 'activations') => Math.max(...passes.map((p) => value(p, what)))
  const weightBytes = passes[0]?.regime.setting.widths?.bytes ?? most('weights')
  const cacheBytes = most('cache')
  const activationBytes = most('activations')
  const totalBytes = weightBytes + cacheBytes + activationBytes
  const capacityBytes = request.hardware.memory_bytes.value
  const usableBytes = capacityBytes * (1 - request.memoryReserve)
  return {
    weightBytes,
    cacheBytes,
    activationBytes,
    totalBytes,
    capacityBytes,
    usableBytes,
    fits: totalBytes <= usableBytes,
  }
}
