// `annotate`: what each line of a class's `forward()` costs in one concrete call of a model.
import { hint } from '../../sym/index.ts'
import { annotateForward, type ForwardLines } from '../../analyze/index.ts'
import { kernelSeconds, type Hardware } from '../../predict/index.ts'
import type { KernelCall } from '../../torch/index.ts'
import type { AnnotatedLine } from '../../report/index.ts'
import type { AnnotateResult, CallOptions, ModelOptions } from '../engine.ts'
import { modelContext } from './context.ts'
import { requestOf } from './trace.ts'

export async function annotate(
  model: ModelOptions,
  call: CallOptions,
  module: string | undefined,
  hardware: Hardware | undefined,
): Promise<AnnotateResult> {
  const context = await modelContext(model)
  const forward = annotateForward(context.project, requestOf(context, call), module)
  const lines: AnnotatedLine[] = []
  for (let line = forward.firstLine; line <= forward.lastLine; line++)
    lines.push(annotatedLine(forward, line, hardware))
  return {
    ...context.origin(),
    forward: { file: forward.file.path, name: forward.name, repeat: forward.repeat, lines },
  }
}

function annotatedLine(forward: ForwardLines, line: number, hardware: Hardware | undefined): AnnotatedLine {
  const kernels = forward.kernels.get(line) ?? []
  const status = forward.ledger.find((l) => l.line === line)?.status ?? 'plain'
  const sum = (of: (k: KernelCall) => number): number => kernels.reduce((n, k) => n + of(k), 0)
  return {
    line,
    text: forward.file.line(line),
    status: kernels.length > 0 ? 'counted' : status === 'counted' ? 'free' : status,
    kernels: kernels.length,
    flops: sum((k) => Number(hint(k.flops))),
    bytes: sum((k) => Number(hint(k.read)) + Number(hint(k.write))),
    ...(hardware === undefined ? {} : { seconds: sum((k) => secondsOf(k, hardware)) }),
  }
}

function secondsOf(k: KernelCall, hardware: Hardware): number {
  const [flops, matmul, read, write] = [k.flops, k.matmulFlops, k.read, k.write].map((x) => Number(hint(x)))
  const work = { matmulFlops: matmul ?? 0, otherFlops: (flops ?? 0) - (matmul ?? 0), bytes: (read ?? 0) + (write ?? 0) }
  return kernelSeconds(hardware, work, k.outputs[0]?.dtype.short ?? 'bf16')
}
