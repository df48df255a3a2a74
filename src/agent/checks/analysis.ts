// Checks of an analysis of a class that somebody handed in: its schema, the lines it quotes, the lines it has to account for, its
// formulas, and its kernels beside those that the engine finds in the same call, where the engine gets through.
import type { Check, CheckReport, Project } from '../../huggingface/index.ts'
import type { AnalysisVariant, KernelInfo, ModuleAnalysis } from '../../trace/formats.ts'
import { attempt, codeAndMessage } from '../attempt.ts'
import { checkFormula, costUnits } from '../formulas.ts'
import { listLines } from '../lines.ts'
import { check, openQuestions, passesUnless, reportOf } from '../report.ts'
import { schemaProblems } from '../schemas.ts'
import { checkCitations } from '../sources.ts'
import { costOf, differences, kernelText, nameOf, partsOf } from './compare.ts'
import { besidePyTorch, type RecordedCall } from './pytorch.ts'
import { samplePoints, type Point } from './sample.ts'

/**
 * @param own the engine's own analysis of the class in the same call; in words, why there is none
 * @param recorded what PyTorch launches in that call; in words, why that is not known
 */
export async function checkAnalysis(
  analysis: ModuleAnalysis,
  project: Project,
  own: ModuleAnalysis | string,
  recorded: RecordedCall | string = 'no Python with torch was named',
): Promise<CheckReport> {
  const schema = passesUnless('schema', await schemaProblems('module_analysis', analysis))
  if (schema.status === 'fail') return reportOf([schema], [])
  const before = [schema, citations(analysis, project), lines(analysis, project), formulas(analysis)]
  const beside = typeof own === 'string' ? check('engine', 'not-checkable', [own]) : besideEngine(analysis, own)
  const all = [...before, beside, besidePyTorch(analysis, recorded)]
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

/** Kernel by kernel, at the sizes of the run and at others; and what it says of sizes, weights and lines. */
function besideEngine(analysis: ModuleAnalysis, own: ModuleAnalysis): Check {
  return passesUnless('engine', [
    ...sizeDifferences(analysis, own),
    ...kernelDifferences(analysis, own),
    ...weightDifferences(analysis, own),
    ...lineDifferences(analysis, own),
  ])
}

function kernelDifferences(analysis: ModuleAnalysis, own: ModuleAnalysis): readonly string[] {
  const problems: string[] = []
  const points = samplePoints(own, analysis.variables)
  for (let i = 0; i < Math.max(analysis.kernels.length, own.kernels.length); i++) {
    const [mine, theirs] = [analysis.kernels[i], own.kernels[i]]
    if (mine === undefined || theirs === undefined || nameOf(mine) !== nameOf(theirs)) {
      const text = mine === undefined ? 'there is no kernel' : kernelText(mine, i)
      problems.push(`${text}, where the engine has ${theirs === undefined ? 'none' : kernelText(theirs, i)}`)
      break
    }
    const found = attempt(() => differences(partsOf(mine), partsOf(theirs), points), codeAndMessage)
    const all = [...placeDifferences(mine, theirs), ...(typeof found === 'string' ? [found] : found)]
    problems.push(...all.map((d) => `${kernelText(mine, i)} ${d}`))
  }
  return problems
}

/** Values that parameters and variables had in the run. */
function sizeDifferences(analysis: AnalysisVariant, own: AnalysisVariant): readonly string[] {
  const mine = new Map(analysis.parameters.map((p) => [p.name, p.value]))
  const theirs = new Map(own.parameters.map((p) => [p.name, p.value]))
  const parameters = [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((name) =>
    mine.get(name) === theirs.get(name)
      ? []
      : [`the parameter ${name} is ${mine.get(name) ?? 'missing'}, by the engine ${theirs.get(name) ?? 'none'}`],
  )
  const variables = Object.entries(analysis.variables).flatMap(([name, { value }]) => {
    const other = Object.hasOwn(own.variables, name) ? own.variables[name]?.value : value
    return other === value ? [] : [`{${name}} is ${value}, by the engine ${other ?? 'none'}`]
  })
  return [...parameters, ...variables]
}

/** Weights by name. */
function weightDifferences(analysis: AnalysisVariant, own: AnalysisVariant): readonly string[] {
  const text = (w: AnalysisVariant['weights'][number]): string => `${w.dtype}[${w.shape.join(', ')}]`
  const theirs = new Map(own.weights.map((w) => [w.name, w]))
  const points = samplePoints(own, analysis.variables)
  const listed = analysis.weights.flatMap((w) => {
    const other = theirs.get(w.name)
    if (other === undefined) return [`the weight ${w.name} is none of the engine's`]
    const same =
      w.dtype === other.dtype &&
      attempt(
        () => areEqual(w.shape, other.shape, points),
        () => false,
      )
    return same ? [] : [`the weight ${w.name} is ${text(w)}, by the engine ${text(other)}`]
  })
  const names = new Set(analysis.weights.map((w) => w.name))
  const missing = own.weights.filter((w) => !names.has(w.name)).map((w) => `the weight ${w.name} is missing`)
  const twice = names.size < analysis.weights.length ? ['a weight is listed twice'] : []
  return [...listed, ...missing, ...twice]
}

function areEqual(a: readonly string[], b: readonly string[], points: readonly Point[]): boolean {
  const parts = (shape: readonly string[]): ReadonlyMap<string, string> =>
    new Map(shape.map((d, axis) => [`dimension ${axis}`, d]))
  return differences(parts(a), parts(b), points).length === 0
}

/** What became of lines, where the engine went over the same ones. */
function lineDifferences(analysis: AnalysisVariant, own: AnalysisVariant): readonly string[] {
  const theirs = new Map(own.lines.map((l) => [l.line, l.status]))
  return analysis.lines.flatMap(({ line, status }) => {
    const other = theirs.get(line)
    return other === undefined || other === status ? [] : [`line ${line} is ${status}, by the engine ${other}`]
  })
}

/** The line it is put down to, and the innermost one. */
function placeDifferences(mine: KernelInfo, theirs: KernelInfo): readonly string[] {
  const place = ({ line, source }: KernelInfo): string =>
    `line ${String(line)}${source === 'bundled' ? '' : `, from ${source.file}:${source.line}`}`
  return place(mine) === place(theirs) ? [] : [`is put down to ${place(mine)}, by the engine to ${place(theirs)}`]
}
