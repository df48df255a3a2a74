// Models that are no Transformers models: what makes one (a class, a function, a library's own registry), what it has to
// be given, and how it is called. In Python, run by the interpreter like any other source.

export const callablesModule = 'lm_predictor_callables'

export const callablesSource = `
import importlib
import inspect
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace

import torch

VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


# --- Libraries that know their models by name: LIB:NAME --------------------------------------------------------------

class Library:
    def __init__(self, create, inputs=None):
        self.create = create  # name -> what makes the model
        self.inputs = inputs  # (model, name) -> {argument of forward: shape of one sample}


def with_all_imports(name):
    """A module all of whose imports are carried out: models enter a registry when their files run."""
    module = importlib.import_module(name)
    for imported in dir(module):
        if inspect.ismodule(getattr(module, imported)):
            dir(getattr(module, imported))
    return module


def torchvision_sample(model, name):
    weights = importlib.import_module("torchvision.models").get_model_weights(name)
    preset = next(iter(weights)).transforms.keywords
    return {"x": (3, preset["crop_size"], preset["crop_size"])}


LIBRARIES = {
    # timm.create_model(name); a model's default_cfg says what it was made for.
    "timm": Library(
        lambda name: lambda **options: importlib.import_module("timm").create_model(name, **options),
        lambda model, name: {"x": tuple(model.default_cfg["input_size"])},
    ),
    # torchvision.models.get_model(name); the transforms of its weights say how large an image is.
    "torchvision": Library(
        lambda name: lambda **options: with_all_imports("torchvision.models").get_model(name, **options),
        torchvision_sample,
    ),
}


def attribute_of(library, name):
    """Where a library has no row, its models are its public classes and functions."""
    found = importlib.import_module(library)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def maker(library, name):
    row = LIBRARIES.get(library)
    return attribute_of(library, name) if row is None else row.create(name)


def samples(library, name, model):
    """The shape of one sample of each argument of forward(), where the library says."""
    row = LIBRARIES.get(library)
    return {} if row is None or row.inputs is None else row.inputs(model, name)


# --- Making ----------------------------------------------------------------------------------------------------------

def parameters_of(make):
    if inspect.isclass(make):
        return list(inspect.signature(make.__init__).parameters.values())[1:]
    return list(inspect.signature(make).parameters.values())


def accepts(make):
    """The names of the parameters, those that must be given, and whether any other name will do."""
    parameters = parameters_of(make)
    named = [p for p in parameters if p.kind not in VARIADIC]
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    return [p.name for p in named], [p.name for p in named if p.default is p.empty], open_ended


def annotations(make):
    """What the parameters are annotated with, where that is a class: {name: name of the class}."""
    found = {p.name: p.annotation for p in parameters_of(make)}
    return {name: a if isinstance(a, str) else a.__name__ for name, a in found.items()
            if a is not inspect.Parameter.empty and (isinstance(a, str) or inspect.isclass(a))}


def number_defaults(make):
    """The integers among the defaults of a constructor."""
    return {p.name: p.default for p in parameters_of(make) if type(p.default) is int}


def from_config(make, values):
    """What of a config file goes to a constructor: values by name, or all of them as \`config\`."""
    names, _, _ = accepts(make)
    if "config" in names and "config" not in values:
        values = {"config": namespace_of(values), **values}
    return {name: values[name] for name in names if name in values}


def namespace_of(value):
    return SimpleNamespace(**{k: namespace_of(v) if isinstance(v, dict) else v for k, v in value.items()})


def numbers_of(value):
    """The integers that a dataclass takes: {field: value}; none of anything else."""
    if not is_dataclass(value) or inspect.isclass(value):
        return {}
    return {f.name: getattr(value, f.name) for f in fields(value) if f.init and type(getattr(value, f.name)) is int}


def with_numbers(value, numbers):
    return replace(value, **numbers)


def build(make, arguments, dtype, device):
    try:
        with torch.device(device):
            model = make(**arguments)
    except RuntimeError as e:
        if "on the same device" not in str(e):
            raise
        model = make(**arguments)  # it makes some of its tensors on the CPU, whatever the default device is
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"{make.__name__}() made a {type(model).__name__}, which is no torch.nn.Module")
    if any(t.device.type != device for t in (*model.parameters(), *model.buffers())):
        model.to(device)  # made with torch.FloatTensor, say: a user moves the model as a whole
    model.to(dtype=dtype)
    model.eval()  # what a model's own train() returns is its own affair
    return model


# --- Calling ---------------------------------------------------------------------------------------------------------

class Shapes:
    """\`bf16[2, 8]\` in the text of an input: a tensor."""

    def __init__(self, dtype, device):
        self.dtype, self.device = dtype, device

    def __getitem__(self, shape):
        return torch.empty(shape if isinstance(shape, tuple) else (shape,), dtype=self.dtype, device=self.device)


def input_names(dtypes, device, sizes):
    """What an input's text may name besides what its module has."""
    return {"torch": torch, **{name: Shapes(dtype, device) for name, dtype in dtypes.items()}, **sizes}


def placed(value, device):
    """A value whose tensors, also those in lists, tuples and dicts, are on the device."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if type(value) in (list, tuple):
        return type(value)(placed(v, device) for v in value)
    if type(value) is dict:
        return {k: placed(v, device) for k, v in value.items()}
    return value
`
