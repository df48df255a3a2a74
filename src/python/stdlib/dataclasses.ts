// Dataclasses. `dataclass` reads the annotated names of a class body and gives the class native methods; its constructor
// is a signature, so calls are bound and refused as those of a `def`. Annotations stay unevaluated until `Field.type` is
// read: ClassVar and InitVar are told by the annotation's text, which is how CPython treats annotations that are text.
import { dict, notImplemented, tuple } from '../make.ts'
import { asMethod, classOf, native, natives } from '../native.ts'
import {
  call,
  callMethod,
  collect,
  compare,
  construct,
  dictUpdate,
  genericSetAttr,
  getAttr,
  getAttrOr,
  hash,
  repr,
  setAttr,
  truth,
  typeOf,
  type CompareOperator,
} from '../object.ts'
import { types } from '../types.ts'
import { PyClass, PyDict, PyInstance, PyNative, PyTuple, type Annotation, type Kwargs, type Value } from '../values.ts'
import { stateKey } from '../state.ts'
import type { HostModule, Vm } from '../vm.ts'
import { deepCopy, recursively } from './copy.ts'
import { Hidden, instance, mustBeClass, newClass } from './helpers.ts'
import { givenAnnotation } from './typing/structures.ts'

const marker = (name: string, text: string): PyInstance =>
  instance(classOf({ name, module: 'dataclasses', methods: natives({ '__repr__(self, /)': () => text }) }))

const MISSING = marker('_MISSING_TYPE', '<dataclasses._MISSING_TYPE object>')
const KW_ONLY = marker('_KW_ONLY_TYPE', '<dataclasses._KW_ONLY_TYPE object>')

type Kind = 'field' | 'classvar' | 'initvar'

/** A field as the host sees it; the program's view is the attributes of `object`. */
interface Field {
  readonly name: string
  readonly kind: Kind
  readonly object: PyInstance
  readonly default: Value | undefined
  readonly factory: Value | undefined
  readonly init: boolean
  readonly repr: boolean
  readonly compare: boolean
  readonly hash: Value
  readonly kwOnly: boolean
}

interface Declared {
  annotation: Annotation | undefined
  evaluated: Value | undefined
  kind: Kind
}

const declared = new Hidden<Declared>('dataclasses.Field')

function fieldType(vm: Vm, self: Value): Value {
  const d = declared.get(vm, self)
  return (d.evaluated ??= d.annotation?.evaluate(vm) ?? null)
}

const shownAttributes = [
  'name',
  'type',
  'default',
  'default_factory',
  'init',
  'repr',
  'hash',
  'compare',
  'metadata',
  'kw_only',
]

const FieldClass: PyClass = classOf({
  name: 'Field',
  module: 'dataclasses',
  methods: natives({
    '__repr__(self, /)': (vm, [self]) =>
      `Field(${shownAttributes.map((name) => `${name}=${repr(vm, getAttr(vm, self, name))}`).join(',')})`,
  }),
  properties: {
    type: {
      get: fieldType,
      set: (vm, self, v) => {
        declared.get(vm, self).evaluated = v
      },
    },
  },
})

function makeField(
  vm: Vm,
  row: {
    default?: Value
    factory?: Value
    init?: Value
    repr?: Value
    hash?: Value
    compare?: Value
    metadata?: Value
    kwOnly?: Value
  },
): PyInstance {
  if (row.default !== undefined && row.default !== MISSING && row.factory !== undefined && row.factory !== MISSING) {
    vm.raise(types.ValueError, 'cannot specify both default and default_factory')
  }
  const metadata = new PyDict(types.mappingproxy)
  if ((row.metadata ?? null) !== null)
    for (const [key, entry] of asDict(vm, row.metadata ?? null).entries) metadata.entries.set(key, entry)
  const field = instance(FieldClass, {
    name: null,
    default: row.default === undefined ? MISSING : row.default,
    default_factory: row.factory === undefined ? MISSING : row.factory,
    init: row.init ?? true,
    repr: row.repr ?? true,
    hash: row.hash ?? null,
    compare: row.compare ?? true,
    metadata,
    kw_only: row.kwOnly ?? MISSING,
  })
  declared.set(field, { annotation: undefined, evaluated: undefined, kind: 'field' })
  return field
}

function asDict(vm: Vm, v: Value): PyDict {
  return v instanceof PyDict ? v : vm.raise(types.TypeError, 'expected a mapping')
}

function isField(v: Value | undefined): v is PyInstance {
  return v instanceof PyInstance && v.cls === FieldClass
}

function hostField(vm: Vm, object: PyInstance): Field {
  const given = (name: string): Value | undefined => {
    const v = object.dict.get(name)
    return v === MISSING ? undefined : v
  }
  return {
    name: String(object.dict.get('name')),
    kind: declared.get(vm, object).kind,
    object,
    default: given('default'),
    factory: given('default_factory'),
    init: truth(vm, given('init') ?? true),
    repr: truth(vm, given('repr') ?? true),
    compare: truth(vm, given('compare') ?? true),
    hash: given('hash') ?? null,
    kwOnly: truth(vm, given('kw_only') ?? false),
  }
}

function ownTable(cls: PyClass): PyDict | undefined {
  const table = cls.lookup('__dataclass_fields__')
  return table instanceof PyDict ? table : undefined
}

/** All fields of a class or instance, pseudo-fields included; TypeError where it is no dataclass. */
function allFields(vm: Vm, v: Value): Field[] {
  const table = ownTable(v instanceof PyClass ? v : typeOf(v))
  if (table === undefined) vm.raise(types.TypeError, 'must be called with a dataclass type or instance')
  return [...table.entries.values()].flatMap(([, f]) => (isField(f) ? [hostField(vm, f)] : []))
}

function dataclassFields(vm: Vm, v: Value): Field[] {
  return allFields(vm, v).filter((f) => f.kind === 'field')
}

// --- From a class body to its fields ---------------------------------------------------------------------------------

const headName = /^["']?\s*(?:[A-Za-z_]\w*\.)*(ClassVar|InitVar|KW_ONLY)\b/

function annotationHead(a: Annotation): string | undefined {
  return headName.exec(a.text)?.[1]
}

function declare(vm: Vm, cls: PyClass, a: Annotation, kwOnly: boolean): PyInstance {
  const found = getAttrOr(vm, cls, a.name)
  const field = isField(found) ? found : makeField(vm, found === undefined ? {} : { default: found })
  const head = annotationHead(a)
  const kind: Kind = head === 'ClassVar' ? 'classvar' : head === 'InitVar' ? 'initvar' : 'field'
  declared.set(field, { annotation: a, evaluated: undefined, kind })
  field.dict.set('name', a.name)
  if (kind !== 'field' && field.dict.get('default_factory') !== MISSING) {
    vm.raise(types.TypeError, `field ${a.name} cannot have a default factory`)
  }
  if (field.dict.get('kw_only') === MISSING) field.dict.set('kw_only', kind !== 'classvar' && kwOnly)
  refuseMutable(vm, a.name, kind, field.dict.get('default'))
  return field
}

function refuseMutable(vm: Vm, name: string, kind: Kind, value: Value | undefined): void {
  if (kind !== 'field' || value === undefined || value === null || typeof value !== 'object') return
  const cls = typeOf(value)
  if (cls.lookup('__hash__') === null) {
    vm.raise(types.ValueError, `mutable default ${repr(vm, cls)} for field ${name} is not allowed: use default_factory`)
  }
}

/** The fields that the class body declares, in order. */
function ownFields(vm: Vm, cls: PyClass, kwOnlyClass: boolean): PyInstance[] {
  const fields: PyInstance[] = []
  let kwOnly = kwOnlyClass
  for (const a of cls.annotations) {
    if (annotationHead(a) === 'KW_ONLY') kwOnly = true
    else fields.push(declare(vm, cls, a, kwOnly))
  }
  for (const [name, v] of cls.dict) {
    if (isField(v) && !cls.annotations.some((a) => a.name === name)) {
      vm.raise(types.TypeError, `'${name}' is a field but has no type annotation`)
    }
  }
  return fields
}

/** Puts the defaults of `field(default=…)` where class attributes are. */
function exposeDefaults(vm: Vm, cls: PyClass, fields: readonly PyInstance[]): void {
  for (const field of fields) {
    const name = String(field.dict.get('name'))
    if (!isField(cls.lookup(name))) continue
    const given = field.dict.get('default')
    const value = given === undefined ? MISSING : given
    if (value === MISSING) cls.delete(name)
    else setAttr(vm, cls, name, value)
  }
}

// --- The methods -----------------------------------------------------------------------------------------------------

/** The constructor of a dataclass; `inspect.signature` reads its fields. */
export class DataclassInit extends PyNative {
  constructor(
    run: PyNative,
    readonly fields: readonly Field[],
  ) {
    super(types.methodDescriptor, '__init__', run.fn, true, run.signature)
  }
}

/** Fields that are parameters: those by position first. */
export function initParameters(fields: readonly Field[]): { positional: Field[]; keywordOnly: Field[] } {
  const parameters = fields.filter((f) => f.init && f.kind !== 'classvar')
  return { positional: parameters.filter((f) => !f.kwOnly), keywordOnly: parameters.filter((f) => f.kwOnly) }
}

function initSignature(vm: Vm, cls: PyClass, fields: readonly Field[]): { text: string; order: readonly Field[] } {
  const { positional, keywordOnly } = initParameters(fields)
  const hasDefault = (f: Field): boolean => f.default !== undefined || f.factory !== undefined
  const firstDefault = positional.findIndex(hasDefault)
  const late = firstDefault < 0 ? undefined : positional.slice(firstDefault).find((f) => !hasDefault(f))
  if (late !== undefined) vm.raise(types.TypeError, `non-default argument '${late.name}' follows default argument`)
  const parameter = (f: Field): string => (hasDefault(f) ? `${f.name}=MISSING` : f.name)
  const parts = ['self', ...positional.map(parameter)]
  if (keywordOnly.length > 0) parts.push('*', ...keywordOnly.map(parameter))
  return { text: `${cls.qualname}.__init__(${parts.join(', ')})`, order: [...positional, ...keywordOnly] }
}

function initialValue(vm: Vm, f: Field, given: Value | undefined): Value {
  if (given !== undefined) return given
  return f.factory === undefined ? (f.default ?? null) : call(vm, f.factory)
}

function makeInit(vm: Vm, cls: PyClass, fields: readonly Field[], frozen: boolean): DataclassInit {
  const { text, order } = initSignature(vm, cls, fields)
  const assign = frozen ? genericSetAttr : setAttr
  const made = fields.filter((f) => !f.init && f.factory !== undefined && f.kind === 'field')
  const run = native<string>(text, (vm, args) => {
    const [self, ...given] = args as readonly [Value, ...(Value | undefined)[]]
    const extra: Value[] = []
    for (const [i, f] of order.entries()) {
      const v = initialValue(vm, f, given[i])
      if (f.kind === 'initvar') extra.push(v)
      else assign(vm, self, f.name, v)
    }
    for (const f of made) assign(vm, self, f.name, initialValue(vm, f, undefined))
    if (typeOf(self).lookup('__post_init__') !== undefined) callMethod(vm, self, '__post_init__', extra)
    return null
  })
  return new DataclassInit(run, fields)
}

const shownNow = stateKey('dataclasses.repr', () => new Set<Value>())

function makeRepr(fields: readonly Field[]): PyNative {
  return native('__repr__(self, /)', (vm, [self]) =>
    recursively(vm.state(shownNow), self, '...', () => {
      const shown = fields.filter((f) => f.repr).map((f) => `${f.name}=${repr(vm, getAttr(vm, self, f.name))}`)
      return `${typeOf(self).qualname}(${shown.join(', ')})`
    }),
  )
}

function values(vm: Vm, self: Value, fields: readonly Field[]): PyTuple {
  return tuple(fields.map((f) => getAttr(vm, self, f.name)))
}

function comparison(name: string, op: CompareOperator, fields: readonly Field[]): PyNative {
  return native<string>(`${name}(self, other, /)`, (vm, args) => {
    const [self, other] = args as readonly [Value, Value]
    if (typeOf(self) !== typeOf(other)) return notImplemented
    return compare(vm, op, values(vm, self, fields), values(vm, other, fields))
  })
}

const orderOperators = [
  ['__lt__', '<'],
  ['__le__', '<='],
  ['__gt__', '>'],
  ['__ge__', '>='],
] as const

interface Params {
  readonly init: boolean
  readonly repr: boolean
  readonly eq: boolean
  readonly order: boolean
  readonly unsafeHash: boolean
  readonly frozen: boolean
  readonly matchArgs: boolean
  readonly kwOnly: boolean
  readonly slots: boolean
}

function addNew(cls: PyClass, name: string, method: PyNative): boolean {
  if (cls.dict.has(name)) return false
  cls.set(name, method instanceof DataclassInit ? method : asMethod(method))
  return true
}

function addOrder(vm: Vm, cls: PyClass, fields: readonly Field[]): void {
  for (const [name, op] of orderOperators) {
    if (!addNew(cls, name, comparison(name, op, fields))) {
      vm.raise(
        types.TypeError,
        `Cannot overwrite attribute ${name} in class ${cls.name}. Consider using functools.total_ordering`,
      )
    }
  }
}

const FrozenInstanceError: PyClass = classOf({
  name: 'FrozenInstanceError',
  module: 'dataclasses',
  bases: [types.AttributeError],
})

function refuseChange(vm: Vm, what: 'assign to' | 'delete', name: Value): never {
  return vm.raise(FrozenInstanceError, `cannot ${what} field '${String(name)}'`)
}

function freeze(cls: PyClass): void {
  const assign = native('__setattr__(self, name, value, /)', (vm, [, name]) => refuseChange(vm, 'assign to', name))
  const remove = native('__delattr__(self, name, /)', (vm, [, name]) => refuseChange(vm, 'delete', name))
  addNew(cls, '__setattr__', assign)
  addNew(cls, '__delattr__', remove)
}

/** CPython's table: what becomes of `__hash__`. */
function settleHash(vm: Vm, cls: PyClass, params: Params, fields: readonly Field[], definedEq: boolean): void {
  const own = cls.dict.get('__hash__')
  const explicit = own !== undefined && !(own === null && definedEq)
  const hashed = fields.filter((f) => (f.hash === null ? f.compare : truth(vm, f.hash)))
  const add = (): void => {
    cls.set('__hash__', asMethod(native('__hash__(self, /)', (vm, [self]) => hash(vm, values(vm, self, hashed)))))
  }
  if (params.unsafeHash) {
    if (explicit) vm.raise(types.TypeError, `Cannot overwrite attribute __hash__ in class ${cls.name}`)
    add()
  } else if (params.eq && !explicit) {
    if (params.frozen) add()
    else cls.set('__hash__', null)
  }
}

function paramsObject(p: Params): PyInstance {
  return instance(paramsClass, {
    init: p.init,
    repr: p.repr,
    eq: p.eq,
    order: p.order,
    unsafe_hash: p.unsafeHash,
    frozen: p.frozen,
  })
}

const paramsClass: PyClass = classOf({ name: '_DataclassParams', module: 'dataclasses' })

function process(vm: Vm, cls: PyClass, params: Params): PyClass {
  const table = new PyDict(types.dict)
  for (const base of [...cls.mro].reverse().slice(0, -1)) {
    for (const [key, entry] of ownTable(base)?.entries ?? []) table.entries.set(key, entry)
  }
  const own = ownFields(vm, cls, params.kwOnly)
  dictUpdate(vm, table, dict(own.map((f) => [String(f.dict.get('name')), f])))
  exposeDefaults(vm, cls, own)
  const definedEq = cls.dict.has('__eq__')
  cls.set('__dataclass_fields__', table)
  cls.set('__dataclass_params__', paramsObject(params))
  const all = allFields(vm, cls)
  const real = all.filter((f) => f.kind === 'field')
  const compared = real.filter((f) => f.compare)
  if (params.init) addNew(cls, '__init__', makeInit(vm, cls, all, params.frozen))
  if (params.repr) addNew(cls, '__repr__', makeRepr(real))
  if (params.eq) addNew(cls, '__eq__', comparison('__eq__', '==', compared))
  if (params.order) addOrder(vm, cls, compared)
  if (params.frozen) freeze(cls)
  settleHash(vm, cls, params, real, definedEq)
  const positional = initParameters(all).positional.map((f) => f.name)
  if (params.matchArgs && !cls.dict.has('__match_args__')) cls.set('__match_args__', tuple(positional))
  if (params.slots && !cls.dict.has('__slots__'))
    cls.set('__slots__', tuple(own.map((f) => String(f.dict.get('name')))))
  return cls
}

// --- The module ------------------------------------------------------------------------------------------------------

function readParams(vm: Vm, options: Kwargs): Params {
  const flag = (name: string, standard: boolean): boolean => truth(vm, options.get(name) ?? standard)
  return {
    init: flag('init', true),
    repr: flag('repr', true),
    eq: flag('eq', true),
    order: flag('order', false),
    unsafeHash: flag('unsafe_hash', false),
    frozen: flag('frozen', false),
    matchArgs: flag('match_args', true),
    kwOnly: flag('kw_only', false),
    slots: flag('slots', false),
  }
}

const optionNames =
  'init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False'
const optionKeys = optionNames.split(', ').map((o) => o.split('=')[0] ?? '')

function dataclassDecorator(): PyNative {
  return native<string>(`dataclass(cls=None, /, *, ${optionNames})`, (vm, args) => {
    const [cls, ...flags] = args as readonly Value[]
    const params = readParams(vm, new Map(optionKeys.map((key, i) => [key, flags[i] ?? false])))
    const decorate = native('wrap(cls, /)', (vm, [target]) => process(vm, mustBeClass(vm, target), params))
    return (cls ?? null) === null ? decorate : call(vm, decorate, [cls ?? null])
  })
}

function asPlain(vm: Vm, v: Value, make: (names: readonly string[], items: readonly Value[]) => Value): Value {
  const inner = (x: Value): Value => asPlain(vm, x, make)
  if (v instanceof PyInstance && ownTable(v.cls) !== undefined) {
    const fields = dataclassFields(vm, v)
    return make(
      fields.map((f) => f.name),
      fields.map((f) => inner(getAttr(vm, v, f.name))),
    )
  }
  if (v instanceof PyTuple || (v !== null && typeof v === 'object' && typeOf(v).isSubclassOf(types.list))) {
    const items = collect(vm, v).map(inner)
    const named = typeOf(v).lookup('_fields') !== undefined
    return construct(vm, typeOf(v), named ? items : [tuple(items)])
  }
  if (v instanceof PyDict) {
    const pairs = [...v.entries.values()].map(([key, x]) => tuple([inner(key), inner(x)]))
    return construct(vm, typeOf(v), [tuple(pairs)])
  }
  return deepCopy(vm, v)
}

function requireInstance(vm: Vm, v: Value, name: string): void {
  if (v instanceof PyClass || ownTable(typeOf(v)) === undefined) {
    vm.raise(types.TypeError, `${name}() should be called on dataclass instances`)
  }
}

function replace(vm: Vm, obj: Value, changes: Kwargs): Value {
  requireInstance(vm, obj, 'replace')
  const given = new Map(changes)
  for (const f of allFields(vm, obj)) {
    if (f.kind === 'classvar') continue
    if (!f.init) {
      if (given.has(f.name)) {
        vm.raise(types.ValueError, `field ${f.name} is declared with init=False, it cannot be specified with replace()`)
      }
    } else if (!given.has(f.name)) {
      if (f.kind === 'initvar' && f.default === undefined) {
        vm.raise(types.ValueError, `InitVar '${f.name}' must be specified with replace()`)
      }
      given.set(f.name, getAttr(vm, obj, f.name))
    }
  }
  return construct(vm, typeOf(obj), [], given)
}

function makeDataclass(vm: Vm, name: Value, rows: Value, bases: Value, namespace: Value, options: Kwargs): Value {
  const body = new PyDict(types.dict)
  if (namespace !== null) dictUpdate(vm, body, namespace)
  const annotations = collect(vm, rows).map((row) => {
    if (typeof row === 'string') return givenAnnotation(row, null)
    const [field = null, type = null, value] = collect(vm, row)
    if (value !== undefined) dictUpdate(vm, body, dict([[String(field), value]]))
    return givenAnnotation(String(field), type)
  })
  const base = bases instanceof PyTuple ? bases.items[0] : undefined
  const cls = newClass(vm, base instanceof PyClass ? base.cls : types.type, name, bases ?? tuple(), body)
  cls.annotations = annotations
  return process(vm, cls, readParams(vm, options))
}

const functions = natives({
  'field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=MISSING)':
    (vm, [value, factory, init, repr, hash, compare, metadata, kwOnly]) =>
      makeField(vm, {
        init,
        repr,
        hash,
        compare,
        metadata,
        ...(value === undefined ? {} : { default: value }),
        ...(factory === undefined ? {} : { factory }),
        ...(kwOnly === undefined ? {} : { kwOnly }),
      }),
  'fields(class_or_instance)': (vm, [v]) => tuple(dataclassFields(vm, v).map((f) => f.object)),
  'is_dataclass(obj)': (_vm, [v]) => ownTable(v instanceof PyClass ? v : typeOf(v)) !== undefined,
  'asdict(obj, *, dict_factory=None)': (vm, [obj, factory]) => {
    requireInstance(vm, obj, 'asdict')
    return asPlain(vm, obj, (names, items) =>
      factory === null
        ? dict(names.map((n, i) => [n, items[i] ?? null]))
        : call(vm, factory, [tuple(names.map((n, i) => tuple([n, items[i] ?? null])))]),
    )
  },
  'astuple(obj, *, tuple_factory=None)': (vm, [obj, factory]) => {
    requireInstance(vm, obj, 'astuple')
    return asPlain(vm, obj, (_names, items) => (factory === null ? tuple(items) : call(vm, factory, [tuple(items)])))
  },
  'replace(obj, /, **changes)': (vm, [obj, changes]) => replace(vm, obj, changes),
  'make_dataclass(cls_name, fields, *, bases=None, namespace=None, **options)': (
    vm,
    [name, rows, bases, ns, options],
  ) => makeDataclass(vm, name, rows, bases ?? tuple(), ns, options),
})

const InitVar: PyClass = classOf({
  name: 'InitVar',
  module: 'dataclasses',
  methods: natives({
    '__class_getitem__(type, /)': (_vm, [type]) => instance(InitVar, { type }),
    '__repr__(self, /)': (vm, [self]) => `dataclasses.InitVar[${repr(vm, getAttr(vm, self, 'type'))}]`,
  }),
})

export const dataclasses: HostModule = {
  name: 'dataclasses',
  reason: 'The library makes the methods by exec(), which is forbidden here; several hundred classes pass through it.',
  make: () => ({
    ...functions,
    dataclass: dataclassDecorator(),
    Field: FieldClass,
    FrozenInstanceError,
    InitVar,
    KW_ONLY,
    MISSING,
  }),
}
