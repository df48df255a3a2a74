// The syntax tree: py-ast's, which is CPython's own `ast` node by node. Two kinds of statement get interfaces of their
// own, because the lazy reader (lazy.ts) makes them too: function and class definitions, whose parts it parses on demand.
import type { Arguments, ExprNode, StmtNode } from 'py-ast'

export type ExpressionNode = ExprNode

export interface Located {
  readonly lineno: number
  readonly col_offset: number
  readonly end_lineno?: number
  readonly end_col_offset?: number
}

type Defined = 'FunctionDef' | 'AsyncFunctionDef' | 'ClassDef'

export interface FunctionNode extends Located {
  readonly nodeType: 'FunctionDef' | 'AsyncFunctionDef'
  readonly name: string
  readonly args: Arguments
  readonly returns?: ExpressionNode | undefined
  readonly body: readonly StatementNode[]
  readonly decorator_list: readonly ExpressionNode[]
  readonly type_params: readonly unknown[]
  /** True where a glance at the text shows that no parameter has a default, so that `args` need not be looked at. */
  readonly withoutDefaults?: boolean
}

type ParsedClass = Extract<StmtNode, { nodeType: 'ClassDef' }>

export interface ClassNode extends Located {
  readonly nodeType: 'ClassDef'
  readonly name: string
  readonly bases: readonly ExpressionNode[]
  readonly keywords: ParsedClass['keywords']
  readonly body: readonly StatementNode[]
  readonly decorator_list: readonly ExpressionNode[]
  readonly type_params: readonly unknown[]
}

export type StatementNode = Exclude<StmtNode, { nodeType: Defined }> | FunctionNode | ClassNode
export type MatchCaseNode = Extract<StmtNode, { nodeType: 'Match' }>['cases'][number]
export type PatternNode = MatchCaseNode['pattern']
export type ParametersNode = Arguments

/** The expression, statement or pattern node of a given kind. */
export type Node<K extends string> = Extract<ExpressionNode | StatementNode | PatternNode, { nodeType: K }>

/** Anything that has children, for code that walks trees without regard to kinds. */
export interface AnyNode {
  readonly nodeType: string
}

export function isNode(v: unknown): v is AnyNode {
  return typeof v === 'object' && v !== null && 'nodeType' in v
}

/** The direct children of a node, in the order of its fields. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = []
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item)
    } else if (isNode(value)) children.push(value)
  }
  return children
}

/** Moves a freshly parsed tree down by `lines`. */
export function shiftLines(node: unknown, lines: number): void {
  if (lines === 0 || typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) shiftLines(item, lines)
    return
  }
  const fields = node as Record<string, unknown>
  for (const key in fields) {
    if (key === 'ctx' || key === 'op' || key === 'ops') continue // have no position
    const value = fields[key]
    if (typeof value === 'object') shiftLines(value, lines)
    else if ((key === 'lineno' || key === 'end_lineno') && typeof value === 'number') fields[key] = value + lines
  }
}
