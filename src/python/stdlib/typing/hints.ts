// Reading annotations back: `get_type_hints`, `get_origin`, `get_args`.
import { ellipsis, list, tuple } from '../../make.ts'
import { getAttrOr, makeDict } from '../../object.ts'
import { types } from '../../types.ts'
import { PyClass, PyDict, PyFunction, PyGeneric, PyMethod, PyModule, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'

import { abstractClass } from '../collectionsAbc.ts'
import { evaluateAnnotation } from '../helpers.ts'
import { bareOrigin, forms, genericAlias, visibleArgs } from './aliases.ts'
import { Generic } from './structures.ts'
import { isForwardRef, ParamSpecArgs, ParamSpecKwargs } from './variables.ts'

/** A hint as a type: text and forward references evaluated, None its class. */
function resolve(vm: Vm, v: Value, module: PyModule | undefined): Value {
  if (v === null) return types.NoneType
  if (typeof v === 'string') return resolve(vm, evaluateAnnotation(vm, v, module), module)
  if (isForwardRef(v)) return resolve(vm, v.dict.get('__forward_arg__') ?? null, module)
  if (v instanceof PyGeneric && v.name !== 'Literal') {
    const args = v.args.map((a) =>
      isForwardRef(a) || (typeof a === 'string' && v.name !== 'Annotated')
        ? resolve(vm, a, module)
        : nested(vm, a, module),
    )
    return args.every((a, i) => a === v.args[i]) ? v : new PyGeneric(v.cls, v.name, v.origin, args)
  }
  return v
}

function nested(vm: Vm, v: Value, module: PyModule | undefined): Value {
  return v instanceof PyGeneric ? resolve(vm, v, module) : v
}

/** Without the marks that only tools read: Annotated, Required, NotRequired. */
function stripExtras(v: Value): Value {
  if (!(v instanceof PyGeneric)) return v
  if (v.cls === genericAlias && ['Annotated', 'Required', 'NotRequired'].includes(v.name))
    return stripExtras(v.args[0] ?? null)
  const args = v.name === 'Literal' ? v.args : v.args.map(stripExtras)
  return args.every((a, i) => a === v.args[i]) ? v : new PyGeneric(v.cls, v.name, v.origin, args)
}

function classHints(vm: Vm, cls: PyClass): Map<string, Value> {
  const hints = new Map<string, Value>()
  for (const base of [...cls.mro].reverse()) {
    const module = base.annotations.length > 0 ? vm.importer.loaded(base.module) : undefined
    for (const a of base.annotations) hints.set(a.name, resolve(vm, a.evaluate(vm), module))
  }
  return hints
}

function annotatedHints(vm: Vm, obj: Value): Map<string, Value> {
  let inner = obj
  while (inner instanceof PyMethod) inner = inner.fn
  const annotations = getAttrOr(vm, inner, '__annotations__')
  if (!(annotations instanceof PyDict)) return new Map()
  for (let w = getAttrOr(vm, inner, '__wrapped__'); w !== undefined; w = getAttrOr(vm, inner, '__wrapped__')) inner = w
  const module = inner instanceof PyFunction ? inner.globals : inner instanceof PyModule ? inner : undefined
  return new Map([...annotations.entries.values()].map(([name, v]) => [String(name), resolve(vm, v, module)]))
}

export function typeHints(vm: Vm, obj: Value, includeExtras: boolean): Value {
  const hints = obj instanceof PyClass ? classHints(vm, obj) : annotatedHints(vm, obj)
  return makeDict(
    vm,
    [...hints].map(([name, v]) => [name, includeExtras ? v : stripExtras(v)]),
  )
}

export function originOf(vm: Vm, tp: Value): Value {
  if (tp instanceof PyGeneric) {
    if (tp.cls === types.UnionType) return types.UnionType
    return tp.cls === genericAlias && tp.name === 'Annotated' ? (forms.get('Annotated') ?? null) : tp.origin
  }
  if (tp === Generic) return Generic
  if (tp instanceof Object && 'cls' in tp && (tp.cls === ParamSpecArgs || tp.cls === ParamSpecKwargs)) {
    return tp.dict?.get('__origin__') ?? null
  }
  return bareOrigin(vm, tp) ?? null
}

export function argsOf(tp: Value): Value {
  if (!(tp instanceof PyGeneric)) return tuple()
  const args = visibleArgs(tp)
  const result = args.at(-1)
  const isCallable = tp.origin === abstractClass('Callable') && result !== undefined
  if (!isCallable || args[0] === ellipsis) return tuple(args)
  return tuple([list(args.slice(0, -1)), result])
}
