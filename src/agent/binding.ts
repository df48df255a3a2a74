// Stage 2 by an agent: what it is asked of a reference that does not bind, what it hands in, and how the reference is mended.
import { z } from 'zod'
import type {
  AnalysisVariant,
  BoundParameter,
  CompositeKernel,
  KernelInfo,
  MadeBy,
  ModuleAnalysis,
} from '../trace/formats.ts'
import { referenceText } from './analysis.ts'

const citation = z.strictObject({ file: z.string(), line: z.int().min(1), text: z.string() })

/** What `submit_binding` takes. */
export const bindingShape = {
  class_name: z
    .string()
    .optional()
    .describe('the class that is called, if the reference has it wrong: one that is analysed'),
  variant: z.int().min(0).optional().describe('which of its variants, if the reference has that wrong'),
  args: z.record(
    z.string(),
    z.strictObject({
      formula: z.string().min(1).describe('a formula with the caller’s variables in braces'),
      because: z.string().min(1).describe('how it follows from the lines'),
      source: z.array(citation).min(1).max(20),
    }),
  ),
}

export type SubmittedBinding = z.output<z.ZodObject<typeof bindingShape>>

/** A reference by where it stands. */
export interface ReferencePlace {
  readonly caller: string
  readonly variant: number
  readonly kernel: number
}

export interface BindingRequest {
  /** Caller and callees as they are; the caller's reference is mended in it. */
  readonly analyses: readonly ModuleAnalysis[]
  readonly place: ReferencePlace
  readonly binding: SubmittedBinding
}

/** The reference at a place; undefined where there is none. */
export function referenceAt(caller: ModuleAnalysis, { variant, kernel }: ReferencePlace): CompositeKernel | undefined {
  const found = (variant === 0 ? caller : caller.variants?.[variant - 1])?.kernels[kernel]
  return found?.kernel_type === 'composite' ? found : undefined
}

/** A reference as a binding would have it. */
export function boundReference(reference: CompositeKernel, binding: SubmittedBinding): CompositeKernel {
  const { class_name = reference.class_name, variant = reference.variant, args } = binding
  const formulas = Object.fromEntries(Object.entries(args).map(([name, { formula }]) => [name, formula]))
  const text = referenceText(class_name, formulas)
  return {
    ...reference,
    flops: text,
    matmul_flops: text,
    memory_access: { read: text, write: text },
    class_name,
    variant,
  }
}

/** The caller's analysis with its reference mended, and who did that. */
export function withBinding(
  caller: ModuleAnalysis,
  place: ReferencePlace,
  binding: SubmittedBinding,
  made_by: MadeBy,
): ModuleAnalysis {
  const args: Readonly<Record<string, BoundParameter>> = binding.args
  const mended = (kernels: readonly KernelInfo[]): readonly KernelInfo[] =>
    kernels.map((k, i) =>
      i === place.kernel && k.kernel_type === 'composite'
        ? { ...boundReference(k, binding), binding: { args, made_by } }
        : k,
    )
  if (place.variant === 0) return { ...caller, kernels: mended(caller.kernels) }
  const variants = (caller.variants ?? []).map((v, i): AnalysisVariant =>
    i === place.variant - 1 ? { ...v, kernels: mended(v.kernels) } : v,
  )
  return { ...caller, variants }
}
