// Where the time goes. A model is split down to the parts of its repeated block, so that a row is `layers.*.mlp` and not
// the whole model nor one of its thousand kernels; what lies outside the block keeps a row of its own.
import { addTotals, type KernelCost, noCost, secondsOf, type StretchCost, type Totals } from './cost.ts'
import type { KernelNode, ModuleUse } from './input.ts'

export interface ModuleRow extends Totals {
  readonly module: string
  readonly className: string
  readonly seconds: number
  /** Of the phase's time. */
  readonly share: number
  /** How often one pass runs the module. */
  readonly repeat: number
}

export interface KernelRow extends Totals {
  readonly kernel: KernelNode
  readonly module: string
  readonly className: string
  readonly seconds: number
  readonly share: number
}

export interface Breakdown {
  /** Longest first. */
  readonly modules: readonly ModuleRow[]
  readonly kernels: readonly KernelRow[]
}

export function breakDown(stretches: readonly StretchCost[]): Breakdown {
  const total = stretches.reduce((sum, s) => sum + s.kernels.reduce((t, k) => t + secondsOf(k), 0), 0)
  const ranked = <T extends Totals>(rows: Iterable<T>) =>
    [...rows]
      .map((row) => ({ ...row, seconds: secondsOf(row), share: secondsOf(row) / total }))
      .sort((a, b) => b.seconds - a.seconds)
  return { modules: ranked(moduleRows(stretches)), kernels: ranked(kernelRows(stretches)) }
}

type Unranked<T> = Omit<T, 'seconds' | 'share'>

function moduleRows(stretches: readonly StretchCost[]): Iterable<Unranked<ModuleRow>> {
  const rows = new Map<string, Unranked<ModuleRow> & { repeat: number }>()
  for (const [index, { regime, kernels, values }] of stretches.entries()) {
    const rowOf = assignRows(regime.root)
    for (const [use, row] of assignRows(regime.sampling)) rowOf.set(use, row)
    const counted = new Set<ModuleUse>()
    for (const cost of kernels) {
      const use = rowOf.get(cost.kernel.use.owner) ?? cost.kernel.use.owner
      const row = rows.get(use.path) ?? { ...noCost(), module: use.path, className: use.className, repeat: 0 }
      rows.set(use.path, row)
      addTotals(row, cost)
      if (index > 0 || counted.has(use)) continue
      counted.add(use)
      row.repeat += (regime.repeats.get(use) ?? []).reduce((n, id) => n * (values[id] ?? 1), 1)
    }
  }
  return rows.values()
}

/** The module in whose row each module's own kernels are counted. */
function assignRows(root: ModuleUse): Map<ModuleUse, ModuleUse> {
  const rowOf = new Map<ModuleUse, ModuleUse>()
  const visit = (use: ModuleUse, row: ModuleUse | undefined): void => {
    rowOf.set(use, row ?? use)
    const split = row === undefined && (use === root || use.repeated || containsRepeated(use))
    for (const child of use.children) visit(child, split ? undefined : (row ?? use))
  }
  visit(root, undefined)
  return rowOf
}

function containsRepeated(use: ModuleUse): boolean {
  return use.children.some((child) => child.repeated || containsRepeated(child))
}

function kernelRows(stretches: readonly StretchCost[]): Iterable<Unranked<KernelRow>> {
  const rows = new Map<string, Unranked<KernelRow>>()
  for (const { kernels } of stretches) {
    const seen = new Map<string, number>()
    for (const cost of kernels) {
      const key = kernelKey(cost)
      const nth = seen.get(key) ?? 0
      seen.set(key, nth + 1)
      const { kernel, owner } = cost.kernel.use
      const row = rows.get(`${key} ${nth}`) ?? { ...noCost(), kernel, module: owner.path, className: owner.className }
      rows.set(`${key} ${nth}`, row)
      addTotals(row, cost)
    }
  }
  return rows.values()
}

/** The same kernel in the analyses of different regimes. */
function kernelKey({ kernel: { use } }: KernelCost): string {
  const { kernel, owner } = use
  return [owner.path, kernel.aten, kernel.operation, kernel.line ?? ''].join('\n')
}
