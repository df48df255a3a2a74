// Dicts and sets as host code uses them: by value, past any `__getitem__` that a subclass of the program defines.
import { dict } from '../make.ts'
import { types } from '../types.ts'
import { noKwargs, PyDict, PySet, type Kwargs, type PyClass, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { callMethod } from './call.ts'
import { getAttrOr } from './attributes.ts'
import { className } from './classes.ts'
import { hashKey } from './hash.ts'
import { getItem } from './items.ts'
import { collect, iterate } from './iterate.ts'

export function dictGet(vm: Vm, d: PyDict, key: Value): Value | undefined {
  return d.entries.get(hashKey(vm, key))?.[1]
}

/** Sets an entry; an equal key that is there already stays the key. */
export function dictSet(vm: Vm, d: PyDict, key: Value, v: Value): void {
  const h = hashKey(vm, key)
  const entry = d.entries.get(h)
  d.entries.set(h, [entry === undefined ? key : entry[0], v])
}

export function dictDelete(vm: Vm, d: PyDict, key: Value): boolean {
  return d.entries.delete(hashKey(vm, key))
}

export function dictHas(vm: Vm, d: PyDict, key: Value): boolean {
  return d.entries.has(hashKey(vm, key))
}

export function makeDict(vm: Vm, pairs: Iterable<readonly [Value, Value]> = []): PyDict {
  const d = dict()
  for (const [k, v] of pairs) dictSet(vm, d, k, v)
  return d
}

/** Whether a dict is copied as it lies there. CPython looks at `__iter__` alone, which OrderedDict has of its own. */
function isPlainDict(d: PyDict): boolean {
  if (d.cls.builtin) return true
  return d.cls.lookup('__iter__') === types.dict.dict.get('__iter__') && !d.cls.isSubclassOf(types.OrderedDict)
}

/** The entries of a mapping: of a dict as they lie there, else by its `keys()` and subscripts (as for `**mapping`). */
export function mappingItems(vm: Vm, m: Value): Iterable<readonly [Value, Value]> {
  if (m instanceof PyDict && isPlainDict(m)) return [...m.entries.values()]
  const pairs: (readonly [Value, Value])[] = []
  for (const k of iterate(vm, callMethod(vm, m, 'keys'))) pairs.push([k, getItem(vm, m, k)])
  return pairs
}

/** `dict.update(source, **kwargs)`. */
export function dictUpdate(vm: Vm, d: PyDict, source: Value | undefined, kwargs: Kwargs = noKwargs): void {
  if (source !== undefined) for (const [k, v] of pairsOf(vm, source)) dictSet(vm, d, k, v)
  for (const [k, v] of kwargs) dictSet(vm, d, k, v)
}

/** What `dict(source)` takes: a mapping, or an iterable of pairs. */
function pairsOf(vm: Vm, source: Value): Iterable<readonly [Value, Value]> {
  if (source instanceof PyDict || getAttrOr(vm, source, 'keys') !== undefined) return mappingItems(vm, source)
  return pairSequence(vm, source)
}

function* pairSequence(vm: Vm, source: Value): Generator<readonly [Value, Value]> {
  let at = 0
  for (const element of iterate(vm, source)) {
    const pair = pairElements(vm, element, at)
    const [k, v] = pair
    if (pair.length !== 2 || k === undefined || v === undefined) {
      vm.raise(types.ValueError, `dictionary update sequence element #${at} has length ${pair.length}; 2 is required`)
    }
    yield [k, v]
    at++
  }
}

function pairElements(vm: Vm, element: Value, at: number): readonly Value[] {
  if (typeof element === 'string' || getAttrOr(vm, element, '__iter__') !== undefined) return collect(vm, element)
  return vm.raise(types.TypeError, `cannot convert dictionary update sequence element #${at} to a sequence`)
}

// --- Sets -----------------------------------------------------------------------------------------------------------

export function makeSet(vm: Vm, members: Iterable<Value> = [], cls: PyClass = types.set): PySet {
  const s = new PySet(cls)
  for (const v of members) setAdd(vm, s, v)
  return s
}

export function makeFrozenset(vm: Vm, members: Iterable<Value> = []): PySet {
  return makeSet(vm, members, types.frozenset)
}

export function setAdd(vm: Vm, s: PySet, v: Value): void {
  const h = hashKey(vm, v)
  if (!s.members.has(h)) s.members.set(h, v)
}

/** Whether a set has a member; a set looked for in a set of frozensets is taken as frozen. */
export function setHas(vm: Vm, s: PySet, v: Value): boolean {
  return s.members.has(memberKey(vm, v))
}

export function setDelete(vm: Vm, s: PySet, v: Value): boolean {
  return s.members.delete(memberKey(vm, v))
}

function memberKey(vm: Vm, v: Value) {
  return v instanceof PySet && v.cls === types.set ? hashKey(vm, makeFrozenset(vm, v.members.values())) : hashKey(vm, v)
}

/** A set as an operand: itself, or a set of what an iterable gives. */
export function asSet(vm: Vm, v: Value): PySet {
  return v instanceof PySet ? v : makeSet(vm, iterate(vm, v))
}

/** Refuses an argument that is no dict. */
export function mustBeDict(vm: Vm, v: Value): PyDict {
  return v instanceof PyDict ? v : vm.raise(types.TypeError, `expected a dict, got ${className(v)}`)
}
