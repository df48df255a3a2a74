#!/usr/bin/env node
// The program. Everything it does is reachable without it: `run` takes arguments, streams and an engine and returns an
// exit code. Built, the engine has a file for a thread of its own beside this one; from source it runs in this thread.
import { existsSync } from 'node:fs'
import { commands } from './commands.ts'
import { engine } from './engine.ts'
import { exitWholeOnInterrupt } from './files.ts'
import { processIo } from './io.ts'

exitWholeOnInterrupt()
const thread = new URL('worker.js', import.meta.url)
const usesEngine = commands.some((c) => c.engine === true && c.path[0] === process.argv[2])
// The thread starts up while this one reads the options.
const remote = existsSync(thread) ? await import('./engine/remote.ts') : undefined
const threaded = remote?.remoteEngine(thread, usesEngine) ?? engine
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2), processIo(), threaded, () => remote?.remoteEngine(thread) ?? engine)
