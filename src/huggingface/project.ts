// A project is where sources come from and how an interpreter over them is set up: the folders of transformers, torch and
// the user's own code, and the stand-ins for what is not given.
import { raise, type SourceProvider } from '../text/index.ts'
import {
  hostModules as stdlibModules,
  overlays as stdlibOverlays,
  Vm,
  type Budget,
  type Programs,
  type VmOptions,
} from '../python/index.ts'
import { Scope } from '../sym/index.ts'
import { packagesOnRequest, torchModules, torchOverlays, torchState } from '../torch/index.ts'
import { drivers, libraryOverlays, overlays } from './overlays.ts'
import { decisionsOf, describeKernels, overrideModules, type Overrides } from './overrides.ts'
import { lazyModule, transformersOverlays } from './lazy.ts'

export interface Project {
  readonly sources: SourceProvider
  /** Package name → its folder; `transformers` and `torch` where given, and the user's own packages. */
  readonly roots: ReadonlyMap<string, string>
  /** The folder of a package that no root names and that the source imports; undefined where it is not installed. */
  readonly findPackage?: ((name: string) => string | undefined) | undefined
  /** Parsed and compiled files, for projects that are run more than once. */
  readonly programs?: Programs | undefined
  /** What somebody wrote down for what the engine can't find out. */
  readonly overrides?: Overrides | undefined
}

/** Names the folder of a package, whether the user gave the folder itself or the one that holds it. */
export function packageFolder(sources: SourceProvider, name: string, given: string): string {
  for (const folder of [given, `${given}/${name}`, `${given}/src/${name}`]) {
    if (folder.split('/').at(-1) === name && sources.read(`${folder}/__init__.py`) !== undefined) return folder
  }
  if (sources.read(`${given}/__init__.py`) !== undefined) return given
  return raise(name === 'transformers' ? 'not-transformers' : 'source-not-found', `no package ${name} in ${given}`, {
    hint: `Give the folder that holds ${name}/__init__.py, or that folder itself.`,
  })
}

/** The version a package's folder states, from its `__init__.py` or `version.py`; undefined where it states none. */
export function packageVersion(project: Project, name: string): string | undefined {
  const folder = project.roots.get(name)
  if (folder === undefined) return undefined
  for (const file of ['__init__.py', 'version.py']) {
    const found = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(project.sources.read(`${folder}/${file}`) ?? '')
    if (found?.[1] !== undefined) return found[1]
  }
  return undefined
}

/** An interpreter over a project's sources, with a fresh scope of variables. */
export function createVm(project: Project, budget?: Budget): Vm {
  const known = standIns(project)
  const { overrides, programs } = project
  const own = overrides === undefined ? undefined : overrideModules(overrides, project, known)
  const vm = new Vm({
    scope: new Scope(),
    sources: project.sources,
    roots: project.roots,
    hostModules: [...known.hostModules, ...(own?.hostModules ?? [])],
    overlays: [...known.overlays, ...(own?.overlays ?? [])],
    decisions: overrides === undefined ? undefined : decisionsOf(overrides),
    findPackage: project.findPackage,
    onRequest: packagesOnRequest,
    ...(budget === undefined ? {} : { budget }),
    ...(programs === undefined ? {} : { programs }),
  })
  vm.modulePath = () => vm.state(torchState).moduleStack.at(-1)?.path
  if (overrides !== undefined) describeKernels(vm, overrides)
  return vm
}

function standIns(project: Project): Pick<VmOptions, 'hostModules' | 'overlays'> {
  const forTransformers = [...transformersOverlays(packageVersion(project, 'transformers') ?? '0'), ...overlays]
  return {
    hostModules: [...stdlibModules, ...torchModules, lazyModule],
    overlays: [
      ...stdlibOverlays,
      ...torchOverlays(project.roots.has('torch')),
      ...drivers,
      ...libraryOverlays,
      ...(project.roots.has('transformers') ? forTransformers : []),
    ],
  }
}
