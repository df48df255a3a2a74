// The public API.
export { AnalysisError, isAnalysisError, type Span, type SourceProvider, memorySources } from './text/index.ts'
export {
  isJsonObject,
  parseJson,
  remotePackage,
  type Json,
  type JsonObject,
  type ModelSpec,
  type Project,
} from './huggingface/index.ts'
export {
  loadModel,
  oracleLines,
  traceLoaded,
  traceModel,
  type CallRequest,
  type LoadedModel,
  type ModelTrace,
  type OracleLine,
  type TraceRequest,
} from './trace/index.ts'
