// Simple statements: expressions, assignments, return, raise, assert, del.
import { call, getAttr, inplaceOp, isInstance, setAttr, getItem, setItem } from '../object.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyClass, PyInstance, type Value } from '../values.ts'
import type { Frame } from '../code.ts'
import type { Vm } from '../vm.ts'
import { deletion, endLine, subscriptKey, target } from './access.ts'
import { noteAnnotation } from './classes.ts'
import type { Compiler, Evaluate, Execute, Store } from './compiler.ts'
import { storeName } from './names.ts'
import { binaryOperators, condition } from './operators.ts'

export function expressionStatement(c: Compiler, node: Node<'Expr'>): Execute | undefined {
  if (node.value.nodeType === 'Constant') return undefined
  const value = c.expression(node.value)
  return (vm, frame) => {
    value(vm, frame)
    return undefined
  }
}

export function assignment(c: Compiler, node: Node<'Assign'>): Execute {
  const value = c.expression(node.value)
  const targets = node.targets.map((t) => target(c, t))
  const [only] = targets
  if (targets.length === 1 && only !== undefined) {
    return (vm, frame) => {
      only(vm, frame, value(vm, frame))
      return undefined
    }
  }
  return (vm, frame) => {
    const v = value(vm, frame)
    for (const store of targets) store(vm, frame, v)
    return undefined
  }
}

export function annotatedAssignment(c: Compiler, node: Node<'AnnAssign'>): Execute | undefined {
  const value = node.value === undefined ? undefined : c.expression(node.value)
  const store = value === undefined ? undefined : target(c, node.target)
  const inClass = c.scope.kind === 'class' && node.target.nodeType === 'Name' && node.simple === 1
  const note =
    inClass && node.target.nodeType === 'Name' ? noteAnnotation(c, node.target.id, node.annotation) : undefined
  if (store === undefined && note === undefined) return undefined
  return (vm, frame) => {
    if (value !== undefined) store?.(vm, frame, value(vm, frame))
    note?.(vm, frame)
    return undefined
  }
}

// --- Augmented assignment -----------------------------------------------------------------------------------------------

/** `a op= b`: the target is read, the operand evaluated, the result written back; object and key only once. */
export function augmentedAssignment(c: Compiler, node: Node<'AugAssign'>): Execute {
  const operand = c.expression(node.value)
  const op = binaryOperators[node.op.nodeType]
  const line = node.lineno
  const combine = (vm: Vm, frame: Frame, old: Value): Value => {
    const b = operand(vm, frame)
    frame.line = line
    return inplaceOp(vm, op, old, b)
  }
  const { target: place } = node
  switch (place.nodeType) {
    case 'Name':
      return augmentedName(c.expression(place), storeName(c, place.id), combine)
    case 'Attribute':
      return augmentedAttribute(c, place, combine)
    case 'Subscript':
      return augmentedSubscript(c, place, combine)
    default:
      return c.syntaxError('illegal expression for augmented assignment', place)
  }
}

type Combine = (vm: Vm, frame: Frame, old: Value) => Value

function augmentedName(load: Evaluate, store: Store, combine: Combine): Execute {
  return (vm, frame) => {
    store(vm, frame, combine(vm, frame, load(vm, frame)))
    return undefined
  }
}

function augmentedAttribute(c: Compiler, place: Node<'Attribute'>, combine: Combine): Execute {
  const object = c.expression(place.value)
  const name = c.scope.mangle(place.attr)
  const line = endLine(place)
  return (vm, frame) => {
    const o = object(vm, frame)
    frame.line = line
    const v = combine(vm, frame, getAttr(vm, o, name))
    frame.line = line
    setAttr(vm, o, name, v)
    return undefined
  }
}

function augmentedSubscript(c: Compiler, place: Node<'Subscript'>, combine: Combine): Execute {
  const object = c.expression(place.value)
  const key = subscriptKey(c, place.slice)
  const line = place.lineno
  return (vm, frame) => {
    const o = object(vm, frame)
    const k = key(vm, frame)
    frame.line = line
    const v = combine(vm, frame, getItem(vm, o, k))
    frame.line = line
    setItem(vm, o, k, v)
    return undefined
  }
}

// --- The rest -----------------------------------------------------------------------------------------------------------

export function returnStatement(c: Compiler, node: Node<'Return'>): Execute {
  if (c.scope.kind !== 'function') return c.syntaxError("'return' outside function", node)
  const value = c.optional(node.value)
  return (vm, frame) => {
    frame.returned = value(vm, frame)
    return 'return'
  }
}

export function raiseStatement(c: Compiler, node: Node<'Raise'>): Execute {
  const value = node.exc === undefined ? undefined : c.expression(node.exc)
  const cause = node.cause === undefined ? undefined : c.expression(node.cause)
  const line = node.lineno
  return (vm, frame) => {
    frame.line = line
    if (value === undefined) return raiseAgain(vm)
    const v = value(vm, frame)
    const from = cause?.(vm, frame)
    frame.line = line
    const error = exceptionOf(vm, v)
    if (from !== undefined) setAttr(vm, error, '__cause__', causeOf(vm, from))
    return vm.throw(error)
  }
}

function raiseAgain(vm: Vm): never {
  const current = vm.handling.at(-1)
  if (current === undefined) return vm.raise(types.RuntimeError, 'No active exception to reraise')
  throw current
}

/** What `raise … from v` sets: an exception, or None. */
function causeOf(vm: Vm, v: Value): Value {
  if (v === null) return v
  const cause = v instanceof PyClass && v.isSubclassOf(types.BaseException) ? call(vm, v) : v
  if (cause instanceof PyInstance && isInstance(vm, cause, types.BaseException)) return cause
  return vm.raise(types.TypeError, 'exception causes must derive from BaseException')
}

/** The exception that `raise v` raises: a class is called. */
export function exceptionOf(vm: Vm, v: Value): PyInstance {
  const error = v instanceof PyClass && v.isSubclassOf(types.BaseException) ? call(vm, v) : v
  if (error instanceof PyInstance && isInstance(vm, error, types.BaseException)) return error
  return vm.raise(types.TypeError, 'exceptions must derive from BaseException')
}

export function assertStatement(c: Compiler, node: Node<'Assert'>): Execute {
  const test = condition(c, node.test, node.lineno)
  const message = node.msg === undefined ? undefined : c.expression(node.msg)
  const line = node.lineno
  return (vm, frame) => {
    if (test(vm, frame)) return undefined
    const text = message?.(vm, frame)
    frame.line = line
    return vm.raise(types.AssertionError, text === undefined ? [] : [text])
  }
}

export function deleteStatement(c: Compiler, node: Node<'Delete'>): Execute {
  const parts = node.targets.map((t: ExpressionNode) => deletion(c, t))
  return (vm, frame) => {
    for (const part of parts) part(vm, frame)
    return undefined
  }
}
