// Signatures: what `inspect.signature` finds out about a callable, as rows of parameters. Annotations are evaluated when
// read. The rules (following `__wrapped__`, dropping a bound self, classes by their constructor) are CPython 3.11's.
import { parseSignature } from '../../native.ts'
import { call, className, getAttrOr, isCallable, typeOf } from '../../object.ts'
import { types } from '../../types.ts'
import {
  PyClass,
  PyClassMethod,
  PyFunction,
  PyMethod,
  PyNative,
  PyObject,
  PyStaticMethod,
  type Value,
} from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { DataclassInit, initParameters } from '../dataclasses.ts'
import { partialParts } from '../functools.ts'

export const kinds = [
  'POSITIONAL_ONLY',
  'POSITIONAL_OR_KEYWORD',
  'VAR_POSITIONAL',
  'KEYWORD_ONLY',
  'VAR_KEYWORD',
] as const
export type Kind = (typeof kinds)[number]

export interface Row {
  readonly name: string
  readonly kind: Kind
  /** Undefined where the parameter has no default. */
  readonly default: Value | undefined
  /** Evaluates the annotation; undefined where there is none. */
  readonly annotation: ((vm: Vm) => Value) | undefined
}

export interface SignatureRows {
  readonly rows: readonly Row[]
  readonly returns: ((vm: Vm) => Value) | undefined
  /** A `__signature__` that the callable itself carries, which is then the answer. */
  readonly given?: Value
}

function ofFunction(vm: Vm, fn: PyFunction): SignatureRows {
  const { positional, positionalOnly, keywordOnly, varArgs, varKwargs } = fn.code.params
  const annotations = new Map(fn.code.annotations.map((a) => [a.name, a]))
  const own = fn.dict?.get('__annotations__')
  const annotation = (name: string): Row['annotation'] => {
    const a = annotations.get(name)
    if (own !== undefined) {
      const v = getItemOr(vm, own, name)
      return v === undefined ? undefined : () => v
    }
    return a === undefined ? undefined : (vm) => a.evaluate(vm, fn)
  }
  const row = (name: string, kind: Kind, fallback?: Value): Row => ({
    name,
    kind,
    default: fallback,
    annotation: annotation(name),
  })
  const first = positional.length - fn.defaults.length
  const rows = positional.map((name, i) =>
    row(
      name,
      i < positionalOnly ? 'POSITIONAL_ONLY' : 'POSITIONAL_OR_KEYWORD',
      i < first ? undefined : fn.defaults[i - first],
    ),
  )
  if (varArgs !== undefined) rows.push(row(varArgs, 'VAR_POSITIONAL'))
  rows.push(...keywordOnly.map((name) => row(name, 'KEYWORD_ONLY', fn.kwDefaults.get(name))))
  if (varKwargs !== undefined) rows.push(row(varKwargs, 'VAR_KEYWORD'))
  return { rows, returns: annotation('return') }
}

function getItemOr(vm: Vm, mapping: Value, name: string): Value | undefined {
  const get = getAttrOr(vm, mapping, 'get')
  return get === undefined ? undefined : (call(vm, get, [name]) ?? undefined)
}

function ofNative(vm: Vm, fn: PyNative): SignatureRows {
  if (fn instanceof DataclassInit) return ofDataclassInit(vm, fn)
  if (fn.signature === undefined) {
    return vm.raise(types.ValueError, `no signature found for builtin <built-in function ${fn.name}>`)
  }
  const s = parseSignature(`f${fn.signature}`)
  const row = (name: string, kind: Kind, fallback?: unknown): Row => ({
    name,
    kind,
    default: typeof fallback === 'symbol' ? null : (fallback as Value | undefined),
    annotation: undefined,
  })
  const rows = s.positional.map((p, i) =>
    row(p.name, i < s.positionalOnly ? 'POSITIONAL_ONLY' : 'POSITIONAL_OR_KEYWORD', p.default),
  )
  if (s.varArgs !== undefined) rows.push(row(s.varArgs, 'VAR_POSITIONAL'))
  rows.push(...s.keywordOnly.map((p) => row(p.name, 'KEYWORD_ONLY', p.default)))
  if (s.varKwargs !== undefined) rows.push(row(s.varKwargs, 'VAR_KEYWORD'))
  return { rows, returns: undefined }
}

/** The constructor that `dataclass` made: its annotations are the fields', its defaults theirs. */
function ofDataclassInit(_vm: Vm, fn: DataclassInit): SignatureRows {
  const { positional, keywordOnly } = initParameters(fn.fields)
  const row = (f: (typeof positional)[number], kind: Kind): Row => ({
    name: f.name,
    kind,
    default: f.default === undefined ? f.factory : f.default,
    annotation: (vm) => getAttrOr(vm, f.object, 'type') ?? null,
  })
  const self: Row = { name: 'self', kind: 'POSITIONAL_OR_KEYWORD', default: undefined, annotation: undefined }
  const rows = [
    self,
    ...positional.map((f) => row(f, 'POSITIONAL_OR_KEYWORD')),
    ...keywordOnly.map((f) => row(f, 'KEYWORD_ONLY')),
  ]
  return { rows, returns: () => null }
}

/** Without the parameter that a bound method fills. */
function dropFirst(vm: Vm, s: SignatureRows): SignatureRows {
  const [first, ...rest] = s.rows
  if (first === undefined || first.kind === 'KEYWORD_ONLY' || first.kind === 'VAR_KEYWORD') {
    return vm.raise(types.ValueError, 'invalid method signature')
  }
  return { ...s, rows: first.kind === 'VAR_POSITIONAL' ? s.rows : rest }
}

/** What is left to give of a partial object's function. */
function ofPartial(
  vm: Vm,
  s: SignatureRows,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): SignatureRows {
  const positionals = s.rows.filter((r) => r.kind === 'POSITIONAL_ONLY' || r.kind === 'POSITIONAL_OR_KEYWORD')
  const hasStar = s.rows.some((r) => r.kind === 'VAR_POSITIONAL')
  if (args.length > positionals.length && !hasStar) vm.raise(types.ValueError, 'partial object has incorrect arguments')
  const rows: Row[] = []
  let keywordOnly = false
  for (const r of s.rows.slice(Math.min(args.length, positionals.length))) {
    const given = keywords.get(r.name)
    const byKeyword = r.kind === 'POSITIONAL_OR_KEYWORD' || r.kind === 'KEYWORD_ONLY'
    if (byKeyword && given !== undefined) keywordOnly = true
    if (r.kind === 'VAR_POSITIONAL' && keywordOnly) continue
    const kind = r.kind === 'POSITIONAL_OR_KEYWORD' && keywordOnly ? 'KEYWORD_ONLY' : r.kind
    rows.push({ ...r, kind, default: byKeyword && given !== undefined ? given : r.default })
  }
  return { ...s, rows }
}

/** Follows `__wrapped__` to the end, or to a callable for which `stop` holds. */
export function unwrap(vm: Vm, fn: Value, stop?: (fn: Value) => boolean): Value {
  const seen = new Set<Value>()
  let at = fn
  for (;;) {
    if (stop?.(at) === true) return at
    const inner = at instanceof PyClass ? undefined : getAttrOr(vm, at, '__wrapped__')
    if (inner === undefined) return at
    if (seen.has(at)) return vm.raise(types.ValueError, 'wrapper loop when unwrapping')
    seen.add(at)
    at = inner
  }
}

function ownSignature(v: Value): Value | undefined {
  const own = v instanceof PyObject && !(v instanceof PyClass) ? v.dict?.get('__signature__') : undefined
  return own ?? undefined
}

function ofClass(vm: Vm, cls: PyClass, follow: boolean): SignatureRows {
  const meta = cls.cls.lookup('__call__')
  if (meta instanceof PyFunction) return dropFirst(vm, signatureRows(vm, meta, follow))
  const custom = (name: string): Value | undefined => {
    const v = cls.lookup(name)
    return v === types.object.lookup(name) ? undefined : v
  }
  const maker = custom('__new__')
  const init = custom('__init__')
  const made = maker instanceof PyStaticMethod ? maker.fn : maker
  if (made instanceof PyFunction) return dropFirst(vm, signatureRows(vm, made, follow))
  if (init !== undefined) return dropFirst(vm, signatureRows(vm, init, follow))
  if (made !== undefined) return dropFirst(vm, signatureRows(vm, made, follow))
  return { rows: [], returns: undefined }
}

export function signatureRows(vm: Vm, callable: Value, follow: boolean): SignatureRows {
  if (!isCallable(callable) && !(callable instanceof PyClassMethod)) {
    return vm.raise(types.TypeError, `${className(callable)} object is not a callable object`)
  }
  if (callable instanceof PyMethod) return dropFirst(vm, signatureRows(vm, callable.fn, follow))
  if (callable instanceof PyClass) return ofClass(vm, callable, follow)
  const fn = follow ? unwrap(vm, callable, (f) => ownSignature(f) !== undefined) : callable
  const given = ownSignature(fn)
  if (given !== undefined) return { rows: [], returns: undefined, given }
  if (fn !== callable) return signatureRows(vm, fn, follow)
  if (fn instanceof PyFunction) return ofFunction(vm, fn)
  if (fn instanceof PyNative) return ofNative(vm, fn)
  if (fn instanceof PyStaticMethod || fn instanceof PyClassMethod) return signatureRows(vm, fn.fn, follow)
  const partial = partialParts(vm, fn)
  if (partial !== undefined)
    return ofPartial(vm, signatureRows(vm, partial.func, follow), partial.args, partial.keywords)
  return dropFirst(vm, signatureRows(vm, typeOf(fn).lookup('__call__') ?? null, follow))
}
