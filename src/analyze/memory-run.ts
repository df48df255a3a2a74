// What a model keeps in memory, from one symbolic call: its weights, the tensors its cache holds afterwards, and the most
// that is alive at once in between. No class is analysed, so this is quicker than stage 1.
import { exprOf, type Expr, type Scope } from '../sym/index.ts'
import { getAttrOr } from '../python/index.ts'
import { buildModel, callDriver, createVm, type ModelSpec, type Project } from '../huggingface/index.ts'
import { recording, torchState, type KernelCall } from '../torch/index.ts'
import type { Phase } from '../trace/labels.ts'
import { runCall } from '../trace/run.ts'
import type { AnalysisSizes, MemoryAnalysis, VariableInfo, WeightGroup } from '../trace/formats.ts'
import { cacheEntries, cacheReadings } from './cache.ts'
import { assumptionInfo, definitionTexts } from './classes.ts'
import { declareWidths } from './generic.ts'
import { weightGroups } from './inventory.ts'
import { activationsOf, heldTensors, peakActivations } from './memory.ts'
import { symbolicSizes } from './sizes.ts'

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
  const sizes = symbolicSizes(scope, request.sizes)
  const state = vm.state(torchState)
  declareWidths(state, scope)
  const calls: KernelCall[] = []
  const call = { phase: request.phase, sizes, lastLogits: true }
  const output = runCall(vm, built, call, (run) => recording(vm, calls, run))
  const cache = request.phase === 'forward' ? null : callDriver(vm, 'cache_of', [output])
  const tensors = heldTensors(cache)
  const peaks = peakActivations(vm, calls, cache).map((p) => exprOf(p))
  const found = {
    cache: cacheEntries(vm, tensors),
    readings: cacheReadings(vm, calls, tensors),
    activations: activationsOf(peaks),
  }
  const weights = weightGroups(built.model, calls, tensors, getAttrOr(vm, output, 'logits'))
  const { phase, sizes: numbers } = request
  return {
    analysis: { phase, dtype: state.modelDtype.short, sizes: numbers, ...holding(scope), ...found },
    weights,
    peaks,
  }
}

/** Where a run's formulas hold. */
function holding(scope: Scope): Pick<MemoryAnalysis, 'variables' | 'definitions' | 'assumptions'> {
  const variables: Record<string, VariableInfo> = {}
  for (const [name, { meaning, hint }] of scope.variables) variables[name] = { meaning, value: hint }
  return { variables, definitions: definitionTexts(scope), assumptions: scope.assumptions.map(assumptionInfo) }
}
