// The host modules of PyTorch. `torch` and the namespaces of functions are tables; torch.nn.Module and Parameter are classes
// of the host; everything else is Python (standins/).
import type { HostModule } from '../../python/vm.ts'
import { native } from '../../python/native.ts'
import { isInt, PyModule, type PyClass, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { namespace, tuple } from '../../python/make.ts'
import { formatArg, sizeArg } from '../arguments.ts'
import { Device, deviceClass, deviceValue, makeDevice } from '../device.ts'
import { DType } from '../dtype.ts'
import { fftFunctions, functionalFunctions, linalgFunctions, nnLosses } from '../functional/index.ts'
import { moduleFunctions } from '../functions/index.ts'
import type { FunctionTable } from '../functions.ts'
import { makeModuleClass } from '../module/module.ts'
import { bufferClass, isParameter, parameterClass } from '../module/parameter.ts'
import { functionalModule } from '../standins/functional.ts'
import { methodsModule } from '../module/names.ts'
import { broadcastShapes } from '../shape.ts'
import { sizeTuple } from '../size.ts'
import { isTensor } from '../tensor.ts'
import { helperModule } from './host.ts'
import { knownFunctions } from './names.ts'
import { classesModule, torchModule } from './torch.ts'
import { refusedClass, unsupportedClass, unsupportedFunction } from './unsupported.ts'

type KnownSpace = keyof typeof knownFunctions

/** A namespace of functions: those of a table, then those that Python defines, then those that only have a name. */
function functionSpace(name: KnownSpace, table: FunctionTable, parts?: string): HostModule {
  return {
    name,
    reason: 'functions lower to kernels',
    make: () => ({ ...table }),
    fallback: (vm, attribute) => {
      const own = parts === undefined ? undefined : pythonFunction(vm, parts, attribute)
      if (own !== undefined) return own
      return knownFunctions[name].has(attribute) ? unsupportedFunction(`${name}.${attribute}`) : undefined
    },
  }
}

/** A function that a Python module defines itself. */
function pythonFunction(vm: Vm, module: string, name: string): Value | undefined {
  const loaded = vm.importer.importModule(module)
  return loaded instanceof PyModule ? loaded.dict.get(name) : undefined
}

/** Functions of torch.special are functions of `torch` under older names. */
const specialNames: Readonly<Record<string, string>> = {
  expit: 'sigmoid',
  logit: 'logit',
  erf: 'erf',
  erfc: 'erfc',
  erfinv: 'erfinv',
  xlogy: 'xlogy',
  log1p: 'log1p',
  expm1: 'expm1',
  exp2: 'exp2',
  sinc: 'sinc',
  softmax: 'softmax',
  log_softmax: 'log_softmax',
  logsumexp: 'logsumexp',
  digamma: 'digamma',
  psi: 'digamma',
  gammaln: 'lgamma',
  round: 'round',
}

function specialFunctions(): FunctionTable {
  return Object.fromEntries(
    Object.entries(specialNames).flatMap(([name, own]) =>
      moduleFunctions[own] === undefined ? [] : [[name, moduleFunctions[own]]],
    ),
  )
}

// --- torch._C ---------------------------------------------------------------------------------------------------------

/** What `module.to(...)` was asked for: device, dtype, non_blocking, memory_format. */
const parseTo = native('_parse_to(*args, **kwargs)', (vm, [args, kwargs]) => {
  let device: Value = kwargs.get('device') ?? null
  let dtype: Value = kwargs.get('dtype') ?? null
  for (const v of args) {
    if (v instanceof DType) dtype = v
    else if (isTensor(v)) [device, dtype] = [deviceValue(v.device), v.dtype]
    else if (typeof v === 'string' || isInt(v) || v instanceof Device) device = v
  }
  const format = kwargs.get('memory_format') ?? null
  formatArg(vm, format)
  return tuple([device === null ? null : makeDevice(vm, device), dtype, kwargs.get('non_blocking') ?? false, format])
})

const cModule: HostModule = {
  name: 'torch._C',
  reason: 'the C++ side of PyTorch',
  make: () => ({
    _is_tracing: native('_is_tracing()', () => false),
    _get_tracing_state: native('_get_tracing_state()', () => null),
    _log_api_usage_once: native('_log_api_usage_once(*args)', () => null),
    _get_default_device: native('_get_default_device()', () => 'cpu'),
    _get_accelerator: native('_get_accelerator(check=None)', () => deviceValue('cpu')),
    _jit_set_profiling_mode: native('_jit_set_profiling_mode(mode)', () => false),
    _jit_set_profiling_executor: native('_jit_set_profiling_executor(mode)', () => false),
    _jit_override_can_fuse_on_cpu: native('_jit_override_can_fuse_on_cpu(mode)', () => null),
    _jit_override_can_fuse_on_gpu: native('_jit_override_can_fuse_on_gpu(mode)', () => null),
    _infer_size: native('_infer_size(a, b)', (vm, [a, b]) =>
      sizeTuple(broadcastShapes(vm, [sizeArg(vm, a), sizeArg(vm, b)])),
    ),
    _set_grad_enabled: unsupportedFunction('torch._C._set_grad_enabled'),
    _functions: namespace({}),
    device: deviceClass,
    Value: unsupportedClass('torch._C.Value'),
    Graph: unsupportedClass('torch._C.Graph'),
    Generator: unsupportedClass('torch._C.Generator'),
    ScriptMethod: unsupportedClass('torch._C.ScriptMethod'),
  }),
}

const cNnModule: HostModule = {
  name: 'torch._C._nn',
  reason: 'the C++ side of torch.nn.functional',
  make: () => ({ ...functionalFunctions, ...nnLosses, _parse_to: parseTo }),
}

// --- The list -----------------------------------------------------------------------------------------------------------

const moduleClassModule: HostModule = {
  name: 'torch.nn.modules.module',
  reason: 'every layer of every model goes through it',
  make: (vm) => ({
    Module: makeModuleClass(vm),
    register_module_forward_hook: unsupportedFunction('torch.nn.modules.module.register_module_forward_hook'),
    register_module_forward_pre_hook: unsupportedFunction('torch.nn.modules.module.register_module_forward_pre_hook'),
    _EXTRA_STATE_KEY_SUFFIX: '_extra_state',
  }),
  fallback: (vm, name) =>
    name === '_IncompatibleKeys' || name === '_addindent' ? vm.importer.from(methodsModule, name) : undefined,
}

function unsized(name: string): PyClass {
  return refusedClass(
    `torch.nn.parameter.${name}`,
    'a layer that takes its sizes from its first input (torch.nn.Lazy…) is not implemented',
    'Write the sizes: torch.nn.Linear(in_features, out_features) in place of LazyLinear(out_features).',
  )
}

const parameterModule: HostModule = {
  name: 'torch.nn.parameter',
  reason: 'parameters are tensors with a role',
  make: () => ({
    Parameter: parameterClass,
    Buffer: bufferClass,
    UninitializedParameter: unsized('UninitializedParameter'),
    UninitializedBuffer: unsized('UninitializedBuffer'),
    UninitializedTensorMixin: unsupportedClass('torch.nn.parameter.UninitializedTensorMixin'),
    is_lazy: native('is_lazy(param)', () => false),
    _is_param: native('_is_param(param)', (_vm, [v]) => isParameter(v)),
  }),
}

/** The host modules of a run; they are the same with and without PyTorch's source. */
export const torchModules: readonly HostModule[] = [
  helperModule,
  torchModule,
  classesModule,
  cModule,
  cNnModule,
  moduleClassModule,
  parameterModule,
  functionSpace('torch.nn.functional', functionalFunctions, functionalModule),
  functionSpace('torch.linalg', linalgFunctions),
  functionSpace('torch.fft', fftFunctions, functionalModule),
  functionSpace('torch.special', specialFunctions()),
]
