// Triton: what launchers of kernels use of it. A kernel's body is a program for the accelerator and is never run; launching
// it is a call of its name.
import type { Overlay } from '../../python/vm.ts'

const reason = 'kernels are programs for the accelerator; what they do is described, not run'

export const tritonModules: readonly Overlay[] = [
  {
    module: 'triton',
    reason,
    source: `from torch import _lm_predictor as _host


__version__ = "3.9.0"


class JITFunction:
    def __init__(self, fn):
        self.fn = fn
        self.__name__ = fn.__name__
        self.__qualname__ = fn.__qualname__
        self.__module__ = fn.__module__

    def __getitem__(self, grid):
        return _host.described(self.__module__ + "." + self.__qualname__)[grid]

    def run(self, *args, grid, **kwargs):
        return self[grid](*args, **kwargs)

    def __call__(self, *args, **kwargs):
        raise RuntimeError("Cannot call @triton.jit'd outside of the scope of a kernel")


def jit(fn=None, **options):
    return JITFunction if fn is None else JITFunction(fn)


class Autotuner:
    def __init__(self, fn, configs):
        self.fn = fn
        self.configs = configs

    def __getitem__(self, grid):
        return self.fn[grid]

    def run(self, *args, grid, **kwargs):
        return self.fn[grid](*args, **kwargs)


def autotune(configs, key, **options):
    return lambda fn: Autotuner(fn, configs)


def heuristics(values):
    return lambda fn: fn


class Config:
    def __init__(self, kwargs, num_warps=4, num_stages=3, **options):
        self.kwargs = kwargs
        self.num_warps = num_warps
        self.num_stages = num_stages


def cdiv(x, y):
    return (x + y - 1) // y


def next_power_of_2(n):
    return 1 << (n - 1).bit_length()
`,
  },
  {
    module: 'triton.language',
    reason,
    source: `from torch import _lm_predictor as _host


class constexpr:
    def __init__(self, value):
        self.value = value


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _host.unsupported("triton.language." + name)
`,
  },
]
