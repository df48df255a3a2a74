// pydantic: models and dataclasses whose fields are checked and turned into what their annotations say. The original does
// that in a compiled core. What it makes of a value is written down where it is certain (the value is of the type, an
// int for a float, a dict for a model, …); whatever else it might accept, such as text for a number, ends the analysis.
import { native } from '../../native.ts'
import { asString, repr } from '../../object.ts'
import type { HostModule, Overlay } from '../../vm.ts'
import { pydanticValues } from './pydantic-values.ts'

export const pydanticHost: HostModule = {
  name: '_pydantic',
  reason: 'Ends the analysis where it is not certain what pydantic makes of a value.',
  make: () => ({
    uncertain: native('uncertain(value, wanted)', (vm, [value, wanted]) =>
      vm.stop('unsupported-op', `pydantic: what becomes of ${repr(vm, value)} as ${asString(vm, wanted)}`),
    ),
  }),
}

const reason = 'Fields are checked by a compiled core; here by a few lines of Python.'

export const pydantic: readonly Overlay[] = [
  pydanticValues,
  {
    module: 'pydantic',
    reason,
    source: String.raw`
import collections.abc as _abc
import copy as _copy
import functools as _functools
import inspect as _inspect
import types as _types
import typing as _typing
from typing import Annotated as _Annotated

from _pydantic import uncertain as _uncertain
from pydantic._values import *
from pydantic._values import _Invalid, _PrivateAttribute, _made, _named

__version__ = VERSION = "2.12.0"

class PydanticUserError(RuntimeError):
    pass

class ValidationError(ValueError):
    def __init__(self, title, problems):
        self.title = title
        self._problems = list(problems)
        lines = [f"{len(self._problems)} validation error{'s' if len(self._problems) > 1 else ''} for {title}"]
        for place, message in self._problems:
            lines += [place, "  " + message]
        super().__init__("\n".join(lines))

    def error_count(self):
        return len(self._problems)

    def errors(self, **options):
        return [{"loc": (place,) if place else (), "msg": message} for place, message in self._problems]

def ConfigDict(**options):
    return options

# --- Validators

class ValidationInfo:
    def __init__(self, data, field_name, config):
        self.data = data
        self.field_name = field_name
        self.config = config
        self.context = None
        self.mode = "python"

FieldValidationInfo = ValidationInfo

class _Validator:
    """A method that checks; in its class it is the method that it decorates."""

    def __init__(self, func, kind, mode, fields=()):
        self.func = func.__func__ if isinstance(func, (classmethod, staticmethod)) else func
        self.is_static = isinstance(func, staticmethod)
        self.kind = kind
        self.mode = mode
        self.fields = fields

    def __get__(self, instance, owner):
        if self.is_static:
            return self.func
        on = instance if self.kind == "model" and self.mode == "after" else owner
        return self.func if on is None else _types.MethodType(self.func, on)

    def called(self, owner, value, *more):
        func = self.func if self.is_static else _types.MethodType(self.func, owner)
        count = len([p for p in _inspect.signature(func).parameters.values() if p.default is _inspect.Parameter.empty])
        return func(value, *more[: max(count - 1, 0)])

def field_validator(*fields, mode="after", check_fields=None, json_schema_input_type=None):
    return lambda func: _Validator(func, "field", mode, fields)

def model_validator(*, mode):
    return lambda func: _Validator(func, "model", mode)

def validator(*fields, pre=False, always=False, each_item=False, allow_reuse=False, check_fields=None):
    if each_item:
        _uncertain(fields, "a validator of each item")
    return lambda func: _Validator(func, "field", "before" if pre else "after", fields)

class _Computed(property):
    pass

def computed_field(func=None, **options):
    if func is None:
        return lambda f: computed_field(f, **options)
    return _Computed(func.fget if isinstance(func, property) else func)

def _validators(cls):
    found = {}
    for base in reversed(cls.__mro__):
        for name, v in base.__dict__.items():
            if isinstance(v, _Validator):
                found[name] = v
    return list(found.values())

def _is_field(name, annotation):
    text = annotation if isinstance(annotation, str) else repr(annotation)
    return not name.startswith("_") and name != "model_config" and "ClassVar" not in text

def _collected(cls):
    """The fields of a model by name, those of its bases first."""
    fields = {}
    for base in reversed(cls.__mro__):
        if base in (object, BaseModel, _typing.Generic):
            continue
        own = [n for n, a in _inspect.get_annotations(base).items() if _is_field(n, a)]
        hints = _typing.get_type_hints(base, include_extras=True) if own else {}
        for name in own:
            fields[name] = _described(hints[name], base.__dict__.get(name, PydanticUndefined))
    fields.update(cls.__dict__.get("__lm_created__", {}))
    return fields

def _described(annotation, default):
    inner = next((m for m in _metadata(annotation) if isinstance(m, FieldInfo)), None)
    if isinstance(default, FieldInfo):
        default.annotation = annotation
        return default
    if inner is None:
        return FieldInfo(default, annotation=annotation)
    return FieldInfo(inner.default if default is PydanticUndefined else default, inner.default_factory, annotation, inner.alias)

def _metadata(annotation):
    return _typing.get_args(annotation)[1:] if _typing.get_origin(annotation) is _Annotated else ()

def _field_value(cls, name, field, value, earlier):
    checks = [v for v in _validators(cls) if v.kind == "field" and (name in v.fields or "*" in v.fields)]
    info = ValidationInfo(earlier, name, getattr(cls, "model_config", {}))
    for v in reversed(checks):
        if v.mode == "before":
            value = v.called(cls, value, info)
    if any(v.mode in ("plain", "wrap") for v in checks):
        return _uncertain(value, f"a field with a {checks[0].mode} validator")
    value = field._checked(_made(field.annotation, value))
    for v in checks:
        if v.mode == "after":
            value = v.called(cls, value, info)
    return value

# --- Models

class ModelMetaclass(type):
    @property
    def model_fields(cls):
        if "__lm_fields__" not in cls.__dict__:
            type.__setattr__(cls, "__lm_fields__", _collected(cls))
        return cls.__lm_fields__

    @property
    def __fields__(cls):
        return cls.model_fields

class BaseModel(metaclass=ModelMetaclass):
    model_config = {}

    def __init_subclass__(cls, **options):
        merged = {}
        for base in reversed(cls.__mro__):
            merged.update(base.__dict__.get("model_config", {}))
        legacy = cls.__dict__.get("Config")
        if legacy is not None:
            merged.update({n: v for n, v in vars(legacy).items() if not n.startswith("__")})
        cls.model_config = merged
        own = {n: options.pop(n) for n in list(options) if n in _options}
        cls.model_config.update(own)
        cls.__pydantic_init_subclass__(**options)

    @classmethod
    def __pydantic_init_subclass__(cls, **options):
        pass

    def __class_getitem__(cls, item):
        return cls

    def __init__(self, /, **data):
        _validate_into(type(self), self, data)

    def model_post_init(self, context, /):
        pass

    @classmethod
    def model_validate(cls, obj, *, strict=None, from_attributes=None, context=None, **options):
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, _abc.Mapping):
            return _uncertain(obj, cls.__name__)
        return cls(**obj)

    @classmethod
    def model_construct(cls, _fields_set=None, **values):
        made = cls.__new__(cls)
        for name, field in cls.model_fields.items():
            if name in values:
                object.__setattr__(made, name, values[name])
            elif not field.is_required():
                object.__setattr__(made, name, field.get_default())
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        return made

    @property
    def model_fields_set(self):
        return self.__pydantic_fields_set__

    @property
    def model_extra(self):
        return {n: v for n, v in self.__dict__.items() if n not in type(self).model_fields and not n.startswith("_")}

    def model_dump(self, *, mode="python", include=None, exclude=None, by_alias=None, exclude_unset=False, exclude_defaults=False, exclude_none=False, **options):
        if mode != "python":
            _uncertain(self, "JSON")
        fields = type(self).model_fields
        result = {}
        computed = [n for base in reversed(type(self).__mro__) for n, v in base.__dict__.items() if isinstance(v, _Computed)]
        for name, value in [*self, *((n, getattr(self, n)) for n in computed)]:
            field = fields.get(name)
            hidden = (include is not None and name not in include) or (exclude is not None and name in exclude)
            if hidden or (field is not None and field.exclude):
                continue
            if exclude_unset and name not in self.__pydantic_fields_set__ and name not in computed:
                continue
            if exclude_none and value is None:
                continue
            if exclude_defaults and field is not None and not field.is_required() and value == field.get_default():
                continue
            key = field.alias if by_alias and field is not None and field.alias else name
            result[key] = _dumped(value, exclude_none=exclude_none, exclude_unset=exclude_unset, exclude_defaults=exclude_defaults)
        return result

    def dict(self, **options):
        return self.model_dump(**options)

    def model_copy(self, *, update=None, deep=False):
        made = type(self).__new__(type(self))
        for name, value in self.__dict__.items():
            object.__setattr__(made, name, _copy.deepcopy(value) if deep else value)
        for name, value in (update or {}).items():
            object.__setattr__(made, name, value)
        object.__setattr__(made, "__pydantic_fields_set__", set(self.__pydantic_fields_set__) | set(update or {}))
        return made

    def copy(self, *, update=None, deep=False):
        return self.model_copy(update=update, deep=deep)

    @classmethod
    def parse_obj(cls, obj):
        return cls.model_validate(obj)

    @classmethod
    def model_rebuild(cls, **options):
        return None

    def __setattr__(self, name, value):
        if name.startswith("_") or isinstance(getattr(type(self), name, None), property):
            return object.__setattr__(self, name, value)
        config, fields = type(self).model_config, type(self).model_fields
        field = fields.get(name)
        if config.get("frozen") or (field is not None and field.frozen):
            raise ValidationError(type(self).__name__, [(name, "Instance is frozen")])
        if field is None and config.get("extra") != "allow":
            raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        if field is not None and config.get("validate_assignment"):
            value = _field_value(type(self), name, field, value, dict(self))
        object.__setattr__(self, name, value)
        self.__pydantic_fields_set__.add(name)

    def __iter__(self):
        return iter([(n, v) for n, v in self.__dict__.items() if not n.startswith("_")])

    def __eq__(self, other):
        return dict(self) == dict(other) if type(self) is type(other) else NotImplemented

    def __hash__(self):
        if not type(self).model_config.get("frozen"):
            raise TypeError(f"unhashable type: '{type(self).__name__}'")
        return hash((type(self), tuple(v for _, v in self)))

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in self)})"

    def __str__(self):
        return " ".join(f"{n}={v!r}" for n, v in self)

_options = ("arbitrary_types_allowed", "extra", "frozen", "populate_by_name", "protected_namespaces", "strict", "use_enum_values",
    "validate_assignment", "validate_by_name", "validate_default", "str_strip_whitespace", "title")

def _dumped(value, **options):
    if isinstance(value, BaseModel):
        return value.model_dump(**options)
    if isinstance(value, dict):
        return {k: _dumped(v, **options) for k, v in value.items()}
    return type(value)(_dumped(v, **options) for v in value) if type(value) in (list, tuple, set) else value

def _validate_into(cls, made, data):
    config = cls.model_config
    if config.get("strict") or config.get("use_enum_values") or config.get("str_strip_whitespace"):
        _uncertain(data, f"a model with the config {config}")
    checks = [v for v in _validators(cls) if v.kind == "model"]
    if any(v.mode == "wrap" for v in checks):
        _uncertain(data, "a model with a wrap validator")
    for v in reversed(checks):
        if v.mode == "before":
            data = v.called(cls, data, ValidationInfo({}, None, config))
    if not isinstance(data, _abc.Mapping):
        _uncertain(data, cls.__name__)
    values, problems, given = {}, [], set()
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    used = set()
    for name, field in cls.model_fields.items():
        if field.alias is not None and not isinstance(field.alias, str):
            _uncertain(data, f"a field with the alias {field.alias!r}")
        keys = [k for k in (field.alias, name if field.alias is None or by_name else None) if k is not None and k in data]
        if keys:
            used.add(keys[0])
            given.add(name)
        elif field.is_required():
            problems.append((name, "Field required"))
            continue
        try:
            if keys:
                values[name] = _field_value(cls, name, field, data[keys[0]], dict(values))
            elif config.get("validate_default") or field.options.get("validate_default"):
                values[name] = _field_value(cls, name, field, field.get_default(), dict(values))
            else:
                values[name] = field.get_default()
        except (_Invalid, AssertionError, ValueError) as e:
            problems.append((name, str(e)))
    extra = {k: v for k, v in data.items() if k not in used}
    if extra and config.get("extra") == "forbid":
        problems += [(k, "Extra inputs are not permitted") for k in extra]
    if problems:
        raise ValidationError(cls.__name__, problems)
    if config.get("extra") == "allow":
        values.update(extra)
        given |= set(extra)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    object.__setattr__(made, "__pydantic_fields_set__", given)
    for base in reversed(cls.__mro__):
        for name, v in list(base.__dict__.items()):
            if isinstance(v, _PrivateAttribute) and v.made() is not PydanticUndefined:
                object.__setattr__(made, name, v.made())
    made.model_post_init(None)
    try:
        for v in checks:
            if v.mode == "after":
                v.func(made)
    except (AssertionError, ValueError) as e:
        raise ValidationError(cls.__name__, [("", str(e))])

def create_model(model_name, /, *, __config__=None, __doc__=None, __base__=None, __module__=None, __validators__=None, **fields):
    bases = __base__ if isinstance(__base__, tuple) else (__base__ or BaseModel,)
    namespace = {"__module__": __module__ or "pydantic", **(__validators__ or {})}
    if __config__ is not None:
        namespace["model_config"] = __config__
    made = ModelMetaclass(model_name, bases, namespace)
    described = {}
    for name, given in fields.items():
        annotation, default = given if isinstance(given, tuple) else (given, PydanticUndefined)
        described[name] = _described(annotation, PydanticUndefined if default is ... else default)
    type.__setattr__(made, "__lm_created__", described)
    return made

class RootModel(BaseModel):
    def __init__(self, *args, **data):
        _uncertain(args, "a root model")

class TypeAdapter:
    def __init__(self, type, **options):
        self._type = type

    def validate_python(self, value, **options):
        try:
            return _made(self._type, value)
        except _Invalid as e:
            raise ValidationError(_named(self._type), [("", str(e))])

def validate_call(func=None, *, config=None, validate_return=False):
    if func is None:
        return lambda f: validate_call(f, config=config, validate_return=validate_return)

    @_functools.wraps(func)
    def checked(*args, **kwargs):
        bound = _inspect.signature(func).bind(*args, **kwargs)
        hints = _typing.get_type_hints(func, include_extras=True)
        problems = []
        for name, value in list(bound.arguments.items()):
            kind = _inspect.signature(func).parameters[name].kind
            if name in hints and kind not in (_inspect.Parameter.VAR_POSITIONAL, _inspect.Parameter.VAR_KEYWORD):
                try:
                    bound.arguments[name] = _made(hints[name], value)
                except _Invalid as e:
                    problems.append((name, str(e)))
        if problems:
            raise ValidationError(func.__name__, problems)
        return func(*bound.args, **bound.kwargs)

    return checked
`,
  },
  {
    module: 'pydantic.dataclasses',
    reason,
    source: String.raw`
import dataclasses as _dataclasses
import typing as _typing

from pydantic import FieldInfo as _FieldInfo, PydanticUndefined as _PydanticUndefined, ValidationError as _ValidationError
from pydantic import _field_value, _uncertain, _validators, _described
from pydantic._values import _Invalid

is_pydantic_dataclass = lambda cls: "__pydantic_dataclass__" in cls.__dict__

def _own_fields(cls):
    hints = _typing.get_type_hints(cls, include_extras=True)
    given = cls.__pydantic_dataclass__
    for f in _dataclasses.fields(cls):
        yield f.name, given.get(f.name) or _described(hints[f.name], _PydanticUndefined)

def _check(self):
    cls = type(self)
    problems, earlier = [], {}
    for name, field in _own_fields(cls):
        field.annotation = field.annotation or _typing.get_type_hints(cls, include_extras=True)[name]
        try:
            earlier[name] = _field_value(cls, name, field, getattr(self, name), dict(earlier))
        except (_Invalid, AssertionError, ValueError) as e:
            problems.append((name, str(e)))
    if problems:
        raise _ValidationError(cls.__name__, problems)
    for name, value in earlier.items():
        object.__setattr__(self, name, value)

def _standard(info):
    if info.default_factory is not None:
        return _dataclasses.field(default_factory=info.default_factory)
    return _dataclasses.field() if info.default is _PydanticUndefined else _dataclasses.field(default=info.default)

def dataclass(_cls=None, *, config=None, validate_on_init=None, **options):
    if _cls is None:
        return lambda cls: dataclass(cls, config=config, **options)
    given = {}
    for base in reversed(_cls.__mro__):
        given.update(base.__dict__.get("__pydantic_dataclass__", {}))
    for name, value in list(_cls.__dict__.items()):
        if isinstance(value, _FieldInfo):
            given[name] = value
            setattr(_cls, name, _standard(value))
    if any(v.kind == "model" and v.mode != "after" for v in _validators(_cls)):
        _uncertain(None, "a dataclass with a model validator")
    _cls.__pydantic_dataclass__ = given
    after = _cls.__dict__.get("__post_init__") or getattr(super(_cls, _cls), "__post_init__", None)
    written = getattr(after, "__lm_written__", after)

    def __post_init__(self, *args):
        _check(self)
        if written is not None:
            written(self, *args)
        for v in _validators(type(self)):
            if v.kind == "model":
                v.func(self)

    __post_init__.__lm_written__ = written
    _cls.__post_init__ = __post_init__
    return _dataclasses.dataclass(_cls, **options)
`,
  },
  { module: 'pydantic.fields', reason, source: 'from pydantic import Field, FieldInfo, PrivateAttr, computed_field\n' },
  { module: 'pydantic.types', reason, source: 'from pydantic import *\n' },
  { module: 'pydantic.version', reason, source: 'from pydantic import VERSION\n' },
  {
    module: 'pydantic.functional_validators',
    reason,
    source:
      'from pydantic import AfterValidator, BeforeValidator, InstanceOf, SkipValidation, field_validator, model_validator\n',
  },
  { module: 'pydantic_core', reason, source: 'from pydantic import PydanticUndefined, ValidationError\n' },
]
