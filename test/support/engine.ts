// The one place where tests and scripts meet the engine: how a recorded phase is replayed.
import { dirname } from 'node:path'
import { fileSources } from '../../src/cli/node/provider.ts'
import type { OracleLine, TraceRequest } from './oracle.ts'
import type { Sources } from './sources.ts'

/** Replays one phase. Throws an `AnalysisError` where the analysis stops. */
export type TraceModel = (request: TraceRequest & Sources) => Iterable<OracleLine>

/**
 * Loaded on demand: reading and comparing traces needs no engine. A recording's phases are calls of one model, one after
 * the other, so replays of the same model share it too.
 */
export async function loadEngine(): Promise<TraceModel> {
  const { isJsonObject, loadModel, oracleLines, parseJson, traceLoaded } = await import('../../src/index.ts')
  let last: { readonly key: string; readonly model: ReturnType<typeof loadModel> } | undefined
  return (request) => {
    const { transformers, pytorch, className, attn, experts, dtype } = request
    const key = JSON.stringify([transformers, pytorch, request.config, className, attn, experts, dtype])
    if (last?.key !== key) {
      const config = parseJson(request.config)
      if (!isJsonObject(config)) throw new Error('the recorded config is no object')
      const sources = fileSources([transformers, ...(pytorch === undefined ? [] : [pytorch])].map((f) => dirname(f)))
      const roots = new Map([['transformers', transformers]])
      if (pytorch !== undefined) roots.set('torch', pytorch)
      last = { key, model: loadModel({ sources, roots }, { config, className, attn, experts, dtype }) }
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
