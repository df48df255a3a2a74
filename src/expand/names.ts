// The model's names: variables, which mean the same in every file, and definitions. Each file says what its variables were
// in the run that made it; two files that disagree are not of one run.
import { raise } from '../text/index.ts'
import { type Expr, variableExpr, variablesOf } from '../sym/index.ts'
import type { VariableInfo } from '../trace/formats.ts'

export class Names {
  private readonly variables = new Map<string, VariableInfo & { readonly where: string }>()
  private readonly definitions = new Map<string, Expr>()
  private readonly used = new Set<string>()

  /** Names a variable that a file uses under the name it has in the model. */
  declare(name: string, info: VariableInfo, where: string): void {
    const old = this.variables.get(name)
    if (old === undefined) this.variables.set(name, { meaning: info.meaning, value: info.value, where })
    else if (old.value !== info.value) {
      raise(
        'bad-analysis',
        `{${name}} was ${old.value} in ${old.where} and ${info.value} in ${where}: these files are not of one run`,
      )
    }
  }

  /** What a defined name stands for from here on: the name itself, or the formula where the name is taken. */
  define(name: string, formula: Expr, info: VariableInfo | undefined, where: string): Expr {
    const old = this.definitions.get(name)
    if (old === undefined ? this.variables.has(name) : old.key !== formula.key) return formula
    this.definitions.set(name, formula)
    if (info !== undefined) this.declare(name, info, where)
    return variableExpr(name)
  }

  isDefined(name: string): boolean {
    return this.definitions.has(name)
  }

  valueOf(name: string): number | undefined {
    return this.variables.get(name)?.value
  }

  /** Notes that the model's analysis shows a formula. */
  use(e: Expr): Expr {
    for (const name of variablesOf(e)) {
      if (this.used.has(name)) continue
      this.used.add(name)
      const definition = this.definitions.get(name)
      if (definition !== undefined) this.use(definition)
    }
    return e
  }

  /** The variables that occur, by name. */
  usedVariables(): Record<string, VariableInfo> {
    const result: Record<string, VariableInfo> = {}
    for (const name of [...this.used].sort()) {
      const info = this.variables.get(name)
      if (info !== undefined) result[name] = { meaning: info.meaning, value: info.value }
    }
    return result
  }

  usedDefinitions(): ReadonlyMap<string, Expr> {
    return new Map([...this.definitions].filter(([name]) => this.used.has(name)))
  }
}
