// What host code asks of modules of the interpreted program.
import type { PyInstance } from '../python/values.ts'
import { PyDict, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { hintNumber, prod } from '../sym/index.ts'
import { namedParameters } from './module/module.ts'
import { torchState, type Recorder } from './state.ts'
import { Tensor } from './tensor.ts'

/** A module's own parameters, those of its children left out. */
export function ownParameters(module: PyInstance): readonly (readonly [string, Tensor])[] {
  const table = module.dict.get('_parameters')
  if (!(table instanceof PyDict)) return []
  return [...table.entries.values()].flatMap(([name, p]) =>
    typeof name === 'string' && p instanceof Tensor ? [[name, p] as const] : [],
  )
}

/** Elements of all parameters, shared ones once. */
export function countParameters(vm: Vm, model: PyInstance): number {
  return namedParameters(vm, model).reduce((n, [, p]) => n + hintNumber(prod(p.shape)), 0)
}

/** Runs with the kernels that are launched going to a recorder. */
export function recording<T>(vm: Vm, recorder: Recorder, run: () => T): T {
  const state = vm.state(torchState)
  const outer = state.recorder
  state.recorder = recorder
  try {
    return run()
  } finally {
    state.recorder = outer
  }
}

/** Runs with the defaults under which a model is built: weights of the model's dtype, without data; nothing is recorded. */
export function withBuildDefaults(vm: Vm, run: () => Value): Value {
  const state = vm.state(torchState)
  const outer = { defaultDtype: state.defaultDtype, recorder: state.recorder }
  state.defaultDtype = state.modelDtype
  state.recorder = undefined
  state.deviceStack.push('meta')
  try {
    return run()
  } finally {
    state.deviceStack.pop()
    Object.assign(state, outer)
  }
}
