// inspect: signatures, source text, kinds of callables.
import { frameAt } from '../builtins/frames.ts'
import { dict, list, tuple } from '../make.ts'
import { natives } from '../native.ts'
import { call, className, collect, getAttr, getAttrOr, makeDict, repr, toNumber, truth } from '../object.ts'
import { types } from '../types.ts'
import {
  PyClass,
  PyFunction,
  PyIterator,
  PyMethod,
  PyModule,
  PyNative,
  PyObject,
  PyProperty,
  type Value,
} from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { evaluateAnnotation } from './helpers.ts'
import { inspectClasses, signatureOf } from './inspect/objects.ts'
import { signatureRows, unwrap, type Row } from './inspect/signature.ts'
import { makeNamedTuple } from './namedtuple.ts'

// --- Source ----------------------------------------------------------------------------------------------------------

function noSource(vm: Vm, what: string): never {
  return vm.raise(types.OSError, what)
}

function moduleText(vm: Vm, name: string): string {
  return vm.importer.source(name)?.text ?? noSource(vm, 'could not get source code')
}

/** The lines of a block that starts at a line: up to the next line that is not indented further. */
function block(lines: readonly string[], start: number): string {
  const head = lines.findIndex((line, i) => i >= start && /^\s*(?:async\s+)?(?:def|class)\b/.test(line))
  const indent = /^\s*/.exec(lines[head] ?? '')?.[0].length ?? 0
  let end = head + 1
  let last = head
  let open = bracketBalance(lines[head] ?? '')
  for (; end < lines.length; end++) {
    const line = lines[end] ?? ''
    if (open > 0) open += bracketBalance(line)
    else if (line.trim() !== '' && (/^\s*/.exec(line)?.[0].length ?? 0) <= indent) break
    if (line.trim() !== '') last = end
  }
  return lines.slice(start, last + 1).join('\n') + '\n'
}

function bracketBalance(line: string): number {
  const count = (re: RegExp): number => line.match(re)?.length ?? 0
  return count(/[([{]/g) - count(/[)\]}]/g)
}

function classSource(vm: Vm, cls: PyClass): string {
  const lines = moduleText(vm, cls.module).split('\n')
  const at = lines.findIndex((line) => new RegExp(`^\\s*class\\s+${cls.name}\\b`).test(line))
  if (at < 0) return noSource(vm, 'could not find class definition')
  let start = at
  while (start > 0 && /^\s*@/.test(lines[start - 1] ?? '')) start--
  return block(lines, start)
}

function sourceOf(vm: Vm, obj: Value): string {
  if (obj instanceof PyModule) return moduleText(vm, obj.name)
  if (obj instanceof PyClass) {
    if (obj.builtin) return vm.raise(types.TypeError, `${repr(vm, obj)} is a built-in class`)
    return classSource(vm, obj)
  }
  let fn = unwrap(vm, obj)
  while (fn instanceof PyMethod) fn = fn.fn
  if (fn instanceof PyFunction) {
    const { file, line, endLine } = fn.code
    return (
      file.text
        .split('\n')
        .slice(line - 1, endLine)
        .join('\n') + '\n'
    )
  }
  return vm.raise(
    types.TypeError,
    `module, class, method, function, traceback, frame, or code object was expected, got ${className(obj)}`,
  )
}

function fileOf(vm: Vm, obj: Value): string {
  const inner = obj instanceof PyMethod ? obj.fn : obj
  if (inner instanceof PyFunction) return inner.code.file.path
  const module =
    inner instanceof PyModule ? inner : inner instanceof PyClass ? vm.importer.loaded(inner.module) : undefined
  return module?.file ?? vm.raise(types.TypeError, `${repr(vm, obj)} is a built-in object`)
}

function moduleOf(vm: Vm, obj: Value): Value {
  if (obj instanceof PyModule) return obj
  const name = getAttrOr(vm, obj, '__module__')
  return typeof name === 'string' ? (vm.importer.loaded(name) ?? null) : null
}

// --- Documentation ---------------------------------------------------------------------------------------------------

function cleanDoc(doc: string): string {
  const lines = doc.replaceAll('\t', '        ').split('\n')
  const indents = lines
    .slice(1)
    .filter((l) => l.trim() !== '')
    .map((l) => l.length - l.trimStart().length)
  const margin = Math.min(...indents)
  const cleaned = [
    lines[0]?.trimStart() ?? '',
    ...lines.slice(1).map((l) => (Number.isFinite(margin) ? l.slice(margin) : l)),
  ]
  while (cleaned.length > 0 && cleaned.at(-1) === '') cleaned.pop()
  while (cleaned.length > 0 && cleaned[0] === '') cleaned.shift()
  return cleaned.join('\n')
}

function docOf(vm: Vm, obj: Value): Value {
  const doc = getAttrOr(vm, obj, '__doc__')
  return typeof doc === 'string' ? cleanDoc(doc) : null
}

// --- Kinds -----------------------------------------------------------------------------------------------------------

function codeOf(v: Value): PyFunction | undefined {
  let fn = v
  while (fn instanceof PyMethod) fn = fn.fn
  return fn instanceof PyFunction ? fn : undefined
}

const isBuiltin = (v: Value): boolean => v instanceof PyNative && !v.binds
const isRoutine = (v: Value): boolean => v instanceof PyNative || v instanceof PyFunction || v instanceof PyMethod

function isAbstract(vm: Vm, v: Value): boolean {
  const names = v instanceof PyClass ? v.lookup('__abstractmethods__') : undefined
  return names !== undefined && collect(vm, names).length > 0
}

const predicates = natives({
  'isfunction(object)': (_vm, [v]) => v instanceof PyFunction,
  'isclass(object)': (_vm, [v]) => v instanceof PyClass,
  'ismethod(object)': (_vm, [v]) => v instanceof PyMethod && v.fn instanceof PyFunction,
  'ismodule(object)': (_vm, [v]) => v instanceof PyModule,
  'isbuiltin(object)': (_vm, [v]) => isBuiltin(v) || (v instanceof PyMethod && v.fn instanceof PyNative),
  'isroutine(object)': (_vm, [v]) => isRoutine(v),
  'isdatadescriptor(object)': (_vm, [v]) => v instanceof PyProperty,
  'isgenerator(object)': (_vm, [v]) => v instanceof PyIterator && v.cls === types.generator,
  'isgeneratorfunction(obj)': (_vm, [v]) => codeOf(v)?.code.isGenerator === true && !codeOf(v)?.code.isAsync,
  'iscoroutinefunction(obj)': (_vm, [v]) => codeOf(v)?.code.isAsync === true,
  'isawaitable(object)': (_vm, [v]) => v instanceof PyObject && v.cls.lookup('__await__') !== undefined,
  'isabstract(object)': (vm, [v]) => isAbstract(vm, v),
})

// --- Reading ---------------------------------------------------------------------------------------------------------

function members(vm: Vm, obj: Value, predicate: Value): Value {
  const dir = vm.builtins.get('dir') ?? null
  const names = collect(vm, call(vm, dir, [obj])).map(String)
  const pairs = names.flatMap((name) => {
    const v = getAttrOr(vm, obj, name)
    return v !== undefined && (predicate === null || truth(vm, call(vm, predicate, [v]))) ? [tuple([name, v])] : []
  })
  return list(pairs)
}

function annotationsOf(vm: Vm, obj: Value, evaluate: boolean): Value {
  const module = obj instanceof PyClass ? vm.importer.loaded(obj.module) : undefined
  const settle = (v: Value): Value => (evaluate && typeof v === 'string' ? evaluateAnnotation(vm, v, module) : v)
  if (obj instanceof PyClass) return dict(obj.annotations.map((a) => [a.name, settle(a.evaluate(vm))]))
  const own = getAttrOr(vm, obj, '__annotations__')
  if (own === undefined || own === null) return dict()
  return makeDict(
    vm,
    collect(vm, call(vm, getAttr(vm, own, 'items'))).map((pair) => {
      const [name = null, v = null] = collect(vm, pair)
      return [name, settle(v)]
    }),
  )
}

function fullArgSpec(vm: Vm, fn: Value): Value {
  const { rows, returns } = signatureRows(vm, fn, false)
  const named = (...wanted: Row['kind'][]): Row[] => rows.filter((r) => wanted.includes(r.kind))
  const positional = named('POSITIONAL_ONLY', 'POSITIONAL_OR_KEYWORD')
  const defaults = positional.flatMap((r) => (r.default === undefined ? [] : [r.default]))
  const keywordOnly = named('KEYWORD_ONLY')
  const keywordDefaults = keywordOnly.flatMap((r): [string, Value][] =>
    r.default === undefined ? [] : [[r.name, r.default]],
  )
  const annotations = rows.flatMap((r): [string, Value][] =>
    r.annotation === undefined ? [] : [[r.name, r.annotation(vm)]],
  )
  const cls = makeNamedTuple(vm, 'FullArgSpec', 'args varargs varkw defaults kwonlyargs kwonlydefaults annotations', {
    rename: false,
    defaults: null,
    module: 'inspect',
  })
  return call(vm, cls, [
    list(positional.map((r) => r.name)),
    named('VAR_POSITIONAL')[0]?.name ?? null,
    named('VAR_KEYWORD')[0]?.name ?? null,
    defaults.length === 0 ? null : tuple(defaults),
    list(keywordOnly.map((r) => r.name)),
    keywordDefaults.length === 0 ? null : dict(keywordDefaults),
    dict([...(returns === undefined ? [] : [['return', returns(vm)] as const]), ...annotations]),
  ])
}

/** The arguments of a frame: their names, and what all names are bound to. */
function argValues(vm: Vm, frame: Value): Value {
  const code = getAttr(vm, frame, 'f_code')
  const names = collect(vm, getAttrOr(vm, code, 'co_varnames') ?? null)
  const count = (name: string): number => toNumber(vm, getAttr(vm, code, name))
  const flags = count('co_flags')
  const plain = count('co_argcount') + count('co_kwonlyargcount')
  const variadic = (flags & 4) === 0 ? null : (names[plain] ?? null)
  const keywords = (flags & 8) === 0 ? null : (names[plain + (variadic === null ? 0 : 1)] ?? null)
  const cls = makeNamedTuple(vm, 'ArgInfo', 'args varargs keywords locals', {
    rename: false,
    defaults: null,
    module: 'inspect',
  })
  return call(vm, cls, [list(names.slice(0, plain)), variadic, keywords, getAttr(vm, frame, 'f_locals')])
}

const functions = natives({
  'signature(obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False)': (vm, [obj, follow]) =>
    signatureOf(vm, obj, truth(vm, follow)),
  'unwrap(func, *, stop=None)': (vm, [fn, stop]) =>
    unwrap(vm, fn, stop === null ? undefined : (f) => truth(vm, call(vm, stop, [f]))),
  'getfullargspec(func)': (vm, [fn]) => fullArgSpec(vm, fn),
  'getsource(object)': (vm, [obj]) => sourceOf(vm, obj),
  'getsourcelines(object)': (vm, [obj]) => {
    const lines = sourceOf(vm, obj).replace(/\n$/, '').split('\n')
    return tuple([list(lines.map((l) => `${l}\n`)), codeOf(obj)?.code.line ?? 0])
  },
  'getsourcefile(object)': (vm, [obj]) => fileOf(vm, obj),
  'getfile(object)': (vm, [obj]) => fileOf(vm, obj),
  'getmodule(object)': (vm, [obj]) => moduleOf(vm, obj),
  'getdoc(object)': (vm, [obj]) => docOf(vm, obj),
  'cleandoc(doc)': (_vm, [doc]) => (typeof doc === 'string' ? cleanDoc(doc) : doc),
  'getmro(cls)': (_vm, [cls]) => tuple(cls instanceof PyClass ? cls.mro : []),
  'getmembers(object, predicate=None)': (vm, [obj, predicate]) => members(vm, obj, predicate),
  'get_annotations(obj, *, globals=None, locals=None, eval_str=False)': (vm, [obj, , , evaluate]) =>
    annotationsOf(vm, obj, truth(vm, evaluate)),
  'currentframe()': (vm) => frameAt(vm, 0),
  'getargvalues(frame)': (vm, [frame]) => argValues(vm, frame),
  'getattr_static(obj, attr, default=MISSING)': (vm, [obj, name, otherwise]) => {
    const text = String(name)
    const own = obj instanceof PyObject ? obj.dict?.get(text) : undefined
    const cls = obj instanceof PyClass ? obj : obj instanceof PyObject ? obj.cls : types.object
    const found = [own, cls.lookup(text), otherwise].find((v) => v !== undefined)
    return found === undefined ? vm.raise(types.AttributeError, text) : found
  },
})

export const inspect: HostModule = {
  name: 'inspect',
  reason: 'It asks about the interpreter’s own objects.',
  make: (vm) => {
    const { empty, kinds, Parameter, Signature, BoundArguments } = vm.state(inspectClasses)
    const flags = { CO_VARARGS: 4, CO_VARKEYWORDS: 8, CO_GENERATOR: 32, CO_COROUTINE: 128 }
    return {
      ...functions,
      ...predicates,
      ...flags,
      Parameter,
      Signature,
      BoundArguments,
      _empty: empty,
      _ParameterKind: kinds,
    }
  },
}
