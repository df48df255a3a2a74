// Where packages are looked for when no folder is given: the active Python environment, then the tool's own cache. Python
// is not run: an environment is a folder with a known layout.
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'

/** `site-packages` folders of the active environment, the likeliest first. */
function sitePackages(env: NodeJS.ProcessEnv): readonly string[] {
  const prefixes = [env['VIRTUAL_ENV'], env['CONDA_PREFIX'], ...interpreterPrefixes(env)].filter((p) => p !== undefined)
  return prefixes.flatMap((prefix) => {
    const lib = join(prefix, 'lib')
    if (existsSync(join(prefix, 'Lib', 'site-packages'))) return [join(prefix, 'Lib', 'site-packages')]
    if (!existsSync(lib)) return []
    return readdirSync(lib)
      .filter((name) => name.startsWith('python3'))
      .map((name) => join(lib, name, 'site-packages'))
  })
}

/** The environment of an interpreter that was named by its path, as if it were active; else the active one. */
export function environmentOf(python: string | undefined, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const isPath = python !== undefined && dirname(python) !== '.'
  return isPath ? { ...env, VIRTUAL_ENV: dirname(dirname(resolve(python))) } : env
}

/** The prefix of the `python3` that a shell would run. */
function interpreterPrefixes(env: NodeJS.ProcessEnv): readonly string[] {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const python = join(folder, 'python3')
    if (folder !== '' && existsSync(python)) return [dirname(dirname(python)), dirname(dirname(realpathSync(python)))]
  }
  return []
}

/** The tool's cache of sources. */
export function sourceCache(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lm-predictor', 'sources')
}

/** A package below a folder: its own folder, or its file. */
function packageIn(folder: string, name: string): string | undefined {
  if (existsSync(join(folder, name, '__init__.py'))) return join(folder, name)
  return existsSync(join(folder, `${name}.py`)) ? join(folder, `${name}.py`) : undefined
}

/** A folder of modules without an `__init__.py`: a package where no other of that name is found. */
function namespaceIn(folder: string, name: string): string | undefined {
  const inside = join(folder, name)
  return statSync(inside, { throwIfNoEntry: false })?.isDirectory() === true ? inside : undefined
}

/** Versions of a package in the tool's cache: folders `NAME-VERSION`, the newest last. */
export function cachedVersions(env: NodeJS.ProcessEnv, name: string): readonly string[] {
  const cache = sourceCache(env)
  if (!existsSync(cache)) return []
  const collator = new Intl.Collator('en', { numeric: true })
  return readdirSync(cache)
    .sort(collator.compare)
    .flatMap((entry) => packageIn(join(cache, entry), name) ?? [])
}

/** The folder of a package, or undefined where neither the environment nor the cache has it. */
export function findPackage(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const folders = sitePackages(env)
  const [found] = [packageIn, namespaceIn].flatMap((look) => folders.flatMap((folder) => look(folder, name) ?? []))
  return found ?? cachedVersions(env, name).at(-1)
}
