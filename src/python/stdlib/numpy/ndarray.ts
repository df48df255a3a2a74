// The class ndarray, and functions of numbers and arrays, element by element.
import { ellipsis, iterator, notImplemented, tuple } from '../../make.ts'
import { classOf, native, natives } from '../../native.ts'
import {
  binaryOp,
  call,
  compare,
  derivedFloat,
  floatToInt,
  intOf,
  repr,
  toFloat,
  toNumber,
  truth,
  unaryOp,
  type BinaryOperator,
  type CompareOperator,
} from '../../object.ts'
import { types } from '../../types.ts'
import { PyClass, PyFloat, PyList, PyTuple, type PyInstance, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import {
  broadcast,
  fresh,
  gather,
  itemsOf,
  nested,
  reshaped,
  select,
  sizeOf,
  sizesOf,
  spread,
  transposed,
  valueAt,
  valuesOf,
  wrap,
  type Items,
} from './array.ts'
import { type ArrayDtype, arrayDtypes, cast, isFloating, type Operand, promoted } from './dtype.ts'
import { isFancy, selectFancy } from './fancy.ts'
import { einsum } from './joining.ts'
import {
  alongAxis,
  average,
  averaged,
  deviation,
  every,
  extremum,
  positionOf,
  product,
  reduced,
  some,
  sum,
  summed,
  variance,
  type Fold,
} from './reductions.ts'
import { scalarOf } from './scalars.ts'
import { isUnknown, unknownValue } from '../unknown.ts'

export function isArray(v: Value): boolean {
  return itemsOf.has(v)
}

export function isScalar(v: Value): boolean {
  return !(isArray(v) || v instanceof PyList || v instanceof PyTuple)
}

/** An operand of arithmetic: an array, or a number that stands for all of another's elements. */
export function operandOf(vm: Vm, v: Value): Items & Operand {
  return { ...gather(vm, v), isNumber: isScalar(v) }
}

/** Applies a function of scalars to scalars and arrays, which are broadcast. `dtype`: of the result, from the operands'. */
export function map2(
  vm: Vm,
  a: Value,
  b: Value,
  f: (x: Value, y: Value) => Value,
  dtype: (a: Operand, b: Operand) => ArrayDtype = promoted,
): Value {
  if (isScalar(a) && isScalar(b)) return f(a, b)
  const [x, y] = [operandOf(vm, a), operandOf(vm, b)]
  const shape = broadcast(vm, x.shape, y.shape)
  vm.tick(sizeOf(shape))
  const other = spread(y, shape)
  const values = spread(x, shape).map((v, i) => f(v, other[i] ?? null))
  return makeArray(shape, values, dtype(x, y))
}

/** @param dtype of the result, from that of the array; by the values' kind unless given */
export function map1(vm: Vm, a: Value, f: (x: Value) => Value, dtype?: (of: ArrayDtype) => ArrayDtype): Value {
  if (isScalar(a)) return f(a)
  const items = gather(vm, a)
  return makeArray(items.shape, valuesOf(items).map(f), dtype?.(items.dtype))
}

/** An array of its own values, which are made to fit a dtype. */
export function makeArray(shape: readonly number[], values: Value[], dtype?: ArrayDtype): PyInstance {
  return wrap(ndarray, fresh(shape, values, dtype))
}

/** What an array's values are as another dtype; the same array where none is given. */
export function asDtype(vm: Vm, items: Items, dtype: Value): PyInstance {
  const wanted = dtypeArg(vm, dtype)
  if (wanted === undefined || wanted === items.dtype) return wrap(ndarray, items)
  return makeArray(
    items.shape,
    valuesOf(items).map((v) => cast(vm, v, wanted)),
    wanted,
  )
}

/** `np.float32`, `float`, `'float32'`; undefined for None. */
export function dtypeArg(vm: Vm, v: Value): ArrayDtype | undefined {
  if (v === null) return undefined
  const plain = new Map<Value, ArrayDtype>([
    [types.float, 'float64'],
    [types.int, 'int64'],
    [types.bool, 'bool'],
  ])
  const name = plain.get(v) ?? (typeof v === 'string' ? v : v instanceof PyClass ? v.name.replace(/_$/, '') : '')
  const found = arrayDtypes.find((d) => d === name)
  return found ?? vm.stop('unsupported-op', `a NumPy array of dtype ${repr(vm, v)}`)
}

/** Elements along the first axis, each a scalar or an array. */
export function* rows(vm: Vm, self: Value): Iterable<Value> {
  const [n = 0] = itemsOf.get(vm, self).shape
  for (let i = 0; i < n; i++) yield part(vm, self, i)
}

function part(vm: Vm, self: Value, key: Value): Value {
  const items = itemsOf.get(vm, self)
  if (!isFancy(key)) return asValue(select(vm, items, key))
  const found = selectFancy(vm, items, key)
  return asValue(fresh(found.shape, valuesOf(found), found.dtype))
}

/** `a[key] = value`: in the array's dtype, into the places that the key names. */
function setPart(vm: Vm, self: Value, key: Value, value: Value): void {
  const items = itemsOf.get(vm, self)
  const target = isFancy(key) ? selectFancy(vm, items, key) : select(vm, items, key)
  const source = gather(vm, value)
  if (String(broadcast(vm, source.shape, target.shape)) !== String(target.shape))
    vm.raise(types.ValueError, 'could not broadcast input array into shape of what is assigned to')
  const values = spread(source, target.shape)
  target.places.forEach((place, i) => {
    items.buffer[place] = cast(vm, values[i] ?? null, items.dtype)
  })
}

/** A number where there are no dimensions. */
export function asValue(items: Items): Value {
  return items.shape.length === 0 ? valueAt(items, 0) : wrap(ndarray, items)
}

const operators: readonly (readonly [string, BinaryOperator])[] = [
  ['add', '+'],
  ['sub', '-'],
  ['mul', '*'],
  ['truediv', '/'],
  ['floordiv', '//'],
  ['mod', '%'],
  ['pow', '**'],
]

const arithmetic: Record<string, Value> = Object.fromEntries(
  operators.flatMap(([name, op]) => [
    binary(`__${name}__`, (vm, self, other) => operate(vm, op, self, other)),
    binary(`__r${name}__`, (vm, self, other) => operate(vm, op, other, self)),
    binary(`__i${name}__`, (vm, self, other) => inPlace(vm, op, self, other)),
  ]),
)

function binary(name: string, f: (vm: Vm, self: Value, other: Value) => Value): [string, Value] {
  const made = native<string>(`${name}(self, other, /)`, (vm, args) => {
    const [self, other] = args as readonly [Value, Value]
    return f(vm, self, other)
  })
  return [name, made]
}

function operate(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value {
  const known = (v: Value): boolean => !isScalar(v) || intOf(v) !== undefined || v instanceof PyFloat
  return known(a) && known(b) ? calculated(vm, op, a, b) : notImplemented
}

/** An operator on numbers, arrays and sequences. */
export function calculated(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value {
  const dtype = (x: Operand, y: Operand): ArrayDtype => {
    const common = promoted(x, y)
    return op === '/' && !isFloating(common) ? 'float64' : common
  }
  return map2(vm, a, b, (x, y) => binaryOp(vm, op, x, y), dtype)
}

/** `a += b`: into the places that the array has, whoever shares them. */
function inPlace(vm: Vm, op: BinaryOperator, self: Value, other: Value): Value {
  const result = operate(vm, op, self, other)
  if (!isArray(result)) return result
  const { dtype } = itemsOf.get(vm, self)
  const made = itemsOf.get(vm, result)
  if (isFloating(made.dtype) && !isFloating(dtype))
    vm.raise(types.TypeError, `Cannot cast ufunc output from dtype('${made.dtype}') to dtype('${dtype}')`)
  setPart(vm, self, ellipsis, asDtype(vm, made, dtype))
  return self
}

const comparing: readonly (readonly [string, CompareOperator])[] = [
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['eq', '=='],
  ['ne', '!='],
]

/** Comparisons are made element by element, as in NumPy. */
const comparisons: Record<string, Value> = Object.fromEntries(
  comparing.map(([name, op]) =>
    binary(`__${name}__`, (vm, self, other) =>
      map2(
        vm,
        self,
        other,
        (x, y) => compare(vm, op, x, y),
        () => 'bool',
      ),
    ),
  ),
)

/** Memory without content: what it holds until it is written is not known. */
export function uninitialized(vm: Vm, shape: readonly number[], dtype: Value): Value {
  const value = unknownValue('numpy.empty()')
  return makeArray(
    shape,
    Array.from({ length: sizeOf(shape) }, () => value),
    dtypeArg(vm, dtype) ?? 'float64',
  )
}

/** The one element of an array. */
function only(vm: Vm, a: Value): Value {
  const items = itemsOf.get(vm, a)
  if (items.places.length !== 1) vm.raise(types.ValueError, 'can only convert an array of size 1 to a Python scalar')
  return valueAt(items, 0)
}

/** `axis=…`: None stands for all. */
export function axesArg(vm: Vm, axis: Value): readonly number[] | undefined {
  return axis === null ? undefined : sizesOf(vm, axis)
}

/** Without the axes of length 1. */
export function squeezed(vm: Vm, items: Items, axes: readonly number[] | undefined): Items {
  const gone = axes?.map((a) => (a < 0 ? a + items.shape.length : a))
  if (gone?.some((a) => items.shape[a] !== 1) === true)
    vm.raise(types.ValueError, 'cannot select an axis to squeeze out which has size not equal to one')
  return { ...items, shape: items.shape.filter((n, d) => n !== 1 || (gone !== undefined && !gone.includes(d))) }
}

export function repeatArray(vm: Vm, a: Value, count: Value, axis: Value): Value {
  const items = axis === null ? reshaped(vm, gather(vm, a), [-1]) : gather(vm, a)
  const times = toNumber(vm, count)
  const repeat = (line: readonly Value[]): Value[] => line.flatMap((v) => Array.from({ length: times }, () => v))
  return wrap(ndarray, alongAxis(vm, items, axis === null ? 0 : toNumber(vm, axis), repeat))
}

export function swapAxes(vm: Vm, a: Value, first: Value, second: Value): Value {
  const items = gather(vm, a)
  const order = [...items.shape.keys()]
  const [i = 0, j = 0] = [first, second].map((d) => toNumber(vm, d)).map((d) => (d < 0 ? d + order.length : d))
  return wrap(
    ndarray,
    transposed(
      items,
      order.map((d) => (d === i ? j : d === j ? i : d)),
    ),
  )
}

/** Of vectors and matrices. */
export function matrixProduct(vm: Vm, a: Value, b: Value): Value {
  const [x, y] = [gather(vm, a), gather(vm, b)]
  const equation = productEquations[`${x.shape.length} ${y.shape.length}`]
  if (equation === undefined) return vm.stop('unsupported-op', 'a product of NumPy arrays of further dimensions')
  return asValue(einsum(vm, equation, [x, y]))
}

const productEquations: Readonly<Record<string, string>> = {
  '1 1': 'i,i->',
  '1 2': 'i,ij->j',
  '2 1': 'ij,j->i',
  '2 2': 'ij,jk->ik',
  '3 3': 'bij,bjk->bik',
}

const kept = (dtype: ArrayDtype): ArrayDtype => dtype
const truthful = (): ArrayDtype => 'bool'

const reductionRows: readonly (readonly [string, Fold, (of: ArrayDtype) => ArrayDtype])[] = [
  ['sum', sum, summed],
  ['prod', product, summed],
  ['mean', average, averaged],
  ['max', extremum('>'), kept],
  ['min', extremum('<'), kept],
  ['any', some, truthful],
  ['all', every, truthful],
]

/** Reductions as functions of an array (`a`) or as its methods (`self`). */
export function reductions(first: 'a' | 'self'): Record<string, Value> {
  const plain = reductionRows.map(([name, fold, dtype]) => {
    const made = native<string>(`${name}(${first}, axis=None, dtype=None, out=None, keepdims=False)`, (vm, args) => {
      const [a, axis, wanted, , keep] = args as readonly [Value, Value, Value, Value, Value]
      const items = gather(vm, a)
      const result = reduced(vm, items, axesArg(vm, axis), truth(vm, keep), fold, dtype(items.dtype))
      return asValue(itemsOf.get(vm, asDtype(vm, result, wanted)))
    })
    return [name, made] as const
  })
  const spreads = (['var', 'std'] as const).map((name) => {
    const made = native<string>(
      `${name}(${first}, axis=None, dtype=None, out=None, ddof=0, keepdims=False)`,
      (vm, args) => {
        const [a, axis, , , ddof, keep] = args as readonly [Value, Value, Value, Value, Value, Value]
        const items = gather(vm, a)
        const fold = (name === 'var' ? variance : deviation)(toNumber(vm, ddof))
        return asValue(reduced(vm, items, axesArg(vm, axis), truth(vm, keep), fold, averaged(items.dtype)))
      },
    )
    return [name, made] as const
  })
  const places = (['argmax', 'argmin'] as const).map((name) => {
    const made = native<string>(`${name}(${first}, axis=None)`, (vm, args) => {
      const [a, axis] = args as readonly [Value, Value]
      const op = name === 'argmax' ? '>' : '<'
      return asValue(
        reduced(vm, gather(vm, a), axesArg(vm, axis), false, (m, line) => positionOf(m, line, op), 'int64'),
      )
    })
    return [name, made] as const
  })
  return Object.fromEntries([...plain, ...spreads, ...places])
}

export const ndarray: PyClass = classOf({
  name: 'ndarray',
  module: 'numpy',
  methods: {
    ...arithmetic,
    ...comparisons,
    ...natives({
      '__neg__(self)': (vm, [a]) => map1(vm, a, (x) => unaryOp(vm, '-', x), same),
      '__new__(cls, shape, dtype=None, buffer=None)': (vm, [, shape, dtype, buffer]) =>
        buffer === null
          ? uninitialized(vm, sizesOf(vm, shape), dtype)
          : vm.stop('unsupported-op', 'numpy.ndarray() over a buffer'),
      '__init__(self, *args, **kwargs)': () => null,
      '__len__(self)': (vm, [self]) =>
        itemsOf.get(vm, self).shape[0] ?? vm.raise(types.TypeError, 'len() of unsized object'),
      '__iter__(self)': (vm, [self]) => iterator(rows(vm, self)),
      '__getitem__(self, key, /)': (vm, [self, key]) => part(vm, self, key),
      '__setitem__(self, key, value, /)': (vm, [self, key, value]) => {
        setPart(vm, self, key, value)
        return null
      },
      '__repr__(self, /)': (vm, [self]) => `array(${repr(vm, nested(itemsOf.get(vm, self)))})`,
      'tolist(self)': (vm, [self]) => nested(itemsOf.get(vm, self)),
      'astype(self, dtype)': (vm, [self, dtype]) => asDtype(vm, itemsOf.get(vm, self), dtype),
      'copy(self)': (vm, [self]) => wrap(ndarray, copied(vm, self)),
      'reshape(self, *shape)': (vm, [self, shape]) =>
        reshapeArray(vm, self, shape.length === 1 ? shape[0] : tuple(shape)),
      'flatten(self)': (vm, [self]) => wrap(ndarray, reshaped(vm, copied(vm, self), [-1])),
      'ravel(self)': (vm, [self]) => reshapeArray(vm, self, -1),
      'transpose(self, *axes)': (vm, [self, axes]) =>
        transposeArray(vm, self, axes.length === 1 ? axes[0] : tuple(axes)),
      '__abs__(self)': (vm, [a]) => map1(vm, a, (v) => call(vm, vm.builtins.get('abs') ?? null, [v]), same),
      '__matmul__(self, other, /)': (vm, [a, b]) => matrixProduct(vm, a, b),
      '__rmatmul__(self, other, /)': (vm, [a, b]) => matrixProduct(vm, b, a),
      'dot(self, b)': (vm, [a, b]) => matrixProduct(vm, a, b),
      '__invert__(self)': (vm, [a]) => map1(vm, a, (v) => (typeof v === 'boolean' ? !v : unaryOp(vm, '~', v)), same),
      '__bool__(self)': (vm, [a]) => truth(vm, only(vm, a)),
      '__int__(self)': (vm, [a]) => cast(vm, only(vm, a), 'int64'),
      '__index__(self)': (vm, [a]) => cast(vm, only(vm, a), 'int64'),
      '__float__(self)': (vm, [a]) => toFloat(vm, only(vm, a)),
      '__contains__(self, key, /)': (vm, [a, key]) =>
        valuesOf(itemsOf.get(vm, a)).some((v) => truth(vm, compare(vm, '==', v, key))),
      'item(self)': (vm, [self]) => only(vm, self),
      'squeeze(self, axis=None)': (vm, [self, axis]) => asValue(squeezed(vm, itemsOf.get(vm, self), axesArg(vm, axis))),
      'repeat(self, repeats, axis=None)': (vm, [self, count, axis]) => repeatArray(vm, self, count, axis),
      'swapaxes(self, axis1, axis2)': (vm, [self, a, b]) => swapAxes(vm, self, a, b),
      'fill(self, value)': (vm, [self, value]) => {
        setPart(vm, self, ellipsis, value)
        return null
      },
    }),
    ...reductions('self'),
  },
  properties: {
    shape: (vm, self) => tuple([...itemsOf.get(vm, self).shape]),
    ndim: (vm, self) => itemsOf.get(vm, self).shape.length,
    size: (vm, self) => itemsOf.get(vm, self).places.length,
    dtype: (vm, self) => scalarOf(itemsOf.get(vm, self).dtype),
    T: (vm, self) => transposeArray(vm, self, null),
  },
})

export const same = (dtype: ArrayDtype): ArrayDtype => dtype
export const floating = (dtype: ArrayDtype): ArrayDtype => (isFloating(dtype) ? dtype : 'float64')

export function copied(vm: Vm, v: Value): Items {
  const items = gather(vm, v)
  return fresh(items.shape, valuesOf(items), items.dtype)
}

export function reshapeArray(vm: Vm, v: Value, shape: Value | undefined): PyInstance {
  return wrap(ndarray, reshaped(vm, gather(vm, v), sizesOf(vm, shape)))
}

/** @param order None or nothing: all axes the other way round */
export function transposeArray(vm: Vm, v: Value, order: Value | undefined): PyInstance {
  const items = gather(vm, v)
  const rank = items.shape.length
  const isReversed = order === undefined || order === null || (order instanceof PyTuple && order.items.length === 0)
  const axes = isReversed ? items.shape.map((_, i) => rank - 1 - i) : sizesOf(vm, order)
  const front = axes.map((a) => (a < 0 ? a + rank : a))
  return wrap(ndarray, transposed(items, front))
}

/** A function of floats, element by element. */
export const elementwise =
  (f: (x: number) => number) =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => (isUnknown(v) ? v : derivedFloat(f(toFloat(vm, v).value), [v])), floating)

/** Rounds to a whole number that stays a float, with its formula. */
export const whole =
  (how: 'floor' | 'ceil' | 'round') =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => toFloat(vm, floatToInt(vm, toFloat(vm, v), how)), floating)
