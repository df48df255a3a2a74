// The one place where tests and scripts meet the engine: how a recorded phase is replayed.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileSources } from '../../src/cli/node/provider.ts'
import type { OracleLine, TraceRequest } from './oracle.ts'
import { inRepository, type Sources } from './sources.ts'

/** Replays one phase. Throws an `AnalysisError` where the analysis stops. */
export type TraceModel = (request: TraceRequest & Sources) => Iterable<OracleLine>

/**
 * Loaded on demand: reading and comparing traces needs no engine. A recording's phases are calls of one model, one after
 * the other, so replays of the same model share it too.
 */
export async function loadEngine(): Promise<TraceModel> {
  const { isJsonObject, loadModel, oracleLines, parseJson, remotePackage, traceLoaded } =
    await import('../../src/index.ts')
  let last: { readonly key: string; readonly model: ReturnType<typeof loadModel> } | undefined
  return (request) => {
    const { transformers, pytorch, attn, experts, dtype } = request
    const folder = request.remote === undefined ? undefined : inRepository('test', 'fixtures', 'remote', request.remote)
    const remote = request.remote === undefined ? undefined : remotePackage(request.remote)
    // Code that comes with a model is found by the config's auto_map.
    const className = folder === undefined ? request.className : undefined
    const key = JSON.stringify([transformers, pytorch, request.config, request.className, attn, experts, dtype])
    if (last?.key !== key) {
      const config = parseJson(folder === undefined ? request.config : readFileSync(`${folder}/config.json`, 'utf8'))
      if (!isJsonObject(config)) throw new Error('the recorded config is no object')
      const packages = [transformers, ...(pytorch === undefined ? [] : [pytorch])].map((f) => dirname(f))
      const sources = fileSources([...packages, ...(folder === undefined ? [] : [folder])])
      const roots = new Map([['transformers', transformers]])
      if (pytorch !== undefined) roots.set('torch', pytorch)
      if (folder !== undefined && remote !== undefined) roots.set(remote, folder)
      last = { key, model: loadModel({ sources, roots }, { config, className, remote, attn, experts, dtype }) }
    }
    return oracleLines(traceLoaded(last.model, callOf(request)))
  }
}

function callOf(request: TraceRequest) {
  const [side, count] = request.mask?.split(':') ?? []
  const inputs = Object.entries(request.inputs ?? {}).map(([name, text]) => {
    const [, dtype = '', dims = ''] = /^(\w+)\[(.*)\]$/.exec(text) ?? []
    return { name, dtype, shape: dims === '' ? [] : dims.split(',').map(Number) }
  })
  return {
    ...{ phase: request.phase, batch: request.batch, seq: request.seq, cache: request.cache },
    padding: side === 'left' || side === 'right' ? ({ side, count: Number(count) } as const) : undefined,
    inputs: request.inputs === undefined ? undefined : inputs,
  }
}
