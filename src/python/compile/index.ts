// Compiles modules. The statements of a file are compiled as the module runs; functions when they are first called.
import type { SourceFile } from '../../text/index.ts'
import type { Code, Frame } from '../code.ts'
import { parseLazily, parseWhole, type StatementNode } from '../parse/index.ts'
import type { Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import { BlockCode } from './code.ts'
import { Compiler, type Evaluate, type Execute, type Unit } from './compiler.ts'
import { docstringOf } from './functions.ts'
import { collectBindings, NameScope } from './scope.ts'
import { tables } from './tables.ts'

function moduleScope(body: readonly StatementNode[]): NameScope {
  const scope = new NameScope('module', null, '', null)
  collectBindings(body, scope)
  return scope
}

function isPostponed(body: readonly StatementNode[]): boolean {
  return body.some(
    (s) => s.nodeType === 'ImportFrom' && s.module === '__future__' && s.names.some((n) => n.name === 'annotations'),
  )
}

/** The code of a module's top level. Its file is read when the code is first used. */
export function compileModule(file: SourceFile, module: string): Code {
  let body: readonly StatementNode[] | undefined
  let block: Execute | undefined
  const statements = (): readonly StatementNode[] => (body ??= parseLazily(file))
  const run = (vm: Vm, frame: Frame): Value => {
    block ??= compileTopLevel({ file, module, postponed: isPostponed(statements()) }, statements())
    block(vm, frame)
    return null
  }
  const unit: Unit = { file, module, postponed: false }
  const docstring = (): string | null => docstringOf(statements())
  return new BlockCode(unit, {
    name: '<module>',
    qualname: '<module>',
    line: 1,
    endLine: file.lineCount,
    docstring,
    run,
  })
}

function compileTopLevel(unit: Unit, body: readonly StatementNode[]): Execute {
  return new Compiler(unit, moduleScope(body), tables).block(body)
}

/** The names that a file binds at its top level. */
export function topLevelNames(file: SourceFile): readonly string[] {
  return [...moduleScope(parseLazily(file)).bound]
}

/** Parses and compiles everything in a file, so that any syntax error in it is reported. */
export function checkModule(file: SourceFile, module: string): void {
  const body = parseWhole(file)
  const rest: (() => void)[] = []
  compileTopLevel({ file, module, postponed: isPostponed(body), rest }, body)
  for (let compile = rest.pop(); compile !== undefined; compile = rest.pop()) compile()
}

/** An expression given as text, to be evaluated in a module. */
export function compileExpression(file: SourceFile, module: string): Evaluate {
  const [only, more] = parseWhole(file)
  const compiler = new Compiler({ file, module, postponed: false }, new NameScope('module', null, '', null), tables)
  if (only?.nodeType !== 'Expr' || more !== undefined)
    return compiler.syntaxError('expected one expression', { lineno: 1, col_offset: 0 })
  return compiler.expression(only.value)
}
