// Stand-ins for PyTorch's Python modules. Two kinds: those that always stand in, since the real file is about training,
// devices, compilation or C++ (`runtime`, `nn`), and the layers of torch.nn (`layers`), which stand in only where no source
// of PyTorch is given.
import { activationLayers } from './activations.ts'
import { basicLayers } from './basic.ts'
import { composites } from './composites.ts'
import { containerLayers } from './containers.ts'
import { spatialLayers } from './convs.ts'
import { functionalModule, functionalParts } from './functional.ts'
import { lossLayers } from './losses.ts'
import { methodsModule } from '../module/names.ts'
import { moduleMethods } from './module.ts'
import { layerNames, layersPackage, nnModules } from './nn.ts'
import { normLayers } from './norms.ts'
import { kernelsModules } from './kernels.ts'
import { tritonModules } from './triton.ts'
import { recurrentFunctions, recurrentLayers } from './recurrent.ts'
import { runtimeModules, sourcelessModules } from './runtime/index.ts'
import type { Overlay } from '../../python/vm.ts'

/** Module name → Python source. */
export type PythonModules = Readonly<Record<string, string>>

const layers: PythonModules = {
  ...basicLayers,
  ...normLayers,
  ...spatialLayers,
  ...activationLayers,
  ...containerLayers,
  ...recurrentLayers,
  ...lossLayers,
  ...layersPackage,
}

const always: PythonModules = {
  ...nnModules,
  ...recurrentFunctions,
  [methodsModule]: moduleMethods,
  [functionalModule]: functionalParts,
  ...composites,
}

function overlays(modules: PythonModules, reason: string, absent: readonly string[] = []): Overlay[] {
  return Object.entries(modules).map(([module, source]) => ({ module, reason, source: source.trimStart(), absent }))
}

/** Functions of torch.nn.init: the files of the layers have those that they import and no others. */
const initFunctions = [
  ...[
    'uniform_',
    'normal_',
    'constant_',
    'ones_',
    'zeros_',
    'eye_',
    'dirac_',
    'sparse_',
    'trunc_normal_',
    'orthogonal_',
  ],
  ...['xavier_uniform_', 'xavier_normal_', 'kaiming_uniform_', 'kaiming_normal_'],
]

/** Stand-ins for packages that count as absent unless somebody asks for them, by the name of the package. */
export const packagesOnRequest: ReadonlyMap<string, readonly Overlay[]> = new Map([
  ['triton', tritonModules],
  ['kernels', kernelsModules],
])

/** The overlays of a run; with PyTorch's source at hand its layers run from there. */
export function torchOverlays(hasSource: boolean): readonly Overlay[] {
  return [
    ...runtimeModules,
    // A layer that the source at hand lacks is one of another version's.
    ...overlays(always, 'the original reaches into C++ or does more than inference needs', layerNames),
    ...(hasSource ? [] : sourcelessModules),
    ...(hasSource ? [] : overlays(layers, 'the source of PyTorch is not given', initFunctions)),
  ]
}
