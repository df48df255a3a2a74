// What a user of Transformers would write to build a model and call it, in Python, run by the interpreter like any other
// source. `trace/run.ts` calls these functions with shapes.

import { call, type Value, type Vm } from '../python/index.ts'
import { inputsSource } from './inputs.ts'

export const driverModule = 'lm_predictor_driver'

export const driverSource = `
import inspect
import re
from dataclasses import MISSING, fields, is_dataclass

import torch


def config_class(model_type):
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    return CONFIG_MAPPING[model_type] if model_type in CONFIG_MAPPING else None


def model_types():
    """Every model type that the auto classes know: [[kind, model type, its folder, class name]]."""
    from transformers.models.auto import modeling_auto
    from transformers.models.auto.configuration_auto import model_type_to_module_name
    kinds = {"causal": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", "base": "MODEL_MAPPING_NAMES"}
    found = []
    for kind, mapping in kinds.items():
        for model_type, names in getattr(modeling_auto, mapping).items():
            name = names if isinstance(names, str) else names[0]
            found.append([kind, model_type, model_type_to_module_name(model_type), name])
    return found


def config_defaults(cls):
    """The values a config class gives its own fields: {name: default}."""
    if is_dataclass(cls):
        return {f.name: f.default for f in fields(cls) if f.default is not MISSING}
    found = {}  # before Transformers 5 the constructors have them
    for made in reversed(cls.__mro__):
        if "__init__" in vars(made):
            parameters = inspect.signature(made.__init__).parameters.values()
            found.update({p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty})
    return found


def given_by_parent(config):
    """What a nested config was made with by the config around it: the values that it would not have by itself."""
    alone = type(config)().to_dict()
    return {name: value for name, value in config.to_dict().items() if name not in alone or alone[name] != value}


def make_config(cls, values):
    return cls() if values is None else cls.from_dict(values)


def make_symbolic_config(cls, values):
    """As make_config, without the message that prints every value."""
    return cls(**values)


def as_dict(config):
    return config.to_dict()


def sub_configs(config):
    """The nested configs: {key: config}."""
    from transformers import PretrainedConfig
    nested = getattr(config, "sub_configs", None)
    if nested is None:  # before 4.46 no config says which
        return {key: value for key, value in vars(config).items() if isinstance(value, PretrainedConfig)}
    return {key: getattr(config, key) for key in nested if getattr(config, key, None) is not None}


def text_config(config):
    """The part of a config that is of text, the whole where it has no parts."""
    return config.get_text_config() if hasattr(config, "get_text_config") else getattr(config, "text_config", config)


def vocabulary_size(model):
    """How many scores a position gets: by the config, else by the layer that makes them; None where neither says."""
    config = getattr(model, "config", None)
    size = None if config is None else getattr(text_config(config), "vocab_size", None)
    if size is None and hasattr(model, "get_output_embeddings"):
        size = getattr(model.get_output_embeddings(), "out_features", None)
    return size


def class_of_config(config):
    """The causal-LM class of a config; for multimodal ones the class that generates text from images and text; else any."""
    return next((auto for auto in auto_classes() if type(config) in auto._model_mapping), None)


def auto_classes():
    from transformers.models.auto import modeling_auto
    first = "AutoModelForCausalLM", "AutoModelForImageTextToText", "AutoModel"  # older versions lack the second
    yield from (getattr(modeling_auto, name) for name in first if hasattr(modeling_auto, name))
    yield from (value for name, value in vars(modeling_auto).items() if name.startswith("AutoModelFor"))


def config_for(cls, config):
    """A class made for a sub-config takes that part of the whole config, as the auto classes do."""
    wanted = getattr(cls, "config_class", None)
    if wanted is None or isinstance(config, wanted):
        return config
    text = text_config(config)
    return text if isinstance(text, wanted) else config


def build(cls, config, dtype, device, attn, experts):
    options = {"dtype" if hasattr(config, "dtype") else "torch_dtype": dtype}  # renamed in 4.56
    if attn is not None:
        options["attn_implementation"] = attn
    with torch.device(device):
        if hasattr(cls, "from_config"):
            model = cls.from_config(config, **options)
        elif hasattr(cls, "_from_config"):
            model = cls._from_config(config_for(cls, config), **options)
        else:
            model = cls(config)
    if any(p.device.type != device for p in model.parameters()):
        model.to(device)  # its own code chose another one, as torch.nn.utils.skip_init does
    model.eval()
    if hasattr(model, "set_experts_implementation"):
        try:
            model.set_experts_implementation(experts)
        except ValueError:
            pass  # a model without experts
    return model


def checkpoint(model):
    """What a checkpoint of a model holds, as save_pretrained writes it: ({name: tensor} of the model, {name: tensor} of the checkpoint)."""
    own = dict(model.named_parameters())
    for path, module in model.named_modules():
        for name, buffer in module._buffers.items():
            if buffer is not None and name not in module._non_persistent_buffers_set:
                own[f"{path}.{name}" if path else name] = buffer
    try:
        from transformers.core_model_loading import revert_weight_conversion
    except ImportError:
        return own, own  # before 5.0 the names are the same
    return own, revert_weight_conversion(model, dict(own))


def left_alone(model):
    """Modules that quantisers leave as they are unless they are told which (HfQuantizer.get_modules_to_not_convert)."""
    tied = getattr(model, "all_tied_weights_keys", None) or {}
    names = [*tied, *(tied.values() if hasattr(tied, "values") else ())]
    names.append(list(model.named_parameters())[-1][0])
    head = model.get_output_embeddings()
    names += [name for name, module in model.named_modules() if head is not None and module is head]
    return [name.removesuffix(".weight") for name in names], list(getattr(model, "_keep_in_fp32_modules", None) or [])


def names_in_model(model, names):
    """What modules are called in the model, given their names in checkpoints, which may be those of the base model alone."""
    try:
        from transformers.conversion_mapping import get_model_conversion_mapping
    except ImportError:
        return names
    transforms = get_model_conversion_mapping(model)
    modules = {name for name, _ in model.named_modules()}
    prefix = model.base_model_prefix
    renamed = []
    for name in names:
        name += "."  # the transforms are written for names of weights
        for transform in transforms:
            name, _ = transform.rename_source_key(name)
        name = name.removesuffix(".")
        if name not in modules and f"{prefix}.{name}" in modules:
            name = f"{prefix}.{name}"  # as rename_source_key does for weights
        renamed.append(name)
    return renamed


def left_out(model, names):
    """Names of modules in checkpoints that the model has no use for."""
    patterns = getattr(model, "_keys_to_ignore_on_load_unexpected", None) or []
    return [name for name in names if any(re.search(pattern, f"{name}.weight") for pattern in patterns)]


def tokens(*shape_and_device):
    *shape, device = shape_and_device
    return torch.zeros(*shape, dtype=torch.int64, device=device)


def padding_mask(batch, prompt, new, side, count, device):
    """Ones, with \`count\` zeros on one side of every prompt; tokens after the prompt are seen."""
    mask = torch.ones(batch, prompt + new, dtype=torch.int64, device=device)
    if side == "left":
        mask[:, :count] = 0
    else:
        mask[:, prompt - count:prompt] = 0
    return mask


originals = {}


def take_masks_as_full(full):
    """A mask that a model makes for itself is one of ones: without padding, all positions count."""
    try:
        import transformers.masking_utils as masking_utils
    except ImportError:
        return  # before 4.53 masks are made elsewhere, and asked with torch.all
    if hasattr(masking_utils, "fast_all"):
        original = originals.setdefault("fast_all", masking_utils.fast_all)
        masking_utils.fast_all = (lambda mask: True) if full else original


def cache_of(output):
    """What a call hands on to the next one: {argument name: cache}."""
    if getattr(output, "past_key_values", None) is not None:
        return {"past_key_values": output.past_key_values}
    names = ("cache_params", "state")
    return {name: getattr(output, name) for name in names if getattr(output, name, None) is not None}


def call(model, inputs, mask, cache, last_only):
    extra = {} if mask is None else {"attention_mask": mask}
    if last_only and "logits_to_keep" in inspect.signature(model.forward).parameters:
        extra["logits_to_keep"] = 1
    return model(**{"use_cache": True, **extra, **inputs, **cache})


def with_positions(model, inputs, cache, seen, new, device):
    """Inputs of a call on a cache. A model that takes positions, and whose cache does not count, is told where new tokens stand."""
    counts = all(isinstance(c, (tuple, list)) or hasattr(c, "get_seq_length") for c in cache.values())
    if counts or "cache_position" not in inspect.signature(model.forward).parameters:
        return inputs
    return {"cache_position": torch.arange(seen, seen + new, device=device), **inputs}


def generated(model, ids, seen, cache, last_only):
    """The arguments that generate() calls a model with: of its ids, so many were seen before. None where it prepares nothing."""
    if not hasattr(model, "prepare_inputs_for_generation"):
        return None
    given = {"attention_mask": torch.ones(ids.shape, dtype=torch.long, device=ids.device), "use_cache": True, **cache}
    if "cache_position" in inspect.signature(model.prepare_inputs_for_generation).parameters:
        given["cache_position"] = torch.arange(seen, ids.shape[1], device=ids.device)
    given = model.prepare_inputs_for_generation(ids, **given)
    for name in ("logits_to_keep", "num_logits_to_keep"):  # renamed in 4.50
        if name in inspect.signature(model.forward).parameters:
            given[name] = 1 if last_only else 0
    return given


def plain_call(model, ids, decoder_ids):
    extra = {} if decoder_ids is None else {"decoder_input_ids": decoder_ids}
    return model(input_ids=ids, **extra)


def call_with(model, inputs):
    return model(**inputs)


def call_positional(model, inputs):
    return model(*inputs)


def is_encoder_decoder(model):
    """By the config that the model itself keeps: a decoder alone sets it anew."""
    return getattr(getattr(model, "config", None), "is_encoder_decoder", False) is True


def encode(model, inputs):
    """The encoder as generate() calls it, once for a source: {name: value} that every call of the decoder takes."""
    encoder = model.get_encoder()
    accepted = inspect.signature(encoder.forward).parameters
    main = source_name(model)
    settings = getattr(model, "generation_config", None)
    own = {name: getattr(settings, name, None) for name in ("output_attentions", "output_hidden_states")}
    rest = {name: value for name, value in inputs.items() if name != main}
    for name, value in rest.items():
        if not name.startswith(("decoder_", "cross_attn")) and (name in accepted or "kwargs" in accepted):
            own[name] = value
    return {**rest, "encoder_outputs": encoder(**own, return_dict=True, **{main: inputs[main]})}


class CacheSettings:
    """What generate() asks its settings for when it makes a cache, where nobody set anything."""
    use_cache = True
    cache_implementation = None
    is_assistant = False


def empty_cache(model):
    """The cache that generate() makes: {argument name: cache}; where it makes none, the model does."""
    made = {}
    if slices_inputs() and hasattr(model, "_prepare_cache_for_generation"):
        model._prepare_cache_for_generation(CacheSettings(), made, None, 1, 0)
    return made


def decoder_inputs(model, ids, new, source, cache, first, last_only):
    """The arguments of a call of an encoder-decoder over the last \`new\` of the decoder's ids."""
    extra = dict(source)
    if last_only and "logits_to_keep" in inspect.signature(model.forward).parameters:
        extra["logits_to_keep"] = 1
    if not hasattr(model, "prepare_inputs_for_generation") or not slices_inputs():
        return {"decoder_input_ids": ids[:, -new:], "use_cache": True, **extra, **cache}
    options = {"next_sequence_length": new, "is_first_iteration": first, "use_cache": True}
    return model.prepare_inputs_for_generation(ids, **options, **extra, **cache)


def slices_inputs():
    """Whether generate() says how many ids are new, as it does from 5.0 on."""
    from transformers.generation.utils import GenerationMixin
    return "next_sequence_length" in inspect.signature(GenerationMixin.prepare_inputs_for_generation).parameters


def generates(model):
    return hasattr(model, "can_generate") and model.can_generate()


${inputsSource}`

/** Calls a function of the driver. */
export function callDriver(vm: Vm, name: string, args: readonly Value[]): Value {
  return call(vm, vm.importName(`${driverModule}.${name}`), args)
}
