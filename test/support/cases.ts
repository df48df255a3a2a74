// Text cases: Markdown files in which a heading names a case, a `py` block is what runs and other blocks say what is
// expected of it. `UPDATE=1` rewrites the expectations; people read the difference.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Block {
  readonly info: string
  readonly text: string
  /** Offsets of the text in the file. */
  readonly start: number
  readonly end: number
}

export interface Case {
  readonly title: string
  readonly blocks: readonly Block[]
}

const fence = /^```(\S*)\n([\s\S]*?)^```$/gm

/** The cases of a Markdown text. */
export function parseCases(markdown: string): readonly Case[] {
  const headings = [...withoutFences(markdown).matchAll(/^# (.*)$/gm)]
  return headings.map((heading, i) => {
    const from = heading.index
    const to = headings[i + 1]?.index ?? markdown.length
    const blocks = [...markdown.slice(from, to).matchAll(fence)].map((m) => {
      const [whole, info = '', text = ''] = m
      const start = from + m.index + whole.indexOf('\n') + 1
      return { info, text, start, end: start + text.length }
    })
    return { title: heading[1] ?? '', blocks }
  })
}

/** The text with what lies in fences blanked, so that Python comments are not taken for headings. */
function withoutFences(markdown: string): string {
  return markdown.replace(fence, (block) => block.replace(/[^\n]/g, ' '))
}

/** The block of a case with the given info string. */
export function blockOf(c: Case, info: string): Block | undefined {
  return c.blocks.find((b) => b.info === info)
}

/** Replaces the texts of blocks, given from the first to the last. */
export function replaceBlocks(
  markdown: string,
  changes: readonly { readonly block: Block; readonly text: string }[],
): string {
  return [...changes]
    .sort((a, b) => b.block.start - a.block.start)
    .reduce((text, c) => text.slice(0, c.block.start) + c.text + text.slice(c.block.end), markdown)
}

export interface CaseFile {
  readonly path: string
  readonly markdown: string
  readonly cases: readonly Case[]
}

/** The case files of a folder. */
export function caseFiles(folder: string): readonly CaseFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => {
      const path = join(folder, name)
      const markdown = readFileSync(path, 'utf8')
      return { path, markdown, cases: parseCases(markdown) }
    })
}

export const updating = process.env['UPDATE'] === '1'

export function writeCases(file: CaseFile, changes: readonly { readonly block: Block; readonly text: string }[]): void {
  const text = replaceBlocks(file.markdown, changes)
  if (text !== file.markdown) writeFileSync(file.path, text)
}

/** The lines of a block that announce an error, `# error: code`: line number → code. */
export function expectedErrors(block: Block): ReadonlyMap<number, string> {
  const expected = new Map<number, string>()
  block.text.split('\n').forEach((line, i) => {
    const match = /# error: ([\w-]+)/.exec(line)
    if (match?.[1] !== undefined) expected.set(i + 1, match[1])
  })
  return expected
}
