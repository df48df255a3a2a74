// PyTorch's modules around the tensors.
import type { Overlay } from '../../../python/vm.ts'
import { compilationModules } from './compilation.ts'
import { devicesModules } from './devices.ts'
import { distributionModules } from './distribution.ts'
import { distributionsModules } from './distributions.ts'
import { gradientsModules } from './gradients.ts'
import { utilitiesModules } from './utilities.ts'
import { overlay } from './overlay.ts'

export const runtimeModules: readonly Overlay[] = [
  ...gradientsModules,
  ...devicesModules,
  ...compilationModules,
  ...distributionModules,
  ...utilitiesModules,
].map(overlay)

/** What runs from PyTorch's source, where that is given. */
export const sourcelessModules: readonly Overlay[] = distributionsModules.map(overlay)
