// One run's variables and what the run assumed of them, and the integers that depend on variables. Within a scope equal
// formulas are one `SymInt`, which remembers the results of the operations it took part in: a run repeats the same few
// thousand operations a million times.
import { raise, type Span } from '../text/index.ts'
import { constExpr, subE, variableExpr } from './arithmetic.ts'
import {
  type Assumption,
  comparison,
  type Condition,
  conditionText,
  divisibility,
  known,
  minimised,
  patternVariables,
  simplified,
  teach,
  variablesIn,
} from './assumption.ts'
import { type Env, lookUp, tryEvaluate } from './evaluate.ts'
import { substitute } from './functions.ts'
import type { Expr } from './polynomial.ts'
import { print } from './print.ts'
import { type Comparison, type Minimum, Prover, strictest } from './prover.ts'
import { type Coef, coefOf, compareC, isInteger } from './rational.ts'
import { normal, type Whole } from './whole.ts'

/** An exact Python integer: a number while safe, a big integer beyond, a `SymInt` where it depends on a variable. */
export type Int = number | bigint | SymInt

/** An integer that depends on variables: its formula, and the value it has in this run. */
export class SymInt {
  /** Results of operations by operation and operand (`int.ts`). */
  readonly results = new Map<number, Int | boolean>()

  constructor(
    readonly scope: Scope,
    readonly expr: Expr,
    readonly hint: Whole,
    /** Distinguishes the SymInts of a scope. */
    readonly index: number,
  ) {}

  toString(): string {
    return print(this.expr)
  }
}

export interface VariableInfo {
  readonly name: string
  readonly meaning: string
  readonly hint: number
  readonly min: number
}

interface Recorded {
  readonly assumption: Assumption
  readonly learned: Condition
}

export interface VariableOptions {
  /** The least value it can have; 2 unless given, because 0 and 1 change what a model does. */
  readonly min?: number
  /** Not restricted to integers. */
  readonly real?: boolean
}

export class Scope {
  readonly variables = new Map<string, VariableInfo>()
  readonly definitions = new Map<string, Expr>()
  #prover: Prover
  /** Knows the minimums alone, nothing that was assumed: weaker and much quicker. */
  readonly plain: Prover
  /** Where the program is now; set by the interpreter. */
  where: () => Span | undefined = () => undefined
  /** The value of every variable in this run. */
  readonly hints = new Map<string, number>()
  private readonly minimumTable = new Map<string, Minimum>()
  private readonly table = new Map<string, SymInt>()
  private interned = 0
  private recorded: Map<string, Recorded> = new Map()
  private listed: readonly Assumption[] | undefined

  constructor() {
    this.#prover = new Prover(this.minimumTable)
    this.plain = new Prover(this.minimumTable)
  }

  /** Knows the minimums and what was assumed. */
  get prover(): Prover {
    return this.#prover
  }

  /** A variable with the value it has in this run. A value below 2 is returned as it is. */
  variable(name: string, hint: number, meaning = '', options: VariableOptions = {}): Int {
    if (hint <= 1) return hint
    const min = options.min ?? 2
    const old = this.variables.get(name)
    if (old !== undefined && old.hint !== hint) raise('internal', `variable ${name} is ${old.hint} and ${hint} at once`)
    if (min < 0 || hint < min) raise('internal', `variable ${name} is ${hint}, its minimum ${min}`)
    if (old === undefined) {
      this.variables.set(name, { name, meaning, hint, min })
      this.hints.set(name, hint)
      this.minimumTable.set(name, { least: coefOf(min), real: options.real === true })
    }
    return this.intern(variableExpr(name), hint)
  }

  /**
   * Gives a value that is no polynomial (a rounded quotient, say) a name of its own: later formulas use the name, and
   * `definitions` says what it stands for. Other values come back as they are.
   */
  named(name: string, value: Int): Int {
    if (!(value instanceof SymInt) || value.expr.monomials.every((m) => m.plain)) return value
    if (this.variables.has(name) || value.hint < 2 || typeof value.hint !== 'number') return value
    const least = [2, 1, 0].find(
      (k) => known({ left: value.expr, op: '>=', right: constExpr(k) }, this.prover) === true,
    )
    if (least === undefined) return value
    this.definitions.set(name, value.expr)
    return this.variable(name, value.hint, '', { min: least })
  }

  /** A formula with defined names replaced by what they stand for. */
  undefine(e: Expr): Expr {
    let result = e
    for (const [name, definition] of [...this.definitions].reverse())
      result = substitute(result, new Map([[name, definition]]))
    return result
  }

  /** The conditions under which this run's formulas hold; none that follows from the others. */
  get assumptions(): readonly Assumption[] {
    this.listed ??= minimised(this.stated(), (r) => r.learned, (r) => r.assumption, new Prover(this.minimumTable)).map((r) => r.assumption) // prettier-ignore
    return this.listed
  }

  /** What was recorded, patterns over constants as the values of their variables. */
  private stated(): readonly Recorded[] {
    const recorded = [...this.recorded.values()]
    const pattern = patternVariables(recorded.map((r) => r.assumption))
    const isOfPattern = (c: Condition): boolean => variablesIn(c).every((name) => pattern.includes(name))
    const values = pattern.map((name): Recorded => {
      const left = variableExpr(name)
      const condition = { left, op: '==', right: constExpr(this.valueOf(left)) } as const
      const at = recorded.find((r) => variablesIn(r.assumption).includes(name))?.assumption.at
      return { assumption: { ...condition, at, text: conditionText(condition) }, learned: condition }
    })
    return [...values, ...recorded.filter((r) => !isOfPattern(r.assumption))]
  }

  /** The value of a formula in this run. */
  valueOf(e: Expr): Coef {
    return tryEvaluate(e, this.hints) ?? raise('internal', 'division by zero in a formula')
  }

  /** The least value of every variable. */
  get minimums(): ReadonlyMap<string, number> {
    return new Map([...this.variables].map(([name, v]) => [name, v.min]))
  }

  /** The integer of a formula with a known value. */
  intern(expr: Expr, hint: Whole): Int {
    const constant = expr.constant
    if (constant !== undefined) return wholeOf(constant)
    let result = this.table.get(expr.key)
    if (result === undefined) {
      result = new SymInt(this, expr, hint, this.interned++)
      this.table.set(expr.key, result)
    }
    return result
  }

  /** An integer of another scope whose variables all exist here with the same values; its divisions are assumed here too. */
  adopt(value: SymInt): Int {
    this.assumeIntegral(value.expr)
    return this.intern(value.expr, value.hint)
  }

  /** Is a formula known to be an integer? */
  isIntegral(e: Expr): boolean {
    return this.table.has(e.key) || this.prover.isIntegral(e)
  }

  /** Records that `a op b` was taken for true. */
  assume(a: Expr, op: Comparison, b: Expr): void {
    const strict = strictest(op, this.prover.signs(subE(a, b)))
    this.record(comparison(a, strict, b, this.prover), { left: a, op: strict, right: b })
  }

  /** Records that a quotient was taken for an integer, unless it is known to be one. */
  assumeIntegral(quotient: Expr): void {
    if (this.isIntegral(quotient)) return
    const condition = divisibility(quotient)
    this.record(condition, condition)
  }

  /** How much has been assumed so far, for `withdraw`. */
  get assumed(): number {
    return this.recorded.size
  }

  /** What was assumed after `assumed` was `since`. */
  assumedSince(since: number): readonly Condition[] {
    return [...this.recorded.values()].slice(since).map((r) => r.learned)
  }

  /** Whether a variable was taken for the number that it is in this run. */
  isPinned(name: string): boolean {
    const left = variableExpr(name)
    return known({ left, op: '==', right: constExpr(this.valueOf(left)) }, this.prover) === true
  }

  /**
   * Takes back what was assumed of a variable from some point on: what else those conditions say is kept, with this
   * run's value in the variable's place. Decisions from here on know nothing of it.
   * @param since what `assumed` was
   * @returns what puts them back
   */
  withdraw(name: string, since: number): () => void {
    const entries = [...this.recorded]
    const isTaken = (i: number, r: Recorded): boolean => i >= since && variablesIn(r.learned).includes(name)
    const kept = entries.filter(([, r], i) => !isTaken(i, r))
    const taken = entries.filter(([, r], i) => isTaken(i, r))
    const prover = new Prover(this.minimumTable)
    for (const [, r] of kept) teach(prover, r.learned, true)
    this.#prover = prover
    this.recorded = new Map(kept)
    this.listed = undefined
    for (const [key, value] of this.table) {
      value.results.clear()
      if (!prover.isIntegral(value.expr)) this.table.delete(key)
    }
    const here = new Map([[name, constExpr(this.valueOf(variableExpr(name)))]])
    for (const [, { assumption, learned }] of taken) {
      const [left, right] = [substitute(learned.left, here), substitute(learned.right, here)]
      const condition = { left, op: learned.op, right }
      if (known(condition, this.prover) !== true)
        this.record(simplified(condition, this.prover), condition, assumption.at)
    }
    return () => {
      for (const [, { assumption, learned }] of taken) this.record(assumption, learned, assumption.at)
    }
  }

  private record(condition: Condition, learned: Condition, at = this.where()): void {
    const text = conditionText(condition)
    if (this.recorded.has(text)) return
    this.recorded.set(text, { assumption: { ...condition, at, text }, learned })
    this.listed = undefined
    teach(this.prover, learned, true)
  }
}

export function wholeOf(c: Coef): Whole {
  if (!isInteger(c)) raise('internal', `an integer turned out to be ${String(c)}`)
  return typeof c === 'number' ? c : normal(c.num)
}

/** The names whose value is below the least they can have. */
export function belowMinimum(minimums: ReadonlyMap<string, number>, env: Env): readonly string[] {
  return [...minimums].filter(([name, min]) => compareC(lookUp(name, env), coefOf(min)) < 0).map(([name]) => name)
}
