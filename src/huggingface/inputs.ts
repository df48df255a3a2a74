// The inputs of a plain call that nobody named: images, videos and sounds in the sizes that the config says. In Python, a part
// of the driver.

export const inputsSource = `
def first_of(config, *paths, default=None):
    """The first of some dotted names that a config has."""
    for path in paths:
        value = config
        for name in path.split("."):
            value = getattr(value, name, None)
        if value is not None:
            return value
    return default


def height_and_width(size):
    if isinstance(size, int):
        return (size, size)
    if isinstance(size, dict):
        return (size["height"], size["width"])
    size = tuple(size)
    return size[-2:] if len(size) > 1 else (size[0], size[0])


image_sizes = ("image_size", "vision_config.image_size", "img_size", "backbone_config.image_size", "encoder.image_size")
channel_counts = ("num_channels", "vision_config.num_channels", "vision_config.in_channels", "in_channels", "in_chans", "encoder.num_channels")


def pixel_values(config, batch, seq):
    image = (first_of(config, *channel_counts, default=3), *height_and_width(first_of(config, *image_sizes, default=224)))
    frames = first_of(config, "num_frames")
    return (batch, frames, *image) if isinstance(frames, int) and frames else (batch, *image)


def pixel_values_videos(config, batch, seq):
    frames = first_of(config, "num_frames", "frames_per_clip", default=16)
    channels = first_of(config, "num_channels", "in_chans", default=3)
    return (batch, frames, channels, *height_and_width(first_of(config, "image_size", "crop_size", default=224)))


def input_values(config, batch, seq):
    """A spectrogram where the config has its size, else a second of sound at 16 kHz."""
    bins, length = first_of(config, "num_mel_bins"), first_of(config, "max_length")
    return (batch, length, bins) if bins and length else (batch, 16000)


def audio_names(name):
    return (name, f"encoder_config.{name}", f"audio_config.{name}", f"encoder.{name}")


def input_features(config, batch, seq):
    bins = first_of(config, *audio_names("num_mel_bins"), default=80)
    return (batch, bins, 2 * first_of(config, *audio_names("max_source_positions")[:3], default=500))


float_inputs = {f.__name__: f for f in (pixel_values, pixel_values_videos, input_values, input_features)}


def source_name(model):
    """The main input of generate(): the encoder's, where its own has another name."""
    encoder = getattr(model, "encoder", None)
    return getattr(encoder, "main_input_name", None) or model.main_input_name


def fixed_frames(config):
    """Frames of a spectrogram that an encoder with positions of its own takes, no more and no fewer."""
    positions = first_of(config, *audio_names("max_source_positions")[:3])
    return 2 * positions if positions and first_of(config, *audio_names("num_mel_bins")) else None


def source_features(config, batch, length):
    """Channels come first where a convolution takes a fixed number of frames, else last."""
    bins = first_of(config, *audio_names("num_mel_bins"), "feature_projection_input_dim")
    if fixed_frames(config):
        return (batch, bins, length)
    return (batch, length, bins or config.input_feat_per_channel * config.input_channels)


def flattened_patches(config, batch, length):
    """A patch and its row and column."""
    return (batch, length, 2 + first_of(config, "vision_config.patch_embed_hidden_size"))


float_sources = {
    "pixel_values": pixel_values,
    "input_values": lambda config, batch, length: (batch, length),
    "input_features": source_features,
    "flattened_patches": flattened_patches,
}


def source_length(model, config):
    """The length of a source that nobody gave, of sounds ten seconds; None for text, 0 where it has none."""
    frames = fixed_frames(config) or 1000
    lengths = {"input_ids": None, "input_features": frames, "input_values": 160000, "flattened_patches": 2048}
    return lengths.get(source_name(model), 0)


def source_inputs(model, config, batch, length, mask, device):
    """What an encoder reads before anything is generated: {name: tensor}."""
    name = source_name(model)
    masked = {} if mask is None else {"attention_mask": mask}
    if name in float_sources:
        shape = float_sources[name](config, batch, length)
        return {name: torch.zeros(shape, dtype=model.dtype, device=device), **masked}
    return {name: tokens(batch, length, device), **masked}


def takes_more_than_text(cls):
    return any(name in float_inputs for name in inspect.signature(cls.forward).parameters)


def takes_ids(cls):
    return "input_ids" in inspect.signature(cls.forward).parameters


def is_multiple_choice(cls):
    """Whether each sample is a list of texts."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES as names
    return cls.__name__ in names.values()


def own_inputs(model, config, batch, seq, device, all_kinds):
    """What a call needs that token ids alone don't serve: {name: tensor}, or None. With all_kinds, what is optional as well."""
    parameters = inspect.signature(type(model).forward).parameters
    main = getattr(model, "main_input_name", "input_ids")
    if main not in parameters:
        main = "input_ids"  # a part inherits the name from the whole model's class
    choices = is_multiple_choice(type(model))
    if main == "input_ids" and not all_kinds and not choices:
        return None
    made = {}
    for name, parameter in parameters.items():
        required = parameter.default is inspect.Parameter.empty or name == main
        if name in float_inputs and (required or (name == "pixel_values" and main == "input_ids")):
            made[name] = torch.zeros(float_inputs[name](config, batch, seq), dtype=model.dtype, device=device)
        elif name in ("input_ids", "encoder_input_ids") and required:
            made[name] = tokens(batch, 2, seq, device) if choices else tokens(batch, seq, device)
        elif name == "decoder_input_ids" and (required or getattr(config, "is_encoder_decoder", False)):
            made[name] = tokens(batch, max(1, seq // 2), device)
        elif name == "bbox":
            made[name] = torch.zeros(batch, seq, 4, dtype=torch.int64, device=device)
        elif name == "attention_mask" and required:
            made[name] = torch.ones(batch, seq, dtype=torch.int64, device=device)
    return made
`
