// What a program asks about the frame it runs in: its local and global names.
import type { Frame } from '../code.ts'
import { ClassFrame } from '../code.ts'
import { up } from '../compile/names.ts'
import { dict, list, namespace } from '../make.ts'
import { natives } from '../native.ts'
import { attributeDict, getAttr } from '../object/attributes.ts'
import { collect } from '../object/iterate.ts'
import { LiveEntries } from '../object/live.ts'
import { types } from '../types.ts'
import { PyDict, PyObject, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { getsets } from './define.ts'

function caller(vm: Vm): Frame {
  return vm.stack.at(-1) ?? vm.stop('internal', 'the program runs without a frame')
}

/** `globals()`: live. */
function globalNames(vm: Vm): PyDict {
  return attributeDict(vm, caller(vm).globals)
}

/** `locals()`: live in a module and in a class body, a copy in a function. */
export function localNames(vm: Vm): PyDict {
  return namesOf(vm, caller(vm))
}

function namesOf(vm: Vm, frame: Frame): PyDict {
  if (frame instanceof ClassFrame) return new PyDict(types.dict, new LiveEntries(frame.namespace))
  if (frame.code.name === '<module>') return attributeDict(vm, frame.globals)
  const names: [string, Value][] = []
  frame.code.localNames().forEach((name, i) => {
    const v = frame.slots[i]
    if (v !== undefined) names.push([name, v])
  })
  for (const [name, { depth, index }] of frame.code.freeNames) {
    const v = up(frame, depth).slots[index]
    if (v !== undefined) names.push([name, v])
  }
  return dict(names)
}

/** `dir()` without an argument. */
export function localNameList(vm: Vm): Value {
  return list(collect(vm, localNames(vm)).sort())
}

export const frameFunctions = natives({
  'globals()': (vm) => globalNames(vm),
  'locals()': (vm) => localNames(vm),
})

// --- Frame objects ---------------------------------------------------------------------------------------------------

/** A frame as a program sees it, and those that had called it. */
class FrameObject extends PyObject {
  constructor(
    readonly frame: Frame,
    readonly callers: readonly Frame[],
  ) {
    super(types.frame)
  }
}

function selfFrame(vm: Vm, v: Value): FrameObject {
  return v instanceof FrameObject ? v : vm.raise(types.TypeError, 'not a frame')
}

/** The frame of a Python function, counted from the one that asks. */
export function frameAt(vm: Vm, depth: number): Value {
  const at = vm.stack.length - 1 - depth
  const frame = vm.stack[at]
  return frame === undefined ? null : new FrameObject(frame, vm.stack.slice(0, at))
}

/** What is known of a frame's code where there is no function around it. */
function bareCode({ code }: Frame): Value {
  return namespace({
    co_name: code.name,
    co_qualname: code.qualname,
    co_filename: code.file.path,
    co_firstlineno: code.line,
  })
}

getsets(types.frame, {
  f_locals: (vm, f) => namesOf(vm, selfFrame(vm, f).frame),
  f_globals: (vm, f) => attributeDict(vm, selfFrame(vm, f).frame.globals),
  f_lineno: (vm, f) => selfFrame(vm, f).frame.line,
  f_code: (vm, f) => {
    const { frame } = selfFrame(vm, f)
    return frame.fn === null ? bareCode(frame) : getAttr(vm, frame.fn, '__code__')
  },
  f_back: (vm, f) => {
    const { callers } = selfFrame(vm, f)
    const back = callers.at(-1)
    return back === undefined ? null : new FrameObject(back, callers.slice(0, -1))
  },
})
