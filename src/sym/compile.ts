// Formulas as a straight-line program over doubles, for grids of sizes. Equal subexpressions are computed once; every
// instruction writes a register of its own. No code is generated, so it runs where `eval` is forbidden.
import { raise } from '../text/index.ts'
import { overCommonDenominator } from './functions.ts'
import { orderedAtoms, orderedTerms } from './order.ts'
import { type Atom, type Expr, type Monomial } from './polynomial.ts'
import { type Coef, coefOf, denominator, numerator, signC, toNumber } from './rational.ts'

const ADD = 0
const SUB = 1
const MUL = 2
const DIV = 3
const MAX = 4
const MIN = 5
const FLOOR = 6
const CEIL = 7

export class CompiledFormulas {
  private readonly registers: Float64Array
  /** Registers from `first` on are computed, three numbers each: operation, left, right. */
  constructor(
    private readonly variableCount: number,
    private readonly first: number,
    constants: readonly number[],
    private readonly program: Int32Array,
    private readonly outputs: readonly number[],
  ) {
    this.registers = new Float64Array(first + program.length / 3)
    this.registers.set(constants, variableCount)
  }

  /** The values of the formulas, in order, at one point: the variables' values in the order they were named. */
  evaluate(values: ArrayLike<number>, out: Float64Array = new Float64Array(this.outputs.length)): Float64Array {
    const r = this.registers
    for (let i = 0; i < this.variableCount; i++) r[i] = values[i] as number
    const p = this.program
    for (let i = 0, at = this.first; i < p.length; i += 3, at++) {
      const a = r[p[i + 1] as number] as number
      const b = r[p[i + 2] as number] as number
      r[at] = operate(p[i] as number, a, b)
    }
    for (let i = 0; i < this.outputs.length; i++) out[i] = r[this.outputs[i] as number] as number
    return out
  }

  /** The values at many points: one column a variable in, one column a formula out. */
  columns(inputs: readonly ArrayLike<number>[], length: number): Float64Array[] {
    const results = this.outputs.map(() => new Float64Array(length))
    const point = new Float64Array(this.variableCount)
    const out = new Float64Array(this.outputs.length)
    for (let row = 0; row < length; row++) {
      for (let i = 0; i < this.variableCount; i++) point[i] = (inputs[i] as ArrayLike<number>)[row] as number
      this.evaluate(point, out)
      for (let i = 0; i < results.length; i++) (results[i] as Float64Array)[row] = out[i] as number
    }
    return results
  }
}

function operate(operation: number, a: number, b: number): number {
  switch (operation) {
    case ADD:
      return a + b
    case SUB:
      return a - b
    case MUL:
      return a * b
    case DIV:
      return a / b
    case MAX:
      return Math.max(a, b)
    case MIN:
      return Math.min(a, b)
    case FLOOR:
      return Math.floor(a)
    default:
      return Math.ceil(a)
  }
}

/** A fast evaluator of formulas in the given variables. Relative error about 1e-15 for sums of terms of one sign. */
export function compile(exprs: readonly Expr[], vars: readonly string[]): CompiledFormulas {
  const compiler = new Compiler(vars)
  const outputs = exprs.map((e) => compiler.expr(e))
  return compiler.finish(outputs)
}

/** Operands while compiling: instruction n, or ~k for the k-th variable or constant. */
type Operand = number

class Compiler {
  private readonly variables: ReadonlyMap<string, number>
  private readonly constants = new Map<number, number>()
  private readonly program: number[] = []
  private readonly done = new Map<string, Operand>()
  private readonly atoms = new Map<Atom, Operand>()
  private readonly exprs = new Map<string, Operand>()

  constructor(private readonly vars: readonly string[]) {
    this.variables = new Map(vars.map((name, i) => [name, i]))
  }

  finish(outputs: readonly Operand[]): CompiledFormulas {
    const first = this.vars.length + this.constants.size
    const place = (x: Operand): number => (x < 0 ? ~x : x + first)
    const program = Int32Array.from(this.program, (x, i) => (i % 3 === 0 ? x : place(x)))
    return new CompiledFormulas(this.vars.length, first, [...this.constants.keys()], program, outputs.map(place))
  }

  expr(e: Expr): Operand {
    let result = this.exprs.get(e.key)
    if (result === undefined) {
      const signs = new Set(e.coefs.map(signC))
      const fractions = e.monomials.some((m) => m.divides) || e.coefs.some((c) => denominator(c) !== 1n)
      // Terms that cancel are added as integers, and divided afterwards.
      result = fractions && signs.size > 1 ? this.quotient(e) : this.sum(e)
      this.exprs.set(e.key, result)
    }
    return result
  }

  private quotient(e: Expr): Operand {
    const { over, under } = overCommonDenominator(e)
    const numeratorAt = this.sum(over)
    return under.constant === 1 ? numeratorAt : this.emit(DIV, numeratorAt, this.sum(under))
  }

  private sum(e: Expr): Operand {
    let result: Operand | undefined
    for (const i of orderedTerms(e)) {
      const c = e.coefs[i] as Coef
      const negative = result !== undefined && signC(c) < 0
      const value = this.term(
        e.monomials[i] as Monomial,
        negative ? coefOf(-numerator(c)) : coefOf(numerator(c)),
        denominator(c),
      )
      result = result === undefined ? value : this.emit(negative ? SUB : ADD, result, value)
    }
    return result ?? this.constant(0)
  }

  private term(m: Monomial, above: Coef, below: bigint): Operand {
    let over: Operand | undefined
    let under: Operand | undefined
    for (const i of orderedAtoms(m)) {
      const base = this.atom(m.atoms[i] as Atom)
      const exponent = m.exponents[i] as number
      for (let k = 0; k < exponent; k++) over = over === undefined ? base : this.emit(MUL, over, base)
      for (let k = 0; k < -exponent; k++) under = under === undefined ? base : this.emit(MUL, under, base)
    }
    if (over === undefined) over = this.constant(toNumber(above))
    else if (above !== 1) over = this.emit(MUL, over, this.constant(toNumber(above)))
    if (below !== 1n) {
      const divisor = this.constant(Number(below))
      under = under === undefined ? divisor : this.emit(MUL, under, divisor)
    }
    return under === undefined ? over : this.emit(DIV, over, under)
  }

  private atom(atom: Atom): Operand {
    let result = this.atoms.get(atom)
    if (result === undefined) {
      result = this.makeAtom(atom)
      this.atoms.set(atom, result)
    }
    return result
  }

  private makeAtom(atom: Atom): Operand {
    if (atom.kind === 'variable') {
      const at = this.variables.get(atom.name)
      return at === undefined ? raise('unbound-parameter', `no value is given for {${atom.name}}`) : ~at
    }
    const rounds = atom.kind === 'floor' || atom.kind === 'ceil'
    const args = atom.args.map((a) => (rounds ? this.quotient(a) : this.expr(a)))
    if (rounds) return this.emit(atom.kind === 'floor' ? FLOOR : CEIL, args[0] as Operand, args[0] as Operand)
    return args.reduce((a, b) => this.emit(atom.kind === 'max' ? MAX : MIN, a, b))
  }

  private constant(value: number): Operand {
    let at = this.constants.get(value)
    if (at === undefined) {
      at = this.constants.size
      this.constants.set(value, at)
    }
    return ~(this.vars.length + at)
  }

  private emit(operation: number, a: Operand, b: Operand): Operand {
    const key = `${operation},${a},${b}`
    let at = this.done.get(key)
    if (at === undefined) {
      at = this.program.length / 3
      this.program.push(operation, a, b)
      this.done.set(key, at)
    }
    return at
  }
}
