// Which sizes an analysis speaks for: its phase, the sizes 0 and 1 (each a case of its own), and its assumptions. A
// request that grows past a limit, such as a sliding window, is covered piece by piece.
import { compile, type CompiledFormulas, type Condition, holds, parseCondition, variablesOf } from '../sym/index.ts'
import type { FormulaTable } from './formulas.ts'
import type { RegimeAnalysis, Sizes } from './input.ts'

interface Check {
  readonly text: string
  readonly condition: Condition
}

/** The first reason why an analysis does not hold; undefined where it does. */
export type Reason = string | undefined

export function sizesCovered(analysis: Pick<RegimeAnalysis, 'sizes'>, sizes: Sizes): Reason {
  for (const name of ['batch_size', 'seq_len', 'cache_len', 'encoder_len'] as const) {
    const [made, wanted] = [analysis.sizes[name], sizes[name]]
    if (made === undefined || wanted === undefined) continue
    if (made <= 1 ? wanted !== made : wanted < 2) return `it was made for ${name} ${made <= 1 ? made : 'from 2 on'}`
  }
  return undefined
}

export class Assumptions {
  readonly #fixed: readonly Check[]
  readonly #varying: readonly Check[]
  readonly #along: string
  readonly #names: readonly string[]
  readonly #sides: CompiledFormulas

  constructor(analysis: Pick<RegimeAnalysis, 'assumptions'>, table: FormulaTable, along: string) {
    const checks = analysis.assumptions.map(({ condition: text }) => {
      const { left, op, right } = parseCondition(text)
      return { text, condition: { left: table.expand(left), op, right: table.expand(right) } }
    })
    const varies = ({ condition }: Check) =>
      [condition.left, condition.right].some((side) => variablesOf(side).includes(along))
    this.#fixed = checks.filter((c) => !varies(c))
    this.#varying = checks.filter(varies)
    this.#along = along
    const sides = this.#varying.flatMap((c) => [c.condition.left, c.condition.right])
    this.#names = [...new Set(sides.flatMap(variablesOf))]
    this.#sides = compile(sides, this.#names)
  }

  /** Of the assumptions that do not depend on the varied variable, the first that fails. */
  failing(bindings: ReadonlyMap<string, number>): Reason {
    return this.#fixed.find((c) => !holds(c.condition, bindings))?.text
  }

  /** Of those that do, as a function of the varied variable. */
  failingAlong(bindings: ReadonlyMap<string, number>): (value: number) => Reason {
    if (this.#varying.length === 0) return () => undefined
    const args = this.#names.map((name) => bindings.get(name) ?? NaN)
    const position = this.#names.indexOf(this.#along)
    const sides = new Float64Array(2 * this.#varying.length)
    return (value) => {
      args[position] = value
      this.#sides.evaluate(args, sides)
      return this.#varying.find((c, i) => !compare(sides[2 * i] ?? NaN, c.condition.op, sides[2 * i + 1] ?? NaN))?.text
    }
  }
}

function compare(left: number, op: Condition['op'], right: number): boolean {
  switch (op) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case 'divides':
      return right % left === 0
  }
}
