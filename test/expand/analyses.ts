// Small analyses written by hand: a model of layers, each with a norm, a norm over heads, and a product.
import type {
  AnalysisVariant,
  BasicKernel,
  CompositeKernel,
  KernelInfo,
  ModuleAnalysis,
} from '../../src/trace/formats.ts'

export function basic(
  costs: { flops?: string; matmul?: string; read?: string; write?: string },
  shape = 'bf16[4]',
): BasicKernel {
  const { flops = '0', matmul = '0', read = '0', write = '0' } = costs
  return {
    kernel_type: 'basic',
    operation: 'multiply',
    analysis: `m.py:1: x * y | aten.mul(${shape}) → ${shape}`,
    flops,
    matmul_flops: matmul,
    memory_access: { read, write },
    line: 1,
    source: { file: 'm.py', line: 1, text: 'x * y' },
    aten: 'aten.mul.Tensor',
    in: [shape],
    out: [shape],
  }
}

export function composite(
  className: string,
  args: string,
  more: { repeat?: string | number; variant?: number } = {},
): CompositeKernel {
  const text = `\${{${className}}}(${args})`
  return {
    kernel_type: 'composite',
    operation: `call ${className}`,
    analysis: `calls ${className}`,
    flops: text,
    matmul_flops: text,
    memory_access: { read: text, write: text },
    line: 2,
    source: 'bundled',
    module: className.toLowerCase(),
    class_name: className,
    variant: more.variant ?? 0,
    ...(more.repeat === undefined ? {} : { repeat: more.repeat }),
  }
}

type Names = Readonly<Record<string, number>>

export function variant(
  parameters: Names,
  variables: Names,
  kernels: readonly KernelInfo[],
  more: { assumptions?: readonly string[]; definitions?: Readonly<Record<string, string>> } = {},
): AnalysisVariant {
  const info = (names: Names): [string, { meaning: string; value: number }][] =>
    Object.entries(names).map(([name, value]) => [name, { meaning: name, value }])
  return {
    parameters: info(parameters).map(([name, i]) => ({ name, ...i })),
    variables: Object.fromEntries([...info(parameters), ...info(variables)]),
    definitions: more.definitions ?? {},
    assumptions: (more.assumptions ?? []).map((condition, i) => ({ condition, at: `m.py:${i}` })),
    kernels,
    lines: [],
    weights: [],
  }
}

export function analysis(
  className: string,
  first: AnalysisVariant,
  variants: readonly AnalysisVariant[] = [],
): ModuleAnalysis {
  return {
    schema_version: 1,
    provenance: { tool: 'lm-predictor', version: '0', command: '', sources: [], config_sha256: null },
    class_name: className,
    source: 'bundled',
    phase: 'prefill',
    sizes: { batch_size: 2, seq_len: 32, cache_len: 0 },
    ...first,
    ...(variants.length > 0 ? { variants } : {}),
  }
}

export function files(...analyses: readonly ModuleAnalysis[]): Map<string, string> {
  return new Map(analyses.map((a) => [`${a.class_name}.json`, JSON.stringify(a)]))
}

const sizes = { batch_size: 2, seq_len: 32 }

/** 2 reads and 1 write of `rows` by `width` elements, twice the width in weights. */
export const norm = analysis(
  'RMSNorm',
  variant(
    { rows: 64, width: 4096 },
    { a_bytes: 2, w_bytes: 2 },
    [
      basic(
        { flops: '{rows} * {width}', read: '{a_bytes} * {rows} * {width}', write: '{a_bytes} * {rows}' },
        'bf16[{rows}, {width}]',
      ),
      basic({ flops: '2 * {rows}', read: '{w_bytes} * {width}', write: '{a_bytes} * {rows} * {width}' }),
    ].map((k) => ({ ...k, in: ['bf16[{rows}, {width}]'], out: ['bf16[{rows}, {width}]'] })),
    { assumptions: ['{width} > 1', '{width} % 2 == 0'] },
  ),
)

export const layer = analysis(
  'Layer',
  variant(
    {},
    { ...sizes, hidden_size: 4096, num_heads: 32 },
    [
      composite('RMSNorm', 'rows={batch_size} * {seq_len}, width={hidden_size}'),
      composite('RMSNorm', 'rows={batch_size} * {seq_len} * {num_heads}, width={hidden_size} / {num_heads}', {
        repeat: 2,
      }),
      basic({
        flops: '{batch_size} * {seq_len} * {hidden_size} ** 2',
        matmul: '{batch_size} * {seq_len} * {hidden_size} ** 2',
      }),
    ],
    { assumptions: ['{hidden_size} % {num_heads} == 0', '{hidden_size} != {num_heads}'] },
  ),
)

export const model = analysis(
  'Model',
  variant({}, { ...sizes, 'config.num_hidden_layers': 4, hidden_size: 4096 }, [
    basic({ read: '8 * {batch_size} * {seq_len}' }, 'i64[{batch_size}, {seq_len}]'),
    composite('Layer', '', { repeat: '{config.num_hidden_layers}' }),
    composite('RMSNorm', 'rows={batch_size} * {seq_len}, width={hidden_size}'),
  ]),
)
