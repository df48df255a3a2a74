// How PyTorch's modules around the tensors are declared: devices, compilation, autograd, distribution, utilities. On an
// inference path they answer "no" or do nothing; what would do something ends the analysis when called.
import type { Overlay } from '../../../python/vm.ts'

export interface Runtime {
  readonly module: string
  readonly reason: string
  /** Python source. */
  readonly source?: string
  /** Functions and classes that can be named but not used. */
  readonly unsupported?: string
  readonly unsupportedClasses?: string
  /** Names that PyTorch does not have. */
  readonly absent?: string
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.trim().split(/\s+/)
}

export function overlay({ module, reason, source = '', unsupported, unsupportedClasses, absent }: Runtime): Overlay {
  const functions = words(unsupported).map((n) => `${n} = _host.unsupported("${module}.${n}")`)
  const classes = words(unsupportedClasses).map((n) => `${n} = _host.unsupported_class("${module}.${n}")`)
  const stubs = [...functions, ...classes]
  const header = stubs.length > 0 || source.includes('_host.') ? 'from torch import _lm_predictor as _host\n' : ''
  return { module, reason, source: `${header}${source.trimStart()}\n${stubs.join('\n')}\n`, absent: words(absent) }
}

export const noTraining = 'gradients are not computed'
export const noDevice = 'the model runs on the accelerator under analysis, not on this machine’s'
export const notCompiled = 'models run eagerly'
export const oneProcess = 'one process'
