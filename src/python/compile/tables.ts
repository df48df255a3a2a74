// The tables of the compiler: what each kind of node compiles to.
import type { Located, Node } from '../parse/index.ts'
import { attribute, sliceOf, subscript } from './access.ts'
import { callExpression } from './calls.ts'
import { classDefinition } from './classes.ts'
import {
  unsupported,
  type Compiler,
  type Evaluate,
  type Execute,
  type ExpressionTable,
  type StatementTable,
  type Tables,
} from './compiler.ts'
import { dictComprehension, generatorExpression, listComprehension, setComprehension } from './comprehensions.ts'
import { constantValue } from './constants.ts'
import { forStatement, ifStatement, tryStatement, whileStatement, withStatement } from './control.ts'
import { dictDisplay, formattedString, listDisplay, setDisplay, tupleDisplay } from './displays.ts'
import { functionDefinition, lambda } from './functions.ts'
import { importFrom, importStatement } from './imports.ts'
import { matchStatement } from './match.ts'
import { loadName, storeName } from './names.ts'
import { binary, boolean, comparison, conditional, unary } from './operators.ts'
import {
  annotatedAssignment,
  assertStatement,
  assignment,
  augmentedAssignment,
  deleteStatement,
  expressionStatement,
  raiseStatement,
  returnStatement,
} from './simple.ts'

const refused =
  (what: string) =>
  (_c: Compiler, node: Located): (() => never) =>
    unsupported(what, node)

function namedExpression(c: Compiler, node: Node<'NamedExpr'>): Evaluate {
  const value = c.expression(node.value)
  if (node.target.nodeType !== 'Name') return c.syntaxError('cannot use assignment expressions with this', node)
  const store = storeName(c, node.target.id)
  return (vm, frame) => {
    const v = value(vm, frame)
    store(vm, frame, v)
    return v
  }
}

const expressions: ExpressionTable = {
  Constant: (c, node) => {
    const v = constantValue(c, node)
    return () => v
  },
  Name: (c, node) => loadName(c, node.id, node.lineno),
  Attribute: attribute,
  Subscript: subscript,
  Slice: sliceOf,
  Call: callExpression,
  BinOp: binary,
  UnaryOp: unary,
  BoolOp: boolean,
  Compare: comparison,
  IfExp: conditional,
  NamedExpr: namedExpression,
  Lambda: lambda,
  Tuple: tupleDisplay,
  List: listDisplay,
  Set: setDisplay,
  Dict: dictDisplay,
  JoinedStr: formattedString,
  ListComp: listComprehension,
  SetComp: setComprehension,
  DictComp: dictComprehension,
  GeneratorExp: generatorExpression,
  FormattedValue: refused('a formatted value on its own'),
  Starred: (c, node) => c.syntaxError("can't use starred expression here", node),
  Yield: (c, node) => c.syntaxError("'yield' outside function", node),
  YieldFrom: (c, node) => c.syntaxError("'yield' outside function", node),
  Await: refused('await'),
  TemplateStr: refused('a template string'),
  Interpolation: refused('a template string'),
}

function nonlocalStatement(c: Compiler, node: Node<'Nonlocal'>): undefined {
  if (c.scope.kind === 'module') return c.syntaxError('nonlocal declaration not allowed at module level', node)
  const unbound = node.names.find((name) => !c.scope.hasEnclosing(c.scope.mangle(name)))
  return unbound === undefined ? undefined : c.syntaxError(`no binding for nonlocal '${unbound}' found`, node)
}

const breakLoop: Execute = () => 'break'
const continueLoop: Execute = () => 'continue'

const statements: StatementTable = {
  Expr: expressionStatement,
  Assign: assignment,
  AnnAssign: annotatedAssignment,
  AugAssign: augmentedAssignment,
  Return: returnStatement,
  Raise: raiseStatement,
  Assert: assertStatement,
  Delete: deleteStatement,
  If: ifStatement,
  For: forStatement,
  While: whileStatement,
  Try: tryStatement,
  With: withStatement,
  Match: matchStatement,
  FunctionDef: functionDefinition,
  AsyncFunctionDef: functionDefinition,
  ClassDef: classDefinition,
  Import: importStatement,
  ImportFrom: importFrom,
  Break: (c, node) => (c.inLoop ? breakLoop : c.syntaxError("'break' outside loop", node)),
  Continue: (c, node) => (c.inLoop ? continueLoop : c.syntaxError("'continue' not properly in loop", node)),
  Pass: () => undefined,
  Global: () => undefined,
  Nonlocal: nonlocalStatement,
  Comment: () => undefined,
  AsyncFor: refused('async for'),
  AsyncWith: refused('async with'),
  TryStar: refused('except*'),
  TypeAlias: refused('a type statement'),
}

export const tables: Tables = { expressions, statements }
