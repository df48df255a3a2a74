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


# What an input may be shaped like, the likeliest first: a config does not always say.

def pixel_values(config, batch, seq):
    given = first_of(config, *image_sizes)
    sizes = [height_and_width(s) for s in ([224, 640, 1536] if given is None else [given])]
    channels = first_of(config, *channel_counts, default=3)
    frames = first_of(config, "num_frames")
    several = (frames,) if isinstance(frames, int) and frames else ()
    return [(batch, *several, channels, *size) for size in sizes]


def pixel_values_videos(config, batch, seq):
    frames = first_of(config, "num_frames", "frames_per_clip", default=16)
    channels = first_of(config, "num_channels", "in_chans", default=3)
    return [(batch, frames, channels, *height_and_width(first_of(config, "image_size", "crop_size", default=224)))]


def input_values(config, batch, seq):
    """A spectrogram where the config has its size, else a second of sound at 16 kHz."""
    bins, length = first_of(config, "num_mel_bins"), first_of(config, "max_length")
    if bins and length:
        return [(batch, length, bins)]
    channels = first_of(config, "audio_channels")
    return [(batch, channels, 16000)] if channels else [(batch, 16000), (batch, 1, 16000)]


feature_sizes = (
    "feature_projection_input_dim", "semantic_model_config.feature_projection_input_dim", "input_feat_per_channel",
)


def audio_names(name):
    return (name, f"encoder_config.{name}", f"audio_config.{name}", f"encoder.{name}")


def input_features(config, batch, seq):
    """Ten seconds of features, or as many as a position embedding has room for."""
    size = first_of(config, *feature_sizes)
    if size is not None:
        return [(batch, 1000, size * first_of(config, "input_channels", default=1))]
    bins = first_of(config, *audio_names("num_mel_bins"), default=80)
    positions = first_of(config, *audio_names("max_source_positions")[:3])
    return [(batch, bins, 1000), (batch, 1000, bins)] if positions is None else [(batch, bins, 2 * positions)]


def past_values(config, batch, seq):
    return [(batch, config.context_length, first_of(config, "num_input_channels", default=1))]


def visual_feats(config, batch, seq):
    return [(batch, seq, config.visual_feat_dim)]


def visual_pos(config, batch, seq):
    return [(batch, seq, config.visual_pos_dim)]


makers = (pixel_values, pixel_values_videos, input_values, input_features, past_values, visual_feats, visual_pos)
float_inputs = {f.__name__: f for f in makers}


# Encoders that read the patches of images of any size: the patches of all images in a row, and a grid for each image.

grids = {"image_grid_thw": 3, "grid_thw": 3}


def reads_patches(parameters):
    return any(name in parameters for name in grids)


def patch_grid(config):
    """Rows and columns of patches of an image of 224 pixels a side, as many as are merged in whole groups, and the group's side."""
    vision = first_of(config, "vision_config", default=config)
    merge = first_of(vision, "spatial_merge_size", "merge_size", "merge_kernel_size", default=1)
    merge = merge if isinstance(merge, int) else merge[0]
    side = max(1, 224 // height_and_width(vision.patch_size)[0] // merge) * merge
    return side, merge


def patch_shapes(config, count):
    """A patch is a row of pixels, those of a pair of frames where there are any, or a small image."""
    vision = first_of(config, "vision_config", default=config)
    channels = first_of(vision, "in_channels", "in_chans", "num_channels", default=3)
    frames = first_of(vision, "temporal_patch_size", default=1)
    height, width = height_and_width(vision.patch_size)
    return [(count, channels * frames * height * width), (count, channels, height, width), (1, count, channels, height, width)]


def image_grid(config, batch, device):
    side, _ = patch_grid(config)
    return torch.tensor([[1, side, side]], device=device).expand(batch, -1)


def image_and_text(config, batch, seq, device, image, text):
    """An image's places in a text, before the words: one number for those, another for these."""
    side, merge = patch_grid(config)
    places = torch.full((batch, (side // merge) ** 2), image, dtype=torch.int64, device=device)
    return torch.cat([places, torch.full((batch, seq), text, dtype=torch.int64, device=device)], dim=1)


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
    "pixel_values": lambda config, batch, length: pixel_values(config, batch, length)[0],
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


def layouts(cls):
    """How many ways there are to shape what a call takes besides text; 0 where it takes text alone."""
    parameters = inspect.signature(cls.forward).parameters
    known = {"pixel_values": 3, "input_values": 2, "input_features": 2}
    if reads_patches(parameters):
        return 3
    return max([0, *(known.get(name, 1) for name in parameters if name in float_inputs or name == "bbox")])


def takes_ids(cls):
    return "input_ids" in inspect.signature(cls.forward).parameters


def is_multiple_choice(cls):
    """Whether each sample is a list of texts."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES as names
    return cls.__name__ in names.values()


def own_inputs(model, config, batch, seq, device, all_kinds, layout):
    """What a call needs that token ids alone don't serve: {name: tensor}, or None. With all_kinds, what is optional as well."""
    parameters = inspect.signature(type(model).forward).parameters
    main = getattr(model, "main_input_name", "input_ids")
    if isinstance(main, (list, tuple)):
        main = main[0]
    if main not in parameters:
        main = "input_ids"  # a part inherits the name from the whole model's class
    choices = is_multiple_choice(type(model))
    if main == "input_ids" and main in parameters and not all_kinds and not choices:
        return None
    made = {}
    if reads_patches(parameters):
        side, _ = patch_grid(config)
        shapes = patch_shapes(config, batch * side * side)
        name = "pixel_values" if "pixel_values" in parameters else "hidden_states"
        made[name] = torch.zeros(shapes[layout], dtype=model.dtype, device=device)
        made.update((name, image_grid(config, batch, device)) for name in grids if name in parameters)
        if "input_ids" not in parameters:
            return made
        image = first_of(config, "image_token_id", "image_token_index")
        made["input_ids"] = image_and_text(config, batch, seq, device, image, 0)
        if "mm_token_type_ids" in parameters:
            made["mm_token_type_ids"] = image_and_text(config, batch, seq, device, 1, 0)
        return made
    for name, parameter in parameters.items():
        required = parameter.default is inspect.Parameter.empty or name == main
        beside_text = main == "input_ids" and name in ("pixel_values", "visual_feats", "visual_pos")
        if name in float_inputs and (required or beside_text):
            shapes = float_inputs[name](config, batch, seq)
            made[name] = torch.zeros(shapes[min(layout, len(shapes) - 1)], dtype=model.dtype, device=device)
        elif name in ("input_ids", "encoder_input_ids") and required:
            made[name] = tokens(batch, 2, seq, device) if choices else tokens(batch, seq, device)
        elif name == "decoder_input_ids" and (required or getattr(config, "is_encoder_decoder", False)):
            made[name] = tokens(batch, max(1, seq // 2), device)
        elif name == "bbox":
            made[name] = torch.zeros(batch, seq, 4, dtype=torch.int64, device=device)
        elif name == "task_inputs" and required:
            made[name] = tokens(batch, config.task_seq_len, device)
        elif name == "attention_mask" and required:
            made[name] = torch.ones(batch, seq, dtype=torch.int64, device=device)
    if main not in made and "input_ids" in parameters:
        made["input_ids"] = tokens(batch, 2, seq, device) if choices else tokens(batch, seq, device)
    return made
`
