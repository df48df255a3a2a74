// Look-ups in tables of vectors.
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { ge, hint, lt, neg, prod, sub, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, intArg, optionalInt } from '../arguments.ts'
import { convert, decidedCount, valuesOf } from '../conversion.ts'
import { dtypes } from '../dtype.ts'
import { arange, zeros } from '../factories.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { pointwise } from '../pointwise.ts'
import { boundsOutside } from '../ramp.ts'
import { launch } from '../record.ts'
import { at } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { reshape, unsqueeze } from '../views.ts'

function checkIndices(vm: Vm, t: Tensor): void {
  if (t.dtype === dtypes.int64 || t.dtype === dtypes.int32) return
  vm.raise(
    types.RuntimeError,
    `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${t.dtype.name} instead (while checking arguments for embedding)`,
  )
}

function checkRows(vm: Vm, rows: Int, indices: Tensor): void {
  const outside = boundsOutside(indices, 0, rows)
  if (outside === undefined) return
  const range = `${hint(outside.least)} to ${hint(outside.most)}`
  vm.raise(types.IndexError, `index out of range in self: indices ${range}, a table of ${hint(rows)} rows`)
}

export function embedding(vm: Vm, weight: Tensor, indices: Tensor): Tensor {
  if (weight.rank !== 2) vm.raise(types.RuntimeError, "'weight' must be 2-D")
  checkIndices(vm, indices)
  checkRows(vm, at(weight.shape, 0), indices)
  const out = outputOf([weight, indices], [...indices.shape, at(weight.shape, 1)], weight.dtype)
  launch(vm, 'aten.embedding.default', [weight, indices], [out])
  return out
}

function checkPadding(vm: Vm, weight: Tensor, v: Value): void {
  const index = optionalInt(vm, v)
  if (index === undefined) return
  const rows = at(weight.shape, 0)
  if (ge(index, rows) || lt(index, neg(rows)))
    vm.raise(types.AssertionError, 'Padding_idx must be within num_embeddings')
}

// --- Bags ---------------------------------------------------------------------------------------------------------------

interface BagArgs {
  readonly weight: Tensor
  readonly indices: Tensor
  readonly offsets: Tensor | undefined
  readonly mode: Value
  readonly perSample: Tensor | undefined
  readonly includeLast: boolean
}

const modes: readonly Value[] = ['sum', 'mean', 'max']

function embeddingBag(vm: Vm, args: BagArgs): Tensor {
  const { weight, mode, includeLast } = args
  if (!modes.includes(mode)) vm.raise(types.ValueError, 'mode has to be one of sum, mean or max')
  let { indices, offsets, perSample } = args
  if (indices.rank === 2) {
    if (offsets !== undefined)
      vm.raise(
        types.ValueError,
        'if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences.',
      )
    offsets = arangeOffsets(vm, indices)
    indices = reshape(vm, indices, [-1])
    if (perSample !== undefined) perSample = reshape(vm, perSample, [-1])
  } else if (offsets === undefined) vm.raise(types.ValueError, 'offsets has to be a 1D Tensor but got None')
  const bags: Int = includeLast ? sub(at(offsets.shape, 0), 1) : at(offsets.shape, 0)
  const inputs = [weight, indices, offsets, ...(perSample === undefined ? [] : [perSample])]
  const count = prod(indices.shape)
  const isMax = mode === 'max'
  const outs = [
    outputOf(inputs, [bags, at(weight.shape, 1)], weight.dtype),
    outputOf(inputs, [count], offsets.dtype),
    outputOf(inputs, offsets.shape, offsets.dtype),
    outputOf(inputs, isMax ? [bags, at(weight.shape, 1)] : [0], offsets.dtype),
  ]
  const op = weight.requiresGrad ? 'aten._embedding_bag.default' : 'aten._embedding_bag_forward_only.default'
  launch(vm, op, inputs, outs)
  return outs[0] ?? weight
}

/** Rows of equal length: `torch.arange(0, input.numel(), input.size(1))`. */
function arangeOffsets(vm: Vm, indices: Tensor): Tensor {
  const offsets = outputOf([indices], [at(indices.shape, 0)], indices.dtype)
  launch(vm, 'aten.arange.start_step', [], [offsets])
  return offsets
}

// --- One-hot vectors ------------------------------------------------------------------------------------------------------

/** On the meta device a comparison with the class numbers; elsewhere zeros with ones scattered into them. */
function oneHot(vm: Vm, t: Tensor, classes: Int | undefined): Tensor {
  if (t.dtype !== dtypes.int64)
    vm.raise(types.RuntimeError, 'one_hot is only applicable to index tensor of type LongTensor.')
  if (t.device === 'meta') {
    const numbers = arange(vm, 'aten.arange.default', 0, classes ?? mostPlusOne(vm, t), 1, dtypes.int64, 'meta')
    const equal = pointwise(vm, 'aten.eq.Tensor', [unsqueeze(vm, t, -1), numbers], { result: 'bool' })
    return convert(vm, equal, dtypes.int64)
  }
  const bounds = [outputOf([t], [], t.dtype), outputOf([t], [], t.dtype)]
  launch(vm, 'aten.aminmax.default', [t], bounds)
  for (const b of bounds) launch(vm, 'aten._local_scalar_dense.default', [b], [])
  const count = classes ?? mostPlusOne(vm, t)
  const out = zeros(vm, [...t.shape, count], dtypes.int64, 'cpu')
  launch(vm, 'aten.scatter_.value', [out, unsqueeze(vm, t, -1)], [out])
  out.storage.data = undefined
  return out
}

function mostPlusOne(vm: Vm, t: Tensor): Int {
  const what = 'one_hot without num_classes'
  return decidedCount(vm, t, what) ?? Math.max(...Array.from(valuesOf(vm, t, what))) + 1
}

// --- Tables -----------------------------------------------------------------------------------------------------------

export const functionalEmbeddings: FunctionTable = torchFunctions({
  'embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)': (
    vm,
    [input, weight, padding, maxNorm],
  ) => {
    const table = asTensor(vm, weight, "argument 'weight'")
    checkPadding(vm, table, padding)
    if (maxNorm !== null) vm.stop('unsupported-op', 'torch.nn.functional.embedding with max_norm')
    return embedding(vm, table, asTensor(vm, input))
  },
  'one_hot(tensor, num_classes=-1)': (vm, [t, classes]) => {
    const n = intArg(vm, classes, 'num_classes')
    return oneHot(vm, asTensor(vm, t), n === -1 ? undefined : n)
  },
  "embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None)":
    (vm, [input, weight, offsets, maxNorm, , , mode, , perSample, includeLast]) => {
      if (maxNorm !== null) vm.stop('unsupported-op', 'torch.nn.functional.embedding_bag with max_norm')
      return embeddingBag(vm, {
        weight: asTensor(vm, weight, "argument 'weight'"),
        indices: asTensor(vm, input),
        offsets: isTensor(offsets) ? offsets : undefined,
        mode,
        perSample: isTensor(perSample) ? perSample : undefined,
        includeLast: boolArg(vm, includeLast),
      })
    },
})

export const torchEmbeddings: FunctionTable = torchFunctions({
  'embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False)': (vm, [weight, indices]) =>
    embedding(vm, asTensor(vm, weight, "argument 'weight'"), asTensor(vm, indices, "argument 'indices'")),
})
