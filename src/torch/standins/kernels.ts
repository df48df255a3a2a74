// The package `kernels`, which fetches compiled kernels from the hub: what it fetches is no source, so every function of it is
// one that has to be described.
import type { Overlay } from '../../python/vm.ts'

export const kernelsModules: readonly Overlay[] = [
  {
    module: 'kernels',
    reason:
      'compiled kernels are described, not fetched; libraries that ask for more of the package find it too old and do without it',
    source: `from torch import _lm_predictor as _host


class _Fetched:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _host.described(self._name + "." + name)


def get_kernel(repo_id, *args, **options):
    return _Fetched("kernels.get_kernel." + repo_id.replace("-", "_").replace("/", "."))


def __getattr__(name):
    raise AttributeError(name)
`,
  },
]
