// What a model keeps in memory, from one symbolic call: its weights, the tensors its cache holds afterwards, and the most
// that is alive at once in between. No class is analysed, so this is quicker than stage 1.
import { exprOf, hint, sub, type Expr, type Scope } from '../sym/index.ts'
import { getAttrOr, type Value } from '../python/index.ts'
import { buildModel, callDriver, createVm, type ModelSpec, type Project } from '../huggingface/index.ts'
import { recording, torchState, type KernelCall, type Storage } from '../torch/index.ts'
import type { Phase } from '../trace/labels.ts'
import { callsParts } from '../trace/generation.ts'
import type { LoadedModel } from '../trace/model.ts'
import { runCall, type CallSpec, type Sizes } from '../trace/run.ts'
import type { AnalysisSizes, MemoryAnalysis, VariableInfo, WeightGroup } from '../trace/formats.ts'
import { cacheEntries, cacheReadings } from './cache.ts'
import { assumptionInfo, definitionTexts } from './classes.ts'
import { declareWidths } from './generic.ts'
import { weightGroups } from './inventory.ts'
import { holding } from './held.ts'
import { activationsOf, heldSource, heldTensors, peakActivations, type Pass } from './memory.ts'
import { completeSizes, symbolicSizes } from './sizes.ts'

export interface MemoryRequest extends ModelSpec {
  readonly phase: Phase
  readonly sizes: AnalysisSizes
}

export interface MemoryRun {
  readonly analysis: MemoryAnalysis
  readonly weights: readonly WeightGroup[]
  /** What the activations are the maximum of, the largest in this run first. */
  readonly peaks: readonly Expr[]
}

/** Runs a model once, with its sizes and those of the call as variables. */
export function analyzeMemory(project: Project, request: MemoryRequest): MemoryRun {
  const vm = createVm(project)
  const { scope } = vm
  const built = buildModel(vm, request, scope)
  const numbers = completeSizes(vm, built, request.phase, request.sizes)
  const sizes = symbolicSizes(scope, numbers)
  const state = vm.state(torchState)
  declareWidths(state, scope)
  const model = { vm, built }
  const isInParts = callsParts(vm, built, request.phase)
  const encoding = isInParts ? recorded(model, { phase: 'encode', sizes }) : undefined
  const own = recorded(model, { phase: request.phase, sizes, lastLogits: true })
  const { output, cache } = own
  const calls = [...(encoding?.calls ?? []), ...own.calls]
  const tensors = heldTensors(cache)
  // What an encoder-decoder's cache holds was read token by token.
  const passes = encoding === undefined ? [own] : [encoding, recorded(model, lastStep(sizes))]
  const peaks = passes.flatMap((p) => peakActivations(vm, p))
  const exprs = [...peaks].sort((a, b) => (hint(a) < hint(b) ? 1 : hint(a) > hint(b) ? -1 : 0)).map((p) => exprOf(p))
  const found = {
    cache: cacheEntries(vm, tensors),
    readings: cacheReadings(vm, calls, tensors),
    activations: activationsOf(exprs),
  }
  const weights = weightGroups(built.model, calls, tensors, getAttrOr(vm, output, 'logits'))
  return {
    analysis: { phase: request.phase, dtype: state.modelDtype.short, sizes: numbers, ...validity(scope), ...found },
    weights,
    peaks: exprs,
  }
}

function recorded({ vm, built }: LoadedModel, call: CallSpec): Pass & { readonly output: Value } {
  const calls: KernelCall[] = []
  const until = new Map<Storage, KernelCall>()
  const output = runCall(vm, built, call, (run) => recording(vm, calls, () => holding(vm, until, run)))
  return {
    calls,
    until,
    output,
    given: heldSource(vm, output),
    cache: call.phase === 'forward' ? null : callDriver(vm, 'cache_of', [output]),
  }
}

/** The last of as many tokens as a call reads, after the others. */
function lastStep({ seq, ...others }: Sizes): CallSpec {
  return { phase: 'decode', sizes: { ...others, seq: 1, cache: sub(seq, 1) }, lastLogits: true }
}

/** Where a run's formulas hold. */
function validity(scope: Scope): Pick<MemoryAnalysis, 'variables' | 'definitions' | 'assumptions'> {
  const variables: Record<string, VariableInfo> = {}
  for (const [name, { meaning, hint }] of scope.variables) variables[name] = { meaning, value: hint }
  return { variables, definitions: definitionTexts(scope), assumptions: scope.assumptions.map(assumptionInfo) }
}
