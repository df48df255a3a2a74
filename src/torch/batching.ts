// `torch.vmap`: functions of single elements that run on whole dimensions (aten/src/ATen/functorch). A batched tensor shows
// the function its shape without the mapped dimension; elementwise kernels, conversions, fills and gathers run on its
// memory with that dimension in front, one level of mapping after the other. Other kernels have no rule here, and stop.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import type { Int } from '../sym/index.ts'
import { scalarDtype, type Scalar } from './arguments.ts'
import { dtypes } from './dtype.ts'
import type { KernelName } from './kernels/index.ts'
import { at, showShape } from './shape.ts'
import { BatchedTensor, isTensor, viewOf, type Tensor } from './tensor.ts'
import { expand, unsqueeze } from './views.ts'

export function isBatched(v: unknown): v is BatchedTensor {
  return v instanceof BatchedTensor
}

/** The same tensor with dimension `from` at `to`. */
function moved(t: Tensor, from: number, to: number): Tensor {
  if (from === to) return t
  const order = t.shape.map((_, d) => d)
  order.splice(to, 0, ...order.splice(from, 1))
  const reordered = (xs: readonly Int[]): Int[] => order.map((d) => at(xs, d))
  return viewOf(t, reordered(t.shape), reordered(t.strides))
}

/** A batched tensor's memory: the mapped dimension, ones up to the rank of the other operands, its own dimensions. */
function aligned(vm: Vm, t: BatchedTensor, rank: number): Tensor {
  let memory = moved(t.value, t.dim, 0)
  for (let d = t.rank; d < rank; d++) memory = unsqueeze(vm, memory, 1)
  return memory
}

/** Runs `f` on the memory of the operands mapped at the innermost level; what it returns is mapped there too. */
export function lifted<T extends Tensor | Scalar>(
  vm: Vm,
  operands: readonly T[],
  f: (memory: readonly (T | Tensor)[]) => Tensor,
): Tensor {
  const level = Math.max(...operands.flatMap((o) => (isBatched(o) ? [o.level] : [])))
  const rank = Math.max(...operands.map((o) => (isTensor(o) ? o.rank : 0)))
  const memory = operands.map((o) => (isBatched(o) && o.level === level ? aligned(vm, o, rank) : o))
  return new BatchedTensor(f(memory), 0, level)
}

/** Elementwise operands of one dtype: where a batched 0-d tensor meets another dtype, PyTorch casts before it computes. */
export function checkSameTypes(vm: Vm, op: KernelName, operands: readonly (Tensor | Scalar)[]): void {
  if (operands.length !== 2 || op.endsWith('.Scalar') || !operands.some((o) => isBatched(o) && o.rank === 0)) return
  const [a, b] = operands.map((o) => (isTensor(o) ? o.dtype : scalarDtype(o, dtypes.float64)))
  if (a !== b) vm.stop('unsupported-op', `${op} under torch.vmap with operands of two types`)
}

/** `torch._C._functorch._add_batch_dim`. */
export function addBatchDim(t: Tensor, dim: number, level: number): Tensor {
  return new BatchedTensor(t, dim, level)
}

/** `torch._C._functorch._remove_batch_dim`: what was not mapped is repeated along the new dimension. */
export function removeBatchDim(vm: Vm, t: Tensor, level: number, size: Int, dim: number): Tensor {
  if (dim < -t.rank - 1 || dim > t.rank)
    vm.raise(types.IndexError, `Dimension out of range: ${dim} of ${showShape(t.shape)}`)
  const to = dim < 0 ? dim + t.rank + 1 : dim
  if (isBatched(t) && t.level === level) return moved(t.value, t.dim, to)
  return moved(expand(vm, t, [size, ...t.shape]), 0, to)
}
