// From a model analysis and an accelerator's facts to the time and memory of a request.
export {
  encoderOf,
  predict,
  type ModelInput,
  type Prediction,
  type PredictRequest,
  type PhasePrediction,
} from './predict.ts'
export { type Breakdown, type KernelRow, type ModuleRow } from './breakdown.ts'
export { type Totals } from './cost.ts'
export { type Fact, findHardware, type Hardware } from './hardware.ts'
export { type MemoryUse } from './memory.ts'
export {
  type Fit,
  type MemoryModel,
  type MemoryReport,
  memoryReport,
  type MemoryRequest,
  type OpenMemoryRequest,
  usualLength,
  usualPositions,
} from './capacity.ts'
export { type CacheRow, type CacheUse, type ReadingRow } from './cache-plan.ts'
export { fewestTokens } from './memory-regimes.ts'
export { type StoredFormat } from './stored.ts'
export { type WeightRow } from './weights.ts'
export { type Bound, boundOf, kernelSeconds } from './roofline.ts'
export { type CacheFormat, cacheFormats, type ModelFormat, modelFormatOf, modelFormats } from './dtypes.ts'
export { type KernelNode, type ModuleNode, type RegimeAnalysis, type Sizes } from './input.ts'
