// Options of a command line: what holds them once they are parsed. There is no command line here, so nothing parses them.
import type { Overlay } from '../../vm.ts'

export const argparse: Overlay = {
  module: 'argparse',
  reason: 'Models are configured with namespaces; no command line is parsed where there is none.',
  source: String.raw`
SUPPRESS = "==SUPPRESS=="

class Namespace:
    def __init__(self, **kwargs):
        for name in kwargs:
            setattr(self, name, kwargs[name])

    def _get_kwargs(self):
        return list(self.__dict__.items())

    def _get_args(self):
        return []

    def __eq__(self, other):
        if not isinstance(other, Namespace):
            return NotImplemented
        return vars(self) == vars(other)

    def __contains__(self, key):
        return key in self.__dict__

    def __repr__(self):
        shown = [f"{name}={value!r}" for name, value in self._get_kwargs() if name.isidentifier()]
        others = {name: value for name, value in self._get_kwargs() if not name.isidentifier()}
        if others:
            shown.append(f"**{others!r}")
        return f"{type(self).__name__}({', '.join(shown)})"
`,
}
