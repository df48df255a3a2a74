// Losses of torch.nn: models name and build them, inference does not call them.
import type { PythonModules } from './index.ts'

const losses = `
  L1Loss NLLLoss NLLLoss2d PoissonNLLLoss GaussianNLLLoss KLDivLoss MSELoss BCELoss BCEWithLogitsLoss HingeEmbeddingLoss
  MultiLabelMarginLoss SmoothL1Loss HuberLoss SoftMarginLoss CrossEntropyLoss MultiLabelSoftMarginLoss CosineEmbeddingLoss
  MarginRankingLoss MultiMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss CTCLoss
`
  .trim()
  .split(/\s+/)

const classes = losses.map((name) => `class ${name}(_Loss): pass\n`).join('')

export const lossLayers: PythonModules = {
  'torch.nn.modules.loss': `
from torch import _lm_predictor as _host
from .module import Module


class _Loss(Module):
    def __init__(self, *args, reduction="mean", **kwargs):
        super().__init__()
        self.reduction = reduction

    def forward(self, *args, **kwargs):
        return _host.stop("torch.nn." + type(self).__name__)


class _WeightedLoss(_Loss): pass
${classes}`,
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
