// What a tensor says of itself: its attributes, sizes and strides, and the questions asked of it.
import { namespace, tuple } from '../../python/make.ts'
import { native } from '../../python/native.ts'
import { types } from '../../python/types.ts'
import { asString, format, idOf } from '../../python/object.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { hintNumber, mul } from '../../sym/index.ts'
import { asOperand, asTensor, boolArg, dimArg } from '../arguments.ts'
import { clone } from '../conversion.ts'
import { deviceValue } from '../device.ts'
import { DType, dtypeArg, dtypes } from '../dtype.ts'
import { ofTensor, merged, torchFunctions, type FunctionSet } from '../functions.ts'
import { pointwise } from '../pointwise.ts'
import { canCast, promoteTypes, resultType } from '../promote.ts'
import { folds, reduce } from '../reductions.ts'
import { at, numel, sameShape } from '../shape.ts'
import { sizeTuple } from '../size.ts'
import { strided } from '../constants.ts'
import { isTensor, knownValues, viewOf, type Tensor } from '../tensor.ts'
import { viewAlias } from '../views.ts'
import { item, scalarValue, truthOf } from './conversion.ts'

type Getter = (vm: Vm, self: Value) => Value

/** Replaces what a tensor holds, as `t.data = other` does: it stays the same object with the same role. */
function setData(t: Tensor, data: Tensor): void {
  t.assign(data.shape, data.strides)
  t.dtype = data.dtype
  t.storage = data.storage
  t.offset = data.offset
}

/** Attributes other than views. */
export const attributes: Readonly<
  Record<string, Getter | { readonly get: Getter; readonly set: (vm: Vm, self: Value, value: Value) => void }>
> = {
  shape: (vm, t) => sizeTuple(asTensor(vm, t).shape),
  dtype: (vm, t) => asTensor(vm, t).dtype,
  device: (vm, t) => deviceValue(asTensor(vm, t).device),
  ndim: (vm, t) => asTensor(vm, t).rank,
  layout: () => strided,
  itemsize: (vm, t) => asTensor(vm, t).dtype.itemsize,
  nbytes: (vm, t) => mul(numel(asTensor(vm, t).shape), asTensor(vm, t).dtype.itemsize),
  data: {
    get: (vm, t) => {
      const own = asTensor(vm, t)
      const v = viewOf(own, own.shape, own.strides)
      v.requiresGrad = false
      return v
    },
    set: (vm, t, value) => {
      setData(asTensor(vm, t), asTensor(vm, value))
    },
  },
  requires_grad: {
    get: (vm, t) => asTensor(vm, t).requiresGrad,
    set: (vm, t, value) => {
      asTensor(vm, t).requiresGrad = boolArg(vm, value, 'requires_grad')
    },
  },
  grad: { get: () => null, set: () => undefined },
  grad_fn: () => null,
  is_leaf: () => true,
  is_meta: (vm, t) => asTensor(vm, t).device === 'meta',
  is_cpu: (vm, t) => asTensor(vm, t).device === 'cpu',
  is_cuda: () => false,
  is_xpu: () => false,
  is_mps: () => false,
  is_ipu: () => false,
  is_maia: () => false,
  is_mtia: () => false,
  is_xla: () => false,
  is_sparse: () => false,
  is_sparse_csr: () => false,
  is_quantized: () => false,
  is_nested: () => false,
  is_mkldnn: () => false,
  is_vulkan: () => false,
  output_nr: () => 0,
  retains_grad: () => false,
  name: () => null,
}

// --- Sizes ---------------------------------------------------------------------------------------------------------

const sizes = torchFunctions({
  'size(self, dim=None)': (vm, [input, dim]) => {
    const t = asTensor(vm, input)
    return dim === null ? sizeTuple(t.shape) : at(t.shape, dimOfShape(vm, t, dim))
  },
  'stride(self, dim=None)': (vm, [input, dim]) => {
    const t = asTensor(vm, input)
    return dim === null ? tuple([...t.strides]) : at(t.strides, dimOfShape(vm, t, dim))
  },
  'requires_grad_(self, requires_grad=True)': (vm, [input, flag]) => {
    const t = asTensor(vm, input)
    t.requiresGrad = boolArg(vm, flag, 'requires_grad')
    return t
  },
  'is_same_size(self, other)': (vm, [a, b]) => {
    const [x, y] = [asTensor(vm, a), asTensor(vm, b)]
    return x.rank === y.rank && sameShape(x.shape, y.shape)
  },
  'is_set_to(self, tensor)': (vm, [a, b]) => asTensor(vm, a).storage === asTensor(vm, b).storage,
  'pin_memory(self, device=None)': (vm, [t]) => asTensor(vm, t),
  'register_hook(self, hook)': () => null,
  '__copy__(self)': (vm, [t]) => ofClass(viewAlias(asTensor(vm, t)), asTensor(vm, t)),
  '__deepcopy__(self, memo)': (vm, [t]) => ofClass(clone(vm, asTensor(vm, t)), asTensor(vm, t)),
  'untyped_storage(self)': (vm, [t]) => storageOf(asTensor(vm, t)),
  '__len__(self)': (vm, [input]) => {
    const t = asTensor(vm, input)
    if (t.rank === 0) vm.raise(types.TypeError, 'len() of a 0-d tensor')
    return at(t.shape, 0)
  },
  '__hash__(self)': (vm, [t]) => idOf(vm, asTensor(vm, t)),
  '__contains__(self, element)': (vm, [input, element]) => {
    const t = asTensor(vm, input)
    const x = asOperand(vm, element, "argument 'element'")
    const equal = pointwise(vm, isTensor(x) ? 'aten.eq.Tensor' : 'aten.eq.Scalar', [t, x], { result: 'bool' })
    return truthOf(vm, reduce(vm, 'aten.any.default', equal, undefined, false, dtypes.bool, folds.any))
  },
  // PyTorch has no value for a tensor on the meta device; where it follows from the program, any other device would print it.
  '__format__(self, spec)': (vm, [input, spec]) => {
    const t = asTensor(vm, input)
    const known = t.rank === 0 ? knownValues(t) : undefined
    if (known === undefined) return show(t)
    if (t.device !== 'meta') return format(vm, item(vm, t), asString(vm, spec))
    return known.isSettled ? format(vm, scalarValue(t, known.get()[0] ?? NaN), asString(vm, spec)) : show(t)
  },
})

/** A copy is of the class of its original, and plays its part: a parameter stays a parameter. */
function ofClass(copy: Tensor, original: Tensor): Tensor {
  copy.cls = original.cls
  copy.role = original.role
  copy.requiresGrad = original.requiresGrad
  return copy
}

/** As much of torch.UntypedStorage as programs ask for. */
function storageOf(t: Tensor): Value {
  const bytes = mul(numel(t.storage.shape), t.dtype.itemsize)
  return namespace({
    data_ptr: native('data_ptr()', () => 0),
    nbytes: native('nbytes()', () => bytes),
    size: native('size()', () => bytes),
    device: deviceValue(t.device),
  })
}

function dimOfShape(vm: Vm, t: Tensor, dim: Value): number {
  if (t.rank === 0) vm.raise(types.IndexError, 'Dimension specified as 0 but tensor has no dimensions')
  return dimArg(vm, t, dim)
}

const plain = merged(
  ofTensor('dim', (_vm, t) => t.rank),
  ofTensor('ndimension', (_vm, t) => t.rank),
  ofTensor('element_size', (_vm, t) => t.dtype.itemsize),
  ofTensor('nelement', (_vm, t) => numel(t.shape)),
  ofTensor('storage_offset', (_vm, t) => t.offset),
  ofTensor('data_ptr', () => 0),
  ofTensor('get_device', () => -1),
  ofTensor('is_shared', () => false),
  ofTensor('is_pinned', () => false),
  ofTensor('is_coalesced', () => false),
  ofTensor('retain_grad', () => null),
  ofTensor('share_memory_', (_vm, t) => t),
  ofTensor('__repr__', (_vm, t) => show(t)),
)

/** `tensor(..., device='meta', size=(2, 3))`, as tensors without data print. */
export function show(t: Tensor): string {
  const parts = ['...']
  if (t.device !== 'cpu') parts.push(`device='${t.device}'`)
  parts.push(`size=(${t.shape.map((s) => String(hintNumber(s))).join(', ')}${t.rank === 1 ? ',' : ''})`)
  if (t.dtype !== dtypes.float32) parts.push(`dtype=torch.${t.dtype.name}`)
  return `tensor(${parts.join(', ')})`
}

const questions = merged(
  ofTensor('numel', (_vm, t) => numel(t.shape)),
  ofTensor('is_floating_point', (_vm, t) => t.dtype.isFloatingPoint),
  ofTensor('is_complex', (_vm, t) => t.dtype.isComplex),
  ofTensor('is_signed', (_vm, t) => t.dtype.isSigned),
  ofTensor('is_inference', () => false),
  ofTensor('is_conj', (_vm, t) => t.isConjugate),
  ofTensor('is_neg', () => false),
)

function dtypeValue(vm: Vm, v: Value): DType {
  return v instanceof DType ? v : (dtypeArg(vm, v) ?? vm.raise(types.TypeError, 'expected a torch.dtype'))
}

const aboutTypes = torchFunctions({
  'is_tensor(obj)': (_vm, [v]) => isTensor(v),
  'is_storage(obj)': () => false,
  'promote_types(type1, type2)': (vm, [a, b]) => promoteTypes(vm, dtypeValue(vm, a), dtypeValue(vm, b)),
  'result_type(tensor1, tensor2)': (vm, [a, b]) => resultType(vm, [asOperand(vm, a), asOperand(vm, b)]),
  'can_cast(from_, to)': (vm, [a, b]) => canCast(dtypeValue(vm, a), dtypeValue(vm, b)),
})

export const queryFunctions: FunctionSet = { both: questions, methods: merged(sizes, plain), torch: aboutTypes }
