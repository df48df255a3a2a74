// The trace of one call of one model, from sources to lines: what `trace` prints.
import { buildModel, createVm, type BuiltModel, type ModelSpec, type Project } from '../huggingface/index.ts'
import type { PyDict, Vm } from '../python/index.ts'
import { hintNumber } from '../sym/index.ts'
import { isTensor, knownValues, type KernelCall, type Tensor } from '../torch/index.ts'
import { oracleLine, type OracleLine } from './oracle.ts'
import { phaseLabel, type Phase } from './labels.ts'
import { callsParts, sourceLength } from './generation.ts'
import { generates, phaseOf, traceCall, type NamedInput, type Padding, type Sizes } from './run.ts'

export interface CallRequest {
  readonly phase?: Phase | undefined
  readonly batch: number
  readonly seq: number
  readonly cache: number
  /** Of the source of an encoder-decoder; as the config says, or 32, unless given. */
  readonly encoder?: number | undefined
  /** The number of new tokens is one that nobody asked for: the decoder of an encoder-decoder starts with one. */
  readonly anySeq?: boolean | undefined
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
  /** Images, sounds and the like that the call was given in the sizes of the config, as `--input` takes them. */
  readonly inputs: readonly string[]
}

/** Builds a model; it can be called any number of times. */
export function loadModel(project: Project, spec: ModelSpec): LoadedModel {
  const vm = createVm(project)
  return { vm, built: buildModel(vm, spec) }
}

/** Records one call of a model. */
export function traceLoaded({ vm, built }: LoadedModel, request: CallRequest): ModelTrace {
  const { phase, sizes } = callOf(vm, built, request)
  let made: readonly string[] = []
  const onInputs = (inputs: PyDict): void => {
    made = [...inputs.entries.values()].flatMap(([name, v]) => (isTensor(v) ? [inputText(String(name), v)] : []))
  }
  const calls = traceCall(vm, built, { phase, sizes, padding: request.padding, inputs: request.inputs, onInputs })
  return { vm, built, label: phaseLabel(phase, sizes), calls, inputs: made }
}

/** A tensor as `--input` takes it: dtype and sizes; whole numbers that are known, such as those of a grid, as Python. */
function inputText(name: string, t: Tensor): string {
  const shape = t.shape.map((d) => hintNumber(d))
  const known = t.dtype.isInexact ? undefined : knownValues(t)
  if (known === undefined) return `${name}=${t.dtype.short}[${shape.join(',')}]`
  const values = Array.from(known.get())
  const same = values.every((v) => v === values[0])
  const flat = same ? `[${values[0] ?? 0}] * ${values.length}` : `[${values.join(', ')}]`
  return `${name}=torch.tensor(${flat}, dtype=torch.${t.dtype.name}).reshape(${shape.join(', ')})`
}

/** Phase and sizes of a call, what the request leaves open being up to the model. */
export function callOf(
  vm: Vm,
  built: BuiltModel,
  request: CallRequest,
): { readonly phase: Phase; readonly sizes: Sizes } {
  const phase = phaseOf(request.phase, request, generates(vm, built) ? 'prefill' : 'forward')
  const encoder = sourceLength(vm, built, phase, request.encoder)
  const seq = request.anySeq === true && phase === 'prefill' && callsParts(vm, built, phase) ? 1 : request.seq
  return { phase, sizes: { batch: request.batch, seq, cache: request.cache, encoder } }
}

/** Builds the model and records one call of it. */
export function traceModel(project: Project, request: TraceRequest): ModelTrace {
  phaseOf(request.phase, request)
  return traceLoaded(loadModel(project, request), request)
}

export function oracleLines(trace: ModelTrace): readonly OracleLine[] {
  return trace.calls.map((call) => oracleLine(trace.label, call))
}
