// What Python holds while kernels run: a tensor is let go of when no variable of a running function and no argument of a
// running module refers to it any more, which may be long after the last kernel that reads it.
import { PyDict, PyInstance, PyList, PyObject, PyTuple, type Value, type Vm } from '../python/index.ts'
import { isModule, recording, Tensor, torchState, type KernelCall, type Storage } from '../torch/index.ts'

/** For each storage the last kernel during which something referred to it. */
export type Holding = ReadonlyMap<Storage, KernelCall>

/**
 * Runs, and notes at each recorded kernel which storages the variables of the functions on the stack and the arguments of the
 * running modules lead to. What a module has as attributes does not count: weights, buffers, other modules.
 */
export function holding<T>(vm: Vm, until: Map<Storage, KernelCall>, run: () => T): T {
  const { recorder } = vm.state(torchState)
  const push = (call: KernelCall): void => {
    recorder?.push(call)
    for (const storage of heldStorages(vm)) until.set(storage, call)
  }
  return recording(vm, { push }, run)
}

function heldStorages(vm: Vm): ReadonlySet<Storage> {
  const storages = new Set<Storage>()
  const seen = new Set<PyObject>()
  const visit = (v: Value | undefined): void => {
    if (v instanceof Tensor) storages.add(v.storage)
    if (!(v instanceof PyObject) || v instanceof Tensor || seen.has(v)) return
    seen.add(v)
    if (v instanceof PyTuple || v instanceof PyList) for (const item of v.items) visit(item)
    else if (v instanceof PyDict) for (const [, item] of v.entries.values()) visit(item)
    const attributes = v instanceof PyInstance ? v.dict : undefined
    if (attributes !== undefined && !isModule(vm, v)) for (const item of attributes.values()) visit(item)
  }
  for (const frame of vm.stack) {
    const named = frame.code.localNames().length
    for (let i = 0; i < named; i++) visit(frame.slots[i])
  }
  for (const { args, kwargs } of vm.state(torchState).moduleStack) {
    for (const arg of args) visit(arg)
    for (const arg of kwargs.values()) visit(arg)
  }
  return storages
}
