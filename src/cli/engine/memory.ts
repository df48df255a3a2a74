// What `memory` needs of a model outside the catalogue: what it keeps in memory, in every regime up to some length.
import { memoryRegimes, storedWeights } from '../../analyze/index.ts'
import {
  buildModel,
  type BuiltModel,
  createVm,
  isJsonObject,
  type JsonObject,
  quantizationConfig,
} from '../../huggingface/index.ts'
import { hintNumber } from '../../sym/index.ts'
import { callMethod, getAttrOr, PyInstance, type Vm } from '../../python/index.ts'
import { countParameters } from '../../torch/index.ts'
import type { StoredWeights } from '../../trace/formats.ts'
import type { MemoryInput, MemorySizes, ModelOptions } from '../engine.ts'
import { modelContext } from './context.ts'

export async function memoryInput(options: ModelOptions, sizes: MemorySizes): Promise<MemoryInput> {
  const context = await modelContext(options)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  const text = callMethod(vm, built.config, 'get_text_config')
  const positions = getAttrOr(vm, text instanceof PyInstance ? text : built.config, 'max_position_embeddings')
  const found = typeof positions === 'number' ? hintNumber(positions) : undefined
  const longest = Math.max(sizes.longest, found ?? 0)
  const stored = sizes.asStored ? storedOf(vm, built) : undefined
  const runs = sizes.batches.map((batch) => memoryRegimes(context.project, context.spec, batch, longest))
  return {
    ...context.origin(),
    id: context.id,
    className: `${built.cls.module}.${built.cls.qualname}`,
    parameters: countParameters(vm, built.model),
    dtype: context.spec.dtype ?? checkpointDtype(context.spec.config) ?? 'bf16',
    regimes: runs.flatMap((r) => r.regimes),
    weights: runs[0]?.weights ?? [],
    positions: found,
    stored,
  }
}

/** How the checkpoint stores its weights; undefined where its config names no quantisation. */
export function storedOf(vm: Vm, built: BuiltModel): readonly StoredWeights[] | undefined {
  const quantization = quantizationConfig(built.spec.config)
  return quantization === undefined ? undefined : storedWeights(vm, built, quantization)
}

/** The dtype that a config names. */
function checkpointDtype(config: JsonObject | undefined): string | undefined {
  const parts = [config, config?.['text_config']].filter(isJsonObject)
  return parts.flatMap((c) => [c['dtype'], c['torch_dtype']]).find((d) => typeof d === 'string')
}
