// Functions, methods and descriptors: function, builtin_function_or_method, method, property, staticmethod, classmethod,
// super, code.
import {
  attributeDict,
  bindAttribute,
  deleteProperty,
  getAttrOr,
  readProperty,
  setAttr,
  writeProperty,
} from '../object/attributes.ts'
import { call, construct } from '../object/call.ts'
import { asString, className, mustBe, typeOf } from '../object/classes.ts'
import { dictSet, makeDict, mappingItems } from '../object/dicts.ts'
import { equals, same } from '../object/compare.ts'
import { hash } from '../object/hash.ts'
import { repr } from '../object/text.ts'
import { tuple } from '../make.ts'
import { natives } from '../native.ts'
import { types } from '../types.ts'
import {
  PyClass,
  PyClassMethod,
  PyFunction,
  PyInstance,
  PyMethod,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PySuper,
  PyTuple,
  type Value,
} from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, getsets } from './define.ts'
import { address, qualifiedName } from './objectType.ts'

/** What `descriptor.__get__(obj, type)` gives. */
function get(vm: Vm, d: Value, o: Value, cls: Value): Value {
  const owner = cls instanceof PyClass ? cls : typeOf(o)
  return bindAttribute(vm, d, o === null && cls !== types.NoneType ? undefined : o, owner)
}

const getter = natives({ '__get__(self, instance, owner=None, /)': (vm, [d, o, cls]) => get(vm, d, o, cls) })
const caller = natives({ '__call__(self, /, *args, **kwargs)': (vm, [f, args, kwargs]) => call(vm, f, args, kwargs) })

// --- function -------------------------------------------------------------------------------------------------------

const selfFunction = (vm: Vm, v: Value): PyFunction => mustBe(vm, v, PyFunction, 'a function')

/** The function whose code a code object is, for `types.FunctionType`. */
const codeOwner = Symbol('code')

function codeObject(f: PyFunction): PyInstance {
  const { code } = f
  const { params } = code
  const flags =
    (params.varArgs === undefined ? 0 : 4) | (params.varKwargs === undefined ? 0 : 8) | (code.isGenerator ? 32 : 0)
  const attributes: Record<string, Value> = {
    co_name: code.name,
    co_qualname: code.qualname,
    co_filename: code.file.path,
    co_firstlineno: code.line,
    co_argcount: params.positional.length,
    co_posonlyargcount: params.positionalOnly,
    co_kwonlyargcount: params.keywordOnly.length,
    co_varnames: tuple(code.localNames()),
    co_nlocals: code.localNames().length,
    co_flags: flags | (code.isAsync ? 128 : 0),
  }
  const o = new PyInstance(types.code)
  for (const [name, v] of Object.entries(attributes)) o.dict.set(name, v)
  o.hidden = new Map([[codeOwner, f]])
  return o
}

fill(
  types.code,
  natives({
    '__repr__(self, /)': (vm, [self]) => `<code object ${attribute(vm, self, 'co_name')} at ${address(vm, self)}>`,
  }),
)

function attribute(vm: Vm, o: Value, name: string): string {
  return String(getAttrOr(vm, o, name) ?? '')
}

function functionAnnotations(vm: Vm, f: PyFunction): Value {
  const known = f.special?.get('__annotations__')
  if (known !== undefined) return known
  const made = makeDict(vm)
  for (const a of f.code.annotations) dictSet(vm, made, a.name, a.evaluate(vm, f))
  ;(f.special ??= new Map()).set('__annotations__', made)
  return made
}

/** `types.FunctionType(code, globals, name, argdefs, closure)`: another function of the same code. */
function functionOfCode(vm: Vm, code: Value, name: Value, defaults: Value): PyFunction {
  const f = code instanceof PyInstance ? code.hidden?.get(codeOwner) : undefined
  if (!(f instanceof PyFunction)) {
    return vm.raise(types.TypeError, `function() argument 'code' must be code, not ${className(code)}`)
  }
  const made = new PyFunction(types.function, f.code, f.closure, f.globals)
  if (name !== null) made.name = asString(vm, name, 'arg 3 (name)')
  if (defaults !== null) made.defaults = mustBe(vm, defaults, PyTuple, 'a tuple').items
  return made
}

fill(
  types.function,
  getter,
  caller,
  natives({
    '__new__(cls, code, globals, name=None, argdefs=None, closure=None)': (vm, [, code, , name, defaults]) =>
      functionOfCode(vm, code, name, defaults),
    '__init__(self, /, *args, **kwargs)': () => null,
    '__repr__(self, /)': (vm, [f]) => `<function ${selfFunction(vm, f).qualname} at ${address(vm, f)}>`,
  }),
)

getsets(types.function, {
  __name__: [
    (vm, f) => selfFunction(vm, f).name,
    (vm, f, v) => void (selfFunction(vm, f).name = asString(vm, v, '__name__')),
  ],
  __qualname__: [
    (vm, f) => selfFunction(vm, f).qualname,
    (vm, f, v) => void (selfFunction(vm, f).qualname = asString(vm, v, '__qualname__')),
  ],
  __module__: [
    (vm, f) => specialOr(vm, f, '__module__', (g) => g.code.module),
    (vm, f, v) => putSpecial(vm, f, '__module__', v),
  ],
  __doc__: [
    (vm, f) => specialOr(vm, f, '__doc__', (g) => g.code.docstring()),
    (vm, f, v) => putSpecial(vm, f, '__doc__', v),
  ],
  __annotations__: [
    (vm, f) => functionAnnotations(vm, selfFunction(vm, f)),
    (vm, f, v) => putSpecial(vm, f, '__annotations__', v),
  ],
  __code__: (vm, f) => codeObject(selfFunction(vm, f)),
  __globals__: (vm, f) => attributeDict(vm, selfFunction(vm, f).globals),
  __closure__: () => null,
  __defaults__: [
    (vm, f) => {
      const { defaults } = selfFunction(vm, f)
      return defaults.length === 0 ? null : tuple(defaults)
    },
    (vm, f, v) => void (selfFunction(vm, f).defaults = v === null ? [] : mustBe(vm, v, PyTuple, 'a tuple').items),
  ],
  __kwdefaults__: [
    (vm, f) => {
      const { kwDefaults } = selfFunction(vm, f)
      return kwDefaults.size === 0 ? null : makeDict(vm, kwDefaults)
    },
    (vm, f, v) => {
      const defaults = new Map<string, Value>()
      if (v !== null) for (const [k, x] of mappingItems(vm, v)) defaults.set(asString(vm, k), x)
      selfFunction(vm, f).kwDefaults = defaults
    },
  ],
})

function own(v: Value, name: string): Value | undefined {
  return v instanceof PyObject ? v.dict?.get(name) : undefined
}

function ownOr(v: Value, name: string, otherwise: () => Value): Value {
  const known = own(v, name)
  return known === undefined ? otherwise() : known
}

function put(v: Value, name: string, x: Value): void {
  if (v instanceof PyObject) (v.dict ??= new Map()).set(name, x)
}

function specialOr(vm: Vm, f: Value, name: string, otherwise: (f: PyFunction) => Value): Value {
  const fn = selfFunction(vm, f)
  const known = fn.special?.get(name)
  return known === undefined ? otherwise(fn) : known
}

function putSpecial(vm: Vm, f: Value, name: string, v: Value): void {
  const fn = selfFunction(vm, f)
  ;(fn.special ??= new Map()).set(name, v)
}

// --- functions of the host ------------------------------------------------------------------------------------------

const selfNative = (vm: Vm, v: Value): PyNative => mustBe(vm, v, PyNative, 'a builtin function')

for (const cls of [types.builtin, types.methodDescriptor]) {
  fill(
    cls,
    getter,
    caller,
    natives({
      '__repr__(self, /)': (vm, [f]) =>
        cls === types.builtin
          ? `<built-in function ${selfNative(vm, f).name}>`
          : `<method '${selfNative(vm, f).name}'>`,
    }),
  )
  getsets(cls, {
    __name__: (vm, f) => selfNative(vm, f).name,
    __qualname__: (vm, f) => selfNative(vm, f).name,
    __module__: () => 'builtins',
    __doc__: () => null,
    __self__: () => null,
  })
}

// --- method ---------------------------------------------------------------------------------------------------------

const selfMethod = (vm: Vm, v: Value): PyMethod => mustBe(vm, v, PyMethod, 'a method')

fill(
  types.method,
  getter,
  caller,
  natives({
    '__new__(cls, function, instance, /)': (_vm, [, f, self]) => new PyMethod(types.method, f, self),
    '__repr__(self, /)': (vm, [m]) => {
      const { fn, self } = selfMethod(vm, m)
      return `<bound method ${attribute(vm, fn, '__qualname__')} of ${repr(vm, self)}>`
    },
    '__hash__(self, /)': (vm, [m]) => hash(vm, m),
  }),
  comparisons(
    (vm, op, a, b) => {
      if (!(a instanceof PyMethod) || !(b instanceof PyMethod)) return undefined
      return (same(a.self, b.self) && equals(vm, a.fn, b.fn)) === (op === '==')
    },
    ['==', '!='],
  ),
)
getsets(types.method, {
  __self__: (vm, m) => selfMethod(vm, m).self,
  __func__: (vm, m) => selfMethod(vm, m).fn,
  __doc__: (vm, m) => getAttrOr(vm, selfMethod(vm, m).fn, '__doc__') ?? null,
  __module__: (vm, m) => getAttrOr(vm, selfMethod(vm, m).fn, '__module__') ?? null,
})

// --- property -------------------------------------------------------------------------------------------------------

const selfProperty = (vm: Vm, v: Value): PyProperty => mustBe(vm, v, PyProperty, 'a property')

/** A copy of a property with one of its functions replaced, of the property's own class. */
function copyProperty(vm: Vm, v: Value, change: { getter?: Value; setter?: Value; deleter?: Value }): Value {
  const p = selfProperty(vm, v)
  const [get = p.getter, set = p.setter, remove = p.deleter] = [change.getter, change.setter, change.deleter]
  const made =
    p.cls === types.property
      ? new PyProperty(types.property, get, set, remove)
      : construct(vm, p.cls, [get, set, remove])
  if (made instanceof PyProperty) made.name = p.name
  return made
}

fill(
  types.property,
  natives({
    '__init__(self, fget=None, fset=None, fdel=None, doc=None)': (vm, [self, fget, fset, fdel, doc]) => {
      const p = selfProperty(vm, self)
      p.getter = fget
      p.setter = fset
      p.deleter = fdel
      const text = doc ?? (fget === null ? null : (getAttrOr(vm, fget, '__doc__') ?? null))
      if (text !== null) (p.dict ??= new Map()).set('__doc__', text)
      return null
    },
    'getter(self, fget, /)': (vm, [p, f]) => copyProperty(vm, p, { getter: f }),
    'setter(self, fset, /)': (vm, [p, f]) => copyProperty(vm, p, { setter: f }),
    'deleter(self, fdel, /)': (vm, [p, f]) => copyProperty(vm, p, { deleter: f }),
    '__get__(self, instance, owner=None, /)': (vm, [p, o]) =>
      o === null ? p : readProperty(vm, selfProperty(vm, p), o),
    '__set__(self, instance, value, /)': (vm, [p, o, v]) => {
      writeProperty(vm, selfProperty(vm, p), o, v)
      return null
    },
    '__delete__(self, instance, /)': (vm, [p, o]) => {
      deleteProperty(vm, selfProperty(vm, p), o)
      return null
    },
    '__set_name__(self, owner, name, /)': (vm, [p, , name]) => {
      selfProperty(vm, p).name = asString(vm, name)
      return null
    },
  }),
)
getsets(types.property, {
  fget: (vm, p) => selfProperty(vm, p).getter,
  fset: (vm, p) => selfProperty(vm, p).setter,
  fdel: (vm, p) => selfProperty(vm, p).deleter,
  __doc__: [
    (vm, p) => ownOr(p, '__doc__', () => getAttrOr(vm, selfProperty(vm, p).getter, '__doc__') ?? null),
    (_vm, p, v) => put(p, '__doc__', v),
  ],
  __isabstractmethod__: (vm, p) =>
    [selfProperty(vm, p).getter, selfProperty(vm, p).setter].some((f) => own(f, '__isabstractmethod__') === true),
})
fill(
  types.getset,
  natives({
    '__get__(self, instance, owner=None, /)': (vm, [p, o]) =>
      o === null ? p : readProperty(vm, selfProperty(vm, p), o),
    '__set__(self, instance, value, /)': (vm, [p, o, v]) => {
      writeProperty(vm, selfProperty(vm, p), o, v)
      return null
    },
  }),
)
getsets(types.getset, { __name__: (vm, p) => selfProperty(vm, p).name ?? '', __doc__: () => null })

// --- staticmethod, classmethod --------------------------------------------------------------------------------------

function wrapped(vm: Vm, v: Value): Value {
  if (v instanceof PyStaticMethod || v instanceof PyClassMethod) return v.fn
  return vm.raise(types.TypeError, `expected a static or class method, got ${className(v)}`)
}

fill(
  types.staticmethod,
  getter,
  natives({
    '__new__(cls, function, /)': (vm, [cls, f]) => new PyStaticMethod(mustBe(vm, cls, PyClass, 'a type'), f),
    '__init__(self, function, /)': () => null,
    '__call__(self, /, *args, **kwargs)': (vm, [self, args, kwargs]) => call(vm, wrapped(vm, self), args, kwargs),
  }),
)
fill(
  types.classmethod,
  getter,
  natives({
    '__new__(cls, function, /)': (vm, [cls, f]) => new PyClassMethod(mustBe(vm, cls, PyClass, 'a type'), f),
    '__init__(self, function, /)': () => null,
  }),
)
for (const cls of [types.staticmethod, types.classmethod]) {
  fill(cls, natives({ '__repr__(self, /)': (vm, [v]) => `<${cls.name}(${repr(vm, wrapped(vm, v))})>` }))
  const forward = (name: string) => (vm: Vm, v: Value) =>
    ownOr(v, name, () => getAttrOr(vm, wrapped(vm, v), name) ?? null)
  getsets(cls, {
    __func__: (vm, v) => wrapped(vm, v),
    __wrapped__: (vm, v) => wrapped(vm, v),
    __name__: forward('__name__'),
    __qualname__: forward('__qualname__'),
    __module__: forward('__module__'),
    __doc__: forward('__doc__'),
    __isabstractmethod__: [
      (vm, v) => own(wrapped(vm, v), '__isabstractmethod__') === true,
      (vm, v, x) => setAttr(vm, wrapped(vm, v), '__isabstractmethod__', x),
    ],
  })
}

// --- super ----------------------------------------------------------------------------------------------------------

function makeSuper(vm: Vm, cls: Value, self: Value): PySuper {
  const after = mustBe(vm, cls, PyClass, 'a type')
  const fits = typeOf(self).isSubclassOf(after) || (self instanceof PyClass && self.isSubclassOf(after))
  if (!fits) vm.raise(types.TypeError, 'super(type, obj): obj must be an instance or subtype of type')
  return new PySuper(types.super, after, self)
}

const selfSuper = (vm: Vm, v: Value): PySuper => mustBe(vm, v, PySuper, 'a super object')

fill(
  types.super,
  natives({
    '__new__(cls, type=MISSING, object=MISSING, /)': (vm, [, cls, self]) => {
      if (cls === undefined) return vm.raise(types.RuntimeError, 'super(): no arguments')
      if (self === undefined) return vm.stop('unsupported-syntax', 'super(type) without an object')
      return makeSuper(vm, cls, self)
    },
    '__init__(self, *args)': () => null,
    '__repr__(self, /)': (vm, [self]) => {
      const s = selfSuper(vm, self)
      return `<super: <class '${qualifiedName(s.after)}'>, <${typeOf(s.self).name} object>>`
    },
  }),
)
getsets(types.super, { __thisclass__: (vm, s) => selfSuper(vm, s).after, __self__: (vm, s) => selfSuper(vm, s).self })
