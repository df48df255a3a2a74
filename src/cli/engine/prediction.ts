// What `predict` needs of a model outside the catalogue: stage-2 analyses of the regimes that a request crosses.
import { cover, ModelAnalyzer } from '../../analyze/index.ts'
import { buildModel, callDriver, createVm, type BuiltModel } from '../../huggingface/index.ts'
import { analysesInMemory, expandModel } from '../../expand/index.ts'
import { hintNumber } from '../../sym/index.ts'
import { isAnalysisError, raise, resultUnless } from '../../text/index.ts'
import { isInt, type Vm } from '../../python/index.ts'
import { countParameters } from '../../torch/index.ts'
import type { AnalysisSizes, ModelAnalysis, Provenance } from '../../trace/formats.ts'
import { callsParts, sourceLength, type Phase } from '../../trace/index.ts'
import type { RegimeAnalysis } from '../../predict/index.ts'
import type { ModelOptions, PredictionInput, RequestSizes } from '../engine.ts'
import { modelContext, type Context } from './context.ts'
import { checkpointDtype, storedOf } from './memory.ts'

/** Regimes in one phase of a request; more than these mean that every length is another program. */
const mostRegimes = 6

export async function predictionInput(options: ModelOptions, request: RequestSizes): Promise<PredictionInput> {
  const context = await modelContext(options)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  const { batch, inputLength, outputLength, longestInput = inputLength } = request
  const stored = request.asStored ? storedOf(vm, built) : undefined
  const isInParts = callsParts(vm, built, 'prefill')
  const given = request.anyInput === true ? undefined : inputLength
  const encoder_len = isInParts ? sourceLength(vm, built, 'encode', given, inputLength) : undefined
  const source = encoder_len === undefined ? {} : { encoder_len }
  const stage = (phase: Phase, sizes: Partial<AnalysisSizes>, afterStep = false): Predicted =>
    stageTwo(context, phase, { batch_size: batch, seq_len: 1, cache_len: 0, ...source, ...sizes }, afterStep)
  const encode = isInParts ? [stage('encode', { seq_len: 0 })] : []
  const [shortest, longest] = isInParts ? [1, 1] : [inputLength, longestInput]
  // Of lengths that nobody asked for, those count with which the program runs.
  const ranging = (...given: Parameters<typeof stage>): Predicted | undefined =>
    request.anyInput === true ? resultUnless(['python-error'], () => stage(...given)) : stage(...given)
  const prefill = covered('seq_len', shortest, longest, (seq_len) => ranging('prefill', { seq_len }))
  // Where it runs with none, the error says why.
  if (prefill.length === 0) stage('prefill', { seq_len: shortest })
  let analysed: number | undefined
  const decode = covered('cache_len', shortest, longest + outputLength - 2, (cache_len) => {
    // Where what a prefill leaves speaks for a single step, the next one goes on from that.
    const afterStep = cache_len > 2 && cache_len - 1 === analysed
    analysed = cache_len
    return decoding(() => ranging('decode', { cache_len }, afterStep))
  })
  return {
    ...context.origin(),
    id: context.id,
    className: `${built.cls.module}.${built.cls.qualname}`,
    parameters: countParameters(vm, built.model),
    vocabularySize: vocabularySize(vm, built),
    dtype: context.spec.dtype ?? checkpointDtype(context.spec.config) ?? 'bf16',
    stored,
    sourceLength: encoder_len,
    analyses: [...encode, ...prefill, ...decode].map((a) => regimeOf(a, context)),
  }
}

/** A model that keeps no cache has a first token alone. */
function decoding<T>(analyze: () => T): T {
  try {
    return analyze()
  } catch (e) {
    if (!isAnalysisError(e) || e.code !== 'no-cache') throw e
    return raise(e.code, e.message, { span: e.span, notes: e.notes, hint: 'Ask for one pass: --output-len 1.' })
  }
}

function vocabularySize(vm: Vm, built: BuiltModel): number {
  const size = vm.guard(() => callDriver(vm, 'vocabulary_size', [built.model]))
  if (isInt(size)) return hintNumber(size)
  return raise('bad-config', `${built.cls.name} does not say how many tokens its vocabulary has`, {
    hint: 'The next token is chosen among them: give the model a config with vocab_size.',
  })
}

/** Analyses for every size from `low` to `high`; 1 is a case of its own. */
function covered(
  variable: string,
  low: number,
  high: number,
  analyzeAt: (size: number) => Predicted | undefined,
): readonly Predicted[] {
  if (low > high) return []
  const one = low === 1 ? [analyzeAt(1)].filter((a) => a !== undefined) : []
  return [...one, ...cover(variable, Math.max(low, 2), high, mostRegimes, analyzeAt)]
}

/** An analysis, and where its root lies in the model. */
interface Predicted extends ModelAnalysis {
  readonly path: string
}

function stageTwo(context: Context, phase: Phase, sizes: AnalysisSizes, afterStep: boolean): Predicted {
  const provenance: Provenance = { tool: 'lm-predictor', version: '', command: '', ...context.origin() }
  const run = new ModelAnalyzer(context.project, provenance, {
    ...context.spec,
    phase,
    sizes,
    afterStep,
    lastLogits: true,
  }).run()
  return { ...expandModel(run.root, analysesInMemory(run.analyses)), path: run.path }
}

function regimeOf({ path, ...analysis }: Predicted, context: Context): RegimeAnalysis {
  const memory = analysis.memory ?? { weights: '0', kv_cache: '0', activations: '0' }
  const root = { ...analysis.root, module: path }
  return { ...analysis, root, memory, logits: 'last', dtype: context.spec.dtype ?? 'bf16' }
}
