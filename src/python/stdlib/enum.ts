// Enumerations. The metaclass takes the members out of the class body, makes the class, then each member, as an instance
// of the class that may at the same time be a str or int (`class Kind(str, Enum)`). Members of a class live in its
// `_member_map_`, by value in `_value2member_map_`, as in CPython, whose rules for `str()` and `repr()` of mixed-in types
// are kept.
import { list, notImplemented, tuple } from '../make.ts'
import { classOf, fillClass, native, natives } from '../native.ts'
import {
  binaryOp,
  call,
  callMethod,
  className,
  collect,
  compare,
  dictGet,
  dictSet,
  equals,
  format,
  getAttr,
  intOf,
  isInstance,
  makeIterator,
  repr,
  str,
  typeOf,
  ClassNamespace,
  type BinaryOperator,
} from '../object.ts'
import { types } from '../types.ts'
import {
  PyClass,
  PyClassMethod,
  PyDict,
  PyException,
  PyFunction,
  PyInstance,
  PyList,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PyTuple,
  type Kwargs,
  type Value,
} from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { Hidden, instance, mustBeClass, newClass } from './helpers.ts'

// --- auto() ----------------------------------------------------------------------------------------------------------

/** `auto()`, or an operation on one (`RW = R | W`), which gets its value when the member is made. */
type Deferred =
  { readonly op: BinaryOperator; readonly left: Value; readonly right: Value } | { value: Value | undefined }

const deferred = new Hidden<Deferred>('enum.auto')

function defer(op: BinaryOperator, left: Value, right: Value): Value {
  const made = instance(auto)
  deferred.set(made, { op, left, right })
  return made
}

const auto: PyClass = classOf({
  name: 'auto',
  module: 'enum',
  methods: natives({
    '__init__(self, value=MISSING)': (_vm, [self, value]) => {
      deferred.set(self, { value })
      return null
    },
    '__or__(self, other, /)': (_vm, [self, other]) => defer('|', self, other),
    '__ror__(self, other, /)': (_vm, [self, other]) => defer('|', other, self),
    '__and__(self, other, /)': (_vm, [self, other]) => defer('&', self, other),
    '__xor__(self, other, /)': (_vm, [self, other]) => defer('^', self, other),
  }),
})

function settle(vm: Vm, v: Value, next: () => Value): Value {
  if (!deferred.has(v)) return v
  const d = deferred.get(vm, v)
  if ('op' in d) return binaryOp(vm, d.op, settle(vm, d.left, next), settle(vm, d.right, next))
  return (d.value ??= next())
}

// --- What is a member ------------------------------------------------------------------------------------------------

const nonmember: PyClass = classOf({
  name: 'nonmember',
  module: 'enum',
  methods: natives({
    '__init__(self, value)': (_vm, [self, value]) => {
      wrapped.set(self, value)
      return null
    },
  }),
})
const member: PyClass = classOf({ name: 'member', module: 'enum', bases: [nonmember] })
const wrapped = new Hidden<Value>('enum.nonmember')

const isDunder = (name: string): boolean => /^__[^_].*[^_]__$/.test(name)
const isSunder = (name: string): boolean => /^_[^_].*[^_]_$/.test(name) || /^_[^_]_$/.test(name)

function isDescriptor(v: Value): boolean {
  if (!(v instanceof PyObject) || v instanceof PyClass) return false
  if (v instanceof PyFunction || v instanceof PyNative || v instanceof PyProperty) return true
  if (v instanceof PyStaticMethod || v instanceof PyClassMethod) return true
  return ['__get__', '__set__', '__delete__'].some((name) => v.cls.lookup(name) !== undefined)
}

function isMember(cls: string, name: string, v: Value): boolean {
  if (isDunder(name) || isSunder(name) || name.startsWith(`_${cls}__`)) return false
  if (v instanceof PyObject && v.cls === member) return true
  return !isDescriptor(v) && !(v instanceof PyObject && v.cls === nonmember)
}

/** The body without its members, and the members in order. */
function splitBody(vm: Vm, cls: string, namespace: PyDict): { body: ClassNamespace; members: Map<string, Value> } {
  const body = new ClassNamespace(types.dict)
  if (namespace instanceof ClassNamespace) body.annotations = namespace.annotations
  const members = new Map<string, Value>()
  const ignore = namespace.entries.get('_ignore_')?.[1] ?? null
  const ignored = typeof ignore === 'string' ? ignore.split(/[\s,]+/) : ignore === null ? [] : collect(vm, ignore)
  for (const [key, [name, v]] of namespace.entries) {
    if (ignored.includes(name)) continue
    if (typeof name === 'string' && isMember(cls, name, v)) members.set(name, wrapped.has(v) ? wrapped.get(vm, v) : v)
    else body.entries.set(key, [name, wrapped.has(v) ? wrapped.get(vm, v) : v])
  }
  return { body, members }
}

// --- Making the class and its members --------------------------------------------------------------------------------

function memberMap(cls: PyClass): PyDict {
  const map = cls.lookup('_member_map_')
  return map instanceof PyDict ? map : new PyDict(types.dict)
}

function valueMap(cls: PyClass): PyDict {
  const map = cls.lookup('_value2member_map_')
  return map instanceof PyDict ? map : new PyDict(types.dict)
}

/** Members in order, without aliases. */
function membersOf(cls: PyClass): Value[] {
  const names = cls.lookup('_member_names_')
  const map = memberMap(cls)
  return names instanceof PyList ? names.items.flatMap((n) => map.entries.get(String(n))?.[1] ?? []) : []
}

function enumBase(vm: Vm, cls: PyClass): PyClass {
  const last = cls.bases.at(-1)
  if (last === undefined || !last.cls.isSubclassOf(EnumMeta)) {
    return vm.raise(
      types.TypeError,
      'new enumerations should be created as `EnumName([mixin_type, ...] [data_type,] enum_type)`',
    )
  }
  return last
}

/** The data type that members are instances of too: the first class in the order of resolution that can make values. */
function memberType(cls: PyClass): PyClass {
  const kinds = [types.str, types.int, types.float, types.tuple, types.bytes]
  const found = cls.mro.find((c) => kinds.includes(c as never))
  if (found !== undefined) return found
  const mixin = cls.mro.find(
    (c) => c !== cls && !c.cls.isSubclassOf(EnumMeta) && c !== types.object && c.dict.has('__new__'),
  )
  return mixin ?? types.object
}

function refuseExtension(vm: Vm, name: string, bases: Value): void {
  for (const base of bases instanceof PyTuple ? bases.items : []) {
    if (base instanceof PyClass && membersOf(base).length > 0) {
      vm.raise(types.TypeError, `<enum '${name}'> cannot extend ${repr(vm, base)}`)
    }
  }
}

interface Making {
  readonly cls: PyClass
  readonly type: PyClass
  /** What makes the bare member: the class's own `__new__`, else its data type's; undefined for plain enums. */
  readonly maker: Value | undefined
  readonly generate: Value
}

function newMaker(cls: PyClass, type: PyClass): Value | undefined {
  const unwrap = (v: Value): Value => (v instanceof PyStaticMethod ? v.fn : v)
  for (const c of cls.mro) {
    const own = c.dict.get('__new_member__') ?? c.dict.get('__new__')
    if (own !== undefined && c !== types.object && c !== Enum && !c.builtin) return unwrap(own)
  }
  return type === types.object ? undefined : unwrap(type.lookup('__new__') ?? null)
}

function memberArguments(value: Value, type: PyClass): readonly Value[] {
  return value instanceof PyTuple && type !== types.tuple ? value.items : [value]
}

function makeMember(vm: Vm, making: Making, name: string, value: Value): PyObject {
  const { cls, type, maker } = making
  const args = memberArguments(value, type)
  const made = maker === undefined ? instance(cls) : call(vm, maker, [cls, ...args])
  if (!(made instanceof PyObject)) return vm.raise(types.TypeError, `__new__ of ${cls.name} did not make a member`)
  const attributes = (made.dict ??= new Map<string, Value>())
  if (!attributes.has('_value_')) {
    const isData = type !== types.object && maker !== undefined
    attributes.set('_value_', isData ? call(vm, type, args) : value)
  }
  attributes.set('_name_', name)
  attributes.set('__objclass__', cls)
  attributes.set('_sort_order_', memberMap(cls).entries.size)
  if (cls.lookup('__init__') !== types.object.lookup('__init__') && !isBuiltinInit(cls))
    callMethod(vm, made, '__init__', args)
  return made
}

function isBuiltinInit(cls: PyClass): boolean {
  const owner = cls.mro.find((c) => c.dict.has('__init__'))
  return owner === undefined || owner.builtin
}

function sameValue(vm: Vm, cls: PyClass, value: Value): Value | undefined {
  return [...memberMap(cls).entries.values()].map(([, m]) => m).find((m) => equals(vm, valueOf(m), value))
}

const valueOf = (m: Value): Value => (m instanceof PyObject ? (m.dict?.get('_value_') ?? null) : null)
const nameOf = (m: Value): Value => (m instanceof PyObject ? (m.dict?.get('_name_') ?? null) : null)

function isSingleBit(n: Value): boolean {
  return typeof n === 'number' && n > 0 && Number.isInteger(Math.log2(n))
}

function addMember(vm: Vm, making: Making, name: string, given: Value): void {
  const { cls } = making
  const names = cls.dict.get('_member_names_')
  const lastValues = [...memberMap(cls).entries.values()].map(([, m]) => valueOf(m))
  const next = (): Value => call(vm, making.generate, [name, 1, memberMap(cls).entries.size, list(lastValues)])
  const value = settle(vm, given instanceof PyTuple ? tuple(given.items.map((v) => settle(vm, v, next))) : given, next)
  const made = makeMember(vm, making, name, value)
  const known = sameValue(vm, cls, valueOf(made))
  const kept = known ?? made
  const isFlag = cls.isSubclassOf(Flag)
  if (known === undefined && names instanceof PyList && (!isFlag || isSingleBit(valueOf(made)))) names.items.push(name)
  cls.set(name, kept)
  dictSet(vm, memberMap(cls), name, kept)
  rememberValue(vm, cls, kept)
}

/** Unhashable values are found by comparison instead. */
function rememberValue(vm: Vm, cls: PyClass, made: Value): void {
  try {
    dictSet(vm, valueMap(cls), valueOf(made), made)
  } catch (e) {
    if (!(e instanceof PyException)) throw e
  }
}

/** Members print as members even where the mixed-in type has a `__str__` of its own. */
function keepEnumMethods(cls: PyClass, type: PyClass, base: PyClass): void {
  for (const name of ['__repr__', '__str__', '__format__']) {
    const found = cls.lookup(name)
    if (cls.dict.has(name) || (found !== type.lookup(name) && found !== types.object.lookup(name))) continue
    const own = base.lookup(name)
    if (own !== undefined) cls.set(name, own)
  }
}

function makeEnum(vm: Vm, meta: Value, name: Value, bases: Value, namespace: Value, kwargs: Kwargs): PyClass {
  const text = str(vm, name)
  refuseExtension(vm, text, bases)
  const given = namespace instanceof PyDict ? namespace : new PyDict(types.dict)
  const { body, members } = splitBody(vm, text, given)
  const cls = newClass(vm, meta, name, bases, body, kwargs, EnumMeta)
  const base = enumBase(vm, cls)
  const type = memberType(cls)
  cls.set('_member_map_', new PyDict(types.dict))
  cls.set('_value2member_map_', new PyDict(types.dict))
  cls.set('_member_names_', list())
  cls.set('_member_type_', type)
  keepEnumMethods(cls, type, base)
  const making: Making = { cls, type, maker: newMaker(cls, type), generate: getAttr(vm, cls, '_generate_next_value_') }
  for (const [memberName, value] of members) addMember(vm, making, memberName, value)
  return cls
}

// --- Looking up ------------------------------------------------------------------------------------------------------

function byValue(vm: Vm, cls: PyClass, value: Value): Value {
  if (typeOf(value) === cls) return value
  const known = hashed(vm, cls, value) ?? membersOf(cls).find((m) => equals(vm, valueOf(m), value))
  if (known !== undefined) return known
  const made = callMethod(vm, cls, '_missing_', [value])
  if (isInstance(vm, made, cls)) return made
  return vm.raise(types.ValueError, `${repr(vm, value)} is not a valid ${cls.qualname}`)
}

function hashed(vm: Vm, cls: PyClass, value: Value): Value | undefined {
  try {
    return dictGet(vm, valueMap(cls), value)
  } catch (e) {
    if (e instanceof PyException && e.value.cls.isSubclassOf(types.TypeError)) return undefined
    throw e
  }
}

/** `Enum('Name', 'A B')`. */
function functionalEnum(vm: Vm, cls: PyClass, name: Value, names: Value, start: Value, kwargs: Kwargs): Value {
  const body = new ClassNamespace(types.dict)
  const listed = typeof names === 'string' ? names.split(/[\s,]+/).filter((n) => n !== '') : collect(vm, names)
  const first = intOf(start) ?? 1
  listed.forEach((entry, i) => {
    const [memberName = null, value = null] =
      names instanceof PyDict
        ? [entry, dictGet(vm, names, entry) ?? null]
        : typeof entry === 'string'
          ? [entry, binaryOp(vm, '+', first, i)]
          : collect(vm, entry)
    dictSet(vm, body, memberName, value)
  })
  const mixin = kwargs.get('type') ?? null
  const bases = mixin === null ? [cls] : [mixin, cls]
  return makeEnum(vm, cls.cls, name, tuple(bases), body, new Map())
}

const EnumMeta: PyClass = classOf({ name: 'EnumType', module: 'enum', bases: [types.type] })

function refuseReassignment(vm: Vm, cls: Value, name: Value): void {
  if (cls instanceof PyClass && typeof name === 'string' && memberMap(cls).entries.has(name)) {
    vm.raise(types.AttributeError, `cannot reassign member '${name}'`)
  }
}

fillClass(EnumMeta, {
  methods: natives({
    '__new__(metacls, cls, bases, classdict, /, **kwds)': (vm, [meta, name, bases, namespace, kwds]) =>
      makeEnum(vm, meta, name, bases, namespace, kwds),
    '__init__(cls, *args, **kwds)': () => null,
    '__call__(cls, value, names=None, /, *, start=1, **kwds)': (vm, [cls, value, names, start, kwds]) =>
      names === null
        ? byValue(vm, mustBeClass(vm, cls), value)
        : functionalEnum(vm, mustBeClass(vm, cls), value, names, start, kwds),
    '__iter__(cls)': (vm, [cls]) => makeIterator(vm, list(membersOf(mustBeClass(vm, cls)))),
    '__reversed__(cls)': (vm, [cls]) => makeIterator(vm, list(membersOf(mustBeClass(vm, cls)).reverse())),
    '__len__(cls)': (vm, [cls]) => membersOf(mustBeClass(vm, cls)).length,
    '__bool__(cls)': () => true,
    '__getitem__(cls, name)': (vm, [cls, name]) =>
      dictGet(vm, memberMap(mustBeClass(vm, cls)), name) ?? vm.raise(types.KeyError, [name]),
    '__contains__(cls, member)': (vm, [cls, m]) => {
      if (!isInstance(vm, m, Enum)) {
        vm.raise(types.TypeError, `unsupported operand type(s) for 'in': '${className(m)}' and '${className(cls)}'`)
      }
      return isInstance(vm, m, cls) && memberMap(mustBeClass(vm, cls)).entries.has(String(nameOf(m)))
    },
    '__repr__(cls)': (vm, [cls]) => `<enum '${mustBeClass(vm, cls).name}'>`,
    '__setattr__(cls, name, value)': (vm, [cls, name, value]) => {
      refuseReassignment(vm, cls, name)
      return call(vm, types.type.lookup('__setattr__') ?? null, [cls, name, value])
    },
  }),
  properties: {
    __members__: (vm, cls) => {
      const proxy = new PyDict(types.mappingproxy)
      for (const [key, entry] of memberMap(mustBeClass(vm, cls)).entries) proxy.entries.set(key, entry)
      return proxy
    },
  },
})

// --- Enum and its variants -------------------------------------------------------------------------------------------

const emptyMaps = () => ({
  _member_map_: new PyDict(types.dict),
  _value2member_map_: new PyDict(types.dict),
  _member_names_: list(),
  _member_type_: types.object,
})

function nextNumber(vm: Vm, start: Value, lastValues: Value): Value {
  const last = collect(vm, lastValues)
  if (last.length === 0) return start
  const highest = last.reduce((a, b) => (compare(vm, '>', b, a) === true ? b : a))
  return binaryOp(vm, '+', highest, 1)
}

function memberRepr(vm: Vm, self: Value): string {
  const shown = nameOf(self)
  const name = shown === null ? typeOf(self).name : `${typeOf(self).name}.${String(shown)}`
  return `<${name}: ${repr(vm, valueOf(self))}>`
}

const enumMethods = natives({
  '__repr__(self)': (vm, [self]) => memberRepr(vm, self),
  '__str__(self)': (vm, [self]) =>
    nameOf(self) === null
      ? `${typeOf(self).name}(${repr(vm, valueOf(self))})`
      : `${typeOf(self).name}.${String(nameOf(self))}`,
  '__format__(self, format_spec)': (vm, [self, spec]) => format(vm, str(vm, self), str(vm, spec)),
  '__dir__(self)': (_vm, [self]) => {
    const own = ['__class__', '__doc__', '__eq__', '__hash__', '__module__', 'name', 'value']
    const added = typeOf(self).mro.flatMap((c) =>
      c.builtin ? [] : [...c.dict.keys()].filter((n) => !n.startsWith('_')),
    )
    return list([...new Set([...own, ...added])].filter((n) => !memberMap(typeOf(self)).entries.has(n)).sort())
  },
  '__reduce_ex__(self, proto)': (_vm, [self]) => tuple([typeOf(self), tuple([valueOf(self)])]),
  '__copy__(self)': (_vm, [self]) => self,
  '__deepcopy__(self, memo)': (_vm, [self]) => self,
})

const enumProperties = {
  name: (_vm: Vm, self: Value) => nameOf(self),
  value: (_vm: Vm, self: Value) => valueOf(self),
}

const generate = (f: (vm: Vm, name: Value, start: Value, lastValues: Value) => Value): PyStaticMethod =>
  new PyStaticMethod(
    types.staticmethod,
    native('_generate_next_value_(name, start, count, last_values)', (vm, [name, start, , last]) =>
      f(vm, name, start, last),
    ),
  )

const missing = (f: (vm: Vm, cls: PyClass, value: Value) => Value): PyClassMethod =>
  new PyClassMethod(
    types.classmethod,
    native('_missing_(cls, value)', (vm, [cls, value]) => f(vm, mustBeClass(vm, cls), value)),
  )

const Enum: PyClass = classOf({
  name: 'Enum',
  module: 'enum',
  metaclass: EnumMeta,
  methods: enumMethods,
  properties: enumProperties,
  attributes: {
    ...emptyMaps(),
    _generate_next_value_: generate((vm, _name, start, last) => nextNumber(vm, start, last)),
    _missing_: missing(() => null),
  },
})

const ReprEnum: PyClass = classOf({ name: 'ReprEnum', module: 'enum', bases: [Enum] })

/** The plain value that a member of a data type is. */
const payloadOf = (self: Value): Value => (self instanceof PyInstance ? (self.payload ?? null) : self)

const printedAsValue = natives({
  '__str__(self, /)': (vm, [self]) => str(vm, payloadOf(self)),
  '__format__(self, format_spec, /)': (vm, [self, spec]) => format(vm, payloadOf(self), str(vm, spec)),
  '__repr__(self, /)': (vm, [self]) => memberRepr(vm, self),
})

/** A variant whose members are of a builtin type and print as its values. */
function dataEnum(name: string, type: PyClass, base: PyClass): PyClass {
  return classOf({
    name,
    module: 'enum',
    bases: [type, base],
    metaclass: EnumMeta,
    methods: printedAsValue,
    attributes: { ...emptyMaps(), _member_type_: type },
  })
}

// --- Flags -----------------------------------------------------------------------------------------------------------

const bits = (vm: Vm, v: Value): bigint => {
  const n = intOf(v)
  if (typeof n === 'number' || typeof n === 'bigint') return BigInt(n)
  return vm.raise(types.TypeError, `unsupported operand type for a flag: '${className(v)}'`)
}

function mask(vm: Vm, cls: PyClass): bigint {
  return [...memberMap(cls).entries.values()].map(([, m]) => bits(vm, valueOf(m))).reduce((all, b) => all | b, 0n)
}

/** The member for a combination of bits, made when first asked for. */
function combination(vm: Vm, cls: PyClass, value: Value): Value {
  const all = mask(vm, cls)
  let n = bits(vm, value)
  const isKept = cls.isSubclassOf(types.int)
  if (n < 0n) n = isKept ? n & ((1n << 63n) - 1n) & all : all & n
  if (!isKept && (n & ~all) !== 0n) {
    return vm.raise(types.ValueError, `${repr(vm, cls)} invalid value ${String(n)}`)
  }
  const known = dictGet(vm, valueMap(cls), Number(n))
  if (known !== undefined) return known
  const parts = membersOf(cls).filter((m) => (bits(vm, valueOf(m)) & n) !== 0n)
  const rest = n & ~parts.map((m) => bits(vm, valueOf(m))).reduce((sum, b) => sum | b, 0n)
  const names = [...parts.map((m) => String(nameOf(m))), ...(rest === 0n || parts.length === 0 ? [] : [String(rest)])]
  const made = new PyInstance(cls)
  if (isKept) made.payload = Number(n)
  made.dict.set('_name_', parts.length === 0 ? null : names.join('|'))
  made.dict.set('_value_', Number(n))
  rememberValue(vm, cls, made)
  return made
}

function flagOperation(op: (a: bigint, b: bigint) => bigint) {
  return (vm: Vm, [self, other]: readonly [Value, Value]): Value => {
    const cls = typeOf(self)
    const plain = cls.isSubclassOf(types.int) && intOf(other) !== undefined
    if (!isInstance(vm, other, cls) && !plain) return notImplemented
    const right = isInstance(vm, other, cls) ? valueOf(other) : other
    return byValue(vm, cls, Number(op(bits(vm, valueOf(self)), bits(vm, right))))
  }
}

const or = flagOperation((a, b) => a | b)
const and = flagOperation((a, b) => a & b)
const xor = flagOperation((a, b) => a ^ b)

const flagMethods = natives({
  '__or__(self, other)': or,
  '__ror__(self, other)': or,
  '__and__(self, other)': and,
  '__rand__(self, other)': and,
  '__xor__(self, other)': xor,
  '__rxor__(self, other)': xor,
  '__invert__(self)': (vm, [self]) =>
    byValue(vm, typeOf(self), Number(mask(vm, typeOf(self)) & ~bits(vm, valueOf(self)))),
  '__contains__(self, other)': (vm, [self, other]) => (bits(vm, valueOf(other)) & ~bits(vm, valueOf(self))) === 0n,
  '__bool__(self)': (vm, [self]) => bits(vm, valueOf(self)) !== 0n,
  '__len__(self)': (vm, [self]) => flagsIn(vm, self).length,
  '__iter__(self)': (vm, [self]) => makeIterator(vm, list(flagsIn(vm, self))),
})

function flagsIn(vm: Vm, self: Value): Value[] {
  return membersOf(typeOf(self)).filter((m) => (bits(vm, valueOf(m)) & bits(vm, valueOf(self))) !== 0n)
}

const flagAttributes = {
  _generate_next_value_: generate((vm, _name, start, last) => {
    const given = collect(vm, last)
    if (given.length === 0) return start
    const highest = given.map((v) => bits(vm, v)).reduce((a, b) => (a > b ? a : b))
    return Number(1n << BigInt(highest.toString(2).length))
  }),
  _missing_: missing((vm, cls, value) => combination(vm, cls, value)),
}

const Flag: PyClass = classOf({
  name: 'Flag',
  module: 'enum',
  bases: [Enum],
  methods: flagMethods,
  attributes: { ...emptyMaps(), ...flagAttributes },
})

const IntEnum = dataEnum('IntEnum', types.int, ReprEnum)
const StrEnum = dataEnum('StrEnum', types.str, ReprEnum)
const IntFlag = dataEnum('IntFlag', types.int, Flag)
fillClass(StrEnum, { attributes: { _generate_next_value_: generate((_vm, name) => String(name).toLowerCase()) } })
fillClass(IntFlag, { methods: flagMethods, attributes: flagAttributes })

/** An IntEnum of the host, as `inspect`'s parameter kinds are. */
export function intEnum(vm: Vm, name: string, members: readonly string[]): PyClass {
  const body = new ClassNamespace(types.dict)
  members.forEach((m, i) => {
    dictSet(vm, body, m, i)
  })
  return makeEnum(vm, EnumMeta, name, tuple([IntEnum]), body, new Map())
}

export const enumModule: HostModule = {
  name: 'enum',
  reason:
    'The metaclass needs `__prepare__` and builds members behind the interpreter’s back; natively it is one page.',
  make: () => ({
    Enum,
    EnumMeta,
    EnumType: EnumMeta,
    ReprEnum,
    IntEnum,
    StrEnum,
    Flag,
    IntFlag,
    auto,
    member,
    nonmember,
    property: types.property,
    ...natives({
      'unique(enumeration)': (vm, [cls]) => {
        const aliases = [...memberMap(mustBeClass(vm, cls)).entries.values()].filter(([n, m]) => n !== nameOf(m))
        if (aliases.length > 0) {
          const shown = aliases.map(([n, m]) => `${String(n)} -> ${String(nameOf(m))}`).join(', ')
          vm.raise(types.ValueError, `duplicate values found in ${repr(vm, cls)}: ${shown}`)
        }
        return cls
      },
    }),
  }),
}
