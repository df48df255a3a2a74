// Compiles syntax trees to closures, as one walks the tree once and then only runs functions: each node becomes a
// function of the machine and the frame. What a node compiles to is a row of a table by the kind of node.
import type { SourceFile } from '../../text/index.ts'
import { raise } from '../../text/index.ts'
import type { Frame } from '../code.ts'
import type { ExpressionNode, Located, Node, StatementNode } from '../parse/index.ts'
import type { Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { NameScope } from './scope.ts'

/** How a statement ended, where it did not just run through. */
export type Signal = 'break' | 'continue' | 'return' | undefined

export type Evaluate = (vm: Vm, frame: Frame) => Value
export type Execute = (vm: Vm, frame: Frame) => Signal
export type Store = (vm: Vm, frame: Frame, value: Value) => void

/** What the compiled code of a file shares. */
export interface Unit {
  readonly file: SourceFile
  readonly module: string
  /** `from __future__ import annotations`: annotations are their text. */
  readonly postponed: boolean
  /** When a whole file is checked: what is left to be compiled. */
  readonly rest?: (() => void)[]
}

export type ExpressionTable = {
  readonly [K in ExpressionNode['nodeType']]: (c: Compiler, node: Node<K>) => Evaluate
}

export type StatementTable = {
  readonly [K in StatementNode['nodeType']]: (c: Compiler, node: Node<K>) => Execute | undefined
}

export interface Tables {
  readonly expressions: ExpressionTable
  readonly statements: StatementTable
}

/**
 * Lexically inside the body of a `try`: imports are carried out at once, so that `except ImportError` sees them. Where
 * whatever is caught there is raised again, what is imported is needed, as it is outside of a `try`.
 */
export type Tried = false | 'perhaps' | 'needed'

/** The context that a node is compiled in. */
export class Compiler {
  constructor(
    readonly unit: Unit,
    readonly scope: NameScope,
    private readonly tables: Tables,
    readonly inTry: Tried = false,
    /** Expressions whose value has been worked out already (around a `yield`). */
    private readonly ready: ReadonlyMap<ExpressionNode, Evaluate> = noneReady,
    readonly inLoop: boolean = false,
  ) {}

  in(scope: NameScope): Compiler {
    return new Compiler(this.unit, scope, this.tables)
  }

  try(kind: Exclude<Tried, false>): Compiler {
    if (this.inTry !== false) return this
    return new Compiler(this.unit, this.scope, this.tables, kind, this.ready, this.inLoop)
  }

  loop(): Compiler {
    return this.inLoop ? this : new Compiler(this.unit, this.scope, this.tables, this.inTry, this.ready, true)
  }

  with(ready: ReadonlyMap<ExpressionNode, Evaluate>): Compiler {
    return new Compiler(this.unit, this.scope, this.tables, this.inTry, ready, this.inLoop)
  }

  isReady(node: ExpressionNode): boolean {
    return this.ready.has(node)
  }

  expression(node: ExpressionNode): Evaluate {
    const ready = this.ready.get(node)
    if (ready !== undefined) return ready
    const row = this.tables.expressions[node.nodeType] as (c: Compiler, node: ExpressionNode) => Evaluate
    return row(this, node)
  }

  optional(node: ExpressionNode | null | undefined): Evaluate {
    return node === null || node === undefined ? none : this.expression(node)
  }

  /** Undefined for statements that do nothing. */
  statement(node: StatementNode): Execute | undefined {
    const row = this.tables.statements[node.nodeType] as (c: Compiler, node: StatementNode) => Execute | undefined
    return row(this, node)
  }

  /** A suite. */
  block(nodes: readonly StatementNode[]): Execute {
    const steps: Execute[] = []
    for (const node of nodes) {
      const step = this.statement(node)
      if (step !== undefined) steps.push(withCoverage(step, node.lineno))
    }
    const [first, second] = steps
    if (first === undefined) return () => undefined
    if (second === undefined) return first
    const count = steps.length
    return (vm, frame) => {
      for (let i = 0; i < count; i++) {
        const signal = (steps[i] as Execute)(vm, frame)
        if (signal !== undefined) return signal
      }
      return undefined
    }
  }

  syntaxError(message: string, node: Located): never {
    const { file } = this.unit
    raise('syntax-error', message, { span: { file: file.path, line: node.lineno, column: node.col_offset } })
  }
}

const noneReady: ReadonlyMap<ExpressionNode, Evaluate> = new Map()

export const none: Evaluate = () => null

function withCoverage(step: Execute, line: number): Execute {
  return (vm, frame) => {
    if (vm.coverage !== undefined) vm.reach(frame, line)
    return step(vm, frame)
  }
}

/** Something that Python can and this interpreter cannot; it stops the run when it is reached, not before. */
export function unsupported(what: string, node: Located): () => never {
  const { lineno } = node
  return ((vm: Vm, frame: Frame) => {
    frame.line = lineno
    vm.stop('unsupported-syntax', `${what} is not interpreted`)
  }) as () => never
}
