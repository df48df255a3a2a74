// `analyze --engine agent`: stage 1 by an agent, into the same files.
import { existsSync, readFileSync } from 'node:fs'
import type { ModuleAnalysis } from '../../trace/formats.ts'
import type { Call } from '../command.ts'
import type { AnalyzeResult } from '../engine.ts'
import { validator } from '../schemas.ts'
import type { AgentTask } from './options.ts'
import { AgentShell } from './shell.ts'
import { Stage1, type AnalysisStore } from './stage1.ts'
import { Workspace } from './workspace.ts'

export interface AgentAnalysis extends AgentTask {
  /** Where the analysis of a class is written to. */
  readonly pathOf: (className: string) => string
  readonly write: (analysis: ModuleAnalysis) => Promise<void>
}

export async function analyzeByAgent(call: Call, task: AgentAnalysis): Promise<AnalyzeResult> {
  const { engine, io, provenance } = call
  const workspace = new Workspace(task.sources, engine)
  const shell = new AgentShell(io, task.options, workspace.folders, task.folder, task.module)
  const isValid = await validator('module_analysis')
  const store: AnalysisStore = {
    read: (className) => readAnalysis(task.pathOf(className), (value) => isValid(value).length === 0),
    write: task.write,
  }
  const stage = new Stage1({ engine, shell, workspace, call: task.call, store, provenance, python: task.python })
  const { result, scratchpad } = await shell.during(() => stage.run(task.module, task.recursive))
  return { analyses: result, scratchpad }
}

/** What a file holds, if that is an analysis. */
function readAnalysis(path: string, isValid: (value: unknown) => boolean): ModuleAnalysis | undefined {
  if (!existsSync(path)) return undefined
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isValid(value) ? (value as ModuleAnalysis) : undefined
  } catch {
    // Whatever is wrong with it, the class is analysed again.
    return undefined
  }
}
