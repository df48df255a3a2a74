// Which classes a class constructs, as far as names say it: what is analysed before it. A class that comes from a table or a
// config is not seen here; it is met when the analysis that refers to it is handed in.
import { childrenOf, parseWhole, type AnyNode, type StatementNode } from '../python/index.ts'
import type { SourceFile } from '../text/index.ts'
import { attempt } from './attempt.ts'
import { readTree, type SourceFiles } from './tree.ts'

export interface ClassPlace {
  /** Fully qualified. */
  readonly name: string
  readonly file: string
  readonly line: number
  readonly endLine: number
  /** Lines of its own forward(); undefined where it has none. */
  readonly forward: readonly [number, number] | undefined
}

/** A class by its fully qualified name; undefined where the tree has no such top-level class. */
export function findPlace(tree: SourceFiles, className: string): ClassPlace | undefined {
  const module = new ModuleNames(tree, className.slice(0, className.lastIndexOf('.')))
  const node = module.classes.get(className.slice(className.lastIndexOf('.') + 1))
  if (node === undefined || module.file === undefined) return undefined
  const forward = node.body.find((s) => s.nodeType === 'FunctionDef' && s.name === 'forward')
  return {
    name: className,
    file: module.file.path,
    line: node.lineno,
    endLine: node.end_lineno ?? node.lineno,
    forward: forward === undefined ? undefined : [forward.lineno, forward.end_lineno ?? forward.lineno],
  }
}

/** The classes with a forward() that a class calls by name anywhere in its body. */
export function constructedClasses(tree: SourceFiles, className: string): readonly string[] {
  const module = new ModuleNames(tree, className.slice(0, className.lastIndexOf('.')))
  const node = module.classes.get(className.slice(className.lastIndexOf('.') + 1))
  if (node === undefined) return []
  const names = [...new Set([...calledNames(node)])]
  return names.flatMap((name) => {
    const full = module.resolve(name)
    const place = full === undefined || full === className ? undefined : findPlace(tree, full)
    return place?.forward === undefined ? [] : [place.name]
  })
}

function* calledNames(node: AnyNode): Generator<string> {
  if (node.nodeType === 'Call') {
    const { func } = node as unknown as { func: AnyNode }
    if (func.nodeType === 'Name') yield (func as unknown as { id: string }).id
  }
  for (const child of childrenOf(node)) yield* calledNames(child)
}

const nothing = (): undefined => undefined

type ClassNode = StatementNode & { readonly nodeType: 'ClassDef' }

/** The classes and the imports at the top of a module. */
class ModuleNames {
  readonly file: SourceFile | undefined
  readonly classes = new Map<string, ClassNode>()
  private readonly imports = new Map<string, string>()

  constructor(
    tree: SourceFiles,
    private readonly module: string,
  ) {
    const read = attempt(() => readTree(tree, module), nothing)
    this.file = read
    const statements = read === undefined ? [] : (attempt(() => parseWhole(read), nothing) ?? [])
    for (const s of statements) {
      if (s.nodeType === 'ClassDef') this.classes.set(s.name, s)
      if (s.nodeType === 'ImportFrom') this.importFrom(s)
    }
  }

  /** The fully qualified name that a bare one stands for here. */
  resolve(name: string): string | undefined {
    if (this.classes.has(name)) return `${this.module}.${name}`
    return this.imports.get(name)
  }

  private importFrom(node: StatementNode & { readonly nodeType: 'ImportFrom' }): void {
    const isPackage = this.file?.path.endsWith('/__init__.py') === true
    const parts = this.module.split('.')
    const up = (node.level ?? 0) - (isPackage ? 1 : 0)
    const base = (node.level ?? 0) === 0 ? [] : parts.slice(0, parts.length - up)
    const from = [...base, ...(node.module == null ? [] : [node.module])].join('.')
    for (const { name, asname } of node.names) this.imports.set(asname ?? name, `${from}.${name}`)
  }
}
