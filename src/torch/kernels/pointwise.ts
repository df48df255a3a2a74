// Elementwise kernels. Most come with a variant that writes into their first operand; it costs the same.
import { copyInto, defineKernels, kernel, none, perOutput, rows, type KernelRow } from './table.ts'

type InPlace<N extends string> = N extends `aten.${infer A}.${infer O}` ? `aten.${A}_.${O}` : never

/** Rows for each name and for its in-place variant: `aten.add.Tensor`, `aten.add_.Tensor`. */
function both<const N extends string>(names: readonly N[], row: KernelRow): Record<N | InPlace<N>, KernelRow> {
  const written = names.map((n) => n.replace(/^aten\.(\w+)\./, 'aten.$1_.') as InPlace<N>)
  return { ...rows(names, row), ...rows(written, row) } as Record<N | InPlace<N>, KernelRow>
}

const unary = 'self'
const binary = 'self, other?'

/** One operation each: the function itself is the unit. */
const functions = both(
  [
    'aten.neg.default',
    'aten.abs.default',
    'aten.exp.default',
    'aten.exp2.default',
    'aten.log.default',
    'aten.log2.default',
    'aten.log10.default',
    'aten.sqrt.default',
    'aten.rsqrt.default',
    'aten.reciprocal.default',
    'aten.sin.default',
    'aten.cos.default',
    'aten.tan.default',
    'aten.asin.default',
    'aten.acos.default',
    'aten.atan.default',
    'aten.sinh.default',
    'aten.cosh.default',
    'aten.tanh.default',
    'aten.asinh.default',
    'aten.acosh.default',
    'aten.atanh.default',
    'aten.erf.default',
    'aten.erfc.default',
    'aten.erfinv.default',
    'aten.lgamma.default',
    'aten.digamma.default',
    'aten.relu.default',
    'aten.floor.default',
    'aten.ceil.default',
    'aten.trunc.default',
    'aten.round.default',
    'aten.round.decimals',
    'aten.clamp_min.default',
    'aten.clamp_max.default',
    'aten.deg2rad.default',
    'aten.rad2deg.default',
  ],
  kernel(unary, perOutput(1)),
)

const combined = defineKernels(
  both(['aten.expm1.default'], kernel(unary, perOutput(2, 'exp, sub'))),
  both(['aten.log1p.default'], kernel(unary, perOutput(2, 'add, log'))),
  both(['aten.frac.default'], kernel(unary, perOutput(2, 'trunc, sub'))),
  both(['aten.clamp.default'], kernel(unary, perOutput(2, 'max, min'))),
  both(['aten.clamp.Tensor'], kernel('self, *bounds', perOutput(2, 'max, min'))),
  both(['aten.clamp_min.Tensor', 'aten.clamp_max.Tensor'], kernel(binary, perOutput(1))),
  both(['aten.sigmoid.default'], kernel(unary, perOutput(3, 'exp, add, reciprocal'))),
  both(['aten.sinc.default'], kernel(unary, perOutput(3, 'mul, sin, div'))),
  both(['aten.logit.default'], kernel(unary, perOutput(3, 'sub, div, log'))),
)

const binaryArithmetic = defineKernels(
  // A complex product is four multiplications and two additions.
  both(['aten.mul.Tensor', 'aten.mul.Scalar'], kernel(binary, perOutput(1, '', 6))),
  both(
    ['aten.add.Tensor', 'aten.add.Scalar', 'aten.sub.Tensor', 'aten.sub.Scalar', 'aten.div.Tensor', 'aten.div.Scalar'],
    kernel(binary, perOutput(1)),
  ),
  rows(
    [
      'aten.rsub.Scalar',
      'aten.rsub.Tensor',
      'aten.maximum.default',
      'aten.minimum.default',
      'aten.fmax.default',
      'aten.fmin.default',
      'aten.pow.Tensor_Tensor',
      'aten.pow.Tensor_Scalar',
      'aten.pow.Scalar',
      'aten.pow_.Tensor',
      'aten.pow_.Scalar',
    ],
    kernel(binary, perOutput(1)),
  ),
  rows(
    ['aten.floor_divide.default', 'aten.floor_divide_.Tensor', 'aten.floor_divide.Scalar', 'aten.floor_divide_.Scalar'],
    kernel(binary, perOutput(2, 'div, floor')),
  ),
  both(['aten.div.Tensor_mode', 'aten.div.Scalar_mode'], kernel(binary, perOutput(2, 'div, rounding'))),
  both(['aten.remainder.Tensor', 'aten.remainder.Scalar'], kernel(binary, perOutput(4, 'div, floor, mul, sub'))),
  rows(['aten.remainder.Scalar_Tensor'], kernel('other', perOutput(4, 'div, floor, mul, sub'))),
  both(['aten.fmod.Tensor', 'aten.fmod.Scalar'], kernel(binary, perOutput(4, 'div, trunc, mul, sub'))),
  both(['aten.atan2.default'], kernel(binary, perOutput(2, 'div, atan'))),
  rows(['aten.ldexp.Tensor', 'aten.ldexp_.default'], kernel(binary, perOutput(2, 'exp2, mul'))),
  both(['aten.hypot.default'], kernel(binary, perOutput(4, 'mul, mul, add, sqrt'))),
  rows(['aten.logaddexp.default', 'aten.logaddexp2.default'], kernel(binary, perOutput(4, 'exp, exp, add, log'))),
  both(['aten.xlogy.Tensor', 'aten.xlogy.Scalar_Other'], kernel(binary, perOutput(2, 'log, mul'))),
  rows(['aten.xlogy.Scalar_Self'], kernel('other', perOutput(2, 'log, mul'))),
  both(['aten.addcmul.default'], kernel('self, tensor1, tensor2', perOutput(3, 'mul, mul, add'))),
  both(['aten.addcdiv.default'], kernel('self, tensor1, tensor2', perOutput(3, 'div, mul, add'))),
  both(['aten.lerp.Scalar', 'aten.lerp.Tensor'], kernel('self, end, weight?', perOutput(3, 'sub, mul, add'))),
  rows(['aten.polar.default'], kernel('abs, angle', perOutput(4, 'cos, sin, mul, mul'))),
  rows(['aten.angle.default'], kernel(unary, perOutput(2, 'div, atan'))),
)

/** Integers, booleans, comparisons and selections: no arithmetic that counts. */
const logical = defineKernels(
  both(
    ['aten.bitwise_not.default', 'aten.logical_not.default', 'aten.sign.default', 'aten.sgn.default'],
    kernel(unary),
  ),
  both(
    [
      'aten.bitwise_and.Tensor',
      'aten.bitwise_and.Scalar',
      'aten.bitwise_or.Tensor',
      'aten.bitwise_or.Scalar',
      'aten.bitwise_xor.Tensor',
      'aten.bitwise_xor.Scalar',
      'aten.bitwise_left_shift.Tensor',
      'aten.bitwise_left_shift.Tensor_Scalar',
      'aten.bitwise_right_shift.Tensor',
      'aten.bitwise_right_shift.Tensor_Scalar',
      'aten.logical_and.default',
      'aten.logical_or.default',
      'aten.logical_xor.default',
      'aten.eq.Tensor',
      'aten.eq.Scalar',
      'aten.ne.Tensor',
      'aten.ne.Scalar',
      'aten.lt.Tensor',
      'aten.lt.Scalar',
      'aten.le.Tensor',
      'aten.le.Scalar',
      'aten.gt.Tensor',
      'aten.gt.Scalar',
      'aten.ge.Tensor',
      'aten.ge.Scalar',
      'aten.heaviside.default',
      'aten.gcd.default',
      'aten.lcm.default',
    ],
    kernel(binary),
  ),
  rows(
    [
      'aten.__lshift__.Scalar',
      'aten.__lshift__.Tensor',
      'aten.__rshift__.Scalar',
      'aten.__rshift__.Tensor',
      'aten.__ilshift__.Scalar',
      'aten.__ilshift__.Tensor',
      'aten.__irshift__.Scalar',
      'aten.__irshift__.Tensor',
      'aten.bitwise_left_shift.Scalar_Tensor',
      'aten.bitwise_right_shift.Scalar_Tensor',
      'aten.isin.Tensor_Tensor',
      'aten.isin.Tensor_Scalar',
      'aten.isin.Scalar_Tensor',
      'aten.copysign.Tensor',
      'aten.copysign.Scalar',
    ],
    kernel(binary),
  ),
  rows(
    [
      'aten.isnan.default',
      'aten.isinf.default',
      'aten.isposinf.default',
      'aten.isneginf.default',
      'aten.signbit.default',
    ],
    kernel(unary),
  ),
  both(['aten.nan_to_num.default'], kernel(unary)),
  both(['aten.masked_fill.Scalar'], kernel('self, mask')),
  both(['aten.masked_fill.Tensor'], kernel('self, mask, value')),
  rows(['aten.where.self'], kernel('condition, self, other')),
  rows(['aten.complex.default'], kernel('real, imag')),
  rows(['aten._conj_physical.default'], kernel(unary)),
)

/** Copies and conversions. */
const copies = defineKernels(
  rows(['aten._to_copy.default', 'aten.clone.default'], kernel(unary)),
  rows(['aten.copy_.default'], kernel('self, src', none, copyInto)),
)

export const pointwiseKernels = defineKernels(functions, combined, binaryArithmetic, logical, copies)
