// What a cache holds after a call, tensor by tensor: where it lies in the cache object, its size as a formula, and what
// else could be kept in its place. Everything follows from the cache object and from the kernels that filled it.
import { hint, prod } from '../sym/index.ts'
import type { Vm } from '../python/index.ts'
import type { KernelCall, Storage, Tensor } from '../torch/index.ts'
import type { CacheEntry, CacheReading, CacheTensor } from '../trace/formats.ts'
import { Dataflow, isWithin } from './dataflow.ts'
import { storageBytes, tensorBytes, type HeldTensor } from './memory.ts'
import { formula } from './wording.ts'

/** The position among the layers: the first number of the path. */
function layerOf({ path }: HeldTensor): number | undefined {
  return path.find((p) => typeof p === 'number')
}

/** `past_key_values.layers.*.keys`: the layer's number as a star. */
function patternOf({ path }: HeldTensor): string {
  const at = path.findIndex((p) => typeof p === 'number')
  return path.map((p, i) => (i === at ? '*' : String(p))).join('.')
}

function described(vm: Vm, tensor: Tensor): Omit<CacheTensor, 'path'> {
  return { dtype: tensor.dtype.short, shape: tensor.shape.map(formula), bytes: formula(tensorBytes(vm, tensor)) }
}

/** What a cache holds, equal tensors of several layers as one entry. */
export function cacheEntries(vm: Vm, tensors: readonly HeldTensor[]): readonly CacheEntry[] {
  return folded(
    tensors.map((t) => ({ layer: layerOf(t), tensor: { path: patternOf(t), ...described(vm, t.tensor) } })),
    (tensor, layers) => ({ ...tensor, layers }),
  )
}

/** Equal things of several layers as one, in order of their first layer. */
function folded<T, R>(
  items: readonly { readonly layer: number | undefined; readonly tensor: T }[],
  combine: (tensor: T, layers: readonly number[]) => R,
): readonly R[] {
  const groups = new Map<string, { readonly tensor: T; readonly layers: number[] }>()
  for (const { layer, tensor } of items) {
    const key = JSON.stringify(tensor)
    const group = groups.get(key) ?? { tensor, layers: [] }
    groups.set(key, group)
    if (layer !== undefined) group.layers.push(layer)
  }
  return [...groups.values()].map(({ tensor, layers }) => combine(tensor, layers))
}

/** What could be cached in place of what is: by layer, where it differs. */
export function cacheReadings(
  vm: Vm,
  calls: readonly KernelCall[],
  tensors: readonly HeldTensor[],
): readonly CacheReading[] {
  const flow = new Dataflow(calls)
  const found: { readonly layer: number; readonly tensor: Omit<CacheReading, 'layers'> }[] = []
  for (const [layer, own] of byLayer(tensors)) {
    for (const [module, cached] of byModule(flow, own)) {
      for (const reading of [latent(vm, flow, module, cached), expanded(vm, flow, module, cached)])
        if (reading !== undefined) found.push({ layer, tensor: reading })
    }
  }
  return folded(found, (tensor, layers) => ({ ...tensor, layers }))
}

function byLayer(tensors: readonly HeldTensor[]): ReadonlyMap<number, readonly HeldTensor[]> {
  const layers = new Map<number, HeldTensor[]>()
  for (const t of tensors) {
    const layer = layerOf(t)
    if (layer === undefined || t.tensor.rank < 2) continue
    layers.set(layer, [...(layers.get(layer) ?? []), t])
  }
  return layers
}

/** The module whose call filled a cached tensor. */
function byModule(flow: Dataflow, tensors: readonly HeldTensor[]): ReadonlyMap<string, readonly HeldTensor[]> {
  const modules = new Map<string, HeldTensor[]>()
  for (const t of tensors) {
    const module = flow.writersOf(t.tensor.storage).at(-1)?.module
    if (module !== undefined) modules.set(module, [...(modules.get(module) ?? []), t])
  }
  return modules
}

type Reading = Omit<CacheReading, 'layers'>

function size(storages: readonly Storage[]): number {
  return storages.reduce((n, s) => n + Number(hint(prod(s.shape))), 0)
}

/** Where cached tensors follow from fewer elements that the same module computes on the way to them: those. */
function latent(vm: Vm, flow: Dataflow, module: string, cached: readonly HeldTensor[]): Reading | undefined {
  const attended = cached.filter((c) => feedsAttention(flow, module, c.tensor.storage))
  const storages = attended.map((c) => c.tensor.storage)
  const cut = storages.length === 0 ? undefined : flow.minimumCut(storages, module)
  if (cut === undefined || cut.length === 0 || size(cut) >= size(storages)) return undefined
  return {
    name: 'latent',
    replaces: attended.map(patternOf),
    tensors: cut.flatMap((storage) => {
      const tensor = flow.tensorOf(storage)
      const writer = flow.writersOf(storage).at(-1)
      if (tensor === undefined || writer === undefined) return []
      const whole = { ...described(vm, tensor), shape: storage.shape.map(formula) }
      return [{ ...whole, bytes: formula(storageBytes(vm, tensor)), path: nameIn(module, writer) }]
    }),
  }
}

/** Where cached tensors become keys and values by a product with weights: those keys and values. */
function expanded(vm: Vm, flow: Dataflow, module: string, cached: readonly HeldTensor[]): Reading | undefined {
  const origins = new Set(cached.map((c) => c.tensor.storage))
  for (const operands of attentionOperands(flow, module)) {
    const projected = operands.filter((t) => flow.isProjectedFrom(t.storage, origins, module))
    if (projected.length === 0) continue
    const attended = cached.filter((c) => feedsAttention(flow, module, c.tensor.storage))
    const latents = attended.filter(({ tensor: { storage } }) =>
      operands.some((t) => flow.isProjectedFrom(t.storage, new Set([storage]), module)),
    )
    return {
      name: 'expanded',
      replaces: attended.map(patternOf),
      latents: latents.map(patternOf),
      tensors: operands.map((t, i) => ({ path: attentionArguments[i] ?? '', ...described(vm, t) })),
    }
  }
  return undefined
}

const attentionArguments = ['key', 'value']

/** Keys and values of the attention kernels that a module launches. */
function attentionOperands(flow: Dataflow, module: string): readonly (readonly Tensor[])[] {
  return flow.attention
    .filter((call) => isWithin(call.module, module))
    .map((call) => attentionArguments.map((name) => call.inputs[call.row.args.indexOf(name)]?.tensor))
    .map((operands) => operands.filter((t) => t !== undefined))
}

/** Is a tensor among what the keys and values of a module's attention are made of? */
function feedsAttention(flow: Dataflow, module: string, storage: Storage): boolean {
  const seen = new Set<Storage>()
  const visit = (s: Storage): boolean => {
    if (s === storage) return true
    if (seen.has(s)) return false
    seen.add(s)
    return flow.writersOf(s).some((w) => isWithin(w.module, module)) && flow.sourcesOf(s).some(visit)
  }
  return attentionOperands(flow, module).some((operands) => operands.some((t) => visit(t.storage)))
}

/** What wrote a tensor, as seen from a module: the module below it, or the line. */
function nameIn(module: string, writer: KernelCall): string {
  if (writer.module !== module) return writer.module.slice(module.length + 1)
  return writer.at === undefined ? writer.op : `${writer.op} at ${writer.at.file}:${writer.at.line}`
}
