// What MODEL means (CONTRACT.md): a class name, a config file, a folder with one, or a hub id, whose config is looked for in
// the catalogue, in the local Hugging Face cache and on the hub, in this order.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { raise } from '../../text/index.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../huggingface/json.ts'

/** What a MODEL argument stands for. */
export interface ResolvedModel {
  /** How it is named to people. */
  readonly name: string
  readonly config: JsonObject | undefined
  /** Text of the config as found, for its hash. */
  readonly configText: string | undefined
  readonly className: string | undefined
  /** `LIB:NAME` */
  readonly library?: { readonly package: string; readonly name: string } | undefined
  /** The folder that the config lies in; of a hub id the snapshot in the local cache. Code that comes with the model is there. */
  readonly folder: string | undefined
}

export interface CatalogueLookup {
  /** The config of a checkpoint of the catalogue, as JSON text. */
  readonly config: (id: string) => string | undefined
  readonly nearest: (id: string) => readonly string[]
}

const classNamePattern = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/
/** `timm:resnet50`, `package.module:Class`. */
const libraryPattern = /^([A-Za-z_][\w.]*):([\w.-]+)$/
const hubIdPattern = /^[\w.-]+(\/[\w.-]+)?$/

/** Reads a config file; errors name the file and what is wrong with it. */
export function readConfig(path: string): { readonly config: JsonObject; readonly text: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (e) {
    return raise('bad-file', `cannot read ${path}: ${e instanceof Error ? e.message : String(e)}`)
  }
  return { config: parseConfig(text, path), text }
}

export function parseConfig(text: string, path: string): JsonObject {
  try {
    const json = parseJson(text)
    if (isJsonObject(json)) return json
  } catch (e) {
    return raise('bad-config', `${path} is not JSON: ${e instanceof Error ? e.message : String(e)}`)
  }
  return raise('bad-config', `${path} holds no JSON object`)
}

/** Resolves MODEL; the network is asked last, and not at all with HF_HUB_OFFLINE. */
export async function resolveModel(
  model: string,
  env: NodeJS.ProcessEnv,
  catalogue: CatalogueLookup,
): Promise<ResolvedModel> {
  const path = resolve(model)
  if (existsSync(path)) return fromPath(model, path)
  if (classNamePattern.test(model) && !model.endsWith('.json')) {
    return { name: model, config: undefined, configText: undefined, className: model, folder: undefined }
  }
  const [, library, name] = libraryPattern.exec(model) ?? []
  if (library !== undefined && name !== undefined) {
    const none = { config: undefined, configText: undefined, className: undefined, folder: undefined }
    return { name: model, library: { package: library, name }, ...none }
  }
  if (model.endsWith('.json')) return raise('bad-file', `there is no file ${model}`)
  if (/^(\.{0,2}|~)\//.test(model)) return raise('bad-file', `there is no file or folder ${model}`)
  if (!hubIdPattern.test(model))
    return raise('unknown-model', `${model} is neither a model id, nor a file, nor a class name, nor LIB:NAME`)
  const folder = cachedSnapshot(model, env)
  const cached = folder === undefined ? undefined : join(folder, 'config.json')
  const local = cached !== undefined && existsSync(cached) ? readFileSync(cached, 'utf8') : undefined
  const known = catalogue.config(model) ?? local
  const { text, why } = known === undefined ? await fromHub(model, env) : { text: known }
  if (text !== undefined) {
    const config = withOwnQuantization(parseConfig(text, model), folder)
    return { name: model, config, configText: text, className: undefined, folder }
  }
  const near = catalogue.nearest(model)
  const hints = [
    ...(near.length > 0 ? [`Nearest in the catalogue: ${near.join(', ')}.`, 'From a file: give its config.json'] : []),
    ...(model.includes('/') ? [] : singleWordHint(model)),
    ...(why === undefined ? [] : near.length > 0 ? [why] : [why, 'From a file: give its config.json']),
  ]
  const hint = hints.length > 0 ? hints.join('   ') : undefined
  return raise('unknown-model', model, { hint })
}

/** Hub ids of a single word are few: such a name is more often that of a class, or of a model type. */
function singleWordHint(name: string): string[] {
  if (/^[A-Z]\w*$/.test(name)) return [`A class: its name with the module, as package.module.${name}`]
  return /^[a-z][a-z0-9_-]*$/.test(name)
    ? [`Defaults of a model type: a config.json with {"model_type": "${name}"}`]
    : []
}

function fromPath(model: string, path: string): ResolvedModel {
  const isFolder = statSync(path).isDirectory()
  const file = isFolder ? join(path, 'config.json') : path
  if (!existsSync(file)) return raise('bad-file', `${model} holds no config.json`)
  const { config, text } = readConfig(file)
  const folder = dirname(file)
  const whole = isFolder ? withOwnQuantization(config, folder) : config
  return { name: model, config: whole, configText: text, className: undefined, folder }
}

/** TensorRT Model Optimizer says in a file of its own how it stored weights, where the config does not. */
const quantizationFile = 'hf_quant_config.json'

function withOwnQuantization(config: JsonObject, folder: string | undefined): JsonObject {
  const path = folder === undefined ? undefined : join(folder, quantizationFile)
  if (config['quantization_config'] !== undefined || path === undefined || !existsSync(path)) return config
  return { ...config, quantization_config: { quant_method: 'modelopt', ...readConfig(path).config } }
}

/** The local Hugging Face cache of repositories. */
function hubCache(env: NodeJS.ProcessEnv): string {
  const home = env['HF_HOME'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'huggingface')
  return env['HF_HUB_CACHE'] ?? env['HUGGINGFACE_HUB_CACHE'] ?? join(home, 'hub')
}

/** The newest snapshot of a repository in the local Hugging Face cache. */
export function cachedSnapshot(id: string, env: NodeJS.ProcessEnv): string | undefined {
  const repo = join(hubCache(env), `models--${id.replaceAll('/', '--')}`)
  const main = join(repo, 'refs', 'main')
  const snapshots = join(repo, 'snapshots')
  if (!existsSync(snapshots)) return undefined
  const revision = existsSync(main) ? readFileSync(main, 'utf8').trim() : readdirSync(snapshots).sort().at(-1)
  const folder = revision === undefined ? undefined : join(snapshots, revision)
  return folder !== undefined && existsSync(folder) ? folder : undefined
}

function isOffline(env: NodeJS.ProcessEnv): boolean {
  return ['1', 'true', 'yes', 'on'].includes((env['HF_HUB_OFFLINE'] ?? '').toLowerCase())
}

/** The text of a config; without one, why the hub did not say whether it has it. */
interface FromHub {
  readonly text?: string
  readonly why?: string
}

async function fromHub(id: string, env: NodeJS.ProcessEnv): Promise<FromHub> {
  if (isOffline(env)) return { why: 'The hub was not asked: HF_HUB_OFFLINE is set.' }
  const { downloadFile } = await import('@huggingface/hub')
  const token = env['HF_TOKEN']
  try {
    const file = await downloadFile({
      repo: id,
      path: 'config.json',
      ...(token === undefined ? {} : { accessToken: token }),
      ...(env['HF_ENDPOINT'] === undefined ? {} : { hubUrl: env['HF_ENDPOINT'] }),
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(10_000) }),
    })
    return file === null ? {} : { text: await file.text() }
  } catch (e) {
    return unreachable(id, e)
  }
}

/** A repository that does not exist is no error here, nor is a dead network; a gated one is. */
function unreachable(id: string, e: unknown): FromHub {
  const status = e instanceof Error && 'statusCode' in e ? e.statusCode : undefined
  if (status === 404) return {}
  if (status === 401 || status === 403)
    return raise('unknown-model', `${id} is not open to you on the hub`, {
      hint: 'Set HF_TOKEN, or give its config.json.',
    })
  return { why: `The hub did not answer (${e instanceof Error ? e.message : String(e)}).` }
}
