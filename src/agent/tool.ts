// A tool as every runtime of agents understands it: a name, what it is for, what it takes, what it does. A handler checks
// its input itself, so that it behaves the same under each of them and can be called by a test.
import { z } from 'zod'
import { isAnalysisError } from '../text/index.ts'

/** What an agent is told. An error is no failure of the run: the agent reads it and goes on. */
export interface ToolAnswer {
  readonly text: string
  readonly isError?: true
}

export interface ToolHandler {
  readonly name: string
  /** For the agent: what the tool does, what it gives back, when to use it. */
  readonly description: string
  readonly shape: z.ZodRawShape
  /** It changes nothing: several such calls may run side by side. */
  readonly readOnly: boolean
  readonly run: (input: unknown) => Promise<ToolAnswer>
}

interface ToolDefinition<Shape extends z.ZodRawShape> {
  readonly name: string
  readonly description: string
  readonly shape: Shape
  readonly readOnly?: false
  /** Gives the answer's text, or raises what the agent is told as an error. */
  readonly answer: (input: z.output<z.ZodObject<Shape>>) => Promise<string | ToolAnswer> | string | ToolAnswer
}

/** A handler: input is checked against the shape, and what is raised becomes an answer that says so. */
export function defineTool<Shape extends z.ZodRawShape>(definition: ToolDefinition<Shape>): ToolHandler {
  const { name, description, shape, readOnly, answer } = definition
  const schema = z.strictObject(shape)
  const run = async (input: unknown): Promise<ToolAnswer> => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) return { text: `error bad-input: ${z.prettifyError(parsed.error)}`, isError: true }
    try {
      const given = await answer(parsed.data as z.output<z.ZodObject<Shape>>)
      return typeof given === 'string' ? { text: given } : given
    } catch (error) {
      if (isAnalysisError(error)) return { text: errorText(error), isError: true }
      throw error
    }
  }
  return { name, description, shape, readOnly: readOnly ?? true, run }
}

function errorText(error: { code: string; message: string; hint: string; notes: readonly string[] }): string {
  return [`error ${error.code}: ${error.message}`, ...error.notes, error.hint].join('\n')
}
