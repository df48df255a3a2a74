// Comprehensions. Each runs in a frame of its own, as CPython 3.11 has it; only the first iterable is evaluated outside.
// Generator expressions are lazy.
import { Frame, type Code } from '../code.ts'
import { list } from '../make.ts'
import { dictSet, iterate, makeIterator, next, setAdd } from '../object.ts'
import type { ExpressionNode, Node } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyDict, PyInstance, PyIterator, PyList, PySet, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { target } from './access.ts'
import { BlockCode } from './code.ts'
import { none, unsupported, type Compiler, type Evaluate, type Store } from './compiler.ts'
import { GeneratorSteps } from './steps.ts'
import { condition } from './operators.ts'
import { NameScope, targetNames } from './scope.ts'

export type ComprehensionNode = Node<'ListComp'> | Node<'SetComp'> | Node<'DictComp'> | Node<'GeneratorExp'>

/** One `for … in … if …`. */
interface Clause {
  readonly store: Store
  readonly tests: readonly ((...at: Parameters<Evaluate>) => boolean)[]
  /** What the next clause iterates over; undefined for the last. */
  readonly further: Evaluate | undefined
}

/** What the four kinds share: the code of the frame, the first iterable, the clauses. */
class Comprehension {
  readonly code: Code
  readonly first: Evaluate
  readonly clauses: readonly Clause[]
  readonly inner: Compiler
  private readonly slotCount: number

  constructor(
    outer: Compiler,
    node: ComprehensionNode,
    readonly line: number,
    name: string,
  ) {
    const qualname = outer.scope.qualify(name)
    const scope = new NameScope('comprehension', outer.scope, `${qualname}.<locals>`, outer.scope.privateClass)
    for (const g of node.generators) for (const id of targetNames(g.target)) scope.declare(scope.mangle(id))
    this.inner = outer.in(scope)
    this.slotCount = scope.slots.size
    const iterables = node.generators.map((g, i) => (i === 0 ? outer : this.inner).expression(g.iter))
    this.first = iterables[0] ?? none
    this.clauses = node.generators.map((g, i) => ({
      store: target(this.inner, g.target),
      tests: g.ifs.map((e) => condition(this.inner, e, line)),
      further: iterables[i + 1],
    }))
    const localNames = (): readonly string[] => [...scope.slots.keys()]
    this.code = new BlockCode(outer.unit, {
      name,
      qualname,
      line,
      endLine: node.end_lineno ?? line,
      localNames,
      run: none,
    })
  }

  /** Evaluates the first iterable and makes the frame. */
  start(vm: Vm, outer: Frame): { readonly frame: Frame; readonly source: Value } {
    const v = this.first(vm, outer)
    outer.line = this.line
    const source = v instanceof PyList || v instanceof PyTuple ? v : makeIterator(vm, v)
    return { frame: new Frame(this.slotCount, outer, this.code, outer.globals, null), source }
  }

  /** Runs the clauses, calling `emit` for each element. */
  run(vm: Vm, outer: Frame, emit: (vm: Vm, frame: Frame) => void): void {
    const { frame, source } = this.start(vm, outer)
    vm.enter(frame)
    try {
      this.loop(vm, frame, 0, source, emit)
    } finally {
      vm.leave()
    }
  }

  private loop(vm: Vm, frame: Frame, index: number, source: Value, emit: (vm: Vm, frame: Frame) => void): void {
    const { store, tests, further } = this.clauses[index] as Clause
    frame.line = this.line
    for (const item of index === 0 ? iterateFurther(vm, source) : iterate(vm, source)) {
      vm.tick()
      store(vm, frame, item)
      if (passes(tests, vm, frame)) {
        if (further === undefined) emit(vm, frame)
        else this.loop(vm, frame, index + 1, further(vm, frame), emit)
      }
      frame.line = this.line
    }
  }

  *steps(vm: Vm, frame: Frame, index: number, source: Value, element: Evaluate): Generator<Value, void, Value> {
    const { store, tests, further } = this.clauses[index] as Clause
    frame.line = this.line
    for (const item of index === 0 ? iterateFurther(vm, source) : iterate(vm, source)) {
      vm.tick()
      store(vm, frame, item)
      if (passes(tests, vm, frame)) {
        if (further !== undefined) yield* this.steps(vm, frame, index + 1, further(vm, frame), element)
        else {
          const v = element(vm, frame)
          frame.line = this.line
          yield v
        }
      }
      frame.line = this.line
    }
  }
}

/** Over what `start` gave: a list, a tuple, or an iterator, which is not asked for an iterator again. */
function iterateFurther(vm: Vm, source: Value): Iterable<Value> {
  if (!(source instanceof PyInstance)) return iterate(vm, source)
  const steps: IterableIterator<Value> = {
    next: () => {
      const v = next(vm, source)
      return v === undefined ? { done: true, value: null } : { done: false, value: v }
    },
    [Symbol.iterator]: () => steps,
  }
  return steps
}

function passes(tests: Clause['tests'], vm: Vm, frame: Frame): boolean {
  for (const test of tests) if (!test(vm, frame)) return false
  return true
}

function refuse(node: ComprehensionNode): Evaluate | undefined {
  return node.generators.some((g) => g.is_async !== 0) ? unsupported('an asynchronous comprehension', node) : undefined
}

export function listComprehension(c: Compiler, node: Node<'ListComp'>): Evaluate {
  const comprehension = new Comprehension(c, node, node.lineno, '<listcomp>')
  const element = comprehension.inner.expression(node.elt)
  const run: Evaluate = (vm, outer) => {
    const items: Value[] = []
    comprehension.run(vm, outer, (_vm, frame) => items.push(element(vm, frame)))
    return list(items)
  }
  return refuse(node) ?? run
}

export function setComprehension(c: Compiler, node: Node<'SetComp'>): Evaluate {
  const comprehension = new Comprehension(c, node, node.lineno, '<setcomp>')
  const element = comprehension.inner.expression(node.elt)
  const run: Evaluate = (vm, outer) => {
    const members = new PySet(types.set)
    comprehension.run(vm, outer, (_vm, frame) => {
      const v = element(vm, frame)
      frame.line = node.lineno
      setAdd(vm, members, v)
    })
    return members
  }
  return refuse(node) ?? run
}

export function dictComprehension(c: Compiler, node: Node<'DictComp'>): Evaluate {
  const comprehension = new Comprehension(c, node, node.lineno, '<dictcomp>')
  const key = comprehension.inner.expression(node.key)
  const value = comprehension.inner.expression(node.value)
  const run: Evaluate = (vm, outer) => {
    const d = new PyDict(types.dict)
    comprehension.run(vm, outer, (_vm, frame) => {
      const k = key(vm, frame)
      const v = value(vm, frame)
      frame.line = node.lineno
      dictSet(vm, d, k, v)
    })
    return d
  }
  return refuse(node) ?? run
}

export function generatorExpression(c: Compiler, node: Node<'GeneratorExp'>): Evaluate {
  const comprehension = new Comprehension(c, node, node.lineno, '<genexpr>')
  const element = comprehension.inner.expression(node.elt)
  const run: Evaluate = (vm, outer) => {
    const { frame, source } = comprehension.start(vm, outer)
    const body = function* (): Generator<Value, Value, Value> {
      yield* comprehension.steps(vm, frame, 0, source, element)
      return null
    }
    return new PyIterator(types.generator, new GeneratorSteps(vm, frame, body()))
  }
  return refuse(node) ?? run
}

/** The one part of a comprehension that is evaluated where it stands. */
export function firstIterable(node: ComprehensionNode): readonly ExpressionNode[] {
  return node.generators.slice(0, 1).map((g) => g.iter)
}
