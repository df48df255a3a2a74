// pathlib: paths as text. Nothing exists, and what would touch the file system is forbidden.
import type { Overlay } from '../../vm.ts'

export const pathlib: Overlay = {
  module: 'pathlib',
  reason: 'Path arithmetic without the file system behind it.',
  source: String.raw`
import os
from _sandbox import forbidden

def _parse(args):
    path = os.path.join(*[os.fspath(a) for a in args]) if args else ""
    root = "/" if path.startswith("/") else ""
    return root, [part for part in path.split("/") if part and part != "."]

class PurePath:
    def __init__(self, *args):
        self.root, self._names = _parse(args)

    def _make(self, root, names):
        made = type(self)()
        made.root, made._names = root, list(names)
        return made

    @property
    def parts(self):
        return tuple(([self.root] if self.root else []) + self._names)

    @property
    def drive(self):
        return ""

    @property
    def anchor(self):
        return self.root

    @property
    def name(self):
        return self._names[-1] if self._names else ""

    @property
    def suffix(self):
        dot = self.name.rfind(".")
        return self.name[dot:] if 0 < dot < len(self.name) - 1 else ""

    @property
    def suffixes(self):
        name = self.name
        return [] if name.endswith(".") else ["." + part for part in name.lstrip(".").split(".")[1:]]

    @property
    def stem(self):
        return self.name[: len(self.name) - len(self.suffix)]

    @property
    def parent(self):
        return self._make(self.root, self._names[:-1])

    @property
    def parents(self):
        return tuple(self._make(self.root, self._names[:n]) for n in reversed(range(len(self._names))))

    def joinpath(self, *args):
        return type(self)(self, *args)

    def __truediv__(self, key):
        return self.joinpath(key)

    def __rtruediv__(self, key):
        return type(self)(key, self)

    def with_name(self, name):
        if not self.name:
            raise ValueError(f"{self!r} has an empty name")
        return self._make(self.root, self._names[:-1] + [name])

    def with_stem(self, stem):
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix):
        return self.with_name(self.stem + suffix)

    def is_absolute(self):
        return bool(self.root)

    def relative_to(self, *other):
        base = type(self)(*other)
        n = len(base._names)
        if base.root != self.root or self._names[:n] != base._names:
            raise ValueError(f"{str(self)!r} is not in the subpath of {str(base)!r}")
        return self._make("", self._names[n:])

    def is_relative_to(self, *other):
        base = type(self)(*other)
        return base.root == self.root and self._names[: len(base._names)] == base._names

    def as_posix(self):
        return str(self)

    def __fspath__(self):
        return str(self)

    def __str__(self):
        return self.root + "/".join(self._names) or "."

    def __repr__(self):
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other):
        return str(self) == str(other) if isinstance(other, PurePath) else NotImplemented

    def __lt__(self, other):
        return self.parts < other.parts

    def __hash__(self):
        return hash(str(self))

class PurePosixPath(PurePath): ...

class Path(PurePath):
    def __new__(cls, *args, **kwargs):
        return super().__new__(PosixPath if cls is Path else cls)

    @classmethod
    def cwd(cls):
        return cls("/")

    @classmethod
    def home(cls):
        return cls("/home")

    def exists(self):
        return False

    is_file = is_dir = is_symlink = exists

    def absolute(self):
        return type(self)("/", self)

    def resolve(self, strict=False):
        return type(self)(os.path.abspath(str(self)))

    def expanduser(self):
        return type(self)(os.path.expanduser(str(self)))

for _name in (
    "open read_text read_bytes write_text write_bytes mkdir rmdir unlink rename replace touch iterdir glob rglob stat lstat "
    "chmod symlink_to hardlink_to readlink samefile owner group"
).split():
    setattr(Path, _name, forbidden(f"pathlib.Path.{_name}"))

class PosixPath(Path, PurePosixPath): ...
`,
}
