// The Hugging Face client library: the checked dataclasses that configurations are made of, its errors, and the few names
// that modules import from it without calling them. Behaviour, messages included, follows huggingface_hub 1.x.
import type { Overlay } from '../../vm.ts'

const dataclasses: Overlay = {
  module: 'huggingface_hub.dataclasses',
  reason: 'Configurations check their fields by it. The library’s own file is not among the sources that a user gives.',
  source: String.raw`
import inspect
import types
from collections.abc import Sequence
from dataclasses import MISSING, field, fields, make_dataclass
from functools import lru_cache, wraps
from typing import Annotated, Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin

from .errors import (
    StrictDataclassClassValidationError,
    StrictDataclassDefinitionError,
    StrictDataclassFieldValidationError,
)

_TYPED_DICT_DEFAULT_VALUE = object()

def strict(cls=None, *, accept_kwargs=False):
    def wrap(cls):
        if not hasattr(cls, "__dataclass_fields__"):
            raise StrictDataclassDefinitionError(
                f"Class '{cls.__name__}' must be a dataclass before applying @strict."
            )
        cls.__validators__ = {f.name: _field_validators(f) for f in fields(cls)}
        _check_assignments(cls)
        if accept_kwargs:
            _accept_kwargs(cls)
        cls.__class_validators__ = _class_validators(cls)
        _add_validate(cls)
        _validate_after_init(cls)
        return cls

    return wrap(cls) if cls is not None else wrap

def _field_validators(f):
    validators = [_create_type_validator(f)]
    custom = f.metadata.get("validator")
    if custom is not None:
        for validator in custom if isinstance(custom, list) else [custom]:
            if not _is_validator(validator):
                raise StrictDataclassDefinitionError(
                    f"Invalid validator for field '{f.name}': {validator}. Must be a callable taking a single argument."
                )
            validators.append(validator)
    return validators

def _check_assignments(cls):
    original_setattr = cls.__setattr__

    def __strict_setattr__(self, name, value):
        for validator in self.__validators__.get(name, []):
            try:
                validator(value)
            except (ValueError, TypeError) as e:
                raise StrictDataclassFieldValidationError(field=name, cause=e) from e
        original_setattr(self, name, value)

    cls.__setattr__ = __strict_setattr__

def _accept_kwargs(cls):
    original_init = cls.__init__

    @wraps(original_init)
    def __init__(self, *args, **kwargs):
        if len(args) > 0:
            raise ValueError(
                f"When ${'`'}accept_kwargs=True${'`'}, {cls.__name__} accepts only keyword arguments, "
                f"but found ${'`'}{len(args)}${'`'} positional args."
            )
        for f in fields(cls):
            if f.name in kwargs:
                setattr(self, f.name, kwargs.pop(f.name))
            elif f.default is not MISSING:
                setattr(self, f.name, f.default)
            elif f.default_factory is not MISSING:
                setattr(self, f.name, f.default_factory())
            else:
                raise TypeError(f"Missing required field - '{f.name}'")
        self.__post_init__(**kwargs)

    cls.__init__ = __init__
    if not hasattr(cls, "__post_init__"):
        def __post_init__(self, **kwargs):
            for name, value in kwargs.items():
                setattr(self, name, value)

        cls.__post_init__ = __post_init__
    if cls.__dataclass_params__.repr is True:
        _show_kwargs(cls)

def _show_kwargs(cls):
    original_repr = cls.__repr__

    @wraps(original_repr)
    def __repr__(self):
        text = original_repr(self)
        extra = [f"*{k}={v!r}" for k, v in self.__dict__.items() if k not in cls.__dataclass_fields__]
        return f"{text[:-1]}, {', '.join(extra)})" if extra else text

    cls.__repr__ = __repr__

def _class_validators(cls):
    validators = []
    for name in dir(cls):
        if not name.startswith("validate_"):
            continue
        method = getattr(cls, name)
        if not callable(method):
            continue
        if len(inspect.signature(method).parameters) != 1:
            raise StrictDataclassDefinitionError(
                f"Class '{cls.__name__}' has a class validator '{name}' that takes more than one argument."
                " Class validators must take only 'self' as an argument. Methods starting with 'validate_'"
                " are considered to be class validators."
            )
        validators.append(method)
    return validators

def _add_validate(cls):
    def validate(self):
        for validator in cls.__class_validators__:
            try:
                validator(self)
            except (ValueError, TypeError) as e:
                raise StrictDataclassClassValidationError(validator=validator.__name__, cause=e) from e

    validate.__is_defined_by_strict_decorator__ = True
    if hasattr(cls, "validate") and not getattr(cls.validate, "__is_defined_by_strict_decorator__", False):
        raise StrictDataclassDefinitionError(
            f"Class '{cls.__name__}' already implements a method called 'validate'."
            " This method name is reserved when using the @strict decorator on a dataclass."
            " If you want to keep your own method, please rename it."
        )
    cls.validate = validate

def _validate_after_init(cls):
    initial_init = cls.__init__

    @wraps(initial_init)
    def init_with_validate(self, *args, **kwargs):
        initial_init(self, *args, **kwargs)
        cls.validate(self)

    cls.__init__ = init_with_validate

def validated_field(
    validator, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, **kwargs
):
    metadata = {} if metadata is None else metadata
    metadata["validator"] = validator if isinstance(validator, list) else [validator]
    return field(
        default=default,
        default_factory=default_factory,
        init=init,
        repr=repr,
        hash=hash,
        compare=compare,
        metadata=metadata,
        **kwargs,
    )

def as_validated_field(validator):
    def _inner(default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, **kwargs):
        return validated_field(validator, default, default_factory, init, repr, hash, compare, metadata, **kwargs)

    return _inner

def validate_typed_dict(schema, data):
    strict_cls = _build_strict_cls_from_typed_dict(schema)
    strict_cls(**data)

@lru_cache
def _build_strict_cls_from_typed_dict(schema):
    hints = {k: v if v is not None else type(None) for k, v in schema.__annotations__.items()}
    if not getattr(schema, "__total__", True):
        for key, value in hints.items():
            if get_origin(value) is Annotated:
                base, *meta = get_args(value)
                if not _is_required_or_notrequired(base):
                    base = NotRequired[base]
                hints[key] = Annotated[tuple([base] + list(meta))]
            elif not _is_required_or_notrequired(value):
                hints[key] = NotRequired[value]
    rows = []
    for key, value in hints.items():
        if get_origin(value) is Annotated:
            base, *meta = get_args(value)
            rows.append((key, base, field(default=_TYPED_DICT_DEFAULT_VALUE, metadata={"validator": meta[0]})))
        else:
            rows.append((key, value, field(default=_TYPED_DICT_DEFAULT_VALUE)))
    return strict(make_dataclass(schema.__name__, rows))

def type_validator(name, value, expected_type):
    if expected_type is Any:
        return
    origin = get_origin(expected_type)
    args = get_args(expected_type)
    if expected_type is None:
        if value is not None:
            raise TypeError(f"Field '{name}' expected None, got {type(value).__name__}")
    elif origin in _BASIC_TYPE_VALIDATORS:
        _BASIC_TYPE_VALIDATORS[origin](name, value, args)
    elif isinstance(expected_type, type):
        _validate_simple_type(name, value, expected_type)
    elif isinstance(expected_type, (ForwardRef, str)):
        return
    elif origin is Required:
        if value is _TYPED_DICT_DEFAULT_VALUE:
            raise TypeError(f"Field '{name}' is required but missing.")
        type_validator(name, value, args[0])
    elif origin is NotRequired:
        if value is not _TYPED_DICT_DEFAULT_VALUE:
            type_validator(name, value, args[0])
    else:
        raise TypeError(f"Unsupported type for field '{name}': {expected_type}")

def _validate_union(name, value, args):
    # Most unions are of plain classes; a message for each that does not match would spell out sizes.
    if any(_is_plain_class(t) and _is_simply(value, t) for t in args):
        return
    errors = []
    for t in args:
        try:
            type_validator(name, value, t)
            return
        except TypeError as e:
            errors.append(str(e))
    raise TypeError(
        f"Field '{name}' with value {repr(value)} doesn't match any type in {args}. Errors: {'; '.join(errors)}"
    )

def _validate_literal(name, value, args):
    if isinstance(value, bool):
        allowed = [arg for arg in args if isinstance(arg, bool)]
    elif isinstance(value, int):
        allowed = [arg for arg in args if isinstance(arg, int) and not isinstance(arg, bool)]
    else:
        allowed = args
    if value not in allowed:
        raise TypeError(f"Field '{name}' expected one of {args}, got {value}")

def _validate_items(name, value, item_type, kind):
    for i, item in enumerate(value):
        try:
            type_validator(f"{name}[{i}]", item, item_type)
        except TypeError as e:
            raise TypeError(f"Invalid item at index {i} in {kind} '{name}'") from e

def _validate_list(name, value, args):
    if not isinstance(value, list):
        raise TypeError(f"Field '{name}' expected a list, got {type(value).__name__}")
    if args:
        _validate_items(name, value, args[0], "list")

def _validate_dict(name, value, args):
    if not isinstance(value, dict):
        raise TypeError(f"Field '{name}' expected a dict, got {type(value).__name__}")
    if not args:
        return
    key_type, value_type = args
    for k, v in value.items():
        try:
            type_validator(f"{name}.key", k, key_type)
            type_validator(f"{name}[{k!r}]", v, value_type)
        except TypeError as e:
            raise TypeError(f"Invalid key or value in dict '{name}'") from e

def _validate_tuple(name, value, args):
    if not isinstance(value, tuple):
        raise TypeError(f"Field '{name}' expected a tuple, got {type(value).__name__}")
    if len(args) == 2 and args[1] is Ellipsis:
        _validate_items(name, value, args[0], "tuple")
    elif len(args) != len(value):
        raise TypeError(f"Field '{name}' expected a tuple of length {len(args)}, got {len(value)}")
    else:
        for i, (item, expected) in enumerate(zip(value, args)):
            try:
                type_validator(f"{name}[{i}]", item, expected)
            except TypeError as e:
                raise TypeError(f"Invalid item at index {i} in tuple '{name}'") from e

def _validate_set(name, value, args):
    if not isinstance(value, set):
        raise TypeError(f"Field '{name}' expected a set, got {type(value).__name__}")
    for item in value if args else ():
        try:
            type_validator(f"{name} item", item, args[0])
        except TypeError as e:
            raise TypeError(f"Invalid item in set '{name}'") from e

def _validate_sequence(name, value, args):
    if not isinstance(value, Sequence):
        raise TypeError(f"Field '{name}' expected a Sequence, got {type(value).__name__}")
    if args:
        _validate_items(name, value, args[0], "sequence")

def _is_plain_class(t):
    # Generic aliases and TypedDicts are checked by what they hold.
    return isinstance(t, type) and not hasattr(t, "__origin__") and not hasattr(t, "__total__")

def _is_simply(value, expected_type):
    return isinstance(value, expected_type) and not (expected_type is int and isinstance(value, bool))

def _validate_simple_type(name, value, expected_type):
    if not _is_simply(value, expected_type):
        raise TypeError(
            f"Field '{name}' expected {expected_type.__name__}, got {type(value).__name__} (value: {repr(value)})"
        )

def _create_type_validator(field):
    def validator(value):
        type_validator(field.name, value, field.type)

    return validator

def _is_validator(validator):
    if not callable(validator):
        return False
    parameters = list(inspect.signature(validator).parameters.values())
    if not parameters or parameters[0].kind not in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.VAR_POSITIONAL,
    ):
        return False
    return all(parameter.default is not inspect.Parameter.empty for parameter in parameters[1:])

def _is_required_or_notrequired(type_hint):
    return type_hint in (Required, NotRequired) or get_origin(type_hint) in (Required, NotRequired)

_BASIC_TYPE_VALIDATORS = {
    Union: _validate_union,
    types.UnionType: _validate_union,
    Literal: _validate_literal,
    list: _validate_list,
    dict: _validate_dict,
    tuple: _validate_tuple,
    set: _validate_set,
    Sequence: _validate_sequence,
}
`,
}

const errors: Overlay = {
  module: 'huggingface_hub.errors',
  reason:
    'Error classes that modules name in `except` clauses; nothing here reaches the network, so only the checks raise.',
  source: String.raw`
class OfflineModeIsEnabled(ConnectionError): ...
class HFValidationError(ValueError): ...
class HfHubHTTPError(OSError): ...
class RepositoryNotFoundError(HfHubHTTPError): ...
class GatedRepoError(RepositoryNotFoundError): ...
class RevisionNotFoundError(HfHubHTTPError): ...
class EntryNotFoundError(Exception): ...
class RemoteEntryNotFoundError(HfHubHTTPError, EntryNotFoundError): ...
class LocalEntryNotFoundError(FileNotFoundError, EntryNotFoundError): ...
class StrictDataclassError(Exception): ...
class StrictDataclassDefinitionError(StrictDataclassError): ...

class StrictDataclassFieldValidationError(StrictDataclassError):
    def __init__(self, field, cause):
        error_message = f"Validation error for field '{field}':"
        error_message += f"\n    {cause.__class__.__name__}: {cause}"
        super().__init__(error_message)

class StrictDataclassClassValidationError(StrictDataclassError):
    def __init__(self, validator, cause):
        error_message = f"Class validation error for validator '{validator}':"
        error_message += f"\n    {cause.__class__.__name__}: {cause}"
        super().__init__(error_message)
`,
}

const utils: Overlay = {
  module: 'huggingface_hub.utils',
  reason:
    'Names imported by transformers’ logging and hub modules; progress bars and HTTP have no part in an analysis.',
  absent: ['_errors'],
  source: String.raw`
from .errors import (
    EntryNotFoundError,
    GatedRepoError,
    HFValidationError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from _sandbox import forbidden

def disable_progress_bars(name=None): pass
def enable_progress_bars(name=None): pass
def are_progress_bars_disabled(name=None): return True

build_hf_headers = forbidden("huggingface_hub.utils.build_hf_headers")
get_session = forbidden("huggingface_hub.utils.get_session")
hf_raise_for_status = forbidden("huggingface_hub.utils.hf_raise_for_status")
`,
}

const hub: Overlay = {
  module: 'huggingface_hub',
  reason: 'The package’s front: offline, and every call that would fetch or publish is forbidden.',
  source: String.raw`
from _sandbox import forbidden

__version__ = "2.4.0"

def is_offline_mode(): return True

class ModelHubMixin:
    def __init_subclass__(cls, **options):
        super().__init_subclass__()

    save_pretrained = forbidden("huggingface_hub.ModelHubMixin.save_pretrained")
    from_pretrained = forbidden("huggingface_hub.ModelHubMixin.from_pretrained")
    push_to_hub = forbidden("huggingface_hub.ModelHubMixin.push_to_hub")

class PyTorchModelHubMixin(ModelHubMixin): ...

class ModelCard: ...
class ModelCardData: ...
class CommitOperationAdd: ...
class CommitInfo: ...

HfApi = forbidden("huggingface_hub.HfApi")
create_repo = forbidden("huggingface_hub.create_repo")
hf_hub_download = forbidden("huggingface_hub.hf_hub_download")
hf_hub_url = forbidden("huggingface_hub.hf_hub_url")
snapshot_download = forbidden("huggingface_hub.snapshot_download")
try_to_load_from_cache = forbidden("huggingface_hub.try_to_load_from_cache")
split_torch_state_dict_into_shards = forbidden("huggingface_hub.split_torch_state_dict_into_shards")
`,
}

export const huggingfaceHub: readonly Overlay[] = [hub, dataclasses, errors, utils]
