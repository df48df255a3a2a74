// The agent reads source where the engine stops: tools, prompts, and the loop around what it hands in. Which model, and what
// carries the talk to it, is a matter of the shells.
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
