// What the engine does for an agent: lines, snippets, and what is to be thought of something that was handed in.
import {
  checkAnalysis as check,
  checkBinding as checkBound,
  checkOverride as checkAny,
  listLines as lines,
  traceSnippet as snippetTrace,
  type BindingRequest,
  type CheckReport,
  type Override,
  type RecordedCall,
  type Snippet,
  type SnippetTrace,
  type SourceLine,
} from '../../agent/index.ts'
import type { ModuleAnalysis } from '../../trace/formats.ts'
import type { SourceOptions } from '../engine.ts'
import { openProject, overriddenProject } from './context.ts'

export async function listLines(options: SourceOptions, className: string): Promise<readonly SourceLine[]> {
  return lines((await overriddenProject(options)).project, className)
}

export async function traceSnippet(options: SourceOptions, snippet: Snippet): Promise<SnippetTrace> {
  return snippetTrace((await overriddenProject(options)).project, snippet)
}

export async function checkAnalysis(
  options: SourceOptions,
  analysis: ModuleAnalysis,
  own: ModuleAnalysis | string,
  recorded: RecordedCall | string,
): Promise<CheckReport> {
  return check(analysis, (await overriddenProject(options)).project, own, recorded)
}

export async function checkBinding(
  options: SourceOptions,
  request: BindingRequest,
  own: readonly ModuleAnalysis[] | string,
): Promise<CheckReport> {
  return checkBound(request, (await overriddenProject(options)).project, own)
}

export function checkOverride(options: SourceOptions, override: Override): Promise<CheckReport> {
  return checkAny(override, openProject(options).project)
}
