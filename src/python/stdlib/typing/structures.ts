// The typing constructs that classes inherit from. NamedTuple and TypedDict are stand-ins whose `__mro_entries__` put a
// hidden base class in their place; that base's `__init_subclass__` then turns the new class into what it declares.
import { tuple } from '../../make.ts'
import { classOf, native } from '../../native.ts'
import { ClassNamespace, collect, call, dictUpdate, getAttrOr, makeFrozenset, typeOf } from '../../object.ts'
import { types } from '../../types.ts'
import { PyClass, PyClassMethod, PyDict, PyGeneric, PyTuple, type Annotation, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { ABCMeta, isVirtualSubclass } from '../abc.ts'
import { instance, mustBeClass, newClass } from '../helpers.ts'
import { asNamedTuple } from '../namedtuple.ts'
import { genericAlias } from './aliases.ts'

const classGetItem = new PyClassMethod(
  types.classmethod,
  native('__class_getitem__(cls, params, /)', (_vm, [cls, params]) => {
    const args = params instanceof PyTuple ? params.items : [params]
    return new PyGeneric(genericAlias, cls instanceof PyClass ? cls.name : '', cls, args)
  }),
)

export const Generic: PyClass = classOf({
  name: 'Generic',
  module: 'typing',
  attributes: { __class_getitem__: classGetItem },
})

// --- Protocol --------------------------------------------------------------------------------------------------------

const notMembers = new Set(
  (
    '__abstractmethods__ __annotations__ __dict__ __doc__ __init__ __module__ __new__ __slots__ __subclasshook__ __weakref__ ' +
    '__class_getitem__ __init_subclass__ __parameters__ __orig_bases__ __qualname__ __hash__ __match_args__ ' +
    '_is_protocol _is_runtime_protocol'
  ).split(' '),
)

/** The names that a protocol asks for: what it and the protocols it inherits from define or annotate. */
function protocolMembers(cls: PyClass): string[] {
  const protocols = cls.mro.filter((c) => c !== Protocol && c !== Generic && c !== types.object)
  const names = protocols.flatMap((c) => [...c.dict.keys(), ...c.annotations.map((a) => a.name)])
  return [...new Set(names)].filter((name) => !notMembers.has(name))
}

function checkProtocol(vm: Vm, v: Value, cls: PyClass): boolean {
  if (isVirtualSubclass(vm, typeOf(v), cls)) return true
  if (!cls.bases.includes(Protocol)) return false
  if (cls.dict.get('_is_runtime_protocol') !== true) {
    vm.raise(types.TypeError, 'Instance and class checks can only be used with @runtime_checkable protocols')
  }
  return protocolMembers(cls).every((name) => getAttrOr(vm, v, name) !== undefined)
}

const ProtocolMeta: PyClass = classOf({
  name: '_ProtocolMeta',
  module: 'typing',
  bases: [ABCMeta],
  methods: {
    __instancecheck__: native('__instancecheck__(cls, instance, /)', (vm, [cls, v]) =>
      checkProtocol(vm, v, mustBeClass(vm, cls)),
    ),
  },
})

export const Protocol: PyClass = classOf({
  name: 'Protocol',
  module: 'typing',
  bases: [Generic],
  metaclass: ProtocolMeta,
  attributes: { __class_getitem__: classGetItem, _is_protocol: true },
})

/** A protocol of the library: a class whose instances have one method. */
export function supports(name: string, method: string): PyClass {
  return classOf({
    name,
    module: 'typing',
    bases: [Protocol],
    attributes: { _is_runtime_protocol: true, [method]: native(`${method}(self)`, () => null) },
  })
}

// --- NamedTuple ------------------------------------------------------------------------------------------------------

const stand = (name: string, base: () => PyClass, make: Value): Value => {
  const cls = classOf({
    name,
    module: 'typing',
    methods: {
      __mro_entries__: native('__mro_entries__(self, bases, /)', () => tuple([base()])),
      __call__: make,
      __repr__: native('__repr__(self, /)', () => `<function ${name}>`),
    },
  })
  return instance(cls, { __name__: name })
}

function initSubclass(fill: (vm: Vm, cls: PyClass, kwargs: ReadonlyMap<string, Value>) => void): PyClassMethod {
  return new PyClassMethod(
    types.classmethod,
    native('__init_subclass__(cls, /, **kwargs)', (vm, [cls, kwargs]) => {
      fill(vm, mustBeClass(vm, cls), kwargs)
      return null
    }),
  )
}

const namedTupleBase: PyClass = classOf({
  name: 'NamedTuple',
  module: 'typing',
  bases: [types.tuple],
  attributes: {
    __init_subclass__: initSubclass((vm, cls) => {
      if (!cls.bases.includes(namedTupleBase)) return
      const defaults = new Map<string, Value>()
      for (const { name } of cls.annotations) {
        const v = cls.dict.get(name)
        if (v !== undefined) defaults.set(name, v)
        else if (defaults.size > 0) {
          const earlier = [...defaults.keys()].join(', ')
          vm.raise(types.TypeError, `Non-default namedtuple field ${name} cannot follow default field ${earlier}`)
        }
      }
      asNamedTuple(
        vm,
        cls,
        cls.annotations.map((a) => a.name),
        defaults,
      )
    }),
  },
})

/** Annotations given as values, not as source. */
export function givenAnnotation(name: string, value: Value): Annotation {
  return { name, text: '', evaluate: () => value }
}

/** `class typename(base)` whose body only annotates. */
function annotatedSubclass(
  vm: Vm,
  typename: Value,
  base: PyClass,
  annotations: readonly Annotation[],
  kwargs?: ReadonlyMap<string, Value>,
): PyClass {
  const namespace = new ClassNamespace(types.dict)
  namespace.annotations = annotations
  return newClass(vm, types.type, typename, tuple([base]), namespace, kwargs)
}

export const NamedTuple: Value = stand(
  'NamedTuple',
  () => namedTupleBase,
  native('__call__(self, typename, fields=None, /, **kwargs)', (vm, [, typename, fields, kwargs]) => {
    const pairs =
      fields === null
        ? [...kwargs].map(([name, type]) => givenAnnotation(name, type))
        : collect(vm, fields).map((pair) => {
            const [name = null, type = null] = collect(vm, pair)
            return givenAnnotation(String(name), type)
          })
    return annotatedSubclass(vm, typename, namedTupleBase, pairs)
  }),
)

// --- TypedDict -------------------------------------------------------------------------------------------------------

const requiredText = /^(?:typing(?:_extensions)?\.)?(Not)?Required\[/

function fillTypedDict(vm: Vm, cls: PyClass, total: boolean): void {
  const own = cls.annotations
  const isRequired = (a: Annotation): boolean => {
    const marked = requiredText.exec(a.text)
    return marked === null ? total : marked[1] === undefined
  }
  const inherited = cls.bases.flatMap((b) => b.annotations)
  const before = (name: string): Value[] =>
    cls.bases.flatMap((b) => {
      const keys = b.dict.get(name)
      return keys === undefined ? [] : collect(vm, keys)
    })
  const names = (required: boolean): Value[] => own.filter((a) => isRequired(a) === required).map((a) => a.name)
  cls.annotations = [...inherited.filter((a) => !own.some((o) => o.name === a.name)), ...own]
  cls.set('__total__', total)
  cls.set('__required_keys__', makeFrozenset(vm, [...before('__required_keys__'), ...names(true)]))
  cls.set('__optional_keys__', makeFrozenset(vm, [...before('__optional_keys__'), ...names(false)]))
  cls.instanceCheck = (vm) => vm.raise(types.TypeError, 'TypedDict does not support instance and class checks')
}

const typedDictBase: PyClass = classOf({
  name: 'TypedDict',
  module: 'typing',
  bases: [types.dict],
  attributes: {
    __init_subclass__: initSubclass((vm, cls, kwargs) => {
      fillTypedDict(vm, cls, kwargs.get('total') !== false)
    }),
  },
  methods: {
    __new__: native('__new__(cls, /, *args, **kwargs)', (vm, [, args, kwargs]) => call(vm, types.dict, args, kwargs)),
  },
})

export const TypedDict: Value = stand(
  'TypedDict',
  () => typedDictBase,
  native('__call__(self, typename, fields=None, /, *, total=True)', (vm, [, typename, fields, total]) => {
    const given = new PyDict(types.dict)
    if (fields !== null) dictUpdate(vm, given, fields)
    const annotations = [...given.entries.values()].map(([name, type]) => givenAnnotation(String(name), type))
    return annotatedSubclass(vm, typename, typedDictBase, annotations, new Map([['total', total]]))
  }),
)

export function isTypedDict(v: Value): boolean {
  return v instanceof PyClass && v !== typedDictBase && v.isSubclassOf(typedDictBase)
}
