// What Python holds while kernels run: a tensor is let go of when no variable of a running function and no argument of a
// running module refers to it any more, which may be long after the last kernel that reads it.
import { PyDict, PyInstance, PyList, PyObject, PyTuple, WatchedMap, type Value, type Vm } from '../python/index.ts'
import { isModule, recording, Tensor, torchState, type KernelCall, type Storage } from '../torch/index.ts'

/** For each storage the last kernel during which something referred to it. */
export type Holding = ReadonlyMap<Storage, KernelCall>

/**
 * Runs, and notes at each recorded kernel which storages the variables of the functions on the stack and the arguments of the
 * running modules lead to. What a module has as attributes does not count: weights, buffers, other modules.
 */
export function holding<T>(vm: Vm, until: Map<Storage, KernelCall>, run: () => T): T {
  const { recorder } = vm.state(torchState)
  const calls: KernelCall[] = []
  const holders = new Holders(vm)
  const push = (call: KernelCall): void => {
    recorder?.push(call)
    const at = calls.push(call) - 1
    visitVariables(vm, (v) => holders.hold(v, at))
  }
  try {
    return recording(vm, { push }, run)
  } finally {
    for (const [storage, at] of holders.end()) {
      const call = calls[at]
      if (call !== undefined) until.set(storage, call)
    }
  }
}

/** Variables of the functions on the stack, arguments of the running modules. */
function visitVariables(vm: Vm, visit: (v: PyObject) => void): void {
  for (const { code, slots } of vm.stack) {
    const named = code.localNames().length
    for (let i = 0; i < named; i++) {
      const v = slots[i]
      if (v instanceof PyObject) visit(v)
    }
  }
  for (const { args, kwargs } of vm.state(torchState).moduleStack) {
    for (const v of args) if (v instanceof PyObject) visit(v)
    for (const v of kwargs.values()) if (v instanceof PyObject) visit(v)
  }
}

/** What a container leads to, and what to look at for whether that has changed. */
interface Contents {
  readonly storages: ReadonlySet<Storage>
  /** Lists on the way with what is in them. */
  readonly lists: readonly (readonly [PyList, readonly Value[]])[]
  /** Attributes and entries on the way that call back. */
  readonly maps: readonly Watched[]
  /** Whether all of them do: a live view of another object's attributes does not. */
  readonly isWatched: boolean
}

function contentsOf(vm: Vm, container: PyObject): Contents {
  const storages = new Set<Storage>()
  const lists: (readonly [PyList, readonly Value[]])[] = []
  const maps: Watched[] = []
  let isWatched = true
  const seen = new Set<PyObject>()
  const visit = (v: Value): void => {
    if (v instanceof Tensor) storages.add(v.storage)
    if (!(v instanceof PyObject) || v instanceof Tensor || seen.has(v)) return
    seen.add(v)
    if (v instanceof PyTuple || v instanceof PyList) for (const item of v.items) visit(item)
    if (v instanceof PyList) lists.push([v, [...v.items]])
    if (v instanceof PyDict) {
      if (v.entries instanceof WatchedMap) maps.push(v.entries)
      else isWatched = false
      for (const [, item] of v.entries.values()) visit(item)
    }
    const attributes = v instanceof PyInstance ? v.dict : undefined
    if (attributes !== undefined && !isModule(vm, v)) {
      maps.push(attributes)
      for (const item of attributes.values()) visit(item)
    }
  }
  visit(container)
  return { storages, lists, maps, isWatched }
}

/** Contents of a container that some variable was. */
interface Holder extends Contents {
  readonly container: PyObject
  /** The last kernel at which one was. */
  last: number
}

/**
 * The storages that variables lead to, kernel by kernel. Few containers change between two kernels, so one is walked again
 * only after something in it did: lists are compared with what they were, maps call back.
 */
class Holders {
  private readonly until = new Map<Storage, number>()
  private readonly known = new Map<PyObject, Holder>()
  private readonly through = new Map<Watched, Set<Holder>>()

  constructor(private readonly vm: Vm) {}

  /** A variable is `v` at a kernel. */
  hold(v: PyObject, at: number): void {
    if (v instanceof Tensor) {
      this.until.set(v.storage, at)
      return
    }
    const known = this.known.get(v)
    if (known?.last === at) return
    if (known?.lists.every(isAsItWas) === true) known.last = at
    else {
      if (known !== undefined) this.forget(known)
      this.remember({ container: v, ...contentsOf(this.vm, v), last: at })
    }
  }

  /** For each storage the last kernel. */
  end(): ReadonlyMap<Storage, number> {
    for (const holder of [...this.known.values()]) this.forget(holder)
    return this.until
  }

  private remember(holder: Holder): void {
    if (!holder.isWatched) {
      this.note(holder)
      return
    }
    this.known.set(holder.container, holder)
    for (const map of holder.maps) {
      const holders = this.through.get(map)
      if (holders !== undefined) holders.add(holder)
      else {
        this.through.set(map, new Set([holder]))
        map.onChange = () => {
          for (const h of [...(this.through.get(map) ?? [])]) this.forget(h)
        }
      }
    }
  }

  private forget(holder: Holder): void {
    this.note(holder)
    this.known.delete(holder.container)
    for (const map of holder.maps) {
      const holders = this.through.get(map)
      holders?.delete(holder)
      if (holders?.size !== 0) continue
      this.through.delete(map)
      map.onChange = undefined
    }
  }

  /** Its storages were held up to its last kernel at least. */
  private note({ storages, last }: Holder): void {
    for (const s of storages) if ((this.until.get(s) ?? -1) < last) this.until.set(s, last)
  }
}

type Watched = Pick<WatchedMap<never, never>, 'onChange'>

function isAsItWas([list, items]: readonly [PyList, readonly Value[]]): boolean {
  return list.items.length === items.length && items.every((item, i) => item === list.items[i])
}
