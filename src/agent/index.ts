// What an agent, or a person, submits, and what becomes of it: overrides for what the engine can't find out, analyses of
// modules, formulas. Whatever is submitted is checked against the sources and the engine before anybody believes it. Which
// model submits, and what carries the talk to it, is a matter of the shells.
export { defineTool, type ToolAnswer, type ToolHandler } from './tool.ts'
export { locate, pythonFiles, readTree, type SourceTree } from './tree.ts'
export { fileTools, type FileTools } from './tools/files.ts'
export { parsePrompt, renderPrompt, type Prompt } from './prompts.ts'
export { redactor, type Redact } from './redact.ts'
export {
  noUsage,
  type AgentEnd,
  type AgentLimits,
  type AgentResult,
  type AgentRuntime,
  type AgentTask,
  type Usage,
} from './runtime.ts'
export { AgentLog, usageText, type NotFound, type Step, type Submission } from './log.ts'
export {
  Interrupted,
  runTask,
  type Review,
  type SessionOptions,
  type SessionResult,
  type TaskDefinition,
} from './session.ts'
export { type Check, type CheckReport, type Override, type OverridesFile, type Verdict } from '../huggingface/index.ts'
export { readOverrides, writeOverrides } from './file.ts'
export { checkEntry, checkOverride } from './checks/override.ts'
export { citationCheck, packageOf } from './sources.ts'
export { checkFormula, type FormulaOptions, type FormulaReport, type Unit } from './formulas.ts'
export { listLines, type SourceLine } from './lines.ts'
export { traceSnippet, type Snippet, type SnippetKernel, type SnippetTrace } from './snippet.ts'
export { describeStop, type StopReport } from './stop.ts'
export { checkAnalysis } from './checks/analysis.ts'
export { analysisFrom, analysisShape, calleeText, type AnalysisFrame, type SubmittedAnalysis } from './analysis.ts'
export { bindingShape, referenceAt, withBinding, type BindingRequest, type SubmittedBinding } from './binding.ts'
export { firstCall, type RecordedCall, type RecordedKernel } from './checks/pytorch.ts'
export { checkBinding } from './checks/binding.ts'
export { constructedClasses, findPlace, type ClassPlace } from './classes.ts'
export { engineTools } from './tools/engine.ts'
export {
  besideThePoint,
  isSameStop,
  overrideFrom,
  overrideShape,
  stopText,
  type SubmittedOverride,
} from './override.ts'
