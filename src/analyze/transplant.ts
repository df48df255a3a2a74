// Carries values of one scope into another: the config as it is, variable by variable; tensors with their dimensions
// renamed. This is how a class is run on its own with fresh symbols for what its caller passes in (DESIGN, section 6).
import { exprOf, mul, pin, SymInt, variablesOf, type Int, type Scope } from '../sym/index.ts'
import { depsOf, PyDict, PyFloat, PyInstance, PyList, PyObject, PySet, PyTuple, type Value } from '../python/index.ts'
import { contiguousStrides, isNonOverlappingAndDense, Tensor, newTensor } from '../torch/index.ts'
import { isGlobal } from './classes.ts'

/** Thrown where a value has no counterpart in the other scope: the class is then analysed where it stands. */
export class CannotTransplant extends Error {}

/** Sizes of the call, which mean the same everywhere. */
export const callSizes: ReadonlySet<string> = new Set(['batch_size', 'seq_len', 'cache_len', 'encoder_len'])

export class Transplant {
  /** Fresh parameters by name, with what the caller passes for them. */
  readonly bindings = new Map<string, Int>()
  private readonly byExpr = new Map<string, Int>()
  private readonly done = new Map<PyObject, Value>()

  constructor(
    private readonly target: Scope,
    /** Whether config values mean the same in the target: the class is made from a config. */
    private readonly sharesConfig: boolean,
  ) {}

  /** A fresh parameter for an integer of the caller. */
  parameter(name: string, value: SymInt): Int {
    // 0 and 1 change what runs: the callee sees the number, and the caller assumes it.
    if (value.hint <= 1) return pin(value)
    const free = this.freeName(name)
    const fresh = this.target.variable(free, Number(value.hint), `${name}, as the caller passes it`)
    this.bindings.set(free, value)
    if (!this.byExpr.has(value.expr.key)) this.byExpr.set(value.expr.key, fresh)
    return fresh
  }

  /** An integer of the caller as the callee sees it; a new parameter of the given name where it has no name yet. */
  int(value: Int, name: string): Int {
    if (!(value instanceof SymInt)) return value
    const known = this.byExpr.get(value.expr.key)
    if (known !== undefined) return known
    const shared = this.shared(value)
    return shared ?? this.parameter(name, value)
  }

  /** A value of the caller, copied; `name` names the parameters it gives rise to. */
  value(v: Value, name: string): Value {
    if (v instanceof SymInt) return this.int(v, name)
    if (!(v instanceof PyObject)) return v
    const hit = this.done.get(v)
    if (hit !== undefined) return hit
    const copy = this.copy(v, name)
    this.done.set(v, copy)
    return copy
  }

  private copy(v: PyObject, name: string): Value {
    if (v instanceof Tensor) return this.tensor(v, name)
    if (v instanceof PyTuple)
      return new PyTuple(
        v.cls,
        v.items.map((x, i) => this.value(x, `${name}_${i}`)),
      )
    if (v instanceof PyList)
      return new PyList(
        v.cls,
        v.items.map((x, i) => this.value(x, `${name}_${i}`)),
      )
    if (v instanceof PyFloat) return depsOf(v).length === 0 ? v : cannot(name)
    if (v instanceof PyDict && v.constructor === PyDict) return this.dictionary(v, name)
    if (v instanceof PyInstance && v.hidden === undefined) return this.instance(v, name)
    if (v instanceof PyInstance || v instanceof PySet) throw new CannotTransplant(name)
    return v
  }

  private dictionary(v: PyDict, name: string): PyDict {
    const copy = new PyDict(v.cls)
    this.done.set(v, copy)
    for (const [key, [k, x]] of v.entries) copy.entries.set(key, [k, this.value(x, typeof k === 'string' ? k : name)])
    return copy
  }

  private instance(v: PyInstance, name: string): PyInstance {
    if (v.dict.has('_modules')) throw new CannotTransplant(name)
    const copy = new PyInstance(v.cls)
    this.done.set(v, copy)
    copy.payload = v.payload
    for (const [key, x] of v.dict) {
      // What holds tensors as a caller's attribute is a cache or the like, which the call has changed by now.
      if (x instanceof Tensor) throw new CannotTransplant(name)
      copy.dict.set(key, this.value(x, key))
    }
    return copy
  }

  private tensor(t: Tensor, name: string): Tensor {
    const shape = t.shape.map((d, axis) => this.int(d, `${name}_${axis}`))
    const strides = t.isContiguous ? undefined : this.strides(t, shape, name)
    const copy = newTensor(shape, t.dtype, { strides, device: t.device, role: t.role })
    copy.requiresGrad = t.requiresGrad
    return copy
  }

  /** Strides of a dense tensor follow from the order of its dimensions; others must be expressible as they are. */
  private strides(t: Tensor, shape: readonly Int[], name: string): readonly Int[] {
    if (isNonOverlappingAndDense(t.shape, t.strides)) {
      const order = shape.map((_, i) => i).sort((a, b) => Number(strideHint(t, b)) - Number(strideHint(t, a)) || a - b)
      const packed = contiguousStrides(order.map((i) => shape[i] as Int))
      const strides = new Array<Int>(shape.length).fill(1)
      order.forEach((axis, i) => (strides[axis] = packed[i] as Int))
      return strides
    }
    return t.strides.map((s) => this.product(s, t, shape) ?? this.shared(s) ?? cannot(name))
  }

  /** A stride as a product of dimensions of the same tensor. */
  private product(stride: Int, t: Tensor, shape: readonly Int[]): Int | undefined {
    if (!(stride instanceof SymInt)) return stride
    let own: Int = 1
    let mapped: Int = 1
    for (let i = t.shape.length - 1; i >= 0; i--) {
      if (exprOf(own).key === stride.expr.key) return mapped
      own = mul(own, t.shape[i] as Int)
      mapped = mul(mapped, shape[i] as Int)
    }
    return exprOf(own).key === stride.expr.key ? mapped : undefined
  }

  /** An integer made of variables that mean the same in both scopes. */
  private shared(value: Int): Int | undefined {
    if (!(value instanceof SymInt)) return value
    const names = variablesOf(value.expr)
    const common = (n: string): boolean =>
      callSizes.has(n) || (this.sharesConfig && isGlobal(n) && !this.bindings.has(n))
    if (!names.every(common)) return undefined
    for (const n of names) {
      const info = value.scope.variables.get(n)
      if (info !== undefined) this.target.variable(n, info.hint, info.meaning, { min: info.min })
    }
    return this.target.adopt(value)
  }

  private freeName(name: string): string {
    if (!this.bindings.has(name) && !callSizes.has(name) && !this.target.variables.has(name)) return name
    for (let i = 2; ; i++)
      if (!this.bindings.has(`${name}_${i}`) && !this.target.variables.has(`${name}_${i}`)) return `${name}_${i}`
  }
}

function strideHint(t: Tensor, axis: number): number | bigint {
  const s = t.strides[axis] ?? 1
  return s instanceof SymInt ? s.hint : s
}

function cannot(name: string): never {
  throw new CannotTransplant(name)
}
