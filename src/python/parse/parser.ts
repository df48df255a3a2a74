// py-ast behind one function: text that lies at some line of a file in, statements with the file's own positions out.
import { parse } from 'py-ast'
import { isAnalysisError, raise, type SourceFile } from '../../text/index.ts'
import { parenthesize } from './patterns.ts'
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
  const module = parseSource(head + text, origin, shift)
  const [only] = module.body
  const body = origin.indented && only?.nodeType === 'If' ? only.body : module.body
  shiftLines(body, shift)
  return body
}

function parseSource(text: string, origin: Origin, shift: number): ReturnType<typeof parse> {
  let source = text
  for (;;) {
    try {
      return parse(source)
    } catch (e) {
      if (isAnalysisError(e) || !(e instanceof Error)) throw e
      const { message, line, column } = complaint(e)
      const rewritten = line === undefined ? undefined : parenthesize(source, line)
      if (rewritten === undefined)
        return syntaxError(message, origin, line === undefined ? origin.line : line + shift, column)
      source = rewritten
    }
  }
}

interface Complaint {
  readonly message: string
  readonly line: number | undefined
  readonly column: number | undefined
}

/** py-ast's errors say where in their message. */
function complaint(e: Error): Complaint {
  const match = /^(.*?) at line (\d+)(?:, column (\d+))?/s.exec(e.message)
  const [, message = e.message, line, column] = match ?? []
  return {
    message,
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column),
  }
}

function syntaxError(message: string, origin: Origin, line: number, column: number | undefined): never {
  const place = column === undefined ? {} : { column }
  raise('syntax-error', message, { span: { file: origin.file.path, line, ...place }, notes: [origin.file.line(line)] })
}
