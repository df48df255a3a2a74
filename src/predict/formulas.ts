// All formulas of an analysis, each text once, compiled to two programs over doubles: what depends on the variable that
// a request varies, and what doesn't.
import {
  compile,
  type CompiledFormulas,
  type Expr,
  parse,
  substitute,
  variableExpr,
  variablesOf,
} from '../sym/index.ts'
import { raise } from '../text/index.ts'
import type { Formula } from './input.ts'

/** Values of all formulas, by id. */
export type Values = Float64Array

/** The variable that stands for the width of some weights, in place of `w_bytes`. */
export function widthVariable(bytes: number): string {
  return `w_bytes ${bytes}`
}

export class FormulaTable {
  readonly #ids = new Map<string, number>()
  readonly #formulas: { readonly text: string; readonly expr: Expr }[] = []
  readonly #definitions: Definitions

  constructor(definitions: Readonly<Record<string, string>>) {
    this.#definitions = new Definitions(definitions)
  }

  /** The id of a formula, the same for the same text and width of the weights. */
  add(formula: Formula, weightWidth?: number): number {
    const text = String(formula)
    const key = weightWidth === undefined ? text : `${text} with ${widthVariable(weightWidth)}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#formulas.length
    const expr = this.#definitions.expand(parse(text))
    const width = weightWidth === undefined ? undefined : variableExpr(widthVariable(weightWidth))
    this.#formulas.push({ text, expr: width === undefined ? expr : substitute(expr, new Map([['w_bytes', width]])) })
    this.#ids.set(key, id)
    return id
  }

  /** The formula with definitions replaced by what they stand for. */
  expand(expr: Expr): Expr {
    return this.#definitions.expand(expr)
  }

  /** Evaluates every formula for given values of its variables, and again for other values of `along`. */
  program(along: string): Program {
    const varying: number[] = []
    const fixed: number[] = []
    for (const [id, f] of this.#formulas.entries()) (variablesOf(f.expr).includes(along) ? varying : fixed).push(id)
    return new Program(along, this.#part(fixed), this.#part(varying), this.#formulas.length)
  }

  #part(ids: readonly number[]): Part {
    const exprs = ids.map((id) => this.#formulas[id]?.expr).filter((e) => e !== undefined)
    const names = [...new Set(exprs.flatMap(variablesOf))]
    return { ids, names, formulas: compile(exprs, names) }
  }
}

/** Named opaque terms, replaced by what they stand for. */
class Definitions {
  readonly #texts: Readonly<Record<string, string>>
  readonly #expanded = new Map<string, Expr>()

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = texts
  }

  expand(expr: Expr, within: readonly string[] = []): Expr {
    const names = variablesOf(expr).filter((name) => Object.hasOwn(this.#texts, name))
    if (names.length === 0) return expr
    return substitute(expr, new Map(names.map((name) => [name, this.#named(name, within)])))
  }

  #named(name: string, within: readonly string[]): Expr {
    const known = this.#expanded.get(name)
    if (known !== undefined) return known
    if (within.includes(name)) raise('bad-analysis', `the definition of {${name}} refers to itself`)
    const expr = this.expand(parse(this.#texts[name] ?? ''), [...within, name])
    this.#expanded.set(name, expr)
    return expr
  }
}

interface Part {
  readonly ids: readonly number[]
  readonly names: readonly string[]
  readonly formulas: CompiledFormulas
}

export class Program {
  constructor(
    private readonly along: string,
    private readonly fixed: Part,
    private readonly varying: Part,
    private readonly size: number,
  ) {}

  /** The ids whose value depends on the variable that is varied. */
  get varyingIds(): ReadonlySet<number> {
    return new Set(this.varying.ids)
  }

  start(bindings: ReadonlyMap<string, number>): Values {
    const values = new Float64Array(this.size)
    fill(values, this.fixed, bindings)
    fill(values, this.varying, bindings)
    return values
  }

  /** Brings `values` to another value of the variable; `bindings` supplies the others. */
  stepper(values: Values, bindings: ReadonlyMap<string, number>): (value: number) => void {
    const { ids, names, formulas } = this.varying
    const position = names.indexOf(this.along)
    const args = names.map((name) => bound(name, bindings))
    const results = new Float64Array(ids.length)
    return (value) => {
      if (position >= 0) args[position] = value
      formulas.evaluate(args, results)
      for (const [i, id] of ids.entries()) values[id] = results[i] ?? 0
    }
  }
}

function fill(values: Values, part: Part, bindings: ReadonlyMap<string, number>): void {
  const results = part.formulas.evaluate(part.names.map((name) => bound(name, bindings)))
  for (const [i, id] of part.ids.entries()) values[id] = results[i] ?? 0
}

function bound(name: string, bindings: ReadonlyMap<string, number>): number {
  return bindings.get(name) ?? raise('bad-analysis', `no value is known for {${name}}`)
}
