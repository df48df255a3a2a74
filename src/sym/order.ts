// The canonical order of atoms, terms and formulas, which decides how formulas print and which term of a polynomial
// leads in a division. Terms: higher degree first, then lexicographically by exponents. It depends on the formulas
// alone, never on the order in which they were made.
import { compareC, signC, type Coef } from './rational.ts'
import type { Atom, Expr, FunctionName, Monomial } from './polynomial.ts'

// What a reader looks for first comes first: the sizes of the request, then the model's widths. Names in neither table
// follow alphabetically; element widths, which scale a whole sum, stand last.
const firstNames = ['batch_size', 'seq_len', 'cache_len', 'encoder_len', 'hidden_size', 'num_heads', 'head_dim']
const lastNames = ['a_bytes', 'w_bytes']
const functionRank: Record<FunctionName, number> = { floor: 1, ceil: 2, max: 3, min: 4, group: 5 }

const ranks = new Map<string, number>([
  ...firstNames.map((name, i): [string, number] => [name, i - firstNames.length]),
  ...lastNames.map((name, i): [string, number] => [name, i + 10]),
])

/** Rank of an atom: named sizes, other variables (0), functions (1 to 5), element widths. */
function rank(a: Atom): number {
  return a.kind === 'variable' ? (ranks.get(a.name) ?? 0) : functionRank[a.kind]
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareAtoms(a: Atom, b: Atom): number {
  if (a === b) return 0
  const byRank = rank(a) - rank(b)
  if (byRank !== 0) return byRank
  if (a.kind === 'variable' || b.kind === 'variable') {
    return a.kind === 'variable' && b.kind === 'variable' ? compareText(a.name, b.name) : 0
  }
  for (let i = 0; i < Math.max(a.args.length, b.args.length); i++) {
    const x = a.args[i]
    const y = b.args[i]
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1
    const order = compareExprs(x, y)
    if (order !== 0) return order
  }
  return 0
}

/** Indices into a monomial's atoms, in canonical order. */
export function orderedAtoms(m: Monomial): readonly number[] {
  m.canonical ??= m.atoms.map((_, i) => i).sort((i, j) => compareAtoms(m.atoms[i] as Atom, m.atoms[j] as Atom))
  return m.canonical
}

/** Negative where a comes before b, that is, where a leads. Multiplying both by a monomial does not change the order. */
function compareMonomials(a: Monomial, b: Monomial): number {
  if (a === b) return 0
  if (a.degree !== b.degree) return b.degree - a.degree
  const as = orderedAtoms(a)
  const bs = orderedAtoms(b)
  let i = 0
  let j = 0
  while (i < as.length || j < bs.length) {
    const x = i < as.length ? a.atoms[as[i] as number] : undefined
    const y = j < bs.length ? b.atoms[bs[j] as number] : undefined
    const order = x === undefined ? 1 : y === undefined ? -1 : compareAtoms(x, y)
    const ex = order <= 0 ? (a.exponents[as[i++] as number] as number) : 0
    const ey = order >= 0 ? (b.exponents[bs[j++] as number] as number) : 0
    if (ex !== ey) return ey - ex
  }
  return 0
}

/** Sum of the positive exponents: what a term's size looks like to a reader, who takes `a*b/c` for a product. */
function weight(m: Monomial): number {
  return m.exponents.reduce((sum, e) => sum + Math.max(e, 0), 0)
}

/** Indices of a formula's terms, in the order in which they are written. */
export function orderedTerms(e: Expr): readonly number[] {
  e.canonical ??= e.monomials
    .map((_, i) => i)
    .sort((i, j) => {
      const [a, b] = [e.monomials[i] as Monomial, e.monomials[j] as Monomial]
      return weight(b) - weight(a) || compareMonomials(a, b)
    })
  return e.canonical
}

/** The leading term of a formula that is not zero, in the order that divisions go by. */
export function leadingTerm(e: Expr): { monomial: Monomial; coef: Coef } {
  let best = 0
  for (let i = 1; i < e.monomials.length; i++) {
    if (compareMonomials(e.monomials[i] as Monomial, e.monomials[best] as Monomial) < 0) best = i
  }
  return { monomial: e.monomials[best] as Monomial, coef: e.coefs[best] as Coef }
}

/** Does the first term as written count down? */
export function leadsNegative(e: Expr): boolean {
  const [first] = orderedTerms(e)
  return first !== undefined && signC(e.coefs[first] as Coef) < 0
}

export function compareExprs(a: Expr, b: Expr): number {
  if (a === b) return 0
  const as = orderedTerms(a)
  const bs = orderedTerms(b)
  for (let k = 0; k < Math.max(as.length, bs.length); k++) {
    const i = as[k]
    const j = bs[k]
    if (i === undefined || j === undefined) return i === undefined ? 1 : -1
    const order = compareMonomials(a.monomials[i] as Monomial, b.monomials[j] as Monomial)
    if (order !== 0) return order
    const byCoef = compareC(b.coefs[j] as Coef, a.coefs[i] as Coef)
    if (byCoef !== 0) return byCoef
  }
  return 0
}
