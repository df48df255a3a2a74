// The other side of engine/remote.ts: calls of the engine, in this thread.
import { setFlagsFromString } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { engine } from './engine.ts'
import { plainReply, progressMark, type Reply, type Request } from './engine/remote.ts'

/**
 * Runs are over in a second or two, and code is optimized in vain if it is hot for less: with a larger budget V8 waits
 * longer, which saves a third of the processor time of a run. The name of the flag is that of these versions.
 */
const v8 = Number.parseInt(process.versions.v8, 10)
if (v8 >= 11 && v8 <= 13) setFlagsFromString('--interrupt-budget=400000')

const reply = (message: Reply): void => parentPort?.postMessage(message)

const report = (...progress: readonly [number, number, string]): Promise<void> => {
  reply({ progress: [...progress] })
  return Promise.resolve()
}

async function answer({ method, args }: Request): Promise<void> {
  const run = engine[method] as (...args: readonly unknown[]) => Promise<unknown>
  try {
    reply({ result: await run(...args.map((a) => (a === progressMark ? report : a))) })
  } catch (error) {
    reply(plainReply(error))
  }
}

// Most of the engine's code, loaded while the first call is on its way.
void import('./engine/context.ts')
parentPort?.on('message', (request: Request) => void answer(request))
