// Constants. py-ast gives JavaScript values; what kind of Python value each is, is told by the source text: `1.0` arrives
// as the number 1, `...` and bytes as strings.
import * as make from '../make.ts'
import { isFloatLiteral, segment, type Node } from '../parse/index.ts'
import type { Value } from '../values.ts'
import type { Compiler } from './compiler.ts'

export function constantValue(c: Compiler, node: Node<'Constant'>): Value {
  const value: unknown = node.value
  switch (typeof value) {
    case 'number':
      return isFloatLiteral(segment(c.unit.file, node)) ? make.float(value) : value
    case 'bigint':
    case 'boolean':
      return value
    case 'string':
      return textConstant(c, node, value)
    default:
      return isComplex(value) ? make.complex(value.real, value.imag) : null
  }
}

function textConstant(c: Compiler, node: Node<'Constant'>, value: string): Value {
  const opening = node.quote_style ?? segment(c.unit.file, node)
  if (opening === '...') return make.ellipsis
  return /^(?:[bB][rR]?|[rR][bB])['"]/.test(opening) ? make.bytes(value) : value
}

function isComplex(v: unknown): v is { readonly real: number; readonly imag: number } {
  return typeof v === 'object' && v !== null && 'real' in v && 'imag' in v
}
