// `expand --engine agent` from the command line to the file: references that do not bind, and an agent that says what they pass.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompositeKernel, ModelAnalysis, ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli, cliIn, type Ran } from '../cli/run.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'
import { sandbox, testKey } from './environment.ts'
import { commandTimeout, howToInstall, sdkInstalled } from './sdk.ts'
import { resultsOf, scriptedServer, type MessagesRequest, type Script, type ToolUse } from './server.ts'

const sources = pinnedSources()
const root = 'transformers.models.llama.modeling_llama.LlamaMLP'
const file = 'transformers/models/llama/modeling_llama.py'
const config = { model_type: 'llama', hidden_size: 64, intermediate_size: 112, num_hidden_layers: 1, vocab_size: 96 }

let base = ''
const given = (): readonly string[] => [
  ...['--transformers', sources?.transformers ?? '', '--config', path('config.json')],
]
let whole: ModelAnalysis
const path = (...names: string[]): string => join(base, ...names)

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  if (sources === undefined) return
  writeFileSync(path('config.json'), JSON.stringify({ ...config, num_attention_heads: 4 }))
  await cli('analyze', '--recursive', '--module', root, ...given(), '--output', path('right'))
  await cli('expand', '--model', root, '--module-analysis', path('right'), '--output', path('whole.json'))
  whole = JSON.parse(readFileSync(path('whole.json'), 'utf8')) as ModelAnalysis
}, commandTimeout)
afterAll(() => rmSync(base, { recursive: true }))

type Change = (reference: string) => string

/** A copy of the analyses with some references of the MLP changed, by module. */
function broken(changes: Readonly<Record<string, Change>>): string {
  const folder = mkdtempSync(path('broken-'))
  cpSync(path('right'), folder, { recursive: true })
  const own = join(folder, `${root}.json`)
  const analysis = JSON.parse(readFileSync(own, 'utf8')) as ModuleAnalysis
  const kernels = analysis.kernels.map((k) => {
    const change = k.kernel_type === 'composite' ? changes[k.module] : undefined
    if (change === undefined) return k
    const text = change(k.flops)
    const class_name = /\{\{(.*?)\}\}/.exec(text)?.[1]
    return { ...k, class_name, flops: text, matmul_flops: text, memory_access: { read: text, write: text } }
  })
  writeFileSync(own, JSON.stringify({ ...analysis, kernels }))
  return folder
}

function referencesIn(folder: string): readonly CompositeKernel[] {
  const { kernels } = JSON.parse(readFileSync(join(folder, `${root}.json`), 'utf8')) as ModuleAnalysis
  return kernels.flatMap((k) => (k.kernel_type === 'composite' ? [k] : []))
}

interface Expanded extends Ran {
  readonly requests: readonly MessagesRequest[]
  readonly results: readonly string[]
  readonly scratchpad: string
  readonly written: ModelAnalysis | undefined
}

async function expand(folder: string, script: Script): Promise<Expanded> {
  const server = await scriptedServer(script)
  const box = sandbox(server.url)
  const output = join(mkdtempSync(path('run-')), 'model_analysis.json')
  const scratchpad = join(output, '..', 'SCRATCHPAD.md')
  const argv = ['expand', '--engine', 'agent', '--model', root, '--module-analysis', folder, '--output', output]
  try {
    const ran = await cliIn(box.env, ...argv, ...given())
    return {
      ...ran,
      requests: server.requests,
      results: resultsOf(server.requests),
      scratchpad: existsSync(scratchpad) ? readFileSync(scratchpad, 'utf8') : '',
      written: existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as ModelAnalysis) : undefined,
    }
  } finally {
    await server.close()
    box.remove()
  }
}

const up = { file, line: 158, text: 'self.gate_proj = nn.Linear(self.hidden_size, self.intermediate_size, bias=config.mlp_bias)' } // prettier-ignore
const bound = (formula: string, source: object = up) => ({ formula, because: 'as it is constructed', source: [source] })
const hand = (input: object): ToolUse => ({ tool: 'submit_binding', input })
const gate = hand({ args: { in_features: bound('{hidden_size}'), out_features: bound('{config.intermediate_size}') } })
const noWidth: Change = (text) => text.replace(/, out_features=.*\)$/, ')')

describe.skipIf(sources === undefined || !sdkInstalled())(
  `stage 2 by an agent${sources === undefined ? ` (${howToFetch})` : ''}${sdkInstalled() ? '' : ` (${howToInstall})`}`,
  { timeout: commandTimeout },
  () => {
    it('asks nobody where everything binds', async () => {
      const { code, requests, written } = await expand(path('right'), () => ['?'])
      expect([code, requests.length]).toEqual([0, 0])
      expect(written).toEqual({ ...whole, provenance: written?.provenance })
    })

    it('has a binding mended before it believes it, keeps it, and expands', async () => {
      const folder = broken({
        gate_proj: noWidth,
        act_fn: (text) => text.replace('transformers.activations.', 'transformers.'),
      })
      const tries: readonly ToolUse[] = [
        hand({ args: { in_features: bound('{hidden_size}') } }),
        hand({ args: { in_features: bound('{hidden}'), out_features: bound('{config.intermediate_size}') } }),
        hand({ args: { in_features: bound('{hidden_size}'), out_features: bound('{a_bytes} * {hidden_size}') } }),
        gate,
      ]
      const wrongLine = { ...up, line: up.line + 1 }
      const rejected: string[] = []
      const script: Script = (turn, request) => {
        if (JSON.stringify(request.messages[0]).includes('there is no analysis of transformers.SiLUActivation'))
          return [
            hand({
              class_name: 'transformers.activations.SiLUActivation',
              args: { input_2: bound('{config.intermediate_size}', turn === 0 ? wrongLine : up) },
            }),
          ]
        rejected.push(...resultsOf([request]).slice(-1))
        return [tries[turn] ?? gate]
      }
      const { code, err, written, scratchpad, requests } = await expand(folder, script)
      expect([code, requests.length]).toEqual([0, 6])
      expect(rejected[0]).toContain('out_features has no formula')
      expect(rejected[1]).toContain('{hidden} is not known')
      expect(rejected[2]).toContain('holds a width')
      const by = { verdict: 'verified', by: 'claude (default)' }
      const parts = ['gate_proj', 'act_fn'].map((module) => ({ kind: 'binding', class_name: root, module, line: 164, ...by })) // prettier-ignore
      expect(written).toEqual({ ...whole, provenance: written?.provenance, agent_parts: parts })
      expect(err).toContain(`rests on the binding of gate_proj in ${root}:164, verified, by an agent: claude (default)`)
      expect(scratchpad).toContain('gives no value for the parameter out_features')
      expect(scratchpad).toContain('that text is on line 158')
      expect(referencesIn(folder)[0]?.binding).toMatchObject({
        args: { out_features: { source: [up] } },
        made_by: { prompt: 'expand_module_references 2', check: { verdict: 'verified' } },
      })
      expect(JSON.stringify(requests) + scratchpad + err).not.toContain(testKey)
      const again = await cli('expand', '--model', root, '--module-analysis', folder, '--output', path('again.json'))
      expect(again.code).toBe(0)
    })

    it('believes no formula that the engine contradicts, and leaves the files as they were', async () => {
      const folder = broken({ gate_proj: noWidth })
      const before = readFileSync(join(folder, `${root}.json`), 'utf8')
      const square = hand({ args: { in_features: bound('{hidden_size}'), out_features: bound('{hidden_size}') } })
      const gone: ToolUse = { tool: 'not_found', input: { what: 'the width of gate_proj', looked: [file] } }
      const { code, err, results, scratchpad, written } = await expand(folder, (turn) => [turn === 0 ? square : gone])
      expect([code, written]).toEqual([3, undefined])
      expect(results[0]).toMatch(/aten\.mm\.default.*matmul_flops is \d+.*by the engine \d+/)
      expect(err).toContain('unbound-parameter')
      expect(err).toContain('source-not-found')
      expect(err).toContain('the width of gate_proj')
      expect(scratchpad).toContain('## Stopped')
      expect(scratchpad).not.toContain('defect')
      expect(readFileSync(join(folder, `${root}.json`), 'utf8')).toBe(before)
    })

    it('asks nobody for a class that is not analysed', async () => {
      const folder = broken({ gate_proj: noWidth })
      rmSync(join(folder, 'torch.nn.modules.linear.Linear.json'))
      const { code, err, requests } = await expand(folder, () => ['?'])
      expect([code, requests.length]).toEqual([2, 0])
      expect(err).toContain('missing-analysis')
    })
  },
)
