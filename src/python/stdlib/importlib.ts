// importlib over the analysis's own importer.
import { dict, namespace, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { asString, getAttrOr } from '../object.ts'
import { types } from '../types.ts'
import { PyModule, PyObject, type PyClass, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { initialize, instance, mustBeClass } from './helpers.ts'
import { forbidden } from './sandbox.ts'

function absoluteName(vm: Vm, name: string, anchor: Value): string {
  if (!name.startsWith('.')) return name
  if (anchor === null) {
    vm.raise(types.TypeError, `the 'package' argument is required to perform a relative import for '${name}'`)
  }
  const level = /^\.+/.exec(name)?.[0].length ?? 0
  const parts = asString(vm, anchor).split('.')
  if (level > parts.length) vm.raise(types.ImportError, 'attempted relative import beyond top-level package')
  const base = parts.slice(0, parts.length - level + 1).join('.')
  return name.length === level ? base : `${base}.${name.slice(level)}`
}

const moduleSpec: PyClass = classOf({
  name: 'ModuleSpec',
  module: 'importlib.machinery',
  methods: natives({
    '__init__(self, name, loader, *, origin=None, loader_state=None, is_package=None)': (
      _vm,
      [self, name, loader, origin],
    ) => initialize(self, { name, loader, origin, submodule_search_locations: null }),
  }),
})

/** Compiled extensions are not for analysed source: none is ever found. */
const fileFinder: PyClass = classOf({
  name: 'FileFinder',
  module: 'importlib.machinery',
  methods: natives({
    '__init__(self, path, *loader_details)': (_vm, [self, path]) => initialize(self, { path }),
    'find_spec(self, fullname, target=None)': () => null,
  }),
})

const extensions: Record<string, Value> = {
  ExtensionFileLoader: classOf({ name: 'ExtensionFileLoader', module: 'importlib.machinery' }),
  EXTENSION_SUFFIXES: tuple(['.cpython-311-x86_64-linux-gnu.so', '.abi3.so', '.so']),
}

function findSpec(vm: Vm, name: Value, anchor: Value): Value {
  const full = absoluteName(vm, asString(vm, name), anchor)
  const known = vm.importer.loaded(full)?.dict.get('__spec__')
  if (known instanceof PyObject) return known
  if (!vm.importer.exists(full)) return null
  return instance(moduleSpec, { name: full, loader: null, origin: null, submodule_search_locations: null })
}

/** The version of a package: what its own source says. */
function versionOf(vm: Vm, distribution: Value): Value {
  const name = asString(vm, distribution).replaceAll('-', '_')
  const module = vm.importer.exists(name) ? vm.importer.get(name) : null
  const version = module instanceof PyModule ? getAttrOr(vm, module, '__version__') : undefined
  return version ?? vm.raise(mustBeClass(vm, packageNotFound), asString(vm, distribution))
}

const packageNotFound: PyClass = classOf({
  name: 'PackageNotFoundError',
  module: 'importlib.metadata',
  bases: [types.ModuleNotFoundError],
})

const ofLibrary = 'It is the importer, which here belongs to the analysis.'

export const importlibModules: readonly HostModule[] = [
  {
    name: 'importlib',
    reason: ofLibrary,
    make: () => ({
      ...natives({
        'import_module(name, package=None)': (vm, [name, anchor]) =>
          vm.importer.importModule(absoluteName(vm, asString(vm, name), anchor)),
        'invalidate_caches()': () => null,
      }),
      reload: forbidden('importlib.reload'),
    }),
  },
  {
    name: 'importlib.util',
    reason: ofLibrary,
    make: () => ({
      find_spec: native('find_spec(name, package=None)', (vm, [name, anchor]) => findSpec(vm, name, anchor)),
      resolve_name: native('resolve_name(name, package)', (vm, [name, anchor]) =>
        absoluteName(vm, asString(vm, name), anchor),
      ),
      spec_from_file_location: forbidden('importlib.util.spec_from_file_location'),
      module_from_spec: forbidden('importlib.util.module_from_spec'),
    }),
  },
  {
    name: 'importlib.metadata',
    reason: 'Which packages are installed is what the given sources say.',
    make: () => ({
      ...natives({
        'version(distribution_name)': (vm, [name]) => versionOf(vm, name),
        'packages_distributions()': () => dict(),
        'distribution(distribution_name)': (vm, [name]) => namespace({ version: versionOf(vm, name) }),
      }),
      PackageNotFoundError: packageNotFound,
    }),
  },
  {
    name: 'importlib.machinery',
    reason: ofLibrary,
    make: () => ({ ModuleSpec: moduleSpec, FileFinder: fileFinder, ...extensions }),
  },
  {
    name: 'importlib.abc',
    reason: 'Base classes of import hooks, of which none is installed.',
    make: () => ({
      Loader: classOf({ name: 'Loader', module: 'importlib.abc' }),
      MetaPathFinder: classOf({ name: 'MetaPathFinder', module: 'importlib.abc' }),
    }),
  },
]
