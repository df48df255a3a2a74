// Canonical names of config values (CONTRACT, "Numbers"): a config class's `attribute_map` leads from its own names to
// the standard ones; the few values every report speaks of have short names of their own.

/** Config values with a variable of their own, at the top level of a config. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['hidden_size', 'hidden_size'],
  ['num_attention_heads', 'num_heads'],
  ['head_dim', 'head_dim'],
])

/**
 * The variable of a config value.
 * @param path keys from the top config, e.g. ['text_config', 'n_embd']
 * @param canonical the canonical name of the last key (through `attribute_map`), e.g. 'hidden_size'
 */
export function variableOf(path: readonly string[], canonical: string): string {
  if (path.length === 1) return shortNames.get(canonical) ?? `config.${canonical}`
  return ['config', ...path.slice(0, -1), canonical].join('.')
}

/** Inverts a class's `attribute_map` (standard name → own name): own name → standard name. */
export function canonicalNames(attributeMap: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const inverse = new Map<string, string>()
  for (const [standard, own] of attributeMap) if (!inverse.has(own)) inverse.set(own, standard)
  return inverse
}

/** Keys that name a token or a thing, not a size. */
const identifier = /(?:^|_)(?:token_ids?|token_index|id|ids|seed|version)$/

/** Whether an integer of a config is a size, and so a variable of the formulas. */
export function isSize(key: string): boolean {
  return !identifier.test(key)
}
