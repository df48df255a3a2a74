// A source file is its text plus the offsets at which its lines start; a span is a place in a file, counted as Python
// counts (lines from 1, columns from 0).

/** A place in a source file. `line` counts from 1; `column` from 0; `inside` names the enclosing function. */
export interface Span {
  readonly file: string
  readonly line: number
  readonly column?: number
  readonly inside?: string
}

export class SourceFile {
  readonly #lines: readonly string[]

  /** @param path how the file is named to people: relative to its package's parent, e.g. `transformers/activations.py` */
  constructor(
    readonly path: string,
    readonly text: string,
  ) {
    this.#lines = text.split('\n')
  }

  get lineCount(): number {
    return this.#lines.length
  }

  /** The text of a line, counted from 1, without its newline. */
  line(n: number): string {
    return this.#lines[n - 1] ?? ''
  }
}

/** `path:12 in f`, as errors print it. */
export function formatSpan(span: Span): string {
  const place = `${span.file}:${span.line}`
  return span.inside === undefined ? place : `${place} in ${span.inside}`
}
