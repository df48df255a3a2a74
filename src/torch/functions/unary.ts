// Elementwise functions of one tensor. A row is a name; its group says what dtype comes out.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { asTensor, intArg } from '../arguments.ts'
import { dtypes, realDtype } from '../dtype.ts'
import { aliases, merged, ofTensor, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { pointwise, pointwiseInto, type PointwiseOptions } from '../pointwise.ts'
import type { Tensor } from '../tensor.ts'

/** Integers go in, floating point comes out. */
const inexact = [
  'exp',
  'exp2',
  'expm1',
  'log',
  'log2',
  'log10',
  'log1p',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'erfc',
  'erfinv',
  'lgamma',
  'digamma',
  'sigmoid',
  'sinc',
  'deg2rad',
  'rad2deg',
] as const

/** The dtype stays. */
const same = ['relu', 'floor', 'ceil', 'trunc', 'frac', 'sign', 'sgn'] as const

/** Questions about each element. */
const questions = ['isnan', 'isinf', 'isposinf', 'isneginf', 'signbit'] as const

type InPlaceName = (typeof inexact)[number] | (typeof same)[number]

function each<N extends string>(names: readonly N[], table: (name: N) => FunctionTable): FunctionTable {
  return merged(...names.map(table))
}

function functional(names: readonly InPlaceName[], options: PointwiseOptions): FunctionTable {
  return each(names, (n) => ofTensor(n, (vm, t) => pointwise(vm, `aten.${n}.default`, [t], options)))
}

function inPlace(names: readonly InPlaceName[], options: PointwiseOptions): FunctionTable {
  return each(names, (n) => ofTensor(`${n}_`, (vm, t) => pointwiseInto(vm, `aten.${n}_.default`, t, [], options)))
}

function checkNegatable(vm: Vm, t: Tensor): Tensor {
  if (t.dtype !== dtypes.bool) return t
  return vm.raise(
    types.RuntimeError,
    'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  )
}

export function neg(vm: Vm, t: Tensor): Tensor {
  return pointwise(vm, 'aten.neg.default', [checkNegatable(vm, t)])
}

export function abs(vm: Vm, t: Tensor): Tensor {
  return pointwise(vm, 'aten.abs.default', [t], { result: realDtype(t.dtype) })
}

/** On booleans `~` is not, on integers -x - 1. */
function inversion(vm: Vm, t: Tensor): PointwiseOptions {
  if (t.dtype.isInexact) {
    vm.raise(types.RuntimeError, `"bitwise_not_cpu" not implemented for '${t.dtype.name}'`)
  }
  return { evaluate: t.dtype === dtypes.bool ? (a = 0) => (a === 0 ? 1 : 0) : (a = 0) => -a - 1 }
}

function bitwiseNot(vm: Vm, t: Tensor): Tensor {
  return pointwise(vm, 'aten.bitwise_not.default', [t], inversion(vm, t))
}

/** Rounds to so many decimals; none given is the plain kernel. */
function round(vm: Vm, t: Tensor, decimals: Value): Tensor {
  const places = Number(intArg(vm, decimals, "argument 'decimals'"))
  if (places === 0) return pointwise(vm, 'aten.round.default', [t])
  const scale = 10 ** places
  return pointwise(vm, 'aten.round.decimals', [t], { evaluate: (a = NaN) => Math.round(a * scale) / scale })
}

/** Names of NumPy's. */
const numpyNames = {
  negative: 'neg',
  absolute: 'abs',
  fix: 'trunc',
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  arcsinh: 'asinh',
  arccosh: 'acosh',
  arctanh: 'atanh',
}
const numpyNamesInPlace = Object.fromEntries(Object.entries(numpyNames).map(([name, own]) => [`${name}_`, `${own}_`]))

export const unaryFunctions: FunctionSet = {
  both: aliases(
    merged(
      functional(inexact, { result: 'inexact' }),
      functional(same, {}),
      each(questions, (n) => ofTensor(n, (vm, t) => pointwise(vm, `aten.${n}.default`, [t], { result: 'bool' }))),
      ofTensor('neg', neg),
      ofTensor('abs', abs),
      ofTensor('bitwise_not', bitwiseNot),
      ofTensor('logical_not', (vm, t) => pointwise(vm, 'aten.logical_not.default', [t], { result: 'bool' })),
      ofTensor('positive', (_vm, t) => t),
      torchFunctions({
        'round(input, *, decimals=0)': (vm, [input, decimals]) => round(vm, asTensor(vm, input), decimals),
      }),
    ),
    numpyNames,
  ),
  methods: merged(
    aliases(
      merged(
        inPlace(inexact, { result: 'inexact' }),
        inPlace(same, {}),
        ofTensor('neg_', (vm, t) => pointwiseInto(vm, 'aten.neg_.default', checkNegatable(vm, t), [])),
        ofTensor('abs_', (vm, t) => pointwiseInto(vm, 'aten.abs_.default', t, [])),
      ),
      numpyNamesInPlace,
    ),
    ofTensor('round_', (vm, t) => pointwiseInto(vm, 'aten.round_.default', t, [])),
    ofTensor('bitwise_not_', (vm, t) => pointwiseInto(vm, 'aten.bitwise_not_.default', t, [], inversion(vm, t))),
    ofTensor('logical_not_', (vm, t) => pointwiseInto(vm, 'aten.logical_not_.default', t, [], { result: 'bool' })),
    ofTensor('__neg__', neg),
    ofTensor('__abs__', abs),
    ofTensor('__pos__', (_vm, t) => t),
    ofTensor('__invert__', bitwiseNot),
  ),
}
