"""Writes src/torch/namespace/names.ts: the public functions of PyTorch's main namespaces.

usage: python scripts/record_names.py     needs torch 2.13
"""
import os
import textwrap
import types

import torch
import torch.nn.functional

SPACES = {
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.nn.functional": torch.nn.functional,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
}
# Private functions that model code calls.
PRIVATE = {
    "torch": (
        "_assert _cast_Byte _cast_Char _cast_Double _cast_Float _cast_Half _cast_Int _cast_Long _cast_Short _check _check_index "
        "_check_is_size _check_not_implemented _check_tensor_all _check_tensor_all_with _check_type _check_value _check_with _convolution "
        "_foreach_add _foreach_mul _fused_rms_norm _grouped_mm _int_mm _is_all_true _log_softmax _log_softmax_backward_data "
        "_native_multi_head_attention _scaled_grouped_mm _scaled_mm _softmax _softmax_backward_data _transformer_encoder_layer_fwd "
        "_unique _unique2 _weight_int4pack_mm _weight_int8pack_mm _weight_norm _weight_norm_interface"
    ).split(),
}


def functions(space, name):
    public = [
        n for n in dir(space)
        if not n.startswith("_")
        and callable(getattr(space, n))
        and not isinstance(getattr(space, n), (type, types.ModuleType))
    ]
    return sorted(public + PRIVATE.get(name, []))


def main():
    lines = [
        "// The public functions of PyTorch 2.13's main namespaces, written by scripts/record_names.py. A name that is listed here and",
        "// that nothing here implements can be read and imported; calling it ends the analysis.",
        "",
        "function words(text: string): ReadonlySet<string> {",
        "  return new Set(text.trim().split(/\\s+/))",
        "}",
        "",
        "export const knownFunctions = {",
    ]
    for name, space in SPACES.items():
        text = textwrap.fill(" ".join(functions(space, name)), 114, initial_indent="    ", subsequent_indent="    ")
        lines += [f"  '{name}': words(`", text, "  `),"]
    lines += ["} as const", ""]
    path = os.path.join(os.path.dirname(__file__), "..", "src", "torch", "namespace", "names.ts")
    with open(path, "w") as out:
        out.write("\n".join(lines))


if __name__ == "__main__":
    main()
