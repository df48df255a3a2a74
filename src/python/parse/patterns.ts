// `case a, b:` and `match a, b:` without parentheses, which py-ast does not read. Parentheses are put in, the first in
// place of the blank behind the keyword, so that positions on the line stay as they are.

const statement = /^([ \t]*(?:match|case))[ \t]/

/** The text with the sequence on a line put in parentheses; undefined where the line is no such statement. */
export function parenthesize(text: string, line: number): string | undefined {
  const lines = text.split('\n')
  const own = lines[line - 1]
  const head = own === undefined ? undefined : statement.exec(own)?.[1]
  if (own === undefined || head === undefined) return undefined
  const end = endOfSequence(own, head.length)
  if (end === undefined) return undefined
  const blank = own.charAt(end) === ' ' ? 1 : 0
  lines[line - 1] = `${head}(${own.slice(head.length + 1, end)})${own.slice(end + blank)}`
  return lines.join('\n')
}

/** Where a sequence with commas outside brackets ends: at its colon, or at the blank before `if`. */
function endOfSequence(line: string, start: number): number | undefined {
  let depth = 0
  let commas = 0
  for (let i = start; i < line.length; i++) {
    const c = line.charAt(i)
    if (c === '"' || c === "'") {
      const close = line.indexOf(c, i + 1)
      if (close < 0) return undefined
      i = close
    } else if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (depth > 0) continue
    else if (c === ',') commas++
    else if (c === ':' || / if[ (]/.test(line.slice(i, i + 4))) return commas > 0 ? i : undefined
  }
  return undefined
}
