// torch.einsum as ATen carries it out (aten/src/ATen/native/Linear.cpp): every operand is permuted to the order "output
// subscripts, then summed ones", dimensions it lacks have size 1, and operands are multiplied pairwise from left to
// right, each dimension summed as soon as no later operand has it.
import { types } from '../python/types.ts'
import type { Vm } from '../python/vm.ts'
import { hint, prod, type Int } from '../sym/index.ts'
import { bmm } from './contractions.ts'
import { pointwise } from './pointwise.ts'
import { sumDims } from './reductions.ts'
import { at, isOne, sameSize } from './shape.ts'
import type { Tensor } from './tensor.ts'
import { diagonal, movedim, permute, reshape, unsqueeze, view } from './views.ts'

/** A subscript: a letter as its number, or the ellipsis. */
export type Subscript = number | '...'

/** `a`..`z` follow `A`..`Z`, as in ATen: summed subscripts keep this order. */
function letter(vm: Vm, c: string): number {
  const code = c.charCodeAt(0)
  if (c >= 'A' && c <= 'Z') return code - 65
  if (c >= 'a' && c <= 'z') return code - 97 + 26
  return vm.raise(
    types.RuntimeError,
    `einsum(): invalid subscript given, subscripts must be in [a-zA-Z], but found ${c}`,
  )
}

function parseSide(vm: Vm, text: string): Subscript[] {
  const result: Subscript[] = []
  for (const part of text.replaceAll(' ', '').split(/(\.\.\.)/)) {
    if (part === '...') result.push(part)
    else for (const c of part) result.push(letter(vm, c))
  }
  if (result.filter((s) => s === '...').length > 1) {
    vm.raise(types.RuntimeError, 'einsum(): found "..." for operand for which an ellipsis was already found')
  }
  return result
}

/** `ij,jk->ik`: subscripts of each operand, and of the output where it is given. */
export function parseEquation(vm: Vm, equation: string): { inputs: Subscript[][]; output: Subscript[] | undefined } {
  const arrow = equation.indexOf('->')
  const inputs = (arrow < 0 ? equation : equation.slice(0, arrow)).split(',').map((side) => parseSide(vm, side))
  return { inputs, output: arrow < 0 ? undefined : parseSide(vm, equation.slice(arrow + 2)) }
}

/** Where each subscript stands in the common order of dimensions: output first, then what is summed. */
interface Layout {
  readonly position: ReadonlyMap<number, number>
  /** First position of the dimensions under the ellipsis, and their number. */
  readonly ellipsisAt: number
  readonly ellipsisRank: number
  readonly outputRank: number
  readonly rank: number
}

function ellipsisRank(vm: Vm, operands: readonly Tensor[], inputs: readonly (readonly Subscript[])[]): number {
  if (operands.length !== inputs.length) {
    const more = operands.length > inputs.length ? 'fewer' : 'more'
    vm.raise(types.RuntimeError, `einsum(): ${more} operands were provided in the equation than the number of operands`)
  }
  let most = 0
  inputs.forEach((subscripts, i) => {
    const rank = operands[i]?.rank ?? 0
    const letters = subscripts.filter((s) => s !== '...').length
    const open = letters < subscripts.length
    if (open ? letters > rank : letters !== rank) {
      vm.raise(
        types.RuntimeError,
        `einsum(): the number of subscripts in the equation (${letters}) does not match the number of dimensions (${rank}) for operand ${i}${open ? '' : ' and no ellipsis was given'}`,
      )
    }
    most = Math.max(most, rank - letters)
  })
  return most
}

/** Without `->`: the ellipsis, then the subscripts that occur once, in order. */
function implicitOutput(inputs: readonly (readonly Subscript[])[]): Subscript[] {
  const letters = inputs.flat().filter((s) => s !== '...')
  const once = letters.filter((s) => letters.indexOf(s) === letters.lastIndexOf(s))
  return [...(inputs.some((s) => s.includes('...')) ? ['...' as const] : []), ...once.sort((a, b) => a - b)]
}

function layOut(
  vm: Vm,
  operands: readonly Tensor[],
  inputs: readonly (readonly Subscript[])[],
  output: readonly Subscript[] | undefined,
): Layout {
  const covered = ellipsisRank(vm, operands, inputs)
  const position = new Map<number, number>()
  let next = 0
  let ellipsisAt = -1
  for (const s of output ?? implicitOutput(inputs)) {
    if (s === '...') {
      ellipsisAt = next
      next += covered
    } else {
      checkOutputSubscript(vm, s, position, inputs)
      position.set(s, next++)
    }
  }
  const outputRank = next
  if (ellipsisAt < 0) {
    ellipsisAt = next
    next += covered
  }
  const summed = new Set(inputs.flat().filter((s) => s !== '...' && !position.has(s)) as number[])
  for (const s of [...summed].sort((a, b) => a - b)) position.set(s, next++)
  return { position, ellipsisAt, ellipsisRank: covered, outputRank, rank: next }
}

function nameOf(s: number): string {
  return String.fromCharCode(s < 26 ? s + 65 : s - 26 + 97)
}

function checkOutputSubscript(
  vm: Vm,
  s: number,
  position: ReadonlyMap<number, number>,
  inputs: readonly (readonly Subscript[])[],
): void {
  if (position.has(s)) {
    vm.raise(types.RuntimeError, `einsum(): output subscript ${nameOf(s)} appears more than once in the output`)
  }
  if (!inputs.some((i) => i.includes(s))) {
    vm.raise(
      types.RuntimeError,
      `einsum(): output subscript ${nameOf(s)} does not appear in the equation for any input operand`,
    )
  }
}

/** An operand with repeated subscripts reduced to their diagonal, permuted to the common order, missing dimensions 1. */
function aligned(vm: Vm, operand: Tensor, subscripts: readonly Subscript[], layout: Layout): Tensor {
  const dimOf = new Map<number, number>()
  const covered: number[] = []
  let t = operand
  let dim = 0
  for (const s of subscripts) {
    if (s === '...') {
      const count = operand.rank - (subscripts.length - 1)
      for (let k = layout.ellipsisRank - count; k < layout.ellipsisRank; k++) covered[k] = dim++
      continue
    }
    const seen = dimOf.get(s)
    if (seen === undefined) dimOf.set(s, dim++)
    else t = movedim(vm, diagonalOf(vm, t, s, seen, dim), [-1], [seen])
  }
  const order = new Array<number | undefined>(layout.rank).fill(undefined)
  for (const [s, d] of dimOf) order[layout.position.get(s) ?? 0] = d
  covered.forEach((d, k) => {
    order[layout.ellipsisAt + k] = d
  })
  let rank = t.rank
  for (let i = 0; i < layout.rank; i++) {
    if (order[i] !== undefined) continue
    t = unsqueeze(vm, t, rank)
    order[i] = rank++
  }
  return permute(
    vm,
    t,
    order.map((d) => d ?? 0),
  )
}

function diagonalOf(vm: Vm, t: Tensor, s: number, first: number, second: number): Tensor {
  if (!sameSize(at(t.shape, first), at(t.shape, second))) {
    vm.raise(
      types.RuntimeError,
      `einsum(): subscript ${nameOf(s)} is repeated but the sizes don't match, ${hint(at(t.shape, second))} != ${hint(at(t.shape, first))}`,
    )
  }
  return diagonal(vm, t, 0, first, second)
}

function checkSizes(vm: Vm, operands: readonly Tensor[], rank: number): void {
  for (let d = 0; d < rank; d++) {
    let size: Int = 1
    for (const t of operands) {
      const own = at(t.shape, d)
      if (isOne(own)) continue
      if (!isOne(size) && !sameSize(size, own)) {
        vm.raise(
          types.RuntimeError,
          `einsum(): operands do not broadcast with remapped shapes [original->remapped]: dimension ${d} has sizes ${hint(size)} and ${hint(own)}`,
        )
      }
      size = own
    }
  }
}

export function einsum(
  vm: Vm,
  operands: readonly Tensor[],
  inputs: readonly (readonly Subscript[])[],
  output: readonly Subscript[] | undefined,
): Tensor {
  const layout = layOut(vm, operands, inputs, output)
  const ops = operands.map((t, i) => aligned(vm, t, inputs[i] ?? [], layout))
  checkSizes(vm, ops, layout.rank)
  const [first, ...rest] = ops
  let result = first
  if (result === undefined) return vm.raise(types.ValueError, 'einsum(): must provide at least one operand')
  const summed = Array.from({ length: layout.rank - layout.outputRank }, (_, i) => layout.outputRank + i)
  if (rest.length === 0) return summed.length === 0 ? result : sumDims(vm, result, summed, false)
  const holders = new Map(summed.map((d) => [d, ops.filter((t) => !isOne(at(t.shape, d))).length]))
  for (const b of rest) result = contractPair(vm, result, b, holders)
  return summed.length === 0 ? result : view(vm, result, result.shape.slice(0, layout.outputRank))
}

/**
 * Multiplies two operands and sums what no later operand needs.
 * @param holders for each dimension to be summed, how many of the remaining operands have it
 */
function contractPair(vm: Vm, a: Tensor, b: Tensor, holders: Map<number, number>): Tensor {
  const contracted: number[] = []
  const ofLeft: number[] = []
  const ofRight: number[] = []
  for (const [d, count] of holders) {
    const inLeft = !isOne(at(a.shape, d))
    const inRight = !isOne(at(b.shape, d))
    if (inLeft && inRight) {
      holders.set(d, count === 2 ? 0 : count - 1)
      if (count === 2) contracted.push(d)
    } else if (count === 1 && (inLeft || inRight)) {
      holders.set(d, 0)
      ;(inLeft ? ofLeft : ofRight).push(d)
    }
  }
  const left = ofLeft.length === 0 ? a : sumDims(vm, a, ofLeft, true)
  const right = ofRight.length === 0 ? b : sumDims(vm, b, ofRight, true)
  return sumproductPair(vm, left, right, contracted)
}

/** `(a * b).sum(dims, keepdim=True)` as one bmm. */
export function sumproductPair(vm: Vm, a: Tensor, b: Tensor, dims: readonly number[]): Tensor {
  if (dims.length === 0) return pointwise(vm, 'aten.mul.Tensor', [a, b])
  let [left, right] = [a, b]
  const both: number[] = []
  let onlyLeft: number[] = []
  let onlyRight: number[] = []
  const summed = [...dims]
  for (let d = 0; d < a.rank; d++) {
    const inLeft = !isOne(at(left.shape, d))
    const inRight = !isOne(at(right.shape, d))
    if (dims.includes(d)) {
      if (inLeft && !inRight) left = sumDims(vm, left, [d], true)
      else if (inRight && !inLeft) right = sumDims(vm, right, [d], true)
    } else if (inLeft && inRight) both.push(d)
    else if (inLeft) onlyLeft.push(d)
    else onlyRight.push(d)
  }
  // The output keeps its dimensions in order if the operand whose own dimensions come first is the left one.
  if (precedes(onlyRight, onlyLeft)) {
    ;[left, right] = [right, left]
    ;[onlyLeft, onlyRight] = [onlyRight, onlyLeft]
  }
  return product(vm, left, right, { both, onlyLeft, onlyRight, summed })
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const last = a.at(-1)
  const first = b[0]
  return last !== undefined && first !== undefined && last < first
}

interface Roles {
  readonly both: readonly number[]
  readonly onlyLeft: readonly number[]
  readonly onlyRight: readonly number[]
  readonly summed: readonly number[]
}

function product(vm: Vm, left: Tensor, right: Tensor, { both, onlyLeft, onlyRight, summed }: Roles): Tensor {
  const sizes = (t: Tensor, ds: readonly number[]): Int[] => ds.map((d) => at(t.shape, d))
  const count = (t: Tensor, ds: readonly number[]): Int => prod(sizes(t, ds))
  const x = reshape(vm, permute(vm, left, [...both, ...onlyLeft, ...summed, ...onlyRight]), [
    count(left, both),
    count(left, onlyLeft),
    count(left, summed),
  ])
  const y = reshape(vm, permute(vm, right, [...both, ...summed, ...onlyRight, ...onlyLeft]), [
    count(left, both),
    count(left, summed),
    count(right, onlyRight),
  ])
  const shape = [...sizes(left, both), ...sizes(left, onlyLeft), ...summed.map(() => 1), ...sizes(right, onlyRight)]
  const order = [...both, ...onlyLeft, ...summed, ...onlyRight]
  const back = order.map((_, d) => order.indexOf(d))
  return permute(vm, view(vm, bmm(vm, x, y), shape), back)
}
