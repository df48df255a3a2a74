// The callees' assumptions, rewritten into the model's variables. What is true whatever the sizes are is dropped, as is
// what follows from the rest; what is false, or was false in the run that made the files, stops the expansion.
import { raise } from '../text/index.ts'
import {
  type Condition,
  conditionText,
  holds,
  knownCondition,
  type Minimum,
  minimised,
  parseCondition,
  Prover,
  simplified,
  teach,
  variablesIn,
} from '../sym/index.ts'
import type { AssumptionInfo } from '../trace/formats.ts'
import type { Binding } from './binding.ts'
import type { Names } from './names.ts'

interface Recorded {
  readonly condition: Condition
  readonly at: string | null
}

export class Conditions {
  private readonly recorded = new Map<string, Recorded>()
  private readonly plain: Prover
  /** Knows what was recorded so far. */
  readonly taught: Prover

  constructor(
    private readonly names: Names,
    private readonly minimums: ReadonlyMap<string, Minimum>,
  ) {
    this.plain = new Prover(minimums)
    this.taught = new Prover(minimums)
  }

  add(assumption: AssumptionInfo, binding: Binding): void {
    const where = `${binding.where}: the assumption ${assumption.condition}`
    const given = parseCondition(assumption.condition)
    const condition: Condition = {
      left: binding.bind(given.left, where),
      op: given.op,
      right: binding.bind(given.right, where),
    }
    const proved = knownCondition(condition, this.plain)
    if (proved === true) return
    if (proved === false || this.fails(condition)) {
      const at = assumption.at === null ? '' : ` (${assumption.at})`
      raise('assumption-failed', `${where}${at} does not hold here: ${conditionText(condition)}`)
    }
    const short = simplified(condition, this.plain)
    const text = conditionText(short, { braces: true })
    if (this.recorded.has(text)) return
    this.recorded.set(text, { condition: short, at: assumption.at })
    teach(this.taught, condition, true)
  }

  /** Is it false for the values of the run that made the files? */
  private fails(condition: Condition): boolean {
    const env = new Map<string, number>()
    for (const name of variablesIn(condition)) {
      const value = this.names.valueOf(name)
      if (value === undefined) return false
      env.set(name, value)
    }
    return !holds(condition, env)
  }

  list(): readonly AssumptionInfo[] {
    const condition = (r: Recorded): Condition => r.condition
    const kept = minimised([...this.recorded.values()], condition, condition, new Prover(this.minimums))
    return kept.map((r) => {
      this.names.use(r.condition.left)
      this.names.use(r.condition.right)
      return { condition: conditionText(r.condition, { braces: true }), at: r.at }
    })
  }
}
