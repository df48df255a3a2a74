// What `torch` has besides functions and submodules: dtypes, devices, layouts, number limits, the tensor classes, and the
// settings of a run.
import { float } from '../../python/make.ts'
import { native } from '../../python/native.ts'
import type { Value } from '../../python/values.ts'
import { types } from '../../python/types.ts'
import {
  finfoClass,
  iinfoClass,
  layoutClass,
  memoryFormatClass,
  memoryFormats,
  sparseCoo,
  strided,
} from '../constants.ts'
import { currentDevice, deviceClass, deviceValue, makeDevice, placement } from '../device.ts'
import { dtypeAliases, dtypeArg, dtypeClass, dtypes } from '../dtype.ts'
import { legacyTypes } from '../legacy.ts'
import { sizeClass } from '../size.ts'
import { torchState } from '../state.ts'
import { tensorClass } from '../tensor.ts'

const settings: Readonly<Record<string, Value>> = {
  get_default_dtype: native('get_default_dtype()', (vm) => vm.state(torchState).defaultDtype),
  set_default_dtype: native('set_default_dtype(d)', (vm, [d]) => {
    const dtype = dtypeArg(vm, d)
    if (dtype?.isFloatingPoint !== true)
      vm.raise(types.TypeError, 'only floating-point types are supported as the default type')
    else vm.state(torchState).defaultDtype = dtype
    return null
  }),
  get_default_device: native('get_default_device()', (vm) => deviceValue(currentDevice(vm))),
  set_default_device: native('set_default_device(device)', (vm, [device]) => {
    vm.state(torchState).defaultDevice = device === null ? 'cpu' : placement(vm, makeDevice(vm, device))
    return null
  }),
  manual_seed: native('manual_seed(seed)', () => null),
  seed: native('seed()', () => 0),
  initial_seed: native('initial_seed()', () => 0),
}

const classes: Readonly<Record<string, Value>> = {
  Tensor: tensorClass,
  Size: sizeClass,
  dtype: dtypeClass,
  device: deviceClass,
  layout: layoutClass,
  memory_format: memoryFormatClass,
  finfo: finfoClass,
  iinfo: iinfoClass,
  ...Object.fromEntries([...legacyTypes].map(([name, { cls }]) => [name, cls])),
}

const constants: Readonly<Record<string, Value>> = {
  ...dtypes,
  ...dtypeAliases,
  ...memoryFormats,
  legacy_contiguous_format: memoryFormats.contiguous_format,
  strided,
  sparse_coo: sparseCoo,
  inf: float(Infinity),
  nan: float(NaN),
  pi: float(Math.PI),
  e: float(Math.E),
  newaxis: null,
}

export const coreNames: Readonly<Record<string, Value>> = { ...constants, ...classes, ...settings }
