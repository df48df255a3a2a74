// A trace as a table: the same kernel of every layer is one row with a count, in order of first launch.
import type { OracleLine } from '../trace/oracle.ts'
import * as numbers from './numbers.ts'
import { fit, table, type Terminal } from './terminal.ts'

interface Row {
  readonly line: OracleLine
  readonly module: string
  count: number
}

export function traceText(title: string, lines: Iterable<OracleLine>, terminal: Terminal): string[] {
  const rows = new Map<string, Row>()
  const total = { launches: 0, flops: 0, matmulFlops: 0, bytes: 0 }
  for (const line of lines) {
    const module = line.module.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')
    const key = [module, line.op, line.at, ...line.in, '', ...line.out].join(' ')
    const row = rows.get(key) ?? { line, module, count: 0 }
    rows.set(key, row)
    row.count++
    total.launches++
    total.flops += Number(line.flops)
    total.matmulFlops += Number(line.matmul_flops)
    total.bytes += Number(line.read) + Number(line.write)
  }
  const columns = [
    { title: 'module' },
    { title: 'kernel' },
    { title: '', align: 'right' },
    { title: 'output' },
    { title: 'FLOPs', align: 'right' },
    { title: 'read', align: 'right' },
    { title: 'write', align: 'right' },
    { title: 'at' },
  ] as const
  const cells = [...rows.values()].map(({ line, module, count }) => [
    fit(module, 40),
    line.op,
    count > 1 ? `× ${count}` : '',
    fit(line.out.join(' '), 28),
    numbers.flops(Number(line.flops)),
    numbers.bytes(Number(line.read)),
    numbers.bytes(Number(line.write)),
    line.at,
  ])
  const sum = `${numbers.grouped(total.launches)} kernels · ${numbers.flops(total.flops)} FLOPs (${numbers.flops(total.matmulFlops)} in contractions) · ${numbers.bytes(total.bytes)}`
  return [terminal.style.bold(title), ...table(columns, cells, terminal.style), '', sum]
}
