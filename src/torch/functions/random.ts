// Random numbers written over a tensor, and masks drawn from probabilities. What is drawn is not known.
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { asTensor } from '../arguments.ts'
import { torchFunctions, type FunctionSet } from '../functions.ts'
import type { KernelName } from '../kernels/index.ts'
import { launch } from '../record.ts'
import { stridesLike } from '../iterator.ts'
import { isTensor, outputOf, overwriteKnown, type Tensor } from '../tensor.ts'

function drawInto(vm: Vm, op: KernelName, self: Value, others: readonly Tensor[] = []): Tensor {
  const t = asTensor(vm, self)
  overwriteKnown(t, undefined)
  launch(vm, op, [t, ...others], [t])
  return t
}

const inPlace = torchFunctions({
  'normal_(self, mean=0, std=1, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.normal_.default', t),
  'uniform_(self, from_=0, to=1, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.uniform_.default', t),
  'exponential_(self, lambd=1, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.exponential_.default', t),
  'log_normal_(self, mean=1, std=2, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.log_normal_.default', t),
  'cauchy_(self, median=0, sigma=1, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.cauchy_.default', t),
  'geometric_(self, p, *, generator=None)': (vm, [t]) => drawInto(vm, 'aten.geometric_.default', t),
  'random_(self, from_=MISSING, to=MISSING, *, generator=None)': (vm, [t, from, to]) =>
    drawInto(
      vm,
      from === undefined ? 'aten.random_.default' : to === undefined ? 'aten.random_.to' : 'aten.random_.from',
      t,
    ),
  'bernoulli_(self, p=0.5, *, generator=None)': (vm, [t, p]) =>
    isTensor(p) ? drawInto(vm, 'aten.bernoulli_.Tensor', t, [p]) : drawInto(vm, 'aten.bernoulli_.float', t),
})

const both = torchFunctions({
  'bernoulli(input, p=MISSING, *, generator=None)': (vm, [input, p]) => {
    const t = asTensor(vm, input)
    const out = outputOf([t], t.shape, t.dtype, stridesLike(t))
    launch(vm, p === undefined ? 'aten.bernoulli.default' : 'aten.bernoulli.p', [t], [out])
    return out
  },
})

export const randomFunctions: FunctionSet = { both, methods: inPlace }
