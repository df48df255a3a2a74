"""The calls of one request to an encoder-decoder, made by the methods that `generate()` of Transformers itself uses: the
encoder once over the source, then the decoder, whose cache holds keys and values of what it wrote and of the source.

Technique: `_prepare_model_inputs`, the encoder's own preparation, `_prepare_cache_for_generation` and
`prepare_inputs_for_generation` are called in the order in which `generate()` does.
"""

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
