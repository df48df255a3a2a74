// Gradients, which nobody asks for on an inference path: contexts that note a setting, functions that only run forward.
import { noTraining, type Runtime } from './overlay.ts'

const gradMode = `
import functools
import inspect


class _ContextDecorator:
    """Context managers that decorate functions too, with or without being called first."""

    def clone(self):
        return type(self)()

    def __call__(self, func):
        if isinstance(func, type):
            func.__init__ = self(func.__init__)
            return func
        manager = self

        @functools.wraps(func)
        def decorated(*args, **kwargs):
            with manager.clone():
                return func(*args, **kwargs)
        return decorated


class _GradContext(_ContextDecorator):
    enabled = False

    def __new__(cls, orig_func=None):
        made = super().__new__(cls)
        return made if orig_func is None else made(orig_func)

    def __enter__(self):
        self.previous = _host.set_grad_enabled(self.enabled)

    def __exit__(self, *exc):
        _host.set_grad_enabled(self.previous)


class no_grad(_GradContext):
    pass


class enable_grad(_GradContext):
    enabled = True


class set_grad_enabled(_ContextDecorator):
    def __init__(self, mode):
        self.mode = mode
        self.previous = _host.set_grad_enabled(mode)

    def clone(self):
        return self.__class__(self.mode)

    def __call__(self, func):
        _host.set_grad_enabled(self.previous)
        return super().__call__(func)

    def __enter__(self):
        _host.set_grad_enabled(self.mode)

    def __exit__(self, *exc):
        _host.set_grad_enabled(self.previous)


class inference_mode(_ContextDecorator):
    def __new__(cls, mode=True):
        if isinstance(mode, bool):
            return super().__new__(cls)
        return cls()(mode)

    def __init__(self, mode=True):
        self.mode = mode

    def clone(self):
        return self.__class__(self.mode)

    def __enter__(self):
        self.previous = _host.set_inference_mode(self.mode), _host.set_grad_enabled(not self.mode)

    def __exit__(self, *exc):
        _host.set_inference_mode(self.previous[0])
        _host.set_grad_enabled(self.previous[1])
`

const autograd = `
import torch


class FunctionCtx:
    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors):
        pass

    def mark_dirty(self, *args):
        pass

    def mark_non_differentiable(self, *args):
        pass

    def set_materialize_grads(self, value):
        pass


class Function(FunctionCtx):
    """Only the forward of a function runs."""

    @classmethod
    def apply(cls, *args, **kwargs):
        ctx = FunctionCtx()
        ctx.needs_input_grad = (False,) * len(args)
        if cls.setup_context is not Function.setup_context:
            output = cls.forward(*args, **kwargs)
            cls.setup_context(ctx, args, output)
            return output
        return cls.forward(ctx, *args, **kwargs)

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise NotImplementedError("You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.")


def once_differentiable(fn):
    return fn
`

const autocast = `
import functools


class autocast:
    """Mixed precision chosen op by op. Switched off it does nothing; switched on it has no stand-in."""

    def __init__(self, device_type=None, dtype=None, enabled=True, cache_enabled=None):
        self.device = device_type
        self.enabled = enabled

    def __enter__(self):
        if self.enabled:
            _host.refuse(
                "torch.autocast is switched on, and which kernels it makes convert their operands is not known here",
                "Analyse the model without it: autocast(enabled=False) changes nothing, and --dtype gives all weights one dtype.",
            )
        return self

    def __exit__(self, *exc):
        return False

    def __call__(self, func):
        @functools.wraps(func)
        def decorated(*args, **kwargs):
            with self:
                return func(*args, **kwargs)
        return decorated


def custom_fwd(fwd=None, *, device_type=None, cast_inputs=None):
    if fwd is None:
        return lambda f: f
    return fwd


def custom_bwd(bwd=None, *, device_type=None):
    if bwd is None:
        return lambda f: f
    return bwd


def is_autocast_available(device_type):
    return True


def _cast(value, device_type, dtype):
    return _host.stop("torch.amp.autocast_mode._cast")
`

export const gradientsModules: readonly Runtime[] = [
  { module: 'torch.autograd.grad_mode', reason: noTraining, source: gradMode },
  {
    module: 'torch.autograd.function',
    reason: noTraining,
    source: autograd,
    unsupportedClasses: 'InplaceFunction NestedIOFunction',
  },
  {
    module: 'torch.autograd',
    reason: noTraining,
    source: `
from torch import Tensor
from . import graph
from .function import Function
from .grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled

Variable = Tensor
`,
    unsupported: 'backward grad gradcheck gradgradcheck',
    unsupportedClasses: 'detect_anomaly set_detect_anomaly',
  },
  {
    module: 'torch.autograd.graph',
    reason: noTraining,
    unsupportedClasses: 'save_on_cpu saved_tensors_hooks disable_saved_tensors_hooks Node',
  },
  { module: 'torch.autograd.functional', reason: noTraining, unsupported: 'jacobian hessian vjp jvp vhp hvp' },
  { module: 'torch.autograd.profiler', reason: noTraining, unsupportedClasses: 'record_function profile' },
  {
    module: 'torch.amp',
    reason: noTraining,
    source: 'from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available\n',
    unsupportedClasses: 'GradScaler',
  },
  { module: 'torch.amp.autocast_mode', reason: noTraining, source: autocast },
  {
    module: 'torch.utils.checkpoint',
    reason: noTraining,
    source: `
def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check=None, debug=False, early_stop=True, preserve_rng_state=True, **kwargs):
    return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, preserve_rng_state=True, **kwargs):
    for function in functions:
        input = function(input)
    return input
`,
    unsupported: 'create_selective_checkpoint_contexts',
    unsupportedClasses: 'CheckpointPolicy',
  },
  {
    module: 'torch.optim',
    reason: noTraining,
    source: 'from .optimizer import Optimizer\n',
    unsupported: 'swap_in_optimizer_params_and_state',
    unsupportedClasses:
      'SGD Adam AdamW Adagrad RMSprop Adadelta Adamax LBFGS NAdam RAdam ASGD Rprop SparseAdam Adafactor Muon',
  },
  {
    module: 'torch.optim.optimizer',
    reason: noTraining,
    source: `
from collections.abc import Iterable
from typing import Any, TypeAlias
import torch

ParamsT: TypeAlias = Iterable[torch.Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, torch.Tensor]]
`,
    unsupportedClasses: 'Optimizer',
  },
  {
    module: 'torch.optim.lr_scheduler',
    reason: noTraining,
    unsupportedClasses:
      'LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR SequentialLR CosineAnnealingLR ' +
      'ChainedScheduler ReduceLROnPlateau CyclicLR CosineAnnealingWarmRestarts OneCycleLR PolynomialLR LRScheduler ' +
      '_LRScheduler',
  },
  {
    module: 'torch.profiler',
    reason: noTraining,
    unsupported: 'schedule tensorboard_trace_handler',
    unsupportedClasses: 'profile record_function ProfilerActivity',
  },
]
