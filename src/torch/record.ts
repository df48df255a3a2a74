// The single door through which kernels are counted. `launch` looks up the kernel's row, works out what it costs from
// the shapes of its operands, and hands the call with its place in the source to the recorder, if a trace is being taken.
import type { Frame } from '../python/code.ts'
import type { Vm } from '../python/vm.ts'
import { mul, type Int } from '../sym/index.ts'
import type { DType } from './dtype.ts'
import { kernels, type KernelName } from './kernels/index.ts'
import type { KernelRow, Operand, Params } from './kernels/table.ts'
import { distinctElements, numel, type Shape } from './shape.ts'
import { torchState, type TorchState } from './state.ts'
import { clonedStrides } from './iterator.ts'
import { BatchedTensor, outputOf, viewOf, type Role, type Tensor } from './tensor.ts'

/** An operand as it was at the call. */
export interface TensorSig {
  readonly dtype: DType
  readonly shape: Shape
  readonly role: Role
  /** As they were at the launch: the tensor itself may be given another geometry later. */
  readonly strides: Shape
  readonly tensor: Tensor
}

export interface Place {
  readonly file: string
  readonly line: number
}

export interface KernelCall {
  /** The dispatcher's name with its overload: `aten.mm.default`; a described kernel's own name. */
  readonly op: string
  /** The rules that its costs follow. */
  readonly row: KernelRow
  readonly inputs: readonly TensorSig[]
  readonly outputs: readonly TensorSig[]
  readonly matmulFlops: Int
  /** All scalar arithmetic, contractions included. */
  readonly flops: Int
  readonly read: Int
  readonly write: Int
  /** Dotted path of the innermost module that is running, '' for the model itself. */
  readonly module: string
  /** The innermost line inside the traced package, its file relative to it. */
  readonly at: Place | undefined
  /** The line of the innermost running `forward()` that led here. */
  readonly site: Place | undefined
}

class RecordedOperand implements Operand, TensorSig {
  readonly dtype: DType
  readonly shape: Shape
  readonly role: Role
  readonly strides: Shape
  #elements: Int | undefined
  #distinct: Int | undefined

  constructor(
    readonly tensor: Tensor,
    readonly width: Int,
  ) {
    this.dtype = tensor.dtype
    this.shape = tensor.shape
    this.role = tensor.role
    this.strides = tensor.strides
  }

  get elements(): Int {
    return (this.#elements ??= numel(this.shape))
  }

  get distinct(): Int {
    return (this.#distinct ??= distinctElements(this.shape, this.strides))
  }

  get bytes(): Int {
    return mul(this.elements, this.width)
  }

  get footprint(): Int {
    return mul(this.distinct, this.width)
  }
}

/** Bytes of one element. */
export function elementWidth(state: TorchState, t: Tensor): Int {
  const width = t.dtype !== state.modelDtype ? undefined : t.role === 'weight' ? state.wBytes : state.aBytes
  return width ?? t.dtype.itemsize
}

export const noParams: Params = {}

/** Counts one kernel of the table. `inputs` are its tensor arguments in the dispatcher's order, absent ones left out. */
export function launch(
  vm: Vm,
  op: KernelName,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: Params = noParams,
): void {
  launchRow(vm, op, kernels[op], inputs, outputs, params)
}

/** Kernels that take a conjugated operand as it is (aten/src/ATen/ConjugateFallback.cpp). */
const takesConjugates = new Set<string>(
  ['dot', 'vdot', 'mm', 'addmm', 'addmm_', 'bmm', 'baddbmm', 'baddbmm_', '_linalg_svd'].map((n) => `aten.${n}.default`),
)

/** Counts one kernel whose row is given. */
export function launchRow(
  vm: Vm,
  op: string,
  row: KernelRow,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: Params = noParams,
): void {
  if (inputs.some((t) => t instanceof BatchedTensor)) vm.stop('unsupported-op', `${op} under torch.vmap`)
  const state = vm.state(torchState)
  if (state.recorder === undefined || !row.counted) return
  const isConjugated = !takesConjugates.has(op) && inputs.some((t) => t.isConjugate)
  const resolved = isConjugated ? inputs.map((t) => resolveConjugate(vm, t)) : inputs
  const operand = (t: Tensor): RecordedOperand => new RecordedOperand(t, elementWidth(state, t))
  const ins = resolved.map(operand)
  const outs = outputs.map(operand)
  const cost = row.cost(ins, outs, params)
  const { at, site, module } = place(vm, state)
  state.recorder.push({ op, row, inputs: ins, outputs: outs, ...cost, module, at, site })
}

/** The conjugated values written out, as the dispatcher does before a kernel that knows nothing of conjugation. */
export function resolveConjugate(vm: Vm, t: Tensor): Tensor {
  if (!t.isConjugate) return t
  const plain = viewOf(t, t.shape, t.strides)
  plain.isConjugate = false
  const out = outputOf([plain], t.shape, t.dtype, clonedStrides(t))
  launch(vm, 'aten.clone.default', [plain], [out])
  return out
}

/** The frames that Python would see. */
export function seenFrames(vm: Vm, { scriptedFrom }: TorchState): readonly Frame[] {
  return scriptedFrom === undefined ? vm.stack : vm.stack.slice(0, scriptedFrom)
}

function place(vm: Vm, state: TorchState): Pick<KernelCall, 'at' | 'site' | 'module'> {
  const { folders, shownFrom } = state.traced
  const running = state.moduleStack.at(-1)
  const innermost = seenFrames(vm, state).findLast((f) => folders.some((folder) => f.code.file.path.startsWith(folder)))
  return {
    at: placeIn(innermost, shownFrom),
    site: running === undefined ? undefined : placeIn(forwardFrame(vm.stack, running.depth), shownFrom),
    module: running?.path ?? '',
  }
}

/** `nn.Module.__call__` runs a method named `forward`; decorators may put frames of their own before it. */
function forwardFrame(stack: readonly Frame[], depth: number): Frame | undefined {
  for (let i = depth; i < stack.length; i++) if (stack[i]?.code.name === 'forward') return stack[i]
  return undefined
}

function placeIn(frame: Frame | undefined, prefix: string): Place | undefined {
  if (frame === undefined) return undefined
  const path = frame.code.file.path
  return { file: path.startsWith(prefix) ? path.slice(prefix.length) : path, line: frame.line }
}
