// References to classes as stage 1 writes them, `${{fully.qualified.Class}}(name=formula, …)`, and shapes, `bf16[a, b]`.
import { raise } from '../text/index.ts'

export interface ClassReference {
  readonly className: string
  /** Parameter → formula in the caller's variables. */
  readonly args: ReadonlyMap<string, string>
}

/** @param where what to call the place in an error */
export function parseReference(text: string, where: string): ClassReference {
  const match = /^\s*\$\{\{([^{}]+)\}\}\((.*)\)\s*$/s.exec(text)
  if (match === null) return raise('bad-analysis', `${where}: "${text}" is no reference to a class`)
  const [, className = '', list = ''] = match
  const args = new Map<string, string>()
  for (const part of splitList(list)) {
    const [, name, formula] = /^\s*\{?([^={}]+?)\}?\s*=(?!=)(.*)$/s.exec(part) ?? []
    if (name === undefined || formula === undefined)
      return raise('bad-analysis', `${where}: "${part.trim()}" gives no parameter a value`)
    if (args.has(name)) raise('bad-analysis', `${where}: the parameter ${name} has two values`)
    args.set(name, formula.trim())
  }
  return { className: className.trim(), args }
}

export interface Shape {
  readonly dtype: string
  readonly dimensions: readonly string[]
}

export function parseShape(text: string, where: string): Shape {
  const [, dtype, list] = /^(\w+)\[(.*)\]$/s.exec(text) ?? []
  if (dtype === undefined || list === undefined) return raise('bad-analysis', `${where}: "${text}" is no shape`)
  return { dtype, dimensions: splitList(list).map((d) => d.trim()) }
}

/** The items of a list separated by commas outside of parentheses. */
function splitList(text: string): readonly string[] {
  if (text.trim() === '') return []
  const items: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '(' || c === '{' || c === '[') depth++
    else if (c === ')' || c === '}' || c === ']') depth--
    else if (c === ',' && depth === 0) {
      items.push(text.slice(start, i))
      start = i + 1
    }
  }
  items.push(text.slice(start))
  return items
}
