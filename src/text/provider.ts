// How files come in. The engine reads only through this interface, so it runs in a browser as well as in Node; the
// command line supplies one over the file system, restricted to the given roots.

export interface SourceProvider {
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined
  /** The names in a folder, or undefined where there is none. */
  list(path: string): readonly string[] | undefined
}

/** A provider over files held in memory: path → text. */
export function memorySources(files: ReadonlyMap<string, string>): SourceProvider {
  return {
    read: (path) => files.get(path),
    list: (path) => {
      const prefix = path.endsWith('/') ? path : `${path}/`
      const names = new Set<string>()
      for (const file of files.keys())
        if (file.startsWith(prefix)) names.add(file.slice(prefix.length).split('/')[0] ?? '')
      return names.size > 0 ? [...names] : undefined
    },
  }
}
