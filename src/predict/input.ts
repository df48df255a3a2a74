// What a prediction reads of a stage-2 model analysis: a tree of modules whose leaves are kernels with formulas. Only
// the fields named here are read, so a file with more of them is as good.

/** Sizes an analysis was made at. A size of 0 or 1 holds for that size alone, a larger one for every size from 2 on. */
export interface Sizes {
  readonly batch_size: number
  readonly seq_len: number
  readonly cache_len: number
  /** Of the source of an encoder-decoder. */
  readonly encoder_len?: number | undefined
}

/** As `ModelAnalysis` of `trace/formats.ts`, of a model's root class. */
export interface RegimeAnalysis {
  readonly class_name: string
  readonly phase: string
  readonly sizes: Sizes
  /** The format of the tensors of the model's dtype, as shapes print it; bf16 where it isn't said. */
  readonly dtype?: string
  /** Whether logits are computed for the last position of the prompt alone, as `generate` asks for. */
  readonly logits?: 'last' | 'all'
  readonly variables: Readonly<Record<string, { readonly value: number | boolean | string | null }>>
  readonly definitions: Readonly<Record<string, string>>
  readonly assumptions: readonly { readonly condition: string; readonly at?: string | null | undefined }[]
  /** Bytes: of all weights; of the cache as the pass leaves it; the largest sum of live activations. */
  readonly memory: { readonly weights: Formula; readonly kv_cache: Formula; readonly activations: Formula }
  readonly root: ModuleNode
}

export type Formula = string | number

interface Costs {
  readonly flops: Formula
  readonly matmul_flops: Formula
  readonly memory_access: { readonly read: Formula; readonly write: Formula }
}

export interface ModuleNode {
  readonly class_name: string
  /** The path from the module around it; '' is the model itself, a `*` stands for the layers that were folded. */
  readonly module: string
  readonly repeat?: Formula | undefined
  readonly sub_kernels: readonly (ModuleNode | KernelNode)[]
}

export interface KernelNode extends Costs {
  readonly kernel_type: 'basic'
  readonly operation: string
  readonly aten: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly repeat?: Formula | undefined
  /** The call site in the module's `forward()`. */
  readonly line?: number | null | undefined
  /** The innermost line that launched it. */
  readonly source?: string | { readonly file: string; readonly line: number } | undefined
}

export function isModule(node: ModuleNode | KernelNode): node is ModuleNode {
  return 'sub_kernels' in node
}

/** A module of the tree with its place in it. */
export interface ModuleUse {
  readonly path: string
  readonly className: string
  readonly parent: ModuleUse | undefined
  readonly children: ModuleUse[]
  /** Its own `repeat` and those of the modules around it. */
  readonly repeats: readonly Formula[]
  /** It stands for several modules in a row, as the layers of a model. */
  readonly repeated: boolean
}

/** `model.layers.*.mlp`: the path from the model's root. */
export function fullPath({ path, parent }: ModuleUse): string {
  const above = parent === undefined ? '' : fullPath(parent)
  return above === '' || path === '' ? above + path : `${above}.${path}`
}

/** A kernel and how often a pass runs it: the product of its own `repeat` and those of the modules around it. */
export interface KernelUse {
  readonly kernel: KernelNode
  readonly owner: ModuleUse
  readonly repeats: readonly Formula[]
}

export interface Flattened {
  readonly root: ModuleUse
  readonly modules: readonly ModuleUse[]
  readonly kernels: readonly KernelUse[]
}

export function flatten(root: ModuleNode): Flattened {
  const kernels: KernelUse[] = []
  const modules: ModuleUse[] = []
  const visit = (node: ModuleNode, parent: ModuleUse | undefined, outer: readonly Formula[]): ModuleUse => {
    const repeat = node.repeat ?? 1
    const repeats = isOne(repeat) ? outer : [...outer, repeat]
    const use: ModuleUse = {
      path: node.module,
      className: node.class_name,
      parent,
      children: [],
      repeats,
      repeated: !isOne(repeat),
    }
    modules.push(use)
    for (const sub of node.sub_kernels) {
      if (isModule(sub)) use.children.push(visit(sub, use, repeats))
      else
        kernels.push({
          kernel: sub,
          owner: use,
          repeats: isOne(sub.repeat ?? 1) ? repeats : [...repeats, sub.repeat ?? 1],
        })
    }
    return use
  }
  return { root: visit(root, undefined, []), modules, kernels }
}

export function isOne(repeat: Formula): boolean {
  return repeat === 1 || repeat === '1'
}
