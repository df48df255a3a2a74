// The module `torch` itself: functions, dtypes, classes, settings. Attributes that are Python classes of stand-ins
// (`torch.no_grad`) are fetched from their modules when first asked for.
import { classOf, native } from '../../python/native.ts'
import type { PyClass, Value } from '../../python/values.ts'
import type { HostModule, Vm } from '../../python/vm.ts'
import {
  finfoClass,
  iinfoClass,
  layoutClass,
  memoryFormatClass,
  memoryFormats,
  sparseLayouts,
  strided,
} from '../constants.ts'
import { deviceClass } from '../device.ts'
import { dtypeAliases, dtypeClass, dtypes } from '../dtype.ts'
import { moduleFunctions } from '../functions/index.ts'
import { legacyTypes } from '../legacy.ts'
import { sizeClass } from '../size.ts'
import { tensorClass } from '../tensor.ts'
import { knownFunctions } from './names.ts'
import { numbers, settings, typenameFunction } from './settings.ts'
import { unsupportedClass, unsupportedFunction } from './unsupported.ts'

/** Attributes and the stand-in modules that define them. */
const elsewhere: Readonly<Record<string, string>> = {
  no_grad: 'torch.autograd.grad_mode',
  enable_grad: 'torch.autograd.grad_mode',
  set_grad_enabled: 'torch.autograd.grad_mode',
  inference_mode: 'torch.autograd.grad_mode',
  autocast: 'torch.amp.autocast_mode',
  compile: 'torch.compiler',
  load: 'lm_predictor_checkpoints',
  vmap: 'torch._functorch.apis',
  Generator: 'lm_predictor_torch_classes',
}

/** Classes of `torch` that can be named, and asked of an object whether it is one, but not made. */
const classes = `
  Stream Event Storage UntypedStorage TypedStorage FloatStorage HalfStorage LongStorage ByteStorage ScriptModule ScriptFunction
  ScriptObject Future SymInt SymFloat SymBool OutOfMemoryError AcceleratorError JITException qscheme GradScaler
  DisableTorchFunctionSubclass
`
  .trim()
  .split(/\s+/)

/** Functions of before 1.8, kinds of accelerators: names that PyTorch 2.13 does not have, and that programs ask for. */
const absent = [
  'rfft',
  'irfft',
  'ifft',
  'npu',
  'mlu',
  'musa',
  'hpu',
  'tpu',
  'neuron',
  'sdaa',
  'xla',
  'privateuse1',
  'rocm',
]

function classStubs(): Record<string, Value> {
  return Object.fromEntries(classes.map((name) => [name, unsupportedClass(`torch.${name}`)]))
}

function members(): Record<string, Value> {
  return {
    ...classStubs(),
    ...moduleFunctions,
    ...settings,
    ...numbers,
    ...dtypes,
    ...dtypeAliases,
    ...memoryFormats,
    legacy_contiguous_format: memoryFormats.contiguous_format,
    strided,
    ...sparseLayouts,
    Tensor: tensorClass,
    Size: sizeClass,
    dtype: dtypeClass,
    device: deviceClass,
    layout: layoutClass,
    memory_format: memoryFormatClass,
    finfo: finfoClass,
    iinfo: iinfoClass,
    typename: typenameFunction,
    ...Object.fromEntries([...legacyTypes].map(([name, { cls }]) => [name, cls])),
  }
}

function fallback(vm: Vm, name: string): Value | undefined {
  const module = elsewhere[name]
  if (module !== undefined) return vm.importer.from(module, name)
  return knownFunctions.torch.has(name) ? unsupportedFunction(`torch.${name}`) : undefined
}

export const torchModule: HostModule = {
  name: 'torch',
  reason: 'tensors have shapes and no data, and every operation is a row of a table',
  make: members,
  fallback,
  absent,
}

/** `torch.Generator`: a source of random numbers, which have no values here. */
export const classesModule: HostModule = {
  name: 'lm_predictor_torch_classes',
  reason: 'classes of torch that programs make and hand on',
  make: () => ({ Generator: generatorClass() }),
}

function generatorClass(): PyClass {
  return classOf({
    name: 'Generator',
    module: 'torch',
    mutable: true,
    methods: {
      __init__: native('__init__(self, device=None)', () => null),
      manual_seed: native('manual_seed(self, seed)', (_vm, [self]) => self),
      seed: native('seed(self)', () => 0),
      initial_seed: native('initial_seed(self)', () => 0),
    },
  })
}
