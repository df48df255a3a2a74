// A dict's entries as a view over the attributes of an object: `o.__dict__` shares the object's own map. Attribute names
// are strings, so a key of any other kind is refused on writing.
import { raise } from '../../text/index.ts'
import { stringKey } from '../make.ts'
import type { HashKey, PyModule, Value } from '../values.ts'
import type { Vm } from '../vm.ts'

type Entry = readonly [key: Value, value: Value]

function nameOf(key: HashKey): string | undefined {
  if (typeof key !== 'string') return undefined
  return key.charCodeAt(0) === 0 ? undefined : key
}

export class LiveEntries extends Map<HashKey, Entry> {
  readonly #attributes: Map<string, Value>

  constructor(attributes: Map<string, Value>) {
    super()
    this.#attributes = attributes
  }

  override get size(): number {
    return this.#attributes.size
  }

  override get(key: HashKey): Entry | undefined {
    const name = nameOf(key)
    const v = name === undefined ? undefined : this.#attributes.get(name)
    return name === undefined || v === undefined ? undefined : [name, v]
  }

  override has(key: HashKey): boolean {
    const name = nameOf(key)
    return name !== undefined && this.#attributes.has(name)
  }

  override set(key: HashKey, [, v]: Entry): this {
    const name = nameOf(key)
    if (name === undefined) raise('unsupported-syntax', 'an attribute dictionary takes only strings as keys')
    this.#attributes.set(name, v)
    return this
  }

  override delete(key: HashKey): boolean {
    const name = nameOf(key)
    return name !== undefined && this.#attributes.delete(name)
  }

  override clear(): void {
    this.#attributes.clear()
  }

  override *entries(): MapIterator<[HashKey, Entry]> {
    for (const [name, v] of this.#attributes) yield [stringKey(name), [name, v]]
  }

  override *keys(): MapIterator<HashKey> {
    for (const name of this.#attributes.keys()) yield stringKey(name)
  }

  override *values(): MapIterator<Entry> {
    for (const entry of this.#attributes) yield entry
  }

  override forEach(callback: (value: Entry, key: HashKey, map: Map<HashKey, Entry>) => void): void {
    for (const [key, entry] of this.entries()) callback(entry, key, this)
  }

  override [Symbol.iterator](): MapIterator<[HashKey, Entry]> {
    return this.entries()
  }
}

/** A module's namespace: names whose import has not run yet are in it, and reading one carries the import out. */
export class ModuleEntries extends LiveEntries {
  readonly #vm: Vm
  readonly #module: PyModule

  constructor(vm: Vm, module: PyModule) {
    super(module.dict)
    this.#vm = vm
    this.#module = module
  }

  override get size(): number {
    return super.size + this.#module.pending.size
  }

  override get(key: HashKey): Entry | undefined {
    const pending = typeof key === 'string' ? this.#module.pending.get(key) : undefined
    return typeof key !== 'string' || pending === undefined
      ? super.get(key)
      : [key, this.#vm.importer.settle(this.#module, key, pending)]
  }

  override has(key: HashKey): boolean {
    return super.has(key) || (typeof key === 'string' && this.#module.pending.has(key))
  }

  override set(key: HashKey, entry: Entry): this {
    if (typeof key === 'string') this.#module.pending.delete(key)
    return super.set(key, entry)
  }

  override delete(key: HashKey): boolean {
    const wasPending = typeof key === 'string' && this.#module.pending.delete(key)
    return super.delete(key) || wasPending
  }

  override clear(): void {
    this.#module.pending.clear()
    super.clear()
  }

  override *entries(): MapIterator<[HashKey, Entry]> {
    for (const name of this.keys()) {
      const entry = this.get(name)
      if (entry !== undefined) yield [name, entry]
    }
  }

  override *keys(): MapIterator<HashKey> {
    yield* [...super.keys()]
    yield* [...this.#module.pending.keys()]
  }

  override *values(): MapIterator<Entry> {
    for (const [, entry] of this.entries()) yield entry
  }
}
