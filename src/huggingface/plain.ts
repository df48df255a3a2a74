// Models that are no Transformers models: built by whatever makes them (a class, a function, a library's registry) from
// the arguments that are given, from a config file that names them, or from their defaults.
import { nearest, raise } from '../text/index.ts'
import {
  call,
  collect,
  dict,
  evaluateExpression,
  getAttrOr,
  isMissing,
  namespace,
  PyClass,
  PyDict,
  PyInstance,
  PyModule,
  type Value,
  useMissing,
  type Vm,
} from '../python/index.ts'
import type { Scope } from '../sym/index.ts'
import { forgetCheckpoint, nameModules, torchState, type DType } from '../torch/index.ts'
import { callablesModule } from './callables.ts'
import { toPython, withoutSetAside } from './config.ts'
import type { BuiltModel, ModelSpec } from './model.ts'
import { isSize, variableOf } from './names.ts'

/** What makes a model, and the module in whose namespace its arguments are written. */
export interface Maker {
  readonly make: Value
  /** How it is named to people. */
  readonly name: string
  readonly module: PyModule
}

export function callCallables(vm: Vm, name: string, args: readonly Value[]): Value {
  return call(vm, vm.importName(`${callablesModule}.${name}`), args)
}

/** The maker that a dotted name or `LIB:NAME` stands for; of what a library's registry makes, `home` is the library. */
export function makerOf(vm: Vm, make: Value, name: string, home?: string): Maker {
  if (isMissing(make)) return useMissing(vm, make)
  const module = getAttrOr(vm, make, '__module__')
  const own = typeof module === 'string' ? module : 'builtins'
  const namespaceOf = own === callablesModule ? (home ?? own) : own
  const found = vm.importer.get(namespaceOf)
  return found instanceof PyModule ? { make, name, module: found } : raise('internal', `${name} belongs to no module`)
}

/** A string's `NAME=EXPRESSION`. */
function splitArgument(text: string): readonly [string, string] {
  const [, name, expression] = /^\s*([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*\S)\s*$/.exec(text) ?? []
  if (name !== undefined && expression !== undefined) return [name, expression]
  return raise('bad-option', `--arg ${text}: expected NAME=VALUE`, { hint: 'For example: --arg image_size=224.' })
}

interface Accepted {
  readonly names: readonly string[]
  readonly required: readonly string[]
  /** Any other name will do (`**kwargs`). */
  readonly open: boolean
}

export function acceptedBy(vm: Vm, make: Value): Accepted {
  const [names, required, open] = collect(vm, callCallables(vm, 'accepts', [make]))
  return {
    names: collect(vm, names ?? null).map(String),
    required: collect(vm, required ?? null).map(String),
    open: open === true,
  }
}

/** What an argument may name besides what its module has. */
function torchByName(vm: Vm): ReadonlyMap<string, Value> {
  return new Map([['torch', vm.importer.get('torch')]])
}

/** The arguments that the user wrote, by name. */
function givenArguments(vm: Vm, maker: Maker, accepted: Accepted, texts: readonly string[]): Map<string, Value> {
  const values = new Map<string, Value>()
  for (const text of texts) {
    const [name, expression] = splitArgument(text)
    if (!accepted.open && !accepted.names.includes(name)) {
      const [near] = nearest(name, accepted.names)
      raise('bad-option', `--arg ${text}: ${maker.name}() has no argument ${name}`, {
        hint: `${near === undefined ? '' : `Did you mean ${near}?   `}It takes: ${accepted.names.join(', ')}.`,
      })
    }
    values.set(name, evaluateExpression(vm, expression, maker.module, torchByName(vm), `--arg ${text}`))
  }
  return values
}

/** Sizes as variables: integers that the constructor takes, and those of a dataclass that it takes. */
function symbolicArguments(vm: Vm, scope: Scope, make: Value, values: Map<string, Value>): void {
  const defaults = make instanceof PyClass ? callCallables(vm, 'number_defaults', [make]) : dict()
  if (defaults instanceof PyDict) {
    for (const [k, v] of defaults.entries.values()) if (typeof k === 'string' && !values.has(k)) values.set(k, v)
  }
  for (const [key, v] of values) {
    if (typeof v === 'number' && isSize(key)) {
      values.set(key, scope.variable(variableOf([key], key), v, `${key} of the constructor`))
      continue
    }
    const numbers = v instanceof PyInstance ? callCallables(vm, 'numbers_of', [v]) : dict()
    if (!(numbers instanceof PyDict) || numbers.entries.size === 0) continue
    const path = key === 'config' ? [] : [key]
    const changed = [...numbers.entries.values()].flatMap(([name, n]) =>
      typeof name === 'string' && typeof n === 'number' && isSize(name)
        ? [[name, scope.variable(variableOf([...path, name], name), n, `${name} of ${key}`)] as const]
        : [],
    )
    values.set(key, callCallables(vm, 'with_numbers', [v, dict(changed)]))
  }
}

function missingArguments(vm: Vm, maker: Maker, missing: readonly string[]): never {
  const annotated = callCallables(vm, 'annotations', [maker.make])
  const classes = new Map(annotated instanceof PyDict ? [...annotated.entries.values()] : [])
  const examples = missing.map((name) => {
    const cls = classes.get(name)
    return `--arg "${name}=${typeof cls === 'string' && /^[A-Z]\w*$/.test(cls) ? `${cls}()` : '…'}"`
  })
  return raise('bad-config', `${maker.name}() needs ${missing.join(', ')}`, {
    hint: `Give it: ${examples.join(' ')}, or all values as a JSON object: --config FILE.`,
  })
}

export function buildPlain(vm: Vm, maker: Maker, spec: ModelSpec, dtype: DType, scope: Scope | undefined): BuiltModel {
  const { make } = maker
  const accepted = acceptedBy(vm, make)
  const config = dict(Object.entries(withoutSetAside(spec.config ?? {})).map(([k, v]) => [k, toPython(v)] as const))
  const fromConfig = spec.config === undefined ? dict() : callCallables(vm, 'from_config', [make, config])
  const values = new Map<string, Value>()
  if (fromConfig instanceof PyDict) for (const [k, v] of fromConfig.entries.values()) values.set(String(k), v)
  const state = vm.state(torchState)
  state.gradEnabled = false
  state.deviceStack.push(spec.device ?? 'meta')
  for (const [k, v] of givenArguments(vm, maker, accepted, spec.arguments ?? [])) values.set(k, v)
  state.deviceStack.pop()
  const missing = accepted.required.filter((name) => !values.has(name))
  if (missing.length > 0) missingArguments(vm, maker, missing)
  if (scope !== undefined) symbolicArguments(vm, scope, make, values)
  const model = callCallables(vm, 'build', [make, dict(values), dtype, spec.device ?? 'meta'])
  if (!(model instanceof PyInstance)) return raise('internal', `${maker.name} made no module`)
  nameModules(vm, model)
  forgetCheckpoint(model)
  const folders = vm.importer.foldersOf(maker.module.name)
  state.traced = { folders, shownFrom: folders.length === 1 && folders[0]?.endsWith('/') === true ? folders[0] : '' }
  return { model, config: namespace(Object.fromEntries(values)), cls: model.cls, spec, plain: true }
}
