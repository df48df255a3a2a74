// Functions of formulas that no polynomial expresses: floor, ceil, max, min; and what follows a formula into their
// arguments: substitution and the variables that occur. Each has one canonical form: what is certainly an integer
// stands outside of floor and ceil, whose argument leads with a positive coefficient.
import { addE, atomExpr, divE, mulE, negE, one, powE, subE, termE } from './arithmetic.ts'
import { compareExprs, leadsNegative } from './order.ts'
import {
  type Application,
  applicationAtom,
  type Atom,
  type Expr,
  type Monomial,
  powerOf,
  Sum,
  term,
  unit,
  zero,
} from './polynomial.ts'
import { type Coef, commonDenominator, compareC, floorC, isInteger, negC } from './rational.ts'

/** Says whether a term is known to be an integer. */
export type IsIntegral = (m: Monomial, c: Coef) => boolean

/** Without further knowledge: whole multiples of products of floors and ceils. */
const certainlyIntegral: IsIntegral = (m, c) =>
  isInteger(c) && !m.divides && m.atoms.every((a) => a.kind === 'floor' || a.kind === 'ceil')

export function floorE(e: Expr, isIntegral: IsIntegral = certainlyIntegral): Expr {
  return round('floor', e, isIntegral)
}

export function ceilE(e: Expr, isIntegral: IsIntegral = certainlyIntegral): Expr {
  return round('ceil', e, isIntegral)
}

function round(kind: 'floor' | 'ceil', e: Expr, isIntegral: IsIntegral): Expr {
  const whole = new Sum()
  const rest = new Sum()
  for (const [m, c] of e.terms()) (m !== unit && isIntegral(m, c) ? whole : rest).add(m, c)
  let inner = rest.toExpr()
  const constant = inner.constant
  if (constant !== undefined) {
    whole.add(unit, kind === 'floor' ? floorC(constant) : negC(floorC(negC(constant))))
    return whole.toExpr()
  }
  const flipped = leadsNegative(subE(inner, term(unit, inner.coefOf(unit))))
  if (flipped) inner = negE(inner)
  const shift = floorC(inner.coefOf(unit))
  inner = subE(inner, term(unit, shift))
  const atom = applicationAtom(flipped === (kind === 'floor') ? 'ceil' : 'floor', [inner])
  const rounded = addE(atomExpr(atom), term(unit, shift))
  return addE(whole.toExpr(), flipped ? negE(rounded) : rounded)
}

export function maxE(...args: readonly Expr[]): Expr {
  return extremum('max', args)
}

export function minE(...args: readonly Expr[]): Expr {
  return extremum('min', args)
}

function extremum(kind: 'max' | 'min', args: readonly Expr[]): Expr {
  let bound: Coef | undefined
  const rest = new Map<string, Expr>()
  for (const arg of args.flatMap((a) => flatten(kind, a))) {
    const c = arg.constant
    if (c === undefined) rest.set(arg.key, arg)
    else if (bound === undefined || compareC(c, bound) > 0 === (kind === 'max')) bound = c
  }
  const sorted = [...rest.values()].sort(compareExprs)
  if (bound !== undefined) sorted.push(term(unit, bound))
  const [only] = sorted
  return sorted.length === 1 && only !== undefined ? only : atomExpr(applicationAtom(kind, sorted))
}

/** The arguments of a max inside a max. */
function flatten(kind: 'max' | 'min', e: Expr): readonly Expr[] {
  const only = e.single
  const [atom] = only?.monomial.atoms ?? []
  return only?.coef === 1 && only.monomial.degree === 1 && only.monomial.atoms.length === 1 && atom?.kind === kind
    ? atom.args
    : [e]
}

/** The function that an application atom stands for. */
function apply(atom: Application, args: readonly Expr[], isIntegral?: IsIntegral): Expr {
  const [first = zero] = args
  switch (atom.kind) {
    case 'floor':
      return floorE(first, isIntegral)
    case 'ceil':
      return ceilE(first, isIntegral)
    case 'max':
      return maxE(...args)
    case 'min':
      return minE(...args)
    case 'group':
      return first
  }
}

/**
 * Replaces variables by formulas, all at once. `isIntegral` lets floors of what has become an integer dissolve.
 */
export function substitute(e: Expr, replacements: ReadonlyMap<string, Expr>, isIntegral?: IsIntegral): Expr {
  const done = new Map<Atom, Expr>()
  const replace = (formula: Expr): Expr => {
    let result = zero
    const kept = new Sum()
    for (const [m, c] of formula.terms()) {
      const part = replaceTerm(m, c)
      if (part === undefined) kept.add(m, c)
      else result = addE(result, part)
    }
    return addE(result, kept.toExpr())
  }
  const replaceAtom = (atom: Atom): Expr => {
    let hit = done.get(atom)
    if (hit === undefined) {
      if (atom.kind === 'variable') hit = replacements.get(atom.name) ?? atomExpr(atom)
      else hit = apply(atom, atom.args.map(replace), isIntegral)
      done.set(atom, hit)
    }
    return hit
  }
  const replaceTerm = (m: Monomial, c: Coef): Expr | undefined => {
    if (m.plain && m.atoms.every((a) => a.kind === 'variable' && !replacements.has(a.name))) return undefined
    let above = term(unit, c)
    let below = one
    for (const [i, atom] of m.atoms.entries()) {
      const exponent = m.exponents[i] as number
      const value = replaceAtom(atom)
      if (exponent > 0) above = mulE(above, powE(value, exponent))
      else below = mulE(below, powE(value, -exponent))
    }
    return below === one ? above : divE(above, below)
  }
  return replace(e)
}

/** The names of the variables in a formula, arguments of functions included, in alphabetical order. */
export function variablesOf(e: Expr): readonly string[] {
  const names = new Set<string>()
  const visit = (formula: Expr): void => {
    for (const m of formula.monomials) {
      for (const atom of m.atoms) {
        if (atom.kind === 'variable') names.add(atom.name)
        else atom.args.forEach(visit)
      }
    }
  }
  visit(e)
  return [...names].sort()
}

/** A formula over its common denominator: formula = over / under, where `over` has integer coefficients and no divisors. */
export function overCommonDenominator(e: Expr): { over: Expr; under: Expr } {
  let below: Monomial = unit
  for (const m of e.monomials) {
    for (const [i, atom] of m.atoms.entries()) {
      const missing = -(m.exponents[i] as number) - below.exponentOf(atom)
      if (missing > 0 && (m.exponents[i] as number) < 0) below = below.times(powerOf(atom, missing))
    }
  }
  const multiple = commonDenominator(e.coefs)
  return { over: mulE(e, term(below, multiple)), under: termE(below, multiple) }
}
