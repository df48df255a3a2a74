// What one run of the interpreter keeps for PyTorch: the thread-local settings of the real one (default dtype and device,
// whether gradients are recorded), and where launched kernels go.
import type { Kwargs, PyClass, PyInstance, Value } from '../python/values.ts'
import { stateKey } from '../python/vm.ts'
import type { Int } from '../sym/index.ts'
import type { DeviceName } from './device.ts'
import { dtypes, type DType } from './dtype.ts'
import type { KernelCall } from './record.ts'

/** Where kernels go while a forward pass is traced; an array will do. */
export interface Recorder {
  push(call: KernelCall): unknown
}

/** A running `nn.Module.__call__`. */
export interface ModuleFrame {
  /** Its dotted name in the traced model, '' for the model itself; undefined for modules outside it. */
  readonly path: string | undefined
  readonly module: PyInstance
  /** What it was called with. */
  readonly args: readonly Value[]
  readonly kwargs: Kwargs
  /** Depth of the interpreter's stack when it was called: its `forward()` is the first frame of that name from here up. */
  readonly depth: number
}

/** A kernel's `at` is the innermost line of a file whose path starts with one of `folders`. */
export interface TracedSource {
  readonly folders: readonly string[]
  /** What is left out of such a path where it is shown. */
  readonly shownFrom: string
}

export class TorchState {
  /** The dtype whose elements are `w_bytes` (weights) or `a_bytes` (the others) wide. */
  modelDtype: DType = dtypes.bfloat16
  defaultDtype: DType = dtypes.float32
  defaultDevice: DeviceName = 'cpu'
  /** Open `with torch.device(...)` blocks, innermost last. */
  readonly deviceStack: DeviceName[] = []
  gradEnabled = true
  recorder: Recorder | undefined = undefined
  readonly moduleStack: ModuleFrame[] = []
  /** Widths of the model dtype's elements; undefined means its item size. */
  wBytes: Int | undefined = undefined
  aBytes: Int | undefined = undefined
  /** Told of every module that is made, before its `__init__` runs. */
  onModuleConstruct:
    ((cls: PyClass, instance: PyInstance, args: readonly Value[], kwargs: Kwargs) => void) | undefined = undefined
  /** Wraps every call of a module, which is on `moduleStack` already: `proceed` carries it out. */
  onModuleCall:
    ((instance: PyInstance, args: readonly Value[], kwargs: Kwargs, proceed: () => Value) => Value) | undefined =
    undefined
  /** Depth of the interpreter's stack where compiled code (scripted.ts) took over: Python sees none of the frames from there on. */
  scriptedFrom: number | undefined = undefined
  /** Whose lines kernels are put down to. */
  traced: TracedSource = { folders: ['transformers/'], shownFrom: 'transformers/' }
}

export const torchState = stateKey('torch', () => new TorchState())
