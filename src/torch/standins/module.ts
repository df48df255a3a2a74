// The part of torch.nn.Module that is no faster in the host: traversal, registration of hooks, state dicts, conversion.
// Functions of this text become methods of the class (module/module.ts).

export const moduleMethods = `
import itertools
from collections import OrderedDict, namedtuple

import torch
from lm_predictor_checkpoints import Checkpoint
from torch.utils.hooks import RemovableHandle

_IncompatibleKeys = namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])

dump_patches = False
_version = 1
call_super_init = False
_compiled_call_impl = None
_is_full_backward_hook = None


def forward(self, *input):
    raise NotImplementedError(f'Module [{self.__class__.__name__}] is missing the required "forward" function')


# --- traversal

def children(self):
    for _, module in self.named_children():
        yield module


def named_children(self):
    memo = set()
    for name, module in self._modules.items():
        if module is not None and module not in memo:
            memo.add(module)
            yield name, module


def modules(self, remove_duplicate=True):
    for _, module in self.named_modules(remove_duplicate=remove_duplicate):
        yield module


def named_modules(self, memo=None, prefix="", remove_duplicate=True):
    if memo is None:
        memo = set()
    if self not in memo:
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)


def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
    memo = set()
    modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
    for module_prefix, module in modules:
        for k, v in get_members_fn(module):
            if v is None or v in memo:
                continue
            if remove_duplicate:
                memo.add(v)
            yield module_prefix + ("." if module_prefix else "") + k, v


def parameters(self, recurse=True):
    for _, param in self.named_parameters(recurse=recurse):
        yield param


def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
    yield from self._named_members(lambda module: module._parameters.items(), prefix, recurse, remove_duplicate)


def buffers(self, recurse=True):
    for _, buf in self.named_buffers(recurse=recurse):
        yield buf


def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
    yield from self._named_members(lambda module: module._buffers.items(), prefix, recurse, remove_duplicate)


def get_submodule(self, target):
    if target == "":
        return self
    module = self
    for item in target.split("."):
        if not hasattr(module, item):
            raise AttributeError(module._get_name() + " has no attribute \`" + item + "\`")
        module = getattr(module, item)
        if not isinstance(module, torch.nn.Module):
            raise AttributeError("\`" + item + "\` is not an nn.Module")
    return module


def set_submodule(self, target, module, strict=False):
    if target == "":
        raise ValueError("Cannot set the submodule without a target name!")
    if not isinstance(module, torch.nn.Module):
        raise ValueError("\`" + "module" + f"\` is not an nn.Module, found {module.__class__}")
    path, _, name = target.rpartition(".")
    parent = self.get_submodule(path)
    if strict and not hasattr(parent, name):
        raise AttributeError(parent._get_name() + " has no attribute \`" + name + "\`")
    setattr(parent, name, module)


def get_parameter(self, target):
    path, _, name = target.rpartition(".")
    module = self.get_submodule(path)
    if not hasattr(module, name):
        raise AttributeError(module._get_name() + " has no attribute \`" + name + "\`")
    param = getattr(module, name)
    if not isinstance(param, torch.nn.Parameter):
        raise AttributeError("\`" + name + "\` is not an nn.Parameter")
    return param


def get_buffer(self, target):
    path, _, name = target.rpartition(".")
    module = self.get_submodule(path)
    if not hasattr(module, name):
        raise AttributeError(module._get_name() + " has no attribute \`" + name + "\`")
    buffer = getattr(module, name)
    if name not in module._buffers:
        raise AttributeError("\`" + name + "\` is not a buffer")
    return buffer


# --- conversion

def apply(self, fn):
    for module in self.children():
        module.apply(fn)
    fn(self)
    return self


def _apply(self, fn, recurse=True):
    if recurse:
        for module in self.children():
            module._apply(fn)
    for key, param in self._parameters.items():
        if param is None:
            continue
        applied = fn(param)
        if applied is param:
            continue
        if applied.device == param.device:
            param.data = applied
        else:
            self._parameters[key] = torch.nn.Parameter(applied, param.requires_grad)
    for key, buf in self._buffers.items():
        if buf is not None:
            self._buffers[key] = fn(buf)
    return self


def to(self, *args, **kwargs):
    device, dtype, non_blocking, memory_format = torch._C._nn._parse_to(*args, **kwargs)
    if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
        raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

    def convert(t):
        target = dtype if t.is_floating_point() or t.is_complex() else None
        if memory_format is not None and t.dim() in (4, 5):
            return t.to(device, target, non_blocking, memory_format=memory_format)
        return t.to(device, target, non_blocking)

    return self._apply(convert)


def to_empty(self, *, device, recurse=True):
    return self._apply(lambda t: torch.empty_like(t, device=device), recurse=recurse)


def type(self, dst_type):
    return self._apply(lambda t: t.type(dst_type))


def float(self):
    return self._apply(lambda t: t.float() if t.is_floating_point() else t)


def double(self):
    return self._apply(lambda t: t.double() if t.is_floating_point() else t)


def half(self):
    return self._apply(lambda t: t.half() if t.is_floating_point() else t)


def bfloat16(self):
    return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)


def cpu(self):
    return self._apply(lambda t: t.cpu())


def cuda(self, device=None):
    return self._apply(lambda t: t.cuda(device))


def share_memory(self):
    return self._apply(lambda t: t.share_memory_())


def requires_grad_(self, requires_grad=True):
    for p in self.parameters():
        p.requires_grad_(requires_grad)
    return self


def zero_grad(self, set_to_none=True):
    for p in self.parameters():
        p.grad = None


def train(self, mode=True):
    if not isinstance(mode, bool):
        raise ValueError("training mode is expected to be boolean")
    self.training = mode
    for module in self.children():
        module.train(mode)
    return self


def eval(self):
    return self.train(False)


def compile(self, *args, **kwargs):
    return None


# --- hooks

def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
    handle = RemovableHandle(self._forward_pre_hooks, extra_dict=self._forward_pre_hooks_with_kwargs)
    self._forward_pre_hooks[handle.id] = hook
    if with_kwargs:
        self._forward_pre_hooks_with_kwargs[handle.id] = True
    if prepend:
        self._forward_pre_hooks.move_to_end(handle.id, last=False)
    return handle


def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
    extra = [self._forward_hooks_with_kwargs, self._forward_hooks_always_called]
    handle = RemovableHandle(self._forward_hooks, extra_dict=extra)
    self._forward_hooks[handle.id] = hook
    if with_kwargs:
        self._forward_hooks_with_kwargs[handle.id] = True
    if always_call:
        self._forward_hooks_always_called[handle.id] = True
    if prepend:
        self._forward_hooks.move_to_end(handle.id, last=False)
    return handle


def _helper_register(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_full_backward_hook(self, hook, prepend=False):
    return _helper_register(self._backward_hooks, hook, prepend)


def register_full_backward_pre_hook(self, hook, prepend=False):
    return _helper_register(self._backward_pre_hooks, hook, prepend)


def register_backward_hook(self, hook):
    return _helper_register(self._backward_hooks, hook)


def register_state_dict_pre_hook(self, hook):
    return _helper_register(self._state_dict_pre_hooks, hook)


def register_state_dict_post_hook(self, hook):
    return _helper_register(self._state_dict_hooks, hook)


def _register_state_dict_hook(self, hook):
    return _helper_register(self._state_dict_hooks, hook)


def register_load_state_dict_pre_hook(self, hook):
    return _helper_register(self._load_state_dict_pre_hooks, hook)


def _register_load_state_dict_pre_hook(self, hook, with_module=False):
    return _helper_register(self._load_state_dict_pre_hooks, hook)


def register_load_state_dict_post_hook(self, hook):
    return _helper_register(self._load_state_dict_post_hooks, hook)


# --- state dicts

def _save_to_state_dict(self, destination, prefix, keep_vars):
    for name, param in self._parameters.items():
        if param is not None:
            destination[prefix + name] = param if keep_vars else param.detach()
    for name, buf in self._buffers.items():
        if buf is not None and name not in self._non_persistent_buffers_set:
            destination[prefix + name] = buf if keep_vars else buf.detach()


def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
    if len(args) > 0:
        destination = args[0] if destination is None else destination
        prefix = args[1] if len(args) > 1 and prefix == "" else prefix
        keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
    if destination is None:
        destination = OrderedDict()
    for hook in self._state_dict_pre_hooks.values():
        hook(self, prefix, keep_vars)
    self._save_to_state_dict(destination, prefix, keep_vars)
    for name, module in self._modules.items():
        if module is not None:
            module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
    for hook in self._state_dict_hooks.values():
        result = hook(self, destination, prefix, {})
        if result is not None:
            destination = result
    return destination


def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
    # Values are not kept, so there is nothing to copy: only the names are compared.
    own = {}
    self._save_to_state_dict(own, prefix, True)
    if strict:
        missing_keys.extend(key for key in own if key not in state_dict)


def load_state_dict(self, state_dict, strict=True, assign=False):
    if isinstance(state_dict, Checkpoint):
        return _IncompatibleKeys([], [])
    state_dict = OrderedDict(state_dict)
    missing = []

    def load(module, prefix):
        module._load_from_state_dict(state_dict, prefix, {}, True, missing, [], [])
        for name, child in module._modules.items():
            if child is not None:
                load(child, prefix + name + ".")

    load(self, "")
    own = self.state_dict()
    unexpected = [k for k in state_dict if k not in own]
    if strict and (missing or unexpected):
        raise RuntimeError(f"Error(s) in loading state_dict for {self.__class__.__name__}: missing {missing}, unexpected {unexpected}")
    return _IncompatibleKeys(missing, unexpected)


def get_extra_state(self):
    raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called.")


def set_extra_state(self, state):
    raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called.")


def __setstate__(self, state):
    self.__dict__.update(state)


# --- text

def _get_name(self):
    return self.__class__.__name__


def extra_repr(self):
    return ""


def _helper_indent(text, spaces):
    first, *rest = text.split("\\n")
    if not rest:
        return text
    return "\\n".join([first, *(spaces * " " + line for line in rest)])


_addindent = _helper_indent


def __repr__(self):
    extra = self.extra_repr()
    extra_lines = extra.split("\\n") if extra else []
    child_lines = ["(" + key + "): " + _helper_indent(repr(module), 2) for key, module in self._modules.items()]
    lines = extra_lines + child_lines
    main = self._get_name() + "("
    if lines:
        if len(extra_lines) == 1 and not child_lines:
            main += extra_lines[0]
        else:
            main += "\\n  " + "\\n  ".join(lines) + "\\n"
    return main + ")"


def __dir__(self):
    keys = [*dir(self.__class__), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
    return sorted(key for key in keys if not key[0].isdigit())
`
