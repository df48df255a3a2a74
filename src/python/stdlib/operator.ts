// operator: the operators as functions, and the getters made from names.
import { tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import {
  binaryOp,
  callMethod,
  compare,
  contains,
  delItem,
  getAttr,
  getItem,
  inplaceOp,
  iterate,
  equals,
  length,
  same,
  setItem,
  toIndex,
  truth,
  unaryOp,
  asString,
  type BinaryOperator,
  type CompareOperator,
  type UnaryOperator,
} from '../object.ts'
import type { PyClass, PyNative, Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { initialize } from './helpers.ts'

const binaryRows: Readonly<Record<string, BinaryOperator>> = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
  matmul: '@',
  and_: '&',
  or_: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
}

const compareRows: Readonly<Record<string, CompareOperator>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}

const unaryRows: Readonly<Record<string, UnaryOperator>> = { neg: '-', pos: '+', inv: '~', invert: '~' }

type Binary = (vm: Vm, a: Value, b: Value) => Value

const binary = (name: string, f: Binary): PyNative =>
  native<string>(`${name}(a, b, /)`, (vm, args) => {
    const [a, b] = args as readonly [Value, Value]
    return f(vm, a, b)
  })

/** `add`, `__add__` and `iadd` are the same row. */
function operators(): Record<string, Value> {
  const made: Record<string, Value> = {}
  const both = (name: string, f: PyNative): void => {
    made[name] = f
    made[`__${name.replace(/_$/, '')}__`] = f
  }
  for (const [name, op] of Object.entries(binaryRows)) {
    both(
      name,
      binary(name, (vm, a, b) => binaryOp(vm, op, a, b)),
    )
    const inplace = `i${name.replace(/_$/, '')}`
    both(
      inplace,
      binary(inplace, (vm, a, b) => inplaceOp(vm, op, a, b)),
    )
  }
  for (const [name, op] of Object.entries(compareRows))
    both(
      name,
      binary(name, (vm, a, b) => compare(vm, op, a, b)),
    )
  for (const [name, op] of Object.entries(unaryRows)) {
    both(
      name,
      native<string>(`${name}(a, /)`, (vm, args) => unaryOp(vm, op, args[0] as Value)),
    )
  }
  return made
}

/** A getter whose call applies `get` to the object for each thing it was made with. */
function getter(name: string, get: (vm: Vm, o: Value, key: Value) => Value): PyClass {
  return classOf({
    name,
    module: 'operator',
    methods: natives({
      '__init__(self, item, /, *items)': (_vm, [self, item, items]) =>
        initialize(self, { _items: tuple([item, ...items]) }),
      '__call__(self, obj, /)': (vm, [self, o]) => {
        const found = [...iterate(vm, getAttr(vm, self, '_items'))].map((key) => get(vm, o, key))
        return found.length === 1 ? (found[0] ?? null) : tuple(found)
      },
    }),
  })
}

const methodcaller: PyClass = classOf({
  name: 'methodcaller',
  module: 'operator',
  methods: natives({
    '__init__(self, name, /, *args, **kwargs)': (_vm, [self, name, args, kwargs]) => {
      const call = native('call(obj, /)', (vm, [o]) => callMethod(vm, o, asString(vm, name), args, kwargs))
      return initialize(self, { _call: call })
    },
    '__call__(self, obj, /)': (vm, [self, o]) => callMethod(vm, self, '_call', [o]),
  }),
})

const functions = natives({
  'truth(a, /)': (vm, [a]) => truth(vm, a),
  'not_(a, /)': (vm, [a]) => !truth(vm, a),
  'is_(a, b, /)': (_vm, [a, b]) => same(a, b),
  'is_not(a, b, /)': (_vm, [a, b]) => !same(a, b),
  'index(a, /)': (vm, [a]) => toIndex(vm, a),
  'abs(a, /)': (vm, [a]) => callMethod(vm, a, '__abs__'),
  'concat(a, b, /)': (vm, [a, b]) => binaryOp(vm, '+', a, b),
  'contains(a, b, /)': (vm, [a, b]) => contains(vm, a, b),
  'getitem(a, b, /)': (vm, [a, b]) => getItem(vm, a, b),
  'setitem(a, b, c, /)': (vm, [a, b, c]) => {
    setItem(vm, a, b, c)
    return null
  },
  'delitem(a, b, /)': (vm, [a, b]) => {
    delItem(vm, a, b)
    return null
  },
  'length_hint(obj, default=0, /)': (vm, [o]) => length(vm, o),
  'countOf(a, b, /)': (vm, [a, b]) => [...iterate(vm, a)].filter((v) => equals(vm, v, b)).length,
})

export const operator: HostModule = {
  name: 'operator',
  reason: 'C in CPython.',
  make: () => ({
    ...operators(),
    ...functions,
    itemgetter: getter('itemgetter', getItem),
    attrgetter: getter('attrgetter', (vm, o, path) =>
      asString(vm, path)
        .split('.')
        .reduce((at: Value, name) => getAttr(vm, at, name), o),
    ),
    methodcaller,
  }),
}
