// Calls. A call of a program's function binds its arguments into the slots of a fresh frame exactly as CPython's
// `initialize_locals` does, messages included, and runs the body with the frame on the stack; the frame leaves the stack
// in `finally`, since `getattr`, `hasattr` and `except` go on after an exception.
import { types } from '../types.ts'
import { Frame } from '../code.ts'
import { dict, tuple } from '../make.ts'
import { derive, isMissing } from '../missing.ts'
import { quotedNames } from '../native.ts'
import {
  noKwargs,
  PyClass,
  PyException,
  PyFunction,
  PyInstance,
  PyMethod,
  PyNative,
  PySet,
  PyStaticMethod,
  type Kwargs,
  type PyObject,
  type Value,
} from '../values.ts'
import type { Vm } from '../vm.ts'
import { bindAttribute, getAttr, unboundMethod } from './attributes.ts'
import { className, typeOf } from './classes.ts'

/** `fn(*args, **kwargs)`. */
export function call(vm: Vm, fn: Value, args: readonly Value[] = [], kwargs: Kwargs = noKwargs): Value {
  if (fn instanceof PyFunction) return callFunction(vm, fn, args, kwargs)
  if (fn instanceof PyNative) return callNative(vm, fn, args, kwargs)
  if (fn instanceof PyMethod) return call(vm, fn.fn, [fn.self, ...args], kwargs)
  if (fn instanceof PyClass) return construct(vm, fn, args, kwargs)
  const slot = typeOf(fn).lookup('__call__')
  if (slot === undefined || slot === null) return vm.raise(types.TypeError, `'${className(fn)}' object is not callable`)
  return callSlot(vm, slot, [fn, ...args], kwargs)
}

/** A function of the host that fails on something missing has not failed as Python's would. */
function callNative(vm: Vm, fn: PyNative, args: readonly Value[], kwargs: Kwargs): Value {
  try {
    return fn.fn(vm, args, kwargs)
  } catch (e) {
    const missing = e instanceof PyException ? [...args, ...kwargs.values()].find(isMissing) : undefined
    if (missing === undefined) throw e
    return derive(vm, missing)
  }
}

/** `o.name(*args, **kwargs)`. */
export function callMethod(
  vm: Vm,
  o: Value,
  name: string,
  args: readonly Value[] = [],
  kwargs: Kwargs = noKwargs,
): Value {
  const fn = unboundMethod(o, name)
  return fn === undefined ? call(vm, getAttr(vm, o, name), args, kwargs) : call(vm, fn, [o, ...args], kwargs)
}

/** Calls what a class holds under a special name, `args[0]` being the instance it is for. */
export function callSlot(vm: Vm, slot: Value, args: readonly Value[], kwargs: Kwargs = noKwargs): Value {
  if (slot instanceof PyNative) return slot.fn(vm, args, kwargs)
  if (slot instanceof PyFunction) return callFunction(vm, slot, args, kwargs)
  const self = args[0] ?? null
  return call(vm, bindAttribute(vm, slot, self, typeOf(self)), args.slice(1), kwargs)
}

/** Calls a special method by its class's definition, as operators do; undefined where the class has none. */
export function callSpecial(vm: Vm, o: Value, name: string, args: readonly Value[] = []): Value | undefined {
  const slot = typeOf(o).lookup(name)
  return slot === undefined || slot === null ? undefined : callSlot(vm, slot, [o, ...args])
}

export function isCallable(v: Value): boolean {
  if (v instanceof PyFunction || v instanceof PyNative || v instanceof PyMethod || v instanceof PyClass) return true
  return typeOf(v).lookup('__call__') !== undefined
}

// --- Functions of the program ---------------------------------------------------------------------------------------

function callFunction(vm: Vm, fn: PyFunction, args: readonly Value[], kwargs: Kwargs = noKwargs): Value {
  const code = fn.code
  const frame = new Frame(code.localNames().length, fn.closure, code, fn.globals, fn)
  bindArguments(vm, fn, frame.slots, args, kwargs)
  vm.enter(frame)
  try {
    return code.run(vm, frame)
  } finally {
    vm.leave()
  }
}

/** Fills the parameter slots: positional, keyword-only, `*args`, `**kwargs`. */
function bindArguments(
  vm: Vm,
  fn: PyFunction,
  slots: (Value | undefined)[],
  args: readonly Value[],
  kwargs: Kwargs,
): void {
  const { positional, keywordOnly, varArgs, varKwargs } = fn.code.params
  const count = positional.length
  const given = args.length
  for (let i = 0; i < given && i < count; i++) slots[i] = args[i]
  if (
    given === count &&
    kwargs.size === 0 &&
    keywordOnly.length === 0 &&
    varArgs === undefined &&
    varKwargs === undefined
  )
    return
  const star = count + keywordOnly.length
  if (varArgs !== undefined) slots[star] = tuple(given > count ? args.slice(count) : [])
  const extra = kwargs.size > 0 ? bindKeywords(vm, fn, slots, kwargs) : noKwargs
  if (varKwargs !== undefined) slots[star + (varArgs === undefined ? 0 : 1)] = dict(extra)
  if (given > count && varArgs === undefined) tooManyPositional(vm, fn, slots, given)
  if (given < count) fillDefaults(vm, fn, slots, given)
  if (keywordOnly.length > 0) fillKeywordDefaults(vm, fn, slots)
}

function bindKeywords(vm: Vm, fn: PyFunction, slots: (Value | undefined)[], kwargs: Kwargs): Kwargs {
  const { positional, positionalOnly, keywordOnly, varKwargs } = fn.code.params
  const extra = new Map<string, Value>()
  for (const [name, v] of kwargs) {
    let i = positional.indexOf(name, positionalOnly)
    if (i < 0) {
      const k = keywordOnly.indexOf(name)
      if (k >= 0) i = positional.length + k
    }
    if (i < 0) {
      if (varKwargs === undefined) unexpectedKeyword(vm, fn, name, kwargs)
      extra.set(name, v)
    } else if (slots[i] !== undefined) {
      vm.raise(types.TypeError, `${fn.qualname}() got multiple values for argument '${name}'`)
    } else slots[i] = v
  }
  return extra
}

function unexpectedKeyword(vm: Vm, fn: PyFunction, name: string, kwargs: Kwargs): never {
  const { positional, positionalOnly } = fn.code.params
  const wrong = positional.slice(0, positionalOnly).filter((p) => kwargs.has(p))
  if (wrong.length > 0) {
    const names = wrong.join(', ')
    vm.raise(
      types.TypeError,
      `${fn.qualname}() got some positional-only arguments passed as keyword arguments: '${names}'`,
    )
  }
  return vm.raise(types.TypeError, `${fn.qualname}() got an unexpected keyword argument '${name}'`)
}

function tooManyPositional(vm: Vm, fn: PyFunction, slots: readonly (Value | undefined)[], given: number): never {
  const { positional, keywordOnly } = fn.code.params
  const most = positional.length
  const least = most - fn.defaults.length
  const takes = fn.defaults.length > 0 ? `from ${least} to ${most}` : `${most}`
  const plural = most === 1 && fn.defaults.length === 0 ? '' : 's'
  const named = keywordOnly.filter((_, k) => slots[most + k] !== undefined).length
  const also =
    named === 0
      ? ''
      : ` positional argument${given === 1 ? '' : 's'} (and ${named} keyword-only argument${named === 1 ? '' : 's'})`
  const verb = given === 1 && named === 0 ? 'was' : 'were'
  return vm.raise(
    types.TypeError,
    `${fn.qualname}() takes ${takes} positional argument${plural} but ${given}${also} ${verb} given`,
  )
}

function reportMissing(vm: Vm, fn: PyFunction, kind: string, names: readonly string[]): never {
  const plural = names.length === 1 ? '' : 's'
  return vm.raise(
    types.TypeError,
    `${fn.qualname}() missing ${names.length} required ${kind} argument${plural}: ${quotedNames(names)}`,
  )
}

function fillDefaults(vm: Vm, fn: PyFunction, slots: (Value | undefined)[], given: number): void {
  const { positional } = fn.code.params
  const first = positional.length - fn.defaults.length
  const absent: string[] = []
  for (let i = given; i < positional.length; i++) {
    if (slots[i] !== undefined) continue
    const fallback = i < first ? undefined : fn.defaults[i - first]
    if (fallback === undefined) absent.push(positional[i] ?? '')
    else slots[i] = fallback
  }
  if (absent.length > 0) reportMissing(vm, fn, 'positional', absent)
}

function fillKeywordDefaults(vm: Vm, fn: PyFunction, slots: (Value | undefined)[]): void {
  const { positional, keywordOnly } = fn.code.params
  const absent: string[] = []
  for (const [k, name] of keywordOnly.entries()) {
    const i = positional.length + k
    if (slots[i] !== undefined) continue
    const fallback = fn.kwDefaults.get(name)
    if (fallback === undefined) absent.push(name)
    else slots[i] = fallback
  }
  if (absent.length > 0) reportMissing(vm, fn, 'keyword-only', absent)
}

// --- Classes --------------------------------------------------------------------------------------------------------

/** `cls(*args, **kwargs)`, through the metaclass's `__call__` where it has its own. */
export function construct(vm: Vm, cls: PyClass, args: readonly Value[] = [], kwargs: Kwargs = noKwargs): Value {
  if (cls.cls !== types.type) {
    const slot = cls.cls.lookup('__call__')
    if (slot !== undefined && slot !== types.type.dict.get('__call__'))
      return callSlot(vm, slot, [cls, ...args], kwargs)
  }
  return instantiate(vm, cls, args, kwargs)
}

/** `type.__call__`: `__new__`, then `__init__` if what came out is an instance. */
export function instantiate(vm: Vm, cls: PyClass, args: readonly Value[], kwargs: Kwargs): Value {
  if (cls === types.type && args.length === 1 && kwargs.size === 0) return typeOf(args[0] ?? null)
  const maker = cls.lookup('__new__') ?? null
  const plain = maker === types.object.dict.get('__new__')
  const init = cls.lookup('__init__') ?? null
  const plainInit = init === types.object.dict.get('__init__')
  if (plain && (!plainInit || (args.length === 0 && kwargs.size === 0))) {
    const o = allocate(vm, cls)
    if (!plainInit) initialize(vm, init, o, args, kwargs)
    return o
  }
  const made = call(vm, maker instanceof PyStaticMethod ? maker.fn : maker, [cls, ...args], kwargs)
  const own = typeOf(made)
  if (!own.isSubclassOf(cls)) return made
  const ownInit = own === cls ? init : (own.lookup('__init__') ?? null)
  if (ownInit !== types.object.dict.get('__init__') || plain) initialize(vm, ownInit, made, args, kwargs)
  return made
}

function initialize(vm: Vm, init: Value, o: Value, args: readonly Value[], kwargs: Kwargs): void {
  const result = callSlot(vm, init, [o, ...args], kwargs)
  if (result !== null) vm.raise(types.TypeError, `__init__() should return None, not '${className(result)}'`)
}

/** A bare instance, as the nearest class of the host lays it out. */
export function allocate(vm: Vm, cls: PyClass): PyObject {
  const abstract = cls.dict.get('__abstractmethods__')
  if (abstract instanceof PySet && abstract.members.size > 0) refuseAbstract(vm, cls, abstract)
  return cls.allocate === undefined ? new PyInstance(cls) : cls.allocate(cls)
}

function refuseAbstract(vm: Vm, cls: PyClass, abstract: PySet): never {
  const names = [...abstract.members.values()].map(String).sort()
  const plural = names.length === 1 ? '' : 's'
  return vm.raise(
    types.TypeError,
    `Can't instantiate abstract class ${cls.name} with abstract method${plural} ${names.join(', ')}`,
  )
}
