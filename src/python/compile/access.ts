// Attributes, subscripts and assignment targets.
import { slice, tuple } from '../make.ts'
import { delAttr, delItem, getAttr, getItem, setAttr, setItem, unpack, unpackStar } from '../object.ts'
import type { ExpressionNode, Located, Node } from '../parse/index.ts'
import type { Compiler, Evaluate, Execute, Store } from './compiler.ts'
import { sequence } from './displays.ts'
import { deleteName, storeName } from './names.ts'

/** CPython reports attribute access at the line where the attribute's name ends. */
export function endLine(node: Located): number {
  return node.end_lineno ?? node.lineno
}

export function attribute(c: Compiler, node: Node<'Attribute'>): Evaluate {
  const object = c.expression(node.value)
  const name = c.scope.mangle(node.attr)
  const line = endLine(node)
  return (vm, frame) => {
    const o = object(vm, frame)
    frame.line = line
    return getAttr(vm, o, name)
  }
}

export function subscript(c: Compiler, node: Node<'Subscript'>): Evaluate {
  const object = c.expression(node.value)
  const key = subscriptKey(c, node.slice)
  const line = node.lineno
  return (vm, frame) => {
    const o = object(vm, frame)
    const k = key(vm, frame)
    frame.line = line
    return getItem(vm, o, k)
  }
}

/** `a[*b]` is `a[(*b,)]`. */
export function subscriptKey(c: Compiler, node: ExpressionNode): Evaluate {
  if (node.nodeType !== 'Starred') return c.expression(node)
  const items = sequence(c, [node], node.lineno)
  return (vm, frame) => tuple(items(vm, frame))
}

export function sliceOf(c: Compiler, node: Node<'Slice'>): Evaluate {
  const lower = c.optional(node.lower)
  const upper = c.optional(node.upper)
  const step = c.optional(node.step)
  return (vm, frame) => slice(lower(vm, frame), upper(vm, frame), step(vm, frame))
}

// --- Targets --------------------------------------------------------------------------------------------------------

export function target(c: Compiler, node: ExpressionNode): Store {
  switch (node.nodeType) {
    case 'Name':
      return storeName(c, node.id)
    case 'Attribute':
      return attributeTarget(c, node)
    case 'Subscript':
      return subscriptTarget(c, node)
    case 'Tuple':
    case 'List':
      return unpackTarget(c, node)
    default:
      return c.syntaxError('cannot assign to expression', node)
  }
}

function attributeTarget(c: Compiler, node: Node<'Attribute'>): Store {
  const object = c.expression(node.value)
  const name = c.scope.mangle(node.attr)
  const line = endLine(node)
  return (vm, frame, v) => {
    const o = object(vm, frame)
    frame.line = line
    setAttr(vm, o, name, v)
  }
}

function subscriptTarget(c: Compiler, node: Node<'Subscript'>): Store {
  const object = c.expression(node.value)
  const key = subscriptKey(c, node.slice)
  const line = node.lineno
  return (vm, frame, v) => {
    const o = object(vm, frame)
    const k = key(vm, frame)
    frame.line = line
    setItem(vm, o, k, v)
  }
}

function unpackTarget(c: Compiler, node: Node<'Tuple'> | Node<'List'>): Store {
  const line = node.lineno
  const count = node.elts.length
  const star = node.elts.findIndex((e) => e.nodeType === 'Starred')
  const parts = node.elts.map((e) => target(c, e.nodeType === 'Starred' ? e.value : e))
  if (node.elts.some((e, i) => e.nodeType === 'Starred' && i !== star)) {
    return c.syntaxError('multiple starred expressions in assignment', node)
  }
  return (vm, frame, v) => {
    frame.line = line
    const values = star < 0 ? unpack(vm, v, count) : unpackStar(vm, v, star, count - star - 1)
    for (let i = 0; i < count; i++) (parts[i] as Store)(vm, frame, values[i] ?? null)
  }
}

// --- Deleting -------------------------------------------------------------------------------------------------------

export function deletion(c: Compiler, node: ExpressionNode): Execute {
  switch (node.nodeType) {
    case 'Name':
      return deleteName(c, node.id, node.lineno)
    case 'Attribute': {
      const object = c.expression(node.value)
      const name = c.scope.mangle(node.attr)
      const line = endLine(node)
      return (vm, frame) => {
        const o = object(vm, frame)
        frame.line = line
        delAttr(vm, o, name)
        return undefined
      }
    }
    case 'Subscript': {
      const object = c.expression(node.value)
      const key = subscriptKey(c, node.slice)
      const line = node.lineno
      return (vm, frame) => {
        const o = object(vm, frame)
        const k = key(vm, frame)
        frame.line = line
        delItem(vm, o, k)
        return undefined
      }
    }
    case 'Tuple':
    case 'List': {
      const parts = node.elts.map((e) => deletion(c, e))
      return (vm, frame) => {
        for (const part of parts) part(vm, frame)
        return undefined
      }
    }
    default:
      return c.syntaxError('cannot delete expression', node)
  }
}
