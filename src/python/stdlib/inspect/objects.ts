// The objects that `inspect.signature` gives to programs: Signature, Parameter, BoundArguments. They belong to one run,
// as the kinds of parameters are an enumeration that programs see.
import { dict, tuple } from '../../make.ts'
import { asMethod, classOf, native, nativeProperty, natives, parseSignature } from '../../native.ts'
import { collect, equals, getAttr, repr } from '../../object.ts'
import { types } from '../../types.ts'
import {
  PyClass,
  PyClassMethod,
  PyDict,
  PyGeneric,
  PyInstance,
  PyTuple,
  type Kwargs,
  type Value,
} from '../../values.ts'
import { stateKey } from '../../state.ts'
import type { Vm } from '../../vm.ts'
import { intEnum } from '../enum.ts'
import { Hidden, initialize, instance } from '../helpers.ts'
import { kinds, signatureRows, type Kind, type Row, type SignatureRows } from './signature.ts'

export interface Classes {
  readonly empty: PyClass
  readonly kinds: PyClass
  readonly Parameter: PyClass
  readonly Signature: PyClass
  readonly BoundArguments: PyClass
}

export const inspectClasses = stateKey('inspect.classes', makeClasses)

const descriptions: Readonly<Record<Kind, string>> = {
  POSITIONAL_ONLY: 'positional-only',
  POSITIONAL_OR_KEYWORD: 'positional or keyword',
  VAR_POSITIONAL: 'variadic positional',
  KEYWORD_ONLY: 'keyword-only',
  VAR_KEYWORD: 'variadic keyword',
}

const annotationOf = new Hidden<(vm: Vm) => Value>('inspect.Parameter')
const returnsOf = new Hidden<(vm: Vm) => Value>('inspect.Signature')

function kindClass(vm: Vm): PyClass {
  const cls = intEnum(vm, '_ParameterKind', kinds)
  const nameOf = (self: Value): Kind => String(attribute(self, '_name_')) as Kind
  cls.set('__str__', asMethod(native('__str__(self)', (_vm, [self]) => nameOf(self))))
  cls.set(
    'description',
    nativeProperty('description', (_vm, self) => descriptions[nameOf(self)]),
  )
  return cls
}

// --- Parameter -------------------------------------------------------------------------------------------------------

function text(vm: Vm, v: Value): string {
  if (v instanceof PyClass) return v.module === 'builtins' ? v.qualname : `${v.module}.${v.qualname}`
  return v instanceof PyGeneric ? repr(vm, v).replace(/^typing\./, '') : repr(vm, v)
}

const attribute = (self: Value, name: string): Value =>
  self instanceof PyInstance ? (self.dict.get(name) ?? null) : null
const kindOf = (self: Value): Kind => String(attribute(attribute(self, '_kind'), '_name_')) as Kind

function parameterText(vm: Vm, self: Value, empty: PyClass): string {
  const kind = kindOf(self)
  let out = String(attribute(self, '_name'))
  const annotation = getAttr(vm, self, 'annotation')
  if (annotation !== empty) out += `: ${text(vm, annotation)}`
  const value = attribute(self, '_default')
  if (value !== empty) out += annotation === empty ? `=${repr(vm, value)}` : ` = ${repr(vm, value)}`
  return kind === 'VAR_POSITIONAL' ? `*${out}` : kind === 'VAR_KEYWORD' ? `**${out}` : out
}

function parameterClass(empty: PyClass, kindEnum: PyClass): PyClass {
  const cls: PyClass = classOf({
    name: 'Parameter',
    module: 'inspect',
    methods: natives({
      '__init__(self, name, kind, *, default=MISSING, annotation=MISSING)': (
        vm,
        [self, name, kind, value, annotation],
      ) => {
        if (annotation !== undefined) annotationOf.set(self, () => annotation)
        const member = [...collect(vm, kindEnum)].find((k) => k === kind || equals(vm, k, kind))
        if (member === undefined) vm.raise(types.ValueError, `value ${repr(vm, kind)} is not a valid Parameter.kind`)
        return initialize(self, { _name: name, _kind: member ?? null, _default: value === undefined ? empty : value })
      },
      'replace(self, *, name=MISSING, kind=MISSING, annotation=MISSING, default=MISSING)': (
        vm,
        [self, name, kind, annotation, value],
      ) => {
        const made = instance(cls, {
          _name: name ?? attribute(self, '_name'),
          _kind: kind ?? attribute(self, '_kind'),
          _default: value === undefined ? attribute(self, '_default') : value,
        })
        if (annotation !== undefined) annotationOf.set(made, () => annotation)
        else if (annotationOf.has(self)) annotationOf.set(made, annotationOf.get(vm, self))
        return made
      },
      '__str__(self)': (vm, [self]) => parameterText(vm, self, empty),
      '__repr__(self)': (vm, [self]) => `<Parameter "${parameterText(vm, self, empty)}">`,
      '__eq__(self, other)': (vm, [self, other]) =>
        other instanceof PyInstance &&
        other.cls === cls &&
        ['name', 'kind', 'default', 'annotation'].every((n) => equals(vm, getAttr(vm, self, n), getAttr(vm, other, n))),
    }),
    properties: {
      name: (_vm, self) => attribute(self, '_name'),
      kind: (_vm, self) => attribute(self, '_kind'),
      default: (_vm, self) => attribute(self, '_default'),
      annotation: (vm, self) => {
        if (!annotationOf.has(self)) return empty
        const value = annotationOf.get(vm, self)(vm)
        annotationOf.set(self, () => value)
        return value
      },
    },
    attributes: { empty, ...Object.fromEntries(kinds.map((k) => [k, kindEnum.dict.get(k) ?? null])) },
  })
  return cls
}

// --- Signature -------------------------------------------------------------------------------------------------------

function parameterList(self: Value): Value[] {
  const table = attribute(self, '_parameters')
  return table instanceof PyDict ? [...table.entries.values()].map(([, p]) => p) : []
}

function parameterTable(parameters: readonly Value[]): PyDict {
  const table = new PyDict(types.mappingproxy)
  const entries = dict(parameters.map((p) => [String(attribute(p, '_name')), p] as const)).entries
  for (const [key, entry] of entries) table.entries.set(key, entry)
  return table
}

function signatureText(vm: Vm, self: Value, empty: PyClass): string {
  const parts: string[] = []
  let lastKind: Kind | undefined
  let starred = false
  for (const p of parameterList(self)) {
    const kind = kindOf(p)
    if (lastKind === 'POSITIONAL_ONLY' && kind !== 'POSITIONAL_ONLY') parts.push('/')
    if (kind === 'VAR_POSITIONAL') starred = true
    if (kind === 'KEYWORD_ONLY' && !starred) {
      parts.push('*')
      starred = true
    }
    parts.push(parameterText(vm, p, empty))
    lastKind = kind
  }
  if (lastKind === 'POSITIONAL_ONLY') parts.push('/')
  const returns = getAttr(vm, self, 'return_annotation')
  return `(${parts.join(', ')})${returns === empty ? '' : ` -> ${text(vm, returns)}`}`
}

/** The signature as host functions are bound, so that `bind` places arguments as a call would. */
function bindingText(self: Value, empty: PyClass, partial: boolean): string {
  const parts: string[] = []
  let lastKind: Kind | undefined
  let starred = false
  for (const p of parameterList(self)) {
    const kind = kindOf(p)
    const name = String(attribute(p, '_name'))
    if (lastKind === 'POSITIONAL_ONLY' && kind !== 'POSITIONAL_ONLY') parts.push('/')
    if (kind === 'KEYWORD_ONLY' && !starred) parts.push('*')
    if (kind === 'VAR_POSITIONAL' || kind === 'KEYWORD_ONLY') starred = true
    const optional = partial || attribute(p, '_default') !== empty
    if (kind === 'VAR_POSITIONAL') parts.push(`*${name}`)
    else if (kind === 'VAR_KEYWORD') parts.push(`**${name}`)
    else parts.push(optional ? `${name}=MISSING` : name)
    lastKind = kind
  }
  if (lastKind === 'POSITIONAL_ONLY') parts.push('/')
  return `bind(${parts.join(', ')})`
}

function bind(vm: Vm, classes: Classes, self: Value, args: readonly Value[], kwargs: Kwargs, partial: boolean): Value {
  const signature = bindingText(self, classes.empty, partial)
  const order = parseSignature(signature)
  const found = new Map<string, Value>()
  const names = [
    ...order.positional.map((p) => p.name),
    ...(order.varArgs === undefined ? [] : [order.varArgs]),
    ...order.keywordOnly.map((p) => p.name),
    ...(order.varKwargs === undefined ? [] : [order.varKwargs]),
  ]
  const binder = native<string>(signature, (_vm, values) => {
    names.forEach((name, i) => {
      const v = values[i]
      if (v === undefined) return
      if (name === order.varArgs) {
        if ((v as readonly Value[]).length > 0) found.set(name, tuple(v as readonly Value[]))
      } else if (name === order.varKwargs) {
        if ((v as Kwargs).size > 0) found.set(name, dict(v as Kwargs))
      } else found.set(name, v as Value)
    })
    return null
  })
  binder.fn(vm, args, kwargs)
  return instance(classes.BoundArguments, { arguments: dict(found), _signature: self })
}

function signatureClass(empty: PyClass, of: (vm: Vm) => Classes): PyClass {
  const cls: PyClass = classOf({
    name: 'Signature',
    module: 'inspect',
    methods: natives({
      '__init__(self, parameters=None, *, return_annotation=MISSING)': (vm, [self, parameters, returns]) => {
        if (returns !== undefined) returnsOf.set(self, () => returns)
        return initialize(self, { _parameters: parameterTable(parameters === null ? [] : collect(vm, parameters)) })
      },
      'replace(self, *, parameters=MISSING, return_annotation=MISSING)': (vm, [self, parameters, returns]) => {
        const kept = parameters === undefined ? parameterList(self) : collect(vm, parameters)
        const made = instance(cls, { _parameters: parameterTable(kept) })
        if (returns !== undefined) returnsOf.set(made, () => returns)
        else if (returnsOf.has(self)) returnsOf.set(made, returnsOf.get(vm, self))
        return made
      },
      'bind(self, /, *args, **kwargs)': (vm, [self, args, kwargs]) => bind(vm, of(vm), self, args, kwargs, false),
      'bind_partial(self, /, *args, **kwargs)': (vm, [self, args, kwargs]) =>
        bind(vm, of(vm), self, args, kwargs, true),
      '__str__(self)': (vm, [self]) => signatureText(vm, self, empty),
      '__repr__(self)': (vm, [self]) => `<Signature ${signatureText(vm, self, empty)}>`,
      '__eq__(self, other)': (vm, [self, other]) =>
        other instanceof PyInstance &&
        other.cls === cls &&
        equals(vm, tuple(parameterList(self)), tuple(parameterList(other))) &&
        equals(vm, getAttr(vm, self, 'return_annotation'), getAttr(vm, other, 'return_annotation')),
    }),
    properties: {
      parameters: (_vm, self) => attribute(self, '_parameters'),
      return_annotation: (vm, self) => (returnsOf.has(self) ? returnsOf.get(vm, self)(vm) : empty),
    },
    attributes: {
      empty,
      from_callable: new PyClassMethod(
        types.classmethod,
        native('from_callable(cls, obj, *, follow_wrapped=True)', (vm, [, obj, follow]) =>
          signatureOf(vm, obj, follow !== false),
        ),
      ),
    },
  })
  return cls
}

// --- BoundArguments --------------------------------------------------------------------------------------------------

function boundArguments(self: Value): PyDict {
  const table = attribute(self, 'arguments')
  return table instanceof PyDict ? table : new PyDict(types.dict)
}

/** The bound arguments as a call takes them. */
function split(self: Value): { args: Value[]; kwargs: [string, Value][] } {
  const given = boundArguments(self)
  const args: Value[] = []
  const kwargs: [string, Value][] = []
  let byKeyword = false
  for (const p of parameterList(attribute(self, '_signature'))) {
    const name = String(attribute(p, '_name'))
    const kind = kindOf(p)
    const v = given.entries.get(name)?.[1]
    if (v === undefined) byKeyword = byKeyword || kind === 'POSITIONAL_OR_KEYWORD'
    else if (kind === 'VAR_KEYWORD')
      kwargs.push(
        ...(v instanceof PyDict ? [...v.entries.values()].map(([k, x]): [string, Value] => [String(k), x]) : []),
      )
    else if (kind === 'VAR_POSITIONAL') args.push(...(v instanceof PyTuple ? v.items : []))
    else if (kind === 'KEYWORD_ONLY' || byKeyword) kwargs.push([name, v])
    else args.push(v)
  }
  return { args, kwargs }
}

function applyDefaults(self: Value, empty: PyClass): null {
  const given = boundArguments(self)
  const filled: [string, Value][] = []
  for (const p of parameterList(attribute(self, '_signature'))) {
    const name = String(attribute(p, '_name'))
    const kind = kindOf(p)
    const known = given.entries.get(name)?.[1]
    const standard = attribute(p, '_default')
    if (known !== undefined) filled.push([name, known])
    else if (standard !== empty) filled.push([name, standard])
    else if (kind === 'VAR_POSITIONAL') filled.push([name, tuple()])
    else if (kind === 'VAR_KEYWORD') filled.push([name, dict()])
  }
  return initialize(self, { arguments: dict(filled) })
}

function boundClass(empty: PyClass): PyClass {
  return classOf({
    name: 'BoundArguments',
    module: 'inspect',
    methods: natives({
      'apply_defaults(self)': (_vm, [self]) => applyDefaults(self, empty),
      '__repr__(self)': (vm, [self]) => {
        const shown = [...boundArguments(self).entries.values()].map(([k, v]) => `${String(k)}=${repr(vm, v)}`)
        return `<BoundArguments (${shown.join(', ')})>`
      },
    }),
    properties: {
      args: (_vm, self) => tuple(split(self).args),
      kwargs: (_vm, self) => dict(split(self).kwargs),
      signature: (_vm, self) => attribute(self, '_signature'),
    },
  })
}

// --- Together --------------------------------------------------------------------------------------------------------

function makeClasses(vm: Vm): Classes {
  const empty = classOf({ name: '_empty', module: 'inspect' })
  const kindEnum = kindClass(vm)
  return {
    empty,
    kinds: kindEnum,
    Parameter: parameterClass(empty, kindEnum),
    Signature: signatureClass(empty, (vm) => vm.state(inspectClasses)),
    BoundArguments: boundClass(empty),
  }
}

function makeParameter(classes: Classes, row: Row): PyInstance {
  const made = instance(classes.Parameter, {
    _name: row.name,
    _kind: classes.kinds.dict.get(row.kind) ?? null,
    _default: row.default === undefined ? classes.empty : row.default,
  })
  if (row.annotation !== undefined) annotationOf.set(made, row.annotation)
  return made
}

function makeSignature(vm: Vm, s: SignatureRows): Value {
  if (s.given !== undefined) return s.given
  const classes = vm.state(inspectClasses)
  const made = instance(classes.Signature, {
    _parameters: parameterTable(s.rows.map((r) => makeParameter(classes, r))),
  })
  if (s.returns !== undefined) returnsOf.set(made, s.returns)
  return made
}

/** `inspect.signature(obj)`. */
export function signatureOf(vm: Vm, obj: Value, follow: boolean): Value {
  return makeSignature(vm, signatureRows(vm, obj, follow))
}
