// Special forms and generic aliases. `Optional`, `Literal` and the like are rows of a table: what subscripting one makes.
// A subscripted form is a `PyGeneric` whose class, by module, tells it from `list[int]`.
import { ellipsis, notImplemented, tuple } from '../../make.ts'
import { classOf, fillClass, native } from '../../native.ts'
import { isMissing } from '../../missing.ts'
import { call, equals, getAttrOr, hash, isInstance, isSubclass, repr } from '../../object.ts'
import { types } from '../../types.ts'
import { PyClass, PyFunction, PyGeneric, PyInstance, PyList, PyTuple, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { abstractClass } from '../collectionsAbc.ts'
import { Hidden, instance } from '../helpers.ts'
import { ForwardRef, forwardRef, NewType, ParamSpec, TypeVar, TypeVarTuple } from './variables.ts'

/** How typing prints a type inside brackets. */
function typeRepr(vm: Vm, v: Value): string {
  if (v instanceof PyClass) return v.module === 'builtins' ? v.qualname : `${v.module}.${v.qualname}`
  if (v === ellipsis) return '...'
  return v instanceof PyFunction ? v.name : repr(vm, v)
}

/** A type argument: None stands for its class, text for a forward reference. */
function argument(v: Value): Value {
  if (v === null) return types.NoneType
  return typeof v === 'string' ? forwardRef(v) : v
}

function distinct(vm: Vm, items: readonly Value[]): Value[] {
  const kept: Value[] = []
  const same = (a: Value, b: Value): boolean => a === b || !(isMissing(a) || isMissing(b) || !equals(vm, a, b))
  for (const v of items) if (!kept.some((k) => same(k, v))) kept.push(v)
  return kept
}

/** `Union[…]`: nested unions flattened, repeated members dropped, a single member is itself. */
function unionOf(vm: Vm, members: readonly Value[]): Value {
  const isUnion = (v: Value): v is PyGeneric =>
    v instanceof PyGeneric && (v.cls === types.UnionType || v.name === 'Union')
  const flat = members.map(argument).flatMap((m) => (isUnion(m) ? m.args.map(argument) : [m]))
  const args = distinct(vm, flat)
  const only = args[0]
  return args.length === 1 && only !== undefined ? only : alias('Union', forms.get('Union') ?? null, args)
}

/** `X | Y` of typing constructs. */
const unionMethods = {
  __or__: native('__or__(self, right, /)', (vm, [self, right]) => unionOf(vm, [self, right])),
  __ror__: native('__ror__(self, left, /)', (vm, [self, left]) => unionOf(vm, [left, self])),
}
for (const cls of [TypeVar, ParamSpec, ForwardRef, NewType]) fillClass(cls, { methods: unionMethods })

function alias(name: string, origin: Value, args: readonly Value[]): PyGeneric {
  return new PyGeneric(genericAlias, name, origin, args)
}

function callableArguments(params: readonly Value[]): Value[] {
  const [inputs = ellipsis, result = null] = params
  const list = inputs instanceof PyList || inputs instanceof PyTuple ? inputs.items : [inputs]
  return [...list, result].map(argument)
}

type Subscript = (vm: Vm, params: readonly Value[], name: string) => Value

/** One parameter, kept as it is: `ClassVar[int]`. */
const wrap: Subscript = (vm, params, name) => {
  if (params.length !== 1) vm.raise(types.TypeError, `typing.${name} accepts only single type.`)
  return alias(name, forms.get(name) ?? null, params.map(argument))
}

const plain: Subscript = (vm, _params, name) => vm.raise(types.TypeError, `typing.${name} is not subscriptable`)

const literal: Subscript = (vm, params, name) => {
  const isLiteral = (v: Value): v is PyGeneric => v instanceof PyGeneric && v.name === 'Literal'
  const flat = params.flatMap((p) => (isLiteral(p) ? p.args : [p]))
  const kept: Value[] = []
  for (const v of flat) if (!kept.some((k) => typeof k === typeof v && equals(vm, k, v))) kept.push(v)
  return alias(name, forms.get(name) ?? null, kept)
}

/** `Annotated[T, …]`: the origin is T, as in CPython; the form is told by its name. */
const annotated: Subscript = (vm, params, name) => {
  const [base = null, ...metadata] = params
  if (metadata.length === 0) {
    vm.raise(types.TypeError, 'Annotated[...] should be used with at least two arguments (a type and an annotation).')
  }
  const inner = argument(base)
  if (inner instanceof PyGeneric && inner.name === 'Annotated')
    return alias(name, inner.origin, [...inner.args, ...metadata])
  return alias(name, inner, [inner, ...metadata])
}

const formRows: Readonly<Record<string, Subscript>> = {
  Union: (vm, params) => unionOf(vm, params),
  Optional: (vm, params) => unionOf(vm, [...params, null]),
  Literal: literal,
  Annotated: annotated,
  Concatenate: (_vm, params, name) => alias(name, forms.get(name) ?? null, params.map(argument)),
  ClassVar: wrap,
  Final: wrap,
  Required: wrap,
  NotRequired: wrap,
  ReadOnly: wrap,
  TypeGuard: wrap,
  TypeIs: wrap,
  Unpack: wrap,
  NoReturn: plain,
  Never: plain,
  Self: plain,
  LiteralString: plain,
  TypeAlias: plain,
}

const rowOf = new Hidden<{ readonly name: string; readonly subscript: Subscript }>('typing form')

const notCallable = (vm: Vm, self: Value): never => vm.raise(types.TypeError, `Cannot instantiate ${repr(vm, self)}`)

const specialForm: PyClass = classOf({
  name: '_SpecialForm',
  module: 'typing',
  methods: {
    __getitem__: native('__getitem__(self, params, /)', (vm, [self, params]) => {
      const row = rowOf.get(vm, self)
      return row.subscript(vm, params instanceof PyTuple ? params.items : [params], row.name)
    }),
    __repr__: native('__repr__(self, /)', (vm, [self]) => `typing.${rowOf.get(vm, self).name}`),
    __call__: native('__call__(self, *args, **kwargs)', (vm, [self]) => notCallable(vm, self)),
    __instancecheck__: native('__instancecheck__(self, obj, /)', (vm, [self]) =>
      vm.raise(types.TypeError, `${repr(vm, self)} cannot be used with isinstance()`),
    ),
    __mro_entries__: native('__mro_entries__(self, bases, /)', (vm, [self]) =>
      vm.raise(types.TypeError, `Cannot subclass ${repr(vm, self)}`),
    ),
    ...unionMethods,
  },
  properties: { _name: (vm, self) => rowOf.get(vm, self).name, __name__: (vm, self) => rowOf.get(vm, self).name },
})

function makeForm(name: string, subscript: Subscript): PyInstance {
  const form = instance(specialForm)
  rowOf.set(form, { name, subscript })
  return form
}

export const forms: ReadonlyMap<string, PyInstance> = new Map(
  Object.entries(formRows).map(([name, subscript]) => [name, makeForm(name, subscript)]),
)

/** Whether a value is a special form or, subscripted, made from it. */
function isForm(v: Value, name: string): boolean {
  return v === forms.get(name) || (v instanceof PyGeneric && v.cls === genericAlias && v.name === name)
}

/** The arguments as programs see them. */
export function visibleArgs(g: PyGeneric): Value[] {
  return g.name === 'Literal' ? [...g.args] : g.args.map((a) => (a === null ? types.NoneType : a))
}

/** A ParamSpec, or Concatenate of one: stands for a whole list of parameters. */
function isParameterList(v: Value): boolean {
  return isForm(v, 'Concatenate') || (v instanceof PyInstance && v.cls.isSubclassOf(ParamSpec))
}

function genericRepr(vm: Vm, g: PyGeneric): string {
  const args = visibleArgs(g)
  const shown = args.map((a) => typeRepr(vm, a))
  if (g.name === 'Union' && args.length === 2 && args.includes(types.NoneType)) {
    const other = shown[args[0] === types.NoneType ? 1 : 0] ?? ''
    return `typing.Optional[${other}]`
  }
  if (g.name === 'Literal') return `typing.Literal[${g.args.map((a) => repr(vm, a)).join(', ')}]`
  if (g.name === 'Annotated')
    return `typing.Annotated[${[shown[0], ...g.args.slice(1).map((a) => repr(vm, a))].join(', ')}]`
  if (g.name === 'Callable') {
    const result = shown.pop() ?? ''
    const isOpen = args[0] === ellipsis || (shown.length === 1 && isParameterList(args[0] ?? null))
    return `typing.Callable[${isOpen ? (shown[0] ?? '') : `[${shown.join(', ')}]`}, ${result}]`
  }
  const prefix = g.origin instanceof PyClass && !aliasNames.has(g.name) ? typeRepr(vm, g.origin) : `typing.${g.name}`
  return `${prefix}[${shown.join(', ')}]`
}

function sameAlias(vm: Vm, a: Value, b: Value): Value {
  if (!(a instanceof PyGeneric) || !(b instanceof PyGeneric)) return notImplemented
  const [left, right] = [visibleArgs(a), visibleArgs(b)]
  if (left.length !== right.length) return false
  if (a.name === 'Union') {
    const unions = b.name === 'Union' || b.cls === types.UnionType
    return unions && left.every((x) => right.some((y) => x === y || equals(vm, x, y)))
  }
  return (
    a.name === b.name &&
    a.origin === b.origin &&
    left.every((x, i) => x === right[i] || equals(vm, x, right[i] ?? null))
  )
}

/** Type variables in order of first use. */
function typeParameters(v: Value): Value[] {
  if (v instanceof PyGeneric) return [...new Set(v.args.flatMap(typeParameters))]
  const isVariable = v instanceof PyInstance && [TypeVar, ParamSpec, TypeVarTuple].some((c) => v.cls.isSubclassOf(c))
  return isVariable ? [v] : []
}

function substitute(v: Value, values: ReadonlyMap<Value, Value>): Value {
  if (v instanceof PyGeneric)
    return new PyGeneric(
      v.cls,
      v.name,
      v.origin,
      v.args.map((a) => substitute(a, values)),
    )
  const given = values.get(v)
  return given === undefined ? v : given // None can be given
}

/** Whether a base after `Generic[T]` brings Generic along: `class A(Generic[T], B[T])`. */
function isGenericAnyway(self: Value, bases: Value): boolean {
  const all = bases instanceof PyTuple ? bases.items : []
  return all.slice(all.indexOf(self) + 1).some((b) => b instanceof PyGeneric && b.cls === genericAlias && b !== self)
}

const asGeneric = (vm: Vm, v: Value): PyGeneric =>
  v instanceof PyGeneric ? v : vm.raise(types.TypeError, 'expected a generic alias')

export const genericAlias: PyClass = classOf({
  name: '_GenericAlias',
  module: 'typing',
  methods: {
    __repr__: native('__repr__(self, /)', (vm, [self]) => genericRepr(vm, asGeneric(vm, self))),
    __eq__: native('__eq__(self, other, /)', (vm, [self, other]) => sameAlias(vm, self, other)),
    __hash__: native('__hash__(self, /)', (vm, [self]) => {
      const g = asGeneric(vm, self)
      return hash(vm, tuple([g.name, g.args.length]))
    }),
    __call__: native('__call__(self, *args, **kwargs)', (vm, [self, args, kwargs]) => {
      const { origin } = asGeneric(vm, self)
      return origin instanceof PyClass ? call(vm, origin, args, kwargs) : notCallable(vm, self)
    }),
    __getitem__: native('__getitem__(self, params, /)', (vm, [self, params]) => {
      const g = asGeneric(vm, self)
      const variables = typeParameters(g)
      const given = (params instanceof PyTuple ? params.items : [params]).map(argument)
      if (variables.length === 0) vm.raise(types.TypeError, `${repr(vm, self)} is not a generic class`)
      return substitute(g, new Map(variables.map((v, i) => [v, given[i] ?? v])))
    }),
    __mro_entries__: native('__mro_entries__(self, bases, /)', (vm, [self, bases]) => {
      const { origin, name } = asGeneric(vm, self)
      if (name === 'Generic' && isGenericAnyway(self, bases)) return tuple([])
      return origin instanceof PyClass
        ? tuple([origin])
        : vm.raise(types.TypeError, `Cannot subclass ${repr(vm, self)}`)
    }),
    ...unionMethods,
  },
  properties: {
    __origin__: (vm, self) => asGeneric(vm, self).origin,
    __args__: (vm, self) => {
      const g = asGeneric(vm, self)
      return tuple(g.name === 'Annotated' ? g.args.slice(0, 1) : visibleArgs(g))
    },
    __metadata__: (vm, self) => {
      const g = asGeneric(vm, self)
      if (g.name !== 'Annotated') vm.raise(types.AttributeError, '__metadata__')
      return tuple(g.args.slice(1))
    },
    __parameters__: (_vm, self) => tuple(typeParameters(self)),
    _name: (vm, self) => asGeneric(vm, self).name,
  },
})

// --- Aliases of classes: List, Callable, Mapping … -------------------------------------------------------------------

const aliasOf = new Hidden<{ readonly name: string; readonly origin: PyClass }>('typing alias')

const bareAlias: PyClass = classOf({
  name: '_SpecialGenericAlias',
  module: 'typing',
  methods: {
    __getitem__: native('__getitem__(self, params, /)', (vm, [self, params]) => {
      const { name, origin } = aliasOf.get(vm, self)
      const given = params instanceof PyTuple ? params.items : [params]
      return alias(name, origin, name === 'Callable' ? callableArguments(given) : given.map(argument))
    }),
    __call__: native('__call__(self, *args, **kwargs)', (vm, [self, args, kwargs]) =>
      call(vm, aliasOf.get(vm, self).origin, args, kwargs),
    ),
    __repr__: native('__repr__(self, /)', (vm, [self]) => `typing.${aliasOf.get(vm, self).name}`),
    __instancecheck__: native('__instancecheck__(self, obj, /)', (vm, [self, obj]) =>
      isInstance(vm, obj, aliasOf.get(vm, self).origin),
    ),
    __subclasscheck__: native('__subclasscheck__(self, cls, /)', (vm, [self, cls]) =>
      isSubclass(vm, cls, aliasOf.get(vm, self).origin),
    ),
    __mro_entries__: native('__mro_entries__(self, bases, /)', (vm, [self]) => tuple([aliasOf.get(vm, self).origin])),
    __getattr__: native('__getattr__(self, name, /)', (vm, [self, name]) => {
      const { origin } = aliasOf.get(vm, self)
      const found = typeof name === 'string' ? getAttrOr(vm, origin, name) : undefined
      return found ?? vm.raise(types.AttributeError, String(name))
    }),
    ...unionMethods,
  },
  properties: {
    __origin__: (vm, self) => aliasOf.get(vm, self).origin,
    __name__: (vm, self) => aliasOf.get(vm, self).name,
    _name: (vm, self) => aliasOf.get(vm, self).name,
  },
})

export function makeAlias(name: string, origin: PyClass): PyInstance {
  const made = instance(bareAlias)
  aliasOf.set(made, { name, origin })
  return made
}

export function bareOrigin(vm: Vm, v: Value): PyClass | undefined {
  return aliasOf.has(v) ? aliasOf.get(vm, v).origin : undefined
}

const ofBuiltins: Readonly<Record<string, PyClass>> = {
  List: types.list,
  Dict: types.dict,
  Set: types.set,
  FrozenSet: types.frozenset,
  Tuple: types.tuple,
  Type: types.type,
  DefaultDict: types.defaultdict,
  OrderedDict: types.OrderedDict,
}

const ofAbstractClasses = [
  'Hashable', 'Awaitable', 'Coroutine', 'AsyncIterable', 'AsyncIterator', 'AsyncGenerator', 'Iterable', 'Iterator',
  'Reversible', 'Generator', 'Sized', 'Container', 'Callable', 'Collection', 'MutableSet', 'Mapping', 'MappingView',
  'KeysView', 'ItemsView', 'ValuesView', 'MutableMapping', 'Sequence', 'ByteString', 'MutableSequence',
] // prettier-ignore

export const aliases: Readonly<Record<string, PyInstance>> = {
  ...Object.fromEntries(Object.entries(ofBuiltins).map(([name, cls]) => [name, makeAlias(name, cls)])),
  ...Object.fromEntries(ofAbstractClasses.map((name) => [name, makeAlias(name, abstractClass(name))])),
  AbstractSet: makeAlias('AbstractSet', abstractClass('Set')),
}

/** Aliases whose class is made per run: name → module and class. */
export const laterAliases: Readonly<Record<string, readonly [module: string, name: string]>> = {
  Deque: ['collections', 'deque'],
  Counter: ['collections', 'Counter'],
  ChainMap: ['collections', 'ChainMap'],
  ContextManager: ['contextlib', 'AbstractContextManager'],
  Pattern: ['re', 'Pattern'],
  Match: ['re', 'Match'],
}

const aliasNames: ReadonlySet<string> = new Set([
  ...Object.keys(aliases),
  ...Object.keys(laterAliases),
  ...Object.keys(formRows),
])
