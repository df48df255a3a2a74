// What literals of strings mean: prefixes and escape sequences.

/** What the letters before a string's quotes say. */
export interface Prefix {
  readonly isRaw: boolean
  readonly isBytes: boolean
  readonly isFormatted: boolean
  readonly isUnicode: boolean
}

const prefixes: ReadonlyMap<string, Prefix> = new Map(
  ['', 'r', 'b', 'br', 'rb', 'f', 'fr', 'rf', 'u'].map((letters) => [
    letters,
    {
      isRaw: letters.includes('r'),
      isBytes: letters.includes('b'),
      isFormatted: letters.includes('f'),
      isUnicode: letters === 'u',
    },
  ]),
)

export function prefixOf(letters: string): Prefix | undefined {
  return prefixes.get(letters) ?? prefixes.get(letters.toLowerCase())
}

const simple: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

const escapes = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g
const escapesOfBytes = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|([^]))/g

/** The text that a literal stands for; sequences that mean nothing stay as they are. */
export function unescape(literal: string): string {
  if (!literal.includes('\\')) return literal
  return literal.replace(escapes, (all, octal?: string, x?: string, u?: string, long?: string, other?: string) => {
    if (other !== undefined) return simple.get(other) ?? all
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8))
    const code = parseInt(x ?? u ?? long ?? '', 16)
    return code > 0x10ffff ? all : String.fromCodePoint(code)
  })
}

/** The same of bytes, a character each. */
export function unescapeBytes(literal: string): string {
  if (!literal.includes('\\')) return literal
  return literal.replace(escapesOfBytes, (all, octal?: string, x?: string, other?: string) => {
    if (other !== undefined) return simple.get(other) ?? all
    return String.fromCharCode(octal === undefined ? parseInt(x ?? '', 16) : parseInt(octal, 8) & 255)
  })
}
