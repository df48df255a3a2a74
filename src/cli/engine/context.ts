// Options of a command become a project (where sources are) and a model (what to build).
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { raise } from '../../text/index.ts'
import {
  overrideName,
  overridesFileName,
  Overrides,
  packageFolder,
  packageVersion,
  type CheckedOverride,
  type JsonObject,
  type ModelSpec,
  type Project,
} from '../../huggingface/index.ts'
import { Programs } from '../../python/index.ts'
import type { SourcePackage } from '../../trace/formats.ts'
import { modelConfigText, nearestModels } from '../catalogue.ts'
import type { ModelOptions, ModelType, Origin, SourceOptions } from '../engine.ts'
import { readGiven } from '../files.ts'
import { environmentOf, findPackage } from '../node/environment.ts'
import { fileSources, type FileSources } from '../node/provider.ts'
import { readConfig, resolveModel } from '../node/resolve.ts'
import { Problems } from '../problems.ts'
import { remoteCode, type CodeFolders } from './remote-code.ts'

export interface Context {
  readonly project: Project
  readonly spec: ModelSpec
  /** How the model is named to people. */
  readonly id: string
  /** The folder of the user's own code. */
  readonly source: string | undefined
  /** Where everything that was read so far came from. */
  readonly origin: () => Origin
}

function existingFolder(option: string, path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return resolve(path)
  if (!existsSync(path)) return raise('bad-file', `--${option}: there is no folder ${path}`)
  return raise('bad-file', `--${option}: ${path} is no folder`, { hint: `Give the folder: ${dirname(path)}.` })
}

/** The folders of the packages, those of code that comes with a model included, and a provider that reads nothing else. */
export function openProject(
  options: SourceOptions,
  code?: CodeFolders,
  env: NodeJS.ProcessEnv = environmentOf(options.python),
): {
  readonly project: Project
  readonly files: FileSources
} {
  const given = [
    ['transformers', options.transformers],
    ['torch', options.pytorch],
  ] as const
  const folders = new Map<string, string>()
  for (const [name, path] of given) {
    const folder =
      path === undefined ? findPackage(env, name) : existingFolder(name === 'torch' ? 'pytorch' : name, path)
    if (folder !== undefined) folders.set(name, folder)
  }
  const source = options.source === undefined ? undefined : existingFolder('source', options.source)
  const files = fileSources([
    ...[...folders.values()].map((f) => dirname(f)),
    ...(source === undefined ? [] : [source]),
    ...(code?.readable ?? []),
  ])
  const roots = new Map([...folders].map(([name, folder]) => [name, packageFolder(files, name, folder)]))
  for (const [name, folder] of code?.roots ?? []) roots.set(name, folder)
  for (const [name, path] of source === undefined ? [] : ownRoots(source)) if (!roots.has(name)) roots.set(name, path)
  const findInstalled = (name: string): string | undefined => {
    const folder = findPackage(env, name)
    if (folder === undefined) return undefined
    files.allow(dirname(folder))
    roots.set(name, folder)
    return folder
  }
  return { project: { sources: files, roots, findPackage: findInstalled, programs: new Programs() }, files }
}

/** As `openProject`, with what somebody wrote down for what the engine can't find out. */
export async function overriddenProject(
  options: SourceOptions,
  code?: CodeFolders,
): Promise<{ readonly project: Project; readonly files: FileSources }> {
  const { project, files } = openProject(options, code)
  const path = options.overrides ?? (existsSync(overridesFileName) ? overridesFileName : undefined)
  if (path === undefined && (options.entries ?? []).length === 0) return { project, files }
  const { checkEntry, citationCheck, readOverrides } = await import('../../agent/index.ts')
  const entries = [
    ...(path === undefined ? [] : await readOverrides(readGiven(path), path)),
    ...(options.entries ?? []),
  ]
  if (entries.length === 0) return { project, files }
  const believed = entries.map((entry): CheckedOverride => {
    const { verdict, why, checks } = checkEntry(entry, project)
    if (verdict !== 'rejected') return { entry, verdict }
    const isStale = checks.some((c) => c.name === citationCheck && c.status === 'fail')
    return raise(isStale ? 'stale-override' : 'bad-override', overrideName(entry), { notes: why })
  })
  return { project: { ...project, overrides: new Overrides(believed) }, files }
}

/** What a folder of the user's brings along: itself as a package, and the modules and packages in it. */
function ownRoots(source: string): readonly (readonly [string, string])[] {
  const own: (readonly [string, string])[] = [[basename(source), source]]
  if (existsSync(join(source, '__init__.py'))) return own
  const inside = readdirSync(source).flatMap((entry) => {
    const path = join(source, entry)
    const found = statSync(path, { throwIfNoEntry: false })
    const name = found?.isFile() === true && entry.endsWith('.py') ? entry.slice(0, -'.py'.length) : entry
    const isModule = /^[A-Za-z_]\w*$/.test(name) && (found?.isDirectory() === true || name !== entry)
    return isModule ? [[name, path] as const] : []
  })
  // A module in the folder comes before the folder's own name.
  return [...inside, ...own]
}

/** Everything that is wrong with the folders and files that options name. */
export function checkSources(options: SourceOptions): Promise<void> {
  const problems = new Problems()
  problems.attempt(() => options.config === undefined || readConfig(options.config))
  // Where nothing is given, what the environment lacks is found when it is needed, if it is.
  if ([options.transformers, options.pytorch, options.source].some((o) => o !== undefined))
    problems.attempt(() => openProject(options))
  problems.stop()
  return Promise.resolve()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The packages that were read, each with a hash of the files read. */
function packagesOf(project: Project, files: FileSources): readonly SourcePackage[] {
  return [...project.roots].flatMap(([name, folder]) => {
    const read = [...files.texts]
      .filter(([path, text]) => text !== undefined && (path.startsWith(`${folder}/`) || path === folder))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    if (read.length === 0) return []
    const content = read.map(([path, text]) => `${path.slice(folder.length)}\n${text ?? ''}`).join('\n')
    return [{ package: name, version: packageVersion(project, name) ?? 'unknown', sha256: sha256(content) }]
  })
}

const dtypes = new Set(['bf16', 'f16', 'f32'])

/** The settings of a run that options name. */
function settingsOf(options: SourceOptions): Pick<ModelSpec, 'attn' | 'experts' | 'dtype'> {
  const { attn, experts, dtype } = options
  return {
    attn: attn === 'eager' || attn === 'sdpa' ? attn : undefined,
    experts: experts === 'eager' || experts === 'grouped_mm' ? experts : undefined,
    dtype: dtype !== undefined && dtypes.has(dtype) ? (dtype as 'bf16' | 'f16' | 'f32') : undefined,
  }
}

/** A project alone: for commands that name a class and no model. */
export function classContext(options: SourceOptions): Promise<Context> {
  return contextOf(options, { id: options.className ?? '', ...configOf(options) })
}

/** A project and a model type of its library, in its own default sizes. */
export function typeContext(options: SourceOptions, { modelType, className }: ModelType): Promise<Context> {
  const config = { model_type: modelType }
  return contextOf(options, { id: modelType, className, config, text: undefined, folder: undefined })
}

/** A project and a model of it. */
export async function modelContext(options: ModelOptions): Promise<Context> {
  const model = await resolveModel(options.model, process.env, { config: modelConfigText, nearest: nearestModels })
  const given = configOf(options)
  return contextOf(options, {
    id: model.name,
    className: model.className,
    library: options.className === undefined ? model.library : undefined,
    config: given.config ?? model.config,
    text: given.text ?? model.configText,
    folder: model.folder ?? given.folder,
  })
}

interface Target {
  readonly id: string
  readonly className?: string | undefined
  readonly library?: ModelSpec['library']
  readonly config: JsonObject | undefined
  readonly text: string | undefined
  /** Where code that comes with the model lies. */
  readonly folder: string | undefined
}

/** What `--config` names. */
function configOf({ config }: Pick<ModelOptions, 'config'>): Pick<Target, 'config' | 'text' | 'folder'> {
  if (config === undefined) return { config: undefined, text: undefined, folder: undefined }
  return { ...readConfig(config), folder: dirname(resolve(config)) }
}

function restsOn({ overrides }: Project): Pick<Origin, 'overrides'> {
  const used = overrides?.used ?? []
  return used.length === 0 ? {} : { overrides: used }
}

async function contextOf(options: SourceOptions, target: Target): Promise<Context> {
  const { id, className, library, config, text, folder } = target
  const code = remoteCode(id, config, folder, process.env)
  const { project, files } = await overriddenProject(options, code)
  const spec = {
    config,
    className: options.className ?? className,
    library,
    arguments: options.arguments,
    remote: code.package,
    ...settingsOf(options),
  }
  const origin = (): Origin => ({
    sources: packagesOf(project, files),
    config_sha256: text === undefined ? null : sha256(text),
    ...restsOn(project),
  })
  return { project, spec, id, source: options.source, origin }
}
