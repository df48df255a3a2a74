// Lines of a project's sources, by the names under which errors and analyses show their files.
import type { Check, Citation, Project } from '../huggingface/index.ts'
import { check } from './report.ts'

/** The lines of a file; undefined where the project has no such file. `file`: `my_pkg/kernels.py`, `mine.py`, `my_pkg/csrc/op.cu`. */
export function linesOf(project: Project, file: string): readonly string[] | undefined {
  const path = pathOf(project, file)
  const text = path === undefined ? undefined : project.sources.read(path)
  return text?.replace(/\r\n?/g, '\n').split('\n')
}

/** Whether the package that a file lies in is given: then the file must be there. */
function isGiven(project: Project, file: string): boolean {
  return project.roots.has(packageOf(file))
}

/** The package that a file is shown in. */
export function packageOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.py$/, '')
}

function pathOf(project: Project, file: string): string | undefined {
  const root = project.roots.get(packageOf(file))
  const rest = file.split('/').slice(1)
  if (root === undefined || rest.some((part) => part === '..' || part === '')) return undefined
  if (rest.length === 0) return root.endsWith('.py') ? root : undefined
  return [root.replace(/\/$/, ''), ...rest].join('/')
}

/** What is wrong with a quoted line; undefined where it stands there, null where that can't be looked up. */
function staleness(project: Project, { file, line, text }: Citation): string | null | undefined {
  if (!isGiven(project, file)) return null
  const lines = linesOf(project, file)
  if (lines === undefined) return `there is no file ${file} in the given sources`
  const found = lines[line - 1]?.trim()
  const wanted = text.trim()
  if (found === wanted) return undefined
  const now = lines.flatMap((l, i) => (l.trim() === wanted ? [i + 1] : []))
  const moved = now.length === 0 ? '' : `; that text is on line ${now.slice(0, 3).join(', ')}`
  return `${file}:${line} says "${found ?? ''}", not "${wanted}"${moved}`
}

/** Name of the check whose failure means that the source has changed. */
export const citationCheck = 'citations'

/** Every quoted line stands where it is said to. */
export function checkCitations(citations: readonly Citation[], project: Project): Check {
  const found = citations.map((c) => ({ c, stale: staleness(project, c) }))
  const stale = found.flatMap(({ stale }) => (typeof stale === 'string' ? [stale] : []))
  if (stale.length > 0) return check(citationCheck, 'fail', [...new Set(stale)])
  const unread = found.flatMap(({ c, stale }) => (stale === null ? [`${c.file} is not among the given sources`] : []))
  return check(citationCheck, unread.length > 0 ? 'not-checkable' : 'pass', [...new Set(unread)])
}
