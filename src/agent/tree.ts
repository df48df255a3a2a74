// The files that an agent may read: the folders of the given packages and nothing else. A path is taken apart here, before
// any file system sees it; the provider below refuses links that lead outside.
import { raise, SourceFile, type SourceProvider } from '../text/index.ts'

/** Packages and where their files are read. */
export interface SourceFiles {
  /** Package name → its folder, or the one file of a module. */
  readonly roots: ReadonlyMap<string, string>
  readonly sources: SourceProvider
}

export interface SourceTree extends SourceFiles {
  /** A path with its links resolved: a folder that is reached in two ways is one. */
  readonly real: (path: string) => string
}

export interface TreePath {
  /** For the provider. */
  readonly path: string
  /** From the package's folder on: `transformers/activations.py`. */
  readonly shown: string
}

/** Folders that hold no source of their own. */
const skipped = new Set(['__pycache__', 'node_modules'])

/** A file of the tree. */
export function readTree(tree: SourceFiles, asked: string): SourceFile {
  for (const { path, shown } of locate(tree, asked)) {
    const text = tree.sources.read(path)
    if (text === undefined) continue
    if (text.includes('\0')) raise('bad-file', `${shown} holds no text`)
    return new SourceFile(shown, text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'))
  }
  return raise('source-not-found', `there is no file ${asked} in the given sources`, {
    hint: `Paths begin with one of: ${[...tree.roots.keys()].join(', ')}.`,
  })
}

/**
 * Where a path or a dotted module name may lie.
 * @throws AnalysisError `forbidden` for what is outside of the given sources, whether there is such a file or not
 */
export function locate(tree: SourceFiles, asked: string): readonly TreePath[] {
  const outside = (): never =>
    raise('forbidden', `${JSON.stringify(asked)} lies outside of the given sources`, {
      hint: `Paths begin with one of: ${[...tree.roots.keys()].join(', ')}.`,
    })
  if (/[\0\\]/.test(asked)) return outside()
  if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(asked) && !asked.endsWith('.py')) return ofModule(tree, asked) ?? outside()
  const parts = asked.split('/').filter((p) => p !== '' && p !== '.')
  if (parts.includes('..')) return outside()
  const found = asked.startsWith('/') ? ofAbsolute(tree, `/${parts.join('/')}`) : ofPackage(tree, parts)
  return found === undefined ? outside() : [found]
}

function ofModule(tree: SourceFiles, name: string): readonly TreePath[] | undefined {
  const parts = name.split('.')
  const last = parts.at(-1) ?? ''
  const ways = [
    [...parts.slice(0, -1), `${last}.py`],
    [...parts, '__init__.py'],
  ]
  const found = ways.flatMap((way) => ofPackage(tree, way) ?? [])
  return found.length === 0 ? undefined : found
}

function ofPackage(tree: SourceFiles, parts: readonly string[]): TreePath | undefined {
  const [first = '', ...rest] = parts
  const name = rest.length === 0 ? first.replace(/\.py$/, '') : first
  const root = tree.roots.get(name)
  if (root === undefined) return undefined
  if (root.endsWith('.py')) return first === `${name}.py` ? { path: root, shown: first } : undefined
  return rest.length === 0 ? undefined : { path: `${root}/${rest.join('/')}`, shown: parts.join('/') }
}

function ofAbsolute(tree: SourceFiles, path: string): TreePath | undefined {
  for (const [name, root] of tree.roots) {
    if (path === root && root.endsWith('.py')) return { path, shown: `${name}.py` }
    if (!root.endsWith('.py') && path.startsWith(`${root}/`))
      return { path, shown: `${name}${path.slice(root.length)}` }
  }
  return undefined
}

/** The Python files of a tree, or of the part of it that a path names; each once. */
export function* pythonFiles(tree: SourceTree, within?: string): Generator<TreePath> {
  const seen = new Set<string>()
  for (const [name, root] of tree.roots) {
    const shown = root.endsWith('.py') ? `${name}.py` : name
    if (within !== undefined && !isWithin(shown, within) && !isWithin(within, shown)) continue
    const all = root.endsWith('.py') ? [{ path: root, shown }] : below(tree, root, shown, seen)
    for (const file of all) {
      if (within !== undefined && !isWithin(file.shown, within)) continue
      const real = tree.real(file.path)
      if (seen.has(real)) continue
      seen.add(real)
      yield file
    }
  }
}

function isWithin(shown: string, within: string): boolean {
  return shown === within || shown.startsWith(within.endsWith('/') ? within : `${within}/`)
}

function* below(tree: SourceTree, folder: string, shown: string, seen: Set<string>): Generator<TreePath> {
  const real = tree.real(folder)
  if (seen.has(real)) return
  seen.add(real)
  for (const entry of tree.sources.list(folder) ?? []) {
    if (entry.startsWith('.') || skipped.has(entry)) continue
    const file = { path: `${folder}/${entry}`, shown: `${shown}/${entry}` }
    if (entry.endsWith('.py')) yield file
    else if (!entry.includes('.')) yield* below(tree, file.path, file.shown, seen)
  }
}
