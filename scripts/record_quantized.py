#!/usr/bin/env python3
"""Record the tensors in which libraries store a quantised torch.nn.Linear of 256 inputs and 192 outputs.

    record_quantized.py > test/fixtures/quantized.json

Needs torch (CPU), compressed-tensors and bitsandbytes; the file kept here is compressed-tensors 0.20.0's and bitsandbytes 0.50.2's.
"""

import json

import bitsandbytes
import torch
from compressed_tensors.compressors import ModelCompressor
from compressed_tensors.quantization import QuantizationConfig, apply_quantization_config

INPUTS, OUTPUTS = 256, 192
INT4 = {"num_bits": 4, "type": "int", "symmetric": True}
FP8 = {"num_bits": 8, "type": "float", "symmetric": True}
FP4 = {"num_bits": 4, "type": "float", "symmetric": True}
GROUPED = {"strategy": "group", "group_size": 128}

# What a config group of compressed-tensors says, and its format.
COMPRESSED = [
    ("pack-quantized", {**INT4, **GROUPED}, None),
    ("pack-quantized", {**INT4, **GROUPED, "symmetric": False}, None),
    ("pack-quantized", {**INT4, "strategy": "channel"}, None),
    ("pack-quantized", {**INT4, **GROUPED, "num_bits": 8}, None),
    ("int-quantized", {**INT4, "num_bits": 8, "strategy": "channel"}, {"num_bits": 8, "type": "int", "strategy": "token", "dynamic": True}),
    ("float-quantized", {**FP8, "strategy": "channel"}, {**FP8, "strategy": "token", "dynamic": True}),
    ("float-quantized", {**FP8, "strategy": "tensor"}, {**FP8, "strategy": "tensor", "dynamic": False}),
    ("float-quantized", {**FP8, "strategy": "block", "block_structure": [128, 128]}, {**FP8, **GROUPED, "dynamic": True}),
    ("nvfp4-pack-quantized", {**FP4, "strategy": "tensor_group", "group_size": 16}, {**FP4, "strategy": "tensor_group", "group_size": 16, "dynamic": "local"}),
    ("nvfp4-pack-quantized", {**FP4, "strategy": "tensor_group", "group_size": 16}, None),
    ("mxfp4-pack-quantized", {**FP4, "strategy": "group", "group_size": 32}, None),
    ("mxfp8-quantized", {**FP8, "strategy": "group", "group_size": 32, "scale_dtype": "uint8"}, None),
]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = torch.nn.Linear(INPUTS, OUTPUTS, bias=False, dtype=torch.bfloat16)


def tensors(state, prefix):
    """Without the text that bitsandbytes stores as bytes."""
    found = {name.removeprefix(prefix): t for name, t in state.items() if ".quant_state." not in name}
    return {name: [str(t.dtype).removeprefix("torch."), list(t.shape)] for name, t in found.items()}


def compressed(form, weights, inputs):
    model = Model()
    group = {"targets": ["Linear"], "weights": weights, "input_activations": inputs}
    config = QuantizationConfig(config_groups={"group_0": group}, format=form, quantization_status="frozen")
    apply_quantization_config(model, config)
    for name, parameter in model.proj.named_parameters():
        if "scale" in name:
            parameter.data.fill_(1)
    ModelCompressor(quantization_config=config).compress_model(model)
    said = {"quant_method": "compressed-tensors", "format": form, "config_groups": {"group_0": group}}
    return {"config": said, "tensors": tensors(model.state_dict(), "proj.")}


def bits_and_bytes(nested):
    layer = bitsandbytes.nn.Linear4bit(INPUTS, OUTPUTS, bias=False, quant_type="nf4", compress_statistics=nested)
    said = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": nested}
    return {"config": said, "tensors": tensors(layer.to("cpu").state_dict(), "")}


def bits_and_bytes_8():
    layer = bitsandbytes.nn.Linear8bitLt(INPUTS, OUTPUTS, bias=False, has_fp16_weights=False)
    return {"config": {"quant_method": "bitsandbytes", "load_in_8bit": True}, "tensors": tensors(layer.to("cpu").state_dict(), "")}


def main():
    rows = [compressed(*row) for row in COMPRESSED] + [bits_and_bytes(False), bits_and_bytes(True), bits_and_bytes_8()]
    print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")


if __name__ == "__main__":
    main()
