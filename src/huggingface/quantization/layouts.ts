// How checkpoints store a quantised matrix of [out, in]: the packed weight with its scales and zero points. Text that is
// no tensor to the model (the JSON of bitsandbytes' `quant_state`) is left out.
// Sources, for each row: the library's own module, as measured by scripts/record_quantized.py where it says so.

export interface StoredTensor {
  /** What takes the place of `weight` in the tensor's name. */
  readonly name: string
  readonly dtype: StoredDType
  readonly shape: readonly number[]
}

/** Bytes of an element. `e8m0` is a power of two, `a` the model's own format. */
export const storedBytes = { u8: 1, i8: 1, f8: 1, e8m0: 1, f16: 2, i32: 4, f32: 4, i64: 8 } as const

export type StoredDType = keyof typeof storedBytes | 'a'

/** A matrix as torch.nn.Linear keeps it. */
export interface Matrix {
  readonly out: number
  readonly in: number
}

export interface Layout {
  /** As reports name it. */
  readonly title: string
  readonly tensors: readonly StoredTensor[]
  /** The format in which the weights are multiplied, where the other side is quantised on the way as well. */
  readonly multiplied?: 'fp8' | 'fp4' | 'int8' | undefined
}

function stored(name: string, dtype: StoredDType, ...shape: number[]): StoredTensor {
  return { name, dtype, shape }
}

const groups = (size: number, group: number): number => Math.ceil(size / group)

/** transformers/integrations/finegrained_fp8.py, FP8Linear: a scale for each block, or one for the whole matrix. */
export function fineGrainedFp8(
  m: Matrix,
  o: {
    readonly block: readonly [number, number] | undefined
    readonly powersOfTwo: boolean
    readonly isStatic: boolean
  },
): Layout {
  const dtype = o.powersOfTwo ? 'e8m0' : 'f32'
  const shape = o.block === undefined ? [] : [groups(m.out, o.block[0]), groups(m.in, o.block[1])]
  return {
    title: o.block === undefined ? 'fp8' : `fp8, blocks of ${o.block.join(' × ')}`,
    multiplied: 'fp8',
    tensors: [
      stored('weight', 'f8', m.out, m.in),
      stored('weight_scale_inv', o.block === undefined ? 'f32' : dtype, ...shape),
      ...(o.isStatic ? [stored('activation_scale', 'f32')] : []),
    ],
  }
}

/** The same file, FP8Experts with `expert_dtype` fp4: two values a byte, a scale for every 32 of a row. */
export function packedFp4(m: Matrix): Layout {
  return {
    title: 'fp4, groups of 32',
    multiplied: 'fp8',
    tensors: [stored('weight', 'i8', m.out, m.in / 2), stored('weight_scale_inv', 'e8m0', m.out, groups(m.in, 32))],
  }
}

/** transformers/integrations/mxfp4.py, Mxfp4GptOssExperts: blocks of 32 values in 16 bytes, a scale each. */
export function mxfp4(m: Matrix): Layout {
  const blocks = groups(m.in, 32)
  return { title: 'mxfp4', tensors: [stored('blocks', 'u8', m.out, blocks, 16), stored('scales', 'u8', m.out, blocks)] }
}

/** TensorRT Model Optimizer, modelopt/torch/export: a scale for the weight and one for what it is multiplied with. */
export function modelOptFp8(m: Matrix): Layout {
  return {
    title: 'fp8',
    multiplied: 'fp8',
    tensors: [stored('weight', 'f8', m.out, m.in), stored('weight_scale', 'f32'), stored('input_scale', 'f32')],
  }
}

/** The same: groups of 16 with fp8 scales, which have one scale of their own. */
export function modelOptNvfp4(m: Matrix, group: number): Layout {
  return {
    title: `nvfp4, groups of ${group}`,
    multiplied: 'fp4',
    tensors: [
      stored('weight', 'u8', m.out, m.in / 2),
      stored('weight_scale', 'f8', m.out, groups(m.in, group)),
      stored('weight_scale_2', 'f32'),
      stored('input_scale', 'f32'),
    ],
  }
}

/** The same for weights alone: there is no scale for what they are multiplied with. */
export function nvfp4Weights(m: Matrix, group: number): Layout {
  const { title, tensors } = modelOptNvfp4(m, group)
  return { title, tensors: tensors.filter((t) => t.name !== 'input_scale') }
}

/** OCP microscaling: groups of 32 with a power of two each. */
export function mxfp8(m: Matrix): Layout {
  return {
    title: 'mxfp8',
    multiplied: 'fp8',
    tensors: [stored('weight', 'f8', m.out, m.in), stored('weight_scale', 'e8m0', m.out, groups(m.in, 32))],
  }
}

/** GPTQModel's (and AutoGPTQ's) QuantLinear: columns packed along the input, `g_idx` the group of each. */
export function gptq(m: Matrix, bits: number, group: number): Layout {
  const count = groups(m.in, group)
  return {
    title: `int${bits}, groups of ${group}`,
    tensors: [
      stored('qweight', 'i32', (m.in * bits) / 32, m.out),
      stored('qzeros', 'i32', count, (m.out * bits) / 32),
      stored('scales', 'f16', count, m.out),
      stored('g_idx', 'i32', m.in),
    ],
  }
}

/** AutoAWQ's WQLinear_GEMM: rows packed along the output. */
export function awq(m: Matrix, bits: number, group: number): Layout {
  const [count, packed] = [groups(m.in, group), (m.out * bits) / 32]
  return {
    title: `int${bits}, groups of ${group}`,
    tensors: [
      stored('qweight', 'i32', m.in, packed),
      stored('qzeros', 'i32', count, packed),
      stored('scales', 'f16', count, m.out),
    ],
  }
}

/** bitsandbytes 0.50's Linear4bit: a scale for every 64 values, itself quantised in blocks of 256 where nested. Measured. */
export function bitsAndBytes4(m: Matrix, type: string, isNested: boolean): Layout {
  const blocks = groups(m.out * m.in, 64)
  const scales = isNested
    ? [
        stored('weight.absmax', 'u8', blocks),
        stored('weight.nested_absmax', 'f32', groups(blocks, 256)),
        stored('weight.nested_quant_map', 'f32', 256),
      ]
    : [stored('weight.absmax', 'f32', blocks)]
  return {
    title: `${type}, groups of 64${isNested ? ', scales quantised' : ''}`,
    tensors: [stored('weight', 'u8', groups(m.out * m.in, 2), 1), ...scales, stored('weight.quant_map', 'f32', 16)],
  }
}

/** bitsandbytes 0.50's Linear8bitLt: a scale for each row. Measured. */
export function bitsAndBytes8(m: Matrix): Layout {
  return {
    title: 'int8',
    multiplied: 'int8',
    tensors: [stored('weight', 'i8', m.out, m.in), stored('SCB', 'f32', m.out), stored('weight_format', 'u8')],
  }
}

/** transformers/integrations/fbgemm_fp8.py, FbgemmFp8Linear; the bound of the input's scale is no part of a checkpoint. */
export function fbgemmFp8(m: Matrix): Layout {
  return {
    title: 'fp8, a scale for each row',
    multiplied: 'fp8',
    tensors: [stored('weight', 'f8', m.out, m.in), stored('weight_scale', 'f32', m.out, 1)],
  }
}

/** transformers/integrations/eetq.py, EetqLinear. */
export function eetq(m: Matrix): Layout {
  return { title: 'int8', tensors: [stored('weight', 'i8', m.in, m.out), stored('weight_scales', 'f16', m.out)] }
}

/** transformers/integrations/bitnet.py, BitLinear: four ternary values a byte. */
export function bitnet(m: Matrix): Layout {
  return {
    title: 'ternary',
    tensors: [stored('weight', 'u8', groups(m.out, 4), m.in), stored('weight_scale', 'a', 1)],
  }
}

/** What compressed-tensors says of a group's weights. */
export interface CompressedWeights {
  readonly bits: number
  readonly type: 'int' | 'float'
  readonly strategy: 'tensor' | 'channel' | 'group' | 'tensor_group' | 'block'
  readonly group: number | undefined
  readonly block: readonly [number, number] | undefined
  readonly isSymmetric: boolean
  readonly hasGroupIndex: boolean
  /** One scale for all inputs, found beforehand. */
  readonly hasInputScale: boolean
  readonly multiplied: Layout['multiplied']
}

/** Shape of the scales. */
function scales(m: Matrix, w: CompressedWeights): readonly number[] {
  switch (w.strategy) {
    case 'tensor':
      return [1]
    case 'channel':
      return [m.out, 1]
    case 'block':
      return [groups(m.out, w.block?.[0] ?? m.out), groups(m.in, w.block?.[1] ?? m.in)]
    default:
      return [m.out, groups(m.in, w.group ?? m.in)]
  }
}

function compressedTitle(w: CompressedWeights, name = `${w.type === 'int' ? 'int' : 'fp'}${w.bits}`): string {
  if (w.strategy === 'block' && w.block !== undefined) return `${name}, blocks of ${w.block.join(' × ')}`
  return w.group === undefined ? name : `${name}, groups of ${w.group}`
}

/** compressed-tensors 0.20, by the format of the config; measured. */
export const compressedLayouts: Readonly<Record<string, (m: Matrix, w: CompressedWeights) => Layout>> = {
  'pack-quantized': (m, w) => {
    const shape = scales(m, w)
    const zeros = [groups(m.out * w.bits, 32), shape[1] ?? 1]
    return {
      title: compressedTitle(w),
      multiplied: w.multiplied,
      tensors: [
        stored('weight_packed', 'i32', m.out, groups(m.in * w.bits, 32)),
        stored('weight_scale', 'a', ...shape),
        ...(w.isSymmetric ? [] : [stored('weight_zero_point', 'i32', ...zeros)]),
        ...(w.hasGroupIndex ? [stored('weight_g_idx', 'i32', m.in)] : []),
        stored('weight_shape', 'i64', 2),
      ],
    }
  },
  'int-quantized': (m, w) => oneByte(m, w, 'i8'),
  'float-quantized': (m, w) => oneByte(m, w, 'f8'),
  'naive-quantized': (m, w) => oneByte(m, w, w.type === 'int' ? 'i8' : 'f8'),
  'nvfp4-pack-quantized': (m, w) => ({
    title: compressedTitle(w, 'nvfp4'),
    multiplied: w.multiplied,
    tensors: [
      stored('weight_packed', 'u8', m.out, m.in / 2),
      stored('weight_scale', 'f8', ...scales(m, w)),
      stored('weight_global_scale', 'f32', 1),
      ...(w.hasInputScale ? [stored('input_global_scale', 'f32', 1)] : []),
    ],
  }),
  'mxfp4-pack-quantized': (m, w) => ({
    title: compressedTitle(w, 'mxfp4'),
    multiplied: w.multiplied,
    tensors: [stored('weight_packed', 'u8', m.out, m.in / 2), stored('weight_scale', 'u8', ...scales(m, w))],
  }),
  'mxfp8-quantized': (m, w) => ({
    title: compressedTitle(w, 'mxfp8'),
    multiplied: w.multiplied,
    tensors: [stored('weight', 'f8', m.out, m.in), stored('weight_scale', 'u8', ...scales(m, w))],
  }),
}

function oneByte(m: Matrix, w: CompressedWeights, dtype: 'i8' | 'f8'): Layout {
  const shape = scales(m, w)
  return {
    title: compressedTitle(w),
    multiplied: w.multiplied,
    tensors: [
      stored('weight', dtype, m.out, m.in),
      stored('weight_scale', 'a', ...shape),
      ...(w.isSymmetric ? [] : [stored('weight_zero_point', 'i8', ...shape)]),
      ...(w.hasInputScale ? [stored('input_scale', 'a', 1)] : []),
    ],
  }
}
