// `trace`, `inspect` and `annotate`: one concrete run of a model.
import { raise } from '../../text/index.ts'
import { hintNumber, type Int } from '../../sym/index.ts'
import type { PyInstance, Vm } from '../../python/index.ts'
import { buildModel, createVm } from '../../huggingface/index.ts'
import { childModules, namedParameters, ownParameters, type Tensor } from '../../torch/index.ts'
import { oracleLines, traceModel, type ModelTrace, type NamedInput, type Padding, type TraceRequest } from '../../trace/index.ts'
import type { ModuleTree } from '../../report/index.ts'
import type { CallOptions, InspectResult, ModelOptions, TraceResult } from '../engine.ts'
import { modelContext, type Context } from './context.ts'

/** `left:3` */
export function paddingOf(mask: string | undefined): Padding | undefined {
  if (mask === undefined || mask === 'none') return undefined
  const [, side, count] = /^(left|right):(\d+)$/.exec(mask) ?? []
  if (side === 'left' || side === 'right') return { side, count: Number(count) }
  return raise('bad-option', `--mask ${mask}: expected none, left:N or right:N`)
}

/** `NAME=dtype[shape]`, where the shape may name the sizes of the call. */
export function inputOf(text: string, call: CallOptions): NamedInput {
  const [, name, dtype, dims] = /^([^=]+)=(\w+)\[([^\]]*)\]$/.exec(text) ?? []
  if (name === undefined || dtype === undefined || dims === undefined) return raise('bad-option', `--input ${text}: expected NAME=dtype[shape], e.g. "x=bf16[batch_size,3,224,224]"`)
  const sizes: Readonly<Record<string, number>> = { batch_size: call.batch, seq_len: call.seq, cache_len: call.cache }
  const shape = dims.trim() === '' ? [] : dims.split(',').map((d) => sizes[d.trim()] ?? Number(d))
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0)) return raise('bad-option', `--input ${text}: a dimension is no size`)
  return { name, dtype, shape }
}

export function requestOf(context: Context, call: CallOptions): TraceRequest {
  return {
    ...context.spec,
    ...{ phase: call.phase, batch: call.batch, seq: call.seq, cache: call.cache },
    padding: paddingOf(call.mask),
    inputs: call.inputs.length === 0 ? undefined : call.inputs.map((text) => inputOf(text, call)),
  }
}

export async function runTrace(model: ModelOptions, call: CallOptions): Promise<{ readonly context: Context; readonly trace: ModelTrace }> {
  const context = await modelContext(model)
  return { context, trace: traceModel(context.project, requestOf(context, call)) }
}

export async function trace(model: ModelOptions, call: CallOptions): Promise<TraceResult> {
  const { context, trace: taken } = await runTrace(model, call)
  return { ...context.origin(), id: context.id, phase: taken.label, lines: oracleLines(taken) }
}

export async function inspect(model: ModelOptions): Promise<InspectResult> {
  const context = await modelContext(model)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  return { ...context.origin(), id: context.id, root: treeOf(vm, '', built.model) }
}

function treeOf(vm: Vm, name: string, module: PyInstance): ModuleTree {
  const parameters = namedParameters(vm, module).reduce((n, [, p]) => n + elements(p), 0)
  const weights = ownParameters(module).map(([key, p]) => ({ name: key, shape: p.shape.map((d: Int) => hintNumber(d)), dtype: p.dtype.short }))
  const children = childModules(module).map(([key, child]) => treeOf(vm, key, child))
  return { name, class_name: `${module.cls.module}.${module.cls.qualname}`, weights, parameters, children }
}

function elements(t: Tensor): number {
  return t.shape.reduce<number>((n, d) => n * hintNumber(d), 1)
}
