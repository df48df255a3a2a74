// torch.nn.Parameter and torch.nn.Buffer. A parameter is a tensor with the role of a weight; what is known of its values is
// forgotten, since they come from a checkpoint. A buffer is a plain tensor with two marks.
import { classOf, native } from '../../python/native.ts'
import { types } from '../../python/types.ts'
import { PyClass, type Value } from '../../python/values.ts'
import { typeOf } from '../../python/object.ts'
import type { Vm } from '../../python/vm.ts'
import { boolArg } from '../arguments.ts'
import { currentDevice } from '../device.ts'
import { empty } from '../factories.ts'
import { torchState } from '../state.ts'
import { isTensor, Tensor, tensorClass } from '../tensor.ts'

/** The tensor that a parameter or buffer is made over: none given is an empty one. */
function dataOf(vm: Vm, v: Value, what: string): Tensor {
  if (isTensor(v)) return v
  if (v !== null) vm.raise(types.TypeError, `${what}: data must be a Tensor, not ${typeOf(v).name}`)
  return empty(vm, [0], vm.state(torchState).defaultDtype, currentDevice(vm))
}

function makeParameter(vm: Vm, cls: PyClass, data: Value, requiresGrad: boolean): Tensor {
  const t = dataOf(vm, data, 'Parameter')
  if (requiresGrad && !t.dtype.isInexact) {
    vm.raise(types.RuntimeError, 'Only Tensors of floating point and complex dtype can require gradients')
  }
  t.storage.data = undefined
  const p = new Tensor(t.shape, t.strides, t.dtype, t.device, 'weight', t.storage, t.offset, cls)
  p.requiresGrad = requiresGrad
  return p
}

function classArg(v: Value): PyClass {
  return v instanceof PyClass ? v : parameterClass
}

export const parameterClass: PyClass = classOf({
  name: 'Parameter',
  module: 'torch.nn.parameter',
  bases: [tensorClass],
  methods: {
    __new__: native('__new__(cls, data=None, requires_grad=True)', (vm, [cls, data, requiresGrad]) =>
      makeParameter(vm, classArg(cls), data, boolArg(vm, requiresGrad, 'requires_grad')),
    ),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
  },
})

export function isParameter(v: Value | undefined): v is Tensor {
  return v instanceof Tensor && (v.cls === parameterClass || v.cls.isSubclassOf(parameterClass))
}

const bufferMark = '_is_buffer'

export const bufferClass: PyClass = classOf({
  name: 'Buffer',
  module: 'torch.nn.parameter',
  bases: [tensorClass],
  instanceCheck: (_vm, v) => isBuffer(v),
  methods: {
    __new__: native('__new__(cls, data=None, *, persistent=True)', (vm, [, data, persistent]) => {
      const t = dataOf(vm, data, 'Buffer')
      const b = new Tensor(t.shape, t.strides, t.dtype, t.device, t.role, t.storage, t.offset)
      b.dict = new Map<string, Value>([
        ['persistent', persistent],
        [bufferMark, true],
      ])
      return b
    }),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
  },
})

export function isBuffer(v: Value | undefined): v is Tensor {
  return v instanceof Tensor && v.dict?.get(bufferMark) === true
}
