// The one way elementwise kernels run: broadcast, promote, choose strides, launch, and carry known values along.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { checkSameTypes, isBatched, lifted } from './batching.ts'
import { isIntScalar, scalarHint, type Scalar } from './arguments.ts'
import type { DType } from './dtype.ts'
import { dtypes } from './dtype.ts'
import { elementwise, type ElementFunction } from './elementwise.ts'
import { outputStrides } from './iterator.ts'
import type { KernelName } from './kernels/index.ts'
import { Known, knownCount, positions, symbolic, type Values } from './known.ts'
import { canCast, messageName, resultType, toInexact } from './promote.ts'
import { launch, noParams } from './record.ts'
import type { Params } from './kernels/table.ts'
import { broadcastShapes, contiguousStrides, sameShape, sameShapeAtSight, showShape, type Shape } from './shape.ts'
import { combineRamps, setRamp, type Combination } from './ramp.ts'
import { isScripted } from './scripted.ts'
import { isTensor, knownValues, uniformValue, outputOf, overwriteKnown, setKnown, type Tensor } from './tensor.ts'

export type Operand = Tensor | Scalar

/** What compiled code calls with a number, where Python makes a tensor without dimensions of it. */
const scalarOverloads: Readonly<Partial<Record<KernelName, KernelName>>> = {
  'aten.add.Tensor': 'aten.add.Scalar',
  'aten.add_.Tensor': 'aten.add_.Scalar',
  'aten.sub.Tensor': 'aten.sub.Scalar',
  'aten.sub_.Tensor': 'aten.sub_.Scalar',
  'aten.mul.Tensor': 'aten.mul.Scalar',
  'aten.mul_.Tensor': 'aten.mul_.Scalar',
  'aten.div.Tensor': 'aten.div.Scalar',
  'aten.div_.Tensor': 'aten.div_.Scalar',
  'aten.div.Tensor_mode': 'aten.div.Scalar_mode',
  'aten.div_.Tensor_mode': 'aten.div_.Scalar_mode',
  'aten.floor_divide.default': 'aten.floor_divide.Scalar',
  'aten.floor_divide_.Tensor': 'aten.floor_divide_.Scalar',
}

function overloadOf(vm: Vm, op: KernelName, operands: readonly Operand[]): KernelName {
  const takesScalars = isScripted(vm) && !operands.every(isTensor)
  return takesScalars ? (scalarOverloads[op] ?? op) : op
}

export interface PointwiseOptions {
  /** What becomes of the promoted dtype: kept, made floating, bool, or fixed. */
  readonly result?: 'promoted' | 'inexact' | 'bool' | DType
  /** Numbers and tensors that promotion looks at instead of the operands. */
  readonly promote?: readonly Operand[]
  /** The function on known values, where it is not the one of the kernel's name. */
  readonly evaluate?: ElementFunction
  /** How the result grows where its operands do. */
  readonly ramp?: Combination | undefined
  readonly params?: Params
  /** The output is contiguous whatever the inputs are. */
  readonly contiguous?: boolean
}

/** Runs an elementwise kernel over tensors and Python numbers, in the order of its arguments. */
export function pointwise(
  vm: Vm,
  op: KernelName,
  operands: readonly Operand[],
  options: PointwiseOptions = {},
): Tensor {
  const inputs = operands.filter(isTensor)
  if (inputs.some(isBatched)) {
    checkSameTypes(vm, op, operands)
    return lifted(vm, operands, (memory) => pointwise(vm, op, memory, options))
  }
  checkDevices(vm, inputs)
  const shape = broadcast(vm, inputs)
  const strides = options.contiguous === true ? contiguousStrides(shape) : outputStrides(shape, inputs)
  const out = outputOf(inputs, shape, resultDtype(vm, operands, options), strides)
  const values = evaluated(op, operands, inputs, shape, options)
  if (values !== undefined) setKnown(out, values)
  if (options.ramp !== undefined && !out.dtype.isInexact) setRamp(out, combineRamps(options.ramp, operands, shape))
  launch(vm, overloadOf(vm, op, operands), inputs, [out], options.params ?? noParams)
  return out
}

/** The same, written into the first operand. */
export function pointwiseInto(
  vm: Vm,
  op: KernelName,
  target: Tensor,
  others: readonly Operand[],
  options: PointwiseOptions = {},
): Tensor {
  const operands = [target, ...others]
  const inputs = operands.filter(isTensor)
  checkDevices(vm, inputs)
  const shape = broadcast(vm, inputs)
  if (!sameShapeAtSight(shape, target.shape) && !sameShape(shape, target.shape)) {
    vm.raise(
      types.RuntimeError,
      `output with shape ${showShape(target.shape)} doesn't match the broadcast shape ${showShape(shape)}`,
    )
  }
  const dtype = resultDtype(vm, operands, options)
  if (!canCast(dtype, target.dtype) && options.result !== 'bool') {
    vm.raise(
      types.RuntimeError,
      `result type ${messageName(dtype)} can't be cast to the desired output type ${messageName(target.dtype)}`,
    )
  }
  const grown = options.ramp === undefined ? undefined : combineRamps(options.ramp, operands, shape)
  overwriteKnown(target, evaluated(op, operands, inputs, shape, options))
  if (target.dtype === dtypes.int64) target.ramp = grown
  launch(vm, overloadOf(vm, op, operands), inputs, [target], options.params ?? noParams)
  return target
}

function broadcast(vm: Vm, inputs: readonly Tensor[]): Shape {
  const [a, b] = inputs
  if (a !== undefined && b === undefined) return a.shape
  return broadcastShapes(
    vm,
    inputs.map((t) => t.shape),
  )
}

function resultDtype(vm: Vm, operands: readonly Operand[], options: PointwiseOptions): DType {
  const result = options.result ?? 'promoted'
  if (typeof result !== 'string') return result
  if (result === 'bool') return dtypes.bool
  const [only, second] = options.promote ?? operands
  const common = second === undefined && isTensor(only) ? only.dtype : resultType(vm, options.promote ?? operands)
  return result === 'inexact' ? toInexact(vm, common) : common
}

/** Operands share a device; a 0-d tensor on the host goes with any. */
export function checkDevices(vm: Vm, inputs: readonly Tensor[]): void {
  const [first] = inputs
  if (first === undefined || inputs.every((t) => t.device === first.device)) return
  if (inputs.some((t) => t.device === 'cpu' && t.shape.length > 0)) {
    vm.raise(
      types.RuntimeError,
      'Expected all tensors to be on the same device, but found at least two devices, meta and cpu!',
    )
  }
}

/** The values of the result, as far as they follow from the program. */
function evaluated(
  op: KernelName,
  operands: readonly Operand[],
  inputs: readonly Tensor[],
  shape: Shape,
  options: PointwiseOptions,
): Known | undefined {
  for (const t of inputs) if (t.storage.data === undefined) return undefined
  const f = options.evaluate ?? elementwise(op)
  if (f === undefined) return undefined
  const uniform = evaluatedOnce(f, operands, inputs)
  if (uniform !== undefined || knownCount(shape) === undefined) return uniform
  const known = inputs.map(knownValues)
  const parents = known.filter((k) => k !== undefined)
  const numbers = operands.map((o) => (isTensor(o) ? 0 : scalarHint(o)))
  if (parents.length < known.length || numbers.includes(undefined)) return undefined
  const sizes = symbolic(shape, operands.filter(isIntScalar))
  // Shapes are taken now: the tensors may change theirs in place before the values are asked for.
  const columns = operands.map((o) => (isTensor(o) ? o.shape : (scalarHint(o) ?? NaN)))
  return new Known(parents, sizes, () => evaluate(f, columns, parents, shape))
}

/** All operands uniform: so is the result. */
function evaluatedOnce(f: ElementFunction, operands: readonly Operand[], inputs: readonly Tensor[]): Known | undefined {
  const parents = inputs.map(uniformValue)
  if (!parents.every((k) => k !== undefined)) return undefined
  const xs = operands.map((o) => (isTensor(o) ? uniformValue(o)?.uniform : scalarHint(o)))
  return xs.every((x) => x !== undefined)
    ? Known.uniform(f(...xs), parents, symbolic(operands.filter(isIntScalar)))
    : undefined
}

/** @param operands the shape of a tensor (its values are the next of `parents`) or a number */
function evaluate(
  f: ElementFunction,
  operands: readonly (Shape | number)[],
  parents: readonly Known[],
  shape: Shape,
): Values {
  let next = 0
  const columns = operands.map((o) => {
    if (typeof o === 'number') return (): number => o
    const values = parents[next++]?.get() ?? []
    const from = broadcastPositions(o, shape)
    return (i: number): number => values[from[i] ?? 0] ?? NaN
  })
  const count = knownCount(shape) ?? 0
  const result = new Float64Array(count)
  const row = new Array<number>(columns.length)
  for (let i = 0; i < count; i++) {
    columns.forEach((column, k) => {
      row[k] = column(i)
    })
    result[i] = f(...row)
  }
  return result
}

/** For each element of the output, the position of the element of an operand that it takes. */
function broadcastPositions(own: Shape, shape: Shape): Int32Array {
  const strides = contiguousStrides(own)
  const lead = shape.length - own.length
  return positions({
    shape,
    strides: shape.map((_, i) => (i < lead || own[i - lead] === 1 ? 0 : (strides[i - lead] ?? 0))),
    offset: 0,
  })
}
