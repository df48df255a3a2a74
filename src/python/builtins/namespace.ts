// The functions of the `builtins` module.
import { delAttr, getAttr, getAttrOr, setAttr } from '../object/attributes.ts'
import { call, callMethod, callSpecial, isCallable } from '../object/call.ts'
import { asString, className, isInstance, isSubclass, stringOf, typeOf } from '../object/classes.ts'
import { compare, equals, truth, type CompareOperator } from '../object/compare.ts'
import { format } from '../object/format.ts'
import { hash, idOf } from '../object/hash.ts'
import { collect, iterate, length, makeIterator, next } from '../object/iterate.ts'
import { toNumber } from '../object/numbers.ts'
import { binaryOp } from '../object/operators.ts'
import { characters } from '../object/strings.ts'
import { ascii, repr, str } from '../object/text.ts'
import { ellipsis, iterator, list, notImplemented } from '../make.ts'
import { isMissing, use } from '../missing.ts'
import { natives } from '../native.ts'
import { exceptions, named, types } from '../types.ts'
import { PyBytes, PyIterator, PyModule, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { frameFunctions, localNameList, localNames } from './frames.ts'
import { untilSentinel } from './iterators.ts'
import { inBase, roundValue } from './numbers.ts'
import { sortItems } from './sequences.ts'

function forbid(vm: Vm, name: string): never {
  return vm.stop('forbidden', `the source calls ${name}()`)
}

// --- Attributes and classes -----------------------------------------------------------------------------------------

/** An attribute that a program asks about: whether a stand-in's module really has it decides something. */
function asked(vm: Vm, o: Value, name: string): Value | undefined {
  const v = getAttrOr(vm, o, name)
  return v !== undefined && isMissing(v) && !isMissing(o) ? use(vm, v) : v
}

const attributes = natives({
  'getattr(object, name, default=MISSING, /)': (vm, [o, name, fallback]) => {
    const text = asString(vm, name, 'attribute name')
    if (fallback === undefined) return getAttr(vm, o, text)
    const v = asked(vm, o, text)
    return v === undefined ? fallback : v
  },
  'hasattr(obj, name, /)': (vm, [o, name]) => asked(vm, o, asString(vm, name, 'attribute name')) !== undefined,
  'setattr(obj, name, value, /)': (vm, [o, name, v]) => {
    setAttr(vm, o, asString(vm, name, 'attribute name'), v)
    return null
  },
  'delattr(obj, name, /)': (vm, [o, name]) => {
    delAttr(vm, o, asString(vm, name, 'attribute name'))
    return null
  },
  'isinstance(obj, class_or_tuple, /)': (vm, [v, cls]) => isInstance(vm, v, cls),
  'issubclass(cls, class_or_tuple, /)': (vm, [sub, cls]) => isSubclass(vm, sub, cls),
  'callable(obj, /)': (_vm, [v]) => isCallable(v),
  'id(obj, /)': (vm, [v]) => idOf(vm, v),
  'hash(obj, /)': (vm, [v]) => hash(vm, v),
  'dir(object=MISSING, /)': (vm, [o]) => {
    if (o === undefined) return localNameList(vm)
    if (o instanceof PyModule) return list([...vm.importer.names(o)].sort())
    const names = callSpecial(vm, o, '__dir__')
    const items = names === undefined ? [] : collect(vm, names)
    sortItems(vm, items, null, false)
    return list(items)
  },
  'vars(object=MISSING, /)': (vm, [o]) =>
    o === undefined
      ? localNames(vm)
      : (getAttrOr(vm, o, '__dict__') ?? vm.raise(types.TypeError, 'vars() argument must have __dict__ attribute')),
})

// --- Iteration ------------------------------------------------------------------------------------------------------

/** `max` and `min`: of several arguments, or of one iterable. */
function extremum(vm: Vm, name: 'max' | 'min', args: readonly Value[], key: Value, fallback: Value | undefined): Value {
  const op: CompareOperator = name === 'max' ? '>' : '<'
  if (args.length === 0) return vm.raise(types.TypeError, `${name} expected at least 1 argument, got 0`)
  if (args.length > 1 && fallback !== undefined) {
    vm.raise(types.TypeError, `Cannot specify a default for ${name}() with multiple positional arguments`)
  }
  const [only = null] = args
  let best: Value | undefined
  let bestKey: Value = null
  for (const v of args.length === 1 ? iterate(vm, only) : args) {
    const k = key === null ? v : call(vm, key, [v])
    if (best === undefined || truth(vm, compare(vm, op, k, bestKey))) {
      best = v
      bestKey = k
    }
  }
  if (best !== undefined) return best
  return fallback === undefined ? vm.raise(types.ValueError, `${name}() arg is an empty sequence`) : fallback
}

function sumOf(vm: Vm, source: Value, start: Value): Value {
  if (stringOf(start) !== undefined) vm.raise(types.TypeError, "sum() can't sum strings [use ''.join(seq) instead]")
  if (start instanceof PyBytes) vm.raise(types.TypeError, "sum() can't sum bytes [use b''.join(seq) instead]")
  let total = start
  for (const v of iterate(vm, source)) total = binaryOp(vm, '+', total, v)
  return total
}

/** What a finished iterator's StopIteration carries is what its `next` raised, so it is raised by the iterator itself. */
function nextOf(vm: Vm, it: Value, fallback: Value | undefined): Value {
  if (fallback !== undefined) {
    const v = next(vm, it)
    return v === undefined ? fallback : v
  }
  if (!(it instanceof PyIterator) && typeOf(it).lookup('__next__') === undefined) {
    return vm.raise(types.TypeError, `'${className(it)}' object is not an iterator`)
  }
  const v = callSpecial(vm, it, '__next__')
  return v === undefined ? vm.raise(types.StopIteration, []) : v
}

function makeIter(vm: Vm, v: Value, sentinel: Value | undefined): Value {
  if (sentinel === undefined) return makeIterator(vm, v)
  if (!isCallable(v)) return vm.raise(types.TypeError, 'iter(v, w): v must be callable')
  return iterator(untilSentinel(vm, v, (x) => equals(vm, x, sentinel)))
}

const iteration = natives({
  'len(obj, /)': (vm, [v]) => length(vm, v),
  'iter(object, sentinel=MISSING, /)': (vm, [v, sentinel]) => makeIter(vm, v, sentinel),
  'next(iterator, default=MISSING, /)': (vm, [it, fallback]) => nextOf(vm, it, fallback),
  'all(iterable, /)': (vm, [source]) => {
    for (const v of iterate(vm, source)) if (!truth(vm, v)) return false
    return true
  },
  'any(iterable, /)': (vm, [source]) => {
    for (const v of iterate(vm, source)) if (truth(vm, v)) return true
    return false
  },
  'sum(iterable, /, start=0)': (vm, [source, start]) => sumOf(vm, source, start),
  'max(*args, key=None, default=MISSING)': (vm, [args, key, fallback]) => extremum(vm, 'max', args, key, fallback),
  'min(*args, key=None, default=MISSING)': (vm, [args, key, fallback]) => extremum(vm, 'min', args, key, fallback),
  'sorted(iterable, /, *, key=None, reverse=False)': (vm, [source, key, reverse]) => {
    const items = collect(vm, source)
    sortItems(vm, items, key, truth(vm, reverse))
    return list(items)
  },
})

// --- Numbers and text -----------------------------------------------------------------------------------------------

function power(vm: Vm, base: Value, exp: Value, mod: Value): Value {
  if (mod === null) return binaryOp(vm, '**', base, exp)
  const made = callSpecial(vm, base, '__pow__', [exp, mod])
  if (made !== undefined && made !== notImplemented) return made
  return vm.raise(
    types.TypeError,
    `unsupported operand type(s) for ** or pow(): '${className(base)}', '${className(exp)}', '${className(mod)}'`,
  )
}

function divideBoth(vm: Vm, a: Value, b: Value): Value {
  for (const [self, other, name] of [
    [a, b, '__divmod__'],
    [b, a, '__rdivmod__'],
  ] as const) {
    const made = callSpecial(vm, self, name, [other])
    if (made !== undefined && made !== notImplemented) return made
  }
  return vm.raise(types.TypeError, `unsupported operand type(s) for divmod(): '${className(a)}' and '${className(b)}'`)
}

function ordinal(vm: Vm, v: Value): number {
  const text = v instanceof PyBytes ? v.text : stringOf(v)
  if (text === undefined)
    return vm.raise(types.TypeError, `ord() expected string of length 1, but ${className(v)} found`)
  const chars = characters(text)
  const [only = ''] = chars
  if (chars.length !== 1)
    return vm.raise(types.TypeError, `ord() expected a character, but string of length ${chars.length} found`)
  return only.codePointAt(0) ?? 0
}

const numbersAndText = natives({
  'abs(x, /)': (vm, [v]) => {
    const made = typeof v === 'number' ? Math.abs(v) : callSpecial(vm, v, '__abs__')
    return made === undefined ? vm.raise(types.TypeError, `bad operand type for abs(): '${className(v)}'`) : made
  },
  'round(number, ndigits=None)': (vm, [v, digits]) => roundValue(vm, v, digits),
  'divmod(x, y, /)': (vm, [a, b]) => divideBoth(vm, a, b),
  'pow(base, exp, mod=None)': (vm, [a, b, m]) => power(vm, a, b, m),
  'bin(number, /)': (vm, [v]) => inBase(vm, v, 2),
  'oct(number, /)': (vm, [v]) => inBase(vm, v, 8),
  'hex(number, /)': (vm, [v]) => inBase(vm, v, 16),
  'chr(i, /)': (vm, [v]) => {
    const code = toNumber(vm, v)
    return code >= 0 && code < 0x110000
      ? String.fromCodePoint(code)
      : vm.raise(types.ValueError, 'chr() arg not in range(0x110000)')
  },
  'ord(c, /)': (vm, [v]) => ordinal(vm, v),
  'repr(obj, /)': (vm, [v]) => repr(vm, v),
  'ascii(obj, /)': (vm, [v]) => ascii(vm, v),
  "format(value, format_spec='', /)": (vm, [v, spec]) => format(vm, v, asString(vm, spec, 'format() argument 2')),
  "print(*args, sep=' ', end=MISSING, file=None, flush=False)": (vm, [args, sep, end, file]) => {
    const text = args.map((v) => str(vm, v)).join(stringOf(sep) ?? ' ') + (stringOf(end ?? null) ?? '\n')
    if (file === null) vm.output.push(text)
    else callMethod(vm, file, 'write', [text])
    return null
  },
})

// --- The world outside, which analysed source may not reach ---------------------------------------------------------

/** The analysed source may read itself, as it does in search of a decorator; nothing else is there to be opened. */
function openSource(vm: Vm, file: Value, mode: Value): Value {
  const path = stringOf(file)
  const isRead = mode === 'r' || mode === 'rt'
  const text = isRead && path?.endsWith('.py') === true ? vm.importer.sources.read(path) : undefined
  return text === undefined ? forbid(vm, 'open') : call(vm, vm.importName('io.StringIO'), [text])
}

const outside = natives({
  "open(file, mode='r', *args, **kwargs)": (vm, [file, mode]) => openSource(vm, file, mode),
  'eval(*args, **kwargs)': (vm) => forbid(vm, 'eval'),
  'exec(*args, **kwargs)': (vm) => forbid(vm, 'exec'),
  'compile(*args, **kwargs)': (vm) => forbid(vm, 'compile'),
  'input(*args, **kwargs)': (vm) => forbid(vm, 'input'),
  'breakpoint(*args, **kwargs)': (vm) => forbid(vm, 'breakpoint'),
  'exit(code=None)': (vm, [code]) => vm.raise(types.SystemExit, [code]),
  'quit(code=None)': (vm, [code]) => vm.raise(types.SystemExit, [code]),
  '__import__(name, globals=None, locals=None, fromlist=None, level=0)': (vm, [name, , , wanted]) => {
    const full = asString(vm, name, '__import__() argument 1')
    const module = vm.importer.importModule(full)
    return wanted !== null && truth(vm, wanted) ? module : vm.importer.get(full.split('.')[0] ?? full)
  },
})

/** The host module that stands in for `builtins`; its names are those that every module sees. */
export const builtinsModule: HostModule = {
  name: 'builtins',
  reason: 'CPython implements it in C',
  make: () => ({
    ...named,
    ...exceptions,
    EnvironmentError: types.OSError,
    IOError: types.OSError,
    ...attributes,
    ...frameFunctions,
    ...iteration,
    ...numbersAndText,
    ...outside,
    NotImplemented: notImplemented,
    Ellipsis: ellipsis,
    None: null,
    True: true,
    False: false,
    __debug__: true,
  }),
  absent: [
    'ExceptionGroup',
    'BaseExceptionGroup',
    'anext',
    'aiter',
    'copyright',
    'credits',
    'license',
    'help',
    'WindowsError',
  ],
}
