// A machine with PyTorch but no model library, for tests of functions.
import { Vm } from '../../src/python/index.ts'
import { hostModules, overlays } from '../../src/python/stdlib/index.ts'
import { memorySources } from '../../src/text/index.ts'
import { torchModules, torchOverlays } from '../../src/torch/index.ts'

export function torchVm(): Vm {
  return new Vm({
    sources: memorySources(new Map()),
    roots: new Map(),
    hostModules: [...hostModules, ...torchModules],
    overlays: [...overlays, ...torchOverlays(false)],
  })
}
