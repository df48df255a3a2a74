// Stage 1 by an agent: what it is asked, what it hands in, and how that becomes the file that the engine would have written.
import { z } from 'zod'
import type {
  AnalysisSizes,
  AnalysisVariant,
  KernelInfo,
  ModuleAnalysis,
  Parameter,
  Provenance,
} from '../trace/formats.ts'

const line = z.int().min(1).nullable().describe('line of this forward() that leads to the kernel')
const formula = z.string().min(1).describe('a formula with its variables in braces')
const common = {
  operation: z.string().min(1),
  analysis: z.string().min(1).describe('how the numbers come about: line, shapes, the rule applied'),
  line,
  source: z.strictObject({ file: z.string(), line: z.int().min(1), text: z.string() }),
  repeat: z.union([z.int().min(0), z.string()]).optional(),
}

const basic = z.strictObject({
  kernel_type: z.literal('basic'),
  ...common,
  aten: z.string().describe('aten.mm.default, for example'),
  in: z.array(z.string()),
  out: z.array(z.string()),
  flops: formula,
  matmul_flops: formula,
  read: formula,
  write: formula,
})

const composite = z.strictObject({
  kernel_type: z.literal('composite'),
  ...common,
  module: z.string().describe('the attribute it hangs on: mlp, layers.*.self_attn'),
  class_name: z.string(),
  variant: z.int().min(0).optional(),
  args: z.record(z.string(), formula).describe('parameter of the callee → formula in this class’s variables'),
})

/** What `submit_analysis` takes: an analysis without what the tool knows itself. */
export const analysisShape = {
  parameters: z.array(z.strictObject({ name: z.string(), meaning: z.string(), value: z.number() })),
  variables: z.record(z.string(), z.strictObject({ meaning: z.string(), value: z.number() })),
  definitions: z.record(z.string(), z.string()).optional(),
  assumptions: z.array(z.strictObject({ condition: z.string(), at: z.string().nullable() })).optional(),
  kernels: z.array(z.discriminatedUnion('kernel_type', [basic, composite])),
  lines: z.array(
    z.strictObject({
      line: z.int().min(1),
      source: z.string(),
      status: z.enum(['counted', 'free', 'not_reached']),
      reason: z.string(),
    }),
  ),
  weights: z
    .array(z.strictObject({ name: z.string(), shape: z.array(z.string()), dtype: z.string() }))
    .optional()
    .describe('parameters that the class itself holds, not those of modules below it'),
}

export type SubmittedAnalysis = z.output<z.ZodObject<typeof analysisShape>>

/** What is known of a class before anybody reads it. */
export interface AnalysisFrame {
  readonly provenance: Provenance
  readonly className: string
  readonly source: { readonly file: string; readonly line: number }
  readonly phase: string
  readonly sizes: AnalysisSizes
}

/** What was handed in, as a file holds it. */
export function analysisFrom(submitted: SubmittedAnalysis, frame: AnalysisFrame): ModuleAnalysis {
  const variant: AnalysisVariant = {
    parameters: submitted.parameters,
    variables: submitted.variables,
    definitions: submitted.definitions ?? {},
    assumptions: submitted.assumptions ?? [],
    kernels: submitted.kernels.map(kernelFrom),
    lines: submitted.lines,
    weights: submitted.weights ?? [],
  }
  return {
    schema_version: 1,
    provenance: frame.provenance,
    class_name: frame.className,
    source: frame.source,
    phase: frame.phase,
    sizes: frame.sizes,
    ...variant,
  }
}

type SubmittedKernel = SubmittedAnalysis['kernels'][number]

function kernelFrom(k: SubmittedKernel): KernelInfo {
  const { operation, analysis, line: site, source } = k
  const shared = { operation, analysis, line: site, source, ...(k.repeat === undefined ? {} : { repeat: k.repeat }) }
  if (k.kernel_type === 'basic') {
    const { aten, flops, matmul_flops } = k
    const memory_access = { read: k.read, write: k.write }
    return { kernel_type: 'basic', ...shared, flops, matmul_flops, memory_access, aten, in: k.in, out: k.out }
  }
  const text = referenceText(k.class_name, k.args)
  return {
    kernel_type: 'composite',
    ...shared,
    flops: text,
    matmul_flops: text,
    memory_access: { read: text, write: text },
    module: k.module,
    class_name: k.class_name,
    variant: k.variant ?? 0,
  }
}

/** `${{fully.qualified.Class}}(name=formula, …)` */
export function referenceText(className: string, args: Readonly<Record<string, string>>): string {
  const list = Object.entries(args).map(([name, value]) => `${name}=${value}`)
  return `\${{${className}}}(${list.join(', ')})`
}

/** A class as a caller's prompt speaks of it. */
export function calleeText({ class_name, parameters }: Pick<ModuleAnalysis, 'class_name' | 'parameters'>): string {
  const list = parameters.map((p: Parameter) => `  {${p.name}}: ${p.meaning} (${p.value} in this run)`)
  return [`${class_name}${list.length === 0 ? ': no parameters' : ''}`, ...list].join('\n')
}
