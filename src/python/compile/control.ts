// Compound statements: if, for, while, try, with. Each says how its body ended; loops and functions act on it.
import type { Frame } from '../code.ts'
import { callSlot } from '../object/call.ts'
import { iterate, truth, typeOf } from '../object.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyClass, PyException, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { target } from './access.ts'
import type { Compiler, Evaluate, Execute, Signal, Store } from './compiler.ts'
import { clearName, storeName } from './names.ts'
import { condition } from './operators.ts'

export function ifStatement(c: Compiler, node: Node<'If'>): Execute {
  const test = condition(c, node.test, node.lineno)
  const yes = c.block(node.body)
  const no = c.block(node.orelse)
  return (vm, frame) => (test(vm, frame) ? yes(vm, frame) : no(vm, frame))
}

export function whileStatement(c: Compiler, node: Node<'While'>): Execute {
  const test = condition(c, node.test, node.lineno)
  const body = c.loop().block(node.body)
  const otherwise = c.block(node.orelse)
  return (vm, frame) => {
    while (test(vm, frame)) {
      vm.tick()
      const signal = body(vm, frame)
      if (signal === 'break') return undefined
      if (signal === 'return') return signal
    }
    return otherwise(vm, frame)
  }
}

export function forStatement(c: Compiler, node: Node<'For'>): Execute {
  const iterable = c.expression(node.iter)
  const store = target(c, node.target)
  const body = c.loop().block(node.body)
  const otherwise = c.block(node.orelse)
  const line = node.lineno
  return (vm, frame) => {
    const source = iterable(vm, frame)
    frame.line = line
    for (const item of iterate(vm, source)) {
      vm.tick()
      store(vm, frame, item)
      const signal = body(vm, frame)
      if (signal === 'break') return undefined
      if (signal === 'return') return signal
      frame.line = line
    }
    return otherwise(vm, frame)
  }
}

// --- try ----------------------------------------------------------------------------------------------------------------

export interface HandlerHead {
  readonly type: Evaluate | undefined
  readonly bind: Store | undefined
  readonly clear: ((frame: Frame) => void) | undefined
  readonly line: number
}

export function handlerHead(c: Compiler, handler: Node<'Try'>['handlers'][number]): HandlerHead {
  const { name } = handler
  return {
    type: handler.type === undefined ? undefined : c.expression(handler.type),
    bind: name === undefined ? undefined : storeName(c, name),
    clear: name === undefined ? undefined : clearName(c, name),
    line: handler.lineno,
  }
}

/** The first handler that catches an exception. */
export function handlerFor<H extends HandlerHead>(
  vm: Vm,
  frame: Frame,
  handlers: readonly H[],
  e: PyException,
): H | undefined {
  for (const handler of handlers) {
    if (handler.type === undefined) return handler
    const type = handler.type(vm, frame)
    frame.line = handler.line
    if (catches(vm, type, e.value.cls)) return handler
  }
  return undefined
}

function catches(vm: Vm, type: Value, raised: PyClass): boolean {
  if (type instanceof PyTuple) return type.items.some((t) => catches(vm, t, raised))
  if (type instanceof PyClass && type.isSubclassOf(types.BaseException)) return raised.isSubclassOf(type)
  return vm.raise(types.TypeError, 'catching classes that do not inherit from BaseException is not allowed')
}

/** What `except` may see of an error; anything else ends the analysis. */
export function catchable(e: unknown): PyException {
  if (e instanceof PyException) return e
  throw e
}

export function tryStatement(c: Compiler, node: Node<'Try'>): Execute {
  const guarded = node.handlers.length === 0 ? c.try('needed').block(node.body) : tryExcept(c, node)
  return node.finalbody.length === 0 ? guarded : tryFinally(guarded, c.block(node.finalbody))
}

/** What the handlers of a `try` make of a package that its body imports: all of them raise, or one may do without it. */
export function triedImports(node: Node<'Try'>): 'perhaps' | 'needed' {
  return node.handlers.every((h) => h.body.at(-1)?.nodeType === 'Raise') ? 'needed' : 'perhaps'
}

function tryExcept(c: Compiler, node: Node<'Try'>): Execute {
  const body = c.try(triedImports(node)).block(node.body)
  const otherwise = c.block(node.orelse)
  const handlers = node.handlers.map((h) => ({ ...handlerHead(c, h), body: c.block(h.body) }))
  return (vm, frame) => {
    let signal: Signal
    try {
      signal = body(vm, frame)
    } catch (error) {
      const e = catchable(error)
      const handler = handlerFor(vm, frame, handlers, e)
      if (handler === undefined) throw e
      return handle(vm, frame, handler, e)
    }
    return signal ?? otherwise(vm, frame)
  }
}

function handle(vm: Vm, frame: Frame, handler: HandlerHead & { readonly body: Execute }, e: PyException): Signal {
  vm.handling.push(e)
  handler.bind?.(vm, frame, e.value)
  try {
    return handler.body(vm, frame)
  } finally {
    vm.handling.pop()
    handler.clear?.(frame)
  }
}

/** The `finally` block runs whatever happened, and what it does (return, break) counts more. */
function tryFinally(guarded: Execute, final: Execute): Execute {
  return (vm, frame) => {
    let signal: Signal
    try {
      signal = guarded(vm, frame)
    } catch (error) {
      const e = catchable(error)
      vm.handling.push(e)
      try {
        const own = final(vm, frame)
        if (own !== undefined) return own
      } finally {
        vm.handling.pop()
      }
      throw e
    }
    const { returned } = frame
    const own = final(vm, frame)
    if (own !== undefined) return own
    frame.returned = returned
    return signal
  }
}

// --- with ---------------------------------------------------------------------------------------------------------------

export interface ContextManager {
  readonly entered: Value
  /** Calls `__exit__`; true where it suppresses the exception. */
  readonly exit: (e: PyException | undefined) => boolean
}

/** Enters a context; the line is that of the `with` statement throughout. */
export function enterContext(vm: Vm, frame: Frame, manager: Value, line: number): ContextManager {
  frame.line = line
  const cls = typeOf(manager)
  const enter = cls.lookup('__enter__')
  const exit = cls.lookup('__exit__')
  if (enter === undefined)
    vm.raise(types.TypeError, `'${cls.name}' object does not support the context manager protocol`)
  if (exit === undefined) {
    const missing = '(missed __exit__ method)'
    vm.raise(types.TypeError, `'${cls.name}' object does not support the context manager protocol ${missing}`)
  }
  const entered = callSlot(vm, enter, [manager])
  return {
    entered,
    exit: (e) => exitContext(vm, frame, line, () => callSlot(vm, exit, [manager, ...exitArguments(e)]), e),
  }
}

function exitArguments(e: PyException | undefined): Value[] {
  return e === undefined ? [null, null, null] : [e.value.cls, e.value, null]
}

function exitContext(vm: Vm, frame: Frame, line: number, exit: () => Value, e: PyException | undefined): boolean {
  frame.line = line
  if (e === undefined) {
    exit()
    return false
  }
  vm.handling.push(e)
  try {
    return truth(vm, exit())
  } finally {
    vm.handling.pop()
  }
}

export function withStatement(c: Compiler, node: Node<'With'>): Execute {
  const body = c.block(node.body)
  return node.items.reduceRight(
    (inner, item) => withItem(c, item.context_expr, item.optional_vars, inner, node.lineno),
    body,
  )
}

function withItem(
  c: Compiler,
  context: ExpressionNode,
  as: ExpressionNode | undefined,
  body: Execute,
  line: number,
): Execute {
  const manager = c.expression(context)
  const store = as === undefined ? undefined : target(c, as)
  return (vm, frame) => {
    const { entered, exit } = enterContext(vm, frame, manager(vm, frame), line)
    let signal: Signal
    try {
      store?.(vm, frame, entered)
      signal = body(vm, frame)
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
