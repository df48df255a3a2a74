// The weights of a model, equal layers as one row. What a weight is for shows in the kernels that read it: rows looked up
// by index are an embedding's, stacked ones that groups of tokens are multiplied with are experts', and so on.
import type { Int } from '../sym/index.ts'
import type { PyInstance, Value } from '../python/index.ts'
import {
  childModules,
  isTensor,
  ownParameters,
  type KernelCall,
  type KernelName,
  type Storage,
  type Tensor,
} from '../torch/index.ts'
import type { WeightGroup, WeightKind } from '../trace/formats.ts'
import { classNameOf } from './classes.ts'
import { Dataflow, isAttention, isWithin } from './dataflow.ts'
import type { HeldTensor } from './memory.ts'
import { byPattern } from './patterns.ts'
import { formula } from './wording.ts'

/** What a weight is that these kernels read. */
const readers: Readonly<Record<string, WeightKind | undefined>> = {
  'aten.embedding.default': 'embedding',
  'aten._grouped_mm.default': 'experts',
} satisfies Partial<Record<KernelName, WeightKind>>

/** What only attention does among the modules that fill a cache or multiply what they computed. */
const attends: ReadonlySet<string> = new Set<KernelName>(['aten._softmax.default'])

interface Weight {
  readonly name: string
  readonly module: PyInstance
  readonly path: string
  readonly tensor: Tensor
  readonly tied: string[]
}

/** Every parameter once, with all its names. */
function weightsOf(model: PyInstance): readonly Weight[] {
  const found = new Map<Tensor, Weight>()
  const visit = (module: PyInstance, path: string): void => {
    const prefix = path === '' ? '' : `${path}.`
    for (const [key, tensor] of ownParameters(module)) {
      const name = `${prefix}${key}`
      const known = found.get(tensor)
      if (known === undefined) found.set(tensor, { name, module, path, tensor, tied: [] })
      else known.tied.push(name)
    }
    for (const [key, child] of childModules(module)) visit(child, `${prefix}${key}`)
  }
  visit(model, '')
  return [...found.values()]
}

/** How the kernels of a call use weights. */
class Uses {
  private readonly readBy = new Map<Storage, KernelCall[]>()
  private readonly attention: readonly string[]
  private readonly mixers: readonly string[]
  private readonly head: Storage | undefined

  constructor(calls: readonly KernelCall[], cached: readonly HeldTensor[], logits: Tensor | undefined) {
    const flow = new Dataflow(calls)
    for (const call of calls) {
      for (const { role, tensor } of call.inputs) {
        if (role !== 'weight') continue
        const known = this.readBy.get(tensor.storage)
        if (known === undefined) this.readBy.set(tensor.storage, [call])
        else known.push(call)
      }
    }
    const fillers = new Set(cached.flatMap(({ tensor }) => flow.writersOf(tensor.storage).at(-1)?.module ?? []))
    const mixing = new Set(calls.filter(isProductOfActivations).map((c) => c.module))
    const attending = calls.filter(
      (c) => isAttention(c) || (attends.has(c.op) && (fillers.has(c.module) || mixing.has(c.module))),
    )
    this.attention = [...new Set(attending.map((c) => c.module))]
    this.mixers = [...fillers].filter((m) => !this.attention.includes(m))
    this.head = logits === undefined ? undefined : projectionOf(flow, logits.storage)
  }

  kindOf(weight: Weight): WeightKind {
    const { storage } = weight.tensor
    const calls = this.readBy.get(storage)
    if (calls === undefined) return 'other'
    const known = calls.map((c) => readers[c.op]).find((k) => k !== undefined)
    if (known !== undefined) return known
    if (storage === this.head) return 'lm_head'
    const around = (module: string) => module !== '' && isWithin(weight.path, module)
    if (this.attention.some(around)) return 'attention'
    if (this.mixers.some(around)) return 'mixer'
    const own = ownParameters(weight.module).map(([, p]) => p)
    if (own.some((p) => this.readBy.get(p.storage)?.some((c) => readers[c.op] === 'experts'))) return 'experts'
    return own.every((p) => p.rank < 2) ? 'norm' : 'mlp'
  }
}

/** Queries by keys, or weights of attention by values. */
function isProductOfActivations({ matmulFlops, inputs }: KernelCall): boolean {
  return matmulFlops !== 0 && inputs.length > 1 && inputs.every((i) => i.role === 'activation')
}

/** The weight of the last product on the way to a tensor. */
function projectionOf(flow: Dataflow, storage: Storage): Storage | undefined {
  const seen = new Set<Storage>()
  for (let at: Storage | undefined = storage; at !== undefined && !seen.has(at); at = flow.sourcesOf(at)[0]) {
    seen.add(at)
    const products = flow.writersOf(at).filter((w) => w.matmulFlops !== 0)
    const weight = products.flatMap((w) => w.inputs).find((i) => i.role === 'weight')
    if (weight !== undefined) return weight.tensor.storage
  }
  return undefined
}

/** The weights of a model by what they are for, given one call of it, what that left in the cache, and its logits. */
export function weightGroups(
  model: PyInstance,
  calls: readonly KernelCall[],
  cached: readonly HeldTensor[],
  logits: Value | undefined,
): readonly WeightGroup[] {
  const uses = new Uses(calls, cached, isTensor(logits) ? logits : undefined)
  return byPattern(
    weightsOf(model).map((weight) => {
      const { name, tensor, module, tied } = weight
      const value = {
        shape: tensor.shape.map((d: Int) => formula(d)),
        dtype: tensor.dtype.short,
        kind: uses.kindOf(weight),
        module: classNameOf(module.cls),
        ...(tied.length > 0 ? { tied } : {}),
      }
      return [name, value] as const
    }),
  )
}
