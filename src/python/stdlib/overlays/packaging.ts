// packaging.version: versions as PEP 440 orders them; and distutils.version's looser ones.
import type { Overlay } from '../../vm.ts'

const version: Overlay = {
  module: 'packaging.version',
  reason: 'Version checks decide branches; the library is not among the sources that a user gives.',
  source: String.raw`
import re

_pattern = re.compile(
    r"""\s*v?
    (?:(?P<epoch>[0-9]+)!)?
    (?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[-_.]?(?P<pre_l>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>[0-9]+)?)?
    (?P<post>-(?P<post_n1>[0-9]+)|[-_.]?(?P<post_l>post|rev|r)[-_.]?(?P<post_n2>[0-9]+)?)?
    (?P<dev>[-_.]?(?P<dev_l>dev)[-_.]?(?P<dev_n>[0-9]+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_letters = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}

class InvalidVersion(ValueError): ...

class Version:
    def __init__(self, version):
        match = _pattern.fullmatch(version)
        if match is None:
            raise InvalidVersion(f"Invalid version: {version!r}")
        g = match.groupdict()
        self.epoch = int(g["epoch"] or 0)
        self.release = tuple(int(n) for n in g["release"].split("."))
        letter = (g["pre_l"] or "").lower()
        self.pre = (_letters.get(letter, letter), int(g["pre_n"] or 0)) if letter else None
        self.post = int(g["post_n1"] or g["post_n2"] or 0) if g["post"] else None
        self.dev = int(g["dev_n"] or 0) if g["dev"] else None
        self.local = re.sub("[-_]", ".", g["local"].lower()) if g["local"] else None
        self._key = self._order()

    def _order(self):
        release = list(self.release)
        while len(release) > 1 and release[-1] == 0:
            release.pop()
        if self.pre is None and self.post is None and self.dev is not None:
            pre = (0,)
        else:
            pre = (2,) if self.pre is None else (1, *self.pre)
        post = (0,) if self.post is None else (1, self.post)
        dev = (1,) if self.dev is None else (0, self.dev)
        parts = self.local.split(".") if self.local else []
        local = (0,) if self.local is None else (1, tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts))
        return self.epoch, tuple(release), pre, post, dev, local

    @property
    def major(self):
        return self.release[0]

    @property
    def minor(self):
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def micro(self):
        return self.release[2] if len(self.release) > 2 else 0

    @property
    def is_prerelease(self):
        return self.dev is not None or self.pre is not None

    @property
    def is_postrelease(self):
        return self.post is not None

    @property
    def is_devrelease(self):
        return self.dev is not None

    @property
    def base_version(self):
        epoch = f"{self.epoch}!" if self.epoch else ""
        return epoch + ".".join(map(str, self.release))

    @property
    def public(self):
        return str(self).split("+", 1)[0]

    def __str__(self):
        text = self.base_version
        if self.pre is not None:
            text += "".join(map(str, self.pre))
        if self.post is not None:
            text += f".post{self.post}"
        if self.dev is not None:
            text += f".dev{self.dev}"
        return text if self.local is None else f"{text}+{self.local}"

    def __repr__(self):
        return f"<Version('{self}')>"

    def __hash__(self):
        return hash(self._key)

    def __eq__(self, other):
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other):
        return self._key < other._key if isinstance(other, Version) else NotImplemented

    def __le__(self, other):
        return self._key <= other._key if isinstance(other, Version) else NotImplemented

    def __gt__(self, other):
        return self._key > other._key if isinstance(other, Version) else NotImplemented

    def __ge__(self, other):
        return self._key >= other._key if isinstance(other, Version) else NotImplemented

def parse(version):
    return Version(version)
`,
}

const specifiers: Overlay = {
  module: 'packaging.specifiers',
  reason: 'Version checks decide branches; the library is not among the sources that a user gives.',
  source: String.raw`
import re
from packaging.version import Version

class InvalidSpecifier(ValueError):
    pass

_pattern = re.compile(r"\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,;()]+)\s*")

def _starts_with(version, prefix):
    wanted = Version(prefix)
    padded = version.release + (0,) * (len(wanted.release) - len(version.release))
    return version.epoch == wanted.epoch and padded[: len(wanted.release)] == wanted.release

def _equal(version, spec):
    if spec.endswith(".*"):
        return _starts_with(version, spec[:-2])
    wanted = Version(spec)
    return (version if wanted.local else Version(version.public)) == wanted

def _compatible(version, spec):
    wanted = Version(spec)
    head = f"{wanted.epoch}!" + ".".join(map(str, wanted.release[:-1]))
    return Version(version.public) >= wanted and _starts_with(version, head)

def _same_base(a, b):
    return Version(a.base_version) == Version(b.base_version)

def _below(version, spec):
    wanted = Version(spec)
    early = version.is_prerelease and not wanted.is_prerelease and _same_base(version, wanted)
    return version < wanted and not early

def _above(version, spec):
    wanted = Version(spec)
    same = _same_base(version, wanted)
    late = version.is_postrelease and not wanted.is_postrelease and same
    return version > wanted and not late and not (version.local is not None and same)

_holds = {
    "~=": _compatible,
    "==": _equal,
    "!=": lambda version, spec: not _equal(version, spec),
    "<=": lambda version, spec: Version(version.public) <= Version(spec),
    ">=": lambda version, spec: Version(version.public) >= Version(spec),
    "<": _below,
    ">": _above,
    "===": lambda version, spec: str(version).lower() == spec.lower(),
}

class Specifier:
    def __init__(self, spec="", prereleases=None):
        match = _pattern.fullmatch(spec)
        if match is None:
            raise InvalidSpecifier(f"Invalid specifier: {spec!r}")
        self.operator, self.version = match.groups()
        self._prereleases = prereleases

    @property
    def prereleases(self):
        if self._prereleases is not None:
            return self._prereleases
        if self.operator == "!=" or self.version.endswith(".*"):
            return False
        return Version(self.version).is_prerelease

    def contains(self, item, prereleases=None):
        version = item if isinstance(item, Version) else Version(item)
        allowed = self.prereleases if prereleases is None else prereleases
        return (allowed or not version.is_prerelease) and _holds[self.operator](version, self.version)

    def __contains__(self, item):
        return self.contains(item)

    def __str__(self):
        return self.operator + self.version

    def __repr__(self):
        return f"<Specifier({str(self)!r})>"

    def __hash__(self):
        return hash(str(self))

    def __eq__(self, other):
        return str(self) == str(other) if isinstance(other, (str, Specifier)) else NotImplemented

class SpecifierSet:
    def __init__(self, specifiers="", prereleases=None):
        if isinstance(specifiers, str):
            specifiers = [Specifier(s) for s in specifiers.split(",") if s.strip()]
        self._specs = tuple(dict.fromkeys(specifiers))
        self._prereleases = prereleases

    @property
    def prereleases(self):
        if self._prereleases is not None:
            return self._prereleases
        return any(s.prereleases for s in self._specs) if self._specs else None

    def contains(self, item, prereleases=None):
        version = item if isinstance(item, Version) else Version(item)
        allowed = self.prereleases if prereleases is None else prereleases
        if version.is_prerelease and not allowed:
            return False
        return all(s.contains(version, prereleases=True) for s in self._specs)

    def __contains__(self, item):
        return self.contains(item)

    def __iter__(self):
        return iter(self._specs)

    def __len__(self):
        return len(self._specs)

    def __str__(self):
        return ",".join(sorted(map(str, self._specs)))

    def __repr__(self):
        return f"<SpecifierSet({str(self)!r})>"

    def __hash__(self):
        return hash(frozenset(self._specs))

    def __eq__(self, other):
        return set(self._specs) == set(other._specs) if isinstance(other, SpecifierSet) else NotImplemented
`,
}

const requirements: Overlay = {
  module: 'packaging.requirements',
  reason: 'What is asked of versions decides branches; the library is not among the sources that a user gives.',
  source: String.raw`
import re
from packaging.specifiers import InvalidSpecifier, SpecifierSet

class InvalidRequirement(ValueError):
    pass

_pattern = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(\(.*\)|[^;@]*)")

class Requirement:
    def __init__(self, requirement_string):
        match = _pattern.match(requirement_string)
        if match is None:
            raise InvalidRequirement(f"Expected package name at the start of dependency specifier\n    {requirement_string}\n    ^")
        if match.end() < len(requirement_string):
            raise NotImplementedError(f"a requirement with a marker or an address: {requirement_string}")
        name, extras, specifier = match.groups()
        self.name = name
        self.url = None
        self.marker = None
        self.extras = {e.strip() for e in extras.split(",") if e.strip()} if extras else set()
        try:
            self.specifier = SpecifierSet(specifier.strip().removeprefix("(").removesuffix(")"))
        except InvalidSpecifier as e:
            raise InvalidRequirement(str(e)) from None

    def __str__(self):
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}"

    def __repr__(self):
        return f"<Requirement({str(self)!r})>"
`,
}

const front: Overlay = {
  module: 'packaging',
  reason: 'The package of packaging.version.',
  source: '',
}

const looseVersion: Overlay = {
  module: 'distutils.version',
  reason: 'Version checks decide branches; the module left the standard library with Python 3.12.',
  source: String.raw`
import functools
import re

@functools.total_ordering
class LooseVersion:
    """Numbers and words in turn: 1.5.2b2 is [1, 5, 2, 'b', 2]."""

    def __init__(self, vstring=None):
        if vstring:
            self.parse(vstring)

    def parse(self, vstring):
        self.vstring = vstring
        self.version = [int(part) if part.isdigit() else part for part in re.findall(r"[0-9]+|[a-z]+|[^0-9a-z.]+", vstring)]

    def _of(self, other):
        return other.version if isinstance(other, LooseVersion) else LooseVersion(other).version

    def __eq__(self, other):
        return self.version == self._of(other)

    def __lt__(self, other):
        return self.version < self._of(other)

    def __str__(self):
        return self.vstring

    def __repr__(self):
        return f"LooseVersion ('{self.vstring}')"
`,
}

const distutils: Overlay = {
  module: 'distutils',
  reason: 'The package of distutils.version.',
  source: '',
}

export const packaging: readonly Overlay[] = [front, version, specifiers, requirements, distutils, looseVersion]
