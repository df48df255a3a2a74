// The corner of NumPy that model code touches on the way to its tensors: arithmetic on scalars, which keeps formulas as
// plain Python arithmetic would, and tables of known numbers (`linspace(…).tolist()`, sinusoids).
import { abs, floorDiv, gcd, mul } from '../../sym/index.ts'
import { float, iterator, notImplemented, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import {
  binaryOp,
  call,
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
import { PyFloat, PyList, PyTuple, type PyClass, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import {
  assign,
  fresh,
  gather,
  itemsOf,
  nested,
  select,
  sizeOf,
  valueAt,
  valuesOf,
  wrap,
  type Items,
} from './numpy/array.ts'
import { unknowableFunction, unknownFunction } from './unknown.ts'

function isArray(v: Value): boolean {
  return itemsOf.has(v)
}

function isScalar(v: Value): boolean {
  return !(isArray(v) || v instanceof PyList || v instanceof PyTuple)
}

/** Applies a function of scalars to scalars and arrays, a single one standing for all. */
function map2(vm: Vm, a: Value, b: Value, f: (x: Value, y: Value) => Value): Value {
  if (isScalar(a) && isScalar(b)) return f(a, b)
  const [x, y] = [gather(vm, a), gather(vm, b)]
  const shape = x.shape.length === 0 ? y.shape : x.shape
  if (x.shape.length > 0 && y.shape.length > 0 && String(x.shape) !== String(y.shape)) {
    return vm.stop(
      'unsupported-op',
      `NumPy arrays of shapes (${String(x.shape)}) and (${String(y.shape)}) in one operation`,
    )
  }
  const at = (v: Items, i: number): Value => valueAt(v, v.shape.length === 0 ? 0 : i)
  return makeArray(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => f(at(x, i), at(y, i))),
  )
}

function map1(vm: Vm, a: Value, f: (x: Value) => Value): Value {
  if (isScalar(a)) return f(a)
  const items = gather(vm, a)
  return makeArray(items.shape, valuesOf(items).map(f))
}

function makeArray(shape: readonly number[], values: Value[]): PyInstance {
  return wrap(ndarray, fresh(shape, values))
}

/** Elements along the first axis, each a scalar or an array. */
function* rows(vm: Vm, self: Value): Iterable<Value> {
  const [n = 0] = itemsOf.get(vm, self).shape
  for (let i = 0; i < n; i++) yield part(vm, self, i)
}

function part(vm: Vm, self: Value, key: Value): Value {
  const items = select(vm, itemsOf.get(vm, self), key)
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
  operators.flatMap(([name, op]) => [binary(`__${name}__`, op, false), binary(`__r${name}__`, op, true)]),
)

function binary(name: string, op: BinaryOperator, reflected: boolean): [string, Value] {
  const made = native<string>(`${name}(self, other, /)`, (vm, args) => {
    const [self, other] = args as readonly [Value, Value]
    return reflected ? operate(vm, op, other, self) : operate(vm, op, self, other)
  })
  return [name, made]
}

function operate(vm: Vm, op: BinaryOperator, a: Value, b: Value): Value {
  const known = (v: Value): boolean => isArray(v) || intOf(v) !== undefined || v instanceof PyFloat
  return known(a) && known(b) ? map2(vm, a, b, (x, y) => binaryOp(vm, op, x, y)) : notImplemented
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
      return map2(vm, self, other, (x, y) => compare(vm, op, x, y))
    }),
  ]),
)

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
      '__neg__(self)': (vm, [a]) => map1(vm, a, (x) => unaryOp(vm, '-', x)),
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
      'item(self)': (vm, [self]) => valueAt(itemsOf.get(vm, self), 0),
      'sum(self)': (vm, [self]) => total(vm, valuesOf(itemsOf.get(vm, self)), '+', 0),
      'prod(self)': (vm, [self]) => total(vm, valuesOf(itemsOf.get(vm, self)), '*', 1),
      'max(self)': (vm, [self]) => extremum(vm, valuesOf(itemsOf.get(vm, self)), '>'),
      'min(self)': (vm, [self]) => extremum(vm, valuesOf(itemsOf.get(vm, self)), '<'),
    }),
  },
  properties: {
    shape: (vm, self) => tuple([...itemsOf.get(vm, self).shape]),
    ndim: (vm, self) => itemsOf.get(vm, self).shape.length,
    size: (vm, self) => itemsOf.get(vm, self).places.length,
  },
})

// --- Functions -------------------------------------------------------------------------------------------------------

/** A function of floats, element by element. */
const elementwise =
  (f: (x: number) => number) =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => derivedFloat(f(toFloat(vm, v).value), [v]))

/** Rounds to a whole number that stays a float, with its formula. */
const whole =
  (how: 'floor' | 'ceil' | 'round') =>
  (vm: Vm, [x]: readonly [Value]) =>
    map1(vm, x, (v) => toFloat(vm, floatToInt(vm, toFloat(vm, v), how)))

function linspace(vm: Vm, start: Value, stop: Value, count: number): Value {
  const step = count > 1 ? binaryOp(vm, '/', binaryOp(vm, '-', toFloat(vm, stop), toFloat(vm, start)), count - 1) : 0
  const values = Array.from({ length: count }, (_, i): Value =>
    i === count - 1 && count > 1
      ? toFloat(vm, stop)
      : toFloat(vm, binaryOp(vm, '+', start, binaryOp(vm, '*', i, step))),
  )
  return makeArray([count], values)
}

function arange(vm: Vm, start: Value, stop: Value, step: Value): Value {
  const values: Value[] = []
  const rising = truth(vm, compare(vm, '>', step, 0))
  for (let v = start; truth(vm, compare(vm, rising ? '<' : '>', v, stop)); v = binaryOp(vm, '+', v, step)) {
    vm.tick()
    values.push(v)
  }
  return makeArray([values.length], values)
}

function filled(vm: Vm, shape: Value, value: Value): Value {
  const sizes = shape instanceof PyTuple || shape instanceof PyList ? shape.items : [shape]
  const lengths = sizes.map((n) => toNumber(vm, n))
  const size = lengths.reduce((a, b) => a * b, 1)
  vm.tick(size)
  return makeArray(
    lengths,
    Array.from({ length: size }, () => value),
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

const functions = natives({
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
  'floor(x, /)': whole('floor'),
  'ceil(x, /)': whole('ceil'),
  'round(a, decimals=0)': (vm, [x]) => whole('round')(vm, [x]),
  'abs(x, /)': (vm, [x]) => map1(vm, x, (v) => call(vm, vm.builtins.get('abs') ?? null, [v])),
  'power(x1, x2, /)': (vm, [a, b]) => map2(vm, a, b, (x, y) => binaryOp(vm, '**', x, y)),
  'prod(a)': (vm, [a]) => total(vm, valuesOf(gather(vm, a)), '*', 1),
  'sum(a)': (vm, [a]) => total(vm, valuesOf(gather(vm, a)), '+', 0),
  'max(a)': (vm, [a]) => extremum(vm, valuesOf(gather(vm, a)), '>'),
  'min(a)': (vm, [a]) => extremum(vm, valuesOf(gather(vm, a)), '<'),
  'any(a)': (vm, [a]) => valuesOf(gather(vm, a)).some((v) => truth(vm, v)),
  'all(a)': (vm, [a]) => valuesOf(gather(vm, a)).every((v) => truth(vm, v)),
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
  'array(object)': (vm, [v]) => asArray(vm, v),
  'asarray(a)': (vm, [v]) => asArray(vm, v),
  'atleast_1d(a)': (vm, [v]) => {
    const { shape, ...rest } = gather(vm, v)
    return makeArray(shape.length === 0 ? [1] : shape, valuesOf({ shape, ...rest }))
  },
  'linspace(start, stop, num=50)': (vm, [start, stop, count]) => linspace(vm, start, stop, toNumber(vm, count)),
  'arange(start, stop=None, step=1)': (vm, [start, stop, step]) =>
    stop === null ? arange(vm, 0, start, step) : arange(vm, start, stop, step),
  'zeros(shape)': (vm, [shape]) => filled(vm, shape, float(0)),
  'ones(shape)': (vm, [shape]) => filled(vm, shape, float(1)),
})

function asArray(vm: Vm, v: Value): Value {
  const items = gather(vm, v)
  return makeArray(items.shape, valuesOf(items))
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
  {
    name: 'numpy.random',
    reason: 'What a random number comes to is not known to an analysis.',
    make: () => ({
      ...Object.fromEntries(
        'uniform random rand randn normal'.split(' ').map((n) => [n, unknownFunction(`numpy.random.${n}`)]),
      ),
      ...Object.fromEntries(
        'choice permutation shuffle randint default_rng'
          .split(' ')
          .map((n) => [n, unknowableFunction(`numpy.random.${n}`)]),
      ),
      seed: natives({ 'seed(seed=None)': () => null })['seed'] ?? null,
    }),
  },
]
