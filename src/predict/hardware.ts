// An accelerator is a table of facts, each with its source. A contraction runs at the tensor units' rate for its dtype,
// everything else at the vector units' fp32 rate.
import { nearest, raise } from '../text/index.ts'

export interface Fact {
  readonly value: number
  readonly source: string
  readonly note?: string
}

export interface Hardware {
  readonly name: string
  readonly title: string
  readonly vendor: string
  readonly architecture: string
  /** Dense peaks by number format: bf16, f16, fp8, int8, fp4. */
  readonly tensor_flops_per_second: Readonly<Record<string, Fact>>
  readonly vector_f32_flops_per_second: Fact
  readonly memory_bytes: Fact
  readonly memory_bytes_per_second: Fact
  readonly link?: { readonly name: string; readonly bytes_per_second_per_direction: Fact }
  readonly power_watts: Fact
  readonly launch_overhead_seconds: Fact
}

/**
 * The rate of a contraction over operands of a dtype. fp32 contractions run on the vector units: PyTorch's default
 * (`float32_matmul_precision` 'highest') does not let the tensor units round them.
 */
export function contractionRate(hardware: Hardware, dtype: string): number {
  if (dtype === 'f32') return hardware.vector_f32_flops_per_second.value
  const fact = hardware.tensor_flops_per_second[dtype]
  if (fact !== undefined) return fact.value
  const known = Object.keys(hardware.tensor_flops_per_second).join(', ')
  return raise('bad-option', `${hardware.name} has no published peak for ${dtype}`, {
    hint: `Formats of ${hardware.name}: ${known}, f32.`,
  })
}

export function findHardware(name: string, known: ReadonlyMap<string, Hardware>): Hardware {
  const found = known.get(name)
  if (found !== undefined) return found
  const near = nearest(name, known.keys())
  return raise('unknown-hardware', name, {
    hint:
      near.length > 0
        ? `Nearest: ${near.join(', ')}.   All: lm-predictor hardware list`
        : 'All: lm-predictor hardware list',
  })
}
