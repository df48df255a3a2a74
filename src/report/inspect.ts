// The module tree of a model: fully qualified classes, weights with their shapes, parameter counts. Siblings that differ
// in their index alone are shown once.
import type { Provenance } from '../trace/formats.ts'
import * as numbers from './numbers.ts'
import { columnsOf, fit, table, type Terminal } from './terminal.ts'

export interface ModuleTree {
  /** The attribute it is stored in; '' for the model. */
  readonly name: string
  readonly class_name: string
  readonly weights: readonly InspectedWeight[]
  /** Of the module and all below it; a tensor that several modules share counts once. */
  readonly parameters: number
  /** Of the module and all below it, as a quantised checkpoint stores them. */
  readonly stored_bytes?: number
  readonly children: readonly ModuleTree[]
}

export interface InspectedWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  /** How a quantised checkpoint stores it. */
  readonly stored?: { readonly format: string; readonly bytes: number }
}

interface Line {
  readonly name: string
  readonly tree: ModuleTree
  readonly depth: number
  readonly count: number
}

export function inspectText(title: string, root: ModuleTree, depth: number | undefined, terminal: Terminal): string[] {
  const lines: Line[] = []
  const visit = (tree: ModuleTree, level: number): void => {
    if (depth !== undefined && level > depth) return
    for (const group of grouped(tree.children)) {
      const [first, last] = [group[0], group.at(-1)]
      if (first === undefined || last === undefined) continue
      lines.push({
        name: first === last ? first.name : `${first.name} … ${last.name}`,
        tree: first,
        depth: level,
        count: group.length,
      })
      visit(first, level + 1)
    }
  }
  visit(root, 1)
  const { style } = terminal
  const rows = lines.map(({ name, tree, depth: level, count }) => [
    '  '.repeat(level - 1) + name,
    tree.class_name,
    tree.weights.map(weightText).join(' '),
    numbers.parameters(tree.parameters) + (count > 1 ? ` × ${count}` : ''),
  ])
  const size = `${numbers.parameters(root.parameters)} parameters`
  const stored = root.stored_bytes === undefined ? [] : [`${numbers.bytes(root.stored_bytes)} as stored`]
  const heading = [style.bold(title), root.class_name, size, ...stored].join(' · ')
  const columns = [{ title: 'module' }, { title: 'class' }, { title: 'weights' }, { title: 'parameters' }]
  return [heading, ...table(columns, narrowed(rows, terminal.width), style)]
}

/** `weight bf16[4096, 4096]`, with the format in place of the dtype where the checkpoint has another one. */
function weightText({ name, dtype, shape, stored }: InspectedWeight): string {
  const text = `${name} ${dtype}[${shape.join(', ')}]`
  return stored === undefined || stored.format === dtype ? text : `${text} as ${stored.format}`
}

/** Class names give way where the terminal is narrow: the last part says most. */
function narrowed(rows: readonly string[][], width: number): string[][] {
  const widest = [0, 2, 3].reduce((sum, i) => sum + Math.max(0, ...rows.map((row) => columnsOf(row[i] ?? ''))) + 2, 0)
  const left = Math.max(30, width - widest)
  return rows.map((row) => row.map((cell, i) => (i === 1 ? fit(cell, left) : cell)))
}

function grouped(children: readonly ModuleTree[]): ModuleTree[][] {
  const groups: ModuleTree[][] = []
  let previous = ''
  for (const child of children) {
    const shape = /^\d+$/.test(child.name) ? JSON.stringify({ ...child, name: '' }) : ''
    const last = groups.at(-1)
    if (last !== undefined && shape !== '' && shape === previous) last.push(child)
    else groups.push([child])
    previous = shape
  }
  return groups
}

export function inspectJson(id: string, root: ModuleTree, provenance: Provenance): object {
  return { schema_version: 1, provenance, model: id, root }
}
