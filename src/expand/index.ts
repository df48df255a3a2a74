// Stage 2: a model's costs from the analyses of its classes, every reference replaced by what it stands for.
export { expandModel } from './expand.ts'
export { expandFiles, type ExpandResult } from './scratchpad.ts'
export { type AnalysisFile, type AnalysisSource, analysesInMemory } from './files.ts'
