// Accelerators of this machine, of which there are none, and the libraries behind the CPU.
import { noDevice, type Runtime } from './overlay.ts'

const deviceSource = `
def is_available():
    return False


def device_count():
    return 0


def is_initialized():
    return False


def empty_cache():
    pass


def synchronize(device=None):
    pass


def manual_seed(seed):
    pass


def manual_seed_all(seed):
    pass
`

const backends = `
class _Flags:
    def __init__(self, **flags):
        self.__dict__.update(flags)


class _Precision:
    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    fp32_precision = "none"
`

export const devicesModules: readonly Runtime[] = [
  {
    module: 'torch.cuda',
    reason: noDevice,
    source: `${deviceSource}

def _no_cuda():
    raise AssertionError("Torch not compiled with CUDA enabled")


def current_device():
    _no_cuda()


def get_device_capability(device=None):
    _no_cuda()


def get_device_name(device=None):
    _no_cuda()


def get_device_properties(device=None):
    _no_cuda()


def is_bf16_supported(including_emulation=True):
    return False


def is_current_stream_capturing():
    return False


def memory_allocated(device=None):
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    pass


class device:
    def __init__(self, device):
        pass

    def __enter__(self):
        pass

    def __exit__(self, type, value, traceback):
        return False


class device_of(device): ...


default_generators = ()
has_half = True
`,
    unsupported:
      'set_device stream current_stream default_stream mem_get_info graph make_graphed_callables is_tf32_supported get_rng_state set_rng_state ipc_collect',
    unsupportedClasses: 'Stream Event CUDAGraph BFloat16Tensor HalfTensor FloatTensor LongTensor IntTensor BoolTensor',
  },
  {
    module: 'torch.cuda.amp',
    reason: noDevice,
    source:
      'from torch.amp import custom_bwd, custom_fwd\nfrom torch.amp.autocast_mode import autocast as _autocast\n\n\ndef autocast(enabled=True, dtype=None, cache_enabled=True):\n    return _autocast("cuda", dtype, enabled, cache_enabled)\n',
    unsupportedClasses: 'GradScaler',
  },
  {
    module: 'torch.cuda.amp.autocast_mode',
    reason: noDevice,
    source: 'from torch.cuda.amp import autocast, custom_bwd, custom_fwd\n',
  },
  {
    module: 'torch.cuda.nvtx',
    reason: noDevice,
    source: 'def range_push(msg): pass\ndef range_pop(): pass\ndef mark(msg): pass\n',
  },
  { module: 'torch.cuda.random', reason: noDevice, unsupported: 'get_rng_state_all set_rng_state_all' },
  {
    module: 'torch.cpu',
    reason: noDevice,
    source: 'def is_available():\n    return True\n\n\ndef synchronize(device=None):\n    pass\n',
  },
  {
    module: 'torch.mps',
    reason: noDevice,
    source: deviceSource,
    unsupported: 'current_allocated_memory driver_allocated_memory',
  },
  {
    module: 'torch.xpu',
    reason: noDevice,
    source: `${deviceSource}\n\ndef is_bf16_supported():\n    return False\n\n\ndef is_current_stream_capturing():\n    return False\n`,
    unsupported:
      'set_device current_device memory_allocated memory_reserved max_memory_allocated reset_peak_memory_stats get_device_capability get_device_properties current_stream',
    unsupportedClasses: 'Stream',
  },
  { module: 'torch.mtia', reason: noDevice, source: deviceSource },
  {
    module: 'torch.accelerator',
    reason: noDevice,
    source: `
def is_available():
    return False


def device_count():
    return 0


def current_accelerator(check_available=False):
    return None


def synchronize(device=None):
    pass
`,
    unsupported:
      'current_device_index current_device_idx set_device_index set_device_idx current_stream set_stream memory_allocated empty_cache',
  },
  {
    module: 'torch.backends',
    reason: noDevice,
    source: `
from . import cuda, cudnn, mha, mkl, mkldnn, mps, openmp, opt_einsum, quantized
fp32_precision = "none"
`,
  },
  {
    module: 'torch.backends.cuda',
    reason: noDevice,
    source: `${backends}

from contextlib import contextmanager

matmul = _Precision()


def is_built():
    return False


def flash_sdp_enabled():
    return True


mem_efficient_sdp_enabled = math_sdp_enabled = cudnn_sdp_enabled = flash_sdp_enabled


def enable_flash_sdp(enabled):
    pass


enable_mem_efficient_sdp = enable_math_sdp = enable_cudnn_sdp = enable_flash_sdp


@contextmanager
def sdp_kernel(enable_flash=True, enable_math=True, enable_mem_efficient=True, enable_cudnn=True):
    yield {}
`,
    unsupported:
      'can_use_flash_attention can_use_efficient_attention can_use_cudnn_attention preferred_linalg_library preferred_blas_library',
    unsupportedClasses: 'SDPAParams',
  },
  {
    module: 'torch.backends.cudnn',
    reason: noDevice,
    source: `
from contextlib import contextmanager

enabled = True
benchmark = False
deterministic = False
allow_tf32 = True
benchmark_limit = 10


def is_available():
    return False


def is_acceptable(tensor):
    return False


def version():
    return None


@contextmanager
def flags(enabled=False, benchmark=False, benchmark_limit=10, deterministic=False, allow_tf32=True, fp32_precision="none"):
    yield
`,
  },
  {
    module: 'torch.backends.cudnn.rnn',
    reason: noDevice,
    source: 'def get_cudnn_mode(mode):\n    return {"RNN_RELU": 0, "RNN_TANH": 1, "LSTM": 2, "GRU": 3}[mode]\n',
  },
  {
    module: 'torch.backends.mps',
    reason: noDevice,
    source:
      'def is_available():\n    return False\n\n\ndef is_built():\n    return False\n\n\ndef is_macos_or_newer(major, minor):\n    return False\n',
  },
  {
    module: 'torch.backends.mha',
    reason: 'the fused path of attention layers is a kernel of its own',
    source: 'def get_fastpath_enabled():\n    return False\n\n\ndef set_fastpath_enabled(value):\n    pass\n',
  },
  { module: 'torch.backends.mkl', reason: noDevice, source: 'def is_available():\n    return True\n' },
  {
    module: 'torch.backends.mkldnn',
    reason: noDevice,
    source: 'enabled = True\n\n\ndef is_available():\n    return True\n',
  },
  { module: 'torch.backends.openmp', reason: noDevice, source: 'def is_available():\n    return True\n' },
  {
    module: 'torch.backends.opt_einsum',
    reason: 'operands are contracted from left to right',
    source: 'enabled = False\nstrategy = None\n\n\ndef is_available():\n    return False\n',
  },
  { module: 'torch.backends.quantized', reason: noDevice, source: 'engine = "x86"\nsupported_engines = ["x86"]\n' },
  {
    module: 'torch.version',
    reason: noDevice,
    source: '__version__ = "2.13.0"\ncuda = None\nhip = None\nxpu = None\ngit_version = "unknown"\ndebug = False\n',
  },
  {
    module: 'torch.random',
    reason: 'random numbers have no values',
    source: `
from contextlib import contextmanager


@contextmanager
def fork_rng(devices=None, enabled=True, device_type="cuda"):
    yield


def manual_seed(seed):
    return None


def seed():
    return 0


def initial_seed():
    return 0
`,
    unsupported: 'get_rng_state set_rng_state',
  },
]
