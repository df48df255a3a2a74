// The typing modules: names for annotations, inert but for the few that code inspects (`get_args`, `get_type_hints`) or
// inherits from.
import { list } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { call, getAttr, repr, setAttr } from '../object.ts'
import { types } from '../types.ts'
import { PyClass, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { aliases, forms, laterAliases, makeAlias } from './typing/aliases.ts'
import { argsOf, originOf, typeHints } from './typing/hints.ts'
import { Generic, isTypedDict, NamedTuple, Protocol, supports, TypedDict } from './typing/structures.ts'
import {
  ForwardRef,
  NewType,
  ParamSpec,
  ParamSpecArgs,
  ParamSpecKwargs,
  TypeVar,
  TypeVarTuple,
} from './typing/variables.ts'

const AnyMeta: PyClass = classOf({
  name: '_AnyMeta',
  module: 'typing',
  bases: [types.type],
  methods: {
    __instancecheck__: native('__instancecheck__(cls, obj, /)', (vm) =>
      vm.raise(types.TypeError, 'typing.Any cannot be used with isinstance()'),
    ),
    __repr__: native('__repr__(cls, /)', () => 'typing.Any'),
  },
})

const Any: PyClass = classOf({ name: 'Any', module: 'typing', metaclass: AnyMeta })

const identity = native('decorator(arg, /)', (_vm, [arg]) => arg)

/** A decorator that marks what it is given, where that takes attributes. */
function mark(vm: Vm, target: Value, name: string, value: Value): Value {
  if (!(target instanceof PyClass && target.builtin)) setAttr(vm, target, name, value)
  return target
}

const functions = natives({
  'cast(typ, val)': (_vm, [, val]) => val,
  'overload(func)': () => overloadDummy,
  'get_overloads(func)': () => list(),
  'clear_overloads()': () => null,
  'final(f)': (vm, [f]) => mark(vm, f, '__final__', true),
  'override(method, /)': (vm, [method]) => mark(vm, method, '__override__', true),
  'no_type_check(arg)': (vm, [arg]) => mark(vm, arg, '__no_type_check__', true),
  'no_type_check_decorator(decorator)': (_vm, [decorator]) => decorator,
  'runtime_checkable(cls)': (vm, [cls]) => mark(vm, cls, '_is_runtime_protocol', true),
  'dataclass_transform(**kwargs)': () => identity,
  'assert_type(val, typ, /)': (_vm, [val]) => val,
  'assert_never(arg, /)': (vm, [arg]) =>
    vm.raise(types.AssertionError, `Expected code to be unreachable, but got: ${repr(vm, arg)}`),
  'reveal_type(obj, /)': (_vm, [obj]) => obj,
  'is_typeddict(tp)': (_vm, [tp]) => isTypedDict(tp),
  'get_origin(tp)': (vm, [tp]) => originOf(vm, tp),
  'get_args(tp)': (_vm, [tp]) => argsOf(tp),
  'get_type_hints(obj, globalns=None, localns=None, include_extras=False)': (vm, [obj, , , extras]) =>
    typeHints(vm, obj, extras === true),
})

const overloadDummy = native('_overload_dummy(*args, **kwds)', (vm) =>
  vm.raise(
    types.NotImplementedError,
    'You should not call an overloaded function. A series of @overload-decorated functions outside a stub module should ' +
      'always be followed by an implementation that is not @overload-ed.',
  ),
)

const supportsRows: Readonly<Record<string, string>> = {
  SupportsAbs: '__abs__',
  SupportsBytes: '__bytes__',
  SupportsComplex: '__complex__',
  SupportsFloat: '__float__',
  SupportsIndex: '__index__',
  SupportsInt: '__int__',
  SupportsRound: '__round__',
}

/** The stream types, which nothing here makes: classes for annotations. */
const streams = (): Record<string, Value> => {
  const IO = classOf({ name: 'IO', module: 'typing', bases: [Generic] })
  return {
    IO,
    BinaryIO: classOf({ name: 'BinaryIO', module: 'typing', bases: [IO] }),
    TextIO: classOf({ name: 'TextIO', module: 'typing', bases: [IO] }),
  }
}

function makeNames(vm: Vm): Record<string, Value> {
  return {
    TYPE_CHECKING: false,
    ...Object.fromEntries(forms),
    ...aliases,
    ...functions,
    ...Object.fromEntries(Object.entries(supportsRows).map(([name, method]) => [name, supports(name, method)])),
    ...streams(),
    Any,
    AnyStr: call(vm, TypeVar, ['AnyStr', types.bytes, types.str]),
    Text: types.str,
    Generic,
    Protocol,
    NamedTuple,
    TypedDict,
    TypeVar,
    TypeVarTuple,
    ParamSpec,
    ParamSpecArgs,
    ParamSpecKwargs,
    ForwardRef,
    NewType,
  }
}

function makeLaterAlias(vm: Vm, name: string): Value | undefined {
  const row = Object.hasOwn(laterAliases, name) ? laterAliases[name] : undefined
  if (row === undefined) return undefined
  const cls = getAttr(vm, vm.importer.get(row[0]), row[1])
  return cls instanceof PyClass ? makeAlias(name, cls) : undefined
}

/** What typing has since Python 3.12; typing_extensions has it already. */
const later = ['override', 'ReadOnly', 'TypeIs']
/** Newer still: code tries these first and does without. */
const newest = ['TypeAliasType', 'get_protocol_members', 'is_protocol', 'NoDefault', 'evaluate_forward_ref']

export const typing: HostModule = {
  name: 'typing',
  reason: 'Annotations cost nothing; the real file is 3,000 lines that every module would wait for.',
  make: (vm) => Object.fromEntries(Object.entries(makeNames(vm)).filter(([name]) => !later.includes(name))),
  fallback: makeLaterAlias,
  absent: [...later, ...newest, 'deprecated'],
}

export const typingExtensions: HostModule = {
  name: 'typing_extensions',
  reason: 'The same names as typing’s, with the later ones added.',
  make: (vm) => ({
    ...makeNames(vm),
    ...natives({
      'deprecated(message, /, *, category=None, stacklevel=1)': (_vm, [message]) =>
        native('decorator(arg, /)', (vm, [arg]) => mark(vm, arg, '__deprecated__', message)),
      'get_original_bases(cls, /)': (vm, [cls]) => getAttr(vm, cls, '__bases__'),
    }),
  }),
  fallback: makeLaterAlias,
}
