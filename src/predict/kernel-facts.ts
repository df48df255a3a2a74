// What a prediction has to know of single kernels beyond their formulas. Every fact is a row, looked up by the kernel's
// name; the code that uses a row does not know which kernel it belongs to.

export interface KernelFacts {
  /**
   * A product with the experts' stacked weights. A trace counts every expert's weights as read; a run reads those of the
   * experts that tokens were routed to. Operand positions: `rows` has one row per token and chosen expert, the first
   * dimension of `weight` counts the experts.
   */
  readonly experts?: { readonly rows: number; readonly weight: number }
  /** Positions of the operands that are read from the cache. */
  readonly cacheReads?: readonly number[]
  /** Only changes the dtype: PyTorch launches nothing where it is the right one already. */
  readonly converts?: true
}

export const kernelFacts: Readonly<Record<string, KernelFacts>> = {
  'aten._grouped_mm.default': { experts: { rows: 0, weight: 1 } },
  sdpa: { cacheReads: [1, 2] },
  'sdpa.causal': { cacheReads: [1, 2] },
  'aten._to_copy.default': { converts: true },
}

/** Kernels that append to the cache: they read the old entries and write all of them, in the cache's format. */
export const cacheUpdates: readonly { readonly aten: string; readonly file: string }[] = [
  { aten: 'aten.cat.default', file: 'cache_utils.py' },
]

/**
 * E·(1 − (1 − k/E)^tokens): how many of E experts at least one of the tokens goes to, on average, when each token takes
 * k of them and all are equally likely.
 */
export function expectedDistinctExperts(experts: number, perToken: number, tokens: number): number {
  return experts * (1 - (1 - perToken / experts) ** tokens)
}
