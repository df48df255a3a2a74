// Functions of torch.nn.functional that are made of others, in Python as PyTorch has them; the host module
// torch.nn.functional offers them beside its own.

import { lossParts } from './losses.ts'

/** The Python module they are defined in. */
export const functionalModule = 'lm_predictor_torch_functional'

export const functionalParts = `
import math

import torch
from torch import _lm_predictor as _host
from torch._C import _nn
import torch.nn.functional as F


def softsign(input):
    return input / (input.abs() + 1)


def tanhshrink(input):
    return input - input.tanh()


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return F.softmax(-input, dim, _stacklevel, dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    gumbels = -torch.empty_like(logits, memory_format=torch.contiguous_format).exponential_().log()
    y_soft = ((logits + gumbels) / tau).softmax(dim)
    if not hard:
        return y_soft
    index = y_soft.max(dim, keepdim=True)[1]
    y_hard = torch.zeros_like(logits, memory_format=torch.contiguous_format).scatter_(dim, index, 1.0)
    return y_hard - y_soft.detach() + y_soft


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    denom = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / denom


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    dim = input.dim()
    if dim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {dim} dimensions)")
    if input.numel() == 0:
        return input
    div = input.mul(input)
    if dim == 3:
        div = F.pad(div.unsqueeze(1), (0, 0, size // 2, (size - 1) // 2))
        div = F.avg_pool2d(div, (size, 1), stride=1).squeeze(1)
    else:
        sizes = input.size()
        div = div.view(sizes[0], 1, sizes[1], sizes[2], -1)
        div = F.pad(div, (0, 0, 0, 0, size // 2, (size - 1) // 2))
        div = F.avg_pool3d(div, (size, 1, 1), stride=1).squeeze(1).view(sizes)
    return input / div.mul(alpha).add(k).pow(beta)


def _lp_pool(pool, input, norm_type, kernel_size, stride, ceil_mode, count):
    out = pool(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (torch.sign(out) * F.relu(torch.abs(out))).mul(count).pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(F.avg_pool1d, input, norm_type, kernel_size, stride, ceil_mode, kernel_size)


def _count(kernel_size, dims):
    return kernel_size ** dims if isinstance(kernel_size, int) else math.prod(kernel_size)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(F.avg_pool2d, input, norm_type, kernel_size, stride, ceil_mode, _count(kernel_size, 2))


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(F.avg_pool3d, input, norm_type, kernel_size, stride, ceil_mode, _count(kernel_size, 3))


# --- multi-head attention

def _none_or_dtype(input):
    if input is None:
        return None
    if isinstance(input, torch.Tensor):
        return input.dtype
    raise RuntimeError("input to _none_or_dtype() must be None or torch.Tensor")


def _canonical_mask(mask, mask_name, other_type, other_name, target_type, check_other=True):
    """A boolean mask becomes one of zeros and minus infinity; others stay."""
    if mask is None:
        return None
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros_like(mask, dtype=target_type).masked_fill_(mask, float("-inf"))


def _split_projection(projected, count):
    """[..., count * E] as count tensors in one block of memory."""
    size = projected.size(-1) // count
    return projected.unflatten(-1, (count, size)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()


def _packed_projection(q, k, v, w, b):
    size = q.size(-1)
    if k is not v:
        biases = (None, None, None) if b is None else b.chunk(3)
        return tuple(F.linear(x, weight, bias) for x, weight, bias in zip((q, k, v), w.chunk(3), biases))
    if q is k:
        all_three = _split_projection(F.linear(q, w, b), 3)
        return all_three[0], all_three[1], all_three[2]
    w_q, w_kv = w.split([size, size * 2])
    b_q, b_kv = (None, None) if b is None else b.split([size, size * 2])
    query = F.linear(q, w_q, b_q)
    both = _split_projection(F.linear(k, w_kv, b_kv), 2)
    return query, both[0], both[1]


def _check_attention_shapes(query, key, value, key_padding_mask, attn_mask, num_heads):
    rank = query.dim()
    if rank not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor")
    if key.dim() != rank or value.dim() != rank:
        raise AssertionError(f"For {rank}-D \`query\`, expected \`key\` and \`value\` to be {rank}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively")
    if key_padding_mask is not None and key_padding_mask.dim() != rank - 1:
        raise AssertionError(f"For {rank}-D \`query\`, expected \`key_padding_mask\` to be \`None\` or {rank - 1}-D")
    if attn_mask is not None and attn_mask.dim() not in (2, 3):
        raise AssertionError(f"expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found {attn_mask.dim()}-D tensor instead")
    return rank == 3


def _merge_masks(attn_mask, key_padding_mask, bsz, num_heads, tgt_len, src_len):
    if attn_mask is not None:
        expected = (tgt_len, src_len) if attn_mask.dim() == 2 else (bsz * num_heads, tgt_len, src_len)
        if attn_mask.shape != expected:
            raise RuntimeError(f"The shape of the {attn_mask.dim()}D attn_mask is {attn_mask.shape}, but should be {expected}.")
        if attn_mask.dim() == 2:
            attn_mask = attn_mask.unsqueeze(0)
    return attn_mask


def _extend_keys(k, v, bias_k, bias_v, masks, bsz):
    k = torch.cat([k, bias_k.repeat(1, bsz, 1)])
    v = torch.cat([v, bias_v.repeat(1, bsz, 1)])
    return k, v, [None if mask is None else F.pad(mask, (0, 1)) for mask in masks]


def _append_zeros(k, v, masks):
    shape = (k.size(0), 1, k.size(2))
    k = torch.cat([k, torch.zeros(shape, dtype=k.dtype, device=k.device)], dim=1)
    v = torch.cat([v, torch.zeros(shape, dtype=v.dtype, device=v.device)], dim=1)
    return k, v, [None if mask is None else F.pad(mask, (0, 1)) for mask in masks]


def _attention_with_weights(q, k, v, attn_mask, dropout_p):
    scaled = q * math.sqrt(1.0 / float(q.size(-1)))
    if attn_mask is not None:
        weights = torch.baddbmm(attn_mask, scaled, k.transpose(-2, -1))
    else:
        weights = torch.bmm(scaled, k.transpose(-2, -1))
    weights = F.softmax(weights, dim=-1)
    if dropout_p > 0.0:
        weights = F.dropout(weights, p=dropout_p)
    return torch.bmm(weights, v), weights


def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
                                 dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True,
                                 attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None,
                                 static_k=None, static_v=None, average_attn_weights=True, is_causal=False):
    is_batched = _check_attention_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not is_batched:
        query = query.unsqueeze(1)
        key = key.unsqueeze(1)
        value = value.unsqueeze(1)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    tgt_len, bsz, embed_dim = query.shape
    src_len = key.shape[0]
    key_padding_mask = _canonical_mask(key_padding_mask, "key_padding_mask", _none_or_dtype(attn_mask), "attn_mask", query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _canonical_mask(attn_mask, "attn_mask", None, "", query.dtype, check_other=False)
        is_causal = is_causal and key_padding_mask is None
    if embed_dim != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed_dim}")
    head_dim = embed_dim // num_heads
    if head_dim * num_heads != embed_dim:
        raise AssertionError(f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
        q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases))
    else:
        q, k, v = _packed_projection(query, key, value, in_proj_weight, in_proj_bias)
    attn_mask = _merge_masks(attn_mask, key_padding_mask, bsz, num_heads, tgt_len, src_len)
    masks = [attn_mask, key_padding_mask]
    if bias_k is not None and bias_v is not None:
        k, v, masks = _extend_keys(k, v, bias_k, bias_v, masks, bsz)
    q = q.view(tgt_len, bsz * num_heads, head_dim).transpose(0, 1)
    k = k.view(k.shape[0], bsz * num_heads, head_dim).transpose(0, 1) if static_k is None else static_k
    v = v.view(v.shape[0], bsz * num_heads, head_dim).transpose(0, 1) if static_v is None else static_v
    if add_zero_attn:
        k, v, masks = _append_zeros(k, v, masks)
    src_len = k.size(1)
    attn_mask, key_padding_mask = masks
    if key_padding_mask is not None:
        key_padding_mask = key_padding_mask.view(bsz, 1, 1, src_len).expand(-1, num_heads, -1, -1).reshape(bsz * num_heads, 1, src_len)
        attn_mask = key_padding_mask if attn_mask is None else attn_mask + key_padding_mask
    if not training:
        dropout_p = 0.0
    if need_weights:
        attn_output, weights = _attention_with_weights(q, k, v, attn_mask, dropout_p)
        attn_output = F.linear(attn_output.transpose(0, 1).reshape(tgt_len * bsz, embed_dim), out_proj_weight, out_proj_bias)
        attn_output = attn_output.view(tgt_len, bsz, attn_output.size(1))
        weights = weights.view(bsz, num_heads, tgt_len, src_len)
        if average_attn_weights:
            weights = weights.mean(dim=1)
        return (attn_output, weights) if is_batched else (attn_output.squeeze(1), weights.squeeze(0))
    if attn_mask is not None:
        attn_mask = attn_mask.unsqueeze(0) if attn_mask.size(0) == 1 and attn_mask.dim() == 3 else attn_mask.view(bsz, num_heads, -1, src_len)
    q, k, v = (x.view(bsz, num_heads, x.size(1), head_dim) for x in (q, k, v))
    attn_output = F.scaled_dot_product_attention(q, k, v, attn_mask, dropout_p, is_causal)
    attn_output = attn_output.permute(2, 0, 1, 3).reshape(bsz * tgt_len, embed_dim)
    attn_output = F.linear(attn_output, out_proj_weight, out_proj_bias)
    attn_output = attn_output.view(tgt_len, bsz, attn_output.size(1))
    return attn_output if is_batched else attn_output.squeeze(1), None



# --- torch.fft, besides transforms

def fftshift(input, dim=None):
    dims = tuple(range(input.dim())) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    return torch.roll(input, [input.size(d) // 2 for d in dims], dims)


def ifftshift(input, dim=None):
    dims = tuple(range(input.dim())) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    return torch.roll(input, [(input.size(d) + 1) // 2 for d in dims], dims)

${lossParts}`
