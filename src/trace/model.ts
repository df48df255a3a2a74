// The trace of one call of one model, from sources to lines: what `trace` prints.
import { buildModel, createVm, type BuiltModel, type ModelSpec, type Project } from '../huggingface/index.ts'
import type { Vm } from '../python/index.ts'
import type { KernelCall } from '../torch/index.ts'
import { oracleLine, type OracleLine } from './oracle.ts'
import { phaseLabel, type Phase } from './labels.ts'
import { generates, phaseOf, traceCall, type NamedInput, type Padding } from './run.ts'

export interface CallRequest {
  readonly phase?: Phase | undefined
  readonly batch: number
  readonly seq: number
  readonly cache: number
  readonly padding?: Padding | undefined
  readonly inputs?: readonly NamedInput[] | undefined
}

export interface TraceRequest extends ModelSpec, CallRequest {}

export interface LoadedModel {
  readonly vm: Vm
  readonly built: BuiltModel
}

export interface ModelTrace extends LoadedModel {
  /** `prefill b2 s32` */
  readonly label: string
  readonly calls: readonly KernelCall[]
}

/** Builds a model; it can be called any number of times. */
export function loadModel(project: Project, spec: ModelSpec): LoadedModel {
  const vm = createVm(project)
  return { vm, built: buildModel(vm, spec) }
}

/** Records one call of a model. */
export function traceLoaded({ vm, built }: LoadedModel, request: CallRequest): ModelTrace {
  const phase = phaseOf(request.phase, request, generates(vm, built) ? 'prefill' : 'forward')
  const sizes = { batch: request.batch, seq: request.seq, cache: request.cache }
  const calls = traceCall(vm, built, { phase, sizes, padding: request.padding, inputs: request.inputs })
  return { vm, built, label: phaseLabel(phase, sizes), calls }
}

/** Builds the model and records one call of it. */
export function traceModel(project: Project, request: TraceRequest): ModelTrace {
  phaseOf(request.phase, request)
  return traceLoaded(loadModel(project, request), request)
}

export function oracleLines(trace: ModelTrace): readonly OracleLine[] {
  return trace.calls.map((call) => oracleLine(trace.label, call))
}
