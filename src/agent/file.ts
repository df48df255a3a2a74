// `lm-predictor.overrides.json` as text: read and written only through its schema.
import { overrideName, overridesFileName, type Override, type OverridesFile } from '../huggingface/index.ts'
import { raise } from '../text/index.ts'
import { schemaProblems } from './schemas.ts'

/** The entries of a file's text. `name` is how errors call the file. */
export async function readOverrides(text: string, name = overridesFileName): Promise<readonly Override[]> {
  const value = parsed(text, name)
  const notes = await schemaProblems('overrides', value)
  if (notes.length > 0) return raise('bad-override', `${name} breaks its schema`, { notes })
  const { overrides } = value as OverridesFile
  const twice = repeated(overrides.map(keyOf))
  if (twice.length > 0) return raise('bad-override', `${name} has two entries for the same thing`, { notes: twice })
  return overrides
}

/** What an entry is for: one is enough. */
function keyOf(entry: Override): string {
  const isTruth = entry.kind === 'branch' && typeof entry.decision === 'boolean'
  return `${overrideName(entry)}${isTruth ? ' (the condition)' : ''}`
}

function repeated(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.filter((key, i) => keys.indexOf(key) < i))]
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (e) {
    return raise('bad-override', `${name} is not JSON: ${e instanceof Error ? e.message : String(e)}`)
  }
}

/** The text of a file with these entries. */
export async function writeOverrides(overrides: readonly Override[]): Promise<string> {
  const file: OverridesFile = { schema_version: 1, overrides }
  const notes = await schemaProblems('overrides', file)
  if (notes.length > 0) return raise('bad-override', 'the entries break their schema', { notes })
  return `${JSON.stringify(file, undefined, 2)}\n`
}
