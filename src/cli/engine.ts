// What the commands need of the layers below: each function is imported when a command first calls it, so that a
// prediction from the catalogue never loads the interpreter.
import { modelConfigText, nearestModels } from './catalogue.ts'
import type { UnboundReference } from '../expand/index.ts'
import type {
  BindingRequest,
  CheckReport,
  Override,
  RecordedCall,
  Snippet,
  SnippetTrace,
  SourceLine,
} from '../agent/index.ts'
import type {
  CacheFormat,
  Hardware,
  MemoryModel,
  MemoryReport,
  OpenMemoryRequest,
  RegimeAnalysis,
} from '../predict/index.ts'
import type { AnnotatedForward, ModuleTree, VerifyResult } from '../report/index.ts'
import type { ModelAnalysis, ModuleAnalysis, Provenance, StoredWeights } from '../trace/formats.ts'
import type { Phase } from '../trace/labels.ts'
import type { OracleLine } from '../trace/oracle.ts'

/** A model as the user names it, and where its sources and its config come from. */
export interface ModelOptions {
  /** Hub id, folder, config file, class name or LIB:NAME. */
  readonly model: string
  /** `NAME=EXPRESSION`: arguments of what makes a model that is no Transformers model. */
  readonly arguments?: readonly string[] | undefined
  /** The model class, where the config's own choice isn't wanted. */
  readonly className?: string | undefined
  readonly config?: string | undefined
  readonly transformers?: string | undefined
  readonly pytorch?: string | undefined
  readonly source?: string | undefined
  /** An interpreter: packages that are not given are looked for in its environment first. */
  readonly python?: string | undefined
  readonly attn?: string | undefined
  readonly experts?: string | undefined
  readonly dtype?: 'bf16' | 'f16' | 'f32' | undefined
  /** A file of overrides. */
  readonly overrides?: string | undefined
  /** Overrides beside those of the file. */
  readonly entries?: readonly Override[] | undefined
}

/** Where sources and config come from, for commands that name a class and no model. */
export type SourceOptions = Omit<ModelOptions, 'model'>

export interface CallOptions {
  readonly phase?: Phase | undefined
  readonly batch: number
  /** The batch size is one that nobody asked for: another will do. */
  readonly anyBatch?: boolean | undefined
  readonly seq: number
  /** The number of new tokens is one that nobody asked for. */
  readonly anySeq?: boolean | undefined
  readonly cache: number
  /** Tokens, frames or samples of the source of an encoder-decoder. */
  readonly encoder?: number | undefined
  /** `none`, `left:N`, `right:N` */
  readonly mask?: string | undefined
  /** `NAME=dtype[shape]` */
  readonly inputs: readonly string[]
}

/** What every result says of its origin; the command line adds the tool's version and the command. */
export type Origin = Pick<Provenance, 'sources' | 'config_sha256' | 'overrides'>

/** Called between pieces of long work; awaiting it keeps Ctrl-C alive. */
export type Report = (done: number, total: number, what: string) => Promise<void>

export interface InspectResult extends Origin {
  readonly id: string
  readonly root: ModuleTree
}

export interface TraceResult extends Origin {
  readonly id: string
  readonly phase: string
  readonly lines: Iterable<OracleLine>
}

export interface AnalyzeResult {
  /** The target first; with `recursive`, every class it refers to. */
  readonly analyses: readonly ModuleAnalysis[]
  /** The content of SCRATCHPAD.md. */
  readonly scratchpad: string
}

export interface ExpandResult {
  readonly analysis: ModelAnalysis
  readonly scratchpad: string
}

export interface AnnotateResult extends Origin {
  readonly forward: AnnotatedForward
}

/** What a prediction needs of a model that is not in the catalogue. */
export interface PredictionInput extends Origin {
  readonly id: string
  readonly className: string
  readonly parameters: number
  readonly vocabularySize: number
  /** The config's, as shapes print it. */
  readonly dtype: string
  /** Of what an encoder-decoder reads; undefined where it is no encoder-decoder, or its source has no length. */
  readonly sourceLength?: number | undefined
  readonly analyses: readonly RegimeAnalysis[]
  /** How the checkpoint stores its weights, where it is quantised. */
  readonly stored?: readonly StoredWeights[] | undefined
}

/** What a model keeps in memory, where the catalogue does not know it. */
export interface MemoryInput extends Origin, MemoryModel {
  readonly parameters: number
  /** The checkpoint's. */
  readonly dtype: string
}

/** What is asked of a model's memory; formats that are not given are the checkpoint's. */
export type MemoryQuestion = Omit<OpenMemoryRequest, 'model' | 'format' | 'cacheFormat'> & {
  readonly cacheFormat: CacheFormat | undefined
}

export interface MemoryAnswer extends Origin {
  readonly report: MemoryReport
}

export interface MemorySizes extends Storage {
  /** Batch 1 is a case of its own; any larger one stands for all of them. */
  readonly batches: readonly number[]
  /** Tokens that are to be covered at least. */
  readonly longest: number
}

export interface Storage {
  /** Whether to say how the checkpoint stores its weights, where it is quantised. */
  readonly asStored: boolean
}

export interface RequestSizes extends Storage {
  readonly batch: number
  readonly inputLength: number
  /** The length of the prompt is one that nobody asked for. */
  readonly anyInput?: boolean | undefined
  readonly outputLength: number
  /** Prompts up to this length are covered as well. */
  readonly longestInput?: number | undefined
}

/** A row of the library's auto classes. */
export interface ModelType {
  readonly kind: 'base' | 'causal'
  readonly modelType: string
  /** Where the library exports it: `transformers.models.llama.LlamaForCausalLM`. */
  readonly className: string
}

export interface ModelTypes extends Origin {
  /** The library's. */
  readonly version: string
  readonly types: readonly ModelType[]
}

/** What a call launches: `digest` is that of the lines that a recording from PyTorch has. */
export interface CoveredCall {
  readonly phase: string
  readonly kernels: number
  readonly digest: string
}

export interface Engine {
  /** Stops where MODEL names nothing: a matter of a moment, unlike what follows. */
  checkModel(model: ModelOptions): Promise<void>
  /** Stops where the folders and files that options name aren't what they should be. */
  checkSources(options: SourceOptions): Promise<void>
  inspect(model: ModelOptions): Promise<InspectResult>
  trace(model: ModelOptions, call: CallOptions): Promise<TraceResult>
  analyze(
    module: string,
    model: SourceOptions,
    call: CallOptions,
    recursive: boolean,
    report: Report,
  ): Promise<AnalyzeResult>
  /** `files`: the texts of a folder of module analyses, by file name. */
  expand(className: string, files: ReadonlyMap<string, string>): Promise<ExpandResult>
  /** References of a model's analyses that do not bind, callees first. */
  unboundReferences(className: string, files: ReadonlyMap<string, string>): Promise<readonly UnboundReference[]>
  annotate(
    model: ModelOptions,
    call: CallOptions,
    module: string | undefined,
    hardware: Hardware | undefined,
  ): Promise<AnnotateResult>
  verify(
    model: ModelOptions,
    call: CallOptions,
    python: string | undefined,
    trustRemoteCode: boolean,
  ): Promise<VerifyResult & Origin>
  modelTypes(options: SourceOptions): Promise<ModelTypes>
  /** Calls of one model type, in its own default sizes. */
  cover(options: SourceOptions, type: ModelType, calls: readonly CallOptions[]): Promise<readonly CoveredCall[]>
  /** The lines that an analysis of a class has to account for. */
  listLines(options: SourceOptions, className: string): Promise<readonly SourceLine[]>
  /** The trace of one function or class on stated shapes. */
  traceSnippet(options: SourceOptions, snippet: Snippet): Promise<SnippetTrace>
  /** What is to be thought of an analysis that somebody handed in, given the engine's own and PyTorch's or why there is none. */
  checkAnalysis(
    options: SourceOptions,
    analysis: ModuleAnalysis,
    own: ModuleAnalysis | string,
    recorded: RecordedCall | string,
  ): Promise<CheckReport>
  /** What the user's own PyTorch launches in the first call of a class; in words, why that is not known. */
  recordedCall(
    options: SourceOptions,
    className: string,
    call: CallOptions,
    python: string,
  ): Promise<RecordedCall | string>
  /** What is to be thought of a binding that somebody handed in, given the engine's own analyses or why there are none. */
  checkBinding(
    options: SourceOptions,
    request: BindingRequest,
    own: readonly ModuleAnalysis[] | string,
  ): Promise<CheckReport>
  /** What is to be thought of an override that somebody handed in. */
  checkOverride(options: SourceOptions, override: Override): Promise<CheckReport>
  /** Analyses of the regimes that a request of these sizes crosses; the prefill's with logits of the last position alone. */
  predictionInput(model: ModelOptions, request: RequestSizes): Promise<PredictionInput>
  /** What a model keeps in memory, with analyses of the sizes that the answer takes. */
  memoryAnswer(model: ModelOptions, question: MemoryQuestion): Promise<MemoryAnswer>
  /** The memory of every regime up to the positions that the model was made for. */
  memoryInput(model: ModelOptions, sizes: MemorySizes): Promise<MemoryInput>
}

/** What an error says of the analysis it stopped: the content of SCRATCHPAD.md, attached where an engine has one. */
export function scratchpadOf(error: unknown): string | undefined {
  const text = error instanceof Error && 'scratchpad' in error ? error.scratchpad : undefined
  return typeof text === 'string' ? text : undefined
}

/** The engine in this very thread. */
export const engine: Engine = {
  checkModel: async ({ model }) => {
    const { resolveModel } = await import('./node/resolve.ts')
    await resolveModel(model, process.env, { config: modelConfigText, nearest: nearestModels })
  },
  checkSources: async (options) => (await import('./engine/context.ts')).checkSources(options),
  inspect: async (model) => (await import('./engine/trace.ts')).inspect(model),
  trace: async (model, call) => (await import('./engine/trace.ts')).trace(model, call),
  analyze: async (...args) => (await import('./engine/analyze.ts')).analyze(...args),
  expand: async (className, files) => (await import('./engine/expand.ts')).expand(className, files),
  unboundReferences: async (...args) => (await import('./engine/expand.ts')).unbound(...args),
  annotate: async (...args) => (await import('./engine/annotate.ts')).annotate(...args),
  verify: async (...args) => (await import('./engine/verify.ts')).verify(...args),
  modelTypes: async (options) => (await import('./engine/coverage.ts')).modelTypes(options),
  cover: async (...args) => (await import('./engine/coverage.ts')).cover(...args),
  listLines: async (...args) => (await import('./engine/agent.ts')).listLines(...args),
  traceSnippet: async (...args) => (await import('./engine/agent.ts')).traceSnippet(...args),
  checkAnalysis: async (...args) => (await import('./engine/agent.ts')).checkAnalysis(...args),
  checkBinding: async (...args) => (await import('./engine/agent.ts')).checkBinding(...args),
  recordedCall: async (...args) => (await import('./engine/pytorch.ts')).recordedCall(...args),
  checkOverride: async (...args) => (await import('./engine/agent.ts')).checkOverride(...args),
  predictionInput: async (model, request) => (await import('./engine/prediction.ts')).predictionInput(model, request),
  memoryAnswer: async (model, question) => (await import('./engine/memory.ts')).memoryAnswer(model, question),
  memoryInput: async (model, sizes) => (await import('./engine/memory.ts')).memoryInput(model, sizes),
}
