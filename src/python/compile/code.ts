// Code objects: what a function, lambda, comprehension, class body or module is compiled to. A function's parameters,
// names and body are worked out when they are first needed, so one that is never called is never even parsed.
import type { SourceFile } from '../../text/index.ts'
import type { Code, FreePlace, Frame, ParameterAnnotation, Parameters } from '../code.ts'
import type { Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { Unit } from './compiler.ts'

export const noParameters: Parameters = {
  positional: [],
  positionalOnly: 0,
  keywordOnly: [],
  varArgs: undefined,
  varKwargs: undefined,
}

const noFreeNames: ReadonlyMap<string, FreePlace> = new Map()

export interface PlainCode {
  readonly name: string
  readonly qualname: string
  readonly line: number
  readonly endLine: number
  readonly localNames?: () => readonly string[]
  readonly docstring?: () => string | null
  readonly run: (vm: Vm, frame: Frame) => Value
}

/** Code without parameters of its own: modules, class bodies, comprehensions. */
export class BlockCode implements Code {
  readonly name: string
  readonly qualname: string
  readonly file: SourceFile
  readonly module: string
  readonly line: number
  readonly endLine: number
  readonly params = noParameters
  readonly isGenerator = false
  readonly isAsync = false
  readonly localNames: () => readonly string[]
  readonly freeNames = noFreeNames
  readonly annotations: readonly ParameterAnnotation[] = []
  readonly docstring: () => string | null
  readonly run: (vm: Vm, frame: Frame) => Value

  constructor(unit: Unit, block: PlainCode) {
    this.name = block.name
    this.qualname = block.qualname
    this.file = unit.file
    this.module = unit.module
    this.line = block.line
    this.endLine = block.endLine
    this.localNames = block.localNames ?? (() => [])
    this.docstring = block.docstring ?? (() => null)
    this.run = block.run
  }
}
