// The engine in a thread of its own: the interpreter runs for seconds without a pause, and meanwhile this thread answers
// Ctrl-C. A thread also has a stack as large as it is told, and its lack of memory is an error like any other.
import { Worker } from 'node:worker_threads'
import { AnalysisError, isAnalysisError, raise, type ErrorCode, type Span, type StopDetails } from '../../text/index.ts'
import { type Engine, engine, type Report } from '../engine.ts'
import { CommandFailed } from '../problems.ts'

/** What an `AnalysisError` is made of: its class does not pass from thread to thread. */
interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly span: Span | undefined
  readonly hint: string
  readonly notes: readonly string[]
  readonly details: StopDetails | undefined
  readonly scratchpad: unknown
}

export interface Request {
  readonly method: keyof Engine
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly progress: Parameters<Report> }
  | { readonly result: unknown }
  | { readonly errors: readonly PlainError[]; readonly several: boolean }
  | { readonly defect: string }

const limits = { stackSizeMb: 64 }

/** Stands in an argument's place for the function that reports progress. */
export const progressMark = 'lm-predictor:progress'

/**
 * An engine whose calls run, one after the other, in a thread of the given file.
 * @param atOnce starts the thread now, and not with the first call
 */
export function remoteEngine(file: URL, atOnce = false): Engine {
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  const started = (): Worker => {
    worker ??= new Worker(file, { resourceLimits: limits }).once('exit', () => (worker = undefined))
    return worker
  }
  const call =
    (method: keyof Engine) =>
    (...args: readonly unknown[]): Promise<never> => {
      const answer = last.then(() => ask(started(), method, args))
      last = answer.catch(() => undefined)
      return answer
    }
  if (atOnce) started().unref()
  const methods = Object.keys(engine) as (keyof Engine)[]
  return Object.fromEntries(methods.map((method) => [method, call(method)])) as unknown as Engine
}

/** One call. Between calls the thread doesn't keep the process alive. */
function ask(worker: Worker, method: keyof Engine, args: readonly unknown[]): Promise<never> {
  const report = args.find((a): a is Report => typeof a === 'function')
  const plain = args.map((a) => (typeof a === 'function' ? progressMark : a))
  worker.ref()
  worker.postMessage({ method, args: plain } satisfies Request)
  return new Promise<never>((resolve, reject) => {
    const onMessage = (reply: Reply): void => {
      if ('progress' in reply) return void report?.(...reply.progress)
      settled()
      if ('result' in reply) resolve(reply.result as never)
      else reject('errors' in reply ? revived(reply.errors, reply.several) : defect(reply.defect))
    }
    const onError = (e: NodeJS.ErrnoException): void => {
      settled()
      reject(e.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory() : e)
    }
    const onExit = (code: number): void => {
      settled()
      reject(new Error(`the engine ended with ${code}`))
    }
    const settled = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}

function revived(errors: readonly PlainError[], several: boolean): Error {
  const made = errors.map((e) => {
    const error = new AnalysisError(e.code, e.message, {
      span: e.span,
      hint: e.hint,
      notes: e.notes,
      details: e.details,
    })
    return Object.assign(error, e.scratchpad === undefined ? {} : { scratchpad: e.scratchpad })
  })
  const [first] = made
  return several || first === undefined ? new CommandFailed(made) : first
}

function outOfMemory(): unknown {
  try {
    return raise('budget-exceeded', 'the analysis needs more memory than there is', {
      hint: 'Give Node more: NODE_OPTIONS=--max-old-space-size=8192.',
    })
  } catch (e) {
    return e
  }
}

function defect(stack: string): Error {
  const error = new Error(stack.split('\n')[0]?.replace(/^\w*Error: /, '') ?? '')
  error.stack = stack
  return error
}

/** What to tell the other thread of an error. */
export function plainReply(error: unknown): Reply {
  const errors = error instanceof CommandFailed ? error.errors : isAnalysisError(error) ? [error] : undefined
  if (errors === undefined) return { defect: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const plain = errors.map((e): PlainError => {
    const { code, message, span, hint, notes, details } = e
    const scratchpad = 'scratchpad' in e ? e.scratchpad : undefined
    const place = span === undefined ? undefined : { ...span }
    return { code, message, span: place, hint, notes: [...notes], details, scratchpad }
  })
  return { errors: plain, several: error instanceof CommandFailed }
}
