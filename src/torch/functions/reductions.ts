// Reductions, scans, sorting and counting, as functions and methods.
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { gt, hint, hintNumber, lt, type Int } from '../../sym/index.ts'
import { asOperand, asTensor, boolArg, dimArg, dimsArg, intArg, isSequence, sizeArgs } from '../arguments.ts'
import { convert, decidedCount, valuesOf } from '../conversion.ts'
import { dtypeArg, dtypes, realDtype, type DType } from '../dtype.ts'
import { merged, torchFunctions, type FunctionSet } from '../functions.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { toInexact } from '../promote.ts'
import { summedRamp } from '../ramp.ts'
import { launch } from '../record.ts'
import {
  accumulated,
  argmax,
  argmin,
  columns,
  folds,
  logSoftmax,
  meanDtype,
  reduce,
  reducedShape,
  reduceWithIndices,
  scan,
  softmax,
  sort,
  sortedOrder,
  topk,
  vectorNorm,
  type Fold,
} from '../reductions.ts'
import { named } from '../returns.ts'
import { at, isOne, isZero, type Shape } from '../shape.ts'
import { deriveKnown, isTensor, outputOf, type Tensor } from '../tensor.ts'
import { view } from '../views.ts'

/** Dimensions of a reduction that treats `dim=()` as all of them. */
function reduced(vm: Vm, t: Tensor, dim: Value | undefined): number[] | undefined {
  const dims = dimsArg(vm, t, dim)
  return dims === undefined || dims.length === 0 ? undefined : dims
}

/** Elements must be there to take the largest of. */
function checkNotEmpty(vm: Vm, t: Tensor, name: string): void {
  if (t.shape.some(isZero)) {
    vm.raise(
      types.IndexError,
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    )
  }
}

// --- Sums and products ---------------------------------------------------------------------------------------------

const sums = torchFunctions({
  'sum(input, dim=MISSING, keepdim=False, *, dtype=None)': (vm, [input, dim, keepdim, dtype]) => {
    const t = asTensor(vm, input)
    const result = dtypeArg(vm, dtype) ?? accumulated(t.dtype)
    if (dim === undefined) return reduce(vm, 'aten.sum.default', t, undefined, false, result, folds.sum)
    return reduce(vm, 'aten.sum.dim_IntList', t, reduced(vm, t, dim), boolArg(vm, keepdim), result, folds.sum)
  },
  'nansum(input, dim=None, keepdim=False, *, dtype=None)': (vm, [input, dim, keepdim, dtype]) => {
    const t = asTensor(vm, input)
    return reduce(
      vm,
      'aten.nansum.default',
      t,
      reduced(vm, t, dim),
      boolArg(vm, keepdim),
      dtypeArg(vm, dtype) ?? accumulated(t.dtype),
    )
  },
  'nanmean(input, dim=None, keepdim=False, *, dtype=None)': (vm, [input, dim, keepdim, dtype]) => {
    const t = asTensor(vm, input)
    const dims = reduced(vm, t, dim)
    const isNumber = pointwiseInto(
      vm,
      'aten.logical_not_.default',
      pointwise(vm, 'aten.ne.Tensor', [t, t], { result: 'bool' }),
      [],
    )
    const count = reduce(vm, 'aten.sum.dim_IntList', isNumber, dims, boolArg(vm, keepdim), dtypes.int64, folds.sum)
    const total = reduce(
      vm,
      'aten.nansum.default',
      t,
      dims,
      boolArg(vm, keepdim),
      dtypeArg(vm, dtype) ?? accumulated(t.dtype),
    )
    return pointwise(vm, 'aten.div.Tensor', [total, count], { result: 'inexact' })
  },
  'sum_to_size(input, *size)': (vm, [input, size]) => sumToSize(vm, asTensor(vm, input), sizeArgs(vm, size)),
  'mean(input, dim=MISSING, keepdim=False, *, dtype=None)': (vm, [input, dim, keepdim, dtype]) => {
    const t = asTensor(vm, input)
    const result = meanDtype(vm, t, dtypeArg(vm, dtype))
    if (dim === undefined) return reduce(vm, 'aten.mean.default', t, undefined, false, result, folds.mean)
    return reduce(vm, 'aten.mean.dim', t, reduced(vm, t, dim), boolArg(vm, keepdim), result, folds.mean)
  },
  'prod(input, dim=MISSING, keepdim=False, *, dtype=None)': (vm, [input, dim, keepdim, dtype]) => {
    const t = asTensor(vm, input)
    const result = dtypeArg(vm, dtype) ?? accumulated(t.dtype)
    if (dim === undefined) return reduce(vm, 'aten.prod.default', t, undefined, false, result, folds.prod)
    return reduce(vm, 'aten.prod.dim_int', t, [dimArg(vm, t, dim)], boolArg(vm, keepdim), result, folds.prod)
  },
  'logsumexp(input, dim, keepdim=False)': (vm, [input, dim, keepdim]) => {
    const t = asTensor(vm, input)
    return reduce(vm, 'aten.logsumexp.default', t, reduced(vm, t, dim), boolArg(vm, keepdim), toInexact(vm, t.dtype))
  },
  'count_nonzero(input, dim=None)': (vm, [input, dim]) => {
    const t = asTensor(vm, input)
    return reduce(vm, 'aten.count_nonzero.default', t, reduced(vm, t, dim), false, dtypes.int64, folds.count)
  },
  'trace(input)': (vm, [input]) => {
    const t = asTensor(vm, input)
    if (t.rank !== 2) vm.raise(types.RuntimeError, 'trace: expected a matrix')
    return reduce(vm, 'aten.trace.default', t, undefined, false, accumulated(t.dtype))
  },
})

/** The reverse of a broadcast: what was expanded is summed. */
function sumToSize(vm: Vm, t: Tensor, size: readonly Int[]): Tensor {
  const lead = t.rank - size.length
  const dims = t.shape.flatMap((s, d) => (d < lead || (isOne(at(size, d - lead)) && !isOne(s)) ? [d] : []))
  if (dims.length === 0) return t
  const summed = reduce(vm, 'aten.sum.dim_IntList', t, dims, true, accumulated(t.dtype), folds.sum)
  return lead > 0 ? view(vm, summed, size) : summed
}

// --- Variance ------------------------------------------------------------------------------------------------------

interface Spread {
  readonly t: Tensor
  readonly dims: number[] | undefined
  readonly keepdim: boolean
}

/** `var(unbiased)`, `var(dim, unbiased, keepdim)` and `var(dim, *, correction, keepdim)` in one. */
function spread(vm: Vm, input: Value, dim: Value, keepdim: Value): Spread {
  const t = asTensor(vm, input)
  if (!t.dtype.isInexact) vm.raise(types.RuntimeError, 'std and var only support floating point and complex dtypes')
  return { t, dims: typeof dim === 'boolean' ? undefined : reduced(vm, t, dim), keepdim: boolArg(vm, keepdim) }
}

type SpreadPair = 'aten.var_mean.correction' | 'aten.std_mean.correction'

function spreadAndMean(vm: Vm, op: SpreadPair, { t, dims, keepdim }: Spread): Value {
  const shape = reducedShape(t.shape, dims, keepdim)
  const outs = [outputOf([t], shape, realDtype(t.dtype)), outputOf([t], shape, t.dtype)]
  launch(vm, op, [t], outs)
  return tuple(outs)
}

const variances = torchFunctions({
  'var(input, dim=None, unbiased=True, keepdim=False, *, correction=None)': (vm, [input, dim, , keepdim]) => {
    const { t, dims, keepdim: keep } = spread(vm, input, dim, keepdim)
    return reduce(vm, 'aten.var.correction', t, dims, keep, realDtype(t.dtype))
  },
  'std(input, dim=None, unbiased=True, keepdim=False, *, correction=None)': (vm, [input, dim, , keepdim]) => {
    const { t, dims, keepdim: keep } = spread(vm, input, dim, keepdim)
    return reduce(vm, 'aten.std.correction', t, dims, keep, realDtype(t.dtype))
  },
})

const varianceFunctions = torchFunctions({
  'var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None)': (vm, [input, dim, , keepdim]) =>
    spreadAndMean(vm, 'aten.var_mean.correction', spread(vm, input, dim, keepdim)),
  'std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None)': (vm, [input, dim, , keepdim]) =>
    spreadAndMean(vm, 'aten.std_mean.correction', spread(vm, input, dim, keepdim)),
})

// --- Extremes ------------------------------------------------------------------------------------------------------

type Extreme = 'max' | 'min'
const positionsOf = { max: argmax, min: argmin } as const
const pairwise = { max: 'aten.maximum.default', min: 'aten.minimum.default' } as const

/** The three functions that share a name: of all elements, along a dimension (with positions), of two tensors. */
function extreme(
  vm: Vm,
  name: Extreme,
  input: Value,
  dim: Value | undefined,
  keepdim: Value,
  other: Value | undefined,
): Value {
  const t = asTensor(vm, input)
  const second = other ?? dim
  if (isTensor(second)) return pointwise(vm, pairwise[name], [t, second])
  if (dim === undefined) {
    checkNotEmpty(vm, t, name)
    return reduce(vm, `aten.${name}.default`, t, undefined, false, t.dtype, folds[name])
  }
  return named(
    name,
    reduceWithIndices(vm, `aten.${name}.dim`, t, dimArg(vm, t, dim), boolArg(vm, keepdim), positionsOf[name]),
  )
}

function extremeOf(vm: Vm, name: 'amax' | 'amin', input: Value, dim: Value, keepdim: Value, fold: Fold): Tensor {
  const t = asTensor(vm, input)
  return reduce(vm, `aten.${name}.default`, t, reduced(vm, t, dim), boolArg(vm, keepdim), t.dtype, fold)
}

function position(vm: Vm, name: 'argmax' | 'argmin', input: Value, dim: Value, keepdim: Value, fold: Fold): Tensor {
  const t = asTensor(vm, input)
  if (dim === null) checkNotEmpty(vm, t, name)
  const dims = dim === null ? undefined : [dimArg(vm, t, dim)]
  return reduce(vm, `aten.${name}.default`, t, dims, boolArg(vm, keepdim), dtypes.int64, fold)
}

function aminmax(vm: Vm, input: Value, dim: Value, keepdim: Value): Value {
  const t = asTensor(vm, input)
  const dims = dim === null ? undefined : [dimArg(vm, t, dim)]
  const shape = reducedShape(t.shape, dims, boolArg(vm, keepdim))
  const outs = [folds.min, folds.max].map((fold) => {
    const out = outputOf([t], shape, t.dtype)
    deriveKnown(out, [t], ([values = []]) => columns(values, t.shape, dims).map(fold))
    return out
  })
  launch(vm, 'aten.aminmax.default', [t], outs)
  return named('aminmax', outs)
}

const extremes = torchFunctions({
  'max(input, dim=MISSING, keepdim=False, *, other=MISSING)': (vm, [input, dim, keepdim, other]) =>
    extreme(vm, 'max', input, dim, keepdim, other),
  'min(input, dim=MISSING, keepdim=False, *, other=MISSING)': (vm, [input, dim, keepdim, other]) =>
    extreme(vm, 'min', input, dim, keepdim, other),
  'amax(input, dim=None, keepdim=False)': (vm, [input, dim, keepdim]) =>
    extremeOf(vm, 'amax', input, dim, keepdim, folds.max),
  'amin(input, dim=None, keepdim=False)': (vm, [input, dim, keepdim]) =>
    extremeOf(vm, 'amin', input, dim, keepdim, folds.min),
  'aminmax(input, *, dim=None, keepdim=False)': (vm, [input, dim, keepdim]) => aminmax(vm, input, dim, keepdim),
  'argmax(input, dim=None, keepdim=False)': (vm, [input, dim, keepdim]) =>
    position(vm, 'argmax', input, dim, keepdim, argmax),
  'argmin(input, dim=None, keepdim=False)': (vm, [input, dim, keepdim]) =>
    position(vm, 'argmin', input, dim, keepdim, argmin),
})

// --- All, any ------------------------------------------------------------------------------------------------------

/** uint8 stays uint8: it was the boolean of old. */
function quantifier(vm: Vm, name: 'all' | 'any', input: Value, dim: Value | undefined, keepdim: Value): Tensor {
  const t = asTensor(vm, input)
  const dtype = t.dtype === dtypes.uint8 ? dtypes.uint8 : dtypes.bool
  if (dim === undefined) return reduce(vm, `aten.${name}.default`, t, undefined, false, dtype, folds[name])
  const op = isSequence(dim) || dim === null ? (`aten.${name}.dims` as const) : (`aten.${name}.dim` as const)
  return reduce(vm, op, t, reduced(vm, t, dim), boolArg(vm, keepdim), dtype, folds[name])
}

const quantifiers = torchFunctions({
  'all(input, dim=MISSING, keepdim=False)': (vm, [input, dim, keepdim]) => quantifier(vm, 'all', input, dim, keepdim),
  'any(input, dim=MISSING, keepdim=False)': (vm, [input, dim, keepdim]) => quantifier(vm, 'any', input, dim, keepdim),
  '_is_all_true(self)': (vm, [self]) =>
    reduce(vm, 'aten._is_all_true.default', mask(vm, self), undefined, false, dtypes.bool, folds.all),
  '_is_any_true(self)': (vm, [self]) =>
    reduce(vm, 'aten._is_any_true.default', mask(vm, self), undefined, false, dtypes.bool, folds.any),
})

function mask(vm: Vm, input: Value): Tensor {
  const t = asTensor(vm, input)
  if (t.dtype !== dtypes.bool) vm.raise(types.RuntimeError, 'Expected self.scalar_type() == at::kBool to be true')
  return t
}

// --- Norms ---------------------------------------------------------------------------------------------------------

/** torch.functional.norm: Frobenius and p-norms of strided tensors are vector norms. */
function norm(vm: Vm, input: Value, p: Value, dim: Value, keepdim: Value, dtype: Value): Tensor {
  if (typeof p === 'string' && p !== 'fro') vm.stop('unsupported-op', `torch.norm with p='${p}'`)
  const t = asTensor(vm, input)
  return vectorNorm(vm, t, reduced(vm, t, dim), boolArg(vm, keepdim), dtypeArg(vm, dtype))
}

const norms = torchFunctions({
  'norm(input, p="fro", dim=None, keepdim=False, dtype=None)': (vm, [input, p, dim, keepdim, dtype]) =>
    norm(vm, input, p, dim, keepdim, dtype),
})

// --- Scans ---------------------------------------------------------------------------------------------------------

function running(combine: (a: number, b: number) => number): (xs: readonly number[]) => number[] {
  return (xs) => {
    let last: number | undefined
    return xs.map((x) => (last = last === undefined ? x : combine(last, x)))
  }
}

const runningSum = running((a, b) => a + b)
const runningProduct = running((a, b) => a * b)

type ScanArgs = readonly [Tensor, number, DType]

function scanArgs(vm: Vm, input: Value, dim: Value, dtype: Value): ScanArgs {
  const t = asTensor(vm, input)
  return [t, dimArg(vm, t, dim), dtypeArg(vm, dtype) ?? accumulated(t.dtype)]
}

function runningExtreme(vm: Vm, name: 'cummax' | 'cummin', input: Value, dim: Value): Value {
  const t = asTensor(vm, input)
  dimArg(vm, t, dim)
  const outs = [outputOf([t], t.shape, t.dtype), outputOf([t], t.shape, dtypes.int64)]
  launch(vm, `aten.${name}.default`, [t], outs)
  return named(name, outs)
}

const scans = torchFunctions({
  'cumsum(input, dim, *, dtype=None)': (vm, [input, dim, dtype]) => {
    const [t, d, result] = scanArgs(vm, input, dim, dtype)
    return scan(vm, 'aten.cumsum.default', t, result, d, runningSum, summedRamp(t, d))
  },
  'cumprod(input, dim, *, dtype=None)': (vm, [input, dim, dtype]) => {
    const [t, d, result] = scanArgs(vm, input, dim, dtype)
    return scan(vm, 'aten.cumprod.default', t, result, d, runningProduct)
  },
  'logcumsumexp(input, dim)': (vm, [input, dim]) => {
    const t = asTensor(vm, input)
    return scan(vm, 'aten.logcumsumexp.default', t, t.dtype, dimArg(vm, t, dim))
  },
  'cummax(input, dim)': (vm, [input, dim]) => runningExtreme(vm, 'cummax', input, dim),
  'cummin(input, dim)': (vm, [input, dim]) => runningExtreme(vm, 'cummin', input, dim),
  'softmax(input, dim, dtype=None)': (vm, [input, dim, dtype]) => {
    const t = convert(vm, asTensor(vm, input), dtypeArg(vm, dtype))
    return softmax(vm, t, dimArg(vm, t, dim))
  },
  'log_softmax(input, dim, dtype=None)': (vm, [input, dim, dtype]) => {
    const t = convert(vm, asTensor(vm, input), dtypeArg(vm, dtype))
    return logSoftmax(vm, t, dimArg(vm, t, dim))
  },
})

function scanInPlace(vm: Vm, op: 'aten.cumsum_.default' | 'aten.cumprod_.default', input: Value, dim: Value): Tensor {
  const t = asTensor(vm, input)
  dimArg(vm, t, dim)
  t.storage.data = undefined
  launch(vm, op, [t], [t])
  return t
}

const scansInPlace = torchFunctions({
  'cumsum_(self, dim)': (vm, [t, dim]) => scanInPlace(vm, 'aten.cumsum_.default', t, dim),
  'cumprod_(self, dim)': (vm, [t, dim]) => scanInPlace(vm, 'aten.cumprod_.default', t, dim),
})

// --- Order statistics ----------------------------------------------------------------------------------------------

function median(xs: readonly number[]): number {
  return sortedOrder(xs, false)[Math.floor((xs.length - 1) / 2)] ?? 0
}

function mode(xs: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const x of xs) counts.set(x, (counts.get(x) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const value = Math.min(...[...counts].filter(([, n]) => n === most).map(([x]) => x))
  return xs.lastIndexOf(value)
}

function topkOf(vm: Vm, input: Value, k: Value, dim: Value, largest: Value): Value {
  const t = asTensor(vm, input)
  const count = intArg(vm, k, "argument 'k'")
  const d = dimArg(vm, t, dim)
  const n: Int = t.rank === 0 ? 1 : at(t.shape, d)
  if (lt(count, 0) || (count !== n && gt(count, n))) {
    vm.raise(types.RuntimeError, 'selected index k out of range')
  }
  return named('topk', topk(vm, t, count, d, boolArg(vm, largest)))
}

const orders = torchFunctions({
  'topk(input, k, dim=-1, largest=True, sorted=True)': (vm, [input, k, dim, largest]) =>
    topkOf(vm, input, k, dim, largest),
  'sort(input, dim=-1, descending=False, stable=MISSING)': (vm, [input, dim, descending, stable]) => {
    const t = asTensor(vm, input)
    return named('sort', sort(vm, t, dimArg(vm, t, dim), boolArg(vm, descending), stable !== undefined))
  },
  'argsort(input, dim=-1, descending=False, stable=MISSING)': (vm, [input, dim, descending, stable]) => {
    const t = asTensor(vm, input)
    return sort(vm, t, dimArg(vm, t, dim), boolArg(vm, descending), stable !== undefined)[1]
  },
  'median(input, dim=MISSING, keepdim=False)': (vm, [input, dim, keepdim]) => {
    const t = asTensor(vm, input)
    if (dim === undefined)
      return reduce(vm, 'aten.median.default', t, undefined, false, t.dtype, (xs) => xs[median(xs)] ?? NaN)
    return named(
      'median',
      reduceWithIndices(vm, 'aten.median.dim', t, dimArg(vm, t, dim), boolArg(vm, keepdim), median),
    )
  },
  'nanmedian(input, dim=MISSING, keepdim=False)': (vm, [input, dim, keepdim]) => {
    const t = asTensor(vm, input)
    if (dim === undefined) return reduce(vm, 'aten.nanmedian.default', t, undefined, false, t.dtype)
    return named(
      'nanmedian',
      reduceWithIndices(vm, 'aten.nanmedian.dim', t, dimArg(vm, t, dim), boolArg(vm, keepdim), median),
    )
  },
  'mode(input, dim=-1, keepdim=False)': (vm, [input, dim, keepdim]) => {
    const t = asTensor(vm, input)
    return named('mode', reduceWithIndices(vm, 'aten.mode.default', t, dimArg(vm, t, dim), boolArg(vm, keepdim), mode))
  },
  'kthvalue(input, k, dim=-1, keepdim=False)': (vm, [input, k, dim, keepdim]) => {
    const t = asTensor(vm, input)
    const nth = Number(hint(intArg(vm, k))) - 1
    const place = (xs: readonly number[]): number => sortedOrder(xs, false)[nth] ?? 0
    return named(
      'kthvalue',
      reduceWithIndices(vm, 'aten.kthvalue.default', t, dimArg(vm, t, dim), boolArg(vm, keepdim), place),
    )
  },
})

// --- Counting ------------------------------------------------------------------------------------------------------

const counts = torchFunctions({
  'histc(input, bins=100, min=0, max=0)': (vm, [input, bins]) => {
    const t = asTensor(vm, input)
    const out = outputOf([t], [intArg(vm, bins, "argument 'bins'")], t.dtype)
    launch(vm, 'aten.histc.default', [t], [out])
    return out
  },
  'multinomial(input, num_samples, replacement=False, *, generator=None)': (vm, [input, samples]) => {
    const t = asTensor(vm, input)
    if (t.rank !== 1 && t.rank !== 2) vm.raise(types.RuntimeError, 'prob_dist must be 1 or 2 dim')
    const out = outputOf([t], [...t.shape.slice(0, -1), intArg(vm, samples)], dtypes.int64)
    launch(vm, 'aten.multinomial.default', [t], [out])
    return out
  },
})

/** How often each value occurs: the length depends on the largest one. */
function bincount(vm: Vm, t: Tensor, weights: Value, minlength: Value): Tensor {
  const decided = decidedCount(vm, t, 'bincount()')
  const values = decided === undefined ? Array.from(valuesOf(vm, t, 'bincount()')) : []
  const length = values.reduce((n, x) => Math.max(n, x + 1), hintNumber(intArg(vm, minlength)))
  const inputs = isTensor(weights) ? [t, weights] : [t]
  const out = outputOf(inputs, [decided ?? length], isTensor(weights) ? dtypes.float64 : dtypes.int64)
  if (inputs.length === 1) {
    deriveKnown(out, [t], () => {
      const counts = new Float64Array(length)
      for (const x of values) counts[x] = (counts[x] ?? 0) + 1
      return counts
    })
  }
  launch(vm, 'aten.bincount.default', inputs, [out])
  return out
}

interface Unique {
  readonly sorted: boolean
  readonly inverse: boolean
  readonly counts: boolean
}

/** Distinct values: how many there are depends on the data. Outputs that were not asked for are empty. */
function unique(
  vm: Vm,
  op: 'aten._unique2.default' | 'aten.unique_consecutive.default',
  t: Tensor,
  dim: Value,
  asked: Unique,
): Value {
  if (dim !== null) vm.stop('unsupported-op', 'unique() along a dimension')
  const decided = decidedCount(vm, t, 'unique()')
  const values = decided === undefined ? Array.from(valuesOf(vm, t, 'unique()')) : []
  const runs = distinct(values, asked.sorted)
  const count = decided ?? runs.length
  const made = (wanted: boolean, shape: Shape, xs: readonly number[]): Tensor => {
    const out = outputOf([t], wanted ? shape : [0], dtypes.int64)
    if (wanted) deriveKnown(out, [t], () => xs)
    return out
  }
  const out = outputOf([t], [count], t.dtype)
  deriveKnown(out, [t], () => runs.map((r) => r.value))
  const inverse = made(
    asked.inverse,
    t.shape,
    values.map((_, i) => runs.findIndex((r) => r.members.has(i))),
  )
  const counts = made(
    asked.counts,
    [count],
    runs.map((r) => r.members.size),
  )
  launch(vm, op, [t], [out, inverse, counts])
  const results = [out, ...(asked.inverse ? [inverse] : []), ...(asked.counts ? [counts] : [])]
  return results.length === 1 ? out : tuple(results)
}

interface Run {
  readonly value: number
  /** Positions of the elements with that value. */
  readonly members: Set<number>
}

/** Sorted: each value once. Otherwise each run of equal neighbours once. */
function distinct(values: readonly number[], sorted: boolean): Run[] {
  const order = sorted ? sortedOrder(values, false) : [...values.keys()]
  const runs: Run[] = []
  for (const i of order) {
    const value = values[i] ?? NaN
    const last = runs.at(-1)
    if (last?.value === value) last.members.add(i)
    else runs.push({ value, members: new Set([i]) })
  }
  return runs
}

const distinctValues = torchFunctions({
  'unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None)': (
    vm,
    [t, , inverse, counts, dim],
  ) =>
    unique(vm, 'aten._unique2.default', asTensor(vm, t), dim, {
      sorted: true,
      inverse: boolArg(vm, inverse),
      counts: boolArg(vm, counts),
    }),
  'unique_consecutive(input, return_inverse=False, return_counts=False, dim=None)': (vm, [t, inverse, counts, dim]) =>
    unique(vm, 'aten.unique_consecutive.default', asTensor(vm, t), dim, {
      sorted: false,
      inverse: boolArg(vm, inverse),
      counts: boolArg(vm, counts),
    }),
  'bincount(input, weights=None, minlength=0)': (vm, [t, weights, minlength]) =>
    bincount(vm, asTensor(vm, t), weights, minlength),
})

/** Where values would go into sorted boundaries. */
function placed(vm: Vm, sorted: Tensor, v: Value, op: 'searchsorted' | 'bucketize', int32: Value): Tensor {
  const values = asOperand(vm, v)
  const dtype = int32 === true ? dtypes.int32 : dtypes.int64
  const tensors = isTensor(values) ? [values] : []
  const inputs = op === 'bucketize' ? [...tensors, sorted] : [sorted, ...tensors]
  const out = outputOf(inputs, isTensor(values) ? values.shape : [], dtype)
  launch(vm, isTensor(values) ? `aten.${op}.Tensor` : `aten.${op}.Scalar`, inputs, [out])
  return out
}

const searches = torchFunctions({
  'searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None)': (
    vm,
    [sorted, values, int32],
  ) => placed(vm, asTensor(vm, sorted), values, 'searchsorted', int32),
  'bucketize(input, boundaries, *, out_int32=False, right=False)': (vm, [values, boundaries, int32]) =>
    placed(vm, asTensor(vm, boundaries), values, 'bucketize', int32),
})

export const reductionFunctions: FunctionSet = {
  both: merged(sums, variances, extremes, quantifiers, norms, scans, orders, counts, distinctValues),
  methods: scansInPlace,
  torch: merged(varianceFunctions, searches),
}
