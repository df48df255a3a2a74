// A config as the analysed program sees it: built by the config class's own code from JSON values, in one of two ways:
// with plain numbers, or with every size as a variable that has this config's number as its hint (DESIGN, section 2).
// Sizes go in as constructor arguments, so that what `__post_init__` derives from them keeps its formula.
import { isAnalysisError, raise } from '../text/index.ts'
import type { Scope } from '../sym/index.ts'
import {
  collect,
  float,
  getAttr,
  getAttrOr,
  list,
  PyClass,
  PyDict,
  PyFloat,
  PyInstance,
  tuple,
  dict,
  type Value,
  type Vm,
} from '../python/index.ts'
import { dtypeByName, forwardOf } from '../torch/index.ts'
import { callDriver } from './driver.ts'
import { isJsonObject, JsonFloat, type Json, type JsonObject } from './json.ts'
import { canonicalNames, isSize, variableOf } from './names.ts'

/** A JSON value as a value of the program. */
export function toPython(json: Json): Value {
  if (json instanceof JsonFloat) return float(json.value)
  if (Array.isArray(json)) return list(json.map(toPython))
  if (isJsonObject(json) && typeof json['__float__'] === 'string') return float(Number(json['__float__']))
  if (isJsonObject(json)) return dict(Object.entries(json).map(([k, v]) => [k, toPython(v)] as const))
  return json as Value
}

/** The library's config class of a `model_type`, where it has one. */
export function knownConfigClass(vm: Vm, modelType: string): PyClass | undefined {
  const cls = callDriver(vm, 'config_class', [modelType])
  return cls instanceof PyClass ? cls : undefined
}

export function unknownModelType(modelType: string): never {
  return raise('unknown-model', `these sources have no model type "${modelType}"`)
}

/** The config class of a model class: its `config_class`. */
export function configClassOf(vm: Vm, modelClass: PyClass): PyClass {
  const cls = getAttrOr(vm, modelClass, 'config_class')
  if (cls instanceof PyClass) return cls
  const name = `${modelClass.module}.${modelClass.name}`
  if (forwardOf(vm, modelClass) === undefined) return raise('no-forward', `${name} has no forward()`)
  return raise('bad-config', `${name} names no config class`, {
    hint: 'Give a config with --config FILE.',
  })
}

function makeConfig(vm: Vm, cls: PyClass, maker: 'make_config' | 'make_symbolic_config', values: Value): PyInstance {
  const config = callDriver(vm, maker, [cls, values])
  return config instanceof PyInstance ? config : raise('internal', `${cls.name} made no config`)
}

/** Values a config file must not bring along: how weights are stored and where remote code lies is not the model. */
const setAside = new Set(['quantization_config', 'auto_map'])

export function withoutSetAside(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !setAside.has(key)))
}

function checkDtype(json: JsonObject): void {
  for (const key of ['dtype', 'torch_dtype']) {
    const name = json[key]
    if (typeof name === 'string' && dtypeByName(name) === undefined)
      raise('bad-config', `${key}: PyTorch has no dtype "${name}"`)
  }
}

/** A config with plain numbers. */
export function concreteConfig(vm: Vm, cls: PyClass, json: JsonObject | undefined): PyInstance {
  if (json === undefined) return makeConfig(vm, cls, 'make_config', null)
  checkDtype(json)
  try {
    return vm.guard(() => makeConfig(vm, cls, 'make_config', toPython(withoutSetAside(json))))
  } catch (e) {
    // What the config class's own checks say of a given file is said of the file.
    if (isAnalysisError(e) && e.code === 'python-error')
      return raise('bad-config', e.message.replaceAll(/\s*\n\s*/g, ' '))
    throw e
  }
}

/** A config whose sizes are variables of the scope. */
export function symbolicConfig(vm: Vm, scope: Scope, cls: PyClass, json: JsonObject | undefined): PyInstance {
  const concrete = concreteConfig(vm, cls, json)
  return makeConfig(
    vm,
    cls,
    'make_symbolic_config',
    symbolicValues(vm, scope, concrete, json === undefined ? {} : withoutSetAside(json), []),
  )
}

function attributeMap(vm: Vm, config: PyInstance): ReadonlyMap<string, string> {
  const map = getAttr(vm, config, 'attribute_map')
  const pairs = map instanceof PyDict ? [...map.entries.values()] : []
  return canonicalNames(
    new Map(pairs.flatMap(([k, v]) => (typeof k === 'string' && typeof v === 'string' ? [[k, v]] : []))),
  )
}

/** The constructor arguments of a config, its own defaults included, with variables for sizes. */
function symbolicValues(vm: Vm, scope: Scope, config: PyInstance, json: JsonObject, path: readonly string[]): Value {
  const given = new Map<string, Value>(Object.entries(json).map(([k, v]) => [k, toPython(v)]))
  const defaults = callDriver(vm, 'config_defaults', [config.cls])
  if (defaults instanceof PyDict) {
    for (const [k, v] of defaults.entries.values()) {
      if (typeof k === 'string' && !given.has(k) && (typeof v === 'number' || v instanceof PyFloat)) given.set(k, v)
    }
  }
  const canonical = attributeMap(vm, config)
  const standard = (key: string): string => canonical.get(key) ?? key
  const keys = [...given.keys()]
  for (const [key, value] of given) {
    if (typeof value !== 'number' || !isSize(key)) continue
    // Two keys of one value: the config has settled which of them counts.
    const isTwice = keys.some((other) => other !== key && standard(other) === standard(key))
    const settled = isTwice ? getAttrOr(vm, config, key) : value
    const size = typeof settled === 'number' ? settled : value
    given.set(key, scope.variable(variableOf([...path, key], standard(key)), size, describe(path, key)))
  }
  const nested = callDriver(vm, 'sub_configs', [config])
  if (nested instanceof PyDict) {
    for (const [key, sub] of nested.entries.values()) {
      if (typeof key !== 'string' || !(sub instanceof PyInstance)) continue
      const part = json[key] ?? toJson(vm, callDriver(vm, 'given_by_parent', [sub]))
      const values = symbolicValues(vm, scope, sub, isJsonObject(part) ? part : {}, [...path, key])
      const type = getAttrOr(vm, sub, 'model_type')
      if (values instanceof PyDict && typeof type === 'string' && type !== '')
        values.entries.set('model_type', ['model_type', type])
      given.set(key, values)
    }
  }
  return dict(given)
}

function describe(path: readonly string[], key: string): string {
  return `${[...path, key].join('.')} of the config`
}

/** A Python value as JSON, for reports; undefined for what has no JSON form. */
export function toJson(vm: Vm, v: Value): Json | undefined {
  if (v === null || typeof v === 'boolean' || typeof v === 'number' || typeof v === 'string') return v
  if (v instanceof PyFloat) return new JsonFloat(v.value)
  if (v instanceof PyDict) {
    const out: Record<string, Json> = {}
    for (const [k, x] of v.entries.values()) {
      const json = toJson(vm, x)
      if (typeof k === 'string' && json !== undefined) out[k] = json
    }
    return out
  }
  if (
    v !== null &&
    typeof v === 'object' &&
    (v.constructor === list().constructor || v.constructor === tuple().constructor)
  ) {
    return collect(vm, v).flatMap((x) => {
      const json = toJson(vm, x)
      return json === undefined ? [] : [json]
    })
  }
  return undefined
}
