// Formulas that somebody wrote, looked at by themselves: do they parse, are their variables known, is every term of a number
// of bytes a number of elements times a width, and is no term of a number of FLOPs.
import { parse, print, termDegrees, tryEvaluate, variablesOf, type EnvValue, type Expr } from '../sym/index.ts'
import { parseOver } from '../torch/index.ts'
import { attempt, messageOf } from './attempt.ts'

export type Unit = 'bytes' | 'FLOPs' | 'elements'

/** What a kernel costs, each with its unit. */
export const costUnits = [
  ['flops', 'FLOPs'],
  ['matmul_flops', 'FLOPs'],
  ['read', 'bytes'],
  ['write', 'bytes'],
] as const satisfies readonly (readonly [string, Unit])[]

export type CostName = (typeof costUnits)[number][0]

export interface FormulaOptions {
  /** Names that may occur; anything may where this is left out. */
  readonly variables?: readonly string[]
  readonly expectedUnit?: Unit
  /** Values to evaluate the formula at. */
  readonly at?: Readonly<Record<string, number>>
  /** `analysis`: variables in braces, as in analysis files; `arguments`: `x.shape[0]`, as in kernel entries. */
  readonly notation?: 'analysis' | 'arguments'
}

export interface FormulaReport {
  readonly problems: readonly string[]
  /** The formula in its one spelling; null where it doesn't parse. */
  readonly canonical: string | null
  readonly variables: readonly string[]
  /** Its value; null where none was asked for or it has none. */
  readonly value: string | null
}

/** Reads a formula; a problem in its place where it can't be read. */
export function readFormula(text: string, notation: FormulaOptions['notation'] = 'analysis'): Expr | string {
  return attempt(() => (notation === 'arguments' ? parseOver(text) : parse(text)), messageOf)
}

/** Parses a formula and says all that is wrong with it. */
export function checkFormula(text: string, options: FormulaOptions = {}): FormulaReport {
  const e = readFormula(text, options.notation)
  if (typeof e === 'string') return { problems: [e], canonical: null, variables: [], value: null }
  const variables = variablesOf(e)
  const unknown =
    options.variables === undefined ? [] : variables.filter((v) => options.variables?.includes(v) !== true)
  const problems = [
    ...unknown.map((v) => `the variable {${v}} is not known; known are ${known(options.variables ?? [])}`),
    ...(options.expectedUnit === undefined ? [] : unitProblems(e, options.expectedUnit)),
  ]
  const value = options.at === undefined ? undefined : valueAt(e, options.at)
  if (options.at !== undefined && typeof value === 'string') problems.push(value)
  const shown = value === undefined || typeof value === 'string' ? null : String(value)
  return { problems, canonical: print(e, { braces: options.notation !== 'arguments' }), variables, value: shown }
}

function known(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((n) => `{${n}}`).join(', ')
}

/** The value of a formula; in words where it has none. */
export function valueAt(e: Expr, at: Readonly<Record<string, EnvValue>>): EnvValue | string {
  const missing = variablesOf(e).filter((v) => !Object.hasOwn(at, v))
  if (missing.length > 0) return `no value is given for ${known(missing)}`
  return tryEvaluate(e, at) ?? 'it divides by zero there'
}

// --- Units ----------------------------------------------------------------------------------------------------------

/** Variables that are bytes of an element, or of a tensor. */
const isWidth = (name: string): boolean => /^[wa]_bytes$|\.(?:bytes|width)$/.test(name)

/** What is wrong with a formula as a quantity of its unit. */
export function unitProblems(e: Expr, unit: Unit): readonly string[] {
  const most = unit === 'bytes' ? 1 : 0
  return termDegrees(e, isWidth).flatMap(({ term, degree }) => {
    const text = print(term, { braces: true })
    if (degree < 0) return [`${text} divides by a width`]
    if (degree <= most) return []
    return [
      most === 0 ? `${text} holds a width, so it is bytes and not ${unit}` : `${text} multiplies a width by a width`,
    ]
  })
}
