// Softmax as torch.nn.functional has it: a dimension is chosen where none is given.
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { asTensor, dimArg } from '../arguments.ts'
import { convert } from '../conversion.ts'
import { dtypeArg } from '../dtype.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { logSoftmax, softmax } from '../reductions.ts'
import type { Tensor } from '../tensor.ts'

function along(
  vm: Vm,
  kernel: (vm: Vm, t: Tensor, dim: number) => Tensor,
  input: Value,
  dim: Value,
  dtype: Value,
): Tensor {
  const t = asTensor(vm, input)
  const implied = t.rank === 0 || t.rank === 1 || t.rank === 3 ? 0 : 1
  const d = dimArg(vm, t, dim === null ? implied : dim)
  const target = dtypeArg(vm, dtype)
  return kernel(vm, target === undefined ? t : convert(vm, t, target), d)
}

export const functionalSoftmax: FunctionTable = torchFunctions({
  'softmax(input, dim=None, _stacklevel=3, dtype=None)': (vm, [input, dim, , dtype]) =>
    along(vm, softmax, input, dim, dtype),
  'log_softmax(input, dim=None, _stacklevel=3, dtype=None)': (vm, [input, dim, , dtype]) =>
    along(vm, logSoftmax, input, dim, dtype),
})
