// The call of a model that is no Transformers model: its inputs are what the caller gives, what its library says, or, for a
// forward() that needs one argument alone, token ids.
import { isAnalysisError, nearest, raise } from '../text/index.ts'
import { gt, type Int } from '../sym/index.ts'
import {
  collect,
  dict,
  evaluateExpression,
  getAttr,
  list,
  PyDict,
  PyModule,
  type Value,
  type Vm,
} from '../python/index.ts'
import { dtypeByShort, dtypes, newTensor } from '../torch/index.ts'
import { acceptedBy, callCallables, callDriver, type BuiltModel } from '../huggingface/index.ts'
import type { CallSpec, NamedInput, TensorInput } from './run.ts'

type Around = (run: () => Value) => Value

export function callPlain(vm: Vm, built: BuiltModel, call: CallSpec, around: Around): Value {
  if (gt(call.sizes.cache, 0))
    raise('no-cache', `${built.cls.name} is no Transformers model, so it has no ${call.phase}`)
  const { names, required, open } = acceptedBy(vm, getAttr(vm, built.model, 'forward'))
  const known = call.inputs ?? sampleInputs(vm, built, call.sizes.batch)
  const inputs = known ?? (required.length > 1 ? [] : [tokenInput(call)])
  const bound = bindInputs(built, inputs, names, open)
  const missing = required.filter((name) => !bound.has(name))
  if (missing.length > 0) missingInputs(built, names, missing)
  const device = built.spec.device ?? 'meta'
  const values = [...bound].map(([name, input]) => [name, inputValue(vm, built, input, device)] as const)
  const run = (): Value =>
    names.length === 0 && !open
      ? callDriver(vm, 'call_positional', [built.model, list(values.map(([, v]) => v))])
      : callDriver(vm, 'call_with', [built.model, dict(values)])
  return around(known === undefined ? () => explained(vm, built, names, run) : run)
}

/** The place of an input that has one in place of a name. */
export function positionOf({ name }: NamedInput): number | undefined {
  return /^\d+$/.test(name) ? Number(name) : undefined
}

/** Inputs by parameter: those without a name in order, and a lone one whatever name it goes by. */
function bindInputs(
  built: BuiltModel,
  inputs: readonly NamedInput[],
  names: readonly string[],
  open: boolean,
): ReadonlyMap<string, NamedInput> {
  const bound = new Map<string, NamedInput>()
  for (const input of inputs) {
    const position = positionOf(input)
    const lone = inputs.length === 1 && !open && !names.includes(input.name)
    const name = position === undefined && !lone ? input.name : (names[position ?? 0] ?? input.name)
    if (names.length > 0 && !open && !names.includes(name)) unknownInput(built, name, names)
    bound.set(name, input)
  }
  return bound
}

function unknownInput(built: BuiltModel, name: string, names: readonly string[]): never {
  const [near] = nearest(name, names)
  return raise('bad-option', `--input ${name}=…: ${built.cls.name}.forward() has no argument ${name}`, {
    hint: `${near === undefined ? '' : `Did you mean ${near}?   `}It takes: ${names.join(', ')}.`,
  })
}

function missingInputs(built: BuiltModel, names: readonly string[], missing: readonly string[]): never {
  return raise('bad-option', `${built.cls.name}.forward() needs ${missing.join(', ')}`, {
    hint: `It takes: ${names.join(', ')}. Give tensors as dtype[shape]: ${example(missing)}.`,
  })
}

function example(names: readonly string[]): string {
  return names.map((name) => `--input "${name}=bf16[batch_size,3,224,224]"`).join(' ')
}

/** A failure of a call that was made with token ids since nothing else is known says so. */
function explained(vm: Vm, built: BuiltModel, names: readonly string[], run: () => Value): Value {
  try {
    return vm.guard(run)
  } catch (e) {
    if (!isAnalysisError(e) || e.code !== 'python-error') throw e
    const hint = `No --input is given (trace, annotate, analyze and verify take it), so ${built.cls.name}.forward() got token ids, i64[batch_size,seq_len]. It takes: ${names.join(', ')}. For example: ${example(names.slice(0, 1))}.`
    return raise(e.code, e.message, { span: e.span, notes: e.notes, hint })
  }
}

function tokenInput({ sizes }: CallSpec): NamedInput {
  return { name: '0', dtype: 'i64', shape: [sizes.batch, sizes.seq] }
}

/** What the library that the model comes from says of its input. */
function sampleInputs(vm: Vm, built: BuiltModel, batch: Int): readonly NamedInput[] | undefined {
  const { library } = built.spec
  if (library === undefined) return undefined
  const samples = callCallables(vm, 'samples', [library.package, library.name, built.model])
  if (!(samples instanceof PyDict) || samples.entries.size === 0) return undefined
  const dtype = built.spec.dtype ?? 'bf16'
  return [...samples.entries.values()].map(([name, shape]): TensorInput => ({
    name: String(name),
    dtype,
    shape: [batch, ...(collect(vm, shape) as readonly Int[])],
  }))
}

/** What looks like a tensor and is none has a dtype of another spelling. */
function hintOf(expression: string): string | undefined {
  if (!/^[\w.]+\[[\w\s,]*\]?$/.test(expression)) return undefined
  const shorts = Object.values(dtypes).map((t) => t.short)
  return `A tensor is dtype[shape], its dtype one of ${shorts.filter((s) => !s.includes('.')).join(', ')}.`
}

/** A tensor, or the value of what the caller wrote. */
export function inputValue(vm: Vm, built: BuiltModel, input: NamedInput, device: 'meta' | 'cpu'): Value {
  if (!('expression' in input)) return newTensor(input.shape, dtypeByShort(input.dtype), { device, role: 'input' })
  const module = vm.importer.get(built.cls.module)
  if (!(module instanceof PyModule)) return raise('internal', `${built.cls.name} belongs to no module`)
  const byShort = dict(Object.values(dtypes).map((t) => [t.short, t] as const))
  const names = callCallables(vm, 'input_names', [byShort, device, dict(Object.entries(input.sizes))])
  const known = names instanceof PyDict ? [...names.entries.values()].map(([k, v]) => [String(k), v] as const) : []
  const shown = `--input ${input.name}=${input.expression}`
  const value = evaluateExpression(vm, input.expression, module, new Map(known), shown, hintOf(input.expression))
  return callCallables(vm, 'placed', [value, device])
}
