// The file system as the engine sees it: only what lies below the given roots can be read, links that lead outside and
// `..` included. Files are read once.
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { SourceProvider } from '../../text/index.ts'

export interface FileSources extends SourceProvider {
  /** What has been read so far: path → text. */
  readonly texts: ReadonlyMap<string, string | undefined>
}

/** A provider over folders of this machine. */
export function fileSources(roots: readonly string[]): FileSources {
  const allowed = roots.map((root) => realpathSync(resolve(root)))
  const texts = new Map<string, string | undefined>()
  const lists = new Map<string, readonly string[] | undefined>()
  return {
    texts,
    read: (path) => cached(texts, path, () => readFileSync(inside(allowed, path), 'utf8')),
    list: (path) => cached(lists, path, () => readdirSync(inside(allowed, path)).sort()),
  }
}

function cached<T>(table: Map<string, T | undefined>, path: string, load: () => T): T | undefined {
  if (table.has(path)) return table.get(path)
  let value: T | undefined
  try {
    value = load()
  } catch (e) {
    if (!isMissing(e)) throw e
  }
  table.set(path, value)
  return value
}

/** The real path, if it lies below one of the roots. */
function inside(roots: readonly string[], path: string): string {
  const real = realpathSync(path)
  if (roots.some((root) => real === root || real.startsWith(root + sep))) return real
  throw Object.assign(new Error(`${path} lies outside of the given sources`), { code: 'ENOENT' })
}

const missing = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'])

function isMissing(e: unknown): boolean {
  return e instanceof Error && 'code' in e && missing.has(String(e.code))
}
