// itertools: each function is a JavaScript generator over the program's iterators.
import { tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { binaryOp, call, collect, equals, iterate, makeIterator, next, toNumber, truth } from '../object.ts'
import { types } from '../types.ts'
import { type PyClass, PyClassMethod, PyIterator, type PyNative, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'

type Items = Iterator<Value, Value, Value>

function* chained(vm: Vm, iterables: Iterable<Value>): Generator<Value, Value, Value> {
  for (const items of iterables) yield* asGenerator(vm, items)
  return null
}

function* asGenerator(vm: Vm, items: Value): Generator<Value, Value, Value> {
  for (const v of iterate(vm, items)) yield v
  return null
}

function* islice(vm: Vm, items: Value, start: number, stop: number, step: number): Generator<Value, Value, Value> {
  const source = makeIterator(vm, items)
  for (let i = 0, wanted = start; i < stop; i++) {
    const v = next(vm, source)
    if (v === undefined) return null
    if (i !== wanted) continue
    yield v
    wanted += step
  }
  return null
}

function sliceBounds(vm: Vm, first: Value, rest: readonly Value[]): [number, number, number] {
  const given = (v: Value | undefined, otherwise: number): number => {
    if (v === undefined || v === null) return otherwise
    const n = toNumber(vm, v)
    if (n < 0) vm.raise(types.ValueError, 'Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.')
    return n
  }
  if (rest.length === 0) return [0, given(first, Infinity), 1]
  return [given(first, 0), given(rest[0], Infinity), given(rest[1], 1)]
}

function* accumulate(vm: Vm, items: Value, fn: Value, initial: Value | undefined): Generator<Value, Value, Value> {
  let total = initial
  if (total !== undefined) yield total
  for (const v of iterate(vm, items)) {
    total = total === undefined ? v : fn === null ? binaryOp(vm, '+', total, v) : call(vm, fn, [total, v])
    yield total
  }
  return null
}

function* product(vm: Vm, pools: readonly (readonly Value[])[]): Generator<Value, Value, Value> {
  const at = pools.map(() => 0)
  if (pools.some((p) => p.length === 0)) return null
  for (;;) {
    vm.tick()
    yield tuple(pools.map((p, i) => p[at[i] ?? 0] ?? null))
    let i = pools.length - 1
    while (i >= 0 && (at[i] ?? 0) + 1 === pools[i]?.length) at[i--] = 0
    if (i < 0) return null
    at[i] = (at[i] ?? 0) + 1
  }
}

/** Index tuples of length r in lexicographic order, of those that `allowed` lets follow. */
function* selections(n: number, r: number, from: (chosen: readonly number[]) => Iterable<number>): Generator<number[]> {
  function* extend(chosen: readonly number[]): Generator<number[]> {
    if (chosen.length === r) yield [...chosen]
    else for (const i of from(chosen)) yield* extend([...chosen, i])
  }
  if (r <= n || n > 0) yield* extend([])
}

function* numbers(from: number, to: number): Iterable<number> {
  for (let i = from; i < to; i++) yield i
}

function* pick(vm: Vm, pool: readonly Value[], chosen: Iterable<readonly number[]>): Generator<Value, Value, Value> {
  for (const indices of chosen) {
    vm.tick()
    yield tuple(indices.map((i) => pool[i] ?? null))
  }
  return null
}

function* zipLongest(vm: Vm, iterables: readonly Value[], fill: Value): Generator<Value, Value, Value> {
  const sources = iterables.map((i) => makeIterator(vm, i))
  for (;;) {
    const values = sources.map((s) => next(vm, s))
    if (values.every((v) => v === undefined)) return null
    yield tuple(values.map((v) => (v === undefined ? fill : v)))
  }
}

/** Consecutive elements with equal keys. A group ends when the next one is asked for. */
function* groupby(vm: Vm, items: Value, key: Value): Generator<Value, Value, Value> {
  const source = makeIterator(vm, items)
  const keyOf = (v: Value): Value => (key === null ? v : call(vm, key, [v]))
  let current = next(vm, source)
  while (current !== undefined) {
    const groupKey = keyOf(current)
    const inGroup = (v: Value): boolean => equals(vm, keyOf(v), groupKey)
    let open = true
    function* group(): Generator<Value, Value, Value> {
      while (open && current !== undefined && inGroup(current)) {
        const v = current
        current = next(vm, source)
        yield v
      }
      return null
    }
    yield tuple([groupKey, new PyIterator(groupClass, group())])
    open = false
    while (current !== undefined && inGroup(current)) current = next(vm, source)
  }
  return null
}

const groupClass: PyClass = classOf({ name: '_grouper', module: 'itertools', bases: [types.iterator] })

/** Iterators over one source that each see all of it. */
function tee(vm: Vm, items: Value, n: number): Value {
  const source = makeIterator(vm, items)
  const seen: Value[] = []
  function* reader(): Generator<Value, Value, Value> {
    for (let i = 0; ; i++) {
      if (i === seen.length) {
        const v = next(vm, source)
        if (v === undefined) return null
        seen.push(v)
      }
      yield seen[i] ?? null
    }
  }
  return tuple(Array.from({ length: n }, () => new PyIterator(types.iterator, reader())))
}

function* counting(vm: Vm, start: Value, step: Value): Generator<Value, Value, Value> {
  for (let at = start; ; at = binaryOp(vm, '+', at, step)) {
    vm.tick()
    yield at
  }
}

function* cycle(vm: Vm, items: Value): Generator<Value, Value, Value> {
  const seen: Value[] = []
  for (const v of iterate(vm, items)) {
    seen.push(v)
    yield v
  }
  while (seen.length > 0) {
    vm.tick(seen.length)
    yield* seen
  }
  return null
}

function* repeat(vm: Vm, v: Value, times: number): Generator<Value, Value, Value> {
  for (let i = 0; i < times; i++) {
    vm.tick()
    yield v
  }
  return null
}

function* filtered(vm: Vm, items: Value, keep: (v: Value) => boolean | 'stop'): Generator<Value, Value, Value> {
  for (const v of iterate(vm, items)) {
    const kept = keep(v)
    if (kept === 'stop') return null
    if (kept) yield v
  }
  return null
}

function* starmap(vm: Vm, fn: Value, items: Value): Generator<Value, Value, Value> {
  for (const args of iterate(vm, items)) yield call(vm, fn, collect(vm, args))
  return null
}

function* pairwise(vm: Vm, items: Value): Generator<Value, Value, Value> {
  let before: Value | undefined
  for (const v of iterate(vm, items)) {
    if (before !== undefined) yield tuple([before, v])
    before = v
  }
  return null
}

/** A class, since `chain.from_iterable` is a method of it. */
const chain: PyClass = classOf({
  name: 'chain',
  module: 'itertools',
  bases: [types.iterator],
  methods: {
    __new__: native(
      '__new__(cls, /, *iterables)',
      (vm, [, iterables]) => new PyIterator(chain, chained(vm, iterables)),
    ),
    __init__: native('__init__(self, /, *iterables)', () => null),
  },
  attributes: {
    from_iterable: new PyClassMethod(
      types.classmethod,
      native(
        'from_iterable(cls, iterable, /)',
        (vm, [, items]) => new PyIterator(chain, chained(vm, iterate(vm, items))),
      ),
    ),
  },
})

const stream = (source: Items): Value => new PyIterator(types.iterator, source)

const functions: Record<string, PyNative> = natives({
  'islice(iterable, stop, /, *rest)': (vm, [items, first, rest]) =>
    stream(islice(vm, items, ...sliceBounds(vm, first, rest))),
  'accumulate(iterable, func=None, *, initial=None)': (vm, [items, fn, initial]) =>
    stream(accumulate(vm, items, fn, initial ?? undefined)),
  'product(*iterables, repeat=1)': (vm, [iterables, times]) => {
    const pools = iterables.map((i) => collect(vm, i))
    return stream(product(vm, Array.from({ length: toNumber(vm, times) }, () => pools).flat()))
  },
  'combinations(iterable, r)': (vm, [items, r]) => {
    const pool = collect(vm, items)
    const chosen = selections(pool.length, toNumber(vm, r), (c) => numbers((c.at(-1) ?? -1) + 1, pool.length))
    return stream(pick(vm, pool, chosen))
  },
  'combinations_with_replacement(iterable, r)': (vm, [items, r]) => {
    const pool = collect(vm, items)
    return stream(
      pick(
        vm,
        pool,
        selections(pool.length, toNumber(vm, r), (c) => numbers(c.at(-1) ?? 0, pool.length)),
      ),
    )
  },
  'permutations(iterable, r=None)': (vm, [items, r]) => {
    const pool = collect(vm, items)
    const size = r === null ? pool.length : toNumber(vm, r)
    const rest = (c: readonly number[]) => [...numbers(0, pool.length)].filter((i) => !c.includes(i))
    return stream(pick(vm, pool, selections(pool.length, size, rest)))
  },
  'zip_longest(*iterables, fillvalue=None)': (vm, [iterables, fill]) => stream(zipLongest(vm, iterables, fill)),
  'groupby(iterable, key=None)': (vm, [items, key]) => stream(groupby(vm, items, key)),
  'tee(iterable, n=2, /)': (vm, [items, n]) => tee(vm, items, toNumber(vm, n)),
  'count(start=0, step=1)': (vm, [start, step]) => stream(counting(vm, start, step)),
  'cycle(iterable, /)': (vm, [items]) => stream(cycle(vm, items)),
  'repeat(object, times=None)': (vm, [v, times]) =>
    stream(repeat(vm, v, times === null ? Infinity : Math.max(toNumber(vm, times), 0))),
  'starmap(function, iterable, /)': (vm, [fn, items]) => stream(starmap(vm, fn, items)),
  'takewhile(predicate, iterable, /)': (vm, [fn, items]) =>
    stream(filtered(vm, items, (v) => truth(vm, call(vm, fn, [v])) || 'stop')),
  'dropwhile(predicate, iterable, /)': (vm, [fn, items]) => {
    let dropping = true
    return stream(
      filtered(vm, items, (v) => {
        dropping = dropping && truth(vm, call(vm, fn, [v]))
        return !dropping
      }),
    )
  },
  'filterfalse(function, iterable, /)': (vm, [fn, items]) =>
    stream(filtered(vm, items, (v) => !truth(vm, fn === null ? v : call(vm, fn, [v])))),
  'compress(data, selectors)': (vm, [data, selectors]) => {
    const chosen = makeIterator(vm, selectors)
    return stream(
      filtered(vm, data, () => {
        const s = next(vm, chosen)
        return s === undefined ? 'stop' : truth(vm, s)
      }),
    )
  },
  'pairwise(iterable, /)': (vm, [items]) => stream(pairwise(vm, items)),
})

export const itertools: HostModule = {
  name: 'itertools',
  reason: 'C in CPython.',
  make: () => ({ ...functions, chain }),
  absent: ['batched'],
}
