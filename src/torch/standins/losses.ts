// Losses of torch.nn: the functions around those of functional/losses.ts, in Python as PyTorch has them, and the layers.
import type { PythonModules } from './index.ts'

/** Part of the functions of torch.nn.functional that are written in Python (functional.ts). */
export const lossParts = `

def _legacy(size_average, reduce):
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def _enum(reduction, size_average=None, reduce=None):
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return ("none", "mean", "sum").index(reduction)


def _reduced(loss, reduction):
    return loss if reduction == 0 else loss.mean() if reduction == 1 else loss.sum()


def _weighted(loss, weight, reduction):
    if weight.size() != loss.size():
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    return loss if reduction == 0 else loss.sum() if reduction == 2 else torch.sum(loss) / torch.sum(weight)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    reduction = _enum(reduction, size_average, reduce)
    a, b = torch.broadcast_tensors(input, target)
    return _nn.mse_loss(a, b, reduction) if weight is None else _weighted(torch.pow(a - b, 2), weight, reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    reduction = _enum(reduction, size_average, reduce)
    a, b = torch.broadcast_tensors(input, target)
    return _nn.l1_loss(a, b, reduction) if weight is None else _weighted(torch.abs(a - b), weight, reduction)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    reduction = _enum(reduction)
    a, b = torch.broadcast_tensors(input, target)
    if weight is None:
        return _nn.huber_loss(a, b, reduction, delta)
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    return _reduced(_nn.huber_loss(a, b, 0, delta) * weight, reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    reduction = _enum(reduction, size_average, reduce)
    a, b = torch.broadcast_tensors(input, target)
    return _nn.l1_loss(a, b, reduction) if beta == 0.0 else _nn.smooth_l1_loss(a, b, reduction, beta)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return _nn.soft_margin_loss(input, target, _enum(reduction, size_average, reduce))


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return _nn.nll_loss_nd(input, target, weight, _enum(reduction, size_average, reduce), ignore_index)


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):
    reduction = _enum(reduction, size_average, reduce)
    return _nn.cross_entropy_loss(input, target, weight, reduction, ignore_index, label_smoothing)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    reduction = _enum(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) is deprecated. "
            "Please ensure they have the same size."
        )
    if weight is not None:
        weight = weight.expand(torch.broadcast_shapes(target.size(), weight.size()))
    return _nn.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    reduction = _enum(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    return torch.binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    legacy = size_average is not None or reduce is not None
    kind = _enum("sum" if reduction == "batchmean" and not legacy else reduction, size_average, reduce)
    loss = torch.kl_div(input, target, kind, log_target=log_target)
    return loss / input.size()[0] if reduction == "batchmean" and input.dim() != 0 else loss


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    return torch.poisson_nll_loss(input, target, log_input, full, eps, _enum(reduction, size_average, reduce))


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return torch.cosine_embedding_loss(input1, input2, target, margin, _enum(reduction, size_average, reduce))


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    return torch.hinge_embedding_loss(input, target, margin, _enum(reduction, size_average, reduce))


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return torch.margin_ranking_loss(input1, input2, target, margin, _enum(reduction, size_average, reduce))


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):
    reduction = _enum(reduction, size_average, reduce)
    return torch.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    reduction = _enum(reduction)
    distance = torch.pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = torch.minimum(far, distance(positive, negative))
    return _reduced(torch.clamp_min(margin + near - far, 0), reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    reduction = _enum(reduction, size_average, reduce)
    loss = -(target * F.logsigmoid(input) + (1 - target) * F.logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return _reduced(loss.sum(dim=input.dim() - 1) / input.size(input.dim() - 1), reduction)
`

const all = 'size_average=None, reduce=None, reduction="mean"'
const pair = 'input, target'
const pairOf = 'input1, input2, target'
const triplet = 'anchor, positive, negative'

/** Layer, function, what its constructor takes, what its forward takes. */
const layers: readonly (readonly [name: string, fn: string, parameters: string, inputs: string])[] = [
  ['L1Loss', 'l1_loss', all, pair],
  ['MSELoss', 'mse_loss', all, pair],
  ['SoftMarginLoss', 'soft_margin_loss', all, pair],
  ['SmoothL1Loss', 'smooth_l1_loss', `${all}, beta=1.0`, pair],
  ['HuberLoss', 'huber_loss', 'reduction="mean", delta=1.0', pair],
  ['KLDivLoss', 'kl_div', `${all}, log_target=False`, pair],
  ['NLLLoss', 'nll_loss', 'weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"', pair],
  [
    'CrossEntropyLoss',
    'cross_entropy',
    'weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0',
    pair,
  ],
  ['BCELoss', 'binary_cross_entropy', `weight=None, ${all}`, pair],
  ['BCEWithLogitsLoss', 'binary_cross_entropy_with_logits', `weight=None, ${all}, pos_weight=None`, pair],
  ['MultiLabelSoftMarginLoss', 'multilabel_soft_margin_loss', `weight=None, ${all}`, pair],
  [
    'PoissonNLLLoss',
    'poisson_nll_loss',
    'log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"',
    pair,
  ],
  ['HingeEmbeddingLoss', 'hinge_embedding_loss', `margin=1.0, ${all}`, pair],
  ['CosineEmbeddingLoss', 'cosine_embedding_loss', `margin=0.0, ${all}`, pairOf],
  ['MarginRankingLoss', 'margin_ranking_loss', `margin=0.0, ${all}`, pairOf],
  ['TripletMarginLoss', 'triplet_margin_loss', `margin=1.0, p=2.0, eps=1e-6, swap=False, ${all}`, triplet],
  [
    'TripletMarginWithDistanceLoss',
    'triplet_margin_with_distance_loss',
    '*, distance_function=None, margin=1.0, swap=False, reduction="mean"',
    triplet,
  ],
]

/** Layers whose result no row of a kernel table describes. */
const unsupported = 'GaussianNLLLoss MultiLabelMarginLoss MultiMarginLoss CTCLoss'

function layerSource([name, fn, parameters, inputs]: (typeof layers)[number]): string {
  const names = parameters.split(', ').flatMap((p) => (p === '*' ? [] : [p.slice(0, p.indexOf('='))]))
  const own = names.filter((n) => n !== 'size_average' && n !== 'reduce')
  const kept = own.filter((n) => n !== 'reduction')
  const legacy = names.includes('reduce') ? 'size_average, reduce, reduction' : 'reduction=reduction'
  const keep = (n: string): string => (n.endsWith('weight') ? `self.register_buffer("${n}", ${n})` : `self.${n} = ${n}`)
  return [
    '',
    `class ${name}(${names[0] === 'weight' && name !== 'BCEWithLogitsLoss' ? '_WeightedLoss' : '_Loss'}):`,
    `    def __init__(self, ${parameters}):`,
    `        _Loss.__init__(self, ${legacy})`,
    ...kept.map((n) => `        ${keep(n)}`),
    '',
    `    def forward(self, ${inputs}):`,
    `        return F.${fn}(${inputs}, ${own.map((n) => `${n}=self.${n}`).join(', ')})`,
    '',
  ].join('\n')
}

const unsupportedLayers = unsupported
  .split(' ')
  .map(
    (name) => `class ${name}(_Loss):\n    def forward(self, *args):\n        return _host.stop("torch.nn.${name}")\n`,
  )

export const lossLayers: PythonModules = {
  'torch.nn.modules.loss': `
from torch import _lm_predictor as _host
import torch.nn.functional as F
from .module import Module


class _Loss(Module):
    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        self.reduction = reduction


class _WeightedLoss(_Loss):
    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


${layers.map(layerSource).join('\n')}
NLLLoss2d = NLLLoss

${unsupportedLayers.join('\n\n')}
`,
  'torch.nn.modules.adaptive': `
from torch import _lm_predictor as _host

AdaptiveLogSoftmaxWithLoss = _host.unsupported_class("torch.nn.AdaptiveLogSoftmaxWithLoss")
`,
  'torch.nn.modules.linear_cross_entropy_options': `
from torch import _lm_predictor as _host

LinearCrossEntropyOptions = _host.unsupported_class("torch.nn.LinearCrossEntropyOptions")
`,
  'torch.nn.modules.linear_cross_entropy': `
from torch import _lm_predictor as _host

LinearCrossEntropyLoss = _host.unsupported_class("torch.nn.LinearCrossEntropyLoss")
`,
}
