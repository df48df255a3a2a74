"""See the kernels that PyTorch launches, and what each costs.

Technique: a dispatch mode sees every aten call below the composite functions; a function mode keeps
scaled_dot_product_attention one kernel; forward hooks say which module is running. Weights and inputs lie on the meta
device, which has shapes and no data; values that follow from constants alone are computed beside it, on the CPU.
"""

import os
import sys
from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.flop_counter import flop_registry
from torch.utils.weak import WeakTensorKeyDictionary

LETTERS = {
    torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16",
    torch.int64: "i64", torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8",
    torch.bool: "b8", torch.complex64: "c64", torch.complex128: "c128",
}  # fmt: skip


def signature(tensor):
    return f"{LETTERS[tensor.dtype]}[{','.join(map(str, tensor.shape))}]"


# ---------------------------------------------------------------------------------------------------------------------
# What a kernel costs


def distinct_bytes(tensor):
    """A dimension of stride 0 repeats the same elements: they are read once."""
    count = 1
    for size, stride in zip(tensor.shape, tensor.stride()):
        if stride != 0 or size == 0:
            count *= size
    return count * tensor.element_size()


def total_bytes(tensors):
    return sum(map(distinct_bytes, tensors))


def once_each(inputs, outputs):
    return total_bytes(inputs), total_bytes(outputs)


def gathered(inputs, outputs):
    """Traffic follows the indices, not the size of the table."""
    fetched = total_bytes(outputs)
    return total_bytes(inputs[1:]) + fetched, fetched


def bagged(inputs, outputs):
    """As gathered, the rows being added up on the way."""
    table, indices = inputs[:2]
    fetched = indices.numel() * table.shape[1] * table.element_size()
    return total_bytes(inputs[1:]) + fetched, total_bytes(outputs)


def filled(_inputs, outputs):
    """A fill, or a new tensor that takes only its shape from another, reads no data."""
    return 0, total_bytes(outputs)


def copied(inputs, outputs):
    return total_bytes(inputs[1:]), total_bytes(outputs)


def scattered(inputs, outputs):
    """In place: the indices and the source are read, the touched elements written."""
    touched = max((tensor.numel() for tensor in inputs[1:]), default=0)
    return total_bytes(inputs[1:]), touched * outputs[0].element_size()


def scatter_added(inputs, outputs):
    """Adding reads the touched elements as well."""
    touched = inputs[-1].numel() * outputs[0].element_size()
    return total_bytes(inputs[1:]) + touched, touched


TRAFFIC = {
    gathered: ("embedding.default", "index.Tensor", "gather.default", "index_select.default"),
    bagged: ("_embedding_bag.default", "_embedding_bag_forward_only.default"),
    filled: (
        "zeros_like.default", "ones_like.default", "full_like.default", "rand_like.default", "randn_like.default",
        "new_zeros.default", "new_ones.default", "new_full.default", "zero_.default", "fill_.Scalar",
    ),
    copied: ("copy_.default",),
    scattered: (
        "index_put_.default", "index_copy_.default", "index_fill_.int_Scalar", "scatter_.value", "scatter_.src",
    ),
    scatter_added: ("index_add_.default", "scatter_add_.default", "scatter_reduce_.two"),
}  # fmt: skip
TRAFFIC_OF = {f"aten.{name}": rule for rule, names in TRAFFIC.items() for name in names}

NO_KERNEL = {
    *(f"aten.{name}" for name in ("detach.default", "alias.default", "_unsafe_view.default", "lift_fresh.default")),
    *(f"aten.{name}.default" for name in ("empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided")),
    *("aten.empty.memory_format", "aten.scalar_tensor.default", "prim.device.default"),
}


def grouped_mm_flops(tokens, weights):
    """PyTorch's counter has no formula for it: each row meets one expert's matrix."""
    return 2 * tokens.shape[0] * tokens.shape[1] * weights.shape[-1]


# Further products that PyTorch's counter has no formula for.
FURTHER_FLOPS = {
    **dict.fromkeys(("aten.mv", "aten.dot", "aten.vdot"), lambda a, out: 2 * a[0].numel()),
    **dict.fromkeys(("aten.addmv", "aten.addmv_"), lambda a, out: 2 * a[1].numel()),
    "aten.addmm_": lambda a, out: 2 * a[1].numel() * a[2].shape[1],
    **dict.fromkeys(("aten.baddbmm_", "aten.addbmm", "aten.addbmm_"), lambda a, out: 2 * a[1].numel() * a[2].shape[2]),
    "aten._int_mm": lambda a, out: 2 * a[0].numel() * a[1].shape[1],
    "aten.conv_tbc": lambda a, out: 2 * out.shape[:2].numel() * a[1].numel(),
    "aten._trilinear": lambda a, out: 2 * a[0].shape[0] * a[1].numel(),
}


def contraction_flops(func, args, kwargs, out):
    if str(func) == "aten._grouped_mm.default":
        return grouped_mm_flops(*args[:2])
    if str(func._overloadpacket) in FURTHER_FLOPS:
        return FURTHER_FLOPS[str(func._overloadpacket)](args, out)
    formula = flop_registry.get(func._overloadpacket)
    return formula(*args, **kwargs, out_val=out) if formula else 0


def attention_flops(query, key, value):
    """Both products over every query-key pair; no discount for a causal mask."""
    pairs = query.shape[:-1].numel() * key.shape[-2]
    return 2 * pairs * (query.shape[-1] + value.shape[-1])


# ---------------------------------------------------------------------------------------------------------------------
# Seeing the kernels


class KnownValues:
    """The meta device has no data, but what follows from constants alone is known: positions, masks, lengths.

    Each small tensor made from known ones has a shadow on the CPU, computed alongside; reading a value (`.item()`,
    `.tolist()`, `if tensor:`) reads the shadow. So branches on known values are taken as with real data, while every
    kernel is still seen on the device where it would run.
    """

    LARGEST = 1 << 21  # elements
    UNDEFINED = ("empty", "new_empty", "rand", "normal", "bernoulli", "multinomial")  # how their names start

    def __init__(self):
        self.shadows = WeakTensorKeyDictionary()

    def learn(self, tensor, values):
        self.shadows[tensor] = values

    def knows(self, tensor):
        return tensor.device.type == "cpu" or tensor in self.shadows

    def shadow(self, leaf):
        if isinstance(leaf, torch.device):
            return torch.device("cpu")
        return self.shadows.get(leaf, leaf) if isinstance(leaf, torch.Tensor) else leaf

    def call(self, func, args, kwargs):
        """Runs the kernel where it belongs, and on the shadows where it has them all."""
        inputs = tensors_of((args, kwargs))
        name = func._overloadpacket.__name__
        target = torch.device(kwargs["device"]).type if kwargs.get("device") is not None else None
        if target != "meta" and not any(tensor.device.type == "meta" for tensor in inputs):
            return func(*args, **kwargs)  # a real one
        small = all(tensor.numel() <= self.LARGEST for tensor in inputs)
        if name.startswith(self.UNDEFINED) or not small or not all(map(self.knows, inputs)):
            self.forget_written(func, args)
            return self.call_on_meta(func, args, kwargs)
        if name == "_local_scalar_dense":
            return self.shadow(args[0]).item()
        if name == "_to_copy" and target == "cpu":
            return func(self.shadow(args[0]), **kwargs)
        return self.call_both(func, args, kwargs)

    def call_on_meta(self, func, args, kwargs):
        """Where the output's size depends on values that are known, as that of `t[mask]` does, the CPU tells it."""
        try:
            return func(*args, **kwargs)
        except (NotImplementedError, RuntimeError):
            if not all(self.knows(t) or t.is_floating_point() for t in tensors_of((args, kwargs))):
                raise
            return tree_map(self.bare, func(*tree_map(self.real, args), **tree_map(self.real, kwargs)))

    def real(self, leaf):
        """Its values, or zeros in place of unknown ones."""
        values = self.shadow(leaf)
        is_unknown = isinstance(values, torch.Tensor) and values.device.type == "meta"
        return torch.zeros(values.shape, dtype=values.dtype) if is_unknown else values

    def call_both(self, func, args, kwargs):
        out = self.call_on_meta(func, args, kwargs)
        outputs = tensors_of(out)
        if all(tensor.numel() <= self.LARGEST for tensor in outputs):
            shadow_args, shadow_kwargs = tree_map(self.shadow, (args, kwargs))
            for tensor, values in zip(outputs, tensors_of(func(*shadow_args, **shadow_kwargs))):
                if tensor.device.type == "meta":
                    self.shadows[tensor] = values
        else:
            self.forget_written(func, args)
        return out

    def bare(self, leaf):
        return leaf.to("meta") if isinstance(leaf, torch.Tensor) else leaf

    def forget_written(self, func, args):
        """What an unknown value is written into is no longer known, nor is any view of it."""
        for argument, value in zip(func._schema.arguments, args):
            if argument.alias_info and argument.alias_info.is_write and value in self.shadows:
                storage = self.shadows[value].untyped_storage().data_ptr()
                for tensor in [t for t, v in self.shadows.items() if v.untyped_storage().data_ptr() == storage]:
                    del self.shadows[tensor]


COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd


def is_composite(func):
    """Made of other functions: under `torch.inference_mode()` a dispatch mode sees it whole."""
    return torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), COMPOSITE)


class Recorder(TorchDispatchMode):
    def __init__(self, package, shown=""):
        super().__init__()
        self.package = package  # the folder whose lines `at` names
        self.shown = shown  # what goes before a file's name
        self.known = KnownValues()
        self.phase = ""
        self.modules = [""]
        self.lines = []
        self.paused = False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if torch.is_inference_mode_enabled() and is_composite(func):
            with self:
                return func._op_dk(COMPOSITE, *args, **kwargs)
        out = self.known.call(func, args, kwargs)
        op = str(func)
        inputs, outputs = tensors_of((args, kwargs)), tensors_of(out)
        if not func.is_view and op not in NO_KERNEL and (inputs or outputs):  # promote_types has neither
            self.record(op, inputs, outputs, contraction_flops(func, args, kwargs, out))
        return out

    @contextmanager
    def pause(self):
        paused, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = paused

    def told(self, values):
        """A tensor on the meta device whose values may be looked at."""
        tensor = values.to("meta")
        self.known.learn(tensor, values)
        return tensor

    def all_told(self, value):
        """As told, for every tensor on the CPU that a value holds."""
        return tree_map(lambda leaf: self.told(leaf) if isinstance(leaf, torch.Tensor) and leaf.device.type == "cpu" else leaf, value)

    def record(self, op, inputs, outputs, flops):
        if self.paused:
            return
        read, write = TRAFFIC_OF.get(op, once_each)(inputs, outputs)
        self.lines.append({
            "phase": self.phase, "module": self.modules[-1], "op": op,
            "in": list(map(signature, inputs)), "out": list(map(signature, outputs)),
            "matmul_flops": flops, "read": read, "write": write, "at": self.innermost_line(),
        })  # fmt: skip

    def innermost_line(self):
        frame = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(self.package):
                return f"{self.shown}{os.path.relpath(file, self.package)}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def follow(self, model):
        """Keep the path of the running module on top of the stack, also when forward() is left by an exception."""
        for name, module in model.named_modules():
            module.register_forward_pre_hook(lambda *_, name=name: self.modules.append(name), prepend=True)
            module.register_forward_hook(self.leave, always_call=True)

    def leave(self, *_):
        self.modules.pop()


class AbovePyTorch(TorchFunctionMode):
    """What has to be seen before PyTorch takes it apart, by function: `seen` is called in its place.

    PyTorch's own functions in Python, which run without the mode, find attention by its name.
    """

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder
        self.attend = torch.nn.functional.scaled_dot_product_attention
        self.make = torch.tensor
        self.seen = {self.attend: self.attention, torch.Tensor.__getitem__: self.item, self.make: self.tensor}

    def __enter__(self):
        torch.nn.functional.scaled_dot_product_attention = self.attention
        return super().__enter__()

    def __exit__(self, *raised):
        torch.nn.functional.scaled_dot_product_attention = self.attend
        return super().__exit__(*raised)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return self.seen.get(func, func)(*args, **(kwargs or {}))

    def attention(self, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, **options):
        """One kernel, as a GPU runs it, in place of the reference decomposition of CPU and meta."""
        with self.recorder.pause():
            out = self.attend(query, key, value, attn_mask, dropout_p, is_causal, **options)
        inputs = [query, key, value] if attn_mask is None else [query, key, value, attn_mask]
        op = "sdpa.causal" if is_causal else "sdpa"
        self.recorder.record(op, inputs, [out], attention_flops(query, key, value))
        return out

    def tensor(self, data, *, device=None, **options):
        """`torch.tensor([2], device="meta")` would lose its values."""
        if device is None or torch.device(device).type != "meta":
            return self.make(data, device=device, **options)
        with self.recorder.pause():
            values = tree_map(self.recorder.known.shadow, data)
            made = self.recorder.told(self.make(values, device="cpu", **options))
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(data, numpy.ndarray):
            self.recorder.record("aten._to_copy.default", [torch.from_numpy(data)], [made], 0)
        return made

    def item(self, tensor, index):
        """`t[:, [-1, 0]]`: a list becomes a tensor on the way down, and on the meta device loses its values there."""
        indices = index if isinstance(index, tuple) else (index,)
        if tensor.device.type == "meta" and any(map(self.is_numbers, indices)):
            with self.recorder.pause():
                index = tuple(self.recorder.told(torch.tensor(i)) if self.is_numbers(i) else i for i in indices)
        return tensor[index]

    def is_numbers(self, index):
        """A list of slices or None stands for the tuple of them."""
        return isinstance(index, list) and all(isinstance(i, (int, list)) for i in index)


def let_autocast_be_off_on_meta():
    """To `torch.autocast(device_type="meta", enabled=False)` PyTorch says that meta has none; on a real device it does nothing."""
    init, is_enabled = torch.autocast.__init__, torch.is_autocast_enabled

    def of_a_real_device(device_type):
        return "cpu" if device_type == "meta" else device_type

    torch.autocast.__init__ = lambda self, device_type, *args, **options: init(
        self, of_a_real_device(device_type), *args, **options
    )
    torch.is_autocast_enabled = lambda *types: is_enabled(*map(of_a_real_device, types))


def keep_scripts_unfused():
    """TorchScript's old executor fuses, and knows no meta device: a model's file that asked for it gets the usual one."""
    torch._C._jit_set_profiling_mode(True)
    torch._C._jit_set_profiling_executor(True)
    torch._C._jit_set_texpr_fuser_enabled(False)


def tensors_of(tree):
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]
