// What can be said about the sign of a formula. Every variable is at least its minimum (2 unless declared otherwise):
// write x = minimum + x', clear divisors, expand, and look at the signs of the coefficients. Floors and the like enter
// with their bounds. What has been assumed so far helps too: a formula is non-negative if it exceeds a multiple of one
// that is. All answers are sets of signs that remain possible, so "unknown" is just all three.
import { addE, constExpr, divE, factorContent, mulE, negE, subE } from './arithmetic.ts'
import { overCommonDenominator } from './functions.ts'
import { type Application, type Atom, type Expr, type Monomial, powerOf, Sum, term, unit, zero } from './polynomial.ts'
import {
  type Coef,
  coefOf,
  compareC,
  denominator,
  divC,
  floorC,
  isInteger,
  mulC,
  negC,
  powC,
  signC,
} from './rational.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** A set of signs, as bits. */
export type Signs = number
export const NEGATIVE = 1
export const ZERO = 2
export const POSITIVE = 4
const ANY = NEGATIVE | ZERO | POSITIVE

const accepted: Record<Comparison, Signs> = {
  '==': ZERO,
  '!=': NEGATIVE | POSITIVE,
  '<': NEGATIVE,
  '<=': NEGATIVE | ZERO,
  '>': POSITIVE,
  '>=': ZERO | POSITIVE,
}

/** Is `difference op 0` true, false, or open, given the signs the difference may have? */
export function decide(op: Comparison, signs: Signs): boolean | undefined {
  const rest = signs & accepted[op]
  return rest === signs ? true : rest === 0 ? false : undefined
}

/** A strict comparison where that says the same of a difference which can have only the signs given. */
export function strictest(op: Comparison, signs: Signs): Comparison {
  const left = signs & accepted[op]
  return left === POSITIVE ? '>' : left === NEGATIVE ? '<' : op
}

const signBit = (c: Coef): Signs => [NEGATIVE, ZERO, POSITIVE][signC(c) + 1] as Signs
const flip = (s: Signs): Signs => (s & ZERO) | (s & NEGATIVE ? POSITIVE : 0) | (s & POSITIVE ? NEGATIVE : 0)

function multiply(a: Signs, b: Signs): Signs {
  let result = 0
  if ((a | b) & ZERO) result |= ZERO
  if (a & POSITIVE) result |= b
  if (a & NEGATIVE) result |= flip(b)
  return a === 0 || b === 0 ? 0 : result
}

/** Terms that one question may expand to in all: beyond, an assumption is cheaper than a proof. */
const MAX_EXPANDED = 20_000
const MAX_DEPTH = 4
const MAX_FACTS = 400

export interface Minimum {
  readonly least: Coef
  /** Not restricted to integers (bytes of an element). */
  readonly real: boolean
}

export class Prover {
  private readonly plainSigns: Map<string, Signs>
  private readonly factSigns: Map<string, { version: number; signs: Signs }>
  private readonly lowers: Map<Atom, Coef | undefined>
  /** The least that atoms were assumed to be. */
  private readonly raised: Map<Atom, Coef>
  /** Primitive polynomials known to be ≥ 0. */
  private readonly atLeastZero: Map<string, Expr>
  /** Primitive polynomials known to differ from 0. */
  private readonly notZero: Set<string>
  private readonly integralTerms: { monomial: Monomial; coef: Coef }[]
  private readonly integralSums: Expr[]
  private version: number
  /** Terms expanded for the present question. */
  private expanded = 0

  /** @param like a prover whose facts are taken over */
  constructor(
    private readonly minimums: ReadonlyMap<string, Minimum>,
    like?: Prover,
  ) {
    this.plainSigns = new Map(like?.plainSigns)
    this.factSigns = new Map(like?.factSigns)
    this.lowers = new Map(like?.lowers)
    this.raised = new Map(like?.raised)
    this.atLeastZero = new Map(like?.atLeastZero)
    this.notZero = new Set(like?.notZero)
    this.integralTerms = [...(like?.integralTerms ?? [])]
    this.integralSums = [...(like?.integralSums ?? [])]
    this.version = like?.version ?? 0
  }

  /** A prover that knows the same and learns for itself. */
  fork(): Prover {
    return new Prover(this.minimums, this)
  }

  /** The signs that a formula may have. */
  signs(e: Expr): Signs {
    this.expanded = 0
    return this.signsAt(e, 0)
  }

  private signsAt(e: Expr, depth: number): Signs {
    const constant = e.constant
    if (constant !== undefined) return signBit(constant)
    const { coef, monomial, primitive } = factorContent(e)
    const outer = multiply(signBit(coef), this.monomialSigns(monomial, depth))
    return multiply(outer, this.primitiveSigns(primitive, depth))
  }

  /** Is a formula known not to be negative? */
  isNonNegative(e: Expr): boolean {
    return decide('>=', this.signs(e)) === true
  }

  /** Is every term known not to be negative? */
  isPlainlyPositive(e: Expr): boolean {
    return (
      e.coefs.every((c) => signC(c) > 0) && e.monomials.every((m) => decide('>=', this.monomialSigns(m, 0)) === true)
    )
  }

  /** Is a product of powers positive, wherever it is defined? */
  isPositive(m: Monomial): boolean {
    return this.monomialSigns(m, 0) === POSITIVE
  }

  private monomialSigns(m: Monomial, depth: number): Signs {
    let result: Signs = POSITIVE
    for (const [i, atom] of m.atoms.entries()) {
      const exponent = m.exponents[i] as number
      let signs = this.atomSigns(atom, depth)
      if (exponent < 0) signs &= ~ZERO
      if (exponent % 2 === 0 && signs & NEGATIVE) signs = (signs & ~NEGATIVE) | POSITIVE
      result = multiply(result, signs)
    }
    return result
  }

  private atomSigns(atom: Atom, depth: number): Signs {
    if (atom.kind === 'group') return this.signsAt(atom.args[0] as Expr, depth + 1)
    const lower = this.lower(atom, depth)
    if (lower === undefined) return ANY
    return signC(lower) > 0 ? POSITIVE : ZERO | POSITIVE
  }

  private primitiveSigns(p: Expr, depth: number): Signs {
    const constant = p.constant
    if (constant !== undefined) return signBit(constant)
    let plain = this.plainSigns.get(p.key)
    if (plain === undefined) {
      plain = this.expandedSigns(p, depth)
      if (depth === 0) this.plainSigns.set(p.key, plain)
    }
    if (isDefinite(plain) || this.version === 0) return plain
    const hit = this.factSigns.get(p.key)
    if (hit !== undefined && hit.version === this.version) return hit.signs
    const signs = this.narrow(p, plain)
    this.factSigns.set(p.key, { version: this.version, signs })
    return signs
  }

  /** Signs by expansion around the minimums and by the bounds of functions. */
  private expandedSigns(p: Expr, depth: number): Signs {
    let signs = this.shiftedSigns(p, depth)
    if (isDefinite(signs) || depth >= MAX_DEPTH || this.expanded > MAX_EXPANDED) return signs
    if (p.monomials.every((m) => m.plain)) return signs
    for (const bound of this.bounds(p, depth)) signs &= atLeast(this.signsAt(bound, depth + 1))
    for (const bound of this.bounds(negE(p), depth)) signs &= flip(atLeast(this.signsAt(bound, depth + 1)))
    return signs
  }

  /** Substitutes atom = least + atom' for every atom and reads the signs off the coefficients. */
  private shiftedSigns(p: Expr, depth: number): Signs {
    if (topSigns(p) === (NEGATIVE | POSITIVE)) return ANY
    let result = p
    const atoms = new Set(p.monomials.flatMap((m) => m.atoms))
    for (const atom of atoms) {
      const least = this.lower(atom, depth)
      if (least === undefined) return ANY
      if (signC(least) !== 0) result = shift(result, atom, least)
      this.expanded += result.monomials.length
      if (this.expanded > MAX_EXPANDED) return ANY
    }
    return coefficientSigns(result)
  }

  /** A constant that an atom is never less than; undefined where none ≥ 0 is known. */
  private lower(atom: Atom, depth: number): Coef | undefined {
    const raised = this.raised.get(atom)
    if (atom.kind === 'variable') return raised ?? this.minimums.get(atom.name)?.least ?? 2
    if (this.lowers.has(atom)) return this.lowers.get(atom)
    const own = depth < MAX_DEPTH ? this.lowerOf(atom, depth + 1) : undefined
    const result = raised === undefined || (own !== undefined && compareC(own, raised) > 0) ? own : raised
    if (depth === 0) this.lowers.set(atom, result)
    return result
  }

  private lowerOf(atom: Application, depth: number): Coef | undefined {
    if (atom.kind === 'group') return undefined
    const args = atom.args.map((arg) => this.lowerOfExpr(arg, depth, atom.kind === 'ceil'))
    const known = args.filter((a) => a !== undefined)
    if (known.length === 0) return undefined
    if (atom.kind === 'max') return known.reduce((a, b) => (compareC(a, b) > 0 ? a : b))
    return known.length === args.length ? known.reduce((a, b) => (compareC(a, b) < 0 ? a : b)) : undefined
  }

  /** @param up the formula is rounded up, so exceeding k - 1 is enough */
  private lowerOfExpr(e: Expr, depth: number, up: boolean): Coef | undefined {
    const constant = e.constant
    if (constant !== undefined) return signC(constant) >= 0 ? constant : undefined
    const reaches = (k: number): boolean | undefined =>
      up
        ? decide('>', this.signsAt(subE(e, constExpr(k - 1)), depth))
        : decide('>=', this.signsAt(subE(e, constExpr(k)), depth))
    return [2, 1, 0].find((k) => reaches(k) === true)
  }

  /** Formulas never greater than p, made by replacing functions by their bounds. */
  private bounds(p: Expr, depth: number): Expr[] {
    let results: Expr[] = [zero]
    for (const [m, c] of p.terms()) {
      const replaced = this.termBounds(m, c, depth)
      if (replaced.length === 0 || replaced.length * results.length > 8) return []
      results = results.flatMap((r) => replaced.map((t) => addE(r, t)))
    }
    return results
  }

  private termBounds(m: Monomial, c: Coef, depth: number): Expr[] {
    const i = m.atoms.findIndex((a) => a.kind !== 'variable')
    if (i < 0) return [term(m, c)]
    const atom = m.atoms[i] as Application
    const rest = m.without(atom)
    if (m.exponents[i] !== 1 || !decide('>=', this.monomialSigns(rest, depth))) return []
    const factor = term(rest, c)
    const candidates = signC(c) > 0 ? this.below(atom) : this.above(atom)
    return candidates.map((bound) => mulE(factor, bound))
  }

  private below(atom: Application): readonly Expr[] {
    const arg = atom.args[0] as Expr
    if (atom.kind === 'floor') return [subE(arg, this.gap(arg))]
    if (atom.kind === 'ceil') return [arg]
    return atom.kind === 'max' ? atom.args : []
  }

  private above(atom: Application): readonly Expr[] {
    const arg = atom.args[0] as Expr
    if (atom.kind === 'ceil') return [addE(arg, this.gap(arg))]
    if (atom.kind === 'floor') return [arg]
    return atom.kind === 'min' ? atom.args : []
  }

  /** How far a formula can be from the integer that floor or ceil makes of it: 1 - 1/d for an integer over d. */
  private gap(e: Expr): Expr {
    const { over, under } = overCommonDenominator(e)
    const [m] = under.monomials
    const countable = m !== undefined && m.plain && over.monomials.every((x) => this.integralAtoms(x))
    return countable ? subE(constExpr(1), divE(constExpr(1), under)) : constExpr(1)
  }

  private integralAtoms(m: Monomial): boolean {
    return (
      !m.divides &&
      m.atoms.every((a) => (a.kind === 'variable' ? !this.isReal(a) : a.kind === 'floor' || a.kind === 'ceil'))
    )
  }

  private isReal(atom: Atom): boolean {
    return atom.kind === 'variable' && this.minimums.get(atom.name)?.real === true
  }

  // Facts: what was assumed.

  /** Narrows the signs of a primitive polynomial by what has been assumed. */
  private narrow(p: Expr, signs: Signs): Signs {
    let result = signs
    if (this.notZero.has(p.key)) result &= ~ZERO
    const negated = negE(p)
    for (const fact of this.atLeastZero.values()) {
      if (isDefinite(result)) break
      result &= this.exceeds(p, fact)
      result &= flip(this.exceeds(negated, fact))
    }
    return result
  }

  /** Signs of p given that fact ≥ 0: if p - m·fact is non-negative for some monomial m, so is p. */
  private exceeds(p: Expr, fact: Expr): Signs {
    const tried = new Set<string>()
    for (const [m, c] of p.terms()) {
      if (signC(c) > 0) continue
      for (const [n, d] of fact.terms()) {
        if (signC(d) > 0) continue
        const ratio = m.times(n.power(-1))
        const multiple = term(ratio, divC(c, d))
        if (ratio.divides || tried.has(multiple.key)) continue
        tried.add(multiple.key)
        const rest = subE(p, mulE(multiple, fact))
        const signs = rest.isZero ? ZERO : this.shiftedSigns(rest, MAX_DEPTH)
        if (decide('>=', signs)) return rest.isZero ? ZERO | POSITIVE : atLeast(signs)
      }
    }
    return ANY
  }

  /** Takes `difference op 0` for true. `whole`: the difference is an integer. */
  assume(op: Comparison, difference: Expr, whole: boolean): void {
    if (op === '!=') this.notZero.add(factorContent(difference).primitive.key)
    this.version++
    const allowed = accepted[op]
    const signs = this.signs(difference) & allowed
    const steps = whole && !difference.monomials.some((m) => m.atoms.some((a) => this.isReal(a)))
    if (decide('>=', signs)) this.learn(difference, steps && decide('>', signs) === true)
    if (decide('<=', signs)) this.learn(negE(difference), steps && decide('<', signs) === true)
  }

  private learn(nonNegative: Expr, strict: boolean): void {
    const e = strict ? subE(nonNegative, constExpr(1)) : nonNegative
    if (e.constant !== undefined || this.atLeastZero.size >= MAX_FACTS) return
    const { coef, monomial, primitive } = factorContent(e)
    const outer = multiply(signBit(coef), this.monomialSigns(monomial, 0))
    const fact = outer === POSITIVE ? primitive : outer === NEGATIVE ? negE(primitive) : undefined
    if (fact === undefined) return
    if (!this.raise(fact)) this.atLeastZero.set(fact.key, fact)
    this.version++
  }

  /** Has an atom start from the constant that a fact compares it with; false where the fact says something else. */
  private raise(fact: Expr): boolean {
    const [m, ...others] = fact.monomials.filter((x) => x !== unit)
    const [atom] = m?.atoms ?? []
    if (m === undefined || atom === undefined || others.length > 0 || m.degree !== 1) return false
    if (m.divides || m.atoms.length > 1 || atom.kind === 'group' || signC(fact.coefOf(m)) < 0) return false
    const least = divC(negC(fact.coefOf(unit)), fact.coefOf(m))
    if (signC(least) < 0) return false
    const known = this.lower(atom, 0)
    if (known !== undefined && compareC(known, least) >= 0) return true
    this.raised.set(atom, this.integralAtoms(m) ? negC(floorC(negC(least))) : least)
    this.lowers.clear()
    this.plainSigns.clear()
    return true
  }

  /** Takes a quotient for an integer. */
  assumeIntegral(quotient: Expr): void {
    const only = quotient.single
    if (only === undefined) this.integralSums.push(quotient)
    else this.integralTerms.push(only)
    if (this.signs(quotient) === POSITIVE) this.learn(quotient, true)
  }

  /** Is a term an integer: integers times what is known to be integral? */
  isIntegralTerm(m: Monomial, c: Coef, depth = 0): boolean {
    if (isInteger(c) && this.integralAtoms(m)) return true
    if (depth >= MAX_DEPTH) return false
    return this.integralTerms.some((t) => {
      const rest = m.times(t.monomial.power(-1))
      return (
        complexity(rest, divC(c, t.coef)) < complexity(m, c) && this.isIntegralTerm(rest, divC(c, t.coef), depth + 1)
      )
    })
  }

  /** Is a formula known to be an integer? */
  isIntegral(e: Expr): boolean {
    const rest = new Sum()
    for (const [m, c] of e.terms()) if (!this.isIntegralTerm(m, c)) rest.add(m, c)
    const open = rest.toExpr()
    return open.isZero || this.integralSums.some((known) => this.isMultiple(open, known) || this.isMultiple(e, known))
  }

  private isMultiple(e: Expr, known: Expr): boolean {
    const a = factorContent(e)
    const b = factorContent(known)
    return (
      a.primitive.key === b.primitive.key &&
      this.isIntegralTerm(a.monomial.times(b.monomial.power(-1)), divC(a.coef, b.coef))
    )
  }
}

function isDefinite(signs: Signs): boolean {
  return signs === NEGATIVE || signs === ZERO || signs === POSITIVE
}

/** The signs of something not less than a formula with these signs. */
function atLeast(signs: Signs): Signs {
  return signs === POSITIVE ? POSITIVE : signs & NEGATIVE ? ANY : ZERO | POSITIVE
}

/** How much stands in the way of a term being integral. */
function complexity(m: Monomial, c: Coef): number {
  let result = denominator(c).toString(2).length - 1
  for (const exponent of m.exponents) result += exponent < 0 ? -exponent : 0
  return result
}

/** The signs of the terms that divide no other: those that a shift leaves as they are. */
function topSigns(p: Expr): Signs {
  let signs: Signs = 0
  for (const [i, m] of p.monomials.entries()) {
    const sign = signBit(p.coefs[i] as Coef)
    if ((signs & sign) === 0 && !p.monomials.some((n) => n !== m && isFactor(m, n))) signs |= sign
  }
  return signs
}

/** Does a product of powers divide another? */
function isFactor(m: Monomial, n: Monomial): boolean {
  return m.degree < n.degree && m.atoms.every((atom, i) => n.exponentOf(atom) >= (m.exponents[i] as number))
}

function coefficientSigns(p: Expr): Signs {
  let positive = false
  let negative = false
  for (const c of p.coefs) {
    if (signC(c) > 0) positive = true
    else negative = true
  }
  if (positive && negative) return ANY
  const strict = signC(p.coefOf(unit)) !== 0
  if (positive) return strict ? POSITIVE : ZERO | POSITIVE
  return strict ? NEGATIVE : ZERO | NEGATIVE
}

/** p with atom + by in the atom's place. */
function shift(p: Expr, atom: Atom, by: Coef): Expr {
  const sum = new Sum()
  for (const [m, c] of p.terms()) {
    const exponent = m.exponentOf(atom)
    let coef: Coef = mulC(c, powC(by, exponent))
    let monomial = m.without(atom)
    const step = powerOf(atom, 1)
    for (let k = 0; k <= exponent; k++) {
      sum.add(monomial, coef)
      // next binomial term: C(n, k + 1) / C(n, k) = (n - k) / (k + 1)
      coef = divC(mulC(coef, coefOf(exponent - k)), mulC(by, k + 1))
      monomial = monomial.times(step)
    }
  }
  return sum.toExpr()
}
