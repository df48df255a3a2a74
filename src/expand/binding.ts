// One way of calling a class: its parameters bound to formulas in the model's variables, and its own formulas rewritten
// accordingly.
import { raise } from '../text/index.ts'
import { type Expr, parse, print, type Prover, substitute, variablesOf } from '../sym/index.ts'
import { parseShape } from './reference.ts'

export interface BindingContext {
  readonly prover: Prover
  /** Told of every formula that ends up in the model's analysis. */
  readonly onShow: (e: Expr) => void
  /** What a definition's name stands for in the model. */
  readonly define: (name: string, formula: Expr) => Expr
}

export class Binding {
  private readonly formulas = new Map<string, Expr>()
  private readonly shapes = new Map<string, string>()
  private readonly values: Map<string, Expr>
  /** Definitions whose formula is being read. */
  private readonly open = new Set<string>()

  constructor(
    /** File, class and variant, for messages. */
    readonly where: string,
    /** What the class's parameters and variables stand for. */
    values: ReadonlyMap<string, Expr>,
    /** The class's definitions, read when they are first used. */
    private readonly definitions: Readonly<Record<string, string>>,
    private readonly context: BindingContext,
  ) {
    this.values = new Map(values)
  }

  /** A formula of the class, in the model's variables. */
  formula(text: string, what: string): Expr {
    let result = this.formulas.get(text)
    if (result === undefined) {
      result = this.bind(this.parse(text, what), `${this.where}: ${what}`)
      this.formulas.set(text, result)
    }
    return result
  }

  bind(e: Expr, where: string): Expr {
    const replacements = new Map<string, Expr>()
    for (const name of variablesOf(e)) {
      const value = this.values.get(name) ?? this.define(name, where)
      if (!isVariable(value, name)) replacements.set(name, value)
    }
    if (replacements.size === 0) return e
    return substitute(e, replacements, (m, c) => this.context.prover.isIntegralTerm(m, c))
  }

  show(e: Expr): string {
    this.context.onShow(e)
    return print(e, { braces: true })
  }

  private define(name: string, where: string): Expr {
    const text = Object.hasOwn(this.definitions, name) ? this.definitions[name] : undefined
    if (text === undefined)
      return raise('bad-analysis', `${where} uses {${name}}, which is neither a parameter nor a variable of the class`)
    if (this.open.has(name)) return raise('bad-analysis', `${this.where}: the definition of ${name} uses ${name}`)
    this.open.add(name)
    const value = this.context.define(name, this.formula(text, `the definition of ${name}`))
    this.open.delete(name)
    this.values.set(name, value)
    return value
  }

  /** `bf16[…]` with its dimensions in the model's variables. */
  shape(text: string, what: string): string {
    let result = this.shapes.get(text)
    if (result === undefined) {
      const { dtype, dimensions } = parseShape(text, `${this.where}: ${what}`)
      result = `${dtype}[${dimensions.map((d) => this.show(this.formula(d, what))).join(', ')}]`
      this.shapes.set(text, result)
    }
    return result
  }

  private parse(text: string, what: string): Expr {
    try {
      return parse(text)
    } catch (e) {
      return raise('bad-analysis', `${this.where}: ${what}: ${e instanceof Error ? e.message : String(e)}`)
    }
  }
}

function isVariable(e: Expr, name: string): boolean {
  const [only] = e.single?.monomial.atoms ?? []
  return e.single?.coef === 1 && e.single.monomial.degree === 1 && only?.kind === 'variable' && only.name === name
}
