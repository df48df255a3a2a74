#!/usr/bin/env node
// The program. Everything it does is reachable without it: `run` takes arguments, streams and an engine and returns an
// exit code. Built, the engine has a file for a thread of its own beside this one; from source it runs in this thread.
import { existsSync } from 'node:fs'
import { engine } from './engine.ts'
import { exitWholeOnInterrupt } from './files.ts'
import { processIo } from './io.ts'
import { run } from './run.ts'

exitWholeOnInterrupt()
const thread = new URL('worker.js', import.meta.url)
const threaded = existsSync(thread) ? (await import('./engine/remote.ts')).remoteEngine(thread) : engine
process.exitCode = await run(process.argv.slice(2), processIo(), threaded)
