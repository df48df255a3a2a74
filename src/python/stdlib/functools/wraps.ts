// `functools.wraps`: a function that looks like the one it stands for.
import { dict } from '../../make.ts'
import { native, natives } from '../../native.ts'
import { collect, dictUpdate, getAttrOr, setAttr } from '../../object.ts'
import { PyDict, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'

export const wrapperAssignments = ['__module__', '__name__', '__qualname__', '__doc__', '__annotations__']
export const wrapperUpdates = ['__dict__']

function names(vm: Vm, v: Value | undefined, standard: readonly string[]): readonly string[] {
  return v === undefined ? standard.filter((n) => n !== '__annotations__') : collect(vm, v).map(String)
}

export function updateWrapper(vm: Vm, wrapper: Value, wrapped: Value, assigned?: Value, updated?: Value): Value {
  for (const name of names(vm, assigned, wrapperAssignments)) {
    const v = getAttrOr(vm, wrapped, name)
    if (v !== undefined) setAttr(vm, wrapper, name, v)
  }
  for (const name of names(vm, updated, wrapperUpdates)) {
    const target = getAttrOr(vm, wrapper, name)
    if (target instanceof PyDict) dictUpdate(vm, target, getAttrOr(vm, wrapped, name) ?? dict())
  }
  setAttr(vm, wrapper, '__wrapped__', wrapped)
  return wrapper
}

export const wrapping: Record<string, Value> = natives({
  'update_wrapper(wrapper, wrapped, assigned=MISSING, updated=MISSING)': (vm, [wrapper, wrapped, assigned, updated]) =>
    updateWrapper(vm, wrapper, wrapped, assigned, updated),
  'wraps(wrapped, assigned=MISSING, updated=MISSING)': (_vm, [wrapped, assigned, updated]) =>
    native('decorator(wrapper, /)', (vm, [wrapper]) => updateWrapper(vm, wrapper, wrapped, assigned, updated)),
})
