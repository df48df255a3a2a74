// The corner of NumPy that model code touches on the way to its tensors: arithmetic on scalars, which keeps formulas as
// plain Python arithmetic would, and tables of known numbers (`linspace(…).tolist()`, sinusoids).
import { abs, floorDiv, gcd, mul } from '../../sym/index.ts'
import { ellipsis, float, iterator, list, notImplemented, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import {
  asString,
  binaryOp,
  call,
  collect,
  compare,
  derivedFloat,
  floatToInt,
  intOf,
  repr,
  toFloat,
  toIndex,
  toNumber,
  truth,
  unaryOp,
  type BinaryOperator,
  type CompareOperator,
} from '../object.ts'
import { types } from '../types.ts'
import type { PyInstance } from '../values.ts'
import { PyClass, PyFloat, PyList, PyTuple, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import {
  assign,
  broadcast,
  fresh,
  gather,
  itemsOf,
  nested,
  reshaped,
  select,
  sizeOf,
  spread,
  transposed,
  valueAt,
  valuesOf,
  wrap,
  type Items,
} from './numpy/array.ts'
import { concatenate, einsum, expanded, meshgrid, stack } from './numpy/joining.ts'
import { type ArrayDtype, arrayDtypes, cast, isFloating, type Operand, promoted } from './numpy/dtype.ts'
import { randomModule, sizesOf } from './numpy/random.ts'
import { chosen, diagonal, folded, masked, matrix, repeated, tiled } from './numpy/shaping.ts'
import { isUnknown } from './unknown.ts'

function isArray(v: Value): boolean {
  return itemsOf.has(v)
}

function isScalar(v: Value): boolean {
  return !(isArray(v) || v instanceof PyList || v instanceof PyTuple)
}

/** An operand of arithmetic: an array, or a number that stands for all of another's elements. */
function operandOf(vm: Vm, v: Value): Items & Operand {
  return { ...gather(vm, v), isNumber: isScalar(v) }
}

/** Applies a function of scalars to scalars and arrays, which are broadcast. `dtype`: of the result, from the operands'. */
function map2(
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
function map1(vm: Vm, a: Value, f: (x: Value) => Value, dtype?: (of: ArrayDtype) => ArrayDtype): Value {
  if (isScalar(a)) return f(a)
  const items = gather(vm, a)
  return makeArray(items.shape, valuesOf(items).map(f), dtype?.(items.dtype))
}

/** An array of its own values, which are made to fit a dtype. */
function makeArray(shape: readonly number[], values: Value[], dtype?: ArrayDtype): PyInstance {
  return wrap(ndarray, fresh(shape, values, dtype))
}

/** What an array's values are as another dtype; the same array where none is given. */
function asDtype(vm: Vm, items: Items, dtype: Value): PyInstance {
  const wanted = dtypeArg(vm, dtype)
  if (wanted === undefined || wanted === items.dtype) return wrap(ndarray, items)
  return makeArray(
    items.shape,
    valuesOf(items).map((v) => cast(vm, v, wanted)),
    wanted,
  )
}

/** `np.float32`, `float`, `'float32'`; undefined for None. */
function dtypeArg(vm: Vm, v: Value): ArrayDtype | undefined {
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
function* rows(vm: Vm, self: Value): Iterable<Value> {
  const [n = 0] = itemsOf.get(vm, self).shape
  for (let i = 0; i < n; i++) yield part(vm, self, i)
}

function part(vm: Vm, self: Value, key: Value): Value {
  return asValue(select(vm, itemsOf.get(vm, self), key))
}

/** A number where there are no dimensions. */
function asValue(items: Items): Value {
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
  const known = (v: Value): boolean => isArray(v) || intOf(v) !== undefined || v instanceof PyFloat
  if (!known(a) || !known(b)) return notImplemented
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
  assign(vm, itemsOf.get(vm, self), ellipsis, asDtype(vm, made, dtype))
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
  comparing.map(([name, op]) => [
    `__${name}__`,
    native<string>(`__${name}__(self, other, /)`, (vm, args) => {
      const [self, other] = args as readonly [Value, Value]
      return map2(
        vm,
        self,
        other,
        (x, y) => compare(vm, op, x, y),
        () => 'bool',
      )
    }),
  ]),
)

/** Functions of many numbers, which NumPy has of whole arrays and along an axis. */
const folds: Record<string, (vm: Vm, values: readonly Value[]) => Value> = {
  sum: (vm, values) => total(vm, values, '+', 0),
  prod: (vm, values) => total(vm, values, '*', 1),
  mean: (vm, values) => binaryOp(vm, '/', total(vm, values, '+', 0), values.length),
  max: (vm, values) => extremum(vm, values, '>'),
  min: (vm, values) => extremum(vm, values, '<'),
  any: (vm, values) => values.some((v) => truth(vm, v)),
  all: (vm, values) => values.every((v) => truth(vm, v)),
}

/** @param first the name of the first parameter */
function reductions(first: 'a' | 'self'): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(folds).map(([name, fold]) => {
      const made = native<string>(`${name}(${first}, axis=None, keepdims=False)`, (vm, args) => {
        const [a, axis, keepdims] = args as readonly [Value, Value, Value]
        const items = gather(vm, a)
        if (axis === null && !truth(vm, keepdims)) return fold(vm, valuesOf(items))
        if (intOf(axis) === undefined) return vm.stop('unsupported-op', `numpy.${name} along ${repr(vm, axis)}`)
        return asValue(folded(vm, items, toNumber(vm, axis), truth(vm, keepdims), (values) => fold(vm, values)))
      })
      return [name, made]
    }),
  )
}

/** Products of vectors and matrices. */
function matmul(vm: Vm, a: Value, b: Value): Value {
  const [x, y] = [gather(vm, a), gather(vm, b)]
  const equation = ['i,i->', 'ij,j->i', 'i,ij->j', 'ij,jk->ik'][x.shape.length - 1 + 2 * (y.shape.length - 1)]
  const [p, q] = [x.shape.length, y.shape.length]
  if (p < 1 || q < 1 || p > 2 || q > 2 || equation === undefined)
    return vm.stop('unsupported-op', `the product of NumPy arrays of ${p} and ${q} dimensions`)
  return asValue(einsum(vm, equation, [x, y]))
}

function total(vm: Vm, values: readonly Value[], op: BinaryOperator, start: Value): Value {
  return values.reduce((sum, v) => binaryOp(vm, op, sum, v), start)
}

function extremum(vm: Vm, values: readonly Value[], op: '<' | '>'): Value {
  const [first] = values
  if (first === undefined)
    return vm.raise(types.ValueError, 'zero-size array to reduction operation which has no identity')
  return values.slice(1).reduce((best: Value, v) => (truth(vm, compare(vm, op, v, best)) ? v : best), first)
}

const ndarray: PyClass = classOf({
  name: 'ndarray',
  module: 'numpy',
  methods: {
    ...arithmetic,
    ...comparisons,
    ...natives({
      '__neg__(self)': (vm, [a]) => map1(vm, a, (x) => unaryOp(vm, '-', x), same),
      '__len__(self)': (vm, [self]) =>
        itemsOf.get(vm, self).shape[0] ?? vm.raise(types.TypeError, 'len() of unsized object'),
      '__iter__(self)': (vm, [self]) => iterator(rows(vm, self)),
      '__getitem__(self, key, /)': (vm, [self, key]) => part(vm, self, key),
      '__setitem__(self, key, value, /)': (vm, [self, key, value]) => {
        assign(vm, itemsOf.get(vm, self), key, value)
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
      'item(self)': (vm, [self]) => valueAt(itemsOf.get(vm, self), 0),
      '__matmul__(self, other, /)': (vm, [a, b]) => matmul(vm, a, b),
    }),
    ...reductions('self'),
  },
  properties: {
    shape: (vm, self) => tuple([...itemsOf.get(vm, self).shape]),
    ndim: (vm, self) => itemsOf.get(vm, self).shape.length,
    size: (vm, self) => itemsOf.get(vm, self).places.length,
    dtype: (vm, self) =>
      scalars[itemsOf.get(vm, self).dtype === 'bool' ? 'bool_' : itemsOf.get(vm, self).dtype] ?? null,
    T: (vm, self) => transposeArray(vm, self, null),
  },
})

// --- Functions -------------------------------------------------------------------------------------------------------

const same = (dtype: ArrayDtype): ArrayDtype => dtype
const floating = (dtype: ArrayDtype): ArrayDtype => (isFloating(dtype) ? dtype : 'float64')

function copied(vm: Vm, v: Value): Items {
  const items = gather(vm, v)
  return fresh(items.shape, valuesOf(items), items.dtype)
}

function reshapeArray(vm: Vm, v: Value, shape: Value | undefined): PyInstance {
  return wrap(ndarray, reshaped(vm, gather(vm, v), sizesOf(vm, shape)))
}

/** @param order None or nothing: all axes the other way round */
function transposeArray(vm: Vm, v: Value, order: Value | undefined): PyInstance {
  const items = gather(vm, v)
  const rank = items.shape.length
  const isReversed = order === undefined || order === null || (order instanceof PyTuple && order.items.length === 0)
  const axes = isReversed ? items.shape.map((_, i) => rank - 1 - i) : sizesOf(vm, order)
  const front = axes.map((a) => (a < 0 ? a + rank : a))
  return wrap(ndarray, transposed(items, front))
}

/** A function of floats, element by element. */
const elementwise =
  (f: (x: number) => number) =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => (isUnknown(v) ? v : derivedFloat(f(toFloat(vm, v).value), [v])), floating)

/** Rounds to a whole number that stays a float, with its formula. */
const whole =
  (how: 'floor' | 'ceil' | 'round') =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => toFloat(vm, floatToInt(vm, toFloat(vm, v), how)), floating)

function linspace(vm: Vm, start: Value, stop: Value, count: number): Items {
  const step = count > 1 ? binaryOp(vm, '/', binaryOp(vm, '-', toFloat(vm, stop), toFloat(vm, start)), count - 1) : 0
  const values = Array.from({ length: count }, (_, i): Value =>
    i === count - 1 && count > 1
      ? toFloat(vm, stop)
      : toFloat(vm, binaryOp(vm, '+', start, binaryOp(vm, '*', i, step))),
  )
  return fresh([count], values)
}

function arange(vm: Vm, start: Value, stop: Value, step: Value): Items {
  const values: Value[] = []
  const rising = truth(vm, compare(vm, '>', step, 0))
  for (let v = start; truth(vm, compare(vm, rising ? '<' : '>', v, stop)); v = binaryOp(vm, '+', v, step)) {
    vm.tick()
    values.push(v)
  }
  return fresh([values.length], values)
}

function filled(vm: Vm, shape: Value, value: Value, dtype: Value): Value {
  const lengths = sizesOf(vm, shape)
  const size = sizeOf(lengths)
  vm.tick(size)
  return asDtype(
    vm,
    fresh(
      lengths,
      Array.from({ length: size }, () => value),
    ),
    dtype,
  )
}

/** Positions of a vector's elements in rising order; equal ones, whose order NumPy leaves open, end the analysis. */
function order(vm: Vm, a: Value): readonly number[] {
  const { shape, ...items } = gather(vm, a)
  if (shape.length !== 1) return vm.stop('unsupported-op', `sorting a NumPy array of shape (${String(shape)})`)
  const values = valuesOf({ shape, ...items })
  const at = (i: number): Value => values[i] ?? null
  const less = (i: number, j: number): boolean => truth(vm, compare(vm, '<', at(i), at(j)))
  return [...values.keys()].sort((i, j) => {
    if (less(i, j)) return -1
    return less(j, i) ? 1 : vm.stop('unsupported-op', 'sorting a NumPy array with equal elements')
  })
}

function atLeast1d(items: Items): Items {
  return items.shape.length === 0 ? { ...items, shape: [1] } : items
}

/** An array of one value, of another's shape and, unless told otherwise, dtype. */
function like(vm: Vm, a: Value, value: Value, dtype: Value): Value {
  const { shape, places, dtype: own } = gather(vm, a)
  const wanted = dtypeArg(vm, dtype) ?? own
  const number = cast(vm, value, wanted)
  return makeArray(
    shape,
    Array.from(places, () => number),
    wanted,
  )
}

function eye(vm: Vm, n: Value, m: Value, k: Value, dtype: Value): Value {
  const [rows, at] = [toNumber(vm, n), toNumber(vm, k)]
  const columns = m === null ? rows : toNumber(vm, m)
  vm.tick(rows * columns)
  const wanted = dtypeArg(vm, dtype) ?? 'float64'
  const [zero, one] = [cast(vm, 0, wanted), cast(vm, 1, wanted)]
  return wrap(
    ndarray,
    matrix(rows, columns, wanted, (i, j) => (j - i === at ? one : zero)),
  )
}

const functions = {
  ...reductions('a'),
  ...natives({
    'argsort(a, axis=-1)': (vm, [a]) => {
      const positions = order(vm, a)
      return makeArray([positions.length], [...positions])
    },
    'sqrt(x, /)': elementwise(Math.sqrt),
    'exp(x, /)': elementwise(Math.exp),
    'log(x, /)': elementwise(Math.log),
    'log2(x, /)': elementwise(Math.log2),
    'log10(x, /)': elementwise(Math.log10),
    'sin(x, /)': elementwise(Math.sin),
    'cos(x, /)': elementwise(Math.cos),
    'tanh(x, /)': elementwise(Math.tanh),
    'exp2(x, /)': elementwise((x) => 2 ** x),
    'expm1(x, /)': elementwise(Math.expm1),
    'log1p(x, /)': elementwise(Math.log1p),
    'cosh(x, /)': elementwise(Math.cosh),
    'sinh(x, /)': elementwise(Math.sinh),
    'arctan(x, /)': elementwise(Math.atan),
    'tan(x, /)': elementwise(Math.tan),
    'floor(x, /)': whole('floor'),
    'ceil(x, /)': whole('ceil'),
    'round(a, decimals=0)': (vm, [x]) => whole('round')(vm, [x]),
    'abs(x, /)': (vm, [x]) => map1(vm, x, (v) => call(vm, vm.builtins.get('abs') ?? null, [v])),
    'power(x1, x2, /)': (vm, [a, b]) => map2(vm, a, b, (x, y) => binaryOp(vm, '**', x, y)),
    'clip(a, a_min, a_max)': (vm, [a, low, high]) =>
      map1(vm, a, (v) => extremum(vm, [extremum(vm, [v, low], '>'), high], '<')),
    'lcm(x1, x2, /)': (vm, [a, b]) => {
      const [x, y] = [toIndex(vm, a), toIndex(vm, b)]
      return floorDiv(abs(mul(x, y)), gcd(x, y))
    },
    'cumsum(a)': (vm, [a]) => {
      let sum: Value = 0
      const values = valuesOf(gather(vm, a)).map((v) => (sum = binaryOp(vm, '+', sum, v)))
      return makeArray([values.length], values)
    },
    'array(object, dtype=None)': (vm, [v, dtype]) => asDtype(vm, copied(vm, v), dtype),
    'asarray(a, dtype=None)': (vm, [v, dtype]) => asDtype(vm, gather(vm, v), dtype),
    'atleast_1d(a)': (vm, [v]) => wrap(ndarray, atLeast1d(gather(vm, v))),
    'linspace(start, stop, num=50, dtype=None)': (vm, [start, stop, count, dtype]) =>
      asDtype(vm, linspace(vm, start, stop, toNumber(vm, count)), dtype),
    'arange(start, stop=None, step=1, dtype=None)': (vm, [start, stop, step, dtype]) => {
      const made = stop === null ? arange(vm, 0, start, step) : arange(vm, start, stop, step)
      return asDtype(vm, made, dtype)
    },
    'zeros(shape, dtype=None)': (vm, [shape, dtype]) => filled(vm, shape, float(0), dtype),
    'ones(shape, dtype=None)': (vm, [shape, dtype]) => filled(vm, shape, float(1), dtype),
    'full(shape, fill_value, dtype=None)': (vm, [shape, value, dtype]) => filled(vm, shape, value, dtype),
    'zeros_like(a, dtype=None)': (vm, [a, dtype]) => like(vm, a, 0, dtype),
    'ones_like(a, dtype=None)': (vm, [a, dtype]) => like(vm, a, 1, dtype),
    'full_like(a, fill_value, dtype=None)': (vm, [a, value, dtype]) => like(vm, a, value, dtype),
    'eye(N, M=None, k=0, dtype=None)': (vm, [n, m, k, dtype]) => eye(vm, n, m, k, dtype),
    'identity(n, dtype=None)': (vm, [n, dtype]) => eye(vm, n, null, 0, dtype),
    'diag(v, k=0)': (vm, [v, k]) => wrap(ndarray, diagonal(vm, gather(vm, v), toNumber(vm, k))),
    'triu(m, k=0)': (vm, [m, k]) => {
      const from = toNumber(vm, k)
      return wrap(
        ndarray,
        masked(vm, gather(vm, m), (i, j) => j - i >= from),
      )
    },
    'tril(m, k=0)': (vm, [m, k]) => {
      const to = toNumber(vm, k)
      return wrap(
        ndarray,
        masked(vm, gather(vm, m), (i, j) => j - i <= to),
      )
    },
    'tile(A, reps)': (vm, [a, reps]) => wrap(ndarray, tiled(gather(vm, a), sizesOf(vm, reps))),
    'repeat(a, repeats, axis=None)': (vm, [a, times, axis]) => {
      const items = axis === null ? reshaped(vm, gather(vm, a), [-1]) : gather(vm, a)
      const d = axis === null ? 0 : toNumber(vm, axis)
      return wrap(ndarray, repeated(items, toNumber(vm, times), d < 0 ? d + items.shape.length : d))
    },
    'where(condition, x, y)': (vm, [condition, x, y]) => {
      const [p, q] = [operandOf(vm, x), operandOf(vm, y)]
      return asValue(chosen(vm, gather(vm, condition), p, q, promoted(p, q)))
    },
    'append(arr, values, axis=None)': (vm, [a, more, axis]) => {
      const parts = [a, more].map((v) => (axis === null ? reshaped(vm, gather(vm, v), [-1]) : gather(vm, v)))
      return asValue(concatenate(vm, parts, axis === null ? 0 : toNumber(vm, axis)))
    },
    'hstack(tup)': (vm, [arrays]) => {
      const parts = partsOf(vm, arrays).map(atLeast1d)
      return asValue(concatenate(vm, parts, parts[0]?.shape.length === 1 ? 0 : 1))
    },
    'vstack(tup)': (vm, [arrays]) => {
      const rowsOf = (items: Items): Items => (items.shape.length < 2 ? expanded(atLeast1d(items), 0) : items)
      return asValue(concatenate(vm, partsOf(vm, arrays).map(rowsOf), 0))
    },
    'dot(a, b)': (vm, [a, b]) => matmul(vm, a, b),
    'matmul(x1, x2, /)': (vm, [a, b]) => matmul(vm, a, b),
    'minimum(x1, x2, /)': (vm, [a, b]) => map2(vm, a, b, (x, y) => extremum(vm, [x, y], '<')),
    'maximum(x1, x2, /)': (vm, [a, b]) => map2(vm, a, b, (x, y) => extremum(vm, [x, y], '>')),
    'square(x, /)': (vm, [a]) => map2(vm, a, a, (x, y) => binaryOp(vm, '*', x, y)),
    'meshgrid(*xi, indexing="xy")': (vm, [axes, indexing]) => {
      const given = axes.map((v) => gather(vm, v))
      return list(meshgrid(given, indexing !== 'ij').map(asValue))
    },
    'concatenate(arrays, axis=0)': (vm, [arrays, axis]) =>
      asValue(concatenate(vm, partsOf(vm, arrays), toNumber(vm, axis))),
    'stack(arrays, axis=0)': (vm, [arrays, axis]) => asValue(stack(vm, partsOf(vm, arrays), toNumber(vm, axis))),
    'expand_dims(a, axis)': (vm, [a, axis]) => asValue(expanded(gather(vm, a), toNumber(vm, axis))),
    'reshape(a, shape)': (vm, [a, shape]) => reshapeArray(vm, a, shape),
    'transpose(a, axes=None)': (vm, [a, axes]) => transposeArray(vm, a, axes),
    'outer(a, b)': (vm, [a, b]) => {
      const vectors = [a, b].map((v) => reshaped(vm, gather(vm, v), [-1]))
      return asValue(einsum(vm, 'i,j->ij', vectors))
    },
    'einsum(subscripts, *operands)': (vm, [equation, operands]) => {
      const given = operands.map((v) => gather(vm, v))
      return asValue(einsum(vm, asString(vm, equation, 'subscripts'), given))
    },
  }),
}

/** The arrays of a sequence, or along the first axis of one. */
function partsOf(vm: Vm, v: Value): Items[] {
  return (isArray(v) ? [...rows(vm, v)] : collect(vm, v)).map((part) => gather(vm, part))
}

// --- Types and random numbers ----------------------------------------------------------------------------------------

/** The scalar types: classes to test against, of which nothing here is an instance. */
function scalarTypes(): Record<string, PyClass> {
  const rows: readonly (readonly [name: string, base: string | undefined])[] = [
    ['generic', undefined],
    ['number', 'generic'],
    ['integer', 'number'],
    ['floating', 'number'],
    ['bool_', 'generic'],
    ['uint8', 'integer'],
    ['int8', 'integer'],
    ['int16', 'integer'],
    ['int32', 'integer'],
    ['int64', 'integer'],
    ['float16', 'floating'],
    ['float32', 'floating'],
    ['float64', 'floating'],
  ]
  const made: Record<string, PyClass> = {}
  for (const [name, base] of rows) {
    const parent = base === undefined ? undefined : made[base]
    made[name] = classOf({ name, module: 'numpy', ...(parent === undefined ? {} : { bases: [parent] }) })
  }
  return made
}

const scalars = scalarTypes()

export const numpyModules: readonly HostModule[] = [
  {
    name: 'numpy',
    reason: 'A compiled library; what models compute with it beside their tensors is scalars and small tables.',
    make: (vm) => ({
      ...functions,
      ...scalars,
      ndarray,
      pi: float(Math.PI),
      e: float(Math.E),
      inf: float(Infinity),
      nan: float(Number.NaN),
      newaxis: null,
      random: vm.importer.get('numpy.random'),
      __version__: '2.0.0',
    }),
  },
  randomModule((items) => wrap(ndarray, items)),
]
