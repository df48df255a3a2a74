// The sizes of a call as variables.
import type { Int, Scope } from '../sym/index.ts'
import type { AnalysisSizes } from '../trace/formats.ts'

/** Variables for the sizes of the call; 0 and 1 stay numbers. */
export function symbolicSizes(scope: Scope, sizes: AnalysisSizes): { batch: Int; seq: Int; cache: Int } {
  return {
    batch: scope.variable('batch_size', sizes.batch_size, 'sequences'),
    seq: scope.variable('seq_len', sizes.seq_len, 'new tokens of each sequence'),
    cache: scope.variable('cache_len', sizes.cache_len, 'tokens of each sequence already in the cache'),
  }
}
