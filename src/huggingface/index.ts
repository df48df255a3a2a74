// What Transformers needs beyond Python and PyTorch: how sources, configs and classes are found and models are built.
export { createVm, packageFolder, packageVersion, type Project } from './project.ts'
export {
  buildModel,
  findClass,
  findValue,
  type Attention,
  type BuiltModel,
  type Experts,
  type ModelDType,
  type ModelSpec,
  requireTransformers,
} from './model.ts'
export { autoMapOf, remotePackage, RemoteCode, remoteShownAs, repositoriesOf, withinRemote } from './remote.ts'
export {
  overrideName,
  overridesFileName,
  Overrides,
  type Author,
  type BranchOverride,
  type Check,
  type CheckedOverride,
  type CheckReport,
  type CheckStatus,
  type Citation,
  type KernelOverride,
  type Override,
  type OverridesFile,
  type OverrideUse,
  type Verdict,
} from './overrides.ts'
export { toJson } from './config.ts'
export { callDriver } from './driver.ts'
export { acceptedBy, callCallables } from './plain.ts'
export { isJsonObject, JsonFloat, parseJson, printJson, type Json, type JsonObject } from './json.ts'
export { type Layout, storedBytes, type StoredTensor } from './quantization/layouts.ts'
export { ancestors } from './quantization/matching.ts'
export {
  quantizationConfig,
  quantizationRule,
  quantizedModuleNames,
  type QuantizedModule,
  type Rule,
} from './quantization/methods.ts'
