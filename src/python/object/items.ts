// Subscripts: `a[i]`, `a[i] = v`, `del a[i]`, and the index arithmetic that all sequences share.
import { generic, list, tuple } from '../make.ts'
import { types } from '../types.ts'
import { isInt, PyClass, PyDict, PyList, PySlice, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { call, callSlot } from './call.ts'
import { getAttrOr } from './attributes.ts'
import { className, typeOf } from './classes.ts'
import { dictGet } from './dicts.ts'
import { toClipped, toNumber } from './numbers.ts'
import { hashKey } from './hash.ts'

/** `o[key]`. */
export function getItem(vm: Vm, o: Value, key: Value): Value {
  if (typeof key === 'number' && (o instanceof PyList || o instanceof PyTuple) && o.cls.builtin) {
    const v = o.items[key < 0 ? key + o.items.length : key]
    if (v !== undefined) return v
  }
  if (o instanceof PyDict && o.cls === types.dict) {
    const v = dictGet(vm, o, key)
    return v === undefined ? raiseKeyError(vm, key) : v
  }
  const slot = typeOf(o).lookup('__getitem__')
  if (slot !== undefined && slot !== null) return callSlot(vm, slot, [o, key])
  if (o === types.type) return generic('type', o, key instanceof PyTuple ? key.items : [key])
  if (o instanceof PyClass) {
    const arguments_ = getAttrOr(vm, o, '__class_getitem__')
    if (arguments_ !== undefined && arguments_ !== null) return call(vm, arguments_, [key])
    return vm.raise(types.TypeError, `type '${o.name}' is not subscriptable`)
  }
  return vm.raise(types.TypeError, `'${className(o)}' object is not subscriptable`)
}

export function raiseKeyError(vm: Vm, key: Value): never {
  return vm.raise(types.KeyError, [key])
}

/** `o[key] = v`. */
export function setItem(vm: Vm, o: Value, key: Value, v: Value): void {
  if (o instanceof PyDict && o.cls === types.dict) {
    const h = hashKey(vm, key)
    const entry = o.entries.get(h)
    o.entries.set(h, [entry === undefined ? key : entry[0], v])
    return
  }
  const slot = typeOf(o).lookup('__setitem__')
  if (slot === undefined || slot === null) {
    return vm.raise(types.TypeError, `'${className(o)}' object does not support item assignment`)
  }
  callSlot(vm, slot, [o, key, v])
}

/** `del o[key]`. */
export function delItem(vm: Vm, o: Value, key: Value): void {
  const slot = typeOf(o).lookup('__delitem__')
  if (slot === undefined || slot === null) {
    return vm.raise(types.TypeError, `'${className(o)}' object doesn't support item deletion`)
  }
  callSlot(vm, slot, [o, key])
}

// --- Sequences ------------------------------------------------------------------------------------------------------

export interface SliceRange {
  readonly start: number
  readonly stop: number
  readonly step: number
  /** How many positions it takes. */
  readonly count: number
}

/** The positions that a slice takes of a sequence of the given length. */
export function sliceRange(vm: Vm, s: PySlice, size: number): SliceRange {
  const step = s.step === null ? 1 : toNumber(vm, s.step)
  if (step === 0) vm.raise(types.ValueError, 'slice step cannot be zero')
  const low = step < 0 ? -1 : 0
  const high = step < 0 ? size - 1 : size
  const start = s.start === null ? (step < 0 ? high : low) : clip(toClipped(vm, s.start), size, low, high)
  const stop = s.stop === null ? (step < 0 ? low : high) : clip(toClipped(vm, s.stop), size, low, high)
  const distance = step < 0 ? start - stop : stop - start
  const count = distance <= 0 ? 0 : Math.floor((distance - 1) / Math.abs(step)) + 1
  return { start, stop, step, count }
}

function clip(i: number, size: number, low: number, high: number): number {
  const at = i < 0 ? i + size : i
  return Math.min(Math.max(at, low), high)
}

export function* positions(r: SliceRange): Generator<number> {
  for (let n = 0, i = r.start; n < r.count; n++, i += r.step) yield i
}

/** The elements that a slice takes. */
export function takeSlice<T>(items: readonly T[], r: SliceRange): T[] {
  if (r.step === 1) return items.slice(r.start, Math.max(r.start, r.stop))
  const taken: T[] = []
  for (const i of positions(r)) taken.push(items[i] as T)
  return taken
}

/** A position within a sequence; IndexError outside. `what` starts the message: `list index`. */
export function itemIndex(vm: Vm, key: Value, size: number, what: string): number {
  const i = toClipped(vm, key)
  const at = i < 0 ? i + size : i
  return at >= 0 && at < size ? at : vm.raise(types.IndexError, `${what} out of range`)
}

/** Whether a value can be a position: an int, or an object with `__index__`. */
export function isIndex(v: Value): boolean {
  return isInt(v) || typeof v === 'boolean' || typeOf(v).lookup('__index__') !== undefined
}

/** `sequence[key]` for a list's or tuple's elements; a slice gives what `make` makes of the elements taken. */
export function sequenceItem(vm: Vm, items: readonly Value[], key: Value, kind: 'list' | 'tuple'): Value {
  if (key instanceof PySlice) {
    const taken = takeSlice(items, sliceRange(vm, key, items.length))
    return kind === 'list' ? list(taken) : tuple(taken)
  }
  refuseKey(vm, key, kind)
  return items[itemIndex(vm, key, items.length, `${kind} index`)] as Value
}

export function refuseKey(vm: Vm, key: Value, kind: string): void {
  if (!isIndex(key)) vm.raise(types.TypeError, `${kind} indices must be integers or slices, not ${className(key)}`)
}
