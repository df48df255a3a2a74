// `torch.vmap` (torch/_functorch): the walk over arguments and results; batching.ts does the rest.
export const vmapSource = `
import functools
from torch import Tensor
from torch._lm_predictor import add_batch_dim, remove_batch_dim, stop

_depth = [0]


def _is_container(tree):
    return type(tree) in (tuple, list, dict) or isinstance(tree, tuple) and hasattr(tree, "_fields")


def _zipped(function, trees, prefix):
    """Applies function to the leaves of trees and to what prefix has for them."""
    if not _is_container(trees):
        return function(trees, prefix)
    if isinstance(trees, dict):
        return {k: _zipped(function, v, prefix[k] if isinstance(prefix, dict) else prefix) for k, v in trees.items()}
    if isinstance(prefix, (tuple, list)):
        if len(prefix) != len(trees):
            raise ValueError(f"vmap: {prefix} is not compatible with the structure of {type(trees).__name__}s of {len(trees)}")
        parts = [_zipped(function, t, d) for t, d in zip(trees, prefix)]
    else:
        parts = [_zipped(function, t, prefix) for t in trees]
    return type(trees)(*parts) if hasattr(trees, "_fields") else type(trees)(parts)


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    name = getattr(func, "__name__", repr(func))
    if chunk_size is not None:
        stop("torch.vmap with chunk_size")
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}"
        )

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        if not isinstance(in_dims, (int, tuple)):
            raise ValueError(
                f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected in_dims to be int or a (potentially nested) "
                f"tuple matching the structure of inputs, got: {type(in_dims)}."
            )
        if len(args) == 0:
            raise ValueError(
                f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over "
                f"a function with no inputs. The latter is unsupported."
            )
        sizes = []

        def measure(arg, dim):
            if dim is None:
                return
            where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
            if not isinstance(arg, Tensor):
                raise ValueError(f"{where}Got in_dim={dim} for an input but the input is of type {type(arg)}.")
            if not -arg.dim() <= dim < arg.dim():
                raise ValueError(f"{where}Got in_dim={dim} for some input of dimensionality {arg.dim()}")
            sizes.append(arg.size(dim))

        _zipped(measure, args, in_dims)
        if len(sizes) == 0:
            raise ValueError("vmap: Expected at least one Tensor to vmap over")
        if any(size != sizes[0] for size in sizes):
            raise ValueError(
                f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
                f"mapped dimension"
            )
        _depth[0] += 1
        level = _depth[0]

        def enter(arg, dim):
            return arg if dim is None else add_batch_dim(arg, dim % arg.dim(), level)

        def leave(out, dim):
            if dim is None:
                return out
            if not isinstance(out, Tensor):
                raise ValueError(
                    f"vmap({name}, ...): \`{name}\` must only return Tensors, got type {type(out)}. "
                    "Did you mean to set out_dims= to None for output?"
                )
            return remove_batch_dim(out, level, sizes[0], dim)

        try:
            result = func(*_zipped(enter, args, in_dims), **kwargs)
            return _zipped(leave, result, out_dims)
        finally:
            _depth[0] -= 1

    return wrapped
`
