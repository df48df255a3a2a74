// Calls as text, `bf16[2,32,64]` and `eps=1e-05`: read back into arguments, at the shapes they had and at others like them.
import { PyFloat, list, types, type Kwargs, type Value } from '../python/index.ts'
import { dtypeByShort, newTensor } from '../torch/index.ts'

export interface CallArguments {
  readonly args: readonly Value[]
  readonly kwargs: Kwargs
}

const tensorForm = /^(\w+(?:\.\w+)?)\[([\d,\s]*)\]$/

/** The sizes above 1 in a call, each once. */
export function sizesOf(call: readonly string[]): readonly number[] {
  const sizes = call.flatMap((text) => dimensionsOf(plain(text)).map(Number))
  return [...new Set(sizes.filter((n) => n > 1))]
}

function dimensionsOf(text: string): readonly string[] {
  const dims = tensorForm.exec(text)?.[2]
  return dims === undefined || dims.trim() === '' ? [] : dims.split(',').map((d) => d.trim())
}

function plain(text: string): string {
  return text.replace(/^[A-Za-z_]\w*=/, '')
}

/** Arguments of a call, its sizes mapped; undefined where one of them is an object that text does not hold. */
export function argumentsOf(call: readonly string[], size: (n: number) => number): CallArguments | undefined {
  const args: Value[] = []
  const kwargs = new Map<string, Value>()
  for (const text of call) {
    const [, name] = /^([A-Za-z_]\w*)=/.exec(text) ?? []
    const value = valueOf(plain(text), size)
    if (value === undefined) return undefined
    if (name === undefined) args.push(value)
    else kwargs.set(name, value)
  }
  return { args, kwargs }
}

const words = new Map<string, Value>([
  ['None', null],
  ['True', true],
  ['False', false],
])

function valueOf(text: string, size: (n: number) => number): Value | undefined {
  const [, dtype] = tensorForm.exec(text) ?? []
  if (dtype !== undefined) {
    const shape = dimensionsOf(text).map((d) => size(Number(d)))
    return newTensor(shape, dtypeByShort(dtype), { device: 'meta', role: 'input' })
  }
  if (words.has(text)) return words.get(text)
  if (/^-?\d+$/.test(text)) return size(Number(text))
  if (/^-?[\d.]+(e[-+]?\d+)?$/.test(text)) return new PyFloat(types.float, Number(text))
  const quoted = /^'([^'\\]*)'$|^"([^"\\]*)"$/.exec(text)
  if (quoted !== null) return quoted[1] ?? quoted[2]
  return /^\[\s*\]$/.test(text) ? list([]) : undefined
}

/** Ways to change sizes: as they were, then each by itself, then all together, by whole factors. */
export function* resizings(sizes: readonly number[]): Generator<(n: number) => number> {
  yield (n) => n
  for (const [i, one] of sizes.entries()) yield (n) => (n === one ? n * (2 + (i % 2)) : n)
  yield (n) => (sizes.includes(n) ? n * 2 : n)
  yield (n) => (sizes.includes(n) ? n * (2 + (sizes.indexOf(n) % 3)) : n)
}
