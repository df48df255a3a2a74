// New tensors as other code makes them: filled, counted, or of given data. All are constants of the program.
import { types } from '../python/types.ts'
import { isInt, PyFloat, PyRange, type Value } from '../python/values.ts'
import { collect, pinFloat } from '../python/object.ts'
import { arrayContents } from '../python/stdlib/numpy/array.ts'
import type { Vm } from '../python/vm.ts'
import { add, eq, floorDiv, gt, hint, hintNumber, lt, neg, sub, type Int } from '../sym/index.ts'
import { isSequence, scalarCategory, scalarDtype, scalarHint, scalarOf, type Scalar } from './arguments.ts'
import { isBatched, lifted } from './batching.ts'
import { valuesOf } from './conversion.ts'
import type { DeviceName } from './device.ts'
import { categoryRank, dtypes, type DType } from './dtype.ts'
import type { KernelName } from './kernels/index.ts'
import { Known, mostKnown, symbolic, type Values } from './known.ts'
import { resultType } from './promote.ts'
import { setRamp } from './ramp.ts'
import { launch } from './record.ts'
import { at, type Shape } from './shape.ts'
import { torchState } from './state.ts'
import { isTensor, newTensor, setKnown, type Tensor } from './tensor.ts'

export interface Fresh {
  readonly dtype: DType
  readonly device: DeviceName
  readonly strides?: Shape | undefined
  /** Operands that the dispatcher lists: what a `zeros_like` takes after. */
  readonly inputs?: readonly Tensor[]
  /** Elements in logical order. */
  readonly values?: (() => Values) | undefined
  /** Integers that the values depend on, besides the shape. */
  readonly sizes?: readonly Int[]
}

/** Runs a kernel that fills new memory. */
export function fresh(vm: Vm, op: KernelName, shape: Shape, options: Fresh): Tensor {
  checkSizes(vm, shape)
  const out = newTensor(shape, options.dtype, { strides: options.strides, device: options.device, role: 'constant' })
  if (options.values !== undefined) setKnown(out, new Known([], symbolic(shape, options.sizes ?? []), options.values))
  launch(vm, op, options.inputs ?? [], [out])
  return out
}

function checkSizes(vm: Vm, shape: Shape): void {
  for (const s of shape) {
    if (lt(s, 0)) {
      vm.raise(
        types.RuntimeError,
        `Trying to create tensor with negative dimension ${hint(s)}: [${shape.map((x) => String(hint(x))).join(', ')}]`,
      )
    }
  }
}

/** Every element the same number; a complex one is not kept. */
export function filled(vm: Vm, op: KernelName, shape: Shape, value: Scalar, options: Fresh): Tensor {
  const [like] = options.inputs ?? []
  if (isBatched(like)) {
    const whole = [at(like.value.shape, like.dim), ...shape]
    return lifted(vm, [like], (inputs) => filled(vm, op, whole, value, { ...options, inputs }))
  }
  const out = fresh(vm, op, shape, options)
  const x = scalarHint(value)
  if (x !== undefined) setKnown(out, Known.uniform(x, [], symbolic(isInt(value) ? [value] : [])))
  if (isInt(value)) setRamp(out, { first: value, steps: shape.map(() => 0) })
  return out
}

export function zeros(vm: Vm, shape: Shape, dtype: DType, device: DeviceName): Tensor {
  return filled(vm, 'aten.zeros.default', shape, 0, { dtype, device })
}

/** Memory without content. */
export function empty(vm: Vm, shape: Shape, dtype: DType, device: DeviceName, strides?: Shape): Tensor {
  checkSizes(vm, shape)
  return newTensor(shape, dtype, { device, strides, role: 'constant' })
}

/** A 0-d tensor for a number, as `where` makes of its numbers. Not a kernel. */
export function scalarTensor(value: Scalar, dtype: DType, device: DeviceName): Tensor {
  const out = newTensor([], dtype, { device, role: 'constant' })
  const x = scalarHint(value)
  if (x !== undefined) setKnown(out, new Known([], symbolic(isInt(value) ? [value] : []), () => [x]))
  if (isInt(value)) setRamp(out, { first: value, steps: [] })
  return out
}

// --- arange --------------------------------------------------------------------------------------------------------

/** The length of a range: exact for integers, pinned where floats are involved. */
export function rangeLength(vm: Vm, start: Scalar, end: Scalar, step: Scalar): Int {
  if (isInt(start) && isInt(end) && isInt(step)) {
    if (eq(step, 0)) vm.raise(types.RuntimeError, 'step must be nonzero')
    checkBounds(vm, gt(step, 0) ? !lt(end, start) : !gt(end, start))
    const span = start === 0 ? end : sub(end, start)
    if (step === 1) return span
    return gt(step, 0) ? floorDiv(add(span, sub(step, 1)), step) : floorDiv(sub(add(step, 1), span), neg(step))
  }
  const [from, to, by] = [start, end, step].map(pinnedNumber)
  if (from === undefined || to === undefined || by === undefined || by === 0) {
    return vm.raise(types.RuntimeError, 'step must be nonzero')
  }
  checkBounds(vm, by > 0 ? to >= from : to <= from)
  return Math.ceil((to - from) / by)
}

function checkBounds(vm: Vm, consistent: boolean): void {
  if (!consistent) vm.raise(types.RuntimeError, 'upper bound and lower bound inconsistent with step sign')
}

function pinnedNumber(s: Scalar): number | undefined {
  return s instanceof PyFloat ? pinFloat(s) : scalarHint(s)
}

export function arange(
  vm: Vm,
  op: KernelName,
  start: Scalar,
  end: Scalar,
  step: Scalar,
  dtype: DType | undefined,
  device: DeviceName,
): Tensor {
  const length = rangeLength(vm, start, end, step)
  const isFloat = [start, end, step].some((s) => scalarCategory(s) === 'float')
  const result = dtype ?? (isFloat ? vm.state(torchState).defaultDtype : dtypes.int64)
  const from = scalarHint(start) ?? 0
  const by = scalarHint(step) ?? 1
  const out = fresh(vm, op, [length], {
    dtype: result,
    device,
    sizes: [start, step].filter(isInt),
    values: () => Float64Array.from({ length: hintNumber(length) }, (_, i) => from + i * by),
  })
  if (isInt(start) && isInt(step)) setRamp(out, { first: start, steps: [step] })
  return out
}

// --- Data ----------------------------------------------------------------------------------------------------------

interface Data {
  readonly shape: Int[]
  readonly leaves: readonly (Scalar | Tensor)[]
  /** What the data says of itself: a NumPy array of floats is one of doubles. */
  readonly dtype?: DType | undefined
  /** False where some of the leaves are missing: random numbers, say. */
  readonly isKnown: boolean
}

/** Nested sequences of numbers and 0-d tensors, flattened. */
function flattenData(vm: Vm, v: Value, depth: number): Data {
  const number = scalarOf(v)
  if (number !== undefined) return { shape: [], leaves: [number], isKnown: true }
  if (isTensor(v)) return { shape: [...v.shape], leaves: [v], isKnown: true }
  if (typeof v === 'string') return vm.raise(types.TypeError, "new(): invalid data type 'str'")
  const array = arrayContents(vm, v)
  if (array !== undefined) {
    const leaves = array.values.flatMap((x) => scalarOf(x) ?? [])
    const isKnown = leaves.length === array.values.length
    return { shape: [...array.shape], leaves, dtype: dtypes[array.dtype], isKnown }
  }
  if (v === null || !(isSequence(v) || v instanceof PyRange)) {
    return vm.raise(types.RuntimeError, `Could not infer dtype of ${v === null ? 'NoneType' : 'object'}`)
  }
  const parts = collect(vm, v).map((x) => flattenData(vm, x, depth + 1))
  const [first] = parts
  if (first === undefined) return { shape: [0], leaves: [], isKnown: true }
  for (const p of parts) checkNested(vm, first, p, depth)
  return {
    shape: [parts.length, ...first.shape],
    leaves: parts.flatMap((p) => p.leaves),
    isKnown: parts.every((p) => p.isKnown),
  }
}

function checkNested(vm: Vm, first: Data, other: Data, depth: number): void {
  if (other.shape.length === first.shape.length && other.shape.every((s, i) => eq(s, at(first.shape, i)))) return
  vm.raise(
    types.ValueError,
    `expected sequence of length ${hint(first.shape[0] ?? 0)} at dim ${depth + 1} (got ${hint(other.shape[0] ?? 0)})`,
  )
}

/** The dtype data has by itself: that of its highest category. */
function dataDtype(vm: Vm, leaves: Data['leaves']): DType {
  const defaultDtype = vm.state(torchState).defaultDtype
  const [first, ...rest] = leaves.map((x) => (isTensor(x) ? x.dtype : scalarDtype(x, defaultDtype)))
  if (first === undefined) return defaultDtype
  if (leaves.some(isTensor)) return resultType(vm, leaves)
  return rest.reduce((a, b) => (categoryRank[b.category] > categoryRank[a.category] ? b : a), first)
}

/** `torch.tensor(data)`: no kernel, its elements are written by the host. */
export function tensorOf(vm: Vm, data: Value, dtype: DType | undefined, device: DeviceName): Tensor {
  const { shape, leaves, dtype: own, isKnown } = flattenData(vm, data, 0)
  const out = newTensor(shape, dtype ?? own ?? dataDtype(vm, leaves), { device, role: 'constant' })
  if (!isKnown || leaves.length > mostKnown) return out
  const numbers = leaves.flatMap((x) => (isTensor(x) ? Array.from(valuesOf(vm, x, 'torch.tensor()')) : [scalarHint(x)]))
  if (numbers.every((x) => x !== undefined)) {
    setKnown(out, new Known([], symbolic(leaves.filter((x): x is Int => !isTensor(x) && isInt(x))), () => numbers))
  }
  return out
}
