// Python that stands for compiled code, TorchScript's or PyTorch's own.
import { call } from '../python/object.ts'
import type { Kwargs, Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { torchState } from './state.ts'

/** Calls a function that is compiled; one that it calls in its turn is part of it. */
export function runScripted(vm: Vm, fn: Value, args: readonly Value[], kwargs: Kwargs): Value {
  const state = vm.state(torchState)
  const { scriptedFrom } = state
  state.scriptedFrom = scriptedFrom ?? vm.stack.length
  try {
    return call(vm, fn, args, kwargs)
  } finally {
    state.scriptedFrom = scriptedFrom
  }
}

/** Whether the program runs in compiled code. */
export function isScripted(vm: Vm): boolean {
  return vm.state(torchState).scriptedFrom !== undefined
}
