// Stage 1: what each class of a model costs, line by line, with formulas in its own variables.
export { annotateForward, type ForwardLines } from './annotate.ts'
export { ModelAnalyzer, type AnalyzeRequest, type ModelRun } from './model.ts'
export { LineLedgers } from './ledgers.ts'
export { candidates, modelsOfFile } from './find.ts'
export { memoryRegimes } from './memory-regimes.ts'
export { storedWeights } from './stored.ts'
export { isMaterial } from './fixedConfig.ts'
export { cover, type Regime } from './regimes.ts'
