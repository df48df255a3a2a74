// The calls of an encoder-decoder, as `generate` makes them: the encoder once over the source; then the decoder, from its
// start tokens on, over a cache that holds keys and values of its own tokens and, from its first call on, of the source.
import { raise } from '../text/index.ts'
import { add, gt, hintNumber, type Int } from '../sym/index.ts'
import type { Value, Vm } from '../python/index.ts'
import { callDriver, type BuiltModel } from '../huggingface/index.ts'
import { cacheIn } from './cached.ts'
import type { Phase } from './labels.ts'
import type { Around, CallSpec } from './run.ts'

/** Tokens of a source that nobody gave a length. */
const usualTokens = 32

/** Whether a call of a phase is one of an encoder or of its decoder, each by itself. */
export function callsParts(vm: Vm, built: BuiltModel, phase: Phase): boolean {
  if (phase === 'forward' || built.plain === true) return false
  const isEncoderDecoder = vm.guard(() => callDriver(vm, 'is_encoder_decoder', [built.model])) === true
  if (phase === 'encode' && !isEncoderDecoder)
    return raise('bad-phase', `${built.cls.name} has no encoder that is called by itself, so it has no encode`)
  return isEncoderDecoder
}

/**
 * Tokens, frames or samples of the source that a call reads: as given, else as many as the config says.
 * @returns undefined where no source is read, or one without a length, an image for example
 */
export function sourceLength(
  vm: Vm,
  built: BuiltModel,
  phase: Phase,
  given: number | undefined,
  usual: number = usualTokens,
): number | undefined {
  if (!callsParts(vm, built, phase)) {
    if (given === undefined) return undefined
    return raise('bad-option', `${built.cls.name} reads no source in a ${phase}: --encoder-len is for encoder-decoders`)
  }
  const own = vm.guard(() => callDriver(vm, 'source_length', [built.model, built.config]))
  if (own === null) return given ?? usual
  if (own !== 0) return given ?? hintNumber(own as Int)
  if (given === undefined) return undefined
  return raise('bad-option', `${built.cls.name} reads what has no length, so none can be given`)
}

/** Calls the encoder or the decoder once; `around` runs that call alone. */
export function callPart(vm: Vm, built: BuiltModel, call: CallSpec, inputs: Value, around: Around): Value {
  const { batch, seq, cache } = call.sizes
  const encode = (): Value => callDriver(vm, 'encode', [built.model, inputs])
  if (call.phase === 'encode') return around(encode)
  const source = encode()
  const decode = (length: Int, count: Int, past: Value, first: boolean): Value => {
    const ids = callDriver(vm, 'tokens', [batch, length, built.spec.device ?? 'meta'])
    return callDriver(vm, 'decoder_inputs', [built.model, ids, count, source, past, first, call.lastLogits === true])
  }
  const run = (given: Value): Value => callDriver(vm, 'call_with', [built.model, given])
  const empty = callDriver(vm, 'empty_cache', [built.model])
  if (!gt(cache, 0)) {
    const first = decode(seq, seq, empty, true)
    return around(() => run(first))
  }
  const past = cacheIn(vm, run(decode(cache, cache, empty, true)))
  if (past === undefined) return raise('no-cache', `${built.cls.name} returns no cache, so it has no ${call.phase}`)
  const next = decode(add(cache, seq), seq, past, false)
  return around(() => run(next), past)
}
