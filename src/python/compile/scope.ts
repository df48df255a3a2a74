// Scopes, as CPython's symtable decides them: which names a block binds, and where a name that it uses lives. Functions
// and comprehensions keep their names in numbered slots of their frame; a class body keeps them in a dictionary that
// functions inside it do not see. Frames are chained as scopes are nested, so a name of an enclosing function is a
// number of steps up and a slot there.
import {
  childrenOf,
  isNode,
  type AnyNode,
  type ExpressionNode,
  type Node,
  type PatternNode,
  type StatementNode,
} from '../parse/index.ts'
import type { FreePlace } from '../code.ts'

export type ScopeKind = 'module' | 'class' | 'function' | 'comprehension'

/** Where a name lives, seen from a frame. */
export type Place =
  | { readonly kind: 'global' }
  | ({ readonly kind: 'slot' } & FreePlace)
  /** In the namespace of the class body being run; when it is not there, at `outer`. */
  | { readonly kind: 'namespace'; readonly outer: Place }

/** The name under which methods find their class, and its slot in the class body's frame. */
const classCell = '__class__'

export class NameScope {
  readonly slots = new Map<string, number>()
  readonly globals = new Set<string>()
  readonly nonlocals = new Set<string>()
  /** Names of enclosing functions that were looked up here. */
  readonly free = new Map<string, FreePlace>()
  /** Names that a class body or a module binds. */
  readonly bound = new Set<string>()

  private temporaries = 0

  constructor(
    readonly kind: ScopeKind,
    readonly parent: NameScope | null,
    /** How code nested in this scope is called: `f.<locals>`, `C`, or nothing in a module. */
    readonly prefix: string,
    /** The class whose private names (`__x`) are renamed here. */
    readonly privateClass: string | null,
  ) {
    if (kind === 'class') this.slots.set(classCell, 0)
  }

  /** `self.__x` inside `class C` is `self._C__x`. */
  mangle(name: string): string {
    if (this.privateClass === null || !name.startsWith('__') || name.endsWith('__') || name.includes('.')) return name
    const bare = this.privateClass.replace(/^_+/, '')
    return bare === '' ? name : `_${bare}${name}`
  }

  /** Makes a (mangled) name one of this scope's own, unless it was declared otherwise. */
  declare(name: string): void {
    if (this.globals.has(name) || this.nonlocals.has(name)) return
    if (this.kind === 'module' || this.kind === 'class') this.bound.add(name)
    else if (!this.slots.has(name)) this.slots.set(name, this.slots.size)
  }

  /** The place of a (mangled) name. */
  resolve(name: string): Place {
    if (this.kind === 'module' || this.globals.has(name)) return { kind: 'global' }
    if (this.kind === 'class') {
      if (this.nonlocals.has(name)) return enclosing(this.parent, name, 1)
      const outer: Place = this.bound.has(name) ? { kind: 'global' } : enclosing(this.parent, name, 1)
      return { kind: 'namespace', outer }
    }
    const place = enclosing(this, name, 0)
    if (place.kind === 'slot' && place.depth > 0) this.free.set(name, place)
    return place
  }

  /** Whether an enclosing function has the name, as `nonlocal` demands. */
  hasEnclosing(name: string): boolean {
    return enclosing(this.parent, name, 1).kind === 'slot'
  }

  /** A slot without a name; to be asked for once all names are declared. */
  temporary(): number {
    return this.slots.size + this.temporaries++
  }

  qualify(name: string): string {
    return this.prefix === '' ? name : `${this.prefix}.${name}`
  }
}

function enclosing(from: NameScope | null, name: string, steps: number): Place {
  let depth = steps
  for (let scope = from; scope !== null && scope.kind !== 'module'; scope = scope.parent, depth++) {
    if (scope.kind === 'class') {
      if (name === classCell && depth > 0) return { kind: 'slot', depth, index: 0 }
      continue
    }
    if (scope.globals.has(name)) return { kind: 'global' }
    const index = scope.nonlocals.has(name) ? undefined : scope.slots.get(name)
    if (index !== undefined) return { kind: 'slot', depth, index }
  }
  return { kind: 'global' }
}

// --- What a block binds -----------------------------------------------------------------------------------------------

/** What a walk over a block's statements found. */
export interface BlockFacts {
  /** `yield` occurs in the block itself. */
  readonly yields: boolean
}

/** Declares all names that the statements of a block bind. */
export function collectBindings(body: readonly StatementNode[], scope: NameScope): BlockFacts {
  const collector = new Collector(scope)
  for (const statement of body) collector.declarations(statement)
  for (const statement of body) collector.statement(statement)
  return { yields: collector.yields }
}

/** The names that a target binds. */
export function targetNames(target: ExpressionNode): string[] {
  switch (target.nodeType) {
    case 'Name':
      return [target.id]
    case 'Tuple':
    case 'List':
      return target.elts.flatMap(targetNames)
    case 'Starred':
      return targetNames(target.value)
    default:
      return []
  }
}

const definitions = new Set(['FunctionDef', 'AsyncFunctionDef', 'ClassDef'])

class Collector {
  yields = false

  constructor(private readonly scope: NameScope) {}

  private bind(name: string): void {
    this.scope.declare(this.scope.mangle(name))
  }

  /** `global` and `nonlocal` hold for the whole block, wherever they stand. */
  declarations(node: AnyNode): void {
    if (isKind(node, 'Global')) for (const name of node.names) this.scope.globals.add(this.scope.mangle(name))
    else if (isKind(node, 'Nonlocal')) for (const name of node.names) this.scope.nonlocals.add(this.scope.mangle(name))
    else if (!definitions.has(node.nodeType) && hasSuites(node))
      for (const child of childrenOf(node)) this.declarations(child)
  }

  statement(node: StatementNode): void {
    switch (node.nodeType) {
      case 'FunctionDef':
      case 'AsyncFunctionDef':
        this.bind(node.name)
        for (const d of node.decorator_list) this.expression(d)
        if (node.withoutDefaults !== true) this.defaults(node.args)
        return
      case 'ClassDef':
        this.bind(node.name)
        for (const e of [...node.decorator_list, ...node.bases, ...node.keywords]) this.expression(e)
        return
      case 'Import':
        for (const alias of node.names) this.bind(alias.asname ?? alias.name.split('.')[0] ?? alias.name)
        return
      case 'ImportFrom':
        for (const alias of node.names) if (alias.name !== '*') this.bind(alias.asname ?? alias.name)
        return
      case 'AnnAssign':
        if (node.simple === 1 || node.value !== undefined) this.target(node.target)
        if (node.value !== undefined) this.expression(node.value)
        return
      case 'Global':
      case 'Nonlocal':
        return
      default:
        this.parts(node)
    }
  }

  /** Any other node: names bound by its own fields, then its children. */
  private parts(node: AnyNode): void {
    if (isKind(node, 'ExceptHandler') && node.name !== undefined) this.bind(node.name)
    if (isPattern(node)) this.pattern(node)
    for (const child of childrenOf(node)) {
      if (isKind(child, 'Name') && child.ctx.nodeType !== 'Load') this.bind(child.id)
      else if (isStatement(child)) this.statement(child)
      else this.expression(child)
    }
  }

  private pattern(node: PatternNode): void {
    if ((node.nodeType === 'MatchAs' || node.nodeType === 'MatchStar') && node.name !== undefined) this.bind(node.name)
    if (node.nodeType === 'MatchMapping' && node.rest !== undefined) this.bind(node.rest)
  }

  private target(node: ExpressionNode): void {
    for (const name of targetNames(node)) this.bind(name)
    this.expression(node)
  }

  private defaults(args: Node<'Lambda'>['args']): void {
    for (const e of [...args.defaults, ...args.kw_defaults]) if (e !== null) this.expression(e)
  }

  /** An expression binds names by `:=`, also from inside comprehensions. */
  private expression(node: AnyNode): void {
    switch (node.nodeType) {
      case 'Name':
      case 'Constant':
        return
      case 'NamedExpr':
        if (isKind(node, 'NamedExpr')) this.target(node.target)
        break
      case 'Lambda':
        if (isKind(node, 'Lambda')) this.defaults(node.args)
        return
      case 'Yield':
      case 'YieldFrom':
        this.yields = true
        break
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        this.comprehension(node)
        return
    }
    this.parts(node)
  }

  /** The targets of a comprehension are its own; `:=` inside binds out here. */
  private comprehension(node: AnyNode): void {
    if (isKind(node, 'NamedExpr')) this.target(node.target)
    if (node.nodeType === 'Yield' || node.nodeType === 'YieldFrom') this.yields = true
    if (node.nodeType === 'Lambda') return
    for (const child of childrenOf(node)) this.comprehension(child)
  }
}

function isKind<K extends string>(node: AnyNode, kind: K): node is AnyNode & KindOf<K> {
  return node.nodeType === kind
}

type Handler = Node<'Try'>['handlers'][number]
type KindOf<K extends string> = K extends 'ExceptHandler' ? Handler : Node<K>

const statementKinds = new Set(
  (
    'FunctionDef AsyncFunctionDef ClassDef Return Delete Assign AugAssign AnnAssign For AsyncFor While If With AsyncWith ' +
    'Match Raise Try TryStar Assert Import ImportFrom Global Nonlocal Expr Pass Break Continue TypeAlias'
  ).split(' '),
)

function isStatement(node: AnyNode): node is StatementNode {
  return statementKinds.has(node.nodeType)
}

function isPattern(node: AnyNode): node is PatternNode {
  return node.nodeType.startsWith('Match') && node.nodeType !== 'Match'
}

function hasSuites(node: AnyNode): boolean {
  return isStatement(node) || isKind(node, 'ExceptHandler') || node.nodeType === 'MatchCase'
}

/** Whether `yield` occurs in a node, nested functions aside. */
export function containsYield(node: unknown): boolean {
  if (!isNode(node)) return Array.isArray(node) && node.some(containsYield)
  if (node.nodeType === 'Yield' || node.nodeType === 'YieldFrom') return true
  if (definitions.has(node.nodeType) || node.nodeType === 'Lambda') {
    return isStatement(node) && 'decorator_list' in node && containsYield(node.decorator_list)
  }
  return childrenOf(node).some(containsYield)
}
