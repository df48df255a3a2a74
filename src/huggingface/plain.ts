// Modules of the user's own that are no Transformers models: built with their constructor's arguments, from a config file
// that names them or from their defaults.
import { raise } from '../text/index.ts'
import { collect, dict, namespace, PyDict, PyInstance, type PyClass, type Value, type Vm } from '../python/index.ts'
import type { Scope } from '../sym/index.ts'
import { nameModules, torchState, type DType } from '../torch/index.ts'
import { toPython, withoutSetAside } from './config.ts'
import { callDriver } from './driver.ts'
import type { BuiltModel, ModelSpec } from './model.ts'
import { isSize, variableOf } from './names.ts'

export function buildPlain(vm: Vm, cls: PyClass, spec: ModelSpec, dtype: DType, scope: Scope | undefined): BuiltModel {
  const values = new Map<string, Value>(
    Object.entries(withoutSetAside(spec.config ?? {})).map(([k, v]) => [k, toPython(v)]),
  )
  const defaults = callDriver(vm, 'plain_defaults', [cls])
  if (scope !== undefined && defaults instanceof PyDict) {
    for (const [k, v] of defaults.entries.values()) if (typeof k === 'string' && !values.has(k)) values.set(k, v)
    for (const [k, v] of values)
      if (typeof v === 'number' && isSize(k))
        values.set(k, scope.variable(variableOf([k], k), v, `${k} of the constructor`))
  }
  const [given, missing] = collect(vm, callDriver(vm, 'plain_arguments', [cls, dict(values)]))
  const names = collect(vm, missing ?? null).map(String)
  if (names.length > 0) {
    raise('bad-config', `${cls.module}.${cls.name}() needs ${names.join(', ')}`, {
      hint: `Give a JSON object with these values: --config FILE.`,
    })
  }
  vm.state(torchState).gradEnabled = false
  const model = callDriver(vm, 'build_plain', [cls, given ?? dict(), dtype, spec.device ?? 'meta'])
  if (!(model instanceof PyInstance)) return raise('internal', `${cls.name} made no module`)
  nameModules(vm, model)
  return { model, config: namespace(Object.fromEntries(values)), cls: model.cls, spec, plain: true }
}
