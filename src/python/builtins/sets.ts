// `set` and `frozenset`.
import { mustBe } from '../object/classes.ts'
import { asSet, makeSet, setAdd, setDelete, setHas } from '../object/dicts.ts'
import { hash } from '../object/hash.ts'
import { raiseKeyError } from '../object/items.ts'
import { iterate, iterateMap } from '../object/iterate.ts'
import { containerRepr, repr } from '../object/text.ts'
import { iterator, notImplemented } from '../make.ts'
import { natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PySet, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, typeArguments } from './define.ts'
import { parameterize } from './objectType.ts'

const self = (vm: Vm, v: Value): PySet => mustBe(vm, v, PySet, 'a set')

type SetOperator = '|' | '&' | '-' | '^'

/** The members of a combination of two sets. */
function* combine(op: SetOperator, a: PySet, b: PySet): Generator<Value> {
  for (const [h, v] of a.members) {
    if (op === '|' || (op === '&') === b.members.has(h)) yield v
  }
  if (op === '|' || op === '^') for (const [h, v] of b.members) if (!a.members.has(h)) yield v
}

/** The class of an operation's result: set or frozenset, as the left operand. */
function kindOf(s: PySet): PyClass {
  return s.cls.isSubclassOf(types.frozenset) ? types.frozenset : types.set
}

function operate(vm: Vm, op: SetOperator, a: Value, b: Value): Value {
  if (!(a instanceof PySet) || !(b instanceof PySet)) return notImplemented
  return makeSet(vm, combine(op, a, b), kindOf(a))
}

/** `s.union(*others)` and so on: the others are any iterables. */
function fold(vm: Vm, op: SetOperator, s: PySet, others: readonly Value[]): PySet {
  let result = makeSet(vm, s.members.values(), kindOf(s))
  for (const other of others) result = makeSet(vm, combine(op, result, asSet(vm, other)), kindOf(s))
  return result
}

function replace(s: PySet, by: PySet): void {
  const entries = [...by.members]
  s.members.clear()
  for (const [h, v] of entries) s.members.set(h, v)
}

function updateWith(vm: Vm, op: SetOperator, s: PySet, others: readonly Value[]): null {
  if (op === '|') {
    for (const other of others) for (const v of iterate(vm, other)) setAdd(vm, s, v)
  } else replace(s, fold(vm, op, s, others))
  return null
}

function inPlace(vm: Vm, op: SetOperator, a: Value, b: Value): Value {
  if (!(b instanceof PySet)) return notImplemented
  updateWith(vm, op, self(vm, a), [b])
  return a
}

function within(a: PySet, b: PySet): boolean {
  if (a.members.size > b.members.size) return false
  for (const h of a.members.keys()) if (!b.members.has(h)) return false
  return true
}

const order = comparisons((_vm, op, a, b) => {
  if (!(a instanceof PySet) || !(b instanceof PySet)) return undefined
  const same = a.members.size === b.members.size
  switch (op) {
    case '==':
      return same && within(a, b)
    case '!=':
      return !same || !within(a, b)
    case '<':
      return !same && within(a, b)
    case '<=':
      return within(a, b)
    case '>':
      return !same && within(b, a)
    case '>=':
      return within(b, a)
  }
})

function reprSet(vm: Vm, s: PySet): string {
  const name = s.cls.name
  if (s.members.size === 0) return `${name}()`
  const members = (): string => [...s.members.values()].map((v) => repr(vm, v)).join(', ')
  return containerRepr(vm, s, `${name}(...)`, () =>
    s.cls === types.set ? `{${members()}}` : `${name}({${members()}})`,
  )
}

const shared = natives({
  '__repr__(self, /)': (vm, [s]) => reprSet(vm, self(vm, s)),
  '__len__(self, /)': (vm, [s]) => self(vm, s).members.size,
  '__iter__(self, /)': (vm, [s]) => iterator(iterateMap(vm, self(vm, s).members, 'Set')),
  '__contains__(self, key, /)': (vm, [s, v]) => setHas(vm, self(vm, s), v),
  '__or__(self, value, /)': (vm, [a, b]) => operate(vm, '|', a, b),
  '__ror__(self, value, /)': (vm, [a, b]) => operate(vm, '|', b, a),
  '__and__(self, value, /)': (vm, [a, b]) => operate(vm, '&', a, b),
  '__rand__(self, value, /)': (vm, [a, b]) => operate(vm, '&', b, a),
  '__sub__(self, value, /)': (vm, [a, b]) => operate(vm, '-', a, b),
  '__rsub__(self, value, /)': (vm, [a, b]) => operate(vm, '-', b, a),
  '__xor__(self, value, /)': (vm, [a, b]) => operate(vm, '^', a, b),
  '__rxor__(self, value, /)': (vm, [a, b]) => operate(vm, '^', b, a),
  '__sizeof__(self, /)': (vm, [s]) => 216 + 32 * self(vm, s).members.size,
  'copy(self, /)': (vm, [s]) => fold(vm, '|', self(vm, s), []),
  'union(self, *others)': (vm, [s, others]) => fold(vm, '|', self(vm, s), others),
  'intersection(self, *others)': (vm, [s, others]) => fold(vm, '&', self(vm, s), others),
  'difference(self, *others)': (vm, [s, others]) => fold(vm, '-', self(vm, s), others),
  'symmetric_difference(self, other, /)': (vm, [s, other]) => fold(vm, '^', self(vm, s), [other]),
  'issubset(self, other, /)': (vm, [s, other]) => within(self(vm, s), asSet(vm, other)),
  'issuperset(self, other, /)': (vm, [s, other]) => within(asSet(vm, other), self(vm, s)),
  'isdisjoint(self, other, /)': (vm, [s, other]) => {
    const b = asSet(vm, other)
    return [...self(vm, s).members.keys()].every((h) => !b.members.has(h))
  },
})

fill(
  types.set,
  shared,
  order,
  natives({
    '__init__(self, iterable=MISSING, /)': (vm, [s, source]) => {
      const members = makeSet(vm, source === undefined ? [] : iterate(vm, source))
      replace(self(vm, s), members)
      return null
    },
    '__ior__(self, value, /)': (vm, [a, b]) => inPlace(vm, '|', a, b),
    '__iand__(self, value, /)': (vm, [a, b]) => inPlace(vm, '&', a, b),
    '__isub__(self, value, /)': (vm, [a, b]) => inPlace(vm, '-', a, b),
    '__ixor__(self, value, /)': (vm, [a, b]) => inPlace(vm, '^', a, b),
    'add(self, object, /)': (vm, [s, v]) => {
      setAdd(vm, self(vm, s), v)
      return null
    },
    'update(self, *others)': (vm, [s, others]) => updateWith(vm, '|', self(vm, s), others),
    'intersection_update(self, *others)': (vm, [s, others]) => updateWith(vm, '&', self(vm, s), others),
    'difference_update(self, *others)': (vm, [s, others]) => updateWith(vm, '-', self(vm, s), others),
    'symmetric_difference_update(self, other, /)': (vm, [s, other]) => updateWith(vm, '^', self(vm, s), [other]),
    'discard(self, object, /)': (vm, [s, v]) => {
      setDelete(vm, self(vm, s), v)
      return null
    },
    'remove(self, object, /)': (vm, [s, v]) => (setDelete(vm, self(vm, s), v) ? null : raiseKeyError(vm, v)),
    'pop(self, /)': (vm, [s]) => {
      for (const [h, v] of self(vm, s).members) {
        self(vm, s).members.delete(h)
        return v
      }
      return vm.raise(types.KeyError, ['pop from an empty set'])
    },
    'clear(self, /)': (vm, [s]) => {
      self(vm, s).members.clear()
      return null
    },
  }),
  typeArguments((_vm, cls, key) => parameterize(cls, key)),
  { __hash__: null },
)

fill(
  types.frozenset,
  shared,
  order,
  natives({
    '__new__(cls, iterable=MISSING, /)': (vm, [cls, source]) => {
      const kind = mustBe(vm, cls, PyClass, 'a type')
      if (source instanceof PySet && source.cls === types.frozenset && kind === types.frozenset) return source
      return makeSet(vm, source === undefined ? [] : iterate(vm, source), kind)
    },
    '__hash__(self, /)': (vm, [s]) => hash(vm, s),
  }),
  typeArguments((_vm, cls, key) => parameterize(cls, key)),
)
