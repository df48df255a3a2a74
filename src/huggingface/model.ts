// From a config and a class to a built model: the class is found as Transformers finds it, and built by its own code under
// the meta device, so that weights have shapes and no data.
import { nearest, raise } from '../text/index.ts'
import { getAttrOr, isCallable, PyClass, PyInstance, PyModule, type Value, type Vm } from '../python/index.ts'
import { dtypeByShort, forgetCheckpoint, forwardOf, nameModules, torchState, type DType } from '../torch/index.ts'
import type { Scope } from '../sym/index.ts'
import { concreteConfig, configClassOf, knownConfigClass, symbolicConfig, unknownModelType } from './config.ts'
import { buildPlain, callCallables, makerOf, type Maker } from './plain.ts'
import { callDriver } from './driver.ts'
import type { JsonObject } from './json.ts'
import { RemoteCode } from './remote.ts'

export type Attention = 'sdpa' | 'eager'
export type Experts = 'grouped_mm' | 'eager'
export type ModelDType = 'bf16' | 'f16' | 'f32'

/** What to build. At least one of `config` and `className` is there. */
export interface ModelSpec {
  /** The content of a `config.json`. */
  readonly config?: JsonObject | undefined
  /** A fully qualified class name, or the bare name of a class of the library; else the config decides. */
  readonly className?: string | undefined
  /** The package of the files beside the config, for code that comes with the model: see `remotePackage`. */
  readonly remote?: string | undefined
  /** A library and the name under which it knows the model: `timm:resnet50`. */
  readonly library?: { readonly package: string; readonly name: string } | undefined
  /** Arguments of whatever makes a model that is no Transformers model, as `NAME=EXPRESSION`. */
  readonly arguments?: readonly string[] | undefined
  readonly attn?: Attention | undefined
  readonly experts?: Experts | undefined
  readonly dtype?: ModelDType | undefined
  /** Where tensors live: `meta`, or `cpu` for runs whose masks have values. */
  readonly device?: 'meta' | 'cpu' | undefined
}

export interface BuiltModel {
  readonly model: PyInstance
  readonly config: PyInstance
  readonly cls: PyClass
  readonly spec: ModelSpec
  /** A module of the user's own: it takes its inputs by position and keeps no cache. */
  readonly plain?: true
}

/** Stops where there is no library to read models from. */
export function requireTransformers(vm: Vm): void {
  if (vm.importer.exists('transformers')) return
  raise(
    'source-not-found',
    'the sources of transformers were not found: neither in the active Python environment nor in the cache of this tool',
  )
}

/** The value of a dotted name, or undefined where some part of it does not exist. */
function lookUp(vm: Vm, name: string): Value | undefined {
  const parts = name.split('.')
  if (!vm.importer.existsInstalled(parts[0] ?? name)) return undefined
  let count = parts.length
  while (count > 0 && !vm.importer.exists(parts.slice(0, count).join('.'))) count--
  if (count === 0) return undefined
  let value: Value | undefined = vm.importer.get(parts.slice(0, count).join('.'))
  for (const part of parts.slice(count)) value = value === undefined ? undefined : getAttrOr(vm, value, part)
  return value
}

/** What a dotted name stands for: a class, a function; undefined where there is none. */
export function findValue(vm: Vm, name: string): Value | undefined {
  return vm.guard(() => lookUp(vm, name))
}

/** A class by its fully qualified name. */
export function findClass(vm: Vm, name: string): PyClass {
  const found = findValue(vm, name)
  if (found === undefined) return unknownClass(vm, name)
  return found instanceof PyClass ? found : raise('unknown-class', `${name} is not a class`)
}

function unknownClass(vm: Vm, name: string): never {
  const near = nearestNames(vm, name)
  return raise('unknown-class', `there is no class ${name} in the given sources`, {
    hint: near.length > 0 ? `Nearest: ${near.join(', ')}.` : undefined,
  })
}

/** Names like one that a module lacks, in full; of a package, those of its files. */
function nearestNames(vm: Vm, name: string): string[] {
  const [, parent = '', last = ''] = /^(.*)\.(.*?)$/.exec(name) ?? []
  const module = parent !== '' && vm.importer.exists(parent) ? vm.importer.get(parent) : undefined
  if (!(module instanceof PyModule)) return []
  const files = module.isPackage ? (vm.importer.sources.list(module.file.replace(/\/[^/]*$/, '')) ?? []) : []
  const below = files.filter((f) => f.endsWith('.py') && f !== '__init__.py').map((f) => `${parent}.${f.slice(0, -3)}`)
  const names = [parent, ...below].flatMap((m) => vm.importer.topLevelNames(m).map((n) => [n, `${m}.${n}`] as const))
  const full = new Map(names)
  return nearest(last, full.keys()).flatMap((n) => full.get(n) ?? [])
}

function modelTypeOf(json: JsonObject): string {
  const type = json['model_type']
  if (typeof type === 'string') return type
  return raise('bad-config', 'the config misses the key "model_type"')
}

/** `architectures[0]` where the library has it. */
function architectureOf(vm: Vm, json: JsonObject): PyClass | undefined {
  const names = json['architectures']
  const name = Array.isArray(names) ? (names as readonly unknown[])[0] : undefined
  if (typeof name !== 'string') return undefined
  const folder = knownConfigClass(vm, modelTypeOf(json))?.module.split('.').slice(0, -1).join('.')
  const found = folder === undefined ? undefined : getAttrOr(vm, vm.importer.get(folder), name)
  return found instanceof PyClass ? found : undefined
}

/** The class that the user names, in full or in short. */
function namedClass(vm: Vm, spec: ModelSpec): PyClass | undefined {
  if (spec.className === undefined) return undefined
  const remote = new RemoteCode(vm, spec.config, spec.remote).named(spec.className)
  return remote ?? (spec.className.includes('.') ? findClass(vm, spec.className) : undefined)
}

/** The class to build: the one named, else the one that comes with the model, else `architectures[0]`, else the auto class of the config. */
function classFor(vm: Vm, spec: ModelSpec, config: PyInstance): PyClass {
  const json = spec.config
  const named = namedClass(vm, spec)
  if (named !== undefined) return named
  if (spec.className !== undefined) {
    const folder = config.cls.module.split('.').slice(0, -1).join('.')
    return findClass(vm, `${folder}.${spec.className}`)
  }
  const remote = new RemoteCode(vm, json, spec.remote).modelClass()
  if (remote !== undefined) return remote
  const architecture = json === undefined ? undefined : architectureOf(vm, json)
  if (architecture !== undefined) return architecture
  const auto = callDriver(vm, 'class_of_config', [config])
  if (auto instanceof PyClass) return auto
  return raise('unknown-class', `no model class is known for ${config.cls.name}`, { hint: 'Name one with --class.' })
}

/** Whether a class is one of Transformers' models or auto classes. */
function isOfTransformers(cls: PyClass): boolean {
  return cls.mro.some(
    (c) => c.module.startsWith('transformers.') && (c.dict.has('from_config') || c.dict.has('_from_config')),
  )
}

/** What makes a model that is no Transformers model; undefined for those that are. */
function plainMaker(vm: Vm, spec: ModelSpec): Maker | undefined {
  const { library, className } = spec
  if (library !== undefined) {
    const { package: name, name: model } = library
    requirePackage(vm, name)
    return makerOf(vm, callCallables(vm, 'maker', [name, model]), `${name}:${model}`, name)
  }
  if (className?.includes('.') !== true || spec.config?.['model_type'] !== undefined) return undefined
  const [top = ''] = className.split('.')
  if (top !== 'transformers') requirePackage(vm, top)
  const found = vm.guard(() => lookUp(vm, className))
  if (found === undefined && top !== 'transformers')
    raise('unknown-class', `there is no ${className} in the sources of ${top}`, {
      hint: 'Give its fully qualified name, as Python would import it.',
    })
  if (found === undefined || found === null || typeof found !== 'object') return undefined
  if (!(found instanceof PyClass)) return isCallable(found) ? makerOf(vm, found, className) : undefined
  if (isOfTransformers(found) || forwardOf(vm, found) === undefined) return undefined
  return makerOf(vm, found, className)
}

function requirePackage(vm: Vm, name: string): void {
  if (vm.importer.existsInstalled(name)) return
  const [top = name] = name.split('.')
  raise('source-not-found', `the sources of ${name} were not found`, {
    hint: `Give the folder that holds ${top}/ with --source DIR, or fetch it: lm-predictor sources add ${top}==VERSION.`,
  })
}

/** The class of the config: the one that comes with the model, else that of a named class of the user's own, else the library's. */
function configClassFor(vm: Vm, spec: ModelSpec): PyClass {
  const json = spec.config
  const remote = new RemoteCode(vm, json, spec.remote)
  const named = namedClass(vm, spec)
  const cls = named ?? remote.modelClass()
  if (cls !== undefined && !cls.module.startsWith('transformers.')) {
    const own = remote.configClass() ?? getAttrOr(vm, cls, 'config_class')
    if (own instanceof PyClass) return own
  }
  if (json === undefined) {
    const missing = 'neither a config nor a class is given'
    return configClassOf(vm, named ?? findClass(vm, spec.className ?? raise('bad-option', missing)))
  }
  const type = modelTypeOf(json)
  return knownConfigClass(vm, type) ?? (remote.isNamed ? remote.stop() : unknownModelType(type))
}

function buildConfig(vm: Vm, spec: ModelSpec, scope: Scope | undefined): PyInstance {
  const cls = configClassFor(vm, spec)
  return scope === undefined ? concreteConfig(vm, cls, spec.config) : symbolicConfig(vm, scope, cls, spec.config)
}

/**
 * Builds a model. With a scope, its sizes are variables of that scope.
 * @throws AnalysisError where the class, its config or its source is not to be had, or its code raises
 */
export function buildModel(vm: Vm, spec: ModelSpec, scope?: Scope): BuiltModel {
  return vm.guard(() => {
    const dtype = dtypeByShort(spec.dtype ?? 'bf16')
    const state = vm.state(torchState)
    state.modelDtype = dtype
    const maker = plainMaker(vm, spec)
    if (maker !== undefined) return buildPlain(vm, maker, spec, dtype, scope)
    if ((spec.arguments ?? []).length > 0) raise('bad-option', '--arg is for models that are no Transformers models')
    requireTransformers(vm)
    const config = buildConfig(vm, spec, scope)
    const cls = classFor(vm, spec, config)
    state.gradEnabled = false
    const traced = `${cls.module.split('.')[0] ?? ''}/`
    state.traced = { folders: [traced], shownFrom: traced }
    const model = build(vm, cls, config, dtype, spec)
    nameModules(vm, model)
    forgetCheckpoint(model)
    return { model, config, cls: model.cls, spec }
  })
}

function build(vm: Vm, cls: PyClass, config: PyInstance, dtype: DType, spec: ModelSpec): PyInstance {
  if (forwardOf(vm, cls) === undefined && cls.lookup('from_config') === undefined) {
    raise('no-forward', `${cls.module}.${cls.name} has no forward()`)
  }
  const args: Value[] = [cls, config, dtype, spec.device ?? 'meta', spec.attn ?? null, spec.experts ?? 'grouped_mm']
  const model = callDriver(vm, 'build', args)
  return model instanceof PyInstance ? model : raise('internal', `${cls.name} made no module`)
}
