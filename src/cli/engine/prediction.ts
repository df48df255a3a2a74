// What `predict` needs of a model outside the catalogue: stage-2 analyses of the regimes that a request crosses.
import { cover, ModelAnalyzer } from '../../analyze/index.ts'
import { buildModel, createVm } from '../../huggingface/index.ts'
import { analysesInMemory, expandModel } from '../../expand/index.ts'
import { hintNumber } from '../../sym/index.ts'
import { getAttrOr } from '../../python/index.ts'
import { countParameters } from '../../torch/index.ts'
import type { AnalysisSizes, ModelAnalysis, Provenance } from '../../trace/formats.ts'
import type { Phase } from '../../trace/index.ts'
import type { RegimeAnalysis } from '../../predict/index.ts'
import type { ModelOptions, PredictionInput, RequestSizes } from '../engine.ts'
import { modelContext, type Context } from './context.ts'
import { storedOf } from './memory.ts'

/** Regimes in one phase of a request; more than these mean that the model loops over its tokens. */
const mostRegimes = 6

export async function predictionInput(options: ModelOptions, request: RequestSizes): Promise<PredictionInput> {
  const context = await modelContext(options)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  const { batch, inputLength, outputLength, longestInput = inputLength } = request
  const stored = request.asStored ? storedOf(vm, built) : undefined
  const prefill = covered('seq_len', inputLength, longestInput, (seq_len) =>
    stageTwo(context, 'prefill', { batch_size: batch, seq_len, cache_len: 0 }),
  )
  const decode = covered('cache_len', inputLength, longestInput + outputLength - 2, (cache_len) =>
    stageTwo(context, 'decode', { batch_size: batch, seq_len: 1, cache_len }),
  )
  const vocabulary = getAttrOr(vm, built.config, 'vocab_size')
  return {
    ...context.origin(),
    id: context.id,
    className: `${built.cls.module}.${built.cls.qualname}`,
    parameters: countParameters(vm, built.model),
    vocabularySize: typeof vocabulary === 'number' ? hintNumber(vocabulary) : 0,
    dtype: context.spec.dtype ?? 'bf16',
    stored,
    analyses: [...prefill, ...decode].map((a) => regimeOf(a, context)),
  }
}

/** Analyses for every size from `low` to `high`; 1 is a case of its own. */
function covered(
  variable: string,
  low: number,
  high: number,
  analyzeAt: (size: number) => ModelAnalysis,
): readonly ModelAnalysis[] {
  if (low > high) return []
  const one = low === 1 ? [analyzeAt(1)] : []
  return [...one, ...cover(variable, Math.max(low, 2), high, mostRegimes, analyzeAt)]
}

function stageTwo(context: Context, phase: Phase, sizes: AnalysisSizes): ModelAnalysis {
  const provenance: Provenance = { tool: 'lm-predictor', version: '', command: '', ...context.origin() }
  const run = new ModelAnalyzer(context.project, provenance, { ...context.spec, phase, sizes, lastLogits: true }).run()
  return expandModel(run.root, analysesInMemory(run.analyses))
}

function regimeOf(analysis: ModelAnalysis, context: Context): RegimeAnalysis {
  const memory = analysis.memory ?? { weights: '0', kv_cache: '0', activations: '0' }
  return { ...analysis, memory, logits: 'last', dtype: context.spec.dtype ?? 'bf16' }
}
