// Reads a file statement by statement, lazily: a definition's header, decorators and suite are each parsed when somebody
// looks at them, so of a library only the functions that run are ever parsed. Positions are those of the whole file. The
// result is the same tree as parsing everything at once gives.
import type { SourceFile } from '../../text/index.ts'
import { parseText, type Origin } from './parser.ts'
import { splitStatements, type Chunk, type DefinitionChunk, type Stretch } from './scan.ts'
import type { ClassNode, ExpressionNode, FunctionNode, ParametersNode, StatementNode } from './tree.ts'

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
  return [chunk.kind === 'function' ? new LazyFunction(file, chunk) : new LazyClass(file, chunk)]
}

/** Parses whole lines, `tail` appended. */
function parseStretch(file: SourceFile, stretch: Stretch, tail = ''): readonly StatementNode[] {
  const text = file.text.slice(stretch.start, stretch.end) + tail
  const first = text.charAt(0)
  const origin: Origin = { file, line: stretch.line, indented: first === ' ' || first === '\t' }
  return parseText(text, origin)
}

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

  /** The suite, parsed whole. */
  protected parseSuite(): readonly StatementNode[] {
    return parseStretch(this.#file, this.#chunk.suite)
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
