// Abstract base classes: `ABCMeta` decides isinstance() and issubclass() by inheritance, registration and
// `__subclasshook__`, and refuses to instantiate a class with abstract methods left. The registrations of a run live in
// the machine, since the library's own abstract classes are constants.
import {
  call,
  collect,
  getAttr,
  getAttrOr,
  isInstance,
  isSubclass,
  makeFrozenset,
  setAttr,
  truth,
  typeOf,
} from '../object.ts'
import { notImplemented } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyClassMethod, PyProperty, PyStaticMethod, type Value } from '../values.ts'
import { stateKey } from '../state.ts'
import type { HostModule, Vm } from '../vm.ts'
import { mustBeClass, newClass } from './helpers.ts'

/** Classes registered with an abstract class by the program: `Mapping.register(MyMapping)`. */
const registrations = stateKey('abc.registrations', () => new Map<PyClass, PyClass[]>())

/** Classes of the host that count as subclasses of an abstract class of the host without inheriting from it. */
export interface VirtualBase {
  readonly registered: readonly PyClass[]
  /** Special methods that alone make a class one of these (`Iterable`: `__iter__`). */
  readonly needs: readonly string[]
}

const virtualBases = new WeakMap<PyClass, VirtualBase>()

/** Declares a host class abstract; done once, where the class is made. */
export function declareVirtual(cls: PyClass, row: VirtualBase): PyClass {
  virtualBases.set(cls, row)
  return cls
}

function hasMethods(candidate: PyClass, needs: readonly string[]): boolean {
  return needs.length > 0 && needs.every((name) => (candidate.lookup(name) ?? null) !== null)
}

/** `issubclass(candidate, cls)` for a class whose metaclass is ABCMeta. */
export function isVirtualSubclass(vm: Vm, candidate: PyClass, cls: PyClass): boolean {
  const hook = cls.builtin ? undefined : cls.lookup('__subclasshook__')
  if (hook !== undefined && hook !== types.object.lookup('__subclasshook__')) {
    const answer = call(vm, getAttr(vm, cls, '__subclasshook__'), [candidate])
    if (answer !== notImplemented) return truth(vm, answer)
  }
  if (candidate.isSubclassOf(cls)) return true
  const row = virtualBases.get(cls)
  if (row !== undefined) {
    if (hasMethods(candidate, row.needs)) return true
    if (row.registered.some((r) => candidate.isSubclassOf(r))) return true
  }
  return isRegistered(vm, candidate, cls)
}

function isRegistered(vm: Vm, candidate: PyClass, cls: PyClass): boolean {
  for (const [base, members] of vm.state(registrations)) {
    if (base.isSubclassOf(cls) && members.some((m) => isSubclass(vm, candidate, m))) return true
  }
  return false
}

function isAbstract(v: Value): boolean {
  if (v instanceof PyProperty) return [v.getter, v.setter, v.deleter].some(isAbstract)
  if (v instanceof PyClassMethod || v instanceof PyStaticMethod) return isAbstract(v.fn)
  return v !== null && typeof v === 'object' && 'dict' in v && v.dict?.get('__isabstractmethod__') === true
}

/** Names still abstract in a new class: its own, and the inherited ones it does not define. */
function abstractNames(vm: Vm, cls: PyClass): string[] {
  const names = [...cls.dict].filter(([, v]) => isAbstract(v)).map(([name]) => name)
  for (const base of cls.bases) {
    const inherited = base.lookup('__abstractmethods__')
    if (inherited === undefined) continue
    for (const name of collect(vm, inherited)) {
      if (typeof name !== 'string' || names.includes(name)) continue
      const v = cls.lookup(name)
      if (v !== undefined && isAbstract(v)) names.push(name)
    }
  }
  return names
}

export const ABCMeta: PyClass = classOf({
  name: 'ABCMeta',
  module: 'abc',
  bases: [types.type],
  methods: {
    __new__: native('__new__(mcls, name, bases, namespace, /, **kwargs)', (vm, [mcls, name, bases, ns, kwargs]) => {
      const cls = newClass(vm, mcls, name, bases, ns, kwargs, ABCMeta)
      const names = abstractNames(vm, cls)
      cls.set('__abstractmethods__', makeFrozenset(vm, names))
      return cls
    }),
    __instancecheck__: native('__instancecheck__(cls, instance, /)', (vm, [cls, instance]) =>
      isVirtualSubclass(vm, typeOf(instance), mustBeClass(vm, cls)),
    ),
    __subclasscheck__: native('__subclasscheck__(cls, subclass, /)', (vm, [cls, subclass]) =>
      isVirtualSubclass(vm, mustBeClass(vm, subclass), mustBeClass(vm, cls)),
    ),
    register: native('register(cls, subclass)', (vm, [cls, subclass]) => {
      const table = vm.state(registrations)
      const base = mustBeClass(vm, cls)
      table.set(base, [...(table.get(base) ?? []), mustBeClass(vm, subclass)])
      return subclass
    }),
  },
})

export const ABC: PyClass = classOf({ name: 'ABC', module: 'abc', metaclass: ABCMeta })

function markAbstract(vm: Vm, fn: Value): Value {
  setAttr(vm, fn, '__isabstractmethod__', true)
  return fn
}

const functions = natives({
  'abstractmethod(funcobj)': (vm, [fn]) => markAbstract(vm, fn),
  'abstractclassmethod(callable)': (vm, [fn]) => new PyClassMethod(types.classmethod, markAbstract(vm, fn)),
  'abstractstaticmethod(callable)': (vm, [fn]) => new PyStaticMethod(types.staticmethod, markAbstract(vm, fn)),
  'update_abstractmethods(cls)': (vm, [cls]) => {
    if (
      cls instanceof PyClass &&
      isInstance(vm, cls, ABCMeta) &&
      getAttrOr(vm, cls, '__abstractmethods__') !== undefined
    ) {
      cls.set('__abstractmethods__', makeFrozenset(vm, abstractNames(vm, cls)))
    }
    return cls
  },
})

export const abc: HostModule = {
  name: 'abc',
  reason: 'The metaclass decides isinstance() inside the object protocol, so it is part of the host.',
  make: () => ({ ABC, ABCMeta, ...functions }),
}
