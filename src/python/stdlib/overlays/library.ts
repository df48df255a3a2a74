// Small modules of the standard library, written out in Python: they are pure Python in CPython as well, only longer.
import type { Overlay } from '../../vm.ts'
import { argparse } from './argparse.ts'
import { uuid } from './uuid.ts'

const contextvars: Overlay = {
  module: 'contextvars',
  reason: 'C in CPython; with one thread a context variable is a variable.',
  source: String.raw`
_missing = object()

class Token:
    MISSING = _missing

    def __init__(self, var, old_value):
        self.var = var
        self.old_value = old_value

class ContextVar:
    def __init__(self, name, *, default=_missing):
        self.name = name
        self._default = default
        self._value = _missing

    def get(self, default=_missing):
        for value in (self._value, default, self._default):
            if value is not _missing:
                return value
        raise LookupError(self)

    def set(self, value):
        token = Token(self, self._value)
        self._value = value
        return token

    def reset(self, token):
        if token.var is not self:
            raise ValueError(f"{token!r} was created by a different ContextVar")
        self._value = token.old_value

    def __class_getitem__(cls, item):
        return cls

class Context:
    def run(self, callable, *args, **kwargs):
        return callable(*args, **kwargs)

def copy_context():
    return Context()
`,
}

const keyword: Overlay = {
  module: 'keyword',
  reason: "CPython's file is made from its grammar; these are the words of 3.11.",
  source: String.raw`
kwlist = (
    "False None True and as assert async await break class continue def del elif else except finally for from "
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
).split()
softkwlist = ["_", "case", "match"]
iskeyword = frozenset(kwlist).__contains__
issoftkeyword = frozenset(softkwlist).__contains__
`,
}

const logging: Overlay = {
  module: 'logging',
  reason: 'Log lines cost nothing; loggers keep their levels and handlers, which code asks for, and write nothing.',
  source: String.raw`
CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0

_levelToName = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
_nameToLevel = {"FATAL": 50, "WARN": 30, **{name: level for level, name in _levelToName.items()}}

def getLevelName(level):
    return _levelToName.get(level, _nameToLevel.get(level, f"Level {level}"))

def addLevelName(level, levelName):
    _levelToName[level] = levelName
    _nameToLevel[levelName] = level

def _check(level):
    if isinstance(level, str):
        if level not in _nameToLevel:
            raise ValueError(f"Unknown level: {level!r}")
        return _nameToLevel[level]
    return level

class Filter:
    def __init__(self, name=""):
        self.name = name

    def filter(self, record):
        return True

class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%", validate=True, *, defaults=None):
        self._fmt = fmt
        self.datefmt = datefmt

class LogRecord: ...

class Handler:
    def __init__(self, level=NOTSET):
        self.name = None
        self.level = _check(level)
        self.formatter = None
        self.filters = []

    def setLevel(self, level):
        self.level = _check(level)

    def set_name(self, name):
        self.name = name

    def get_name(self):
        return self.name

    def setFormatter(self, fmt):
        self.formatter = fmt

    def addFilter(self, filter):
        self.filters.append(filter)

    def removeFilter(self, filter):
        self.filters.remove(filter)

    def flush(self): ...
    def close(self): ...
    def emit(self, record): ...
    def handle(self, record): ...

class StreamHandler(Handler):
    def __init__(self, stream=None):
        super().__init__()
        self.stream = stream

class NullHandler(Handler): ...

class Logger:
    def __init__(self, name, level=NOTSET):
        self.name = name
        self.level = _check(level)
        self.propagate = True
        self.handlers = []
        self.filters = []
        self.disabled = False

    def setLevel(self, level):
        self.level = _check(level)

    @property
    def parent(self):
        name = self.name
        while name:
            name = name.rpartition(".")[0]
            if name in _loggers:
                return _loggers[name]
        return None if self is root else root

    def getEffectiveLevel(self):
        logger = self
        while logger:
            if logger.level:
                return logger.level
            logger = logger.parent
        return NOTSET

    def isEnabledFor(self, level):
        return level >= self.getEffectiveLevel()

    def addHandler(self, hdlr):
        if hdlr not in self.handlers:
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr):
        if hdlr in self.handlers:
            self.handlers.remove(hdlr)

    def hasHandlers(self):
        return bool(self.handlers) or bool(self.parent and self.parent.hasHandlers())

    def addFilter(self, filter):
        self.filters.append(filter)

    def removeFilter(self, filter):
        self.filters.remove(filter)

    def getChild(self, suffix):
        return getLogger(f"{self.name}.{suffix}")

    def debug(self, msg, *args, **kwargs): ...
    def info(self, msg, *args, **kwargs): ...
    def warning(self, msg, *args, **kwargs): ...
    def warn(self, msg, *args, **kwargs): ...
    def error(self, msg, *args, **kwargs): ...
    def exception(self, msg, *args, exc_info=True, **kwargs): ...
    def critical(self, msg, *args, **kwargs): ...
    def log(self, level, msg, *args, **kwargs): ...

class RootLogger(Logger): ...

class LoggerAdapter:
    def __init__(self, logger, extra=None):
        self.logger = logger
        self.extra = extra

    def __getattr__(self, name):
        return getattr(self.logger, name)

root = RootLogger("root", WARNING)
_loggers = {}

def getLogger(name=None):
    if not name or name == root.name:
        return root
    if name not in _loggers:
        _loggers[name] = Logger(name)
    return _loggers[name]

def basicConfig(**kwargs):
    if "level" in kwargs and kwargs["level"] is not None:
        root.setLevel(kwargs["level"])

def captureWarnings(capture): ...
def disable(level=CRITICAL): ...
def shutdown(): ...
def debug(msg, *args, **kwargs): ...
def info(msg, *args, **kwargs): ...
def warning(msg, *args, **kwargs): ...
def error(msg, *args, **kwargs): ...
def exception(msg, *args, **kwargs): ...
def critical(msg, *args, **kwargs): ...
def log(level, msg, *args, **kwargs): ...
`,
}

const textwrap: Overlay = {
  module: 'textwrap',
  reason: 'The two functions that docstrings are made with.',
  source: String.raw`
def dedent(text):
    lines = [line if line.strip(" \t") else "" for line in text.split("\n")]
    margin = None
    for line in lines:
        if not line:
            continue
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if margin is None:
            margin = indent
        else:
            n = 0
            while n < min(len(margin), len(indent)) and margin[n] == indent[n]:
                n += 1
            margin = margin[:n]
    return "\n".join(line[len(margin or ""):] for line in lines)

def indent(text, prefix, predicate=None):
    if predicate is None:
        predicate = str.strip
    return "".join(prefix + line if predicate(line) else line for line in text.splitlines(True))
`,
}

const io: Overlay = {
  module: 'io',
  reason: 'Text in memory; files are forbidden.',
  source: String.raw`
from _sandbox import forbidden

open = forbidden("io.open")
BytesIO = forbidden("io.BytesIO")

class IOBase: ...
class TextIOBase(IOBase): ...

class StringIO(TextIOBase):
    def __init__(self, initial_value="", newline="\n"):
        self._text = initial_value or ""
        self._at = 0

    def write(self, s):
        self._text = self._text[: self._at] + s + self._text[self._at + len(s):]
        self._at += len(s)
        return len(s)

    def read(self, size=-1):
        end = len(self._text) if size is None or size < 0 else self._at + size
        text = self._text[self._at:end]
        self._at += len(text)
        return text

    def readline(self):
        end = self._text.find("\n", self._at)
        return self.read(-1 if end < 0 else end + 1 - self._at)

    def __iter__(self):
        while line := self.readline():
            yield line

    def getvalue(self):
        return self._text

    def seek(self, pos, whence=0):
        self._at = len(self._text) if whence == 2 else pos
        return self._at

    def tell(self):
        return self._at

    def flush(self): ...
    def close(self): ...

    def __enter__(self):
        return self

    def __exit__(self, *exc_info): ...
`,
}

const bisect: Overlay = {
  module: 'bisect',
  reason: 'C in CPython.',
  source: String.raw`
def bisect_right(a, x, lo=0, hi=None, *, key=None):
    hi = len(a) if hi is None else hi
    while lo < hi:
        mid = (lo + hi) // 2
        if x < (a[mid] if key is None else key(a[mid])):
            hi = mid
        else:
            lo = mid + 1
    return lo

def bisect_left(a, x, lo=0, hi=None, *, key=None):
    hi = len(a) if hi is None else hi
    while lo < hi:
        mid = (lo + hi) // 2
        if (a[mid] if key is None else key(a[mid])) < x:
            lo = mid + 1
        else:
            hi = mid
    return lo

bisect = bisect_right

def insort_right(a, x, lo=0, hi=None, *, key=None):
    a.insert(bisect_right(a, x if key is None else key(x), lo, hi, key=key), x)

def insort_left(a, x, lo=0, hi=None, *, key=None):
    a.insert(bisect_left(a, x if key is None else key(x), lo, hi, key=key), x)

insort = insort_right
`,
}

const heapq: Overlay = {
  module: 'heapq',
  reason: 'C in CPython. A sorted list is a heap too, so that is what these keep.',
  source: String.raw`
from bisect import insort

def heapify(x):
    x.sort()

def heappush(heap, item):
    heap.sort()
    insort(heap, item)

def heappop(heap):
    heap.sort()
    return heap.pop(0)

def heappushpop(heap, item):
    heappush(heap, item)
    return heappop(heap)

def heapreplace(heap, item):
    value = heappop(heap)
    heappush(heap, item)
    return value

def nlargest(n, iterable, key=None):
    return sorted(iterable, key=key, reverse=True)[:n]

def nsmallest(n, iterable, key=None):
    return sorted(iterable, key=key)[:n]

def merge(*iterables, key=None, reverse=False):
    return iter(sorted([item for items in iterables for item in items], key=key, reverse=reverse))
`,
}

const fractions: Overlay = {
  module: 'fractions',
  reason: 'The real file brings decimal along.',
  source: String.raw`
from math import gcd

class Fraction:
    def __init__(self, numerator=0, denominator=None):
        if isinstance(numerator, str):
            top, _, bottom = numerator.strip().partition("/")
            whole, _, digits = top.partition(".")
            numerator, denominator = int(whole + digits), int(bottom or 1) * 10 ** len(digits)
        elif isinstance(numerator, float):
            numerator, denominator = numerator.as_integer_ratio()
        elif isinstance(numerator, Fraction):
            numerator, denominator = numerator.numerator, numerator.denominator
        denominator = 1 if denominator is None else denominator
        if denominator == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        divisor = gcd(numerator, denominator) * (-1 if denominator < 0 else 1)
        self.numerator = numerator // divisor
        self.denominator = denominator // divisor

    def _pair(self, other):
        if isinstance(other, Fraction):
            return other
        return Fraction(other) if isinstance(other, int) else None

    def __add__(self, other):
        if isinstance(other, float):
            return float(self) + other
        b = self._pair(other)
        if b is None:
            return NotImplemented
        return Fraction(self.numerator * b.denominator + b.numerator * self.denominator, self.denominator * b.denominator)

    __radd__ = __add__

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        if isinstance(other, float):
            return float(self) * other
        b = self._pair(other)
        return NotImplemented if b is None else Fraction(self.numerator * b.numerator, self.denominator * b.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, float):
            return float(self) / other
        b = self._pair(other)
        return NotImplemented if b is None else Fraction(self.numerator * b.denominator, self.denominator * b.numerator)

    def __rtruediv__(self, other):
        return Fraction(other) / self

    def __floordiv__(self, other):
        quotient = self / other
        return quotient.numerator // quotient.denominator

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def __int__(self):
        return int(self.numerator / self.denominator)

    def __float__(self):
        return self.numerator / self.denominator

    def __bool__(self):
        return self.numerator != 0

    def __eq__(self, other):
        b = self._pair(other)
        return float(self) == other if b is None else (self.numerator, self.denominator) == (b.numerator, b.denominator)

    def __lt__(self, other):
        return (self - other).numerator < 0 if self._pair(other) else float(self) < other

    def __le__(self, other):
        return self == other or self < other

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    def __hash__(self):
        return hash(float(self)) if self.denominator != 1 else hash(self.numerator)

    def limit_denominator(self, max_denominator=1000000):
        if self.denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self.numerator, self.denominator
        while True:
            a = n // d
            q2 = q0 + a * q1
            if q2 > max_denominator:
                break
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        near, far = Fraction(p1, q1), Fraction(p0 + k * p1, q0 + k * q1)
        return near if abs(float(near - self)) <= abs(float(far - self)) else far

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"
`,
}

const numpyTyping: Overlay = {
  module: 'numpy.typing',
  reason: 'Names for annotations alone; NumPy’s own lead to its compiled classes.',
  source: String.raw`
from typing import Any

ArrayLike = DTypeLike = Any

class NDArray:
    def __class_getitem__(cls, item):
        return cls
`,
}

const urlParse: Overlay = {
  module: 'urllib.parse',
  reason: 'Texts of addresses, which nothing here opens: quoting, and the parts of one.',
  source: String.raw`
from collections import namedtuple

_ALWAYS_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")

SplitResult = namedtuple("SplitResult", "scheme netloc path query fragment")
ParseResult = namedtuple("ParseResult", "scheme netloc path params query fragment")

def quote(string, safe="/", encoding=None, errors=None):
    kept = _ALWAYS_SAFE | frozenset(safe)
    return "".join(c if c in kept else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in string)

def quote_plus(string, safe="", encoding=None, errors=None):
    return quote(string, safe + " ").replace(" ", "+")

def urlsplit(url, scheme="", allow_fragments=True):
    head, colon, rest = url.partition(":")
    if colon and head[:1].isalpha() and all(c.isalnum() or c in "+-." for c in head):
        scheme, url = head.lower(), rest
    netloc = query = fragment = ""
    if url.startswith("//"):
        end = min([url.find(c, 2) for c in "/?#" if url.find(c, 2) >= 0], default=len(url))
        netloc, url = url[2:end], url[end:]
    if allow_fragments:
        url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    return SplitResult(scheme, netloc, url, query, fragment)

def urlparse(url, scheme="", allow_fragments=True):
    scheme, netloc, path, query, fragment = urlsplit(url, scheme, allow_fragments)
    path, _, params = path.partition(";")
    return ParseResult(scheme, netloc, path, params, query, fragment)
`,
}

export const library: readonly Overlay[] = [
  ...[argparse, contextvars, uuid, keyword, logging, textwrap, io, bisect, heapq, fractions],
  ...[numpyTyping, urlParse],
]
