// Functions of torch that are made of others, in Python: after aten/src/ATen/native/{Sorting,TensorShape,LinearAlgebra,
// Integration,SpectralOps}.cpp, and torch/functional.py.
import type { PythonModules } from './index.ts'

/** The Python module they are defined in. */
export const compositesModule = 'lm_predictor_torch_composites'
/** Those that are methods as well. */
export const compositeNames = [
  'quantile',
  'nanquantile',
  'diagflat',
  'msort',
  'logdet',
  'slogdet',
  'dsplit',
  'stft',
  'istft',
] as const
/** Those that are not. */
export const torchCompositeNames = ['trapezoid', 'trapz', 'cumulative_trapezoid'] as const

const source = `
import torch
from torch import _lm_predictor as _host

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


def _centered(input, n_fft, pad_mode):
    padded = torch.nn.functional.pad(input.view([1] * (3 - input.dim()) + list(input.shape)), [n_fft // 2, n_fft // 2], pad_mode)
    return padded.view(padded.shape[-input.dim() :])


def _check_frames(name, n_fft, hop_length, win_length, window):
    if hop_length <= 0:
        raise RuntimeError(f"{name}: expected hop_length > 0, but got hop_length={hop_length}")
    if win_length <= 0 or win_length > n_fft:
        raise RuntimeError(f"{name}: expected 0 < win_length <= n_fft, but got win_length={win_length}")
    if window is not None and (window.dim() != 1 or window.size(0) != win_length):
        raise RuntimeError(
            f"{name}: expected a 1D window tensor of size equal to win_length={win_length}, but got window with size {list(window.shape)}"
        )


def stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect",
         normalized=False, onesided=None, return_complex=None, align_to_window=None):
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    signal = _centered(input, n_fft, pad_mode) if center else input
    is_complex = input.is_complex() or (window is not None and window.is_complex())
    if return_complex is None and not is_complex:
        raise RuntimeError("stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True in a future PyTorch release.")
    if align_to_window is not None:
        _host.stop("torch.stft with align_to_window")
    if input.dim() not in (1, 2):
        raise RuntimeError("stft: expected a 1D or 2D tensor")
    if input.dim() == 1:
        signal = signal.unsqueeze(0)
    length = signal.size(1)
    if n_fft <= 0 or n_fft > length:
        raise RuntimeError(f"stft: expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    _check_frames("stft", n_fft, hop_length, win_length, window)
    if win_length < n_fft:
        left = (n_fft - win_length) // 2
        like = input if window is None else window
        whole = torch.zeros(n_fft, dtype=like.dtype, device=like.device)
        middle = whole.narrow(0, left, win_length)
        middle.fill_(1) if window is None else middle.copy_(window)
        window = whole
    frames = 1 + (length - n_fft) // hop_length
    steps = (signal.stride(0), hop_length * signal.stride(1), signal.stride(1))
    signal = signal.as_strided((signal.size(0), frames, n_fft), steps)
    if window is not None:
        signal = signal.mul(window)
    norm = "ortho" if normalized else "backward"
    if signal.is_complex():
        if onesided:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        out = torch.fft.fft(signal, norm=norm)
    else:
        out = torch.fft.fft(signal, norm=norm) if onesided is False else torch.fft.rfft(signal, norm=norm)
    out.transpose_(1, 2)
    if input.dim() == 1:
        out.squeeze_(0)
    return torch.view_as_real(out) if return_complex is False else out


def istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False,
          onesided=None, length=None, return_complex=False):
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    if not input.is_complex():
        raise RuntimeError("istft requires a complex-valued input tensor matching the output from stft with return_complex=True.")
    if input.dim() not in (2, 3):
        raise RuntimeError(f"istft: expected a tensor with 3 or 4 dimensions, but got {input.dim() + 1}")
    rows, frames = input.size(-2), input.size(-1)
    whole = n_fft + hop_length * (frames - 1)
    onesided = rows != n_fft if onesided is None else onesided
    if rows != (n_fft // 2 + 1 if onesided else n_fft):
        raise RuntimeError(f"istft: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when onesided={onesided}, but got {rows}")
    _check_frames("istft", n_fft, hop_length, win_length, window)
    real = torch.view_as_real(input)
    if window is None:
        window = torch.ones(win_length, dtype=real.dtype, device=real.device)
    if win_length != n_fft:
        left = (n_fft - win_length) // 2
        window = torch.constant_pad_nd(window, (left, n_fft - win_length - left), 0)
    signal = torch.view_as_complex((real.unsqueeze(0) if input.dim() == 2 else real).transpose(1, 2))
    norm = "ortho" if normalized else "backward"
    if return_complex:
        signal = torch.fft.ifft(signal, norm=norm)
    else:
        if window.is_complex():
            raise RuntimeError("Complex windows are incompatible with return_complex=False")
        signal = torch.fft.irfft(signal if onesided else signal[..., : n_fft // 2 + 1], n_fft, norm=norm)
    signal = signal * window.view(1, 1, n_fft)
    y = _host.unfold_backward(signal, (signal.size(0), whole), 1, n_fft, hop_length)
    envelope = _host.unfold_backward(window.pow(2).expand(1, frames, n_fft), (1, whole), 1, n_fft, hop_length)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else (-(n_fft // 2) if center else whole)
    y, envelope = y[:, start:end], envelope[:, start:end]
    _host.compare_with_true(envelope.abs().min().lt(1e-11))
    y = y / envelope
    if input.dim() == 2:
        y = y.squeeze(0)
    return torch.constant_pad_nd(y, (0, end - whole), 0) if end > whole else y
`

export const composites: PythonModules = { [compositesModule]: source }
