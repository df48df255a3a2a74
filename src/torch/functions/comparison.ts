// Comparisons, logic, and selection: where, clamp, masked_fill, maximum.
import { float, notImplemented, tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { asOperand, asScalar, asTensor, numberArg, scalarHint, scalarOf, type Scalar } from '../arguments.ts'
import { convert, decidedValue, valuesOf } from '../conversion.ts'
import { dtypes, realDtype } from '../dtype.ts'
import { filled, scalarTensor } from '../factories.ts'
import { Known } from '../known.ts'
import { comparedEverywhere } from '../ramp.ts'
import { aliases, merged, ofTwo, torchFunctions, type FunctionSet } from '../functions.ts'
import { nonzeroColumns } from '../indexing.ts'
import { stridesLike } from '../iterator.ts'
import { pointwise, pointwiseInto, type Operand } from '../pointwise.ts'
import { resultType } from '../promote.ts'
import { launch } from '../record.ts'
import { sameShape } from '../shape.ts'
import { deriveKnown, isTensor, outputOf, setKnown, type Tensor } from '../tensor.ts'
import { abs } from './unary.ts'
import { imaginaryPart, realPart } from './views.ts'
import { scalarArg } from './conversion.ts'

// --- Comparisons ---------------------------------------------------------------------------------------------------

const operators = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const
type Comparison = keyof typeof operators
const comparisons = Object.keys(operators) as readonly Comparison[]

/** `1 < x` is `x > 1`; PyTorch says so itself when Python asks the tensor. */
export function comparison(vm: Vm, name: Comparison, a: Tensor, b: Operand): Tensor {
  const op = isTensor(b) ? (`aten.${name}.Tensor` as const) : (`aten.${name}.Scalar` as const)
  const out = pointwise(vm, op, [a, b], { result: 'bool' })
  const truth = comparedEverywhere(operators[name], a, b)
  if (truth !== undefined) setKnown(out, Known.uniform(truth ? 1 : 0))
  return out
}

function comparisonInto(vm: Vm, name: Comparison, a: Tensor, b: Operand): Tensor {
  return pointwiseInto(vm, isTensor(b) ? `aten.${name}_.Tensor` : `aten.${name}_.Scalar`, a, [b], { result: 'bool' })
}

const comparisonFunctions = merged(
  ...comparisons.map((name) => ofTwo(name, (vm, a, b) => comparison(vm, name, a, asOperand(vm, b)))),
)

/** What is neither a tensor nor a number is for the other operand to compare. */
const comparisonOperators = merged(
  ...comparisons.map((name) =>
    ofTwo(`__${name}__`, (vm, a, b) => {
      const o = isTensor(b) ? b : scalarOf(b)
      return o === undefined ? notImplemented : comparison(vm, name, a, o)
    }),
  ),
)

const comparisonsInPlace = merged(
  ...comparisons.map((name) => ofTwo(`${name}_`, (vm, a, b) => comparisonInto(vm, name, a, asOperand(vm, b)))),
)

// --- Logic and elementwise pairs -----------------------------------------------------------------------------------

const logic = ['logical_and', 'logical_or', 'logical_xor'] as const

const logicFunctions = merged(
  ...logic.map((name) =>
    ofTwo(name, (vm, a, b) =>
      pointwise(vm, `aten.${name}.default`, [a, asTensor(vm, b, "argument 'other'")], { result: 'bool' }),
    ),
  ),
)

const logicInPlace = merged(
  ...logic.map((name) =>
    ofTwo(`${name}_`, (vm, a, b) =>
      pointwiseInto(vm, `aten.${name}_.default`, a, [asTensor(vm, b, "argument 'other'")], { result: 'bool' }),
    ),
  ),
)

/** Pairs of tensors of one dtype. */
const pairs = ['maximum', 'minimum', 'fmax', 'fmin', 'gcd', 'lcm', 'heaviside'] as const
const inexactPairs = ['atan2', 'hypot', 'logaddexp', 'logaddexp2'] as const

const pairFunctions = merged(
  ...pairs.map((name) =>
    ofTwo(name, (vm, a, b) => pointwise(vm, `aten.${name}.default`, [a, asTensor(vm, b, "argument 'other'")])),
  ),
  ...inexactPairs.map((name) =>
    ofTwo(name, (vm, a, b) =>
      pointwise(vm, `aten.${name}.default`, [a, asTensor(vm, b, "argument 'other'")], { result: 'inexact' }),
    ),
  ),
  torchFunctions({
    'xlogy(input, other)': (vm, [a, b]) => {
      const [x, y] = [asOperand(vm, a), asOperand(vm, b)]
      const op = !isTensor(x) ? 'aten.xlogy.Scalar_Self' : isTensor(y) ? 'aten.xlogy.Tensor' : 'aten.xlogy.Scalar_Other'
      return pointwise(vm, op, [x, y], { result: 'inexact' })
    },
    'copysign(input, other)': (vm, [a, b]) => {
      const y = asOperand(vm, b)
      return pointwise(vm, isTensor(y) ? 'aten.copysign.Tensor' : 'aten.copysign.Scalar', [asTensor(vm, a), y], {
        result: 'inexact',
      })
    },
    'ldexp(input, other)': (vm, [a, b]) =>
      pointwise(vm, 'aten.ldexp.Tensor', [asTensor(vm, a), asTensor(vm, b)], { result: 'inexact' }),
  }),
)

// --- where, clamp, masked_fill -------------------------------------------------------------------------------------

/** Numbers become 0-d tensors of the result's dtype; a tensor beside a number is converted to it first. */
export function where(vm: Vm, condition: Tensor, a: Operand, b: Operand): Tensor {
  const dtype = resultType(vm, [a, b])
  const converts = !isTensor(a) || !isTensor(b)
  const branch = (o: Operand): Tensor => {
    if (!isTensor(o)) return scalarTensor(o, dtype, condition.device)
    return converts ? convert(vm, o, dtype) : o
  }
  const [x, y] = [branch(a), branch(b)]
  if (condition.dtype !== dtypes.bool && condition.dtype !== dtypes.uint8) {
    vm.raise(
      types.RuntimeError,
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.name}`,
    )
  }
  return pointwise(vm, 'aten.where.self', [condition, x, y], { result: dtype })
}

type Bounds = readonly [Value, Value]

/** A missing bound stays NaN, which leaves the element alone. */
function clampTo(min: number | undefined, max: number | undefined): (x?: number) => number {
  return (x = NaN) => {
    const low = min === undefined || !(x < min) ? x : min
    return max === undefined || !(low > max) ? low : max
  }
}

function clamp(vm: Vm, t: Tensor, [min, max]: Bounds, into: boolean): Tensor {
  if (min === null && max === null)
    vm.raise(types.RuntimeError, "torch.clamp: At least one of 'min' or 'max' must not be None")
  const run = into ? pointwiseInto : undefined
  const tensors = [min, max].filter(isTensor)
  if (tensors.length > 0) {
    if (run !== undefined) return run(vm, 'aten.clamp_.Tensor', t, tensors, { evaluate: boundsOf(min, max) })
    return pointwise(vm, 'aten.clamp.Tensor', [t, ...tensors], { evaluate: boundsOf(min, max) })
  }
  const numbers = [min, max].filter((x) => x !== null).map((x) => asScalar(vm, x, "argument 'min'"))
  const low = min === null ? undefined : scalarHint(asScalar(vm, min))
  const high = max === null ? undefined : scalarHint(asScalar(vm, max))
  const evaluate = clampTo(low, high)
  if (run !== undefined) return run(vm, 'aten.clamp_.default', t, numbers, { evaluate })
  return pointwise(vm, 'aten.clamp.default', [t, ...numbers], { evaluate })
}

/** Bounds as the tensor operands that follow. */
function boundsOf(min: Value, max: Value): (...xs: number[]) => number {
  return (x = NaN, first = NaN, second = NaN) => {
    const low = isTensor(min) ? first : undefined
    const high = isTensor(max) ? (isTensor(min) ? second : first) : undefined
    return clampTo(low, high)(x)
  }
}

type OneSided = 'clamp_min' | 'clamp_max'

function clampOne(vm: Vm, name: OneSided, t: Tensor, bound: Operand): Tensor {
  return pointwise(vm, isTensor(bound) ? `aten.${name}.Tensor` : `aten.${name}.default`, [t, bound])
}

function clampOneInto(vm: Vm, name: OneSided, t: Tensor, bound: Operand): Tensor {
  return pointwiseInto(vm, isTensor(bound) ? `aten.${name}_.Tensor` : `aten.${name}_.default`, t, [bound])
}

/** The value does not promote: the result keeps the tensor's dtype. It is contiguous, being a clone written over. */
function maskedFill(vm: Vm, t: Tensor, mask: Tensor, value: Operand): Tensor {
  checkMask(vm, mask, value)
  return pointwise(vm, isTensor(value) ? 'aten.masked_fill.Tensor' : 'aten.masked_fill.Scalar', [t, mask, value], {
    result: t.dtype,
    contiguous: true,
  })
}

function maskedFillInto(vm: Vm, t: Tensor, mask: Tensor, value: Operand): Tensor {
  checkMask(vm, mask, value)
  const op = isTensor(value) ? 'aten.masked_fill_.Tensor' : 'aten.masked_fill_.Scalar'
  return pointwiseInto(vm, op, t, [mask, value], { result: t.dtype })
}

function checkMask(vm: Vm, mask: Tensor, value: Operand): void {
  if (mask.dtype !== dtypes.bool)
    vm.raise(types.RuntimeError, 'masked_fill only supports boolean masks, but got mask with dtype ' + mask.dtype.name)
  if (isTensor(value) && value.rank > 0) {
    vm.raise(
      types.RuntimeError,
      `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.rank} dimension(s).`,
    )
  }
}

const selection = torchFunctions({
  'clamp(input, min=None, max=None)': (vm, [t, min, max]) => clamp(vm, asTensor(vm, t), [min, max], false),
  'clamp_min(input, min)': (vm, [t, min]) => clampOne(vm, 'clamp_min', asTensor(vm, t), asOperand(vm, min)),
  'clamp_max(input, max)': (vm, [t, max]) => clampOne(vm, 'clamp_max', asTensor(vm, t), asOperand(vm, max)),
  'masked_fill(input, mask, value)': (vm, [t, mask, value]) =>
    maskedFill(vm, asTensor(vm, t), asTensor(vm, mask, "argument 'mask'"), asOperand(vm, value)),
  'nan_to_num(input, nan=None, posinf=None, neginf=None)': (vm, [t]) =>
    pointwise(vm, 'aten.nan_to_num.default', [asTensor(vm, t)]),
  'logit(input, eps=None)': (vm, [t]) => pointwise(vm, 'aten.logit.default', [asTensor(vm, t)], { result: 'inexact' }),
  'angle(input)': (vm, [v]) => {
    const t = asTensor(vm, v)
    return pointwise(vm, 'aten.angle.default', [t], { result: t.dtype.isComplex ? realDtype(t.dtype) : 'inexact' })
  },
  'addcmul(input, tensor1, tensor2, *, value=1)': (vm, [t, a, b, value]) => {
    const v = scalarHint(scalarArg(vm, value)) ?? NaN
    const evaluate = (x = NaN, y = NaN, z = NaN): number => x + v * y * z
    return pointwise(vm, 'aten.addcmul.default', [asTensor(vm, t), asTensor(vm, a), asTensor(vm, b)], { evaluate })
  },
  'addcdiv(input, tensor1, tensor2, *, value=1)': (vm, [t, a, b, value]) => {
    const v = scalarHint(scalarArg(vm, value)) ?? NaN
    const evaluate = (x = NaN, y = NaN, z = NaN): number => x + (v * y) / z
    const [p, q] = [asTensor(vm, a), asTensor(vm, b)]
    if (!p.dtype.isInexact && !q.dtype.isInexact)
      vm.raise(types.RuntimeError, 'Integer division with addcdiv is no longer supported')
    return pointwise(vm, 'aten.addcdiv.default', [asTensor(vm, t), p, q], { evaluate })
  },
  'lerp(input, end, weight)': (vm, [t, end, weight]) => {
    const w = asOperand(vm, weight, "argument 'weight'")
    const [a, b] = [asTensor(vm, t), asTensor(vm, end)]
    return pointwise(vm, isTensor(w) ? 'aten.lerp.Tensor' : 'aten.lerp.Scalar', [a, b, w], { promote: [a, b] })
  },
})

const selectionInPlace = torchFunctions({
  'atan2_(self, other)': (vm, [a, b]) =>
    pointwiseInto(vm, 'aten.atan2_.default', asTensor(vm, a), [asTensor(vm, b)], { result: 'inexact' }),
  'logit_(self, eps=None)': (vm, [t]) =>
    pointwiseInto(vm, 'aten.logit_.default', asTensor(vm, t), [], { result: 'inexact' }),
  'clamp_(self, min=None, max=None)': (vm, [t, min, max]) => clamp(vm, asTensor(vm, t), [min, max], true),
  'clamp_min_(self, min)': (vm, [t, min]) => clampOneInto(vm, 'clamp_min', asTensor(vm, t), asOperand(vm, min)),
  'clamp_max_(self, max)': (vm, [t, max]) => clampOneInto(vm, 'clamp_max', asTensor(vm, t), asOperand(vm, max)),
  'masked_fill_(self, mask, value)': (vm, [t, mask, value]) =>
    maskedFillInto(vm, asTensor(vm, t), asTensor(vm, mask, "argument 'mask'"), asOperand(vm, value)),
  'nan_to_num_(self, nan=None, posinf=None, neginf=None)': (vm, [t]) =>
    pointwiseInto(vm, 'aten.nan_to_num_.default', asTensor(vm, t), []),
  'addcmul_(self, tensor1, tensor2, *, value=1)': (vm, [t, a, b, value]) => {
    const v = scalarHint(scalarArg(vm, value)) ?? NaN
    const evaluate = (x = NaN, y = NaN, z = NaN): number => x + v * y * z
    return pointwiseInto(vm, 'aten.addcmul_.default', asTensor(vm, t), [asTensor(vm, a), asTensor(vm, b)], { evaluate })
  },
  'addcdiv_(self, tensor1, tensor2, *, value=1)': (vm, [t, a, b, value]) => {
    const v = scalarHint(scalarArg(vm, value)) ?? NaN
    const evaluate = (x = NaN, y = NaN, z = NaN): number => x + (v * y) / z
    return pointwiseInto(vm, 'aten.addcdiv_.default', asTensor(vm, t), [asTensor(vm, a), asTensor(vm, b)], { evaluate })
  },
  'lerp_(self, end, weight)': (vm, [t, end, weight]) => {
    const w = asOperand(vm, weight, "argument 'weight'")
    const [a, b] = [asTensor(vm, t), asTensor(vm, end)]
    return pointwiseInto(vm, isTensor(w) ? 'aten.lerp_.Tensor' : 'aten.lerp_.Scalar', a, [b, w], { promote: [a, b] })
  },
})

// --- Composites ----------------------------------------------------------------------------------------------------

/** Whether each element occurs among others, which may be a single number; either side may be the number. */
function isin(vm: Vm, elements: Operand, among: Operand): Tensor {
  const op = !isTensor(elements)
    ? 'aten.isin.Scalar_Tensor'
    : isTensor(among)
      ? 'aten.isin.Tensor_Tensor'
      : 'aten.isin.Tensor_Scalar'
  const inputs = [elements, among].filter(isTensor)
  const out = outputOf(inputs, isTensor(elements) ? elements.shape : [], dtypes.bool)
  deriveKnown(out, inputs, (values) => {
    let next = 0
    const [xs, ys] = [elements, among].map((o) =>
      isTensor(o) ? Array.from(values[next++] ?? []) : [scalarHint(o) ?? NaN],
    )
    return (xs ?? []).map((x) => (ys?.includes(x) === true ? 1 : 0))
  })
  launch(vm, op, inputs, [out])
  return out
}

/** abs(x) != inf and x == x; integers always are. */
export function isfinite(vm: Vm, t: Tensor): Tensor {
  if (!t.dtype.isInexact) return onesLike(vm, t)
  if (t.dtype.isComplex) {
    const real = isfinite(vm, realPart(vm, t))
    return pointwiseInto(vm, 'aten.bitwise_and_.Tensor', real, [isfinite(vm, imaginaryPart(vm, t))])
  }
  const bounded = comparison(vm, 'ne', abs(vm, t), float(Infinity))
  return pointwise(vm, 'aten.mul.Tensor', [comparison(vm, 'eq', t, t), bounded])
}

/** |a - b| <= atol + rtol·|b|, spelled out as the composite does. */
function isclose(vm: Vm, a: Tensor, b: Tensor, rtol: Scalar, atol: Scalar): Tensor {
  const close = comparison(vm, 'eq', a, b)
  const scaled = pointwise(vm, 'aten.mul.Scalar', [b, rtol])
  const allowed = pointwise(vm, 'aten.add.Scalar', [abs(vm, scaled), atol])
  const actual = abs(vm, pointwise(vm, 'aten.sub.Tensor', [a, b]))
  const near = pointwiseInto(vm, 'aten.bitwise_and_.Tensor', isfinite(vm, actual), [
    comparison(vm, 'le', actual, allowed),
  ])
  return pointwiseInto(vm, 'aten.bitwise_or_.Tensor', close, [near])
}

function onesLike(vm: Vm, t: Tensor): Tensor {
  return filled(vm, 'aten.ones_like.default', t.shape, 1, {
    dtype: dtypes.bool,
    device: t.device,
    strides: stridesLike(t),
    inputs: [t],
  })
}

const composites = torchFunctions({
  'isreal(input)': (vm, [input]) => {
    const t = asTensor(vm, input)
    return t.dtype.isComplex ? vm.stop('unsupported-op', 'isreal() of a complex tensor') : onesLike(vm, t)
  },
  'isfinite(input)': (vm, [t]) => isfinite(vm, asTensor(vm, t)),
  'isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)': (vm, [a, b, rtol, atol]) =>
    isclose(vm, asTensor(vm, a), asTensor(vm, b), asScalar(vm, rtol), asScalar(vm, atol)),
  'allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)': (vm, [a, b, rtol, atol]) => {
    const [x, y] = [asTensor(vm, a), asTensor(vm, b)]
    launch(vm, 'aten.allclose.default', [x, y], [])
    const decided = decidedValue(vm, [x, y], 'torch.allclose()')
    if (decided !== undefined) return decided
    const [relative, absolute] = [numberArg(vm, rtol), numberArg(vm, atol)]
    const other = valuesOf(vm, y, 'torch.allclose()')
    return Array.from(valuesOf(vm, x, 'torch.allclose()')).every((p, i) => {
      const q = other[i] ?? NaN
      return p === q || Math.abs(p - q) <= absolute + relative * Math.abs(q)
    })
  },
  'equal(input, other)': (vm, [a, b]) => equal(vm, asTensor(vm, a), asTensor(vm, b)),
})

function equal(vm: Vm, a: Tensor, b: Tensor): Value {
  launch(vm, 'aten.equal.default', [a, b], [])
  if (a.rank !== b.rank || !sameShape(a.shape, b.shape)) return false
  const decided = decidedValue(vm, [a, b], 'torch.equal()')
  if (decided !== undefined) return decided
  const other = valuesOf(vm, b, 'torch.equal()')
  return Array.from(valuesOf(vm, a, 'torch.equal()')).every((x, i) => x === other[i])
}

/** `where(condition)` is `nonzero(as_tuple=True)`. */
const torchOnly = torchFunctions({
  'where(condition, input=MISSING, other=MISSING)': (vm, [condition, a, b]) => {
    const c = asTensor(vm, condition, "argument 'condition'")
    if (a === undefined || b === undefined) return tuple(nonzeroColumns(vm, c))
    return where(vm, c, asOperand(vm, a), asOperand(vm, b))
  },
  'isin(elements, test_elements, *, assume_unique=False, invert=False)': (vm, [elements, among]) =>
    isin(vm, asOperand(vm, elements), asOperand(vm, among)),
})

const methodsOnly = torchFunctions({
  'where(self, condition, other)': (vm, [t, condition, other]) =>
    where(vm, asTensor(vm, condition, "argument 'condition'"), asTensor(vm, t), asOperand(vm, other)),
})

export const comparisonFunctionSet: FunctionSet = {
  both: aliases(merged(comparisonFunctions, logicFunctions, pairFunctions, selection, composites), {
    greater: 'gt',
    greater_equal: 'ge',
    less: 'lt',
    less_equal: 'le',
    not_equal: 'ne',
    clip: 'clamp',
    arctan2: 'atan2',
  }),
  methods: merged(
    comparisonOperators,
    aliases(comparisonsInPlace, {
      greater_: 'gt_',
      greater_equal_: 'ge_',
      less_: 'lt_',
      less_equal_: 'le_',
      not_equal_: 'ne_',
    }),
    logicInPlace,
    aliases(selectionInPlace, { clip_: 'clamp_', arctan2_: 'atan2_' }),
    methodsOnly,
  ),
  torch: torchOnly,
}
