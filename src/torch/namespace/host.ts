// What the Python stand-ins need of the host: `torch._lm_predictor`, a module PyTorch does not have.
import { native, natives } from '../../python/native.ts'
import { asString, toIndex, toNumber, truth } from '../../python/object.ts'
import { noKwargs, type Value } from '../../python/values.ts'
import { stateKey, type HostModule, type Vm } from '../../python/vm.ts'
import { asTensor, sizeArg } from '../arguments.ts'
import { addBatchDim, removeBatchDim } from '../batching.ts'
import { callUnknown } from '../described.ts'
import { launch } from '../record.ts'
import { isScripted, runScripted } from '../scripted.ts'
import { outputOf } from '../tensor.ts'
import { torchState } from '../state.ts'
import { describedFunction, unsupportedClass, unsupportedFunction } from './unsupported.ts'

const inference = stateKey('torch.inference_mode', () => ({ on: false }))

export function isInferenceMode(vm: Vm): boolean {
  return vm.state(inference).on
}

const members: Record<string, Value> = {
  unsupported: native('unsupported(name)', (vm, [name]) => unsupportedFunction(asString(vm, name))),
  unsupported_class: native('unsupported_class(name)', (vm, [name]) => unsupportedClass(asString(vm, name))),
  stop: native('stop(what)', (vm, [what]) => callUnknown(vm, asString(vm, what), [], noKwargs)),
  refuse: native('refuse(why, hint)', (vm, [why, hint]) =>
    vm.stop('unsupported-op', asString(vm, why), { hint: asString(vm, hint) }),
  ),
  described: native('described(name)', (vm, [name]) => describedFunction(asString(vm, name))),
  call: native('call(name, *args, **kwargs)', (vm, [name, args, kwargs]) =>
    callUnknown(vm, asString(vm, name), args, kwargs),
  ),
  run_scripted: native('run_scripted(fn, *args, **kwargs)', (vm, [fn, args, kwargs]) =>
    runScripted(vm, fn, args, kwargs),
  ),
  is_scripting: native('is_scripting()', (vm) => isScripted(vm)),
  set_grad_enabled: native('set_grad_enabled(mode)', (vm, [mode]) => {
    const state = vm.state(torchState)
    const previous = state.gradEnabled
    state.gradEnabled = truth(vm, mode)
    return previous
  }),
  set_inference_mode: native('set_inference_mode(mode)', (vm, [mode]) => {
    const state = vm.state(inference)
    const previous = state.on
    state.on = truth(vm, mode)
    return previous
  }),
}

/** What functions under `torch.vmap` are given, and what becomes of their results. */
const mapping: Record<string, Value> = natives({
  'add_batch_dim(t, dim, level)': (vm, [t, dim, level]) =>
    addBatchDim(asTensor(vm, t), toNumber(vm, dim), toNumber(vm, level)),
  'remove_batch_dim(t, level, size, dim)': (vm, [t, level, size, dim]) =>
    removeBatchDim(vm, asTensor(vm, t), toNumber(vm, level), toIndex(vm, size), toNumber(vm, dim)),
})

/** Kernels that PyTorch launches on the way and has no name for in Python. */
const kernels: Record<string, Value> = natives({
  'unfold_backward(t, size, dim, length, step)': (vm, [v, size]) => {
    const t = asTensor(vm, v)
    const out = outputOf([t], sizeArg(vm, size), t.dtype)
    launch(vm, 'aten.unfold_backward.default', [t], [out])
    return out
  },
  // at::is_scalar_tensor_true of what a check looks at: only a program that passes it goes on.
  'compare_with_true(t)': (vm, [v]) => {
    const t = asTensor(vm, v)
    const one = outputOf([t], t.shape, t.dtype)
    launch(vm, 'aten.new_ones.default', [t], [one])
    launch(vm, 'aten.equal.default', [t, one], [])
    return null
  },
})

export const helperModule: HostModule = {
  name: 'torch._lm_predictor',
  reason: 'what stand-ins written in Python need of the host',
  make: () => ({ ...members, ...mapping, ...kernels }),
}
