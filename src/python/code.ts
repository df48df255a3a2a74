// Compiled code: what `compile/` makes of a function's tree, and the frame it runs in.
import type { SourceFile } from '../text/index.ts'
import type { Annotation, PyFunction, PyModule, Value } from './values.ts'
import type { Vm } from './vm.ts'

/** An annotation of a parameter or of `return`; evaluated in the scope that a function made from the code closes over. */
export interface ParameterAnnotation {
  readonly name: string
  readonly text: string
  readonly evaluate: (vm: Vm, fn: PyFunction) => Value
}

export interface Parameters {
  /** Positional parameters in order, the first `positionalOnly` of which cannot be given by name. */
  readonly positional: readonly string[]
  readonly positionalOnly: number
  readonly keywordOnly: readonly string[]
  readonly varArgs: string | undefined
  readonly varKwargs: string | undefined
}

/** `depth` frames up, in slot `index`. */
export interface FreePlace {
  readonly depth: number
  readonly index: number
}

/** A function's code. The body is compiled when it is first called. */
export interface Code {
  readonly name: string
  readonly qualname: string
  readonly file: SourceFile
  /** Fully qualified name of the module it was read from. */
  readonly module: string
  readonly line: number
  readonly endLine: number
  readonly params: Parameters
  readonly isGenerator: boolean
  readonly isAsync: boolean
  /** Local names in slot order: parameters first (positional, keyword-only, *args, **kwargs), then other locals. */
  readonly localNames: () => readonly string[]
  /** Names of enclosing functions that the body uses, `__class__` behind `super()` among them, and where they live. */
  readonly freeNames: ReadonlyMap<string, FreePlace>
  /** Annotations of the parameters by name and of `return`, evaluated on demand. */
  readonly annotations: readonly ParameterAnnotation[]
  readonly docstring: () => string | null
  /**
   * Runs the body in a frame whose parameter slots are filled (by `object/call.ts`) and which is on the stack. A
   * generator's code returns its iterator at once; the iterator pushes and pops the frame around each step.
   */
  readonly run: (vm: Vm, frame: Frame) => Value
}

/** One activation: local slots, and the line being executed, as CPython 3.11 would report it. */
export class Frame {
  readonly slots: (Value | undefined)[]
  line: number
  /** What the `return` statement being carried out gives. */
  returned: Value = null
  constructor(
    slotCount: number,
    /** The frame this code closes over. */
    readonly parent: Frame | null,
    readonly code: Code,
    readonly globals: PyModule,
    readonly fn: PyFunction | null,
  ) {
    this.slots = new Array<Value | undefined>(slotCount)
    this.line = code.line
  }
}

/** The activation of a class body: its names live in a namespace; slot 0 holds the class once it is made. */
export class ClassFrame extends Frame {
  readonly namespace = new Map<string, Value>()
  readonly annotations: Annotation[] = []
}
