// Devices. A tensor is on the accelerator under analysis (`meta`) or on the host (`cpu`); a program may name others
// (`cuda:0`) and compare them, but a tensor cannot be put there, as in a build of PyTorch without them.
import { classOf, native } from '../python/native.ts'
import { types } from '../python/types.ts'
import { notImplemented } from '../python/make.ts'
import type { PyClass } from '../python/values.ts'
import { isInt, PyObject, type Value } from '../python/values.ts'
import { hintNumber } from '../sym/index.ts'
import type { Vm } from '../python/vm.ts'
import { torchState } from './state.ts'

export type DeviceName = 'meta' | 'cpu'

export class Device extends PyObject {
  constructor(
    readonly type: string,
    readonly index: number | null,
  ) {
    super(deviceClass)
  }

  get text(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`
  }
}

function self(v: Value): Device {
  if (v instanceof Device) return v
  throw new TypeError('torch.device: not a device')
}

export const deviceClass: PyClass = classOf({
  name: 'device',
  module: 'torch',
  hasDict: false,
  methods: {
    __new__: native('__new__(cls, type, index=None)', (vm, [, type, index]) => makeDevice(vm, type, index)),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
    __repr__: native('__repr__(self)', (_vm, [d]) => {
      const { type, index } = self(d)
      return index === null ? `device(type='${type}')` : `device(type='${type}', index=${index})`
    }),
    __str__: native('__str__(self)', (_vm, [d]) => self(d).text),
    __eq__: native('__eq__(self, other)', (_vm, [a, b]) =>
      b instanceof Device ? self(a).text === b.text : notImplemented,
    ),
    __ne__: native('__ne__(self, other)', (_vm, [a, b]) =>
      b instanceof Device ? self(a).text !== b.text : notImplemented,
    ),
    __copy__: native('__copy__(self)', (_vm, [d]) => d),
    __deepcopy__: native('__deepcopy__(self, memo)', (_vm, [d]) => d),
    __hash__: native('__hash__(self)', (_vm, [d]) =>
      [...self(d).text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 2 ** 31, 7),
    ),
    __enter__: native('__enter__(self)', (vm, [d]) => {
      vm.state(torchState).deviceStack.push(placement(vm, self(d)))
      return d
    }),
    __exit__: native('__exit__(self, *exc)', (vm) => {
      vm.state(torchState).deviceStack.pop()
      return null
    }),
  },
  properties: {
    type: (_vm, d) => self(d).type,
    index: (_vm, d) => self(d).index,
  },
})

const deviceTypes = new Set(
  'cpu cuda ipu xpu mkldnn opengl opencl ideep hip ve fpga maia xla lazy vulkan mps meta hpu mtia privateuseone'.split(
    ' ',
  ),
)

const devices: Readonly<Record<DeviceName, Device>> = { meta: new Device('meta', null), cpu: new Device('cpu', null) }

/** The Python value of a tensor's device. */
export function deviceValue(name: DeviceName): Device {
  return devices[name]
}

function parseDevice(vm: Vm, text: string): Device {
  const [, type = '', index] = /^([a-z_]+)(?::(\d+))?$/.exec(text) ?? []
  if (!deviceTypes.has(type)) {
    vm.raise(
      types.RuntimeError,
      `Expected one of ${[...deviceTypes].join(', ')} device type at start of device string: ${text.split(':')[0] ?? ''}`,
    )
  }
  return new Device(type, index === undefined ? null : Number(index))
}

/** `torch.device(type, index)`: a string, an accelerator's number, or a device. */
export function makeDevice(vm: Vm, type: Value, index: Value = null): Device {
  if (type instanceof Device) return type
  if (isInt(type)) return new Device('cuda', hintNumber(type))
  if (typeof type !== 'string') vm.raise(types.TypeError, "device(): argument 'type' must be str")
  const parsed = parseDevice(vm, type)
  return index !== null && isInt(index) ? new Device(parsed.type, hintNumber(index)) : parsed
}

/** Where tensors asked to be on a device are. Devices that the analysed build does not have are an error, as in PyTorch. */
export function placement(vm: Vm, device: Device): DeviceName {
  if (device.type === 'meta' || device.type === 'cpu') return device.type
  if (device.type === 'cuda') return vm.raise(types.AssertionError, 'Torch not compiled with CUDA enabled')
  return vm.raise(types.RuntimeError, `PyTorch is not linked with support for ${device.type} devices`)
}

/** A `device=` argument; None is undefined. */
export function deviceArg(vm: Vm, v: Value | undefined): DeviceName | undefined {
  if (v === undefined || v === null) return undefined
  return v === 'meta' || v === 'cpu' ? v : placement(vm, makeDevice(vm, v))
}

/** The device of a factory: the one given, else the innermost `with torch.device(...)`, else the default. */
export function factoryDevice(vm: Vm, v: Value | undefined): DeviceName {
  return deviceArg(vm, v) ?? currentDevice(vm)
}

export function currentDevice(vm: Vm): DeviceName {
  const state = vm.state(torchState)
  return state.deviceStack.at(-1) ?? state.defaultDevice
}
