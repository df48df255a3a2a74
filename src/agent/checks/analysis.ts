// Checks of an analysis of a class that somebody handed in: its schema, the lines it quotes, the lines it has to account for, its
// formulas, and its kernels beside those that the engine finds in the same call, where the engine gets through.
import type { Check, CheckReport, Project } from '../../huggingface/index.ts'
import { parseReference, parseShape } from '../../expand/reference.ts'
import { parse, tryEvaluate } from '../../sym/index.ts'
import type { BasicKernel, KernelInfo, ModuleAnalysis } from '../../trace/formats.ts'
import { attempt, codeAndMessage } from '../attempt.ts'
import { checkFormula, costUnits, type CostName } from '../formulas.ts'
import { listLines } from '../lines.ts'
import { check, openQuestions, passesUnless, reportOf } from '../report.ts'
import { schemaProblems } from '../schemas.ts'
import { checkCitations } from '../sources.ts'

/** @param own the engine's own analysis of the class in the same call; in words, why there is none */
export async function checkAnalysis(
  analysis: ModuleAnalysis,
  project: Project,
  own: ModuleAnalysis | string,
): Promise<CheckReport> {
  const schema = passesUnless('schema', await schemaProblems('module_analysis', analysis))
  if (schema.status === 'fail') return reportOf([schema], [])
  const before = [schema, citations(analysis, project), lines(analysis, project), formulas(analysis)]
  const beside = typeof own === 'string' ? check('engine', 'not-checkable', [own]) : besideEngine(analysis, own)
  const all = [...before, beside]
  return reportOf(all, openQuestions(all))
}

function citations({ kernels }: ModuleAnalysis, project: Project): Check {
  return checkCitations(
    kernels.flatMap(({ source }) => (source === 'bundled' ? [] : [source])),
    project,
  )
}

/** Every line of the class's own functions that computes is accounted for once, and every line in the ledger is one of theirs. */
function lines(analysis: ModuleAnalysis, project: Project): Check {
  const wanted = attempt(() => listLines(project, analysis.class_name), codeAndMessage)
  if (typeof wanted === 'string') return check('lines', 'not-checkable', [wanted])
  const counts = new Map<number, number>()
  for (const { line } of analysis.lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  const missing = wanted.filter((l) => l.computes && l.inside.endsWith('.forward') && !counts.has(l.line))
  const texts = new Map(wanted.map((l) => [l.line, l.text]))
  return passesUnless('lines', [
    ...missing.map((l) => `line ${l.line} is not accounted for: ${l.text}`),
    ...[...counts].flatMap(([line, n]) => (n > 1 ? [`line ${line} is accounted for ${n} times`] : [])),
    ...analysis.lines.flatMap(({ line, source }) => {
      const text = texts.get(line)
      if (text === undefined) return [`line ${line} is none of the lines to account for`]
      return text === source.trim() ? [] : [`line ${line} says "${text}", not "${source.trim()}"`]
    }),
  ])
}

function costOf(k: BasicKernel, name: CostName): string {
  return name === 'read' || name === 'write' ? k.memory_access[name] : k[name]
}

function formulas(analysis: ModuleAnalysis): Check {
  const variables = Object.keys(analysis.variables)
  const problems = analysis.kernels.flatMap((k, i) => {
    if (k.kernel_type === 'composite') return []
    return costUnits.flatMap(([name, expectedUnit]) =>
      checkFormula(costOf(k, name), { variables, expectedUnit }).problems.map(
        (p) => `${kernelText(k, i)} ${name}: ${p}`,
      ),
    )
  })
  return passesUnless('formulas', problems)
}

function kernelText(k: KernelInfo, i: number): string {
  const what = k.kernel_type === 'basic' ? k.aten : k.class_name
  return `kernel ${i + 1} (${what}${k.line === null ? '' : `, line ${k.line}`})`
}

/** Kernel by kernel, at the sizes of the run and at others. */
function besideEngine(analysis: ModuleAnalysis, own: ModuleAnalysis): Check {
  const problems: string[] = []
  for (let i = 0; i < Math.max(analysis.kernels.length, own.kernels.length); i++) {
    const [mine, theirs] = [analysis.kernels[i], own.kernels[i]]
    if (mine === undefined || theirs === undefined || nameOf(mine) !== nameOf(theirs)) {
      const text = mine === undefined ? 'there is no kernel' : kernelText(mine, i)
      problems.push(`${text}, where the engine has ${theirs === undefined ? 'none' : kernelText(theirs, i)}`)
      break
    }
    const variables = { ...own.variables, ...analysis.variables }
    const found = attempt(() => differences(partsOf(mine), partsOf(theirs), variables), codeAndMessage)
    const all = [...placeDifferences(mine, theirs), ...(typeof found === 'string' ? [found] : found)]
    problems.push(...all.map((d) => `${kernelText(mine, i)} ${d}`))
  }
  return passesUnless('engine', problems)
}

function nameOf(k: KernelInfo): string {
  return k.kernel_type === 'basic' ? k.aten : k.class_name
}

/** The line it is put down to, and the innermost one. */
function placeDifferences(mine: KernelInfo, theirs: KernelInfo): readonly string[] {
  const place = ({ line, source }: KernelInfo): string =>
    `line ${String(line)}${source === 'bundled' ? '' : `, from ${source.file}:${source.line}`}`
  return place(mine) === place(theirs) ? [] : [`is put down to ${place(mine)}, by the engine to ${place(theirs)}`]
}

/** Everything of a kernel that is a formula, by name: costs, dimensions, repetitions, what a callee's parameters are bound to. */
function partsOf(k: KernelInfo): ReadonlyMap<string, string> {
  const parts = new Map([['repeat', String(k.repeat ?? 1)]])
  if (k.kernel_type === 'composite') {
    for (const [name, text] of parseReference(k.flops, k.module).args) parts.set(`the parameter ${name}`, text)
    return parts
  }
  for (const [name] of costUnits) parts.set(name, costOf(k, name))
  for (const side of ['in', 'out'] as const) {
    for (const [i, text] of k[side].entries()) {
      const { dtype, dimensions } = parseShape(text, k.aten)
      parts.set(`${side} ${i + 1}, ${dtype} of ${dimensions.length} dimensions`, '1')
      dimensions.forEach((d, axis) => parts.set(`${side} ${i + 1}, dimension ${axis}`, d))
    }
  }
  return parts
}

const noValue = 'without a value'

function differences(
  mine: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
  variables: ModuleAnalysis['variables'],
): readonly string[] {
  const value = (text: string | undefined, at: Readonly<Record<string, number>>): string =>
    text === undefined ? 'missing' : String(tryEvaluate(parse(text), at) ?? noValue)
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((name) => {
    for (const factor of [1, 2, 3]) {
      const at = Object.fromEntries(
        Object.entries(variables).map(([v, { value: n }], i) => [v, n * factor + i * (factor - 1)]),
      )
      const [a, b] = [value(mine.get(name), at), value(theirs.get(name), at)]
      if (a !== b || a === noValue) return [`${name} is ${a} at ${JSON.stringify(at)}, by the engine ${b}`]
    }
    return []
  })
}
