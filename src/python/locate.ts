// Where a module comes from: a host module, an overlay, or a file under one of the roots. Folders are listed once, so
// asking for what does not exist costs nothing.
import { SourceFile, type SourceProvider } from '../text/index.ts'
import { standardModules } from './standard.ts'
import type { HostModule, Overlay, VmOptions } from './vm.ts'

export interface Place {
  /** The stand-in, where there is one; with `extend` the file runs first. */
  readonly host: HostModule | undefined
  readonly overlay: Overlay | undefined
  /** Path of the file for the SourceProvider; undefined where no root has it. */
  readonly path: string | undefined
  /** How the file is named to people: from its package's folder on. */
  readonly shown: string | undefined
  readonly isPackage: boolean
  /** An extension: there is no source of it. */
  readonly isCompiled?: true
}

export class Locator {
  private readonly hosts: ReadonlyMap<string, HostModule>
  private readonly overlays = new Map<string, Overlay>()
  /** Names that have stand-ins or roots below them, or are such dotted roots, so are packages. */
  private readonly parents = new Set<string>()
  private readonly places = new Map<string, Place | undefined>()
  private readonly folders = new Map<string, ReadonlySet<string>>()

  readonly sources: SourceProvider
  private readonly roots: Map<string, string>
  private readonly findPackage: VmOptions['findPackage']
  private readonly onRequest: VmOptions['onRequest']

  constructor(
    options: Pick<VmOptions, 'sources' | 'roots' | 'findPackage' | 'hostModules' | 'overlays' | 'onRequest'>,
  ) {
    this.sources = options.sources
    this.roots = new Map(options.roots)
    this.findPackage = options.findPackage
    this.onRequest = options.onRequest
    this.hosts = new Map(options.hostModules.map((h) => [h.name, h]))
    for (const o of options.overlays) this.overlays.set(o.module, o)
    const standIns = options.overlays.filter((o) => o.mode === undefined).map((o) => o.module)
    for (const name of [...this.hosts.keys(), ...standIns, ...this.roots.keys()]) {
      if (name.includes('.') && this.roots.has(name)) this.parents.add(name)
      this.addParents(name)
    }
  }

  private addParents(name: string): void {
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1))
      this.parents.add(name.slice(0, dot))
  }

  /** Makes a module exist whose text is given. */
  give(name: string): void {
    this.places.set(name, { host: undefined, overlay: undefined, path: undefined, shown: undefined, isPackage: false })
  }

  /** Looks for a package that no root holds where packages are installed; whether it is there. */
  demand(name: string): boolean {
    const folder = this.roots.has(name) ? undefined : this.findPackage?.(name)
    if (folder === undefined) return false
    this.roots.set(name, folder)
    this.places.clear()
    return true
  }

  /** Takes up the stand-ins for a package that counts as absent until a program imports it come what may. */
  request(name: string): boolean {
    const wanted = this.overlays.has(name) ? undefined : this.onRequest?.get(name)
    if (wanted === undefined) return false
    for (const o of wanted) {
      this.overlays.set(o.module, o)
      this.addParents(o.module)
    }
    this.places.clear()
    return true
  }

  /** How the files of a root, and of those that lie in one folder with it where it is a single file, are shown: `a.py`, `b/`. */
  besides(name: string): readonly string[] {
    const own = this.roots.get(name)
    if (own === undefined) return []
    const shown = (base: string, path: string): string =>
      `${base.replaceAll('.', '/')}${path.endsWith('.py') ? '.py' : '/'}`
    if (!own.endsWith('.py')) return [shown(name, own)]
    const folder = own.slice(0, own.lastIndexOf('/') + 1)
    const beside = [...this.roots].filter(([, path]) => path.slice(0, path.lastIndexOf('/') + 1) === folder)
    return beside.map(([base, path]) => shown(base, path))
  }

  /** Undefined where there is no module of that name. */
  find(name: string): Place | undefined {
    if (!this.places.has(name)) this.places.set(name, this.look(name))
    return this.places.get(name)
  }

  /**
   * Whether the real module may well exist though nothing here has it: the standard library's, and those of a package
   * that only stand-ins represent.
   */
  isBeyondReach(name: string): boolean {
    if (standardModules.has(name.split('.')[0] ?? '')) return true
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const above = this.find(name.slice(0, dot))
      if (above === undefined) continue
      const absent = above.host?.absent ?? above.overlay?.absent ?? []
      return above.path === undefined && !absent.includes(name.slice(dot + 1))
    }
    return false
  }

  /** The text of a place's file. */
  read(place: Place): SourceFile | undefined {
    if (place.path === undefined || place.shown === undefined) return undefined
    const text = this.sources.read(place.path)
    return text === undefined ? undefined : new SourceFile(place.shown, normalize(text))
  }

  private look(name: string): Place | undefined {
    const host = this.hosts.get(name)
    const file = this.file(name)
    const given = host === undefined ? this.overlays.get(name) : undefined
    const overlay = given !== undefined && this.applies(given, file !== undefined) ? given : undefined
    if (host === undefined && overlay === undefined && file === undefined) {
      const nowhere = { host, overlay, path: undefined, shown: undefined }
      if (this.parents.has(name) || this.isNamespace(name)) return { ...nowhere, isPackage: true }
      return this.isExtension(name) ? { ...nowhere, isPackage: false, isCompiled: true } : undefined
    }
    const isPackage = this.parents.has(name) || file?.isPackage === true
    return { host, overlay, path: file?.path, shown: file?.shown, isPackage }
  }

  private applies({ mode, module }: Overlay, hasFile: boolean): boolean {
    if (mode === undefined) return true
    return mode === 'extend' ? hasFile : this.isExtension(module)
  }

  /** A folder of modules without an `__init__.py`. */
  private isNamespace(name: string): boolean {
    const folder = this.folderOf(name)
    return folder !== undefined && (this.sources.list(folder)?.some((entry) => !entry.startsWith('.')) ?? false)
  }

  /** Whether a package's folder holds `name.cpython-311-x86_64-linux-gnu.so` or its like. */
  private isExtension(name: string): boolean {
    const dot = name.lastIndexOf('.')
    const folder = dot < 0 ? undefined : this.folderOf(name.slice(0, dot))
    const entries = folder === undefined ? [] : (this.sources.list(folder) ?? [])
    return entries.some((e) => e.startsWith(`${name.slice(dot + 1)}.`) && /\.(?:so|pyd)$/.test(e))
  }

  private folderOf(name: string): string | undefined {
    const [base, folder] = this.rootOf(name) ?? []
    if (base === undefined || folder === undefined || folder.endsWith('.py')) return undefined
    return [folder.replace(/\/$/, ''), ...name.slice(base.length).split('.').slice(1)].join('/')
  }

  private file(name: string): { path: string; shown: string; isPackage: boolean } | undefined {
    const root = this.rootOf(name)
    if (root === undefined) return undefined
    const [base, folder] = root
    const rest = name === base ? [] : name.slice(base.length + 1).split('.')
    const shown = [...base.split('.'), ...rest].join('/')
    if (folder.endsWith('.py'))
      return rest.length === 0 ? { path: folder, shown: `${shown}.py`, isPackage: false } : undefined
    const path = [folder.replace(/\/$/, ''), ...rest].join('/')
    if (this.has(path, '__init__.py'))
      return { path: `${path}/__init__.py`, shown: `${shown}/__init__.py`, isPackage: true }
    const last = rest.at(-1)
    if (last === undefined || !this.has(path.slice(0, path.lastIndexOf('/')), `${last}.py`)) return undefined
    return { path: `${path}.py`, shown: `${shown}.py`, isPackage: false }
  }

  /** The root whose name is the longest prefix. */
  private rootOf(name: string): readonly [string, string] | undefined {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const base = name.slice(0, end)
      const folder = this.roots.get(base)
      if (folder !== undefined) return [base, folder]
    }
    return undefined
  }

  private has(folder: string, file: string): boolean {
    let names = this.folders.get(folder)
    if (names === undefined) {
      names = new Set(this.sources.list(folder) ?? [])
      this.folders.set(folder, names)
    }
    return names.has(file)
  }
}

/** Text as Python reads it: one kind of newline, no byte-order mark. */
export function normalize(text: string): string {
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text
  return clean.includes('\r') ? clean.replace(/\r\n?/g, '\n') : clean
}
