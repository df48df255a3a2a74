// Code that comes with a model instead of with the library: a folder whose `config.json` names, under `auto_map`, classes
// of the files beside it. They are read like any other source, under the name that Transformers imports them by:
// `transformers_modules.FOLDER`, for a repository of the hub `transformers_modules.OWNER.NAME`.
import { raise } from '../text/index.ts'
import { getAttrOr, PyClass, type Vm } from '../python/index.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

const parent = 'transformers_modules'

/** An entry of `auto_map`: `modeling_mine.MyModel`, or `owner/name--modeling_mine.MyModel` where another repository has the code. */
export interface RemoteReference {
  readonly repository: string | undefined
  readonly module: string
  readonly name: string
}

/** Auto classes in the order in which a model's class is looked for. */
const modelKeys = ['AutoModelForCausalLM', 'AutoModel']

/** The package of a folder of code, from the folder's name or from the parts of a repository's id. */
export function remotePackage(...names: readonly string[]): string {
  return [parent, ...names.map(identifier)].join('.')
}

/** As Transformers spells a folder's name in Python. */
function identifier(name: string): string {
  const spelled = name.replaceAll('.', '_dot_').replaceAll('-', '_hyphen_')
  return /^\d/.test(spelled) ? `_${spelled}` : spelled
}

/** The package of a folder of code that a module lies in, and what the module is called in it. */
export function withinRemote(
  packages: Iterable<string>,
  module: string,
): { readonly package: string; readonly module: string } | undefined {
  const own = [...packages].find((name) => name.startsWith(`${parent}.`) && module.startsWith(`${name}.`))
  return own === undefined ? undefined : { package: own, module: module.slice(own.length + 1) }
}

/** What lines of a package's files are shown under. */
export function remoteShownAs(name: string): string {
  return `${name.slice(parent.length + 1).replaceAll('.', '/')}/`
}

function referenceOf(value: Json): RemoteReference | undefined {
  if (typeof value !== 'string') return undefined
  const [, repository, module, name] = /^(?:(.+)--)?([\w.]+)\.(\w+)$/.exec(value) ?? []
  return module === undefined || name === undefined ? undefined : { repository, module, name }
}

/** The models and configs that a config's `auto_map` names, by auto class; tokenizers and processors are left out. */
export function autoMapOf(config: JsonObject | undefined): ReadonlyMap<string, RemoteReference> {
  const map = config?.['auto_map']
  if (!isJsonObject(map)) return new Map()
  return new Map(
    Object.entries(map).flatMap(([key, value]) => {
      const reference = /^Auto(?:Config|Model)/.test(key) ? referenceOf(value) : undefined
      return reference === undefined ? [] : [[key, reference] as const]
    }),
  )
}

/** Repositories whose code a config refers to. */
export function repositoriesOf(config: JsonObject | undefined): readonly string[] {
  return [...new Set([...autoMapOf(config).values()].flatMap((r) => r.repository ?? []))]
}

/** Code that a config names, and the package of the folder that the config came from. */
export class RemoteCode {
  private readonly references: ReadonlyMap<string, RemoteReference>

  constructor(
    private readonly vm: Vm,
    config: JsonObject | undefined,
    private readonly folder: string | undefined,
  ) {
    this.references = autoMapOf(config)
  }

  private moduleOf(reference: RemoteReference): string | undefined {
    const { repository, module } = reference
    const found = repository === undefined ? this.folder : remotePackage(...repository.split('/'))
    const name = found === undefined ? undefined : `${found}.${module}`
    return name !== undefined && this.vm.importer.exists(name) ? name : undefined
  }

  private find(reference: RemoteReference | undefined): PyClass | undefined {
    const module = reference === undefined ? undefined : this.moduleOf(reference)
    if (reference === undefined || module === undefined) return undefined
    const cls = getAttrOr(this.vm, this.vm.importer.get(module), reference.name)
    if (cls instanceof PyClass) return cls
    return raise('unknown-class', `auto_map names ${reference.name}, which ${module} does not define`)
  }

  /** The config class that comes with the model. */
  configClass(): PyClass | undefined {
    return this.find(this.references.get('AutoConfig'))
  }

  /** The model's class: that for generating text, else the bare model, else whatever is named. */
  modelClass(): PyClass | undefined {
    const others = [...this.references.keys()].filter((key) => key.startsWith('AutoModel') && !modelKeys.includes(key))
    for (const key of [...modelKeys, ...others]) {
      const cls = this.find(this.references.get(key))
      if (cls !== undefined) return cls
    }
    return undefined
  }

  /** A class that the user names in short: by an auto class, by its file, or by itself where a file of `auto_map` has it. */
  named(name: string): PyClass | undefined {
    const mapped = this.find(this.references.get(name))
    if (mapped !== undefined) return mapped
    const modules = new Set([...this.references.values()].flatMap((r) => this.moduleOf(r) ?? []))
    const dot = name.lastIndexOf('.')
    const wanted = dot < 0 ? [...modules] : [...modules].filter((m) => m.endsWith(`.${name.slice(0, dot)}`))
    for (const module of wanted) {
      const cls = getAttrOr(this.vm, this.vm.importer.get(module), name.slice(dot + 1))
      if (cls instanceof PyClass) return cls
    }
    return undefined
  }

  /** Stops where a config names code that is not there: its class is then not to be had. */
  stop(): never {
    const reference = this.references.get('AutoConfig') ?? [...this.references.values()][0]
    const file = `${(reference?.module ?? '').replaceAll('.', '/')}.py`
    if (reference?.repository !== undefined) {
      return raise(
        'source-not-found',
        `the code of this model, ${file}, lies in the repository ${reference.repository}`,
        {
          hint: `Download it into the local Hugging Face cache: hf download ${reference.repository} --include "*.py"`,
        },
      )
    }
    return raise('source-not-found', `auto_map names ${file}, which is not beside the config`, {
      hint: 'Put the model’s Python files into the folder of its config.json, and give that folder as MODEL.',
    })
  }

  get isNamed(): boolean {
    return this.references.size > 0
  }
}
