// `dict`, `OrderedDict`, `defaultdict`, the read-only `mappingproxy`, and the live views that `keys()`, `values()` and
// `items()` give.
import { call, callSpecial, construct } from '../object/call.ts'
import { mustBe, typeOf } from '../object/classes.ts'
import { equals, truth } from '../object/compare.ts'
import {
  asSet,
  dictDelete,
  dictGet,
  dictHas,
  dictSet,
  dictUpdate,
  makeDict,
  makeSet,
  mustBeDict,
  setHas,
} from '../object/dicts.ts'
import { hashKey } from '../object/hash.ts'
import { raiseKeyError } from '../object/items.ts'
import { iterate, iterateMap } from '../object/iterate.ts'
import { containerRepr, repr } from '../object/text.ts'
import { iterator, list, notImplemented, tuple } from '../make.ts'
import { native, natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyClassMethod, PyDict, PyObject, PySet, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, getsets, typeArguments } from './define.ts'
import { parameterize } from './objectType.ts'

const self = mustBeDict

// --- Reading --------------------------------------------------------------------------------------------------------

/** `dict.__getitem__`: a missing key is asked of the factory, then of `__missing__`. */
function subscript(vm: Vm, d: PyDict, key: Value): Value {
  const v = dictGet(vm, d, key)
  if (v !== undefined) return v
  const made = callSpecial(vm, d, '__missing__', [key])
  return made === undefined ? raiseKeyError(vm, key) : made
}

function* keysOf(vm: Vm, d: PyDict): Generator<Value> {
  for (const [k] of iterateMap(vm, d.entries, 'dictionary')) yield k
}

function* valuesOf(vm: Vm, d: PyDict): Generator<Value> {
  for (const [, v] of iterateMap(vm, d.entries, 'dictionary')) yield v
}

function* itemsOf(vm: Vm, d: PyDict): Generator<Value> {
  for (const [k, v] of iterateMap(vm, d.entries, 'dictionary')) yield tuple([k, v])
}

function sameDicts(vm: Vm, a: PyDict, b: PyDict): boolean {
  if (a.entries.size !== b.entries.size) return false
  for (const [h, [, x]] of a.entries) {
    const y = b.entries.get(h)
    if (y === undefined || !equals(vm, x, y[1])) return false
  }
  return true
}

/** Two OrderedDicts are equal only in the same order. */
function sameOrder(vm: Vm, a: PyDict, b: PyDict): boolean {
  if (!a.cls.isSubclassOf(types.OrderedDict) || !b.cls.isSubclassOf(types.OrderedDict)) return true
  const keys = [...b.entries.keys()]
  return [...a.entries.keys()].every((k, i) => k === keys[i]) && sameDicts(vm, a, b)
}

function reprEntries(vm: Vm, d: PyDict): string {
  return [...d.entries.values()].map(([k, v]) => `${repr(vm, k)}: ${repr(vm, v)}`).join(', ')
}

function reprDict(vm: Vm, d: PyDict): string {
  return containerRepr(vm, d, '{...}', () => `{${reprEntries(vm, d)}}`)
}

// --- Writing --------------------------------------------------------------------------------------------------------

function copyOf(vm: Vm, d: PyDict, cls: PyClass): PyDict {
  const copy = cls === types.dict ? makeDict(vm) : new PyDict(cls)
  for (const [h, entry] of d.entries) copy.entries.set(h, entry)
  copy.factory = d.factory
  return copy
}

function merged(vm: Vm, a: Value, b: Value): Value {
  if (!(a instanceof PyDict) || !(b instanceof PyDict)) return notImplemented
  const result = copyOf(vm, a, typeOf(a).builtin && a.cls !== types.mappingproxy ? a.cls : types.dict)
  for (const [h, entry] of b.entries) result.entries.set(h, [(result.entries.get(h) ?? entry)[0], entry[1]])
  return result
}

function pop(vm: Vm, d: PyDict, key: Value, fallback: Value | undefined): Value {
  const h = hashKey(vm, key)
  const entry = d.entries.get(h)
  if (entry === undefined) return fallback === undefined ? raiseKeyError(vm, key) : fallback
  d.entries.delete(h)
  return entry[1]
}

function popItem(vm: Vm, d: PyDict, last: boolean): Value {
  const keys = [...d.entries.keys()]
  const h = last ? keys[keys.length - 1] : keys[0]
  const entry = h === undefined ? undefined : d.entries.get(h)
  if (h === undefined || entry === undefined) {
    return vm.raise(types.KeyError, [
      d.cls.isSubclassOf(types.OrderedDict) ? 'dictionary is empty' : 'popitem(): dictionary is empty',
    ])
  }
  d.entries.delete(h)
  return tuple(entry)
}

function setDefault(vm: Vm, d: PyDict, key: Value, fallback: Value): Value {
  const known = dictGet(vm, d, key)
  if (known !== undefined) return known
  dictSet(vm, d, key, fallback)
  return fallback
}

function moveToEnd(vm: Vm, d: PyDict, key: Value, last: boolean): null {
  const h = hashKey(vm, key)
  const entry = d.entries.get(h)
  if (entry === undefined) return raiseKeyError(vm, key)
  const others = last ? [] : [...d.entries].filter(([k]) => k !== h)
  if (last) d.entries.delete(h)
  else d.entries.clear()
  d.entries.set(h, entry)
  for (const [k, e] of others) d.entries.set(k, e)
  return null
}

function fromKeys(vm: Vm, cls: Value, keys: Value, v: Value): Value {
  const made = mustBe(vm, cls, PyClass, 'a type')
  const d = made === types.dict ? makeDict(vm) : construct(vm, made)
  for (const k of iterate(vm, keys)) {
    if (d instanceof PyDict && d.cls.builtin) dictSet(vm, d, k, v)
    else callSpecial(vm, d, '__setitem__', [k, v])
  }
  return d
}

// --- The methods ----------------------------------------------------------------------------------------------------

/** Methods that only read: those of `mappingproxy` too. */
const reading = natives({
  '__getitem__(self, key, /)': (vm, [d, key]) => subscript(vm, self(vm, d), key),
  '__contains__(self, key, /)': (vm, [d, key]) => dictHas(vm, self(vm, d), key),
  '__len__(self, /)': (vm, [d]) => self(vm, d).entries.size,
  '__iter__(self, /)': (vm, [d]) => iterator(keysOf(vm, self(vm, d))),
  '__reversed__(self, /)': (vm, [d]) => iterator([...keysOf(vm, self(vm, d))].reverse()),
  '__or__(self, value, /)': (vm, [a, b]) => merged(vm, a, b),
  '__ror__(self, value, /)': (vm, [a, b]) => merged(vm, b, a),
  '__sizeof__(self, /)': (vm, [d]) => 64 + 100 * self(vm, d).entries.size,
  'get(self, key, default=None, /)': (vm, [d, key, fallback]) => {
    const v = dictGet(vm, self(vm, d), key)
    return v === undefined ? fallback : v
  },
  'keys(self, /)': (vm, [d]) => new DictView(types.dictKeys, self(vm, d)),
  'values(self, /)': (vm, [d]) => new DictView(types.dictValues, self(vm, d)),
  'items(self, /)': (vm, [d]) => new DictView(types.dictItems, self(vm, d)),
  'copy(self, /)': (vm, [d]) => {
    const source = self(vm, d)
    return copyOf(
      vm,
      source,
      source.cls.isSubclassOf(types.OrderedDict) || source.cls.isSubclassOf(types.defaultdict)
        ? source.cls
        : types.dict,
    )
  },
})

const equality = comparisons(
  (vm, op, a, b) => {
    if (!(a instanceof PyDict) || !(b instanceof PyDict)) return undefined
    return (sameDicts(vm, a, b) && sameOrder(vm, a, b)) === (op === '==')
  },
  ['==', '!='],
)

const fromkeys = new PyClassMethod(
  types.classmethod,
  native('fromkeys(cls, iterable, value=None, /)', (vm, [cls, keys, v]) => fromKeys(vm, cls, keys, v)),
)

fill(
  types.dict,
  reading,
  natives({
    '__init__(self, iterable=MISSING, /, **kwargs)': (vm, [d, source, kwargs]) => {
      dictUpdate(vm, self(vm, d), source, kwargs)
      return null
    },
    '__repr__(self, /)': (vm, [d]) => reprDict(vm, self(vm, d)),
    '__setitem__(self, key, value, /)': (vm, [d, key, v]) => {
      dictSet(vm, self(vm, d), key, v)
      return null
    },
    '__delitem__(self, key, /)': (vm, [d, key]) => (dictDelete(vm, self(vm, d), key) ? null : raiseKeyError(vm, key)),
    '__ior__(self, value, /)': (vm, [d, other]) => {
      dictUpdate(vm, self(vm, d), other)
      return d
    },
    'update(self, other=MISSING, /, **kwargs)': (vm, [d, other, kwargs]) => {
      dictUpdate(vm, self(vm, d), other, kwargs)
      return null
    },
    'pop(self, key, default=MISSING, /)': (vm, [d, key, fallback]) => pop(vm, self(vm, d), key, fallback),
    'popitem(self, /)': (vm, [d]) => popItem(vm, self(vm, d), true),
    'setdefault(self, key, default=None, /)': (vm, [d, key, fallback]) => setDefault(vm, self(vm, d), key, fallback),
    'clear(self, /)': (vm, [d]) => {
      self(vm, d).entries.clear()
      return null
    },
  }),
  equality,
  typeArguments((_vm, cls, key) => parameterize(cls, key)),
  { __hash__: null, fromkeys },
)

fill(
  types.OrderedDict,
  natives({
    '__repr__(self, /)': (vm, [d]) => {
      const source = self(vm, d)
      const name = source.cls.name
      const write = (): string =>
        `${name}([${[...source.entries.values()].map((e) => `(${repr(vm, e[0])}, ${repr(vm, e[1])})`).join(', ')}])`
      return source.entries.size === 0 ? `${name}()` : containerRepr(vm, source, '...', write)
    },
    'popitem(self, /, last=True)': (vm, [d, last]) => popItem(vm, self(vm, d), truth(vm, last)),
    'move_to_end(self, /, key, last=True)': (vm, [d, key, last]) => moveToEnd(vm, self(vm, d), key, truth(vm, last)),
  }),
)

fill(
  types.defaultdict,
  natives({
    '__init__(self, default_factory=None, /, *args, **kwargs)': (vm, [d, factory, args, kwargs]) => {
      if (args.length > 1) vm.raise(types.TypeError, `dict expected at most 1 argument, got ${args.length}`)
      self(vm, d).factory = factory === null ? undefined : factory
      dictUpdate(vm, self(vm, d), args[0], kwargs)
      return null
    },
    '__missing__(self, key, /)': (vm, [d, key]) => {
      const { factory } = self(vm, d)
      if (factory === undefined) return raiseKeyError(vm, key)
      const v = call(vm, factory)
      dictSet(vm, self(vm, d), key, v)
      return v
    },
    '__repr__(self, /)': (vm, [d]) =>
      `defaultdict(${repr(vm, self(vm, d).factory ?? null)}, ${reprDict(vm, self(vm, d))})`,
  }),
)
getsets(types.defaultdict, {
  default_factory: [(vm, d) => self(vm, d).factory ?? null, (vm, d, v) => void (self(vm, d).factory = v ?? undefined)],
})

fill(
  types.mappingproxy,
  reading,
  natives({
    '__new__(cls, mapping, /)': (vm, [, d]) => new PyDict(types.mappingproxy, self(vm, d).entries),
    '__repr__(self, /)': (vm, [d]) => `mappingproxy(${reprDict(vm, self(vm, d))})`,
  }),
  equality,
  { __hash__: null },
)

// --- Views ----------------------------------------------------------------------------------------------------------

/** What `keys()`, `values()` or `items()` gives: it shows the dict as it is at any time. */
class DictView extends PyObject {
  constructor(
    cls: PyClass,
    readonly source: PyDict,
  ) {
    super(cls)
  }
}

const selfView = (vm: Vm, v: Value): DictView => mustBe(vm, v, DictView, 'a view of a dict')

type Lister = (vm: Vm, d: PyDict) => Generator<Value>

function viewMethods(values: Lister, prefix: string) {
  return natives({
    '__len__(self, /)': (vm, [v]) => selfView(vm, v).source.entries.size,
    '__iter__(self, /)': (vm, [v]) => iterator(values(vm, selfView(vm, v).source)),
    '__reversed__(self, /)': (vm, [v]) => iterator([...values(vm, selfView(vm, v).source)].reverse()),
    '__repr__(self, /)': (vm, [v]) => `${prefix}(${repr(vm, list([...values(vm, selfView(vm, v).source)]))})`,
  })
}

/** A set operation, one side of which is a view; any iterable will do for the other. */
function setOperation(vm: Vm, op: '&' | '|' | '-' | '^', a: Value, b: Value): Value {
  if (!isIterable(a) || !isIterable(b)) return notImplemented
  const x = asSet(vm, a)
  const y = asSet(vm, b)
  const left = [...x.members.values()]
  const right = [...y.members.values()]
  if (op === '|') return makeSet(vm, [...left, ...right])
  if (op === '&')
    return makeSet(
      vm,
      left.filter((v) => setHas(vm, y, v)),
    )
  const only = left.filter((v) => !setHas(vm, y, v))
  return makeSet(vm, op === '-' ? only : [...only, ...right.filter((v) => !setHas(vm, x, v))])
}

function isIterable(v: Value): boolean {
  return typeof v === 'string' || typeOf(v).lookup('__iter__') !== undefined
}

const setOperators = natives({
  '__and__(self, value, /)': (vm, [a, b]) => setOperation(vm, '&', a, b),
  '__rand__(self, value, /)': (vm, [a, b]) => setOperation(vm, '&', b, a),
  '__or__(self, value, /)': (vm, [a, b]) => setOperation(vm, '|', a, b),
  '__ror__(self, value, /)': (vm, [a, b]) => setOperation(vm, '|', b, a),
  '__sub__(self, value, /)': (vm, [a, b]) => setOperation(vm, '-', a, b),
  '__rsub__(self, value, /)': (vm, [a, b]) => setOperation(vm, '-', b, a),
  '__xor__(self, value, /)': (vm, [a, b]) => setOperation(vm, '^', a, b),
  '__rxor__(self, value, /)': (vm, [a, b]) => setOperation(vm, '^', b, a),
  'isdisjoint(self, other, /)': (vm, [a, b]) => {
    const common = setOperation(vm, '&', a, b)
    return common instanceof PySet && common.members.size === 0
  },
})

const viewComparisons = comparisons((vm, op, a, b) => {
  const isSetLike = (v: Value): boolean => v instanceof PySet || (v instanceof DictView && v.cls !== types.dictValues)
  if (!isSetLike(a) || !isSetLike(b)) return undefined
  const x = asSet(vm, a)
  const y = asSet(vm, b)
  const within = (p: PySet, q: PySet): boolean => [...p.members.keys()].every((k) => q.members.has(k))
  switch (op) {
    case '==':
      return x.members.size === y.members.size && within(x, y)
    case '!=':
      return x.members.size !== y.members.size || !within(x, y)
    case '<':
      return x.members.size < y.members.size && within(x, y)
    case '<=':
      return within(x, y)
    case '>':
      return y.members.size < x.members.size && within(y, x)
    case '>=':
      return within(y, x)
  }
})

fill(
  types.dictKeys,
  viewMethods(keysOf, 'dict_keys'),
  setOperators,
  viewComparisons,
  natives({ '__contains__(self, key, /)': (vm, [v, key]) => dictHas(vm, selfView(vm, v).source, key) }),
  { __hash__: null },
)
fill(types.dictValues, viewMethods(valuesOf, 'dict_values'))
fill(
  types.dictItems,
  viewMethods(itemsOf, 'dict_items'),
  setOperators,
  viewComparisons,
  natives({ '__contains__(self, key, /)': (vm, [v, pair]) => hasItem(vm, selfView(vm, v).source, pair) }),
  { __hash__: null },
)
for (const cls of [types.dictKeys, types.dictValues, types.dictItems]) {
  getsets(cls, { mapping: (vm, v) => new PyDict(types.mappingproxy, selfView(vm, v).source.entries) })
}

function hasItem(vm: Vm, d: PyDict, pair: Value): boolean {
  if (!(pair instanceof PyTuple) || pair.items.length !== 2) return false
  const [k, v] = pair.items
  const own = k === undefined ? undefined : dictGet(vm, d, k)
  return own !== undefined && v !== undefined && equals(vm, own, v)
}
