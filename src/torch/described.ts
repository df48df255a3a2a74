// Kernels that data describe: what an extension launches, with the shapes of its outputs and its costs as formulas over its
// arguments. A call that nothing here implements asks for a description of its name before it ends the analysis.
import { native } from '../python/native.ts'
import { intOf, repr } from '../python/object.ts'
import { tuple } from '../python/make.ts'
import { PyList, PyObject, PyTuple, type Kwargs, type PyNative, type Value } from '../python/values.ts'
import { stateKey, type Vm } from '../python/vm.ts'
import { hint, intOfFormula, mul, sum, SymInt, variablesOf, type Expr, type Int } from '../sym/index.ts'
import { raise } from '../text/index.ts'
import { dtypeByName, type DType } from './dtype.ts'
import type { KernelRow } from './kernels/table.ts'
import { referenceOf, signatureOf, type DimensionRule, type Schema } from './notation.ts'
import { elementWidth, launchRow } from './record.ts'
import { at, distinctElements, numel, type Shape } from './shape.ts'
import { torchState } from './state.ts'
import { isTensor, outputOf, type Tensor } from './tensor.ts'

export type OutputRule =
  /** As an argument: its shape, and its dtype unless another is named. */
  | { readonly name: string; readonly like: string; readonly dtype: string | undefined }
  /** `dtype`: a dtype's name, or that of a tensor argument whose dtype it takes. */
  | { readonly name: string; readonly shape: readonly DimensionRule[]; readonly dtype: string }
  /** An argument, written into. */
  | { readonly name: string; readonly is: string }

export interface DescribedKernel {
  /** The dotted name under which a program calls it. */
  readonly name: string
  /** How traces call it. */
  readonly op: string
  readonly schema: Schema
  readonly outputs: readonly OutputRule[]
  readonly flops: Expr
  readonly matmulFlops: Expr
  readonly read: Expr
  readonly write: Expr
  /** In words, where the costs come from. */
  readonly arithmeticRule: string
  readonly trafficRule: string
  /** Told of every call. */
  readonly used: () => void
}

/** Descriptions of a run, by dotted name. */
export const describedKernels = stateKey('torch.described', () => new Map<string, DescribedKernel>())

const natives = stateKey('torch.described.natives', () => new Map<string, PyNative>())

/** Calls what has no implementation: as it is described, else the analysis ends. */
export function callUnknown(vm: Vm, name: string, args: readonly Value[], kwargs: Kwargs): Value {
  const kernel = vm.state(describedKernels).get(name)
  if (kernel === undefined) {
    const details = { name, args: shownArguments(vm, args, kwargs) }
    return vm.stop('unsupported-op', `${name} is not implemented`, { details })
  }
  return boundFunction(vm, kernel).fn(vm, args, kwargs)
}

/** Launches a program for the accelerator over a grid: what its schema doesn't name are options of the launch. */
export function launchUnknown(vm: Vm, name: string, args: readonly Value[], kwargs: Kwargs): Value {
  const schema = vm.state(describedKernels).get(name)?.schema
  const own = [...kwargs].filter(([key]) => schema?.arguments.some((a) => a.name === key) ?? true)
  return callUnknown(vm, name, args, new Map(own))
}

/** The function that binds a call's arguments by the schema. */
function boundFunction(vm: Vm, kernel: DescribedKernel): PyNative {
  const table = vm.state(natives)
  let fn = table.get(kernel.name)
  if (fn === undefined) {
    const last = kernel.name.split('.').at(-1) ?? kernel.name
    fn = native<string>(signatureOf(last, kernel.schema), (machine, bound) =>
      new DescribedCall(machine, kernel, bound as readonly Value[]).run(),
    )
    table.set(kernel.name, fn)
  }
  return fn
}

/** What a call was made with, as people read it: sizes as they were in this run. */
function shownArguments(vm: Vm, args: readonly Value[], kwargs: Kwargs): readonly string[] {
  return [...args.map((v) => shown(vm, v)), ...[...kwargs].map(([name, v]) => `${name}=${shown(vm, v)}`)]
}

const longestShown = 60

function shown(vm: Vm, v: Value): string {
  if (isTensor(v)) return `${v.dtype.short}[${v.shape.map((d) => String(hint(d))).join(',')}]`
  if (v instanceof SymInt) return String(hint(v))
  if (v instanceof PyTuple || v instanceof PyList) return `[${v.items.map((x) => shown(vm, x)).join(', ')}]`
  return v instanceof PyObject && !v.cls.builtin ? v.cls.name : repr(vm, v).slice(0, longestShown)
}

/** One call of a described kernel. */
class DescribedCall {
  private readonly values = new Map<string, Value>()
  private readonly tensors = new Map<string, readonly Tensor[]>()

  constructor(
    private readonly vm: Vm,
    private readonly kernel: DescribedKernel,
    bound: readonly Value[],
  ) {
    const { arguments: args } = kernel.schema
    const ordered = [...args.filter((a) => !a.keywordOnly), ...args.filter((a) => a.keywordOnly)]
    for (const [i, { name, kind }] of ordered.entries()) {
      const v = bound[i] ?? null
      this.values.set(name, v)
      if (!kind.startsWith('Tensor')) continue
      if (kind === 'Tensor' && !isTensor(v)) this.fail(`the argument ${name} is no tensor but ${shown(vm, v)}`)
      const items = v instanceof PyTuple || v instanceof PyList ? v.items : [v]
      this.tensors.set(name, items.filter(isTensor))
    }
  }

  run(): Value {
    const { vm, kernel } = this
    const inputs = kernel.schema.arguments.flatMap((a) => this.tensors.get(a.name) ?? [])
    const outputs = kernel.outputs.map((rule) => this.output(rule, inputs))
    kernel.outputs.forEach((rule, i) => this.tensors.set(rule.name, outputs.slice(i, i + 1)))
    launchRow(vm, kernel.op, this.row(), inputs, outputs)
    kernel.used()
    const [only = null] = outputs
    if (kernel.schema.returns === 0) return null
    return kernel.schema.returns === 1 ? only : tuple(outputs.slice(0, kernel.schema.returns))
  }

  private row(): KernelRow {
    const { kernel } = this
    return {
      args: kernel.schema.arguments.filter((a) => this.tensors.has(a.name)).map((a) => a.name),
      counted: true,
      arithmeticRule: kernel.arithmeticRule,
      trafficRule: kernel.trafficRule,
      cost: () => ({
        flops: this.cost('flops', kernel.flops),
        matmulFlops: this.cost('matmul_flops', kernel.matmulFlops),
        read: this.cost('read', kernel.read),
        write: this.cost('write', kernel.write),
      }),
    }
  }

  private output(rule: OutputRule, inputs: readonly Tensor[]): Tensor {
    if ('is' in rule) return this.tensor(rule.is)
    if ('like' in rule) {
      const t = this.tensor(rule.like)
      return outputOf(inputs, t.shape, this.dtype(rule.dtype ?? rule.like))
    }
    return outputOf(inputs, rule.shape.flatMap((d) => this.dimensions(d)), this.dtype(rule.dtype)) // prettier-ignore
  }

  private dtype(name: string): DType {
    const [own] = this.tensors.get(name) ?? []
    return own?.dtype ?? dtypeByName(name) ?? this.fail(`${name} is neither a dtype nor a tensor that was given`)
  }

  private dimensions(rule: DimensionRule): Shape {
    if (rule.kind === 'stretch') return this.tensor(rule.name).shape.slice(rule.from, rule.to)
    return [this.value('a dimension', rule.formula)]
  }

  private cost(what: string, formula: Expr): Int {
    return this.value(what, formula)
  }

  private value(what: string, formula: Expr): Int {
    const values = new Map(variablesOf(formula).map((v) => [v, this.variable(v)] as const))
    return intOfFormula(formula, values) ?? this.fail(`${what} comes to no integer: ${formula.toString()}`)
  }

  private variable(variable: string): Int {
    const reference = referenceOf(variable)
    const { name } = reference
    if (reference.kind === 'number') {
      const v = this.values.get(name) ?? null
      return intOf(v) ?? this.fail(`the formulas name ${name}, which is ${shown(this.vm, v)} and no integer`)
    }
    if (reference.kind === 'dimension') {
      const { shape } = this.tensor(name)
      if (reference.index >= shape.length || reference.index < -shape.length)
        return this.fail(`${variable}: ${name} has ${shape.length} dimensions`)
      return at(shape, reference.index)
    }
    const tensors = this.tensors.get(name) ?? this.fail(`the formulas name ${variable}, and ${name} is no tensor`)
    return sum(tensors.map((t) => this.property(t, reference.property)))
  }

  private property(t: Tensor, property: 'numel' | 'bytes' | 'width'): Int {
    const width = elementWidth(this.vm.state(torchState), t)
    if (property === 'width') return width
    return property === 'numel' ? numel(t.shape) : mul(distinctElements(t.shape, t.strides), width)
  }

  private tensor(name: string): Tensor {
    const [own] = this.tensors.get(name) ?? []
    return own ?? this.fail(`the description names the tensor ${name}, which was not given`)
  }

  private fail(what: string): never {
    return raise('bad-override', `${this.kernel.name}: ${what}`, { span: this.vm.where() })
  }
}
