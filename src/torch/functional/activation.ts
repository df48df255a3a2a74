// Activations that are one kernel each. Those composed of others are written in Python (standins/functional.ts).
import { types } from '../../python/types.ts'
import type { Value } from '../../python/values.ts'
import type { Vm } from '../../python/vm.ts'
import { floorDiv, hint, mod, type Int } from '../../sym/index.ts'
import { asTensor, boolArg, dimArg } from '../arguments.ts'
import { merged, ofTensor, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { outputStrides, stridesLike } from '../iterator.ts'
import type { KernelName } from '../kernels/index.ts'
import { pointwise, pointwiseInto } from '../pointwise.ts'
import { launch } from '../record.ts'
import { at, sameSize } from '../shape.ts'
import { outputOf, type Tensor } from '../tensor.ts'
import { view } from '../views.ts'

interface Activation {
  readonly name: string
  /** Parameters after `input`, as their defaults are written; empty or ending in a comma. */
  readonly params: string
  readonly op: KernelName
  /** The kernel that overwrites its operand, where there is one. */
  readonly into?: KernelName
}

const activations: readonly Activation[] = [
  { name: 'relu', params: '', op: 'aten.relu.default', into: 'aten.relu_.default' },
  { name: 'silu', params: '', op: 'aten.silu.default', into: 'aten.silu_.default' },
  { name: 'mish', params: '', op: 'aten.mish.default', into: 'aten.mish_.default' },
  { name: 'elu', params: 'alpha=1.0, ', op: 'aten.elu.default', into: 'aten.elu_.default' },
  { name: 'selu', params: '', op: 'aten.elu.default', into: 'aten.elu_.default' },
  { name: 'celu', params: 'alpha=1.0, ', op: 'aten.celu.default', into: 'aten.celu_.default' },
  {
    name: 'leaky_relu',
    params: 'negative_slope=0.01, ',
    op: 'aten.leaky_relu.default',
    into: 'aten.leaky_relu_.default',
  },
  { name: 'relu6', params: '', op: 'aten.hardtanh.default', into: 'aten.hardtanh_.default' },
  {
    name: 'hardtanh',
    params: 'min_val=-1.0, max_val=1.0, ',
    op: 'aten.hardtanh.default',
    into: 'aten.hardtanh_.default',
  },
  { name: 'hardswish', params: '', op: 'aten.hardswish.default', into: 'aten.hardswish_.default' },
  { name: 'hardsigmoid', params: '', op: 'aten.hardsigmoid.default', into: 'aten.hardsigmoid_.default' },
  { name: 'threshold', params: 'threshold, value, ', op: 'aten.threshold.default', into: 'aten.threshold_.default' },
  { name: 'softplus', params: 'beta=1, threshold=20, ', op: 'aten.softplus.default' },
  { name: 'softshrink', params: 'lambd=0.5, ', op: 'aten.softshrink.default' },
  { name: 'hardshrink', params: 'lambd=0.5, ', op: 'aten.hardshrink.default' },
  { name: 'sigmoid', params: '', op: 'aten.sigmoid.default' },
  { name: 'tanh', params: '', op: 'aten.tanh.default' },
]

const first = (args: readonly unknown[]): Value | undefined => args[0] as Value | undefined

/** `relu(input, inplace=False)`, as torch.nn.functional has it. */
function withInplace({ name, params, op, into }: Activation): FunctionTable {
  if (into === undefined) {
    return torchFunctions<string>({
      [`${name}(input, ${params})`]: (vm, args) => pointwise(vm, op, [asTensor(vm, first(args))]),
    })
  }
  return torchFunctions<string>({
    [`${name}(input, ${params}inplace=False)`]: (vm, args) => {
      const t = asTensor(vm, first(args))
      return boolArg(vm, args.at(-1) as Value, "argument 'inplace'")
        ? pointwiseInto(vm, into, t, [])
        : pointwise(vm, op, [t])
    },
  })
}

/** `relu_(input)`. */
function overwriting({ name, params, into }: Activation): FunctionTable {
  if (into === undefined) return {}
  return torchFunctions<string>({
    [`${name}_(input, ${params})`]: (vm, args) => pointwiseInto(vm, into, asTensor(vm, first(args)), []),
  })
}

/** `relu(input)`, as `torch` and Tensor have it. */
function plain({ name, params, op }: Activation): FunctionTable {
  return torchFunctions<string>({
    [`${name}(input, ${params})`]: (vm, args) => pointwise(vm, op, [asTensor(vm, first(args))]),
  })
}

function rowsNamed(...names: readonly string[]): readonly Activation[] {
  return activations.filter((a) => names.includes(a.name))
}

function gelu(vm: Vm, t: Tensor, approximate: Value): Tensor {
  if (approximate !== 'none' && approximate !== 'tanh') {
    vm.raise(types.RuntimeError, 'approximate argument must be either none or tanh.')
  }
  return pointwise(vm, 'aten.gelu.default', [t], { params: { tanh: approximate === 'tanh' } })
}

/** The second output is scratch space of the CPU's kernel; the dispatcher sees it. */
function logSigmoid(vm: Vm, t: Tensor): Tensor {
  const strides = stridesLike(t)
  const out = outputOf([t], t.shape, t.dtype, strides)
  launch(vm, 'aten.log_sigmoid_forward.default', [t], [out, outputOf([t], t.shape, t.dtype, strides)])
  return out
}

/** One weight for all channels (dimension 1), or one each. */
function prelu(vm: Vm, t: Tensor, weight: Tensor): Tensor {
  if (t.dtype !== weight.dtype) {
    vm.raise(
      types.RuntimeError,
      `prelu: Type promoting not supported. Got torch.${t.dtype.name} and torch.${weight.dtype.name}`,
    )
  }
  const channels: Int = t.rank > 1 ? at(t.shape, 1) : 1
  const count: Int = weight.rank === 0 ? 1 : at(weight.shape, 0)
  if (weight.rank > 1 || !(sameSize(count, 1) || sameSize(count, channels))) {
    vm.raise(
      types.RuntimeError,
      `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${hint(count)} and channel size = ${hint(channels)}.`,
    )
  }
  const spread = t.shape.map((_, i): Int => (i === Math.min(1, t.rank - 1) ? count : 1))
  return pointwise(vm, 'aten._prelu_kernel.default', [t, weight.rank === 0 ? weight : view(vm, weight, spread)])
}

/** Half of a dimension gates the other. */
function glu(vm: Vm, t: Tensor, dim: Value): Tensor {
  if (t.rank === 0) vm.raise(types.RuntimeError, 'glu does not support 0-dimensional tensors')
  const d = dimArg(vm, t, dim)
  const n = at(t.shape, d)
  if (!sameSize(mod(n, 2), 0)) {
    vm.raise(types.RuntimeError, `Halving dimension must be even, but dimension ${d} is size ${hint(n)}`)
  }
  const shape = t.shape.map((s, i) => (i === d ? floorDiv(s, 2) : s))
  const half = outputOf([t], shape, t.dtype, t.strides)
  const out = outputOf([t], shape, t.dtype, outputStrides(shape, [half]))
  launch(vm, 'aten.glu.default', [t], [out])
  return out
}

function rrelu(vm: Vm, t: Tensor): Tensor {
  const noise = outputOf([t], t.shape, t.dtype, stridesLike(t))
  return pointwise(vm, 'aten.rrelu_with_noise.default', [t, noise])
}

const rreluFunction = torchFunctions({
  'rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False)': (vm, [input]) =>
    rrelu(vm, asTensor(vm, input)),
})

const preluFunction = torchFunctions({
  'prelu(input, weight)': (vm, [input, weight]) =>
    prelu(vm, asTensor(vm, input), asTensor(vm, weight, "argument 'weight'")),
})

/** Names of torch.nn.functional. */
export const functionalActivations: FunctionTable = merged(
  ...activations.map(withInplace),
  ...activations.map(overwriting),
  ofTensor('logsigmoid', logSigmoid),
  preluFunction,
  rreluFunction,
  torchFunctions({
    "gelu(input, *, approximate='none')": (vm, [input, approximate]) => gelu(vm, asTensor(vm, input), approximate),
    'glu(input, dim=-1)': (vm, [input, dim]) => glu(vm, asTensor(vm, input), dim),
  }),
)

/** Names of `torch` and Tensor, besides those of the elementwise functions (relu, sigmoid, tanh). */
export const activationSet: FunctionSet = {
  both: merged(...rowsNamed('hardshrink').map(plain), preluFunction),
  torch: merged(
    ...rowsNamed('selu', 'celu', 'threshold').map(plain),
    ...rowsNamed('relu', 'selu', 'celu', 'threshold').map(overwriting),
    rreluFunction,
  ),
}
