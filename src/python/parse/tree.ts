// The syntax tree: CPython's own `ast`, node by node and position by position. Functions and classes have interfaces of
// their own, because the lazy reader (lazy.ts) makes them too and parses their parts on demand.

/** Where a node lies: lines from 1, columns from 0 in bytes of UTF-8. */
export interface Located {
  readonly lineno: number
  readonly col_offset: number
  readonly end_lineno: number
  readonly end_col_offset: number
}

interface Kinded<K> {
  readonly nodeType: K
}
type Nodes<T> = { readonly [K in keyof T]: Kinded<K> & Readonly<T[K]> & Located }
type List<T> = readonly T[]

export type Context = Kinded<'Load'> | Kinded<'Store'> | Kinded<'Del'>
export type OperatorName =
  | ('Add' | 'Sub' | 'Mult' | 'MatMult' | 'Div' | 'Mod' | 'Pow')
  | ('LShift' | 'RShift' | 'BitOr' | 'BitXor' | 'BitAnd' | 'FloorDiv')
export type ComparisonName = 'Eq' | 'NotEq' | 'Lt' | 'LtE' | 'Gt' | 'GtE' | 'Is' | 'IsNot' | 'In' | 'NotIn'

interface Expressions {
  readonly BoolOp: { op: Kinded<'And' | 'Or'>; values: List<ExpressionNode> }
  readonly NamedExpr: { target: ExpressionNode; value: ExpressionNode }
  readonly BinOp: { left: ExpressionNode; op: Kinded<OperatorName>; right: ExpressionNode }
  readonly UnaryOp: { op: Kinded<'Invert' | 'Not' | 'UAdd' | 'USub'>; operand: ExpressionNode }
  readonly Lambda: { args: ParametersNode; body: ExpressionNode }
  readonly IfExp: { test: ExpressionNode; body: ExpressionNode; orelse: ExpressionNode }
  /** A key is null before `**`. */
  readonly Dict: { keys: List<ExpressionNode | null>; values: List<ExpressionNode> }
  readonly Set: { elts: List<ExpressionNode> }
  readonly ListComp: { elt: ExpressionNode; generators: List<Comprehension> }
  readonly SetComp: { elt: ExpressionNode; generators: List<Comprehension> }
  readonly DictComp: { key: ExpressionNode; value: ExpressionNode; generators: List<Comprehension> }
  readonly GeneratorExp: { elt: ExpressionNode; generators: List<Comprehension> }
  readonly Await: { value: ExpressionNode }
  readonly Yield: { value?: ExpressionNode | undefined }
  readonly YieldFrom: { value: ExpressionNode }
  readonly Compare: { left: ExpressionNode; ops: List<Kinded<ComparisonName>>; comparators: List<ExpressionNode> }
  readonly Call: { func: ExpressionNode; args: List<ExpressionNode>; keywords: List<Keyword> }
  readonly FormattedValue: { value: ExpressionNode; conversion: number; format_spec?: ExpressionNode | undefined }
  readonly JoinedStr: { values: List<ExpressionNode> }
  /**
   * Numbers are JavaScript's (a float and an int may be equal: the text tells), bigint where an int is large, and an
   * object with `real` and `imag`. `quote_style` is what a string opens with, prefix included; bytes are a string of a
   * character each, and `...` is a string without it.
   */
  readonly Constant: { value: unknown; kind?: 'u'; quote_style?: string }
  readonly Attribute: { value: ExpressionNode; attr: string; ctx: Context }
  readonly Subscript: { value: ExpressionNode; slice: ExpressionNode; ctx: Context }
  readonly Starred: { value: ExpressionNode; ctx: Context }
  readonly Name: { id: string; ctx: Context }
  readonly List: { elts: List<ExpressionNode>; ctx: Context }
  readonly Tuple: { elts: List<ExpressionNode>; ctx: Context }
  readonly Slice: {
    lower?: ExpressionNode | undefined
    upper?: ExpressionNode | undefined
    step?: ExpressionNode | undefined
  }
}

interface Suite {
  readonly body: List<StatementNode>
}
interface Loop extends Suite {
  readonly orelse: List<StatementNode>
}
interface ForLoop extends Loop {
  readonly target: ExpressionNode
  readonly iter: ExpressionNode
}
interface TryStatement extends Loop {
  readonly handlers: List<Handler>
  readonly finalbody: List<StatementNode>
}
interface WithStatement extends Suite {
  readonly items: List<WithItem>
}

interface Statements {
  readonly Return: { value?: ExpressionNode | undefined }
  readonly Delete: { targets: List<ExpressionNode> }
  readonly Assign: { targets: List<ExpressionNode>; value: ExpressionNode }
  readonly AugAssign: { target: ExpressionNode; op: Kinded<OperatorName>; value: ExpressionNode }
  /** `simple` is 1 for a name without parentheses. */
  readonly AnnAssign: {
    target: ExpressionNode
    annotation: ExpressionNode
    value?: ExpressionNode | undefined
    simple: 0 | 1
  }
  readonly For: ForLoop
  readonly AsyncFor: ForLoop
  readonly While: Loop & { test: ExpressionNode }
  readonly If: Loop & { test: ExpressionNode }
  readonly With: WithStatement
  readonly AsyncWith: WithStatement
  readonly Match: { subject: ExpressionNode; cases: List<MatchCaseNode> }
  readonly Raise: { exc?: ExpressionNode | undefined; cause?: ExpressionNode | undefined }
  readonly Try: TryStatement
  readonly TryStar: TryStatement
  readonly Assert: { test: ExpressionNode; msg?: ExpressionNode | undefined }
  readonly Import: { names: List<Alias> }
  readonly ImportFrom: { module?: string | undefined; names: List<Alias>; level: number }
  readonly Global: { names: List<string> }
  readonly Nonlocal: { names: List<string> }
  readonly Expr: { value: ExpressionNode }
  readonly Pass: object
  readonly Break: object
  readonly Continue: object
}

interface Patterns {
  readonly MatchValue: { value: ExpressionNode }
  readonly MatchSingleton: { value: null | boolean }
  readonly MatchSequence: { patterns: List<PatternNode> }
  readonly MatchMapping: { keys: List<ExpressionNode>; patterns: List<PatternNode>; rest?: string | undefined }
  readonly MatchClass: {
    cls: ExpressionNode
    patterns: List<PatternNode>
    kwd_attrs: List<string>
    kwd_patterns: List<PatternNode>
  }
  readonly MatchStar: { name?: string | undefined }
  readonly MatchAs: { pattern?: PatternNode | undefined; name?: string | undefined }
  readonly MatchOr: { patterns: List<PatternNode> }
}

export type ExpressionNode = Nodes<Expressions>[keyof Expressions]
export type PatternNode = Nodes<Patterns>[keyof Patterns]
export type StatementNode = Nodes<Statements>[keyof Statements] | FunctionNode | ClassNode

export interface Comprehension extends Kinded<'Comprehension'> {
  readonly target: ExpressionNode
  readonly iter: ExpressionNode
  readonly ifs: List<ExpressionNode>
  readonly is_async: 0 | 1
}

export interface Keyword extends Kinded<'Keyword'>, Located {
  /** Absent before `**`. */
  readonly arg?: string | undefined
  readonly value: ExpressionNode
}

export interface Parameter extends Kinded<'Arg'>, Located {
  readonly arg: string
  readonly annotation?: ExpressionNode | undefined
}

export interface ParametersNode extends Kinded<'Arguments'> {
  readonly posonlyargs: List<Parameter>
  readonly args: List<Parameter>
  readonly vararg?: Parameter | undefined
  readonly kwonlyargs: List<Parameter>
  readonly kw_defaults: List<ExpressionNode | null>
  readonly kwarg?: Parameter | undefined
  readonly defaults: List<ExpressionNode>
}

export interface Alias extends Kinded<'Alias'>, Located {
  readonly name: string
  readonly asname?: string | undefined
}

export interface WithItem extends Kinded<'WithItem'> {
  readonly context_expr: ExpressionNode
  readonly optional_vars?: ExpressionNode | undefined
}

export interface Handler extends Kinded<'ExceptHandler'>, Located, Suite {
  readonly type?: ExpressionNode | undefined
  readonly name?: string | undefined
}

export interface MatchCaseNode extends Kinded<'MatchCase'>, Suite {
  readonly pattern: PatternNode
  readonly guard?: ExpressionNode | undefined
}

export interface FunctionNode extends Located, Suite {
  readonly nodeType: 'FunctionDef' | 'AsyncFunctionDef'
  readonly name: string
  readonly args: ParametersNode
  readonly decorator_list: List<ExpressionNode>
  readonly returns?: ExpressionNode | undefined
  /** True where a glance at the text shows that no parameter has a default, so that `args` need not be looked at. */
  readonly withoutDefaults?: boolean
}

export interface ClassNode extends Kinded<'ClassDef'>, Located, Suite {
  readonly name: string
  readonly bases: List<ExpressionNode>
  readonly keywords: List<Keyword>
  readonly decorator_list: List<ExpressionNode>
}

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
