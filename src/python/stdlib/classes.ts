// Modules that mostly name classes: types, numbers, weakref, string, builtins' relatives.
import { dict, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { call, collect, getAttr } from '../object.ts'
import { types } from '../types.ts'
import { PyClass, PyDict, PyInstance, PyNative, PyProperty, PySet, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { ABCMeta, declareVirtual } from './abc.ts'
import { abstractClass } from './collectionsAbc.ts'
import { initialize, newClass } from './helpers.ts'

// --- types -----------------------------------------------------------------------------------------------------------

function resolveBases(vm: Vm, bases: Value): Value {
  const resolved = collect(vm, bases).flatMap((b) =>
    b instanceof PyClass ? [b] : collect(vm, call(vm, getAttr(vm, b, '__mro_entries__'), [bases])),
  )
  return tuple(resolved)
}

const typesModule: HostModule = {
  name: 'types',
  reason: 'Names of the interpreter’s own classes.',
  make: () => ({
    SimpleNamespace: types.SimpleNamespace,
    MethodType: types.method,
    FunctionType: types.function,
    LambdaType: types.function,
    BuiltinFunctionType: types.builtin,
    BuiltinMethodType: types.builtin,
    MethodDescriptorType: types.methodDescriptor,
    WrapperDescriptorType: types.methodDescriptor,
    GetSetDescriptorType: types.getset,
    ModuleType: types.module,
    MappingProxyType: types.mappingproxy,
    UnionType: types.UnionType,
    GenericAlias: types.GenericAlias,
    NoneType: types.NoneType,
    NotImplementedType: types.NotImplementedType,
    EllipsisType: types.ellipsis,
    GeneratorType: types.generator,
    CoroutineType: types.coroutine,
    CodeType: types.code,
    CellType: types.cell,
    FrameType: types.frame,
    TracebackType: types.traceback,
    DynamicClassAttribute: types.property,
    ...natives({
      'new_class(name, bases=None, kwds=None, exec_body=None)': (vm, [name, bases, kwds, body]) => {
        const parents = resolveBases(vm, bases ?? tuple())
        const namespace = dict()
        if (body !== null) call(vm, body, [namespace])
        const extra = new Map(
          kwds instanceof PyDict ? [...kwds.entries.values()].map(([k, v]) => [String(k), v] as const) : [],
        )
        const [first] = collect(vm, parents)
        const given = extra.get('metaclass') ?? (first instanceof PyClass ? first.cls : types.type)
        extra.delete('metaclass')
        return newClass(vm, given, name, parents, namespace, extra)
      },
      'resolve_bases(bases, /)': (vm, [bases]) => resolveBases(vm, bases),
      'coroutine(func, /)': (_vm, [fn]) => fn,
    }),
  }),
}

// --- numbers ---------------------------------------------------------------------------------------------------------

function numberTower(): Record<string, Value> {
  const { int, float, complex } = types
  const abstract = (name: string, base: PyClass, registered: readonly PyClass[]): PyClass =>
    declareVirtual(classOf({ name, module: 'numbers', bases: [base], metaclass: ABCMeta }), { registered, needs: [] })
  const Number = abstract('Number', types.object, [int, float, complex])
  const Complex = abstract('Complex', Number, [int, float, complex])
  const Real = abstract('Real', Complex, [int, float])
  const Rational = abstract('Rational', Real, [int])
  return { Number, Complex, Real, Rational, Integral: abstract('Integral', Rational, [int]) }
}

const tower = numberTower()

const numbers: HostModule = {
  name: 'numbers',
  reason: 'isinstance() against the tower of numbers is about classes of the host.',
  make: () => tower,
}

// --- weakref ---------------------------------------------------------------------------------------------------------

const referenceType: PyClass = classOf({
  name: 'ReferenceType',
  module: 'weakref',
  methods: natives({
    '__init__(self, object, callback=None, /)': (_vm, [self, target]) => initialize(self, { _target: target }),
    '__call__(self)': (_vm, [self]) => targetOf(self),
    '__eq__(self, other, /)': (_vm, [self, other]) =>
      other instanceof PyInstance && other.cls.isSubclassOf(referenceType) && targetOf(self) === targetOf(other),
    '__hash__(self, /)': (vm, [self]) => call(vm, vm.builtins.get('hash') ?? null, [targetOf(self)]),
  }),
})

function targetOf(self: Value): Value {
  return self instanceof PyInstance ? (self.dict.get('_target') ?? null) : null
}

/** A container of weak references: the plain container, as nothing is collected during a run. */
function weakContainer(name: string, plain: PyClass, base: PyClass, make: (cls: PyClass) => PyDict | PySet): PyClass {
  const inherited = [...plain.dict].filter(
    ([n, v]) => (v instanceof PyNative || v instanceof PyProperty) && n !== '__class_getitem__',
  )
  return classOf({
    name,
    module: 'weakref',
    bases: [base],
    allocate: make,
    methods: {
      ...Object.fromEntries(inherited),
      __new__: native('__new__(cls, *args, **kwargs)', (_vm, [cls]) => make(cls as PyClass)),
    },
  })
}

const weakref: HostModule = {
  name: 'weakref',
  reason: 'Nothing is collected while an analysis runs, so a weak reference is a reference.',
  make: () => {
    const mapping = (name: string): PyClass =>
      weakContainer(name, types.dict, abstractClass('MutableMapping'), (cls) => new PyDict(cls))
    return {
      ref: referenceType,
      ReferenceType: referenceType,
      WeakKeyDictionary: mapping('WeakKeyDictionary'),
      WeakValueDictionary: mapping('WeakValueDictionary'),
      WeakSet: weakContainer('WeakSet', types.set, abstractClass('MutableSet'), (cls) => new PySet(cls)),
      ...natives({
        'proxy(object, callback=None, /)': (_vm, [target]) => target,
        'finalize(obj, func, /, *args, **kwargs)': () => null,
        'getweakrefcount(object, /)': () => 0,
      }),
    }
  },
}

// --- string ----------------------------------------------------------------------------------------------------------

const lower = 'abcdefghijklmnopqrstuvwxyz'
const upper = lower.toUpperCase()
const digits = '0123456789'
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const whitespace = ' \t\n\r\v\f'

const string: HostModule = {
  name: 'string',
  reason: 'Constants.',
  make: () => ({
    ascii_lowercase: lower,
    ascii_uppercase: upper,
    ascii_letters: lower + upper,
    digits,
    hexdigits: `${digits}abcdefABCDEF`,
    octdigits: '01234567',
    punctuation,
    whitespace,
    printable: digits + lower + upper + punctuation + whitespace,
  }),
}

// --- __future__ ------------------------------------------------------------------------------------------------------

const future: HostModule = {
  name: '__future__',
  reason: 'The compiler reads these statements; at run time they are names.',
  make: () =>
    Object.fromEntries(
      'annotations division absolute_import print_function unicode_literals generator_stop with_statement nested_scopes generators'
        .split(' ')
        .map((name) => [name, name]),
    ),
}

/** Packages that are installed where models run, none of whose names an analysis knows: reading one ends it. */
const unknownInside: readonly HostModule[] = ['regex', 'yaml', 'tokenizers'].map((name) => ({
  name,
  reason: 'Tokenizers and their files have no part in a model’s cost.',
  make: () => ({}),
}))

export const classModules: readonly HostModule[] = [typesModule, numbers, weakref, string, future, ...unknownInside]
