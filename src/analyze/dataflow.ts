// Which kernels wrote and which read each tensor of a call, and two questions about that: through how few bytes must
// everything pass that some tensors are made of (a minimum cut), and what is made of them by products with weights.
import { hintNumber, prod } from '../sym/index.ts'
import type { KernelCall, Storage, Tensor } from '../torch/index.ts'

export class Dataflow {
  private readonly writers = new Map<Storage, KernelCall[]>()
  private readonly tensors = new Map<Storage, Tensor>()

  /** The attention kernels among them. */
  readonly attention: readonly KernelCall[]

  constructor(calls: readonly KernelCall[]) {
    this.attention = calls.filter(isAttention)
    for (const call of calls) {
      for (const { tensor } of [...call.inputs, ...call.outputs]) this.tensors.set(tensor.storage, tensor)
      for (const { tensor } of call.outputs) {
        const known = this.writers.get(tensor.storage)
        if (known === undefined) this.writers.set(tensor.storage, [call])
        else known.push(call)
      }
    }
  }

  /** The kernels that wrote to a tensor's memory, in order. */
  writersOf(storage: Storage): readonly KernelCall[] {
    return this.writers.get(storage) ?? []
  }

  /** What a tensor's memory was computed from, weights and constants left out. */
  sourcesOf(storage: Storage): readonly Storage[] {
    const inputs = this.writersOf(storage).flatMap((call) => call.inputs)
    const sources = inputs.filter((i) => i.role === 'activation' || i.role === 'input').map((i) => i.tensor.storage)
    return [...new Set(sources)].filter((s) => s !== storage)
  }

  /** The tensor through which a storage was last seen. */
  tensorOf(storage: Storage): Tensor | undefined {
    return this.tensors.get(storage)
  }

  /** Are some of a tensor's ancestors, within what a module computes, among the given ones, with a product with weights between? */
  isProjectedFrom(target: Storage, origins: ReadonlySet<Storage>, module: string): boolean {
    const seen = new Set<Storage>()
    const visit = (storage: Storage, projected: boolean): boolean => {
      if (origins.has(storage)) return projected
      if (seen.has(storage)) return false
      seen.add(storage)
      const writers = this.writersOf(storage)
      if (!writers.some((w) => isWithin(w.module, module))) return false
      const product = writers.some((w) => w.matmulFlops !== 0 && w.inputs.some((i) => i.role === 'weight'))
      return this.sourcesOf(storage).some((s) => visit(s, projected || product))
    }
    return visit(target, false)
  }

  /**
   * The fewest elements, among tensors that a module computes, from which the given ones follow with weights and
   * constants alone. Of several cuts of the same size the one nearest to the given tensors.
   * @returns undefined where they do not follow from what the module computes
   */
  minimumCut(targets: readonly Storage[], module: string): readonly Storage[] | undefined {
    const graph = new CutGraph()
    const open = [...targets]
    const seen = new Set<Storage>(open)
    for (const target of targets) graph.connect(target, 'end')
    for (let storage = open.pop(); storage !== undefined; storage = open.pop()) {
      const inside = this.writersOf(storage).some((w) => isWithin(w.module, module))
      graph.weigh(storage, inside ? hintNumber(prod(storage.shape)) : Infinity)
      if (!inside) {
        graph.connect('start', storage)
        continue
      }
      for (const source of this.sourcesOf(storage)) {
        graph.connect(source, storage)
        if (!seen.has(source)) open.push(source)
        seen.add(source)
      }
    }
    return graph.minimumCut()
  }
}

/** A kernel that takes a query, keys and values. */
export function isAttention(call: KernelCall): boolean {
  return ['query', 'key', 'value'].every((name) => call.row.args.includes(name))
}

export function isWithin(path: string, module: string): boolean {
  return module === '' || path === module || path.startsWith(`${module}.`)
}

type Node = Storage | 'start' | 'end'

/** Maximum flow by augmenting paths (Edmonds and Karp) on a graph whose nodes have capacities: each is an entry and an exit. */
class CutGraph {
  private readonly ids = new Map<Node, number>()
  private readonly nodes: Node[] = []
  /** Remaining capacity of each edge, by its two ends. */
  private readonly edges = new Map<number, Map<number, number>>()

  private idOf(node: Node): number {
    let id = this.ids.get(node)
    if (id === undefined) {
      id = this.nodes.length
      this.ids.set(node, id)
      this.nodes.push(node)
    }
    return id
  }

  private add(from: number, to: number, capacity: number): void {
    const set = (a: number, b: number, c: number): void => {
      const row = this.edges.get(a) ?? new Map<number, number>()
      this.edges.set(a, row.set(b, (row.get(b) ?? 0) + c))
    }
    set(from, to, capacity)
    set(to, from, 0)
  }

  weigh(storage: Storage, capacity: number): void {
    const id = this.idOf(storage)
    this.add(2 * id, 2 * id + 1, capacity)
  }

  connect(from: Node, to: Node): void {
    this.add(2 * this.idOf(from) + 1, 2 * this.idOf(to), Infinity)
  }

  minimumCut(): readonly Storage[] | undefined {
    const [start, end] = [2 * this.idOf('start') + 1, 2 * this.idOf('end')]
    for (let path = this.path(start, end); path !== undefined; path = this.path(start, end)) {
      const flow = Math.min(...path.map(([a, b]) => this.left(a, b)))
      if (flow === Infinity) return undefined
      for (const [a, b] of path) {
        this.add(a, b, -flow)
        this.add(b, a, flow)
      }
    }
    // The nodes whose exit still reaches the end while their entry no longer does.
    const reaching = this.reaching(end)
    return this.nodes.filter(
      (n, id): n is Storage => typeof n !== 'string' && reaching.has(2 * id + 1) && !reaching.has(2 * id),
    )
  }

  private left(a: number, b: number): number {
    return this.edges.get(a)?.get(b) ?? 0
  }

  private path(start: number, end: number): readonly (readonly [number, number])[] | undefined {
    const from = new Map<number, number>([[start, start]])
    for (const at of from.keys()) {
      if (at === end) break
      for (const [to, capacity] of this.edges.get(at) ?? []) if (capacity > 0 && !from.has(to)) from.set(to, at)
    }
    if (!from.has(end)) return undefined
    const steps: (readonly [number, number])[] = []
    for (let at = end; at !== start; at = from.get(at) ?? start) steps.push([from.get(at) ?? start, at])
    return steps
  }

  private reaching(end: number): ReadonlySet<number> {
    const found = new Set<number>([end])
    for (const at of found) {
      for (const to of this.edges.get(at)?.keys() ?? []) if (this.left(to, at) > 0) found.add(to)
    }
    return found
  }
}
