// `list`, `tuple`, `range`, `slice`.
import { add, eq, floorDiv, hint, mod, mul, neg, pin, sub, type Int } from '../../sym/index.ts'
import { compare, equals, truth, type CompareOperator } from '../object/compare.ts'
import { className, mustBe, typeOf } from '../object/classes.ts'
import { chargeElements } from '../object/budget.ts'
import { call } from '../object/call.ts'
import { hash } from '../object/hash.ts'
import { getItem, isIndex, itemIndex, positions, refuseKey, sequenceItem, sliceRange } from '../object/items.ts'
import { collect, iterate, iterateRange, length, listIterator } from '../object/iterate.ts'
import { intOf, toClipped, toIndex, toNumber } from '../object/numbers.ts'
import { rangeLength, rangeValues } from '../object/ranges.ts'
import { containerRepr, repr } from '../object/text.ts'
import { iterator, list, notImplemented, range, tuple } from '../make.ts'
import { natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyList, PyRange, PySlice, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { comparisons, fill, getsets, typeArguments } from './define.ts'
import { parameterize } from './objectType.ts'

const selfList = (vm: Vm, v: Value): PyList => mustBe(vm, v, PyList, 'a list')
const selfTuple = (vm: Vm, v: Value): PyTuple => mustBe(vm, v, PyTuple, 'a tuple')

// --- What lists and tuples share ------------------------------------------------------------------------------------

/** Element by element: the first that differ decide, then the lengths. */
function compareItems(vm: Vm, op: CompareOperator, a: readonly Value[], b: readonly Value[]): Value {
  if (a.length !== b.length && (op === '==' || op === '!=')) return op === '!='
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a[i] as Value
    const y = b[i] as Value
    if (equals(vm, x, y)) continue
    return op === '==' ? false : op === '!=' ? true : compare(vm, op, x, y)
  }
  return compare(vm, op, a.length, b.length)
}

function countOf(vm: Vm, items: readonly Value[], v: Value): number {
  return items.filter((x) => equals(vm, x, v)).length
}

function indexOf(vm: Vm, items: readonly Value[], v: Value, start: Value, stop: Value): number {
  const clip = (x: Value): number => {
    const i = toClipped(vm, x)
    return i < 0 ? Math.max(i + items.length, 0) : i
  }
  const end = stop === null ? items.length : Math.min(clip(stop), items.length)
  for (let i = clip(start); i < end; i++) if (equals(vm, items[i] as Value, v)) return i
  return -1
}

function repeatItems(vm: Vm, items: readonly Value[], count: Value): Value[] | undefined {
  if (!isIndex(count)) return undefined
  const n = Math.max(0, toNumber(vm, count))
  chargeElements(vm, n * items.length)
  const repeated: Value[] = []
  for (let i = 0; i < n; i++) for (const v of items) repeated.push(v)
  return repeated
}

function concatenate(vm: Vm, a: readonly Value[], b: readonly Value[]): Value[] {
  chargeElements(vm, a.length + b.length)
  return [...a, ...b]
}

function reprItems(vm: Vm, items: readonly Value[]): string {
  return items.map((v) => repr(vm, v)).join(', ')
}

// --- list -----------------------------------------------------------------------------------------------------------

/** Sorts in place as Python does: stable, by `<` alone, keys computed once. */
export function sortItems(vm: Vm, items: Value[], key: Value, reverse: boolean): void {
  const keyed = items.map((v) => ({ v, k: key === null ? v : call(vm, key, [v]) }))
  const less = (a: Value, b: Value): boolean => truth(vm, compare(vm, '<', a, b))
  keyed.sort((a, b) => {
    vm.tick()
    const [x, y] = reverse ? [b.k, a.k] : [a.k, b.k]
    return less(x, y) ? -1 : less(y, x) ? 1 : 0
  })
  for (const [i, { v }] of keyed.entries()) items[i] = v
}

function setListItem(vm: Vm, l: PyList, key: Value, v: Value): void {
  if (key instanceof PySlice) return setListSlice(vm, l, key, collect(vm, v))
  refuseKey(vm, key, 'list')
  l.items[itemIndex(vm, key, l.items.length, 'list assignment index')] = v
}

function setListSlice(vm: Vm, l: PyList, key: PySlice, fresh: readonly Value[]): void {
  const r = sliceRange(vm, key, l.items.length)
  if (r.step === 1) {
    const stop = Math.max(r.start, r.stop)
    l.items = [...l.items.slice(0, r.start), ...fresh, ...l.items.slice(stop)]
    return
  }
  if (fresh.length !== r.count) {
    vm.raise(
      types.ValueError,
      `attempt to assign sequence of size ${fresh.length} to extended slice of size ${r.count}`,
    )
  }
  let n = 0
  for (const i of positions(r)) l.items[i] = fresh[n++] as Value
}

function deleteListItem(vm: Vm, l: PyList, key: Value): void {
  if (key instanceof PySlice) {
    const gone = new Set(positions(sliceRange(vm, key, l.items.length)))
    l.items = l.items.filter((_, i) => !gone.has(i))
    return
  }
  refuseKey(vm, key, 'list')
  l.items.splice(itemIndex(vm, key, l.items.length, 'list assignment index'), 1)
}

function popItem(vm: Vm, l: PyList, index: Value): Value {
  if (l.items.length === 0) return vm.raise(types.IndexError, 'pop from empty list')
  const i = itemIndex(vm, index, l.items.length, 'pop index')
  return l.items.splice(i, 1)[0] as Value
}

function insertItem(vm: Vm, l: PyList, index: Value, v: Value): null {
  const i = toClipped(vm, index)
  l.items.splice(i < 0 ? Math.max(0, i + l.items.length) : i, 0, v)
  return null
}

function extend(vm: Vm, l: PyList, source: Value): void {
  for (const v of collect(vm, source)) l.items.push(v)
}

fill(
  types.list,
  natives({
    '__init__(self, iterable=MISSING, /)': (vm, [l, source]) => {
      selfList(vm, l).items = source === undefined ? [] : collect(vm, source)
      return null
    },
    '__repr__(self, /)': (vm, [l]) =>
      containerRepr(vm, selfList(vm, l), '[...]', () => `[${reprItems(vm, selfList(vm, l).items)}]`),
    '__len__(self, /)': (vm, [l]) => selfList(vm, l).items.length,
    '__iter__(self, /)': (vm, [l]) => iterator(listIterator(selfList(vm, l))),
    '__reversed__(self, /)': (vm, [l]) => iterator([...selfList(vm, l).items].reverse()),
    '__contains__(self, key, /)': (vm, [l, v]) => selfList(vm, l).items.some((x) => equals(vm, x, v)),
    '__getitem__(self, key, /)': (vm, [l, key]) => sequenceItem(vm, selfList(vm, l).items, key, 'list'),
    '__setitem__(self, key, value, /)': (vm, [l, key, v]) => (setListItem(vm, selfList(vm, l), key, v), null),
    '__delitem__(self, key, /)': (vm, [l, key]) => (deleteListItem(vm, selfList(vm, l), key), null),
    '__add__(self, value, /)': (vm, [l, other]) =>
      other instanceof PyList ? list(concatenate(vm, selfList(vm, l).items, other.items)) : notImplemented,
    '__iadd__(self, value, /)': (vm, [l, source]) => (extend(vm, selfList(vm, l), source), l),
    '__mul__(self, value, /)': (vm, [l, n]) => repeatList(vm, l, n),
    '__rmul__(self, value, /)': (vm, [l, n]) => repeatList(vm, l, n),
    '__imul__(self, value, /)': (vm, [l, n]) => {
      const repeated = repeatItems(vm, selfList(vm, l).items, n)
      if (repeated === undefined) return notImplemented
      selfList(vm, l).items = repeated
      return l
    },
    '__sizeof__(self, /)': (vm, [l]) => 56 + 8 * selfList(vm, l).items.length,
    'append(self, object, /)': (vm, [l, v]) => {
      selfList(vm, l).items.push(v)
      return null
    },
    'extend(self, iterable, /)': (vm, [l, source]) => (extend(vm, selfList(vm, l), source), null),
    'insert(self, index, object, /)': (vm, [l, index, v]) => insertItem(vm, selfList(vm, l), index, v),
    'pop(self, index=-1, /)': (vm, [l, index]) => popItem(vm, selfList(vm, l), index),
    'remove(self, value, /)': (vm, [l, v]) => {
      const { items } = selfList(vm, l)
      const i = indexOf(vm, items, v, 0, null)
      if (i < 0) vm.raise(types.ValueError, 'list.remove(x): x not in list')
      items.splice(i, 1)
      return null
    },
    'index(self, value, start=0, stop=None, /)': (vm, [l, v, start, stop]) => {
      const i = indexOf(vm, selfList(vm, l).items, v, start, stop)
      return i < 0 ? vm.raise(types.ValueError, `${repr(vm, v)} is not in list`) : i
    },
    'count(self, value, /)': (vm, [l, v]) => countOf(vm, selfList(vm, l).items, v),
    'copy(self, /)': (vm, [l]) => list(collect(vm, l)),
    'clear(self, /)': (vm, [l]) => {
      selfList(vm, l).items = []
      return null
    },
    'reverse(self, /)': (vm, [l]) => {
      selfList(vm, l).items.reverse()
      return null
    },
    'sort(self, /, *, key=None, reverse=False)': (vm, [l, key, reverse]) => {
      sortItems(vm, selfList(vm, l).items, key, truth(vm, reverse))
      return null
    },
  }),
  comparisons((vm, op, a, b) =>
    a instanceof PyList && b instanceof PyList ? compareItems(vm, op, a.items, b.items) : undefined,
  ),
  typeArguments((_vm, cls, key) => parameterize(cls, key)),
  { __hash__: null },
)

function repeatList(vm: Vm, l: Value, n: Value): Value {
  const repeated = repeatItems(vm, selfList(vm, l).items, n)
  return repeated === undefined ? notImplemented : list(repeated)
}

// --- tuple ----------------------------------------------------------------------------------------------------------

function newTuple(vm: Vm, cls: PyClass, source: Value | undefined): PyTuple {
  if (source instanceof PyTuple && source.cls === types.tuple && cls === types.tuple) return source
  return new PyTuple(cls, source === undefined ? [] : collect(vm, source))
}

function repeatTuple(vm: Vm, t: Value, n: Value): Value {
  const repeated = repeatItems(vm, selfTuple(vm, t).items, n)
  return repeated === undefined ? notImplemented : tuple(repeated)
}

fill(
  types.tuple,
  natives({
    '__new__(cls, iterable=MISSING, /)': (vm, [cls, source]) =>
      newTuple(vm, mustBe(vm, cls, PyClass, 'a type'), source),
    '__repr__(self, /)': (vm, [t]) => {
      const { items } = selfTuple(vm, t)
      return containerRepr(
        vm,
        selfTuple(vm, t),
        '(...)',
        () => `(${reprItems(vm, items)}${items.length === 1 ? ',' : ''})`,
      )
    },
    '__hash__(self, /)': (vm, [t]) => hash(vm, t),
    '__len__(self, /)': (vm, [t]) => selfTuple(vm, t).items.length,
    '__iter__(self, /)': (vm, [t]) => iterator(selfTuple(vm, t).items),
    '__contains__(self, key, /)': (vm, [t, v]) => selfTuple(vm, t).items.some((x) => equals(vm, x, v)),
    '__getitem__(self, key, /)': (vm, [t, key]) => sequenceItem(vm, selfTuple(vm, t).items, key, 'tuple'),
    '__add__(self, value, /)': (vm, [t, other]) =>
      other instanceof PyTuple ? tuple(concatenate(vm, selfTuple(vm, t).items, other.items)) : notImplemented,
    '__mul__(self, value, /)': (vm, [t, n]) => repeatTuple(vm, t, n),
    '__rmul__(self, value, /)': (vm, [t, n]) => repeatTuple(vm, t, n),
    '__getnewargs__(self, /)': (vm, [t]) => tuple([tuple(selfTuple(vm, t).items)]),
    '__sizeof__(self, /)': (vm, [t]) => 40 + 8 * selfTuple(vm, t).items.length,
    'index(self, value, start=0, stop=None, /)': (vm, [t, v, start, stop]) => {
      const i = indexOf(vm, selfTuple(vm, t).items, v, start, stop)
      return i < 0 ? vm.raise(types.ValueError, 'tuple.index(x): x not in tuple') : i
    },
    'count(self, value, /)': (vm, [t, v]) => countOf(vm, selfTuple(vm, t).items, v),
  }),
  comparisons((vm, op, a, b) =>
    a instanceof PyTuple && b instanceof PyTuple ? compareItems(vm, op, a.items, b.items) : undefined,
  ),
  typeArguments((_vm, cls, key) => parameterize(cls, key)),
)

// --- range ----------------------------------------------------------------------------------------------------------

const selfRange = (vm: Vm, v: Value): PyRange => mustBe(vm, v, PyRange, 'a range')

function newRange(vm: Vm, first: Value, second: Value | undefined, third: Value | undefined): PyRange {
  if (second === undefined) return range(0, toIndex(vm, first), 1)
  const step = third === undefined ? 1 : toIndex(vm, third)
  if (eq(step, 0)) vm.raise(types.ValueError, 'range() arg 3 must not be zero')
  return range(toIndex(vm, first), toIndex(vm, second), step)
}

function rangeItem(vm: Vm, r: PyRange, key: Value): Value {
  const size = Number(hint(rangeLength(r)))
  const [start, step] = [hint(r.start), hint(r.step)]
  const at = (i: number): Int => {
    const v = BigInt(start) + BigInt(i) * BigInt(step)
    return v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v
  }
  pinRange(r)
  if (!(key instanceof PySlice)) return at(itemIndex(vm, key, size, 'range object index'))
  const s = sliceRange(vm, key, size)
  return range(at(s.start), at(s.stop), Number(step) * s.step)
}

function pinRange(r: PyRange): void {
  pin(r.start)
  pin(r.stop)
  pin(r.step)
}

function rangeContains(vm: Vm, r: PyRange, v: Value): boolean {
  const i = intOf(v)
  if (i === undefined) {
    for (const x of iterate(vm, r)) if (equals(vm, x, v)) return true
    return false
  }
  const up = hint(r.step) > 0
  const within = up
    ? compare(vm, '<=', r.start, i) === true && compare(vm, '<', i, r.stop) === true
    : compare(vm, '>=', r.start, i) === true && compare(vm, '>', i, r.stop) === true
  return within && (r.step === 1 || eq(mod(sub(i, r.start), r.step), 0))
}

function reversedRange(r: PyRange): PyRange {
  const count = rangeLength(r)
  return range(add(r.start, mul(sub(count, 1), r.step)), sub(r.start, r.step), neg(r.step))
}

function sameRange(a: PyRange, b: PyRange): boolean {
  const n = rangeLength(a)
  if (!eq(n, rangeLength(b))) return false
  if (eq(n, 0)) return true
  return eq(a.start, b.start) && (eq(n, 1) || eq(a.step, b.step))
}

fill(
  types.range,
  natives({
    '__new__(cls, start, stop=MISSING, step=MISSING, /)': (vm, [, a, b, c]) => newRange(vm, a, b, c),
    '__repr__(self, /)': (vm, [r]) => {
      const { start, stop, step } = selfRange(vm, r)
      return `range(${repr(vm, start)}, ${repr(vm, stop)}${step === 1 ? '' : `, ${repr(vm, step)}`})`
    },
    '__hash__(self, /)': (vm, [r]) => hash(vm, r),
    '__len__(self, /)': (vm, [r]) => rangeLength(selfRange(vm, r)),
    '__iter__(self, /)': (vm, [r]) => iterator(iterateRange(selfRange(vm, r))),
    '__reversed__(self, /)': (vm, [r]) => {
      pinRange(selfRange(vm, r))
      return iterator(rangeValues(reversedRange(selfRange(vm, r))))
    },
    '__contains__(self, key, /)': (vm, [r, v]) => rangeContains(vm, selfRange(vm, r), v),
    '__getitem__(self, key, /)': (vm, [r, key]) => rangeItem(vm, selfRange(vm, r), key),
    'index(self, value, /)': (vm, [r, v]) => {
      const own = selfRange(vm, r)
      if (!rangeContains(vm, own, v)) vm.raise(types.ValueError, `${repr(vm, v)} is not in range`)
      return floorDiv(sub(toIndex(vm, v), own.start), own.step)
    },
    'count(self, value, /)': (vm, [r, v]) => (rangeContains(vm, selfRange(vm, r), v) ? 1 : 0),
  }),
  comparisons(
    (_vm, op, a, b) => (a instanceof PyRange && b instanceof PyRange ? sameRange(a, b) === (op === '==') : undefined),
    ['==', '!='],
  ),
)
getsets(types.range, {
  start: (vm, r) => selfRange(vm, r).start,
  stop: (vm, r) => selfRange(vm, r).stop,
  step: (vm, r) => selfRange(vm, r).step,
})

// --- slice ----------------------------------------------------------------------------------------------------------

const selfSlice = (vm: Vm, v: Value): PySlice => mustBe(vm, v, PySlice, 'a slice')

fill(
  types.slice,
  natives({
    '__new__(cls, start, stop=MISSING, step=None, /)': (_vm, [, a, b, c]) =>
      b === undefined ? new PySlice(types.slice, null, a, null) : new PySlice(types.slice, a, b, c),
    '__repr__(self, /)': (vm, [s]) => {
      const { start, stop, step } = selfSlice(vm, s)
      return `slice(${reprItems(vm, [start, stop, step])})`
    },
    'indices(self, length, /)': (vm, [s, n]) => {
      const r = sliceRange(vm, selfSlice(vm, s), toNumber(vm, n))
      return tuple([r.start, r.stop, r.step])
    },
  }),
  comparisons((vm, op, a, b) => {
    if (!(a instanceof PySlice) || !(b instanceof PySlice)) return undefined
    return compareItems(vm, op, [a.start, a.stop, a.step], [b.start, b.stop, b.step])
  }),
  { __hash__: null },
)
getsets(types.slice, {
  start: (vm, s) => selfSlice(vm, s).start,
  stop: (vm, s) => selfSlice(vm, s).stop,
  step: (vm, s) => selfSlice(vm, s).step,
})

/** `reversed(v)` for sequences without `__reversed__`. */
export function reversedSequence(vm: Vm, v: Value): Iterable<Value> {
  const cls = typeOf(v)
  if (cls.lookup('__len__') === undefined || cls.lookup('__getitem__') === undefined) {
    return vm.raise(types.TypeError, `'${className(v)}' object is not reversible`)
  }
  return bySubscript(vm, v, toNumber(vm, length(vm, v)))
}

function* bySubscript(vm: Vm, v: Value, size: number): Generator<Value> {
  for (let i = size - 1; i >= 0; i--) yield getItem(vm, v, i)
}
