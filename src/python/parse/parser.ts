// Parts of a file to trees, with the file's own positions.
import type { SourceFile } from '../../text/index.ts'
import type { Stretch } from './scan.ts'
import { StatementParser } from './statements.ts'
import type { ExpressionNode, StatementNode } from './tree.ts'

function parserOf(file: SourceFile, { start, end, line }: Stretch): StatementParser {
  const first = file.text.charCodeAt(start)
  return new StatementParser(file, start, end, line, first === 32 || first === 9)
}

/** The statements of whole lines; a syntax error stops with the place in the file. */
export function parseStretch(file: SourceFile, stretch: Stretch): readonly StatementNode[] {
  return parserOf(file, stretch).statements()
}

/** The statements of a suite, whose first line may be empty or a comment. */
export function parseSuite(file: SourceFile, { start, end, line }: Stretch): readonly StatementNode[] {
  return new StatementParser(file, start, end, line, true).statements()
}

export function parseFile(file: SourceFile): readonly StatementNode[] {
  return new StatementParser(file, 0, file.text.length, 1, false).statements()
}

/** `def` or `class` without its suite. */
export function parseHeader(file: SourceFile, stretch: Stretch): StatementNode {
  return parserOf(file, stretch).header()
}

export function parseDecorators(file: SourceFile, stretch: Stretch): readonly ExpressionNode[] {
  return parserOf(file, stretch).decorators()
}
