// `analyze --engine agent` from the command line to the file, with the program of the Claude Agent SDK and a scripted API.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli, cliIn, type Ran } from '../cli/run.ts'
import { howToFetch, inRepository, pinnedSources } from '../support/sources.ts'
import { sandbox, testKey } from './environment.ts'
import { commandTimeout, howToInstall, sdkInstalled } from './sdk.ts'
import { resultsOf, scriptedServer, type MessagesRequest, type Script, type ToolUse } from './server.ts'
import { submissionOf } from './submission.ts'

const sources = pinnedSources()
const norm = 'transformers.models.llama.modeling_llama.LlamaRMSNorm'
const file = 'transformers/models/llama/modeling_llama.py'

let base = ''
let own: ModuleAnalysis
const path = (name: string): string => join(base, name)
const given = ['--transformers', sources?.transformers ?? '']

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  if (sources === undefined) return
  await cli('analyze', '--module', norm, ...given, '--output', path('own.json'))
  own = JSON.parse(readFileSync(path('own.json'), 'utf8')) as ModuleAnalysis
})
afterAll(() => rmSync(base, { recursive: true }))

interface AgentRan extends Ran {
  readonly requests: readonly MessagesRequest[]
  readonly results: readonly string[]
  readonly scratchpad: string
  readonly written: ModuleAnalysis | undefined
}

async function analyze(script: Script, ...argv: readonly string[]): Promise<AgentRan> {
  const server = await scriptedServer(script)
  const box = sandbox(server.url)
  const folder = mkdtempSync(path('run-'))
  const output = join(folder, 'module_analysis.json')
  try {
    const ran = await cliIn(box.env, 'analyze', '--engine', 'agent', ...given, '--output', output, ...argv)
    const scratchpad = join(folder, 'SCRATCHPAD.md')
    return {
      ...ran,
      requests: server.requests,
      results: resultsOf(server.requests),
      scratchpad: existsSync(scratchpad) ? readFileSync(scratchpad, 'utf8') : '',
      written: existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as ModuleAnalysis) : undefined,
    }
  } finally {
    await server.close()
    box.remove()
  }
}

const submit = (analysis: object): ToolUse => ({ tool: 'submit_analysis', input: analysis })

describe.skipIf(sources === undefined || !sdkInstalled())(
  `stage 1 by an agent${sources === undefined ? ` (${howToFetch})` : ''}${sdkInstalled() ? '' : ` (${howToInstall})`}`,
  { timeout: commandTimeout },
  () => {
    it('goes from the source to a verified analysis', async () => {
      const snippet = { name: norm, init: { hidden_size: 64 }, inputs: ['hidden_states=bf16[2,32,64]'] }
      const steps: readonly ToolUse[] = [
        { tool: 'find_class', input: { name: 'LlamaRMSNorm' } },
        { tool: 'find_callers', input: { name: 'LlamaRMSNorm', within: 'transformers/models/llama' } },
        { tool: 'read_source', input: { path: file, from: 50, count: 20 } },
        { tool: 'list_lines', input: { class_name: norm } },
        { tool: 'trace_snippet', input: snippet },
        {
          tool: 'check_formula',
          input: { formula: '{a_bytes} * {seq_len}', unit: 'bytes', at: { a_bytes: 2, seq_len: 3 } },
        },
        submit(submissionOf(own)),
      ]
      const { code, out, err, results, scratchpad, written, requests } = await analyze(
        (turn) => [steps[turn] ?? '?'],
        '--module',
        norm,
      )
      expect([code, err]).toEqual([0, ''])
      expect(results[0]).toContain(`${file} lines 52–69`)
      expect(results[3]).toContain(`* ${file}:64 LlamaRMSNorm.forward: variance =`)
      expect(results[4]).toContain('aten.rsqrt.default')
      expect(results[5]).toContain('value: 6')
      expect(out).toContain('LlamaRMSNorm  (hidden_size)')
      expect(out).toContain('verified')
      const { made_by, provenance } = written ?? {}
      expect(written).toEqual({ ...own, made_by, provenance })
      expect(made_by).toMatchObject({
        runtime: 'claude',
        prompt: 'analyze_module_forward 2',
        check: { verdict: 'verified' },
      })
      expect(provenance?.sources).toMatchObject([{ package: 'transformers' }])
      expect(scratchpad).toContain('| 5 | trace_snippet |')
      expect(JSON.stringify(requests) + scratchpad + err + out).not.toContain(testKey)
    })

    it('has a wrong formula mended before it believes it', async () => {
      const right = submissionOf(own) as { readonly kernels: readonly { readonly aten: string }[] }
      const wrong = {
        ...right,
        kernels: right.kernels.map((k) => (k.aten === 'aten.rsqrt.default' ? { ...k, flops: '0' } : k)),
      }
      const { code, results, scratchpad, written } = await analyze(
        (turn) => [submit(turn === 0 ? wrong : right)],
        '--module',
        norm,
      )
      expect(code).toBe(0)
      expect(results[0]).toContain('Rejected')
      expect(results[0]).toContain('rsqrt')
      expect(written?.made_by?.check.verdict).toBe('verified')
      expect(scratchpad).toMatch(/Submission 1: rejected\n- .*rsqrt[^]*Submission 2: verified/)
    })

    it('asks no agent for a class that is not there, and says where it looked', async () => {
      const { code, err, requests, scratchpad, written } = await analyze(() => ['?'], '--module', `${norm}X`)
      expect([code, requests.length, written]).toEqual([3, 0, undefined])
      expect(err).toContain(`error source-not-found: there is no class ${norm}X`)
      expect(scratchpad).toContain(`looked in transformers: ${sources?.transformers}`)
    })

    it('writes down what an agent looked for and did not find', async () => {
      const gone: ToolUse = {
        tool: 'not_found',
        input: { what: 'the kernel rms_norm_cuda', looked: ['transformers/integrations'] },
      }
      const { code, err, scratchpad, written } = await analyze(() => [gone], '--module', norm)
      expect([code, written]).toEqual([3, undefined])
      expect(err).toContain('the kernel rms_norm_cuda')
      expect(scratchpad).toContain('Not found: the kernel rms_norm_cuda\n- looked in transformers/integrations')
      expect(scratchpad).toContain('## Stopped')
    })

    it('analyses several classes, each once, and goes on where it was interrupted', async () => {
      const root = 'transformers.models.llama.modeling_llama.LlamaMLP'
      const folder = path('all')
      await cli('analyze', '--recursive', '--module', root, ...given, '--output', folder)
      const byEngine = analysesIn(folder)
      const wanted: string[] = []
      const script: Script = (_, request) => {
        const name = Object.keys(byEngine).find((n) =>
          JSON.stringify(request.messages[0]).includes(`of ${n} line by line`),
        )
        wanted.push(name ?? '?')
        if (wanted.length === 2) return { broken: 'stall' }
        const analysis = byEngine[name ?? '']
        return analysis === undefined ? ['?'] : [submit(submissionOf(analysis))]
      }
      const output = path('by-agent')
      const argv = ['--recursive', '--module', root, '--output', output, '--concurrency', '1']
      const first = await interruptedRun(script, argv, () => wanted.length === 2)
      expect(first).toBe(130)
      expect(Object.keys(analysesIn(output))).toContain(root)
      expect(readFileSync(join(output, 'SCRATCHPAD.md'), 'utf8')).toContain('the same command goes on from here')
      const { code } = await analyze(script, ...argv)
      expect(code).toBe(0)
      const names = wanted.map((n) => n.split('.').at(-1))
      expect(names).toEqual(['LlamaMLP', 'SiLUActivation', 'SiLUActivation'])
      const made = analysesIn(output)
      expect(Object.keys(made)).toEqual(Object.keys(byEngine))
      for (const [name, { kernels }] of Object.entries(made)) expect(kernels).toEqual(byEngine[name]?.kernels)
      const expanded = await cli('expand', '--model', root, '--module-analysis', output, '--output', path('model.json'))
      expect(expanded.code).toBe(0)
    })
  },
)

function analysesIn(folder: string): Readonly<Record<string, ModuleAnalysis>> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return Object.fromEntries(
    files.map((name) => [
      name.slice(0, -'.json'.length),
      JSON.parse(readFileSync(join(folder, name), 'utf8')) as ModuleAnalysis,
    ]),
  )
}

/** The program as a process of its own, interrupted as soon as something has happened. */
async function interruptedRun(script: Script, argv: readonly string[], isTime: () => boolean): Promise<number | null> {
  const server = await scriptedServer(script)
  const box = sandbox(server.url)
  const program = [
    '--import',
    'tsx',
    inRepository('src/cli/main.ts'),
    'analyze',
    '--engine',
    'agent',
    ...given,
    ...argv,
  ]
  const child = spawn(process.execPath, program, { env: box.env, cwd: inRepository(), stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  try {
    while (!isTime() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    return await ended
  } finally {
    await server.close()
    box.remove()
  }
}
