// Source text to syntax tree. `parseLazily` gives the statements of a file with the parts of definitions parsed on
// demand; `parseWhole` parses everything at once, which finds every syntax error.
import type { SourceFile } from '../../text/index.ts'
import { parseText } from './parser.ts'
import type { StatementNode } from './tree.ts'

export { parseLazily } from './lazy.ts'
export { segment, isFloatLiteral } from './segment.ts'
export * from './tree.ts'

export function parseWhole(file: SourceFile): readonly StatementNode[] {
  return parseText(file.text, { file, line: 1, indented: false })
}
