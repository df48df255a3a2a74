// torch.nn.Module: where attributes go, and what a call does. These are the parts that every layer of every model goes
// through; the rest of the class (traversal, hooks, state dicts, conversion) is Python, standins/module.ts. Dictionaries
// that most modules never use (those of hooks) are made when first asked for.
import { dict, set, stringKey } from '../../python/make.ts'
import { asMethod, native } from '../../python/native.ts'
import { call, collect, genericDelAttr, genericSetAttr, getAttr, truth, typeOf } from '../../python/object.ts'
import { types } from '../../python/types.ts'
import {
  PyClass,
  PyDict,
  PyFunction,
  PyInstance,
  PyModule,
  PySet,
  PyTuple,
  type Kwargs,
  type Value,
} from '../../python/values.ts'
import { stateKey, type Vm } from '../../python/vm.ts'
import { torchState, type ModuleFrame } from '../state.ts'
import { isTensor, Tensor } from '../tensor.ts'
import { methodsModule } from './names.ts'
import { isBuffer, isParameter } from './parameter.ts'

/** What a run keeps of its modules. */
class ModuleState {
  /** torch.nn.Module; a class of the run, since programs may set attributes of it. */
  cls: PyClass | undefined
  /** Dotted names in the model that was named last. */
  names = new WeakMap<PyInstance, string>()
}

const moduleState = stateKey('torch.nn.modules', () => new ModuleState())

const parameters = '_parameters'
const buffers = '_buffers'
const modules = '_modules'
const nonPersistent = '_non_persistent_buffers_set'

/** Hooks by the dictionary they are kept in; ordered, since they run in order. */
const hookTables: ReadonlySet<string> = new Set([
  '_forward_hooks',
  '_forward_hooks_with_kwargs',
  '_forward_hooks_always_called',
  '_forward_pre_hooks',
  '_forward_pre_hooks_with_kwargs',
  '_backward_hooks',
  '_backward_pre_hooks',
  '_state_dict_hooks',
  '_state_dict_pre_hooks',
  '_load_state_dict_pre_hooks',
  '_load_state_dict_post_hooks',
])

function table(o: PyInstance, name: string): PyDict | undefined {
  const v = o.dict.get(name)
  return v instanceof PyDict ? v : undefined
}

function lookUp(o: PyInstance, tableName: string, name: string): Value | undefined {
  return table(o, tableName)?.entries.get(stringKey(name))?.[1]
}

function put(d: PyDict, name: string, v: Value): void {
  d.entries.set(stringKey(name), [name, v])
}

function instanceArg(vm: Vm, v: Value): PyInstance {
  return v instanceof PyInstance ? v : vm.raise(types.TypeError, `expected a Module, got ${typeOf(v).name}`)
}

export function isModule(vm: Vm, v: Value | undefined): v is PyInstance {
  const cls = vm.state(moduleState).cls
  return v instanceof PyInstance && cls !== undefined && v.cls.isSubclassOf(cls)
}

/** What a class has as its `forward`; undefined where that is the one of torch.nn.Module, which only raises. */
export function forwardOf(vm: Vm, cls: PyClass): Value | undefined {
  const forward = cls.lookup('forward')
  return forward === vm.state(moduleState).cls?.lookup('forward') ? undefined : forward
}

/** `torch.typename(v)`: what PyTorch's messages call the type of a value. */
export function typename(v: Value): string {
  const cls = typeOf(v)
  if (v instanceof Tensor) return `torch.${v.device}.${v.cls.name}`
  return cls.module === 'builtins' ? cls.name : `${cls.module}.${cls.name}`
}

// --- Attributes -------------------------------------------------------------------------------------------------------

function construct(o: PyInstance): void {
  o.dict.set('training', true)
  for (const name of [parameters, buffers, modules]) o.dict.set(name, dict())
  o.dict.set(nonPersistent, set())
}

function getAttribute(vm: Vm, o: PyInstance, name: string): Value {
  // None is a value here (a layer without bias), so `??` would lose it.
  const found = [parameters, buffers, modules].map((t) => lookUp(o, t, name)).find((v) => v !== undefined)
  if (found !== undefined) return found
  if (hookTables.has(name) && o.dict.has(modules)) {
    const made = new PyDict(types.OrderedDict)
    o.dict.set(name, made)
    return made
  }
  return vm.raise(types.AttributeError, `'${o.cls.name}' object has no attribute '${name}'`)
}

/** Takes a name out of wherever an instance holds it, but for one table. */
function removeElsewhere(o: PyInstance, name: string, kept: string): void {
  o.dict.delete(name)
  for (const other of [parameters, buffers, modules]) {
    if (other !== kept) table(o, other)?.entries.delete(stringKey(name))
  }
  const loose = o.dict.get(nonPersistent)
  if (kept !== buffers && loose instanceof PySet) loose.members.delete(stringKey(name))
}

function mustBeMade(vm: Vm, o: PyInstance, tableName: string, what: string): PyDict {
  return table(o, tableName) ?? vm.raise(types.AttributeError, `cannot assign ${what} before Module.__init__() call`)
}

function setAttribute(vm: Vm, o: PyInstance, name: string, v: Value): void {
  if (isParameter(v)) {
    mustBeMade(vm, o, parameters, 'parameters')
    removeElsewhere(o, name, parameters)
    return registerParameter(vm, o, name, v)
  }
  if (isModule(vm, v)) {
    const d = mustBeMade(vm, o, modules, 'module')
    removeElsewhere(o, name, modules)
    return put(d, name, v)
  }
  if (lookUp(o, parameters, name) !== undefined) {
    if (v !== null) refuse(vm, v, `as parameter '${name}' (torch.nn.Parameter or None expected)`)
    return registerParameter(vm, o, name, v)
  }
  const children = table(o, modules)
  if (children?.entries.has(stringKey(name)) === true) {
    if (v !== null) refuse(vm, v, `as child module '${name}' (torch.nn.Module or None expected)`)
    return put(children, name, v)
  }
  if (isBuffer(v) || lookUp(o, buffers, name) !== undefined) return setBuffer(vm, o, name, v)
  genericSetAttr(vm, o, name, v)
}

function refuse(vm: Vm, v: Value, as: string): never {
  return vm.raise(types.TypeError, `cannot assign '${typename(v)}' ${as}`)
}

function setBuffer(vm: Vm, o: PyInstance, name: string, v: Value): void {
  if (v !== null && !isTensor(v)) refuse(vm, v, `as buffer '${name}' (torch.nn.Buffer, torch.Tensor or None expected)`)
  const loose = o.dict.get(nonPersistent)
  const persistent = isBuffer(v)
    ? truth(vm, v.dict?.get('persistent') ?? true)
    : !(loose instanceof PySet && loose.members.has(stringKey(name)))
  registerBuffer(vm, o, name, v, persistent)
}

function deleteAttribute(vm: Vm, o: PyInstance, name: string): void {
  const key = stringKey(name)
  if (table(o, parameters)?.entries.delete(key) === true) return
  if (table(o, buffers)?.entries.delete(key) === true) {
    const loose = o.dict.get(nonPersistent)
    if (loose instanceof PySet) loose.members.delete(key)
    return
  }
  if (table(o, modules)?.entries.delete(key) === true) return
  genericDelAttr(vm, o, name)
}

// --- Registration -----------------------------------------------------------------------------------------------------

function nameArg(vm: Vm, name: Value, what: string, cls: string): string {
  if (typeof name === 'string') return name
  return vm.raise(types.TypeError, `${what} name should be a string. Got ${cls}`)
}

/** A name that the class or the instance has for something else cannot be registered. */
function checkName(vm: Vm, o: PyInstance, name: string, what: string, own: string, quotes: string): void {
  const contains = `${what} name can't contain "."${quotes}`
  if (name.includes('.')) vm.raise(types.KeyError, contains)
  if (name === '') vm.raise(types.KeyError, `${what} name can't be empty string ""`)
  const taken =
    o.dict.has(name) ||
    o.cls.lookup(name) !== undefined ||
    [parameters, buffers, modules].some((t) => t !== own && lookUp(o, t, name) !== undefined)
  if (taken && table(o, own)?.entries.has(stringKey(name)) !== true)
    vm.raise(types.KeyError, `attribute '${name}' already exists`)
}

function registerParameter(vm: Vm, o: PyInstance, name: string, v: Value): void {
  const d = mustBeMade(vm, o, parameters, 'parameter')
  checkName(vm, o, name, 'parameter', parameters, '')
  if (v !== null && !isParameter(v)) {
    vm.raise(
      types.TypeError,
      `cannot assign '${typename(v)}' object to parameter '${name}' (torch.nn.Parameter or None required)`,
    )
  }
  put(d, name, v)
}

function registerBuffer(vm: Vm, o: PyInstance, name: string, v: Value, persistent: boolean): void {
  const d = table(o, buffers) ?? vm.raise(types.AttributeError, 'cannot assign buffer before Module.__init__() call')
  checkName(vm, o, name, 'buffer', buffers, '')
  if (v !== null && !isTensor(v)) {
    vm.raise(
      types.TypeError,
      `cannot assign '${typename(v)}' object to buffer '${name}' (torch Tensor or None required)`,
    )
  }
  put(d, name, v)
  const loose = o.dict.get(nonPersistent)
  if (!(loose instanceof PySet)) return
  if (persistent) loose.members.delete(stringKey(name))
  else loose.members.set(stringKey(name), name)
}

function addModule(vm: Vm, o: PyInstance, name: string, v: Value): void {
  const d = table(o, modules)
  if (v !== null && !isModule(vm, v)) vm.raise(types.TypeError, `${typename(v)} is not a Module subclass`)
  checkName(vm, o, name, 'module', modules, `, got: ${name}`)
  if (d !== undefined) put(d, name, v)
}

// --- Calls ------------------------------------------------------------------------------------------------------------

/**
 * `module(*args, **kwargs)`: hooks, `forward`, hooks; on the stack of running modules meanwhile. A module that is not part
 * of the named model goes by the name of the one it runs in.
 */
function callModule(vm: Vm, o: PyInstance, args: readonly Value[], kwargs: Kwargs): Value {
  const state = vm.state(torchState)
  const path = vm.state(moduleState).names.get(o) ?? state.moduleStack.at(-1)?.path
  const frame: ModuleFrame = { path, module: o, args, kwargs, depth: vm.stack.length }
  state.moduleStack.push(frame)
  try {
    const run = (): Value => runForward(vm, o, args, kwargs)
    return state.onModuleCall === undefined ? run() : state.onModuleCall(o, args, kwargs, run)
  } finally {
    state.moduleStack.pop()
  }
}

function runForward(vm: Vm, o: PyInstance, args: readonly Value[], kwargs: Kwargs): Value {
  const before = hooks(o, '_forward_pre_hooks')
  const after = hooks(o, '_forward_hooks')
  if (before === undefined && after === undefined) return call(vm, getAttr(vm, o, 'forward'), args, kwargs)
  const called = before === undefined ? { args, kwargs } : runPreHooks(vm, o, before, args, kwargs)
  const pending = new Set(after?.entries.keys() ?? [])
  try {
    const result = call(vm, getAttr(vm, o, 'forward'), called.args, called.kwargs)
    return after === undefined ? result : runHooks(vm, o, after, called, result, pending)
  } catch (e) {
    runAlwaysCalled(vm, o, after, called, pending)
    throw e
  }
}

/** A table of hooks, undefined while it is empty. */
function hooks(o: PyInstance, name: string): PyDict | undefined {
  const d = table(o, name)
  return d === undefined || d.entries.size === 0 ? undefined : d
}

function isMarked(o: PyInstance, tableName: string, id: Value): boolean {
  const d = table(o, tableName)
  return d !== undefined && [...d.entries.values()].some(([k]) => k === id)
}

interface Call {
  readonly args: readonly Value[]
  readonly kwargs: Kwargs
}

function kwargsDict(kwargs: Kwargs): PyDict {
  return dict(kwargs)
}

function kwargsOf(vm: Vm, v: Value): Kwargs {
  if (!(v instanceof PyDict))
    return vm.raise(types.RuntimeError, 'forward pre-hook must return None or a tuple of (new_args, new_kwargs)')
  return new Map([...v.entries.values()].map(([k, x]) => [String(k), x]))
}

function runPreHooks(vm: Vm, o: PyInstance, table: PyDict, args: readonly Value[], kwargs: Kwargs): Call {
  let current: Call = { args, kwargs }
  for (const [id, hook] of [...table.entries.values()]) {
    const positional = new PyTuple(types.tuple, current.args)
    if (isMarked(o, '_forward_pre_hooks_with_kwargs', id)) {
      const result = call(vm, hook, [o, positional, kwargsDict(current.kwargs)])
      if (result === null) continue
      const [newArgs = null, newKwargs = null] = result instanceof PyTuple ? result.items : []
      current = { args: collect(vm, newArgs), kwargs: kwargsOf(vm, newKwargs) }
    } else {
      const result = call(vm, hook, [o, positional])
      if (result !== null)
        current = { args: result instanceof PyTuple ? result.items : [result], kwargs: current.kwargs }
    }
  }
  return current
}

function runHook(vm: Vm, o: PyInstance, id: Value, hook: Value, { args, kwargs }: Call, result: Value): Value {
  const positional = new PyTuple(types.tuple, args)
  const given = isMarked(o, '_forward_hooks_with_kwargs', id)
    ? [o, positional, kwargsDict(kwargs), result]
    : [o, positional, result]
  return call(vm, hook, given)
}

function runHooks(vm: Vm, o: PyInstance, table: PyDict, called: Call, first: Value, pending: Set<unknown>): Value {
  let result = first
  for (const [key, [id, hook]] of [...table.entries]) {
    pending.delete(key)
    const replaced = runHook(vm, o, id, hook, called, result)
    if (replaced !== null) result = replaced
  }
  return result
}

/** Hooks registered with `always_call` run although `forward` raised. */
function runAlwaysCalled(
  vm: Vm,
  o: PyInstance,
  table: PyDict | undefined,
  called: Call,
  pending: ReadonlySet<unknown>,
): void {
  for (const [key, [id, hook]] of table?.entries ?? []) {
    if (pending.has(key) && isMarked(o, '_forward_hooks_always_called', id)) runHook(vm, o, id, hook, called, null)
  }
}

// --- The class --------------------------------------------------------------------------------------------------------

const nativeMethods = {
  __new__: native('__new__(cls, *args, **kwargs)', (vm, [cls, args, kwargs]) => {
    const o = new PyInstance(cls instanceof PyClass ? cls : types.object)
    vm.state(torchState).onModuleConstruct?.(o.cls, o, args, kwargs)
    return o
  }),
  __init__: native('__init__(self)', (vm, [self]) => {
    construct(instanceArg(vm, self))
    return null
  }),
  __getattr__: native('__getattr__(self, name)', (vm, [self, name]) =>
    getAttribute(vm, instanceArg(vm, self), String(name)),
  ),
  __setattr__: native('__setattr__(self, name, value)', (vm, [self, name, v]) => {
    setAttribute(vm, instanceArg(vm, self), String(name), v)
    return null
  }),
  __delattr__: native('__delattr__(self, name)', (vm, [self, name]) => {
    deleteAttribute(vm, instanceArg(vm, self), String(name))
    return null
  }),
  __call__: native('__call__(self, *args, **kwargs)', (vm, [self, args, kwargs]) =>
    callModule(vm, instanceArg(vm, self), args, kwargs),
  ),
  register_parameter: native('register_parameter(self, name, param)', (vm, [self, name, v]) => {
    registerParameter(vm, instanceArg(vm, self), nameArg(vm, name, 'parameter', typeOf(name).name), v)
    return null
  }),
  register_buffer: native('register_buffer(self, name, tensor, persistent=True)', (vm, [self, name, v, persistent]) => {
    registerBuffer(vm, instanceArg(vm, self), nameArg(vm, name, 'buffer', typeOf(name).name), v, truth(vm, persistent))
    return null
  }),
  add_module: native('add_module(self, name, module)', (vm, [self, name, v]) => {
    addModule(vm, instanceArg(vm, self), nameArg(vm, name, 'module', typeOf(name).name), v)
    return null
  }),
} as const

/** torch.nn.Module of a run. */
export function makeModuleClass(vm: Vm): PyClass {
  const state = vm.state(moduleState)
  if (state.cls !== undefined) return state.cls
  const cls = new PyClass('Module', [types.object], new Map(), 'torch.nn.modules.module', { metaclass: types.type })
  state.cls = cls
  cls.set('__module__', 'torch.nn.modules.module')
  for (const [name, fn] of Object.entries(nativeMethods)) cls.set(name, name === '__new__' ? fn : asMethod(fn))
  cls.set('_call_impl', asMethod(nativeMethods.__call__))
  cls.set('register_module', asMethod(nativeMethods.add_module))
  const rest = vm.importer.importModule(methodsModule)
  if (rest instanceof PyModule) for (const [name, v] of rest.dict) if (isMethod(rest, name, v)) cls.set(name, v)
  return cls
}

/** What the Python file defines at its top level: its functions but for helpers, and plain values. */
function isMethod(module: PyModule, name: string, v: Value): boolean {
  if (v instanceof PyFunction) return v.globals === module && !v.name.startsWith('_helper_')
  return !name.startsWith('__') && (v === null || typeof v === 'boolean' || typeof v === 'number')
}

// --- The tree, for host code --------------------------------------------------------------------------------------------

/** Gives each module below a model its dotted name; a module met twice keeps the first. */
export function nameModules(vm: Vm, model: Value): void {
  if (!(model instanceof PyInstance)) return
  const names = new WeakMap<PyInstance, string>()
  vm.state(moduleState).names = names
  const seen = new Set<PyInstance>()
  const visit = (module: PyInstance, path: string): void => {
    if (seen.has(module)) return
    seen.add(module)
    names.set(module, path)
    for (const [name, child] of children(module)) visit(child, path === '' ? name : `${path}.${name}`)
  }
  visit(model, '')
}

/** What a checkpoint holds is not for the program to know: buffers that it may overwrite have no values once a model is made. */
export function forgetCheckpoint(module: PyInstance, seen = new Set<PyInstance>()): void {
  if (seen.has(module)) return
  seen.add(module)
  const loose = module.dict.get(nonPersistent)
  for (const [name, buffer] of entriesOf(module, buffers)) {
    if (isTensor(buffer) && !(loose instanceof PySet && loose.members.has(stringKey(name))))
      buffer.storage.data = undefined
  }
  for (const [, child] of children(module)) forgetCheckpoint(child, seen)
}

/** Direct children by name. */
export function children(module: PyInstance): readonly (readonly [string, PyInstance])[] {
  return entriesOf(module, modules).filter((e): e is readonly [string, PyInstance] => e[1] instanceof PyInstance)
}

function entriesOf(module: PyInstance, name: string): readonly (readonly [string, Value])[] {
  return [...(table(module, name)?.entries.values() ?? [])].map(([k, v]) => [String(k), v] as const)
}

/** Parameters of a module and all below it by dotted name; tied ones once, under their first. */
export function namedParameters(_vm: Vm, model: PyInstance): readonly (readonly [string, Tensor])[] {
  const found: (readonly [string, Tensor])[] = []
  const seen = new Set<Value>()
  const visit = (module: PyInstance, prefix: string): void => {
    if (seen.has(module)) return
    seen.add(module)
    for (const [name, t] of entriesOf(module, parameters)) {
      if (!(t instanceof Tensor) || seen.has(t)) continue
      seen.add(t)
      found.push([`${prefix}${name}`, t])
    }
    for (const [name, child] of children(module)) visit(child, `${prefix}${name}.`)
  }
  visit(model, '')
  return found
}
