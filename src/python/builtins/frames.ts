// What a program asks about the frame it runs in: its local and global names.
import type { Frame } from '../code.ts'
import { ClassFrame } from '../code.ts'
import { up } from '../compile/names.ts'
import { dict, list } from '../make.ts'
import { natives } from '../native.ts'
import { attributeDict } from '../object/attributes.ts'
import { collect } from '../object/iterate.ts'
import { LiveEntries } from '../object/live.ts'
import { types } from '../types.ts'
import { PyDict, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'

function caller(vm: Vm): Frame {
  return vm.stack.at(-1) ?? vm.stop('internal', 'the program runs without a frame')
}

/** `globals()`: live. */
function globalNames(vm: Vm): PyDict {
  return attributeDict(vm, caller(vm).globals)
}

/** `locals()`: live in a module and in a class body, a copy in a function. */
export function localNames(vm: Vm): PyDict {
  const frame = caller(vm)
  if (frame instanceof ClassFrame) return new PyDict(types.dict, new LiveEntries(frame.namespace))
  if (frame.code.name === '<module>') return globalNames(vm)
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
