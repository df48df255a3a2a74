// The one place where tests and scripts meet the engine: how a recorded phase is replayed.
import { readFileSync } from 'node:fs'
import { openProject } from '../../src/cli/engine/context.ts'
import { inputOf } from '../../src/cli/engine/trace.ts'
import type { OracleLine, TraceRequest } from './oracle.ts'
import { inRepository, type Sources } from './sources.ts'

/** Replays one phase. Throws an `AnalysisError` where the analysis stops. */
export type TraceModel = (request: TraceRequest & Sources) => Iterable<OracleLine>

/** No Python environment and no cache of sources: a test finds the packages that it names. */
const nowhere = { PATH: '', XDG_CACHE_HOME: inRepository('.cache') }

/**
 * Loaded on demand: reading and comparing traces needs no engine. A recording's phases are calls of one model, one after
 * the other, so replays of the same model share it too. `env` says where packages that no source names are looked for.
 */
export async function loadEngine(env: NodeJS.ProcessEnv = nowhere): Promise<TraceModel> {
  const { isJsonObject, loadModel, oracleLines, parseJson, remotePackage, traceLoaded } =
    await import('../../src/index.ts')
  let last: { readonly key: string; readonly model: ReturnType<typeof loadModel> } | undefined
  return (request) => {
    const { transformers, pytorch, maker, attn, experts, dtype } = request
    const source = request.models === undefined ? request.source : inRepository('test', 'fixtures', request.models)
    const folder = request.remote === undefined ? undefined : inRepository('test', 'fixtures', 'remote', request.remote)
    const remote = request.remote === undefined ? undefined : remotePackage(request.remote)
    // Code that comes with a model is found by the config's auto_map.
    const className = folder === undefined ? request.className : undefined
    const what = [request.config, maker, request.arguments, request.className, attn, experts, dtype]
    const key = JSON.stringify([transformers, pytorch, source, ...what])
    if (last?.key !== key) {
      const config = parseJson(folder === undefined ? request.config : readFileSync(`${folder}/config.json`, 'utf8'))
      if (!isJsonObject(config)) throw new Error('the recorded config is no object')
      const [, library, name] = /^([\w.]+):(.+)$/.exec(maker ?? '') ?? []
      const made =
        library !== undefined && name !== undefined ? { library: { package: library, name } } : { className: maker }
      const what = maker === undefined ? { config, className, remote } : { ...made, arguments: request.arguments }
      const code =
        folder === undefined || remote === undefined
          ? undefined
          : { package: remote, roots: new Map([[remote, folder]]), readable: [folder] }
      const { project } = openProject({ transformers, pytorch, source }, code, env)
      last = { key, model: loadModel(project, { ...what, attn, experts, dtype }) }
    }
    return oracleLines(traceLoaded(last.model, callOf(request)))
  }
}

function callOf(request: TraceRequest) {
  const [side, count] = request.mask?.split(':') ?? []
  const { phase, batch, seq, cache, encoder } = request
  const sizes = { batch_size: batch, seq_len: seq, cache_len: cache, encoder_len: encoder ?? 0 }
  const inputs = Object.entries(request.inputs ?? {}).map(([name, text], i) => inputOf(`${name}=${text}`, sizes, i))
  return {
    ...{ phase, batch, seq, cache, encoder },
    padding: side === 'left' || side === 'right' ? ({ side, count: Number(count) } as const) : undefined,
    inputs: request.inputs === undefined ? undefined : inputs,
  }
}
