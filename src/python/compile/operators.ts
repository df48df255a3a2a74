// Operators. The frame's line is set after the operands, just before the operation, as CPython's line table has it.
import {
  binaryOp,
  compare,
  contains,
  same,
  truth,
  unaryOp,
  type BinaryOperator,
  type CompareOperator,
  type UnaryOperator,
} from '../object.ts'
import { isAnalysisError } from '../../text/index.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import type { Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { Compiler, Evaluate } from './compiler.ts'

export const binaryOperators: Readonly<Record<Node<'BinOp'>['op']['nodeType'], BinaryOperator>> = {
  Add: '+',
  Sub: '-',
  Mult: '*',
  MatMult: '@',
  Div: '/',
  FloorDiv: '//',
  Mod: '%',
  Pow: '**',
  LShift: '<<',
  RShift: '>>',
  BitOr: '|',
  BitXor: '^',
  BitAnd: '&',
}

export function binary(c: Compiler, node: Node<'BinOp'>): Evaluate {
  const left = c.expression(node.left)
  const right = c.expression(node.right)
  const op = binaryOperators[node.op.nodeType]
  const line = node.lineno
  return (vm, frame) => {
    const a = left(vm, frame)
    const b = right(vm, frame)
    frame.line = line
    return binaryOp(vm, op, a, b)
  }
}

const unaryOperators: Readonly<Record<'USub' | 'UAdd' | 'Invert', UnaryOperator>> = {
  USub: '-',
  UAdd: '+',
  Invert: '~',
}

export function unary(c: Compiler, node: Node<'UnaryOp'>): Evaluate {
  const operand = c.expression(node.operand)
  const line = node.lineno
  const kind = node.op.nodeType
  if (kind === 'Not') {
    return (vm, frame) => {
      const v = operand(vm, frame)
      frame.line = line
      return !truth(vm, v)
    }
  }
  const op = unaryOperators[kind]
  return (vm, frame) => {
    const v = operand(vm, frame)
    frame.line = line
    return unaryOp(vm, op, v)
  }
}

/** `a and b or c`: the value of the operand that decides. */
export function boolean(c: Compiler, node: Node<'BoolOp'>): Evaluate {
  const operands = node.values.map((v) => c.expression(v))
  const stopsAt = node.op.nodeType === 'Or'
  const line = node.lineno
  const last = operands.length - 1
  return (vm, frame) => {
    for (let i = 0; i < last; i++) {
      const v = (operands[i] as Evaluate)(vm, frame)
      frame.line = line
      if (truth(vm, v) === stopsAt) return v
    }
    return (operands[last] as Evaluate)(vm, frame)
  }
}

export function conditional(c: Compiler, node: Node<'IfExp'>): Evaluate {
  const test = condition(c, node.test, node.lineno)
  const yes = c.expression(node.body)
  const no = c.expression(node.orelse)
  return (vm, frame) => (test(vm, frame) ? yes(vm, frame) : no(vm, frame))
}

type Condition = (...at: Parameters<Evaluate>) => boolean

/**
 * An expression in a position where only its truth counts; `line` is that of the statement that asks. CPython 3.11 puts
 * a conditional jump down to that line, or to the last comparison that it compiled before within the same test.
 */
export function condition(c: Compiler, node: ExpressionNode, line: number): Condition {
  return conditionAt(c, node, { line }, false)
}

/** `negated`: the part stands under an odd number of `not`. */
function conditionAt(c: Compiler, node: ExpressionNode, jump: { line: number }, negated: boolean): Condition {
  if (!c.isReady(node)) {
    if (node.nodeType === 'UnaryOp' && node.op.nodeType === 'Not') {
      const inner = conditionAt(c, node.operand, jump, !negated)
      return (vm, frame) => !inner(vm, frame)
    }
    if (node.nodeType === 'BoolOp') return connected(c, node, jump, negated)
    if (node.nodeType === 'Compare') jump.line = node.lineno
  }
  const value = c.expression(node)
  const { line } = jump
  return (vm, frame) => {
    const v = value(vm, frame)
    if (v === true || v === false) return v
    frame.line = line
    return vm.decisions === undefined ? truth(vm, v) : decidedTruth(vm, v, negated)
  }
}

/** The truth of a part of a condition; where the data tell it, the one with which the condition comes out as decided. */
function decidedTruth(vm: Vm, v: Value, negated: boolean): boolean {
  try {
    return truth(vm, v)
  } catch (e) {
    const here = vm.where()
    const isHere = isAnalysisError(e) && e.code === 'data-dependent-branch' && e.span?.line === here?.line
    const decided = isHere && e.span?.file === here?.file ? vm.decisions?.truth(vm) : undefined
    if (decided === undefined) throw e
    return decided !== negated
  }
}

function connected(c: Compiler, node: Node<'BoolOp'>, jump: { line: number }, negated: boolean): Condition {
  const tests = node.values.map((v) => conditionAt(c, v, jump, negated))
  const stopsAt = node.op.nodeType === 'Or'
  return (vm, frame) => {
    for (const test of tests) if (test(vm, frame) === stopsAt) return stopsAt
    return !stopsAt
  }
}

// --- Comparison -----------------------------------------------------------------------------------------------------

type Comparison = (vm: Vm, a: Value, b: Value) => Value

function ordering(op: CompareOperator): Comparison {
  return (vm, a, b) => compare(vm, op, a, b)
}

const comparisons: Readonly<Record<Node<'Compare'>['ops'][number]['nodeType'], Comparison>> = {
  Eq: ordering('=='),
  NotEq: ordering('!='),
  Lt: ordering('<'),
  LtE: ordering('<='),
  Gt: ordering('>'),
  GtE: ordering('>='),
  Is: (_vm, a, b) => same(a, b),
  IsNot: (_vm, a, b) => !same(a, b),
  In: (vm, a, b) => contains(vm, b, a),
  NotIn: (vm, a, b) => !contains(vm, b, a),
}

export function comparison(c: Compiler, node: Node<'Compare'>): Evaluate {
  const first = c.expression(node.left)
  const rest = node.comparators.map((e, i) => ({
    operand: c.expression(e),
    holds: comparisons[node.ops[i]?.nodeType ?? 'Eq'],
  }))
  const line = node.lineno
  const [only] = rest
  if (rest.length === 1 && only !== undefined) {
    const { operand, holds } = only
    return (vm, frame) => {
      const a = first(vm, frame)
      const b = operand(vm, frame)
      frame.line = line
      return holds(vm, a, b)
    }
  }
  const last = rest.length - 1
  return (vm, frame) => {
    let left = first(vm, frame)
    let result: Value = true
    for (const [i, { operand, holds }] of rest.entries()) {
      const right = operand(vm, frame)
      frame.line = line
      result = holds(vm, left, right)
      if (i < last && !truth(vm, result)) return result
      left = right
    }
    return result
  }
}
