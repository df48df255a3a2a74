// A call on a cache: what leaves the cache, and how the call goes on from it. Most models are called as a user would; those
// that make no cache of their own are called as generate() does.
import { raise } from '../text/index.ts'
import { add, sub, type Int } from '../sym/index.ts'
import { dict, PyDict, type Value, type Vm } from '../python/index.ts'
import { callDriver, type BuiltModel } from '../huggingface/index.ts'
import { namedInputs, paddingMask, readsTokens, textInput, tokens } from './given.ts'
import type { Around, CallSpec } from './run.ts'

/** How a model is called token by token. */
interface Steps {
  /** What a prefill leaves; undefined where that is nothing. */
  readonly prefill: (length: Int) => PyDict | undefined
  /** A call over `count` new tokens after those seen, when its inputs are made. */
  readonly next: (seen: Int, count: Int, past: PyDict, isLast: boolean) => () => Value
}

/** Runs a call after the prefill, and the step, that it goes on from. */
export function callOnCache(vm: Vm, built: BuiltModel, call: CallSpec, around: Around): Value {
  const { batch, cache, seq } = call.sizes
  if (!readsTokens(vm, built, batch, cache))
    return raise('no-cache', `${built.cls.name} reads no tokens, so it has no ${call.phase}`)
  const prompt = call.afterStep === true ? sub(cache, 1) : cache
  for (const steps of [plainSteps(vm, built, call), generatedSteps(vm, built, call)]) {
    const left = steps.prefill(prompt)
    if (left === undefined) continue
    const past = call.afterStep === true ? cacheIn(vm, steps.next(prompt, 1, left, false)()) : left
    if (past !== undefined) return around(steps.next(cache, seq, past, true), past)
  }
  return raise('no-cache', `${built.cls.name} returns no cache, so it has no ${call.phase}`)
}

function plainSteps(vm: Vm, built: BuiltModel, { sizes, inputs, padding, lastLogits }: CallSpec): Steps {
  const { model } = built
  const device = built.spec.device ?? 'meta'
  const { batch, cache } = sizes
  const callWith = (given: Value, mask: Value, past: Value, last: boolean): Value =>
    callDriver(vm, 'call', [model, given, mask, past, last])
  return {
    prefill: (length) => {
      const mask = paddingMask(vm, padding, batch, length, 0, device)
      return cacheIn(vm, callWith(textInput(vm, batch, length, device), mask, dict(), false))
    },
    next: (seen, count, past, isLast) => {
      const isGiven = isLast && inputs !== undefined
      const given = isGiven ? namedInputs(vm, built, inputs, device) : textInput(vm, batch, count, device)
      const all = callDriver(vm, 'with_positions', [model, given, past, seen, count, device])
      const mask = paddingMask(vm, padding, batch, cache, count, device)
      return () => callWith(all, mask, past, isLast && lastLogits === true)
    },
  }
}

/** As generate() prepares them, where the caller wants nothing else. */
function generatedSteps(vm: Vm, { model, spec }: BuiltModel, call: CallSpec): Steps {
  const isUsual = call.inputs === undefined && call.padding === undefined
  const prepared = (length: Int, seen: Int, past: Value, last: boolean): Value => {
    const ids = tokens(vm, call.sizes.batch, length, spec.device ?? 'meta')
    return callDriver(vm, 'generated', [model, ids, seen, past, last])
  }
  const run = (given: Value): Value => callDriver(vm, 'call_with', [model, given])
  return {
    prefill: (length) => {
      const given = isUsual ? prepared(length, 0, dict(), false) : null
      return given === null ? undefined : cacheIn(vm, run(given))
    },
    next: (seen, count, past, isLast) => {
      const given = prepared(add(seen, count), seen, past, isLast && call.lastLogits === true)
      return () => run(given)
    },
  }
}

/** The cache in what a call returned, by argument name; undefined where there is none. */
export function cacheIn(vm: Vm, output: Value): PyDict | undefined {
  const past = callDriver(vm, 'cache_of', [output])
  return past instanceof PyDict && past.entries.size > 0 ? past : undefined
}
