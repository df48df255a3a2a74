// `singledispatch` and `singledispatchmethod`: a function chosen by the class of the first argument.
import { method } from '../../make.ts'
import { classOf, native, natives } from '../../native.ts'
import { bindAttribute, call, classesOf, getAttr, isCallable, isSubclass, repr, typeOf } from '../../object.ts'
import { types } from '../../types.ts'
import { PyClassMethod, PyDict, PyStaticMethod, type PyClass, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { Hidden, instance, mustBeClass } from '../helpers.ts'
import { typeHints } from '../typing/hints.ts'
import { updateWrapper } from './wraps.ts'

/** The implementation for a class: that of the first class in its order of resolution, then of an abstract class. */
function dispatch(vm: Vm, table: ReadonlyMap<PyClass, Value>, cls: PyClass): Value {
  for (const c of cls.mro) {
    const found = table.get(c)
    if (found !== undefined && c !== types.object) return found
  }
  for (const [c, fn] of table) if (c !== types.object && isSubclass(vm, cls, c)) return fn
  return table.get(types.object) ?? null
}

const tableOf = new Hidden<Map<PyClass, Value>>('functools.singledispatch')

function singledispatch(vm: Vm, fn: Value): Value {
  const wrapper = instance(singleDispatchWrapper)
  tableOf.set(wrapper, new Map<PyClass, Value>([[types.object, fn]]))
  return updateWrapper(vm, wrapper, fn)
}

/** What a function says of its first parameter. */
function firstAnnotation(vm: Vm, fn: Value): readonly PyClass[] {
  const inner = fn instanceof PyClassMethod || fn instanceof PyStaticMethod ? getAttr(vm, fn, '__func__') : fn
  const hints = isCallable(inner) ? typeHints(vm, inner, false) : undefined
  const [first] = hints instanceof PyDict ? [...hints.entries.values()] : []
  if (first === undefined) {
    return vm.raise(
      types.TypeError,
      `Invalid first argument to \`register()\`: ${repr(vm, fn)}. Use either \`@register(some_class)\` or plain \`@register\` on an annotated function.`,
    )
  }
  const [name, hint] = first
  return (
    classesOf(hint) ??
    vm.raise(types.TypeError, `Invalid annotation for ${repr(vm, name)}. ${repr(vm, hint)} is not a class.`)
  )
}

function register(vm: Vm, table: Map<PyClass, Value>, cls: Value, func: Value): Value {
  const given = classesOf(cls)
  if (given !== undefined && func === null)
    return native('decorator(func, /)', (_vm, [fn]) => register(vm, table, cls, fn))
  const implementation = given === undefined ? cls : func
  for (const c of given ?? firstAnnotation(vm, cls)) table.set(c, implementation)
  return implementation
}

const singleDispatchWrapper: PyClass = classOf({
  name: 'function',
  module: 'functools',
  methods: natives({
    '__call__(self, /, *args, **kwargs)': (vm, [self, args, kwargs]) =>
      call(vm, dispatch(vm, tableOf.get(vm, self), classOfFirst(vm, 'singledispatch function', args)), args, kwargs),
    '__get__(self, obj, cls=None)': (_vm, [self, obj]) => (obj === null ? self : method(self, obj)),
    'dispatch(self, cls)': (vm, [self, cls]) => dispatch(vm, tableOf.get(vm, self), mustBeClass(vm, cls)),
    'register(self, cls, func=None)': (vm, [self, cls, func]) => register(vm, tableOf.get(vm, self), cls, func),
  }),
})

function classOfFirst(vm: Vm, what: string, args: readonly Value[]): PyClass {
  const [first] = args
  if (first === undefined) return vm.raise(types.TypeError, `${what} requires at least 1 positional argument`)
  return typeOf(first)
}

const singleDispatchMethod: PyClass = classOf({
  name: 'singledispatchmethod',
  module: 'functools',
  methods: natives({
    '__init__(self, func)': (_vm, [self, func]) => {
      tableOf.set(self, new Map<PyClass, Value>([[types.object, func]]))
      return null
    },
    'register(self, cls, method=None)': (vm, [self, cls, func]) => register(vm, tableOf.get(vm, self), cls, func),
    '__get__(self, obj, cls=None)': (vm, [self, obj, cls]) =>
      native('method(*args, **kwargs)', (_vm, [args, kwargs]) => {
        const found = dispatch(vm, tableOf.get(vm, self), classOfFirst(vm, 'singledispatchmethod', args))
        return call(vm, bindAttribute(vm, found, obj ?? undefined, mustBeClass(vm, cls)), args, kwargs)
      }),
  }),
})

export const dispatching: Record<string, Value> = {
  ...natives({ 'singledispatch(func)': (vm, [fn]) => singledispatch(vm, fn) }),
  singledispatchmethod: singleDispatchMethod,
}
