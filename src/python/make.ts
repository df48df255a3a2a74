// How host code makes values of the interpreted program. Strings, integers, booleans and None need no making.
import type { Expr, Int, SymInt } from '../sym/index.ts'
import { types } from './types.ts'
import type { PyClass } from './values.ts'
import {
  PyBytes,
  PyComplex,
  PyDict,
  PyFloat,
  PyGeneric,
  PyInstance,
  PyIterator,
  PyList,
  PyMethod,
  PyRange,
  PySet,
  PySlice,
  PyTuple,
  type HashKey,
  type Value,
} from './values.ts'

/** A float; one that follows from symbolic integers names them (`deps`) and, where it can be written down, its formula. */
export function float(value: number, expr?: Expr, deps?: readonly SymInt[]): PyFloat {
  return new PyFloat(types.float, value, expr, deps)
}

export function complex(re: number, im: number): PyComplex {
  return new PyComplex(types.complex, re, im)
}

/** A bytes object; each character of `text` is one byte. */
export function bytes(text: string): PyBytes {
  return new PyBytes(types.bytes, text)
}

export function list(items: Value[] = []): PyList {
  return new PyList(types.list, items)
}

export function tuple(items: readonly Value[] = []): PyTuple {
  return new PyTuple(types.tuple, items)
}

/** How a string is filed in a dict or set. The rest of `hashKey` (object/hash.ts) marks its keys with a leading NUL. */
export function stringKey(s: string): HashKey {
  return s.charCodeAt(0) === 0 ? `\0s${s}` : s
}

/** A dict with string keys. For other keys use `dictSet` of object.ts, which knows how to hash. */
export function dict(entries: Iterable<readonly [string, Value]> = []): PyDict {
  const d = new PyDict(types.dict)
  for (const [k, v] of entries) d.entries.set(stringKey(k), [k, v])
  return d
}

/** A set of strings. For other members use `makeSet` of object.ts, which knows how to hash. */
export function set(items: Iterable<string> = []): PySet {
  const s = new PySet(types.set)
  for (const x of items) s.members.set(stringKey(x), x)
  return s
}

export function slice(start: Value, stop: Value, step: Value = null): PySlice {
  return new PySlice(types.slice, start, stop, step)
}

export function range(start: Int, stop: Int, step: Int = 1): PyRange {
  return new PyRange(types.range, start, stop, step)
}

/** A bound method. */
export function method(fn: Value, self: Value): PyMethod {
  return new PyMethod(types.method, fn, self)
}

/** An iterator of the program over what a JavaScript iterable yields. */
export function iterator(source: Iterable<Value>, cls: PyClass = types.iterator): PyIterator {
  return new PyIterator(cls, source[Symbol.iterator]())
}

/** A plain object with attributes (a `types.SimpleNamespace`). */
export function namespace(attributes: Readonly<Record<string, Value>> = {}): PyInstance {
  const o = new PyInstance(types.SimpleNamespace)
  for (const [name, v] of Object.entries(attributes)) o.dict.set(name, v)
  return o
}

/** `list[int]`: a class with type arguments. */
export function generic(name: string, origin: Value, args: readonly Value[]): PyGeneric {
  return new PyGeneric(types.GenericAlias, name, origin, args)
}

/** `int | None`: nested unions are flattened, repeated members dropped. */
export function union(members: readonly Value[]): Value {
  const flat = new Set<Value>()
  for (const m of members) {
    if (m instanceof PyGeneric && m.cls === types.UnionType) for (const inner of m.args) flat.add(inner)
    else flat.add(m === types.NoneType ? null : m)
  }
  const args = [...flat]
  const only = args[0]
  return args.length === 1 && only !== undefined ? only : new PyGeneric(types.UnionType, 'Union', null, args)
}

/** An exception as `cls(*args)` makes it, without running an `__init__` of the program. */
export function exception(cls: PyClass, args: readonly Value[]): PyInstance {
  const e = new PyInstance(cls)
  e.payload = tuple(args)
  return e
}

export const ellipsis: PyInstance = new PyInstance(types.ellipsis)
export const notImplemented: PyInstance = new PyInstance(types.NotImplementedType)
