// `trace`, `inspect` and `annotate`: one concrete run of a model.
import { raise } from '../../text/index.ts'
import { hintNumber, type Int } from '../../sym/index.ts'
import { namesOf } from '../../analyze/index.ts'
import type { StoredWeights } from '../../trace/formats.ts'
import type { PyInstance, Vm } from '../../python/index.ts'
import { buildModel, createVm } from '../../huggingface/index.ts'
import { childModules, dtypes, namedParameters, ownParameters, type Tensor } from '../../torch/index.ts'
import {
  oracleLines,
  phaseOf,
  traceLoaded,
  type ModelTrace,
  type NamedInput,
  type Padding,
  type TraceRequest,
} from '../../trace/index.ts'
import type { InspectedWeight, ModuleTree } from '../../report/index.ts'
import type { CallOptions, InspectResult, ModelOptions, TraceResult } from '../engine.ts'
import { modelContext, type Context } from './context.ts'
import { storedOf } from './memory.ts'

/** `left:3` */
export function paddingOf(mask: string | undefined): Padding | undefined {
  if (mask === undefined || mask === 'none') return undefined
  const [, side, count] = /^(left|right):(\d+)$/.exec(mask) ?? []
  if (side === 'left' || side === 'right') return { side, count: Number(count) }
  return raise('bad-option', `--mask ${mask}: expected none, left:N or right:N`)
}

/** `NAME=dtype[shape]`, where the shape may name the sizes of the call, or `NAME=EXPRESSION`; without a name by `position`. */
export function inputOf(text: string, sizes: Readonly<Record<string, Int>>, position: number): NamedInput {
  const [, name = String(position), dtype, dims] = /^(?:([\w.]+)=)?(\w+)\[([\w\s,]*)\]$/.exec(text) ?? []
  if (dtype === undefined || dims === undefined || !shorts.has(dtype)) return writtenInput(text, sizes)
  const shape = dims.trim() === '' ? [] : dims.split(',').map((d) => sizes[d.trim()] ?? Number(d))
  if (!shape.every((d) => typeof d !== 'number' || (Number.isSafeInteger(d) && d >= 0)))
    return raise('bad-option', `--input ${text}: a dimension is no size`)
  return { name, dtype, shape }
}

const shorts: ReadonlySet<string> = new Set(Object.values(dtypes).map((t) => t.short))

function writtenInput(text: string, sizes: Readonly<Record<string, Int>>): NamedInput {
  const [, name, expression] = /^([A-Za-z_]\w*)=([\s\S]*\S)\s*$/.exec(text) ?? []
  if (name === undefined || expression === undefined)
    return raise('bad-option', `--input ${text}: expected NAME=dtype[shape], e.g. "x=bf16[batch_size,3,224,224]"`)
  return { name, expression, sizes }
}

export function requestOf(context: Context, call: CallOptions): TraceRequest {
  const { phase, batch, seq, anySeq, cache, encoder } = call
  const sizes = {
    batch_size: batch,
    seq_len: seq,
    cache_len: cache,
    ...(encoder === undefined ? {} : { encoder_len: encoder }),
  }
  return {
    ...context.spec,
    ...{ phase, batch, seq, anySeq, cache, encoder },
    padding: paddingOf(call.mask),
    inputs: call.inputs.length === 0 ? undefined : call.inputs.map((text, i) => inputOf(text, sizes, i)),
  }
}

/** The whole file of a class that was named: an error in it is one even where the call does not come by. */
function checkOwnSyntax(vm: Vm, { spec }: Context): void {
  const module = spec.className?.slice(0, spec.className.lastIndexOf('.')) ?? ''
  if (module !== '' && spec.className?.includes('.') === true && vm.importer.source(module) !== undefined)
    vm.importer.checkSyntax(module)
}

export async function runTrace(
  model: ModelOptions,
  call: CallOptions,
): Promise<{ readonly context: Context; readonly trace: ModelTrace }> {
  const context = await modelContext(model)
  const request = requestOf(context, call)
  phaseOf(request.phase, request)
  const vm = createVm(context.project)
  checkOwnSyntax(vm, context)
  return { context, trace: traceLoaded({ vm, built: buildModel(vm, context.spec) }, request) }
}

export async function trace(model: ModelOptions, call: CallOptions): Promise<TraceResult> {
  const { context, trace: taken } = await runTrace(model, call)
  return { ...context.origin(), id: context.id, phase: taken.label, lines: oracleLines(taken) }
}

export async function inspect(model: ModelOptions): Promise<InspectResult> {
  const context = await modelContext(model)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  const stored = new Map((storedOf(vm, built) ?? []).flatMap((s) => namesOf(s).map((name) => [name, s] as const)))
  return { ...context.origin(), id: context.id, root: treeOf(vm, '', '', built.model, stored) }
}

function treeOf(
  vm: Vm,
  name: string,
  path: string,
  module: PyInstance,
  stored: ReadonlyMap<string, StoredWeights>,
): ModuleTree {
  const below = (key: string) => (path === '' ? key : `${path}.${key}`)
  const parameters = namedParameters(vm, module).reduce((n, [, p]) => n + elements(p), 0)
  const weights = ownParameters(module).map(([key, p]): InspectedWeight => {
    const kept = stored.get(below(key))
    return {
      name: key,
      shape: p.shape.map((d: Int) => hintNumber(d)),
      dtype: p.dtype.short,
      ...(kept === undefined ? {} : { stored: { format: kept.format, bytes: kept.bytes } }),
    }
  })
  const children = childModules(module).map(([key, child]) => treeOf(vm, key, below(key), child, stored))
  const own = weights.reduce((n, w) => n + (w.stored?.bytes ?? 0), 0)
  const bytes = children.reduce((n, c) => n + (c.stored_bytes ?? 0), own)
  const tree = { name, class_name: `${module.cls.module}.${module.cls.qualname}`, weights, parameters, children }
  return stored.size === 0 ? tree : { ...tree, stored_bytes: bytes }
}

function elements(t: Tensor): number {
  return t.shape.reduce<number>((n, d) => n * hintNumber(d), 1)
}
