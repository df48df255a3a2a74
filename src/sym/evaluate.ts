// Exact evaluation: every operation on big integers and fractions, so a result is the formula's value and not near it.
import { raise } from '../text/index.ts'
import type { Application, Atom, Expr } from './polynomial.ts'
import {
  addC,
  type Coef,
  coefOf,
  compareC,
  divC,
  exact,
  floorC,
  mulC,
  negC,
  powC,
  type Rational,
  signC,
} from './rational.ts'

export type EnvValue = number | bigint | Rational
/** Values of variables by name. A fraction given as a number counts as its decimal text reads: 0.5, 0.1. */
export type Env = ReadonlyMap<string, EnvValue> | Readonly<Record<string, EnvValue>>

/** The formula's value: a big integer, or a `Rational` where it is none. */
export function evaluate(e: Expr, env: Env): bigint | Rational {
  const value = tryEvaluate(e, env)
  if (value === undefined) raise('internal', 'division by zero in a formula')
  return exact(value)
}

/** As `evaluate`, but undefined where it would divide by zero. */
export function tryEvaluate(e: Expr, env: Env): Coef | undefined {
  return valueOf(e, env, new Map())
}

function valueOf(e: Expr, env: Env, atoms: Map<Atom, Coef | undefined>): Coef | undefined {
  let sum: Coef = 0
  for (const [m, c] of e.terms()) {
    let product = c
    for (const [i, atom] of m.atoms.entries()) {
      let value = atoms.get(atom)
      if (value === undefined && !atoms.has(atom)) {
        value = atom.kind === 'variable' ? lookUp(atom.name, env) : applied(atom, env, atoms)
        atoms.set(atom, value)
      }
      const exponent = m.exponents[i] as number
      if (value === undefined || (exponent < 0 && signC(value) === 0)) return undefined
      product =
        exponent === 1
          ? mulC(product, value)
          : exponent === -1
            ? divC(product, value)
            : mulC(product, powC(value, exponent))
    }
    sum = addC(sum, product)
  }
  return sum
}

function applied(atom: Application, env: Env, atoms: Map<Atom, Coef | undefined>): Coef | undefined {
  const args: Coef[] = []
  for (const arg of atom.args) {
    const value = valueOf(arg, env, atoms)
    if (value === undefined) return undefined
    args.push(value)
  }
  const [first = 0] = args
  switch (atom.kind) {
    case 'floor':
      return floorC(first)
    case 'ceil':
      return negC(floorC(negC(first)))
    case 'max':
      return args.reduce((a, b) => (compareC(a, b) >= 0 ? a : b))
    case 'min':
      return args.reduce((a, b) => (compareC(a, b) <= 0 ? a : b))
    case 'group':
      return first
  }
}

export function lookUp(name: string, env: Env): Coef {
  const value =
    env instanceof Map
      ? (env as ReadonlyMap<string, EnvValue>).get(name)
      : own(env as Readonly<Record<string, EnvValue>>, name)
  if (value === undefined) return raise('unbound-parameter', `no value is given for {${name}}`)
  return coefOf(value)
}

function own(env: Readonly<Record<string, EnvValue>>, name: string): EnvValue | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}
