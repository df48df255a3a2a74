// The sizes of a call as variables.
import type { Scope } from '../sym/index.ts'
import type { Vm } from '../python/index.ts'
import type { BuiltModel } from '../huggingface/index.ts'
import { sourceLength } from '../trace/generation.ts'
import type { Phase } from '../trace/labels.ts'
import type { Sizes } from '../trace/run.ts'
import type { AnalysisSizes } from '../trace/formats.ts'

/** The sizes asked for; where a source is read and nobody says how long it is, the model decides. */
export function completeSizes(vm: Vm, built: BuiltModel, phase: Phase, sizes: AnalysisSizes): AnalysisSizes {
  const { encoder_len: given, ...others } = sizes
  const encoder_len = sourceLength(vm, built, phase, given)
  return { ...others, ...(encoder_len === undefined ? {} : { encoder_len }) }
}

/** Variables for the sizes of the call; 0 and 1 stay numbers. */
export function symbolicSizes(scope: Scope, sizes: AnalysisSizes): Sizes {
  const { encoder_len } = sizes
  const source = 'tokens, frames or samples of the source that the encoder reads'
  return {
    batch: scope.variable('batch_size', sizes.batch_size, 'sequences'),
    seq: scope.variable('seq_len', sizes.seq_len, 'new tokens of each sequence'),
    cache: scope.variable('cache_len', sizes.cache_len, 'tokens of each sequence already in the cache'),
    encoder: encoder_len === undefined ? undefined : scope.variable('encoder_len', encoder_len, source),
  }
}
