// Functions of `torch` that read or change settings of a run.
import { float } from '../../python/make.ts'
import { native, natives } from '../../python/native.ts'
import { call, callMethod, str, truth } from '../../python/object.ts'
import { types } from '../../python/types.ts'
import { PyClass, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { currentDevice, deviceArg, deviceValue } from '../device.ts'
import { dtypeArg, dtypes, type DType } from '../dtype.ts'
import { legacyDtype } from '../legacy.ts'
import { typename } from '../module/module.ts'
import { torchState } from '../state.ts'
import { knownValues, Tensor } from '../tensor.ts'
import { isInferenceMode } from './host.ts'

function defaultDtype(vm: Vm, v: Value): DType {
  const dtype = dtypeArg(vm, v) ?? legacyDtype(v)
  if (dtype?.isFloatingPoint === true) return dtype
  return vm.raise(types.TypeError, 'only floating-point types are supported as the default type')
}

function setDefaultDtype(vm: Vm, v: Value): null {
  vm.state(torchState).defaultDtype = defaultDtype(vm, v)
  return null
}

/** What `torch._check` and its kin do: raise unless a condition holds. The message is a function, called only then. */
function check(error: PyClass): (vm: Vm, condition: Value, message: Value) => null {
  return (vm, condition, message) => {
    if (truth(vm, condition)) return null
    return vm.raise(error, message === null ? 'Expected cond to be True, but got False.' : str(vm, call(vm, message)))
  }
}

/** A check of all elements, as `torch._check_tensor_all_with` makes it; of values that are not there, none is made. */
function checkAll(vm: Vm, error: Value, condition: Value, message: Value): null {
  if (!(condition instanceof Tensor) || knownValues(condition) === undefined) return null
  const all = callMethod(vm, callMethod(vm, condition, '_is_all_true'), 'item')
  return check(error instanceof PyClass ? error : types.RuntimeError)(vm, all, message)
}

const checks = {
  plain: check(types.RuntimeError),
  value: check(types.ValueError),
  type: check(types.TypeError),
  index: check(types.IndexError),
}

export const settings: Readonly<Record<string, Value>> = natives({
  'get_default_dtype()': (vm) => vm.state(torchState).defaultDtype,
  'set_default_dtype(d)': (vm, [d]) => setDefaultDtype(vm, d),
  'set_default_tensor_type(t)': (vm, [t]) => setDefaultDtype(vm, t),
  'get_default_device()': (vm) => deviceValue(currentDevice(vm)),
  'set_default_device(device)': (vm, [device]) => {
    vm.state(torchState).defaultDevice = deviceArg(vm, device) ?? 'cpu'
    return null
  },
  'is_grad_enabled()': (vm) => vm.state(torchState).gradEnabled,
  'is_inference_mode_enabled()': (vm) => isInferenceMode(vm),
  'is_autocast_enabled(device_type=None)': () => false,
  'is_autocast_cpu_enabled()': () => false,
  'is_autocast_cache_enabled()': () => true,
  'get_autocast_dtype(device_type)': (_vm, [type]) => (type === 'cpu' ? dtypes.bfloat16 : dtypes.float16),
  'get_autocast_gpu_dtype()': () => dtypes.float16,
  'get_autocast_cpu_dtype()': () => dtypes.bfloat16,
  'is_anomaly_enabled()': () => false,
  'are_deterministic_algorithms_enabled()': () => false,
  'is_deterministic_algorithms_warn_only_enabled()': () => false,
  'use_deterministic_algorithms(mode, *, warn_only=False)': () => null,
  'set_deterministic_debug_mode(debug_mode)': () => null,
  'get_deterministic_debug_mode()': () => 0,
  'set_float32_matmul_precision(precision)': () => null,
  'get_float32_matmul_precision()': () => 'highest',
  'set_printoptions(*args, **kwargs)': () => null,
  'get_num_threads()': () => 1,
  'set_num_threads(n)': () => null,
  'get_num_interop_threads()': () => 1,
  'set_num_interop_threads(n)': () => null,
  'set_flush_denormal(mode)': () => false,
  'manual_seed(seed)': () => null,
  'seed()': () => 0,
  'initial_seed()': () => 0,
  'compiled_with_cxx11_abi()': () => true,
  'is_vulkan_available()': () => false,
  'is_distributed()': () => false,
  'is_warn_always_enabled()': () => false,
  'set_warn_always(b)': () => null,
  '_assert(condition, message=None)': (vm, [condition]) => {
    if (!truth(vm, condition)) vm.raise(types.AssertionError, 'torch._assert')
    return null
  },
  '_check(cond, message=None)': (vm, [cond, message]) => checks.plain(vm, cond, message),
  '_check_value(cond, message=None)': (vm, [cond, message]) => checks.value(vm, cond, message),
  '_check_type(cond, message=None)': (vm, [cond, message]) => checks.type(vm, cond, message),
  '_check_index(cond, message=None)': (vm, [cond, message]) => checks.index(vm, cond, message),
  '_check_with(error_type, cond, message)': (vm, [error, cond, message]) =>
    check(error instanceof PyClass ? error : types.RuntimeError)(vm, cond, message),
  '_check_tensor_all(cond, message=None)': (vm, [cond, message]) => checkAll(vm, types.RuntimeError, cond, message),
  '_check_tensor_all_with(error_type, cond, message=None)': (vm, [error, cond, message]) =>
    checkAll(vm, error, cond, message),
  '_check_is_size(i, message=None, *, max=None)': () => null,
})

/** Numbers that are attributes of `torch`. */
export const numbers: Readonly<Record<string, Value>> = {
  inf: float(Infinity),
  nan: float(NaN),
  pi: float(Math.PI),
  e: float(Math.E),
  newaxis: null,
  __version__: '2.13.0',
  has_mkl: true,
  has_lapack: true,
}

/** `torch.typename(obj)`. */
export const typenameFunction = native('typename(obj, /)', (_vm, [v]) =>
  v instanceof PyClass ? `${v.module}.${v.name}` : typename(v),
)
