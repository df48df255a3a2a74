#!/usr/bin/env python3
"""Record what PyTorch's caches hold: every tensor that can be reached from the cache object that a model returns.

    record_caches.py OUT.json              the models below, each with few layers and the default widths
    record_caches.py OUT.json llama t5     only these

OUT.json is a list of {"name", "config", "className", "batch", "caches": [{"tokens", "bytes", "tensors": {path: signature}}]}:
a prefill of that many tokens, then what the cache holds. A path is attributes, keys and positions joined by dots.

Needs torch (CPU) and transformers; the file kept here is torch 2.13.0's and transformers 5.23.0's.
"""

import json
import shlex
import sys

import torch
from kernel_recorder import AbovePyTorch, Recorder, signature
from record_traces import Phase, Runner, build, cache_in, choose_experts, options, qualified, requests_of, take_masks_as_ones

# A few layers of each kind that the model has; windows short enough to be filled.
MODELS = {
    "llama": "llama --set num_hidden_layers=2",
    "qwen3": "qwen3 --set num_hidden_layers=2",
    "gpt2": "gpt2 --set n_layer=2",
    "falcon": "falcon --set num_hidden_layers=2",
    "gpt_neox": "gpt_neox --set num_hidden_layers=2",
    "bloom": "bloom --set n_layer=2",
    "gemma2": "gemma2 --set num_hidden_layers=4 --set sliding_window=16",
    "gemma3_text": """gemma3_text --set num_hidden_layers=2 --set sliding_window=16 --set 'layer_types=["sliding_attention","full_attention"]'""",
    "gemma3n_text": "gemma3n_text --set num_hidden_layers=10 --set num_kv_shared_layers=4 --set sliding_window=16 --set 'activation_sparsity_pattern=[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]'",
    "mistral": "mistral --set num_hidden_layers=2 --set sliding_window=16",
    "phi3": "phi3 --set num_hidden_layers=2 --set sliding_window=16",
    "gpt_oss": "gpt_oss --set num_hidden_layers=2 --set sliding_window=16",
    "cohere2": "cohere2 --set num_hidden_layers=4 --set sliding_window=16",
    "deepseek_v3": "deepseek_v3 --set num_hidden_layers=2 --set first_k_dense_replace=1",
    "deepseek_v32": "deepseek_v32 --set num_hidden_layers=2",
    "glm_moe_dsa": "glm_moe_dsa --set num_hidden_layers=2",
    "minicpm3": "minicpm3 --set num_hidden_layers=2",
    "mixtral": "mixtral --set num_hidden_layers=2",
    "minimax": """minimax --set num_hidden_layers=2 --set 'layer_types=["linear_attention","full_attention"]'""",
    "jamba": "jamba --set num_hidden_layers=2 --set attn_layer_period=2 --set attn_layer_offset=1",
    "bamba": "bamba --set num_hidden_layers=2 --set 'attn_layer_indices=[1]'",
    "mamba": "mamba --set num_hidden_layers=2",
    "mamba2": "mamba2 --set num_hidden_layers=2",
    "falcon_h1": "falcon_h1 --set num_hidden_layers=2",
    "falcon_mamba": "falcon_mamba --set num_hidden_layers=2",
    "qwen3_next": """qwen3_next --set num_hidden_layers=2 --set 'layer_types=["linear_attention","full_attention"]'""",
    "qwen3_5_text": """qwen3_5_text --set num_hidden_layers=2 --set 'layer_types=["linear_attention","full_attention"]'""",
    "lfm2": """lfm2 --set num_hidden_layers=2 --set 'layer_types=["conv","full_attention"]'""",
    "zamba2": """zamba2 --set num_hidden_layers=2 --set 'layers_block_type=["mamba","hybrid"]'""",
    "nemotron_h": """nemotron_h --set 'layers_block_type=["mamba","attention","mlp"]'""",
    "granitemoehybrid": """granitemoehybrid --set num_hidden_layers=2 --set 'layer_types=["mamba","attention"]'""",
    "rwkv": "rwkv --set num_hidden_layers=2",
    "xlstm": "xlstm --set num_hidden_layers=2",
    "olmo_hybrid": "olmo_hybrid --set num_hidden_layers=4",
    "llama4_text": "llama4_text --set num_hidden_layers=4 --set attention_chunk_size=16",
    "gemma4_text": "gemma4_text --set num_hidden_layers=6 --set sliding_window=16",
    "deepseek_v4": "deepseek_v4 --set num_hidden_layers=4",
    "mimo_v2_flash": "mimo_v2_flash --set num_hidden_layers=4 --set sliding_window=16",
    "starcoder2": "starcoder2 --set num_hidden_layers=2 --set sliding_window=16",
    "smollm3": "smollm3 --set num_hidden_layers=4",
    "exaone4": "exaone4 --set num_hidden_layers=4 --set sliding_window=16",
}
BATCH = 2
TOKENS = (5, 15, 16, 17, 40)


def tensors_in(value, path=(), seen=None):
    """Every tensor below a value with the path that leads to it; the first path counts."""
    seen = set() if seen is None else seen
    if value is None or isinstance(value, (bool, int, float, str, type, torch.dtype, torch.device)) or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, torch.Tensor):
        yield ".".join(map(str, path)), value
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from tensors_in(item, (*path, i), seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_in(item, (*path, key), seen)
    elif type(value).__module__.startswith("transformers.") and not isinstance(value, torch.nn.Module):
        for name, item in vars(value).items():
            yield from tensors_in(item, (*path, name), seen)


@torch.no_grad()
def caches_of(request):
    take_masks_as_ones()
    model, config = build(request)
    choose_experts(model, request.experts)
    caches = []
    for tokens in TOKENS:
        recorder = Recorder("")
        runner = Runner(model, request, recorder)
        arguments = {"input_ids": runner.ids(BATCH, tokens), "use_cache": True}
        with AbovePyTorch(recorder), recorder, recorder.pause():
            out = model(**arguments)
        found = dict(tensors_in(cache_in(out)))
        total = sum(t.numel() * t.element_size() for t in found.values())
        caches.append({"tokens": tokens, "bytes": total, "tensors": {path: signature(t) for path, t in found.items()}})
    values = json.loads(config.to_json_string(use_diff=False))
    return {"name": request.name, "className": qualified(model), "batch": BATCH, "caches": caches, "config": values}


def main():
    out, *names = sys.argv[1:]
    recorded = []
    for name in names or MODELS:
        line = MODELS[name]
        request = next(iter(requests_of(options().parse_args(["-", *shlex.split(line)]))))
        request.name = name
        try:
            recorded.append(caches_of(request))
            print(name, [c["bytes"] for c in recorded[-1]["caches"]])
        except Exception as error:
            print(name, "FAILED", repr(error)[:200])
    with open(out, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in recorded) + "\n]\n")


if __name__ == "__main__":
    main()
