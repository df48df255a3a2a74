// Generators and the iterator classes: what `iter()`, `enumerate`, `zip`, `map`, `filter` and `reversed` give.
import { add, type Int } from '../../sym/index.ts'
import { call, callSpecial } from '../object/call.ts'
import { className, mustBe, typeOf } from '../object/classes.ts'
import { truth } from '../object/compare.ts'
import { iterate, makeIterator, next } from '../object/iterate.ts'
import { toIndex } from '../object/numbers.ts'
import { exception, iterator, tuple } from '../make.ts'
import { natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyException, PyInstance, PyIterator, PyTuple, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { fill } from './define.ts'
import { address } from './objectType.ts'
import { reversedSequence } from './sequences.ts'

const self = (vm: Vm, v: Value): PyIterator => mustBe(vm, v, PyIterator, 'an iterator')

/** A step's value; StopIteration with what was returned at the end. */
function stepped(vm: Vm, step: IteratorResult<Value, Value>): Value {
  if (step.done !== true) return step.value
  return vm.raise(types.StopIteration, (step.value ?? null) === null ? [] : [step.value])
}

const protocol = natives({
  '__iter__(self, /)': (_vm, [it]) => it,
  '__next__(self, /)': (vm, [it]) => {
    vm.tick()
    return stepped(vm, self(vm, it).source.next(null))
  },
})

for (const cls of [
  types.generator,
  types.coroutine,
  types.iterator,
  types.enumerate,
  types.zip,
  types.map,
  types.filter,
  types.reversed,
]) {
  fill(cls, protocol, natives({ '__repr__(self, /)': (vm, [it]) => `<${cls.name} object at ${address(vm, it)}>` }))
}

// --- generator ------------------------------------------------------------------------------------------------------

/** The exception that `throw(type, value)` stands for. */
function thrown(vm: Vm, kind: Value, v: Value): PyInstance {
  if (kind instanceof PyInstance && kind.cls.isSubclassOf(types.BaseException)) return kind
  if (kind instanceof PyClass && kind.isSubclassOf(types.BaseException)) {
    if (v instanceof PyInstance && v.cls.isSubclassOf(kind)) return v
    const made = call(vm, kind, v === null ? [] : v instanceof PyTuple ? v.items : [v])
    if (made instanceof PyInstance) return made
  }
  return vm.raise(
    types.TypeError,
    `exceptions must be classes or instances deriving from BaseException, not ${className(kind)}`,
  )
}

function throwInto(vm: Vm, it: PyIterator, e: PyInstance): Value {
  const failure = new PyException(e, vm.trace(), vm.where())
  if (it.source.throw === undefined) throw failure
  return stepped(vm, it.source.throw(failure))
}

/** `close()`: raises GeneratorExit where the generator is paused; it may not go on yielding. */
function close(vm: Vm, it: PyIterator): null {
  try {
    const step = it.source.throw?.(new PyException(exception(types.GeneratorExit, []), vm.trace(), vm.where()))
    if (step !== undefined && step.done !== true) vm.raise(types.RuntimeError, 'generator ignored GeneratorExit')
  } catch (e) {
    const ended =
      e instanceof PyException &&
      (e.value.cls.isSubclassOf(types.GeneratorExit) || e.value.cls.isSubclassOf(types.StopIteration))
    if (!ended) throw e
  }
  return null
}

fill(
  types.generator,
  natives({
    'send(self, value, /)': (vm, [it, v]) => stepped(vm, self(vm, it).source.next(v)),
    'throw(self, type, value=None, traceback=None, /)': (vm, [it, kind, v]) =>
      throwInto(vm, self(vm, it), thrown(vm, kind, v)),
    'close(self, /)': (vm, [it]) => close(vm, self(vm, it)),
  }),
)

// --- The constructors -----------------------------------------------------------------------------------------------

function* enumerated(vm: Vm, source: Value, start: Int): Generator<Value> {
  let i = start
  for (const v of iterate(vm, source)) {
    yield tuple([i, v])
    i = add(i, 1)
  }
}

function* zipped(vm: Vm, sources: readonly Value[], strict: boolean): Generator<Value> {
  if (sources.length === 0) return
  for (;;) {
    const row: Value[] = []
    for (const [i, source] of sources.entries()) {
      const v = next(vm, source)
      if (v !== undefined) row.push(v)
      else if (strict) return refuseUneven(vm, sources, i)
      else return
    }
    yield tuple(row)
  }
}

/** One iterator of `zip(strict=True)` has ended: all must. */
function refuseUneven(vm: Vm, sources: readonly Value[], ended: number): void {
  const others = (n: number): string => (n === 1 ? 'argument 1' : `arguments 1-${n}`)
  if (ended > 0) vm.raise(types.ValueError, `zip() argument ${ended + 1} is shorter than ${others(ended)}`)
  for (let i = 1; i < sources.length; i++) {
    if (next(vm, sources[i] ?? null) !== undefined)
      vm.raise(types.ValueError, `zip() argument ${i + 1} is longer than ${others(i)}`)
  }
}

function* mapped(vm: Vm, fn: Value, sources: readonly Value[]): Generator<Value> {
  for (;;) {
    const row: Value[] = []
    for (const source of sources) {
      const v = next(vm, source)
      if (v === undefined) return
      row.push(v)
    }
    yield call(vm, fn, row)
  }
}

function* filtered(vm: Vm, fn: Value, source: Value): Generator<Value> {
  for (const v of iterate(vm, source)) if (truth(vm, fn === null ? v : call(vm, fn, [v]))) yield v
}

function iterators(vm: Vm, sources: readonly Value[]): Value[] {
  return sources.map((s) => makeIterator(vm, s))
}

fill(
  types.enumerate,
  natives({
    '__new__(cls, iterable, start=0)': (vm, [, source, start]) =>
      iterator(enumerated(vm, makeIterator(vm, source), toIndex(vm, start)), types.enumerate),
  }),
)
fill(
  types.zip,
  natives({
    '__new__(cls, *iterables, strict=False)': (vm, [, sources, strict]) =>
      iterator(zipped(vm, iterators(vm, sources), truth(vm, strict)), types.zip),
  }),
)
fill(
  types.map,
  natives({
    '__new__(cls, func, /, *iterables)': (vm, [, fn, sources]) => {
      if (sources.length === 0) vm.raise(types.TypeError, 'map() must have at least two arguments.')
      return iterator(mapped(vm, fn, iterators(vm, sources)), types.map)
    },
  }),
)
fill(
  types.filter,
  natives({
    '__new__(cls, function, iterable, /)': (vm, [, fn, source]) =>
      iterator(filtered(vm, fn, makeIterator(vm, source)), types.filter),
  }),
)
fill(
  types.reversed,
  natives({
    '__new__(cls, sequence, /)': (vm, [, v]) => {
      const slot = typeOf(v).lookup('__reversed__')
      if (slot === null) return vm.raise(types.TypeError, `'${className(v)}' object is not reversible`)
      const made = callSpecial(vm, v, '__reversed__')
      return made === undefined ? iterator(reversedSequence(vm, v), types.reversed) : made
    },
  }),
)

/** `iter(callable, sentinel)`. */
export function* untilSentinel(vm: Vm, fn: Value, isSentinel: (v: Value) => boolean): Generator<Value> {
  for (;;) {
    const v = call(vm, fn)
    if (isSentinel(v)) return
    yield v
  }
}
