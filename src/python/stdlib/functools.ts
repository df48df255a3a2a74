// functools: decorators and partial application. Caches are real caches, keyed like a dict; `wraps` leaves annotations
// where they are, unevaluated: whoever reads a signature or type hints follows `__wrapped__`.
import { dict, method, notImplemented, tuple } from '../make.ts'
import { asMethod, classOf, native, natives } from '../native.ts'
import {
  attributeDict,
  bindAttribute,
  call,
  callMethod,
  compare,
  dictUpdate,
  getAttr,
  getAttrOr,
  intOf,
  isCallable,
  iterate,
  repr,
  setAttr,
  truth,
  typeOf,
} from '../object.ts'
import { types } from '../types.ts'
import type { Kwargs, PyClass, Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { LruCache } from './caches.ts'
import { dispatching } from './functools/dispatch.ts'
import { updateWrapper, wrapperAssignments, wrapperUpdates, wrapping } from './functools/wraps.ts'
import { Hidden, initialize, instance, mustBeClass } from './helpers.ts'

// --- partial ---------------------------------------------------------------------------------------------------------

interface Partial {
  readonly func: Value
  readonly args: readonly Value[]
  readonly keywords: Kwargs
}

const partialOf = new Hidden<Partial>('functools.partial')

function makePartial(vm: Vm, cls: Value, func: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (!isCallable(func)) vm.raise(types.TypeError, 'the first argument must be callable')
  const made = instance(mustBeClass(vm, cls))
  const inner = partialOf.has(func) ? partialOf.get(vm, func) : undefined
  partialOf.set(made, {
    func: inner?.func ?? func,
    args: [...(inner?.args ?? []), ...args],
    keywords: new Map([...(inner?.keywords ?? []), ...kwargs]),
  })
  return made
}

const partial: PyClass = classOf({
  name: 'partial',
  module: 'functools',
  methods: {
    __new__: native('__new__(cls, func, /, *args, **keywords)', (vm, [cls, func, args, kwargs]) =>
      makePartial(vm, cls, func, args, kwargs),
    ),
    __init__: native('__init__(self, /, *args, **kwargs)', () => null),
    __call__: native('__call__(self, /, *args, **kwargs)', (vm, [self, args, kwargs]) => {
      const p = partialOf.get(vm, self)
      const keywords = kwargs.size === 0 ? p.keywords : new Map([...p.keywords, ...kwargs])
      return call(vm, p.func, [...p.args, ...args], keywords)
    }),
    __repr__: native('__repr__(self, /)', (vm, [self]) => {
      const p = partialOf.get(vm, self)
      const shown = [p.func, ...p.args].map((v) => repr(vm, v))
      for (const [name, v] of p.keywords) shown.push(`${name}=${repr(vm, v)}`)
      return `functools.partial(${shown.join(', ')})`
    }),
    __deepcopy__: native('__deepcopy__(self, memo, /)', (_vm, [self]) => self),
  },
  properties: {
    func: (vm, self) => partialOf.get(vm, self).func,
    args: (vm, self) => tuple(partialOf.get(vm, self).args),
    keywords: (vm, self) => dict(partialOf.get(vm, self).keywords),
  },
})

/** What a partial object applies; undefined for anything else. */
export function partialParts(vm: Vm, v: Value): Partial | undefined {
  return partialOf.has(v) ? partialOf.get(vm, v) : undefined
}

const partialmethod: PyClass = classOf({
  name: 'partialmethod',
  module: 'functools',
  methods: {
    __init__: native('__init__(self, func, /, *args, **keywords)', (_vm, [self, func, args, keywords]) => {
      partialOf.set(self, { func, args, keywords })
      return null
    }),
    __get__: native('__get__(self, obj, cls=None)', (vm, [self, obj]) => {
      const p = partialOf.get(vm, self)
      const bound = obj === null ? p.func : bindAttribute(vm, p.func, obj, typeOf(obj))
      return makePartial(vm, partial, bound, p.args, p.keywords)
    }),
  },
})

// --- Caches ----------------------------------------------------------------------------------------------------------

const cacheOf = new Hidden<LruCache>('functools.lru_cache')

const lruCacheWrapper: PyClass = classOf({
  name: '_lru_cache_wrapper',
  module: 'functools',
  methods: {
    __call__: native('__call__(self, /, *args, **kwargs)', (vm, [self, args, kwargs]) =>
      cacheOf.get(vm, self).call(vm, args, kwargs),
    ),
    __get__: native('__get__(self, obj, cls=None)', (_vm, [self, obj]) => (obj === null ? self : method(self, obj))),
    cache_clear: native('cache_clear(self)', (vm, [self]) => {
      cacheOf.get(vm, self).clear()
      return null
    }),
    cache_info: native('cache_info(self)', (vm, [self]) => tuple(cacheOf.get(vm, self).info)),
    cache_parameters: native('cache_parameters(self)', (vm, [self]) =>
      dict([
        ['maxsize', cacheOf.get(vm, self).maxsize ?? null],
        ['typed', false],
      ]),
    ),
    __deepcopy__: native('__deepcopy__(self, memo, /)', (_vm, [self]) => self),
  },
})

function cached(vm: Vm, fn: Value, maxsize: number | undefined): Value {
  const wrapper = instance(lruCacheWrapper)
  cacheOf.set(wrapper, new LruCache(fn, maxsize))
  return updateWrapper(vm, wrapper, fn)
}

function lruCache(vm: Vm, maxsize: Value): Value {
  const size = maxsize === null ? undefined : intOf(maxsize)
  if (size === undefined && maxsize !== null) {
    if (isCallable(maxsize)) return cached(vm, maxsize, 128)
    vm.raise(types.TypeError, 'Expected first argument to be an integer, a callable, or None')
  }
  return native('decorator(user_function, /)', (vm, [fn]) =>
    cached(vm, fn, size === undefined ? size : Math.max(Number(size), 0)),
  )
}

const cachedProperty: PyClass = classOf({
  name: 'cached_property',
  module: 'functools',
  methods: {
    __init__: native('__init__(self, func)', (vm, [self, func]) =>
      initialize(self, { func, attrname: null, __doc__: getAttrOr(vm, func, '__doc__') ?? null }),
    ),
    __set_name__: native('__set_name__(self, owner, name)', (_vm, [self, , name]) =>
      initialize(self, { attrname: name }),
    ),
    __get__: native('__get__(self, instance, owner=None)', (vm, [self, obj]) => {
      if (obj === null) return self
      const name = getAttr(vm, self, 'attrname')
      if (typeof name !== 'string') {
        return vm.raise(types.TypeError, 'Cannot use cached_property instance without calling __set_name__ on it.')
      }
      const store = attributeDict(vm, obj)
      const value = call(vm, getAttr(vm, self, 'func'), [obj])
      dictUpdate(vm, store, dict([[name, value]]))
      return value
    }),
  },
})

// --- The rest --------------------------------------------------------------------------------------------------------

function reduce(vm: Vm, fn: Value, items: Value, initial: Value | undefined): Value {
  let total = initial
  for (const v of iterate(vm, items)) total = total === undefined ? v : call(vm, fn, [total, v])
  return total === undefined ? vm.raise(types.TypeError, 'reduce() of empty iterable with no initial value') : total
}

type Comparison = '__lt__' | '__le__' | '__gt__' | '__ge__'

/** For each comparison a class may define: how each of the other three follows from it and equality. */
const orderings: Readonly<
  Record<Comparison, readonly (readonly [Comparison, (less: boolean, equal: () => boolean) => boolean])[]>
> = {
  __lt__: [
    ['__gt__', (lt, eq) => !lt && !eq()],
    ['__le__', (lt, eq) => lt || eq()],
    ['__ge__', (lt) => !lt],
  ],
  __le__: [
    ['__ge__', (le, eq) => !le || eq()],
    ['__lt__', (le, eq) => le && !eq()],
    ['__gt__', (le) => !le],
  ],
  __gt__: [
    ['__lt__', (gt, eq) => !gt && !eq()],
    ['__ge__', (gt, eq) => gt || eq()],
    ['__le__', (gt) => !gt],
  ],
  __ge__: [
    ['__le__', (ge, eq) => !ge || eq()],
    ['__gt__', (ge, eq) => ge && !eq()],
    ['__lt__', (ge) => !ge],
  ],
}

function totalOrdering(vm: Vm, cls: PyClass): Value {
  const defined = (Object.keys(orderings) as Comparison[]).filter((op) => cls.lookup(op) !== types.object.dict.get(op))
  const root = (['__lt__', '__le__', '__gt__', '__ge__'] as const).find((op) => defined.includes(op))
  if (root === undefined) return vm.raise(types.ValueError, 'must define at least one ordering operation: < > <= >=')
  for (const [name, derive] of orderings[root]) {
    if (defined.includes(name)) continue
    const derived = native<string>(`${name}(self, other, /)`, (vm, args) => {
      const [self, other] = args as readonly [Value, Value]
      const answer = callMethod(vm, self, root, [other])
      if (answer === notImplemented) return answer
      return derive(truth(vm, answer), () => compare(vm, '==', self, other) === true)
    })
    setAttr(vm, cls, name, asMethod(derived))
  }
  return cls
}

const comparisonKey: PyClass = classOf({
  name: 'KeyWrapper',
  module: 'functools',
  methods: natives({
    '__init__(self, obj, mycmp)': (_vm, [self, obj, mycmp]) => initialize(self, { obj, mycmp }),
    '__lt__(self, other, /)': (vm, [self, other]) =>
      compare(vm, '<', call(vm, getAttr(vm, self, 'mycmp'), [getAttr(vm, self, 'obj'), getAttr(vm, other, 'obj')]), 0),
  }),
})

const functions = natives({
  'reduce(function, iterable, initial=MISSING, /)': (vm, [fn, items, initial]) => reduce(vm, fn, items, initial),
  'lru_cache(maxsize=128, typed=False)': (vm, [maxsize]) => lruCache(vm, maxsize),
  'cache(user_function, /)': (vm, [fn]) => cached(vm, fn, undefined),
  'total_ordering(cls)': (vm, [cls]) => totalOrdering(vm, mustBeClass(vm, cls)),
  'cmp_to_key(mycmp)': (_vm, [mycmp]) => native('key(obj, /)', (vm, [obj]) => call(vm, comparisonKey, [obj, mycmp])),
})

export const functools: HostModule = {
  name: 'functools',
  reason: 'Every decorated function is made through it, so it is native; results are those of the library’s Python.',
  make: () => ({
    ...wrapping,
    ...functions,
    ...dispatching,
    partial,
    partialmethod,
    cached_property: cachedProperty,
    WRAPPER_ASSIGNMENTS: tuple(wrapperAssignments),
    WRAPPER_UPDATES: tuple(wrapperUpdates),
  }),
}
