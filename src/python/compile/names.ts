// Loading, storing and deleting names, by where they live. A local name is one array access; anything unusual (unbound,
// not imported yet) is dealt with out of line.
import { ClassFrame, type Frame } from '../code.ts'
import { raise } from '../../text/index.ts'
import { types } from '../types.ts'
import type { Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { Compiler, Evaluate, Execute, Store } from './compiler.ts'
import type { Place } from './scope.ts'

export function classFrame(frame: Frame): ClassFrame {
  return frame instanceof ClassFrame ? frame : raise('internal', 'not the frame of a class body')
}

/** The frame `depth` steps up the chain of enclosing frames. */
export function up(frame: Frame, depth: number): Frame {
  let f = frame
  for (let i = depth; i > 0; i--) f = f.parent ?? raise('internal', 'a frame without its enclosing frame')
  return f
}

// --- Loading --------------------------------------------------------------------------------------------------------

export function loadName(c: Compiler, name: string, line: number): Evaluate {
  const mangled = c.scope.mangle(name)
  return load(c.scope.resolve(mangled), mangled, line)
}

function load(place: Place, name: string, line: number): Evaluate {
  switch (place.kind) {
    case 'global':
      return (vm, frame) => {
        const v = frame.globals.dict.get(name)
        return v !== undefined ? v : loadUnusualGlobal(vm, frame, name, line)
      }
    case 'slot':
      return loadSlot(place.depth, place.index, name, line)
    case 'namespace': {
      const outer = load(place.outer, name, line)
      return (vm, frame) => {
        const v = classFrame(frame).namespace.get(name)
        return v !== undefined ? v : outer(vm, frame)
      }
    }
  }
}

function loadSlot(depth: number, index: number, name: string, line: number): Evaluate {
  if (depth === 0) {
    return (vm, frame) => {
      const v = frame.slots[index]
      return v !== undefined ? v : unboundLocal(vm, frame, name, line)
    }
  }
  return (vm, frame) => {
    const v = up(frame, depth).slots[index]
    return v !== undefined ? v : unboundFree(vm, frame, name, line)
  }
}

/** A global whose import is pending, or a builtin. */
function loadUnusualGlobal(vm: Vm, frame: Frame, name: string, line: number): Value {
  const { globals } = frame
  const pending = globals.pending.get(name)
  if (pending !== undefined) {
    frame.line = line
    return vm.importer.settle(globals, name, pending)
  }
  const builtin = vm.builtins.get(name)
  if (builtin !== undefined) return builtin
  frame.line = line
  return vm.raise(types.NameError, `name '${name}' is not defined`)
}

function unboundLocal(vm: Vm, frame: Frame, name: string, line: number): never {
  frame.line = line
  return vm.raise(
    types.UnboundLocalError,
    `cannot access local variable '${name}' where it is not associated with a value`,
  )
}

function unboundFree(vm: Vm, frame: Frame, name: string, line: number): never {
  frame.line = line
  const message = `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`
  return vm.raise(types.NameError, message)
}

// --- Storing --------------------------------------------------------------------------------------------------------

export function storeName(c: Compiler, name: string): Store {
  const mangled = c.scope.mangle(name)
  const place = c.scope.resolve(mangled)
  switch (place.kind) {
    case 'global':
      return (_vm, frame, v) => {
        frame.globals.dict.set(mangled, v)
        if (frame.globals.pending.size > 0) frame.globals.pending.delete(mangled)
      }
    case 'slot': {
      const { depth, index } = place
      if (depth === 0) {
        return (_vm, frame, v) => {
          frame.slots[index] = v
        }
      }
      return (_vm, frame, v) => {
        up(frame, depth).slots[index] = v
      }
    }
    case 'namespace':
      return (_vm, frame, v) => {
        classFrame(frame).namespace.set(mangled, v)
      }
  }
}

// --- Deleting -------------------------------------------------------------------------------------------------------

export function deleteName(c: Compiler, name: string, line: number): Execute {
  const mangled = c.scope.mangle(name)
  const place = c.scope.resolve(mangled)
  switch (place.kind) {
    case 'global':
      return (vm, frame) => {
        const wasPending = frame.globals.pending.delete(mangled)
        if (!frame.globals.dict.delete(mangled) && !wasPending) missing(vm, frame, mangled, line)
        return undefined
      }
    case 'slot':
      return (vm, frame) => {
        const { slots } = up(frame, place.depth)
        if (slots[place.index] === undefined) unboundLocal(vm, frame, mangled, line)
        slots[place.index] = undefined
        return undefined
      }
    case 'namespace':
      return (vm, frame) => {
        if (!classFrame(frame).namespace.delete(mangled)) missing(vm, frame, mangled, line)
        return undefined
      }
  }
}

function missing(vm: Vm, frame: Frame, name: string, line: number): never {
  frame.line = line
  return vm.raise(types.NameError, `name '${name}' is not defined`)
}

/** Unbinds a name that may be unbound already: the name of an `except … as name` when its block ends. */
export function clearName(c: Compiler, name: string): (frame: Frame) => void {
  const mangled = c.scope.mangle(name)
  const place = c.scope.resolve(mangled)
  switch (place.kind) {
    case 'global':
      return (frame) => void frame.globals.dict.delete(mangled)
    case 'slot':
      return (frame) => {
        up(frame, place.depth).slots[place.index] = undefined
      }
    case 'namespace':
      return (frame) => void classFrame(frame).namespace.delete(mangled)
  }
}
