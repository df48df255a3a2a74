// The machine one analysis runs on: the stack of frames, the budgets, the state that higher layers keep for the run, and
// the ways to fail. A Python exception (`raise`) can be caught by the program; an `AnalysisError` (`stop`) cannot.
import {
  formatSpan,
  isAnalysisError,
  raise,
  type ErrorCode,
  type ErrorOptions,
  type SourceProvider,
  type Span,
} from '../text/index.ts'
import { Scope } from '../sym/index.ts'
import type { Frame } from './code.ts'
import type { Decisions } from './decisions.ts'
import { Importer } from './importer.ts'
import { construct, getAttr, str } from './object.ts'
import { Programs } from './programs.ts'
import type { StateKey } from './state.ts'
import type { PyClass, PyModule, Value } from './values.ts'
import { PyException, PyInstance } from './values.ts'

/** A TypeScript stand-in for a Python module. Modules below it (`os.path`) are host modules of their own, named in full. */
export interface HostModule {
  readonly name: string
  /** Why the real source does not run instead. */
  readonly reason: string
  readonly make: (vm: Vm) => Readonly<Record<string, Value>>
  /** Names made when first asked for; undefined where the module has no such name. */
  readonly fallback?: (vm: Vm, name: string) => Value | undefined
  /**
   * Names that the real module is known not to have, so `hasattr` and `except ImportError` see them missing. Any other
   * name that the stand-in lacks ends the analysis: whether the real module has it is unknown.
   */
  readonly absent?: readonly string[]
  /** The module is of no use but for what is forbidden: using a name of it ends the analysis. */
  readonly forbidden?: boolean
}

/** Short Python that stands in for a module's file. */
export interface Overlay {
  readonly module: string
  readonly reason: string
  readonly source: string
  /**
   * `extend` runs the real file first, where there is one, and then this source in the same namespace; `extension` stands in
   * for a compiled module, where a package has it. Otherwise the source takes the file's place, and the module always exists.
   */
  readonly mode?: 'extend' | 'extension'
  /** As in `HostModule`; only for overlays that replace. */
  readonly absent?: readonly string[]
}

/** Resolves a name that a package's own namespace lacks: how packages that import their files lazily are served. */
export type LazyPackage = (vm: Vm, module: PyModule, name: string) => Value | undefined

export interface Budget {
  /** Calls and loop iterations. */
  readonly steps: number
  /** Frames on the stack. */
  readonly depth: number
  readonly milliseconds: number
}

const defaultBudget: Budget = { steps: 50_000_000, depth: 900, milliseconds: 120_000 }

export interface VmOptions {
  readonly scope?: Scope
  readonly sources: SourceProvider
  /** Package → its folder (or, for a module that is one file, that file); a dotted name is one folder of a package of folders. */
  readonly roots: ReadonlyMap<string, string>
  /** The folder of a package that no root names and that an `import` asks for; undefined where it is not installed. */
  readonly findPackage?: ((name: string) => string | undefined) | undefined
  readonly hostModules: readonly HostModule[]
  readonly overlays: readonly Overlay[]
  /** Stand-ins for packages that count as absent, until an `import` that nothing guards asks for them. */
  readonly onRequest?: ReadonlyMap<string, readonly Overlay[]> | undefined
  readonly budget?: Partial<Budget>
  readonly lazyPackage?: LazyPackage
  readonly decisions?: Decisions | undefined
  /** Parsed and compiled files, to be shared by several runs over the same sources. */
  readonly programs?: Programs
}

export { stateKey, type StateKey } from './state.ts'

/** How often, in steps, the clock is looked at. */
const clockInterval = 1 << 14
/** Frames that an error shows. */
const shownFrames = 16

export class Vm {
  readonly scope: Scope
  readonly stack: Frame[] = []
  readonly importer: Importer
  readonly programs: Programs
  readonly budget: Budget
  /** What `print` wrote, piece by piece. */
  readonly output: string[] = []
  /** The exceptions whose `except` blocks are running, innermost last: what a bare `raise` raises again. */
  handling: PyException[] = []
  /** Where it is set: file → lines of the statements that ran. */
  coverage: Map<string, Set<number>> | undefined = undefined
  /** The path of the `nn.Module` that is running; set by the layer that knows modules. */
  modulePath: () => string | undefined = () => undefined
  /** What is to be taken for the values of tensors, by the line that reads them. */
  readonly decisions: Decisions | undefined
  /** Names that every module has. */
  readonly builtins: ReadonlyMap<string, Value>
  private readonly states = new Map<StateKey<unknown>, unknown>()
  private steps = 0
  private nextLook = clockInterval
  private readonly deadline: number
  /** The deepest frame so far: where the program was if JavaScript's own stack overflows. */
  private deepest: Frame | undefined = undefined
  private peak = 0

  constructor(options: VmOptions) {
    this.scope = options.scope ?? new Scope()
    this.scope.where = () => this.where()
    this.programs = options.programs ?? new Programs()
    this.decisions = options.decisions
    this.budget = { ...defaultBudget, ...options.budget }
    this.deadline = Date.now() + this.budget.milliseconds
    this.importer = new Importer(this, options)
    this.builtins = this.importer.builtins()
  }

  /** The run's state of a higher layer, made on first use. */
  state<T>(key: StateKey<T>): T {
    if (this.states.has(key)) return this.states.get(key) as T
    const made = key.make(this)
    this.states.set(key, made)
    return made
  }

  /** Counts a call or a loop iteration, or as many as `count` says. */
  tick(count = 1): void {
    this.steps += count
    if (this.steps >= this.nextLook) this.look()
  }

  get stepsTaken(): number {
    return this.steps
  }

  private look(): void {
    this.nextLook = this.steps + clockInterval
    if (this.steps > this.budget.steps) this.stop('budget-exceeded', `more than ${this.budget.steps} steps`)
    if (Date.now() > this.deadline) this.stop('budget-exceeded', `more than ${this.budget.milliseconds / 1000} seconds`)
  }

  /** Puts a frame on the stack; every `enter` is paired with a `leave` in a `finally`. */
  enter(frame: Frame): void {
    if (this.stack.length >= this.budget.depth)
      this.stop('budget-exceeded', `calls nested deeper than ${this.budget.depth}`)
    this.tick()
    if (this.stack.push(frame) <= this.peak) return
    this.peak = this.stack.length
    this.deepest = frame
  }

  leave(): void {
    this.stack.pop()
  }

  /** Notes that a statement runs. */
  reach(frame: Frame, line: number): void {
    if (this.coverage === undefined) return
    const file = frame.code.file.path
    const lines = this.coverage.get(file)
    if (lines === undefined) this.coverage.set(file, new Set([line]))
    else lines.add(line)
  }

  /** The innermost place in a source file; in what stands in for one only where nothing else is running. */
  where(): Span | undefined {
    const frame = this.stack.findLast(isSource) ?? this.stack.at(-1)
    return frame === undefined ? undefined : spanOf(frame)
  }

  /** The places of the frames on the stack, innermost last. */
  trace(): string[] {
    const frames = this.stack.some(isSource) ? this.stack.filter(isSource) : this.stack
    return frames.slice(-shownFrames).map((frame) => formatSpan(spanOf(frame)))
  }

  /** Raises a Python exception: `raise cls(message)`. */
  raise(cls: PyClass, message: string | readonly Value[]): never {
    const value = construct(this, cls, typeof message === 'string' ? [message] : message)
    if (!(value instanceof PyInstance)) return this.stop('internal', `${cls.name} did not make an exception`)
    return this.throw(value)
  }

  /** Raises an exception object. */
  throw(value: PyInstance): never {
    const current = this.handling.at(-1)?.value
    if (current !== undefined && current !== value) value.dict.set('__context__', current)
    throw new PyException(value, this.trace(), this.where())
  }

  /** Ends the analysis. */
  stop(code: ErrorCode, message: string, options: ErrorOptions = {}): never {
    const stack = this.trace()
    const span = options.span ?? this.where()
    const meant = span === undefined || code !== 'data-dependent-branch' ? undefined : this.decisions?.meantFor(span)
    const notes = [...(options.notes ?? []), ...(meant ?? []), ...this.stackNotes(stack)]
    const module = this.modulePath()
    const details = { ...options.details, stack, ...(module === undefined ? {} : { module }) }
    return raise(code, message, { span, hint: options.hint, notes, details })
  }

  /**
   * Runs host code at the edge of the machine: a Python exception that nobody caught, and JavaScript's own stack overflow,
   * become `AnalysisError`s; the stack is as it was before.
   */
  guard<T>(run: () => T): T {
    const depth = this.stack.length
    const handling = this.handling.length
    this.peak = depth
    try {
      return run()
    } catch (e) {
      throw isAnalysisError(e) ? e : this.asAnalysisError(e)
    } finally {
      this.stack.length = depth
      this.handling.length = handling
    }
  }

  private asAnalysisError(e: unknown): unknown {
    if (e instanceof PyException) return this.uncaught(e)
    if (!(e instanceof RangeError)) return e
    const deep = /call stack/i.test(e.message)
    const what = deep
      ? 'calls nested deeper than the machine’s own stack'
      : `a value too large to be made (${e.message})`
    const span = deep && this.deepest !== undefined ? spanOf(this.deepest) : undefined
    return caught(() => this.stop('budget-exceeded', what, { span }))
  }

  private uncaught(e: PyException): unknown {
    const name = e.value.cls.name
    const text = this.textOf(e.value)
    const notes = this.stackNotes(e.trace)
    return caught(() => raise('python-error', text === '' ? name : `${name}: ${text}`, { span: e.span, notes }))
  }

  /** `str(exception)`, unless that fails in its turn. */
  private textOf(value: Value): string {
    try {
      return str(this, value)
    } catch (e) {
      if (e instanceof PyException) return '<exception str() failed>'
      throw e
    }
  }

  private stackNotes(trace: readonly string[]): string[] {
    return trace.length <= 1 ? [] : ['called from:', ...trace.slice(0, -1).reverse()]
  }

  /** Runs text as a module of the given name and returns it. */
  runModuleText(name: string, text: string): PyModule {
    return this.guard(() => this.importer.define(name, text))
  }

  /** The value of a dotted name: the longest prefix that is a module, then attributes. */
  importName(name: string): Value {
    return this.guard(() => {
      const parts = name.split('.')
      let count = parts.length
      while (count > 1 && !this.importer.exists(parts.slice(0, count).join('.'))) count--
      const module = this.importer.get(parts.slice(0, count).join('.'))
      return parts.slice(count).reduce((value: Value, part) => getAttr(this, value, part), module)
    })
  }
}

function spanOf(frame: Frame): Span {
  return { file: frame.code.file.path, line: frame.line, inside: frame.code.qualname }
}

/** The error that a function throws. */
function caught(run: () => never): unknown {
  try {
    return run()
  } catch (e) {
    return e
  }
}

/** Whether a frame runs a file of the user's or of a library, not a stand-in of ours. */
function isSource(frame: Frame): boolean {
  return !frame.code.file.path.startsWith('<')
}
