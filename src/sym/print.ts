// Formulas as text. One formula has one text: terms and factors stand in canonical order, divisors of a term behind
// slashes, and a long sum with a common factor is written factored. The grammar is Python's; `parse.ts` reads it.
import { factorContent } from './arithmetic.ts'
import { overCommonDenominator } from './functions.ts'
import { orderedAtoms, orderedTerms } from './order.ts'
import type { Application, Atom, Expr, Monomial } from './polynomial.ts'
import { type Coef, denominator, isInteger, negC, numerator, signC } from './rational.ts'

export interface PrintOptions {
  /** Variables in braces and spaces around every operator, as in the JSON files. */
  readonly braces?: boolean
}

/** From this many terms on, a factor common to all is written once. */
const FACTORED_FROM = 4
const bareName = /^[A-Za-z_]\w*(?:\.\w+)*$/

export function print(e: Expr, options: PrintOptions = {}): string {
  return printExpr(e, options.braces === true)
}

function printExpr(e: Expr, braces: boolean): string {
  const slot = braces ? 1 : 0
  const text = e.printed[slot] ?? (factored(e, braces) || printSum(e, braces))
  e.printed[slot] = text
  return text
}

function factored(e: Expr, braces: boolean): string {
  if (e.monomials.length < FACTORED_FROM || e.grouped) return ''
  const { coef, monomial, primitive } = factorContent(e)
  if (monomial.atoms.length === 0) return ''
  const sign = signC(coef) < 0 ? '-' : ''
  const magnitude = signC(coef) < 0 ? negC(coef) : coef
  return sign + printTerm(monomial, magnitude, braces, false, [`(${printSum(primitive, braces)})`])
}

function printSum(e: Expr, braces: boolean): string {
  let text = ''
  for (const i of orderedTerms(e)) {
    const c = e.coefs[i] as Coef
    const negative = signC(c) < 0
    const body = printTerm(e.monomials[i] as Monomial, negative ? negC(c) : c, braces, !negative, [])
    if (text === '') text = negative ? `-${body}` : body
    else text += negative ? ` - ${body}` : ` + ${body}`
  }
  return text === '' ? '0' : text
}

/** A term with a positive coefficient; `more` are further factors of its numerator. `bare`: a single `//` needs no parentheses. */
function printTerm(m: Monomial, c: Coef, braces: boolean, bare: boolean, more: readonly string[]): string {
  const above: string[] = []
  const below: string[] = []
  const groups: string[] = []
  const alone = bare && m.atoms.length === 1 && c === 1 && m.degree === 1
  for (const i of orderedAtoms(m)) {
    const exponent = m.exponents[i] as number
    const atom = m.atoms[i] as Atom
    if (atom.kind === 'group') {
      // One slash for each: a product of two would be read as one polynomial.
      for (let k = exponent; k < 0; k++) groups.push(printAtom(atom, braces, false))
      continue
    }
    const factor = printPower(atom, Math.abs(exponent), braces, alone)
    if (exponent > 0) above.push(factor)
    else below.push(factor)
  }
  above.push(...more)
  const num = numerator(c)
  const den = denominator(c)
  if (num !== 1n || above.length === 0) above.unshift(`${num}`)
  if (den !== 1n) below.unshift(`${den}`)
  const times = braces ? ' * ' : '*'
  if (below.length > 0) groups.unshift(below.length === 1 ? (below[0] as string) : `(${below.join(times)})`)
  return [above.join(times), ...groups].join(braces ? ' / ' : '/')
}

function printPower(atom: Atom, exponent: number, braces: boolean, alone: boolean): string {
  const base = printAtom(atom, braces, alone && exponent === 1)
  return exponent === 1 ? base : braces ? `${base} ** ${exponent}` : `${base}**${exponent}`
}

function printAtom(atom: Atom, braces: boolean, alone: boolean): string {
  if (atom.kind === 'variable') return braces || !bareName.test(atom.name) ? `{${atom.name}}` : atom.name
  if (atom.kind === 'group') return `(${printExpr(atom.args[0] as Expr, braces)})`
  if (atom.kind === 'floor') return printFloor(atom, braces, alone)
  return `${atom.kind}(${atom.args.map((a) => printExpr(a, braces)).join(', ')})`
}

/** A floor of a quotient is written as Python's `//`. */
function printFloor(atom: Application, braces: boolean, alone: boolean): string {
  const arg = atom.args[0] as Expr
  const { over, under } = overCommonDenominator(arg)
  if (under.constant === 1 || arg.grouped) return `floor(${printExpr(arg, braces)})`
  const text = `${printOperand(over, 'left', { braces })} // ${printOperand(under, 'right', { braces })}`
  return alone ? text : `(${text})`
}

/** A formula as operand of `//` or `%`, in parentheses where it needs them: on the left a product needs none. */
export function printOperand(e: Expr, side: 'left' | 'right', options: PrintOptions = {}): string {
  const text = print(e, options)
  const only = e.single
  const [atom] = only?.monomial.atoms ?? []
  const constant = e.constant !== undefined && isInteger(e.constant) && signC(e.constant) >= 0
  const atomic =
    constant ||
    (only?.coef === 1 && only.monomial.atoms.length === 1 && only.monomial.degree === 1 && atom?.kind !== 'floor')
  return (side === 'left' ? e.monomials.length === 1 : atomic) ? text : `(${text})`
}
