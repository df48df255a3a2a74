"""Records what PyTorch launches for the snippets of nn_cases.py and writes test/fixtures/nn_ops.json.

usage: python scripts/record_nn.py [FILTER]     needs torch 2.13; with FILTER it prints the matching snippets and writes nothing

A snippet is "setup :: expression". The setup runs as a model's construction does (default device meta, default dtype
bfloat16), the expression as a forward does (no_grad, default device cpu, default dtype float32), on the meta device.
Recorded: each kernel with the types, shapes and strides of its inputs and outputs, its contraction FLOPs and the bytes
of its operands, then the value of the expression: tensors as type, shape and strides, anything else as its repr.
"""
import json
import os
import sys
import warnings

import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten
from torch.utils.flop_counter import flop_registry

from nn_cases import CASES, PRELUDE

SHORT = {
    "float32": "f32", "bfloat16": "bf16", "float16": "f16", "float64": "f64", "int64": "i64", "int32": "i32",
    "int16": "i16", "int8": "i8", "uint8": "u8", "bool": "b8", "complex64": "c64", "complex128": "c128",
}
# Allocation and pure bookkeeping: no kernel.
FREE = {
    "aten.empty.memory_format", "aten.empty_like.default", "aten.new_empty.default", "aten.empty_strided.default",
    "aten.new_empty_strided.default", "aten.scalar_tensor.default", "aten.detach.default", "aten._unsafe_view.default",
    "aten.lift_fresh.default", "aten.alias.default", "prim.device.default",
}


# Contractions that torch.utils.flop_counter leaves out (or, for out_dtype overloads, cannot take): a multiply-add is 2.
MORE_FLOPS = {
    "aten.mv.default": lambda i, o: 2 * i[0].numel(),
    "aten.addmv.default": lambda i, o: 2 * i[1].numel(),
    "aten.dot.default": lambda i, o: 2 * i[0].numel(),
    "aten.vdot.default": lambda i, o: 2 * i[0].numel(),
    "aten.mm.dtype": lambda i, o: 2 * i[0].numel() * i[1].shape[1],
    "aten.bmm.dtype": lambda i, o: 2 * i[0].numel() * i[1].shape[2],
    "aten.addmm_.default": lambda i, o: 2 * i[1].numel() * i[2].shape[1],
    "aten.baddbmm_.default": lambda i, o: 2 * i[1].numel() * i[2].shape[2],
    "aten.addbmm.default": lambda i, o: 2 * i[1].numel() * i[2].shape[2],
    "aten.conv_tbc.default": lambda i, o: 2 * o[0].shape[:2].numel() * i[1].numel(),
    "aten._int_mm.default": lambda i, o: 2 * i[0].numel() * i[1].shape[1],
    "aten._trilinear.default": lambda i, o: 2 * i[0].shape[0] * i[1].numel(),
    "aten._grouped_mm.default": lambda i, o: 2 * i[0].numel() * i[1].shape[-1] // (i[0].shape[0] if i[1].dim() < i[0].dim() else 1),
}


def signature(tensor):
    name = str(tensor.dtype).removeprefix("torch.")
    return f"{SHORT.get(name, name)}[{','.join(map(str, tensor.shape))}]"


def with_strides(tensor):
    return f"{signature(tensor)}/{','.join(map(str, tensor.stride()))}"


def footprint(tensor):
    """Bytes of the distinct elements: a dimension of stride 0 counts once."""
    n = tensor.element_size()
    for size, stride in zip(tensor.shape, tensor.stride()):
        n *= size if stride != 0 or size == 0 else 1
    return n


def tensors(tree):
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, torch.Tensor)]


class Kernels(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.calls = []
        self.on = True

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if not self.on or func.is_view or str(func) in FREE:
            return out
        inputs, outputs = tensors((args, kwargs)), tensors(out)
        packet = func._overloadpacket
        if str(func) in MORE_FLOPS:
            flops = MORE_FLOPS[str(func)](inputs, outputs)
        else:
            flops = flop_registry[packet](*args, **kwargs, out_val=out) if packet in flop_registry else 0
        self.add(str(func), inputs, outputs, flops)
        return out

    def add(self, op, inputs, outputs, flops):
        self.calls.append({
            "op": op,
            "in": [signature(t) for t in inputs],
            "out": [with_strides(t) for t in outputs],
            "matmul_flops": flops,
            "operands": [sum(map(footprint, inputs)), sum(map(footprint, outputs))],
        })


class OneAttentionKernel:
    """Keeps scaled_dot_product_attention one kernel, as accelerators run it, where the meta device would take it apart.
    The function itself is replaced: a TorchFunctionMode would miss calls made from inside torch.nn.functional."""

    places = ((F, "scaled_dot_product_attention"), (torch._C._nn, "scaled_dot_product_attention"))

    def __init__(self, kernels):
        self.kernels = kernels
        self.original = F.scaled_dot_product_attention

    def __enter__(self):
        for module, name in self.places:
            setattr(module, name, self.attention)

    def __exit__(self, *exc):
        for module, name in self.places:
            setattr(module, name, self.original)

    def attention(self, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, **options):
        self.kernels.on = False
        try:
            out = self.original(query, key, value, attn_mask, dropout_p, is_causal, **options)
        finally:
            self.kernels.on = True
        inputs = [t for t in (query, key, value, attn_mask) if t is not None]
        pairs = query.shape[:-2].numel() * query.shape[-2] * key.shape[-2]
        self.kernels.add("sdpa.causal" if is_causal else "sdpa", inputs, [out], 2 * pairs * (query.shape[-1] + value.shape[-1]))
        return out


def value(result):
    return [with_strides(x) if isinstance(x, torch.Tensor) else repr(x) for x in tree_flatten(result)[0]]


def build(code, scope):
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("meta"):
            exec(code, scope)
    finally:
        torch.set_default_dtype(torch.float32)


def record(case):
    setup, expression = case.rsplit(" :: ", 1) if " :: " in case else ("", case)
    scope = {"__name__": "snippet"}
    exec(PRELUDE, scope)
    entry = {"case": case}
    kernels = Kernels()
    try:
        build(setup, scope)
        with torch.no_grad(), OneAttentionKernel(kernels), kernels:
            entry["value"] = value(eval(expression, scope))
    except Exception as error:
        entry["error"] = type(error).__name__
        print(f"{case.splitlines()[-1]}\n    {type(error).__name__}: {str(error)[:200]}")
    entry["kernels"] = kernels.calls
    return entry


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    pattern = sys.argv[1] if len(sys.argv) > 1 else None
    entries = [record(case) for case in CASES if pattern is None or pattern in case]
    if pattern is not None:
        for entry in entries:
            print(json.dumps(entry, indent=1))
        return
    path = os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "nn_ops.json")
    with open(path, "w") as out:
        lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        out.write(f'{{"torch":"{torch.__version__.split("+")[0]}","prelude":{json.dumps(PRELUDE)},"cases":[\n{lines}\n]}}\n')
    raising = sum("error" in e for e in entries)
    print(f"{len(entries)} snippets, {sum(len(e['kernels']) for e in entries)} kernels; {raising} snippets raise, as above")


if __name__ == "__main__":
    main()
