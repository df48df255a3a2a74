// A tensor as the interpreted program has it: shape, strides, dtype, device and role, no data (but see known.ts). The
// class object is filled with methods by functions/index.ts, which gathers the tables of all functions.
import { classOf } from '../python/native.ts'
import type { PyClass } from '../python/values.ts'
import { PyObject, type Value } from '../python/values.ts'
import type { Int } from '../sym/index.ts'
import type { DeviceName } from './device.ts'
import type { DType } from './dtype.ts'
import { castTo, knownCount, Known, readView, writeView, type Values } from './known.ts'
import { at, contiguousStrides, isContiguous, isNonOverlappingAndDense, sameSize, type Shape } from './shape.ts'

/**
 * What a tensor is to the model. Weights have a width of their own; a constant follows from the program alone (a mask, a
 * table of frequencies); inputs and whatever is computed from them share the activations' width.
 */
export type Role = 'weight' | 'activation' | 'constant' | 'input'

/** The memory that a tensor and its views share. */
export class Storage {
  #data: Known | undefined = undefined
  /** How often what is known of the elements has changed. */
  changes = 0

  /** @param shape of the tensor it was allocated for */
  constructor(readonly shape: Shape) {}

  /** Its elements, where the program determines them. */
  get data(): Known | undefined {
    return this.#data
  }

  set data(known: Known | undefined) {
    this.#data = known
    this.changes++
  }
}

/** Elements that grow by a step along each dimension (ramp.ts). */
export interface Ramp {
  readonly first: Int
  readonly steps: readonly Int[]
}

/** `torch.Tensor`. */
export const tensorClass: PyClass = classOf({ name: 'Tensor', module: 'torch' })

export class Tensor extends PyObject {
  requiresGrad = false
  /** A complex tensor to be read conjugated. Kernels that read it get a resolved copy first. */
  isConjugate = false
  #contiguous: boolean | undefined = undefined
  #plain: boolean | undefined = undefined
  #ramp: { readonly values: Ramp; readonly storage: Storage; readonly changes: number } | undefined = undefined

  constructor(
    public shape: Shape,
    public strides: Shape,
    public dtype: DType,
    readonly device: DeviceName,
    public role: Role,
    public storage: Storage = new Storage(shape),
    public offset: Int = 0,
    cls: PyClass = tensorClass,
  ) {
    super(cls)
  }

  get rank(): number {
    return this.shape.length
  }

  get isContiguous(): boolean {
    return (this.#contiguous ??= isContiguous(this.shape, this.strides))
  }

  /** Strides exactly as a fresh tensor would have them, those of sizes 1 included. */
  get isPlain(): boolean {
    return (this.#plain ??= contiguousStrides(this.shape).every((s, i) => sameSize(s, at(this.strides, i))))
  }

  /** How its elements grow, as long as nothing was written over them. */
  get ramp(): Ramp | undefined {
    const { storage } = this
    return this.#ramp?.storage === storage && this.#ramp.changes === storage.changes ? this.#ramp.values : undefined
  }

  set ramp(ramp: Ramp | undefined) {
    const { shape, storage } = this
    // Along a dimension of size 1 nothing grows, whatever a stride says.
    const values = ramp && { first: ramp.first, steps: ramp.steps.map((s, d) => (shape[d] === 1 ? 0 : s)) }
    this.#ramp = values && { values, storage, changes: storage.changes }
  }

  /** Changes the metadata in place (`squeeze_`, `resize_`, `.data = `). */
  assign(shape: Shape, strides: Shape): void {
    this.shape = shape
    this.strides = strides
    this.#contiguous = undefined
    this.#plain = undefined
    this.#ramp = undefined
  }
}

/** What a function under `torch.vmap` sees of a tensor: one element along the mapped dimension (batching.ts). */
export class BatchedTensor extends Tensor {
  /**
   * @param value the whole
   * @param dim its mapped dimension
   * @param level how deep the mapping is nested
   */
  constructor(
    readonly value: Tensor,
    readonly dim: number,
    readonly level: number,
  ) {
    const others = (xs: Shape): Shape => xs.filter((_, d) => d !== dim)
    super(others(value.shape), others(value.strides), value.dtype, value.device, value.role)
    this.offset = value.offset
  }

  view(shape: Shape, strides: Shape, offset: Int): BatchedTensor {
    const { value, dim, level } = this
    const memory = viewOf(value, [at(value.shape, dim), ...shape], [at(value.strides, dim), ...strides], offset)
    return new BatchedTensor(memory, 0, level)
  }
}

export function isTensor(v: Value | undefined): v is Tensor {
  return v instanceof Tensor
}

/** A view: same storage, dtype, device and role, other geometry. */
export function viewOf(t: Tensor, shape: Shape, strides: Shape, offset: Int = t.offset): Tensor {
  if (t instanceof BatchedTensor) return t.view(shape, strides, offset)
  const v = new Tensor(shape, strides, t.dtype, t.device, t.role, t.storage, offset)
  v.requiresGrad = t.requiresGrad
  v.isConjugate = t.isConjugate
  return v
}

/** The values of a tensor in logical order, where the program determines them and they are few. */
export function knownValues(t: Tensor): Known | undefined {
  const data = t.storage.data
  const count = data === undefined ? undefined : knownCount(t.shape)
  if (data === undefined || count === undefined) return undefined
  return data.uniform === undefined ? readView(data, t) : data.listed(t.shape, count)
}

/** What is known of a tensor whose elements are all equal, however many there are. */
export function uniformValue(t: Tensor): Known | undefined {
  return t.storage.data?.uniform === undefined ? undefined : t.storage.data
}

/** Gives a newly made tensor its values, in logical order. */
export function setKnown(t: Tensor, values: Known): void {
  const rounded = roundedTo(t, values)
  if (rounded === undefined) return
  t.storage.data = rounded.uniform === undefined ? writeView(undefined, t, rounded) : rounded
}

/** What an in-place write of `values` (logical order; undefined when unknown) leaves in the storage. */
export function overwriteKnown(t: Tensor, values: Known | undefined): void {
  const rounded = values === undefined ? undefined : roundedTo(t, values)
  t.storage.data = rounded === undefined ? undefined : written(t, rounded)
}

function written(t: Tensor, values: Known): Known | undefined {
  const whole = coversStorage(t)
  if (values.uniform !== undefined && (whole || t.storage.data?.uniform === values.uniform)) return values
  const count = knownCount(t.shape)
  const all = knownCount(t.storage.shape)
  if (count === undefined || all === undefined) return undefined
  const old = t.storage.data?.listed(t.storage.shape, all)
  return old === undefined && !whole ? undefined : writeView(old, t, values.listed(t.shape, count))
}

function roundedTo(t: Tensor, values: Known): Known | undefined {
  const cast = castTo(t.dtype)
  if (cast === undefined) return undefined
  if (values.uniform !== undefined) return Known.uniform(cast(values.uniform), [values])
  return knownCount(t.shape) === undefined
    ? undefined
    : new Known([values], [], () => Float64Array.from(values.get(), cast))
}

function coversStorage(t: Tensor): boolean {
  if (t.shape === t.storage.shape && t.offset === 0) return true
  const count = knownCount(t.shape)
  return count !== undefined && count === knownCount(t.storage.shape) && isNonOverlappingAndDense(t.shape, t.strides)
}

/** An output that holds the same values in another order or number: all equal if its source's are. */
export function rearrangeKnown(out: Tensor, source: Tensor, compute: (values: Values) => Values): void {
  const uniform = uniformValue(source)
  if (uniform !== undefined) setKnown(out, uniform)
  else deriveKnown(out, [source], ([values = []]) => compute(values))
}

/** Values of an output computed from those of its inputs: unknown as soon as one of them is. */
export function deriveKnown(
  out: Tensor,
  inputs: readonly Tensor[],
  compute: (values: readonly Values[]) => Values,
): void {
  for (const t of inputs) if (t.storage.data === undefined) return
  const parents: Known[] = []
  for (const t of inputs) {
    const k = knownValues(t)
    if (k === undefined) return
    parents.push(k)
  }
  setKnown(out, new Known(parents, [], () => compute(parents.map((k) => k.get()))))
}

interface NewTensor {
  readonly strides?: Shape | undefined
  readonly device?: DeviceName
  readonly role?: Role
}

/** A tensor of its own storage; contiguous, an activation on the accelerator unless said otherwise. */
export function newTensor(shape: Shape, dtype: DType, options: NewTensor = {}): Tensor {
  const strides = options.strides ?? contiguousStrides(shape)
  return new Tensor(shape, strides, dtype, options.device ?? 'meta', options.role ?? 'activation')
}

/** The output of a kernel: where its inputs are, a constant if they all are. */
export function outputOf(inputs: readonly Tensor[], shape: Shape, dtype: DType, strides?: Shape): Tensor {
  let device: DeviceName = 'cpu'
  let role: Role = inputs.length > 0 ? 'constant' : 'activation'
  for (const t of inputs) {
    if (t.device === 'meta') device = 'meta'
    if (t.role !== 'constant') role = 'activation'
  }
  return new Tensor(shape, strides ?? contiguousStrides(shape), dtype, device, role)
}
