// Views as functions and methods, their in-place forms, and the attributes that are views (`t.T`, `t.real`).
import { iterator, tuple } from '../../python/make.ts'
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { hintNumber, type Int } from '../../sym/index.ts'
import { asTensor, dimsArg, intArg, isSequence, optionalInt, sizeArg, sizeArgs } from '../arguments.ts'
import { valuesOf } from '../conversion.ts'
import { DType } from '../dtype.ts'
import { aliases, merged, torchFunctions, type FunctionSet } from '../functions.ts'
import { pointwise } from '../pointwise.ts'
import { launch, resolveConjugate } from '../record.ts'
import { contiguousStrides, type Shape } from '../shape.ts'
import { isTensor, type Tensor } from '../tensor.ts'
import {
  asStrided,
  chunk,
  diagonal,
  expand,
  flatten,
  movedim,
  narrow,
  permute,
  reshape,
  reversed,
  select,
  split,
  splitWithSizes,
  squeeze,
  tensorSplit,
  tensorSplitAt,
  transpose,
  unbind,
  unflatten,
  unfold,
  unsafeChunk,
  unsqueeze,
  view,
  viewAlias,
  viewAsComplex,
  viewAsReal,
  viewDtype,
} from '../views.ts'

/** `t()` swaps the two dimensions of a matrix and leaves smaller tensors alone. */
export function t(vm: Vm, x: Tensor): Tensor {
  if (x.rank > 2) {
    vm.raise(types.RuntimeError, `t() expects a tensor with <= 2 dimensions, but self is ${x.rank}D`)
  }
  return x.rank < 2 ? viewAlias(x) : transpose(vm, x, 0, 1)
}

function matrixTranspose(vm: Vm, x: Tensor): Tensor {
  if (x.rank < 2) {
    vm.raise(
      types.RuntimeError,
      `tensor.mT is only supported on matrices or batches of matrices. Got ${x.rank}-D tensor.`,
    )
  }
  return transpose(vm, x, -2, -1)
}

/** Conjugation is a mark on a view; on real numbers it is nothing. */
export function conjugate(x: Tensor): Tensor {
  if (!x.dtype.isComplex) return x
  const v = viewAlias(x)
  v.isConjugate = !x.isConjugate
  return v
}

function asReal(vm: Vm, x: Tensor): Tensor {
  if (x.isConjugate) vm.raise(types.RuntimeError, "view_as_real doesn't work on unresolved conjugated tensors.")
  return viewAsReal(vm, x)
}

function dims(vm: Vm, v: Value): Int[] {
  return isSequence(v) ? v.items.map((d) => intArg(vm, d)) : [intArg(vm, v)]
}

/** Split sizes: one number for equal pieces, or a list. */
function splitOf(vm: Vm, input: Value, size: Value, dim: Value): Value {
  const x = asTensor(vm, input)
  const along = intArg(vm, dim)
  return tuple(
    isSequence(size) ? splitWithSizes(vm, x, sizeArg(vm, size), along) : split(vm, x, intArg(vm, size), along),
  )
}

function tensorSplitOf(vm: Vm, input: Value, sections: Value, dim: Value): Value {
  const x = asTensor(vm, input)
  const along = intArg(vm, dim)
  if (isSequence(sections)) return tuple(tensorSplitAt(vm, x, sizeArg(vm, sections), along))
  if (isTensor(sections) && sections.rank === 1) {
    return tuple(tensorSplitAt(vm, x, Array.from(valuesOf(vm, sections, 'tensor_split()')), along))
  }
  return tuple(tensorSplit(vm, x, hintNumber(intArg(vm, sections)), along))
}

function squeezeOf(vm: Vm, x: Tensor, dim: Value | undefined): Tensor {
  return squeeze(vm, x, dim === undefined || dim === null ? undefined : (dimsArg(vm, x, dim) ?? []))
}

// The method's parameter has another name than the function's.
const splitMethod = torchFunctions({
  'split(self, split_size, dim=0)': (vm, [x, size, dim]) => splitOf(vm, x, size, dim),
})

const splitFunction = torchFunctions({
  'split(tensor, split_size_or_sections, dim=0)': (vm, [x, size, dim]) => splitOf(vm, x, size, dim),
})

const geometry = torchFunctions({
  'transpose(input, dim0, dim1)': (vm, [x, a, b]) => transpose(vm, asTensor(vm, x), intArg(vm, a), intArg(vm, b)),
  't(input)': (vm, [x]) => t(vm, asTensor(vm, x)),
  'adjoint(input)': (vm, [x]) => conjugate(matrixTranspose(vm, asTensor(vm, x))),
  'unsqueeze(input, dim)': (vm, [x, dim]) => unsqueeze(vm, asTensor(vm, x), intArg(vm, dim)),
  'squeeze(input, dim=MISSING)': (vm, [x, dim]) => squeezeOf(vm, asTensor(vm, x), dim),
  'movedim(input, source, destination)': (vm, [x, from, to]) =>
    movedim(vm, asTensor(vm, x), dims(vm, from), dims(vm, to)),
  'flatten(input, start_dim=0, end_dim=-1)': (vm, [x, start, end]) =>
    flatten(vm, asTensor(vm, x), intArg(vm, start), intArg(vm, end)),
  'unflatten(input, dim, sizes)': (vm, [x, dim, sizes]) =>
    unflatten(vm, asTensor(vm, x), intArg(vm, dim), sizeArg(vm, sizes)),
  'ravel(input)': (vm, [x]) => reshape(vm, asTensor(vm, x), [-1]),
  'narrow(input, dim, start, length)': (vm, [x, dim, start, length]) =>
    narrow(vm, asTensor(vm, x), intArg(vm, dim), intArg(vm, start), intArg(vm, length)),
  'select(input, dim, index)': (vm, [x, dim, index]) => select(vm, asTensor(vm, x), intArg(vm, dim), intArg(vm, index)),
  'unbind(input, dim=0)': (vm, [x, dim]) => tuple(unbind(vm, asTensor(vm, x), intArg(vm, dim))),
  'split_with_sizes(input, split_sizes, dim=0)': (vm, [x, sizes, dim]) =>
    tuple(splitWithSizes(vm, asTensor(vm, x), sizeArg(vm, sizes), intArg(vm, dim))),
  'chunk(input, chunks, dim=0)': (vm, [x, n, dim]) =>
    tuple(chunk(vm, asTensor(vm, x), hintNumber(intArg(vm, n)), intArg(vm, dim))),
  'tensor_split(input, indices_or_sections=None, dim=0, *, indices=None, sections=None, tensor_indices_or_sections=None)':
    (vm, [x, either, dim, indices, sections, tensor]) =>
      tensorSplitOf(vm, x, either ?? indices ?? sections ?? tensor, dim),
  'hsplit(input, indices_or_sections)': (vm, [x, sections]) =>
    tensorSplitOf(vm, x, sections, asTensor(vm, x).rank === 1 ? 0 : 1),
  'vsplit(input, indices_or_sections)': (vm, [x, sections]) => tensorSplitOf(vm, x, sections, 0),
  'diagonal(input, offset=0, dim1=0, dim2=1)': (vm, [x, offset, a, b]) =>
    diagonal(vm, asTensor(vm, x), intArg(vm, offset), intArg(vm, a), intArg(vm, b)),
  'as_strided(input, size, stride, storage_offset=None)': (vm, [x, size, stride, offset]) =>
    asStrided(asTensor(vm, x), sizeArg(vm, size), sizeArg(vm, stride), optionalInt(vm, offset)),
  'detach(input)': (vm, [x]) => detach(asTensor(vm, x)),
  'conj(input)': (vm, [x]) => conjugate(asTensor(vm, x)),
  'resolve_conj(input)': (vm, [x]) => resolveConjugate(vm, asTensor(vm, x)),
  'conj_physical(input)': (vm, [x]) => pointwise(vm, 'aten._conj_physical.default', [asTensor(vm, x)]),
  'resolve_neg(input)': (vm, [x]) => asTensor(vm, x),
})

/** The same values, outside the graph. */
function detach(x: Tensor): Tensor {
  const v = viewAlias(x)
  v.requiresGrad = false
  return v
}

const torchOnly = torchFunctions({
  'broadcast_to(input, size)': (vm, [x, size]) => expand(vm, asTensor(vm, x), sizeArg(vm, size)),
  'permute(input, dims)': (vm, [x, order]) => permute(vm, asTensor(vm, x), dims(vm, order)),
  'reshape(input, shape)': (vm, [x, shape]) => reshape(vm, asTensor(vm, x), sizeArg(vm, shape)),
  'view_as_real(input)': (vm, [x]) => asReal(vm, asTensor(vm, x)),
  'view_as_complex(input)': (vm, [x]) => viewAsComplex(vm, asTensor(vm, x)),
  'real(input)': (vm, [x]) => realPart(vm, asTensor(vm, x)),
  'imag(input)': (vm, [x]) => imaginaryPart(vm, asTensor(vm, x)),
  'unsafe_chunk(input, chunks, dim=0)': (vm, [x, n, dim]) =>
    tuple(unsafeChunk(vm, asTensor(vm, x), hintNumber(intArg(vm, n)), intArg(vm, dim))),
})

/** `view(2, 3)`, `view((2, 3))` and `view(dtype)`. */
function viewMethod(
  vm: Vm,
  x: Tensor,
  args: readonly Value[],
  size: Value | undefined,
  dtype: Value | undefined,
): Tensor {
  const [first] = args
  const target = dtype ?? first
  if (target instanceof DType) return viewDtype(vm, x, target)
  return view(vm, x, size === undefined ? sizeArgs(vm, args) : sizeArg(vm, size))
}

const methods = torchFunctions({
  'permute(self, *args, dims=MISSING)': (vm, [x, args, order]) =>
    permute(vm, asTensor(vm, x), order === undefined ? sizeArgs(vm, args) : dims(vm, order)),
  'view(self, *args, size=MISSING, dtype=MISSING)': (vm, [x, args, size, dtype]) =>
    viewMethod(vm, asTensor(vm, x), args, size, dtype),
  'reshape(self, *args, shape=MISSING)': (vm, [x, args, shape]) =>
    reshape(vm, asTensor(vm, x), shape === undefined ? sizeArgs(vm, args) : sizeArg(vm, shape)),
  'expand(self, *args, size=MISSING)': (vm, [x, args, size]) =>
    expand(vm, asTensor(vm, x), size === undefined ? sizeArgs(vm, args) : sizeArg(vm, size)),
  'broadcast_to(self, *args, size=MISSING)': (vm, [x, args, size]) =>
    expand(vm, asTensor(vm, x), size === undefined ? sizeArgs(vm, args) : sizeArg(vm, size)),
  'expand_as(self, other)': (vm, [x, other]) => expand(vm, asTensor(vm, x), asTensor(vm, other).shape),
  'view_as(self, other)': (vm, [x, other]) => view(vm, asTensor(vm, x), asTensor(vm, other).shape),
  'reshape_as(self, other)': (vm, [x, other]) => reshape(vm, asTensor(vm, x), asTensor(vm, other).shape),
  'unfold(self, dimension, size, step)': (vm, [x, dim, size, step]) =>
    unfold(vm, asTensor(vm, x), intArg(vm, dim), intArg(vm, size), intArg(vm, step)),
  'unsafe_chunk(self, chunks, dim=0)': (vm, [x, n, dim]) =>
    tuple(unsafeChunk(vm, asTensor(vm, x), hintNumber(intArg(vm, n)), intArg(vm, dim))),
  '__iter__(self)': (vm, [x]) => iterated(vm, asTensor(vm, x)),
})

/** Iteration is `unbind(0)`. */
function iterated(vm: Vm, x: Tensor): Value {
  if (x.rank === 0) vm.raise(types.TypeError, 'iteration over a 0-d tensor')
  return iterator(unbind(vm, x, 0))
}

// --- In place ------------------------------------------------------------------------------------------------------

type Metadata =
  | 'aten.squeeze_.default'
  | 'aten.squeeze_.dim'
  | 'aten.squeeze_.dims'
  | 'aten.unsqueeze_.default'
  | 'aten.t_.default'
  | 'aten.transpose_.default'
  | 'aten.as_strided_.default'

/** Gives a tensor the geometry of a view of itself; the dispatcher sees it as a call that writes it. */
function become(vm: Vm, op: Metadata, x: Tensor, v: Tensor): Tensor {
  x.assign(v.shape, v.strides)
  x.offset = v.offset
  launch(vm, op, [x], [x])
  return x
}

function squeezeInto(vm: Vm, x: Tensor, dim: Value | undefined): Tensor {
  const op = dim === undefined ? 'aten.squeeze_.default' : isSequence(dim) ? 'aten.squeeze_.dims' : 'aten.squeeze_.dim'
  return become(vm, op, x, squeezeOf(vm, x, dim))
}

function resizeInto(vm: Vm, x: Tensor, shape: Shape): Tensor {
  x.assign(shape, contiguousStrides(shape))
  x.storage.data = undefined
  launch(vm, 'aten.resize_.default', [x], [x])
  return x
}

const inPlace = torchFunctions({
  'squeeze_(self, dim=MISSING)': (vm, [x, dim]) => squeezeInto(vm, asTensor(vm, x), dim),
  'unsqueeze_(self, dim)': (vm, [input, dim]) => {
    const x = asTensor(vm, input)
    return become(vm, 'aten.unsqueeze_.default', x, unsqueeze(vm, x, intArg(vm, dim)))
  },
  't_(self)': (vm, [input]) => {
    const x = asTensor(vm, input)
    return become(vm, 'aten.t_.default', x, t(vm, x))
  },
  'transpose_(self, dim0, dim1)': (vm, [input, a, b]) => {
    const x = asTensor(vm, input)
    return become(vm, 'aten.transpose_.default', x, transpose(vm, x, intArg(vm, a), intArg(vm, b)))
  },
  'as_strided_(self, size, stride, storage_offset=None)': (vm, [input, size, stride, offset]) => {
    const x = asTensor(vm, input)
    return become(
      vm,
      'aten.as_strided_.default',
      x,
      asStrided(x, sizeArg(vm, size), sizeArg(vm, stride), optionalInt(vm, offset)),
    )
  },
  'resize_(self, *args, memory_format=None)': (vm, [x, args]) => resizeInto(vm, asTensor(vm, x), sizeArgs(vm, args)),
  'detach_(self)': (vm, [input]) => {
    const x = asTensor(vm, input)
    x.requiresGrad = false
    return x
  },
})

// --- Attributes ----------------------------------------------------------------------------------------------------

export function realPart(vm: Vm, x: Tensor): Tensor {
  return x.dtype.isComplex ? select(vm, viewAsReal(vm, x), -1, 0) : x
}

export function imaginaryPart(vm: Vm, x: Tensor): Tensor {
  if (!x.dtype.isComplex) vm.raise(types.RuntimeError, 'imag is not implemented for tensors with non-complex dtypes.')
  return select(vm, viewAsReal(vm, x), -1, 1)
}

type Attribute = (vm: Vm, self: Value) => Value

/** Attributes of a tensor that are views of it. */
export const viewAttributes: Readonly<Record<string, Attribute>> = {
  T: (vm, x) => reversed(vm, asTensor(vm, x)),
  mT: (vm, x) => matrixTranspose(vm, asTensor(vm, x)),
  H: (vm, x) => conjugate(t(vm, asTensor(vm, x))),
  mH: (vm, x) => conjugate(matrixTranspose(vm, asTensor(vm, x))),
  real: (vm, x) => realPart(vm, asTensor(vm, x)),
  imag: (vm, x) => imaginaryPart(vm, asTensor(vm, x)),
}

export const viewFunctions: FunctionSet = {
  both: aliases(geometry, { swapaxes: 'transpose', swapdims: 'transpose', moveaxis: 'movedim' }),
  methods: merged(methods, aliases(inPlace, { swapaxes_: 'transpose_', swapdims_: 'transpose_' }), splitMethod),
  torch: merged(torchOnly, splitFunction),
}
