// Attribute access as CPython's `PyObject_GenericGetAttr` and `type.__getattribute__` do it: data descriptors of the
// class, then the instance's own dictionary, then other class attributes, then `__getattr__`. A class that overrides
// `__getattribute__`, `__setattr__` or `__delattr__` is asked first. A missing attribute is `undefined` here until
// somebody has to raise, so `hasattr` and lookups with a default cost no exception.
import { exception } from '../make.ts'
import { types } from '../types.ts'
import {
  PyClass,
  PyClassMethod,
  PyDict,
  PyException,
  PyFunction,
  PyGeneric,
  PyMethod,
  PyModule,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PySuper,
  type AttributeHooks,
  type Value,
} from '../values.ts'
import { stateKey } from '../state.ts'
import type { Vm } from '../vm.ts'
import { call, callSlot } from './call.ts'
import { className, typeOf } from './classes.ts'
import { LiveEntries, ModuleEntries } from './live.ts'

// --- Reading --------------------------------------------------------------------------------------------------------

/** `o.name`. */
export function getAttr(vm: Vm, o: Value, name: string): Value {
  const v = find(vm, o, name)
  return v === undefined ? raiseMissing(vm, o, name) : v
}

/** `o.name`, undefined where `o` has none. Only an AttributeError of the program counts as missing. */
export function getAttrOr(vm: Vm, o: Value, name: string): Value | undefined {
  // What a module has not run yet runs now: an error in that does not mean that the module lacks the name.
  if (o instanceof PyModule && o.pending.has(name)) return find(vm, o, name)
  try {
    return find(vm, o, name)
  } catch (e) {
    if (isAttributeError(e)) return undefined
    throw e
  }
}

export function isAttributeError(e: unknown): boolean {
  return e instanceof PyException && e.value.cls.isSubclassOf(types.AttributeError)
}

function find(vm: Vm, o: Value, name: string): Value | undefined {
  const hooks = hooksOf(typeOf(o))
  if (hooks.getattr === undefined) return direct(vm, o, name, hooks)
  try {
    const v = direct(vm, o, name, hooks)
    if (v !== undefined) return v
  } catch (e) {
    if (!isAttributeError(e)) throw e
  }
  return callSlot(vm, hooks.getattr, [o, name])
}

function direct(vm: Vm, o: Value, name: string, hooks: AttributeHooks): Value | undefined {
  return hooks.getattribute === undefined ? genericGetAttr(vm, o, name) : callSlot(vm, hooks.getattribute, [o, name])
}

function hooksOf(cls: PyClass): AttributeHooks {
  return (cls.hooks ??= {
    getattribute: override(cls, '__getattribute__'),
    getattr: cls.lookup('__getattr__'),
    setattr: override(cls, '__setattr__'),
    delattr: override(cls, '__delattr__'),
  })
}

function override(cls: PyClass, name: string): Value | undefined {
  const v = cls.lookup(name)
  return v === types.object.dict.get(name) ? undefined : v
}

/** `object.__getattribute__`, and that of the builtin kinds that have their own: undefined where there is no such attribute. */
export function genericGetAttr(vm: Vm, o: Value, name: string): Value | undefined {
  if (o instanceof PyClass) return classAttribute(vm, o, name)
  if (o instanceof PySuper) return superAttribute(vm, o, name)
  const cls = typeOf(o)
  const attribute = cls.lookup(name)
  if (attribute !== undefined && isDataDescriptor(attribute)) return bindAttribute(vm, attribute, o, cls)
  if (o instanceof PyObject && o.dict !== null) {
    const own = o.dict.get(name)
    if (own !== undefined) return own
  }
  if (o instanceof PyModule) {
    const own = vm.importer.attribute(o, name)
    if (own !== undefined) return own
  }
  if (attribute !== undefined) return bindAttribute(vm, attribute, o, cls)
  if (o instanceof PyMethod) return getAttrOr(vm, o.fn, name)
  if (o instanceof PyGeneric && o.origin !== null && !/^__.*__$/.test(name)) return getAttrOr(vm, o.origin, name)
  return undefined
}

function classAttribute(vm: Vm, cls: PyClass, name: string): Value | undefined {
  const meta = cls.cls
  const ofMeta = meta.lookup(name)
  if (ofMeta !== undefined && isDataDescriptor(ofMeta)) return bindAttribute(vm, ofMeta, cls, meta)
  const own = cls.lookup(name)
  if (own !== undefined) return bindAttribute(vm, own, undefined, cls)
  return ofMeta === undefined ? undefined : bindAttribute(vm, ofMeta, cls, meta)
}

/** What comes after a class in the method resolution order of `self`'s class. */
function superAttribute(vm: Vm, s: PySuper, name: string): Value | undefined {
  const bound = s.self
  const ofClass = bound instanceof PyClass && bound.isSubclassOf(s.after)
  const mro = (ofClass ? bound : typeOf(bound)).mro
  if (name === '__class__') return s.cls
  for (let i = mro.indexOf(s.after) + 1; i < mro.length; i++) {
    const cls = mro[i]
    const v = cls?.dict.get(name)
    if (v !== undefined)
      return ofClass ? bindAttribute(vm, v, undefined, bound) : bindAttribute(vm, v, bound, typeOf(bound))
  }
  const own = types.super.lookup(name)
  return own === undefined ? undefined : bindAttribute(vm, own, s, types.super)
}

export function raiseMissing(vm: Vm, o: Value, name: string): never {
  const e = exception(types.AttributeError, [missingMessage(o, name)])
  e.dict.set('name', name)
  e.dict.set('obj', o)
  return vm.throw(e)
}

function missingMessage(o: Value, name: string): string {
  if (o instanceof PyClass) return `type object '${o.name}' has no attribute '${name}'`
  if (o instanceof PyModule) return `module '${o.name}' has no attribute '${name}'`
  return `'${className(o)}' object has no attribute '${name}'`
}

// --- Descriptors ----------------------------------------------------------------------------------------------------

/** Descriptors that come before the instance's own dictionary: those with `__set__` or `__delete__`. */
function isDataDescriptor(v: Value): boolean {
  if (!(v instanceof PyObject)) return false
  if (v instanceof PyFunction || v instanceof PyNative || v instanceof PyClass) return false
  return v instanceof PyProperty || v.cls.lookup('__set__') !== undefined || v.cls.lookup('__delete__') !== undefined
}

/** A class attribute as seen from an instance (`self`), or from the class itself (`self` undefined): `__get__` applied. */
export function bindAttribute(vm: Vm, v: Value, self: Value | undefined, cls: PyClass): Value {
  if (!(v instanceof PyObject)) return v
  if (v instanceof PyFunction) return self === undefined ? v : new PyMethod(types.method, v, self)
  if (v instanceof PyNative) return self === undefined || !v.binds ? v : new PyMethod(types.method, v, self)
  if (v instanceof PyProperty && isPlainProperty(v)) return self === undefined ? v : readProperty(vm, v, self)
  if (v instanceof PyStaticMethod) return v.fn
  if (v instanceof PyClassMethod) return bindClassMethod(vm, v.fn, cls)
  if (v instanceof PyClass || v instanceof PyMethod) return v
  const get = v.cls.lookup('__get__')
  return get === undefined ? v : callSlot(vm, get, [v, self ?? null, cls])
}

function isPlainProperty(p: PyProperty): boolean {
  return (
    p.cls === types.property || p.cls === types.getset || p.cls.lookup('__get__') === types.property.dict.get('__get__')
  )
}

export function readProperty(vm: Vm, p: PyProperty, self: Value): Value {
  if (p.getter === null) return vm.raise(types.AttributeError, `${propertyName(p, self)} has no getter`)
  return call(vm, p.getter, [self])
}

function propertyName(p: PyProperty, self: Value): string {
  return p.name === undefined ? 'property' : `property '${p.name}' of '${className(self)}' object`
}

/** A class method wraps a function, or (deprecated in Python, but in use) another descriptor, which then sees the class. */
function bindClassMethod(vm: Vm, fn: Value, cls: PyClass): Value {
  if (fn instanceof PyFunction || fn instanceof PyNative || fn instanceof PyMethod)
    return new PyMethod(types.method, fn, cls)
  if (fn instanceof PyProperty) return readProperty(vm, fn, cls)
  const get = typeOf(fn).lookup('__get__')
  return get === undefined ? new PyMethod(types.method, fn, cls) : callSlot(vm, get, [fn, cls, cls.cls])
}

// --- Writing --------------------------------------------------------------------------------------------------------

/** `o.name = v`. */
export function setAttr(vm: Vm, o: Value, name: string, v: Value): void {
  const hook = hooksOf(typeOf(o)).setattr
  if (hook === undefined) genericSetAttr(vm, o, name, v)
  else callSlot(vm, hook, [o, name, v])
}

/** `object.__setattr__`, and that of classes and modules. */
export function genericSetAttr(vm: Vm, o: Value, name: string, v: Value): void {
  const cls = typeOf(o)
  const attribute = cls.lookup(name)
  if (attribute instanceof PyObject && writeDescriptor(vm, attribute, o, v)) return
  if (o instanceof PyClass) {
    refuseBuiltin(vm, o, name)
    o.set(name, v)
  } else if (o instanceof PyModule) vm.importer.setAttribute(o, name, v)
  else if (o instanceof PyObject && cls.hasDict) (o.dict ??= new Map()).set(name, v)
  else if (attribute === undefined) raiseMissing(vm, o, name)
  else raiseReadOnly(vm, o, name)
}

function refuseBuiltin(vm: Vm, cls: PyClass, name: string): void {
  if (cls.builtin) vm.raise(types.TypeError, `cannot set '${name}' attribute of immutable type '${cls.name}'`)
}

/** Writes through a data descriptor; false where `d` is none. */
function writeDescriptor(vm: Vm, d: PyObject, o: Value, v: Value): boolean {
  if (d instanceof PyFunction || d instanceof PyNative) return false
  if (d instanceof PyProperty && (d.cls === types.property || d.cls === types.getset)) {
    writeProperty(vm, d, o, v)
    return true
  }
  const set = d.cls.lookup('__set__')
  if (set === undefined) return false
  callSlot(vm, set, [d, o, v])
  return true
}

export function writeProperty(vm: Vm, p: PyProperty, o: Value, v: Value): void {
  if (p.setter === null) vm.raise(types.AttributeError, `${propertyName(p, o)} has no setter`)
  call(vm, p.setter, [o, v])
}

/** `del o.name`. */
export function delAttr(vm: Vm, o: Value, name: string): void {
  const hook = hooksOf(typeOf(o)).delattr
  if (hook === undefined) genericDelAttr(vm, o, name)
  else callSlot(vm, hook, [o, name])
}

/** `object.__delattr__`, and that of classes and modules. */
export function genericDelAttr(vm: Vm, o: Value, name: string): void {
  const attribute = typeOf(o).lookup(name)
  if (attribute instanceof PyProperty && attribute.cls.isSubclassOf(types.property))
    return deleteProperty(vm, attribute, o)
  if (attribute instanceof PyObject) {
    const remove = attribute.cls.lookup('__delete__')
    if (remove !== undefined) {
      callSlot(vm, remove, [attribute, o])
      return
    }
  }
  if (o instanceof PyClass) {
    refuseBuiltin(vm, o, name)
    if (!o.delete(name)) raiseMissing(vm, o, name)
  } else if (o instanceof PyModule) {
    if (!vm.importer.deleteAttribute(o, name)) raiseMissing(vm, o, name)
  } else if (!(o instanceof PyObject) || o.dict?.delete(name) !== true) {
    if (attribute === undefined || typeOf(o).hasDict) raiseMissing(vm, o, name)
    raiseReadOnly(vm, o, name)
  }
}

function raiseReadOnly(vm: Vm, o: Value, name: string): never {
  return vm.raise(types.AttributeError, `'${className(o)}' object attribute '${name}' is read-only`)
}

export function deleteProperty(vm: Vm, p: PyProperty, o: Value): void {
  if (p.deleter === null) vm.raise(types.AttributeError, `${propertyName(p, o)} has no deleter`)
  call(vm, p.deleter, [o])
}

// --- Shortcuts ------------------------------------------------------------------------------------------------------

/**
 * For a call `o.name(…)`: the function to be called with `o` as its first argument, where the class says it all and no
 * bound method needs to be made. Otherwise undefined, and `getAttr` followed by `call` does the same.
 */
export function unboundMethod(o: Value, name: string): PyFunction | PyNative | undefined {
  if (o instanceof PyClass || o instanceof PyModule || o instanceof PySuper) return undefined
  const cls = typeOf(o)
  const v = cls.lookup(name)
  if (!(v instanceof PyFunction || (v instanceof PyNative && v.binds))) return undefined
  if (hooksOf(cls).getattribute !== undefined) return undefined
  if (o instanceof PyObject && o.dict !== null && o.dict.has(name)) return undefined
  return v
}

const attributeDicts = stateKey('python.__dict__', () => new WeakMap<Map<string, Value>, PyDict>())

/** The live `__dict__` of an object: what is written through it is an attribute, and the other way round. */
export function attributeDict(vm: Vm, o: Value): PyDict {
  if (!(o instanceof PyObject) || !(o instanceof PyClass || o instanceof PyModule || o.cls.hasDict)) {
    return raiseMissing(vm, o, '__dict__')
  }
  const attributes = (o.dict ??= new Map())
  const views = vm.state(attributeDicts)
  let view = views.get(attributes)
  if (view === undefined) {
    view = makeView(vm, o, attributes)
    views.set(attributes, view)
  }
  return view
}

function makeView(vm: Vm, o: PyObject, attributes: Map<string, Value>): PyDict {
  if (o instanceof PyClass) return new PyDict(types.mappingproxy, new LiveEntries(attributes))
  if (o instanceof PyModule) return new PyDict(types.dict, new ModuleEntries(vm, vm.importer.load(o)))
  return new PyDict(types.dict, new LiveEntries(attributes))
}
