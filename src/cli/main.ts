#!/usr/bin/env node
// The program. Everything it does is reachable without it: `run` takes arguments and streams and returns an exit code.
import { exitWholeOnInterrupt } from './files.ts'
import { processIo } from './io.ts'
import { run } from './run.ts'

exitWholeOnInterrupt()
process.exitCode = await run(process.argv.slice(2), processIo())
