// How a checkpoint with a `quantization_config` stores each weight of a model. The checkpoint's tensors come from the
// library's own code, which renames, splits and merges weights when it saves them; what a tensor holds shows in the memory
// it shares with a weight, or in the kernels that made it from some.
import { hintNumber, prod } from '../sym/index.ts'
import { raise } from '../text/index.ts'
import type { PyInstance } from '../python/index.ts'
import { getAttrOr, list, PyDict, PyList, PyTuple, tuple, type Value, type Vm } from '../python/index.ts'
import {
  ancestors,
  callDriver,
  isJsonObject,
  type BuiltModel,
  type Json,
  type JsonObject,
  type Layout,
  quantizationRule,
  quantizedModuleNames,
  type QuantizedModule,
  type Rule,
  storedBytes,
} from '../huggingface/index.ts'
import {
  childModules,
  elementWidth,
  recording,
  Tensor,
  torchState,
  type KernelCall,
  type Storage,
} from '../torch/index.ts'
import type { StoredWeights } from '../trace/formats.ts'
import { byPattern } from './patterns.ts'

/** A tensor of the model that a checkpoint holds. */
interface Origin {
  readonly name: string
  /** The path and the module whose attribute it is. */
  readonly path: string
  readonly module: PyInstance | undefined
  readonly tensor: Tensor
}

/** What is stored for a weight, put together from the tensors that hold parts of it. */
interface Stored {
  readonly formats: Set<string>
  bytes: number
  multiplied: Layout['multiplied']
}

/** The weights of a model, built with plain numbers, as its checkpoint stores them. */
export function storedWeights(vm: Vm, built: BuiltModel, quantization: JsonObject): readonly StoredWeights[] {
  const { model, spec } = built
  return vm.guard(() => {
    const [usual, float32] = listsIn(callDriver(vm, 'left_alone', [model]))
    const inModel = modelNames(vm, model, quantization)
    const rule = quantizationRule(withModelNames(quantization, inModel), {
      usuallyKept: usual ?? [],
      keptInFloat32: float32 ?? [],
      config: spec.config ?? {},
    })
    const { origins, tensors, sources } = checkpointOf(vm, model)
    const found = new Map<Origin, Stored>()
    const quantizable = new Set<string>()
    for (const [name, tensor] of tensors) {
      const own = originsOf(tensor.storage, origins, sources)
      const total = own.reduce((n, o) => n + elements(o.tensor), 0)
      const met = own[0] === undefined ? undefined : quantizedModule(vm, name, tensor, own[0])
      const { format, bytes, multiplied } = storedAs(vm, rule, tensor, met)
      for (const n of met?.module.names ?? []) for (const part of ancestors(n)) quantizable.add(part)
      for (const origin of own) {
        const stored = found.get(origin) ?? { formats: new Set<string>(), bytes: 0, multiplied }
        found.set(origin, stored)
        stored.formats.add(format)
        stored.bytes += bytes * (elements(origin.tensor) / total)
      }
    }
    const unmet = quantizedModuleNames(quantization)
      .map((name) => namesOfModule(name, inModel))
      .filter((names) => !names.some((name) => quantizable.has(name)))
    refuse(vm, model, unmet)
    return byPattern(
      [...found].map(([{ name, tensor }, { formats, bytes, multiplied }]) => {
        const value = {
          format: [...formats].join(' and '),
          elements: elements(tensor),
          bytes: Math.round(bytes),
          ...(multiplied === undefined ? {} : { multiplied }),
        }
        return [name, value] as const
      }),
    )
  })
}

function elements(tensor: Tensor): number {
  return hintNumber(prod(tensor.shape))
}

function listsIn(value: Value): readonly (readonly string[])[] {
  const items = (v: Value) => (v instanceof PyTuple || v instanceof PyList ? v.items : [])
  return items(value).map((names) => items(names).filter((name) => typeof name === 'string'))
}

/** Modules, under their names, that are to be quantised and are not there, unless the model says that it has no use for them. */
function refuse(vm: Vm, model: PyInstance, unmet: readonly (readonly string[])[]): void {
  const [unused = []] = listsIn(tuple([callDriver(vm, 'left_out', [model, list(unmet.flat())])]))
  const missing = unmet.filter((names) => !names.some((name) => unused.includes(name)))
  if (missing.length === 0) return
  raise('unknown-quantization', `quantized_layers names ${missing[0]?.[0]}, which is no linear layer of this model`, {
    notes: missing.length > 1 ? [`${String(missing.length)} of its names are not found in the model.`] : [],
  })
}

/** A name that a quantisation lists, and what the library calls that module in the model, where that is another. */
function namesOfModule(name: string, inModel: ReadonlyMap<string, string>): string[] {
  return [...new Set([name, inModel.get(name) ?? name])]
}

/** What the library calls the modules in the model that a quantisation lists. */
function modelNames(vm: Vm, model: PyInstance, quantization: JsonObject): ReadonlyMap<string, string> {
  const names = [...new Set(namesIn(quantization))]
  const [found = []] = listsIn(tuple([callDriver(vm, 'names_in_model', [model, list([...names])])]))
  return new Map(names.map((name, i) => [name, found[i] ?? name]))
}

/** The names that a quantisation lists, each beside what the library calls that module in the model. */
function withModelNames(quantization: JsonObject, inModel: ReadonlyMap<string, string>): JsonObject {
  const both = (name: string) => namesOfModule(name, inModel)
  const visit = (json: Json): Json => {
    if (Array.isArray(json))
      return (json as readonly Json[]).flatMap((x) => (typeof x === 'string' ? both(x) : [visit(x)]))
    if (!isJsonObject(json)) return json
    return Object.fromEntries(
      Object.entries(json).flatMap(([k, v]) => (k.includes('.') ? both(k) : [k]).map((key) => [key, visit(v)])),
    )
  }
  const result = visit(quantization)
  return isJsonObject(result) ? result : quantization
}

/** Strings of lists, and keys that are dotted names. */
function namesIn(json: Json): readonly string[] {
  if (Array.isArray(json)) return (json as readonly Json[]).flatMap((x) => (typeof x === 'string' ? [x] : namesIn(x)))
  if (!isJsonObject(json)) return []
  return Object.entries(json).flatMap(([k, v]) => [...(k.includes('.') ? [k] : []), ...namesIn(v)])
}

/** The tensors of the checkpoint, and what of them was made from what. */
function checkpointOf(vm: Vm, model: PyInstance) {
  const calls: KernelCall[] = []
  const pair = recording(vm, calls, () => callDriver(vm, 'checkpoint', [model]))
  const [own, saved] = pair instanceof PyTuple ? pair.items : []
  const modules = new Map<string, PyInstance>()
  const visit = (module: PyInstance, path: string): void => {
    modules.set(path, module)
    for (const [name, child] of childModules(module)) visit(child, path === '' ? name : `${path}.${name}`)
  }
  visit(model, '')
  const origins = new Map<Storage, Origin>()
  for (const [name, tensor] of tensorsOf(own)) {
    const path = name.slice(0, Math.max(0, name.lastIndexOf('.')))
    origins.set(tensor.storage, { name, path, module: modules.get(path), tensor })
  }
  const sources = new Map<Storage, Storage[]>()
  for (const { inputs, outputs } of calls) {
    for (const { tensor } of outputs) {
      const known = sources.get(tensor.storage) ?? []
      sources.set(tensor.storage, known)
      known.push(...inputs.map((i) => i.tensor.storage))
    }
  }
  return { origins, tensors: tensorsOf(saved), sources }
}

function tensorsOf(dict: Value | undefined): readonly (readonly [string, Tensor])[] {
  if (!(dict instanceof PyDict)) return []
  return [...dict.entries.values()].flatMap(([key, v]) =>
    typeof key === 'string' && v instanceof Tensor ? [[key, v] as const] : [],
  )
}

/** The weights that a tensor of the checkpoint holds, whole or in part. */
function originsOf(
  storage: Storage,
  origins: ReadonlyMap<Storage, Origin>,
  sources: ReadonlyMap<Storage, readonly Storage[]>,
): readonly Origin[] {
  const found = new Set<Origin>()
  const seen = new Set<Storage>()
  const open = [storage]
  for (let s = open.pop(); s !== undefined; s = open.pop()) {
    if (seen.has(s)) continue
    seen.add(s)
    const origin = origins.get(s)
    if (origin === undefined) open.push(...(sources.get(s) ?? []))
    else found.add(origin)
  }
  return [...found]
}

function storedAs(vm: Vm, rule: Rule, tensor: Tensor, quantizable: Quantizable | undefined) {
  const width = hintNumber(elementWidth(vm.state(torchState), tensor))
  const layout = quantizable === undefined ? undefined : rule(quantizable.module)
  if (layout === undefined || quantizable === undefined)
    return { format: tensor.dtype.short, bytes: elements(tensor) * width, multiplied: undefined }
  const { title: format, multiplied } = layout
  return { format, multiplied, bytes: quantizable.count * layoutBytes(layout, width) }
}

function layoutBytes({ tensors }: Layout, modelWidth: number): number {
  const width = (dtype: (typeof tensors)[number]['dtype']) => (dtype === 'a' ? modelWidth : storedBytes[dtype])
  return tensors.reduce((sum, t) => sum + width(t.dtype) * t.shape.reduce((n, d) => n * d, 1), 0)
}

/** Matrices that a quantiser takes, `count` of one kind. */
interface Quantizable {
  readonly module: QuantizedModule
  readonly count: number
}

/**
 * A linear layer's weight, or matrices of a module called `experts`, the convention by which Transformers' own quantisers
 * find them (integrations/finegrained_fp8.py, replace_with_fp8_linear).
 */
function quantizedModule(
  vm: Vm,
  name: string,
  tensor: Tensor,
  { path, module, name: own, tensor: whole }: Origin,
): Quantizable | undefined {
  const dims = tensor.shape.map(hintNumber)
  const isExpert = whole.rank === 3 && path.endsWith('experts')
  const isLinear = module !== undefined && own.endsWith('.weight') && linears.some((c) => isA(module, c))
  if (!isExpert && !(isLinear && dims.length === 2)) return undefined
  const [rows = 1, columns = 1] = dims.slice(-2)
  const isTransposed =
    module !== undefined &&
    (dims.length === 3 ? getAttrOr(vm, module, 'is_transposed') === true : isA(module, 'Conv1D'))
  return {
    module: {
      names: [name.slice(0, Math.max(0, name.lastIndexOf('.'))), path],
      matrix: isTransposed ? { out: columns, in: rows } : { out: rows, in: columns },
      isExpert,
    },
    count: dims.length === 3 ? (dims[0] ?? 1) : 1,
  }
}

/** Classes whose `weight` is a matrix: PyTorch's, and Transformers' of GPT-2. */
const linears = ['Linear', 'Conv1D']

function isA(module: PyInstance, className: string): boolean {
  return module.cls.mro.some((c) => c.name === className)
}
