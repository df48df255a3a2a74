// `expand`: stage 2 from the files of stage 1.
import { analysisSource, expandFiles, unboundReferences, type UnboundReference } from '../../expand/index.ts'
import type { ExpandResult } from '../engine.ts'

export function expand(className: string, files: ReadonlyMap<string, string>): Promise<ExpandResult> {
  return Promise.resolve(expandFiles(className, files))
}

export function unbound(className: string, files: ReadonlyMap<string, string>): Promise<readonly UnboundReference[]> {
  return Promise.resolve(unboundReferences(className, analysisSource(files)))
}
