// The one place where tests and scripts meet the engine: how a recorded phase is replayed.
import { dirname } from 'node:path'
import { fileSources } from '../../src/cli/node/provider.ts'
import type { OracleLine, TraceRequest } from './oracle.ts'
import type { Sources } from './sources.ts'

/** Replays one phase. Throws an `AnalysisError` where the analysis stops. */
export type TraceModel = (request: TraceRequest & Sources) => Iterable<OracleLine>

/** Loaded on demand: reading and comparing traces needs no engine. */
export async function loadEngine(): Promise<TraceModel> {
  const { isJsonObject, oracleLines, parseJson, traceModel } = await import('../../src/index.ts')
  return (request) => {
    const folders = [request.transformers, ...(request.pytorch === undefined ? [] : [request.pytorch])]
    const sources = fileSources(folders.map(dirname))
    const roots = new Map([['transformers', request.transformers]])
    if (request.pytorch !== undefined) roots.set('torch', request.pytorch)
    const config = parseJson(request.config)
    if (!isJsonObject(config)) throw new Error('the recorded config is no object')
    const [side, count] = request.mask?.split(':') ?? []
    const padding = side === 'left' || side === 'right' ? ({ side, count: Number(count) } as const) : undefined
    const inputs = Object.entries(request.inputs ?? {}).map(([name, text]) => {
      const [, dtype = '', dims = ''] = /^(\w+)\[(.*)\]$/.exec(text) ?? []
      return { name, dtype, shape: dims === '' ? [] : dims.split(',').map(Number) }
    })
    return oracleLines(
      traceModel(
        { sources, roots },
        {
          ...{
            config,
            className: request.className,
            attn: request.attn,
            experts: request.experts,
            dtype: request.dtype,
          },
          ...{ phase: request.phase, batch: request.batch, seq: request.seq, cache: request.cache, padding },
          inputs: request.inputs === undefined ? undefined : inputs,
        },
      ),
    )
  }
}
