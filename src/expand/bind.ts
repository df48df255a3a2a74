// What a reference gives to the parameters of its callee, and which references of a model do not bind: those that lack a
// parameter, name one that there is not, or speak of variables that their class has not.
import { isAnalysisError, raise } from '../text/index.ts'
import { parse, variablesOf } from '../sym/index.ts'
import type { AnalysisVariant, CompositeKernel, ModuleAnalysis, Parameter } from '../trace/formats.ts'
import type { AnalysisFile, AnalysisSource } from './files.ts'
import { type ClassReference, parseReference } from './reference.ts'

/** A reference that does not bind, by where it stands. */
export interface UnboundReference {
  /** The class whose analysis holds it. */
  readonly caller: string
  /** Of the caller: 0 is the top level of its file. */
  readonly variant: number
  /** Index among the kernels of that variant. */
  readonly kernel: number
  /** Why it does not bind. */
  readonly problem: string
}

/** The one reference that a composite kernel is. */
export function referenceOf(kernel: CompositeKernel, where: string): ClassReference {
  const reference = parseReference(kernel.flops, where)
  for (const other of [kernel.matmul_flops, kernel.memory_access.read, kernel.memory_access.write]) {
    if (other !== kernel.flops) raise('bad-analysis', `${where} refers to one call as ${kernel.flops} and as ${other}`)
  }
  if (reference.className !== kernel.class_name)
    raise('bad-analysis', `${where} is of ${kernel.class_name} and refers to ${reference.className}`)
  return reference
}

/** The formulas of a reference by parameter: one for each, and none besides. */
export function boundFormulas(
  { className, args }: ClassReference,
  parameters: readonly Parameter[],
  where: string,
): readonly (readonly [parameter: string, formula: string])[] {
  const bound = parameters.map(({ name }) => {
    const formula = args.get(name)
    return formula === undefined
      ? raise('unbound-parameter', `${where} gives no value for the parameter ${name} of ${className}`)
      : ([name, formula] as const)
  })
  for (const name of args.keys()) {
    if (!bound.some(([n]) => n === name))
      raise('bad-analysis', `${where} gives a value for ${name}, which is no parameter of ${className}`)
  }
  return bound
}

/** What holds for one way of calling a class: its top level, or one of its variants. */
export function variantAt(analysis: ModuleAnalysis, index: number): AnalysisVariant | undefined {
  return index === 0 ? analysis : analysis.variants?.[index - 1]
}

/**
 * The references that do not bind, below a class and its callees, callees first.
 * @throws AnalysisError `missing-analysis` where a class has no analysis and none of its name is there under another path
 */
export function unboundReferences(root: string, source: AnalysisSource): readonly UnboundReference[] {
  const walk = new Walk(source)
  walk.visit(root, 0)
  return walk.found
}

class Walk {
  readonly found: UnboundReference[] = []
  private readonly seen = new Set<string>()

  constructor(private readonly source: AnalysisSource) {}

  visit(className: string, index: number): void {
    const key = `${className}#${index}`
    if (this.seen.has(key)) return
    this.seen.add(key)
    const file = fileOf(this.source, className)
    const variant = variantAt(file.analysis, index)
    for (const [kernel, k] of variant?.kernels.entries() ?? []) {
      if (k.kernel_type === 'basic') continue
      const where = `${whereOf(file, index)}: kernel ${kernel + 1} (${k.operation})`
      const problem = this.problem(k, variant as AnalysisVariant, where)
      if (problem !== undefined) this.found.push({ caller: className, variant: index, kernel, problem })
    }
  }

  /** Why a reference does not bind; undefined where it does. */
  private problem(kernel: CompositeKernel, caller: AnalysisVariant, where: string): string | undefined {
    const { source } = this
    const reference = attempt(() => referenceOf(kernel, where))
    if (typeof reference === 'string') return reference
    const { className } = reference
    if (source.find(className) === undefined && namesakes(source, className).length > 0)
      return `${where}: there is no analysis of ${className}`
    const callee = variantAt(fileOf(source, className, where).analysis, kernel.variant)
    if (callee === undefined) return `${where}: ${className} has no variant ${kernel.variant}`
    this.visit(className, kernel.variant)
    return attempt((): undefined => {
      for (const [name, formula] of boundFormulas(reference, callee.parameters, where))
        checkVariables(formula, caller, `${where}: ${name}`)
    })
  }
}

/** What a step gives, or in words why it gives nothing. */
function attempt<T>(step: () => T): T | string {
  try {
    return step()
  } catch (error) {
    if (isAnalysisError(error)) return error.message
    throw error
  }
}

function checkVariables(formula: string, caller: AnalysisVariant, where: string): void {
  const e = attempt(() => parse(formula))
  if (typeof e === 'string') return raise('bad-analysis', `${where}: ${e}`)
  const known = variableNames(caller)
  const unknown = variablesOf(e).filter((name) => !known.includes(name))
  if (unknown.length > 0)
    raise('bad-analysis', `${where} uses {${unknown.join('}, {')}}, which the class does not know`)
}

/** What formulas of a class may speak of. */
export function variableNames({ parameters, variables, definitions }: AnalysisVariant): readonly string[] {
  return [...new Set([...parameters.map((p) => p.name), ...Object.keys(variables), ...Object.keys(definitions)])]
}

/** A class's file and variant, for messages. */
export function whereOf({ file }: AnalysisFile, index: number): string {
  return `${file}${index === 0 ? '' : ` variant ${index}`}`
}

/** Classes of the same name that are there under other paths. */
export function namesakes(source: AnalysisSource, className: string): readonly string[] {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
  return source.names().filter((name) => name !== className && last(name) === last(className))
}

export function fileOf(source: AnalysisSource, className: string, caller?: string): AnalysisFile {
  const found = source.find(className)
  if (found !== undefined) return found
  const near = source.near(className)
  const notes = [
    ...(caller === undefined ? [] : [`needed by ${caller}`]),
    ...(near.length === 0 ? [] : [`there are: ${near.join(', ')}`]),
  ]
  return raise('missing-analysis', `there is no analysis of ${className}`, { notes })
}
