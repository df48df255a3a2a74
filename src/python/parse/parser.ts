// py-ast behind one function: text that lies at some line of a file in, statements with the file's own positions out.
import { parse } from 'py-ast'
import { isAnalysisError, raise, type SourceFile } from '../../text/index.ts'
import { shiftLines, type StatementNode } from './tree.ts'

/** Where a text comes from. */
export interface Origin {
  readonly file: SourceFile
  /** Line of the file that the text starts on. */
  readonly line: number
  /** The text is a suite: its statements are indented. */
  readonly indented: boolean
}

/** The statements of a text; a syntax error stops with the place in the file. */
export function parseText(text: string, origin: Origin): readonly StatementNode[] {
  const head = origin.indented ? 'if 1:\n' : ''
  const shift = origin.line - (origin.indented ? 2 : 1)
  const module = attempt(() => parse(head + text), origin, shift)
  const [only] = module.body
  const body = origin.indented && only?.nodeType === 'If' ? only.body : module.body
  shiftLines(body, shift)
  return body
}

function attempt<T>(run: () => T, origin: Origin, shift: number): T {
  try {
    return run()
  } catch (e) {
    if (isAnalysisError(e) || !(e instanceof Error)) throw e
    return syntaxError(e, origin, shift)
  }
}

/** py-ast's errors say where in their message, its parser's also in fields. */
function syntaxError(e: Error, origin: Origin, shift: number): never {
  const match = /^(.*?) at line (\d+)(?:, column (\d+))?/s.exec(e.message)
  const message = match?.[1] ?? e.message
  const line = match?.[2] === undefined ? origin.line : Number(match[2]) + shift
  const column = match?.[3] === undefined ? {} : { column: Number(match[3]) }
  raise('syntax-error', message, { span: { file: origin.file.path, line, ...column }, notes: [origin.file.line(line)] })
}
