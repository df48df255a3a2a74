// Ledgers of the classes of a run: the lines of a class's `forward()` and of the functions it calls in the same package.
import type { SourceFile } from '../text/index.ts'
import {
  PyFunction,
  type FunctionNode,
  type PyClass,
  type StatementNode,
  type Value,
  type Vm,
} from '../python/index.ts'
import type { LedgerLine } from '../trace/formats.ts'
import { functionAt, functionsNamedIn, ledgerOf, parseStatements, type Coverage } from './ledger.ts'
import type { CallRecord, Place } from './records.ts'

export class LineLedgers {
  private readonly files = new Map<string, SourceFile | undefined>()
  private readonly trees = new Map<string, readonly StatementNode[]>()

  constructor(private readonly vm: Vm) {
    vm.coverage ??= new Map()
  }

  /** A line of a file that the run has read. */
  lineOf(file: string, line: number): string {
    return this.fileOf(file)?.line(line) ?? ''
  }

  /** Where a class's `forward()` is. */
  sourceOf(cls: PyClass): { readonly file: string; readonly line: number } | 'bundled' {
    const code = forwardOf(cls)?.code
    if (code === undefined || code.file.path.startsWith('<')) return 'bundled'
    return { file: code.file.path, line: code.line }
  }

  /** Where a Python function is defined, decorators taken off; undefined for anything else. */
  functionPlace(fn: Value | undefined): { readonly file: string; readonly line: number } | undefined {
    const code = undecorated(fn)?.code
    return code === undefined ? undefined : { file: code.file.path, line: code.line }
  }

  /** The ledger of a record: its class's `forward()`, then the functions of the file that it names or that launched kernels for it. */
  of(record: CallRecord): readonly LedgerLine[] {
    const source = this.sourceOf(record.cls)
    if (source === 'bundled') return []
    const counted = countLines(record)
    const lines = [source, ...record.entries.map((e) => e.source)].flatMap((place) =>
      place?.file === source.file ? [place.line] : [],
    )
    return this.functionsAt(source.file, lines).flatMap((f) => this.functionLedger(source.file, f, counted))
  }

  /**
   * The ledger of a class whose `forward()` never ran to its end.
   * @param why not, where it may have begun
   */
  unreached(cls: PyClass, why?: string): readonly LedgerLine[] {
    const source = this.sourceOf(cls)
    if (source === 'bundled') return []
    const nothing = new Map<string, number>()
    const lines = this.functionsAt(source.file, [source.line]).flatMap((f) =>
      this.functionLedger(source.file, f, nothing),
    )
    return why === undefined ? lines : lines.map((line) => ({ ...line, reason: why }))
  }

  /** The functions at the given lines of a file, and all of the same file that these name. */
  private functionsAt(file: string, lines: readonly number[]): readonly FunctionNode[] {
    const tree = this.tree(file)
    const found = new Set(lines.flatMap((line) => functionAt(tree, line) ?? []))
    for (const fn of found) for (const named of functionsNamedIn(fn, tree)) found.add(named)
    return [...found]
  }

  /** The function at a line of a file. */
  functionOf(path: string, line: number): FunctionNode | undefined {
    return functionAt(this.tree(path), line)
  }

  private functionLedger(path: string, fn: FunctionNode, counted: ReadonlyMap<string, number>): readonly LedgerLine[] {
    const file = this.fileOf(path)
    if (file === undefined) return []
    const coverage: Coverage = {
      executed: this.vm.coverage?.get(path) ?? new Set(),
      counted: new Map(
        [...counted].flatMap(([key, n]) =>
          key.startsWith(`${path}:`) ? [[Number(key.slice(path.length + 1)), n] as const] : [],
        ),
      ),
    }
    return ledgerOf(file, fn, coverage)
  }

  private tree(path: string): readonly StatementNode[] {
    let tree = this.trees.get(path)
    if (tree === undefined) {
      const file = this.fileOf(path)
      tree = file === undefined ? [] : parseStatements(file)
      this.trees.set(path, tree)
    }
    return tree
  }

  fileOf(path: string): SourceFile | undefined {
    if (!this.files.has(path)) this.files.set(path, this.vm.importer.sourceFile(path))
    return this.files.get(path)
  }
}

/** The Python function behind a class's `forward`, decorators taken off. */
function forwardOf(cls: PyClass): PyFunction | undefined {
  return undecorated(cls.lookup('forward'))
}

function undecorated(given: Value | undefined): PyFunction | undefined {
  let fn = given
  while (fn instanceof PyFunction && fn.dict?.has('__wrapped__') === true) fn = fn.dict.get('__wrapped__')
  return fn instanceof PyFunction ? fn : undefined
}

/** Kernels by the lines that launched them: the line of `forward()`, and the innermost one. */
function countLines(record: CallRecord): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count = (place: Place): void => {
    const key = `${place.file}:${place.line}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const entry of record.entries) {
    if (entry.site !== undefined) count(entry.site)
    if (entry.source !== undefined && (entry.source.line !== entry.site?.line || entry.source.file !== entry.site.file))
      count(entry.source)
  }
  return counts
}
