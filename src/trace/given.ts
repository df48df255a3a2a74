// What a call is given: token ids, a mask of padding, what the caller names.
import { raise } from '../text/index.ts'
import { gt, hint, type Int } from '../sym/index.ts'
import { dict, PyDict, type Value, type Vm } from '../python/index.ts'
import { callDriver, type BuiltModel } from '../huggingface/index.ts'
import { inputValue } from './plain.ts'
import type { NamedInput, Padding } from './run.ts'

export function readsTokens(vm: Vm, built: BuiltModel, batch: Int, length: Int): boolean {
  const needed = callDriver(vm, 'own_inputs', [
    built.model,
    built.config,
    batch,
    length,
    built.spec.device ?? 'meta',
    false,
    0,
  ])
  const names = needed instanceof PyDict ? [...needed.entries.values()].map(([name]) => name) : []
  return names.length === 0 || names.includes('input_ids')
}

export function tokens(vm: Vm, batch: Int, length: Int, device: string): Value {
  return callDriver(vm, 'tokens', [batch, length, device])
}

export function textInput(vm: Vm, batch: Int, length: Int, device: string): Value {
  return dict([['input_ids', tokens(vm, batch, length, device)]])
}

/** The mask of a call: the prompt is padded (what is cached, where something is), new tokens are not. */
export function paddingMask(
  vm: Vm,
  padding: Padding | undefined,
  batch: Int,
  prompt: Int,
  extra: Int,
  device: string,
): Value {
  if (padding === undefined) return null
  if (gt(padding.count, prompt))
    raise('bad-option', `--mask ${padding.side}:${padding.count}: a sequence has ${hint(prompt)} positions to pad`)
  return callDriver(vm, 'padding_mask', [batch, prompt, extra, padding.side, padding.count, device])
}

export function namedInputs(vm: Vm, built: BuiltModel, inputs: readonly NamedInput[], device: 'meta' | 'cpu'): Value {
  return dict(inputs.map((i) => [i.name, inputValue(vm, built, i, device)] as const))
}
