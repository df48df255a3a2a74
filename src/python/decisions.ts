// Decisions that somebody took in place of the analysis: what is to be taken for the truth of a condition, or for the number
// that is read out of a tensor, at a line that reads values which shapes don't tell. A run looks them up by the place
// where it would stop otherwise.
import { intOfFormula, parse, variablesOf, type Expr, type Int } from '../sym/index.ts'
import { raise, type Span } from '../text/index.ts'
import type { Frame } from './code.ts'
import { callMethod, getAttr, getItem, intOf } from './object.ts'
import type { Value } from './values.ts'
import type { Vm } from './vm.ts'

export interface Decision {
  readonly file: string
  readonly line: number
  /** The truth of the condition, or a formula over what is visible at that line: `x.shape[0]`, `self.top_k`. */
  readonly value: boolean | string
  /** Of a number: the only one that it is for among those that the line reads, as stops name it: `bincount()`. */
  readonly reads?: string | undefined
  /** Told when a run goes by it. */
  readonly used: () => void
}

export class Decisions {
  constructor(private readonly decisions: readonly Decision[]) {}

  private at(vm: Vm): readonly Decision[] {
    const place = vm.where()
    return this.decisions.filter((d) => d.line === place?.line && d.file === place.file)
  }

  /** Whether the condition at the place where the program is was decided. */
  truth(vm: Vm): boolean | undefined {
    const decision = this.at(vm).find((d) => typeof d.value === 'boolean')
    if (decision === undefined) return undefined
    decision.used()
    return decision.value === true
  }

  /** What to say of decisions that look meant for a place and name another: the same line of a file of that name elsewhere. */
  meantFor(place: Span): readonly string[] {
    const isMeant = ({ file, line }: Decision): boolean =>
      line === place.line && file !== place.file && baseName(file) === baseName(place.file)
    return this.decisions
      .filter(isMeant)
      .map(
        ({ file, line }) =>
          `an override decides ${file}:${line}, which does not run; this line is ${place.file}:${line}`,
      )
  }

  /** The number that was decided for what reads values at the place where the program is. */
  number(vm: Vm, reads: string): Int | undefined {
    const numbers = this.at(vm).filter((d) => typeof d.value === 'string')
    const decision = numbers.find((d) => d.reads === reads) ?? numbers.find((d) => d.reads === undefined)
    if (typeof decision?.value !== 'string') return undefined
    decision.used()
    const frame = vm.stack.findLast((f) => f.code.file.path === decision.file && f.line === decision.line)
    return valueIn(vm, frame, parse(bracketed(decision.value)), decision)
  }
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** `x.shape[0]` is a variable like any other: the formula language takes such names in braces. */
export function bracketed(formula: string): string {
  return formula.replace(/[A-Za-z_][\w.]*\[-?\d+\]/g, (name) => `{${name}}`)
}

function valueIn(vm: Vm, frame: Frame | undefined, formula: Expr, decision: Decision): Int {
  const values = new Map(variablesOf(formula).map((name) => [name, visible(vm, frame, name, decision)]))
  const value = intOfFormula(formula, values)
  if (value !== undefined) return value
  return raise('bad-override', `the decision "${String(decision.value)}" gives no integer here`, { span: decision })
}

/** What a name of a formula stands for where the program is: a local name or one of the module, attributes, one index. */
function visible(vm: Vm, frame: Frame | undefined, name: string, decision: Decision): Int {
  const [, path = '', index] = /^([^[]+)(?:\[(-?\d+)\])?$/.exec(name) ?? []
  const [first = '', ...rest] = path.split('.')
  let value = frame === undefined ? undefined : nameIn(frame, first)
  if (value === undefined)
    return raise('bad-override', `the decision names ${first}, which is not visible at its line`, { span: decision })
  for (const attribute of rest)
    value = attribute === 'numel' ? callMethod(vm, value, 'numel') : getAttr(vm, value, attribute)
  if (index !== undefined) value = getItem(vm, value, Number(index))
  return intOf(value) ?? raise('bad-override', `the decision names ${name}, which is no integer`, { span: decision })
}

function nameIn(frame: Frame, name: string): Value | undefined {
  for (let f: Frame | null = frame; f !== null; f = f.parent) {
    const slot = f.code.localNames().indexOf(name)
    if (slot >= 0 && f.slots[slot] !== undefined) return f.slots[slot]
  }
  return frame.globals.dict.get(name)
}
