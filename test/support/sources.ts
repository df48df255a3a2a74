// Where the sources that the recordings were made from are found: the pinned wheel, unpacked by scripts/fetch-sources.mjs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pinned from '../../scripts/pinned-sources.json' with { type: 'json' }

export interface Sources {
  /** The folder of the transformers package. */
  readonly transformers: string
  /** The folder of the torch package; undefined: the bundled stand-ins for torch.nn. */
  readonly pytorch: string | undefined
  /** A folder of other packages and files. */
  readonly source?: string | undefined
}

/** Undefined where they have not been fetched: tests that need them are skipped, saying how to get them. */
export function pinnedSources(): Sources | undefined {
  const transformers = inRepository('.cache', `${pinned.name}-${pinned.version}`, 'transformers')
  return existsSync(join(transformers, '__init__.py')) ? { transformers, pytorch: undefined } : undefined
}

export const howToFetch = `needs the sources of ${pinned.name} ${pinned.version}: node scripts/fetch-sources.mjs`

/** A path inside the repository. */
export function inRepository(...parts: string[]): string {
  return join(fileURLToPath(new URL('../..', import.meta.url)), ...parts)
}
