// Exceptions: an instance carries its arguments as `args`; cause, context and traceback are plain attributes.
import { asString, mustBe, typeOf } from '../object/classes.ts'
import { getAttrOr, setAttr } from '../object/attributes.ts'
import { repr, str } from '../object/text.ts'
import { list, tuple } from '../make.ts'
import { natives } from '../native.ts'
import { types } from '../types.ts'
import { PyClass, PyInstance, PyList, PyTuple, type Kwargs, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { collect } from '../object/iterate.ts'
import { fill, getsets } from './define.ts'

const self = (vm: Vm, v: Value): PyInstance => mustBe(vm, v, PyInstance, 'an exception')

/** The arguments an exception was made with. */
function exceptionArgs(v: Value): readonly Value[] {
  return v instanceof PyInstance && v.payload instanceof PyTuple ? v.payload.items : []
}

function message(vm: Vm, v: Value): string {
  const args = exceptionArgs(v)
  if (args.length === 0) return ''
  const [only = null] = args
  return args.length === 1 ? str(vm, only) : repr(vm, tuple(args))
}

function reprException(vm: Vm, v: Value): string {
  const args = exceptionArgs(v)
  const inside = args.map((a) => repr(vm, a)).join(', ')
  return `${typeOf(v).name}(${inside})`
}

fill(
  types.BaseException,
  natives({
    '__new__(cls, *args, **kwargs)': (vm, [cls, args]) => {
      const e = new PyInstance(mustBe(vm, cls, PyClass, 'a type'))
      e.payload = tuple(args)
      return e
    },
    '__init__(self, *args, **kwargs)': (vm, [e, args, kwargs]) => {
      if (kwargs.size > 0) vm.raise(types.TypeError, `${typeOf(e).name}() takes no keyword arguments`)
      self(vm, e).payload = tuple(args)
      return null
    },
    '__str__(self, /)': (vm, [e]) => message(vm, e),
    '__repr__(self, /)': (vm, [e]) => reprException(vm, e),
    'with_traceback(self, tb, /)': (vm, [e, tb]) => {
      setAttr(vm, e, '__traceback__', tb)
      return e
    },
    'add_note(self, note, /)': (vm, [e, note]) => {
      asString(vm, note, 'note')
      const notes = getAttrOr(vm, e, '__notes__')
      if (notes instanceof PyList) notes.items.push(note)
      else setAttr(vm, e, '__notes__', list([note]))
      return null
    },
  }),
  { __context__: null, __traceback__: null },
)
getsets(types.BaseException, {
  __cause__: [
    (vm, e) => self(vm, e).dict.get('__cause__') ?? null,
    (vm, e, v) => void self(vm, e).dict.set('__cause__', v),
  ],
  // `raise … from …` hides the context.
  __suppress_context__: [
    (vm, e) => self(vm, e).dict.get('__suppress_context__') ?? self(vm, e).dict.has('__cause__'),
    (vm, e, v) => void self(vm, e).dict.set('__suppress_context__', v),
  ],
  args: [(_vm, e) => tuple(exceptionArgs(e)), (vm, e, v) => void (self(vm, e).payload = tuple(collect(vm, v)))],
})

/** `KeyError('a')` shows the key as it would be written. */
fill(
  types.KeyError,
  natives({
    '__str__(self, /)': (vm, [e]) => {
      const args = exceptionArgs(e)
      return args.length === 1 ? repr(vm, args[0] ?? null) : message(vm, e)
    },
  }),
)

/** Keyword arguments that some exceptions take, kept as attributes. */
function keywords(cls: PyClass, names: readonly string[]): void {
  fill(
    cls,
    natives({
      '__init__(self, *args, **kwargs)': (vm, [e, args, kwargs]) => {
        self(vm, e).payload = tuple(args)
        refuseUnknown(vm, cls, names, kwargs)
        for (const [name, v] of kwargs) self(vm, e).dict.set(name, v)
        return null
      },
    }),
    Object.fromEntries(names.map((name) => [name, null])),
  )
}

function refuseUnknown(vm: Vm, cls: PyClass, names: readonly string[], kwargs: Kwargs): void {
  for (const name of kwargs.keys()) {
    if (!names.includes(name)) vm.raise(types.TypeError, `'${name}' is an invalid keyword argument for ${cls.name}()`)
  }
}

keywords(types.ImportError, ['name', 'path'])
keywords(types.AttributeError, ['name', 'obj'])
keywords(types.NameError, ['name'])
getsets(types.ImportError, { msg: (_vm, e) => exceptionArgs(e)[0] ?? null })
getsets(types.StopIteration, { value: (_vm, e) => exceptionArgs(e)[0] ?? null })
getsets(types.SystemExit, { code: (_vm, e) => exceptionArgs(e)[0] ?? null })

const osPart = (at: number) => (_vm: Vm, e: Value) => {
  const args = exceptionArgs(e)
  return args.length >= 2 ? (args[at] ?? null) : null
}
getsets(types.OSError, { errno: osPart(0), strerror: osPart(1), filename: osPart(2) })
fill(
  types.OSError,
  natives({
    '__str__(self, /)': (vm, [e]) => {
      const [errno = null, text = null, file] = exceptionArgs(e)
      if (exceptionArgs(e).length < 2) return message(vm, e)
      return `[Errno ${str(vm, errno)}] ${str(vm, text)}${file === undefined ? '' : `: ${repr(vm, file)}`}`
    },
  }),
)
