#!/usr/bin/env python3
"""Record which kernels PyTorch launches for a Transformers model: the traces that the tests compare with.

    record_traces.py OUT llama gpt2                       default configs, default phases
    record_traces.py OUT llama --set num_hidden_layers=2 --attn eager --dtype f32
    record_traces.py OUT llama --run "prefill b1 s7" --run "extend b2 s5 c32" --mask left:3
    record_traces.py OUT --config config.json             a checkpoint's config
    record_traces.py OUT --remote FOLDER              code that comes with a model, beside its config.json
    record_traces.py OUT --class transformers.T5ForConditionalGeneration --run "encode b2 e32" --run "decode b2 c4 e32"
    record_traces.py OUT --class transformers.ViTModel --input "pixel_values=bf16[batch_size,3,224,224]" --run "forward b1 s1"
    record_traces.py test/fixtures/traces --fixtures      the traces that this repository keeps

Each model leaves OUT/NAME.jsonl.gz, or OUT/NAME.err with the traceback. The first line is a header (how the trace was
made, the config as used, the module tree), each further line one kernel:

    {"phase", "module", "op", "in": ["bf16[2,7]"], "out": [...], "matmul_flops", "read", "write", "at": "file.py:line"}

Views and allocations launch nothing and are left out. A phase's name says all about it: `prefill bB sS` (no cache),
`decode bB cC` (one token on a cache of C), `extend bB sS cC` (S tokens on a cache of C), `forward bB sS` (a plain call,
use_cache not given). The cache is what a prefill of C tokens leaves.

Encoder-decoders are called as `generate()` calls them: `encode bB eE` (the encoder over a source of E tokens, frames or
samples), and the phases above with `eE` at the end, which are the decoder's.

Two things are settled that PyTorch leaves open: a set of names is looped over in the order in which they were put in
(in Python it differs from process to process), and a mask that a model makes for itself counts as all ones.

Needs torch (CPU) and transformers, of any version from 4.40 on; the traces kept here are torch 2.13.0's and, but for those
in `versions/`, transformers 5.23.0's.
"""

import argparse
import gzip
import importlib
import importlib.util
import json
import os
import re
import shlex
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass, field

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
import transformers
from generation import Generation, is_encoder_decoder, positions
from kernel_recorder import LETTERS, AbovePyTorch, Recorder, keep_scripts_unfused, let_autocast_be_off_on_meta, signature
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

DEFAULT_RUNS = ("prefill b1 s7", "decode b1 c7", "prefill b2 s32", "decode b2 c32")
SECONDS_PER_MODEL = 300

# Phases of the fixtures below.
MASKED = "--run 'prefill b2 s7' --run 'decode b2 c7' --run 'extend b2 s5 c7'"
EXTENDED = "--run 'extend b2 s5 c32'"
FORWARD = "--run 'forward b1 s7' --run 'forward b2 s32'"
GENERATION_OF_SOUND = "--run 'encode b2 e3000' --run 'prefill b2 s1 e3000' --run 'prefill b2 s4 e3000' --run 'decode b2 c4 e3000' --run 'extend b2 s3 c4 e3000'"
GENERATION = "--run 'encode b1 e7' --run 'prefill b1 s1 e7' --run 'decode b1 c3 e7' --run 'encode b2 e32' --run 'prefill b2 s1 e32' --run 'prefill b2 s4 e32' --run 'decode b2 c4 e32' --run 'extend b2 s3 c4 e32'"
# Two images of 16 x 16 patches, four of which make a place in the text.
GRID = "--run 'forward b2 s1' --input 'image_grid_thw=torch.tensor([[1,16,16]]*2)' --input 'mm_token_type_ids=torch.tensor([[1]*64+[0]*10]*2)' --input 'input_ids=torch.tensor([[151655]*64+[0]*10]*2)'"
IMAGE = "--run 'forward b2 s1' --input 'pixel_values=bf16[batch_size,3,224,224]'"

# The traces that the repository keeps: a name, and the options that make it. Two layers, or as many as it takes to show
# each kind that the model has, in the default widths.
FIXTURES = {
    "bart": "bart --set decoder_layers=2",
    "bloom": "bloom --set n_layer=2",
    "chat_tiny.remote": "--remote test/fixtures/remote/chat-tiny",
    "cohere": "cohere --set num_hidden_layers=2",
    "ctrl": "ctrl --set n_layer=2",
    "deepseek_v3": "deepseek_v3 --set num_hidden_layers=2 --set first_k_dense_replace=1",
    "falcon": "falcon --set num_hidden_layers=2",
    "falcon_h1": "falcon_h1 --set num_hidden_layers=2",
    "gemma2": "gemma2 --set num_hidden_layers=2",
    "gemma3_text": """gemma3_text --set num_hidden_layers=2 --set 'layer_types=["sliding_attention","full_attention"]'""",
    "gpt2": "gpt2 --set n_layer=2",
    "gpt_neox": "gpt_neox --set num_hidden_layers=2",
    "gpt_oss": "gpt_oss --set num_hidden_layers=2",
    "gptj": "gptj --set n_layer=2",
    "jamba": "jamba --set num_hidden_layers=2 --set attn_layer_period=2 --set attn_layer_offset=1",
    "llama": "llama --set num_hidden_layers=2",
    "mamba": "mamba --set num_hidden_layers=2",
    "mamba2": "mamba2 --set num_hidden_layers=2",
    "mixtral": "mixtral --set num_hidden_layers=2",
    "olmo2": "olmo2 --set num_hidden_layers=2",
    "opt": "opt --set num_hidden_layers=2",
    "phi3": "phi3 --set num_hidden_layers=2",
    "qwen3": "qwen3 --set num_hidden_layers=2",
    "qwen3_moe": "qwen3_moe --set num_hidden_layers=2",
    "qwen3_next": """qwen3_next --set num_hidden_layers=2 --set 'layer_types=["linear_attention","full_attention"]'""",
    "rwkv": "rwkv --set num_hidden_layers=2",
    "starcoder2": "starcoder2 --set num_hidden_layers=2",
    "trocr": "trocr --set decoder_layers=2",
    "xlm.known-ids": "xlm --set n_layers=2 --ids known",
    "longformer.known-ids": """--class transformers.LongformerForMaskedLM --set num_hidden_layers=2 --set 'attention_window=[512,512]' --ids known --run 'forward b2 s32'""",
    "gpt2.eager": "gpt2 --set n_layer=2 --attn eager",
    "llama.eager": "llama --set num_hidden_layers=2 --attn eager",
    "gpt2.f32": "gpt2 --set n_layer=2 --dtype f32",
    "llama.f32": "llama --set num_hidden_layers=2 --dtype f32",
    "gemma2.f16": "gemma2 --set num_hidden_layers=2 --dtype f16",
    "bloom.left": f"bloom --set n_layer=2 --mask left:3 {MASKED}",
    "gemma3_text.left": f"gemma3_text --set num_hidden_layers=2 --mask left:3 {MASKED}",
    "gpt2.left": f"gpt2 --set n_layer=2 --mask left:3 {MASKED}",
    "llama.left": f"llama --set num_hidden_layers=2 --mask left:3 {MASKED}",
    "llama.left.eager": f"llama --set num_hidden_layers=2 --mask left:3 --attn eager {MASKED}",
    "llama.right": f"llama --set num_hidden_layers=2 --mask right:3 {MASKED}",
    "mamba.left": f"mamba --set num_hidden_layers=2 --mask left:3 {MASKED}",
    "opt.left": f"opt --set num_hidden_layers=2 --mask left:3 {MASKED}",
    "deepseek_v3.extend": f"deepseek_v3 --set num_hidden_layers=2 --set first_k_dense_replace=1 {EXTENDED}",
    "gemma3_text.extend": f"gemma3_text --set num_hidden_layers=2 --set sliding_window=16 {EXTENDED}",
    "jamba.extend": f"jamba --set num_hidden_layers=2 --set attn_layer_period=2 --set attn_layer_offset=1 {EXTENDED}",
    "llama.extend": f"llama --set num_hidden_layers=2 {EXTENDED}",
    "llama.embeds": "llama --set num_hidden_layers=2 --run 'prefill b2 s7' --run 'decode b2 c7' --run 'extend b2 s5 c7' --input 'inputs_embeds=bf16[batch_size,seq_len,4096]'",
    "bert.forward": f"--class transformers.BertModel --set num_hidden_layers=2 {FORWARD}",
    "t5.forward": f"--class transformers.T5Model --set num_layers=2 --set num_decoder_layers=2 {FORWARD}",
    "t5.generation": f"--class transformers.T5ForConditionalGeneration --set num_layers=2 --set num_decoder_layers=2 {GENERATION}",
    "whisper.generation": f"--class transformers.WhisperForConditionalGeneration --set encoder_layers=2 --set decoder_layers=2 {GENERATION_OF_SOUND} --input 'input_features=bf16[batch_size,80,encoder_len]'",
    "vit.forward": f"--class transformers.ViTModel --set num_hidden_layers=2 {IMAGE}",
    "convnext.forward": f"--class transformers.ConvNextModel {IMAGE}",
    "resnet.forward": f"--class transformers.ResNetModel --set depths=[1,1,1,1] {IMAGE}",
    "swin.forward": f"--class transformers.SwinModel --set depths=[2,2] --set num_heads=[3,6] {IMAGE}",
    "dpt.forward": f"--class transformers.DPTModel --set num_hidden_layers=2 {IMAGE}",
    "yolos.forward": f"--class transformers.YolosModel --set num_hidden_layers=2 {IMAGE}",
    "mobilevitv2.forward": "--class transformers.MobileViTV2Model --run 'forward b2 s1' --input 'pixel_values=bf16[batch_size,3,256,256]'",
    "rt_detr.forward": "--class transformers.RTDetrModel --set decoder_layers=1 --run 'forward b1 s1' --input 'pixel_values=bf16[batch_size,3,640,640]'",
    "clip.forward": "--class transformers.CLIPModel --run 'forward b2 s7' --input 'input_ids=i64[batch_size,seq_len]' --input 'pixel_values=bf16[batch_size,3,224,224]'",
    "git.forward": "--class transformers.GitModel --set num_hidden_layers=2 --run 'forward b2 s7'",
    "qwen2_5_vl.image": f"""--class transformers.Qwen2_5_VLForConditionalGeneration --set 'text_config={{"num_hidden_layers":2}}' --set 'vision_config={{"depth":2,"fullatt_block_indexes":[1],"out_hidden_size":8192}}' {GRID} --input 'pixel_values=bf16[512,1176]'""",
    "qwen3_vl.image": f"""--class transformers.Qwen3VLForConditionalGeneration --set 'text_config={{"num_hidden_layers":2}}' --set 'vision_config={{"depth":2,"deepstack_visual_indexes":[0],"out_hidden_size":4096}}' {GRID} --input 'pixel_values=bf16[512,1536]'""",
    "llava_next.image": """--class transformers.LlavaNextForConditionalGeneration --set 'text_config={"model_type":"llama","num_hidden_layers":2}' --set 'vision_config={"model_type":"clip_vision_model","num_hidden_layers":2,"hidden_size":1024,"intermediate_size":4096,"num_attention_heads":16,"image_size":336,"patch_size":14}' --run 'prefill b1 s2936' --run 'extend b1 s2936 c9' --input 'pixel_values=bf16[batch_size,5,3,336,336]' --input 'image_sizes=torch.tensor([[672,672]])' --input 'input_ids=torch.tensor([[32000]*2928+[1]*8])'""",
    "wav2vec2.forward": "--class transformers.Wav2Vec2Model --set num_hidden_layers=2 --run 'forward b2 s1' --input 'input_values=bf16[batch_size,16000]'",
    "whisper.forward": "--class transformers.WhisperModel --set encoder_layers=2 --set decoder_layers=2 --run 'forward b2 s7' --input 'input_features=bf16[batch_size,80,3000]' --input 'decoder_input_ids=i64[batch_size,seq_len]'",
    "fnet.forward": "--class transformers.FNetModel --dtype f32 --set num_hidden_layers=2 --run 'forward b2 s32'",
}

DESCRIBED = re.compile(r"(\w+)\[(.*)\]")
DTYPES = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32}


# ---------------------------------------------------------------------------------------------------------------------
# Models, and the phases they run


@dataclass
class Request:
    """One trace to make."""

    name: str
    model_type: str | None = None
    class_name: str | None = None
    config: dict = field(default_factory=dict)  # whole, or what differs from the default
    attn: str | None = None  # None: the class's own choice
    experts: str = "grouped_mm"
    dtype: str = "bf16"
    mask: str | None = None  # left:N, right:N
    ids: str = "unknown"  # known: zeros, which branches may look at
    remote: str | None = None  # a folder with code that the config's auto_map names
    shown: str | None = None  # what the names of its files begin with in the trace
    inputs: dict = field(default_factory=dict)  # name -> dtype[shape] or an expression, for forward
    runs: tuple = DEFAULT_RUNS


@dataclass
class Phase:
    name: str
    phase: str
    batch: int
    seq: int
    cache: int
    encoder: int | None = None

    @staticmethod
    def parse(name):
        form = re.fullmatch(r"(encode|prefill|decode|extend|forward) b(\d+)(?: s(\d+))?(?: c(\d+))?(?: e(\d+))?", name)
        if not form:
            raise SystemExit(f"not a phase: {name!r}")
        kind, batch, seq, cache, encoder = form.groups()
        return Phase(name, kind, int(batch), int(seq or 1), int(cache or 0), encoder and int(encoder))


def named_class(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


class InsertionOrderedSet(set):
    """A set of strings has another order in each process, and some models loop over one: here the first met comes first."""

    def __init__(self, items=()):
        self.given = dict.fromkeys(items)
        super().__init__(self.given)

    def __iter__(self):
        yield from (item for item in self.given if item in self)
        yield from (item for item in super().__iter__() if item not in self.given)


def order_sets():
    """What `set(...)` means in the files that build masks and models, as far as loaded. Returns how many those are."""
    folders = ("transformers.models.", "transformers.masking_utils", "transformers_modules.")
    modeling = [module for name, module in sys.modules.items() if name.startswith(folders)]
    for module in modeling:
        vars(module)["set"] = InsertionOrderedSet
    return len(modeling)


def build(request, recorder):
    """Building loads further modeling files: done again until there is none whose sets had been unordered."""
    while True:
        ordered = order_sets()
        model, config = build_once(request, recorder)
        if order_sets() == ordered:
            return model.eval(), config


def build_once(request, recorder):
    cls, config_class = remote_classes(request) if request.remote else library_classes(request)
    values = special_floats_decoded(config_class, {k: v for k, v in request.config.items() if k != "auto_map"})
    config = config_class.from_dict(values) if values else config_class()
    options = {"dtype" if hasattr(config, "dtype") else "torch_dtype": DTYPES[request.dtype]}  # renamed in 4.56
    if request.attn:
        options["attn_implementation"] = request.attn
    with AbovePyTorch(recorder), recorder, torch.device("meta"):
        part = config if request.remote or cls is None else part_for(cls, config)
        model = cls._from_config(part, **options) if cls else causal_model(config, options)
    if any(parameter.device.type != "meta" for parameter in model.parameters()):
        model.to("meta")  # its own code chose another device, as torch.nn.utils.skip_init does
    return model, config


def library_classes(request):
    """The model's class, None where the auto class is to choose it, and the config's."""
    cls = named_class(request.class_name) if request.class_name else None
    return cls, CONFIG_MAPPING[request.model_type] if request.model_type else cls.config_class


def remote_classes(request):
    """As the auto classes find them with trust_remote_code=True."""
    import transformers.dynamic_module_utils as dynamic

    dynamic.HF_MODULES_CACHE = os.environ["HF_MODULES_CACHE"]
    named = request.config["auto_map"]
    models = [named[key] for key in ("AutoModelForCausalLM", "AutoModel", *named) if key in named and "AutoModel" in key]
    cls = dynamic.get_class_from_dynamic_module(request.class_name or models[0], request.remote)
    if "AutoConfig" not in named:
        return cls, cls.config_class
    return cls, dynamic.get_class_from_dynamic_module(named["AutoConfig"], request.remote)


def part_for(cls, config):
    """A class made for a nested config takes that part of the whole, as the auto classes do."""
    wanted = cls.config_class
    if wanted is None or isinstance(config, wanted):
        return config
    text = config.get_text_config()
    return text if isinstance(text, wanted) else config


def special_floats_decoded(config_class, values):
    """{"__float__": "Infinity"}, as configs are written from 5.0 on."""
    decode = getattr(config_class, "_decode_special_floats", lambda values: values)
    return decode(values)


def causal_model(config, options):
    if type(config) in transformers.AutoModelForCausalLM._model_mapping:
        return transformers.AutoModelForCausalLM.from_config(config, **options)
    return transformers.AutoModelForImageTextToText.from_config(config, **options)  # called with text alone


def choose_experts(model, implementation):
    """Returns what is in force: None where no part of the model has a choice."""
    if not hasattr(model, "set_experts_implementation"):
        return None  # before 5.0
    try:
        model.set_experts_implementation(implementation)
    except ValueError:
        pass  # no experts, or only in a part that chooses for itself
    parts = [part for part in model.modules() if isinstance(part, transformers.PreTrainedModel)]
    chosen = {part.config._experts_implementation for part in parts if part._can_set_experts_implementation()}
    return ",".join(sorted(map(str, chosen))) or None


def take_masks_as_ones():
    """A mask that a model makes for itself is all ones: Transformers asks, which launches kernels, and is told so."""
    if importlib.util.find_spec("transformers.masking_utils") is None:
        return  # before 4.53 masks are made elsewhere, and asked with torch.all
    import transformers.masking_utils as masking_utils

    masking_utils.fast_all = lambda mask: True


class Runner:
    """Runs phases of one model in order; a cache is used by the step right after the prefill that made it."""

    def __init__(self, model, request, recorder):
        self.model, self.request, self.recorder = model, request, recorder
        self.generation = Generation(model)
        self.left_by = {}  # (batch, length) -> the cache arguments of the next call
        self.inputs = {}  # phase name -> signatures of what forward() was given

    def run(self, phase):
        if phase.phase == "forward":
            self.call(phase, self.forward_arguments(phase))
            return
        if is_encoder_decoder(self.model):
            self.run_generation(phase)
            return
        out = self.call(phase, self.arguments_of(phase))
        if phase.phase == "prefill":
            self.left_by = {(phase.batch, phase.seq): cache_in(out)}

    def arguments_of(self, phase):
        """Of a call of a decoder: as a user would make it, or as `generate()` does where a plain call makes no cache."""
        arguments = self.options_of(phase) | self.forward_arguments(phase)
        if not phase.cache:
            return arguments
        cache = self.cache_of(phase.batch, phase.cache)
        if cache:
            with self.recorder, self.recorder.pause():
                return positions(self.model, cache, phase.cache, phase.seq) | arguments | cache
        first = self.prepared_step(phase.batch, phase.cache, 0, {})
        cache = first and cache_in(self.watched(phase, lambda: self.model(**first), False))
        if not cache:
            raise LookupError("the model leaves no cache")
        return self.prepared_step(phase.batch, phase.cache + phase.seq, phase.cache, cache)

    def prepared_step(self, batch, length, seen, cache):
        """None where the model prepares nothing, or where something else is asked for."""
        if self.request.inputs or self.request.mask:
            return None
        with self.recorder, self.recorder.pause():
            return self.generation.prepared(self.ids(batch, length), seen, cache)

    def run_generation(self, phase):
        """The encoder over the source; then, if it is the decoder's phase, that, with the cache that its own prefill leaves."""
        given = self.source(phase)
        source = self.watched(phase, lambda: self.generation.encode(given), phase.phase == "encode")
        if phase.phase == "encode":
            return
        cache = self.generation.empty_cache(phase.batch)
        if phase.cache:
            ids = self.ids(phase.batch, phase.cache)
            arguments = self.prepared(ids, phase.cache, source, cache, True)
            cache = cache_in(self.watched(phase, lambda: self.model(**arguments, return_dict=True), False))
        ids = self.ids(phase.batch, phase.cache + phase.seq)
        arguments = self.prepared(ids, phase.seq, source, cache, not phase.cache)
        self.watched(phase, lambda: self.model(**arguments, return_dict=True), True)

    def prepared(self, *arguments):
        with self.recorder, self.recorder.pause():
            return self.generation.arguments(*arguments)

    def source(self, phase):
        """What `generate()` is given."""
        if self.request.inputs:
            return self.forward_arguments(phase)
        source = {self.generation.main_input(): self.ids(phase.batch, phase.encoder)}
        if self.request.mask:
            source["attention_mask"] = self.mask_of(Phase("", "prefill", phase.batch, phase.encoder, 0))
        return source

    def call(self, phase, arguments):
        return self.watched(phase, lambda: self.model(**arguments), True)

    def watched(self, phase, run, counts):
        """Runs with all values followed; the kernels are kept where they count."""
        self.recorder.phase = phase.name
        before = len(self.recorder.lines)
        try:
            with AbovePyTorch(self.recorder), self.recorder:
                if counts:
                    return run()
                with self.recorder.pause():
                    return run()
        except BaseException:
            del self.recorder.lines[before:]
            raise

    def cache_of(self, batch, length):
        """What a prefill of text leaves, the one before this call where it was that."""
        cache = None if self.request.inputs else self.left_by.pop((batch, length), None)
        if cache is None:
            prompt = Phase(f"prefill b{batch} s{length}", "prefill", batch, length, 0)
            arguments = self.options_of(prompt) | {"input_ids": self.ids(batch, length)}
            cache = cache_in(self.watched(prompt, lambda: self.model(**arguments), False))
        return cache

    def options_of(self, phase):
        """What a call that keeps a cache takes beside its inputs."""
        return {"use_cache": True} | ({"attention_mask": self.mask_of(phase)} if self.request.mask else {})

    def ids(self, batch, length):
        ids = torch.zeros(batch, length, dtype=torch.int64)
        return self.recorder.told(ids) if self.request.ids == "known" else ids.to("meta")

    def mask_of(self, phase):
        """The prompt's padding, then ones for every later token. The prompt is the cached part, if there is one."""
        side, _, count = self.request.mask.partition(":")
        prompt = phase.cache or phase.seq
        mask = torch.ones(phase.batch, phase.cache + phase.seq, dtype=torch.int64)
        padding = slice(0, int(count)) if side == "left" else slice(prompt - int(count), prompt)
        mask[:, padding] = 0
        return self.recorder.told(mask)

    def forward_arguments(self, phase):
        if self.request.inputs:
            sizes = {"batch_size": phase.batch, "seq_len": phase.seq, "cache_len": phase.cache, "encoder_len": phase.encoder}
            given = self.request.inputs
            arguments = {name: self.made(text, sizes) for name, text in given.items()}
            self.inputs[phase.name] = {
                name: signature(value) if DESCRIBED.fullmatch(given[name]) else given[name]
                for name, value in arguments.items()
            }
            return arguments
        ids = self.ids(phase.batch, phase.seq)
        if getattr(self.model.config, "is_encoder_decoder", False):
            return {"input_ids": ids, "decoder_input_ids": ids[:, : max(1, phase.seq // 2)]}
        return {"input_ids": ids}

    def made(self, text, sizes):
        """A tensor of zeros from its description, i64[batch_size,seq_len]; or what Python makes of a text, its values known."""
        described = DESCRIBED.fullmatch(text)
        if described is None:
            return self.recorder.all_told(eval(text, {"torch": torch}))
        dtype, shape = described.groups()
        of_letters = {letters: dtype for dtype, letters in LETTERS.items()}
        dimensions = [sizes[word] if word in sizes else int(word) for word in shape.replace(" ", "").split(",") if word]
        return torch.zeros(dimensions, dtype=of_letters[dtype], device="meta")


def cache_in(out):
    """What a step passes on, by the name under which the next call takes it."""
    return {name: out[name] for name in ("past_key_values", "cache_params", "state") if out.get(name) is not None}


# ---------------------------------------------------------------------------------------------------------------------
# Traces as files


def qualified(thing):
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


def package_of(model, request):
    """The folder whose lines a trace names, and what is put before their names."""
    file = sys.modules[type(model).__module__].__file__
    if request.remote:
        spelled = os.path.basename(os.path.abspath(request.remote)).replace(".", "_dot_").replace("-", "_hyphen_")
        return os.path.dirname(file) + os.sep, request.shown or f"{spelled}/"
    return os.path.dirname(sys.modules[type(model).__module__.partition(".")[0]].__file__) + os.sep, ""


@torch.no_grad()
def record(request):
    """Returns the header and the kernels of a trace."""
    if not request.mask:
        take_masks_as_ones()
    let_autocast_be_off_on_meta()
    recorder = Recorder("")
    with recorder.pause():
        model, config = build(request, recorder)
    keep_scripts_unfused()
    experts = choose_experts(model, request.experts)
    recorder.package, recorder.shown = package_of(model, request)
    recorder.follow(model)
    runner = Runner(model, request, recorder)
    phases, notes = [], []
    for phase in map(Phase.parse, request.runs):
        try:
            runner.run(phase)
            phases.append({key: value for key, value in vars(phase).items() if value is not None})
        except Exception as error:
            # The first call has to work; without it there is no trace. What the model can't do on a cache is noted.
            if not phases and not phase.cache:
                raise
            notes.append(f"{phase.name}: {error!r}"[:300])
    if not phases:
        raise LookupError("; ".join(notes))
    header = {
        "model_type": config.model_type,
        "cls": qualified(model),
        "attn": request.attn,
        "experts": experts,
        "dtype": request.dtype,
        "mask": request.mask,
        "ids": request.ids,
        "remote": request.remote and os.path.basename(os.path.abspath(request.remote)),
        "torch": torch.__version__.partition("+")[0],
        "transformers": transformers.__version__,
        "phases": phases,
        "inputs": runner.inputs or None,
        "notes": notes,
        "params": sum(parameter.numel() for parameter in model.parameters()),
        "config": json.loads(config.to_json_string(use_diff=False)),
        "modules": [[name, qualified(module)] for name, module in model.named_modules()],
    }
    return header, recorder.lines


def write(path, header, lines):
    """The same trace is the same file: no time stamp in it."""
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        for line in (header, *lines):
            packed.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def in_child(request, out, seconds):
    """One model a process: what it patches, leaks or hangs on ends with it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        signal.alarm(seconds)
        torch.set_num_threads(1)
        header, lines = record(request)
        write(os.path.join(out, f"{request.name}.jsonl.gz"), header, lines)
        code = 0
    except BaseException:
        with open(os.path.join(out, f"{request.name}.err"), "w") as file:
            file.write(traceback.format_exc()[-4000:])
    finally:
        os._exit(code)


# ---------------------------------------------------------------------------------------------------------------------
# The command line


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="folder to write to")
    parser.add_argument("types", nargs="*", help="model types, each with its default config")
    parser.add_argument("--class", dest="class_name", help="the model class, instead of the causal LM of the type")
    parser.add_argument("--config", action="append", default=[], help="a config.json")
    parser.add_argument("--remote", metavar="FOLDER", help="a folder with config.json and the code that it names")
    parser.add_argument("--shown", metavar="PREFIX", help="what names of that code's files begin with, FOLDER/ unless given")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="change a config value; dots go into nested ones")
    parser.add_argument("--attn", choices=["sdpa", "eager"])
    parser.add_argument("--experts", choices=["grouped_mm", "eager"], default="grouped_mm")
    parser.add_argument("--dtype", choices=list(DTYPES), default="bf16")
    parser.add_argument("--mask", metavar="left:N|right:N", help="padding of the prompt")
    parser.add_argument("--ids", choices=["unknown", "known"], default="unknown", help="known: zeros, where a model branches on them")
    parser.add_argument("--run", action="append", metavar="PHASE", help='"prefill b1 s7", "extend b2 s5 c32"')
    parser.add_argument("--input", action="append", default=[], metavar="NAME=DTYPE[SHAPE]", help="an argument of forward; or an expression of Python, whose values are known")
    parser.add_argument("--fixtures", action="store_true")
    parser.add_argument("--name", help="of the file, where it isn't the type")
    parser.add_argument("--seconds", type=int, default=SECONDS_PER_MODEL, help="time limit per model")
    return parser


def overrides(settings):
    config = {}
    for setting in settings:
        path, _, text = setting.partition("=")
        *outer, last = path.split(".")
        inner = config
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[last] = json.loads(text)
    return config


def requests_of(given):
    """The traces that a command line asks for."""
    common = {
        "class_name": given.class_name, "attn": given.attn, "experts": given.experts, "dtype": given.dtype,
        "mask": given.mask, "ids": given.ids, "remote": given.remote, "shown": given.shown, "runs": tuple(given.run or DEFAULT_RUNS),
        "inputs": dict(item.split("=", 1) for item in given.input),
    }  # fmt: skip
    changed = overrides(given.set)
    for model_type in given.types:
        yield Request(given.name or model_type, model_type, config=changed, **common)
    for path in given.config or ([os.path.join(given.remote, "config.json")] if given.remote else []):
        with open(path) as file:
            config = {**json.load(file), **changed}
        for foreign in ("quantization_config",) if given.remote else ("quantization_config", "auto_map"):
            config.pop(foreign, None)
        name = given.name or os.path.basename(os.path.abspath(given.remote) if given.remote else path).removesuffix(".json")
        yield Request(name, config["model_type"], config=config, **common)
    if given.class_name and not given.types and not given.config and not given.remote:
        yield Request(given.name or given.class_name.rpartition(".")[2], config=changed, **common)
    if given.fixtures:
        for name, row in FIXTURES.items():
            yield from requests_of(options().parse_args([given.out, *shlex.split(row), "--name", name]))


def main():
    given = options().parse_args()
    os.makedirs(given.out, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as modules:
        os.environ["HF_MODULES_CACHE"] = modules  # where Transformers copies code that comes with a model
        for request in requests_of(given):
            done = in_child(request, given.out, given.seconds)
            failed += not done
            print(request.name, "ok" if done else "failed", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
