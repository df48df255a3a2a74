// Functions that yield. Statements and expressions that contain a `yield` are compiled a second way, to JavaScript
// generators; all others as usual. For an expression around a `yield`, the operands are worked out one by one into
// unnamed slots, and the expression itself is then compiled with those for operands.
import { call, callMethod, getAttrOr, iterate, makeIterator, truth } from '../object.ts'
import { containsYield } from './scope.ts'
import type { ExpressionNode, MatchCaseNode, Node, StatementNode } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyIterator, PyTuple, type PyException, type Value } from '../values.ts'
import type { Frame } from '../code.ts'
import type { Vm } from '../vm.ts'
import { target } from './access.ts'
import { callOperands } from './calls.ts'
import { unsupported, type Compiler, type Evaluate, type Signal } from './compiler.ts'
import { firstIterable } from './comprehensions.ts'
import { catchable, enterContext, handlerFor, handlerHead, triedImports } from './control.ts'
import { caseTest } from './match.ts'
import { condition } from './operators.ts'
import { GeneratorSteps } from './steps.ts'

/** Code that may pause: yields what the program yields, and ends with `T`. */
type Resumable<T> = (vm: Vm, frame: Frame) => Generator<Value, T, Value>

/** The body of a generator function: makes the generator. */
export function generatorBody(c: Compiler, body: readonly StatementNode[]): Evaluate {
  const block = resumableBlock(c, body)
  const run = function* (vm: Vm, frame: Frame): Generator<Value, Value, Value> {
    return (yield* block(vm, frame)) === 'return' ? frame.returned : null
  }
  return (vm, frame) => new PyIterator(types.generator, new GeneratorSteps(vm, frame, run(vm, frame)))
}

// --- Statements -----------------------------------------------------------------------------------------------------------

function resumableBlock(c: Compiler, nodes: readonly StatementNode[]): Resumable<Signal> {
  const steps = nodes.map((node) =>
    containsYield(node)
      ? { line: node.lineno, plain: undefined, resumable: resumableStatement(c, node) }
      : { line: node.lineno, plain: c.statement(node), resumable: undefined },
  )
  return function* (vm, frame) {
    for (const { line, plain, resumable } of steps) {
      if (vm.coverage !== undefined) vm.reach(frame, line)
      const signal = resumable === undefined ? plain?.(vm, frame) : yield* resumable(vm, frame)
      if (signal !== undefined) return signal
    }
    return undefined
  }
}

function resumableStatement(c: Compiler, node: StatementNode): Resumable<Signal> {
  switch (node.nodeType) {
    case 'Expr':
    case 'Assign':
    case 'AnnAssign':
    case 'Return':
      return afterOperands(c, node, [node.value])
    case 'AugAssign':
      return node.target.nodeType === 'Name' ? afterOperands(c, node, [node.target, node.value]) : refuse(node)
    case 'Raise':
      return afterOperands(c, node, [node.exc, node.cause])
    case 'Assert':
      return afterOperands(c, node, [node.test])
    case 'If':
      return resumableIf(c, node)
    case 'While':
      return resumableWhile(c, node)
    case 'For':
      return resumableFor(c, node)
    case 'Try':
      return resumableTry(c, node)
    case 'With':
      return resumableWith(c, node)
    case 'Match':
      return resumableMatch(c, node)
    default:
      return refuse(node)
  }
}

function refuse(node: StatementNode | ExpressionNode): Resumable<never> {
  const stop = unsupported('a yield at this place', node) as Evaluate
  // eslint-disable-next-line require-yield
  return function* (vm, frame) {
    stop(vm, frame)
    throw new Error('unreachable')
  }
}

/** Works the operands out, then runs the statement with them. Parts that are not operands may not yield. */
function afterOperands(
  c: Compiler,
  node: StatementNode,
  operands: readonly (ExpressionNode | undefined)[],
): Resumable<Signal> {
  const given = operands.filter((e) => e !== undefined)
  if (countYields(node) > given.reduce((n, e) => n + countYields(e), 0)) return refuse(node)
  const { workOut, ready } = hoist(c, given)
  const run = c.with(ready).statement(node)
  return function* (vm, frame) {
    yield* workOut(vm, frame)
    return run?.(vm, frame)
  }
}

function countYields(node: unknown): number {
  if (Array.isArray(node)) return node.reduce<number>((n, item) => n + countYields(item), 0)
  if (typeof node !== 'object' || node === null || !containsYield(node)) return 0
  const own = 'nodeType' in node && (node.nodeType === 'Yield' || node.nodeType === 'YieldFrom') ? 1 : 0
  return Object.values(node).reduce<number>((n, child) => n + countYields(child), own)
}

function resumableCondition(c: Compiler, node: ExpressionNode, line: number): Resumable<boolean> {
  if (!containsYield(node)) {
    const test = condition(c, node, line)
    // eslint-disable-next-line require-yield
    return function* (vm, frame) {
      return test(vm, frame)
    }
  }
  const value = resumable(c, node)
  return function* (vm, frame) {
    const v = yield* value(vm, frame)
    frame.line = line
    return truth(vm, v)
  }
}

function resumableIf(c: Compiler, node: Node<'If'>): Resumable<Signal> {
  const test = resumableCondition(c, node.test, node.lineno)
  const yes = resumableBlock(c, node.body)
  const no = resumableBlock(c, node.orelse)
  return function* (vm, frame) {
    return (yield* test(vm, frame)) ? yield* yes(vm, frame) : yield* no(vm, frame)
  }
}

function resumableWhile(c: Compiler, node: Node<'While'>): Resumable<Signal> {
  const test = resumableCondition(c, node.test, node.lineno)
  const body = resumableBlock(c.loop(), node.body)
  const otherwise = resumableBlock(c, node.orelse)
  return function* (vm, frame) {
    while (yield* test(vm, frame)) {
      vm.tick()
      const signal = yield* body(vm, frame)
      if (signal === 'break') return undefined
      if (signal === 'return') return signal
    }
    return yield* otherwise(vm, frame)
  }
}

function resumableFor(c: Compiler, node: Node<'For'>): Resumable<Signal> {
  const iterable = resumable(c, node.iter)
  const store = target(c, node.target)
  const body = resumableBlock(c.loop(), node.body)
  const otherwise = resumableBlock(c, node.orelse)
  const line = node.lineno
  return function* (vm, frame) {
    const source = yield* iterable(vm, frame)
    frame.line = line
    for (const item of iterate(vm, source)) {
      vm.tick()
      store(vm, frame, item)
      const signal = yield* body(vm, frame)
      if (signal === 'break') return undefined
      if (signal === 'return') return signal
      frame.line = line
    }
    return yield* otherwise(vm, frame)
  }
}

function resumableTry(c: Compiler, node: Node<'Try'>): Resumable<Signal> {
  const guarded = node.handlers.length === 0 ? resumableBlock(c.try('needed'), node.body) : resumableExcept(c, node)
  if (node.finalbody.length === 0) return guarded
  const final = resumableBlock(c, node.finalbody)
  return function* (vm, frame) {
    let signal: Signal
    try {
      signal = yield* guarded(vm, frame)
    } catch (error) {
      const e = catchable(error)
      vm.handling.push(e)
      try {
        const own = yield* final(vm, frame)
        if (own !== undefined) return own
      } finally {
        vm.handling.pop()
      }
      throw e
    }
    const { returned } = frame
    const own = yield* final(vm, frame)
    if (own !== undefined) return own
    frame.returned = returned
    return signal
  }
}

function resumableExcept(c: Compiler, node: Node<'Try'>): Resumable<Signal> {
  const body = resumableBlock(c.try(triedImports(node)), node.body)
  const otherwise = resumableBlock(c, node.orelse)
  const handlers = node.handlers.map((h) => ({ ...handlerHead(c, h), body: resumableBlock(c, h.body) }))
  return function* (vm, frame) {
    let signal: Signal
    try {
      signal = yield* body(vm, frame)
    } catch (error) {
      const e = catchable(error)
      const handler = handlerFor(vm, frame, handlers, e)
      if (handler === undefined) throw e
      vm.handling.push(e)
      handler.bind?.(vm, frame, e.value)
      try {
        return yield* handler.body(vm, frame)
      } finally {
        vm.handling.pop()
        handler.clear?.(frame)
      }
    }
    return signal ?? (yield* otherwise(vm, frame))
  }
}

function resumableWith(c: Compiler, node: Node<'With'>): Resumable<Signal> {
  const body = resumableBlock(c, node.body)
  return node.items.reduceRight((inner, item) => resumableWithItem(c, item, inner, node.lineno), body)
}

function resumableWithItem(
  c: Compiler,
  item: Node<'With'>['items'][number],
  body: Resumable<Signal>,
  line: number,
): Resumable<Signal> {
  const manager = resumable(c, item.context_expr)
  const store = item.optional_vars === undefined ? undefined : target(c, item.optional_vars)
  return function* (vm, frame) {
    const { entered, exit } = enterContext(vm, frame, yield* manager(vm, frame), line)
    let signal: Signal
    try {
      store?.(vm, frame, entered)
      signal = yield* body(vm, frame)
    } catch (error) {
      const e = catchable(error)
      if (!exit(e)) throw e
      return undefined
    }
    const { returned } = frame
    exit(undefined)
    frame.returned = returned
    return signal
  }
}

function resumableMatch(c: Compiler, node: Node<'Match'>): Resumable<Signal> {
  if (node.cases.some((row: MatchCaseNode) => containsYield(row.guard))) return refuse(node)
  const subject = resumable(c, node.subject)
  const cases = node.cases.map((row) => ({ applies: caseTest(c, row), body: resumableBlock(c, row.body) }))
  return function* (vm, frame) {
    const v = yield* subject(vm, frame)
    for (const { applies, body } of cases) if (applies(vm, frame, v)) return yield* body(vm, frame)
    return undefined
  }
}

// --- Expressions ------------------------------------------------------------------------------------------------------------

/** Works operands out, in order, into unnamed slots; `ready` says where each one is. */
function hoist(
  c: Compiler,
  operands: readonly ExpressionNode[],
): { readonly workOut: Resumable<void>; readonly ready: ReadonlyMap<ExpressionNode, Evaluate> } {
  const rows = operands.map((node) => ({ node, slot: c.scope.temporary(), value: resumable(c, node) }))
  const ready = new Map<ExpressionNode, Evaluate>(
    rows.map(({ node, slot }) => [node, (_vm, frame) => frame.slots[slot] ?? null]),
  )
  const workOut: Resumable<void> = function* (vm, frame) {
    for (const { slot, value } of rows) frame.slots[slot] = yield* value(vm, frame)
  }
  return { workOut, ready }
}

function resumable(c: Compiler, node: ExpressionNode): Resumable<Value> {
  if (!containsYield(node)) {
    const value = c.expression(node)
    // eslint-disable-next-line require-yield
    return function* (vm, frame) {
      return value(vm, frame)
    }
  }
  switch (node.nodeType) {
    case 'Yield':
      return yieldOne(c, node)
    case 'YieldFrom':
      return yieldFrom(c, node)
    case 'IfExp':
      return resumableChoice(c, node)
    case 'BoolOp':
      return resumableBoolean(c, node)
  }
  const operands = operandsOf(node)
  if (operands === undefined) return refuse(node)
  const { workOut, ready } = hoist(c, operands)
  const value = c.with(ready).expression(node)
  return function* (vm, frame) {
    yield* workOut(vm, frame)
    return value(vm, frame)
  }
}

function yieldOne(c: Compiler, node: Node<'Yield'>): Resumable<Value> {
  const value = node.value === undefined ? undefined : resumable(c, node.value)
  const line = node.lineno
  return function* (vm, frame) {
    const v = value === undefined ? null : yield* value(vm, frame)
    frame.line = line
    return yield v
  }
}

function yieldFrom(c: Compiler, node: Node<'YieldFrom'>): Resumable<Value> {
  const value = resumable(c, node.value)
  const line = node.lineno
  return function* (vm, frame) {
    const source = yield* value(vm, frame)
    frame.line = line
    return yield* delegate(vm, frame, makeIterator(vm, source), line)
  }
}

/** PEP 380: what is sent or thrown goes to the inner iterator, whose result is the value of the expression. */
function* delegate(vm: Vm, frame: Frame, inner: Value, line: number): Generator<Value, Value, Value> {
  let step = advance(vm, inner, null)
  while (step.done !== true) {
    let sent: Value
    try {
      sent = yield step.value
    } catch (error) {
      frame.line = line
      step = throwInto(vm, inner, catchable(error))
      continue
    }
    frame.line = line
    step = advance(vm, inner, sent)
  }
  return step.value
}

function advance(vm: Vm, inner: Value, sent: Value): IteratorResult<Value, Value> {
  if (inner instanceof PyIterator) return inner.source.next(sent)
  const name = sent === null ? '__next__' : 'send'
  return resultOf(() => callMethod(vm, inner, name, sent === null ? [] : [sent]))
}

function throwInto(vm: Vm, inner: Value, e: PyException): IteratorResult<Value, Value> {
  if (inner instanceof PyIterator) {
    if (e.value.cls.isSubclassOf(types.GeneratorExit)) {
      inner.source.return?.(null)
      throw e
    }
    if (inner.source.throw === undefined) throw e
    return inner.source.throw(e)
  }
  const hook = getAttrOr(vm, inner, 'throw')
  if (hook === undefined) throw e
  return resultOf(() => call(vm, hook, [e.value.cls, e.value, null]))
}

/** A step of an iterator that is an object of the program: StopIteration carries its result. */
function resultOf(step: () => Value): IteratorResult<Value, Value> {
  try {
    return { done: false, value: step() }
  } catch (error) {
    const e = catchable(error)
    if (!e.value.cls.isSubclassOf(types.StopIteration)) throw e
    const args = e.value.payload
    return { done: true, value: args instanceof PyTuple ? (args.items[0] ?? null) : null }
  }
}

function resumableChoice(c: Compiler, node: Node<'IfExp'>): Resumable<Value> {
  const test = resumableCondition(c, node.test, node.lineno)
  const yes = resumable(c, node.body)
  const no = resumable(c, node.orelse)
  return function* (vm, frame) {
    return (yield* test(vm, frame)) ? yield* yes(vm, frame) : yield* no(vm, frame)
  }
}

function resumableBoolean(c: Compiler, node: Node<'BoolOp'>): Resumable<Value> {
  const operands = node.values.map((v) => resumable(c, v))
  const stopsAt = node.op.nodeType === 'Or'
  const line = node.lineno
  return function* (vm, frame) {
    let v: Value = null
    for (const [i, operand] of operands.entries()) {
      v = yield* operand(vm, frame)
      frame.line = line
      if (i < operands.length - 1 && truth(vm, v) === stopsAt) return v
    }
    return v
  }
}

/** The operands of an expression that evaluates all of them, in order; undefined for those that do not. */
function operandsOf(node: ExpressionNode): readonly ExpressionNode[] | undefined {
  switch (node.nodeType) {
    case 'BinOp':
      return [node.left, node.right]
    case 'UnaryOp':
      return [node.operand]
    case 'Compare':
      return node.comparators.length === 1 ? [node.left, ...node.comparators] : undefined
    case 'Call':
      return callOperands(node).map(withoutStar)
    case 'Attribute':
    case 'NamedExpr':
      return [node.value]
    case 'Subscript':
      return [node.value, node.slice]
    case 'Slice':
      return [node.lower, node.upper, node.step].filter((e) => e !== undefined)
    case 'ListComp':
    case 'SetComp':
    case 'DictComp':
    case 'GeneratorExp':
      return firstIterable(node)
    case 'Tuple':
    case 'List':
    case 'Set':
      return node.elts.map(withoutStar)
    case 'Dict':
      return node.values.flatMap((v, i) => [node.keys[i] ?? undefined, v].filter((e) => e !== undefined))
    default:
      return undefined
  }
}

function withoutStar(node: ExpressionNode): ExpressionNode {
  return node.nodeType === 'Starred' ? node.value : node
}
