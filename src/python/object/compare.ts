// Comparisons, truth and membership. Comparing symbolic integers is left to `sym`, which proves or records; a symbolic
// integer against a plain float is moved to the neighbouring integers first, so that it is no more than that.
import { eq, ge, gt, le, lt, ne, SymInt, type Int } from '../../sym/index.ts'
import { notImplemented } from '../make.ts'
import { types } from '../types.ts'
import { isInt, PyComplex, PyDict, PyFloat, PyList, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { asComplex } from './arithmetic.ts'
import { callSlot } from './call.ts'
import { className, stringOf, typeOf } from './classes.ts'
import { iterate } from './iterate.ts'
import { fromBigInt, intOf, pinFloat } from './numbers.ts'

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>='

interface Row {
  readonly name: string
  readonly reflected: string
  readonly ints: (a: Int, b: Int) => boolean
  readonly plain: (a: number | bigint | string, b: number | bigint | string) => boolean
}

export const compareRows: Readonly<Record<CompareOperator, Row>> = {
  '==': { name: '__eq__', reflected: '__eq__', ints: eq, plain: (a, b) => a == b },
  '!=': { name: '__ne__', reflected: '__ne__', ints: ne, plain: (a, b) => a != b },
  '<': { name: '__lt__', reflected: '__gt__', ints: lt, plain: (a, b) => a < b },
  '<=': { name: '__le__', reflected: '__ge__', ints: le, plain: (a, b) => a <= b },
  '>': { name: '__gt__', reflected: '__lt__', ints: gt, plain: (a, b) => a > b },
  '>=': { name: '__ge__', reflected: '__le__', ints: ge, plain: (a, b) => a >= b },
}

/** `a is b`. */
export function same(a: Value, b: Value): boolean {
  return a === b
}

/** `a op b`; the result need not be a bool. */
export function compare(vm: Vm, op: CompareOperator, a: Value, b: Value): Value {
  const r = compareRows[op]
  if (typeof a === 'number' && typeof b === 'number') return r.plain(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareText(op, a, b)
  if (isPlainNumber(a) && isPlainNumber(b)) return compareNumbers(op, a, b) ?? dispatch(vm, op, a, b)
  return dispatch(vm, op, a, b)
}

/** `a is b or a == b`, as containers compare their elements. */
export function equals(vm: Vm, a: Value, b: Value): boolean {
  return same(a, b) || truth(vm, compare(vm, '==', a, b))
}

function isPlainNumber(v: Value): boolean {
  return typeof v === 'boolean' || (v instanceof PyFloat && v.cls === types.float) || isInt(v)
}

/** Strings by code points, which for surrogate pairs is not JavaScript's order. */
export function compareText(op: CompareOperator, a: string, b: string): boolean {
  if (op === '==' || op === '!=' || !/[\ud800-\udfff]/.test(a + b)) return compareRows[op].plain(a, b)
  const x = [...a]
  const y = [...b]
  const at = x.findIndex((c, i) => c !== y[i])
  if (at < 0) return compareRows[op].plain(x.length, y.length)
  return compareRows[op].plain(x[at]?.codePointAt(0) ?? 0, y[at]?.codePointAt(0) ?? -1)
}

/** Ints, bools, floats, complex; undefined where one is something else, or the comparison has no meaning. */
export function compareNumbers(op: CompareOperator, a: Value, b: Value): boolean | undefined {
  const r = compareRows[op]
  const i = intOf(a)
  const j = intOf(b)
  if (i !== undefined && j !== undefined)
    return i instanceof SymInt || j instanceof SymInt ? r.ints(i, j) : r.plain(i, j)
  if (a instanceof PyComplex || b instanceof PyComplex) return compareComplex(op, a, b)
  const x = i ?? (a instanceof PyFloat ? pinFloat(a) : undefined)
  const y = j ?? (b instanceof PyFloat ? pinFloat(b) : undefined)
  if (x === undefined || y === undefined) return undefined
  if (x instanceof SymInt) return typeof y === 'number' ? compareToFloat(op, x, y) : undefined
  if (y instanceof SymInt) return compareToFloat(mirrored[op], y, x)
  return r.plain(x, y)
}

const mirrored: Readonly<Record<CompareOperator, CompareOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function compareToFloat(op: CompareOperator, x: SymInt, y: number | bigint): boolean {
  if (typeof y === 'bigint') return compareRows[op].ints(x, y)
  if (!Number.isFinite(y)) return compareRows[op].plain(0, y) // any integer compares so
  if (Number.isInteger(y)) return compareRows[op].ints(x, fromBigInt(BigInt(y)))
  if (op === '==' || op === '!=') return op === '!='
  const bound = op === '<' || op === '>=' ? Math.ceil(y) : Math.floor(y)
  return compareRows[op].ints(x, bound)
}

function compareComplex(op: CompareOperator, a: Value, b: Value): boolean | undefined {
  if (op !== '==' && op !== '!=') return undefined
  const x = asComplex(a)
  const y = asComplex(b)
  if (x === undefined || y === undefined) return undefined
  return (x.re === y.re && x.im === y.im) === (op === '==')
}

function dispatch(vm: Vm, op: CompareOperator, a: Value, b: Value): Value {
  const r = compareRows[op]
  const left = typeOf(a)
  const right = typeOf(b)
  const rightFirst = left !== right && right.isSubclassOf(left)
  const order: readonly (readonly [Value, Value, string])[] = rightFirst
    ? [
        [b, a, r.reflected],
        [a, b, r.name],
      ]
    : [
        [a, b, r.name],
        [b, a, r.reflected],
      ]
  for (const [self, other, name] of order) {
    const slot = typeOf(self).lookup(name)
    if (slot === undefined || slot === null) continue
    const result = callSlot(vm, slot, [self, other])
    if (result !== notImplemented) return result
  }
  if (op === '==') return same(a, b)
  if (op === '!=') return !same(a, b)
  return vm.raise(types.TypeError, `'${op}' not supported between instances of '${className(a)}' and '${className(b)}'`)
}

/** `bool(v)`. */
export function truth(vm: Vm, v: Value): boolean {
  if (typeof v === 'boolean') return v
  if (v === null) return false
  if (typeof v === 'number') return v !== 0
  if (typeof v === 'string') return v !== ''
  if (typeof v === 'bigint') return true
  if (v instanceof SymInt) return ne(v, 0)
  const cls = v.cls
  const slot = cls.lookup('__bool__')
  if (slot !== undefined && slot !== null) {
    const result = callSlot(vm, slot, [v])
    return typeof result === 'boolean'
      ? result
      : vm.raise(types.TypeError, `__bool__ should return bool, returned ${className(result)}`)
  }
  if (cls.builtin) {
    if (v instanceof PyList || v instanceof PyTuple) return v.items.length > 0
    if (v instanceof PyDict) return v.entries.size > 0
  }
  const size = cls.lookup('__len__')
  if (size === undefined || size === null) return true
  return ne(lengthResult(vm, callSlot(vm, size, [v])), 0)
}

/** What a `__len__` gave, checked. */
export function lengthResult(vm: Vm, v: Value): Int {
  const i = intOf(v)
  if (i === undefined) return vm.raise(types.TypeError, `'${className(v)}' object cannot be interpreted as an integer`)
  if (typeof i === 'number' ? i < 0 : typeof i === 'bigint' && i < 0n)
    vm.raise(types.ValueError, '__len__() should return >= 0')
  return i
}

/** `item in container`. */
export function contains(vm: Vm, container: Value, item: Value): boolean {
  if (typeof container === 'string') return textContains(vm, container, item)
  const slot = typeOf(container).lookup('__contains__')
  if (slot !== undefined && slot !== null) return truth(vm, callSlot(vm, slot, [container, item]))
  const cls = typeOf(container)
  if (slot === null) return vm.raise(types.TypeError, `'${className(container)}' object is not a container`)
  if (cls.lookup('__iter__') === undefined && cls.lookup('__getitem__') === undefined) {
    return vm.raise(types.TypeError, `argument of type '${className(container)}' is not iterable`)
  }
  for (const v of iterate(vm, container)) if (equals(vm, v, item)) return true
  return false
}

export function textContains(vm: Vm, text: string, item: Value): boolean {
  const part = stringOf(item)
  if (part === undefined)
    vm.raise(types.TypeError, `'in <string>' requires string as left operand, not ${className(item)}`)
  return text.includes(part)
}
