// PyTorch's modules around the tensors: devices, compilation, autograd, distribution, utilities. On an inference path they
// answer "no" or do nothing; what would do something ends the analysis when called.
import type { Overlay } from '../../python/vm.ts'

interface Runtime {
  readonly module: string
  readonly reason: string
  /** Python source. */
  readonly source?: string
  /** Functions and classes that can be named but not used. */
  readonly unsupported?: string
  readonly unsupportedClasses?: string
  /** Names that PyTorch does not have. */
  readonly absent?: string
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.trim().split(/\s+/)
}

function overlay({ module, reason, source = '', unsupported, unsupportedClasses, absent }: Runtime): Overlay {
  const functions = words(unsupported).map((n) => `${n} = _host.unsupported("${module}.${n}")`)
  const classes = words(unsupportedClasses).map((n) => `${n} = _host.unsupported_class("${module}.${n}")`)
  const stubs = [...functions, ...classes]
  const header = stubs.length > 0 || source.includes('_host.') ? 'from torch import _lm_predictor as _host\n' : ''
  return { module, reason, source: `${header}${source.trimStart()}\n${stubs.join('\n')}\n`, absent: words(absent) }
}

const noTraining = 'gradients are not computed'
const noDevice = 'the model runs on the accelerator under analysis, not on this machine’s'
const notCompiled = 'models run eagerly'
const oneProcess = 'one process'

const deviceSource = `
def is_available():
    return False


def device_count():
    return 0


def is_initialized():
    return False


def empty_cache():
    pass


def synchronize(device=None):
    pass


def manual_seed(seed):
    pass


def manual_seed_all(seed):
    pass
`

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
            _host.stop("torch.autocast that is switched on")
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

const compiler = `
def compile(model=None, **options):
    if model is None:
        return lambda fn: fn
    return model


def disable(fn=None, recursive=True, *, reason=None):
    if fn is None:
        return lambda f: f
    return fn


def allow_in_graph(fn):
    return fn


def substitute_in_graph(original_fn, **options):
    return lambda fn: fn


def assume_constant_result(fn):
    return fn


def is_compiling():
    return False


def is_dynamo_compiling():
    return False


def is_exporting():
    return False


def reset():
    pass


def cudagraph_mark_step_begin():
    pass


def set_stance(stance="default", **options):
    return disable


def wrap_numpy(fn):
    return fn


def nested_compile_region(fn=None):
    return fn
`

const jit = `
from typing import TypeVar

Final = TypeVar("Final")


def is_tracing():
    return False


def is_scripting():
    return False


def script(obj=None, *args, **kwargs):
    return obj


def ignore(drop=False, **kwargs):
    if callable(drop):
        return drop
    return lambda fn: fn


def unused(fn):
    return fn


def export(fn):
    return fn


def interface(obj):
    return obj


def script_if_tracing(fn):
    return fn


def _script_if_tracing(fn):
    return fn


def _overload_method(fn):
    return fn


def annotate(the_type, the_value):
    return the_value
`

const distributed = `
def is_available():
    return False


def is_initialized():
    return False


def is_torchelastic_launched():
    return False


def is_nccl_available():
    return False


def is_gloo_available():
    return False
`

const pytree = `
from collections import OrderedDict, namedtuple

_registered = {}


class TreeSpec:
    def __init__(self, type, context, children_specs):
        self.type = type
        self.context = context
        self.children_specs = children_specs

    @property
    def num_leaves(self):
        return 1 if self.type is None else sum(c.num_leaves for c in self.children_specs)

    def is_leaf(self):
        return self.type is None


def LeafSpec():
    return TreeSpec(None, None, [])


def _is_namedtuple(x):
    return isinstance(x, tuple) and hasattr(x, "_fields")


def _parts(x):
    """A container's children and what it takes to build it again; None for leaves."""
    kind = type(x)
    if kind in _registered:
        flatten, _ = _registered[kind]
        return flatten(x)
    if kind in (dict, OrderedDict):
        return list(x.values()), list(x.keys())
    if kind in (list, tuple) or _is_namedtuple(x):
        return list(x), None
    return None


def _rebuild(kind, children, context):
    if kind in _registered:
        return _registered[kind][1](children, context)
    if kind in (dict, OrderedDict):
        return kind(zip(context, children))
    if kind in (list, tuple):
        return kind(children)
    return kind(*children)


def register_pytree_node(cls, flatten_fn, unflatten_fn, **options):
    _registered[cls] = flatten_fn, unflatten_fn


_register_pytree_node = register_pytree_node


def _dict_flatten(d):
    return list(d.values()), list(d.keys())


def tree_flatten(tree, is_leaf=None):
    parts = None if is_leaf is not None and is_leaf(tree) else _parts(tree)
    if parts is None:
        return [tree], LeafSpec()
    leaves, specs = [], []
    for child in parts[0]:
        inner, spec = tree_flatten(child, is_leaf)
        leaves.extend(inner)
        specs.append(spec)
    return leaves, TreeSpec(type(tree), parts[1], specs)


def tree_unflatten(leaves, treespec):
    leaves = list(leaves)
    if treespec.type is None:
        return leaves[0]
    children, start = [], 0
    for spec in treespec.children_specs:
        children.append(tree_unflatten(leaves[start:start + spec.num_leaves], spec))
        start += spec.num_leaves
    return _rebuild(treespec.type, children, treespec.context)


def tree_leaves(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[0]


tree_iter = tree_leaves


def tree_structure(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func, tree, *rests, is_leaf=None):
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_flatten(r, is_leaf)[0] for r in rests]
    return tree_unflatten([func(*xs) for xs in zip(leaves, *others)], spec)


def tree_map_only(kind, func, tree=None, is_leaf=None):
    return tree_map(lambda x: func(x) if isinstance(x, kind) else x, tree, is_leaf=is_leaf)


def tree_any(pred, tree):
    return any(map(pred, tree_leaves(tree)))


def tree_all(pred, tree):
    return all(map(pred, tree_leaves(tree)))
`

const library = `
class Library:
    def __init__(self, ns, kind, dispatch_key=""):
        self.ns = ns

    def define(self, schema, *args, **kwargs):
        return schema.split("(")[0]

    def impl(self, *args, **kwargs):
        pass


def _named(name):
    return _host.unsupported("torch.ops." + name.replace("::", "."))


def custom_op(name, fn=None, /, *, mutates_args=(), device_types=None, schema=None, tags=None):
    if fn is None:
        return lambda f: _named(name)
    return _named(name)


triton_op = custom_op


def register_fake(op, func=None, /, **options):
    if func is None:
        return lambda f: f
    return func


def register_autograd(op, backward, /, **options):
    pass


def register_kernel(op, device_types, func=None, /, **options):
    if func is None:
        return lambda f: f


def impl(qualname, types, func=None, *, lib=None):
    if func is None:
        return lambda f: f


impl_abstract = register_fake


def define(qualname, schema, **options):
    pass


def wrap_triton(kernel):
    return kernel
`

const backends = `
class _Flags:
    def __init__(self, **flags):
        self.__dict__.update(flags)


class _Precision:
    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    fp32_precision = "none"
`

const fx = `
class Proxy:
    pass


class Node:
    pass


class Graph:
    pass


class GraphModule:
    pass


class Tracer:
    pass


def wrap(fn_or_name):
    return fn_or_name
`

const hooks = `
class RemovableHandle:
    """Takes a hook out of the dictionaries it was put into."""

    next_id = 0

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.hooks_dict = hooks_dict
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self.extra = [] if extra_dict is None else extra_dict if isinstance(extra_dict, list) else [extra_dict]

    def remove(self):
        for hooks in (self.hooks_dict, *self.extra):
            if self.id in hooks:
                del hooks[self.id]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


class BackwardHook:
    pass
`

const jitInternal = `
from typing import Any, Final

BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = Any


def _identity(fn):
    return fn


ignore = unused = export = _overload = _overload_method = _copy_to_script_wrapper = _identity


def boolean_dispatch(arg_name, arg_index, default, if_true, if_false, module_name, func_name):
    def fn(*args, **kwargs):
        chosen = kwargs.get(arg_name, args[arg_index] if len(args) > arg_index else default)
        return (if_true if chosen else if_false)(*args, **kwargs)
    return fn


def is_scripting():
    return False


def is_tracing():
    return False
`

const operators = `
class _Operator:
    def __init__(self, path):
        self._path = path

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Operator(self._path + "." + name)

    def __call__(self, *args, **kwargs):
        return _host.stop("torch.ops." + self._path)

    def __repr__(self):
        space, name, *overload = self._path.split(".")
        if overload:
            return f"<OpOverload(op='{space}.{name}', overload='{overload[0]}')>"
        return f"<OpOverloadPacket(op='{space}.{name}')>"


def __getattr__(name):
    return _Operator(name)
`

const modules: readonly Runtime[] = [
  // --- gradients
  { module: 'torch.autograd.grad_mode', reason: noTraining, source: gradMode },
  { module: 'torch.autograd.function', reason: noTraining, source: autograd, unsupportedClasses: 'InplaceFunction NestedIOFunction' },
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
  { module: 'torch.autograd.graph', reason: noTraining, unsupportedClasses: 'save_on_cpu saved_tensors_hooks disable_saved_tensors_hooks Node' },
  { module: 'torch.autograd.functional', reason: noTraining, unsupported: 'jacobian hessian vjp jvp vhp hvp' },
  { module: 'torch.autograd.profiler', reason: noTraining, unsupportedClasses: 'record_function profile' },
  { module: 'torch.amp', reason: noTraining, source: 'from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available\n', unsupportedClasses: 'GradScaler' },
  { module: 'torch.amp.autocast_mode', reason: noTraining, source: autocast },
  {
    module: 'torch.utils.checkpoint',
    reason: noTraining,
    source: `
def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check=None, debug=False, early_stop=True, preserve_rng_state=True, **kwargs):
    return function(*args, **kwargs)
`,
    unsupported: 'checkpoint_sequential create_selective_checkpoint_contexts',
    unsupportedClasses: 'CheckpointPolicy',
  },
  { module: 'torch.optim', reason: noTraining, unsupportedClasses: 'Optimizer SGD Adam AdamW Adagrad RMSprop Adadelta Adamax LBFGS NAdam RAdam ASGD Rprop SparseAdam Adafactor' },
  { module: 'torch.optim.lr_scheduler', reason: noTraining, unsupportedClasses: 'LambdaLR ReduceLROnPlateau LRScheduler _LRScheduler StepLR CosineAnnealingLR OneCycleLR' },
  { module: 'torch.profiler', reason: noTraining, unsupported: 'schedule tensorboard_trace_handler', unsupportedClasses: 'profile record_function ProfilerActivity' },

  // --- devices
  {
    module: 'torch.cuda',
    reason: noDevice,
    source: `${deviceSource}

def _no_cuda():
    raise AssertionError("Torch not compiled with CUDA enabled")


def current_device():
    _no_cuda()


def get_device_capability(device=None):
    _no_cuda()


def get_device_name(device=None):
    _no_cuda()


def get_device_properties(device=None):
    _no_cuda()


def is_bf16_supported(including_emulation=True):
    return False


def is_current_stream_capturing():
    return False


def memory_allocated(device=None):
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    pass


default_generators = ()
has_half = True
`,
    unsupported: 'set_device stream current_stream default_stream mem_get_info graph make_graphed_callables is_tf32_supported get_rng_state set_rng_state ipc_collect',
    unsupportedClasses: 'Stream Event CUDAGraph device BFloat16Tensor HalfTensor FloatTensor LongTensor IntTensor BoolTensor',
  },
  { module: 'torch.cuda.amp', reason: noDevice, source: 'from torch.amp import custom_bwd, custom_fwd\nfrom torch.amp.autocast_mode import autocast as _autocast\n\n\ndef autocast(enabled=True, dtype=None, cache_enabled=True):\n    return _autocast("cuda", dtype, enabled, cache_enabled)\n', unsupportedClasses: 'GradScaler' },
  { module: 'torch.cuda.amp.autocast_mode', reason: noDevice, source: 'from torch.cuda.amp import autocast, custom_bwd, custom_fwd\n' },
  { module: 'torch.cuda.nvtx', reason: noDevice, source: 'def range_push(msg): pass\ndef range_pop(): pass\ndef mark(msg): pass\n' },
  { module: 'torch.cuda.random', reason: noDevice, unsupported: 'get_rng_state_all set_rng_state_all' },
  { module: 'torch.cpu', reason: noDevice, source: 'def is_available():\n    return True\n\n\ndef synchronize(device=None):\n    pass\n' },
  { module: 'torch.mps', reason: noDevice, source: deviceSource, unsupported: 'current_allocated_memory driver_allocated_memory' },
  { module: 'torch.xpu', reason: noDevice, source: `${deviceSource}\n\ndef is_bf16_supported():\n    return False\n\n\ndef is_current_stream_capturing():\n    return False\n`, unsupported: 'set_device current_device memory_allocated memory_reserved max_memory_allocated reset_peak_memory_stats get_device_capability get_device_properties current_stream', unsupportedClasses: 'Stream' },
  { module: 'torch.mtia', reason: noDevice, source: deviceSource },
  {
    module: 'torch.accelerator',
    reason: noDevice,
    source: `
def is_available():
    return False


def device_count():
    return 0


def current_accelerator(check_available=False):
    return None


def synchronize(device=None):
    pass
`,
    unsupported: 'current_device_index current_device_idx set_device_index set_device_idx current_stream set_stream memory_allocated empty_cache',
  },
  {
    module: 'torch.backends',
    reason: noDevice,
    source: `
from . import cuda, cudnn, mha, mkl, mkldnn, mps, openmp, opt_einsum, quantized
fp32_precision = "none"
`,
  },
  {
    module: 'torch.backends.cuda',
    reason: noDevice,
    source: `${backends}

matmul = _Precision()


def is_built():
    return False


def flash_sdp_enabled():
    return True


mem_efficient_sdp_enabled = math_sdp_enabled = cudnn_sdp_enabled = flash_sdp_enabled


def enable_flash_sdp(enabled):
    pass


enable_mem_efficient_sdp = enable_math_sdp = enable_cudnn_sdp = enable_flash_sdp
`,
    unsupported: 'can_use_flash_attention can_use_efficient_attention can_use_cudnn_attention sdp_kernel preferred_linalg_library preferred_blas_library',
    unsupportedClasses: 'SDPAParams',
  },
  {
    module: 'torch.backends.cudnn',
    reason: noDevice,
    source: `
from contextlib import contextmanager

enabled = True
benchmark = False
deterministic = False
allow_tf32 = True
benchmark_limit = 10


def is_available():
    return False


def is_acceptable(tensor):
    return False


def version():
    return None


@contextmanager
def flags(enabled=False, benchmark=False, benchmark_limit=10, deterministic=False, allow_tf32=True, fp32_precision="none"):
    yield
`,
  },
  {
    module: 'torch.backends.cudnn.rnn',
    reason: noDevice,
    source: 'def get_cudnn_mode(mode):\n    return {"RNN_RELU": 0, "RNN_TANH": 1, "LSTM": 2, "GRU": 3}[mode]\n',
  },
  { module: 'torch.backends.mps', reason: noDevice, source: 'def is_available():\n    return False\n\n\ndef is_built():\n    return False\n\n\ndef is_macos_or_newer(major, minor):\n    return False\n' },
  { module: 'torch.backends.mha', reason: 'the fused path of attention layers is a kernel of its own', source: 'def get_fastpath_enabled():\n    return False\n\n\ndef set_fastpath_enabled(value):\n    pass\n' },
  { module: 'torch.backends.mkl', reason: noDevice, source: 'def is_available():\n    return True\n' },
  { module: 'torch.backends.mkldnn', reason: noDevice, source: 'enabled = True\n\n\ndef is_available():\n    return True\n' },
  { module: 'torch.backends.openmp', reason: noDevice, source: 'def is_available():\n    return True\n' },
  { module: 'torch.backends.opt_einsum', reason: 'operands are contracted from left to right', source: 'enabled = False\nstrategy = None\n\n\ndef is_available():\n    return False\n' },
  { module: 'torch.backends.quantized', reason: noDevice, source: 'engine = "x86"\nsupported_engines = ["x86"]\n' },
  { module: 'torch.version', reason: noDevice, source: '__version__ = "2.13.0"\ncuda = None\nhip = None\nxpu = None\ngit_version = "unknown"\ndebug = False\n' },
  {
    module: 'torch.random',
    reason: 'random numbers have no values',
    source: `
from contextlib import contextmanager


@contextmanager
def fork_rng(devices=None, enabled=True, device_type="cuda"):
    yield


def manual_seed(seed):
    return None


def seed():
    return 0


def initial_seed():
    return 0
`,
    unsupported: 'get_rng_state set_rng_state',
  },

  // --- compilation
  { module: 'torch.compiler', reason: notCompiled, source: compiler },
  { module: 'torch.jit', reason: notCompiled, source: jit, unsupported: 'isinstance trace trace_module load save freeze optimize_for_inference fork wait', unsupportedClasses: 'ScriptModule ScriptFunction TracerWarning RecursiveScriptModule CompilationUnit' },
  { module: 'torch._jit_internal', reason: notCompiled, source: jitInternal },
  {
    module: 'torch._dynamo',
    reason: notCompiled,
    source: `
from . import config, exc


def is_compiling():
    return False


def is_dynamo_supported():
    return False


def disable(fn=None, recursive=True, **options):
    if fn is None:
        return lambda f: f
    return fn


def allow_in_graph(fn):
    return fn


def assume_constant_result(fn):
    return fn


def forbid_in_graph(fn):
    return fn


def graph_break(msg=""):
    pass


def mark_static_address(t, guard=False):
    pass


def mark_dynamic(t, index, **options):
    pass


def mark_static(t, index=None):
    pass


def maybe_mark_dynamic(t, index):
    pass


def reset():
    pass
`,
    unsupported: 'optimize export explain',
  },
  { module: 'torch._dynamo.config', reason: notCompiled, source: 'suppress_errors = False\ncapture_scalar_outputs = False\ncache_size_limit = 8\nallow_unspec_int_on_nn_module = False\n' },
  { module: 'torch._dynamo.exc', reason: notCompiled, source: 'class TorchDynamoException(RuntimeError): pass\nclass Unsupported(TorchDynamoException): pass\nclass UserError(Unsupported): pass\n' },
  { module: 'torch._dynamo.eval_frame', reason: notCompiled, unsupportedClasses: 'OptimizedModule' },
  {
    module: 'torch._dynamo._trace_wrapped_higher_order_op',
    reason: notCompiled,
    source: `
class TransformGetItemToIndex:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False
`,
  },
  { module: 'torch._higher_order_ops', reason: notCompiled, unsupported: 'cond while_loop scan associative_scan flex_attention' },
  { module: 'torch._higher_order_ops.associative_scan', reason: notCompiled, unsupported: 'associative_scan' },
  { module: 'torch.fx', reason: notCompiled, source: fx, unsupported: 'symbolic_trace replace_pattern', unsupportedClasses: 'Interpreter Transformer' },
  { module: 'torch.fx.experimental', reason: notCompiled },
  { module: 'torch.fx.experimental.symbolic_shapes', reason: notCompiled, source: 'def guard_size_oblivious(expr):\n    return bool(expr)\n\n\ndef guard_or_false(expr):\n    return bool(expr)\n\n\ndef guard_or_true(expr):\n    return bool(expr)\n\n\ndef is_symbolic(value):\n    return False\n' },
  { module: 'torch.fx.proxy', reason: notCompiled, source: 'from torch.fx import Proxy, Tracer\n' },
  { module: 'torch.fx.traceback', reason: notCompiled, unsupported: 'annotate annotate_fn preserve_node_meta' },
  { module: 'torch.export', reason: notCompiled, unsupported: 'export register_dataclass load save draft_export', unsupportedClasses: 'Dim ExportedProgram ShapesCollection' },
  { module: 'torch.export._trace', reason: notCompiled },
  { module: 'torch.onnx', reason: notCompiled, source: 'def is_in_onnx_export():\n    return False\n', unsupported: 'export dynamo_export register_custom_op_symbolic', unsupportedClasses: 'OperatorExportTypes TrainingMode' },
  { module: 'torch.onnx.symbolic_helper', reason: notCompiled, source: 'def parse_args(*descriptors):\n    return lambda fn: fn\n', unsupported: '_get_tensor_dim_size _get_tensor_sizes' },
  { module: 'torch.onnx.symbolic_opset9', reason: notCompiled, unsupported: 'dropout masked_fill softmax' },
  { module: 'torch.onnx.symbolic_opset12', reason: notCompiled, unsupported: 'dropout' },
  { module: 'torch.func', reason: noTraining, unsupported: 'functional_call vmap grad jvp vjp jacrev jacfwd hessian functionalize stack_module_state' },
  { module: 'torch.ops', reason: 'operators are called through functions', source: operators },
  { module: 'torch.library', reason: 'operators that a program defines have no kernel here', source: library },

  // --- distribution
  {
    module: 'torch.distributed',
    reason: oneProcess,
    source: distributed,
    unsupported:
      'get_rank get_world_size init_process_group destroy_process_group barrier all_reduce all_gather all_gather_object all_gather_into_tensor all_to_all all_to_all_single broadcast broadcast_object_list reduce reduce_scatter reduce_scatter_tensor gather scatter send recv isend irecv new_group get_backend get_process_group_ranks group init_device_mesh get_node_local_rank batch_isend_irecv',
    unsupportedClasses: 'ProcessGroup DeviceMesh ReduceOp Backend P2POp Work',
  },
  { module: 'torch.distributed.tensor', reason: oneProcess, unsupported: 'distribute_tensor distribute_module', unsupportedClasses: 'DTensor Replicate Shard Partial Placement' },
  { module: 'torch.distributed.tensor.placement_types', reason: oneProcess, unsupportedClasses: 'Replicate Shard Partial Placement _StridedShard' },
  { module: 'torch.distributed.tensor._utils', reason: oneProcess, unsupported: 'compute_local_shape_and_global_offset' },
  { module: 'torch.distributed.tensor.parallel', reason: oneProcess, unsupported: 'parallelize_module', unsupportedClasses: 'ColwiseParallel RowwiseParallel SequenceParallel ParallelStyle PrepareModuleInput PrepareModuleOutput' },
  { module: 'torch.distributed.device_mesh', reason: oneProcess, unsupported: 'init_device_mesh', unsupportedClasses: 'DeviceMesh' },
  { module: 'torch.distributed.fsdp', reason: oneProcess, unsupported: 'fully_shard', unsupportedClasses: 'FullyShardedDataParallel FSDPModule MixedPrecision ShardingStrategy' },
  { module: 'torch.distributed.nn', reason: oneProcess },
  { module: 'torch.distributed.nn.functional', reason: oneProcess, unsupported: 'all_gather all_reduce all_to_all broadcast' },
  { module: 'torch.distributed._functional_collectives', reason: oneProcess, unsupported: 'all_gather_tensor all_reduce reduce_scatter_tensor all_to_all_single', unsupportedClasses: 'AsyncCollectiveTensor' },
  { module: 'torch.distributed._composable', reason: oneProcess },
  { module: 'torch.distributed._composable.fsdp', reason: oneProcess, unsupported: 'fully_shard' },
  { module: 'torch.distributed.checkpoint', reason: oneProcess, unsupported: 'load save async_save' },
  { module: 'torch.distributed.checkpoint.state_dict', reason: oneProcess, unsupported: 'get_model_state_dict set_model_state_dict', unsupportedClasses: 'StateDictOptions' },

  // --- utilities
  { module: 'torch.utils', reason: 'nothing of it launches kernels', source: 'from . import _pytree, backend_registration, checkpoint, hooks\n\n\ndef set_module(obj, mod):\n    obj.__module__ = mod\n' },
  { module: 'torch.utils._pytree', reason: 'containers of Python only', source: pytree, unsupported: '_dict_flatten_with_keys' },
  { module: 'torch.utils.hooks', reason: 'without weak references', source: hooks },
  { module: 'torch.utils.backend_registration', reason: noDevice, source: '_privateuse1_backend_name = "privateuseone"\n' },
  { module: 'torch.utils._python_dispatch', reason: notCompiled, source: 'def is_traceable_wrapper_subclass(t):\n    return False\n', unsupportedClasses: 'TorchDispatchMode' },
  { module: 'torch.utils.data', reason: 'no data is loaded', unsupported: 'random_split default_collate', unsupportedClasses: 'Dataset IterableDataset DataLoader Sampler RandomSampler SequentialSampler BatchSampler TensorDataset Subset' },
  { module: 'torch.utils.data.distributed', reason: 'no data is loaded', unsupportedClasses: 'DistributedSampler' },
  { module: 'torch.utils.cpp_extension', reason: 'no code is compiled', source: 'def is_ninja_available():\n    return False\n\n\nCUDA_HOME = None\n', unsupported: 'load load_inline' },
  { module: 'torch.utils.tensorboard', reason: 'nothing is logged', unsupportedClasses: 'SummaryWriter' },
  { module: 'torch.utils.flop_counter', reason: 'FLOPs are counted here', unsupportedClasses: 'FlopCounterMode' },
  { module: 'torch.testing', reason: 'tests do not run', unsupported: 'assert_close make_tensor' },
  { module: 'torch.serialization', reason: 'no file is read', source: 'def add_safe_globals(safe_globals):\n    pass\n', unsupported: 'load save safe_globals' },
  { module: 'torch.types', reason: 'annotations only', source: 'from typing import Any\n\nfrom torch import Size, SymBool, SymFloat, SymInt, Tensor, device as _device, dtype as _dtype\n\n_bool, _float, _int = bool, float, int\n_size = _symsize = _dispatchkey = _layout = _complex = _qscheme = Number = Device = Storage = FileLike = IntLikeType = FloatLikeType = BoolLikeType = Any\n' },
  { module: 'torch._prims_common', reason: 'annotations only', source: 'from typing import Any\n\nDeviceLikeType = TensorLike = Dim = Number = ShapeType = StrideType = Any\n' },
  { module: 'torch._torch_docs', reason: 'docstrings only', source: '_names = "forward_reproducibility_note backward_reproducibility_note cudnn_reproducibility_note tf32_note sparse_beta_warning"\nreproducibility_notes = tf32_notes = sparse_support_notes = dict.fromkeys(_names.split(), "")\n' },
  { module: 'torch._subclasses', reason: notCompiled, source: 'from .fake_tensor import FakeTensor, FakeTensorMode\n' },
  { module: 'torch._subclasses.fake_tensor', reason: notCompiled, source: 'class FakeTensor:\n    pass\n\n\nclass FakeTensorMode:\n    pass\n' },
  { module: 'torch._utils', reason: 'nothing of it launches kernels', unsupported: '_flatten_dense_tensors _unflatten_dense_tensors _get_device_index' },
  { module: 'torch._utils_internal', reason: 'nothing of it launches kernels' },
  { module: 'torch.__future__', reason: 'settings', source: 'def get_overwrite_module_params_on_conversion():\n    return False\n\n\ndef set_overwrite_module_params_on_conversion(value):\n    pass\n\n\ndef get_swap_module_params_on_conversion():\n    return False\n' },
  {
    module: 'torch.overrides',
    reason: 'tensors have no overrides',
    source: `
def has_torch_function(relevant_args):
    return False


def has_torch_function_unary(arg):
    return False


def has_torch_function_variadic(*args):
    return False


def is_tensor_like(obj):
    import torch
    return isinstance(obj, torch.Tensor)
`,
    unsupported: 'handle_torch_function get_overridable_functions',
    unsupportedClasses: 'TorchFunctionMode',
  },
  {
    module: 'torch.distributions',
    reason: 'sampling is not on an inference path',
    unsupported: 'kl_divergence',
    unsupportedClasses:
      'Distribution Normal Categorical Bernoulli Beta Gamma Laplace StudentT NegativeBinomial Independent AffineTransform TransformedDistribution MultivariateNormal Uniform Gumbel RelaxedBernoulli RelaxedOneHotCategorical LogNormal Poisson Exponential Dirichlet Multinomial MixtureSameFamily Transform',
  },
  { module: 'torch.distributions.constraints', reason: 'sampling is not on an inference path', source: 'class Constraint:\n    pass\n\n\nreal = positive = nonnegative_integer = positive_definite = unit_interval = boolean = simplex = real_vector = independent = lower_cholesky = Constraint()\n' },
  { module: 'torch.sparse', reason: 'tensors are dense', unsupported: 'mm sum softmax addmm', unsupportedClasses: 'SparseSemiStructuredTensor' },
  { module: 'torch.nested', reason: 'tensors are dense', unsupported: 'nested_tensor as_nested_tensor to_padded_tensor nested_tensor_from_jagged' },
  { module: 'torch.masked', reason: 'tensors are dense', unsupported: 'mean var sum std amax amin softmax', unsupportedClasses: 'MaskedTensor' },
  { module: 'torch.quantization', reason: 'weights are quantized by configuration only', unsupported: 'quantize_dynamic prepare convert fuse_modules', unsupportedClasses: 'QuantStub DeQuantStub' },
  { module: 'torch.ao', reason: 'weights are quantized by configuration only' },
  { module: 'torch.ao.quantization', reason: 'weights are quantized by configuration only', unsupported: 'quantize_dynamic prepare convert fuse_modules', unsupportedClasses: 'QuantStub DeQuantStub' },
  { module: 'torch.hub', reason: 'nothing is downloaded', unsupported: 'load load_state_dict_from_url download_url_to_file get_dir' },
  { module: 'torch.multiprocessing', reason: oneProcess, unsupported: 'spawn set_start_method get_context' },
  { module: 'torch.return_types', reason: 'classes of named results' },
  { module: 'torch.signal', reason: 'nothing of it is used' },
]

export const runtimeModules: readonly Overlay[] = modules.map(overlay)
