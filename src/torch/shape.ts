// Shapes and strides: PyTorch's own rules (c10/core/Contiguity.h, MemoryFormat.h, aten/ExpandUtils) over sizes that may
// be symbolic. Every question that a formula leaves open goes through sym, which decides it by the hint and records it.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { eq, hint, lt, mul, prod, SymInt, type Int } from '../sym/index.ts'

export type Shape = readonly Int[]

/** Size 1 is special: it broadcasts, and its stride does not matter. */
export function isOne(x: Int): boolean {
  return typeof x === 'number' ? x === 1 : x instanceof SymInt && eq(x, 1)
}

export function isZero(x: Int): boolean {
  return typeof x === 'number' ? x === 0 : x instanceof SymInt && eq(x, 0)
}

/** Equal sizes, without asking sym where it is plain. */
export function sameSize(a: Int, b: Int): boolean {
  return a === b || ((typeof a !== 'number' || typeof b !== 'number') && eq(a, b))
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.length === b.length && a.every((s, i) => sameSize(s, at(b, i))))
}

/** The i-th entry of a shape or of strides, from the end when negative. */
export function at(shape: Shape, i: number): Int {
  const s = shape[i < 0 ? i + shape.length : i]
  if (s === undefined) throw new RangeError(`dimension ${i} of a ${shape.length}-d shape`)
  return s
}

export function numel(shape: Shape): Int {
  let n: Int = 1
  for (const s of shape)
    n = typeof n === 'number' && typeof s === 'number' && n * s <= Number.MAX_SAFE_INTEGER ? n * s : mul(n, s)
  return n
}

export function contiguousStrides(shape: Shape): Int[] {
  const strides = new Array<Int>(shape.length)
  let step: Int = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    const size = at(shape, i)
    if (size !== 1 && size !== 0) step = mul(step, size)
  }
  return strides
}

/** Rows major to minor, sizes 1 aside. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let step: Int = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = at(shape, i)
    if (isOne(size)) continue
    if (!sameSize(at(strides, i), step)) return shape.some(isZero)
    step = mul(step, size)
  }
  return true
}

/** Whether the elements fill a block of memory exactly, in whatever order of dimensions. */
export function isNonOverlappingAndDense(shape: Shape, strides: Shape): boolean {
  if (isContiguous(shape, strides)) return true
  const dims: number[] = []
  for (let i = 0; i < shape.length; i++) if (!isOne(at(shape, i))) dims.push(i)
  if (dims.some((d) => at(strides, d) === 0)) return false
  dims.sort((a, b) => (sameSize(at(strides, a), at(strides, b)) ? 0 : lt(at(strides, a), at(strides, b)) ? -1 : 1))
  let step: Int = 1
  for (const d of dims) {
    if (!sameSize(at(strides, d), step)) return false
    step = mul(step, at(shape, d))
  }
  return true
}

export type MemoryFormat = 'contiguous_format' | 'preserve_format' | 'channels_last' | 'channels_last_3d'

/** Dimensions from the one that varies fastest: channels, then width, height(, depth), then batch. */
const channelsLastOrder: Readonly<Record<4 | 5, readonly number[]>> = { 4: [1, 3, 2, 0], 5: [1, 4, 3, 2, 0] }

function channelsLast(shape: Shape): readonly number[] | undefined {
  return shape.length === 4 || shape.length === 5 ? channelsLastOrder[shape.length] : undefined
}

export function channelsLastStrides(shape: Shape): Int[] {
  const strides = new Array<Int>(shape.length)
  let step: Int = 1
  for (const d of channelsLast(shape) ?? []) {
    strides[d] = step
    const size = at(shape, d)
    if (size !== 0) step = mul(step, size)
  }
  return strides
}

/** c10's `is_channels_last_contiguous`: exactly that layout, sizes 1 aside. */
export function isChannelsLastContiguous(shape: Shape, strides: Shape): boolean {
  const order = channelsLast(shape)
  if (order === undefined) return false
  let step: Int = 1
  for (const d of order) {
    const size = at(shape, d)
    if (isOne(size)) continue
    if (!sameSize(at(strides, d), step)) return false
    step = mul(step, size)
  }
  return true
}

/**
 * c10's `is_channels_last_strides`: looks channels-last, gaps allowed. Sizes 1 count here, so that an N111 tensor keeps
 * the layout it was made in.
 */
function isChannelsLastLike(shape: Shape, strides: Shape): boolean {
  const order = channelsLast(shape)
  if (order === undefined || at(strides, 1) === 0) return false
  let least: Int = 0
  for (const d of order) {
    const size = at(shape, d)
    const stride = at(strides, d)
    if (isZero(size) || lt(stride, least)) return false
    // Two dimensions of size 1 with stride 1 each would match both layouts: contiguous wins.
    if (d === 0 && sameSize(least, at(strides, 1))) return false
    least = isOne(size) ? stride : mul(stride, size)
  }
  return true
}

/** at::suggest_memory_format. */
export function suggestedFormat(shape: Shape, strides: Shape): MemoryFormat {
  if (!isChannelsLastLike(shape, strides)) return 'contiguous_format'
  return shape.length === 4 ? 'channels_last' : 'channels_last_3d'
}

export function stridesOf(format: MemoryFormat, shape: Shape): Int[] {
  return format === 'channels_last' || format === 'channels_last_3d'
    ? channelsLastStrides(shape)
    : contiguousStrides(shape)
}

/** Elements that a strided operand really has: a dimension of stride 0 counts once. */
export function distinctElements(shape: Shape, strides: Shape): Int {
  if (!strides.includes(0)) return numel(shape)
  return prod(shape.map((s, i) => (at(strides, i) !== 0 || s === 0 ? s : 1)))
}

export function broadcastShapes(vm: Vm, shapes: readonly Shape[]): Shape {
  const [first, ...rest] = shapes
  if (first === undefined) return []
  return rest.reduce((a, b) => broadcastTwo(vm, a, b), first)
}

function broadcastTwo(vm: Vm, a: Shape, b: Shape): Shape {
  if (sameShapeAtSight(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const shape = new Array<Int>(rank)
  for (let i = 0; i < rank; i++) {
    const x: Int = i < rank - a.length ? 1 : at(a, i - rank + a.length)
    const y: Int = i < rank - b.length ? 1 : at(b, i - rank + b.length)
    if (x === y || y === 1) shape[i] = x
    else if (x === 1) shape[i] = y
    else if (isOne(x)) shape[i] = y
    else if (isOne(y) || eq(x, y)) shape[i] = x
    else {
      vm.raise(
        types.RuntimeError,
        `The size of tensor a (${hint(x)}) must match the size of tensor b (${hint(y)}) at non-singleton dimension ${i}`,
      )
    }
  }
  return shape
}

/** Identical entry by entry, without asking sym: the common case of an elementwise op. */
export function sameShapeAtSight(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A dimension counted from either end; a 0-d tensor is treated as one of a single dimension. */
export function normDim(vm: Vm, rank: number, dim: Int): number {
  const d = Number(hint(dim))
  const n = Math.max(rank, 1)
  if (d < -n || d >= n) {
    vm.raise(types.IndexError, `Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${d})`)
  }
  return d < 0 ? d + n : d
}

/** `[2, 3]`, as PyTorch's messages print a shape. */
export function showShape(shape: Shape): string {
  return `[${shape.map((s) => String(hint(s))).join(', ')}]`
}
