// A model analysis written by hand: two layers, each with one attention and one gated MLP, reduced to the kernels that a
// prediction treats differently. Formulas follow the conventions of the README.
import type { Hardware, KernelNode, ModuleNode, RegimeAnalysis, Sizes } from '../../src/predict/index.ts'

/** hidden 64, 4 heads of 16, 2 of them for keys and values, intermediate 128, vocabulary 1000, 2 layers. */
export const tiny = { hidden: 64, heads: 4, kvHeads: 2, headDim: 16, intermediate: 128, vocabulary: 1000, layers: 2 }

const variables = {
  hidden_size: tiny.hidden,
  num_heads: tiny.heads,
  head_dim: tiny.headDim,
  'config.num_key_value_heads': tiny.kvHeads,
  'config.intermediate_size': tiny.intermediate,
  'config.vocab_size': tiny.vocabulary,
  'config.num_hidden_layers': tiny.layers,
}

export interface Regime {
  readonly phase: 'prefill' | 'decode'
  readonly batch: 1 | 2
  readonly assumptions?: readonly string[]
  /** Keys and values that attention sees; all of them unless given. */
  readonly seen?: string
  /** Experts in place of the MLP: how many, and how many a token takes. */
  readonly experts?: { readonly count: number; readonly perToken: number }
  readonly layers?: string | number
}

export function analysis(regime: Regime): RegimeAnalysis {
  const decode = regime.phase === 'decode'
  const b = regime.batch === 1 ? '1' : '{batch_size}'
  const s = decode ? '1' : '{seq_len}'
  const sizes: Sizes = { batch_size: regime.batch, seq_len: decode ? 1 : 32, cache_len: decode ? 32 : 0 }
  return {
    class_name: 'tiny.TinyForCausalLM',
    phase: regime.phase,
    sizes,
    logits: 'last',
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
    definitions: {},
    assumptions: (regime.assumptions ?? []).map((condition) => ({ condition })),
    memory: {
      weights: '{w_bytes} * 1000000',
      kv_cache: `2 * {a_bytes} * {config.num_hidden_layers} * ${b} * ({cache_len} + ${s}) * {config.num_key_value_heads} * {head_dim}`,
      activations: `{a_bytes} * ${b} * ${s} * {config.intermediate_size} * 2`,
    },
    root: root(b, s, regime),
  }
}

/** Costs of `rows × inner` times `inner × columns`. */
export function product(rows: string, inner: string, columns: string, more: Partial<KernelNode> = {}): KernelNode {
  const flops = `2 * ${rows} * ${inner} * ${columns}`
  return {
    kernel_type: 'basic',
    operation: 'product',
    aten: 'aten.mm.default',
    flops,
    matmul_flops: flops,
    memory_access: {
      read: `{a_bytes} * ${rows} * ${inner} + {w_bytes} * ${inner} * ${columns}`,
      write: `{a_bytes} * ${rows} * ${columns}`,
    },
    in: [`bf16[${rows}, ${inner}]`, `bf16[${inner}, ${columns}]`],
    out: [`bf16[${rows}, ${columns}]`],
    source: { file: 'models/tiny/modeling_tiny.py', line: 1 },
    ...more,
  }
}

export function pointwise(
  elements: string,
  perElement: number,
  inputs: number,
  more: Partial<KernelNode> = {},
): KernelNode {
  return {
    kernel_type: 'basic',
    operation: 'pointwise',
    aten: 'aten.mul.Tensor',
    flops: `${perElement} * ${elements}`,
    matmul_flops: 0,
    memory_access: { read: `${inputs} * {a_bytes} * ${elements}`, write: `{a_bytes} * ${elements}` },
    in: Array<string>(inputs).fill(`bf16[${elements}]`),
    out: [`bf16[${elements}]`],
    source: { file: 'models/tiny/modeling_tiny.py', line: 2 },
    ...more,
  }
}

function root(b: string, s: string, regime: Regime): ModuleNode {
  const tokens = `${b} * ${s}`
  const layer: ModuleNode = {
    class_name: 'tiny.TinyLayer',
    module: 'model.layers.*',
    repeat: regime.layers ?? '{config.num_hidden_layers}',
    sub_kernels: [
      attention(b, s, tokens, regime),
      regime.experts === undefined ? mlp(tokens) : experts(tokens, regime.experts),
      pointwise(`${tokens} * {hidden_size}`, 1, 2, { aten: 'aten.add.Tensor' }),
    ],
  }
  const head: ModuleNode = {
    class_name: 'torch.nn.modules.linear.Linear',
    module: 'lm_head',
    repeat: 1,
    sub_kernels: [product(b, '{hidden_size}', '{config.vocab_size}')],
  }
  const model: ModuleNode = { class_name: 'tiny.TinyModel', module: 'model', repeat: 1, sub_kernels: [layer] }
  return { class_name: 'tiny.TinyForCausalLM', module: '', repeat: 1, sub_kernels: [model, head] }
}

function attention(b: string, s: string, tokens: string, regime: Regime): ModuleNode {
  const all = `({cache_len} + ${s})`
  const seen = regime.seen ?? all
  const kv = `{config.num_key_value_heads} * {head_dim}`
  const keys = `${b} * ${seen} * ${kv}`
  const grown = `${b} * ${all} * ${kv}`
  const shape = (length: string, heads: string) => `bf16[${b}, ${heads}, ${length}, {head_dim}]`
  const query = `${tokens} * {num_heads} * {head_dim}`
  const pairs = `${tokens} * ${seen} * {num_heads}`
  const append: KernelNode = {
    ...pointwise(grown, 0, 1),
    aten: 'aten.cat.default',
    operation: 'append to the cache',
    flops: 0,
    in: [shape('{cache_len}', '{config.num_key_value_heads}'), shape(s, '{config.num_key_value_heads}')],
    out: [shape(all, '{config.num_key_value_heads}')],
    source: { file: 'cache_utils.py', line: 136 },
  }
  const sdpa: KernelNode = {
    kernel_type: 'basic',
    operation: 'attention',
    aten: 'sdpa',
    flops: `4 * ${pairs} * {head_dim} + 6 * ${pairs}`,
    matmul_flops: `4 * ${pairs} * {head_dim}`,
    memory_access: { read: `{a_bytes} * ${query} + 2 * {a_bytes} * ${keys}`, write: `{a_bytes} * ${query}` },
    in: [
      shape(s, '{num_heads}'),
      shape(seen, '{config.num_key_value_heads}'),
      shape(seen, '{config.num_key_value_heads}'),
    ],
    out: [shape(s, '{num_heads}')],
    source: { file: 'integrations/sdpa_attention.py', line: 193 },
  }
  const norm: KernelNode = {
    ...pointwise(`${tokens} * {hidden_size}`, 0, 1),
    aten: 'aten._to_copy.default',
    operation: 'to float32',
    memory_access: { read: `{a_bytes} * ${tokens} * {hidden_size}`, write: `4 * ${tokens} * {hidden_size}` },
    in: [`bf16[${tokens}, {hidden_size}]`],
    out: [`f32[${tokens}, {hidden_size}]`],
  }
  return {
    class_name: 'tiny.TinyAttention',
    module: 'model.layers.*.self_attn',
    repeat: 1,
    sub_kernels: [norm, product(tokens, '{hidden_size}', '{hidden_size}'), append, append, sdpa],
  }
}

function mlp(tokens: string): ModuleNode {
  return {
    class_name: 'tiny.TinyMLP',
    module: 'model.layers.*.mlp',
    repeat: 1,
    sub_kernels: [
      product(tokens, '{hidden_size}', '{config.intermediate_size}', { repeat: 2 }),
      pointwise(`${tokens} * {config.intermediate_size}`, 5, 2),
      product(tokens, '{config.intermediate_size}', '{hidden_size}'),
    ],
  }
}

function experts(tokens: string, { count, perToken }: { count: number; perToken: number }): ModuleNode {
  const rows = `${perToken} * ${tokens}`
  const flops = `2 * ${rows} * {hidden_size} * {config.intermediate_size}`
  const grouped: KernelNode = {
    kernel_type: 'basic',
    operation: 'product with the experts',
    aten: 'aten._grouped_mm.default',
    flops,
    matmul_flops: flops,
    memory_access: {
      read: `{a_bytes} * ${rows} * {hidden_size} + {w_bytes} * ${count} * {hidden_size} * {config.intermediate_size} + ${4 * count}`,
      write: `{a_bytes} * ${rows} * {config.intermediate_size}`,
    },
    in: [`bf16[${rows}, {hidden_size}]`, `bf16[${count}, {hidden_size}, {config.intermediate_size}]`, `i32[${count}]`],
    out: [`bf16[${rows}, {config.intermediate_size}]`],
    source: { file: 'integrations/moe.py', line: 379 },
  }
  return { class_name: 'tiny.TinyExperts', module: 'model.layers.*.mlp', repeat: 1, sub_kernels: [grouped] }
}

/** Round numbers: 100 TFLOP/s, 10 TFLOP/s fp32, 1 TB/s, 10 GB. */
export function accelerator(launchSeconds = 0): Hardware {
  const fact = (value: number) => ({ value, source: 'made up' })
  return {
    name: 'made-up',
    title: 'Made Up',
    vendor: 'Nobody',
    architecture: 'None',
    tensor_flops_per_second: { bf16: fact(100e12), f16: fact(100e12) },
    vector_f32_flops_per_second: fact(10e12),
    memory_bytes: fact(10e9),
    memory_bytes_per_second: fact(1e12),
    power_watts: fact(100),
    launch_overhead_seconds: fact(launchSeconds),
  }
}
