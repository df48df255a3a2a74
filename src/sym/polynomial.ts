// Hash-consed atoms and monomials, and the polynomials over them. An atom is a variable or the application of a
// function to formulas; a monomial is a product of powers of atoms, exponents possibly negative; an `Expr` is a sum of
// monomials with exact coefficients. Equal atoms and monomials are the same object, so that merging and multiplying in
// the inner loops work on small integers and cached products instead of strings. The tables below are pure caches:
// nothing that a caller can observe depends on what they already hold, ids included.
import { addC, type Coef, signC } from './rational.ts'

/** `group` is a polynomial that serves as a divisor: it occurs with negative exponents only. */
export type FunctionName = 'floor' | 'ceil' | 'max' | 'min' | 'group'

export interface Variable {
  readonly kind: 'variable'
  readonly id: number
  readonly name: string
}

export interface Application {
  readonly kind: FunctionName
  readonly id: number
  readonly args: readonly Expr[]
}

export type Atom = Variable | Application

export class Monomial {
  readonly #products = new Map<number, Monomial>()
  /** Sum of the exponents. */
  readonly degree: number
  /** Some exponent is negative. */
  readonly divides: boolean
  /** Some atom is a `group`. */
  readonly grouped: boolean
  /** Every atom is a variable. */
  readonly plain: boolean
  /** Indices of the atoms in canonical order; filled in by `order.ts`. */
  canonical: readonly number[] | undefined = undefined

  constructor(
    readonly id: number,
    /** Sorted by id. */
    readonly atoms: readonly Atom[],
    readonly exponents: readonly number[],
  ) {
    this.degree = exponents.reduce((sum, e) => sum + e, 0)
    this.divides = exponents.some((e) => e < 0)
    this.grouped = atoms.some((a) => a.kind === 'group')
    this.plain = atoms.every((a) => a.kind === 'variable')
  }

  times(other: Monomial): Monomial {
    if (this === unit) return other
    if (other === unit) return this
    const hit = this.#products.get(other.id)
    if (hit !== undefined) return hit
    const result = merge(this, other)
    this.#products.set(other.id, result)
    return result
  }

  power(k: number): Monomial {
    if (k === 1) return this
    if (k === 0) return unit
    const exponents = this.exponents.map((e) => e * k)
    return monomial(this.atoms, exponents)
  }

  exponentOf(atom: Atom): number {
    const i = this.atoms.indexOf(atom)
    return i < 0 ? 0 : (this.exponents[i] as number)
  }

  /** This monomial without an atom. */
  without(atom: Atom): Monomial {
    return this.times(powerOf(atom, -this.exponentOf(atom)))
  }
}

const variables = new Map<string, Variable>()
const applications = new Map<string, Application>()
const monomials = new Map<string, Monomial>()

/** The empty product. */
export const unit = monomial([], [])

export function variableAtom(name: string): Variable {
  let atom = variables.get(name)
  if (atom === undefined) {
    atom = { kind: 'variable', id: variables.size + applications.size, name }
    variables.set(name, atom)
  }
  return atom
}

export function applicationAtom(kind: FunctionName, args: readonly Expr[]): Application {
  const key = `${kind}(${args.map((a) => a.key).join(';')})`
  let atom = applications.get(key)
  if (atom === undefined) {
    atom = { kind, id: variables.size + applications.size, args }
    applications.set(key, atom)
  }
  return atom
}

/** The product of atoms, sorted by id, each to its exponent; exponents of 0 are dropped. */
function monomial(atoms: readonly Atom[], exponents: readonly number[]): Monomial {
  const keptAtoms: Atom[] = []
  const keptExponents: number[] = []
  let key = ''
  for (const [i, atom] of atoms.entries()) {
    const exponent = exponents[i] as number
    if (exponent === 0) continue
    keptAtoms.push(atom)
    keptExponents.push(exponent)
    key += `${atom.id}^${exponent},`
  }
  let result = monomials.get(key)
  if (result === undefined) {
    result = new Monomial(monomials.size, keptAtoms, keptExponents)
    monomials.set(key, result)
  }
  return result
}

export function powerOf(atom: Atom, exponent: number): Monomial {
  return monomial([atom], [exponent])
}

function merge(a: Monomial, b: Monomial): Monomial {
  const atoms: Atom[] = []
  const exponents: number[] = []
  let i = 0
  let j = 0
  while (i < a.atoms.length || j < b.atoms.length) {
    const x = a.atoms[i]
    const y = b.atoms[j]
    const takeX = x !== undefined && (y === undefined || x.id <= y.id)
    const takeY = y !== undefined && (x === undefined || y.id <= x.id)
    atoms.push((takeX ? x : y) as Atom)
    exponents.push((takeX ? (a.exponents[i++] as number) : 0) + (takeY ? (b.exponents[j++] as number) : 0))
  }
  return monomial(atoms, exponents)
}

/** A sum of monomials with coefficients: immutable, like terms merged, zero terms absent, so equal sums look equal. */
export class Expr {
  private keyText: string | undefined = undefined
  /** Some monomial has a `group` atom. */
  readonly grouped: boolean
  /** The formula as text; filled in by `print.ts`. */
  readonly printed: [plain: string | undefined, braced: string | undefined] = [undefined, undefined]
  /** Indices of the terms in canonical order; filled in by `order.ts`. */
  canonical: readonly number[] | undefined = undefined

  constructor(
    /** Sorted by id. */
    readonly monomials: readonly Monomial[],
    /** One for each monomial, none zero. */
    readonly coefs: readonly Coef[],
  ) {
    this.grouped = monomials.some((m) => m.grouped)
  }

  /** Two formulas are equal if and only if their keys are. Valid within this process only. */
  get key(): string {
    if (this.keyText === undefined) {
      let text = ''
      for (let i = 0; i < this.monomials.length; i++)
        text += `${(this.monomials[i] as Monomial).id}:${String(this.coefs[i])} `
      this.keyText = text
    }
    return this.keyText
  }

  get isZero(): boolean {
    return this.monomials.length === 0
  }

  /** The value where the formula is a constant. */
  get constant(): Coef | undefined {
    if (this.monomials.length === 0) return 0
    return this.monomials.length === 1 && this.monomials[0] === unit ? this.coefs[0] : undefined
  }

  /** The only term where there is just one. */
  get single(): { monomial: Monomial; coef: Coef } | undefined {
    const [m] = this.monomials
    const [c] = this.coefs
    return this.monomials.length === 1 && m !== undefined && c !== undefined ? { monomial: m, coef: c } : undefined
  }

  *terms(): Iterable<[monomial: Monomial, coef: Coef]> {
    for (let i = 0; i < this.monomials.length; i++) yield [this.monomials[i] as Monomial, this.coefs[i] as Coef]
  }

  /** The coefficient of a monomial, 0 where it does not occur. */
  coefOf(m: Monomial): Coef {
    const i = this.monomials.indexOf(m)
    return i < 0 ? 0 : (this.coefs[i] as Coef)
  }
}

export const zero = new Expr([], [])

export function term(m: Monomial, c: Coef): Expr {
  return signC(c) === 0 ? zero : new Expr([m], [c])
}

/** A sum under construction: adds terms up, then makes the formula. */
export class Sum {
  private readonly coefs = new Map<Monomial, Coef>()

  add(m: Monomial, c: Coef): void {
    const old = this.coefs.get(m)
    this.coefs.set(m, old === undefined ? c : addC(old, c))
  }

  toExpr(): Expr {
    const kept: Monomial[] = []
    for (const [m, c] of this.coefs) if (signC(c) !== 0) kept.push(m)
    kept.sort((a, b) => a.id - b.id)
    const coefs = kept.map((m) => this.coefs.get(m) as Coef)
    return new Expr(kept, coefs)
  }
}
