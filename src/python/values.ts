// The values of the interpreted program. None, booleans, integers and strings are JavaScript's own (`null`, `boolean`,
// `Int`, `string`); everything else is a `PyObject`, which has a class and, for most, a dictionary of attributes. As in
// CPython, what a value can do is what its class says: operators, attribute access, iteration and calls all go through
// `PyClass.lookup('__add__')` and so on, so a new kind of value (a tensor, say) is a new class, and nothing here
// changes for it. This file holds data only; behaviour is in `object.ts`, the classes' methods in `builtins/`.
import type { Span } from '../text/index.ts'
import type { Expr, Int } from '../sym/index.ts'
import { SymInt } from '../sym/index.ts'
import type { Code, Frame } from './code.ts'
import type { Vm } from './vm.ts'

export type Value = null | boolean | Int | string | PyObject

export type Kwargs = ReadonlyMap<string, Value>
export const noKwargs: Kwargs = new Map()

/** A function of the host: everything it needs comes in as arguments, the machine it runs on first. */
export type NativeFn = (vm: Vm, args: readonly Value[], kwargs: Kwargs) => Value

export abstract class PyObject {
  constructor(
    public cls: PyClass,
    /** Instance attributes; created on first use. `null` for kinds that have none. */
    public dict: Map<string, Value> | null = null,
  ) {}
}

/** A map that calls back before it changes, for who keeps what was read from it. */
export class WatchedMap<K, V> extends Map<K, V> {
  declare onChange: (() => void) | undefined // `declare`: no field, which would cost at every map that is made

  override set(key: K, value: V): this {
    this.onChange?.()
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    this.onChange?.()
    return super.delete(key)
  }

  override clear(): void {
    this.onChange?.()
    super.clear()
  }
}

/** An instance of a class of the interpreted program. */
export class PyInstance extends PyObject {
  declare dict: WatchedMap<string, Value> // `declare`: a field of its own would be defined twice, which is slow
  /** The primitive that an instance of a subclass of int, str or float wraps (a str-Enum's value, a `class Size(int)`). */
  payload: Value | undefined = undefined
  /** State of host classes that the program cannot see, by the host class's own symbol. */
  hidden: Map<symbol, unknown> | undefined = undefined
  constructor(cls: PyClass) {
    super(cls, new WatchedMap())
  }
}

/**
 * The overrides of attribute access that a class has, undefined where object's own holds. Worked out by
 * `object/attributes.ts` on first use and dropped whenever the class changes.
 */
export interface AttributeHooks {
  readonly getattribute: Value | undefined
  readonly getattr: Value | undefined
  readonly setattr: Value | undefined
  readonly delattr: Value | undefined
}

let nextClassId = 0

/** A class. Builtin classes are constants of this program and frozen (`builtin`): the interpreted program cannot change them. */
export class PyClass extends PyObject {
  mro: readonly PyClass[]
  readonly id = nextClassId++
  qualname: string
  /** How an instance is allocated: nearest native base decides (dict, list, str, Exception, …). */
  readonly allocate: ((cls: PyClass) => PyObject) | undefined
  /** Overrides `isinstance(v, this)` (abstract base classes of the host). */
  instanceCheck: ((vm: Vm, v: Value) => boolean) | undefined = undefined
  /** Annotated names in the class body, in order; the expressions are evaluated on demand. */
  annotations: readonly Annotation[] = []
  subclasses: PyClass[] = []
  hooks: AttributeHooks | undefined = undefined
  /** Whether instances take attributes of their own (builtin kinds such as list do not, their subclasses do). */
  readonly hasDict: boolean
  private readonly cache = new Map<string, Value | undefined>()
  declare dict: Map<string, Value>

  constructor(
    public name: string,
    public bases: readonly PyClass[],
    dict: Map<string, Value>,
    readonly module: string,
    options: {
      metaclass?: PyClass | undefined
      builtin?: boolean
      hasDict?: boolean
      allocate?: ((cls: PyClass) => PyObject) | undefined
      mro?: readonly PyClass[]
    } = {},
  ) {
    super(options.metaclass as PyClass, dict) // `type` itself is made before its own class: see `types.ts`, which closes the knot
    this.qualname = name
    this.builtin = options.builtin ?? false
    this.hasDict = options.hasDict ?? (!this.builtin || bases.some((b) => b.hasDict))
    this.mro = options.mro ?? linearize(this, bases)
    const plain = this.mro[this.mro.length - 1]?.allocate // object's
    this.allocate =
      options.allocate ??
      this.mro.slice(1).find((c) => c.allocate !== undefined && c.allocate !== plain)?.allocate ??
      plain
    for (const base of bases) if (!base.builtin) base.subclasses.push(this)
  }

  readonly builtin: boolean

  /** The attribute as the class hierarchy has it, unbound; undefined where no class has it. */
  lookup(name: string): Value | undefined {
    const hit = this.cache.get(name)
    if (hit !== undefined) return hit
    if (this.cache.has(name)) return undefined
    for (const c of this.mro) {
      const v = c.dict.get(name)
      if (v !== undefined) {
        this.cache.set(name, v)
        return v
      }
    }
    this.cache.set(name, undefined)
    return undefined
  }

  set(name: string, v: Value): void {
    this.dict.set(name, v)
    this.invalidate()
  }

  delete(name: string): boolean {
    const had = this.dict.delete(name)
    this.invalidate()
    return had
  }

  /** Other bases: what is derived from the class has another order to look names up in as well. */
  rebase(bases: readonly PyClass[]): void {
    const old = this.bases
    this.mro = linearize(this, bases)
    this.bases = bases
    for (const base of old) base.subclasses = base.subclasses.filter((c) => c !== this)
    for (const base of bases) if (!base.builtin) base.subclasses.push(this)
    for (const c of this.subclasses) c.relinearize()
    this.invalidate()
  }

  private relinearize(): void {
    this.mro = linearize(this, this.bases)
    for (const c of this.subclasses) c.relinearize()
  }

  isSubclassOf(other: PyClass): boolean {
    return this.mro.includes(other)
  }

  private invalidate(): void {
    this.cache.clear()
    this.hooks = undefined
    for (const c of this.subclasses) c.invalidate()
  }
}

/** One annotated name of a class body or a signature: `name: annotation`. */
export interface Annotation {
  readonly name: string
  /** Source text of the annotation. */
  readonly text: string
  /** The annotation's value; runs the expression where the class was defined. */
  readonly evaluate: (vm: Vm) => Value
}

/** C3 linearization; throws a plain Error, which `type.__new__` turns into Python's TypeError. */
function linearize(cls: PyClass, bases: readonly PyClass[]): readonly PyClass[] {
  const sequences = bases.map((b) => [...b.mro])
  sequences.push([...bases])
  const result: PyClass[] = [cls]
  for (;;) {
    const open = sequences.filter((s) => s.length > 0)
    if (open.length === 0) return result
    const head = open.map((s) => s[0]).find((h) => h !== undefined && !open.some((s) => s.indexOf(h) > 0))
    if (head === undefined) throw new Error(`Cannot create a consistent method resolution order (MRO) for ${cls.name}`)
    result.push(head)
    for (const s of open) if (s[0] === head) s.shift()
  }
}

/**
 * A float. `value` is what it came to in this run. `deps` are the symbolic integers it was computed from; empty for a
 * plain number. `expr` is there when the number is a formula of variables that can be written down (`hidden_size /
 * num_heads`): turning it into an integer keeps the formula. A float with `deps` but no `expr` (`math.sqrt(head_dim)`)
 * holds for these variables only, so as soon as it decides something (a comparison, `int()`, `str()`) its `deps` are
 * pinned, that is, recorded as assumptions. As a scalar operand of a kernel it decides nothing and pins nothing.
 */
export class PyFloat extends PyObject {
  constructor(
    cls: PyClass,
    readonly value: number,
    readonly expr: Expr | undefined = undefined,
    readonly deps: readonly SymInt[] = noDeps,
  ) {
    super(cls)
  }
}

export const noDeps: readonly SymInt[] = []

export class PyComplex extends PyObject {
  constructor(
    cls: PyClass,
    readonly re: number,
    readonly im: number,
  ) {
    super(cls)
  }
}

export class PyBytes extends PyObject {
  constructor(
    cls: PyClass,
    readonly text: string,
  ) {
    super(cls)
  }
}

export class PyList extends PyObject {
  constructor(
    cls: PyClass,
    public items: Value[],
  ) {
    super(cls)
  }
}

export class PyTuple extends PyObject {
  constructor(
    cls: PyClass,
    readonly items: readonly Value[],
  ) {
    super(cls)
  }
}

/** What a dict holds by hash key. A pair is replaced, never changed: `o.__dict__` shows a live view through such a map. */
export type DictEntries = Map<HashKey, readonly [key: Value, value: Value]>

/** A dict, insertion-ordered, keyed by `hashKey` (object.ts). Subclasses (OrderedDict, ModelOutput) share it. */
export class PyDict extends PyObject {
  readonly entries: DictEntries
  /** A defaultdict's factory. */
  factory: Value | undefined = undefined
  constructor(cls: PyClass, entries: DictEntries = new WatchedMap()) {
    super(cls)
    this.entries = entries
  }
}

export class PySet extends PyObject {
  readonly members = new Map<HashKey, Value>()
}

/** What a value is filed under in a dict or set: equal values have equal keys. Objects without `__eq__` are their own key. */
export type HashKey = string | number | bigint | PyObject

export class PySlice extends PyObject {
  constructor(
    cls: PyClass,
    readonly start: Value,
    readonly stop: Value,
    readonly step: Value,
  ) {
    super(cls)
  }
}

export class PyRange extends PyObject {
  constructor(
    cls: PyClass,
    readonly start: Int,
    readonly stop: Int,
    readonly step: Int,
  ) {
    super(cls)
  }
}

/** A function of the interpreted program: code, the frame it closes over, its module's globals. */
export class PyFunction extends PyObject {
  name: string
  qualname: string
  defaults: readonly Value[] = []
  kwDefaults: ReadonlyMap<string, Value> = noKwargs
  /** What the program assigned to `__doc__`, `__module__`, `__annotations__`: attributes that are not in `__dict__`. */
  special: Map<string, Value> | null = null
  /** The class whose body defined it: what a bare `super()` starts from. */
  owner: PyClass | undefined = undefined
  constructor(
    cls: PyClass,
    readonly code: Code,
    readonly closure: Frame | null,
    readonly globals: PyModule,
  ) {
    super(cls)
    this.name = code.name
    this.qualname = code.qualname
  }
}

/** A function of the host. `binds` says whether it becomes a method when looked up on an instance. */
export class PyNative extends PyObject {
  constructor(
    cls: PyClass,
    readonly name: string,
    readonly fn: NativeFn,
    readonly binds: boolean,
    /** The parameters as Python would print them, for `inspect.signature` and error messages. */
    readonly signature: string | undefined = undefined,
  ) {
    super(cls)
  }
}

export class PyMethod extends PyObject {
  constructor(
    cls: PyClass,
    readonly fn: Value,
    readonly self: Value,
  ) {
    super(cls)
  }
}

export class PyProperty extends PyObject {
  /** The attribute it was bound to in its class (`__set_name__`), for messages. */
  name: string | undefined = undefined
  constructor(
    cls: PyClass,
    public getter: Value,
    public setter: Value = null,
    public deleter: Value = null,
  ) {
    super(cls)
  }
}

export class PyStaticMethod extends PyObject {
  constructor(
    cls: PyClass,
    public fn: Value,
  ) {
    super(cls)
  }
}

export class PyClassMethod extends PyObject {
  constructor(
    cls: PyClass,
    public fn: Value,
  ) {
    super(cls)
  }
}

export class PySuper extends PyObject {
  constructor(
    cls: PyClass,
    readonly after: PyClass,
    readonly self: Value,
  ) {
    super(cls)
  }
}

/** A module. Names are bound lazily: `imports` holds those whose import has not run yet. */
export class PyModule extends PyObject {
  declare dict: Map<string, Value>
  readonly pending = new Map<string, PendingImport>()
  state: 'new' | 'loading' | 'ready' = 'new'
  /** Names the module can make when first asked (host modules); undefined means it has no such name. */
  fallback: ((vm: Vm, name: string) => Value | undefined) | undefined = undefined
  constructor(
    cls: PyClass,
    readonly name: string,
    readonly file: string,
    readonly isPackage: boolean,
  ) {
    super(cls, new WatchedMap())
  }
}

/** An import statement not yet carried out. */
export interface PendingImport {
  readonly resolve: () => Value
  busy: boolean
}

/** An iterator or generator, of the program or the host. `next` yields like a JavaScript iterator; `send` reaches a paused `yield`. */
export class PyIterator extends PyObject {
  constructor(
    cls: PyClass,
    readonly source: Iterator<Value, Value, Value>,
  ) {
    super(cls)
  }
}

/** A typing construct (`Optional[int]`, `list[int]`, `int | None`, a TypeVar): inert, subscriptable, usable in `isinstance` where it has classes. */
export class PyGeneric extends PyObject {
  constructor(
    cls: PyClass,
    readonly name: string,
    readonly origin: Value,
    readonly args: readonly Value[],
  ) {
    super(cls)
  }
}

/** A Python exception on its way up. `AnalysisError`, in contrast, no `except` of the program can catch. */
export class PyException extends Error {
  constructor(
    readonly value: PyInstance,
    /** Where it was raised, innermost last. */
    readonly trace: readonly string[],
    /** The innermost place. */
    readonly span: Span | undefined = undefined,
  ) {
    super()
    this.name = 'PyException'
  }
}

export function isInt(v: Value): v is Int {
  return typeof v === 'number' || typeof v === 'bigint' || v instanceof SymInt
}
