// Reads a file statement by statement, lazily: a definition's header, decorators and suite are each parsed when somebody
// looks at them, so of a library only the functions that run are ever parsed. Positions are those of the whole file. The
// result is the same tree as parsing everything at once gives.
import { SourceFile } from '../../text/index.ts'
import { parseText } from './parser.ts'
import {
  docstringOf,
  splitStatements,
  type Chunk,
  type DefinitionChunk,
  type DocstringChunk,
  type Stretch,
} from './scan.ts'
import type { ClassNode, ExpressionNode, FunctionNode, Node, ParametersNode, StatementNode } from './tree.ts'

/** The statements of a file. */
export function parseLazily(file: SourceFile): readonly StatementNode[] {
  const whole = { start: 0, end: file.text.length, line: 1 }
  return statementsOf(file, whole) ?? parseText(file.text, { file, line: 1, indented: false })
}

/** The statements of a stretch that holds whole lines; undefined where it cannot be split. */
function statementsOf(file: SourceFile, stretch: Stretch): readonly StatementNode[] | undefined {
  const chunks = splitStatements(file.text, stretch)
  return chunks?.flatMap((chunk) => nodesOf(file, chunk))
}

function nodesOf(file: SourceFile, chunk: Chunk): readonly StatementNode[] {
  if (chunk.kind === 'plain') return parseStretch(file, chunk)
  if (chunk.kind === 'docstring') return [docstring(file, chunk)]
  return [chunk.kind === 'function' ? new LazyFunction(file, chunk) : new LazyClass(file, chunk)]
}

/** Parses whole lines, `tail` appended. */
function parseStretch(file: SourceFile, stretch: Stretch, tail = ''): readonly StatementNode[] {
  const text = file.text.slice(stretch.start, stretch.end) + tail
  return parseText(text, { file, line: stretch.line, indented: /^[ \t]/.test(text) })
}

function parseSuite(file: SourceFile, stretch: Stretch): readonly StatementNode[] {
  return parseText(file.text.slice(stretch.start, stretch.end), { file, line: stretch.line, indented: true })
}

// --- Docstrings -------------------------------------------------------------------------------------------------------

/** A docstring, whose text is looked at only when somebody reads it. */
function docstring(file: SourceFile, chunk: DocstringChunk): StatementNode {
  const position = {
    lineno: chunk.line,
    col_offset: columnAt(file.text, chunk.literal),
    end_lineno: chunk.endLine,
    end_col_offset: columnAt(file.text, chunk.end),
  }
  const literal = file.text.slice(chunk.literal, chunk.end)
  return { nodeType: 'Expr', value: new LazyString(literal, position), ...position }
}

type Position = Readonly<Record<'lineno' | 'col_offset' | 'end_lineno' | 'end_col_offset', number>>

/** A string literal that is taken apart when its value is first read. */
class LazyString implements Node<'Constant'> {
  readonly nodeType = 'Constant'
  readonly lineno: number
  readonly col_offset: number
  readonly end_lineno: number
  readonly end_col_offset: number
  readonly quote_style: string
  readonly #literal: string
  #value: string | undefined

  constructor(literal: string, position: Position) {
    this.lineno = position.lineno
    this.col_offset = position.col_offset
    this.end_lineno = position.end_lineno
    this.end_col_offset = position.end_col_offset
    this.quote_style = /^[rRuU]?(?:"""|'''|"|')/.exec(literal)?.[0] ?? ''
    this.#literal = literal
  }

  get value(): string {
    this.#value ??= textOf(this.#literal, this.quote_style)
    return this.#value
  }
}

/** The text of a literal; only one with escape sequences is left to the parser. */
function textOf(literal: string, opening: string): string {
  const quotes = opening.replace(/^[rRuU]/, '')
  const inside = literal.slice(opening.length, -quotes.length)
  if (!inside.includes('\\') || /^[rR]/.test(opening)) return inside
  const [statement] = parseText(literal, { file: new SourceFile('<string>', literal), line: 1, indented: false })
  const value: unknown =
    statement?.nodeType === 'Expr' && statement.value.nodeType === 'Constant' ? statement.value.value : ''
  return String(value)
}

// --- Definitions ------------------------------------------------------------------------------------------------------

/** A column as Python counts: in bytes of UTF-8 from the start of the line. */
function columnAt(text: string, offset: number): number {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  let bytes = 0
  for (const char of line) {
    const code = char.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** Decorators that are dotted names or calls of such without arguments, as most are; undefined where one is more than that. */
function simpleDecorators(text: string, line: number): readonly ExpressionNode[] | undefined {
  const rows = text.trimEnd().split('\n')
  const nodes: ExpressionNode[] = []
  for (const [i, row] of rows.entries()) {
    const match = /^([ \t]*@)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?$/.exec(row)
    if (match === null) return undefined
    const [, before = '', path = '', parentheses] = match
    nodes.push(dottedName(path.split('.'), line + i, before.length, parentheses !== undefined))
  }
  return nodes
}

function dottedName(path: readonly string[], line: number, column: number, called: boolean): ExpressionNode {
  const [first = '', ...attributes] = path
  const at = (end: number): Position => ({ lineno: line, col_offset: column, end_lineno: line, end_col_offset: end })
  let end = column + first.length
  let node: ExpressionNode = { nodeType: 'Name', id: first, ctx: { nodeType: 'Load' }, ...at(end) }
  for (const attr of attributes) {
    end += attr.length + 1
    node = { nodeType: 'Attribute', value: node, attr, ctx: { nodeType: 'Load' }, ...at(end) }
  }
  return called ? { nodeType: 'Call', func: node, args: [], keywords: [], ...at(end + 2) } : node
}

/** What definitions of functions and classes share. */
abstract class LazyDefinition {
  readonly lineno: number
  readonly end_lineno: number
  readonly type_params: readonly unknown[] = []
  readonly name: string
  readonly #file: SourceFile
  readonly #chunk: DefinitionChunk
  #decorators: readonly ExpressionNode[] | undefined

  constructor(file: SourceFile, chunk: DefinitionChunk) {
    this.#file = file
    this.#chunk = chunk
    this.name = chunk.name
    this.lineno = chunk.header.line
    this.end_lineno = chunk.endLine
  }

  get col_offset(): number {
    return columnAt(this.#file.text, this.#chunk.keyword)
  }

  get end_col_offset(): number {
    return columnAt(this.#file.text, this.#chunk.end)
  }

  get decorator_list(): readonly ExpressionNode[] {
    const { start, line, header } = this.#chunk
    if (start === header.start) return []
    if (this.#decorators !== undefined) return this.#decorators
    const text = this.#file.text.slice(start, header.start)
    const simple = simpleDecorators(text, line)
    if (simple !== undefined) {
      this.#decorators = simple
      return simple
    }
    const indent = this.#file.text.slice(header.start, this.#chunk.keyword)
    const [node] = parseStretch(this.#file, { start, end: header.start, line }, `${indent}def f(): pass`)
    this.#decorators = node?.nodeType === 'FunctionDef' ? node.decorator_list : []
    return this.#decorators
  }

  protected get headerText(): string {
    return this.#file.text.slice(this.#chunk.header.start, this.#chunk.header.end)
  }

  protected parseHeader(): StatementNode | undefined {
    return parseStretch(this.#file, this.#chunk.header, ' pass')[0]
  }

  /** The suite, parsed whole but for its docstring. */
  protected parseSuite(): readonly StatementNode[] {
    const { suite } = this.#chunk
    const doc = docstringOf(this.#file.text, suite)
    if (doc === undefined) return parseSuite(this.#file, suite)
    const rest = this.#file.text.indexOf('\n', doc.end) + 1
    const statement = docstring(this.#file, doc)
    if (rest === 0 || rest >= suite.end) return [statement]
    return [statement, ...parseSuite(this.#file, { start: rest, end: suite.end, line: doc.endLine + 1 })]
  }

  /** The suite, definitions in it lazily. */
  protected readSuite(): readonly StatementNode[] {
    return statementsOf(this.#file, this.#chunk.suite) ?? this.parseSuite()
  }
}

class LazyFunction extends LazyDefinition implements FunctionNode {
  readonly nodeType: 'FunctionDef' | 'AsyncFunctionDef'
  readonly withoutDefaults: boolean
  #header: FunctionNode | undefined
  #body: readonly StatementNode[] | undefined

  constructor(file: SourceFile, chunk: DefinitionChunk) {
    super(file, chunk)
    this.nodeType = chunk.isAsync ? 'AsyncFunctionDef' : 'FunctionDef'
    this.withoutDefaults = !this.headerText.includes('=')
  }

  private get header(): FunctionNode {
    if (this.#header === undefined) {
      const node = this.parseHeader()
      if (node?.nodeType !== 'FunctionDef' && node?.nodeType !== 'AsyncFunctionDef') throw new TypeError('not a def')
      this.#header = node
    }
    return this.#header
  }

  get args(): ParametersNode {
    return this.header.args
  }

  get returns(): ExpressionNode | undefined {
    return this.header.returns
  }

  get body(): readonly StatementNode[] {
    this.#body ??= this.parseSuite()
    return this.#body
  }
}

class LazyClass extends LazyDefinition implements ClassNode {
  readonly nodeType = 'ClassDef'
  #header: ClassNode | undefined
  #body: readonly StatementNode[] | undefined

  private get header(): ClassNode {
    if (this.#header === undefined) {
      const node = this.parseHeader()
      if (node?.nodeType !== 'ClassDef') throw new TypeError('not a class')
      this.#header = node
    }
    return this.#header
  }

  get bases(): readonly ExpressionNode[] {
    return this.header.bases
  }

  get keywords(): ClassNode['keywords'] {
    return this.header.keywords
  }

  get body(): readonly StatementNode[] {
    this.#body ??= this.readSuite()
    return this.#body
  }
}
