// Choosing the next token, as `generate` does it without sampling parameters: the last position's logits are copied to
// float32, the largest is taken, and the token is appended to the ids (GenerationMixin._sample).
import type { KernelNode, ModuleNode } from './input.ts'

/** The vocabulary's size, bound by the request: an analysis may know it under any config's name. */
export const vocabularyVariable = 'sampling.vocab_size'

export function samplingModule(dtype: string): ModuleNode {
  const scores = `{batch_size} * {${vocabularyVariable}}`
  const shape = `[{batch_size}, {${vocabularyVariable}}]`
  const length = '{cache_len} + {seq_len}'
  const ids = `8 * {batch_size} * (${length} + 1)`
  const free = { kernel_type: 'basic', flops: 0, matmul_flops: 0 } as const
  const kernels: KernelNode[] = [
    {
      ...free,
      operation: 'copy the last logits to float32',
      aten: 'aten._to_copy.default',
      in: [`${dtype}${shape}`],
      out: [`f32${shape}`],
      memory_access: { read: `{a_bytes} * ${scores}`, write: `4 * ${scores}` },
    },
    {
      ...free,
      operation: 'take the largest logit',
      aten: 'aten.argmax.default',
      in: [`f32${shape}`],
      out: ['i64[{batch_size}]'],
      memory_access: { read: `4 * ${scores}`, write: '8 * {batch_size}' },
    },
    {
      ...free,
      operation: 'append the token',
      aten: 'aten.cat.default',
      in: [`i64[{batch_size}, ${length}]`, 'i64[{batch_size}, 1]'],
      out: [`i64[{batch_size}, ${length} + 1]`],
      memory_access: { read: ids, write: ids },
    },
  ]
  return { class_name: 'greedy decoding', module: 'sampling', sub_kernels: kernels }
}
