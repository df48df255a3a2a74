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

export function memoryUse(
  request: PredictRequest,
  prefill: StretchCost,
  lastDecode: StretchCost | undefined,
): MemoryUse {
  const last = lastDecode ?? prefill
  const value = ({ regime, values }: StretchCost, what: 'weights' | 'cache' | 'activations') =>
    values[regime.memory[what]] ?? 0
  const weightBytes = prefill.regime.setting.widths?.bytes ?? value(prefill, 'weights')
  const cacheBytes = value(last, 'cache')
  const activationBytes = Math.max(value(prefill, 'activations'), value(last, 'activations'))
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
