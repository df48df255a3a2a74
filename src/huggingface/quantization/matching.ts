// Lists of modules as quantisation configs write them: names, shell patterns, regular expressions. A list is compiled
// once; plain names are looked up, so that lists of thousands of names cost nothing.

/** Is a module, under one of its names, in the list? */
export type Matcher = (name: string) => boolean

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A Python regular expression, where it is one: names in old lists are used as expressions without being meant as such. */
function expression(source: string): RegExp | undefined {
  try {
    return new RegExp(source)
  } catch {
    return undefined
  }
}

function anyOf(tests: readonly Matcher[]): Matcher {
  return (name) => tests.some((test) => test(name))
}

/** `a.b.c`, `a.b`, `a`. */
export function* ancestors(name: string): Generator<string> {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) yield name.slice(0, end)
}

const plainName = /^[\w.-]*$/

/**
 * A module, all below it, a suffix of a name, or a regular expression from the start to the end of a part of the name
 * (transformers/quantizers/quantizers_utils.py, should_convert_module).
 */
export function moduleNames(list: readonly string[]): Matcher {
  const plain = new Set(list.filter((p) => plainName.test(p)))
  const others = list.filter((p) => !plainName.test(p))
  const special = others.flatMap((p) => expression(`^(?:${p})(?:(?<=\\.)|(?=\\.|$))`) ?? [])
  const suffixes = [...plain]
  return (name) => {
    for (const part of ancestors(name)) if (plain.has(part)) return true
    return suffixes.some((s) => name.endsWith(s)) || special.some((p) => p.test(name))
  }
}

/** Shell patterns (fnmatch), as TensorRT Model Optimizer's lists are; a name stands for all below it as well. */
export function shellPatterns(list: readonly string[]): Matcher {
  const plain = new Set(list.filter((p) => plainName.test(p)))
  const others = list.filter((p) => !plainName.test(p))
  const prefixes = others.flatMap((p) => (/^[^*?[]*\*$/.test(p) ? [p.slice(0, -1)] : []))
  const rest = others.filter((p) => !/^[^*?[]*\*$/.test(p))
  const regexes = rest.map((p) => new RegExp(`^${escaped(p).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`))
  const isPlain = (name: string) => {
    for (const part of ancestors(name)) if (plain.has(part)) return true
    return false
  }
  return anyOf([isPlain, (n) => prefixes.some((p) => n.startsWith(p)), (n) => regexes.some((r) => r.test(n))])
}

/** Exact names, or regular expressions after `re:` (compressed_tensors/utils/match.py). */
export function namesOrExpressions(list: readonly string[]): Matcher {
  const names = new Set(list.filter((p) => !p.startsWith('re:')))
  const regexes = list.filter((p) => p.startsWith('re:')).flatMap((p) => expression(`^(?:${p.slice(3)})`) ?? [])
  return (name) => names.has(name) || regexes.some((r) => r.test(name))
}

/** Parts of names, wherever they occur (AutoAWQ). */
export function nameParts(list: readonly string[]): Matcher {
  return (name) => list.some((part) => name.includes(part))
}
