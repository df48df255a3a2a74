"""Record what PyTorch does for short programs on the meta device: kernels launched, costs, strides, dtypes, errors.

usage: record_ops.py test/fixtures/torch_ops.txt test/fixtures/torch_ops.json     (torch 2.13.0, CPU build)

torch_ops.txt: one program a line, statements separated by `; `, the last one an expression; `#` starts a comment. The names
of PRELUDE are there. torch_ops.json: {"prelude", "cases": [{"code", "kernels": [[op, ins, outs, out strides, read, write]], "result"}]},
or with "error" (the exception's class) instead of kernels and result. Costs follow the project's convention.
"""
import ast, json, math, sys
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

PRELUDE = """
import math
import torch
def maker(dtype):
    return lambda *shape: torch.empty(shape, dtype=dtype, device='meta')
f, b, h, d = maker(torch.float32), maker(torch.bfloat16), maker(torch.float16), maker(torch.float64)
i, i32, i16, i8, u8 = maker(torch.int64), maker(torch.int32), maker(torch.int16), maker(torch.int8), maker(torch.uint8)
q, c = maker(torch.bool), maker(torch.complex64)
"""
SHORT = {"float32": "f32", "bfloat16": "bf16", "float16": "f16", "int64": "i64", "int32": "i32", "bool": "b8", "float64": "f64", "int8": "i8",
         "uint8": "u8", "complex64": "c64", "int16": "i16"}
FREE = {"aten.detach.default", "aten._unsafe_view.default", "aten.lift_fresh.default", "aten.alias.default", "prim.device.default",
        "aten.empty.memory_format", "aten.empty.default", "aten.empty_like.default", "aten.new_empty.default",
        "aten.empty_strided.default", "aten.new_empty_strided.default", "aten.scalar_tensor.default"}
FILL = {f"aten.{n}.default" for n in ("zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full", "rand_like", "randn_like", "randint_like")} | {"aten.randint_like.low_dtype"}
GATHER = {"aten.embedding.default", "aten.index.Tensor", "aten.gather.default", "aten.index_select.default", "aten.take.default"}
SCATTER = {"aten.index_put_.default", "aten.scatter_.value", "aten.scatter_.src", "aten.index_copy_.default", "aten.index_fill_.int_Scalar", "aten.index_fill_.int_Tensor"}
VALUE = {"aten.scatter_.value", "aten.index_fill_.int_Scalar"}
ADDING = {"aten.index_add_.default", "aten.scatter_add_.default", "aten.scatter_reduce_.two", "aten.scatter_.reduce"}

def short(dtype):
    name = str(dtype).replace("torch.", "")
    return SHORT.get(name, str(dtype))

def sig(t): return short(t.dtype) + "[" + ",".join(map(str, t.shape)) + "]"

def footprint(t):
    n = 1
    for s, st in zip(t.shape, t.stride()):
        if st != 0 or s == 0: n *= s
    return n * t.element_size()

def cost(op, ins, outs):
    size = lambda t: t.numel() * t.element_size()
    read, write = sum(map(footprint, ins)), sum(map(footprint, outs))
    if op in FILL: return 0, write
    if op in GATHER: return sum(map(footprint, ins[1:])) + sum(map(size, outs)), sum(map(size, outs))
    if op == "aten.copy_.default": return sum(map(footprint, ins[1:])), write
    if op in ("aten.zero_.default", "aten.fill_.Scalar"): return 0, size(outs[0])
    if op in SCATTER:
        touched = max([t.numel() for t in ins[1:]])
        return sum(map(footprint, ins[1:])), touched * outs[0].element_size()
    if op in ADDING:
        touched = ins[-1].numel() * outs[0].element_size()
        return sum(map(footprint, ins[1:])) + touched, touched
    return read, write

class Recorder(TorchDispatchMode):
    def __init__(self): super().__init__(); self.kernels = []
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if func.is_view or str(func) in FREE: return out
        ins = [a for a in tree_flatten((args, kwargs or {}))[0] if isinstance(a, torch.Tensor)]
        outs = [a for a in tree_flatten(out)[0] if isinstance(a, torch.Tensor)]
        if not ins and not outs: return out
        self.kernels.append([str(func), [sig(t) for t in ins], [sig(t) for t in outs], [list(t.stride()) for t in outs], *cost(str(func), ins, outs)])
        return out

def number(x):
    if isinstance(x, bool) or not isinstance(x, float) or math.isfinite(x): return x
    return {"float": str(x)}

def numbers(x): return [numbers(y) for y in x] if isinstance(x, list) else number(x)

def summary(v):
    if isinstance(v, torch.Tensor):
        s = {"tensor": sig(v), "stride": list(v.stride()), "device": v.device.type}
        if v.device.type == "cpu" and not v.dtype.is_complex and not str(v.dtype).startswith("torch.float8"): s["values"] = numbers(v.tolist())
        return s
    if isinstance(v, (tuple, list)): return [summary(x) for x in v]
    if isinstance(v, dict): return {"dict": [[k, summary(x)] for k, x in v.items()]}
    if v is None or isinstance(v, (bool, int, str)): return v
    if isinstance(v, float): return number(v)
    return {"str": str(v)}

def compiled(line):
    tree = ast.parse(line)
    last = tree.body.pop()
    return compile(tree, "<case>", "exec"), compile(ast.Expression(last.value), "<case>", "eval")

def run(line):
    names = {}
    exec(PRELUDE, names)
    body, last = compiled(line)
    torch.manual_seed(0)
    recorder = Recorder()
    case = {"code": line}
    try:
        with torch.no_grad(), recorder:
            exec(body, names)
            value = eval(last, names)
        case["kernels"] = recorder.kernels
        case["result"] = summary(value)
    except Exception as e:
        case["error"] = type(e).__name__
        case["message"] = str(e).split("\n")[0][:160]
    return case

def main(source, target):
    lines = [line.split("  #")[0].strip() for line in open(source)]
    cases = [run(line) for line in lines if line and not line.startswith("#")]
    with open(target, "w") as out:
        out.write(json.dumps({"prelude": PRELUDE})[:-1] + ',\n"cases":[\n')
        out.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
    failed = [c for c in cases if "error" in c]
    print(f"{len(cases)} programs, {len(failed)} of them raise")

if __name__ == "__main__": main(*sys.argv[1:])
