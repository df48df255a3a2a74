// Where the sources are found that tests run on: pinned wheels, unpacked by scripts/fetch-sources.mjs. The first is the one that
// the recordings were made from.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pinned from '../../scripts/pinned-sources.json' with { type: 'json' }

const [recordedVersion = '', oldest = ''] = pinned.map((p) => p.version)

/** The oldest version that tests run on: configs are no dataclasses, and don't say which parts they have. */
export const oldestVersion = oldest

export interface Sources {
  /** The folder of the transformers package. */
  readonly transformers: string
  /** The folder of the torch package; undefined: the bundled stand-ins for torch.nn. */
  readonly pytorch: string | undefined
  /** A folder of other packages and files. */
  readonly source?: string | undefined
}

/** Undefined where they have not been fetched: tests that need them are skipped, saying how to get them. */
export function pinnedSources(version = recordedVersion): Sources | undefined {
  const transformers = inRepository('.cache', `transformers-${version}`, 'transformers')
  return existsSync(join(transformers, '__init__.py')) ? { transformers, pytorch: undefined } : undefined
}

export const howToFetch = `needs sources of transformers: node scripts/fetch-sources.mjs`

/** A path inside the repository. */
export function inRepository(...parts: string[]): string {
  return join(fileURLToPath(new URL('../..', import.meta.url)), ...parts)
}
