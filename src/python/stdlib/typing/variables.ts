// Type variables and forward references: inert objects, equal by identity (a forward reference by its text). That they
// take part in `X | Y` is added by aliases.ts, which knows unions.
import { tuple } from '../../make.ts'
import { classOf, native } from '../../native.ts'
import { getAttr } from '../../object.ts'
import { PyClass, type PyInstance, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { initialize, instance } from '../helpers.ts'

function sign(vm: Vm, self: Value): string {
  if (getAttr(vm, self, '__covariant__') === true) return '+'
  return getAttr(vm, self, '__contravariant__') === true ? '-' : '~'
}

const named = {
  __repr__: native('__repr__(self, /)', (vm, [self]) => sign(vm, self) + String(getAttr(vm, self, '__name__'))),
}

/** Class and attributes of a new variable; its module is the one it was made in, which nothing asks for. */
function variable(cls: Value, name: Value, attributes: Readonly<Record<string, Value>>): PyInstance {
  return instance(cls instanceof PyClass ? cls : TypeVar, { __name__: name, ...attributes })
}

export const TypeVar: PyClass = classOf({
  name: 'TypeVar',
  module: 'typing',
  methods: {
    __new__: native(
      '__new__(cls, name, *constraints, bound=None, covariant=False, contravariant=False, default=None, infer_variance=False)',
      (_vm, [cls, name, constraints, bound, covariant, contravariant, fallback]) =>
        variable(cls, name, {
          __constraints__: tuple(constraints),
          __bound__: bound,
          __covariant__: covariant,
          __contravariant__: contravariant,
          __default__: fallback,
        }),
    ),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
    ...named,
  },
})

const parts = (kind: string): PyClass =>
  classOf({
    name: kind,
    module: 'typing',
    methods: {
      __repr__: native('__repr__(self, /)', (vm, [self]) => {
        const name = getAttr(vm, getAttr(vm, self, '__origin__'), '__name__')
        return `${String(name)}.${kind === 'ParamSpecArgs' ? 'args' : 'kwargs'}`
      }),
    },
  })

export const ParamSpecArgs = parts('ParamSpecArgs')
export const ParamSpecKwargs = parts('ParamSpecKwargs')

export const ParamSpec: PyClass = classOf({
  name: 'ParamSpec',
  module: 'typing',
  methods: {
    __new__: native(
      '__new__(cls, name, *, bound=None, covariant=False, contravariant=False, default=None)',
      (_vm, [cls, name, bound, covariant, contravariant]) =>
        variable(cls, name, { __bound__: bound, __covariant__: covariant, __contravariant__: contravariant }),
    ),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
    ...named,
  },
  properties: {
    args: (_vm, self) => instance(ParamSpecArgs, { __origin__: self }),
    kwargs: (_vm, self) => instance(ParamSpecKwargs, { __origin__: self }),
  },
})

export const TypeVarTuple: PyClass = classOf({
  name: 'TypeVarTuple',
  module: 'typing',
  methods: {
    __new__: native('__new__(cls, name)', (_vm, [cls, name]) => variable(cls, name, {})),
    __init__: native('__init__(self, *args, **kwargs)', () => null),
    __repr__: native('__repr__(self, /)', (vm, [self]) => getAttr(vm, self, '__name__')),
  },
})

export const ForwardRef: PyClass = classOf({
  name: 'ForwardRef',
  module: 'typing',
  methods: {
    __init__: native('__init__(self, arg, is_argument=True, module=None, *, is_class=False)', (_vm, [self, arg]) =>
      initialize(self, { __forward_arg__: arg }),
    ),
    __repr__: native(
      '__repr__(self, /)',
      (vm, [self]) => `ForwardRef('${String(getAttr(vm, self, '__forward_arg__'))}')`,
    ),
    __eq__: native('__eq__(self, other, /)', (vm, [self, other]) => sameReference(vm, self, other)),
    __hash__: native('__hash__(self, /)', (vm, [self]) => String(getAttr(vm, self, '__forward_arg__')).length),
  },
})

function sameReference(vm: Vm, a: Value, b: Value): boolean {
  if (!isForwardRef(a) || !isForwardRef(b)) return false
  return getAttr(vm, a, '__forward_arg__') === getAttr(vm, b, '__forward_arg__')
}

export function isForwardRef(v: Value): v is PyInstance {
  return v !== null && typeof v === 'object' && 'cls' in v && v.cls === ForwardRef
}

export function forwardRef(text: string): PyInstance {
  return instance(ForwardRef, { __forward_arg__: text })
}

/** `UserId = NewType('UserId', int)`: calling it returns its argument. */
export const NewType: PyClass = classOf({
  name: 'NewType',
  module: 'typing',
  methods: {
    __init__: native('__init__(self, name, tp)', (_vm, [self, name, supertype]) =>
      initialize(self, { __name__: name, __qualname__: name, __supertype__: supertype }),
    ),
    __call__: native('__call__(self, x, /)', (_vm, [, x]) => x),
    __repr__: native('__repr__(self, /)', (vm, [self]) => String(getAttr(vm, self, '__name__'))),
  },
})
