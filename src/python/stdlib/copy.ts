// Shallow and deep copies. Immutable kinds are themselves; containers and instances are copied with a memo that is the
// program's own dict (keyed by id), since `__deepcopy__` methods read and write it.

import { native } from '../native.ts'
import { call, callSpecial, dictGet, dictSet, getAttrOr, idOf, makeDict, setAdd, typeOf } from '../object.ts'
import { types } from '../types.ts'
import {
  PyBytes,
  PyClass,
  PyClassMethod,
  PyComplex,
  PyDict,
  PyFloat,
  PyFunction,
  PyGeneric,
  PyInstance,
  PyList,
  PyMethod,
  PyModule,
  PyNative,
  PyObject,
  PyProperty,
  PyRange,
  PySet,
  PySlice,
  PyStaticMethod,
  PyTuple,
  type Value,
} from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'

/** Runs `f` unless `v` is being worked on already, further out. */
export function recursively<T>(active: Set<Value>, v: Value, again: T, f: () => T): T {
  if (active.has(v)) return again
  active.add(v)
  try {
    return f()
  } finally {
    active.delete(v)
  }
}

const atomicKinds = [
  PyFloat,
  PyComplex,
  PyBytes,
  PyClass,
  PyFunction,
  PyNative,
  PyModule,
  PyRange,
  PySlice,
  PyGeneric,
  PyProperty,
  PyStaticMethod,
  PyClassMethod,
] as const

function isAtomic(v: Value): boolean {
  if (!(v instanceof PyObject)) return true
  if (atomicKinds.some((kind) => v instanceof kind)) return true
  return v === null || [types.ellipsis, types.NotImplementedType].includes(v.cls as never)
}

/** `copy.deepcopy(v, memo)`. */
export function deepCopy(vm: Vm, v: Value, memo: PyDict = makeDict(vm, [])): Value {
  if (isAtomic(v) || !(v instanceof PyObject)) return v
  const id = idOf(vm, v)
  const known = dictGet(vm, memo, id)
  if (known !== undefined) return known
  const hook = getAttrOr(vm, v, '__deepcopy__')
  const copied = hook === undefined ? deepKind(vm, v, id, memo) : call(vm, hook, [memo])
  if (copied !== v) dictSet(vm, memo, id, copied)
  return copied
}

function deepKind(vm: Vm, v: PyObject, id: Value, memo: PyDict): Value {
  const deep = (x: Value): Value => deepCopy(vm, x, memo)
  if (v instanceof PyTuple) {
    const items = v.items.map(deep)
    return items.every((x, i) => x === v.items[i]) ? v : new PyTuple(v.cls, items)
  }
  if (v instanceof PyMethod) return new PyMethod(v.cls, v.fn, deep(v.self))
  const made = emptyLike(vm, v)
  if (made === undefined) return vm.raise(types.TypeError, `cannot pickle '${typeOf(v).name}' object`)
  dictSet(vm, memo, id, made)
  copyContents(vm, v, made, deep)
  return made
}

/** A new object of the same kind without contents; undefined for kinds that cannot be copied. */
function emptyLike(vm: Vm, v: PyObject): PyObject | undefined {
  if (v instanceof PyList) return new PyList(v.cls, [])
  if (v instanceof PySet) return new PySet(v.cls)
  if (v instanceof PyDict) {
    const made = new PyDict(v.cls)
    made.factory = v.factory
    return made
  }
  if (!(v instanceof PyInstance)) return undefined
  const made = v.cls.allocate === undefined ? new PyInstance(v.cls) : v.cls.allocate(v.cls)
  if (!(made instanceof PyInstance)) return vm.stop('internal', `copy of a ${v.cls.name}`)
  made.payload = v.payload
  if (v.hidden !== undefined) made.hidden = new Map(v.hidden)
  return made
}

function copyContents(vm: Vm, from: PyObject, to: PyObject, copy: (v: Value) => Value): void {
  if (from instanceof PyList && to instanceof PyList) to.items.push(...from.items.map(copy))
  if (from instanceof PySet && to instanceof PySet) for (const m of from.members.values()) setAdd(vm, to, copy(m))
  if (from instanceof PyDict && to instanceof PyDict) {
    for (const [key, value] of from.entries.values()) dictSet(vm, to, copy(key), copy(value))
  }
  if (from.dict === null || from.dict.size === 0) return
  const state = makeDict(
    vm,
    [...from.dict].map(([name, v]) => [name, copy(v)]),
  )
  restoreState(vm, from, to, state)
}

/** Sets the attributes of a copy, through `__getstate__` and `__setstate__` where the class has them. */
function restoreState(vm: Vm, from: PyObject, to: PyObject, state: PyDict): void {
  if (from.cls.lookup('__setstate__') !== undefined) {
    callSpecial(vm, to, '__setstate__', [state])
    return
  }
  const attributes = (to.dict ??= new Map())
  for (const [name, v] of state.entries.values()) attributes.set(String(name), v)
}

/** `copy.copy(v)`. */
function shallowCopy(vm: Vm, v: Value): Value {
  if (isAtomic(v) || !(v instanceof PyObject)) return v
  const hook = getAttrOr(vm, v, '__copy__')
  if (hook !== undefined) return call(vm, hook)
  if (v instanceof PyTuple || v instanceof PyMethod) return v
  const made = emptyLike(vm, v)
  if (made === undefined) return vm.raise(types.TypeError, `cannot pickle '${typeOf(v).name}' object`)
  copyContents(vm, v, made, (x) => x)
  return made
}

export const copy: HostModule = {
  name: 'copy',
  reason: 'The library copies by pickling protocols; here the kinds of values are known.',
  make: () => ({
    copy: native('copy(x)', (vm, [x]) => shallowCopy(vm, x)),
    deepcopy: native('deepcopy(x, memo=None, _nil=None)', (vm, [x, memo]) =>
      deepCopy(vm, x, memo instanceof PyDict ? memo : makeDict(vm, [])),
    ),
    Error: types.Exception,
  }),
}
