// The quantisation methods of checkpoints: what a `quantization_config` says about each matrix of a model. One row a
// method; a method or an algorithm that has no row is an error, never taken for full precision.
import { raise } from '../../text/index.ts'
import { isJsonObject, JsonFloat, type Json, type JsonObject } from '../json.ts'
import * as layouts from './layouts.ts'
import type { CompressedWeights, Layout, Matrix } from './layouts.ts'
import { ancestors, type Matcher, moduleNames, nameParts, namesOrExpressions, shellPatterns } from './matching.ts'

/** A linear layer, or one expert's projection, as the quantiser that wrote the checkpoint met it. */
export interface QuantizedModule {
  /** Its name in the checkpoint and in the model, and what a list may call it. */
  readonly names: readonly string[]
  readonly matrix: Matrix
  /** One of many that are stacked in the model. */
  readonly isExpert: boolean
}

/** What a method does to a matrix; undefined: nothing. */
export type Rule = (module: QuantizedModule) => Layout | undefined

export interface Surroundings {
  /** Modules that a method leaves alone unless it is told which: the output head, tied weights, the last one. */
  readonly usuallyKept: readonly string[]
  readonly keptInFloat32: readonly string[]
  /** The whole config. */
  readonly config: JsonObject
}

type Method = (quantization: JsonObject, around: Surroundings) => Rule

/** A rule for the modules that a list does not name. */
function except(list: Matcher, layoutOf: Rule): Rule {
  return (module) => (module.names.some(list) ? undefined : layoutOf(module))
}

/** HfQuantizer.get_modules_to_not_convert: a list of the config's own takes the place of the usual one. */
function kept(list: Json | undefined, around: Surroundings): Matcher {
  const own = texts(list)
  const usual = own === undefined ? around.usuallyKept : []
  return moduleNames([...usual, ...(own ?? []), ...around.keptInFloat32])
}

function texts(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : undefined
}

function numberIn(json: JsonObject, key: string, otherwise: number): number {
  const value = json[key]
  if (typeof value === 'number') return value
  if (value instanceof JsonFloat) return value.value
  if (value === undefined || value === null) return otherwise
  return raise('bad-config', `quantization_config: ${key} is no number: ${JSON.stringify(value)}`)
}

function pair(value: Json | undefined): readonly [number, number] | undefined {
  const [a, b] = Array.isArray(value) ? (value as readonly Json[]) : []
  return typeof a === 'number' && typeof b === 'number' ? [a, b] : undefined
}

/** -1: the whole input is one group. */
function groupOf(json: JsonObject, otherwise: number, matrix: Matrix): number {
  const size = numberIn(json, 'group_size', otherwise)
  return size <= 0 ? matrix.in : size
}

const fp8: Method = (q, around) => {
  const powersOfTwo = q['scale_fmt'] === 'ue8m0'
  const options = {
    block: pair(q['weight_block_size']),
    powersOfTwo,
    isStatic: q['activation_scheme'] === 'static',
  }
  const hasFp4Experts = (q['expert_dtype'] ?? around.config['expert_dtype']) === 'fp4'
  const layers = layerAlgorithms(q)
  const list = kept(q['modules_to_not_convert'], around)
  const ownFormat = except(list, ({ matrix, isExpert }) =>
    isExpert && hasFp4Experts ? layouts.packedFp4(matrix) : layouts.fineGrainedFp8(matrix, options),
  )
  return (module) => layers(module) ?? ownFormat(module)
}

/** Algorithms of TensorRT Model Optimizer, `quant_algo`. */
const algorithms: Readonly<Record<string, (matrix: Matrix, settings: JsonObject) => Layout>> = {
  FP8: layouts.modelOptFp8,
  NVFP4: (m, s) => layouts.modelOptNvfp4(m, groupOf(s, 16, m)),
  W4A16_NVFP4: (m, s) => layouts.nvfp4Weights(m, groupOf(s, 16, m)),
  MXFP8: layouts.mxfp8,
}

function algorithm(name: Json | undefined): (matrix: Matrix, settings: JsonObject) => Layout {
  const found = typeof name === 'string' && Object.hasOwn(algorithms, name) ? algorithms[name] : undefined
  return found ?? raise('unknown-quantization', `how quant_algo ${String(name)} stores weights is not known`)
}

/** The settings of a model optimiser that are those of a checkpoint, or that its config keeps one level down. */
function optimizerSettings(outer: JsonObject): JsonObject {
  const inner = outer['quantization']
  return isJsonObject(inner) ? inner : outer
}

function quantizedLayers(q: JsonObject): JsonObject {
  const layers = q['quantized_layers']
  return isJsonObject(layers) ? layers : {}
}

/** Modules that a quantisation names one by one, to quantise them and all below them. */
export function quantizedModuleNames(quantization: JsonObject): readonly string[] {
  return Object.keys(quantizedLayers(optimizerSettings(quantization)))
}

/** `quantized_layers`: the algorithm of each module that is named, and of all below it. */
function layerAlgorithms(q: JsonObject): Rule {
  const layers = quantizedLayers(q)
  const found = new Map<string, { readonly layoutOf: ReturnType<typeof algorithm>; readonly settings: JsonObject }>()
  for (const [name, settings] of Object.entries(layers))
    if (isJsonObject(settings)) found.set(name, { layoutOf: algorithm(settings['quant_algo']), settings })
  return ({ names, matrix }) => {
    const [row] = names.flatMap((name) => [...ancestors(name)]).flatMap((name) => found.get(name) ?? [])
    return row?.layoutOf(matrix, row.settings)
  }
}

const modelopt: Method = (outer) => {
  const q = optimizerSettings(outer)
  if (q['quant_algo'] === 'MIXED_PRECISION') return layerAlgorithms(q)
  const layoutOf = algorithm(q['quant_algo'])
  const list = shellPatterns(texts(q['exclude_modules']) ?? texts(q['ignore']) ?? [])
  return except(list, ({ matrix }) => layoutOf(matrix, q))
}

/** What `config_groups` of compressed-tensors say of weights. */
function compressedWeights(weights: JsonObject, inputs: Json | undefined): CompressedWeights {
  const group = weights['group_size']
  const block = pair(weights['block_structure'])
  const strategies = ['tensor', 'channel', 'group', 'tensor_group', 'block'] as const
  const size = typeof group === 'number' && group > 0 ? group : undefined
  const implied = size !== undefined ? 'group' : group === -1 ? 'channel' : 'tensor'
  const isStatic = isJsonObject(inputs) && (inputs['dynamic'] === false || inputs['dynamic'] === 'local')
  return {
    bits: numberIn(weights, 'num_bits', 8),
    type: weights['type'] === 'float' ? 'float' : 'int',
    strategy: strategies.find((s) => s === weights['strategy']) ?? implied,
    group: size,
    block,
    isSymmetric: weights['symmetric'] !== false,
    hasGroupIndex: weights['actorder'] === 'group',
    hasInputScale: isStatic,
    multiplied: isJsonObject(inputs) ? multipliedIn(inputs) : undefined,
  }
}

/** The format of what weights are multiplied with. */
function multipliedIn(inputs: JsonObject): Layout['multiplied'] {
  const bits = numberIn(inputs, 'num_bits', 8)
  if (inputs['type'] === 'float') return bits === 8 ? 'fp8' : bits === 4 ? 'fp4' : undefined
  return bits === 8 ? 'int8' : undefined
}

const compressed: Method = (q) => {
  const groups = isJsonObject(q['config_groups']) ? Object.values(q['config_groups']).filter(isJsonObject) : []
  const ignored = namesOrExpressions(texts(q['ignore']) ?? [])
  const rules = groups.map((group): Rule => {
    const { weights } = group
    if (!isJsonObject(weights)) return () => undefined
    const format = group['format'] ?? q['format']
    const layoutOf = typeof format === 'string' ? layouts.compressedLayouts[format] : undefined
    if (layoutOf === undefined)
      return raise(
        'unknown-quantization',
        `how the format ${String(format)} of compressed-tensors stores weights is not known`,
      )
    const settings = compressedWeights(weights, group['input_activations'])
    const targets = texts(group['targets']) ?? []
    const all = targets.includes('Linear')
    const named = namesOrExpressions(targets)
    return ({ names, matrix }) => (all || names.some(named) ? layoutOf(matrix, settings) : undefined)
  })
  return except(ignored, (module) => {
    for (const rule of rules) {
      const layout = rule(module)
      if (layout !== undefined) return layout
    }
    return undefined
  })
}

/** GPTQModel's `dynamic`: modules left out by `-:`, and others with settings of their own. */
function dynamicSettings(q: JsonObject): (names: readonly string[]) => JsonObject | undefined {
  const rows = Object.entries(isJsonObject(q['dynamic']) ? q['dynamic'] : {}).map(([pattern, settings]) => ({
    isLeftOut: pattern.startsWith('-:'),
    test: new RegExp(`^(?:${pattern.replace(/^[-+]:/, '')})`),
    settings: isJsonObject(settings) ? settings : {},
  }))
  return (names) => {
    const row = rows.find((r) => names.some((n) => r.test.test(n)))
    return row?.isLeftOut === true ? undefined : { ...q, ...row?.settings }
  }
}

const gptq: Method = (q, around) => {
  const head = q['lm_head'] === true ? [] : around.usuallyKept
  const blocks = (Array.isArray(q['modules_in_block_to_quantize']) ? q['modules_in_block_to_quantize'] : []).flat()
  const chosen = blocks.filter((b): b is string => typeof b === 'string')
  const settingsOf = dynamicSettings(q)
  return except(moduleNames([...head, ...around.keptInFloat32]), ({ names, matrix }) => {
    if (chosen.length > 0 && !names.some((n) => chosen.some((c) => n.endsWith(`.${c}`)))) return undefined
    const settings = settingsOf(names)
    if (settings === undefined) return undefined
    return layouts.gptq(matrix, numberIn(settings, 'bits', 4), groupOf(settings, 128, matrix))
  })
}

const awq: Method = (q, around) => {
  const own = nameParts(texts(q['modules_to_not_convert']) ?? [])
  const usual = kept(undefined, around)
  const bits = numberIn(q, 'bits', numberIn(q, 'w_bit', 4))
  const settings = { ...q, group_size: numberIn(q, 'group_size', numberIn(q, 'q_group_size', 128)) }
  return except(
    (name) => own(name) || usual(name),
    ({ matrix }) => layouts.awq(matrix, bits, groupOf(settings, 128, matrix)),
  )
}

const bitsAndBytes: Method = (q, around) => {
  const list = kept(q['llm_int8_skip_modules'], around)
  if (q['load_in_4bit'] !== true && q['_load_in_4bit'] !== true)
    return except(list, ({ matrix }) => layouts.bitsAndBytes8(matrix))
  const type = typeof q['bnb_4bit_quant_type'] === 'string' ? q['bnb_4bit_quant_type'] : 'fp4'
  const nested = q['bnb_4bit_use_double_quant'] === true
  return except(list, ({ matrix }) => layouts.bitsAndBytes4(matrix, type, nested))
}

/** AutoRound packs as GPTQ or AWQ does. */
const autoRound: Method = (q, around) => {
  const packing = String(q['packing_format'] ?? 'auto_round:auto_gptq')
  const extra = isJsonObject(q['extra_config']) ? q['extra_config'] : {}
  const full = Object.entries(extra).filter(([, s]) => isJsonObject(s) && numberIn(s, 'bits', 4) >= 16)
  const list = shellPatterns(full.map(([name]) => name))
  const settings = { ...q, sym: q['sym'] ?? true, modules_to_not_convert: full.map(([name]) => name) }
  if (packing.includes('gptq')) return except(list, gptq(settings, around))
  if (packing.includes('awq')) return except(list, awq(settings, around))
  return raise('unknown-quantization', `how the packing format ${packing} of auto-round stores weights is not known`)
}

function everyMatrix(layoutOf: (matrix: Matrix) => Layout): Method {
  return (q, around) => except(kept(q['modules_to_not_convert'], around), ({ matrix }) => layoutOf(matrix))
}

/** By `quant_method`, as QuantizationMethod of transformers/utils/quantization_config.py names them. */
const methods: Readonly<Record<string, Method>> = {
  fp8,
  modelopt,
  'compressed-tensors': compressed,
  gptq,
  awq,
  'auto-round': autoRound,
  bitsandbytes: bitsAndBytes,
  // Mxfp4HfQuantizer takes the experts alone.
  mxfp4: (q, around) =>
    except(kept(q['modules_to_not_convert'], around), ({ matrix, isExpert }) =>
      isExpert ? layouts.mxfp4(matrix) : undefined,
    ),
  fbgemm_fp8: everyMatrix(layouts.fbgemmFp8),
  eetq: everyMatrix(layouts.eetq),
  bitnet: everyMatrix(layouts.bitnet),
}

/** The quantisation that a config declares, its own or that of its language model. */
export function quantizationConfig(config: JsonObject | undefined): JsonObject | undefined {
  const text = config?.['text_config']
  const places = [config, isJsonObject(text) ? text : undefined]
  const given = places.flatMap((c) => [c?.['quantization_config'], c?.['compression_config']])
  const found = given.find((value) => value !== undefined && value !== null)
  return found === undefined || isJsonObject(found)
    ? found
    : raise('bad-config', `quantization_config is no object: ${JSON.stringify(found)}`)
}

/** What a quantisation does to each matrix. */
export function quantizationRule(quantization: JsonObject, around: Surroundings): Rule {
  const name = quantization['quant_method'] ?? (quantization['quant_algo'] === undefined ? undefined : 'modelopt')
  const method = typeof name === 'string' && Object.hasOwn(methods, name) ? methods[name] : undefined
  if (method !== undefined) return method(quantization, around)
  const problem =
    name === undefined || name === null
      ? 'the quantization_config names no quant_method'
      : `how the quantisation method ${String(name)} stores weights is not known`
  return raise('unknown-quantization', problem, {
    notes: [`Known methods: ${Object.keys(methods).join(', ')}.`],
  })
}
