// Calls of models and what they launch: phases, traces, and the file formats of the analyses made from them.
export {
  loadModel,
  oracleLines,
  traceLoaded,
  traceModel,
  type CallRequest,
  type LoadedModel,
  type ModelTrace,
  type TraceRequest,
} from './model.ts'
export { callsParts, sourceLength } from './generation.ts'
export { phaseLabel, type Phase } from './labels.ts'
export { printOracleLine, recordedLine, signature, type OracleLine } from './oracle.ts'
export {
  layoutsOf,
  phaseOf,
  runCall,
  traceCall,
  type CallSpec,
  type NamedInput,
  type Padding,
  type Sizes,
} from './run.ts'
