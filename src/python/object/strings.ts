// Strings are JavaScript's, in UTF-16; positions and lengths in Python count code points. Text without surrogates, which
// is nearly all of it, needs no conversion.
const surrogate = /[\ud800-\udfff]/

/** Whether positions in JavaScript are positions in Python. */
export function isFlat(s: string): boolean {
  return !surrogate.test(s)
}

/** The characters, as a sequence that can be indexed and sliced like Python's. */
export function characters(s: string): readonly string[] {
  return [...s]
}

export function textLength(s: string): number {
  return isFlat(s) ? s.length : characters(s).length
}

/** The character at a position, which is within the text. */
export function characterAt(s: string, i: number): string {
  return isFlat(s) ? s.charAt(i) : (characters(s)[i] ?? '')
}

export function sliceText(s: string, start: number, stop: number): string {
  return isFlat(s) ? s.slice(start, Math.max(start, stop)) : characters(s).slice(start, Math.max(start, stop)).join('')
}

/** A position in JavaScript's units, as Python counts it. */
export function toCodePoints(s: string, at: number): number {
  return at < 0 || isFlat(s) ? at : textLength(s.slice(0, at))
}

const furtherSpaces = '\x1c\x1d\x1e\x1f\x85'
const lineEnds = '\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029'

/** White space as `str.isspace` has it. */
export function isSpace(c: string): boolean {
  return (/\s/u.test(c) && c !== '\ufeff') || furtherSpaces.includes(c)
}

/** Where `str.splitlines` ends a line. */
export function isLineEnd(c: string): boolean {
  return lineEnds.includes(c)
}
