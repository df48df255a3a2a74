// Functions that NumPy applies element by element, to numbers and arrays alike.
import { float } from '../../make.ts'
import { native, natives } from '../../native.ts'
import {
  binaryOp,
  call,
  compare,
  toFloat,
  truth,
  unaryOp,
  type BinaryOperator,
  type CompareOperator,
} from '../../object.ts'
import { PyFloat, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { calculated, elementwise, map1, map2, same, whole } from './ndarray.ts'
import { extremum } from './reductions.ts'

const degree = Math.PI / 180

/** Functions of one float. */
const ofFloats: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  deg2rad: (x) => x * degree,
  radians: (x) => x * degree,
  rad2deg: (x) => x / degree,
  degrees: (x) => x / degree,
  sinc: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
}

type Two = (vm: Vm, x: Value, y: Value) => Value

const arithmetic: Readonly<Record<string, BinaryOperator>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  true_divide: '/',
  floor_divide: '//',
  mod: '%',
  remainder: '%',
  power: '**',
}

const comparisons: Readonly<Record<string, CompareOperator>> = {
  equal: '==',
  not_equal: '!=',
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
}

const logic: Readonly<Record<string, (x: boolean, y: boolean) => boolean>> = {
  logical_and: (x, y) => x && y,
  logical_or: (x, y) => x || y,
  logical_xor: (x, y) => x !== y,
}

const tests: Readonly<Record<string, (x: number) => boolean>> = {
  isnan: Number.isNaN,
  isfinite: Number.isFinite,
  isinf: (x) => Math.abs(x) === Infinity,
}

function table<T>(entries: Readonly<Record<string, T>>, signature: string, make: (v: T) => Two): Record<string, Value> {
  const made = ([name, v]: [string, T]): [string, Value] => [
    name,
    native<string>(`${name}(${signature})`, (vm, args) => {
      const [x = null, y = null] = args as readonly Value[]
      return make(v)(vm, x, y)
    }),
  ]
  return Object.fromEntries(Object.entries(entries).map(made))
}

const isTrue = (): 'bool' => 'bool'

export const elementFunctions: Readonly<Record<string, Value>> = {
  ...table(ofFloats, 'x, /', (f) => (vm, x) => elementwise(f)(vm, [x])),
  ...table(arithmetic, 'x1, x2, /', (op) => (vm, x, y) => calculated(vm, op, x, y)),
  ...table(comparisons, 'x1, x2, /', (op) => (vm, x, y) => map2(vm, x, y, (a, b) => compare(vm, op, a, b), isTrue)),
  ...table(logic, 'x1, x2, /', (f) => (vm, x, y) => map2(vm, x, y, (a, b) => f(truth(vm, a), truth(vm, b)), isTrue)),
  ...table(tests, 'x, /', (f) => (vm, x) => map1(vm, x, (v) => f(toFloat(vm, v).value), isTrue)),
  ...table(
    { maximum: '>', minimum: '<' } as const,
    'x1, x2, /',
    (op) => (vm, x, y) => map2(vm, x, y, (a, b) => extremum(op)(vm, [a, b])),
  ),
  ...natives({
    'arctan2(x1, x2, /)': (vm, [y, x]) =>
      map2(vm, y, x, (a, b) => float(Math.atan2(toFloat(vm, a).value, toFloat(vm, b).value))),
    'hypot(x1, x2, /)': (vm, [x, y]) =>
      map2(vm, x, y, (a, b) => float(Math.hypot(toFloat(vm, a).value, toFloat(vm, b).value))),
    'floor(x, /)': whole('floor'),
    'ceil(x, /)': whole('ceil'),
    'rint(x, /)': whole('round'),
    'round(a, decimals=0)': (vm, [x, decimals]) =>
      decimals === 0
        ? whole('round')(vm, [x])
        : map1(vm, x, (v) => call(vm, vm.builtins.get('round') ?? null, [v, decimals]), same),
    'abs(x, /)': (vm, [x]) => map1(vm, x, (v) => call(vm, vm.builtins.get('abs') ?? null, [v]), same),
    'absolute(x, /)': (vm, [x]) => map1(vm, x, (v) => call(vm, vm.builtins.get('abs') ?? null, [v]), same),
    'negative(x, /)': (vm, [x]) => map1(vm, x, (v) => unaryOp(vm, '-', v), same),
    'square(x, /)': (vm, [x]) => map1(vm, x, (v) => binaryOp(vm, '*', v, v), same),
    'sign(x, /)': (vm, [x]) =>
      map1(
        vm,
        x,
        (v) => {
          const sign = Math.sign(toFloat(vm, v).value)
          return v instanceof PyFloat ? float(sign) : sign
        },
        same,
      ),
    'logical_not(x, /)': (vm, [x]) => map1(vm, x, (v) => !truth(vm, v), isTrue),
  }),
}
