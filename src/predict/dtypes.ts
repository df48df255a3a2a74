// Number formats a prediction can be asked for.

export interface NumberFormat {
  readonly bytes: number
  /** As configs and people write it. */
  readonly title: string
}

/** Formats the model's tensors can be in, by the name that shapes print. */
export const modelFormats = {
  bf16: { bytes: 2, title: 'bfloat16' },
  f16: { bytes: 2, title: 'float16' },
  f32: { bytes: 4, title: 'float32' },
} as const satisfies Record<string, NumberFormat>

export type ModelFormat = keyof typeof modelFormats

/** Formats a cache can be in. */
export const cacheFormats = {
  ...modelFormats,
  fp8: { bytes: 1, title: '8-bit float' },
  int8: { bytes: 1, title: '8-bit integer' },
} as const satisfies Record<string, NumberFormat>

export type CacheFormat = keyof typeof cacheFormats

/** Widths of the formats that do not change with the model's. */
const fixedBytes: Readonly<Record<string, number>> = {
  b8: 1,
  i8: 1,
  u8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f16: 2,
  bf16: 2,
  f32: 4,
  f64: 8,
  c64: 8,
  c128: 16,
}

export function elementBytes(dtype: string): number | undefined {
  return fixedBytes[dtype]
}

/** The format a config's `dtype` names; undefined for one that predictions don't know. */
export function modelFormatOf(configDtype: string): ModelFormat | undefined {
  const found = Object.entries(modelFormats).find(
    ([name, format]) => name === configDtype || format.title === configDtype,
  )
  return found?.[0] as ModelFormat | undefined
}
