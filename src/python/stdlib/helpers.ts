// What several library modules need: the metaclass protocol called by hand, state behind an instance, checked arguments.
import { evaluateText } from '../evaluate.ts'
import { call, typeOf } from '../object.ts'
import { stringOf } from '../object/classes.ts'
import { types } from '../types.ts'
import { noKwargs, PyClass, PyInstance, PyStaticMethod, type Kwargs, type PyModule, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'

/** `super().__new__(mcls, name, bases, namespace, **kwargs)` in the metaclass `after`; without one, `type.__new__`. */
export function newClass(
  vm: Vm,
  mcls: Value,
  name: Value,
  bases: Value,
  namespace: Value,
  kwargs: Kwargs = noKwargs,
  after?: PyClass,
): PyClass {
  const meta = mustBeClass(vm, mcls)
  const next =
    after === undefined ? undefined : meta.mro.slice(meta.mro.indexOf(after) + 1).find((c) => c.dict.has('__new__'))
  const maker = (next ?? types.type).dict.get('__new__') ?? null
  const fn = maker instanceof PyStaticMethod ? maker.fn : maker
  return mustBeClass(vm, call(vm, fn, [meta, name, bases, namespace], kwargs))
}

export function mustBeClass(vm: Vm, v: Value): PyClass {
  return v instanceof PyClass ? v : vm.raise(types.TypeError, `expected a class, got ${typeOf(v).name}`)
}

export { stringOf }

/** Host state of an instance, out of the program's sight. */
export class Hidden<T> {
  readonly #key: symbol

  constructor(readonly what: string) {
    this.#key = Symbol(what)
  }

  set(self: Value, state: T): void {
    if (self instanceof PyInstance) (self.hidden ??= new Map()).set(this.#key, state)
  }

  has(self: Value): boolean {
    return self instanceof PyInstance && self.hidden?.has(this.#key) === true
  }

  get(vm: Vm, self: Value): T {
    if (!(self instanceof PyInstance) || self.hidden?.has(this.#key) !== true) {
      return vm.raise(types.TypeError, `expected a ${this.what} object, got ${typeOf(self).name}`)
    }
    return self.hidden.get(this.#key) as T
  }
}

/** An instance of a host class with its attributes. */
export function instance(cls: PyClass, attributes: Readonly<Record<string, Value>> = {}): PyInstance {
  const o = new PyInstance(cls)
  for (const [name, v] of Object.entries(attributes)) o.dict.set(name, v)
  return o
}

/** Sets attributes of an instance directly, as a host class's `__init__` does. */
export function initialize(self: Value, attributes: Readonly<Record<string, Value>>): null {
  if (self instanceof PyInstance) for (const [name, v] of Object.entries(attributes)) self.dict.set(name, v)
  return null
}

/** The value of an annotation given as text, in a module's namespace (under `from __future__ import annotations`). */
export function evaluateAnnotation(vm: Vm, text: string, module: PyModule | undefined): Value {
  if (module === undefined) return vm.stop('unsupported-syntax', `the annotation "${text}" of no known module`)
  return evaluateText(vm, text, module, `annotation in ${module.name}`)
}
