// Similarities, distances and products of pairs.
import type { Vm } from '../../python/vm.ts'
import { floorDiv, mul, prod, sub } from '../../sym/index.ts'
import { asTensor, boolArg, dimArg, numberArg } from '../arguments.ts'
import { clone } from '../conversion.ts'
import { dtypes } from '../dtype.ts'
import { scalarTensor } from '../factories.ts'
import { torchFunctions, type FunctionTable } from '../functions.ts'
import { div, mul as multiply, sub as subtract } from '../functions/arithmetic.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { launch } from '../record.ts'
import { reduce, sumDims, vectorNorm } from '../reductions.ts'
import { at, broadcastShapes } from '../shape.ts'
import { isTensor, outputOf, type Tensor } from '../tensor.ts'
import { expand, reshape, view } from '../views.ts'

function cosineSimilarity(vm: Vm, a: Tensor, b: Tensor, dim: number, eps: number): Tensor {
  const shape = broadcastShapes(vm, [a.shape, b.shape])
  const [x, y] = [expand(vm, a, shape), expand(vm, b, shape)]
  const norm = (t: Tensor): Tensor => clone(vm, vectorNorm(vm, t, [dim], true))
  const [normX, normY] = [norm(x), norm(y)]
  const least = scalarTensor(eps, dtypes.float32, 'cpu')
  pointwiseInto(vm, 'aten.clamp_min_.Tensor', normX, [least])
  pointwiseInto(vm, 'aten.clamp_min_.Tensor', normY, [least])
  const right = div(vm, y, normY)
  const left = div(vm, x, normX)
  return sumDims(vm, multiply(vm, left, right), [dim])
}

export function pairwiseDistance(vm: Vm, a: Tensor, b: Tensor, eps: number, keepdim: boolean): Tensor {
  const difference = pointwise(vm, 'aten.add.Scalar', [subtract(vm, a, b), eps])
  return reduce(vm, 'aten.norm.ScalarOpt_dim', difference, [difference.rank - 1], keepdim, difference.dtype)
}

function pdist(vm: Vm, t: Tensor): Tensor {
  const n = at(t.shape, 0)
  const out = outputOf([t], [floorDiv(mul(n, sub(n, 1)), 2)], t.dtype)
  launch(vm, 'aten._pdist_forward.default', [t], [out])
  return out
}

/** x1ᵀ W x2 for each output feature. */
function bilinear(vm: Vm, a: Tensor, b: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const lead = a.shape.slice(0, -1)
  const rows = (t: Tensor): Tensor => reshape(vm, t, [prod(lead), at(t.shape, -1)])
  const [x, y] = [rows(a), rows(b)]
  const out = outputOf([x, weight, y], [prod(lead), at(weight.shape, 0)], a.dtype)
  launch(vm, 'aten._trilinear.default', [x, weight, y], [out])
  const result = view(vm, out, [...lead, at(weight.shape, 0)])
  return bias === undefined ? result : pointwise(vm, 'aten.add.Tensor', [result, bias])
}

/** Names of both `torch` and torch.nn.functional. */
export const distanceFunctions: FunctionTable = torchFunctions({
  'cosine_similarity(x1, x2, dim=1, eps=1e-08)': (vm, [a, b, dim, eps]) => {
    const [x, y] = [asTensor(vm, a), asTensor(vm, b)]
    return cosineSimilarity(vm, x, y, dimArg(vm, x.rank >= y.rank ? x : y, dim), numberArg(vm, eps))
  },
  'pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False)': (vm, [a, b, , eps, keepdim]) =>
    pairwiseDistance(vm, asTensor(vm, a), asTensor(vm, b), numberArg(vm, eps), boolArg(vm, keepdim)),
  'pdist(input, p=2.0)': (vm, [t]) => pdist(vm, asTensor(vm, t)),
  'bilinear(input1, input2, weight, bias=None)': (vm, [a, b, weight, bias]) =>
    bilinear(vm, asTensor(vm, a), asTensor(vm, b), asTensor(vm, weight), isTensor(bias) ? bias : undefined),
})
