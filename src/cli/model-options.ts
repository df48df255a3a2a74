// Options that several commands share.
import {
  type CacheFormat,
  cacheFormats,
  type OpenMemoryRequest,
  type ModelFormat,
  modelFormatOf,
} from '../predict/index.ts'
import { raise } from '../text/index.ts'
import { type Call } from './command.ts'
import type { CallOptions, MemoryInput, MemoryQuestion, ModelOptions } from './engine.ts'

export const dtypes = ['bf16', 'f16', 'f32'] as const
const phases = ['encode', 'prefill', 'decode', 'extend', 'forward'] as const

/** The model that a command is about, that of `--config` where no other is given; a missing one is a problem of the call. */
export function modelArgument(call: Call, more?: string): string {
  const [given] = call.args
  if (given !== undefined && more !== undefined && given !== more)
    call.problems.add('bad-option', `two models are given: ${given} and ${more}`, 'Give one of them.')
  const model = given ?? more ?? call.flags.text('config')
  if (model === undefined)
    call.problems.add(
      'bad-option',
      'no model is given',
      'Give a hub id, a folder with config.json, a config file, a class name or LIB:NAME.',
    )
  return model ?? ''
}

/** Looks at all that the options name before anything long begins. */
export async function checkModel({ engine, problems }: Call, options: ModelOptions): Promise<void> {
  if (options.model !== '') await problems.attemptAsync(() => engine.checkModel(options))
  await problems.attemptAsync(() => engine.checkSources(options))
}

export function modelOptions(call: Call, model: string): ModelOptions {
  const { flags } = call
  return {
    model,
    className: flags.text('class'),
    ...sourceOptions(call),
    experts: flags.choice('experts', ['grouped_mm', 'eager']),
  }
}

export function sourceOptions({ flags }: Call): Omit<ModelOptions, 'model' | 'className' | 'experts'> {
  return {
    arguments: flags.list('arg'),
    config: flags.text('config'),
    transformers: flags.text('transformers'),
    pytorch: flags.text('pytorch'),
    source: flags.text('source'),
    python: flags.text('python'),
    attn: flags.choice('attn', ['sdpa', 'eager']),
    dtype: flags.choice('dtype', dtypes),
    overrides: flags.text('overrides'),
  }
}

/** How weights and cache are kept, and what is left free. */
export function storageOptions({ flags }: Call): {
  readonly cacheFormat: CacheFormat | undefined
  readonly weightBits: number | undefined
  readonly memoryReserve: number
} {
  const bits = flags.number('w-bits', NaN, (n) => n > 0 && n <= 64, 'a number of bits from 1 to 64')
  return {
    cacheFormat: flags.choice('kv-dtype', Object.keys(cacheFormats) as CacheFormat[]),
    weightBits: Number.isNaN(bits) ? undefined : bits,
    memoryReserve: flags.number('memory-reserve', 0.1, (n) => n >= 0 && n < 1, 'a share from 0 to below 1'),
  }
}

export function checkpointFormat(dtype: string): ModelFormat {
  return (
    modelFormatOf(dtype) ??
    raise('bad-config', `the checkpoint's dtype ${dtype} has no prediction`, {
      hint: `Choose one: --dtype ${dtypes.join('|')}.`,
    })
  )
}

/** A question about a model, with the formats that it leaves to the checkpoint. */
export function memoryRequest(model: MemoryInput, options: ModelOptions, question: MemoryQuestion): OpenMemoryRequest {
  const format = options.dtype ?? checkpointFormat(model.dtype)
  return { ...question, model, format, cacheFormat: question.cacheFormat ?? format }
}

export function callOptions(
  { flags, problems }: Call,
  defaults: { batch: number; seq: number; cache: number },
): CallOptions {
  const mask = flags.text('mask')
  if (mask !== undefined && !/^(none|(left|right):\d+)$/.test(mask))
    problems.add('bad-option', `--mask ${mask}: expected none, left:N or right:N`)
  const inputs = flags.list('input')
  const phase = flags.choice('phase', phases)
  // A phase decides the sizes that are not given; given ones that contradict it are an error.
  const meant = phase === undefined ? {} : sizesOfPhase(phase, defaults)
  const sizes = { ...defaults, ...meant }
  for (const input of inputs) problems.attempt(() => checkInput(input))
  for (const name of repeated(inputs.flatMap((input) => /^([\w.]+)=/.exec(input)?.[1] ?? [])))
    problems.add('bad-option', `--input ${name}=… is given twice`, 'Give each input once.')
  return {
    phase,
    batch: flags.integer('batch', sizes.batch, 1),
    seq: flags.integer('seq', sizes.seq, 1),
    anySeq: flags.text('seq') === undefined,
    cache: flags.integer('cache', sizes.cache, 0),
    encoder: flags.text('encoder-len') === undefined ? undefined : flags.integer('encoder-len', 32, 1),
    mask,
    inputs,
  }
}

function sizesOfPhase(
  phase: (typeof phases)[number],
  { seq, cache }: { readonly seq: number; readonly cache: number },
): { readonly seq: number; readonly cache: number } {
  const cached = cache === 0 ? 32 : cache
  if (phase === 'decode') return { seq: 1, cache: cached }
  if (phase === 'extend') return { seq: seq === 1 ? 32 : seq, cache: cached }
  return { seq, cache: 0 }
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name, i) => names.indexOf(name) !== i))
}

function checkInput(input: string): void {
  if (!/^(?:[\w.]+=)?\w+\[[\w\s,]*\]$/.test(input) && !/^[A-Za-z_]\w*=[\s\S]*\S/.test(input))
    raise('bad-option', `--input ${input}: expected NAME=dtype[shape], e.g. pixel_values=bf16[1,3,224,224]`)
}
