// The part of a config that is no variable of an analysis: strings, flags, lists and numbers that were taken as they are.
// Formulas hold for configs that agree with it, and with the assumptions on what is variable.
import { SymInt } from '../sym/index.ts'
import { collect, PyDict, PyFloat, PyInstance, PyList, PyTuple, type Value, type Vm } from '../python/index.ts'
import type { FixedConfig, FixedValue } from '../trace/formats.ts'

/** Keys whose values decide neither which kernels run nor their shapes. Each row: what such a key looks like, and why. */
const immaterial: readonly { readonly keys: RegExp; readonly reason: string }[] = [
  { keys: /^_/, reason: 'private to the library' },
  { keys: /(?:^|_)(?:token_ids?|token_index|id|ids|seed)$/, reason: 'names a token' },
  {
    keys: /^(?:id2label|label2id|num_labels|problem_type|architectures|transformers_version|name_or_path|tokenizer_class)$/,
    reason: 'metadata',
  },
  { keys: /^(?:finetuning_task|task_specific_params|prefix|language|base_model_\w+_plan)$/, reason: 'metadata' },
  { keys: /^(?:dtype|torch_dtype|auto_map|quantization_config)$/, reason: 'how weights are stored' },
  { keys: /(?:^|_)(?:eps|epsilon)\d?$|^(?:rms_)?norm_epsilon$/, reason: 'a summand of a normalization' },
  { keys: /(?:^|_)(?:dropout\w*|pdrop|drop_rate|layerdrop)$|^(?:\w*_)?dropout/, reason: 'inference drops nothing' },
  {
    keys: /(?:^|_)(?:initializer\w*|init_std|init_range|init_scale|std)$|^initializer/,
    reason: 'values of untrained weights',
  },
  { keys: /(?:^|_)(?:loss_coef|loss_weight|aux_loss_alpha|jitter\w*|z_loss\w*)$/, reason: 'training only' },
  {
    keys: /^(?:gradient_checkpointing|chunk_size_feed_forward|output_router_logits)$/,
    reason: 'training, or asked for by the call',
  },
  { keys: /(?:^|_)(?:rope_theta|rotary_emb_base|rotary_base)$/, reason: 'a base of frequencies' },
]

/** Can a config value decide what runs, as far as its name says? */
export function isMaterial(key: string): boolean {
  return !immaterial.some((row) => row.keys.test(key))
}

/** The values of a built config that the formulas do not have as variables, nested configs included. */
export function fixedConfig(vm: Vm, config: PyInstance): FixedConfig {
  const out: Record<string, FixedValue> = {}
  for (const [key, value] of config.dict) {
    if (!isMaterial(key)) continue
    const fixed = fixedValue(vm, value)
    if (fixed !== undefined) out[key] = fixed
  }
  return out
}

/** A value as JSON; undefined where it depends on variables or has no JSON form. */
function fixedValue(vm: Vm, v: Value): FixedValue | undefined {
  if (v === null || typeof v === 'boolean' || typeof v === 'number' || typeof v === 'string') return v
  if (v instanceof SymInt) return undefined
  if (v instanceof PyFloat) return v.expr === undefined ? v.value : undefined
  if (v instanceof PyDict) return fixedEntries(vm, v)
  if (v instanceof PyList || v instanceof PyTuple) {
    const items = collect(vm, v).map((x) => fixedValue(vm, x))
    return items.every((x) => x !== undefined) ? items : undefined
  }
  return v instanceof PyInstance ? fixedConfig(vm, v) : undefined
}

function fixedEntries(vm: Vm, v: PyDict): FixedValue {
  const out: Record<string, FixedValue> = {}
  for (const [k, x] of v.entries.values()) {
    if (typeof k !== 'string' || !isMaterial(k)) continue
    const fixed = fixedValue(vm, x)
    if (fixed !== undefined) out[k] = fixed
  }
  return out
}
