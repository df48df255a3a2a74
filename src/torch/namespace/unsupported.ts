// Names that exist in PyTorch and that nothing here implements: they can be imported, compared and subclassed; using one
// ends the analysis, unless it is described as a kernel (described.ts).
import { classOf, native } from '../../python/native.ts'
import { types } from '../../python/types.ts'
import { PyClass, PyInstance, PyNative, type Value } from '../../python/values.ts'
import { raise } from '../../text/index.ts'
import { callUnknown, launchUnknown } from '../described.ts'

/** A function that ends the analysis when it is called. */
export function unsupportedFunction(name: string): PyNative {
  return unsupported(name, false)
}

/** The same as a method, of which the object is the first argument. */
export function unsupportedMethod(name: string): PyNative {
  return unsupported(name, true)
}

function unsupported(name: string, isMethod: boolean): PyNative {
  const fn: PyNative['fn'] = (vm, args, kwargs) => callUnknown(vm, name, args, kwargs)
  return new PyNative(types.builtin, name.split('.').at(-1) ?? name, fn, isMethod)
}

/** A function that is described: Python's call, and Triton's `function[grid](…)`. */
export function describedFunction(name: string): Value {
  return functionOf(describedClass, name)
}

function functionOf(cls: PyClass, name: string): Value {
  const made = new PyInstance(cls)
  made.dict.set('__name__', name.split('.').at(-1) ?? name)
  made.dict.set('__qualname__', name)
  return made
}

function nameOf(self: Value): string {
  const name = self instanceof PyInstance ? self.dict.get('__qualname__') : undefined
  return typeof name === 'string' ? name : raise('internal', 'a described function without a name')
}

const launcherClass = classOf({
  name: 'kernel_launcher',
  module: 'torch',
  methods: {
    __call__: native('__call__(self, *args, **kwargs)', (vm, [self, args, kwargs]) =>
      launchUnknown(vm, nameOf(self), args, kwargs),
    ),
  },
})

const describedClass = classOf({
  name: 'described_function',
  module: 'torch',
  methods: {
    __call__: native('__call__(self, *args, **kwargs)', (vm, [self, args, kwargs]) =>
      callUnknown(vm, nameOf(self), args, kwargs),
    ),
    __getitem__: native('__getitem__(self, grid)', (_vm, [self]) => functionOf(launcherClass, nameOf(self))),
  },
})

/** A class of which nothing can be made, and what to write instead. */
export function refusedClass(name: string, why: string, hint: string): PyClass {
  const cls = unsupportedClass(name)
  cls.set(
    '__new__',
    native('__new__(cls, *args, **kwargs)', (vm): Value => vm.stop('unsupported-op', why, { hint })),
  )
  return cls
}

/** A class that ends the analysis when it is instantiated. It belongs to one run: programs may subclass and patch it. */
export function unsupportedClass(name: string): PyClass {
  const dot = name.lastIndexOf('.')
  const cls = new PyClass(name.slice(dot + 1), [types.object], new Map(), name.slice(0, dot), { metaclass: types.type })
  cls.set('__module__', name.slice(0, dot))
  cls.set(
    '__new__',
    native('__new__(cls, *args, **kwargs)', (vm, [, args, kwargs]): Value => callUnknown(vm, name, args, kwargs)),
  )
  cls.set('apply', unsupportedFunction(`${name}.apply`))
  return cls
}
