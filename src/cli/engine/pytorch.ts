// What the user's own PyTorch launches in the first call of a class, in a model in whose tree it occurs.
import { candidates } from '../../analyze/index.ts'
import { firstCall, type RecordedCall, type RecordedKernel } from '../../agent/index.ts'
import { buildModel, createVm, type BuiltModel } from '../../huggingface/index.ts'
import type { PyInstance, Vm } from '../../python/index.ts'
import { isAnalysisError } from '../../text/index.ts'
import { childModules } from '../../torch/index.ts'
import { phaseLabel, phaseOf } from '../../trace/index.ts'
import type { CallOptions, SourceOptions } from '../engine.ts'
import { classContext, type Context } from './context.ts'
import { record } from './verify.ts'

/** @returns in words, why there is nothing to compare with */
export async function recordedCall(
  options: SourceOptions,
  className: string,
  call: CallOptions,
  python: string,
): Promise<RecordedCall | string> {
  const context = await classContext(options)
  try {
    const vm = createVm(context.project)
    const built = builtWith(vm, className, context)
    if (built === undefined) return `no model was found in which ${className} occurs`
    if (built.plain === true || context.spec.config?.['auto_map'] !== undefined)
      return `${className} is no class of Transformers, and what is analysed is not run`
    const sizes = { batch: call.batch, seq: call.seq, cache: call.cache }
    const label = phaseLabel(phaseOf(call.phase, call), sizes)
    const { lines, modules, against } = record(context, { vm, built, label, inputs: [] }, call, python)
    const kernels = lines.map((line) => JSON.parse(line) as RecordedKernel)
    for (const [path, name] of modules) {
      const own = name === className ? firstCall(kernels, path) : []
      if (own.length > 0) return { path, kernels: own, against }
    }
    return `PyTorch launches nothing in ${className} (${label}, ${against})`
  } catch (error) {
    if (isAnalysisError(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

/** The first model that can be built and holds the class. */
function builtWith(vm: Vm, className: string, { spec }: Context): BuiltModel | undefined {
  for (const candidate of candidates(vm, className, spec)) {
    try {
      const built = buildModel(vm, candidate)
      if (holds(built.model, className)) return built
    } catch (error) {
      if (!isAnalysisError(error)) throw error
    }
  }
  return undefined
}

function holds(module: PyInstance, className: string): boolean {
  const { cls } = module
  return `${cls.module}.${cls.qualname}` === className || childModules(module).some(([, m]) => holds(m, className))
}
