// The public API.
export { AnalysisError, isAnalysisError, type Span, type SourceProvider, memorySources } from './text/index.ts'
export { isJsonObject, parseJson, type Json, type JsonObject, type ModelSpec, type Project } from './huggingface/index.ts'
export { oracleLines, traceModel, type ModelTrace, type OracleLine, type TraceRequest } from './trace/index.ts'
