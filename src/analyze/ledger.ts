// The line ledger: every line of a function as counted (it launched kernels), free (it ran and launched none: views, Python)
// or not reached, and why. Statements come from the syntax tree, what ran from the lines the interpreter visited.
import type { SourceFile } from '../text/index.ts'
import { childrenOf, isNode, parseWhole, type AnyNode, type FunctionNode, type StatementNode } from '../python/index.ts'
import type { LedgerLine } from '../trace/formats.ts'

export interface Coverage {
  /** Lines that ran. */
  readonly executed: ReadonlySet<number>
  /** Kernels, calls of modules included, by the line that launched them. */
  readonly counted: ReadonlyMap<number, number>
}

/** The function of a file that starts at a line, its decorators included, or spans it; undefined where there is none. */
export function functionAt(statements: readonly AnyNode[], line: number): FunctionNode | undefined {
  let found: FunctionNode | undefined
  const visit = (node: AnyNode): void => {
    if (
      isFunction(node) &&
      (node.decorator_list[0]?.lineno ?? node.lineno) <= line &&
      line <= (node.end_lineno ?? node.lineno)
    )
      found = node
    if (node.nodeType === 'FunctionDef' || node.nodeType === 'ClassDef' || hasBody(node))
      childrenOf(node).forEach(visit)
  }
  statements.forEach(visit)
  return found
}

/** The functions of a file that a function names: those of its top level, and by `self.` those beside it in its class. */
export function functionsNamedIn(fn: FunctionNode, file: readonly AnyNode[]): readonly FunctionNode[] {
  const byName = new Map(file.filter(isFunction).map((f) => [f.name, f]))
  const besides = file.find((n) => n.nodeType === 'ClassDef' && childrenOf(n).includes(fn))
  const methods = new Map((besides === undefined ? [] : childrenOf(besides)).filter(isFunction).map((f) => [f.name, f]))
  const none = new Map<string, FunctionNode>()
  const functions = (owner: string | undefined) => (owner === 'self' ? methods : owner === undefined ? byName : none)
  const found = new Set<FunctionNode>()
  const visit = (node: AnyNode): void => {
    const [own, name] = nameOf(node) ?? []
    const named = name === undefined ? undefined : functions(own).get(name)
    if (named !== undefined && named !== fn) found.add(named)
    childrenOf(node).forEach(visit)
  }
  fn.body.forEach(visit)
  return [...found]
}

/** `name` as [undefined, name], `owner.name` as [owner, name]; undefined for anything else. */
function nameOf(node: AnyNode): readonly [owner: string | undefined, name: string] | undefined {
  if (node.nodeType === 'Name' && 'id' in node) return [undefined, String(node.id)]
  if (node.nodeType !== 'Attribute' || !('attr' in node) || !('value' in node) || !isNode(node.value)) return undefined
  const [owner, name] = nameOf(node.value) ?? []
  return owner === undefined && name !== undefined ? [name, String(node.attr)] : undefined
}

function isFunction(node: AnyNode): node is FunctionNode {
  return node.nodeType === 'FunctionDef'
}

function hasBody(node: AnyNode): boolean {
  return 'body' in node && Array.isArray(node.body) && node.body.some(isNode)
}

/** The ledger of one function. */
export function ledgerOf(file: SourceFile, fn: FunctionNode, coverage: Coverage): readonly LedgerLine[] {
  const lines: LedgerLine[] = []
  let ran = false
  for (let line = fn.lineno + 1; line <= (fn.end_lineno ?? fn.lineno) && !ran; line++) ran = coverage.executed.has(line)
  const whyNot = ran ? 'an earlier line left the function' : `${fn.name}() is not called`
  const ledger = new FunctionLedger(file, coverage, lines)
  const [first] = fn.body
  ledger.block(first !== undefined && isDocstring(first) ? fn.body.slice(1) : fn.body, whyNot)
  return lines
}

export function parseStatements(file: SourceFile): readonly StatementNode[] {
  return parseWhole(file)
}

function isDocstring(node: StatementNode): boolean {
  return node.nodeType === 'Expr' && node.value.nodeType === 'Constant' && typeof node.value.value === 'string'
}

class FunctionLedger {
  constructor(
    private readonly file: SourceFile,
    private readonly coverage: Coverage,
    private readonly out: LedgerLine[],
  ) {}

  block(statements: readonly StatementNode[], whyNot: string): void {
    for (const s of statements) this.statement(s, whyNot)
  }

  private statement(node: StatementNode, whyNot: string): void {
    const end = bodyStart(node) ?? (node.end_lineno ?? node.lineno) + 1
    const ran = this.ran(node.lineno, end)
    for (let line = node.lineno; line < end; line++) this.line(line, node.lineno, ran, whyNot)
    this.nested(node, ran ? undefined : whyNot)
  }

  private ran(from: number, to: number): boolean {
    for (let line = from; line < to; line++) if (this.coverage.executed.has(line)) return true
    return false
  }

  private line(line: number, start: number, ran: boolean, whyNot: string): void {
    const source = this.file.line(line).trim()
    if (source === '' || source.startsWith('#')) return
    const kernels = this.coverage.counted.get(line) ?? 0
    if (kernels > 0) this.push(line, source, 'counted', `${kernels} kernel${kernels === 1 ? '' : 's'}`)
    else if (!ran) this.push(line, source, 'not_reached', whyNot)
    else this.push(line, source, 'free', line === start ? 'views and Python only' : `part of line ${start}`)
  }

  private push(line: number, source: string, status: LedgerLine['status'], reason: string): void {
    this.out.push({ line, source, status, reason })
  }

  private nested(node: StatementNode, whyNot: string | undefined): void {
    const at = `line ${node.lineno}`
    switch (node.nodeType) {
      case 'If': {
        const test = this.file.line(node.lineno).trim().replace(/:$/, '')
        this.block(node.body, whyNot ?? `${at} was not taken: ${test}`)
        this.block(node.orelse, whyNot ?? `${at} took its other branch: ${test}`)
        return
      }
      case 'For':
      case 'While':
        this.block(node.body, whyNot ?? `the loop of ${at} did not run`)
        this.block(node.orelse, whyNot ?? `the loop of ${at} was left`)
        return
      case 'With':
        this.block(node.body, whyNot ?? 'an earlier line left the function')
        return
      case 'Try':
        this.block(node.body, whyNot ?? 'an earlier line left the function')
        for (const handler of node.handlers)
          this.block(handler.body as readonly StatementNode[], whyNot ?? 'no such exception was raised')
        this.block(node.orelse, whyNot ?? 'an exception was raised')
        this.block(node.finalbody, whyNot ?? 'an earlier line left the function')
        return
      case 'FunctionDef':
        this.block(node.body, whyNot ?? `${node.name}() was not called`)
        return
      default:
        return
    }
  }
}

/** The first line of a compound statement's body; undefined for simple statements. */
function bodyStart(node: StatementNode): number | undefined {
  if (!('body' in node) || !Array.isArray(node.body)) return undefined
  const first = node.body[0] as StatementNode | undefined
  return first === undefined || first.lineno === node.lineno ? undefined : first.lineno
}
