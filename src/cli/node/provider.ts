// The file system as the engine sees it: only what lies below the given roots can be read, links that lead outside and
// `..` included. Files are read once.
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { SourceProvider } from '../../text/index.ts'

export interface FileSources extends SourceProvider {
  /** Lets a further folder be read. */
  readonly allow: (root: string) => void
  /** What has been read so far: path → text. */
  readonly texts: ReadonlyMap<string, string | undefined>
}

/** A provider over folders of this machine that remembers what it has read. */
export function fileSources(roots: readonly string[]): FileSources {
  const allowed = realRoots(roots)
  const folders = below(allowed)
  const texts = new Map<string, string | undefined>()
  const lists = new Map<string, readonly string[] | undefined>()
  return {
    texts,
    allow: (root) => void allowed.push(realpathSync(resolve(root))),
    read: (path) => cached(texts, path, () => folders.read(path)),
    list: (path) => cached(lists, path, () => folders.list(path)),
  }
}

/** A provider over folders of this machine that reads anew whenever it is asked. */
export function folderSources(roots: readonly string[]): SourceProvider {
  return below(realRoots(roots))
}

function realRoots(roots: readonly string[]): string[] {
  return roots.map((root) => realpathSync(resolve(root)))
}

function below(allowed: readonly string[]): SourceProvider {
  return {
    read: (path) => ifThere(() => readFileSync(inside(allowed, path), 'utf8')),
    list: (path) => ifThere(() => readdirSync(inside(allowed, path)).sort()),
  }
}

function cached<T>(table: Map<string, T | undefined>, path: string, load: () => T | undefined): T | undefined {
  if (!table.has(path)) table.set(path, load())
  return table.get(path)
}

function ifThere<T>(load: () => T): T | undefined {
  try {
    return load()
  } catch (e) {
    if (isMissing(e)) return undefined
    throw e
  }
}

/** The real path, if it lies below one of the roots. */
function inside(roots: readonly string[], path: string): string {
  const real = realpathSync(path)
  if (roots.some((root) => real === root || real.startsWith(root + sep))) return real
  throw Object.assign(new Error(`${path} lies outside of the given sources`), { code: 'ENOENT' })
}

/** A path with its links resolved; as it is where there is none. */
export function realPath(path: string): string {
  return ifThere(() => realpathSync(path)) ?? path
}

const missing = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'])

function isMissing(e: unknown): boolean {
  return e instanceof Error && 'code' in e && missing.has(String(e.code))
}
