// The cache of sources: a folder NAME-VERSION per package, holding its Python files alone. The user's own uv or pip
// fetches them, so that mirrors, proxies and credentials are as the user set them; wheels only, so nothing of a package
// is run.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { raise } from '../text/index.ts'
import { interrupted, writeFolderWhole } from './files.ts'
import { sourceCache } from './node/environment.ts'

export interface CachedSource {
  readonly package: string
  readonly version: string
  /** Over the paths and contents of all files. */
  readonly sha256: string
  readonly files: number
  readonly bytes: number
}

export interface ListedSource extends CachedSource {
  readonly path: string
}

const record = 'source.json'

export interface Requirement {
  readonly name: string
  readonly version: string
}

export function parseRequirement(text: string): Requirement {
  const match = /^([A-Za-z0-9][\w.-]*)==([\w.+!-]+)$/.exec(text)
  if (match?.[1] !== undefined && match[2] !== undefined) return { name: match[1], version: match[2] }
  return raise('bad-option', `${text}: expected NAME==VERSION`, {
    hint: 'Results name the version they were read from, so give it in full: transformers==5.23.0.',
  })
}

export function listSources(env: NodeJS.ProcessEnv): ListedSource[] {
  const cache = sourceCache(env)
  if (!existsSync(cache)) return []
  const folders = readdirSync(cache).filter((name) => !name.startsWith('.') && existsSync(join(cache, name, record)))
  return folders.sort().map((name) => {
    const path = join(cache, name)
    return { ...(JSON.parse(readFileSync(join(path, record), 'utf8')) as CachedSource), path }
  })
}

interface Installer {
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
}

const common = ['--no-deps', '--only-binary', ':all:', '--quiet']

function installers(python: string | undefined): readonly Installer[] {
  const pip = (command: string) => ({
    title: `${command} -m pip`,
    command,
    args: ['-m', 'pip', 'install', '--no-compile', '--disable-pip-version-check', ...common],
  })
  if (python !== undefined) return [pip(python)]
  return [{ title: 'uv', command: 'uv', args: ['pip', 'install', ...common] }, pip('python3'), pip('python')]
}

/** Fetches a package into the cache, in place of what was there under the same version. */
export function addSource(
  { name, version }: Requirement,
  env: NodeJS.ProcessEnv,
  python: string | undefined,
): ListedSource {
  const path = join(sourceCache(env), `${name}-${version}`)
  const source = writeFolderWhole(path, (folder) => {
    const installed = join(folder, '.installed')
    install(`${name}==${version}`, installed, env, python)
    const found = keepPython(installed, folder)
    rmSync(installed, { recursive: true, force: true })
    if (found.files === 0) raise('source-not-found', `${name}==${version} holds no Python files`)
    const entry = { package: name, version, ...found }
    writeFileSync(join(folder, record), `${JSON.stringify(entry, undefined, 2)}\n`)
    return entry
  })
  return { ...source, path }
}

/** Tries each installer that is there; the first that exists decides. */
function install(requirement: string, target: string, env: NodeJS.ProcessEnv, python: string | undefined): void {
  const tried: string[] = []
  for (const { title, command, args } of installers(python)) {
    const result = spawnSync(command, [...args, '--target', target, requirement], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // Ctrl-C reaches the installer as well, and it ends first.
    if (result.signal === 'SIGINT') interrupted()
    if (result.error === undefined && result.status === 0) return
    const reason = result.error === undefined ? lastLines(result.stderr) : [result.error.message]
    if (result.error === undefined && !noPip(result.stderr)) {
      raise('source-not-found', `${title} could not fetch ${requirement}`, {
        notes: reason,
        hint: 'Check the version and the network.',
      })
    }
    tried.push(`${title}: ${reason.at(-1) ?? 'failed'}`)
  }
  raise('source-not-found', 'neither uv nor pip was found', {
    notes: tried,
    hint: 'Name a Python that has pip: --python PATH.',
  })
}

function noPip(stderr: string): boolean {
  return stderr.includes('No module named pip')
}

function lastLines(text: string): string[] {
  return text.trim().split('\n').slice(-3)
}

/** Copies the Python files. */
function keepPython(from: string, to: string): Pick<CachedSource, 'sha256' | 'files' | 'bytes'> {
  const hash = createHash('sha256')
  let bytes = 0
  const paths = readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py'))
    .sort()
  for (const path of paths) {
    const text = readFileSync(join(from, path))
    hash.update(path).update('\0').update(text).update('\0')
    bytes += text.length
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), text)
  }
  return { sha256: hash.digest('hex'), files: paths.length, bytes }
}
