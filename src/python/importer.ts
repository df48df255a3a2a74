// Modules. A module's top level runs when a name of it is first needed: `import` and `from` statements at the top of a
// file check that the module exists and bind its name; what is bound is worked out on first reading. Cycles resolve as
// in CPython, by what the unfinished module has so far and by its submodules.
import { raise, SourceFile, type SourceProvider } from '../text/index.ts'
import { Frame } from './code.ts'
import { checkModule, topLevelNames } from './compile/index.ts'
import { Locator, normalize, type Place } from './locate.ts'
import {
  compiledModule,
  forbiddenModule,
  mayBeAbsent,
  missingModule,
  missingName,
  missingStandIn,
  use,
} from './missing.ts'
import { dict, list, namespace, stringKey } from './make.ts'
import { call, collect, construct, getAttrOr, isAttributeError } from './object.ts'
import { types } from './types.ts'
import type { HostModule, LazyPackage, Vm, VmOptions } from './vm.ts'
import type { PyDict } from './values.ts'
import { PyInstance, PyModule, type PendingImport, type PyClass, type Value } from './values.ts'

/** What a source file makes of a name that is not there: see `HostModule.absent`. */
interface StandIn {
  readonly absent?: readonly string[]
  readonly fallback?: HostModule['fallback']
}

export class Importer {
  readonly sources: SourceProvider
  /** `sys.modules`; what the program writes there counts. */
  readonly modules: PyDict = dict()
  private readonly locator: Locator
  private readonly lazyPackage: LazyPackage | undefined
  private readonly files = new Map<string, SourceFile>()
  /** Packages that are imported and nowhere to be found. */
  private readonly missingModules = new Map<string, Value>()
  /** How many `import` statements that an `except ImportError` may follow are being carried out. */
  private guarded = 0

  constructor(
    private readonly vm: Vm,
    options: VmOptions,
  ) {
    this.sources = options.sources
    this.lazyPackage = options.lazyPackage
    this.locator = new Locator(options)
  }

  // --- Finding ------------------------------------------------------------------------------------------------------

  /** Whether `import name` would find a module. Runs nothing. */
  exists(name: string): boolean {
    const known = this.entry(name)
    return known === undefined ? this.locator.find(name) !== undefined : known !== null
  }

  /** As `exists`, looking where packages are installed as well. */
  existsInstalled(name: string): boolean {
    const [top = name] = name.split('.')
    return (this.exists(top) || this.locator.demand(top)) && this.exists(name)
  }

  /** The module of a name, its top level not run yet; ModuleNotFoundError where there is none. */
  get(name: string): Value {
    const known = this.entry(name)
    if (known !== undefined && known !== null) return known
    const missing = this.missingModules.get(name)
    if (missing !== undefined) return missing
    const place = known === null ? undefined : this.locator.find(name)
    if (place === undefined)
      return known !== null && this.locator.isBeyondReach(name) ? missingStandIn(this.vm, name) : this.notFound(name)
    if (place.host?.forbidden === true) return forbiddenModule(this.vm, name)
    if (place.isCompiled === true) return compiledModule(this.vm, name)
    const module = new PyModule(types.module, name, place.path ?? `<${name}>`, place.isPackage)
    this.locate(module, place)
    this.register(name, module)
    this.registerPackages(name)
    return module
  }

  /** The packages around a module are imported before it. */
  private registerPackages(name: string): void {
    const around = name.slice(0, Math.max(0, name.lastIndexOf('.')))
    if (around !== '' && this.entry(around) === undefined && this.exists(around)) this.get(around)
  }

  /** Where a module lies is known before its first line runs, and asking for it runs nothing. */
  private locate(module: PyModule, place: Place): void {
    if (place.host === undefined) module.dict.set('__file__', module.file)
    if (module.isPackage) module.dict.set('__path__', list([folderOf(module.file)]))
  }

  /** The module if the program has imported it. */
  loaded(name: string): PyModule | undefined {
    const known = this.entry(name)
    return known instanceof PyModule ? known : undefined
  }

  /** The source that a module runs, undefined for modules of the host. */
  source(name: string): SourceFile | undefined {
    const known = this.files.get(name)
    if (known !== undefined) return known
    const place = this.locator.find(name)
    if (place === undefined || place.host !== undefined) return undefined
    const file =
      place.overlay === undefined || place.overlay.mode === 'extend' ? this.locator.read(place) : overlayFile(place)
    if (file !== undefined) this.files.set(name, file)
    return file
  }

  /** The source of a file that has been read, by the path it is shown under. */
  sourceFile(path: string): SourceFile | undefined {
    for (const file of this.files.values()) if (file.path === path) return file
    return undefined
  }

  /** Where the sources lie that belong together with a module, as paths are shown: `timm/`, or `model.py` and `layers.py`. */
  foldersOf(module: string): readonly string[] {
    return this.locator.besides(module.split('.')[0] ?? module)
  }

  /** Parses a module's whole file and reports the first error in it, reached by the analysis or not. */
  checkSyntax(name: string): void {
    const file = this.source(name)
    if (file === undefined) raise('source-not-found', `there is no source of ${name} in the given folders`)
    checkModule(file, name)
  }

  /** The names that a module's file binds at its top level. */
  topLevelNames(name: string): readonly string[] {
    const file = this.source(name)
    return file === undefined ? [] : topLevelNames(file)
  }

  private entry(name: string): Value | undefined {
    return this.modules.entries.get(stringKey(name))?.[1]
  }

  private register(name: string, module: Value): void {
    this.modules.entries.set(stringKey(name), [name, module])
  }

  private notFound(name: string): never {
    return this.importError(types.ModuleNotFoundError, `No module named '${name}'`, name)
  }

  private importError(cls: PyClass, message: string, name: string): never {
    const error = construct(this.vm, cls, [message], new Map([['name', name]]))
    if (!(error instanceof PyInstance)) return this.vm.stop('internal', `${cls.name} did not make an exception`)
    return this.vm.throw(error)
  }

  // --- Running ------------------------------------------------------------------------------------------------------

  /** Runs a module's top level, once. */
  load(module: PyModule): PyModule {
    if (module.state !== 'new') return module
    module.state = 'loading'
    try {
      this.run(module)
      module.state = 'ready'
    } catch (e) {
      module.state = 'new'
      if (this.entry(module.name) === module) this.modules.entries.delete(stringKey(module.name))
      throw e
    }
    return module
  }

  private run(module: PyModule): void {
    const place = this.locator.find(module.name)
    if (place === undefined) raise('internal', `the module ${module.name} is nowhere`)
    this.prepare(module)
    if (place.host !== undefined) {
      for (const [name, v] of Object.entries(place.host.make(this.vm))) module.dict.set(name, v)
      return
    }
    const file = this.source(module.name)
    if (file !== undefined) this.runFile(module, file)
    if (place.overlay?.mode === 'extend') this.runFile(module, overlayFile(place))
  }

  /** The names that every module starts with. */
  private prepare(module: PyModule): void {
    const { name, file, isPackage } = module
    const parent = isPackage ? name : name.slice(0, Math.max(0, name.lastIndexOf('.')))
    const spec = namespace({
      name,
      origin: file,
      parent,
      loader: null,
      submodule_search_locations: module.dict.get('__path__') ?? null,
    })
    const names: [string, Value][] = [
      ['__name__', name],
      ['__doc__', null],
      ['__package__', parent],
      ['__loader__', null],
      ['__spec__', spec],
    ]
    for (const [k, v] of names) module.dict.set(k, v)
  }

  private runFile(module: PyModule, file: SourceFile): void {
    const code = this.vm.programs.codeOf(file, module.name)
    if (!module.dict.has('__doc__') || module.dict.get('__doc__') === null) module.dict.set('__doc__', code.docstring())
    const frame = new Frame(0, null, code, module, null)
    this.vm.enter(frame)
    try {
      code.run(this.vm, frame)
    } finally {
      this.vm.leave()
    }
  }

  /** Makes a module of a text, in place of whatever had the name, and runs it. */
  define(name: string, text: string): PyModule {
    this.locator.give(name)
    this.files.set(name, new SourceFile(`${name.replaceAll('.', '/')}.py`, normalize(text)))
    const module = new PyModule(types.module, name, `${name}.py`, false)
    this.register(name, module)
    return this.load(module)
  }

  /** The names that every module has, from the host module `builtins`. */
  builtins(): ReadonlyMap<string, Value> {
    const module = this.get('builtins')
    if (!(module instanceof PyModule)) return raise('internal', 'there is no module builtins')
    return this.load(module).dict
  }

  // --- Names of a module --------------------------------------------------------------------------------------------

  /** `module.name`, undefined where the module has no such name. */
  attribute(module: PyModule, name: string): Value | undefined {
    const bound = this.bound(module, name)
    if (bound !== undefined) return bound
    const successor = this.entry(module.name)
    if (successor !== undefined && successor !== null && successor !== module)
      return getAttrOr(this.vm, successor, name)
    for (const source of [this.hooked, this.submodule, this.ofFallback, this.ofLazyPackage]) {
      const v = source.call(this, module, name)
      if (v !== undefined) return v
    }
    return this.missing(module, name)
  }

  /** A name that the module's namespace holds, carrying out the import behind it where that has not been done. */
  private bound(module: PyModule, name: string): Value | undefined {
    this.load(module)
    const v = module.dict.get(name)
    if (v !== undefined) return v
    const pending = module.pending.get(name)
    if (pending === undefined) return undefined
    return pending.busy ? this.submodule(module, name) : this.settle(module, name, pending)
  }

  /** Carries out the import behind a name. */
  settle(module: PyModule, name: string, pending: PendingImport): Value {
    if (pending.busy) {
      return this.submodule(module, name) ?? this.importError(types.ImportError, circular(name, module), module.name)
    }
    pending.busy = true
    try {
      const v = pending.resolve()
      if (module.pending.get(name) === pending) {
        module.pending.delete(name)
        module.dict.set(name, v)
      }
      return v
    } finally {
      pending.busy = false
    }
  }

  /** What the module's own `__getattr__` makes of a name; a submodule that it does not know of is there all the same. */
  private hooked(module: PyModule, name: string): Value | undefined {
    const hook = isDunder(name) ? undefined : this.bound(module, '__getattr__')
    if (hook === undefined) return undefined
    try {
      return call(this.vm, hook, [name])
    } catch (e) {
      if (isAttributeError(e) && this.exists(`${module.name}.${name}`)) return undefined
      throw e
    }
  }

  /** What the host makes of a name. */
  private ofFallback(module: PyModule, name: string): Value | undefined {
    const fallback = module.fallback ?? this.standIn(module.name)?.fallback
    const v = fallback?.(this.vm, name)
    if (v !== undefined) module.dict.set(name, v)
    return v
  }

  private submodule(module: PyModule, name: string): Value | undefined {
    const full = `${module.name}.${name}`
    return this.exists(full) ? this.get(full) : undefined
  }

  private ofLazyPackage(module: PyModule, name: string): Value | undefined {
    return module.isPackage && !isDunder(name) ? this.lazyPackage?.(this.vm, module, name) : undefined
  }

  /** A name that a stand-in lacks and nobody said the real module lacks. */
  private missing(module: PyModule, name: string): Value | undefined {
    const standIn = this.standIn(module.name)
    if (standIn === undefined || isDunder(name) || module.state !== 'ready' || standIn.absent?.includes(name) === true)
      return
    return missingName(this.vm, module.name, name)
  }

  private standIn(name: string): StandIn | undefined {
    const place = this.locator.find(name)
    return place?.host ?? (place?.overlay?.mode === 'extend' ? undefined : place?.overlay)
  }

  setAttribute(module: PyModule, name: string, v: Value): void {
    this.load(module)
    module.pending.delete(name)
    module.dict.set(name, v)
  }

  /** False where the module has no such name. */
  deleteAttribute(module: PyModule, name: string): boolean {
    this.load(module)
    const wasPending = module.pending.delete(name)
    return module.dict.delete(name) || wasPending
  }

  /** Every name that a module binds, pending imports included. */
  names(module: PyModule): readonly string[] {
    this.load(module)
    return [...module.dict.keys(), ...module.pending.keys()]
  }

  // --- Statements ---------------------------------------------------------------------------------------------------

  /** `from moduleName import name`. */
  from(moduleName: string, name: string): Value {
    const module = this.get(moduleName)
    const own = module instanceof PyModule ? this.bound(module, name) : undefined
    const v = own === undefined ? getAttrOr(this.vm, module, name) : own
    // Whether an `except ImportError` follows would be a guess.
    if (v !== undefined) return this.guarded > 0 && mayBeAbsent(v) ? use(this.vm, v) : v
    const message =
      module instanceof PyModule && module.state === 'loading'
        ? circular(name, module)
        : `cannot import name '${name}' from '${moduleName}' (${module instanceof PyModule ? module.file : 'unknown location'})`
    return this.importError(types.ImportError, message, moduleName)
  }

  /** The absolute name behind a relative one, as seen from a module. */
  absolute(module: PyModule, level: number, name: string): string {
    if (level === 0) return name
    const parts = module.name.split('.')
    const keep = parts.length - level + (module.isPackage ? 1 : 0)
    if (keep <= 0) {
      const message =
        parts.length === 1 && !module.isPackage
          ? 'attempted relative import with no known parent package'
          : 'attempted relative import beyond top-level package'
      return this.importError(types.ImportError, message, name)
    }
    const base = parts.slice(0, keep).join('.')
    return name === '' ? base : `${base}.${name}`
  }

  /** Raises ModuleNotFoundError unless a dotted name is a module, or may be one for all that is known; `sys.modules` has it then. */
  require(name: string): void {
    const missing = this.firstMissing(name)
    if (missing !== undefined) this.notFound(missing)
    this.get(name)
  }

  /** As `require`, for statements that no `except ImportError` follows: a package that is missing is only so when it is used. */
  expect(name: string): void {
    if (this.guarded > 0 || this.entry(name) === null) return this.require(name)
    if (this.firstMissing(name) === undefined) return this.require(name)
    const [top = name] = name.split('.')
    if (this.exists(top)) return this.require(name)
    if (this.locator.demand(top) || this.locator.request(top)) return this.expect(name)
    const parts = name.split('.')
    for (let i = 1; i <= parts.length; i++) {
      const part = parts.slice(0, i).join('.')
      if (!this.missingModules.has(part)) this.missingModules.set(part, missingModule(this.vm, part))
    }
  }

  /** Carries out an import that an `except ImportError` may follow. Where a module is needed, it may be an installed one. */
  guard<T>(tried: 'perhaps' | 'needed', name: string, run: () => T): T {
    if (tried === 'needed' && this.guarded === 0 && this.existsInstalled(name)) return run()
    this.guarded++
    try {
      return run()
    } finally {
      this.guarded--
    }
  }

  private firstMissing(name: string): string | undefined {
    if (this.exists(name)) return undefined
    const parts = name.split('.')
    const names = parts.map((_, i) => parts.slice(0, i + 1).join('.'))
    return names.find((n) => !this.exists(n) && (this.entry(n) === null || !this.locator.isBeyondReach(n)))
  }

  /** The names that `from module import *` binds. */
  starNames(module: PyModule): readonly string[] {
    this.load(module)
    const all = this.bound(module, '__all__')
    if (all === undefined) return this.names(module).filter((name) => !name.startsWith('_'))
    return collect(this.vm, all).map((name) => (typeof name === 'string' ? name : String(name)))
  }

  /** `importlib.import_module`: the module, run. */
  importModule(name: string): Value {
    this.require(name)
    const module = this.get(name)
    if (module instanceof PyModule) this.load(module)
    const successor = this.entry(name)
    return successor === undefined ? module : successor
  }
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')))

function overlayFile(place: Place): SourceFile {
  const overlay = place.overlay
  if (overlay === undefined) raise('internal', 'no overlay')
  return new SourceFile(`<overlay ${overlay.module}>`, normalize(overlay.source))
}

function circular(name: string, module: PyModule): string {
  const likely = '(most likely due to a circular import)'
  return `cannot import name '${name}' from partially initialized module '${module.name}' ${likely} (${module.file})`
}

function isDunder(name: string): boolean {
  return name.startsWith('__') && name.endsWith('__')
}
