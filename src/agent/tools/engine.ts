// Tools behind which the engine stands: the lines to account for, its own trace of a function, what a formula comes to.
import { z } from 'zod'
import { defineTool, type ToolHandler } from '../tool.ts'
import { checkFormula } from '../formulas.ts'
import type { SourceLine } from '../lines.ts'
import type { Snippet, SnippetTrace } from '../snippet.ts'

/** What the engine does for an agent: possibly in another thread. */
export interface EngineTools {
  readonly listLines: (className: string) => Promise<readonly SourceLine[]>
  readonly traceSnippet: (snippet: Snippet) => Promise<SnippetTrace>
}

export function engineTools(engine: EngineTools): readonly ToolHandler[] {
  return [listLinesTool(engine), traceSnippetTool(engine), checkFormulaTool()]
}

function listLinesTool(engine: EngineTools): ToolHandler {
  return defineTool({
    name: 'list_lines',
    description:
      'Lists the lines that an analysis of a class has to account for: those of its forward() and of the functions and methods ' +
      'of its file that this names. Lines marked * compute, call or index something, so they may launch kernels.',
    shape: { class_name: z.string().min(1).max(300).describe('fully qualified') },
    answer: async ({ class_name }) => {
      const lines = await engine.listLines(class_name)
      return lines.map((l) => `${l.computes ? '*' : ' '} ${l.file}:${l.line} ${l.inside}: ${l.text}`).join('\n')
    },
  })
}

function traceSnippetTool(engine: EngineTools): ToolHandler {
  return defineTool({
    name: 'trace_snippet',
    description:
      "The engine's own trace of one function, or of a class whose instance is called, on shapes that you state: the kernels " +
      'that PyTorch launches with their costs. With `sizes`, dimensions may be formulas over them and costs are formulas too.',
    shape: {
      name: z.string().min(1).max(300).describe('dotted name of a function or class in the given sources, or of torch'),
      inputs: z
        .array(z.string())
        .max(50)
        .describe('tensors by argument: x=bf16[batch_size,seq_len,64]; weight: before the dtype makes one a weight'),
      args: z.record(z.string(), z.json()).optional().describe('further arguments, by name'),
      init: z.record(z.string(), z.json()).optional().describe('what a class is constructed with, by name'),
      sizes: z.record(z.string(), z.number()).optional().describe('values of the variables that dimensions name'),
    },
    answer: async ({ name, inputs, args, init, sizes }) => {
      const trace = await engine.traceSnippet({
        name,
        inputs,
        ...(args === undefined ? {} : { args }),
        ...(init === undefined ? {} : { init }),
        ...(sizes === undefined ? {} : { sizes }),
      })
      return traceText(trace)
    },
  })
}

function traceText({ kernels, returns, assumptions }: SnippetTrace): string {
  const lines = kernels.map(
    (k) =>
      `${k.aten}  ${k.at}  (${k.in.join(', ')}) → ${k.out.join(', ')}\n` +
      `  flops ${k.flops} | matmul_flops ${k.matmul_flops} | read ${k.read} | write ${k.write}`,
  )
  return [
    ...(lines.length === 0 ? ['no kernels'] : lines),
    `returns ${returns.join(', ')}`,
    ...assumptions.map((a) => `assumed ${a}`),
  ].join('\n')
}

function checkFormulaTool(): ToolHandler {
  return defineTool({
    name: 'check_formula',
    description:
      'Reads a formula: whether it parses, which variables it has, whether every term is of the unit expected, and its value ' +
      'where values are given. notation `arguments` is that of kernel entries (x.shape[0], x.bytes).',
    shape: {
      formula: z.string().min(1).max(5000),
      unit: z.enum(['bytes', 'FLOPs', 'elements']).optional(),
      at: z.record(z.string(), z.number()).optional().describe('values of its variables'),
      notation: z.enum(['analysis', 'arguments']).optional(),
    },
    answer: ({ formula, unit, at, notation }) => {
      const report = checkFormula(formula, {
        ...(unit === undefined ? {} : { expectedUnit: unit }),
        ...(at === undefined ? {} : { at }),
        ...(notation === undefined ? {} : { notation }),
      })
      const lines = [
        ...report.problems.map((p) => `problem: ${p}`),
        `formula: ${report.canonical ?? 'does not parse'}`,
        `variables: ${report.variables.join(', ') || 'none'}`,
        ...(report.value === null ? [] : [`value: ${report.value}`]),
      ]
      return report.problems.length === 0 ? lines.join('\n') : { text: lines.join('\n'), isError: true }
    },
  })
}
