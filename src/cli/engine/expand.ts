// `expand`: stage 2 from the files of stage 1.
import { expandFiles } from '../../expand/index.ts'
import type { ExpandResult } from '../engine.ts'

export function expand(className: string, files: ReadonlyMap<string, string>): Promise<ExpandResult> {
  return Promise.resolve(expandFiles(className, files))
}
