// Dimensional analysis of formulas: the power in which certain variables (widths, say) occur in each term.
import { termE } from './arithmetic.ts'
import type { Atom, Expr, Monomial } from './polynomial.ts'

export interface TermDegree {
  readonly term: Expr
  readonly degree: number
}

/** The terms of a formula, each with the power of the variables that count. */
export function termDegrees(e: Expr, counts: (name: string) => boolean): readonly TermDegree[] {
  return [...e.terms()].map(([m, c]) => ({ term: termE(m, c), degree: degreeOf(m, counts) }))
}

function degreeOf(m: Monomial, counts: (name: string) => boolean): number {
  return m.atoms.reduce((n, atom, i) => n + atomDegree(atom, counts) * (m.exponents[i] ?? 1), 0)
}

/** Is a formula a line along a variable, others held? */
export function isLinear(e: Expr, variable: string): boolean {
  const counts = (name: string): boolean => name === variable
  return [...e.terms()].every(([m]) => {
    const along = m.atoms.flatMap((atom, i) => (atomDegree(atom, counts) === 0 ? [] : [{ atom, by: m.exponents[i] }]))
    return along.length === 0 || (along.length === 1 && along[0]?.atom.kind === 'variable' && along[0].by === 1)
  })
}

/** In a function, that of the argument with the highest. */
function atomDegree(atom: Atom, counts: (name: string) => boolean): number {
  if (atom.kind === 'variable') return counts(atom.name) ? 1 : 0
  return Math.max(0, ...atom.args.flatMap((arg) => termDegrees(arg, counts).map((t) => t.degree)))
}
