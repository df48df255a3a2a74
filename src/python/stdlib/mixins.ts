// The methods that the abstract classes of collections.abc give to classes inheriting from them, each in terms of the few
// abstract ones (`__getitem__`, `__len__`, …), as the library's documentation lists them.
import {
  call,
  callMethod,
  collect,
  compare,
  contains,
  delItem,
  dictUpdate,
  equals,
  getAttr,
  getItem,
  iterate,
  length,
  makeDict,
  next,
  makeIterator,
  same,
  setItem,
  toNumber,
  typeOf,
  type CompareOperator,
} from '../object.ts'
import { iterator, notImplemented, tuple } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import type { PyClass } from '../values.ts'
import { PyClassMethod, PyException, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { instance } from './helpers.ts'

type Classes = ReadonlyMap<string, PyClass>
export type Mixin = (classes: Classes) => Readonly<Record<string, Value>>

/** Runs `f`; where it raises `cls`, the value of `otherwise`. */
function catching<T>(f: () => T, cls: PyClass, otherwise: () => T): T {
  try {
    return f()
  } catch (e) {
    if (e instanceof PyException && e.value.cls.isSubclassOf(cls)) return otherwise()
    throw e
  }
}

function isA(classes: Classes, name: string, vm: Vm, v: Value): boolean {
  const cls = classes.get(name)
  return (
    cls?.cls.lookup('__instancecheck__') !== undefined &&
    callMethod(vm, cls.cls, '__instancecheck__', [cls, v]) === true
  )
}

function view(classes: Classes, name: string, mapping: Value): Value {
  return instance(classes.get(name) ?? types.object, { _mapping: mapping })
}

function asDict(vm: Vm, mapping: Value): Value {
  return makeDict(
    vm,
    collect(vm, callMethod(vm, mapping, 'items', [])).map((pair) => collect(vm, pair) as [Value, Value]),
  )
}

export const mappingMixin: Mixin = (classes) => ({
  ...natives({
    'get(self, key, default=None)': (vm, [self, key, otherwise]) =>
      catching(
        () => getItem(vm, self, key),
        types.KeyError,
        () => otherwise,
      ),
    '__contains__(self, key)': (vm, [self, key]) =>
      catching(
        () => (getItem(vm, self, key), true),
        types.KeyError,
        () => false,
      ),
    'keys(self)': (_vm, [self]) => view(classes, 'KeysView', self),
    'items(self)': (_vm, [self]) => view(classes, 'ItemsView', self),
    'values(self)': (_vm, [self]) => view(classes, 'ValuesView', self),
    '__eq__(self, other)': (vm, [self, other]) =>
      isA(classes, 'Mapping', vm, other) ? equals(vm, asDict(vm, self), asDict(vm, other)) : notImplemented,
  }),
  __reversed__: null,
  __hash__: null,
})

function mutablePop(vm: Vm, self: Value, key: Value, otherwise: Value | undefined): Value {
  const take = (): Value => {
    const value = getItem(vm, self, key)
    delItem(vm, self, key)
    return value
  }
  return otherwise === undefined ? take() : catching(take, types.KeyError, () => otherwise)
}

function firstKey(vm: Vm, self: Value): Value {
  const key = next(vm, makeIterator(vm, self))
  return key === undefined ? vm.raise(types.KeyError, []) : key
}

function updateMapping(vm: Vm, self: Value, other: Value | undefined, extra: ReadonlyMap<string, Value>): null {
  const pairs = makeDict(vm, [])
  if (other !== undefined) dictUpdate(vm, pairs, other)
  for (const [key, value] of pairs.entries.values()) setItem(vm, self, key, value)
  for (const [key, value] of extra) setItem(vm, self, key, value)
  return null
}

export const mutableMappingMixin: Mixin = () =>
  natives({
    'pop(self, key, default=MISSING)': (vm, [self, key, otherwise]) => mutablePop(vm, self, key, otherwise),
    'popitem(self)': (vm, [self]) => {
      const key = firstKey(vm, self)
      return tuple([key, mutablePop(vm, self, key, undefined)])
    },
    'clear(self)': (vm, [self]) => {
      for (const key of collect(vm, self)) delItem(vm, self, key)
      return null
    },
    'update(self, other=MISSING, /, **kwds)': (vm, [self, other, extra]) => updateMapping(vm, self, other, extra),
    'setdefault(self, key, default=None)': (vm, [self, key, value]) =>
      catching(
        () => getItem(vm, self, key),
        types.KeyError,
        () => {
          setItem(vm, self, key, value)
          return value
        },
      ),
  })

const mappingOf = (vm: Vm, self: Value): Value => getAttr(vm, self, '_mapping')

function* pairsOf(vm: Vm, self: Value): Iterable<Value> {
  const mapping = mappingOf(vm, self)
  for (const key of iterate(vm, mapping)) yield tuple([key, getItem(vm, mapping, key)])
}

function* valuesOf(vm: Vm, self: Value): Iterable<Value> {
  const mapping = mappingOf(vm, self)
  for (const key of iterate(vm, mapping)) yield getItem(vm, mapping, key)
}

function hasPair(vm: Vm, self: Value, pair: Value): boolean {
  const [key = null, value = null] = collect(vm, pair)
  const mapping = mappingOf(vm, self)
  return catching(
    () => equals(vm, getItem(vm, mapping, key), value),
    types.KeyError,
    () => false,
  )
}

/** The result of an operation on keys or items is a plain set. */
const asPlainSet = new PyClassMethod(
  types.classmethod,
  native('_from_iterable(cls, it)', (vm, [, items]) => call(vm, types.set, [items])),
)

export const viewMixins = {
  view: (() =>
    natives({
      '__init__(self, mapping)': (vm, [self, mapping]) => {
        callMethod(vm, self, '__setattr__', ['_mapping', mapping])
        return null
      },
      '__len__(self)': (vm, [self]) => length(vm, mappingOf(vm, self)),
    })) satisfies Mixin,
  keys: (() => ({
    ...natives({
      '__contains__(self, key)': (vm, [self, key]) => contains(vm, mappingOf(vm, self), key),
      '__iter__(self)': (vm, [self]) => makeIterator(vm, mappingOf(vm, self)),
    }),
    _from_iterable: asPlainSet,
  })) satisfies Mixin,
  items: (() => ({
    ...natives({
      '__contains__(self, item)': (vm, [self, item]) => hasPair(vm, self, item),
      '__iter__(self)': (vm, [self]) => iterator(pairsOf(vm, self)),
    }),
    _from_iterable: asPlainSet,
  })) satisfies Mixin,
  values: (() =>
    natives({
      '__contains__(self, value)': (vm, [self, value]) =>
        [...valuesOf(vm, self)].some((v) => same(v, value) || equals(vm, v, value)),
      '__iter__(self)': (vm, [self]) => iterator(valuesOf(vm, self)),
    })) satisfies Mixin,
}

function* byIndex(vm: Vm, self: Value): Iterable<Value> {
  for (let i = 0; ; i++) {
    const item = catching(
      () => getItem(vm, self, i),
      types.IndexError,
      () => undefined,
    )
    if (item === undefined) return
    yield item
  }
}

function* backwards(vm: Vm, self: Value): Iterable<Value> {
  for (let i = toNumber(vm, length(vm, self)) - 1; i >= 0; i--) yield getItem(vm, self, i)
}

function indexOf(vm: Vm, self: Value, value: Value, start: Value, stop: Value): number {
  const items = collect(vm, self)
  const bound = (v: Value, otherwise: number): number => {
    if (v === null) return otherwise
    const i = toNumber(vm, v)
    return i < 0 ? Math.max(i + items.length, 0) : i
  }
  const end = Math.min(bound(stop, items.length), items.length)
  for (let i = bound(start, 0); i < end; i++) {
    const item = items[i] ?? null
    if (same(item, value) || equals(vm, item, value)) return i
  }
  return vm.raise(types.ValueError, [])
}

export const sequenceMixin: Mixin = () =>
  natives({
    '__iter__(self)': (vm, [self]) => iterator(byIndex(vm, self)),
    '__contains__(self, value)': (vm, [self, value]) =>
      collect(vm, self).some((v) => same(v, value) || equals(vm, v, value)),
    '__reversed__(self)': (vm, [self]) => iterator(backwards(vm, self)),
    'index(self, value, start=0, stop=None)': (vm, [self, value, start, stop]) => indexOf(vm, self, value, start, stop),
    'count(self, value)': (vm, [self, value]) =>
      collect(vm, self).filter((v) => same(v, value) || equals(vm, v, value)).length,
  })

function extend(vm: Vm, self: Value, values: Value): null {
  for (const v of collect(vm, values)) callMethod(vm, self, 'append', [v])
  return null
}

function reverseInPlace(vm: Vm, self: Value): null {
  collect(vm, self)
    .reverse()
    .forEach((v, i) => {
      setItem(vm, self, i, v)
    })
  return null
}

export const mutableSequenceMixin: Mixin = () =>
  natives({
    'append(self, value)': (vm, [self, value]) => callMethod(vm, self, 'insert', [length(vm, self), value]),
    'extend(self, values)': (vm, [self, values]) => extend(vm, self, values),
    'reverse(self)': (vm, [self]) => reverseInPlace(vm, self),
    'pop(self, index=-1)': (vm, [self, index]) => {
      const value = getItem(vm, self, index)
      delItem(vm, self, index)
      return value
    },
    'remove(self, value)': (vm, [self, value]) => {
      delItem(vm, self, indexOf(vm, self, value, 0, null))
      return null
    },
    'clear(self)': (vm, [self]) => {
      for (let n = toNumber(vm, length(vm, self)); n > 0; n--) callMethod(vm, self, 'pop', [])
      return null
    },
    '__iadd__(self, values)': (vm, [self, values]) => {
      extend(vm, self, values)
      return self
    },
  })

function fromIterable(vm: Vm, self: Value, items: Value[]): Value {
  return call(vm, getAttr(vm, typeOf(self), '_from_iterable'), [tuple(items)])
}

function containsAll(vm: Vm, outer: Value, inner: Value): boolean {
  return collect(vm, inner).every((v) => contains(vm, outer, v))
}

/** `a <= b` and its kin, from containment and lengths. */
function setComparison(classes: Classes, op: CompareOperator, subset: boolean) {
  return (vm: Vm, [self, other]: readonly [Value, Value]): Value => {
    if (!isA(classes, 'Set', vm, other)) return notImplemented
    if (compare(vm, op, length(vm, self), length(vm, other)) !== true) return false
    return subset ? containsAll(vm, other, self) : containsAll(vm, self, other)
  }
}

/** Keeps the elements of one operand by whether the other has them. */
function pick(vm: Vm, from: Value, other: Value, wanted: boolean): Value[] {
  return collect(vm, from).filter((v) => contains(vm, other, v) === wanted)
}

function asSet(vm: Vm, classes: Classes, self: Value, other: Value): Value {
  return isA(classes, 'Set', vm, other) ? other : fromIterable(vm, self, collect(vm, other))
}

export const setMixin: Mixin = (classes) => {
  const and = (vm: Vm, [self, other]: readonly [Value, Value]) => fromIterable(vm, self, pick(vm, other, self, true))
  const or = (vm: Vm, [self, other]: readonly [Value, Value]) =>
    fromIterable(vm, self, [...collect(vm, self), ...collect(vm, other)])
  const xor = (vm: Vm, [self, right]: readonly [Value, Value]) => {
    const other = asSet(vm, classes, self, right)
    return fromIterable(vm, self, [...pick(vm, self, other, false), ...pick(vm, other, self, false)])
  }
  return {
    ...natives({
      '__le__(self, other)': setComparison(classes, '<=', true),
      '__lt__(self, other)': setComparison(classes, '<', true),
      '__ge__(self, other)': setComparison(classes, '>=', false),
      '__gt__(self, other)': setComparison(classes, '>', false),
      '__eq__(self, other)': setComparison(classes, '==', true),
      '__and__(self, other)': and,
      '__rand__(self, other)': and,
      '__or__(self, other)': or,
      '__ror__(self, other)': or,
      '__xor__(self, other)': xor,
      '__rxor__(self, other)': xor,
      '__sub__(self, other)': (vm, [self, other]) =>
        fromIterable(vm, self, pick(vm, self, asSet(vm, classes, self, other), false)),
      '__rsub__(self, other)': (vm, [self, other]) =>
        fromIterable(vm, self, pick(vm, asSet(vm, classes, self, other), self, false)),
      'isdisjoint(self, other)': (vm, [self, other]) => pick(vm, other, self, true).length === 0,
    }),
    _from_iterable: new PyClassMethod(
      types.classmethod,
      native('_from_iterable(cls, it)', (vm, [cls, items]) => call(vm, cls, [items])),
    ),
    __hash__: null,
  }
}

function each(vm: Vm, items: Value, f: (v: Value) => void): void {
  for (const v of collect(vm, items)) f(v)
}

export const mutableSetMixin: Mixin = () =>
  natives({
    'remove(self, value)': (vm, [self, value]) =>
      contains(vm, self, value) ? callMethod(vm, self, 'discard', [value]) : vm.raise(types.KeyError, [value]),
    'pop(self)': (vm, [self]) => {
      const value = firstKey(vm, self)
      callMethod(vm, self, 'discard', [value])
      return value
    },
    'clear(self)': (vm, [self]) => {
      each(vm, self, (v) => callMethod(vm, self, 'discard', [v]))
      return null
    },
    '__ior__(self, it)': (vm, [self, it]) => {
      each(vm, it, (v) => callMethod(vm, self, 'add', [v]))
      return self
    },
    '__iand__(self, it)': (vm, [self, it]) => {
      each(vm, tuple(pick(vm, self, it, false)), (v) => callMethod(vm, self, 'discard', [v]))
      return self
    },
    '__isub__(self, it)': (vm, [self, it]) => {
      each(vm, it, (v) => callMethod(vm, self, 'discard', [v]))
      return self
    },
  })
