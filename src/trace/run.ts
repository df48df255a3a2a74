// One call of a model, as `generate` or a user would make it: the phases of CONTRACT.md, with the kernels that the
// call launches recorded and those that lead up to it (the prefill that leaves a cache) not.
import { isAnalysisError, raise, resultUnless } from '../text/index.ts'
import { floorDiv, gt, max, type Int } from '../sym/index.ts'
import { dict, getAttrOr, list, PyDict, type PyClass, type Value, type Vm } from '../python/index.ts'
import { recording, type KernelCall } from '../torch/index.ts'
import { callDriver, type BuiltModel } from '../huggingface/index.ts'
import type { Phase } from './labels.ts'
import { callOnCache } from './cached.ts'
import { namedInputs, paddingMask, readsTokens, textInput, tokens } from './given.ts'
import { callPart, callsParts } from './generation.ts'
import { callPlain, inputValue, positionOf } from './plain.ts'

/** Sizes of a call: sequences, new tokens per sequence, tokens already in the cache. */
export interface Sizes {
  readonly batch: Int
  readonly seq: Int
  readonly cache: Int
  /** Tokens, frames or samples of the source, where the model is an encoder-decoder. */
  readonly encoder?: Int | undefined
}

/** Padding: `count` positions on one side of every sequence that attention must not see. */
export interface Padding {
  readonly side: 'left' | 'right'
  readonly count: number
}

/** A tensor that the caller names: its dtype's short name and its shape. */
export interface TensorInput {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly Int[]
}

/** Anything else that the caller names, as Python: `False`, `{"text_embeds": bf16[batch_size, 1280]}`. */
export interface WrittenInput {
  readonly name: string
  readonly expression: string
  /** What it may name besides what the model's module has. */
  readonly sizes: Readonly<Record<string, Int>>
}

/** A name that is a number is a position. */
export type NamedInput = TensorInput | WrittenInput

export interface CallSpec {
  readonly phase: Phase
  readonly sizes: Sizes
  readonly padding?: Padding | undefined
  /** Inputs in place of `input_ids`; names that are numbers are positions. */
  readonly inputs?: readonly NamedInput[] | undefined
  /** Of a plain call: images and sounds as well, where text alone would do. */
  readonly everything?: boolean | undefined
  /** Of a plain call: which of the ways to shape images and sounds, where the config leaves that open. */
  readonly layout?: number | undefined
  /** Told of the inputs that a plain call makes in the sizes of its config: {name: tensor}. */
  readonly onInputs?: ((inputs: PyDict) => void) | undefined
  /** The last of the cached tokens is one that a step has left, as in generation; else all are of one prefill. */
  readonly afterStep?: boolean | undefined
  /** Logits of the last position alone, as `generate` asks for; else the model's own default. */
  readonly lastLogits?: boolean | undefined
}

/** The phase that sizes mean when none is named, `uncached` where nothing is cached; contradictions are errors. */
export function phaseOf(
  phase: Phase | undefined,
  sizes: { seq: number; cache: number },
  uncached: 'prefill' | 'forward' = 'prefill',
): Phase {
  const meant: Phase = sizes.cache === 0 ? uncached : sizes.seq === 1 ? 'decode' : 'extend'
  if (phase === undefined || phase === meant) return meant
  if (phase !== 'decode' && phase !== 'extend' && sizes.cache === 0) return phase
  return raise('bad-phase', `phase ${phase} contradicts --seq ${sizes.seq} --cache ${sizes.cache}`)
}

/** Runs a call alone, without what leads up to it. `past` is the cache that it finds, by argument name. */
export type Around = (run: () => Value, past?: PyDict) => Value

/** Calls a model once; `around` runs that call alone. Returns what the model returned. */
export function runCall(vm: Vm, built: BuiltModel, call: CallSpec, around: Around): Value {
  return vm.guard(() => {
    const { batch, seq, cache } = call.sizes
    const device = built.spec.device ?? 'meta'
    const { inputs } = call
    const byPosition = inputs?.some((i) => positionOf(i) !== undefined) === true
    if (call.padding !== undefined && (built.plain === true || call.phase === 'forward' || byPosition))
      raise('bad-option', `--mask is for a phase of generation, and this is one plain call of ${built.cls.name}`, {
        hint: 'Give the mask itself: --input "attention_mask=torch.tensor([[0,1,1,1]])".',
      })
    if (vm.importer.loaded('transformers') !== undefined)
      callDriver(vm, 'take_masks_as_full', [call.padding === undefined])
    if (built.plain === true) return callPlain(vm, built, call, around)
    if (callsParts(vm, built, call.phase))
      return callPart(vm, built, call, sourceInputs(vm, built, call, device), around)
    const cached = gt(cache, 0)
    if (cached && byPosition)
      raise('bad-option', '--input without a name is for a call without a cache', {
        hint: 'Name it: --input "input_ids=i64[batch_size,seq_len]".',
      })
    if (call.phase === 'forward' || byPosition)
      return inputs === undefined
        ? plainCall(vm, built, call, device, around)
        : around(callWithInputs(vm, built, inputs, device))
    if (cached) return callOnCache(vm, built, call, around)
    const given = inputs === undefined ? textInput(vm, batch, seq, device) : namedInputs(vm, built, inputs, device)
    const mask = paddingMask(vm, call.padding, batch, seq, 0, device)
    const run = (): Value => callDriver(vm, 'call', [built.model, given, mask, dict(), call.lastLogits === true])
    return around(inputs === undefined ? () => withTokens(vm, built, call, run) : run)
  })
}

/** A call with token ids: where it fails, and the model reads none, the error says so. */
function withTokens(vm: Vm, built: BuiltModel, { phase, sizes: { batch, seq } }: CallSpec, run: () => Value): Value {
  try {
    return vm.guard(run)
  } catch (e) {
    if (!isAnalysisError(e) || e.code !== 'python-error' || readsTokens(vm, built, batch, seq)) throw e
    return raise('no-cache', `${built.cls.name} reads no tokens, so it has no ${phase}`, {
      hint: 'One plain call of it: trace or annotate with --phase forward.',
    })
  }
}

/** What an encoder-decoder reads: as given, else in the sizes of its config. */
function sourceInputs(vm: Vm, built: BuiltModel, call: CallSpec, device: 'meta' | 'cpu'): Value {
  const { batch, encoder = 0 } = call.sizes
  if (call.inputs !== undefined) return namedInputs(vm, built, call.inputs, device)
  const mask = paddingMask(vm, call.padding, batch, encoder, 0, device)
  return callDriver(vm, 'source_inputs', [built.model, built.config, batch, encoder, mask, device])
}

/** Text alone, as long as that is enough; else with whatever else the model takes, in the sizes of its config. */
function plainCall(
  vm: Vm,
  built: BuiltModel,
  { sizes: { batch, seq }, everything, layout = 0, onInputs }: CallSpec,
  device: 'meta' | 'cpu',
  around: (run: () => Value) => Value,
): Value {
  const own = (all: boolean): Value =>
    callDriver(vm, 'own_inputs', [built.model, built.config, batch, seq, device, all, layout])
  const callWith = (inputs: Value): Value => {
    if (inputs instanceof PyDict) onInputs?.(inputs)
    return around(() => callDriver(vm, 'call_with', [built.model, inputs]))
  }
  const needed = own(everything === true)
  if (needed !== null) return callWith(needed)
  const ids = tokens(vm, batch, seq, device)
  const decoder = isEncoderDecoder(vm, built) ? tokens(vm, batch, half(seq), device) : null
  const callText = (): Value => callDriver(vm, 'plain_call', [built.model, ids, decoder])
  const all = own(true)
  const takesMore = all instanceof PyDict && [...all.entries.values()].some(([name]) => !textInputs.has(String(name)))
  return takesMore && !runs(vm, callText) ? callWith(all) : around(callText)
}

/** Whether a call ends without an exception of Python. */
function runs(vm: Vm, run: () => Value): boolean {
  return resultUnless(['python-error'], () => vm.guard(run)) !== undefined
}

const textInputs: ReadonlySet<string> = new Set(['input_ids', 'decoder_input_ids'])

/** In how many ways a plain call of a model can shape its images and sounds: those after the first where it refuses that. */
export function layoutsOf(vm: Vm, cls: PyClass): number {
  const count = vm.guard(() => callDriver(vm, 'layouts', [cls]))
  return typeof count === 'number' ? count : 0
}

/** The kernels of one call, in order. */
export function traceCall(vm: Vm, built: BuiltModel, call: CallSpec): readonly KernelCall[] {
  const isOpen = call.phase === 'forward' && call.inputs === undefined && built.plain !== true
  const refusals: unknown[] = []
  for (let layout = 0; layout < Math.max(1, isOpen ? layoutsOf(vm, built.cls) : 1); layout++) {
    const calls: KernelCall[] = []
    try {
      runCall(vm, built, { ...call, layout }, (run) => recording(vm, calls, run))
      return calls
    } catch (e) {
      if (!isAnalysisError(e) || e.code !== 'python-error') throw e
      refusals.push(e)
    }
  }
  throw refusals[0]
}

/** Whether a model is one that goes on with a text: what it is called for, if nothing is said, is a prefill. */
export function generates(vm: Vm, built: BuiltModel): boolean {
  return built.plain !== true && vm.guard(() => callDriver(vm, 'generates', [built.model])) === true
}

function half(seq: Int): Int {
  return max(1, floorDiv(seq, 2))
}

function isEncoderDecoder(vm: Vm, built: BuiltModel): boolean {
  return getAttrOr(vm, built.config, 'is_encoder_decoder') === true
}

/** The call, when its inputs are made. */
function callWithInputs(vm: Vm, built: BuiltModel, inputs: readonly NamedInput[], device: 'meta' | 'cpu'): () => Value {
  if (inputs.every((i) => positionOf(i) !== undefined)) {
    const ordered = [...inputs].sort((a, b) => Number(a.name) - Number(b.name))
    const values = list(ordered.map((i) => inputValue(vm, built, i, device)))
    return () => callDriver(vm, 'call_positional', [built.model, values])
  }
  const values = namedInputs(vm, built, inputs, device)
  return () => callDriver(vm, 'call_with', [built.model, values])
}
