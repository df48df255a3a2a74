// How a kernel is described in data: a schema in the style of native_functions.yaml, and formulas over its arguments. In a
// formula `x.shape[0]` is a dimension of the tensor argument x (negative ones count from the end), `x.numel` the number of
// its elements, `x.bytes` the bytes of its distinct elements, `x.width` the bytes of one element; an integer argument goes
// by its name. An argument that is absent (None) has no elements and no bytes.
import { parse, type Expr } from '../sym/index.ts'
import { raise } from '../text/index.ts'

type ArgumentKind = 'Tensor' | 'Tensor?' | 'Tensor[]' | 'int' | 'int?' | 'float' | 'bool' | 'str' | 'any'

interface Argument {
  readonly name: string
  readonly kind: ArgumentKind
  /** As Python writes it; undefined where the argument must be given. */
  readonly default: string | undefined
  readonly keywordOnly: boolean
}

export interface Schema {
  readonly arguments: readonly Argument[]
  /** How many tensors it returns; 0 for `()`: it writes into its arguments. */
  readonly returns: number
}

const kinds: ReadonlySet<string> = new Set<ArgumentKind>([
  'Tensor',
  'Tensor?',
  'Tensor[]',
  'int',
  'int?',
  'float',
  'bool',
  'str',
  'any',
])

const bad = (what: string): never => raise('bad-override', what)

/** Reads `(Tensor x, Tensor? bias=None, *, float eps=1e-05) -> Tensor`; an operator's name before the parenthesis is left out. */
export function parseSchema(text: string): Schema {
  const match = /^[\w.:]*\s*\(([^()]*)\)\s*->\s*(.+)$/.exec(text.trim())
  if (match === null) return bad(`the schema "${text}" is not of the form (Tensor x, int n=1) -> Tensor`)
  const [, list = '', result = ''] = match
  const parts = list.trim() === '' ? [] : list.split(',').map((p) => p.trim())
  const star = parts.indexOf('*')
  const given = parts.filter((p) => p !== '*')
  const args = given.map((part, i) => argumentOf(part, star >= 0 && i >= star, text))
  const names = args.map((a) => a.name)
  const twice = names.find((n, i) => names.indexOf(n) !== i)
  if (twice !== undefined) bad(`the schema "${text}" has two arguments ${twice}`)
  return { arguments: args, returns: returnsOf(result.trim(), text) }
}

function argumentOf(part: string, keywordOnly: boolean, text: string): Argument {
  const match = /^(\S+)\s+([A-Za-z_]\w*)\s*(?:=\s*(\S.*))?$/.exec(part)
  const [, kind = '', name = '', fallback] = match ?? []
  // Annotations of aliasing, `Tensor(a!)`, say nothing that the entry's outputs don't say.
  const plain = kind.replace(/\(\w!?\)/, '')
  if (!isKind(plain)) return bad(`the schema "${text}": "${part}" is no argument; kinds are ${[...kinds].join(', ')}`)
  return { name, kind: plain, default: fallback, keywordOnly }
}

function isKind(text: string): text is ArgumentKind {
  return kinds.has(text)
}

function returnsOf(result: string, text: string): number {
  const list = /^\((.*)\)$/.exec(result)?.[1]
  const parts = (list ?? result)
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '')
  if (parts.some((p) => !/^Tensor(\(\w!?\))?( \w+)?$/.test(p)))
    return bad(`the schema "${text}" returns something else than tensors`)
  return parts.length
}

/** The Python signature that binds a call. */
export function signatureOf(name: string, schema: Schema): string {
  const show = (a: Argument): string => (a.default === undefined ? a.name : `${a.name}=${a.default}`)
  const positional = schema.arguments.filter((a) => !a.keywordOnly).map(show)
  const keyword = schema.arguments.filter((a) => a.keywordOnly).map(show)
  return `${name}(${[...positional, ...(keyword.length === 0 ? [] : ['*']), ...keyword].join(', ')})`
}

// --- Formulas -------------------------------------------------------------------------------------------------------

/** What of a tensor a formula may name besides its dimensions. */
const tensorProperties = ['numel', 'bytes', 'width'] as const
type TensorProperty = (typeof tensorProperties)[number]

/** A variable of a formula, taken apart. */
type Reference =
  | { readonly kind: 'dimension'; readonly name: string; readonly index: number }
  | { readonly kind: 'property'; readonly name: string; readonly property: TensorProperty }
  | { readonly kind: 'number'; readonly name: string }

const dimension = /\b([A-Za-z_]\w*)\.shape\[\s*(-?\d+)\s*\]/g

/** Reads a formula over arguments. Variables are spelled `x.shape[0]`, `x.numel`, `n`; braces around them may be left out. */
export function parseOver(text: string): Expr {
  return parse(text.replace(/[{}]/g, '').replace(dimension, '{$1.shape[$2]}'))
}

export function referenceOf(variable: string): Reference {
  const [, name, index] = /^(\w+)\.shape\[(-?\d+)\]$/.exec(variable) ?? []
  if (name !== undefined) return { kind: 'dimension', name, index: Number(index) }
  const [, owner, property] = /^(\w+)\.(\w+)$/.exec(variable) ?? []
  if (owner === undefined) return { kind: 'number', name: variable }
  const known = tensorProperties.find((p) => p === property)
  if (known !== undefined) return { kind: 'property', name: owner, property: known }
  return bad(
    `${variable}: a formula may name ${owner}.shape[i], ${tensorProperties.map((p) => `${owner}.${p}`).join(', ')}`,
  )
}

/** A dimension of an output: a formula, or a stretch of an argument's dimensions (`x.shape[:-1]`). */
export type DimensionRule =
  | { readonly kind: 'formula'; readonly formula: Expr }
  | {
      readonly kind: 'stretch'
      readonly name: string
      readonly from: number | undefined
      readonly to: number | undefined
    }

export function parseDimension(text: string): DimensionRule {
  const [, name, from, to] = /^\s*\*?\s*([A-Za-z_]\w*)\.shape\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]\s*$/.exec(text) ?? []
  if (name === undefined) return { kind: 'formula', formula: parseOver(text) }
  const bound = (digits: string | undefined): number | undefined =>
    digits === undefined || digits === '' ? undefined : Number(digits)
  return { kind: 'stretch', name, from: bound(from), to: bound(to) }
}
