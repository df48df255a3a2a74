// Hash keys: what a value is filed under in a dict or set, so that JavaScript's Map does the look-up. Equal values have
// equal keys and, unlike hashes, unequal values have different ones:
//   a str is itself; True, 1 and 1.0 are the number 1, ints beyond 2^53 are bigints;
//   tuples, frozensets, bytes, ranges … are a text built from their elements' keys, marked by a leading NUL;
//   an object whose class keeps object's `__eq__` is its own key, and so is each NaN;
//   an object whose class defines `__eq__` and `__hash__` takes the key of the first object of this run that had the same
//   hash and compared equal. (It is compared with other such objects only, not with strings or numbers.)
// Symbolic integers and floats are pinned: a dict decides by their value.
import { pin, SymInt, type Int } from '../../sym/index.ts'
import { stringKey } from '../make.ts'
import { types } from '../types.ts'
import {
  PyBytes,
  PyClass,
  PyComplex,
  PyFloat,
  PyFunction,
  PyGeneric,
  PyInstance,
  PyMethod,
  PyObject,
  PyRange,
  PySet,
  PyTuple,
  type HashKey,
  type Value,
} from '../values.ts'
import { stateKey } from '../state.ts'
import type { Vm } from '../vm.ts'
import { callSlot } from './call.ts'
import { className } from './classes.ts'
import { equals } from './compare.ts'
import { fromBigInt, intOf, pinFloat } from './numbers.ts'
import { rangeLength } from './ranges.ts'

/** Objects with a `__hash__` of the program's, by hash: the first of each class of equals stands for all. */
const representatives = stateKey('python.hash', () => new Map<HashKey, PyObject[]>())

const identities = stateKey('python.id', () => ({ ids: new WeakMap<PyObject, number>(), next: 1 }))

const noneKey = '\0N'

export function hashKey(vm: Vm, v: Value): HashKey {
  if (typeof v === 'string') return stringKey(v)
  if (typeof v === 'number' || typeof v === 'bigint') return v
  if (typeof v === 'boolean') return v ? 1 : 0
  if (v === null) return noneKey
  if (v instanceof SymInt) return pin(v)
  return objectKey(vm, v)
}

function objectKey(vm: Vm, v: PyObject): HashKey {
  if (v instanceof PyClass && v.cls === types.type) return v
  const hash = v.cls.lookup('__hash__')
  if (hash === undefined || hash === null) return vm.raise(types.TypeError, `unhashable type: '${className(v)}'`)
  const eq = v.cls.lookup('__eq__')
  if (eq === types.object.dict.get('__eq__')) return v
  const kind = kindOf(v)
  if (kind !== undefined && hash === kind.dict.get('__hash__') && eq === kind.dict.get('__eq__'))
    return builtinKey(vm, v)
  return representative(vm, v, hash)
}

/** The builtin class whose equality an object has unless its own class overrides it. */
function kindOf(v: PyObject): PyClass | undefined {
  if (v instanceof PyInstance) {
    if (typeof v.payload === 'string') return types.str
    return v.payload === undefined || v.payload instanceof PyObject ? undefined : types.int
  }
  return kinds.find(([test]) => v instanceof test)?.[1]
}

const kinds: readonly (readonly [abstract new (...args: never) => PyObject, PyClass])[] = [
  [PyTuple, types.tuple],
  [PyFloat, types.float],
  [PySet, types.frozenset],
  [PyBytes, types.bytes],
  [PyComplex, types.complex],
  [PyRange, types.range],
  [PyMethod, types.method],
  [PyGeneric, types.GenericAlias],
]

function builtinKey(vm: Vm, v: PyObject): HashKey {
  if (v instanceof PyInstance) return hashKey(vm, v.payload ?? null)
  if (v instanceof PyFloat) return floatKey(v, pinFloat(v))
  if (v instanceof PyTuple) return `\0(${v.items.map((x) => part(vm, hashKey(vm, x))).join('')}`
  if (v instanceof PySet)
    return `\0{${[...v.members.keys()]
      .map((k) => part(vm, k))
      .sort()
      .join('')}`
  if (v instanceof PyBytes) return `\0b${v.text}`
  if (v instanceof PyComplex) return v.im === 0 ? floatKey(v, v.re) : `\0c${v.re} ${v.im}`
  if (v instanceof PyRange) return rangeKey(v)
  if (v instanceof PyMethod) return `\0m${part(vm, hashKey(vm, v.fn))}${idOf(vm, v.self)}`
  if (v instanceof PyGeneric) return genericKey(vm, v)
  return v
}

function floatKey(v: PyObject, x: number): HashKey {
  if (Number.isNaN(x)) return v
  return Number.isInteger(x) && !Number.isSafeInteger(x) ? BigInt(x) : x + 0
}

/** Two ranges are equal when they yield the same. */
function rangeKey(r: PyRange): HashKey {
  const count = pin(rangeLength(r))
  if (count === 0) return '\0r0'
  return `\0r${count} ${pin(r.start)}${count === 1 ? '' : ` ${pin(r.step)}`}`
}

function genericKey(vm: Vm, g: PyGeneric): HashKey {
  const args = g.args.map((x) => part(vm, hashKey(vm, x)))
  if (g.cls === types.UnionType) args.sort()
  return `\0g${g.cls.name} ${g.name} ${g.origin instanceof PyObject ? idOf(vm, g.origin) : ''}${args.join('')}`
}

/** A key as part of a text, told apart from every other. */
function part(vm: Vm, key: HashKey): string {
  if (typeof key === 'string') return `s${key.length}:${key}`
  return typeof key === 'object' ? `o${idOf(vm, key)};` : `n${key};`
}

function representative(vm: Vm, v: PyObject, hash: Value): HashKey {
  const h = hashKey(vm, hashResult(vm, callSlot(vm, hash, [v])))
  const table = vm.state(representatives)
  const candidates = table.get(h)
  if (candidates === undefined) {
    table.set(h, [v])
    return v
  }
  const known = candidates.find((c) => equals(vm, v, c))
  if (known !== undefined) return known
  candidates.push(v)
  return v
}

function hashResult(vm: Vm, v: Value): Int {
  return intOf(v) ?? vm.raise(types.TypeError, '__hash__ method should return an integer')
}

/** `hash(v)`: ints as CPython computes it, the rest stable within a run. */
export function hash(vm: Vm, v: Value): number | bigint {
  if (v instanceof PyObject && !(v instanceof PyClass)) {
    const slot = v.cls.lookup('__hash__')
    if (slot instanceof PyFunction) return pin(hashResult(vm, callSlot(vm, slot, [v])))
  }
  return hashOfKey(vm, hashKey(vm, v))
}

const modulus = (1n << 61n) - 1n

function hashOfKey(vm: Vm, key: HashKey): number | bigint {
  if (typeof key === 'object') return idOf(vm, key)
  if (typeof key === 'string') return textHash(key)
  if (typeof key === 'number' && !Number.isInteger(key)) return textHash(String(key))
  const n = BigInt(key)
  const rest = n < 0n ? -(-n % modulus) : n % modulus
  const h = fromBigInt(rest === -1n ? -2n : rest)
  return h instanceof SymInt ? 0 : h
}

/** FNV-1a in 52 bits. */
function textHash(s: string): number {
  let h = 0xcbf29ce4
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193) >>> 0
  return h
}

/** `id(v)`: a number of its own for each object of a run; for values without identity, their hash. */
export function idOf(vm: Vm, v: Value): number {
  if (!(v instanceof PyObject)) return Number(hashOfKey(vm, hashKey(vm, v)))
  const state = vm.state(identities)
  let id = state.ids.get(v)
  if (id === undefined) {
    id = state.next++
    state.ids.set(v, id)
  }
  return id
}
