// Decode of a program that loops over its tokens. The prefill that leaves a cache of n tokens is another program for
// every n, so an analysis of the step after it would hold for that n alone. But generation does not prefill anew before
// each token: it goes on from the step before. If a step leaves what it found, with one token more wherever the number
// of tokens shows, then every later step runs as this one did, and its formulas hold for every cache from n tokens on.
import {
  addE,
  constExpr,
  exprOf,
  isLinear,
  print,
  substitute,
  SymInt,
  variableExpr,
  variablesIn,
  type Condition,
  type Expr,
  type Int,
  type Scope,
} from '../sym/index.ts'
import {
  isRemembered,
  PyDict,
  PyFloat,
  PyInstance,
  PyList,
  PyObject,
  PySet,
  PyTuple,
  tuple,
  type Value,
  type Vm,
} from '../python/index.ts'
import { isContiguous, sameShapeAtSight, Tensor } from '../torch/index.ts'

const variable = 'cache_len'

/** A step of generation, after a prefill that was run before it. */
export interface Step {
  /** What `scope.assumed` was before the prefill. */
  readonly since: number
  /** What may change besides the cache. */
  readonly model: Value
  readonly past: Value
  readonly run: () => Value
  /** The cache in what the step returned. */
  readonly cacheOf: (output: Value) => Value
}

/** Runs a step, and lets its formulas hold beyond its prefill's number of tokens where they do. */
export function stepping(vm: Vm, scope: Scope, { since, model, past, run, cacheOf }: Step): Value {
  if (!isLimited(scope, since) || isRemembered(vm, variable)) return run()
  const putBack = scope.withdraw(variable, since)
  const from = scope.assumed
  const states = new States()
  const before = states.text(tuple([model, past]), oneMore)
  const output = run()
  const after = states.text(tuple([model, cacheOf(output)]), (e) => e)
  if (before === after && scope.assumedSince(from).every(isOneStretch))
    scope.assume(tokens, '>=', constExpr(scope.valueOf(tokens)))
  else putBack()
  return output
}

/** Whether a prefill speaks for some numbers of tokens with others between them. One token is no variable. */
function isLimited(scope: Scope, since: number): boolean {
  if (!scope.variables.has(variable)) return false
  return scope.isPinned(variable) || !scope.assumedSince(since).every(isOneStretch)
}

const tokens = variableExpr(variable)

function oneMore(e: Expr): Expr {
  return substitute(e, new Map([[variable, addE(tokens, constExpr(1))]]))
}

/** Does a condition hold between two numbers of tokens for which it holds? */
function isOneStretch(c: Condition): boolean {
  if (!variablesIn(c).includes(variable)) return true
  return c.op !== '!=' && c.op !== 'divides' && isLinear(c.left, variable) && isLinear(c.right, variable)
}

/** Writes down what a program holds, so that equal texts mean that it goes on alike. */
class States {
  private readonly ids = new Map<object, number>()

  /** @param put what to write in place of a formula */
  text(root: Value, put: (e: Expr) => Expr): string {
    const parts: string[] = []
    const places = new Map<object, number>()
    /** Whether an object is met for the first time; where it is not, its place says which one it is. */
    const isNew = (o: object): boolean => {
      const place = places.get(o)
      parts.push(place === undefined ? '' : `@${place}`)
      if (place === undefined) places.set(o, places.size)
      return place === undefined
    }
    const int = (n: Int): string => print(put(exprOf(n)))
    const ints = (ns: readonly Int[]): string => ns.map(int).join()
    const tensor = (t: Tensor): void => {
      const { shape, strides, dtype, device, role, storage, offset, ramp } = t
      const grown = ramp === undefined ? '' : `${int(ramp.first)} ${ints(ramp.steps)}`
      const own = [ints(shape), ints(strides), int(offset), dtype.name, device, role, grown]
      parts.push(`tensor ${own.join(' ')} ${isContiguous(shape, strides)} ${t.requiresGrad} ${t.isConjugate}`)
      const isDescribed = ramp !== undefined && sameShapeAtSight(shape, storage.shape)
      const data = isDescribed || storage.data === undefined ? '' : this.id(storage.data)
      if (isNew(storage)) parts.push(`${ints(storage.shape)} ${data}`)
    }
    const members = (o: PyObject): void => {
      if (o instanceof PyTuple || o instanceof PyList) for (const item of o.items) visit(item)
      if (o instanceof PySet) for (const item of o.members.values()) visit(item)
      if (o instanceof PyDict) for (const pair of o.entries.values()) pair.forEach(visit)
      if (o instanceof PyInstance && o.payload !== undefined) visit(o.payload)
      for (const [name, item] of o.dict ?? []) {
        parts.push(name)
        visit(item)
      }
    }
    const visit = (v: Value): void => {
      if (v instanceof SymInt) parts.push(int(v))
      else if (v instanceof PyFloat) parts.push(v.expr === undefined ? String(v.value) : print(put(v.expr)))
      else if (!(v instanceof PyObject)) parts.push(`${typeof v} ${String(v)}`)
      else if (isNew(v)) {
        if (v instanceof Tensor) tensor(v)
        parts.push(isWalked(v) ? `${this.id(v.cls)}(` : String(this.id(v)))
        if (isWalked(v)) members(v)
        parts.push(')')
      }
    }
    visit(root)
    return parts.join('\n')
  }

  private id(o: object): number {
    const known = this.ids.get(o) ?? this.ids.size
    this.ids.set(o, known)
    return known
  }
}

/** Whether an object is what its members are; others, functions for example, are themselves. */
function isWalked(v: PyObject): boolean {
  return (
    v instanceof Tensor ||
    v instanceof PyTuple ||
    v instanceof PyList ||
    v instanceof PySet ||
    v instanceof PyDict ||
    (v instanceof PyInstance && v.hidden === undefined)
  )
}
