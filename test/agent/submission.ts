// What an agent would hand in that got everything right: an analysis of the engine's, in the form in which it is handed in.
import type { KernelInfo, ModuleAnalysis } from '../../src/trace/formats.ts'
import { parseReference } from '../../src/expand/reference.ts'

export interface SubmittedKernel {
  readonly [field: string]: unknown
}

export function submissionOf(analysis: ModuleAnalysis): Readonly<Record<string, unknown>> {
  const { parameters, variables, definitions, assumptions, kernels, lines, weights } = analysis
  return { parameters, variables, definitions, assumptions, kernels: kernels.map(submitted), lines, weights }
}

function submitted(k: KernelInfo): SubmittedKernel {
  const { flops, matmul_flops, memory_access, ...rest } = k
  if (rest.kernel_type === 'basic') return { ...rest, flops, matmul_flops, ...memory_access }
  return { ...rest, args: Object.fromEntries(parseReference(flops, rest.module).args) }
}
