// `str`, `repr`, `ascii`.
import { pin, SymInt } from '../../sym/index.ts'
import { types } from '../types.ts'
import { PyObject, type Value } from '../values.ts'
import { stateKey } from '../state.ts'
import type { Vm } from '../vm.ts'
import { callSlot } from './call.ts'
import { className, stringOf, typeOf } from './classes.ts'

/** `str(v)`. */
export function str(vm: Vm, v: Value): string {
  if (typeof v === 'string') return v
  if (!(v instanceof PyObject)) return repr(vm, v)
  return textResult(vm, v, '__str__')
}

/** `repr(v)`. A symbolic integer is pinned: its text is its value. */
export function repr(vm: Vm, v: Value): string {
  if (typeof v === 'string') return stringRepr(v)
  if (v === null) return 'None'
  if (typeof v === 'boolean') return v ? 'True' : 'False'
  if (v instanceof SymInt) return String(pin(v))
  if (!(v instanceof PyObject)) return String(v)
  return textResult(vm, v, '__repr__')
}

function textResult(vm: Vm, v: PyObject, name: '__str__' | '__repr__'): string {
  const slot = typeOf(v).lookup(name)
  if (slot === undefined || slot === null) return vm.stop('internal', `${className(v)} has no ${name}`)
  const made = callSlot(vm, slot, [v])
  return stringOf(made) ?? vm.raise(types.TypeError, `${name} returned non-string (type ${className(made)})`)
}

const escapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** What Python doesn't print as it is: control, format, unassigned and separator characters, except the space. */
const unprintable = /[\p{C}\p{Z}]/u

export function stringRepr(s: string): string {
  const quote = s.includes("'") && !s.includes('"') ? '"' : "'"
  let text = ''
  for (const c of s) {
    if (c === quote) text += `\\${c}`
    else text += escapes.get(c) ?? (c !== ' ' && unprintable.test(c) ? escaped(c) : c)
  }
  return quote + text + quote
}

function escaped(c: string): string {
  const code = c.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** `ascii(v)`. */
export function ascii(vm: Vm, v: Value): string {
  let text = ''
  for (const c of repr(vm, v)) text += (c.codePointAt(0) ?? 0) < 128 ? c : escaped(c)
  return text
}

const underWay = stateKey('python.repr', () => new Set<PyObject>())

/** The repr of a container, `placeholder` where it is inside of itself. */
export function containerRepr(vm: Vm, o: PyObject, placeholder: string, write: () => string): string {
  const active = vm.state(underWay)
  if (active.has(o)) return placeholder
  active.add(o)
  try {
    return write()
  } finally {
    active.delete(o)
  }
}
