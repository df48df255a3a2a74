// Values of small tensors that follow from the program alone (`arange`, `ones`, masks made of them). A storage may hold a
// `Known`: an immutable snapshot of its elements, computed when first asked for. Views share the storage and so need
// nothing; an in-place write replaces the snapshot (or drops it). What a snapshot took for granted about symbolic sizes
// is remembered, and pinned once the program looks at the values. A tensor whose elements are all equal (a mask of ones)
// is known at any size, and its sizes need no pinning.
import { hintNumber, known, pin, SymInt, type Int } from '../sym/index.ts'
import { raise } from '../text/index.ts'
import type { DType } from './dtype.ts'

/** Above this many elements values are not kept. */
export const mostKnown = 1 << 21

export type Values = ArrayLike<number>

const noSizes: readonly SymInt[] = []

export class Known {
  #values: Values | undefined
  #compute: (() => Values) | undefined
  #isForAllSizes: boolean | undefined

  constructor(
    /** Snapshots it is computed from. */
    readonly parents: readonly Known[],
    /** Symbolic integers whose hints the values depend on. */
    readonly sizes: readonly SymInt[],
    compute: () => Values,
    /** The value of every element, where all are equal. */
    readonly uniform: number | undefined = undefined,
  ) {
    this.#compute = compute
  }

  /** Any number of elements, all the same. */
  static uniform(value: number, parents: readonly Known[] = [], sizes: readonly SymInt[] = noSizes): Known {
    return new Known(parents, sizes, () => raise('internal', 'the elements of a uniform tensor are not listed'), value)
  }

  /** The same as a list of so many elements. */
  listed(shape: readonly Int[], count: number): Known {
    const value = this.uniform
    return value === undefined
      ? this
      : new Known([this], symbolic(shape), () => new Float64Array(count).fill(value), value)
  }

  get(): Values {
    if (this.#values === undefined && this.#compute !== undefined) {
      this.#values = this.#compute()
      this.#compute = undefined
    }
    return this.#values ?? []
  }

  /** Whether the values are the same whatever the symbolic sizes are. */
  get isForAllSizes(): boolean {
    return (this.#isForAllSizes ??= this.sizes.length === 0 && this.parents.every((k) => k.isForAllSizes))
  }

  /** Whether all sizes that the values depend on have come to be constants. */
  get isSettled(): boolean {
    return this.sizes.every((s) => known('==', s, s.hint) === true) && this.parents.every((k) => k.isSettled)
  }

  /** Records that what follows holds for these sizes only. */
  pinSizes(): void {
    const seen = new Set<Known>()
    const open: Known[] = [this]
    for (let k = open.pop(); k !== undefined; k = open.pop()) {
      if (seen.has(k)) continue
      seen.add(k)
      for (const s of k.sizes) pin(s)
      open.push(...k.parents)
    }
  }
}

export function symbolic(...lists: readonly (readonly Int[])[]): readonly SymInt[] {
  let found: SymInt[] | undefined
  for (const list of lists) for (const x of list) if (x instanceof SymInt) (found ??= []).push(x)
  return found ?? noSizes
}

/** How a strided tensor lies in its storage. */
export interface Geometry {
  readonly shape: readonly Int[]
  readonly strides: readonly Int[]
  readonly offset: Int
}

function hints(xs: readonly Int[]): number[] {
  return xs.map(hintNumber)
}

/** The number of elements by hint, or undefined where there are too many to keep. */
export function knownCount(shape: readonly Int[]): number | undefined {
  let n = 1
  for (const s of shape) {
    const size = typeof s === 'number' ? s : hintNumber(s)
    n *= size
  }
  return n <= mostKnown ? n : undefined
}

/** Storage positions of a tensor's elements in logical order. */
export function positions(g: Geometry): Int32Array {
  const shape = hints(g.shape)
  const strides = hints(g.strides)
  const count = shape.reduce((a, b) => a * b, 1)
  const result = new Int32Array(count)
  const index = new Array<number>(shape.length).fill(0)
  let position = hintNumber(g.offset)
  for (let i = 0; i < count; i++) {
    result[i] = position
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (index[d] ?? 0) + 1
      position += strides[d] ?? 0
      index[d] = next
      if (next < (shape[d] ?? 0)) break
      position -= next * (strides[d] ?? 0)
      index[d] = 0
    }
  }
  return result
}

/** The elements of a view, in logical order. */
export function readView(data: Known, g: Geometry): Known {
  return new Known([data], symbolic(g.shape, g.strides, [g.offset]), () => {
    const all = data.get()
    return Float64Array.from(positions(g), (p) => all[p] ?? NaN)
  })
}

/** A storage of which a view was overwritten with `values` (logical order). `old` is undefined for a new storage. */
export function writeView(old: Known | undefined, g: Geometry, values: Known): Known {
  const parents = old === undefined ? [values] : [old, values]
  return new Known(parents, symbolic(g.shape, g.strides, [g.offset]), () => {
    const at = positions(g)
    const source = values.get()
    const size = at.reduce((m, p) => Math.max(m, p + 1), old?.get().length ?? 0)
    const target = new Float64Array(size)
    if (old !== undefined) target.set(Array.from(old.get()))
    at.forEach((p, i) => {
      target[p] = source[i] ?? NaN
    })
    return target
  })
}

const float32 = new Float32Array(1)
const bits = new Uint32Array(float32.buffer)

/** Nearest bfloat16, ties to even. */
function toBfloat16(x: number): number {
  float32[0] = x
  if (Number.isNaN(x)) return x
  const b = bits[0] ?? 0
  bits[0] = (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000
  return float32[0] ?? 0
}

function toFloat16(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -14)
  const step = 2 ** (exponent - 10)
  const scaled = x / step
  const floor = Math.floor(scaled)
  const diff = scaled - floor
  const rounded = (diff > 0.5 || (diff === 0.5 && floor % 2 !== 0) ? floor + 1 : floor) * step
  return Math.abs(rounded) > 65504 ? Math.sign(rounded) * Infinity : rounded
}

function wrap(bytes: number, signed: boolean): (x: number) => number {
  const size = 2 ** (8 * bytes)
  return (x) => {
    const whole = Math.trunc(x)
    if (!Number.isFinite(whole)) return 0
    if (bytes === 8) return whole
    const m = ((whole % size) + size) % size
    return signed && m >= size / 2 ? m - size : m
  }
}

const casts = new Map<string, (x: number) => number>([
  ['bool', (x) => (x === 0 ? 0 : 1)],
  ['uint8', wrap(1, false)],
  ['uint16', wrap(2, false)],
  ['uint32', wrap(4, false)],
  ['int8', wrap(1, true)],
  ['int16', wrap(2, true)],
  ['int32', wrap(4, true)],
  ['int64', wrap(8, true)],
  ['bfloat16', (x) => toBfloat16(Math.fround(x))],
  ['float16', (x) => toFloat16(Math.fround(x))],
  ['float32', Math.fround],
  ['float64', (x) => x],
])

/** Rounds or wraps a number into a dtype; undefined for types whose values are not kept (complex, 8-bit floats). */
export function castTo(dtype: DType): ((x: number) => number) | undefined {
  return casts.get(dtype.name)
}
