// A regime is an analysis compiled for a setting (accelerator, number formats): ready to say what each of its kernels
// costs at given sizes. Which regime holds is decided by phase, by the sizes 0 and 1, and by the assumptions.
import { Assumptions } from './coverage.ts'
import { type CacheFormat, cacheFormats, elementBytes, type ModelFormat, modelFormats } from './dtypes.ts'
import { FormulaTable, type Program, type Values } from './formulas.ts'
import { contractionRate, type Hardware } from './hardware.ts'
import { flatten, fullPath, type KernelNode, type KernelUse, type ModuleUse, type RegimeAnalysis } from './input.ts'
import { cacheUpdates, expectedDistinctExperts, kernelFacts } from './kernel-facts.ts'
import { type Rates, ratesOf } from './roofline.ts'
import { samplingModule } from './sampling.ts'
import { parseShape, type ShapeText } from './shapes.ts'
import type { WeightWidths } from './stored.ts'

export interface Setting {
  readonly hardware: Hardware
  readonly format: ModelFormat
  readonly cacheFormat: CacheFormat
  /** Bytes of a weight's element; a fraction below 8 bits. */
  readonly weightBytes: number
  /** Of each module, where they differ. */
  readonly widths?: WeightWidths | undefined
}

export interface CompiledKernel {
  readonly use: KernelUse
  readonly flops: number
  readonly matmulFlops: number
  readonly read: number
  readonly write: number
  readonly repeats: readonly number[]
  readonly corrections: readonly Correction[]
  readonly rates: Rates
}

/** Bytes to add to a kernel's traffic where a run differs from the trace. */
interface Correction {
  readonly formulas: readonly number[]
  readonly bytes: (values: Values, tokens: number) => { readonly read: number; readonly write: number }
}

/** The variable that grows while a request is decoded. */
export const alongVariable = 'cache_len'

export class Regime {
  readonly root: ModuleUse
  readonly sampling: ModuleUse
  /** The formulas whose product says how often a pass runs a module. */
  readonly repeats: ReadonlyMap<ModuleUse, readonly number[]>
  readonly kernels: readonly CompiledKernel[]
  readonly program: Program
  readonly memory: { readonly weights: number; readonly cache: number; readonly activations: number }
  readonly assumptions: Assumptions
  readonly #table: FormulaTable

  constructor(
    readonly analysis: RegimeAnalysis,
    readonly setting: Setting,
  ) {
    this.#table = new FormulaTable(analysis.definitions)
    const model = flatten(analysis.root)
    const sampling = flatten(samplingModule(setting.format))
    this.root = model.root
    this.sampling = sampling.root
    this.repeats = new Map(
      [...model.modules, ...sampling.modules].map((m) => [m, m.repeats.map((r) => this.#table.add(r))]),
    )
    const launched = model.kernels.filter((use) => this.#launches(use.kernel))
    this.kernels = [...launched, ...sampling.kernels].map((use) => this.#compile(use))
    const { weights, kv_cache, activations } = analysis.memory
    // The formula counts a cached element at the activations' width.
    const cache = String(kv_cache).replaceAll('{a_bytes}', String(cacheFormats[setting.cacheFormat].bytes))
    this.memory = {
      weights: this.#table.add(weights),
      cache: this.#table.add(cache),
      activations: this.#table.add(activations),
    }
    this.program = this.#table.program(alongVariable)
    this.assumptions = new Assumptions(analysis, this.#table, alongVariable)
  }

  #compile(use: KernelUse): CompiledKernel {
    const { kernel } = use
    const { hardware, widths } = this.setting
    const width = widths?.of(fullPath(use.owner))
    const add = (f: string | number) => this.#table.add(f, width)
    const matmul = kernel.matmul_flops
    const dtype = matmul === 0 || matmul === '0' ? undefined : this.#multiplied(use)
    return {
      use,
      flops: add(kernel.flops),
      matmulFlops: add(matmul),
      read: add(kernel.memory_access.read),
      write: add(kernel.memory_access.write),
      repeats: use.repeats.map(add),
      corrections: [...this.#expertCorrection(kernel, width), ...this.#cacheCorrections(kernel)],
      rates: ratesOf(hardware, dtype === undefined ? 0 : contractionRate(hardware, dtype)),
    }
  }

  /** The format in which a contraction runs: the one that quantised weights ask for, where the accelerator has it. */
  #multiplied({ kernel, owner }: KernelUse): string {
    const { hardware, widths } = this.setting
    const quantized = widths?.multiplied(fullPath(owner))
    if (quantized !== undefined && hardware.tensor_flops_per_second[quantized] !== undefined) return quantized
    return this.#runDtype(parseShape(kernel.out[0] ?? ''))
  }

  /** The dtype a tensor has when the model runs in the setting's format. */
  #runDtype(shape: ShapeText): string {
    return shape.dtype === modelDtype(this.analysis) ? this.setting.format : shape.dtype
  }

  /** A conversion to the dtype a tensor already has is no kernel. */
  #launches(kernel: KernelNode): boolean {
    if (kernelFacts[kernel.aten]?.converts === undefined) return true
    const [from, to] = [parseShape(kernel.in[0] ?? ''), parseShape(kernel.out[0] ?? '')]
    return from.dtype === to.dtype || this.#runDtype(from) !== this.#runDtype(to)
  }

  #expertCorrection(kernel: KernelNode, stored: number | undefined): Correction[] {
    const experts = kernelFacts[kernel.aten]?.experts
    if (experts === undefined) return []
    const rowsShape = parseShape(kernel.in[experts.rows] ?? '')
    const weightShape = parseShape(kernel.in[experts.weight] ?? '')
    const rows = this.#table.add(rowsShape.dims[0] ?? 0)
    const weight = weightShape.dims.map((d) => this.#table.add(d))
    const width =
      weightShape.dtype === modelDtype(this.analysis)
        ? (stored ?? this.setting.weightBytes)
        : (elementBytes(weightShape.dtype) ?? 0)
    const bytes = (values: Values, tokens: number) => {
      const count = at(values, weight[0])
      const touched = expectedDistinctExperts(count, at(values, rows) / tokens, tokens)
      const elements = weight.reduce((n, id) => n * at(values, id), 1)
      return { read: -width * elements * (1 - touched / count), write: 0 }
    }
    return [{ formulas: [rows, ...weight], bytes }]
  }

  #cacheCorrections(kernel: KernelNode): Correction[] {
    const difference = cacheFormats[this.setting.cacheFormat].bytes - modelFormats[this.setting.format].bytes
    // An encoder keeps no keys and values.
    if (difference === 0 || this.analysis.phase === 'encode') return []
    const positions = kernelFacts[kernel.aten]?.cacheReads
    if (positions !== undefined)
      return [
        this.#widened(
          positions.map((p) => kernel.in[p] ?? ''),
          [],
          difference,
        ),
      ]
    const file = typeof kernel.source === 'object' ? kernel.source.file : ''
    const updates = cacheUpdates.some(
      (row) => row.aten === kernel.aten && (file === row.file || file.endsWith(`/${row.file}`)),
    )
    return updates ? [this.#widened(kernel.in, kernel.out, difference)] : []
  }

  /** Every element of the given operands takes `difference` bytes more than the trace says. */
  #widened(inputs: readonly string[], outputs: readonly string[], difference: number): Correction {
    const elements = (texts: readonly string[]) =>
      texts
        .map(parseShape)
        .filter((s) => s.dtype === modelDtype(this.analysis))
        .map((s) => s.dims.map((d) => this.#table.add(d)))
    const [read, written] = [elements(inputs), elements(outputs)]
    const total = (values: Values, shapes: readonly (readonly number[])[]) =>
      shapes.reduce((sum, dims) => sum + dims.reduce((n, id) => n * at(values, id), 1), 0)
    return {
      formulas: [...read.flat(), ...written.flat()],
      bytes: (values) => ({ read: difference * total(values, read), write: difference * total(values, written) }),
    }
  }
}

function modelDtype(analysis: RegimeAnalysis): string {
  return analysis.dtype ?? 'bf16'
}

function at(values: Values, id: number | undefined): number {
  return id === undefined ? 0 : (values[id] ?? 0)
}
