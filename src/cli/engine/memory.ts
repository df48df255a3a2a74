// What `memory` needs of a model outside the catalogue: what it keeps in memory.
import { MemoryAnalyses, storedWeights } from '../../analyze/index.ts'
import {
  buildModel,
  type BuiltModel,
  callDriver,
  createVm,
  isJsonObject,
  type JsonObject,
  quantizationConfig,
} from '../../huggingface/index.ts'
import { fewestTokens, memoryReport, usualLength } from '../../predict/index.ts'
import { callsParts, sourceLength as lengthOfSource } from '../../trace/index.ts'
import { hintNumber } from '../../sym/index.ts'
import { getAttrOr, PyInstance, type Vm } from '../../python/index.ts'
import { countParameters } from '../../torch/index.ts'
import type { StoredWeights } from '../../trace/formats.ts'
import type { MemoryAnswer, MemoryInput, MemoryQuestion, MemorySizes, ModelOptions, Storage } from '../engine.ts'
import { positionNames } from '../catalogue.ts'
import { memoryRequest } from '../model-options.ts'
import { modelContext } from './context.ts'

interface Known {
  readonly analyses: MemoryAnalyses
  /** All but the analyses. */
  readonly facts: Omit<MemoryInput, 'regimes' | 'weights'>
  readonly sourceLength: number | undefined
}

interface Source {
  readonly given: number | undefined
  readonly usual: number | undefined
}

/** @param source the length of what an encoder-decoder reads, where it is given, and that of a text where it is not */
async function known(options: ModelOptions, { asStored }: Storage, source: Source): Promise<Known> {
  const context = await modelContext(options)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  const text = callDriver(vm, 'text_config', [built.config])
  const config = text instanceof PyInstance ? text : built.config
  const positions = positionNames.map((name) => getAttrOr(vm, config, name)).find((n) => typeof n === 'number')
  const facts = {
    ...context.origin(),
    id: context.id,
    className: `${built.cls.module}.${built.cls.qualname}`,
    parameters: countParameters(vm, built.model),
    dtype: context.spec.dtype ?? checkpointDtype(context.spec.config) ?? 'bf16',
    positions: positions && hintNumber(positions),
    stored: asStored ? storedOf(vm, built) : undefined,
  }
  const sourceLength = callsParts(vm, built, 'prefill')
    ? lengthOfSource(vm, built, 'prefill', source.given, source.usual ?? usualLength(facts.positions))
    : undefined
  return { analyses: new MemoryAnalyses(context.project, context.spec, sourceLength), facts, sourceLength }
}

/** Of a text, where any length will do. */
const usualSource = 512

/** For every number of tokens up to some length, whatever will be asked. */
export async function memoryInput(options: ModelOptions, sizes: MemorySizes): Promise<MemoryInput> {
  const { analyses, facts } = await known(options, sizes, { given: undefined, usual: usualSource })
  const longest = Math.max(sizes.longest, facts.positions ?? 0)
  const regimes = sizes.batches.flatMap((batch) => analyses.upTo(batch, longest))
  return { ...facts, regimes, weights: analyses.weights }
}

/** For one question: analyses are made of the sizes that its answer takes. */
export async function memoryAnswer(options: ModelOptions, question: MemoryQuestion): Promise<MemoryAnswer> {
  const { inputLength: given, context: usual, weightBits } = question
  const { analyses, facts, sourceLength } = await known(
    options,
    { asStored: weightBits === undefined },
    { given, usual },
  )
  const regimes = [analyses.at(question.batch, fewestTokens)]
  const model = { ...facts, regimes, weights: analyses.weights }
  const request = { ...memoryRequest(model, options, question), sourceLength }
  const { sources, config_sha256, overrides } = facts
  return {
    sources,
    config_sha256,
    overrides,
    report: memoryReport(request, (batch, tokens) => analyses.at(batch, tokens)),
  }
}

/** How the checkpoint stores its weights; undefined where its config names no quantisation. */
export function storedOf(vm: Vm, built: BuiltModel): readonly StoredWeights[] | undefined {
  const quantization = quantizationConfig(built.spec.config)
  return quantization === undefined ? undefined : storedWeights(vm, built, quantization)
}

/** The dtype that a config names. */
export function checkpointDtype(config: JsonObject | undefined): string | undefined {
  const parts = [config, config?.['text_config']].filter(isJsonObject)
  return parts.flatMap((c) => [c['dtype'], c['torch_dtype']]).find((d) => typeof d === 'string')
}
