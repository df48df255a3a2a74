// Compilers and tracers: decorators give back what they are given, questions are answered with no.
import { noTraining, notCompiled, type Runtime } from './overlay.ts'
import { vmapSource } from './mapping.ts'

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
import builtins
from functools import update_wrapper
from typing import TypeVar, Union, get_args, get_origin
from types import FunctionType, UnionType

from torch._lm_predictor import is_scripting, run_scripted

Final = TypeVar("Final")


def is_tracing():
    return False


def isinstance(obj, target_type):
    if builtins.isinstance(target_type, tuple):
        return any(isinstance(obj, t) for t in target_type)
    origin, args = get_origin(target_type), get_args(target_type)
    if origin is None:
        return builtins.isinstance(obj, target_type)
    if origin in (Union, UnionType):
        return any(isinstance(obj, t) for t in args)
    if not builtins.isinstance(obj, origin):
        return False
    if origin is dict:
        return all(isinstance(k, args[0]) and isinstance(v, args[1]) for k, v in obj.items())
    if origin is tuple:
        return len(obj) == len(args) and all(isinstance(x, t) for x, t in zip(obj, args))
    return all(isinstance(x, args[0]) for x in obj)


class ScriptFunction:
    """Runs without Python: its kernels are put down to the line that calls it."""

    def __init__(self, fn):
        update_wrapper(self, fn)

    def __call__(self, *args, **kwargs):
        return run_scripted(self.__wrapped__, *args, **kwargs)


def script(obj=None, *args, **kwargs):
    return ScriptFunction(obj) if builtins.isinstance(obj, FunctionType) else obj


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
        return _host.call("torch.ops." + self._path.removesuffix(".default"), *args, **kwargs)

    def __repr__(self):
        space, name, *overload = self._path.split(".")
        if overload:
            return f"<OpOverload(op='{space}.{name}', overload='{overload[0]}')>"
        return f"<OpOverloadPacket(op='{space}.{name}')>"


def __getattr__(name):
    return _Operator(name)
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

export const compilationModules: readonly Runtime[] = [
  { module: 'torch.compiler', reason: notCompiled, source: compiler },
  {
    module: 'torch.jit',
    reason: notCompiled,
    source: jit,
    unsupported: 'trace trace_module load save freeze optimize_for_inference fork wait',
    unsupportedClasses: 'ScriptModule TracerWarning RecursiveScriptModule CompilationUnit',
  },
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
  {
    module: 'torch._dynamo.config',
    reason: notCompiled,
    source:
      'suppress_errors = False\ncapture_scalar_outputs = False\ncache_size_limit = 8\nallow_unspec_int_on_nn_module = False\n',
  },
  {
    module: 'torch._dynamo.exc',
    reason: notCompiled,
    source:
      'class TorchDynamoException(RuntimeError): pass\nclass Unsupported(TorchDynamoException): pass\nclass UserError(Unsupported): pass\n',
  },
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
  {
    module: 'torch._higher_order_ops',
    reason: notCompiled,
    unsupported: 'cond while_loop scan associative_scan flex_attention',
  },
  { module: 'torch._higher_order_ops.associative_scan', reason: notCompiled, unsupported: 'associative_scan' },
  {
    module: 'torch.fx',
    reason: notCompiled,
    source: fx,
    unsupported: 'symbolic_trace replace_pattern',
    unsupportedClasses: 'Interpreter Transformer',
  },
  { module: 'torch.fx.experimental', reason: notCompiled },
  {
    module: 'torch.fx.experimental.symbolic_shapes',
    reason: notCompiled,
    source:
      'def guard_size_oblivious(expr):\n    return bool(expr)\n\n\ndef guard_or_false(expr):\n    return bool(expr)\n\n\ndef guard_or_true(expr):\n    return bool(expr)\n\n\ndef is_symbolic(value):\n    return False\n',
  },
  {
    module: 'torch.fx._pytree',
    reason: notCompiled,
    source: 'def register_pytree_flatten_spec(cls, flatten_fn, flatten_fn_exact_match=None):\n    pass\n',
  },
  { module: 'torch.fx.proxy', reason: notCompiled, source: 'from torch.fx import Proxy, Tracer\n' },
  { module: 'torch.fx.traceback', reason: notCompiled, unsupported: 'annotate annotate_fn preserve_node_meta' },
  {
    module: 'torch.export',
    reason: notCompiled,
    unsupported: 'export register_dataclass load save draft_export',
    unsupportedClasses: 'Dim ExportedProgram ShapesCollection',
  },
  { module: 'torch.export._trace', reason: notCompiled },
  {
    module: 'torch.__config__',
    reason: 'how the wheels for Linux are built, as far as programs ask',
    source: `
def show():
    return "PyTorch built with:\\n  - Build settings: USE_CUDA=ON, USE_MKL=ON, USE_OPENMP=ON"
`,
    unsupported: 'parallel_info',
  },
  {
    module: 'torch.onnx',
    reason: notCompiled,
    source: `
def is_in_onnx_export():
    return False


def register_custom_op_symbolic(symbolic_name, symbolic_fn, opset_version):
    pass
`,
    unsupported: 'export dynamo_export',
    unsupportedClasses: 'OperatorExportTypes TrainingMode',
  },
  {
    module: 'torch.onnx.symbolic_helper',
    reason: notCompiled,
    source: 'def parse_args(*descriptors):\n    return lambda fn: fn\n',
    unsupported: '_get_tensor_dim_size _get_tensor_sizes',
  },
  { module: 'torch.onnx.symbolic_opset9', reason: notCompiled, unsupported: 'dropout masked_fill softmax' },
  { module: 'torch.onnx.symbolic_opset12', reason: notCompiled, unsupported: 'dropout' },
  { module: 'torch._functorch', reason: notCompiled },
  { module: 'torch._functorch.apis', reason: 'the walk over arguments without C++', source: vmapSource },
  {
    module: 'torch.func',
    reason: noTraining,
    source:
      'from torch._functorch.apis import vmap\nfrom torch._functorch.functional_call import functional_call, stack_module_state\n',
    unsupported: 'grad jvp vjp jacrev jacfwd hessian functionalize',
  },
  { module: 'torch.ops', reason: 'operators are called through functions', source: operators },
  { module: 'torch.library', reason: 'operators that a program defines have no kernel here', source: library },
]
