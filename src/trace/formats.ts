// The analyses as files hold them (DESIGN, section 6): types only, in the wire's own spelling. The JSON Schemas under
// `schemas/` say the same. A formula is text in the formula language with its variables in braces; in composite kernels of
// stage 1 it is a reference `${{fully.qualified.Class}}(parameter=formula, …)`.
import type { CheckReport, OverrideUse } from '../huggingface/index.ts'

export interface Provenance {
  readonly tool: 'lm-predictor'
  readonly version: string
  readonly command: string
  readonly sources: readonly SourcePackage[]
  readonly config_sha256: string | null
  /** What of the result rests on `lm-predictor.overrides.json`; absent where nothing does. */
  readonly overrides?: readonly OverrideUse[] | undefined
}

export interface SourcePackage {
  readonly package: string
  /** `bundled` stands for the stand-ins that come with this tool. */
  readonly version: string
  readonly sha256: string | null
}

export interface Parameter {
  readonly name: string
  readonly meaning: string
  /** What it was in the run that made the analysis. */
  readonly value: number
}

export interface VariableInfo {
  readonly meaning: string
  readonly value: number
}

export interface AssumptionInfo {
  /** `{num_heads} / {config.num_key_value_heads} != 1` */
  readonly condition: string
  /** `file:line` where it was first needed; null for those that hold for the whole regime. */
  readonly at: string | null
}

export interface SourceLine {
  readonly file: string
  readonly line: number
  readonly text: string
}

export interface MemoryAccess {
  readonly read: string
  readonly write: string
}

export interface BasicKernel {
  readonly kernel_type: 'basic'
  readonly operation: string
  readonly analysis: string
  readonly flops: string
  readonly matmul_flops: string
  readonly memory_access: MemoryAccess
  readonly repeat?: string | number
  /** Call site in this `forward()`; null where the class has no source lines (bundled stand-ins). */
  readonly line: number | null
  /** The innermost line that launched it. */
  readonly source: SourceLine | 'bundled'
  readonly aten: string
  readonly in: readonly string[]
  readonly out: readonly string[]
}

export interface CompositeKernel {
  readonly kernel_type: 'composite'
  readonly operation: string
  readonly analysis: string
  readonly flops: string
  readonly matmul_flops: string
  readonly memory_access: MemoryAccess
  readonly repeat?: string | number
  readonly line: number | null
  readonly source: SourceLine | 'bundled'
  /** Where the callee sits below this class: `layers.*.mlp`. */
  readonly module: string
  readonly class_name: string
  /** Index among the callee's variants; 0 is the top level of its file. */
  readonly variant: number
  /** Where somebody else bound the callee's parameters than made the analysis. */
  readonly binding?: BindingInfo
}

/** A formula for a parameter of a callee, with the reason for it and the lines it follows from. */
export interface BoundParameter {
  readonly formula: string
  readonly because: string
  readonly source: readonly SourceLine[]
}

export interface BindingInfo {
  readonly args: Readonly<Record<string, BoundParameter>>
  readonly made_by: MadeBy
}

export type KernelInfo = BasicKernel | CompositeKernel

export interface LedgerLine {
  readonly line: number
  readonly source: string
  readonly status: 'counted' | 'free' | 'not_reached'
  readonly reason: string
}

export interface WeightInfo {
  readonly name: string
  readonly shape: readonly string[]
  readonly dtype: string
}

/** What holds for one way of calling a class. */
export interface AnalysisVariant {
  readonly parameters: readonly Parameter[]
  readonly variables: Readonly<Record<string, VariableInfo>>
  readonly definitions: Readonly<Record<string, string>>
  readonly assumptions: readonly AssumptionInfo[]
  readonly kernels: readonly KernelInfo[]
  readonly lines: readonly LedgerLine[]
  readonly weights: readonly WeightInfo[]
}

/** Bytes of the whole model, as formulas; only the analysis of a model's root class has them. */
export interface MemoryInfo {
  readonly weights: string
  readonly kv_cache: string
  /** The largest sum of live tensors over the call. */
  readonly activations: string
}

/** A tensor with its size, `{seq_len}` being the tokens that the cache holds. */
export interface CacheTensor {
  /** Where it lies in the cache object, the layer's position as a star: `past_key_values.layers.*.keys`. */
  readonly path: string
  readonly dtype: string
  readonly shape: readonly string[]
  /** Of one layer. */
  readonly bytes: string
}

/** A tensor that a cache holds in each of some layers. */
export interface CacheEntry extends CacheTensor {
  /** Positions in the cache's list of layers; none for what belongs to no layer. */
  readonly layers: readonly number[]
}

/**
 * What could be kept in place of cached tensors. `latent`: fewer elements from which the same module computes them by
 * its weights alone; `expanded`: the keys and values that products with weights make of them before attention.
 */
export interface CacheReading {
  readonly name: 'latent' | 'expanded'
  readonly layers: readonly number[]
  /** Paths of the cached tensors they stand for. */
  readonly replaces: readonly string[]
  /** Of these, the ones that products with weights turn into keys or values. */
  readonly latents?: readonly string[]
  /** Their path says what computes them. */
  readonly tensors: readonly CacheTensor[]
}

/** What a weight is to the model, as its kernels tell. */
export type WeightKind = 'embedding' | 'attention' | 'mixer' | 'experts' | 'mlp' | 'norm' | 'lm_head' | 'other'

/** Weights that differ in the numbers of their names alone. */
export interface WeightGroup {
  /** `model.layers.*.mlp.gate_proj.weight` */
  readonly name: string
  /** What each star stands for, as ranges: `0-2,5`; every combination exists. */
  readonly at: readonly string[]
  /** Of each. */
  readonly shape: readonly string[]
  readonly dtype: string
  readonly kind: WeightKind
  /** The class whose attribute it is. */
  readonly module: string
  /** Other names of the same tensor. */
  readonly tied?: readonly string[]
}

/** How a checkpoint stores weights of the model that differ in the numbers of their names alone. */
export interface StoredWeights {
  /** In the model, as `WeightGroup.name`. */
  readonly name: string
  readonly at: readonly string[]
  /** `fp8, blocks of 128 × 128`; a dtype where they are not quantised. */
  readonly format: string
  /** Of each weight. */
  readonly elements: number
  /** Of each, scales and zero points included. */
  readonly bytes: number
  /** The format in which they are multiplied, where what they meet is quantised as well: fp8, fp4, int8. */
  readonly multiplied?: string
}

/** What has to be in memory in one regime, as formulas. */
export interface MemoryAnalysis {
  readonly phase: string
  /** Of the tensors that are as wide as `a_bytes` and `w_bytes` say. */
  readonly dtype: string
  readonly sizes: AnalysisSizes
  readonly variables: Readonly<Record<string, VariableInfo>>
  readonly definitions: Readonly<Record<string, string>>
  readonly assumptions: readonly AssumptionInfo[]
  readonly cache: readonly CacheEntry[]
  readonly readings: readonly CacheReading[]
  /** Numbers of tokens at which the program, a loop over them, gave these formulas: taken to hold for others too. */
  readonly generalized_from?: readonly number[]
  /** The largest sum of live tensors over the call. */
  readonly activations: string
}

export type FixedValue = null | boolean | number | string | readonly FixedValue[] | FixedConfig

export interface FixedConfig {
  readonly [key: string]: FixedValue
}

export interface AnalysisSizes {
  readonly batch_size: number
  readonly seq_len: number
  readonly cache_len: number
  /** Of the source that an encoder-decoder reads: tokens, frames or samples. Absent where there is none, or it has no length. */
  readonly encoder_len?: number | undefined
}

/** Of an analysis that an agent handed in: who made it, and what checking it said. */
export interface MadeBy {
  readonly runtime: string
  readonly model: string
  /** Name and version. */
  readonly prompt: string
  readonly check: CheckReport
}

/** `module_analysis.json` */
export interface ModuleAnalysis extends AnalysisVariant {
  readonly schema_version: 1
  readonly provenance: Provenance
  readonly class_name: string
  readonly source: { readonly file: string; readonly line: number } | 'bundled'
  readonly phase: string
  readonly sizes: AnalysisSizes
  readonly variants?: readonly AnalysisVariant[]
  readonly memory?: MemoryInfo
  /** The config values that are no variables: the formulas hold for configs that agree with them. Of a model's root class. */
  readonly config?: FixedConfig
  readonly made_by?: MadeBy
}

export interface Totals {
  readonly flops: string
  readonly matmul_flops: string
  readonly memory_access: MemoryAccess
}

/** An expanded class call: `sub_kernels` stand where stage 1 has a reference. Formulas are for one execution. */
export interface ModelNode extends Totals {
  readonly kernel_type: 'composite'
  readonly class_name: string
  readonly module: string
  readonly operation: string
  readonly line: number | null
  readonly repeat: string | number
  readonly sub_kernels: readonly (ModelNode | BasicKernel)[]
}

/** What a model's analysis rests on that an agent handed in. */
export interface AgentPart {
  readonly kind: 'analysis' | 'binding'
  /** The class that was analysed, or whose reference was bound. */
  readonly class_name: string
  /** Of a binding: the attribute that the callee hangs on, and the line of the call. */
  readonly module?: string
  readonly line?: number | null
  readonly verdict: CheckReport['verdict']
  /** Runtime and model. */
  readonly by: string
}

/** `model_analysis.json` */
export interface ModelAnalysis {
  readonly schema_version: 1
  readonly provenance: Provenance
  readonly class_name: string
  readonly phase: string
  readonly sizes: AnalysisSizes
  readonly variables: Readonly<Record<string, VariableInfo>>
  readonly definitions: Readonly<Record<string, string>>
  readonly assumptions: readonly AssumptionInfo[]
  readonly totals: Totals
  readonly by_class: Readonly<Record<string, Totals & { readonly calls: string }>>
  readonly memory?: MemoryInfo
  readonly config?: FixedConfig
  /** Absent where no agent took part. */
  readonly agent_parts?: readonly AgentPart[]
  readonly root: ModelNode
}
