// Calls. `o.name(…)` looks the method up before the arguments are evaluated and calls it without making a bound method.
// The line of a call is that of its first line; of a method call, that where the method's name ends, unless it has `*`,
// `**` or so many arguments that CPython compiles it as an ordinary call.
import { call, construct, getAttr, getItem, iterate, str, typeOf, unboundMethod } from '../object.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import { types } from '../types.ts'
import { noKwargs, PyDict, PyFunction, PyIterator, PyNative, type Kwargs, type Value } from '../values.ts'
import type { Frame } from '../code.ts'
import type { Vm } from '../vm.ts'
import { endLine } from './access.ts'
import type { Compiler, Evaluate } from './compiler.ts'
import { sequence } from './displays.ts'
import { up } from './names.ts'

type EvaluateKwargs = (vm: Vm, frame: Frame, callee: Value) => Kwargs

/** CPython's STACK_USE_GUIDELINE. */
const manyArguments = 30

export function callExpression(c: Compiler, node: Node<'Call'>): Evaluate {
  const { func } = node
  if (isBareSuper(c, node)) return superCall(c, node)
  if (func.nodeType === 'Attribute' && !c.isReady(func) && isMethodCall(node)) return methodCall(c, node, func)
  const callee = c.expression(func)
  const args = node.args.some((a) => a.nodeType === 'Starred')
    ? starredArguments(c, node)
    : sequence(c, node.args, node.lineno)
  const kwargs = keywords(c, node)
  const line = node.lineno
  return (vm, frame) => {
    const fn = callee(vm, frame)
    const positional = args(vm, frame, fn)
    const named = kwargs === undefined ? noKwargs : kwargs(vm, frame, fn)
    frame.line = line
    return call(vm, fn, positional, named)
  }
}

/** Positional arguments some of which are starred. */
function starredArguments(c: Compiler, node: Node<'Call'>): (vm: Vm, frame: Frame, callee: Value) => Value[] {
  const line = node.lineno
  const parts = node.args.map((e) => ({
    starred: e.nodeType === 'Starred',
    value: c.expression(e.nodeType === 'Starred' ? e.value : e),
  }))
  return (vm, frame, callee) => {
    const values: Value[] = []
    for (const { starred, value } of parts) {
      const v = value(vm, frame)
      if (!starred) values.push(v)
      else {
        frame.line = line
        if (!isIterable(v))
          vm.raise(types.TypeError, `${describe(callee)} argument after * must be an iterable, not ${typeOf(v).name}`)
        for (const item of iterate(vm, v)) values.push(item)
      }
    }
    return values
  }
}

function isIterable(v: Value): boolean {
  const cls = typeOf(v)
  return v instanceof PyIterator || cls.lookup('__iter__') !== undefined || cls.lookup('__getitem__') !== undefined
}

function isMethodCall(node: Node<'Call'>): boolean {
  const { args, keywords: named } = node
  if (args.some((a) => a.nodeType === 'Starred') || named.some((k) => k.arg === undefined)) return false
  return args.length + named.length + (named.length > 0 ? 1 : 0) < manyArguments
}

function methodCall(c: Compiler, node: Node<'Call'>, func: Node<'Attribute'>): Evaluate {
  const object = c.expression(func.value)
  const name = c.scope.mangle(func.attr)
  const args = node.args.map((e) => c.expression(e))
  const count = args.length
  const kwargs = keywords(c, node)
  const line = endLine(func)
  return (vm, frame) => {
    const o = object(vm, frame)
    frame.line = line
    const method = unboundMethod(o, name)
    const fn = method ?? getAttr(vm, o, name)
    const positional = method === undefined ? [] : [o]
    for (let i = 0; i < count; i++) positional.push((args[i] as Evaluate)(vm, frame))
    const named = kwargs === undefined ? noKwargs : kwargs(vm, frame, fn)
    frame.line = line
    return call(vm, fn, positional, named)
  }
}

// --- Keyword arguments ------------------------------------------------------------------------------------------------

function keywords(c: Compiler, node: Node<'Call'>): EvaluateKwargs | undefined {
  if (node.keywords.length === 0) return undefined
  const parts = node.keywords.map((k) => ({
    name: k.arg === undefined ? undefined : k.arg,
    value: c.expression(k.value),
  }))
  const line = node.lineno
  return (vm, frame, callee) => {
    const named = new Map<string, Value>()
    for (const { name, value } of parts) {
      const v = value(vm, frame)
      if (name !== undefined) addKeyword(vm, named, name, v, callee)
      else {
        frame.line = line
        addMapping(vm, named, v, callee)
      }
    }
    return named
  }
}

function addKeyword(vm: Vm, named: Map<string, Value>, name: string, v: Value, callee: Value): void {
  if (named.has(name))
    vm.raise(types.TypeError, `${describe(callee)} got multiple values for keyword argument '${name}'`)
  named.set(name, v)
}

/** `**mapping`. */
function addMapping(vm: Vm, named: Map<string, Value>, mapping: Value, callee: Value): void {
  if (mapping instanceof PyDict && mapping.cls.builtin) {
    for (const [key, v] of mapping.entries.values()) addKeyword(vm, named, keywordName(vm, key), v, callee)
    return
  }
  if (typeOf(mapping).lookup('keys') === undefined) {
    vm.raise(types.TypeError, `${describe(callee)} argument after ** must be a mapping, not ${typeOf(mapping).name}`)
  }
  for (const key of iterate(vm, call(vm, getAttr(vm, mapping, 'keys')))) {
    addKeyword(vm, named, keywordName(vm, key), getItem(vm, mapping, key), callee)
  }
}

function keywordName(vm: Vm, key: Value): string {
  if (typeof key === 'string') return key
  return typeOf(key).isSubclassOf(types.str) ? str(vm, key) : vm.raise(types.TypeError, 'keywords must be strings')
}

/** How error messages name what is called. */
function describe(callee: Value): string {
  if (callee instanceof PyFunction) return `${callee.globals.name}.${callee.qualname}()`
  if (callee instanceof PyNative) return `${callee.name}()`
  return `${typeOf(callee).name} object`
}

// --- super() ----------------------------------------------------------------------------------------------------------

/** `super()` means `super(__class__, <first argument>)`; both come from the function it stands in. */
function isBareSuper(c: Compiler, node: Node<'Call'>): boolean {
  const { func, args } = node
  if (func.nodeType !== 'Name' || func.id !== 'super' || args.length > 0 || node.keywords.length > 0) return false
  return c.scope.resolve('super').kind === 'global' && c.scope.resolve('__class__').kind === 'slot'
}

function superCall(c: Compiler, node: Node<'Call'>): Evaluate {
  const callee = c.expression(node.func)
  const cls = c.scope.resolve('__class__')
  const line = node.lineno
  const self = selfOf(c)
  return (vm, frame) => {
    const fn = callee(vm, frame)
    frame.line = line
    const first = self(frame)
    if (first === undefined) return vm.raise(types.RuntimeError, 'super(): no arguments')
    if (fn !== types.super) return call(vm, fn, [])
    const cell = cls.kind === 'slot' ? up(frame, cls.depth).slots[cls.index] : undefined
    if (cell === undefined) return vm.raise(types.RuntimeError, 'super(): empty __class__ cell')
    return construct(vm, types.super, [cell, first])
  }
}

/** The first argument of the innermost function; comprehensions look further out. */
function selfOf(c: Compiler): (frame: Frame) => Value | undefined {
  let depth = 0
  for (let scope = c.scope; scope.kind === 'comprehension' && scope.parent !== null; scope = scope.parent) depth++
  return (frame) => {
    let f: Frame | null = frame
    for (let i = depth; i > 0 && f !== null; i--) f = f.parent
    const code = f?.code
    return code === undefined || code.params.positional.length + (code.params.varArgs === undefined ? 0 : 1) === 0
      ? undefined
      : f?.slots[0]
  }
}

/** The operands of a call in the order of evaluation. */
export function callOperands(node: Node<'Call'>): ExpressionNode[] {
  return [node.func, ...node.args, ...node.keywords.map((k) => k.value)]
}
