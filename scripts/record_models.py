#!/usr/bin/env python3
"""Record which kernels PyTorch launches for a model that is no Transformers model: a class or function of a file or package
of your own, or a model that a library knows by name. As record_traces.py, whose format and conventions these are.

    record_models.py OUT model.GPT --source examples --arg "config=GPTConfig(n_layer=2)" --input "idx=i64[batch_size,seq_len]"
    record_models.py OUT timm:resnet50
    record_models.py OUT diffusers.AutoencoderKL --input "sample=bf16[batch_size,3,64,64]" --run "forward b2 s1"
    record_models.py test/fixtures/traces --fixtures      the traces that this repository keeps

Values of --arg are Python in the namespace of the module of the class; an input is a tensor, dtype[shape], or Python in
which dtype[shape] makes one. Needs torch (CPU) and what the model imports.
"""

import argparse
import functools
import gzip
import importlib
import importlib.util
import inspect
import json
import os
import re
import shlex
import signal
import sys
import traceback

import torch
from kernel_recorder import LETTERS, AbovePyTorch, Recorder, let_autocast_be_off_on_meta

DEFAULT_RUNS = ("forward b1 s32", "forward b2 s32")
SECONDS_PER_MODEL = 300
SHORTS = {short: dtype for dtype, short in LETTERS.items()}

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = os.path.join(HERE, "..", "test", "fixtures", "models")

IMAGE = "--run 'forward b2 s1' --input 'x=bf16[batch_size,3,32,32]'"

# The traces that the repository keeps: a name, and the options that make it from the files in test/fixtures/models.
FIXTURES = {
    "own.gpt": """gpt.GPT --arg 'config=GPTConfig(n_layer=2, vocab_size=512, n_embd=64)' --input 'idx=i64[batch_size,seq_len]'""",
    "own.gpt.manual": """gpt.GPT --arg 'config=GPTConfig(n_layer=1, flash=False)' --run 'forward b2 s7'
        --input 'idx=torch.zeros((batch_size, seq_len), dtype=torch.long, device="meta")'""",
    "own.gpt.loss": """gpt.GPT --arg 'config=GPTConfig(n_layer=1, vocab_size=512, n_embd=64)' --run 'forward b2 s7'
        --input 'idx=i64[batch_size,seq_len]' --input 'targets=i64[batch_size,seq_len]'""",
    "own.convnet": f"convnet.resnet_tiny --arg num_classes=10 {IMAGE}",
    "own.transducer": """transducer.Transducer --arg 'config=dict(features=40, hidden=32, vocab=29)'
        --input 'audio=bf16[batch_size,16,40]' --input 'tokens=i64[batch_size,seq_len]' --run 'forward b2 s5'""",
    "own.unet": """denoiser:UNet --arg 'widths=(32, 64, 96)' --run 'forward b2 s1' --input 'sample=bf16[batch_size,4,16,16]'
        --input 'timestep=i64[batch_size]' --input 'encoder_hidden_states=bf16[batch_size,7,48]'""",
    "own.mixed": "mixed.Mixed --run 'forward b2 s1' --input 'x=bf16[batch_size,4,8]'",
    "own.mixed.rotated": "mixed.Mixed --arg rotated=True --run 'forward b2 s1' --input 'x=bf16[batch_size,4,8]'",
    "own.mixed.kept": "mixed.Kept --run 'forward b2 s1' --input 'x=bf16[batch_size,4,8]'",
    "own.mixed.nested": """mixed.Nested --run 'forward b2 s1'
        --input 'inputs={"x": torch.ones(2, 8, dtype=torch.bfloat16), "more": [torch.ones(8, dtype=torch.bfloat16)]}'""",
    "own.mixed.quiet": """mixed.Quiet --run 'forward b2 s1'
        --input 'inputs={"x": torch.ones(2, 8, dtype=torch.bfloat16), "more": [torch.ones(8, dtype=torch.bfloat16)]}'""",
    "own.masked": "masked.Masked --run 'forward b2 s1' --input 'x=bf16[batch_size,4,8]'",
    "own.spectral": "spectral.Spectral --dtype f32 --run 'forward b2 s1' --input 'x=f32[batch_size,50]'",
    "own.quantizer": "denoiser.quantizer:Quantizer --run 'forward b2 s1' --input 'x=bf16[batch_size,3,64]'",
}


def torchvision_sample(name, model):
    from torchvision.models import get_model_weights

    crop = next(iter(get_model_weights(name))).transforms.keywords["crop_size"]
    return (3, crop, crop)


# How a library makes a model of a name, and the shape of one sample.
LIBRARIES = {
    "timm": ("timm", "create_model", lambda name, model: model.default_cfg["input_size"]),
    "torchvision": ("torchvision.models", "get_model", torchvision_sample),
}


def maker_of(text):
    """What makes the model, the module in whose namespace its arguments are written, and the shape of a sample."""
    library, _, name = text.rpartition(":")
    if library in LIBRARIES:
        module, function, sample = LIBRARIES[library]
        create = getattr(importlib.import_module(module), function)
        return (lambda **options: create(name, **options)), importlib.import_module(library), lambda model: sample(name, model)
    make = named(text.replace(":", "."))
    return make, sys.modules[make.__module__], None


def named(path):
    """The value of a dotted name: the longest prefix that is a module, then attributes."""
    parts = path.split(".")
    count = len(parts) - 1
    while count > 1 and importlib.util.find_spec(".".join(parts[:count])) is None:
        count -= 1
    return functools.reduce(getattr, parts[count:], importlib.import_module(".".join(parts[:count])))


def folder_of(module):
    """The folder whose lines are recorded: that of the top-level package, or the one that holds a single file."""
    top = sys.modules[module.__name__.partition(".")[0]]
    file = getattr(top, "__file__", None)
    return os.path.dirname(os.path.abspath(file)) if file else list(top.__path__)[0]


class Shapes:
    def __init__(self, dtype):
        self.dtype = dtype

    def __getitem__(self, shape):
        return torch.empty(shape if isinstance(shape, tuple) else (shape,), dtype=self.dtype, device="meta")


def split(text):
    name, _, value = text.partition("=")
    return (name, value) if re.fullmatch(r"\w+", name) and value else (None, text)


def inputs_of(given, phase, module, model, sample, all_told):
    """Positional and named arguments of forward(), and how the header writes them. Values are where the model is, and known."""
    batch, seq = map(int, re.fullmatch(r"forward b(\d+) s(\d+)", phase).groups())
    names = {"torch": torch, **vars(module), **{s: Shapes(d) for s, d in SHORTS.items()}, "batch_size": batch, "seq_len": seq}
    texts = given.input
    parameters = inspect.signature(model.forward).parameters
    if not texts:
        parameter = next(iter(parameters))
        shape = sample(model) if sample else None
        texts = [f"{parameter}={given.dtype}[batch_size,{','.join(map(str, shape))}]" if shape else f"{parameter}=i64[batch_size,seq_len]"]
    args, kwargs = [], {}
    is_lone = len(texts) == 1 and not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for text in texts:
        name, expression = split(text)
        value = all_told(eval(expression, names))
        if name is None or (is_lone and name not in parameters):
            args.append(value)
        else:
            kwargs[name] = value
    sizes = {"batch_size": str(batch), "seq_len": str(seq)}
    written = {split(t)[0] or str(i): re.sub(r"\b(batch_size|seq_len)\b", lambda m: sizes[m[0]], split(t)[1]) for i, t in enumerate(texts)}
    return args, kwargs, written


def made(make, arguments):
    """On the meta device, the default one here; on the CPU where its own code does not go with that."""
    try:
        return make(**arguments)
    except RuntimeError:
        with torch.device("cpu"):
            return make(**arguments)


def record(given):
    make, module, sample = maker_of(given.maker)
    arguments = {}
    if given.config:
        with open(given.config) as file:
            values = json.load(file)
        names = inspect.signature(make).parameters
        arguments |= {name: value for name, value in values.items() if name in names}
    let_autocast_be_off_on_meta()
    dtype = SHORTS[given.dtype]
    recorder = Recorder(folder_of(module) + os.sep)
    with recorder.pause(), recorder, torch.device("meta"):
        arguments |= {split(text)[0]: eval(split(text)[1], {"torch": torch, **vars(module)}) for text in given.arg}
        model = made(make, arguments)
    if any(t.device.type != "meta" for t in (*model.parameters(), *model.buffers())):
        model.to("meta")
    model.to(dtype)
    model.eval()
    recorder.follow(model)
    written = {}
    for phase in given.run or DEFAULT_RUNS:
        args, kwargs, written[phase] = inputs_of(given, phase, module, model, sample, recorder.all_told)
        recorder.phase = phase
        with torch.no_grad(), AbovePyTorch(recorder), recorder:
            model(*args, **kwargs)
    cls = type(model)
    header = {
        "maker": given.maker, "arguments": given.arg, "models": given.models, "cls": f"{cls.__module__}.{cls.__qualname__}",
        "inputs": written, "dtype": given.dtype, "params": sum(p.numel() for p in model.parameters()),
        "modules": [], "torch": torch.__version__.partition("+")[0], "transformers": None,
    }  # fmt: skip
    return [header, *recorder.lines]


def write(path, lines):
    with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        file.write("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode())


def in_child(given):
    """A model that fails, or never ends, costs only itself."""
    name = given.name or given.maker.replace(":", ".").rpartition(".")[2]
    child = os.fork()
    if child:
        return name, os.waitpid(child, 0)[1] == 0
    signal.alarm(given.seconds)
    target = os.path.join(given.out, name)
    try:
        write(f"{target}.jsonl.gz", record(given))
        os._exit(0)
    except BaseException:
        with open(f"{target}.err", "w") as file:
            file.write(traceback.format_exc())
        os._exit(1)


def options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", help="folder to write to")
    parser.add_argument("maker", nargs="?", help="LIB:NAME, or the dotted name of a class or function")
    parser.add_argument("--source", help="a folder to import from")
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--config", help="a JSON object with arguments")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=DTYPE[SHAPE]", help="an argument of forward")
    parser.add_argument("--run", action="append", metavar="PHASE", help='"forward b1 s32"')
    parser.add_argument("--dtype", choices=["bf16", "f16", "f32"], default="bf16")
    parser.add_argument("--name", help="of the file, where it isn't that of the class")
    parser.add_argument("--seconds", type=int, default=SECONDS_PER_MODEL)
    parser.add_argument("--list", help="a file with one line of options for each model")
    parser.add_argument("--fixtures", action="store_true")
    return parser


def requests_of(given):
    given.models = None
    if given.maker:
        yield given
    if given.list:
        with open(given.list) as file:
            for line in filter(None, (line.partition("#")[0].strip() for line in file)):
                yield from requests_of(options().parse_args([given.out, *shlex.split(line)]))
    if given.fixtures:
        for name, row in FIXTURES.items():
            for request in requests_of(options().parse_args([given.out, *shlex.split(row), "--name", name, "--source", OWN])):
                request.models = "models"
                yield request


def main():
    given = options().parse_args()
    os.makedirs(given.out, exist_ok=True)
    failed = 0
    for request in requests_of(given):
        if request.source and os.path.abspath(request.source) not in sys.path:
            sys.path.insert(0, os.path.abspath(request.source))
        name, done = in_child(request)
        failed += not done
        print(name, "ok" if done else "failed", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
