// Submissions beside what PyTorch launches: the Python here is a script that leaves a recording of the repository's.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/agent/index.ts'
import { engine } from '../../src/cli/engine.ts'
import type { BasicKernel, KernelInfo, ModuleAnalysis } from '../../src/trace/formats.ts'
import { cliIn } from '../cli/run.ts'
import { howToFetch, inRepository, pinnedSources } from '../support/sources.ts'
import { sandbox } from './environment.ts'
import { commandTimeout } from './sdk.ts'
import { scriptedServer } from './server.ts'
import { submissionOf } from './submission.ts'

const sources = pinnedSources()
const call = { batch: 1, seq: 7, cache: 0, inputs: [] }
const config = { model_type: 'llama', num_hidden_layers: 2 }
const nameOf = (name: string): string => `transformers.models.llama.modeling_llama.${name}`

let folder = ''
const path = (name: string): string => join(folder, name)
const options = () => ({ transformers: sources?.transformers, config: path('config.json') })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  writeFileSync(path('config.json'), JSON.stringify(config))
  const recording = inRepository('test/fixtures/traces/llama.jsonl.gz')
  writeFileSync(path('python'), `#!/bin/sh\ncp '${recording}' "$2/trace.jsonl.gz"\n`, { mode: 0o755 })
  const bare = '#!/bin/sh\necho "ModuleNotFoundError: No module named \'torch\'" >&2\nexit 1\n'
  writeFileSync(path('bare-python'), bare, { mode: 0o755 })
})
afterAll(() => rmSync(folder, { recursive: true }))

async function ownOf(name: string): Promise<ModuleAnalysis> {
  const { analyses } = await engine.analyze(nameOf(name), options(), call, false, () => Promise.resolve())
  const [own] = analyses
  if (own === undefined) throw new Error(`${name} was not analysed`)
  return own
}

const stopped = 'the engine does not get through'

async function checked(analysis: ModuleAnalysis, python = 'python'): Promise<CheckReport> {
  const recorded = await engine.recordedCall(options(), analysis.class_name, call, path(python))
  return engine.checkAnalysis(options(), analysis, stopped, recorded)
}

/** The first basic kernel that has another form after the change. */
function changed(own: ModuleAnalysis, change: (k: BasicKernel) => BasicKernel): ModuleAnalysis {
  const at = own.kernels.findIndex((k) => k.kernel_type === 'basic' && JSON.stringify(change(k)) !== JSON.stringify(k))
  const kernels = own.kernels.map((k, i): KernelInfo => (i === at && k.kernel_type === 'basic' ? change(k) : k))
  return { ...own, kernels }
}

describe.skipIf(sources === undefined)(
  `beside PyTorch${sources === undefined ? ` (${howToFetch})` : ''}`,
  { timeout: commandTimeout },
  () => {
    it.each(['LlamaRMSNorm', 'LlamaMLP', 'LlamaAttention', 'LlamaModel'])(
      'nothing speaks against a right analysis of %s, which no other size is known of',
      async (name) => {
        const { verdict, why, checks } = await checked(await ownOf(name))
        expect([verdict, why]).toEqual(['unverified', [`engine: ${stopped}`]])
        expect(checks.at(-1)).toMatchObject({ name: 'pytorch', status: 'pass' })
      },
    )

    it('a wrong one is rejected, also where the engine has none', async () => {
      const own = await ownOf('LlamaRMSNorm')
      const wrong: readonly (readonly [ModuleAnalysis, RegExp])[] = [
        [{ ...own, kernels: own.kernels.slice(1) }, /where PyTorch launches aten\._to_copy\.default/],
        [{ ...own, kernels: own.kernels.slice(0, -1) }, /PyTorch goes on with aten\.mul\.Tensor/],
        [{ ...own, kernels: [...own.kernels, ...own.kernels] }, /where PyTorch launches nothing/],
        [
          changed(own, (k) => ({
            ...k,
            memory_access: { ...k.memory_access, write: `2 * (${k.memory_access.write})` },
          })),
          /has write \d+, in PyTorch \d+/,
        ],
        [changed(own, (k) => ({ ...k, out: k.out.map((s) => s.replace('f32', 'bf16')) })), /has out bf16/],
        [changed(own, (k) => ({ ...k, repeat: 2 })), /kernel 1 .*where PyTorch launches/],
      ]
      for (const [analysis, message] of wrong) {
        const { verdict, why } = await checked(analysis)
        expect(verdict).toBe('rejected')
        expect(why.join('\n')).toMatch(message)
        expect(why.join('\n')).toContain('torch 2.13.0')
      }
      const mlp = await ownOf('LlamaMLP')
      expect((await checked({ ...mlp, kernels: mlp.kernels.slice(0, -1) })).verdict).toBe('rejected')
    })

    it('is not run where there is no PyTorch, and fails nothing', async () => {
      const { verdict, checks } = await checked(await ownOf('LlamaRMSNorm'), 'bare-python')
      expect(verdict).toBe('unverified')
      expect(checks.at(-1)).toMatchObject({ name: 'pytorch', status: 'not-run' })
      expect(checks.at(-1)?.details[0]).toContain('has no torch and transformers to compare with')
    })

    it('is a check of the command where a Python is named', async () => {
      const own = await ownOf('LlamaRMSNorm')
      const server = await scriptedServer(() => [{ tool: 'submit_analysis', input: submissionOf(own) }])
      const box = sandbox(server.url)
      const output = path('module_analysis.json')
      try {
        const { code } = await cliIn(
          box.env,
          ...['analyze', '--engine', 'agent', '--module', own.class_name, '--python', path('python')],
          ...['--agent-runtime', 'ai', '--agent-model', 'anthropic/scripted', '--output', output],
          ...['--transformers', sources?.transformers ?? '', '--config', path('config.json')],
          ...['--batch', '1', '--seq', '7', '--cache', '0'],
        )
        expect(code).toBe(0)
        const { made_by } = JSON.parse(readFileSync(output, 'utf8')) as ModuleAnalysis
        expect(made_by?.check.verdict).toBe('verified')
        expect(made_by?.check.checks.at(-1)).toEqual({ name: 'pytorch', status: 'pass', details: [] })
      } finally {
        await server.close()
        box.remove()
      }
    })
  },
)
