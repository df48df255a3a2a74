// Prompts are text files with variables in double square brackets: `[[class_name]]`. A template says at its top which variables it has;
// a variable that is missing, unknown or not declared is an error, so that no prompt goes out with a hole in it.
import { raise } from '../text/index.ts'

export interface Prompt {
  readonly name: string
  readonly version: number
  /** Variable → what stands in its place. */
  readonly variables: ReadonlyMap<string, string>
  readonly body: string
}

const variable = /\[\[([a-z_]+)\]\]/g

/**
 * Takes a template apart: a header between lines of `---`, with `name: …`, `version: N` and one `variable: meaning` line under
 * `variables:`, then the body.
 */
export function parsePrompt(text: string, file: string): Prompt {
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? []
  if (head === undefined || body === undefined) return raise('internal', `${file} has no header`)
  const field = (key: string): string =>
    new RegExp(`^${key}: (.+)$`, 'm').exec(head)?.[1] ?? raise('internal', `the header of ${file} has no ${key}`)
  const list = head.split(/^variables:\n/m)[1] ?? ''
  const variables = new Map(
    [...list.matchAll(/^ {2}([a-z_]+): (.+)$/gm)].map(([, name = '', what = '']) => [name, what]),
  )
  const used = new Set([...body.matchAll(variable)].map(([, name = '']) => name))
  for (const name of used)
    if (!variables.has(name)) raise('internal', `${file} uses [[${name}]], which its header lacks`)
  for (const name of variables.keys()) if (!used.has(name)) raise('internal', `${file} never uses [[${name}]]`)
  return { name: field('name'), version: Number(field('version')), variables, body: body.trim() }
}

/** Fills a template in; values are put in as they are and not looked at for variables of their own. */
export function renderPrompt(prompt: Prompt, values: Readonly<Record<string, string>>): string {
  for (const name of Object.keys(values))
    if (!prompt.variables.has(name)) raise('internal', `the prompt ${prompt.name} has no variable ${name}`)
  return prompt.body.replace(variable, (_, name: string) =>
    Object.hasOwn(values, name)
      ? (values[name] ?? '')
      : raise('internal', `the prompt ${prompt.name} is missing its variable ${name}`),
  )
}
