// Stage 2: every reference to a class is replaced by what the class's analysis says, with its parameters bound to the
// caller's formulas. The same class called in the same way is expanded once, whatever the number of layers.
import { raise } from '../text/index.ts'
import {
  addE,
  constExpr,
  type Expr,
  type Minimum,
  mulE,
  parse,
  print,
  variableExpr,
  variablesOf,
} from '../sym/index.ts'
import type {
  AgentPart,
  AnalysisVariant,
  BasicKernel,
  BindingInfo,
  CompositeKernel,
  KernelInfo,
  MadeBy,
  MemoryInfo,
  ModelAnalysis,
  ModelNode,
  ModuleAnalysis,
  Totals,
} from '../trace/formats.ts'
import { boundFormulas, fileOf, referenceOf, variantAt, whereOf } from './bind.ts'
import { Binding } from './binding.ts'
import { Conditions } from './conditions.ts'
import { addCost, type Cost, timesCost, totalsOf } from './cost.ts'
import type { AnalysisFile, AnalysisSource } from './files.ts'
import { Names } from './names.ts'

/** A class expanded for one binding of its parameters. */
interface Expanded {
  readonly cost: Cost
  /** Cost and number of calls of every class below and including this one, for one execution. */
  readonly classes: ReadonlyMap<string, { readonly cost: Cost; readonly calls: Expr }>
  readonly totals: Totals
  readonly subKernels: readonly (ModelNode | BasicKernel)[]
  /** Nodes in the tree from here on. */
  readonly size: number
}

const zeroE = constExpr(0)
const oneE = constExpr(1)
const nothing: Cost = { flops: zeroE, matmulFlops: zeroE, read: zeroE, write: zeroE }

/** A tree larger than this was not made by an analysis of a model. */
const MAX_NODES = 5_000_000
const MAX_DEPTH = 500

/** Expands a class and all it refers to into the analysis of a model. */
export function expandModel(root: string, source: AnalysisSource): ModelAnalysis {
  return new Expander(root, source).model()
}

class Expander {
  private readonly root: AnalysisFile
  private readonly names = new Names()
  private readonly minimums = new Map<string, Minimum>()
  private readonly conditions = new Conditions(this.names, this.minimums)
  private readonly done = new Map<string, Expanded>()
  /** What an agent handed in, each once. */
  private readonly agentParts = new Map<string, AgentPart>()
  /** Class and variant of the calls that are being expanded, outermost first. */
  private readonly path: string[] = []

  constructor(
    private readonly className: string,
    private readonly source: AnalysisSource,
  ) {
    this.root = fileOf(source, className)
  }

  model(): ModelAnalysis {
    const { analysis } = this.root
    const free = analysis.parameters.filter((p) => !Object.hasOwn(analysis.definitions, p.name))
    const itself = new Map(free.map((p) => [p.name, variableExpr(p.name)]))
    for (const p of free) this.declare(p.name, p.value, p.meaning, this.root.file)
    const expanded = this.expandClass(this.root, 0, itself)
    const memory = this.memory(analysis)
    for (const { calls } of expanded.classes.values()) this.names.use(calls)
    const assumptions = this.conditions.list()
    return {
      schema_version: 1,
      provenance: analysis.provenance,
      class_name: this.className,
      phase: analysis.phase,
      sizes: analysis.sizes,
      variables: this.names.usedVariables(),
      definitions: Object.fromEntries([...this.names.usedDefinitions()].map(([name, e]) => [name, text(e)])),
      assumptions,
      totals: expanded.totals,
      by_class: Object.fromEntries(
        [...expanded.classes].map(([name, c]) => [name, { ...totalsOf(c.cost), calls: text(c.calls) }]),
      ),
      ...(memory === undefined ? {} : { memory }),
      ...(analysis.config === undefined ? {} : { config: analysis.config }),
      ...(this.agentParts.size === 0 ? {} : { agent_parts: [...this.agentParts.values()] }),
      root: nodeOf(expanded, {
        class_name: this.className,
        module: '',
        operation: shortName(this.className),
        line: null,
        repeat: 1,
      }),
    }
  }

  private memory(analysis: ModuleAnalysis): MemoryInfo | undefined {
    if (analysis.memory === undefined) return undefined
    const formula = (key: keyof MemoryInfo): string => {
      const e = parse((analysis.memory as MemoryInfo)[key])
      for (const name of variablesOf(e)) {
        const known = this.names.valueOf(name) !== undefined || this.names.isDefined(name)
        if (!known)
          raise('bad-analysis', `${this.root.file}: memory: ${key} uses {${name}}, which is no variable of the model`)
      }
      return text(this.names.use(e))
    }
    return { weights: formula('weights'), kv_cache: formula('kv_cache'), activations: formula('activations') }
  }

  private declare(name: string, value: number, meaning: string, where: string): void {
    this.names.declare(name, { meaning, value }, where)
    // A size that was 0 or 1 would be a number: variables with such values (bytes of an element) have no such minimum.
    if (!this.minimums.has(name))
      this.minimums.set(
        name,
        value >= 2 && Number.isInteger(value) ? { least: 2, real: false } : { least: 0, real: true },
      )
  }

  private expandClass(file: AnalysisFile, index: number, args: ReadonlyMap<string, Expr>): Expanded {
    const className = file.analysis.class_name
    const own = `${className}#${index}`
    const key = `${own}(${[...args].map(([name, e]) => `${name}=${e.key}`).sort().join(',')})` // prettier-ignore
    const hit = this.done.get(key)
    if (hit !== undefined) return hit
    this.checkPath(own, className)
    this.path.push(own)
    const variant = this.variantOf(file, index)
    if (file.analysis.made_by !== undefined)
      this.agentParts.set(className, { kind: 'analysis', class_name: className, ...makerOf(file.analysis.made_by) })
    const binding = this.bindingOf(file, index, variant, args)
    for (const assumption of variant.assumptions) this.conditions.add(assumption, binding)
    const result = this.expandKernels(className, variant.kernels, binding)
    this.path.pop()
    this.done.set(key, result)
    return result
  }

  private checkPath(own: string, className: string): void {
    if (this.path.length > MAX_DEPTH) raise('bad-analysis', `${className} lies more than ${MAX_DEPTH} calls deep`)
    const at = this.path.indexOf(own)
    if (at < 0) return
    const cycle = [...this.path.slice(at), own].map((name) => name.replace(/#0$/, '').replace('#', ' variant '))
    raise('reference-cycle', `${className} contains itself: ${cycle.join(' → ')}`)
  }

  private variantOf(file: AnalysisFile, index: number): AnalysisVariant {
    const { analysis } = file
    const { phase } = this.root.analysis
    const regime = ({ phase: of, sizes: s }: ModuleAnalysis): string => {
      const source = s.encoder_len === undefined ? '' : ` e${s.encoder_len}`
      return `${of} b${s.batch_size} s${s.seq_len} c${s.cache_len}${source}`
    }
    if (analysis.phase !== phase || regime(analysis) !== regime(this.root.analysis)) {
      raise(
        'bad-analysis',
        `${file.file} was made for ${regime(analysis)}, ${this.root.file} for ${regime(this.root.analysis)}`,
      )
    }
    return variantAt(analysis, index) ?? raise('bad-analysis', `${file.file} has no variant ${index}`)
  }

  /** What the names of a class's formulas stand for: parameters, then the model's variables, then definitions. */
  private bindingOf(
    file: AnalysisFile,
    index: number,
    variant: AnalysisVariant,
    args: ReadonlyMap<string, Expr>,
  ): Binding {
    const where = whereOf(file, index)
    const values = new Map(args)
    for (const [name, info] of Object.entries(variant.variables)) {
      if (values.has(name) || Object.hasOwn(variant.definitions, name)) continue
      this.declare(name, info.value, info.meaning, where)
      values.set(name, variableExpr(name))
    }
    const define = (name: string, formula: Expr): Expr => {
      if (!this.minimums.has(name)) this.minimums.set(name, { least: 0, real: false })
      return this.names.define(
        name,
        formula,
        Object.hasOwn(variant.variables, name) ? variant.variables[name] : undefined,
        where,
      )
    }
    const onShow = (e: Expr): void => void this.names.use(e)
    return new Binding(where, values, variant.definitions, { prover: this.conditions.taught, onShow, define })
  }

  private expandKernels(className: string, kernels: readonly KernelInfo[], binding: Binding): Expanded {
    let cost = nothing
    let size = 1
    const classes = new Map<string, { cost: Cost; calls: Expr }>()
    const subKernels: (ModelNode | BasicKernel)[] = []
    for (const [i, kernel] of kernels.entries()) {
      const what = `kernel ${i + 1} (${kernel.operation})`
      const repeat = repeatOf(kernel, binding, what)
      if (kernel.kernel_type === 'basic') {
        cost = addCost(cost, timesCost(costOf(kernel, binding, what), repeat))
        subKernels.push(rewritten(kernel, binding, what))
        size++
        continue
      }
      const called = this.expandCall(kernel, binding, what)
      if (kernel.binding !== undefined) this.noteBinding(className, kernel, kernel.binding)
      cost = addCost(cost, timesCost(called.cost, repeat))
      size += called.size
      for (const [name, c] of called.classes) {
        const old = classes.get(name) ?? { cost: nothing, calls: zeroE }
        classes.set(name, {
          cost: addCost(old.cost, timesCost(c.cost, repeat)),
          calls: addE(old.calls, mulE(c.calls, repeat)),
        })
      }
      subKernels.push(nodeOf(called, { ...kernel, repeat: count(repeat, binding) }))
    }
    if (size > MAX_NODES) raise('budget-exceeded', `${className} expands to more than ${MAX_NODES} kernels`)
    // A class inside itself (a Sequential of Sequentials) is part of the outer one's cost already.
    classes.set(className, { cost, calls: addE(classes.get(className)?.calls ?? zeroE, oneE) })
    for (const e of [cost.flops, cost.matmulFlops, cost.read, cost.write]) this.names.use(e)
    return { cost, classes, totals: totalsOf(cost), subKernels, size }
  }

  private noteBinding(class_name: string, { module, line }: CompositeKernel, { made_by }: BindingInfo): void {
    const part: AgentPart = { kind: 'binding', class_name, module, line, ...makerOf(made_by) }
    this.agentParts.set(JSON.stringify(part), part)
  }

  private expandCall(kernel: CompositeKernel, binding: Binding, what: string): Expanded {
    const where = `${binding.where}: ${what}`
    const reference = referenceOf(kernel, where)
    const file = fileOf(this.source, reference.className, where)
    const variant = this.variantOf(file, kernel.variant)
    const bound = boundFormulas(reference, variant.parameters, where)
    const args = new Map(bound.map(([name, formula]) => [name, binding.formula(formula, `${what}: ${name}`)]))
    return this.expandClass(file, kernel.variant, args)
  }
}

type Place = Pick<ModelNode, 'class_name' | 'module' | 'operation' | 'line' | 'repeat'>

function nodeOf(expanded: Expanded, place: Place): ModelNode {
  const { class_name, module, operation, line, repeat } = place
  return {
    kernel_type: 'composite',
    class_name,
    module,
    operation,
    line,
    repeat,
    ...expanded.totals,
    sub_kernels: expanded.subKernels,
  }
}

function makerOf({ runtime, model, check }: MadeBy): Pick<AgentPart, 'verdict' | 'by'> {
  return { verdict: check.verdict, by: `${runtime} (${model})` }
}

function costOf(kernel: BasicKernel, binding: Binding, what: string): Cost {
  return {
    flops: binding.formula(kernel.flops, `${what}: flops`),
    matmulFlops: binding.formula(kernel.matmul_flops, `${what}: matmul_flops`),
    read: binding.formula(kernel.memory_access.read, `${what}: memory_access.read`),
    write: binding.formula(kernel.memory_access.write, `${what}: memory_access.write`),
  }
}

/** A kernel in the model's variables, the shapes that its explanation quotes included. */
function rewritten(kernel: BasicKernel, binding: Binding, what: string): BasicKernel {
  const shapes = (texts: readonly string[]): readonly string[] => texts.map((t) => binding.shape(t, `${what}: shapes`))
  const cost = costOf(kernel, binding, what)
  return {
    ...kernel,
    analysis: requoted(kernel, binding, what),
    flops: binding.show(cost.flops),
    matmul_flops: binding.show(cost.matmulFlops),
    memory_access: { read: binding.show(cost.read), write: binding.show(cost.write) },
    ...(kernel.repeat === undefined ? {} : { repeat: count(repeatOf(kernel, binding, what), binding) }),
    in: shapes(kernel.in),
    out: shapes(kernel.out),
  }
}

/** The explanation with the shapes it quotes in the model's variables, all replaced at once. */
function requoted(kernel: BasicKernel, binding: Binding, what: string): string {
  const quoted = [...new Set([...kernel.in, ...kernel.out])].sort((a, b) => b.length - a.length)
  if (quoted.length === 0) return kernel.analysis
  const pattern = quoted.map((t) => t.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')
  return kernel.analysis.replace(new RegExp(pattern, 'g'), (shape) => binding.shape(shape, what))
}

function repeatOf(kernel: KernelInfo, binding: Binding, what: string): Expr {
  if (kernel.repeat === undefined) return oneE
  return typeof kernel.repeat === 'number'
    ? constExpr(kernel.repeat)
    : binding.formula(kernel.repeat, `${what}: repeat`)
}

/** A repeat count as files hold it: a number, or a formula where it depends on variables. */
function count(repeat: Expr, binding: Binding): string | number {
  return typeof repeat.constant === 'number' ? repeat.constant : binding.show(repeat)
}

function text(e: Expr): string {
  return print(e, { braces: true })
}

function shortName(className: string): string {
  return className.split('.').at(-1) ?? className
}
