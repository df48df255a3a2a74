// What pydantic's fields are, and what they keep of a value: see pydantic.ts.
import type { Overlay } from '../../vm.ts'

export const pydanticValues: Overlay = {
  module: 'pydantic._values',
  reason: 'What a compiled core makes of values.',
  source: String.raw`
import collections.abc as _abc
import copy as _copy
import dataclasses as _dataclasses
import enum as _enum
import pathlib as _pathlib
import types as _types
import typing as _typing
from typing import Annotated as _Annotated, Any as _Any

from _pydantic import uncertain as _uncertain

class _Undefined:
    def __repr__(self):
        return "PydanticUndefined"
    def __copy__(self):
        return self
    def __deepcopy__(self, memo):
        return self

PydanticUndefined = _Undefined()

class _Invalid(Exception):
    pass

# --- Fields

class FieldInfo:
    def __init__(self, default=PydanticUndefined, default_factory=None, annotation=None, alias=None, metadata=(), **options):
        self.default = PydanticUndefined if default is ... else default
        self.default_factory = default_factory
        self.annotation = annotation
        self.alias = options.pop("validation_alias", None) or alias
        self.metadata = list(metadata)
        self.options = options
        for name in ("description", "title", "examples", "exclude", "frozen", "init", "kw_only", "repr", "json_schema_extra", "deprecated"):
            setattr(self, name, options.get(name))

    def is_required(self):
        return self.default is PydanticUndefined and self.default_factory is None

    def get_default(self, *, call_default_factory=False, validated_data=None):
        if self.default_factory is not None:
            return self.default_factory()
        return _copy.deepcopy(self.default)

    def _checked(self, value):
        for name, holds in _constraints.items():
            bound = self.options.get(name)
            if bound is not None and not holds(value, bound):
                raise _Invalid(f"Input should meet {name} {bound!r}")
        for name in ("pattern", "multiple_of", "max_digits", "decimal_places", "discriminator", "union_mode"):
            if self.options.get(name) is not None:
                _uncertain(value, f"a field with {name}")
        return value

_constraints = {
    "gt": lambda v, bound: v > bound,
    "ge": lambda v, bound: v >= bound,
    "lt": lambda v, bound: v < bound,
    "le": lambda v, bound: v <= bound,
    "min_length": lambda v, bound: len(v) >= bound,
    "max_length": lambda v, bound: len(v) <= bound,
}

def Field(default=PydanticUndefined, *, default_factory=None, alias=None, **options):
    return FieldInfo(default, default_factory, alias=alias, **options)

class _PrivateAttribute:
    def __init__(self, default, factory):
        self.default = default
        self.factory = factory

    def made(self):
        return self.factory() if self.factory is not None else _copy.deepcopy(self.default)

def PrivateAttr(default=PydanticUndefined, *, default_factory=None, init=False):
    return _PrivateAttribute(default, default_factory)

class BeforeValidator:
    def __init__(self, func, **options):
        self.func = func

class AfterValidator:
    def __init__(self, func, **options):
        self.func = func

class SkipValidation:
    def __class_getitem__(cls, item):
        return _Annotated[item, cls()]

class InstanceOf:
    def __class_getitem__(cls, item):
        return item

PositiveInt = _Annotated[int, Field(gt=0)]
NonNegativeInt = _Annotated[int, Field(ge=0)]
NegativeInt = _Annotated[int, Field(lt=0)]
NonPositiveInt = _Annotated[int, Field(le=0)]
PositiveFloat = _Annotated[float, Field(gt=0)]
NonNegativeFloat = _Annotated[float, Field(ge=0)]
NegativeFloat = _Annotated[float, Field(lt=0)]
NonPositiveFloat = _Annotated[float, Field(le=0)]

def conint(**options):
    return _Annotated[int, Field(**options)]

def confloat(**options):
    return _Annotated[float, Field(**options)]

def constr(**options):
    return _Annotated[str, Field(**options)]

def conlist(item_type, **options):
    return _Annotated[_typing.List[item_type], Field(**options)]

# --- What becomes of a value

def _named(annotation):
    return getattr(annotation, "__name__", None) or repr(annotation)

def _as_bool(value):
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    return _uncertain(value, "bool")

def _as_int(value):
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        raise _Invalid("Input should be a valid integer, got a number with a fractional part")
    return _uncertain(value, "int")

def _as_float(value):
    return float(value) if isinstance(value, (int, float)) else _uncertain(value, "float")

def _as_str(value):
    if isinstance(value, (bytes, bytearray)):
        return _uncertain(value, "str")
    raise _Invalid("Input should be a valid string")

def _as_path(value):
    return _pathlib.Path(value) if isinstance(value, str) else _uncertain(value, "Path")

_plain = {bool: _as_bool, int: _as_int, float: _as_float, str: _as_str, _pathlib.Path: _as_path}

def _of_class(cls, value):
    if type(value) is cls or (isinstance(value, cls) and not isinstance(value, bool)):
        return value
    if cls in _plain:
        return _plain[cls](value) if value is not None else _refuse(cls)
    from pydantic import BaseModel

    if isinstance(cls, type) and issubclass(cls, BaseModel):
        if isinstance(value, _abc.Mapping):
            return cls.model_validate(value)
        raise _Invalid(f"Input should be a valid dictionary or instance of {cls.__name__}")
    if issubclass(cls, _enum.Enum):
        try:
            return cls(value)
        except ValueError:
            raise _Invalid(f"Input should be one of {[m.value for m in cls]}")
    if cls in (list, tuple, set, frozenset) and isinstance(value, (list, tuple)):
        return cls(value)
    if cls in (list, tuple, set, frozenset, dict, bytes, complex) or cls.__module__ in ("datetime", "uuid", "decimal"):
        return _refuse(cls) if value is None else _uncertain(value, cls.__name__)
    if _dataclasses.is_dataclass(cls) and isinstance(value, _abc.Mapping):
        return _uncertain(value, cls.__name__)
    return _refuse(cls)

def _refuse(cls):
    raise _Invalid(f"Input should be an instance of {_named(cls)}")

def _fits(annotation, value):
    """Whether a value already is what an annotation says, so that a union keeps it."""
    if annotation is _Any:
        return True
    if annotation is None or annotation is type(None):
        return value is None
    origin = _typing.get_origin(annotation)
    if origin is _Annotated:
        return _fits(_typing.get_args(annotation)[0], value)
    if origin is _typing.Literal:
        return any(value == a and type(value) is type(a) for a in _typing.get_args(annotation))
    if origin is _typing.Union or origin is _types.UnionType:
        return any(_fits(a, value) for a in _typing.get_args(annotation))
    if origin is None:
        return isinstance(annotation, type) and (type(value) is annotation or (annotation not in _plain and isinstance(value, annotation)))
    if not isinstance(origin, type) or not isinstance(value, origin):
        return False
    args = _typing.get_args(annotation)
    if isinstance(value, _abc.Mapping):
        return all(_fits(args[0], k) and _fits(args[1], v) for k, v in value.items())
    if isinstance(value, tuple) and not (len(args) == 2 and args[1] is ...):
        return len(args) == len(value) and all(_fits(a, v) for a, v in zip(args, value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(_fits(args[0], v) for v in value)
    return False

def _of_union(args, value):
    for a in args:
        if _fits(a, value):
            return _made(a, value)
    if value is None:
        raise _Invalid("Input should not be None")
    others = [a for a in args if a is not type(None)]
    return _made(others[0], value) if len(others) == 1 else _uncertain(value, " | ".join(_named(a) for a in args))

def _of_tuple(args, value):
    if not isinstance(value, (list, tuple)):
        return _uncertain(value, "tuple")
    if len(args) == 2 and args[1] is ...:
        return tuple(_made(args[0], v) for v in value)
    if len(args) != len(value):
        raise _Invalid(f"Input should have {len(args)} items")
    return tuple(_made(a, v) for a, v in zip(args, value))

def _of_collection(origin, args, value):
    if not isinstance(value, (list, tuple) if origin in (list, _abc.Sequence, _abc.Iterable) else (list, tuple, set, frozenset)):
        return _uncertain(value, _named(origin))
    items = [_made(args[0], v) for v in value]
    return type(value)(items) if origin in (_abc.Sequence, _abc.Iterable) else origin(items)

def _annotated(annotation, value):
    inner, *metadata = _typing.get_args(annotation)
    if any(isinstance(m, SkipValidation) or m is SkipValidation for m in metadata):
        return value
    for m in reversed(metadata):
        if isinstance(m, BeforeValidator):
            value = m.func(value)
    value = _made(inner, value)
    for m in metadata:
        if isinstance(m, AfterValidator):
            value = m.func(value)
        elif isinstance(m, FieldInfo):
            m._checked(value)
        elif type(m).__module__.split(".")[0] not in ("builtins", "pydantic"):
            _uncertain(value, repr(annotation))
    return value

def _made(annotation, value):
    """What a field of that annotation keeps of a value."""
    if annotation is _Any or isinstance(annotation, _typing.TypeVar):
        return value
    if annotation is None or annotation is type(None):
        return value if value is None else _refuse(type(None))
    origin, args = _typing.get_origin(annotation), _typing.get_args(annotation)
    if origin is _Annotated:
        return _annotated(annotation, value)
    if origin is _typing.Union or origin is _types.UnionType:
        return _of_union(args, value)
    if origin is _typing.Literal:
        if _fits(annotation, value):
            return value
        raise _Invalid(f"Input should be one of {args}")
    if origin is tuple:
        return _of_tuple(args, value)
    if origin in (list, set, frozenset, _abc.Sequence, _abc.Iterable):
        return _of_collection(origin, args, value)
    if origin in (dict, _abc.Mapping, _abc.MutableMapping):
        if not isinstance(value, dict):
            return _uncertain(value, "dict")
        return {_made(args[0], k): _made(args[1], v) for k, v in value.items()}
    if annotation is _typing.Callable or origin is _abc.Callable or annotation is _abc.Callable:
        return value if callable(value) else _refuse(_abc.Callable)
    if origin is type:
        return value if isinstance(value, type) else _refuse(type)
    if isinstance(origin, type):
        return _of_class(origin, value)
    return _of_class(annotation, value) if isinstance(annotation, type) else _uncertain(value, repr(annotation))
`,
}
