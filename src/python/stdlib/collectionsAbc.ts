// collections.abc: one row per abstract class, with what it requires, which builtin classes count as one, and the methods
// it gives to classes that inherit from it. The rows are in the order of inheritance.
import { ellipsis, generic, stringKey } from '../make.ts'
import { classOf, native } from '../native.ts'
import { PyClass, PyClassMethod, PyGeneric, PyList, PyNative, PySet, PyTuple, type Value } from '../values.ts'
import { types } from '../types.ts'
import type { HostModule, Vm } from '../vm.ts'
import { repr } from '../object.ts'
import { ABCMeta, declareVirtual } from './abc.ts'
import {
  mappingMixin,
  mutableMappingMixin,
  mutableSequenceMixin,
  mutableSetMixin,
  sequenceMixin,
  setMixin,
  viewMixins,
  type Mixin,
} from './mixins.ts'

interface AbstractClass {
  readonly name: string
  readonly bases?: readonly string[]
  /** Methods a subclass has to define. */
  readonly abstract?: readonly string[]
  /** Methods that make any class one of these; without them only inheritance and registration count. */
  readonly needs?: readonly string[]
  readonly registered?: readonly PyClass[]
  readonly mixin?: Mixin
}

const { list, tuple, str, bytes, bytearray, range, set, frozenset, dict, generator } = types
const mutableSequences = [list, bytearray]
const sequences = [tuple, str, range, bytes, types.memoryview, ...mutableSequences]
const keyViews = [types.dictKeys]
const itemViews = [types.dictItems]
const sets = [set, frozenset, ...keyViews, ...itemViews]
const mappings = [dict, types.mappingproxy]

/** A row whose abstract methods alone decide membership. */
function byMethods(name: string, methods: readonly string[], bases?: readonly string[]): AbstractClass {
  return { name, abstract: methods, needs: methods, ...(bases === undefined ? {} : { bases }) }
}

const rows: readonly AbstractClass[] = [
  byMethods('Hashable', ['__hash__']),
  byMethods('Awaitable', ['__await__']),
  { ...byMethods('Coroutine', ['send', 'throw', 'close', '__await__'], ['Awaitable']), registered: [types.coroutine] },
  byMethods('AsyncIterable', ['__aiter__']),
  byMethods('AsyncIterator', ['__anext__', '__aiter__'], ['AsyncIterable']),
  { ...byMethods('AsyncGenerator', ['__aiter__', '__anext__', 'asend', 'athrow', 'aclose'], ['AsyncIterator']) },
  byMethods('Iterable', ['__iter__']),
  byMethods('Iterator', ['__next__', '__iter__'], ['Iterable']),
  byMethods('Reversible', ['__reversed__', '__iter__'], ['Iterable']),
  { name: 'Generator', bases: ['Iterator'], abstract: ['send', 'throw'], registered: [generator] },
  byMethods('Sized', ['__len__']),
  byMethods('Container', ['__contains__']),
  byMethods('Callable', ['__call__']),
  byMethods('Collection', ['__len__', '__iter__', '__contains__'], ['Sized', 'Iterable', 'Container']),
  { name: 'Set', bases: ['Collection'], registered: sets, mixin: setMixin },
  { name: 'MutableSet', bases: ['Set'], abstract: ['add', 'discard'], registered: [set], mixin: mutableSetMixin },
  { name: 'Mapping', bases: ['Collection'], abstract: ['__getitem__'], registered: mappings, mixin: mappingMixin },
  {
    name: 'MappingView',
    bases: ['Sized'],
    registered: [types.dictKeys, types.dictValues, types.dictItems],
    mixin: viewMixins.view,
  },
  { name: 'KeysView', bases: ['MappingView', 'Set'], registered: keyViews, mixin: viewMixins.keys },
  { name: 'ItemsView', bases: ['MappingView', 'Set'], registered: itemViews, mixin: viewMixins.items },
  {
    name: 'ValuesView',
    bases: ['MappingView', 'Collection'],
    registered: [types.dictValues],
    mixin: viewMixins.values,
  },
  {
    name: 'MutableMapping',
    bases: ['Mapping'],
    abstract: ['__setitem__', '__delitem__'],
    registered: [dict],
    mixin: mutableMappingMixin,
  },
  {
    name: 'Sequence',
    bases: ['Reversible', 'Collection'],
    abstract: ['__getitem__'],
    registered: sequences,
    mixin: sequenceMixin,
  },
  { name: 'ByteString', bases: ['Sequence'], registered: [bytes, bytearray] },
  {
    name: 'MutableSequence',
    bases: ['Sequence'],
    abstract: ['__setitem__', '__delitem__', 'insert'],
    registered: mutableSequences,
    mixin: mutableSequenceMixin,
  },
]

/** A method that a subclass has to define. */
function abstractMethod(name: string): PyNative {
  const stub = native(`${name}(self, *args, **kwargs)`, (vm) => vm.raise(types.NotImplementedError, name))
  const method = new PyNative(types.methodDescriptor, name, stub.fn, true, stub.signature)
  method.dict = new Map<string, Value>([['__isabstractmethod__', true]])
  return method
}

/** `Callable[[int], str]`, which prints its parameters as a list. */
const callableAlias: PyClass = classOf({
  name: '_CallableGenericAlias',
  module: 'collections.abc',
  bases: [types.GenericAlias],
  methods: {
    __repr__: native('__repr__(self, /)', (vm, [self]) => {
      const shown = (self instanceof PyGeneric ? self.args : []).map((a) => typeName(vm, a))
      const result = shown.pop() ?? ''
      const inputs = shown.length === 1 && shown[0] === '...' ? '...' : `[${shown.join(', ')}]`
      return `collections.abc.Callable[${inputs}, ${result}]`
    }),
  },
})

function typeName(vm: Vm, v: Value): string {
  if (v === ellipsis) return '...'
  if (v instanceof PyClass) return v.module === 'builtins' ? v.qualname : `${v.module}.${v.qualname}`
  return repr(vm, v)
}

/** `Mapping[str, int]`; the parameters of `Callable[[int], str]` are stored flat, as CPython stores them. */
const classGetItem = new PyClassMethod(
  types.classmethod,
  native('__class_getitem__(cls, params, /)', (_vm, [cls, params]) => {
    const args = params instanceof PyTuple ? params.items : [params]
    const name = cls instanceof PyClass ? cls.name : ''
    const flat = name === 'Callable' ? args.flatMap((a) => (a instanceof PyList ? a.items : [a])) : args
    return name === 'Callable' ? new PyGeneric(callableAlias, name, cls, flat) : generic(name, cls, flat)
  }),
)

function abstractNames(names: Iterable<string>): PySet {
  const s = new PySet(types.frozenset)
  for (const name of names) s.members.set(stringKey(name), name)
  return s
}

function makeClasses(): ReadonlyMap<string, PyClass> {
  const made = new Map<string, PyClass>()
  const required = new Map<string, ReadonlySet<string>>()
  for (const row of rows) {
    const bases = (row.bases ?? []).flatMap((b) => made.get(b) ?? [])
    const own = row.abstract ?? []
    const mixin = row.mixin?.(made) ?? {}
    const provided = Object.keys(mixin)
    const inherited = (row.bases ?? [])
      .flatMap((b) => [...(required.get(b) ?? [])])
      .filter((n) => !provided.includes(n))
    required.set(row.name, new Set([...own, ...inherited]))
    const stubs = Object.fromEntries(own.map((name) => [name, abstractMethod(name)]))
    const cls = classOf({
      name: row.name,
      module: 'collections.abc',
      bases: bases.length > 0 ? bases : [types.object],
      metaclass: ABCMeta,
      methods: { ...stubs, ...mixin },
      attributes: { __class_getitem__: classGetItem, __abstractmethods__: abstractNames(required.get(row.name) ?? []) },
    })
    made.set(row.name, cls)
  }
  for (const row of rows) {
    const cls = made.get(row.name)
    if (cls === undefined) continue
    // What counts as a Sequence counts as Reversible too.
    const below = rows.filter((r) => made.get(r.name)?.isSubclassOf(cls) === true)
    declareVirtual(cls, { registered: below.flatMap((r) => r.registered ?? []), needs: row.needs ?? [] })
  }
  return made
}

const classes = makeClasses()

/** An abstract class of the table by name. */
export function abstractClass(name: string): PyClass {
  return classes.get(name) ?? types.object
}

export const collectionsAbc: HostModule = {
  name: 'collections.abc',
  reason:
    'isinstance() against these asks about classes of the host (list, dict, tensors), which only the host can answer.',
  make: () => Object.fromEntries(classes),
}
