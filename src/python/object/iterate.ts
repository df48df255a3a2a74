// Iteration. Host code gets a JavaScript iterable; the program's iterators are `PyIterator`s over JavaScript iterators or
// instances with `__next__`. Leaving a `for … of` early must not close a generator of the program, which Python would
// only do when it is garbage: so what is handed out has no `return`.
import { pin, type Int } from '../../sym/index.ts'
import { iterator, list } from '../make.ts'
import { types } from '../types.ts'
import { PyDict, PyException, PyIterator, PyList, PyRange, PySet, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { chargeElements } from './budget.ts'
import { callSlot } from './call.ts'
import { className, typeOf } from './classes.ts'
import { lengthResult } from './compare.ts'
import { rangeLength, rangeValues } from './ranges.ts'
import { textLength } from './strings.ts'

/** The values of `v`, one by one; TypeError where it is not iterable. */
export function iterate(vm: Vm, v: Value): Iterable<Value> {
  if (v instanceof PyTuple && isOwn(v, '__iter__', types.tuple)) {
    chargeElements(vm, v.items.length)
    return v.items
  }
  if (v instanceof PyList && isOwn(v, '__iter__', types.list)) {
    chargeElements(vm, v.items.length)
    return new ListIterator(v)
  }
  return new Stepper(vm, makeIterator(vm, v))
}

function isOwn(v: PyTuple | PyList, name: string, kind: typeof types.list): boolean {
  return v.cls === kind || v.cls.lookup(name) === kind.dict.get(name)
}

/** Over a list that may grow or shrink meanwhile. */
class ListIterator implements IterableIterator<Value> {
  private at = 0
  constructor(private readonly source: PyList) {}

  next(): IteratorResult<Value, Value> {
    const items = this.source.items
    const v = items[this.at]
    if (this.at >= items.length || v === undefined) return { done: true, value: null }
    this.at++
    return { done: false, value: v }
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** Over any iterator of the program. */
class Stepper implements IterableIterator<Value> {
  constructor(
    private readonly vm: Vm,
    private readonly source: Value,
  ) {}

  next(): IteratorResult<Value, Value> {
    const v = next(this.vm, this.source)
    return v === undefined ? { done: true, value: null } : { done: false, value: v }
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** The values of `v` as an array of its own. */
export function collect(vm: Vm, v: Value): Value[] {
  return [...iterate(vm, v)]
}

/** `iter(v)`. */
export function makeIterator(vm: Vm, v: Value): Value {
  if (v instanceof PyIterator) return v
  const cls = typeOf(v)
  const slot = cls.lookup('__iter__')
  if (slot !== undefined && slot !== null) {
    const made = callSlot(vm, slot, [v])
    if (!(made instanceof PyIterator) && typeOf(made).lookup('__next__') === undefined) {
      vm.raise(types.TypeError, `iter() returned non-iterator of type '${className(made)}'`)
    }
    return made
  }
  const getItem = slot === null ? undefined : cls.lookup('__getitem__')
  if (getItem === undefined || getItem === null)
    return vm.raise(types.TypeError, `'${className(v)}' object is not iterable`)
  return iterator(bySubscript(vm, v, getItem))
}

/** The old protocol: subscripts from 0 until IndexError. */
function* bySubscript(vm: Vm, v: Value, getItem: Value): Generator<Value, void> {
  for (let i = 0; ; i++) {
    let item: Value
    try {
      item = callSlot(vm, getItem, [v, i])
    } catch (e) {
      if (e instanceof PyException && isEnd(e)) return
      throw e
    }
    yield item
  }
}

function isEnd(e: PyException): boolean {
  return e.value.cls.isSubclassOf(types.IndexError) || e.value.cls.isSubclassOf(types.StopIteration)
}

/** `next(it)`; undefined at the end. */
export function next(vm: Vm, it: Value): Value | undefined {
  if (it instanceof PyIterator) {
    vm.tick()
    const step = it.source.next(null)
    return step.done === true ? undefined : step.value
  }
  const slot = typeOf(it).lookup('__next__')
  if (slot === undefined || slot === null)
    return vm.raise(types.TypeError, `'${className(it)}' object is not an iterator`)
  try {
    return callSlot(vm, slot, [it])
  } catch (e) {
    if (e instanceof PyException && e.value.cls.isSubclassOf(types.StopIteration)) return undefined
    throw e
  }
}

/** `len(v)`; symbolic where the object's length is. */
export function length(vm: Vm, v: Value): Int {
  if (typeof v === 'string') return textLength(v)
  const cls = typeOf(v)
  if (cls.builtin) {
    if (v instanceof PyList || v instanceof PyTuple) return v.items.length
    if (v instanceof PyDict) return v.entries.size
    if (v instanceof PySet) return v.members.size
    if (v instanceof PyRange) return rangeLength(v)
  }
  const slot = cls.lookup('__len__')
  if (slot === undefined || slot === null)
    return vm.raise(types.TypeError, `object of type '${className(v)}' has no len()`)
  return lengthResult(vm, callSlot(vm, slot, [v]))
}

// --- Unpacking ------------------------------------------------------------------------------------------------------

/** `a, b = v`. */
export function unpack(vm: Vm, v: Value, count: number): readonly Value[] {
  if ((v instanceof PyTuple || v instanceof PyList) && v.cls.builtin && v.items.length === count) return [...v.items]
  const items: Value[] = []
  for (const item of iterateToUnpack(vm, v)) {
    if (items.length === count) return vm.raise(types.ValueError, `too many values to unpack (expected ${count})`)
    items.push(item)
  }
  if (items.length < count)
    vm.raise(types.ValueError, `not enough values to unpack (expected ${count}, got ${items.length})`)
  return items
}

function iterateToUnpack(vm: Vm, v: Value): Iterable<Value> {
  const cls = typeOf(v)
  if (v instanceof PyIterator || cls.lookup('__iter__') !== undefined || cls.lookup('__getitem__') !== undefined) {
    return iterate(vm, v)
  }
  return vm.raise(types.TypeError, `cannot unpack non-iterable ${className(v)} object`)
}

/** `a, *b, c = v`: the values before the star, the starred list, the values after it. */
export function unpackStar(vm: Vm, v: Value, before: number, after: number): readonly Value[] {
  const items = [...iterateToUnpack(vm, v)]
  const least = before + after
  if (items.length < least) {
    vm.raise(types.ValueError, `not enough values to unpack (expected at least ${least}, got ${items.length})`)
  }
  const end = items.length - after
  return [...items.slice(0, before), list(items.slice(before, end)), ...items.slice(end)]
}

// --- Iterators of the builtin kinds ---------------------------------------------------------------------------------

/** Over a dict's or set's own map; RuntimeError when it changes size meanwhile. */
export function* iterateMap<T>(vm: Vm, map: ReadonlyMap<unknown, T>, kind: string): Generator<T, void> {
  const size = map.size
  for (const v of map.values()) {
    yield v
    if (map.size !== size) vm.raise(types.RuntimeError, `${kind} changed size during iteration`)
  }
}

/** A range, whose symbolic bounds are pinned: how often a loop runs is part of the program. */
export function iterateRange(r: PyRange): Iterable<Value> {
  pin(r.start)
  pin(r.stop)
  pin(r.step)
  return rangeValues(r)
}

/** An iterator over a list, for the list's `__iter__`. */
export function listIterator(source: PyList): Iterable<Value> {
  return new ListIterator(source)
}
