// What `functools.lru_cache` remembers. It is a real cache: what a function does besides returning, it does once. Sizes that are
// variables are no reason to settle them: a call with the same variables is the same call, and whether one with other
// variables or with numbers could be is asked of each call that is alike but for its integers.
import type { Scope } from '../../sym/index.ts'
import { SymInt, variablesOf } from '../../sym/index.ts'
import { tuple } from '../make.ts'
import { call, equals, hashKey } from '../object.ts'
import { stateKey } from '../state.ts'
import { isInt, PyTuple, type HashKey, type Kwargs, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'

interface Entry {
  readonly value: Value
  readonly call: CacheKey
}

/** The arguments of a call, as a key. */
class CacheKey {
  readonly hash: HashKey
  /** Whose variables they hold. */
  readonly scope: Scope | undefined
  #shape: HashKey | undefined

  constructor(
    private readonly vm: Vm,
    readonly args: PyTuple,
  ) {
    this.scope = scopeOf(args)
    this.hash = hashKey(vm, this.scope === undefined ? args : replaced(args, (v) => symbolText(vm, v)))
  }

  /** What is the same in all calls that are alike but for their integers. */
  get shape(): HashKey {
    return (this.#shape ??= hashKey(
      this.vm,
      replaced(this.args, (v) => (isInt(v) || typeof v === 'boolean' ? '\0int' : undefined)),
    ))
  }

  /** Whether they are equal to those of another call; where that is not plain, an assumption says so. */
  matches(other: CacheKey): boolean {
    const scope = this.scope ?? other.scope
    if (scope === undefined) return false // their hashes differ
    if (scope !== (other.scope ?? scope) || (this.scope !== other.scope && scope !== this.vm.scope)) return false
    return this.shape === other.shape && equals(this.vm, this.args, other.args)
  }
}

function scopeOf(v: Value): Scope | undefined {
  if (v instanceof SymInt) return v.scope
  if (!(v instanceof PyTuple)) return undefined
  for (const x of v.items) {
    const scope = scopeOf(x)
    if (scope !== undefined) return scope
  }
  return undefined
}

/** A tuple, and those in it, with other values in place of some. */
function replaced(v: Value, other: (v: Value) => string | undefined): Value {
  if (v instanceof PyTuple) return tuple(v.items.map((x) => replaced(x, other)))
  return other(v) ?? v
}

const scopes = stateKey('functools.scopes', () => new Map<Scope, number>())

const variables = stateKey('functools.variables', () => new Set<string>())

/** Whether something is remembered by a size that depends on a variable. */
export function isRemembered(vm: Vm, variable: string): boolean {
  return vm.state(variables).has(variable)
}

function symbolText(vm: Vm, v: Value): string | undefined {
  if (!(v instanceof SymInt)) return undefined
  for (const name of variablesOf(v.expr)) vm.state(variables).add(name)
  const known = vm.state(scopes)
  const number = known.get(v.scope) ?? known.size
  known.set(v.scope, number)
  return `\0${number}.${v.index}`
}

export class LruCache {
  /** In order of use, the least recent first. */
  private readonly entries = new Map<HashKey, Entry>()
  private hits = 0
  private misses = 0

  constructor(
    readonly fn: Value,
    readonly maxsize: number | undefined,
  ) {}

  call(vm: Vm, args: readonly Value[], kwargs: Kwargs): Value {
    if (this.maxsize === 0) return call(vm, this.fn, args, kwargs)
    const key = new CacheKey(vm, tuple([...args, args.length, ...[...kwargs].flat()]))
    const known = this.entries.get(key.hash) ?? this.alike(key)
    if (known !== undefined) {
      this.hits++
      this.entries.delete(known.call.hash)
      this.entries.set(known.call.hash, known)
      return known.value
    }
    this.misses++
    const value = call(vm, this.fn, args, kwargs)
    this.entries.set(key.hash, { value, call: key })
    if (this.maxsize !== undefined && this.entries.size > this.maxsize) {
      const [oldest] = this.entries.keys()
      if (oldest !== undefined) this.entries.delete(oldest)
    }
    return value
  }

  private alike(key: CacheKey): Entry | undefined {
    for (const entry of this.entries.values()) if (key.matches(entry.call)) return entry
    return undefined
  }

  clear(): void {
    this.entries.clear()
    this.hits = 0
    this.misses = 0
  }

  /** As `cache_info()` has them. */
  get info(): readonly Value[] {
    return [this.hits, this.misses, this.maxsize ?? null, this.entries.size]
  }
}
