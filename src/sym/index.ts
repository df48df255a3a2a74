// Integer algebra, the formula language and its evaluators. `Int` is a Python integer that may depend on variables,
// `Expr` a formula, `Scope` one run's variables and assumptions.
export { Rational } from './rational.ts'
export { Expr } from './polynomial.ts'
export { addE, constExpr, divE, mulE, negE, powE, subE, variableExpr } from './arithmetic.ts'
export { ceilE, floorE, maxE, minE, substitute, variablesOf } from './functions.ts'
export { isLinear, termDegrees, type TermDegree } from './degree.ts'
export { print, type PrintOptions } from './print.ts'
export { parse } from './parse.ts'
export { type Env, type EnvValue, evaluate, tryEvaluate } from './evaluate.ts'
export { compile, type CompiledFormulas } from './compile.ts'
export {
  type Assumption,
  type Condition,
  conditionText,
  holds,
  known as knownCondition,
  minimised,
  type Operator,
  parseCondition,
  variablesIn,
  simplified,
  teach,
} from './assumption.ts'
export { type Comparison, type Minimum, Prover } from './prover.ts'
export { intOfFormula } from './formula.ts'
export { belowMinimum, type Int, Scope, SymInt, type VariableInfo, type VariableOptions } from './scope.ts'
export {
  abs,
  add,
  ceilInt,
  eq,
  exprOf,
  floorDiv,
  floorInt,
  gcd,
  ge,
  gt,
  hint,
  hintNumber,
  known,
  le,
  lt,
  max,
  min,
  mod,
  mul,
  ne,
  neg,
  pin,
  pow,
  prod,
  roundInt,
  sub,
  sum,
} from './int.ts'
