// `verify`: the same call run by the user's own PyTorch on the meta device, and the difference, kernel by kernel. The one
// command that starts Python; the recorder is the script that made this project's own recordings.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { raise } from '../../text/index.ts'
import { callDriver, toJson } from '../../huggingface/index.ts'
import { printOracleLine } from '../../trace/index.ts'
import { oracleLines, type ModelTrace, type OracleLine } from '../../trace/index.ts'
import type { VerifyResult } from '../../report/index.ts'
import type { CallOptions, ModelOptions, Origin } from '../engine.ts'
import { packageRoot } from '../paths.ts'
import { requestOf, runTrace } from './trace.ts'
import type { Context } from './context.ts'

