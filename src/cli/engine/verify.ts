// `verify`: the same call run by the user's own PyTorch on the meta device, and the difference, kernel by kernel. The one
// command that starts Python; the recorder is the script that made this project's own recordings.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { raise } from '../../text/index.ts'
import {
  callDriver,
  type Json,
  parseJson,
  printJson,
  remoteShownAs,
  toJson,
  withinRemote,
} from '../../huggingface/index.ts'
import { oracleLines, recordedLine, type ModelTrace } from '../../trace/index.ts'
import type { VerifyResult } from '../../report/index.ts'
import type { CallOptions, ModelOptions, Origin } from '../engine.ts'
import { packageRoot } from '../paths.ts'
import { requestOf, runTrace } from './trace.ts'
import type { Context } from './context.ts'

export async function verify(
  model: ModelOptions,
  call: CallOptions,
  python: string | undefined,
  trustRemoteCode: boolean,
): Promise<VerifyResult & Origin> {
  const { context, trace } = await runTrace(model, call)
  const json = context.spec.config
  if (json?.['auto_map'] !== undefined && !trustRemoteCode) {
    raise('bad-option', `${context.id} brings its own code, which PyTorch would run`, {
      hint: 'Read that code, then add --trust-remote-code.',
    })
  }
  const recorded = record(context, trace, call, python ?? 'python3')
  const ours = oracleLines(trace).map(recordedLine)
  const differences: { index: number; ours: string | undefined; theirs: string | undefined }[] = []
  for (let i = 0; i < Math.max(ours.length, recorded.lines.length); i++) {
    if (ours[i] !== recorded.lines[i]) differences.push({ index: i, ours: ours[i], theirs: recorded.lines[i] })
  }
  return { ...context.origin(), against: recorded.against, kernels: ours.length, differences }
}

function writtenConfig(json: Json, out: string): string {
  const path = join(out, 'config.json')
  writeFileSync(path, printJson(json))
  return path
}

/** The recorder of a module that is no Transformers model, and its arguments for one call. */
function ownRecorder({ spec, source }: Context, trace: RecordedModel, call: CallOptions, out: string): string[] {
  const { library, className } = spec
  const maker = library === undefined ? className : `${library.package}:${library.name}`
  const args = ['record_models.py', out, maker ?? '', '--name', 'trace', '--run', trace.label]
  if (spec.dtype !== undefined) args.push('--dtype', spec.dtype)
  if (source !== undefined) args.push('--source', source)
  if (spec.config !== undefined) args.push('--config', writtenConfig(spec.config, out))
  for (const argument of spec.arguments ?? []) args.push('--arg', argument)
  for (const input of call.inputs) args.push('--input', input)
  return args
}

/** The recorder of a Transformers model, and its arguments for one call. */
function modelRecorder(context: Context, trace: RecordedModel, call: CallOptions, out: string): string[] {
  const { attn, experts, dtype, padding } = requestOf(context, call)
  const json = context.spec.config ?? toJson(trace.vm, callDriver(trace.vm, 'as_dict', [trace.built.config]))
  const config = writtenConfig(json ?? raise('internal', 'a config that is no JSON'), out)
  const { module, qualname } = trace.built.cls
  const remote = withinRemote(context.project.roots.keys(), module)
  const cls = `${remote?.module ?? module}.${qualname}`
  const args = ['record_traces.py', out, '--name', 'trace', '--run', trace.label, '--config', config, '--class', cls]
  args.push('--ids', 'known')
  if (remote !== undefined) {
    args.push('--remote', context.project.roots.get(remote.package) ?? '', '--shown', remoteShownAs(remote.package))
  }
  if (attn !== undefined) args.push('--attn', attn)
  if (experts !== undefined) args.push('--experts', experts)
  if (dtype !== undefined) args.push('--dtype', dtype)
  if (padding !== undefined) args.push('--mask', `${padding.side}:${padding.count}`)
  for (const input of call.inputs.length > 0 ? call.inputs : trace.inputs) args.push('--input', input)
  return args
}

/** A model, and how it is called: `prefill b2 s32`, and with which images and sounds. */
type RecordedModel = Pick<ModelTrace, 'vm' | 'built' | 'label' | 'inputs'>

export interface Recorded {
  readonly lines: readonly string[]
  /** Path and class of every module. */
  readonly modules: readonly (readonly [path: string, className: string])[]
  /** `torch 2.13.0, transformers 5.23.0` */
  readonly against: string
}

/** What PyTorch launches in a call of a model. */
export function record(context: Context, trace: RecordedModel, call: CallOptions, python: string): Recorded {
  const out = mkdtempSync(join(tmpdir(), 'lm-predictor-verify-'))
  try {
    const recorder = trace.built.plain === true ? ownRecorder : modelRecorder
    const [script = '', ...args] = recorder(context, trace, call, out)
    const stderr = run(python, [join(packageRoot(), 'scripts', script), ...args])
    const made = readdirSync(out)
    const failed = made.find((name) => name.endsWith('.err'))
    if (failed !== undefined) {
      raise('python-error', `PyTorch itself fails on this call: ${lastLine(readFileSync(join(out, failed), 'utf8'))}`, {
        hint: 'So there is nothing to compare with; lm-predictor trace shows what the source says.',
      })
    }
    if (stderr !== undefined) failedToStart(python, stderr)
    const file = made.find((name) => name.endsWith('.jsonl.gz')) ?? recordedNothing(python)
    const [head = '{}', ...lines] = gunzipSync(readFileSync(join(out, file)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
    const header = parseJson(head) as { torch?: string; transformers?: string | null; modules?: Recorded['modules'] }
    return {
      modules: header.modules ?? [],
      lines: lines.filter((l) => l !== ''),
      against: Object.entries({ torch: header.torch, transformers: header.transformers })
        .flatMap(([name, version]) => (typeof version === 'string' ? [`${name} ${version}`] : []))
        .join(', '),
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** @returns what it wrote to stderr, where it failed */
function run(python: string, args: readonly string[]): string | undefined {
  try {
    execFileSync(python, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 28 })
    return undefined
  } catch (e) {
    const stderr = e instanceof Error && 'stderr' in e ? String(e.stderr ?? '') : ''
    return stderr === '' ? String(e) : stderr
  }
}

function recordedNothing(python: string): never {
  raise('source-not-found', `${python} ran and recorded nothing`, { hint: noPython })
}

const noPython = 'Name an interpreter that has torch and transformers: --python PATH.'

function failedToStart(python: string, stderr: string): never {
  if (/ModuleNotFoundError|ENOENT/.test(stderr)) {
    raise('source-not-found', `${python} has no torch and transformers to compare with: ${lastLine(stderr)}`, {
      hint: noPython,
    })
  }
  raise('python-error', `PyTorch could not run this call: ${lastLine(stderr)}`, {
    hint: 'Nothing was recorded to compare with.',
  })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
