// Stage 2: a model's costs from the analyses of its classes, every reference replaced by what it stands for.
export { expandModel } from './expand.ts'
export { expandFiles, type ExpandResult } from './scratchpad.ts'
export { namesakes, unboundReferences, variableNames, variantAt, type UnboundReference } from './bind.ts'
export { type AnalysisFile, type AnalysisSource, analysesInMemory, analysisSource } from './files.ts'
