// Arithmetic of formulas: sums, products and quotients of Laurent polynomials. A divisor with several terms that does
// not divide evenly stays as a `group` atom with a negative exponent; whatever it does divide is taken out at once.
import { raise } from '../text/index.ts'
import { leadingTerm, leadsNegative } from './order.ts'
import {
  applicationAtom,
  type Atom,
  Expr,
  type Monomial,
  powerOf,
  Sum,
  term,
  unit,
  variableAtom,
  zero,
} from './polynomial.ts'
import { addC, type Coef, coefOf, divC, gcdC, mulC, negC, powC, type Rational, signC } from './rational.ts'

/** A formula larger than this has run away: no cost of a model needs it. */
const MAX_TERMS = 20_000

export function constExpr(n: number | bigint | Rational): Expr {
  return term(unit, coefOf(n))
}

export const one = constExpr(1)

export function variableExpr(name: string): Expr {
  return term(powerOf(variableAtom(name), 1), 1)
}

export function atomExpr(atom: Atom): Expr {
  return term(powerOf(atom, 1), 1)
}

function scaleE(a: Expr, c: Coef): Expr {
  if (c === 1) return a
  if (signC(c) === 0) return zero
  const coefs = a.coefs.map((x) => mulC(x, c))
  return new Expr(a.monomials, coefs)
}

/** A single term; positive powers of groups are written out. */
export function termE(m: Monomial, c: Coef): Expr {
  const e = term(m, c)
  return e.grouped ? reduceGroups(e) : e
}

export function negE(a: Expr): Expr {
  return scaleE(a, -1)
}

export function addE(a: Expr, b: Expr): Expr {
  if (a.isZero) return b
  if (b.isZero) return a
  const sum = merge(a, b)
  return sum.grouped ? reduceGroups(sum) : sum
}

export function subE(a: Expr, b: Expr): Expr {
  return addE(a, negE(b))
}

/** Adds two sorted lists of terms. */
function merge(a: Expr, b: Expr): Expr {
  const monomials: Monomial[] = []
  const coefs: Coef[] = []
  let i = 0
  let j = 0
  while (i < a.monomials.length || j < b.monomials.length) {
    const x = a.monomials[i]
    const y = b.monomials[j]
    if (y === undefined || (x !== undefined && x.id < y.id)) {
      monomials.push(x as Monomial)
      coefs.push(a.coefs[i++] as Coef)
    } else if (x === undefined || y.id < x.id) {
      monomials.push(y)
      coefs.push(b.coefs[j++] as Coef)
    } else {
      const c = addC(a.coefs[i++] as Coef, b.coefs[j++] as Coef)
      if (signC(c) === 0) continue
      monomials.push(x)
      coefs.push(c)
    }
  }
  return new Expr(monomials, coefs)
}

export function mulE(a: Expr, b: Expr): Expr {
  const ca = a.constant
  if (ca !== undefined) return scaleE(b, ca)
  const cb = b.constant
  if (cb !== undefined) return scaleE(a, cb)
  if (a.monomials.length * b.monomials.length > MAX_TERMS) raise('budget-exceeded', 'a formula grew beyond all use')
  const product = expand(a, b)
  return product.grouped ? reduceGroups(product) : product
}

function expand(a: Expr, b: Expr): Expr {
  const sum = new Sum()
  for (let i = 0; i < a.monomials.length; i++) {
    const m = a.monomials[i] as Monomial
    const c = a.coefs[i] as Coef
    for (let j = 0; j < b.monomials.length; j++) {
      sum.add(m.times(b.monomials[j] as Monomial), mulC(c, b.coefs[j] as Coef))
    }
  }
  return sum.toExpr()
}

export function powE(a: Expr, k: number): Expr {
  if (!Number.isInteger(k)) raise('internal', `a formula has no power ${k}`)
  if (k < 0) return powE(inverse(a), -k)
  const only = a.single
  if (only !== undefined && !a.grouped) return term(only.monomial.power(k), powC(only.coef, k))
  let result = one
  for (let i = 0; i < k; i++) result = mulE(result, a)
  return result
}

export function divE(a: Expr, b: Expr): Expr {
  return mulE(a, inverse(b))
}

function inverse(e: Expr): Expr {
  if (e.isZero) raise('internal', 'division by zero in a formula')
  const { coef, monomial, primitive } = factorContent(e)
  let result = term(monomial.power(-1), divC(1, coef))
  if (primitive.constant === undefined) {
    result = expand(result, term(powerOf(applicationAtom('group', [primitive]), -1), 1))
  }
  return result.grouped ? reduceGroups(result) : result
}

/**
 * e = coef · monomial · primitive, where the primitive part has integer coefficients without common divisor, no
 * negative exponents, no common atom, no groups, and a positive leading coefficient.
 */
export function factorContent(e: Expr): { coef: Coef; monomial: Monomial; primitive: Expr } {
  const monomial = commonMonomial(e)
  let rest = e
  if (monomial !== unit) rest = expand(e, term(monomial.power(-1), 1))
  if (rest.grouped) {
    rest = expandGroups(rest)
    const further = commonMonomial(rest)
    if (further !== unit) {
      const inner = factorContent(rest)
      return { ...inner, monomial: monomial.times(inner.monomial) }
    }
  }
  const coef = content(rest)
  return { coef, monomial, primitive: coef === 1 ? rest : scaleE(rest, divC(1, coef)) }
}

/** The greatest monomial, exponents possibly negative, that divides every term leaving no negative exponent. */
function commonMonomial(e: Expr, groups = true): Monomial {
  const lowest = new Map<Atom, number>()
  const first = e.monomials[0]
  if (first === undefined) return unit
  for (const m of e.monomials) {
    for (let i = 0; i < m.atoms.length; i++) {
      const atom = m.atoms[i] as Atom
      const exponent = m.exponents[i] as number
      if (atom.kind === 'group' && !groups) continue
      lowest.set(atom, Math.min(lowest.get(atom) ?? (first.exponentOf(atom) === 0 ? 0 : exponent), exponent))
    }
  }
  let result = unit
  for (const [atom, exponent] of lowest) {
    const everywhere = exponent < 0 || e.monomials.every((m) => m.exponentOf(atom) !== 0)
    if (everywhere) result = result.times(powerOf(atom, exponent))
  }
  return result
}

/** The greatest common divisor of the coefficients, with the sign of the leading one. */
function content(e: Expr): Coef {
  if (e.isZero) return 1
  let result = e.coefs[0] as Coef
  for (const c of e.coefs) if (result !== 1 || typeof c !== 'number') result = gcdC(result, c)
  if (signC(result) < 0) result = negC(result)
  return leadsNegative(e) ? negC(result) : result
}

/** Replaces positive powers of groups by their polynomials. */
function expandGroups(e: Expr): Expr {
  let result = zero
  for (const [m, c] of e.terms()) {
    let part = term(m, c)
    for (const [i, atom] of m.atoms.entries()) {
      const exponent = m.exponents[i] as number
      if (atom.kind !== 'group' || exponent < 0) continue
      part = expand(term(m.without(atom), c), powE(atom.args[0] as Expr, exponent))
      part = expandGroups(part)
      break
    }
    result = merge(result, part)
  }
  return result
}

/** Expands groups with positive exponents and divides numerators by the groups they stand over, as far as that goes. */
function reduceGroups(e: Expr): Expr {
  let result = expandGroups(e)
  for (let changed = true; changed;) {
    changed = false
    for (const [atom, exponent] of groupPowers(result)) {
      const divisor = atom.kind === 'group' ? (atom.args[0] as Expr) : one
      const [over, rest] = partition(result, atom, exponent)
      // Divide what is left when the numerator's own divisors are set aside: (1 + y/x) / (x + y) is 1/x.
      const aside = commonMonomial(over, false)
      const { quotient, remainder } = divideOut(expand(over, term(aside.power(-1), 1)), divisor)
      if (quotient.isZero) continue
      result = merge(rest, expand(remainder, term(aside.times(powerOf(atom, exponent)), 1)))
      result = merge(result, expand(quotient, term(aside.times(powerOf(atom, exponent + 1)), 1)))
      changed = true
      break
    }
  }
  return result
}

/** Every power of a group that occurs, lowest exponents first. */
function groupPowers(e: Expr): [Atom, number][] {
  const found: [Atom, number][] = []
  for (const m of e.monomials) {
    for (const [i, atom] of m.atoms.entries()) {
      const exponent = m.exponents[i] as number
      if (atom.kind === 'group' && !found.some(([a, x]) => a === atom && x === exponent)) found.push([atom, exponent])
    }
  }
  return found.sort((a, b) => a[1] - b[1])
}

/** The terms with atom^exponent, that power removed, and all others. */
function partition(e: Expr, atom: Atom, exponent: number): [over: Expr, rest: Expr] {
  const over = new Sum()
  const rest = new Sum()
  for (const [m, c] of e.terms()) {
    if (m.exponentOf(atom) === exponent) over.add(m.without(atom), c)
    else rest.add(m, c)
  }
  return [over.toExpr(), rest.toExpr()]
}

/**
 * Multivariate division by a primitive polynomial: dividend = quotient · divisor + remainder, where no term of the
 * remainder is a multiple of the divisor's leading term.
 */
export function divideOut(dividend: Expr, divisor: Expr): { quotient: Expr; remainder: Expr } {
  const lead = leadingTerm(divisor)
  let quotient = zero
  let remainder = zero
  let rest = dividend
  while (!rest.isZero) {
    const t = leadingTerm(rest)
    const ratio = quotientMonomial(t.monomial, lead.monomial)
    if (ratio === undefined) {
      const moved = term(t.monomial, t.coef)
      remainder = merge(remainder, moved)
      rest = merge(rest, negE(moved))
      continue
    }
    const q = term(ratio, divC(t.coef, lead.coef))
    quotient = merge(quotient, q)
    rest = merge(rest, negE(expand(q, divisor)))
  }
  return { quotient, remainder }
}

/** a / b where b divides a without new negative exponents. */
function quotientMonomial(a: Monomial, b: Monomial): Monomial | undefined {
  for (let i = 0; i < b.atoms.length; i++) {
    if (a.exponentOf(b.atoms[i] as Atom) < (b.exponents[i] as number)) return undefined
  }
  return a.times(b.power(-1))
}
