// Constants. py-ast gives JavaScript values; what kind of Python value each is, is told by the source text (floats) or by
// the quotes (bytes, and `...`, which arrives as a string without any).
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
      if (node.quote_style === undefined) return value === '...' ? make.ellipsis : value
      return /^[rR]?[bB]/.test(node.quote_style) ? make.bytes(value) : value
    default:
      return isComplex(value) ? make.complex(value.real, value.imag) : null
  }
}

function isComplex(v: unknown): v is { readonly real: number; readonly imag: number } {
  return typeof v === 'object' && v !== null && 'real' in v && 'imag' in v
}
