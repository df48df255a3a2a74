// An analysis beside what the user's own PyTorch launches in the same call: the kernels of the class itself, one by one, at the
// sizes of that call. It holds for these sizes alone, so it can speak against an analysis, and not make it verified.
import type { Check } from '../../huggingface/index.ts'
import { parseShape } from '../../expand/reference.ts'
import { parse, tryEvaluate } from '../../sym/index.ts'
import type { BasicKernel, ModuleAnalysis } from '../../trace/formats.ts'
import { attempt, codeAndMessage } from '../attempt.ts'
import { check, passesUnless } from '../report.ts'
import { kernelText } from './compare.ts'
import { samplePoints, type Point } from './sample.ts'

/** A kernel as recordings have it. */
export interface RecordedKernel {
  readonly module: string
  readonly op: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly matmul_flops: number
  readonly read: number
  readonly write: number
  /** `models/llama/modeling_llama.py:63`; empty where no line of the library launched it. */
  readonly at: string
}

/** The first call of a module of the class. */
export interface RecordedCall {
  /** Where the module lies: `model.layers.0.mlp`. */
  readonly path: string
  readonly kernels: readonly RecordedKernel[]
  /** `torch 2.13.0, transformers 5.23.0` */
  readonly against: string
}

export function besidePyTorch(analysis: ModuleAnalysis, recorded: RecordedCall | string): Check {
  if (typeof recorded === 'string') return check('pytorch', 'not-run', [recorded])
  const problems = attempt(
    () => new Reading(analysis, recorded).problems(),
    (e) => [codeAndMessage(e)],
  )
  return passesUnless(
    'pytorch',
    problems.map((p) => `${p} (${recorded.against})`),
  )
}

/** Goes through the recorded kernels as an analysis says that they come. */
class Reading {
  private readonly point: Point
  private at = 0

  constructor(
    private readonly analysis: ModuleAnalysis,
    private readonly recorded: RecordedCall,
  ) {
    const [run = {}] = samplePoints(analysis)
    this.point = run
  }

  /** What is different first: after that the two are out of step. */
  problems(): readonly string[] {
    for (const [i, k] of this.analysis.kernels.entries()) {
      const found = k.kernel_type === 'basic' ? this.own(k, i) : this.below(k.module)
      if (found.length > 0) return found
    }
    return this.rest()
  }

  private own(k: BasicKernel, i: number): readonly string[] {
    const times = Number(this.value(String(k.repeat ?? 1)))
    for (let n = 0; n < times; n++) {
      const other = this.recorded.kernels[this.at++]
      if (other?.module !== this.recorded.path || other.op !== k.aten)
        return [`${kernelText(k, i)}, where PyTorch launches ${other === undefined ? 'nothing' : textOf(other)}`]
      const found = this.differences(k, other)
      if (found.length > 0) return found.map((d) => `${kernelText(k, i)} ${d}`)
    }
    return []
  }

  /** A call of a module below: its kernels are its own analysis's matter. */
  private below(module: string): readonly string[] {
    const name = [this.recorded.path, module].filter((part) => part !== '').join('.')
    const pattern = new RegExp(`^${name.replace(/[.]/g, '\\.').replaceAll('*', '\\d+')}(\\.|$)`)
    while (pattern.test(this.recorded.kernels[this.at]?.module ?? '-')) this.at++
    return []
  }

  /** Nothing is left, unless the module is called once more. */
  private rest(): readonly string[] {
    const [first] = this.recorded.kernels
    const next = this.recorded.kernels[this.at]
    if (
      next === undefined ||
      (this.at > 0 && next.module === first?.module && next.op === first.op && next.at === first.at)
    )
      return []
    return [`PyTorch goes on with ${textOf(next)}`]
  }

  private differences(k: BasicKernel, other: RecordedKernel): readonly string[] {
    const shapes = (texts: readonly string[]): string =>
      texts
        .map((t) => {
          const { dtype, dimensions } = parseShape(t, k.aten)
          return `${dtype}[${dimensions.map((d) => this.value(d)).join(',')}]`
        })
        .join(', ')
    const line = k.source === 'bundled' || other.at === '' ? other.at : `${k.source.file}:${k.source.line}`
    const rows: readonly (readonly [string, string, string])[] = [
      ['in', shapes(k.in), other.in.join(', ')],
      ['out', shapes(k.out), other.out.join(', ')],
      ['matmul_flops', this.value(k.matmul_flops), String(other.matmul_flops)],
      ['read', this.value(k.memory_access.read), String(other.read)],
      ['write', this.value(k.memory_access.write), String(other.write)],
    ]
    const wrong = rows.flatMap(([name, mine, theirs]) =>
      mine === theirs ? [] : [`has ${name} ${mine}, in PyTorch ${theirs}`],
    )
    return line.endsWith(other.at) ? wrong : [...wrong, `comes from ${line}, in PyTorch from ${other.at}`]
  }

  private value(formula: string): string {
    return String(tryEvaluate(parse(formula), this.point) ?? 'without a value')
  }
}

function textOf({ op, module, at }: RecordedKernel): string {
  return `${op} in ${module === '' ? 'the model itself' : module}${at === '' ? '' : ` (${at})`}`
}

/** The first run of kernels that are a module's or of modules below it. */
export function firstCall(kernels: readonly RecordedKernel[], path: string): readonly RecordedKernel[] {
  const isWithin = ({ module }: RecordedKernel): boolean =>
    path === '' || module === path || module.startsWith(`${path}.`)
  const from = kernels.findIndex(isWithin)
  const to = kernels.findIndex((k, i) => i > from && !isWithin(k))
  return from < 0 ? [] : kernels.slice(from, to < 0 ? undefined : to)
}
