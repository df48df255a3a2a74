// torch.distributions, as far as an inference path goes: the parameters and the normal distribution's closed forms with
// the checks that PyTorch makes of them, which are kernels too. What samples can be named but not used.
import type { Runtime } from './overlay.ts'

const reason = 'sampling is not on an inference path'

const constraints = `
class Constraint:
    is_discrete = False
    event_dim = 0

    def check(self, value):
        raise NotImplementedError

    def __repr__(self):
        return self.__class__.__name__[1:] + "()"


class _Dependent(Constraint):
    pass


class _Real(Constraint):
    def check(self, value):
        return value == value


class _GreaterThan(Constraint):
    def __init__(self, lower_bound):
        self.lower_bound = lower_bound

    def check(self, value):
        return self.lower_bound < value


def is_dependent(constraint):
    return isinstance(constraint, _Dependent)


dependent = _Dependent()
real = _Real()
positive = _GreaterThan(0.0)
`

const distribution = `
import torch
from torch.distributions import constraints


class Distribution:
    has_rsample = False
    has_enumerate_support = False
    _validate_args = True

    def __init__(self, batch_shape=torch.Size(), event_shape=torch.Size(), validate_args=None):
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if not self._validate_args:
            return
        for name, constraint in self.arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            if not torch._is_all_true(constraint.check(getattr(self, name))):
                raise ValueError(
                    f"Expected parameter {name} of distribution {type(self).__name__} to satisfy the constraint "
                    f"{constraint!r}, but found invalid values"
                )

    @property
    def batch_shape(self):
        return self._batch_shape

    @property
    def event_shape(self):
        return self._event_shape

    def _extended_shape(self, sample_shape=torch.Size()):
        return torch.Size(sample_shape + self._batch_shape + self._event_shape)

    def _validate_sample(self, value):
        if not torch._is_all_true(self.support.check(value)):
            raise ValueError(
                f"Expected value argument to be within the support {self.support!r} of the distribution "
                f"{type(self).__name__}, but found invalid values"
            )
`

const normal = `
import math

import torch
from torch.distributions import constraints
from torch.distributions.distribution import Distribution
from torch.distributions.utils import broadcast_all


class Normal(Distribution):
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        numbers = isinstance(loc, (int, float)) and isinstance(scale, (int, float))
        super().__init__(torch.Size() if numbers else self.loc.size(), validate_args=validate_args)

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @property
    def stddev(self):
        return self.scale

    @property
    def variance(self):
        return self.stddev.pow(2)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        var = self.scale**2
        return -((value - self.loc) ** 2) / (2 * var) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return 0.5 * (1 + torch.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)
`

const utils = `
import torch


def broadcast_all(*values):
    for value in values:
        if not isinstance(value, (torch.Tensor, int, float)):
            raise ValueError("Input arguments must all be instances of Number or torch.Tensor.")
    options = {"dtype": torch.get_default_dtype()}
    for value in values:
        if isinstance(value, torch.Tensor):
            options = {"dtype": value.dtype, "device": value.device}
            break
    tensors = [v if isinstance(v, torch.Tensor) else torch.tensor(v, **options) for v in values]
    return torch.broadcast_tensors(*tensors)
`

export const distributionsModules: readonly Runtime[] = [
  {
    module: 'torch.distributions',
    reason,
    source: `
from torch.distributions import constraints, distribution, normal, utils
from torch.distributions.distribution import Distribution
from torch.distributions.normal import Normal
`,
    unsupported: 'kl_divergence register_kl',
    unsupportedClasses:
      'Categorical Bernoulli Beta Gamma Laplace StudentT NegativeBinomial Independent AffineTransform TransformedDistribution MultivariateNormal Uniform Gumbel RelaxedBernoulli RelaxedOneHotCategorical LogNormal Poisson Exponential Dirichlet Multinomial MixtureSameFamily Transform',
  },
  { module: 'torch.distributions.distribution', reason, source: distribution },
  { module: 'torch.distributions.normal', reason, source: normal },
  { module: 'torch.distributions.utils', reason, source: utils },
  { module: 'torch.distributions.gumbel', reason, unsupportedClasses: 'Gumbel' },
  { module: 'torch.distributions.categorical', reason, unsupportedClasses: 'Categorical' },
  {
    module: 'torch.distributions.constraints',
    reason,
    source: `${constraints.trimEnd()}
nonnegative_integer = positive_definite = unit_interval = boolean = simplex = real_vector = _Dependent()
independent = lower_cholesky = _Dependent()
`,
  },
]
