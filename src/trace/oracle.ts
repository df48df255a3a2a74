// The wire form of a trace: one JSON object a line, byte for byte what the recordings from PyTorch hold (DESIGN, section 7).
import { hint, type Int } from '../sym/index.ts'
import type { KernelCall, TensorSig } from '../torch/index.ts'

/** One line of `trace --format oracle`. Integers beyond 2^53 are exact: they are bigints, printed in full. */
export interface OracleLine {
  readonly phase: string
  readonly module: string
  readonly op: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly matmul_flops: number | bigint
  readonly read: number | bigint
  readonly write: number | bigint
  readonly at: string
  /** All scalar arithmetic, by the table in the cost conventions. */
  readonly flops: number | bigint
}

/** `bf16[2,32,4096]` */
export function signature(t: TensorSig): string {
  return `${t.dtype.short}[${t.shape.map((d: Int) => String(hint(d))).join(',')}]`
}

export function oracleLine(phase: string, call: KernelCall): OracleLine {
  return {
    phase,
    module: call.module,
    op: call.op,
    in: call.inputs.map(signature),
    out: call.outputs.map(signature),
    matmul_flops: hint(call.matmulFlops),
    read: hint(call.read),
    write: hint(call.write),
    at: call.at === undefined ? '' : `${call.at.file}:${call.at.line}`,
    flops: hint(call.flops),
  }
}

/** A line as text; bigints as plain JSON numbers. */
export function printOracleLine(line: OracleLine): string {
  return printLine(line)
}

function printLine(line: Partial<OracleLine>): string {
  const fields = Object.entries(line).map(([key, value]) => {
    return `${JSON.stringify(key)}:${typeof value === 'bigint' ? value.toString() : JSON.stringify(value)}`
  })
  return `{${fields.join(',')}}`
}

/** A line with the fields that recordings from PyTorch have, which count no arithmetic beyond matrix products. */
export function recordedLine(line: OracleLine): string {
  const { phase, module, op, in: inputs, out, matmul_flops, read, write, at } = line
  return printLine({ phase, module, op, in: inputs, out, matmul_flops, read, write, at })
}
