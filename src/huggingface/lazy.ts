// Transformers' packages bind their names lazily: `__init__.py` ends by putting a `_LazyModule` in its own place, made from
// an index of all files below. Making that index reads thousands of files; here a package is asked for one name at a
// time, and looks for the sibling file that defines it.
import { raise, type SourceProvider } from '../text/index.ts'
import type { Overlay, HostModule, Value, Vm } from '../python/index.ts'
import { native, PyDict, PyList, PyModule, types } from '../python/index.ts'

const hostName = 'lm_predictor_lazy'

/** Does a file define a name at its top level? */
function defines(text: string, name: string): boolean {
  return text.includes(name) && new RegExp(`^(?:class|def)\\s+${name}\\b|^${name}\\s*(?::[^=\\n]+)?=`, 'm').test(text)
}

/** The dotted module, below `folder`, that defines a name; package folders below it are searched one level deep. */
function definingModule(sources: SourceProvider, folder: string, name: string): string | undefined {
  const entries = sources.list(folder) ?? []
  for (const entry of entries) {
    if (!entry.endsWith('.py') || entry === '__init__.py') continue
    if (defines(sources.read(`${folder}/${entry}`) ?? '', name)) return entry.slice(0, -3)
  }
  return undefined
}

/** As `definingModule`, in the package folders beside `models`. */
function sectionModule(sources: SourceProvider, folder: string, name: string): string | undefined {
  for (const entry of sources.list(folder) ?? []) {
    if (entry.includes('.') || entry === 'models') continue
    const found = definingModule(sources, `${folder}/${entry}`, name)
    if (found !== undefined) return `${entry}.${found}`
  }
  return undefined
}

function modelModule(sources: SourceProvider, folder: string, name: string): string | undefined {
  for (const entry of sources.list(`${folder}/models`) ?? []) {
    const found = definingModule(sources, `${folder}/models/${entry}`, name)
    if (found !== undefined) return `models.${entry}.${found}`
  }
  return undefined
}

/** A name of the library's front. One that no file defines and the front's own index doesn't mention is not there in Python either. */
function inSubpackages(vm: Vm, folder: string, name: string): string | undefined {
  const { sources } = vm.importer
  const found = modelModule(sources, folder, name) ?? sectionModule(sources, folder, name)
  const index = sources.read(`${folder}/__init__.py`) ?? name
  if (found === undefined && !index.includes(name))
    vm.raise(types.AttributeError, `module transformers has no attribute ${name}`)
  return found
}

/** The file that a package's own index names for a name: {file: [names]}. */
function indexedModule(structure: Value, name: string): string | undefined {
  if (!(structure instanceof PyDict)) return undefined
  for (const [file, names] of structure.entries.values()) {
    if (typeof file === 'string' && names instanceof PyList && names.items.includes(name)) return file
  }
  return undefined
}

/** Gives a package the power to find its names in the files beside it. */
function makeLazy(vm: Vm, packageName: string, folder: string, structure: Value): Value {
  const module = vm.importer.get(packageName)
  if (!(module instanceof PyModule)) return raise('internal', `${packageName} is not a module`)
  const isRoot = !packageName.includes('.')
  module.fallback = (machine, name) => {
    if (name.startsWith('__') || machine.importer.exists(`${packageName}.${name}`)) return undefined
    const found =
      indexedModule(structure, name) ??
      definingModule(machine.importer.sources, folder, name) ??
      (isRoot ? inSubpackages(machine, folder, name) : undefined)
    return found === undefined ? undefined : machine.importer.from(`${packageName}.${found}`, name)
  }
  return module
}

export const lazyModule: HostModule = {
  name: hostName,
  reason: 'finds the names of a lazy package one at a time',
  make: () => ({
    lazy_module: native('lazy_module(name, file, structure=None, **options)', (vm, [name, file, structure]) => {
      if (typeof name !== 'string' || typeof file !== 'string')
        return raise('internal', 'a lazy package without a name')
      return makeLazy(vm, name, file.slice(0, file.lastIndexOf('/')), structure)
    }),
    import_structure: native('import_structure(file, prefix=None)', () => null),
  }),
}

export function transformersOverlays(version: string): readonly Overlay[] {
  return [
    {
      module: 'transformers',
      reason: 'the index of every public name is replaced by a look-up of one',
      source: `
from lm_predictor_lazy import lazy_module
__version__ = ${JSON.stringify(version)}
lazy_module(__name__, __file__)
`,
    },
    {
      module: 'transformers.utils.import_utils',
      mode: 'extend',
      reason:
        'lazy packages look their names up one at a time; a package that a model cannot do without is missing where it is used, not where it is asked for; transformers itself is there already',
      source: `
from lm_predictor_lazy import lazy_module as _LazyModule, import_structure as define_import_structure
def is_ninja_available(): return False  # asks a process
def direct_transformers_import(path, file="__init__.py"):
    import transformers
    return transformers
def _taken_as_there(): return True
is_detectron2_available = is_natten_available = is_scipy_available = is_timm_available = is_vision_available = _taken_as_there
for _backend in ("detectron2", "natten", "scipy", "timm", "vision"):
    if _backend in BACKENDS_MAPPING:
        BACKENDS_MAPPING[_backend] = (_taken_as_there, "")
`,
    },
  ]
}
