// Kernels of two analyses side by side: what they are, and everything of them that is a formula, at sampled sizes.
import { parseReference, parseShape } from '../../expand/reference.ts'
import { parse, tryEvaluate, variablesOf, type Expr } from '../../sym/index.ts'
import type { BasicKernel, KernelInfo } from '../../trace/formats.ts'
import { costUnits, type CostName } from '../formulas.ts'
import { pointText, type Point } from './sample.ts'

export function costOf(k: BasicKernel, name: CostName): string {
  return name === 'read' || name === 'write' ? k.memory_access[name] : k[name]
}

export function kernelText(k: KernelInfo, i: number): string {
  const what = k.kernel_type === 'basic' ? k.aten : k.class_name
  return `kernel ${i + 1} (${what}${k.line === null ? '' : `, line ${k.line}`})`
}

export function nameOf(k: KernelInfo): string {
  return k.kernel_type === 'basic' ? k.aten : k.class_name
}

/** Everything of a kernel that is a formula, by name: costs, dimensions, repetitions, what a callee's parameters are bound to. */
export function partsOf(k: KernelInfo): ReadonlyMap<string, string> {
  const parts = new Map([['repeat', String(k.repeat ?? 1)]])
  if (k.kernel_type === 'composite') {
    for (const [name, text] of parseReference(k.flops, k.module).args) parts.set(`the parameter ${name}`, text)
    return parts
  }
  for (const [name] of costUnits) parts.set(name, costOf(k, name))
  for (const side of ['in', 'out'] as const) {
    for (const [i, text] of k[side].entries()) {
      const { dtype, dimensions } = parseShape(text, k.aten)
      parts.set(`${side} ${i + 1}, ${dtype} of ${dimensions.length} dimensions`, '1')
      dimensions.forEach((d, axis) => parts.set(`${side} ${i + 1}, dimension ${axis}`, d))
    }
  }
  return parts
}

const noValue = 'without a value'

/** How formulas differ that have the same names, each at the first point at which they do. */
export function differences(
  mine: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
  points: readonly Point[],
): readonly string[] {
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((name) => {
    const [a, b] = [mine.get(name), theirs.get(name)].map((text) => (text === undefined ? undefined : parse(text)))
    const names = [...new Set([a, b].flatMap((e) => (e === undefined ? [] : variablesOf(e))))]
    for (const point of points) {
      const [x, y] = [valueText(a, point), valueText(b, point)]
      if (x === y && x !== noValue) continue
      const where = names.length === 0 ? '' : ` at ${pointText(point, names)}`
      return [`${name} is ${x}${where}, by the engine ${y}`]
    }
    return []
  })
}

function valueText(e: Expr | undefined, point: Point): string {
  return e === undefined ? 'missing' : String(tryEvaluate(e, point) ?? noValue)
}
