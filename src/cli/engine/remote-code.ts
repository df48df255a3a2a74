// Where the code lies that a config names under `auto_map`: in the folder of the config, or in the local Hugging Face cache.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { autoMapOf, remotePackage, repositoriesOf, type JsonObject } from '../../huggingface/index.ts'
import { cachedSnapshot } from '../node/resolve.ts'

export interface CodeFolders {
  /** The package of the config's own folder, where its code is there. */
  readonly package: string | undefined
  /** Package → folder. */
  readonly roots: ReadonlyMap<string, string>
  /** Folders whose files may be read. */
  readonly readable: readonly string[]
}

/** The folders of code that a model's config names. `id` is how the user names the model, `folder` where its config lies. */
export function remoteCode(
  id: string,
  config: JsonObject | undefined,
  folder: string | undefined,
  env: NodeJS.ProcessEnv,
): CodeFolders {
  const roots = new Map<string, string>()
  if (autoMapOf(config).size === 0) return { package: undefined, roots, readable: [] }
  const isCached = folder !== undefined && basename(dirname(folder)) === 'snapshots'
  const own =
    folder === undefined ? undefined : isCached ? remotePackage(...id.split('/')) : remotePackage(basename(folder))
  if (folder !== undefined && own !== undefined) roots.set(own, folder)
  for (const repository of repositoriesOf(config)) {
    const snapshot = cachedSnapshot(repository, env)
    if (snapshot !== undefined) roots.set(remotePackage(...repository.split('/')), snapshot)
  }
  return { package: own, roots, readable: [...roots.values()].flatMap(readableBehind) }
}

/** A folder and, for a snapshot of the cache, that of the blobs that its links lead to. */
function readableBehind(folder: string): string[] {
  const blobs = join(dirname(dirname(folder)), 'blobs')
  return basename(dirname(folder)) === 'snapshots' && existsSync(blobs) ? [folder, blobs] : [folder]
}
