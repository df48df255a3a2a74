// The tensor types of old: `torch.LongTensor([1, 2])`, `x.type('torch.FloatTensor')`, `isinstance(x, torch.BoolTensor)`.
// Each is a dtype on the host.
import { classOf } from '../python/native.ts'
import type { PyClass } from '../python/values.ts'
import { type Value } from '../python/values.ts'
import type { DeviceName } from './device.ts'
import { dtypes, type DType } from './dtype.ts'
import { isTensor } from './tensor.ts'

const names: Readonly<Record<string, DType>> = {
  FloatTensor: dtypes.float32,
  DoubleTensor: dtypes.float64,
  HalfTensor: dtypes.float16,
  BFloat16Tensor: dtypes.bfloat16,
  LongTensor: dtypes.int64,
  IntTensor: dtypes.int32,
  ShortTensor: dtypes.int16,
  CharTensor: dtypes.int8,
  ByteTensor: dtypes.uint8,
  BoolTensor: dtypes.bool,
}

function legacyType(name: string, dtype: DType): PyClass {
  return classOf({
    name,
    module: 'torch',
    instanceCheck: (_vm, v) => isTensor(v) && v.dtype === dtype && v.device === 'cpu',
  })
}

/** The classes by name; functions/factories.ts gives them their constructor. */
export const legacyTypes: ReadonlyMap<string, { readonly cls: PyClass; readonly dtype: DType }> = new Map(
  Object.entries(names).map(([name, dtype]) => [name, { cls: legacyType(name, dtype), dtype }]),
)

/** The dtype that a class or its name stands for. */
export function legacyDtype(v: Value): DType | undefined {
  for (const [name, { cls, dtype }] of legacyTypes) if (v === cls || v === `torch.${name}`) return dtype
  return undefined
}

/** `x.type()`. */
export function legacyTypeName(dtype: DType, device: DeviceName): string {
  const name = Object.keys(names).find((n) => names[n] === dtype) ?? 'Tensor'
  return device === 'meta' ? `torch.meta.${name}` : `torch.${name}`
}
