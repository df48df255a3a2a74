// Operators. Plain numbers and strings are done here and then; everything else goes by CPython's `binary_op1`: the left
// operand's method, unless the right one's class is a subclass that overrides the reflected method; NotImplemented means
// the other may try. In-place operators try their own method first.
import { notImplemented } from '../make.ts'
import { types } from '../types.ts'
import { isInt, PyBytes, PyFloat, PyList, PyNative, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { numericBinary, numericUnary, type BinaryOperator, type UnaryOperator } from './arithmetic.ts'
import { chargeText } from './budget.ts'
import { callSlot, callSpecial } from './call.ts'
import { className, typeOf } from './classes.ts'

export type { BinaryOperator, UnaryOperator }

interface Row {
  readonly name: string
  readonly reflected: string
  readonly inplace: string
  /** How the TypeError names it, where that is not the operator itself. */
  readonly shown?: string
}

function row(stem: string, shown?: string): Row {
  return {
    name: `__${stem}__`,
    reflected: `__r${stem}__`,
    inplace: `__i${stem}__`,
    ...(shown === undefined ? {} : { shown }),
  }
}

export const binaryRows: Readonly<Record<BinaryOperator, Row>> = {
  '+': row('add'),
  '-': row('sub'),
  '*': row('mul'),
  '/': row('truediv'),
  '//': row('floordiv'),
  '%': row('mod'),
  '**': row('pow', '** or pow()'),
  '@': row('matmul'),
  '&': row('and'),
  '|': row('or'),
  '^': row('xor'),
  '<<': row('lshift'),
  '>>': row('rshift'),
}

const unaryNames: Readonly<Record<UnaryOperator, string>> = { '-': '__neg__', '+': '__pos__', '~': '__invert__' }

/** `a op b`. */
export function binaryOp(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value {
  const direct = plainBinary(vm, op, a, b)
  if (direct !== undefined) return direct
  const result = dispatch(vm, binaryRows[op], a, b)
  return result === notImplemented ? unsupported(vm, binaryRows[op].shown ?? op, a, b) : result
}

/** `a op= b`: what `a` is bound to afterwards. */
export function inplaceOp(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value {
  const direct = plainBinary(vm, op, a, b)
  if (direct !== undefined) return direct
  const r = binaryRows[op]
  const slot = typeOf(a).lookup(r.inplace)
  if (slot !== undefined && slot !== null) {
    const asked = isSequence(a) && slot instanceof PyNative && isJoining(r) ? reflected(vm, r, a, b) : notImplemented
    const result = asked === notImplemented ? callSlot(vm, slot, [a, b]) : asked
    if (result !== notImplemented) return result
  }
  const result = dispatch(vm, r, a, b)
  return result === notImplemented ? unsupported(vm, `${op}=`, a, b) : result
}

/** Numbers and strings of exactly the builtin classes. */
function plainBinary(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = smallBinary(op, a, b)
    if (r !== undefined) return r
  }
  if (isPlainNumber(a)) return isPlainNumber(b) ? numericBinary(vm, op, a, b) : undefined
  if (op !== '+' || typeof a !== 'string' || typeof b !== 'string') return undefined
  chargeText(vm, a.length + b.length)
  return a + b
}

/** The frequent operations on small ints, where the result is a small int again. */
function smallBinary(op: BinaryOperator, a: number, b: number): number | undefined {
  let r: number
  if (op === '+') r = a + b
  else if (op === '-') r = a - b
  else if (op === '*')
    r = a * b + 0 // no negative zero among the ints
  else if (op === '//' && b > 0) r = Math.floor(a / b)
  else if (op === '%' && b > 0) r = a % b < 0 ? (a % b) + b : (a % b) + 0
  else return undefined
  return Number.isSafeInteger(r) && (op !== '//' || Number.isSafeInteger(r * b)) ? r : undefined
}

function isPlainNumber(v: Value): boolean {
  return typeof v === 'boolean' || (v instanceof PyFloat && v.cls === types.float) || isInt(v)
}

/** Sequences join and repeat only after the other operand was asked: in CPython they are no numbers (sq_concat, sq_repeat). */
function isJoining(r: Row): boolean {
  return r === binaryRows['+'] || r === binaryRows['*']
}

/** What the right operand makes of it. */
function reflected(vm: Vm, r: Row, a: Value, b: Value): Value {
  const backward = typeOf(a) === typeOf(b) ? undefined : typeOf(b).lookup(r.reflected)
  return backward === undefined || backward === null ? notImplemented : callSlot(vm, backward, [b, a])
}

function dispatch(vm: Vm, r: Row, a: Value, b: Value): Value {
  const left = typeOf(a)
  const right = typeOf(b)
  const forward = left.lookup(r.name)
  const backward = left === right ? undefined : right.lookup(r.reflected)
  const overrides = right.isSubclassOf(left) && backward !== left.lookup(r.reflected)
  const rightFirst =
    backward !== undefined && (overrides || (isSequence(a) && forward instanceof PyNative && isJoining(r)))
  if (rightFirst && backward !== null) {
    const result = callSlot(vm, backward, [b, a])
    if (result !== notImplemented) return result
  }
  if (forward !== undefined && forward !== null) {
    const result = callSlot(vm, forward, [a, b])
    if (result !== notImplemented) return result
  }
  if (!rightFirst && backward !== undefined && backward !== null) return callSlot(vm, backward, [b, a])
  return notImplemented
}

function unsupported(vm: Vm, shown: string, a: Value, b: Value): never {
  const op = shown.replace(/=$/, '')
  if (op === '+' && isSequence(a)) {
    const kind = className(a)
    const message =
      a instanceof PyBytes
        ? `can't concat ${className(b)} to bytes`
        : `can only concatenate ${kind} (not "${className(b)}") to ${kind}`
    vm.raise(types.TypeError, message)
  }
  if (op === '*' && (isSequence(a) || isSequence(b))) {
    vm.raise(types.TypeError, `can't multiply sequence by non-int of type '${className(isSequence(a) ? b : a)}'`)
  }
  return vm.raise(types.TypeError, `unsupported operand type(s) for ${shown}: '${className(a)}' and '${className(b)}'`)
}

function isSequence(v: Value): boolean {
  return typeof v === 'string' || v instanceof PyList || v instanceof PyTuple || v instanceof PyBytes
}

/** `-a`, `+a`, `~a`. */
export function unaryOp(vm: Vm, op: UnaryOperator, a: Value): Value {
  if (typeof a === 'number' && op === '-') return 0 - a
  if (isPlainNumber(a)) {
    const direct = numericUnary(op, a)
    if (direct !== undefined) return direct
  }
  const result = callSpecial(vm, a, unaryNames[op])
  if (result !== undefined) return result
  return vm.raise(types.TypeError, `bad operand type for unary ${op}: '${className(a)}'`)
}
