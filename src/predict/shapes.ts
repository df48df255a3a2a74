// Shapes as the analyses print them: `bf16[{batch_size}, {seq_len}, 64]`, each dimension a formula.
import { raise } from '../text/index.ts'

export interface ShapeText {
  readonly dtype: string
  readonly dims: readonly string[]
}

export function parseShape(text: string): ShapeText {
  const match = /^(\w+)\[(.*)\]$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return raise('bad-analysis', `"${text}" is no shape`)
  return { dtype: match[1], dims: splitDims(match[2]) }
}

/** Splits at commas outside of parentheses: `max(a, b)` is one dimension. */
function splitDims(text: string): string[] {
  if (text.trim() === '') return []
  const dims: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '(') depth++
    else if (c === ')') depth--
    else if (c === ',' && depth === 0) {
      dims.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  dims.push(text.slice(start).trim())
  return dims
}
