// Gathers and scatters as functions and methods, and the subscript operators.
import { tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { gt, hint, hintNumber, type Int } from '../../sym/index.ts'
import { asOperand, asScalar, asTensor, dimArg, intArg, isSequence, optionalInt, scalarHint } from '../arguments.ts'
import { fillKnown } from '../conversion.ts'
import { dtypes } from '../dtype.ts'
import { merged, ofTensor, torchFunctions, type FunctionSet } from '../functions.ts'
import {
  checkWithin,
  fillFrom,
  getItem,
  indexPut,
  nonzero,
  nonzeroColumns,
  setItem,
  trueElements,
} from '../indexing.ts'
import { clonedStrides } from '../iterator.ts'
import type { KernelName } from '../kernels/index.ts'
import { Known, positions, symbolic } from '../known.ts'
import { pointwise, type Operand } from '../pointwise.ts'
import { messageName } from '../promote.ts'
import { launch } from '../record.ts'
import { at, broadcastShapes, contiguousStrides, sameShape, sameSize, showShape } from '../shape.ts'
import { isTensor, knownValues, outputOf, overwriteKnown, setKnown, type Tensor } from '../tensor.ts'
import { diagonal, expand, flatten, select, slice } from '../views.ts'

// --- Gathers -------------------------------------------------------------------------------------------------------

function checkIndex(vm: Vm, name: string, index: Tensor): void {
  if (index.dtype === dtypes.int64 || index.dtype === dtypes.int32) return
  vm.raise(types.RuntimeError, `${name}(): Expected dtype int32/int64 for index`)
}

export function gather(vm: Vm, t: Tensor, dim: number, index: Tensor): Tensor {
  checkIndex(vm, 'gather', index)
  if (Math.max(t.rank, 1) !== Math.max(index.rank, 1)) {
    vm.raise(types.RuntimeError, 'Index tensor must have the same number of dimensions as input tensor')
  }
  index.shape.forEach((s, d) => {
    if (d === dim || sameSize(s, at(t.shape, d)) || !gt(s, at(t.shape, d))) return
    vm.raise(
      types.RuntimeError,
      `Size does not match at dimension ${d} expected index ${showShape(index.shape)} to be no larger than self ${showShape(t.shape)} apart from dimension ${dim}`,
    )
  })
  if (t.rank > 0) checkWithin(vm, index, dim, at(t.shape, dim), 0)
  const out = outputOf([t, index], index.shape, t.dtype)
  const [source, where] = [knownValues(t), knownValues(index)]
  if (source !== undefined && where !== undefined && t.rank > 0) {
    setKnown(
      out,
      new Known([source, where], symbolic(t.shape), () => {
        const [from, step] = linePositions(t, index.shape, dim)
        const all = source.get()
        return Float64Array.from(where.get(), (x, i) => all[(from[i] ?? 0) + x * step] ?? NaN)
      }),
    )
  }
  launch(vm, 'aten.gather.default', [t, index], [out])
  return out
}

/** For each element of an index tensor, where its line along `dim` starts in a contiguous `t`; and the step along it. */
function linePositions(t: Tensor, shape: readonly Int[], dim: number): readonly [Int32Array, number] {
  const strides = contiguousStrides(t.shape)
  const starts = positions({ shape, strides: strides.map((s, d) => (d === dim ? 0 : s)), offset: 0 })
  return [starts, Number(hint(at(strides, dim)))]
}

export function indexSelect(vm: Vm, t: Tensor, dim: number, index: Tensor): Tensor {
  checkIndex(vm, 'index_select', index)
  if (index.rank > 1) vm.raise(types.IndexError, 'index_select(): Index is supposed to be a vector')
  if (t.rank > 0) checkWithin(vm, index, dim, at(t.shape, dim), 0, types.IndexError)
  const count: Int = index.rank === 0 ? 1 : at(index.shape, 0)
  const shape = t.shape.map((s, d) => (d === dim ? count : s))
  const out = outputOf([t, index], shape, t.dtype)
  const [source, where] = [knownValues(t), knownValues(index)]
  if (source !== undefined && where !== undefined && t.rank > 0) {
    setKnown(
      out,
      new Known([source, where], symbolic(t.shape), () => {
        const [from, step] = linePositions(t, shape, dim)
        const along = positions({ shape, strides: shape.map((_, d) => (d === dim ? 1 : 0)), offset: 0 })
        const [all, rows] = [source.get(), where.get()]
        return Float64Array.from(from, (start, i) => all[start + (rows[along[i] ?? 0] ?? 0) * step] ?? NaN)
      }),
    )
  }
  launch(vm, 'aten.index_select.default', [t, index], [out])
  return out
}

/** Negative indices are wrapped by a kernel of their own, then all but the dimension broadcast. */
function takeAlongDim(vm: Vm, t: Tensor, index: Tensor, dim: Value): Tensor {
  if (dim === null) return gather(vm, flatten(vm, t), 0, flatten(vm, index))
  const d = dimArg(vm, t, dim)
  const wrapped = pointwise(vm, 'aten.remainder.Scalar', [index, at(t.shape, d)])
  const without = (x: Tensor): Int[] => x.shape.map((s, i) => (i === d ? 1 : s))
  const common = broadcastShapes(vm, [without(t), without(wrapped)])
  const spread = (x: Tensor): Tensor =>
    expand(
      vm,
      x,
      common.map((s, i) => (i === d ? at(x.shape, d) : s)),
    )
  return gather(vm, spread(t), d, spread(wrapped))
}

const gathers = torchFunctions({
  'gather(input, dim, index, *, sparse_grad=False)': (vm, [input, dim, index]) => {
    const t = asTensor(vm, input)
    return gather(vm, t, dimArg(vm, t, dim), asTensor(vm, index, "argument 'index'"))
  },
  'index_select(input, dim, index)': (vm, [input, dim, index]) => {
    const t = asTensor(vm, input)
    return indexSelect(vm, t, dimArg(vm, t, dim), asTensor(vm, index, "argument 'index'"))
  },
  'take_along_dim(input, indices, dim=None)': (vm, [input, index, dim]) =>
    takeAlongDim(vm, asTensor(vm, input), asTensor(vm, index, "argument 'indices'"), dim),
  'take(input, index)': (vm, [input, index]) => {
    const [t, where] = [asTensor(vm, input), asTensor(vm, index, "argument 'index'")]
    const out = outputOf([t, where], where.shape, t.dtype)
    launch(vm, 'aten.take.default', [t, where], [out])
    return out
  },
  'nonzero(input, *, as_tuple=False)': (vm, [input, asTuple]) => {
    const t = asTensor(vm, input)
    return asTuple === true ? tuple(nonzeroColumns(vm, t)) : nonzero(vm, t)
  },
  'argwhere(input)': (vm, [input]) => nonzero(vm, asTensor(vm, input)),
  'masked_select(input, mask)': (vm, [input, mask]) => maskedSelect(vm, asTensor(vm, input), asTensor(vm, mask)),
})

/** As many elements as the mask has: its values must be known, or their number decided. */
function maskedSelect(vm: Vm, t: Tensor, mask: Tensor): Tensor {
  const shape = broadcastShapes(vm, [t.shape, mask.shape])
  const spread = expand(vm, mask, shape)
  const { count, columns } = trueElements(vm, spread)
  const out = outputOf([t, mask], [count], t.dtype)
  const source = columns[0] === undefined ? undefined : knownValues(expand(vm, t, shape))
  if (source !== undefined) {
    const strides = contiguousStrides(shape).map((s) => Number(hint(s)))
    setKnown(
      out,
      new Known([source], symbolic(shape), () => {
        const all = source.get()
        const position = (i: number): number =>
          columns.reduce((p, c, d) => p + (c?.get()[i] ?? 0) * (strides[d] ?? 0), 0)
        return Array.from({ length: hintNumber(count) }, (_, i) => all[position(i)] ?? NaN)
      }),
    )
  }
  launch(vm, 'aten.masked_select.default', [t, mask], [out])
  return out
}

// --- Scatters ------------------------------------------------------------------------------------------------------

/** Where a scatter out of place writes. */
function copyFor(t: Tensor): Tensor {
  return outputOf([t], t.shape, t.dtype)
}

/** What a scatter leaves: `write` gets the elements and changes them. Both operands must be known. */
function scattered(
  t: Tensor,
  inputs: readonly Tensor[],
  write: (target: Float64Array, values: readonly ArrayLike<number>[]) => void,
): Known | undefined {
  const known = [t, ...inputs].map(knownValues)
  const [old, ...others] = known
  if (old === undefined || others.some((k) => k === undefined)) return undefined
  const parents = others.filter((k) => k !== undefined)
  return new Known([old, ...parents], symbolic(t.shape), () => {
    const target = Float64Array.from(old.get())
    write(
      target,
      parents.map((k) => k.get()),
    )
    return target
  })
}

function checkScatter(vm: Vm, t: Tensor, index: Tensor, source: Operand): void {
  checkIndex(vm, 'scatter', index)
  if (isTensor(source) && source.dtype !== t.dtype) {
    vm.raise(types.RuntimeError, 'scatter(): Expected self.dtype to be equal to src.dtype')
  }
  if (index.rank !== t.rank && t.rank > 0) {
    vm.raise(types.RuntimeError, 'Index tensor must have the same number of dimensions as self tensor')
  }
}

function scatterKnown(t: Tensor, dim: number, index: Tensor, source: Operand): Known | undefined {
  if (t.rank === 0) return undefined
  const inputs = isTensor(source) ? [index, source] : [index]
  const value = isTensor(source) ? NaN : (scalarHint(source) ?? NaN)
  return scattered(t, inputs, (target, [where = [], from]) => {
    const [starts, step] = linePositions(t, index.shape, dim)
    const places = isTensor(source)
      ? positions({ shape: index.shape, strides: contiguousStrides(source.shape), offset: 0 })
      : undefined
    starts.forEach((start, i) => {
      target[start + (where[i] ?? 0) * step] = places === undefined ? value : (from?.[places[i] ?? 0] ?? NaN)
    })
  })
}

interface Scatter {
  readonly t: Tensor
  readonly dim: number
  readonly index: Tensor
  readonly source: Operand
  readonly reduce: Value
}

function scatterArgs(
  vm: Vm,
  self: Value,
  dim: Value,
  index: Value,
  src: Value | undefined,
  value: Value | undefined,
  reduce: Value,
): Scatter {
  const t = asTensor(vm, self)
  const where = asTensor(vm, index, "argument 'index'")
  const source = asOperand(vm, src ?? value, "argument 'src'")
  checkScatter(vm, t, where, source)
  return { t, dim: dimArg(vm, t, dim), index: where, source, reduce }
}

function scatter(vm: Vm, s: Scatter): Tensor {
  const out = copyFor(s.t)
  const known = s.reduce === null ? scatterKnown(s.t, s.dim, s.index, s.source) : undefined
  if (known !== undefined) setKnown(out, known)
  const inputs = [s.t, s.index, s.source].filter(isTensor)
  const plain = s.reduce === null
  if (isTensor(s.source)) launch(vm, plain ? 'aten.scatter.src' : 'aten.scatter.reduce', inputs, [out])
  else launch(vm, plain ? 'aten.scatter.value' : 'aten.scatter.value_reduce', inputs, [out])
  return out
}

function scatterInto(vm: Vm, s: Scatter): Tensor {
  overwriteKnown(s.t, s.reduce === null ? scatterKnown(s.t, s.dim, s.index, s.source) : undefined)
  const inputs = [s.t, s.index, s.source].filter(isTensor)
  const plain = s.reduce === null
  if (isTensor(s.source)) launch(vm, plain ? 'aten.scatter_.src' : 'aten.scatter_.reduce', inputs, [s.t])
  else launch(vm, plain ? 'aten.scatter_.value' : 'aten.scatter_.value_reduce', inputs, [s.t])
  return s.t
}

/** The families that add rows or elements at indices: values are not followed through them. */
type Family = 'index_add' | 'scatter_add' | 'index_copy'

function outOfPlace(vm: Vm, op: KernelName, self: Value, dim: Value, index: Value, source: Value): Tensor {
  const [t, where, from] = rowArgs(vm, self, dim, index, source)
  const out = copyFor(t)
  launch(vm, op, [t, where, from], [out])
  return out
}

function into(vm: Vm, op: KernelName, self: Value, dim: Value, index: Value, source: Value): Tensor {
  const [t, where, from] = rowArgs(vm, self, dim, index, source)
  overwriteKnown(t, undefined)
  launch(vm, op, [t, where, from], [t])
  return t
}

function rowArgs(vm: Vm, self: Value, dim: Value, index: Value, source: Value): readonly [Tensor, Tensor, Tensor] {
  const t = asTensor(vm, self)
  dimArg(vm, t, dim)
  const where = asTensor(vm, index, "argument 'index'")
  const from = asTensor(vm, source, "argument 'source'")
  checkIndex(vm, 'index_add', where)
  if (from.dtype !== t.dtype) {
    vm.raise(
      types.RuntimeError,
      `self (${messageName(t.dtype)}) and source (${messageName(from.dtype)}) must have the same scalar type`,
    )
  }
  return [t, where, from]
}

function family(name: Family, source: string): FunctionSet {
  const tail = name === 'index_add' ? `${source}, *, alpha=1` : source
  return {
    both: torchFunctions<string>({
      [`${name}(input, dim, index, ${tail})`]: (vm, [t, dim, index, from]) =>
        outOfPlace(vm, `aten.${name}.default`, t as Value, dim as Value, index as Value, from as Value),
    }),
    methods: torchFunctions<string>({
      [`${name}_(self, dim, index, ${tail})`]: (vm, [t, dim, index, from]) =>
        into(vm, `aten.${name}_.default`, t as Value, dim as Value, index as Value, from as Value),
    }),
  }
}

const indexAdd = family('index_add', 'source')
const scatterAdd = family('scatter_add', 'src')
const indexCopy = family('index_copy', 'source')

const scatters = torchFunctions({
  'scatter(input, dim, index, src=MISSING, *, value=MISSING, reduce=None)': (vm, [t, dim, index, src, value, reduce]) =>
    scatter(vm, scatterArgs(vm, t, dim, index, src, value, reduce)),
  'scatter_reduce(input, dim, index, src, reduce, *, include_self=True)': (vm, [t, dim, index, src]) =>
    outOfPlace(vm, 'aten.scatter_reduce.two', t, dim, index, src),
  'index_fill(input, dim, index, value)': (vm, [t, dim, index, value]) => indexFill(vm, t, dim, index, value),
  'index_put(input, indices, values, accumulate=False)': (vm, [t, indices, values]) => {
    const self = asTensor(vm, t)
    const out = outputOf([self], self.shape, self.dtype, clonedStrides(self))
    launch(vm, 'aten.index_put.default', [self, ...indexList(vm, indices), asTensor(vm, values)], [out])
    return out
  },
  'masked_scatter(input, mask, source)': (vm, [t, mask, source]) => {
    const inputs = [asTensor(vm, t), asTensor(vm, mask), asTensor(vm, source)]
    const [self, where] = inputs
    const out = outputOf(
      inputs,
      broadcastShapes(vm, [self?.shape ?? [], where?.shape ?? []]),
      self?.dtype ?? dtypes.float32,
    )
    launch(vm, 'aten.masked_scatter.default', inputs, [out])
    return out
  },
})

/** A copy of a tensor with a view of it overwritten. */
function viewScatter(vm: Vm, op: KernelName, self: Value, source: Value, target: (t: Tensor) => Tensor): Tensor {
  const [t, from] = [asTensor(vm, self), asTensor(vm, source, "argument 'src'")]
  const place = target(t)
  if (!sameShape(place.shape, from.shape)) {
    vm.raise(
      types.RuntimeError,
      `expected src to have a size equal to the slice of self. src size = ${showShape(from.shape)}, slice size = ${showShape(place.shape)}`,
    )
  }
  const out = outputOf([t, from], t.shape, t.dtype)
  launch(vm, op, [t, from], [out])
  return out
}

const viewScatters = torchFunctions({
  'select_scatter(input, src, dim, index)': (vm, [t, src, dim, index]) =>
    viewScatter(vm, 'aten.select_scatter.default', t, src, (x) => select(vm, x, intArg(vm, dim), intArg(vm, index))),
  'slice_scatter(input, src, dim=0, start=None, end=None, step=1)': (vm, [t, src, dim, start, end, step]) =>
    viewScatter(vm, 'aten.slice_scatter.default', t, src, (x) =>
      slice(vm, x, intArg(vm, dim), optionalInt(vm, start) ?? null, optionalInt(vm, end) ?? null, intArg(vm, step)),
    ),
  'diagonal_scatter(input, src, offset=0, dim1=0, dim2=1)': (vm, [t, src, offset, a, b]) =>
    viewScatter(vm, 'aten.diagonal_scatter.default', t, src, (x) =>
      diagonal(vm, x, intArg(vm, offset), intArg(vm, a), intArg(vm, b)),
    ),
})

function indexList(vm: Vm, indices: Value): Tensor[] {
  if (!isSequence(indices)) return vm.raise(types.TypeError, "index_put(): argument 'indices' must be tuple of Tensors")
  return indices.items.filter((x) => x !== null).map((x) => asTensor(vm, x))
}

function indexFill(vm: Vm, self: Value, dim: Value, index: Value, value: Value): Tensor {
  const t = asTensor(vm, self)
  dimArg(vm, t, dim)
  const where = asTensor(vm, index, "argument 'index'")
  const x = asOperand(vm, value, "argument 'value'")
  const out = outputOf([t], t.shape, t.dtype, clonedStrides(t))
  if (isTensor(x)) launch(vm, 'aten.index_fill.int_Tensor', [t, where, x], [out])
  else launch(vm, 'aten.index_fill.int_Scalar', [t, where], [out])
  return out
}

const scattersInPlace = torchFunctions({
  'scatter_(self, dim, index, src=MISSING, *, value=MISSING, reduce=None)': (vm, [t, dim, index, src, value, reduce]) =>
    scatterInto(vm, scatterArgs(vm, t, dim, index, src, value, reduce)),
  'scatter_reduce_(self, dim, index, src, reduce, *, include_self=True)': (vm, [t, dim, index, src]) =>
    into(vm, 'aten.scatter_reduce_.two', t, dim, index, src),
  'index_fill_(self, dim, index, value)': (vm, [self, dim, index, value]) => {
    const t = asTensor(vm, self)
    dimArg(vm, t, dim)
    const where = asTensor(vm, index, "argument 'index'")
    const x = asOperand(vm, value, "argument 'value'")
    overwriteKnown(t, undefined)
    if (isTensor(x)) launch(vm, 'aten.index_fill_.int_Tensor', [t, where, x], [t])
    else launch(vm, 'aten.index_fill_.int_Scalar', [t, where], [t])
    return t
  },
  'index_put_(self, indices, values, accumulate=False)': (vm, [self, indices, values, accumulate]) => {
    const t = asTensor(vm, self)
    if (!isSequence(indices))
      return vm.raise(types.TypeError, "index_put_(): argument 'indices' must be tuple of Tensors")
    const list = indices.items.map((x) => (x === null ? undefined : asTensor(vm, x)))
    return indexPut(vm, t, list, asTensor(vm, values), accumulate === true)
  },
  'masked_scatter_(self, mask, source)': (vm, [self, mask, source]) => {
    const t = asTensor(vm, self)
    overwriteKnown(t, undefined)
    launch(vm, 'aten.masked_scatter_.default', [t, asTensor(vm, mask), asTensor(vm, source)], [t])
    return t
  },
})

// --- Fills ---------------------------------------------------------------------------------------------------------

function zeroInto(vm: Vm, t: Tensor): Tensor {
  fillKnown(t, 0)
  launch(vm, 'aten.zero_.default', [t], [t])
  return t
}

function fillInto(vm: Vm, t: Tensor, value: Operand): Tensor {
  if (isTensor(value)) return fillFrom(vm, t, value)
  fillKnown(t, scalarHint(value))
  launch(vm, 'aten.fill_.Scalar', [t], [t])
  return t
}

const fills = merged(
  ofTensor('zero_', zeroInto),
  torchFunctions({
    'fill_diagonal_(self, fill_value, wrap=False)': (vm, [self, value]) => {
      const t = asTensor(vm, self)
      fillInto(vm, diagonal(vm, t), asScalar(vm, value, "argument 'fill_value'"))
      return t
    },
    'fill_(self, value)': (vm, [t, value]) => fillInto(vm, asTensor(vm, t), asOperand(vm, value, "argument 'value'")),
    '__getitem__(self, key)': (vm, [t, key]) => getItem(vm, asTensor(vm, t), key),
    '__setitem__(self, key, value)': (vm, [t, key, value]) => {
      setItem(vm, asTensor(vm, t), key, value)
      return null
    },
  }),
)

export const indexingFunctions: FunctionSet = {
  both: merged(gathers, scatters, viewScatters, indexAdd.both ?? {}, scatterAdd.both ?? {}, indexCopy.both ?? {}),
  methods: merged(scattersInPlace, fills, indexAdd.methods ?? {}, scatterAdd.methods ?? {}, indexCopy.methods ?? {}),
}
