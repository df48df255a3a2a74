// The other side of engine/remote.ts: one call of the engine, in this thread.
import { parentPort, workerData } from 'node:worker_threads'
import { engine } from './engine.ts'
import { plainReply, progressMark, type Reply, type Request } from './engine/remote.ts'

const reply = (message: Reply): void => parentPort?.postMessage(message)

const report = (...progress: readonly [number, number, string]): Promise<void> => {
  reply({ progress: [...progress] })
  return Promise.resolve()
}

const [method, args] = workerData as Request
const run = engine[method] as (...args: readonly unknown[]) => Promise<unknown>
try {
  reply({ result: await run(...args.map((a) => (a === progressMark ? report : a))) })
} catch (error) {
  reply(plainReply(error))
}
