// The form of the kernel tables. A row says which tensor arguments a kernel has (names of native_functions.yaml) and how
// its FLOPs and bytes come about; formulas take shapes only. Rows are made of two reusable parts, arithmetic and traffic,
// each of which says in words what rule it applies.
import { raise } from '../../text/index.ts'
import { add, max, mul, sum, type Int } from '../../sym/index.ts'
import type { DType } from '../dtype.ts'
import { at, type Shape } from '../shape.ts'

/** What a formula may know of an operand. */
export interface Operand {
  readonly dtype: DType
  readonly shape: Shape
  /** Bytes of one element. */
  readonly width: Int
  readonly elements: Int
  /** Elements in memory: a dimension of stride 0 counts once. */
  readonly distinct: Int
  /** elements × width. */
  readonly bytes: Int
  /** distinct × width. */
  readonly footprint: Int
}

/** Numbers that a kernel takes besides tensors and that its cost depends on. */
export type Params = Readonly<Record<string, Int | boolean>>

/** A setting that is a size. */
export function sizeOf(params: Params, name: string): Int {
  const value = params[name]
  return value === undefined || typeof value === 'boolean' ? raise('internal', `a kernel without ${name}`) : value
}

/** Operands in order. */
export interface Operands {
  readonly ins: readonly Operand[]
  readonly outs: readonly Operand[]
  readonly params: Params
}

// 'self, *indices, values?' → { self: Operand; indices: readonly Operand[]; values?: Operand }
type NamedOne<S extends string> = S extends `*${infer N}`
  ? { readonly [K in N]: readonly Operand[] }
  : S extends `${infer N}?`
    ? { readonly [K in N]: Operand | undefined }
    : S extends ''
      ? unknown
      : { readonly [K in S]: Operand }
export type Named<S extends string> = S extends `${infer H}, ${infer T}` ? NamedOne<H> & Named<T> : NamedOne<S>
/** Arguments by name, `out` (the first output), and the operands in order. */
export type Bound<S extends string> = Named<S> & Operands & { readonly out: Operand }

export interface Arithmetic<B = Operands> {
  /** The rule in words. */
  readonly rule: string
  /** Multiply-adds of contractions, two FLOPs each. */
  readonly matmul?: (b: B) => Int
  /** Scalar arithmetic besides them. */
  readonly scalar?: (b: B) => Int
}

export interface Traffic<B = Operands> {
  readonly rule: string
  readonly read: (b: B) => Int
  readonly write: (b: B) => Int
}

export interface Cost {
  readonly matmulFlops: Int
  readonly flops: Int
  readonly read: Int
  readonly write: Int
}

export interface KernelRow {
  /** Names of the tensor arguments in order; `*name` a list, `name?` may be absent. */
  readonly args: readonly string[]
  /** False for allocations, which are no kernels: they are never recorded. */
  readonly counted: boolean
  readonly arithmeticRule: string
  readonly trafficRule: string
  readonly cost: (ins: readonly Operand[], outs: readonly Operand[], params: Params) => Cost
}

/** One row. Without arithmetic it does none; without traffic it reads every operand once and writes every output once. */
export function kernel<const S extends string>(
  args: S,
  arithmetic: Arithmetic<Bound<S>> = none,
  traffic: Traffic<Bound<S>> = once,
): KernelRow {
  const names = args === '' ? [] : args.split(', ')
  return {
    args: names,
    counted: true,
    arithmeticRule: arithmetic.rule,
    trafficRule: traffic.rule,
    cost(ins, outs, params) {
      const bound = bind<S>(names, ins, outs, params)
      const matmulFlops = arithmetic.matmul?.(bound) ?? 0
      const scalar = arithmetic.scalar?.(bound) ?? 0
      return { matmulFlops, flops: add(matmulFlops, scalar), read: traffic.read(bound), write: traffic.write(bound) }
    },
  }
}

/** A row for something that allocates without touching memory. */
export function allocation(args: string): KernelRow {
  return { ...kernel(args), counted: false }
}

function bind<S extends string>(
  names: readonly string[],
  ins: readonly Operand[],
  outs: readonly Operand[],
  params: Params,
): Bound<S> {
  const bound: Record<string, unknown> = { ins, outs, params, out: outs[0] }
  const list = names.findIndex((n) => n.startsWith('*'))
  const listed = list < 0 ? 0 : Math.max(ins.length - (names.length - 1), 0)
  let next = 0
  names.forEach((name, i) => {
    if (i === list) {
      bound[name.slice(1)] = ins.slice(next, next + listed)
      next += listed
    } else bound[name.replace('?', '')] = ins[next++]
  })
  return bound as Bound<S>
}

/** The same row under several names. */
export function rows<const N extends string>(names: readonly N[], row: KernelRow): Record<N, KernelRow> {
  return Object.fromEntries(names.map((n) => [n, row])) as Record<N, KernelRow>
}

type Merged<T extends readonly object[]> = T extends readonly [infer H, ...infer R extends readonly object[]]
  ? H & Merged<R>
  : unknown

/** One table of several. A name that occurs twice throws. */
export function defineKernels<const T extends readonly Readonly<Record<string, KernelRow>>[]>(...tables: T): Merged<T> {
  const all: Record<string, KernelRow> = {}
  for (const table of tables) {
    for (const [name, row] of Object.entries(table)) {
      if (Object.hasOwn(all, name)) raise('internal', `the kernel ${name} is defined twice`)
      all[name] = row
    }
  }
  return all as Merged<T>
}

// --- Arithmetic ---------------------------------------------------------------------------------------------------

/** Only arithmetic on floating-point (or complex) numbers counts. */
function whereFloat(o: Operand | undefined, n: (o: Operand) => Int): Int {
  return o !== undefined && o.dtype.isInexact ? n(o) : 0
}

export const none: Arithmetic = { rule: 'no arithmetic that counts' }

/** `n` operations for each output element; `complex` real ones where that is a complex number. */
export function perOutput(n: number, parts = '', complex = 2 * n): Arithmetic {
  const rule = `${n} FLOP${n === 1 ? '' : 's'} per output element${parts === '' ? '' : ` (${parts})`}`
  const each = (out: Operand): number => (out.dtype.isComplex ? complex : n)
  return { rule, scalar: ({ outs: [out] }) => whereFloat(out, (o) => mul(each(o), o.elements)) }
}

/** `n` operations for each element of the first operand, `extra` for each output element. */
export function perInput(n: number, extra = 0, parts = ''): Arithmetic {
  const tail = extra === 0 ? '' : `, ${extra} per output element`
  const rule = `${n} FLOP${n === 1 ? '' : 's'} per input element${tail}${parts === '' ? '' : ` (${parts})`}`
  return {
    rule,
    scalar: ({ ins: [input], outs: [out] }) =>
      whereFloat(out, () => add(mul(n, input?.elements ?? 0), mul(extra, out?.elements ?? 0))),
  }
}

// --- Traffic ------------------------------------------------------------------------------------------------------

const footprints = (operands: readonly Operand[]): Int => total(operands, (o) => o.footprint)
const allBytes = (operands: readonly Operand[]): Int => total(operands, (o) => o.bytes)

function total(operands: readonly Operand[], of: (o: Operand) => Int): Int {
  const [first, second] = operands
  if (first === undefined) return 0
  if (second === undefined) return of(first)
  return operands.length === 2 ? add(of(first), of(second)) : sum(operands.map(of))
}

export const once: Traffic = {
  rule: 'each distinct element of every operand read once, each output element written once',
  read: ({ ins }) => footprints(ins),
  write: ({ outs }) => footprints(outs),
}

/** The tensor that a `*_like` or `new_*` takes after is not read. */
export const fill: Traffic = {
  rule: 'nothing read, each output element written once',
  read: () => 0,
  write: ({ outs }) => allBytes(outs),
}

/** The table is the first operand, the indices the others. */
export const gather: Traffic = {
  rule: 'indices and the elements they select read, output written',
  read: ({ ins, outs }) => add(footprints(ins.slice(1)), allBytes(outs)),
  write: ({ outs }) => allBytes(outs),
}

export const copyInto: Traffic = {
  rule: 'source read, target written',
  read: ({ ins }) => footprints(ins.slice(1)),
  write: ({ outs }) => footprints(outs),
}

function touched(indices: readonly Operand[], source: Operand | undefined): Int {
  const counts = indices.map((o) => o.elements)
  return max(source?.elements ?? 0, ...counts)
}

/** In-place scatter of the last operand at the positions the middle ones give. */
export const scatterSource: Traffic = {
  rule: 'indices and source read, the elements they touch written',
  read: ({ ins }) => footprints(ins.slice(1)),
  write: ({ ins, outs: [out] }) => mul(touched(ins.slice(1, -1), ins.at(-1)), out?.width ?? 0),
}

/** In-place scatter of one number. */
export const scatterValue: Traffic = {
  rule: 'indices read, the elements they touch written',
  read: ({ ins }) => footprints(ins.slice(1)),
  write: ({ ins, outs: [out] }) => mul(touched(ins.slice(1), undefined), out?.width ?? 0),
}

/** In-place scatter that combines with what is there. */
export const scatterReduce: Traffic = {
  rule: 'indices, source and the touched elements read, the touched elements written',
  read: ({ ins, outs: [out] }) => add(footprints(ins.slice(1)), mul(ins.at(-1)?.elements ?? 0, out?.width ?? 0)),
  write: ({ ins, outs: [out] }) => mul(ins.at(-1)?.elements ?? 0, out?.width ?? 0),
}

/** Size of a dimension, from the end when negative. */
export function dim(o: Operand, i: number): Int {
  return at(o.shape, i)
}
