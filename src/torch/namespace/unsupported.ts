// Names that exist in PyTorch and that nothing here implements: they can be imported, compared and subclassed; using one
// ends the analysis.
import { native } from '../../python/native.ts'
import { types } from '../../python/types.ts'
import { PyClass, PyNative, type Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'

/** A function that ends the analysis when it is called. */
export function unsupportedFunction(name: string): PyNative {
  return new PyNative(types.builtin, name.split('.').at(-1) ?? name, (vm) => unsupported(vm, name), false)
}

export function unsupported(vm: Vm, name: string): never {
  return vm.stop('unsupported-op', `${name} is not implemented`)
}

/** A class that ends the analysis when it is instantiated. It belongs to one run: programs may subclass and patch it. */
export function unsupportedClass(name: string): PyClass {
  const dot = name.lastIndexOf('.')
  const cls = new PyClass(name.slice(dot + 1), [types.object], new Map(), name.slice(0, dot), { metaclass: types.type })
  cls.set('__module__', name.slice(0, dot))
  cls.set(
    '__new__',
    native('__new__(cls, *args, **kwargs)', (vm): Value => unsupported(vm, name)),
  )
  cls.set('apply', unsupportedFunction(`${name}.apply`))
  return cls
}
