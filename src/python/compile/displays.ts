// Tuple, list, set and dict displays, and formatted strings.
import { list, tuple } from '../make.ts'
import { ascii, dictSet, format, iterate, makeSet, repr, setAdd, str } from '../object.ts'
import { chargeText } from '../object/budget.ts'
import { mappingItems } from '../object/dicts.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyDict, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { unsupported, type Compiler, type Evaluate } from './compiler.ts'

type EvaluateMany = (...at: Parameters<Evaluate>) => Value[]

/** Expressions some of which may be starred. */
export function sequence(c: Compiler, nodes: readonly ExpressionNode[], line: number): EvaluateMany {
  if (nodes.some((e) => e.nodeType === 'Starred')) return starredSequence(c, nodes, line)
  const parts = nodes.map((e) => c.expression(e))
  const count = parts.length
  return (vm, frame) => {
    const values: Value[] = []
    for (let i = 0; i < count; i++) values.push((parts[i] as Evaluate)(vm, frame))
    return values
  }
}

function starredSequence(c: Compiler, nodes: readonly ExpressionNode[], line: number): EvaluateMany {
  const parts = nodes.map((e) => ({
    starred: e.nodeType === 'Starred',
    value: c.expression(e.nodeType === 'Starred' ? e.value : e),
  }))
  return (vm, frame) => {
    const values: Value[] = []
    for (const { starred, value } of parts) {
      const v = value(vm, frame)
      if (!starred) {
        values.push(v)
        continue
      }
      frame.line = line
      for (const item of iterate(vm, v)) values.push(item)
    }
    return values
  }
}

export function tupleDisplay(c: Compiler, node: Node<'Tuple'>): Evaluate {
  const items = sequence(c, node.elts, node.lineno)
  return (vm, frame) => tuple(items(vm, frame))
}

export function listDisplay(c: Compiler, node: Node<'List'>): Evaluate {
  const items = sequence(c, node.elts, node.lineno)
  return (vm, frame) => list(items(vm, frame))
}

export function setDisplay(c: Compiler, node: Node<'Set'>): Evaluate {
  const items = sequence(c, node.elts, node.lineno)
  const line = node.lineno
  return (vm, frame) => {
    const values = items(vm, frame)
    frame.line = line
    const s = makeSet(vm)
    for (const v of values) setAdd(vm, s, v)
    return s
  }
}

export function dictDisplay(c: Compiler, node: Node<'Dict'>): Evaluate {
  const pairs = node.values.map((value, i) => {
    const key = node.keys[i]
    return { key: key === null || key === undefined ? undefined : c.expression(key), value: c.expression(value) }
  })
  const line = node.lineno
  return (vm, frame) => {
    const d = new PyDict(types.dict)
    for (const { key, value } of pairs) {
      const k = key?.(vm, frame)
      const v = value(vm, frame)
      frame.line = line
      if (k !== undefined) dictSet(vm, d, k, v)
      else for (const [name, item] of mappingItems(vm, v)) dictSet(vm, d, name, item)
    }
    return d
  }
}

// --- Formatted strings ------------------------------------------------------------------------------------------------

type Convert = (vm: Vm, v: Value) => string

/** `!s`, `!r` and `!a`, by the character's code. */
const conversions: ReadonlyMap<number, Convert> = new Map<number, Convert>([
  [115, str],
  [114, repr],
  [97, ascii],
])

/** CPython 3.11 reports everything in a formatted string but the expressions at the line where the string starts. */
export function formattedString(c: Compiler, node: Node<'JoinedStr'>): Evaluate {
  return joined(c, node, node.lineno)
}

function joined(c: Compiler, node: Node<'JoinedStr'>, line: number): (...at: Parameters<Evaluate>) => string {
  const parts = node.values.map((e) => {
    if (e.nodeType === 'FormattedValue') return formattedValue(c, e, line)
    if (e.nodeType === 'Constant' && typeof e.value === 'string') {
      const text = e.value
      return () => text
    }
    return e.nodeType === 'JoinedStr' ? joined(c, e, line) : unsupported('this part of a formatted string', e)
  })
  return (vm, frame) => {
    let text = ''
    for (const part of parts) text += part(vm, frame)
    chargeText(vm, text.length)
    return text
  }
}

function formattedValue(
  c: Compiler,
  node: Node<'FormattedValue'>,
  line: number,
): (...at: Parameters<Evaluate>) => string {
  const value = c.expression(node.value)
  const convert = conversions.get(node.conversion)
  const spec = node.format_spec?.nodeType === 'JoinedStr' ? joined(c, node.format_spec, line) : undefined
  return (vm, frame) => {
    const v = value(vm, frame)
    const text = spec?.(vm, frame) ?? ''
    frame.line = line
    return format(vm, convert === undefined ? v : convert(vm, v), text)
  }
}
