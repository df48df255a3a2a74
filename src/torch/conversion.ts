// Copies and conversions: `to`, `clone`, `contiguous`, `copy_`, and reading values out.
import { unknownValue } from '../python/stdlib/unknown.ts'
import { types } from '../python/types.ts'
import type { Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import type { Int } from '../sym/index.ts'
import { isBatched, lifted } from './batching.ts'
import type { DeviceName } from './device.ts'
import type { DType } from './dtype.ts'
import { clonedStrides } from './iterator.ts'
import { Known, type Values } from './known.ts'
import { copyKnown } from './ramp.ts'
import { launch } from './record.ts'
import {
  broadcastShapes,
  isChannelsLastContiguous,
  isZero,
  sameShape,
  showShape,
  stridesOf,
  suggestedFormat,
  type MemoryFormat,
  type Shape,
} from './shape.ts'
import { knownValues, outputOf, overwriteKnown, Tensor, uniformValue } from './tensor.ts'
import { expand } from './views.ts'

export interface Conversion {
  readonly dtype?: DType | undefined
  readonly device?: DeviceName | undefined
  readonly format?: MemoryFormat | undefined
  readonly copy?: boolean
}

/** `t.to(...)`: the tensor itself where nothing changes. */
export function to(
  vm: Vm,
  t: Tensor,
  { dtype = t.dtype, device = t.device, format = 'preserve_format', copy = false }: Conversion,
): Tensor {
  const laidOut = format === 'preserve_format' || suggestedFormat(t.shape, t.strides) === format
  if (dtype === t.dtype && device === t.device && laidOut && !copy) return t
  if (isBatched(t) && format === 'preserve_format') {
    return lifted(vm, [t], (memory) => to(vm, memory[0] ?? t, { dtype, device, copy }))
  }
  const strides = format === 'preserve_format' ? clonedStrides(t) : stridesOf(format, t.shape)
  const out = new Tensor(t.shape, strides, dtype, device, t.role === 'constant' ? 'constant' : 'activation')
  copyKnown(out, t)
  launch(vm, 'aten._to_copy.default', [t], [out])
  return out
}

/** To a dtype; undefined leaves the tensor as it is. */
export function convert(vm: Vm, t: Tensor, dtype: DType | undefined): Tensor {
  return dtype === undefined || dtype === t.dtype ? t : to(vm, t, { dtype })
}

export function clone(vm: Vm, t: Tensor, format: MemoryFormat = 'preserve_format'): Tensor {
  const out = outputOf(
    [t],
    t.shape,
    t.dtype,
    format === 'preserve_format' ? clonedStrides(t) : stridesOf(format, t.shape),
  )
  copyKnown(out, t)
  launch(vm, 'aten.clone.default', [t], [out])
  return out
}

export function hasFormat(vm: Vm, t: Tensor, format: MemoryFormat): boolean {
  if (format === 'contiguous_format') return t.isContiguous
  if (format === 'preserve_format')
    vm.raise(types.RuntimeError, 'preserve memory format is unsupported by the contiguous operator')
  if (t.rank !== (format === 'channels_last' ? 4 : 5)) return false
  return isChannelsLastContiguous(t.shape, t.strides)
}

export function contiguousIn(vm: Vm, t: Tensor, format: MemoryFormat): Tensor {
  return hasFormat(vm, t, format) ? t : clone(vm, t, format)
}

/** Writes `source`, broadcast, over `target`. */
export function copyInto(vm: Vm, target: Tensor, source: Tensor): Tensor {
  const shape = broadcastShapes(vm, [target.shape, source.shape])
  if (!sameShape(shape, target.shape)) {
    vm.raise(
      types.RuntimeError,
      `output with shape ${showShape(target.shape)} doesn't match the broadcast shape ${showShape(shape)}`,
    )
  }
  overwriteKnown(target, broadcastKnown(vm, source, target.shape))
  launch(vm, 'aten.copy_.default', [target, source], [target])
  return target
}

/** The values of a tensor broadcast to a shape. */
export function broadcastKnown(vm: Vm, t: Tensor, shape: Shape): Known | undefined {
  if (t.storage.data === undefined) return undefined
  return uniformValue(t) ?? knownValues(expand(vm, t, shape))
}

/** Fills every element with a number (undefined: not known). */
export function fillKnown(t: Tensor, value: number | undefined): void {
  overwriteKnown(t, value === undefined ? undefined : Known.uniform(value))
}

// --- Reading -------------------------------------------------------------------------------------------------------

/** The values the program asks for: what follows holds for the sizes they come from. Unknown ones end the analysis. */
export function valuesOf(vm: Vm, t: Tensor, what: string): Values {
  if (t.shape.some(isZero)) return []
  const known = knownValues(t)
  if (known === undefined) {
    return vm.stop(
      'data-dependent-branch',
      `${what} needs the values of a tensor of shape ${showShape(t.shape)}, which depend on the input or the weights`,
      { details: { wanted: what } },
    )
  }
  known.pinSizes()
  return known.get()
}

/** How many there are, where only the data would tell and somebody decided it. */
export function decidedCount(vm: Vm, t: Tensor, what: string): Int | undefined {
  return t.storage.data === undefined ? vm.decisions?.number(vm, what) : undefined
}

/**
 * What was decided in place of a value that only the data tell: a number, or, where the line's condition was decided,
 * something that the condition may compute with. Undefined where nothing was, or where the value is known.
 */
export function decidedValue(vm: Vm, inputs: readonly Tensor[], what: string): Value | undefined {
  if (vm.decisions === undefined || inputs.every((t) => t.storage.data !== undefined)) return undefined
  return vm.decisions.number(vm, what) ?? (vm.decisions.truth(vm) === undefined ? undefined : unknownValue(what))
}
