// Named tuples: a tuple class whose fields are properties over positions.
import { raise } from '../../text/index.ts'
import { evaluateText } from '../evaluate.ts'
import { tuple } from '../make.ts'
import { asMethod, native, nativeProperty, natives } from '../native.ts'
import { asString, collect, getAttr, makeDict, repr } from '../object.ts'
import { types } from '../types.ts'
import type { PyClass } from '../values.ts'
import { PyClassMethod, PyDict, PyFunction, PyModule, PyStaticMethod, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { mustBeClass, newClass } from './helpers.ts'

const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
)

function checkNames(vm: Vm, names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
      vm.raise(types.ValueError, `Type names and field names must be valid identifiers: '${name}'`)
    }
    if (keywords.has(name)) vm.raise(types.ValueError, `Type names and field names cannot be a keyword: '${name}'`)
    if (name.startsWith('_')) vm.raise(types.ValueError, `Field names cannot start with an underscore: '${name}'`)
    if (seen.has(name)) vm.raise(types.ValueError, `Encountered duplicate field name: '${name}'`)
    seen.add(name)
  }
}

function itemsOf(vm: Vm, self: Value): readonly Value[] {
  return self instanceof PyTuple ? self.items : vm.raise(types.TypeError, 'expected a named tuple')
}

/** `__new__`, a function of the program as in CPython, whose defaults a program may set. */
function constructor(
  vm: Vm,
  typename: string,
  names: readonly string[],
  defaults: ReadonlyMap<string, Value>,
): PyStaticMethod {
  const scratch = new PyModule(types.module, 'collections', '', false)
  scratch.state = 'ready'
  const items = names.map((n) => `${n}, `).join('')
  const text = `lambda ${['_cls', ...names].join(', ')}: tuple.__new__(_cls, (${items}))`
  const made = evaluateText(vm, text, scratch, `namedtuple ${typename}`)
  if (!(made instanceof PyFunction)) return raise('internal', `the constructor of ${typename} is no function`)
  made.name = '__new__'
  made.qualname = `${typename}.__new__`
  made.defaults = names.flatMap((n) => (defaults.has(n) ? [defaults.get(n) ?? null] : []))
  return new PyStaticMethod(types.staticmethod, made)
}

const methods = (names: readonly string[]) =>
  natives({
    '_asdict(self)': (vm, [self]) =>
      makeDict(
        vm,
        itemsOf(vm, self).map((v, i) => [names[i] ?? '', v]),
      ),
    '_replace(self, /, **kwds)': (vm, [self, kwds]) => {
      const unknown = [...kwds.keys()].filter((n) => !names.includes(n))
      if (unknown.length > 0)
        vm.raise(types.ValueError, `Got unexpected field names: [${unknown.map((n) => `'${n}'`).join(', ')}]`)
      const items = itemsOf(vm, self).map((v, i) => {
        const given = kwds.get(names[i] ?? '')
        return given === undefined ? v : given
      })
      return self instanceof PyTuple ? new PyTuple(self.cls, items) : null
    },
    '__repr__(self, /)': (vm, [self]) => {
      const shown = itemsOf(vm, self).map((v, i) => `${names[i] ?? ''}=${repr(vm, v)}`)
      return `${self instanceof PyTuple ? self.cls.name : ''}(${shown.join(', ')})`
    },
    '__getnewargs__(self)': (vm, [self]) => tuple(itemsOf(vm, self)),
  })

const make = new PyClassMethod(
  types.classmethod,
  native('_make(cls, iterable)', (vm, [cls, iterable]) => {
    const owner = mustBeClass(vm, cls)
    const items = collect(vm, iterable)
    const expected = collect(vm, getAttr(vm, owner, '_fields')).length
    if (items.length !== expected) vm.raise(types.TypeError, `Expected ${expected} arguments, got ${items.length}`)
    return new PyTuple(owner, items)
  }),
)

/** Gives a subclass of tuple its named fields. What the class body defines itself stays. */
export function asNamedTuple(
  vm: Vm,
  cls: PyClass,
  names: readonly string[],
  defaults: ReadonlyMap<string, Value>,
): PyClass {
  checkNames(vm, names)
  for (const [i, name] of names.entries()) {
    cls.set(
      name,
      nativeProperty(name, (vm, self) => {
        const item = itemsOf(vm, self)[i]
        return item === undefined ? vm.raise(types.IndexError, 'tuple index out of range') : item
      }),
    )
  }
  cls.set('_fields', tuple(names))
  cls.set('__match_args__', tuple(names))
  cls.set('_field_defaults', makeDict(vm, [...defaults]))
  cls.set('__new__', constructor(vm, cls.name, names, defaults))
  cls.set('_make', make)
  for (const [name, method] of Object.entries(methods(names))) if (!cls.dict.has(name)) cls.set(name, asMethod(method))
  return cls
}

/** `collections.namedtuple(…)`. */
export function makeNamedTuple(
  vm: Vm,
  typename: Value,
  fieldNames: Value,
  options: { readonly rename: boolean; readonly defaults: Value; readonly module: Value },
): PyClass {
  let names =
    typeof fieldNames === 'string'
      ? fieldNames.split(/[\s,]+/).filter((n) => n !== '')
      : collect(vm, fieldNames).map((n) => asString(vm, n, 'field name'))
  if (options.rename) {
    const usable = (n: string, i: number) =>
      /^[\p{L}][\p{L}\p{N}_]*$/u.test(n) && !keywords.has(n) && names.indexOf(n) === i
    names = names.map((n, i) => (usable(n, i) ? n : `_${i}`))
  }
  const given = options.defaults === null ? [] : collect(vm, options.defaults)
  if (given.length > names.length) vm.raise(types.TypeError, 'Got more default values than field names')
  const defaults = new Map(names.slice(names.length - given.length).map((n, i) => [n, given[i] ?? null]))
  const cls = newClass(vm, types.type, typename, tuple([types.tuple]), new PyDict(types.dict))
  if (options.module !== null) cls.set('__module__', options.module)
  return asNamedTuple(vm, cls, names, defaults)
}
