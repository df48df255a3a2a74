// Tools that look at source: where a class is, who uses a name, what a file says. What they return is data from others: the
// prompts say so, and nothing in it changes what is checked.
import { z } from 'zod'
import { parseWhole, type StatementNode } from '../../python/index.ts'
import { isAnalysisError, nearest, raise, type SourceFile } from '../../text/index.ts'
import { defineTool, type ToolHandler } from '../tool.ts'
import { pythonFiles, readTree, type SourceTree } from '../tree.ts'

export interface FileTools {
  readonly tree: SourceTree
  /** Awaited now and then while many files are read. */
  readonly pause: () => Promise<void>
}

/** Runtimes put longer answers into a file that the agent can't open. */
const pageCharacters = 60_000
/** Files between two pauses. */
const stride = 100
const shownClasses = 20
const shownUses = 100
const shownLine = 400

export function fileTools(files: FileTools): readonly ToolHandler[] {
  const index = new ClassIndex(files)
  return [findClass(index), findCallers(files), readSource(files.tree)]
}

/** The top-level classes of every file, by a search for the word: the parser confirms what is shown. */
class ClassIndex {
  private classes: ReadonlyMap<string, readonly string[]> | undefined

  constructor(readonly files: FileTools) {}

  async byName(): Promise<ReadonlyMap<string, readonly string[]>> {
    if (this.classes !== undefined) return this.classes
    const classes = new Map<string, string[]>()
    for await (const { shown, text } of texts(this.files)) {
      for (const [, name = ''] of text.matchAll(/^class[ \t]+([A-Za-z_]\w*)/gm)) {
        const places = classes.get(name)
        if (places === undefined) classes.set(name, [shown])
        else places.push(shown)
      }
    }
    return (this.classes = classes)
  }
}

async function* texts(
  { tree, pause }: FileTools,
  within?: string,
): AsyncGenerator<{ readonly shown: string; readonly text: string }> {
  let count = 0
  for (const { path, shown } of pythonFiles(tree, within)) {
    if (++count % stride === 0) await pause()
    const text = tree.sources.read(path)
    if (text !== undefined) yield { shown, text }
  }
}

function findClass(index: ClassIndex): ToolHandler {
  const { tree } = index.files
  return defineTool({
    name: 'find_class',
    description:
      'Finds a class in the given sources. `name` is a bare name (LlamaRMSNorm) or a fully qualified one. Answers with the ' +
      'qualified name, file, lines, bases and the lines of its own forward(). Says so where there is no such class: then stop, do not guess.',
    shape: { name: z.string().min(1).max(300) },
    answer: async ({ name }) => {
      const bare = name.split('.').at(-1) ?? name
      const module = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : undefined
      const classes = await index.byName()
      const all = (classes.get(bare) ?? []).filter((file) => module === undefined || moduleOf(file) === module)
      const found = all.slice(0, shownClasses).flatMap((file) => describeClass(readTree(tree, file), bare))
      if (found.length > 0) return [...found, ...more(all.length)].join('\n')
      const near = nearest(bare, classes.keys())
      return raise('source-not-found', `there is no class ${name} in the given sources`, {
        notes: [
          `looked in: ${[...tree.roots].map(([n, folder]) => `${n} (${folder})`).join(', ')}`,
          ...(classes.get(bare) ?? []).slice(0, shownClasses).map((f) => `${bare} is defined in ${f}`),
        ],
        hint: near.length === 0 ? 'Check the name.' : `Similar names: ${near.join(', ')}.`,
      })
    },
  })
}

function more(all: number): readonly string[] {
  return all > shownClasses ? [`${all - shownClasses} more of this name: give the fully qualified one`] : []
}

/** `transformers/models/llama/modeling_llama.py` → `transformers.models.llama.modeling_llama` */
export function moduleOf(shown: string): string {
  return shown.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.')
}

function describeClass(file: SourceFile, name: string): readonly string[] {
  const classes = statementsOf(file).flatMap((node) =>
    node.nodeType === 'ClassDef' && node.name === name ? [node] : [],
  )
  return classes.map((node) => {
    const forward = node.body.findLast((s) => s.nodeType === 'FunctionDef' && s.name === 'forward')
    const lines = (n: StatementNode): string => `${n.lineno}–${n.end_lineno ?? n.lineno}`
    const head = file.line(node.lineno).trim()
    const own = forward === undefined ? 'no forward() of its own' : `forward() at lines ${lines(forward)}`
    return `${moduleOf(file.path)}.${name}\n  ${file.path} lines ${lines(node)}: ${head}\n  ${own}`
  })
}

function statementsOf(file: SourceFile): readonly StatementNode[] {
  try {
    return parseWhole(file)
  } catch (error) {
    if (isAnalysisError(error)) return []
    throw error
  }
}

function findCallers(files: FileTools): ToolHandler {
  return defineTool({
    name: 'find_callers',
    description:
      'Lists the lines of the given sources on which a name occurs as a whole word: calls, constructions, definitions, comments ' +
      'too. `within` narrows the search to a file or folder, e.g. transformers/models/llama.',
    shape: { name: z.string().regex(/^[A-Za-z_]\w*$/, 'a bare name'), within: z.string().max(300).optional() },
    answer: async ({ name, within }) => {
      const word = new RegExp(`(?<![\\w])${name}(?![\\w])`)
      const lines: string[] = []
      let count = 0
      for await (const { shown, text } of texts(files, within)) {
        if (!text.includes(name)) continue
        for (const [i, line] of text.split('\n').entries()) {
          if (!word.test(line)) continue
          if (++count <= shownUses) lines.push(`${shown}:${i + 1}: ${line.trim().slice(0, shownLine)}`)
        }
      }
      const where = within === undefined ? 'the given sources' : within
      if (count === 0)
        return raise('source-not-found', `${name} does not occur in ${where}`, { hint: 'Check the name.' })
      return [
        ...lines,
        ...(count > shownUses ? [`… ${count - shownUses} more: narrow the search with \`within\``] : []),
      ].join('\n')
    },
  })
}

function readSource(tree: SourceTree): ToolHandler {
  return defineTool({
    name: 'read_source',
    description:
      'Reads a file of the given sources, with line numbers, a page at a time. `path` is as the other tools show it ' +
      '(transformers/activations.py) or a module (transformers.activations); `from` is the first line wanted.',
    shape: { path: z.string().min(1).max(500), from: z.int().min(1).optional(), count: z.int().min(1).optional() },
    answer: ({ path, from, count }) => page(readTree(tree, path), from ?? 1, count ?? Infinity),
  })
}

/** Lines with their numbers, as many as a page holds. */
function page(file: SourceFile, from: number, count: number): string {
  const last = file.text.endsWith('\n') ? file.lineCount - 1 : file.lineCount
  if (from > last) return raise('bad-option', `${file.path} has ${last} lines`, { hint: 'Ask for an earlier line.' })
  const lines: string[] = []
  let size = 0
  let line = from
  for (; line <= last && line - from < count; line++) {
    const text = `${String(line).padStart(6)}  ${cut(file.line(line))}`
    if (size > 0 && size + text.length > pageCharacters) break
    size += text.length + 1
    lines.push(text)
  }
  const rest = line <= last ? [`… the file has ${last} lines: go on with from=${line}`] : []
  return [`${file.path} lines ${from}–${line - 1} of ${last}`, ...lines, ...rest].join('\n')
}

/** A line of generated data may be longer than a page. */
function cut(text: string): string {
  const limit = 4000
  return text.length <= limit ? text : `${text.slice(0, limit)} … ${text.length - limit} more characters`
}
