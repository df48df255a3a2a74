// Function definitions and lambdas: the code object, and the closure that makes the function object with its defaults.
import { Frame, type Code, type ParameterAnnotation, type Parameters } from '../code.ts'
import { call } from '../object.ts'
import {
  segment,
  type ExpressionNode,
  type FunctionNode,
  type Node,
  type ParametersNode,
  type StatementNode,
} from '../parse/index.ts'
import { types } from '../types.ts'
import { noKwargs, PyFunction, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { SourceFile } from '../../text/index.ts'
import { BlockCode } from './code.ts'
import { none, type Compiler, type Evaluate, type Execute } from './compiler.ts'
import { generatorBody } from './generators.ts'
import { storeName } from './names.ts'
import { collectBindings, NameScope } from './scope.ts'

type Body = (vm: Vm, frame: Frame) => Value

/** What compiling a function's body gives. */
interface Compiled {
  readonly localNames: readonly string[]
  readonly freeNames: NameScope['free']
  readonly isGenerator: boolean
  readonly body: Body
}

type Definition = FunctionNode | Node<'Lambda'>

export class FunctionCode implements Code {
  readonly name: string
  readonly qualname: string
  readonly file: SourceFile
  readonly module: string
  readonly line: number
  readonly endLine: number
  readonly isAsync: boolean
  private knownParams: Parameters | undefined
  private knownAnnotations: readonly ParameterAnnotation[] | undefined
  private known: Compiled | undefined

  constructor(
    private readonly outer: Compiler,
    private readonly node: Definition,
  ) {
    const { unit, scope } = outer
    this.name = node.nodeType === 'Lambda' ? '<lambda>' : scope.mangle(node.name)
    this.qualname = qualify(scope, this.name)
    this.file = unit.file
    this.module = unit.module
    this.line = node.nodeType === 'Lambda' ? node.lineno : (node.decorator_list[0]?.lineno ?? node.lineno)
    this.endLine = node.end_lineno ?? node.lineno
    this.isAsync = node.nodeType === 'AsyncFunctionDef'
  }

  get params(): Parameters {
    this.knownParams ??= parametersOf(this.outer.scope, this.node.args)
    return this.knownParams
  }

  get isGenerator(): boolean {
    return this.compiled.isGenerator
  }

  get annotations(): readonly ParameterAnnotation[] {
    this.knownAnnotations ??= annotationsOf(this.outer, this.node)
    return this.knownAnnotations
  }

  readonly localNames = (): readonly string[] => this.compiled.localNames

  get freeNames(): NameScope['free'] {
    return this.compiled.freeNames
  }

  readonly docstring = (): string | null => (this.node.nodeType === 'Lambda' ? null : docstringOf(this.node.body))

  readonly run = (vm: Vm, frame: Frame): Value => this.compiled.body(vm, frame)

  private get compiled(): Compiled {
    this.known ??= this.compile()
    return this.known
  }

  private compile(): Compiled {
    const { outer, node, params } = this
    const prefix = `${this.qualname}.<locals>`
    const scope = new NameScope('function', outer.scope, prefix, outer.scope.privateClass)
    for (const name of slotNames(params)) scope.declare(name)
    if (scope.slots.size < slotNames(params).length)
      outer.syntaxError('duplicate argument in function definition', node)
    const inner = outer.in(scope)
    if (node.nodeType === 'Lambda') return this.compileLambda(inner, node.body)
    const { yields } = collectBindings(node.body, scope)
    const names = { localNames: [...scope.slots.keys()], freeNames: scope.free }
    if (this.isAsync) return { ...names, isGenerator: false, body: refuseAsync }
    if (yields) return { ...names, isGenerator: true, body: generatorBody(inner, node.body) }
    const block = inner.block(node.body)
    const body: Body = (vm, frame) => (block(vm, frame) === 'return' ? frame.returned : null)
    return { ...names, isGenerator: false, body }
  }

  private compileLambda(inner: Compiler, expression: ExpressionNode): Compiled {
    const statement: StatementNode = { nodeType: 'Return', value: expression, ...positionOf(expression) }
    const { yields } = collectBindings([statement], inner.scope)
    const names = { localNames: [...inner.scope.slots.keys()], freeNames: inner.scope.free }
    if (yields) return { ...names, isGenerator: true, body: generatorBody(inner, [statement]) }
    return { ...names, isGenerator: false, body: inner.expression(expression) }
  }
}

/** A coroutine is refused where it is called. */
const refuseAsync: Body = (vm, frame) => {
  vm.leave()
  const span = vm.where()
  vm.enter(frame)
  return vm.stop('unsupported-syntax', `the coroutine ${frame.code.qualname} cannot be run`, { span })
}

function positionOf(node: ExpressionNode): { lineno: number; col_offset: number } {
  return { lineno: node.lineno, col_offset: node.col_offset }
}

function qualify(scope: NameScope, name: string): string {
  return scope.globals.has(name) ? name : scope.qualify(name)
}

// --- Parameters -----------------------------------------------------------------------------------------------------

function parametersOf(scope: NameScope, args: ParametersNode): Parameters {
  const names = (list: ParametersNode['args']): string[] => list.map((a) => scope.mangle(a.arg))
  return {
    positional: [...names(args.posonlyargs), ...names(args.args)],
    positionalOnly: args.posonlyargs.length,
    keywordOnly: names(args.kwonlyargs),
    varArgs: args.vararg === undefined ? undefined : scope.mangle(args.vararg.arg),
    varKwargs: args.kwarg === undefined ? undefined : scope.mangle(args.kwarg.arg),
  }
}

/** The parameters in the order of their slots. */
function slotNames(params: Parameters): string[] {
  const { positional, keywordOnly, varArgs, varKwargs } = params
  const names = [...positional, ...keywordOnly]
  if (varArgs !== undefined) names.push(varArgs)
  if (varKwargs !== undefined) names.push(varKwargs)
  return names
}

function annotationsOf(outer: Compiler, node: Definition): readonly ParameterAnnotation[] {
  if (node.nodeType === 'Lambda') return []
  const { args } = node
  const annotated = [...args.posonlyargs, ...args.args, args.vararg, ...args.kwonlyargs, args.kwarg]
  const annotations: ParameterAnnotation[] = []
  for (const a of annotated)
    if (a?.annotation !== undefined) annotations.push(annotation(outer, outer.scope.mangle(a.arg), a.annotation))
  if (node.returns !== undefined) annotations.push(annotation(outer, 'return', node.returns))
  return annotations
}

function annotation(outer: Compiler, name: string, node: ExpressionNode): ParameterAnnotation {
  const text = segment(outer.unit.file, node)
  if (outer.unit.postponed) return { name, text, evaluate: () => text }
  let value: Evaluate | undefined
  const evaluate = (vm: Vm, fn: PyFunction): Value => {
    value ??= outer.expression(node)
    return value(vm, fn.closure ?? moduleFrame(outer, fn))
  }
  return { name, text, evaluate }
}

/** A frame in which an expression of a module's top level can be evaluated. */
function moduleFrame(outer: Compiler, fn: PyFunction): Frame {
  const { line, endLine } = fn.code
  const code = new BlockCode(outer.unit, { name: '<module>', qualname: '<module>', line, endLine, run: none })
  return new Frame(0, null, code, fn.globals, null)
}

/** The text of the string that a suite starts with. */
export function docstringOf(body: readonly StatementNode[]): string | null {
  const first = body[0]
  if (first?.nodeType !== 'Expr' || first.value.nodeType !== 'Constant') return null
  const { value, quote_style: quotes } = first.value
  return typeof value === 'string' && quotes !== undefined && !/^[rR]?[bB]/.test(quotes) ? value : null
}

// --- Making functions -------------------------------------------------------------------------------------------------

/** Makes the function object each time the definition is run. */
function makeFunction(c: Compiler, node: Definition): (vm: Vm, frame: Frame) => PyFunction {
  const code = new FunctionCode(c, node)
  c.unit.rest?.push(() => code.localNames())
  const atTop = c.scope.kind === 'module'
  const plain = 'withoutDefaults' in node && node.withoutDefaults === true
  const defaults = plain ? [] : node.args.defaults.map((e) => c.expression(e))
  const named = plain ? [] : keywordDefaults(c, node.args)
  return (vm, frame) => {
    const fn = new PyFunction(types.function, code, atTop ? null : frame, frame.globals)
    if (defaults.length > 0) fn.defaults = defaults.map((e) => e(vm, frame))
    if (named.length > 0) fn.kwDefaults = new Map(named.map(([name, e]) => [name, e(vm, frame)]))
    else fn.kwDefaults = noKwargs
    return fn
  }
}

function keywordDefaults(c: Compiler, args: ParametersNode): (readonly [string, Evaluate])[] {
  return args.kwonlyargs.flatMap((a, i) => {
    const e = args.kw_defaults[i]
    return e === null || e === undefined ? [] : [[c.scope.mangle(a.arg), c.expression(e)] as const]
  })
}

export function lambda(c: Compiler, node: Node<'Lambda'>): Evaluate {
  return makeFunction(c, node)
}

export function functionDefinition(c: Compiler, node: FunctionNode): Execute {
  if (node.type_params.length > 0) return c.syntaxError('type parameters are not part of Python 3.11', node)
  const decorate = decorators(c, node.decorator_list)
  const make = makeFunction(c, node)
  const store = storeName(c, node.name)
  const line = node.lineno
  return (vm, frame) => {
    frame.line = line
    const apply = decorate(vm, frame)
    const fn = make(vm, frame)
    store(vm, frame, apply(fn))
    return undefined
  }
}

/** Evaluates the decorators; what comes out applies them, the last one first. */
export function decorators(
  c: Compiler,
  nodes: readonly ExpressionNode[],
): (vm: Vm, frame: Frame) => (v: Value) => Value {
  if (nodes.length === 0) return () => (v) => v
  const rows = nodes.map((node) => ({ decorator: c.expression(node), line: node.lineno }))
  return (vm, frame) => {
    const ready = rows.map(({ decorator, line }) => ({ fn: decorator(vm, frame), line }))
    return (v) =>
      ready.reduceRight((decorated, { fn, line }) => {
        frame.line = line
        return call(vm, fn, [decorated])
      }, v)
  }
}
