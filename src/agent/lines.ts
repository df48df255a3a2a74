// The lines that an analysis of a class has to account for: those of its `forward()` and of the functions of the same file that it
// names. Found from the syntax tree alone, so it works where the engine stops.
import { functionAt, LineLedgers } from '../analyze/index.ts'
import { createVm, findClass, type Project } from '../huggingface/index.ts'
import {
  childrenOf,
  parseWhole,
  PyClass,
  type AnyNode,
  type FunctionNode,
  type Located,
  type Node,
  type Vm,
} from '../python/index.ts'
import type { SourceFile } from '../text/index.ts'
import { raise } from '../text/index.ts'

export interface SourceLine {
  readonly file: string
  readonly line: number
  /** Without leading and trailing spaces. */
  readonly text: string
  /** The function it is in: `LlamaMLP.forward`, `rotate_half`. */
  readonly inside: string
  /** Whether it calls, indexes or computes anything: what does neither launches no kernel. */
  readonly computes: boolean
}

/** Nodes that may launch a kernel. */
const computing: ReadonlySet<string> = new Set([
  'Call',
  'BinOp',
  'UnaryOp',
  'Compare',
  'Subscript',
  'AugAssign',
  'BoolOp',
])

/** The lines of a class's `forward()` and of the functions of its file that this names, directly or not. */
export function listLines(project: Project, className: string): readonly SourceLine[] {
  const vm = createVm(project)
  const cls = findClass(vm, className)
  const source = new LineLedgers(vm).sourceOf(cls)
  if (source === 'bundled') return raise('source-not-found', `${className} runs from a bundled stand-in`)
  const file = vm.importer.sourceFile(source.file) ?? raise('internal', `${source.file} was not read`)
  const reader = new LineReader(file, methodsOf(vm, cls, source.file))
  return reader.from(source.line, `${cls.name}.forward`)
}

/** The methods of a class that its file defines, with their first lines. */
function methodsOf(vm: Vm, cls: PyClass, file: string): ReadonlyMap<string, number> {
  const methods = new Map<string, number>()
  const ledgers = new LineLedgers(vm)
  for (const owner of [...cls.mro].reverse()) {
    if (!(owner instanceof PyClass)) continue
    for (const name of owner.dict.keys()) {
      const place = ledgers.functionPlace(owner.dict.get(name))
      if (place?.file === file) methods.set(name, place.line)
    }
  }
  return methods
}

class LineReader {
  private readonly tree: readonly AnyNode[]
  private readonly lines: SourceLine[] = []
  private readonly seen = new Set<number>()

  constructor(
    private readonly file: SourceFile,
    private readonly methods: ReadonlyMap<string, number>,
  ) {
    this.tree = parseWhole(file)
  }

  from(line: number, name: string): readonly SourceLine[] {
    const fn = functionAt(this.tree, line)
    if (fn !== undefined) this.visit(fn, name)
    return this.lines
  }

  private visit(fn: FunctionNode, name: string): void {
    if (this.seen.has(fn.lineno)) return
    this.seen.add(fn.lineno)
    const [first] = fn.body
    const body = first !== undefined && isText(first) ? fn.body.slice(1) : fn.body
    for (const statement of body) this.statement(statement, name)
    for (const named of body.flatMap((s) => [...namesIn(s)])) this.named(named, name)
  }

  private named({ owner, name }: Named, from: string): void {
    const method = owner === 'self' ? this.methods.get(name) : undefined
    const top = owner === undefined ? this.tree.find((n) => isFunction(n) && n.name === name) : undefined
    const fn = method === undefined ? top : functionAt(this.tree, method)
    if (fn !== undefined && isFunction(fn))
      this.visit(fn, owner === 'self' ? `${from.split('.')[0] ?? ''}.${name}` : name)
  }

  private statement(node: AnyNode, inside: string): void {
    const [start, end] = extent(node)
    const computes = computingLines(node)
    for (let line = start; line <= end; line++) {
      const text = this.file.line(line).trim()
      if (text === '' || text.startsWith('#')) continue
      this.lines.push({ file: this.file.path, line, text, inside, computes: computes.has(line) })
    }
  }
}

interface Named {
  readonly owner: string | undefined
  readonly name: string
}

/** Plain names and `owner.name`: what a function calls itself, and what it hands on to be called. */
function* namesIn(node: AnyNode): Generator<Named> {
  if (is(node, 'Name')) yield { owner: undefined, name: node.id }
  if (is(node, 'Attribute') && is(node.value, 'Name')) yield { owner: node.value.id, name: node.attr }
  for (const child of childrenOf(node)) yield* namesIn(child)
}

/** The lines on which something starts that may launch a kernel. */
function computingLines(node: AnyNode): ReadonlySet<number> {
  const lines = new Set<number>()
  const visit = (n: AnyNode): void => {
    if (computing.has(n.nodeType)) lines.add(startOf(n))
    childrenOf(n).forEach(visit)
  }
  visit(node)
  return lines
}

/** The line that Python counts a computation to: where it starts; a call of a method, where its name is. */
function startOf(node: AnyNode): number {
  return is(node, 'Call') && is(node.func, 'Attribute') ? extent(node.func)[1] : extent(node)[0]
}

/** First and last line. */
function extent(node: AnyNode): readonly [number, number] {
  const { lineno: start = 0, end_lineno: end = start } = node as Partial<Located>
  return [start, end]
}

function is<K extends string>(node: AnyNode, kind: K): node is Node<K> {
  return node.nodeType === kind
}

function isFunction(node: AnyNode): node is FunctionNode {
  return node.nodeType === 'FunctionDef'
}

function isText(node: AnyNode): boolean {
  if (!is(node, 'Expr') || !is(node.value, 'Constant')) return false
  return typeof node.value.value === 'string'
}
