// What the engine does for an agent: lines, snippets, and what is to be thought of something that was handed in.
import {
  checkAnalysis as check,
  checkOverride as checkEntry,
  listLines as lines,
  traceSnippet as snippetTrace,
  type CheckReport,
  type EngineView,
  type Override,
  type Snippet,
  type SnippetTrace,
  type SourceLine,
} from '../../agent/index.ts'
import type { ModuleAnalysis } from '../../trace/formats.ts'
import type { ModelOptions } from '../engine.ts'
import { openProject } from './context.ts'

type SourceOptions = Omit<ModelOptions, 'model'>

export function listLines(options: SourceOptions, className: string): Promise<readonly SourceLine[]> {
  return Promise.resolve(lines(openProject(options).project, className))
}

export function traceSnippet(options: SourceOptions, snippet: Snippet): Promise<SnippetTrace> {
  return Promise.resolve(snippetTrace(openProject(options).project, snippet))
}

export function checkAnalysis(
  options: SourceOptions,
  analysis: ModuleAnalysis,
  view: EngineView,
): Promise<CheckReport> {
  return check(analysis, openProject(options).project, view)
}

export function checkOverride(options: SourceOptions, override: Override): Promise<CheckReport> {
  return checkEntry(override, openProject(options).project)
}
