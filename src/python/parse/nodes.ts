// What nodes share: contexts, operators and their precedence, numbers.
import { Kind } from './kinds.ts'
import type { ComparisonName, Context, Node, OperatorName } from './tree.ts'

export const load: Context = { nodeType: 'Load' }
export const store: Context = { nodeType: 'Store' }
export const del: Context = { nodeType: 'Del' }

interface BinaryOperator {
  readonly kind: Kind
  /** The kind of the token that assigns: `+=`. */
  readonly assigns: Kind
  readonly name: OperatorName
  /** The higher, the tighter it binds. */
  readonly precedence: number
}

const binary: readonly BinaryOperator[] = [
  { kind: Kind.Bar, assigns: Kind.BarEqual, name: 'BitOr', precedence: 1 },
  { kind: Kind.Caret, assigns: Kind.CaretEqual, name: 'BitXor', precedence: 2 },
  { kind: Kind.Ampersand, assigns: Kind.AmpersandEqual, name: 'BitAnd', precedence: 3 },
  { kind: Kind.LeftShift, assigns: Kind.LeftShiftEqual, name: 'LShift', precedence: 4 },
  { kind: Kind.RightShift, assigns: Kind.RightShiftEqual, name: 'RShift', precedence: 4 },
  { kind: Kind.Plus, assigns: Kind.PlusEqual, name: 'Add', precedence: 5 },
  { kind: Kind.Minus, assigns: Kind.MinusEqual, name: 'Sub', precedence: 5 },
  { kind: Kind.Star, assigns: Kind.StarEqual, name: 'Mult', precedence: 6 },
  { kind: Kind.Slash, assigns: Kind.SlashEqual, name: 'Div', precedence: 6 },
  { kind: Kind.DoubleSlash, assigns: Kind.DoubleSlashEqual, name: 'FloorDiv', precedence: 6 },
  { kind: Kind.Percent, assigns: Kind.PercentEqual, name: 'Mod', precedence: 6 },
  { kind: Kind.At, assigns: Kind.AtEqual, name: 'MatMult', precedence: 6 },
  // `**` binds tighter than a sign before it, so the parser sees to it itself.
  { kind: Kind.DoubleStar, assigns: Kind.DoubleStarEqual, name: 'Pow', precedence: 0 },
]

export type OperatorNode = Node<'BinOp'>['op']

/** By the kind of the token; 0 for what is no binary operator. */
export const precedences: Uint8Array = new Uint8Array(128)
export const operatorNodes: (OperatorNode | undefined)[] = []
/** By the kind of the token that assigns. */
export const assignedOperators: (OperatorNode | undefined)[] = []
for (const { kind, assigns, name, precedence } of binary) {
  precedences[kind] = precedence
  operatorNodes[kind] = assignedOperators[assigns] = { nodeType: name }
}

export const power: OperatorNode = { nodeType: 'Pow' }

type ComparisonNode = Node<'Compare'>['ops'][number]
const comparison = (nodeType: ComparisonName): ComparisonNode => ({ nodeType })

export const comparisons: (ComparisonNode | undefined)[] = []
comparisons[Kind.EqualEqual] = comparison('Eq')
comparisons[Kind.NotEqual] = comparison('NotEq')
comparisons[Kind.Less] = comparison('Lt')
comparisons[Kind.LessEqual] = comparison('LtE')
comparisons[Kind.Greater] = comparison('Gt')
comparisons[Kind.GreaterEqual] = comparison('GtE')
comparisons[Kind.In] = comparison('In')
comparisons[Kind.Is] = comparison('Is')
export const notIn = comparison('NotIn')
export const isNot = comparison('IsNot')

export const and: Node<'BoolOp'>['op'] = { nodeType: 'And' }
export const or: Node<'BoolOp'>['op'] = { nodeType: 'Or' }
export const not: Node<'UnaryOp'>['op'] = { nodeType: 'Not' }

type Sign = Node<'UnaryOp'>['op']
export const signs: (Sign | undefined)[] = []
signs[Kind.Plus] = { nodeType: 'UAdd' }
signs[Kind.Minus] = { nodeType: 'USub' }
signs[Kind.Tilde] = { nodeType: 'Invert' }

/** What a numeric literal stands for. */
export function numberOf(literal: string): unknown {
  const text = literal.includes('_') ? literal.replaceAll('_', '') : literal
  const last = text.charCodeAt(text.length - 1) | 32
  const isRadix = text.charCodeAt(0) === 48 && /^0[xXoObB]/.test(text)
  if (last === 106 && !isRadix) return { real: 0, imag: Number(text.slice(0, -1)) }
  const value = Number(text)
  if (Number.isSafeInteger(value) || (!isRadix && /[.eE]/.test(text))) return value
  return BigInt(text)
}
