// Class statements: the body runs in a frame of its own whose names are the class's namespace; then the class is built,
// the cell behind `super()` and `__class__` filled, and the decorators applied.
import { ClassFrame } from '../code.ts'
import { tuple } from '../make.ts'
import { buildClass, call, getAttr } from '../object.ts'
import { segment, type ClassNode, type ExpressionNode } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyClass, PyDict, type Kwargs, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { BlockCode } from './code.ts'
import { none, type Compiler, type Evaluate, type Execute } from './compiler.ts'
import { sequence } from './displays.ts'
import { decorators, docstringOf } from './functions.ts'
import { classFrame, storeName } from './names.ts'
import { collectBindings, NameScope } from './scope.ts'

/** The body, compiled when the statement first runs. */
class ClassBody {
  readonly code: BlockCode
  readonly name: string
  private block: Execute | undefined

  constructor(
    private readonly outer: Compiler,
    private readonly node: ClassNode,
  ) {
    const { scope, unit } = outer
    this.name = scope.mangle(node.name)
    const qualname = scope.globals.has(this.name) ? this.name : scope.qualify(this.name)
    const line = node.decorator_list[0]?.lineno ?? node.lineno
    const endLine = node.end_lineno ?? node.lineno
    this.code = new BlockCode(unit, { name: this.name, qualname, line, endLine, run: none })
  }

  /** Runs the body; the frame holds what it bound. */
  run(vm: Vm, frame: ClassFrame): void {
    const { namespace, globals } = frame
    namespace.set('__module__', globals.dict.get('__name__') ?? globals.name)
    namespace.set('__qualname__', this.code.qualname)
    const doc = docstringOf(this.node.body)
    if (doc !== null) namespace.set('__doc__', doc)
    this.prepareBlock()
    vm.enter(frame)
    try {
      this.block?.(vm, frame)
    } finally {
      vm.leave()
    }
  }

  prepareBlock(): void {
    this.block ??= this.compile()
  }

  private compile(): Execute {
    const scope = new NameScope('class', this.outer.scope, this.code.qualname, this.node.name)
    collectBindings(this.node.body, scope)
    return this.outer.in(scope).block(this.node.body)
  }
}

export function classDefinition(c: Compiler, node: ClassNode): Execute {
  if (node.type_params.length > 0) return c.syntaxError('type parameters are not part of Python 3.11', node)
  const decorate = decorators(c, node.decorator_list)
  const bases = sequence(c, node.bases, node.lineno)
  const keywords = classKeywords(c, node)
  const body = new ClassBody(c, node)
  c.unit.rest?.push(() => {
    body.prepareBlock()
  })
  const store = storeName(c, node.name)
  const line = node.lineno
  return (vm, frame) => {
    frame.line = line
    const apply = decorate(vm, frame)
    const parents = bases(vm, frame)
    const kwargs = keywords(vm, frame)
    const own = new ClassFrame(1, frame, body.code, frame.globals, null)
    prepare(vm, own, body.name, parents, kwargs)
    body.run(vm, own)
    frame.line = line
    const { namespace, annotations } = own
    const made = (cls: PyClass): void => {
      own.slots[0] = cls
    }
    const cls = buildClass(vm, { name: body.name, bases: parents, kwargs, namespace, annotations, made })
    if (own.slots[0] === undefined && cls instanceof PyClass) own.slots[0] = cls
    store(vm, frame, apply(cls))
    return undefined
  }
}

function classKeywords(c: Compiler, node: ClassNode): (...at: Parameters<Evaluate>) => Kwargs {
  const parts = node.keywords.map((k) => ({ name: k.arg, value: c.expression(k.value) }))
  return (vm, frame) => {
    const kwargs = new Map<string, Value>()
    for (const { name, value } of parts) {
      const v = value(vm, frame)
      if (name !== undefined) kwargs.set(name, v)
      else if (v instanceof PyDict) for (const [key, item] of v.entries.values()) kwargs.set(String(key), item)
      else vm.stop('unsupported-syntax', 'a class statement with ** takes a dict')
    }
    return kwargs
  }
}

/** A metaclass's `__prepare__` may put names into the namespace; a namespace of its own kind is not interpreted. */
function prepare(vm: Vm, own: ClassFrame, name: string, bases: readonly Value[], kwargs: Kwargs): void {
  const given = kwargs.get('metaclass')
  const meta = given ?? bases.find((b): b is PyClass => b instanceof PyClass && b.cls !== types.type)?.cls
  if (!(meta instanceof PyClass)) return
  const hook = meta.lookup('__prepare__')
  if (hook === undefined || hook === types.type.lookup('__prepare__')) return
  const rest = new Map([...kwargs].filter(([k]) => k !== 'metaclass'))
  const made = call(vm, getAttr(vm, meta, '__prepare__'), [name, tuple(bases)], rest)
  if (!(made instanceof PyDict) || made.cls !== types.dict) {
    vm.stop('unsupported-syntax', `the namespace that ${meta.name}.__prepare__ makes is not a plain dict`)
  }
  for (const [key, v] of made.entries.values()) own.namespace.set(String(key), v)
}

// --- Annotated names --------------------------------------------------------------------------------------------------

/** `name: annotation = value` in a class body. */
export function noteAnnotation(
  c: Compiler,
  name: string,
  node: ExpressionNode,
): (vm: Vm, frame: Parameters<Evaluate>[1]) => void {
  const text = segment(c.unit.file, node)
  const mangled = c.scope.mangle(name)
  if (c.unit.postponed)
    return (_vm, frame) => void classFrame(frame).annotations.push({ name: mangled, text, evaluate: () => text })
  let value: Evaluate | undefined
  return (_vm, frame) => {
    const evaluate = (vm: Vm): Value => {
      value ??= c.expression(node)
      return value(vm, frame)
    }
    classFrame(frame).annotations.push({ name: mangled, text, evaluate })
  }
}
