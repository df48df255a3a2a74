// What a terminal can show: its width, and colours where it is one. Everything that prints takes this as a value, so that
// tests and files get plain text.

export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly cyan: (text: string) => string
}

export interface Terminal {
  readonly width: number
  readonly style: Style
}

const same = (text: string) => text

export const plainStyle: Style = { bold: same, dim: same, red: same, cyan: same }

const sgr = (on: number, off: number) => (text: string) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`)

export const colourStyle: Style = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), cyan: sgr(36, 39) }

/** Columns a text takes, escape sequences taking none. */
export function columnsOf(text: string): number {
  // eslint-disable-next-line no-control-regex
  return [...text.replace(/\u001b\[\d+m/g, '')].length
}

/** Shortens plain text at its middle: module paths differ at both ends. */
export function fit(text: string, width: number): string {
  const characters = [...text]
  if (characters.length <= width) return text
  if (width <= 1) return '…'.slice(0, width)
  const head = Math.ceil((width - 1) / 2)
  return [...characters.slice(0, head), '…', ...characters.slice(characters.length - (width - 1 - head))].join('')
}

export interface Column {
  readonly title?: string
  readonly align?: 'left' | 'right'
}

const gap = '  '

/** Rows under titles, each column as wide as its widest cell; ends of lines carry no blanks. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style = plainStyle,
): string[] {
  const titles = columns.map((c) => style.dim(c.title ?? ''))
  const all = columns.some((c) => c.title !== undefined) ? [titles, ...rows] : rows
  const widths = columns.map((_, i) => Math.max(0, ...all.map((row) => columnsOf(row[i] ?? ''))))
  return all.map((row) =>
    columns
      .map((column, i) => {
        const cell = row[i] ?? ''
        const blanks = ' '.repeat((widths[i] ?? 0) - columnsOf(cell))
        return column.align === 'right' ? blanks + cell : cell + blanks
      })
      .join(gap)
      .trimEnd(),
  )
}

/** A bar of at most `width` columns, in eighths of a column. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const rest = ' ▏▎▍▌▋▊▉'[eighths % 8] ?? ' '
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest)
}

/** Breaks a sentence into lines. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
