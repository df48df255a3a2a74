// PyTorch's own source decides what a version has.
import { describe, expect, it } from 'vitest'
import { hostModules, overlays, Vm } from '../../src/python/index.ts'
import { memorySources } from '../../src/text/index.ts'
import { torchModules, torchOverlays } from '../../src/torch/index.ts'

/** A PyTorch whose only layer is `Linear`. */
const source = new Map([
  ['torch/nn/modules/__init__.py', 'from .linear import Linear\n\n__all__ = ["Linear"]\n'],
  ['torch/nn/modules/linear.py', 'class Linear:\n    pass\n'],
  ['torch/distributions/__init__.py', 'from torch.types import _Number\n\nclass Binomial:\n    numbers = _Number\n'],
])

function valueOf(expression: string): unknown {
  const vm = new Vm({
    sources: memorySources(source),
    roots: new Map([['torch', 'torch']]),
    hostModules: [...hostModules, ...torchModules],
    overlays: [...overlays, ...torchOverlays(true)],
  })
  return vm.guard(() => vm.runModuleText('case', `import torch\nvalue = ${expression}\n`)).dict.get('value')
}

describe('an older PyTorch', () => {
  it('has no layer that its source lacks', () => {
    expect(valueOf('[hasattr(torch.nn, n) for n in ("Linear", "RMSNorm")] == [True, False]')).toBe(true)
    expect(valueOf('getattr(torch.nn, "RMSNorm", None)')).toBe(null)
  })

  it('has what its layers ask for when they are imported', () => {
    expect(valueOf('torch.utils._python_dispatch._get_current_dispatch_mode_stack() == []')).toBe(true)
    expect(valueOf('torch.device(torch._C._get_default_device()).type')).toBe('cpu')
  })

  it('has its own distributions', () => {
    expect(valueOf('torch.distributions.Binomial.numbers == (int, float, bool)')).toBe(true)
    expect(valueOf('hasattr(torch.distributions, "Normal")')).toBe(false)
  })

  it('may have what nobody knows of', () => {
    expect(() => valueOf('hasattr(torch.nn, "Unheard")')).toThrow('has no name Unheard')
  })
})
