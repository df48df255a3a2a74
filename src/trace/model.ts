// The trace of one call of one model, from sources to lines: what `trace` prints.
import { buildModel, createVm, type BuiltModel, type ModelSpec, type Project } from '../huggingface/index.ts'
import type { Vm } from '../python/index.ts'
import type { KernelCall } from '../torch/index.ts'
import { oracleLine, type OracleLine } from './oracle.ts'
import { phaseLabel, phaseOf, traceCall, type NamedInput, type Padding, type Phase } from './run.ts'

export interface TraceRequest extends ModelSpec {
  readonly phase?: Phase | undefined
  readonly batch: number
  readonly seq: number
  readonly cache: number
  readonly padding?: Padding | undefined
  readonly inputs?: readonly NamedInput[] | undefined
}

export interface ModelTrace {
  readonly vm: Vm
  readonly built: BuiltModel
  /** `prefill b2 s32` */
  readonly label: string
  readonly calls: readonly KernelCall[]
}

/** Builds the model and records one call of it. */
export function traceModel(project: Project, request: TraceRequest): ModelTrace {
  const phase = phaseOf(request.phase, request)
  const sizes = { batch: request.batch, seq: request.seq, cache: request.cache }
  const vm = createVm(project)
  const built = buildModel(vm, request)
  const calls = traceCall(vm, built, { phase, sizes, padding: request.padding, inputs: request.inputs })
  return { vm, built, label: phaseLabel(phase, sizes), calls }
}

export function oracleLines(trace: ModelTrace): readonly OracleLine[] {
  return trace.calls.map((call) => oracleLine(trace.label, call))
}
