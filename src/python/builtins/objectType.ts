// `object`, `type`, and what is made of types and of names: `list[int]`, `types.ModuleType`, `types.SimpleNamespace`.
import {
  attributeDict,
  genericDelAttr,
  genericGetAttr,
  genericSetAttr,
  getAttrOr,
  raiseMissing,
} from '../object/attributes.ts'
import { makeClass, ordered } from '../object/build.ts'
import { allocate, callSpecial, instantiate } from '../object/call.ts'
import { asString, className, mustBe, plainInstance, typeOf } from '../object/classes.ts'
import { compareNumbers, same, truth } from '../object/compare.ts'
import { makeDict } from '../object/dicts.ts'
import { hash, idOf } from '../object/hash.ts'
import { collect } from '../object/iterate.ts'
import { repr, str } from '../object/text.ts'
import { list, notImplemented, tuple, union } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyClassMethod, PyDict, PyGeneric, PyObject, PyTuple, type Kwargs, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, getsets } from './define.ts'

const selfClass = (vm: Vm, v: Value): PyClass => mustBe(vm, v, PyClass, 'a type')

// --- object ---------------------------------------------------------------------------------------------------------

function newObject(vm: Vm, cls: PyClass, args: readonly Value[], kwargs: Kwargs): Value {
  if (args.length > 0 || kwargs.size > 0) {
    if (cls.lookup('__new__') !== types.object.dict.get('__new__')) {
      vm.raise(types.TypeError, 'object.__new__() takes exactly one argument (the type to instantiate)')
    }
    if (cls.lookup('__init__') === types.object.dict.get('__init__'))
      vm.raise(types.TypeError, `${cls.name}() takes no arguments`)
  }
  const kind = immutable.find((k) => cls.isSubclassOf(k))
  if (kind !== undefined)
    vm.raise(types.TypeError, `object.__new__(${cls.name}) is not safe, use ${kind.name}.__new__()`)
  return allocate(vm, cls)
}

/** Kinds whose instances are complete as soon as they exist. */
const immutable = [types.int, types.float, types.complex, types.str, types.bytes, types.tuple, types.frozenset]

function initObject(vm: Vm, self: Value, args: readonly Value[], kwargs: Kwargs): null {
  if (args.length === 0 && kwargs.size === 0) return null
  const cls = typeOf(self)
  if (cls.lookup('__init__') !== types.object.dict.get('__init__')) {
    vm.raise(types.TypeError, 'object.__init__() takes exactly one argument (the instance to initialize)')
  }
  if (cls.lookup('__new__') === types.object.dict.get('__new__')) {
    vm.raise(types.TypeError, `${cls.name}.__init__() takes exactly one argument (the instance to initialize)`)
  }
  return null
}

/** `module.Class`, without the module for builtins. */
export function qualifiedName(cls: PyClass): string {
  const module = moduleOf(cls)
  return module === 'builtins' ? cls.qualname : `${module}.${cls.qualname}`
}

function moduleOf(cls: PyClass): string {
  const own = cls.dict.get('__module__')
  return typeof own === 'string' ? own : cls.module
}

export function address(vm: Vm, v: Value): string {
  return `0x${(0x7f0000000000 + idOf(vm, v) * 16).toString(16)}`
}

function directory(vm: Vm, o: Value): Value {
  const names = new Set<string>()
  const classes = o instanceof PyClass ? o.mro : typeOf(o).mro
  for (const cls of classes) for (const name of cls.dict.keys()) names.add(name)
  if (o instanceof PyObject && !(o instanceof PyClass)) for (const name of o.dict?.keys() ?? []) names.add(name)
  vm.tick(names.size)
  return list([...names].sort())
}

fill(
  types.object,
  natives({
    '__new__(cls, *args, **kwargs)': (vm, [cls, args, kwargs]) => newObject(vm, selfClass(vm, cls), args, kwargs),
    '__init__(self, *args, **kwargs)': (vm, [self, args, kwargs]) => initObject(vm, self, args, kwargs),
    '__getattribute__(self, name, /)': (vm, [self, name]) => {
      const text = asString(vm, name, 'attribute name')
      const v = genericGetAttr(vm, self, text)
      return v === undefined ? raiseMissing(vm, self, text) : v
    },
    '__setattr__(self, name, value, /)': (vm, [self, name, v]) => {
      genericSetAttr(vm, self, asString(vm, name, 'attribute name'), v)
      return null
    },
    '__delattr__(self, name, /)': (vm, [self, name]) => {
      genericDelAttr(vm, self, asString(vm, name, 'attribute name'))
      return null
    },
    '__repr__(self, /)': (vm, [self]) => `<${qualifiedName(typeOf(self))} object at ${address(vm, self)}>`,
    '__str__(self, /)': (vm, [self]) => repr(vm, self),
    '__hash__(self, /)': (vm, [self]) => idOf(vm, self),
    '__ne__(self, value, /)': (vm, [self, other]) => {
      const equal = callSpecial(vm, self, '__eq__', [other])
      return equal === undefined || equal === notImplemented ? notImplemented : !truth(vm, equal)
    },
    '__format__(self, format_spec, /)': (vm, [self, spec]) =>
      spec === ''
        ? str(vm, self)
        : vm.raise(types.TypeError, `unsupported format string passed to ${className(self)}.__format__`),
    '__sizeof__(self, /)': () => 16,
    '__dir__(self, /)': (vm, [self]) => directory(vm, self),
    '__init_subclass__(cls, /, **kwargs)': (vm, [cls, kwargs]) =>
      kwargs.size === 0
        ? null
        : vm.raise(types.TypeError, `${selfClass(vm, cls).name}.__init_subclass__() takes no keyword arguments`),
  }),
  comparisons((_vm, op, a, b) => (op === '==' && same(a, b) ? true : undefined), ['==', '<', '<=', '>', '>=']),
  { __doc__: null },
)
types.object.set(
  '__subclasshook__',
  new PyClassMethod(
    types.classmethod,
    native('__subclasshook__(cls, subclass, /)', () => notImplemented),
  ),
)

getsets(types.object, {
  __class__: [
    (_vm, self) => typeOf(self),
    (vm, self, v) => {
      const cls = selfClass(vm, v)
      if (!(self instanceof PyObject) || self.cls.builtin || cls.builtin) {
        return vm.raise(
          types.TypeError,
          '__class__ assignment only supported for mutable types or ModuleType subclasses',
        )
      }
      self.cls = cls
    },
  ],
  __dict__: [
    (vm, self) => attributeDict(vm, self),
    (vm, self, v) => {
      const target = attributeDict(vm, self)
      const entries = [...mustBe(vm, v, PyDict, 'a dict').entries]
      target.entries.clear()
      for (const [k, entry] of entries) target.entries.set(k, entry)
    },
  ],
})

// --- NoneType, NotImplementedType, ellipsis -------------------------------------------------------------------------

fill(
  types.NoneType,
  natives({
    '__bool__(self, /)': () => false,
    '__repr__(self, /)': () => 'None',
    '__hash__(self, /)': (vm) => hash(vm, null),
  }),
)
fill(types.NotImplementedType, natives({ '__repr__(self, /)': () => 'NotImplemented' }))
fill(types.ellipsis, natives({ '__repr__(self, /)': () => 'Ellipsis' }))

// --- type -----------------------------------------------------------------------------------------------------------

function annotationsOf(vm: Vm, cls: PyClass): Value {
  const known = cls.dict.get('__annotations__')
  if (known !== undefined) return known
  const made = makeDict(
    vm,
    cls.annotations.map((a) => [a.name, a.evaluate(vm)] as const),
  )
  if (!cls.builtin) cls.dict.set('__annotations__', made)
  return made
}

fill(
  types.type,
  natives({
    '__new__(metacls, name, bases, dict, /, **kwargs)': (vm, [meta, name, bases, namespace, kwargs]) => {
      if (!(bases instanceof PyTuple)) {
        return vm.raise(types.TypeError, `type.__new__() argument 2 must be tuple, not ${className(bases)}`)
      }
      const base = bases.items
      return makeClass(
        vm,
        selfClass(vm, meta),
        asString(vm, name, 'type.__new__() argument 1'),
        base,
        mustBe(vm, namespace, PyDict, 'a dict'),
        kwargs,
      )
    },
    '__init__(cls, *args, **kwargs)': () => null,
    '__call__(cls, *args, **kwargs)': (vm, [cls, args, kwargs]) => instantiate(vm, selfClass(vm, cls), args, kwargs),
    '__instancecheck__(cls, instance, /)': (vm, [cls, v]) => plainInstance(vm, v, selfClass(vm, cls)),
    '__subclasscheck__(cls, subclass, /)': (vm, [cls, sub]) => selfClass(vm, sub).isSubclassOf(selfClass(vm, cls)),
    '__subclasses__(cls, /)': (vm, [cls]) => list([...selfClass(vm, cls).subclasses]),
    'mro(cls, /)': (vm, [cls]) => list([...selfClass(vm, cls).mro]),
    '__or__(self, value, /)': (_vm, [a, b]) => unionOf(a, b),
    '__ror__(self, value, /)': (_vm, [a, b]) => unionOf(b, a),
    '__repr__(self, /)': (vm, [cls]) => `<class '${qualifiedName(selfClass(vm, cls))}'>`,
    '__dir__(self, /)': (vm, [cls]) => directory(vm, cls),
  }),
)

/** `a | b` of two types; NotImplemented where one is no type. */
function unionOf(a: Value, b: Value): Value {
  const isType = (v: Value): boolean => v === null || v instanceof PyClass || v instanceof PyGeneric
  return isType(a) && isType(b) ? union([a, b]) : notImplemented
}

getsets(types.type, {
  __name__: [(vm, cls) => selfClass(vm, cls).name, (vm, cls, v) => void (changeable(vm, cls).name = asString(vm, v))],
  __qualname__: [
    (vm, cls) => selfClass(vm, cls).qualname,
    (vm, cls, v) => void (changeable(vm, cls).qualname = asString(vm, v)),
  ],
  __module__: [(vm, cls) => moduleOf(selfClass(vm, cls)), (vm, cls, v) => changeable(vm, cls).set('__module__', v)],
  __doc__: [
    (vm, cls) => selfClass(vm, cls).dict.get('__doc__') ?? null,
    (vm, cls, v) => changeable(vm, cls).set('__doc__', v),
  ],
  __mro__: (vm, cls) => tuple(selfClass(vm, cls).mro),
  __bases__: [(vm, cls) => tuple(selfClass(vm, cls).bases), (vm, cls, v) => setBases(vm, changeable(vm, cls), v)],
  __base__: (vm, cls) => selfClass(vm, cls).bases[0] ?? null,
  __dict__: (vm, cls) => attributeDict(vm, cls),
  __annotations__: [
    (vm, cls) => annotationsOf(vm, selfClass(vm, cls)),
    (vm, cls, v) => changeable(vm, cls).set('__annotations__', v),
  ],
  __text_signature__: () => null,
})

/** `cls.__bases__ = v` */
function setBases(vm: Vm, cls: PyClass, v: Value): void {
  const where = `${cls.name}.__bases__`
  if (!(v instanceof PyTuple)) vm.raise(types.TypeError, `can only assign tuple to ${where}, not ${className(v)}`)
  if (v.items.length === 0) vm.raise(types.TypeError, `can only assign non-empty tuple to ${where}, not ()`)
  const bases = v.items.map((b) =>
    b instanceof PyClass ? b : vm.raise(types.TypeError, `${where} must be tuple of classes, not '${className(b)}'`),
  )
  ordered(vm, bases, () => cls.rebase(bases))
}

function changeable(vm: Vm, v: Value): PyClass {
  const cls = selfClass(vm, v)
  return cls.builtin ? vm.raise(types.TypeError, `cannot set attributes of immutable type '${cls.name}'`) : cls
}

// --- types of typing: list[int], int | None -------------------------------------------------------------------------

const selfGeneric = (vm: Vm, v: Value): PyGeneric => mustBe(vm, v, PyGeneric, 'a parameterized type')

function typeText(vm: Vm, v: Value): string {
  if (v instanceof PyClass) return qualifiedName(v)
  if (v === null) return 'None'
  if (v instanceof PyObject && v.cls === types.ellipsis) return '...'
  if (v instanceof PyTuple || Array.isArray(v)) return repr(vm, v)
  return repr(vm, v)
}

function genericText(vm: Vm, g: PyGeneric): string {
  if (g.cls === types.UnionType) return g.args.map((a) => (a === null ? 'None' : typeText(vm, a))).join(' | ')
  const origin = g.origin instanceof PyClass ? qualifiedName(g.origin) : g.name
  return `${origin}[${g.args.map((a) => typeText(vm, a)).join(', ')}]`
}

function sameGeneric(a: Value, b: Value): boolean | undefined {
  if (!(a instanceof PyGeneric) || !(b instanceof PyGeneric)) return undefined
  if (a.cls !== b.cls || a.origin !== b.origin || a.args.length !== b.args.length) return false
  const args = b.args
  const matches = (x: Value, y: Value): boolean =>
    x === y || sameGeneric(x, y) === true || compareNumbers('==', x, y) === true
  if (a.cls === types.UnionType) return a.args.every((x) => args.some((y) => matches(x, y)))
  return a.args.every((x, i) => matches(x, args[i] ?? null))
}

const genericMethods = {
  ...natives({
    '__repr__(self, /)': (vm, [self]) => genericText(vm, selfGeneric(vm, self)),
    '__hash__(self, /)': (vm, [self]) => hash(vm, self),
    '__or__(self, value, /)': (_vm, [a, b]) => unionOf(a, b),
    '__ror__(self, value, /)': (_vm, [a, b]) => unionOf(b, a),
    '__getitem__(self, key, /)': (vm, [self, key]) => {
      const g = selfGeneric(vm, self)
      return new PyGeneric(g.cls, g.name, g.origin, key instanceof PyTuple ? key.items : [key])
    },
  }),
  ...comparisons(
    (_vm, op, a, b) => {
      const equal = sameGeneric(a, b)
      return equal === undefined ? undefined : equal === (op === '==')
    },
    ['==', '!='],
  ),
}

fill(types.GenericAlias, genericMethods)
fill(types.UnionType, genericMethods)
fill(
  types.GenericAlias,
  natives({
    '__call__(self, *args, **kwargs)': (vm, [self, args, kwargs]) => {
      const { origin } = selfGeneric(vm, self)
      return origin instanceof PyClass
        ? instantiate(vm, origin, args, kwargs)
        : vm.raise(types.TypeError, `${repr(vm, self)} is not callable`)
    },
    '__mro_entries__(self, bases, /)': (vm, [self]) => tuple([selfGeneric(vm, self).origin]),
  }),
)
for (const cls of [types.GenericAlias, types.UnionType]) {
  getsets(cls, {
    __origin__: (vm, self) => selfGeneric(vm, self).origin ?? types.UnionType,
    __args__: (vm, self) => tuple(selfGeneric(vm, self).args.map((a) => (a === null ? types.NoneType : a))),
    __parameters__: () => tuple([]),
  })
}

/** `list[int]`: a class with type arguments. */
export function parameterize(cls: Value, key: Value): Value {
  const name = cls instanceof PyClass ? cls.name : className(cls)
  return new PyGeneric(types.GenericAlias, name, cls, key instanceof PyTuple ? key.items : [key])
}

// --- module ---------------------------------------------------------------------------------------------------------

fill(
  types.module,
  natives({
    '__init__(self, name, doc=None)': (vm, [self, name, doc]) => {
      const values = { __name__: name, __doc__: doc, __package__: null, __loader__: null, __spec__: null }
      for (const [attribute, v] of Object.entries(values)) genericSetAttr(vm, self, attribute, v)
      return null
    },
  }),
)

// --- SimpleNamespace ------------------------------------------------------------------------------------------------

fill(
  types.SimpleNamespace,
  natives({
    '__init__(self, /, **kwargs)': (vm, [self, kwargs]) => {
      for (const [name, v] of kwargs) genericSetAttr(vm, self, name, v)
      return null
    },
    '__repr__(self, /)': (vm, [self]) => {
      const entries = collect(vm, getAttrOr(vm, self, '__dict__') ?? list([]))
      return `namespace(${entries.map((k) => `${String(k)}=${repr(vm, genericGetAttr(vm, self, String(k)) ?? null)}`).join(', ')})`
    },
  }),
  comparisons(
    (vm, op, a, b) => {
      if (typeOf(b) !== types.SimpleNamespace || (op !== '==' && op !== '!=')) return undefined
      return callSpecial(vm, attributeDict(vm, a), op === '==' ? '__eq__' : '__ne__', [attributeDict(vm, b)])
    },
    ['==', '!='],
  ),
)
