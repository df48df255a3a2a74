// Helpers around the tensors: trees of containers, hooks, types for annotations.
import { noDevice, notCompiled, oneProcess, type Runtime } from './overlay.ts'

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

export const utilitiesModules: readonly Runtime[] = [
  {
    module: 'torch.utils',
    reason: 'nothing of it launches kernels',
    source:
      'from . import _pytree, backend_registration, checkpoint, hooks\n\n\ndef set_module(obj, mod):\n    obj.__module__ = mod\n',
  },
  {
    module: 'torch.utils._pytree',
    reason: 'containers of Python only',
    source: pytree,
    unsupported: '_dict_flatten_with_keys',
  },
  { module: 'torch.utils.hooks', reason: 'without weak references', source: hooks },
  {
    module: 'torch.utils.backend_registration',
    reason: noDevice,
    source: '_privateuse1_backend_name = "privateuseone"\n',
  },
  {
    module: 'torch.utils._python_dispatch',
    reason: notCompiled,
    source:
      'def is_traceable_wrapper_subclass(t):\n    return False\n\n\ndef _get_current_dispatch_mode_stack():\n    return []\n',
    unsupportedClasses: 'TorchDispatchMode',
  },
  {
    module: 'torch.utils.data',
    reason: 'no data is loaded',
    unsupported: 'random_split default_collate',
    unsupportedClasses:
      'Dataset IterableDataset DataLoader Sampler RandomSampler SequentialSampler BatchSampler TensorDataset Subset',
  },
  { module: 'torch.utils.data.distributed', reason: 'no data is loaded', unsupportedClasses: 'DistributedSampler' },
  {
    module: 'torch.utils.cpp_extension',
    reason: 'no code is compiled',
    source: 'def is_ninja_available():\n    return False\n\n\nCUDA_HOME = None\n',
    unsupported: 'load load_inline',
  },
  { module: 'torch.utils.tensorboard', reason: 'nothing is logged', unsupportedClasses: 'SummaryWriter' },
  { module: 'torch.utils.flop_counter', reason: 'FLOPs are counted here', unsupportedClasses: 'FlopCounterMode' },
  { module: 'torch.testing', reason: 'tests do not run', unsupported: 'assert_close make_tensor' },
  {
    module: 'torch.serialization',
    reason: 'no file is read',
    source: 'def add_safe_globals(safe_globals):\n    pass\n',
    unsupported: 'load save safe_globals',
  },
  {
    module: 'torch.types',
    reason: 'annotations only',
    source:
      'from typing import Any\n\nfrom torch import Size, SymBool, SymFloat, SymInt, Tensor, device as _device, dtype as _dtype\n\n_bool, _float, _int = bool, float, int\n_Number = (int, float, bool)\n_size = _symsize = _dispatchkey = _layout = _complex = _qscheme = Number = Device = Storage = FileLike = IntLikeType = FloatLikeType = BoolLikeType = Any\n',
  },
  {
    module: 'torch._prims_common',
    reason: 'annotations only',
    source: 'from typing import Any\n\nDeviceLikeType = TensorLike = Dim = Number = ShapeType = StrideType = Any\n',
  },
  {
    module: 'torch._torch_docs',
    reason: 'docstrings only',
    source:
      '_names = "forward_reproducibility_note backward_reproducibility_note cudnn_reproducibility_note tf32_note sparse_beta_warning"\nreproducibility_notes = tf32_notes = sparse_support_notes = dict.fromkeys(_names.split(), "")\n',
  },
  { module: 'torch._subclasses', reason: notCompiled, source: 'from .fake_tensor import FakeTensor, FakeTensorMode\n' },
  {
    module: 'torch._subclasses.fake_tensor',
    reason: notCompiled,
    source: 'class FakeTensor:\n    pass\n\n\nclass FakeTensorMode:\n    pass\n',
  },
  {
    module: 'torch._utils',
    reason: 'nothing of it launches kernels',
    unsupported: '_flatten_dense_tensors _unflatten_dense_tensors _get_device_index',
  },
  { module: 'torch._utils_internal', reason: 'nothing of it launches kernels' },
  {
    module: 'torch.__future__',
    reason: 'settings',
    source:
      'def get_overwrite_module_params_on_conversion():\n    return False\n\n\ndef set_overwrite_module_params_on_conversion(value):\n    pass\n\n\ndef get_swap_module_params_on_conversion():\n    return False\n',
  },
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
    module: 'torch.sparse',
    reason: 'tensors are dense',
    unsupported: 'mm sum softmax addmm',
    unsupportedClasses: 'SparseSemiStructuredTensor',
  },
  {
    module: 'torch.nested',
    reason: 'tensors are dense',
    unsupported: 'nested_tensor as_nested_tensor to_padded_tensor nested_tensor_from_jagged',
  },
  {
    module: 'torch.masked',
    reason: 'tensors are dense',
    unsupported: 'mean var sum std amax amin softmax',
    unsupportedClasses: 'MaskedTensor',
  },
  {
    module: 'torch.quantization',
    reason: 'weights are quantized by configuration only',
    unsupported: 'quantize_dynamic prepare convert fuse_modules',
    unsupportedClasses: 'QuantStub DeQuantStub',
  },
  { module: 'torch.ao', reason: 'weights are quantized by configuration only' },
  {
    module: 'torch.ao.quantization',
    reason: 'weights are quantized by configuration only',
    unsupported: 'quantize_dynamic prepare convert fuse_modules',
    unsupportedClasses: 'QuantStub DeQuantStub',
  },
  {
    module: 'torch.hub',
    reason: 'nothing is downloaded: weights have shapes and no values here',
    source: `
from lm_predictor_checkpoints import Checkpoint


def _get_torch_home():
    return "~/.cache/torch"


def load_state_dict_from_url(url, *args, **kwargs):
    return Checkpoint("torch.hub.load_state_dict_from_url")
`,
    unsupported: 'load download_url_to_file get_dir',
  },
  {
    module: 'lm_predictor_checkpoints',
    reason: 'what a file of weights holds is not read',
    source: `
from _sandbox import forbidden


class Checkpoint:
    """The content of a file of weights, or a part of it: a module can load it, and nothing else may depend on it."""

    def __init__(self, source):
        self.__dict__["source"] = source

    def __getitem__(self, key):
        return self

    def get(self, key, default=None):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._read

    def _read(self, *args, **kwargs):
        forbidden(self.source)()

    __iter__ = __len__ = __contains__ = __bool__ = __setitem__ = __delitem__ = __setattr__ = _read
    __eq__ = __hash__ = __str__ = __repr__ = __int__ = __float__ = __index__ = __call__ = _read


def load(f, *args, **kwargs):
    return Checkpoint("torch.load")
`,
  },
  { module: 'torch.multiprocessing', reason: oneProcess, unsupported: 'spawn set_start_method get_context' },
  { module: 'torch.return_types', reason: 'classes of named results' },
  { module: 'torch.signal', reason: 'nothing of it is used' },
]
