// Checks of what somebody handed in for a reference that does not bind: the callee's parameters, each once; formulas in the
// caller's variables; the lines they follow from; what the callee takes for granted; and the kernels that come of it beside
// those that the engine finds in the same call, where the engine gets through.
import type { Check, CheckReport, Project } from '../../huggingface/index.ts'
import { analysesInMemory, expandModel, variableNames, variantAt } from '../../expand/index.ts'
import { parse, tryEvaluate } from '../../sym/index.ts'
import { raise } from '../../text/index.ts'
import type {
  AnalysisVariant,
  BasicKernel,
  CompositeKernel,
  KernelInfo,
  ModelAnalysis,
  ModelNode,
  ModuleAnalysis,
} from '../../trace/formats.ts'
import { attempt, codeAndMessage } from '../attempt.ts'
import { boundReference, referenceAt, type BindingRequest, type SubmittedBinding } from '../binding.ts'
import { findPlace } from '../classes.ts'
import { checkFormula } from '../formulas.ts'
import { check, openQuestions, passesUnless, reportOf } from '../report.ts'
import { checkCitations } from '../sources.ts'
import { differences, kernelText, partsOf } from './compare.ts'
import { samplePoints } from './sample.ts'

/** What a binding is of. */
interface Bound {
  readonly caller: ModuleAnalysis
  readonly variant: AnalysisVariant
  readonly reference: CompositeKernel
  readonly analyses: ReadonlyMap<string, ModuleAnalysis>
  readonly request: BindingRequest
}

/** @param own the engine's own analyses of the caller, which comes first, and its callees; in words, why there are none */
export function checkBinding(
  request: BindingRequest,
  project: Project,
  own: readonly ModuleAnalysis[] | string,
): CheckReport {
  const bound = boundOf(request)
  const callee = calleeOf(bound)
  if (typeof callee === 'string') return reportOf([check('parameters', 'fail', [callee])], [])
  const before = [
    parameters(request.binding, callee),
    formulas(request.binding, bound.variant),
    checkCitations(
      Object.values(request.binding.args).flatMap((a) => a.source),
      project,
    ),
  ]
  if (before.some((c) => c.status === 'fail')) return reportOf(before, [])
  const model = attempt(() => expanded(bound), codeAndMessage)
  if (typeof model === 'string') return reportOf([...before, check('expansion', 'fail', [model])], [])
  const expansion = check('expansion', 'pass')
  const beside = besideEngine(model, bound, own)
  // Where the engine finds the same, nothing is left to be judged by where a line stands.
  const evidence = beside.status === 'not-checkable' ? [places(bound, project), values(bound, callee)] : []
  const all = [...before, expansion, ...evidence, beside]
  return reportOf(all, openQuestions(all))
}

function boundOf(request: BindingRequest): Bound {
  const { analyses, place, binding } = request
  const byName = new Map(analyses.map((a) => [a.class_name, a]))
  const caller = byName.get(place.caller) ?? raise('internal', `${place.caller} is not among the analyses`)
  const variant = variantAt(caller, place.variant)
  const old = referenceAt(caller, place)
  if (variant === undefined || old === undefined)
    return raise('internal', `${place.caller} has no reference ${place.kernel} in variant ${place.variant}`)
  return { caller, variant, reference: boundReference(old, binding), analyses: byName, request }
}

function calleeOf({ reference, analyses }: Bound): AnalysisVariant | string {
  const { class_name, variant } = reference
  const file = analyses.get(class_name)
  if (file === undefined) return `${class_name} is none of the classes that are analysed`
  return variantAt(file, variant) ?? `${class_name} has no variant ${variant}`
}

function parameters({ args }: SubmittedBinding, callee: AnalysisVariant): Check {
  const wanted = callee.parameters.map((p) => p.name)
  return passesUnless('parameters', [
    ...wanted.filter((name) => !Object.hasOwn(args, name)).map((name) => `${name} has no formula`),
    ...Object.keys(args)
      .filter((name) => !wanted.includes(name))
      .map((name) => `${name} is no parameter; there are ${wanted.join(', ') || 'none'}`),
  ])
}

function formulas({ args }: SubmittedBinding, caller: AnalysisVariant): Check {
  const variables = variableNames(caller)
  const [run] = samplePoints(caller)
  const problems = Object.entries(args).flatMap(([name, { formula }]) => {
    const found = checkFormula(formula, { variables, expectedUnit: 'elements' }).problems
    if (found.length > 0 || run === undefined) return found.map((p) => `${name}: ${p}`)
    const value = tryEvaluate(parse(formula), run)
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? []
      : [`${name} is ${value === undefined ? 'without a value' : String(value)} in this run, which is no size`]
  })
  return passesUnless('formulas', problems)
}

/** What the reference stands for, in the caller's variables. */
function expanded({ caller, variant, reference, analyses }: Omit<Bound, 'request'>): ModelAnalysis {
  // Under a name of its own, so that the callee may refer to the caller's class.
  const name = `${caller.class_name}()`
  const { schema_version, provenance, source, phase, sizes } = caller
  const { parameters, variables, definitions, assumptions } = variant
  const alone: ModuleAnalysis = {
    ...{ schema_version, provenance, source, phase, sizes, class_name: name },
    ...{ parameters, variables, definitions, assumptions, kernels: [reference], lines: [], weights: [] },
  }
  return expandModel(name, analysesInMemory(new Map([...analyses, [name, alone]])))
}

function flat(node: ModelNode): readonly BasicKernel[] {
  return node.sub_kernels.flatMap((k) => (k.kernel_type === 'basic' ? [k] : flat(k).map((inner) => repeated(inner, k))))
}

function repeated(kernel: BasicKernel, { repeat }: ModelNode): BasicKernel {
  return repeat === 1 ? kernel : { ...kernel, repeat: `(${String(kernel.repeat ?? 1)}) * (${String(repeat)})` }
}

function besideEngine(model: ModelAnalysis, bound: Bound, own: readonly ModuleAnalysis[] | string): Check {
  const theirs = typeof own === 'string' ? own : attempt(() => ownModel(bound, own), codeAndMessage)
  if (typeof theirs === 'string') return check('engine', 'not-checkable', [theirs])
  const strange = Object.keys(model.variables).filter((v) => !Object.hasOwn(theirs.variables, v))
  if (strange.length > 0)
    return check('engine', 'not-checkable', [`the engine's analysis has no {${strange.join('}, {')}} here`])
  const points = samplePoints({ ...theirs, definitions: { ...model.definitions, ...theirs.definitions } })
  const [mine, others] = [flat(model.root), flat(theirs.root)]
  const problems = mine.flatMap((k, i) => {
    const other = others[i]
    if (other?.aten !== k.aten) return [`${kernelText(k, i)}, where the engine has ${other?.aten ?? 'none'}`]
    return differences(partsOf(k), partsOf(other), points).map((d) => `${kernelText(k, i)} ${d}`)
  })
  const more = others.length - mine.length
  return passesUnless('engine', [...problems, ...(more > 0 ? [`the engine has ${more} more kernels`] : [])])
}

/** The same call as the engine has it; in words, why it has none. */
function ownModel({ variant, reference, request }: Bound, own: readonly ModuleAnalysis[]): ModelAnalysis | string {
  const [caller] = own
  const mine = caller === undefined ? undefined : variantAt(caller, request.place.variant)
  if (caller === undefined || mine === undefined) return 'the engine has no such variant of the caller'
  const isSame = (k: KernelInfo): k is CompositeKernel =>
    k.kernel_type === 'composite' && k.line === reference.line && k.module === reference.module
  const nth = variant.kernels.slice(0, request.place.kernel).filter(isSame).length
  const call = mine.kernels.filter(isSame)[nth]
  if (call === undefined) return `the engine calls no ${reference.module} on line ${String(reference.line)}`
  const analyses = new Map(own.map((a) => [a.class_name, a]))
  return expanded({ caller, variant: mine, reference: call, analyses })
}

/** Lines of the caller and of the callee say how the one constructs and calls the other. */
function places({ caller, reference, request }: Bound, project: Project): Check {
  const classes = [caller.class_name, reference.class_name].flatMap((name) => findPlace(project, name) ?? [])
  const elsewhere = Object.values(request.binding.args)
    .flatMap((a) => a.source)
    .filter(({ file, line }) => !classes.some((c) => c.file === file && c.line <= line && line <= c.endLine))
  const details = elsewhere.map(({ file, line }) => `${file}:${line} is a line neither of the caller nor of the callee`)
  return check('places', details.length === 0 ? 'pass' : 'not-checkable', [...new Set(details)])
}

/** Another value than the callee was analysed with may be right: a class is called in several ways. */
function values({ variant, request }: Bound, callee: AnalysisVariant): Check {
  const [run] = samplePoints(variant)
  const details = callee.parameters.flatMap(({ name, value }) => {
    const given = run === undefined ? undefined : tryEvaluate(parse(request.binding.args[name]?.formula ?? '0'), run)
    return given === value ? [] : [`${name} is ${String(given)}; the callee was analysed with ${value}`]
  })
  return check('values', details.length === 0 ? 'pass' : 'not-checkable', details)
}
