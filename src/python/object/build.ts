// Making classes: what a `class` statement and `type(name, bases, namespace)` do. The statement finds the metaclass and
// calls it; `type.__new__` lays the class out, names its descriptors (`__set_name__`) and tells its parent
// (`__init_subclass__`).
import { stringKey, tuple } from '../make.ts'
import { derive, isMissing } from '../missing.ts'
import { types } from '../types.ts'
import {
  noKwargs,
  PyClass,
  PyClassMethod,
  PyDict,
  PyFunction,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  type Annotation,
  type Kwargs,
  type Value,
} from '../values.ts'
import type { Vm } from '../vm.ts'
import { bindAttribute, getAttrOr } from './attributes.ts'
import { call, callSpecial } from './call.ts'
import { className, stringOf, typeOf } from './classes.ts'
import { collect } from './iterate.ts'

/** What the body of a class left behind, as the metaclass gets it: a dict that also knows the annotations. */
export class ClassNamespace extends PyDict {
  annotations: readonly Annotation[] = []
  made: ((cls: PyClass) => void) | undefined = undefined
}

export interface ClassBody {
  readonly name: string
  readonly bases: readonly Value[]
  /** Keyword arguments of the statement, `metaclass` among them. */
  readonly kwargs: Kwargs
  /** The names that the body bound, with `__module__` and `__qualname__`. */
  readonly namespace: ReadonlyMap<string, Value>
  readonly annotations: readonly Annotation[]
  /** Told of the class as soon as it exists, before `__set_name__` and `__init_subclass__`: fills the `__class__` cell. */
  readonly made?: (cls: PyClass) => void
}

/** Carries out a `class` statement whose body has run. */
export function buildClass(vm: Vm, body: ClassBody): Value {
  const missing = body.bases.find(isMissing)
  if (missing !== undefined) return derive(vm, missing)
  const bases = resolveBases(vm, body.bases)
  const kwargs = new Map(body.kwargs)
  const given = kwargs.get('metaclass')
  kwargs.delete('metaclass')
  const metaclass =
    given === undefined || given instanceof PyClass ? bestMetaclass(vm, given ?? types.type, bases) : given
  const namespace = new ClassNamespace(types.dict)
  namespace.annotations = body.annotations
  namespace.made = body.made
  for (const [k, v] of body.namespace) namespace.entries.set(stringKey(k), [k, v])
  if (bases !== body.bases) namespace.entries.set('__orig_bases__', ['__orig_bases__', tuple(body.bases)])
  return call(vm, metaclass, [body.name, tuple(bases), namespace], kwargs)
}

/** Replaces bases that are no classes (`Generic[T]`) by what their `__mro_entries__` gives. */
function resolveBases(vm: Vm, bases: readonly Value[]): readonly Value[] {
  if (bases.every((b) => b instanceof PyClass)) return bases
  const resolved: Value[] = []
  for (const b of bases) {
    const entries = b instanceof PyClass ? undefined : getAttrOr(vm, b, '__mro_entries__')
    const parts = entries === undefined ? [b] : collect(vm, call(vm, entries, [tuple(bases)]))
    for (const part of parts) if (!resolved.includes(part)) resolved.push(part)
  }
  return resolved
}

function bestMetaclass(vm: Vm, given: PyClass, bases: readonly Value[]): PyClass {
  let winner = given
  for (const b of bases) {
    const meta = typeOf(b)
    if (winner.isSubclassOf(meta)) continue
    if (!meta.isSubclassOf(winner)) {
      vm.raise(
        types.TypeError,
        'metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases',
      )
    }
    winner = meta
  }
  return winner
}

// --- type.__new__ ---------------------------------------------------------------------------------------------------

const closedToSubclassing: readonly PyClass[] = [
  types.bool,
  types.NoneType,
  types.NotImplementedType,
  types.ellipsis,
  types.function,
  types.builtin,
  types.method,
  types.generator,
  types.slice,
  types.range,
  types.memoryview,
  types.mappingproxy,
]

/** `type.__new__(metaclass, name, bases, namespace, **kwargs)`. */
export function makeClass(
  vm: Vm,
  metaclass: PyClass,
  name: string,
  bases: readonly Value[],
  namespace: PyDict,
  kwargs: Kwargs = noKwargs,
): PyClass {
  const parents = bases.length === 0 ? [types.object] : bases.map((b) => checkBase(vm, b))
  refuseMixedLayouts(vm, parents)
  const attributes = classAttributes(vm, namespace)
  const qualname = attributes.get('__qualname__')
  attributes.delete('__qualname__')
  const meta = bestMetaclass(vm, metaclass, parents)
  const cls = layOut(vm, meta, name, parents, attributes)
  if (qualname !== undefined) cls.qualname = stringOf(qualname) ?? name
  if (namespace instanceof ClassNamespace) {
    cls.annotations = namespace.annotations
    namespace.made?.(cls)
  }
  nameDescriptors(vm, cls)
  initSubclass(vm, cls, kwargs)
  return cls
}

/** The kinds whose instances are laid out in ways of their own: a class can have one of them among its bases. */
const layouts: readonly PyClass[] = [
  types.int,
  types.float,
  types.complex,
  types.str,
  types.bytes,
  types.tuple,
  types.frozenset,
  types.list,
  types.dict,
  types.set,
  types.type,
  types.property,
  types.module,
  types.BaseException,
]

function refuseMixedLayouts(vm: Vm, bases: readonly PyClass[]): void {
  if (bases.length < 2) return
  const used = layouts.filter((kind) => bases.some((b) => b.isSubclassOf(kind)))
  if (used.length > 1) vm.raise(types.TypeError, 'multiple bases have instance lay-out conflict')
}

function checkBase(vm: Vm, b: Value): PyClass {
  if (!(b instanceof PyClass)) return vm.raise(types.TypeError, 'bases must be types')
  if (closedToSubclassing.includes(b)) vm.raise(types.TypeError, `type '${b.name}' is not an acceptable base type`)
  return b
}

function layOut(
  vm: Vm,
  meta: PyClass,
  name: string,
  bases: readonly PyClass[],
  attributes: Map<string, Value>,
): PyClass {
  const repeated = bases.find((b, i) => bases.indexOf(b) < i)
  if (repeated !== undefined) vm.raise(types.TypeError, `duplicate base class ${repeated.name}`)
  const module = stringOf(attributes.get('__module__') ?? null) ?? '__main__'
  if (!attributes.has('__module__')) attributes.set('__module__', vm.stack.at(-1)?.globals.name ?? module)
  const own = stringOf(attributes.get('__module__') ?? null) ?? module
  return ordered(vm, bases, () => new PyClass(name, bases, attributes, own, { metaclass: meta }))
}

/** Makes an order of bases; TypeError where there is none. */
export function ordered<T>(vm: Vm, bases: readonly PyClass[], make: () => T): T {
  try {
    return make()
  } catch (e) {
    if (!(e instanceof Error) || !e.message.startsWith('Cannot create a consistent')) throw e
    const names = bases.map((b) => b.name).join(', ')
    return vm.raise(types.TypeError, `Cannot create a consistent method resolution\norder (MRO) for bases ${names}`)
  }
}

/** The namespace as the class's dictionary, with what Python adds: implicit static and class methods, `__hash__ = None`. */
function classAttributes(vm: Vm, namespace: PyDict): Map<string, Value> {
  const attributes = new Map<string, Value>()
  for (const [k, v] of namespace.entries.values()) {
    const name = stringOf(k)
    if (name === undefined)
      return vm.raise(types.TypeError, `type() argument 3 must have str keys, not ${className(k)}`)
    attributes.set(name, v)
  }
  const maker = attributes.get('__new__')
  if (maker instanceof PyFunction) attributes.set('__new__', new PyStaticMethod(types.staticmethod, maker))
  for (const name of ['__init_subclass__', '__class_getitem__']) {
    const v = attributes.get(name)
    if (v instanceof PyFunction) attributes.set(name, new PyClassMethod(types.classmethod, v))
  }
  if (attributes.has('__eq__') && !attributes.has('__hash__')) attributes.set('__hash__', null)
  if (!attributes.has('__doc__')) attributes.set('__doc__', null)
  return attributes
}

function nameDescriptors(vm: Vm, cls: PyClass): void {
  for (const [name, v] of [...cls.dict]) {
    if (v instanceof PyProperty) v.name ??= name
    if (!(v instanceof PyObject) || v instanceof PyFunction || v instanceof PyNative || v instanceof PyClass) continue
    callSpecial(vm, v, '__set_name__', [cls, name])
  }
}

/** `super(cls, cls).__init_subclass__(**kwargs)`. */
function initSubclass(vm: Vm, cls: PyClass, kwargs: Kwargs): void {
  for (const parent of cls.mro.slice(1)) {
    const hook = parent.dict.get('__init_subclass__')
    if (hook === undefined) continue
    if (parent === types.object && kwargs.size === 0) return
    call(vm, bindAttribute(vm, hook, undefined, cls), [], kwargs)
    return
  }
}
