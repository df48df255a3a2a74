// `coverage`: which model types a library has, and what each one's calls launch, as digests to compare with those of
// PyTorch's own traces.
import { PyList } from '../../python/index.ts'
import { buildModel, callDriver, createVm, packageVersion, requireTransformers } from '../../huggingface/index.ts'
import { oracleLines, recordedLine, traceLoaded } from '../../trace/index.ts'
import type { CallOptions, CoveredCall, ModelType, ModelTypes, SourceOptions } from '../engine.ts'
import { digestOf } from '../ledger.ts'
import { classContext, typeContext } from './context.ts'
import { requestOf } from './trace.ts'

/** The model types that the auto classes of the library name. */
export async function modelTypes(options: SourceOptions): Promise<ModelTypes> {
  const { project, origin } = await classContext(options)
  const vm = createVm(project)
  requireTransformers(vm)
  const rows = vm.guard(() => callDriver(vm, 'model_types', []))
  const types = (rows instanceof PyList ? rows.items : []).flatMap((row): ModelType[] => {
    const [kind, modelType, folder, name] = (row instanceof PyList ? row.items : []).map(String)
    if (kind === undefined || modelType === undefined || folder === undefined || name === undefined) return []
    // A type without a modeling file of its own shares the class of another.
    const own = `transformers.models.${folder}`
    const hasOwn = vm.importer.exists(`${own}.modeling_${folder}`)
    return [
      { kind: kind === 'causal' ? kind : 'base', modelType, className: `${hasOwn ? own : 'transformers'}.${name}` },
    ]
  })
  return { ...origin(), version: packageVersion(project, 'transformers') ?? 'unknown', types }
}

/** Calls of one model type; the model is built once. */
export async function cover(
  options: SourceOptions,
  type: ModelType,
  calls: readonly CallOptions[],
): Promise<readonly CoveredCall[]> {
  const context = await typeContext(options, type)
  const vm = createVm(context.project)
  const built = buildModel(vm, context.spec)
  return calls.map((call) => {
    const trace = traceLoaded({ vm, built }, requestOf(context, call))
    return { phase: trace.label, ...digestOf(oracleLines(trace).map(recordedLine)) }
  })
}
