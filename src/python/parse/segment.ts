// The source text behind a node, and the constants whose value only the text tells: py-ast reads both `1` and `1.0` as
// JavaScript's 1.
import type { SourceFile } from '../../text/index.ts'
import type { Located } from './tree.ts'

/** Offset in a line of a column counted in bytes of UTF-8. */
function offsetOf(line: string, column: number): number {
  let bytes = 0
  for (let i = 0; i < line.length; i++) {
    if (bytes >= column) return i
    const code = line.charCodeAt(i)
    if (code < 0x80) bytes++
    else if (code < 0x800) bytes += 2
    // Each half of a surrogate pair counts for two of the four bytes.
    else bytes += code >= 0xd800 && code < 0xe000 ? 2 : 3
  }
  return line.length
}

/** The text that a node was parsed from. */
export function segment(file: SourceFile, node: Located): string {
  const { lineno, end_lineno: endLine = lineno } = node
  const first = file.line(lineno)
  const start = offsetOf(first, node.col_offset)
  const lastLine = file.line(endLine)
  const end = offsetOf(lastLine, node.end_col_offset ?? node.col_offset)
  if (endLine === lineno) return first.slice(start, end)
  const between = Array.from({ length: endLine - lineno - 1 }, (_, i) => file.line(lineno + 1 + i))
  return [first.slice(start), ...between, lastLine.slice(0, end)].join('\n')
}

/** Whether a numeric literal is a float. */
export function isFloatLiteral(text: string): boolean {
  return !/^0[xXoObB]/.test(text) && /[.eE]/.test(text)
}
