// scaled_dot_product_attention, kept one kernel as accelerators run it, and the grouped product of expert layers.
import { types } from '../../python/types.ts'
import type { Vm } from '../../python/vm.ts'
import { hint, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, numberArg } from '../arguments.ts'
import { dtypeArg, dtypes, type DType } from '../dtype.ts'
import { torchFunctions } from '../functions.ts'
import { launch } from '../record.ts'
import { at, broadcastShapes, sameSize } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'

interface AttentionOptions {
  readonly mask: Tensor | undefined
  readonly causal: boolean
  readonly gqa: boolean
}

function checkAttention(vm: Vm, q: Tensor, k: Tensor, v: Tensor, { mask, causal }: AttentionOptions): void {
  if (q.dtype !== k.dtype || q.dtype !== v.dtype) {
    const [a, b, c] = [q, k, v].map((t) => `torch.${t.dtype.name}`)
    vm.raise(
      types.RuntimeError,
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${a ?? ''} key.dtype: ${b ?? ''} and value.dtype: ${c ?? ''} instead.`,
    )
  }
  if (q.rank < 2 || k.rank < 2 || v.rank < 2) {
    vm.raise(
      types.RuntimeError,
      `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim(): ${q.rank}, key.dim(): ${k.rank} and value.dim(): ${v.rank} instead.`,
    )
  }
  if (mask !== undefined && causal) {
    vm.raise(
      types.RuntimeError,
      '_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True',
    )
  }
  if (mask !== undefined && mask.dtype.name !== 'bool' && mask.dtype !== q.dtype && mask.dtype.name !== 'float32') {
    vm.raise(
      types.RuntimeError,
      `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: torch.${mask.dtype.name} and  query.dtype: torch.${q.dtype.name} instead.`,
    )
  }
  if (!sameSize(at(q.shape, -1), at(k.shape, -1)) || !sameSize(at(k.shape, -2), at(v.shape, -2))) {
    vm.raise(types.RuntimeError, 'scaled_dot_product_attention: the sizes of query, key and value do not match')
  }
}

/** Batch dimensions of the result; with grouped queries the heads are the query's. */
function batchShape(vm: Vm, q: Tensor, k: Tensor, v: Tensor, gqa: boolean): readonly Int[] {
  const batches = [q, k, v].map((t) => t.shape.slice(0, gqa ? -3 : -2))
  const batch = broadcastShapes(vm, batches)
  if (!gqa) return batch
  for (const t of [k, v]) {
    const [heads, own] = [at(q.shape, -3), at(t.shape, -3)]
    if (hint(heads) !== hint(own) && Number(hint(heads)) % Number(hint(own)) !== 0) {
      vm.raise(types.RuntimeError, 'Number of heads in key and value must divide the number of heads in query')
    }
  }
  return [...batch, at(q.shape, -3)]
}

export function attention(vm: Vm, q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  checkAttention(vm, q, k, v, options)
  const inputs = options.mask === undefined ? [q, k, v] : [q, k, v, options.mask]
  const batch = batchShape(vm, q, k, v, options.gqa)
  const out = outputOf(inputs, [...batch, at(q.shape, -2), at(v.shape, -1)], q.dtype)
  launch(vm, options.causal ? 'sdpa.causal' : 'sdpa', inputs, [out])
  return out
}

// --- Grouped product --------------------------------------------------------------------------------------------------

function groupedShape(vm: Vm, a: Tensor, b: Tensor, offs: Tensor | undefined): Int[] {
  const groups = (t: Tensor): void => {
    if (offs === undefined || !sameSize(at(offs.shape, 0), at(t.shape, 0)))
      vm.raise(types.RuntimeError, 'matrix batch sizes have to match')
  }
  if (a.rank === 2 && b.rank === 2) {
    if (offs === undefined) return vm.raise(types.RuntimeError, 'Have to provide offsets if there is a 2d matrix')
    return [at(offs.shape, 0), at(a.shape, 0), at(b.shape, 1)]
  }
  if (a.rank === 2) {
    groups(b)
    return [at(a.shape, 0), at(b.shape, 2)]
  }
  if (b.rank === 2) {
    groups(a)
    return [at(a.shape, 1), at(b.shape, 1)]
  }
  if (!sameSize(at(a.shape, 0), at(b.shape, 0))) vm.raise(types.RuntimeError, 'batched dimension has to match')
  return [at(a.shape, 0), at(a.shape, 1), at(b.shape, 2)]
}

/** Rows have to start at multiples of 16 bytes. */
function checkAlignment(vm: Vm, name: string, t: Tensor): void {
  const columnMajor = sameSize(at(t.strides, -2), 1) && !sameSize(at(t.strides, -1), 1)
  const d = columnMajor ? t.rank - 1 : t.rank - 2
  const stride = Number(hint(at(t.strides, d)))
  if (stride % (16 / t.dtype.itemsize) === 0) return
  vm.raise(types.RuntimeError, `Expected ${name} stride along ${d} dim to be multiple of 16 bytes, got ${stride}.`)
}

export function groupedMm(vm: Vm, a: Tensor, b: Tensor, offs: Tensor | undefined, outDtype: DType | undefined): Tensor {
  if (a.rank < 2 || a.rank > 3 || b.rank < 2 || b.rank > 3) {
    vm.raise(
      types.RuntimeError,
      `Multiplicands must be 2D or 3D but got mat_a.dim()=${a.rank} and mat_b.dim()=${b.rank}`,
    )
  }
  if (a.dtype !== dtypes.bfloat16 || b.dtype !== dtypes.bfloat16) {
    vm.raise(
      types.RuntimeError,
      `Expected inputs of BF16 type but got mat_a.dtype=torch.${a.dtype.name} and mat_b.dtype=torch.${b.dtype.name}.`,
    )
  }
  if ((a.rank === 3 || b.rank === 3) && !sameSize(at(a.shape, -1), at(b.shape, -2))) {
    vm.raise(types.RuntimeError, 'contraction dimension of mat_a and mat_b must match')
  }
  checkAlignment(vm, 'mat_a', a)
  checkAlignment(vm, 'mat_b', b)
  const inputs = offs === undefined ? [a, b] : [a, b, offs]
  const out = outputOf(inputs, groupedShape(vm, a, b, offs), outDtype ?? a.dtype)
  launch(vm, 'aten._grouped_mm.default', inputs, [out])
  return out
}

// --- Tables -----------------------------------------------------------------------------------------------------------

export const attentionFunctions = torchFunctions({
  'scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False)':
    (vm, [q, k, v, mask, p, causal, , gqa]) => {
      if (numberArg(vm, p) > 0) vm.stop('unsupported-op', 'scaled_dot_product_attention with dropout')
      return attention(
        vm,
        asTensor(vm, q, "argument 'query'"),
        asTensor(vm, k, "argument 'key'"),
        asTensor(vm, v, "argument 'value'"),
        {
          mask: isTensor(mask) ? mask : undefined,
          causal: boolArg(vm, causal),
          gqa: boolArg(vm, gqa),
        },
      )
    },
})

export const groupedFunctions = torchFunctions({
  'grouped_mm(mat_a, mat_b, *, offs=None, bias=None, out_dtype=None)': (vm, [a, b, offs, bias, d]) => {
    if (bias !== null) vm.stop('unsupported-op', 'grouped_mm with a bias')
    return groupedMm(vm, asTensor(vm, a), asTensor(vm, b), isTensor(offs) ? offs : undefined, dtypeArg(vm, d))
  },
})
