// Costs as formulas: added up over kernels, multiplied by how often something runs.
import { addE, type Expr, mulE, print } from '../sym/index.ts'
import type { Totals } from '../trace/formats.ts'

export interface Cost {
  readonly flops: Expr
  readonly matmulFlops: Expr
  readonly read: Expr
  readonly write: Expr
}

export function addCost(a: Cost, b: Cost): Cost {
  return {
    flops: addE(a.flops, b.flops),
    matmulFlops: addE(a.matmulFlops, b.matmulFlops),
    read: addE(a.read, b.read),
    write: addE(a.write, b.write),
  }
}

export function timesCost(a: Cost, n: Expr): Cost {
  return {
    flops: mulE(a.flops, n),
    matmulFlops: mulE(a.matmulFlops, n),
    read: mulE(a.read, n),
    write: mulE(a.write, n),
  }
}

export function totalsOf(a: Cost): Totals {
  const text = (e: Expr): string => print(e, { braces: true })
  return {
    flops: text(a.flops),
    matmul_flops: text(a.matmulFlops),
    memory_access: { read: text(a.read), write: text(a.write) },
  }
}
