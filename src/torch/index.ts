// PyTorch as the interpreted program sees it: tensors with shape, strides, dtype and role but no data, the functions that
// lower to kernels, the table of kernels and their costs, and nn.Module.
export {
  Tensor,
  Storage,
  isTensor,
  knownValues,
  newTensor,
  outputOf,
  tensorClass,
  viewOf,
  type Role,
} from './tensor.ts'
export { DType, dtypeByName, dtypeByShort, dtypes } from './dtype.ts'
export type { DeviceName } from './device.ts'
export { torchState, TorchState, type ModuleFrame, type Recorder, type TracedSource } from './state.ts'
export { callUnknown, describedKernels, type DescribedKernel, type OutputRule } from './described.ts'
export { parseDimension, parseOver, parseSchema, type Schema } from './notation.ts'
export { elementWidth, launch, seenFrames, type KernelCall, type Place, type TensorSig } from './record.ts'
export { kernels, type KernelName } from './kernels/index.ts'
export type { Cost, KernelRow, Operand } from './kernels/table.ts'
export {
  contiguousStrides,
  isContiguous,
  isNonOverlappingAndDense,
  numel,
  sameShapeAtSight,
  type Shape,
} from './shape.ts'
export { moduleFunctions, tensorMethods } from './functions/index.ts'
export {
  children as childModules,
  forgetCheckpoint,
  forwardOf,
  isModule,
  nameModules,
  namedParameters,
} from './module/module.ts'
export { countParameters, ownParameters, recording, withBuildDefaults } from './access.ts'
export { torchModules } from './namespace/index.ts'
export { packagesOnRequest, torchOverlays } from './standins/index.ts'
export { describedFunction, unsupportedFunction } from './namespace/unsupported.ts'
