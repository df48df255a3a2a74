// Functions of torch that are made of others, in Python: after aten/src/ATen/native/{Sorting,TensorShape,LinearAlgebra,Integration}.cpp.
import type { PythonModules } from './index.ts'

/** The Python module they are defined in. */
export const compositesModule = 'lm_predictor_torch_composites'
/** Those that are methods as well. */
export const compositeNames = ['quantile', 'nanquantile', 'diagflat', 'msort', 'logdet', 'slogdet', 'dsplit'] as const
/** Those that are not. */
export const torchCompositeNames = ['trapezoid', 'trapz', 'cumulative_trapezoid'] as const

const source = `
import torch

_rounding = {"lower": "floor_", "higher": "ceil_", "nearest": "round_", "linear": None, "midpoint": None}


def _check_quantile(input, q, interpolation):
    if input.numel() == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.dim() > 1:
        raise RuntimeError(f"quantile() q must be a scalar or 1D tensor, but got dimension of q = {q.dim()}.")
    if input.dtype not in (torch.float32, torch.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if input.dtype != q.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if input.device != q.device:
        raise RuntimeError("quantile() q tensor must be on the same device as the input tensor")
    if interpolation not in _rounding:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    if input.device.type == "cpu" and not q.ge(0).logical_and_(q.le(1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")


def _quantile(input, q, dim, keepdim, interpolation, ignore_nan):
    if not isinstance(q, torch.Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q}")
        q = torch.scalar_tensor(q, dtype=input.dtype, device=input.device)
    _check_quantile(input, q, interpolation)
    shape = [1] * input.dim() if keepdim else []
    if dim is None:
        ordered = input.flatten().sort().values
    else:
        dim = range(max(input.dim(), 1))[dim]
        if input.dim() > 0:
            shape = list(input.shape)
            shape[dim : dim + 1] = [1] if keepdim else []
        last = dim == input.dim() - 1
        ordered = input.sort().values if last else input.unsqueeze(-1).transpose(dim, -1).sort().values
    ordered = ordered.view(*shape, ordered.size(-1))
    size = ordered.size(-1)
    if size > 16000000:
        raise RuntimeError("quantile() input tensor is too large")
    if ignore_nan:
        ranks = q * (ordered.isnan().logical_not_().sum(-1, keepdim=True) - 1)
        ranks.masked_fill_(ranks < 0, 0)
    else:
        scaled, has_nan = torch.broadcast_tensors(q * (size - 1), ordered.isnan().any(-1, keepdim=True))
        ranks = scaled.masked_fill(has_nan, size - 1)
    if _rounding[interpolation] is not None:
        getattr(ranks, _rounding[interpolation])()
    below = ranks.to(torch.long)
    values = ordered.gather(-1, below)
    if interpolation in ("linear", "midpoint"):
        weights = torch.full_like(ranks, 0.5) if interpolation == "midpoint" else ranks - below
        values.lerp_(ordered.gather(-1, ranks.ceil_().to(torch.long)), weights)
    return values.squeeze_(-1) if q.dim() == 0 else values.unsqueeze_(0).transpose_(0, -1).squeeze_(-1)


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    return _quantile(input, q, dim, keepdim, interpolation, False)


def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    return _quantile(input, q, dim, keepdim, interpolation, True)


def diagflat(input, offset=0):
    return input.contiguous().view(-1).diag_embed(offset)


def msort(input):
    return input.sort(0).values


def slogdet(input):
    return torch.linalg.slogdet(input)


def logdet(input):
    sign, logabsdet = torch.linalg.slogdet(input)
    nan = torch.scalar_tensor(float("nan"), dtype=input.dtype, device=input.device)
    return torch.where(sign == -1, nan, logabsdet)


def dsplit(input, indices_or_sections):
    if input.dim() < 3:
        raise RuntimeError(
            f"torch.dsplit requires a tensor with at least 3 dimension, but got a tensor with {input.dim()} dimensions!"
        )
    return input.tensor_split(indices_or_sections, 2)


def _widths(name, y, x, dim):
    if y.dtype == torch.bool or x.dtype == torch.bool:
        raise RuntimeError(f"{name}: received a bool input for \`x\` or \`y\`, but bool is not supported")
    if x.dim() == 1:
        if x.size(0) != y.size(dim):
            raise RuntimeError(f"{name}: There must be one \`x\` value for each sample point")
        shape = [1] * y.dim()
        shape[dim] = x.size(0)
        x = x.view(shape)
    elif x.dim() < y.dim():
        x = x.view([1] * (y.dim() - x.dim()) + list(x.shape))
    before, after = x.narrow(dim, 0, x.size(dim) - 1), x.narrow(dim, 1, x.size(dim) - 1)
    return after - before


def _neighbours(y, dim):
    size = max(y.size(dim) - 1, 0)
    return y.narrow(dim, 0, size) + y.narrow(dim, y.size(dim) - size, size)


def _check_samples(name, y):
    if y.dtype == torch.bool:
        raise RuntimeError(f"{name}: received a bool input for \`y\`, but bool is not supported")


def trapezoid(y, x=None, *, dx=1, dim=-1):
    if y.size(dim) == 0:
        shape = list(y.shape)
        del shape[dim]
        return torch.zeros(shape, dtype=y.dtype, device=y.device)
    if x is not None:
        widths = _widths("trapezoid", y, x, dim)
        return (_neighbours(y, dim) * widths).sum(dim) / 2.0
    _check_samples("trapezoid", y)
    ends = (y.select(dim, 0) + y.select(dim, -1)) * 0.5
    return (y.sum(dim) - ends) * dx


trapz = trapezoid


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    if x is not None:
        widths = _widths("cumulative_trapezoid", y, x, dim)
        return (_neighbours(y, dim) * widths).cumsum(dim) / 2.0
    _check_samples("cumulative_trapezoid", y)
    return (_neighbours(y, dim) * (dx / 2.0)).cumsum(dim)
`

export const composites: PythonModules = { [compositesModule]: source }
