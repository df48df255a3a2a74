// Which class a value has, and the checks that rest on it: `isinstance`, `issubclass`, and host code's own narrowing.
import { callSlot } from './call.ts'
import { truth } from './compare.ts'
import { types } from '../types.ts'
import { PyClass, PyGeneric, PyInstance, PyObject, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'

export function typeOf(v: Value): PyClass {
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return types.int
    case 'string':
      return types.str
    case 'boolean':
      return types.bool
    default:
      if (v === null) return types.NoneType
      return v instanceof PyObject ? v.cls : types.int // the rest is SymInt
  }
}

/** The name that error messages show: `'int' object …`. */
export function className(v: Value): string {
  return typeOf(v).name
}

/** The override of a check in a metaclass, undefined where `type`'s own holds. */
function metaCheck(cls: PyClass, name: '__instancecheck__' | '__subclasscheck__'): Value | undefined {
  if (cls.cls === types.type) return undefined
  const check = cls.cls.lookup(name)
  return check === types.type.dict.get(name) ? undefined : check
}

/** `isinstance(v, cls)`: a class, a tuple of such, a union, or anything whose class has `__instancecheck__`. */
export function isInstance(vm: Vm, v: Value, cls: Value): boolean {
  if (cls instanceof PyClass) {
    const own = typeOf(v)
    if (own === cls) return true
    const check = metaCheck(cls, '__instancecheck__')
    if (check !== undefined) return truth(vm, callSlot(vm, check, [cls, v]))
    return plainInstance(vm, v, cls)
  }
  if (cls instanceof PyTuple) return cls.items.some((c) => isInstance(vm, v, c))
  if (cls instanceof PyGeneric && isUnion(cls))
    return cls.args.some((c) => (c === null ? v === null : isInstance(vm, v, c)))
  if (cls instanceof PyGeneric) {
    return vm.raise(types.TypeError, 'isinstance() argument 2 cannot be a parameterized generic')
  }
  const check = typeOf(cls).lookup('__instancecheck__')
  if (check !== undefined) return truth(vm, callSlot(vm, check, [cls, v]))
  return vm.raise(types.TypeError, 'isinstance() arg 2 must be a type, a tuple of types, or a union')
}

/** `type.__instancecheck__`. */
export function plainInstance(vm: Vm, v: Value, cls: PyClass): boolean {
  return typeOf(v).isSubclassOf(cls) || (cls.instanceCheck !== undefined && cls.instanceCheck(vm, v))
}

/** `issubclass(sub, cls)`. */
export function isSubclass(vm: Vm, sub: Value, cls: Value): boolean {
  if (cls instanceof PyTuple) return cls.items.some((c) => isSubclass(vm, sub, c))
  if (cls instanceof PyGeneric && isUnion(cls)) {
    return cls.args.some((c) => isSubclass(vm, sub, c === null ? types.NoneType : c))
  }
  if (!(sub instanceof PyClass)) return vm.raise(types.TypeError, 'issubclass() arg 1 must be a class')
  if (cls instanceof PyClass) {
    const check = metaCheck(cls, '__subclasscheck__')
    return check === undefined ? sub.isSubclassOf(cls) : truth(vm, callSlot(vm, check, [cls, sub]))
  }
  const check = cls instanceof PyGeneric ? undefined : typeOf(cls).lookup('__subclasscheck__')
  if (check !== undefined) return truth(vm, callSlot(vm, check, [cls, sub]))
  return vm.raise(types.TypeError, 'issubclass() arg 2 must be a class, a tuple of classes, or a union')
}

/** The classes that an annotation names: a class, or the members of a union; undefined for anything else. */
export function classesOf(v: Value): readonly PyClass[] | undefined {
  if (v instanceof PyClass) return [v]
  if (!(v instanceof PyGeneric) || !isUnion(v)) return undefined
  const members = v.args.map((c) => (c === null ? types.NoneType : c))
  return members.every((c) => c instanceof PyClass) ? members : undefined
}

function isUnion(g: PyGeneric): boolean {
  return g.cls === types.UnionType || g.name === 'Union' || g.name === 'Optional'
}

/** The text of a str or of an instance of a str subclass; undefined for anything else. */
export function stringOf(v: Value): string | undefined {
  if (typeof v === 'string') return v
  return v instanceof PyInstance && typeof v.payload === 'string' ? v.payload : undefined
}

/** The text of a str; TypeError for anything else. `what` names it in the message: `replace() argument 1`. */
export function asString(vm: Vm, v: Value, what = 'argument'): string {
  return stringOf(v) ?? vm.raise(types.TypeError, `${what} must be str, not ${className(v)}`)
}

/** Narrows a value to the kind that a host function works on; TypeError for anything else. */
export function mustBe<T extends PyObject>(
  vm: Vm,
  v: Value,
  kind: abstract new (...args: never) => T,
  expected: string,
): T {
  if (v instanceof kind) return v
  return vm.raise(types.TypeError, `expected ${expected}, got ${className(v)}`)
}
