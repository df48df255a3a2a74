// The modules of torch.nn around the layers: the package, initialisation, utilities, attention options.
import type { PythonModules } from './index.ts'
import { reparametrizations } from './reparametrize.ts'

/** The files of torch/nn/modules and the layers that `torch.nn` offers of each. */
const layerFiles: Readonly<Record<string, string>> = {
  module: 'Module',
  linear: 'Bilinear Identity LazyLinear Linear',
  activation:
    'CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish MultiheadAttention PReLU ReLU ReLU6 RReLU SELU Sigmoid SiLU Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold',
  adaptive: 'AdaptiveLogSoftmaxWithLoss',
  batchnorm: 'BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d SyncBatchNorm',
  channelshuffle: 'ChannelShuffle',
  container: 'Container ModuleDict ModuleList ParameterDict ParameterList Sequential',
  conv: 'Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d',
  distance: 'CosineSimilarity PairwiseDistance',
  dropout: 'AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout',
  flatten: 'Flatten Unflatten',
  fold: 'Fold Unfold',
  instancenorm: 'InstanceNorm1d InstanceNorm2d InstanceNorm3d LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d',
  loss: 'BCELoss BCEWithLogitsLoss CosineEmbeddingLoss CrossEntropyLoss CTCLoss GaussianNLLLoss HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss MarginRankingLoss MSELoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss',
  linear_cross_entropy: 'LinearCrossEntropyLoss',
  normalization: 'CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm',
  padding:
    'CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d',
  pixelshuffle: 'PixelShuffle PixelUnshuffle',
  pooling:
    'AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d',
  rnn: 'GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase',
  sparse: 'Embedding EmbeddingBag',
  transformer: 'Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer',
  upsampling: 'Upsample UpsamplingBilinear2d UpsamplingNearest2d',
}

const layerImports = Object.entries(layerFiles).map(
  ([file, names]) => `from .${file} import ${names.split(' ').join(', ')}`,
)
export const layerNames = Object.values(layerFiles).flatMap((names) => names.split(' '))

/** `torch.nn.modules` for runs without PyTorch's source. */
export const layersPackage: PythonModules = {
  'torch.nn.modules': `${layerImports.join('\n')}\n\n__all__ = [${layerNames.map((n) => `"${n}"`).join(', ')}]\n`,
}

const rnnUtils = `
from collections import namedtuple

import torch
from torch import _lm_predictor as _host

PackedSequence = namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])
pack_padded_sequence = _host.unsupported("torch.nn.utils.rnn.pack_padded_sequence")
pad_packed_sequence = _host.unsupported("torch.nn.utils.rnn.pad_packed_sequence")
pack_sequence = _host.unsupported("torch.nn.utils.rnn.pack_sequence")
unpack_sequence = _host.unsupported("torch.nn.utils.rnn.unpack_sequence")


def invert_permutation(permutation):
    if permutation is None:
        return None
    output = torch.empty_like(permutation)
    output.scatter_(0, permutation, torch.arange(0, permutation.numel(), device=permutation.device))
    return output


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    if isinstance(sequences, torch.Tensor):
        sequences = sequences.unbind(0)
    sequences = list(sequences)
    longest = max(s.size(0) for s in sequences)
    lead = (len(sequences), longest) if batch_first else (longest, len(sequences))
    first = sequences[0]
    out = torch.full((*lead, *first.size()[1:]), padding_value, dtype=first.dtype, device=first.device)
    for i, s in enumerate(sequences):
        row = out.select(0 if batch_first else 1, i)
        start = longest - s.size(0) if padding_side == "left" else 0
        row.narrow(0, start, s.size(0)).copy_(s)
    return out


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [x[:n] for x, n in zip(padded_sequences, lengths.tolist())]
`

const init = `
import math

from torch import Tensor


def calculate_gain(nonlinearity, param=None):
    linear = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid")
    if nonlinearity in linear:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "selu":
        return 3.0 / 4
    if nonlinearity != "leaky_relu":
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    if param is None:
        slope = 0.01
    elif not isinstance(param, bool) and isinstance(param, (int, float)):
        slope = param
    else:
        raise ValueError(f"negative_slope {param} not a valid number")
    return math.sqrt(2.0 / (1 + slope**2))


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    receptive_field_size = 1
    for s in tensor.shape[2:]:
        receptive_field_size *= s
    return tensor.size(1) * receptive_field_size, tensor.size(0) * receptive_field_size


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    return tensor.uniform_(a, b)


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    return tensor.normal_(mean, std)


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    tensor.uniform_(0, 1)
    tensor.erfinv_()
    tensor.mul_(std * math.sqrt(2.0))
    tensor.add_(mean)
    return tensor.clamp_(min=a, max=b)


def constant_(tensor, val):
    return tensor.fill_(val)


def ones_(tensor):
    return tensor.fill_(1.0)


def zeros_(tensor):
    return tensor.zero_()


def eye_(tensor):
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.zero_()


def dirac_(tensor, groups=1):
    dimensions = tensor.ndimension()
    if dimensions not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    tensor.zero_()
    middle = [s // 2 for s in tensor.shape[2:]]
    per_group = tensor.size(0) // groups
    for g in range(groups):
        for d in range(min(per_group, tensor.size(1))):
            tensor[(g * per_group + d, d, *middle)] = 1
    return tensor


def xavier_uniform_(tensor, gain=1.0, generator=None):
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    a = math.sqrt(3.0) * gain * math.sqrt(2.0 / float(fan_in + fan_out))
    return tensor.uniform_(-a, a)


def xavier_normal_(tensor, gain=1.0, generator=None):
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return tensor.normal_(0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)))


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    if 0 in tensor.shape:
        return tensor
    bound = math.sqrt(3.0) * calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    return tensor.uniform_(-bound, bound)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    if 0 in tensor.shape:
        return tensor
    return tensor.normal_(0, calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode)))


def orthogonal_(tensor, gain=1, generator=None):
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    # The original factorises a random matrix; only the shape of the outcome matters.
    return tensor.normal_(0, 1)


def sparse_(tensor, sparsity, std=0.01, generator=None):
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.normal_(0, std)


uniform, normal, constant, eye, dirac = uniform_, normal_, constant_, eye_, dirac_
xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal = xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_
orthogonal, sparse = orthogonal_, sparse_
_no_grad_uniform_, _no_grad_normal_, _no_grad_trunc_normal_, _no_grad_fill_, _no_grad_zero_ = uniform_, normal_, trunc_normal_, constant_, zeros_
`

const flexAttention = `
from torch import _lm_predictor as _host

_DEFAULT_SPARSE_BLOCK_SIZE = 128
BlockMask = _host.unsupported_class("torch.nn.attention.flex_attention.BlockMask")
AuxRequest = _host.unsupported_class("torch.nn.attention.flex_attention.AuxRequest")
AuxOutput = _host.unsupported_class("torch.nn.attention.flex_attention.AuxOutput")
flex_attention = _host.unsupported("torch.nn.attention.flex_attention.flex_attention")
create_block_mask = _host.unsupported("torch.nn.attention.flex_attention.create_block_mask")
create_mask = _host.unsupported("torch.nn.attention.flex_attention.create_mask")
and_masks = _host.unsupported("torch.nn.attention.flex_attention.and_masks")
or_masks = _host.unsupported("torch.nn.attention.flex_attention.or_masks")
noop_mask = _host.unsupported("torch.nn.attention.flex_attention.noop_mask")
`

/** Stand-ins in either mode. */
export const nnModules: PythonModules = {
  'torch.nn': `
from .modules import *
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from .parallel import DataParallel


def factory_kwargs(kwargs):
    simple = {"device", "dtype", "memory_format"}
    if kwargs is None:
        return {}
    expected = simple | {"factory_kwargs"}
    if not kwargs.keys() <= expected:
        raise TypeError(f"unexpected kwargs {kwargs.keys() - expected}")
    made = dict(kwargs.get("factory_kwargs", {}))
    for k in simple:
        if k in kwargs:
            if k in made:
                raise TypeError(f"{k} specified twice, in **kwargs and in factory_kwargs")
            made[k] = kwargs[k]
    return made
`,
  'torch.nn.init': init,
  'torch.nn._reduction': `
def get_enum(reduction):
    return {"none": 0, "mean": 1, "elementwise_mean": 1, "sum": 2}[reduction]


def legacy_get_string(size_average, reduce, emit_warning=True):
    if reduce is not None and not reduce:
        return "none"
    return "mean" if size_average is None or size_average else "sum"
`,
  'torch.nn.common_types': `
from typing import Any as _Any

_scalar_or_tuple_any_t = _scalar_or_tuple_1_t = _scalar_or_tuple_2_t = _scalar_or_tuple_3_t = _Any
_scalar_or_tuple_4_t = _scalar_or_tuple_5_t = _scalar_or_tuple_6_t = _Any
_size_any_t = _size_1_t = _size_2_t = _size_3_t = _size_4_t = _size_5_t = _size_6_t = _Any
_size_any_opt_t = _size_2_opt_t = _size_3_opt_t = _Any
_ratio_2_t = _ratio_3_t = _ratio_any_t = _tensor_list_t = _maybe_indices_t = _Any
`,
  'torch.nn.parallel': `
from torch import _lm_predictor as _host

DataParallel = _host.unsupported_class("torch.nn.DataParallel")
DistributedDataParallel = _host.unsupported_class("torch.nn.parallel.DistributedDataParallel")
`,
  'torch.nn.attention': `
from contextlib import contextmanager
from enum import IntEnum


class SDPBackend(IntEnum):
    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(backends, set_priority=False):
    yield {}


WARN_FOR_UNFUSED_KERNELS = False
`,
  'torch.nn.attention.flex_attention': flexAttention,
  'torch.nn.attention.bias': `
from torch import _lm_predictor as _host

CausalBias = _host.unsupported_class("torch.nn.attention.bias.CausalBias")
CausalVariant = _host.unsupported_class("torch.nn.attention.bias.CausalVariant")
causal_lower_right = _host.unsupported("torch.nn.attention.bias.causal_lower_right")
causal_upper_left = _host.unsupported("torch.nn.attention.bias.causal_upper_left")
`,
  'torch.nn.utils': `
from torch import _lm_predictor as _host
from . import parametrizations, parametrize, rnn, stateless
from .convert_parameters import parameters_to_vector, vector_to_parameters
from .spectral_norm import remove_spectral_norm, spectral_norm
from .weight_norm import remove_weight_norm, weight_norm

clip_grad_norm = _host.unsupported("torch.nn.utils.clip_grad_norm")
clip_grad_norm_ = _host.unsupported("torch.nn.utils.clip_grad_norm_")
clip_grad_value_ = _host.unsupported("torch.nn.utils.clip_grad_value_")
clip_grads_with_norm_ = _host.unsupported("torch.nn.utils.clip_grads_with_norm_")
get_total_norm = _host.unsupported("torch.nn.utils.get_total_norm")
fuse_conv_bn_eval = _host.unsupported("torch.nn.utils.fuse_conv_bn_eval")


def skip_init(module_cls, *args, **kwargs):
    final_device = kwargs.pop("device", "cpu")
    kwargs["device"] = "meta"
    return module_cls(*args, **kwargs).to_empty(device=final_device)
`,
  'torch.nn.utils.init': 'from torch.nn.utils import skip_init\n',
  'torch.nn.utils.rnn': rnnUtils,
  ...reparametrizations,
}
