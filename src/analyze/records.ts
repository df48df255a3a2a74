// One run of a model, cut up by module call: each call of a module becomes a record that holds, in order, the kernels its
// `forward()` launches itself and the records of the modules it calls. A record is what one class's analysis is made of.
import type { Frame, Kwargs, PyClass, PyInstance, Value, Vm } from '../python/index.ts'
import { childModules, torchState, type KernelCall } from '../torch/index.ts'

/** A line of a file, and the function it lies in. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly inside: string
}

interface Located {
  /** The line of the `forward()` whose record this is part of; undefined where that class has no source lines. */
  readonly site: Place | undefined
  /** The innermost line of source. */
  readonly source: Place | undefined
}

export interface KernelEntry extends Located {
  readonly kind: 'kernel'
  readonly call: KernelCall
}

export interface CallEntry extends Located {
  readonly kind: 'call'
  readonly record: CallRecord
}

export type Entry = KernelEntry | CallEntry

/** How an instance was made: what its class was called with. */
export interface Construction {
  readonly args: readonly Value[]
  readonly kwargs: Kwargs
}

export interface CallRecord {
  readonly module: PyInstance
  readonly cls: PyClass
  /** Dotted path in the model that was named, '' for its root. */
  readonly path: string
  readonly construction: Construction | undefined
  readonly args: readonly Value[]
  readonly kwargs: Kwargs
  readonly entries: Entry[]
  /** Size of the interpreter's stack when it was called: its `forward()` is the first frame of that name from here on. */
  readonly depth: number
}

/** Remembers how each module was made. */
export class Constructions {
  private readonly table = new WeakMap<PyInstance, Construction>()

  constructor(vm: Vm) {
    vm.state(torchState).onModuleConstruct = (_cls, instance, args, kwargs) => {
      this.table.set(instance, { args: [...args], kwargs: new Map(kwargs) })
    }
  }

  of(module: PyInstance): Construction | undefined {
    return this.table.get(module)
  }
}

/** Dotted names of the modules below a root. */
export function pathsBelow(root: PyInstance): (module: PyInstance) => string {
  const paths = new Map<PyInstance, string>()
  const visit = (module: PyInstance, path: string): void => {
    if (paths.has(module)) return
    paths.set(module, path)
    for (const [name, child] of childModules(module)) visit(child, path === '' ? name : `${path}.${name}`)
  }
  visit(root, '')
  return (module) => paths.get(module) ?? ''
}

/**
 * Runs something that calls one module, and returns the record of that call.
 * @param pathOf names modules
 * @param onRecord told of every record when its call returns, innermost first
 */
export function recordRun(
  vm: Vm,
  constructions: Constructions,
  run: () => Value,
  pathOf: (module: PyInstance) => string,
  onRecord: (record: CallRecord) => void,
): { readonly root: CallRecord | undefined; readonly result: Value } {
  const state = vm.state(torchState)
  const outer = { recorder: state.recorder, onModuleCall: state.onModuleCall }
  const open: CallRecord[] = []
  let root: CallRecord | undefined
  state.recorder = {
    push: (call) => {
      const current = open.at(-1)
      current?.entries.push({ kind: 'kernel', call, ...locate(vm, current) })
    },
  }
  state.onModuleCall = (module, args, kwargs, proceed) => {
    const record: CallRecord = {
      module,
      cls: module.cls,
      path: pathOf(module),
      construction: constructions.of(module),
      args,
      kwargs,
      entries: [],
      depth: vm.stack.length,
    }
    const parent = open.at(-1)
    parent?.entries.push({ kind: 'call', record, ...locate(vm, parent) })
    open.push(record)
    try {
      const result = proceed()
      open.pop()
      onRecord(record)
      if (parent === undefined) root = record
      return result
    } catch (e) {
      // The program may handle it and go on in the caller.
      if (open.at(-1) === record) open.pop()
      throw e
    }
  }
  try {
    const result = run()
    return { root, result }
  } finally {
    state.recorder = outer.recorder
    state.onModuleCall = outer.onModuleCall
  }
}

function locate(vm: Vm, record: CallRecord): Located {
  const own = vm.stack.slice(record.depth)
  return { site: placeOf(own.find((f) => f.code.name === 'forward')), source: placeOf(own.findLast(isSource)) }
}

/** Stand-ins have no lines of their own to point at. */
function isSource(frame: Frame): boolean {
  return !frame.code.file.path.startsWith('<')
}

function placeOf(frame: Frame | undefined): Place | undefined {
  if (frame === undefined || !isSource(frame)) return undefined
  return { file: frame.code.file.path, line: frame.line, inside: frame.code.qualname }
}
