// What stands for a package whose source is not to be had, and for a name that a stand-in lacks. Importing it is no error,
// using it is: code that a run never comes by may need anything. While a file's top level runs, what is made of a missing
// name (a decorated function, a subclass, an annotation) is missing as well; in a function, using it ends the analysis.
// The same goes for modules that analysed source may not use, as those of the network.
import { ClassFrame, type Frame } from './code.ts'
import { formatSpan, type Span } from '../text/index.ts'
import { classOf, native } from './native.ts'
import { PyInstance, type PyClass, type Value } from './values.ts'
import type { Vm } from './vm.ts'

interface Origin {
  /** What it is, as the program wrote it: `triton.jit`. */
  readonly name: string
  /** The package whose source is missing, or the module that nothing stands in for, whose stand-in lacks the name, that is forbidden. */
  readonly module: string
  readonly why: 'no source' | 'no stand-in' | 'no name' | 'compiled' | 'forbidden'
  /** The import statement. */
  readonly at: Span | undefined
}

class PyMissing extends PyInstance {
  constructor(readonly origin: Origin) {
    super(missingClass)
  }
}

const deciding =
  '__bool__ __int__ __float__ __index__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __len__ __iter__ __next__ __contains__ ' +
  '__enter__ __setattr__ __setitem__ __instancecheck__ __subclasscheck__'
const deriving =
  '__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __or__ __ror__ __and__ __rand__ ' +
  '__getitem__ __call__'

const missingClass: PyClass = classOf({
  name: 'missing',
  module: 'builtins',
  methods: Object.fromEntries([
    ['__getattr__', native('__getattr__(self, name)', (vm, [self, name]) => attribute(vm, self, String(name)))],
    ...'__repr__ __str__'
      .split(' ')
      .map((n) => [n, native<string>(`${n}(self)`, (vm, args) => text(vm, args[0] as Value))]),
    ...deciding
      .split(' ')
      .map((n) => [n, native<string>(`${n}(self, *args, **kwargs)`, (vm, args) => use(vm, args[0] as Value))]),
    ...deriving
      .split(' ')
      .map((n) => [n, native<string>(`${n}(self, *args, **kwargs)`, (vm, args) => derive(vm, args[0] as Value))]),
  ]) as Readonly<Record<string, Value>>,
})

/** A module that is nowhere to be found. */
export function missingModule(vm: Vm, name: string): Value {
  return new PyMissing({ name, module: name.split('.')[0] ?? name, why: 'no source', at: vm.where() })
}

/** A module that Python has and nothing here stands in for. */
export function missingStandIn(vm: Vm, name: string): Value {
  return new PyMissing({ name, module: name, why: 'no stand-in', at: vm.where() })
}

/** An extension module: Python finds it, and there is nothing to read. */
export function compiledModule(vm: Vm, name: string): Value {
  return new PyMissing({ name, module: name, why: 'compiled', at: vm.where() })
}

/** A module that analysed source may name, and not use. */
export function forbiddenModule(vm: Vm, name: string): Value {
  return new PyMissing({ name, module: name, why: 'forbidden', at: vm.where() })
}

/** A name that the stand-in for a module lacks. */
export function missingName(vm: Vm, module: string, name: string): Value {
  return new PyMissing({ name: `${module}.${name}`, module, why: 'no name', at: vm.where() })
}

export function isMissing(v: Value): boolean {
  return v instanceof PyMissing
}

/** Whether it is unknown if Python would find it. */
export function mayBeAbsent(v: Value): boolean {
  return v instanceof PyMissing && v.origin.why !== 'forbidden' && v.origin.why !== 'compiled'
}

function attribute(vm: Vm, self: Value, name: string): Value {
  if (!(self instanceof PyMissing)) return vm.stop('internal', 'not a missing name')
  return new PyMissing({ ...self.origin, name: `${self.origin.name}.${name}` })
}

/** What comes of a missing name: missing too while a top level runs, an error elsewhere. */
export function derive(vm: Vm, self: Value): Value {
  return isTopLevel(vm.stack) ? self : use(vm, self)
}

/** What a text says of something missing, in those that a top level makes. */
function text(vm: Vm, self: Value): string {
  return self instanceof PyMissing && vm.stack.length > 0 && isTopLevel(vm.stack)
    ? `<missing ${self.origin.name}>`
    : use(vm, self)
}

/** Whether the innermost code is that of a module or of a class body, functions aside. */
function isTopLevel(stack: readonly Frame[]): boolean {
  const innermost = stack.at(-1)
  return innermost === undefined || innermost.fn === null || innermost instanceof ClassFrame
}

/** Ends the analysis: something depends on what is missing. */
export function use(vm: Vm, self: Value): never {
  if (!(self instanceof PyMissing)) return vm.stop('internal', 'not a missing name')
  const { name, module, why, at } = self.origin
  const used = vm.where()
  const details = { name }
  if (why === 'forbidden') return vm.stop('forbidden', `${name} is used: ${module} may not be used by analysed source`)
  if (why === 'compiled')
    return vm.stop('source-not-found', `${name} is needed, and ${module} is compiled: there is no source to read`, {
      hint: 'Describe what is used of it in lm-predictor.overrides.json (lm-predictor help overrides).',
      details,
    })
  if (why === 'no stand-in')
    return vm.stop('unknown-name', `${name} is needed, and nothing stands in for the module ${module}`, { details })
  if (why === 'no name') {
    const rest = name.slice(module.length + 1)
    return vm.stop('unknown-name', `what stands in for the module ${module} has no name ${rest}`, { details })
  }
  return vm.stop('source-not-found', `${name} is needed, and the source of ${module} was not found`, {
    span: at,
    notes: used === undefined ? [] : [`used at ${formatSpan(used)}`],
    hint:
      `Give the folder that holds ${module}/ with --source DIR, fetch it (lm-predictor sources add ${module}==VERSION), or ` +
      'describe what is used of it in lm-predictor.overrides.json (lm-predictor help overrides).',
    details,
  })
}
