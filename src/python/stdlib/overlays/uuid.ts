// Identifiers: random numbers in CPython. What they are cannot be known, but only that they differ counts.
import type { Overlay } from '../../vm.ts'

export const uuid: Overlay = {
  module: 'uuid',
  reason: 'Identifiers are counted in place of drawn: each is another, and every run gives the same.',
  source: String.raw`
class UUID:
    def __init__(self, hex=None, *, int=None):
        if (hex is None) == (int is None):
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        if int is None:
            int = _int(hex.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", ""), 16)
        self.int = int

    @property
    def hex(self):
        return "%032x" % self.int

    def __str__(self):
        h = self.hex
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

    def __repr__(self):
        return f"UUID({str(self)!r})"

    def __int__(self):
        return self.int

    def __eq__(self, other):
        return self.int == other.int if isinstance(other, UUID) else NotImplemented

    def __lt__(self, other):
        return self.int < other.int if isinstance(other, UUID) else NotImplemented

    def __hash__(self):
        return hash(self.int)

_int = int
_made = []

def _next(version):
    _made.append(None)
    return UUID(int=(version << 76) | (8 << 60) | len(_made))

def uuid4():
    return _next(4)

def uuid1(node=None, clock_seq=None):
    return _next(1)
`,
}
