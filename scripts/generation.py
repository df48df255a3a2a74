"""The calls of one request, made by the methods that `generate()` of Transformers itself uses. Of an encoder-decoder: the
encoder once over the source, then the decoder, whose cache holds keys and values of what it wrote and of the source. Of a
decoder that makes no cache in a plain call: its own preparation makes one.

Technique: `_prepare_model_inputs`, the encoder's own preparation, `_prepare_cache_for_generation` and
`prepare_inputs_for_generation` are called in the order in which `generate()` does.
"""

import inspect

import torch
from transformers import GenerationConfig


def is_encoder_decoder(model):
    """By the config that the model itself keeps: a decoder alone sets it anew."""
    return getattr(model.config, "is_encoder_decoder", False)


class Generation:
    def __init__(self, model):
        self.model = model
        self.settings = GenerationConfig(use_cache=True)

    def main_input(self):
        """What the encoder reads."""
        encoder = getattr(self.model, "encoder", None)
        return getattr(encoder, "main_input_name", self.model.main_input_name)

    def encode(self, inputs):
        """Runs the encoder. Returns what the decoder's calls take of the source."""
        inputs = dict(inputs)
        if not hasattr(self.model, "_prepare_model_inputs"):  # without a head that generates
            return {"encoder_outputs": self.model.get_encoder()(**inputs, return_dict=True)}
        tensor, name, rest = self.model._prepare_model_inputs(None, None, inputs)
        for prepare in ("_prepare_text_encoder_decoder_kwargs_for_generation", "_prepare_encoder_decoder_kwargs_for_generation"):
            if hasattr(self.model, prepare):  # renamed in 5.20
                return getattr(self.model, prepare)(tensor, rest, name, self.settings)
        raise LookupError("the model prepares no encoder")

    def empty_cache(self, batch):
        """{argument: cache} of the first call."""
        made = {}
        if hasattr(self.model, "_prepare_cache_for_generation"):
            self.model._prepare_cache_for_generation(self.settings, made, None, batch, 0)
        return made

    def arguments(self, ids, new, source, cache, first):
        """Of a call of the decoder over the last `new` of its ids."""
        if not hasattr(self.model, "prepare_inputs_for_generation"):
            return {"decoder_input_ids": ids[:, -new:], "use_cache": True, **source, **cache}
        return self.model.prepare_inputs_for_generation(
            ids, next_sequence_length=new, is_first_iteration=first, use_cache=True, **source, **cache
        )

    def prepared(self, ids, seen, cache):
        """The arguments of a call of a decoder, `seen` of whose ids are in the cache; None where the model prepares nothing."""
        prepare = getattr(self.model, "prepare_inputs_for_generation", None)
        if prepare is None:
            return None
        given = {"attention_mask": torch.ones(ids.shape, dtype=torch.int64, device=ids.device), "use_cache": True, **cache}
        if "cache_position" in inspect.signature(prepare).parameters:
            given["cache_position"] = torch.arange(seen, ids.shape[1], device=ids.device)
        given = prepare(ids, **given)
        # All logits, as in a plain call; the argument was renamed in 4.50.
        names = {"logits_to_keep", "num_logits_to_keep"} & set(inspect.signature(self.model.forward).parameters)
        return given | dict.fromkeys(names, 0)


def positions(model, cache, seen, new):
    """Where new tokens stand, for a model that takes it and whose cache does not count: {argument: tensor}."""
    counts = all(isinstance(c, (tuple, list)) or hasattr(c, "get_seq_length") for c in cache.values())
    if counts or "cache_position" not in inspect.signature(model.forward).parameters:
        return {}
    return {"cache_position": torch.arange(seen, seen + new, device="meta")}
