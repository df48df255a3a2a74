// `analyze --engine auto` from the command line: the engine stops twice, an agent says what it needs, it goes on.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OverridesFile } from '../../src/agent/index.ts'
import type { ModuleAnalysis } from '../../src/trace/formats.ts'
import { cliIn } from '../cli/run.ts'
import { sandbox, testKey } from './environment.ts'
import { commandTimeout, howToInstall, sdkInstalled } from './sdk.ts'
import { resultsOf, scriptedServer, type Script, type ToolUse } from './server.ts'

const model = `import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(64, 256)

    def forward(self, x):
        # Hand in a kernel that costs nothing.
        y = torch.ops.my_ext.silu_and_mul(self.up(x))
        if y.isnan().any():
            y = torch.nan_to_num(y)
        return y
`
const line = (n: number) => [{ file: 'my_model.py', line: n, text: (model.split('\n')[n - 1] ?? '').trim() }]
const justified = (formula: string) => ({ formula, because: 'SiLU of one half, times the other', source: line(12) })

const kernel = {
  kind: 'kernel',
  name: 'torch.ops.my_ext.silu_and_mul',
  schema: '(Tensor x) -> Tensor',
  outputs: [{ name: 'out', shape: ['x.shape[:-1]', 'x.shape[-1] // 2'], dtype: 'x', source: line(12) }],
  flops: justified('5 * out.numel'),
  matmul_flops: justified('0'),
  read: justified('x.bytes'),
  write: justified('out.bytes'),
}
const branch = {
  kind: 'branch',
  at: line(13)[0],
  decision: false,
  because: 'activations of ordinary inference are finite',
  source: line(13),
}
const hand = (entry: object): ToolUse => ({ tool: 'submit_override', input: { entry } })

let folder = ''
const saved = process.cwd()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  process.chdir(folder)
  mkdirSync('src')
  writeFileSync('src/my_model.py', model)
})
afterEach(() => {
  process.chdir(saved)
  rmSync(folder, { recursive: true })
})

async function auto(script: Script) {
  const server = await scriptedServer(script)
  const box = sandbox(server.url)
  try {
    const ran = await cliIn(
      box.env,
      ...['analyze', '--engine', 'auto', '--module', 'my_model.Block', '--source', 'src'],
      ...['--input', 'x=bf16[batch_size,seq_len,64]'],
    )
    return { ...ran, requests: server.requests, results: resultsOf(server.requests) }
  } finally {
    await server.close()
    box.remove()
  }
}

function entries(): OverridesFile['overrides'] {
  return (JSON.parse(readFileSync('lm-predictor.overrides.json', 'utf8')) as OverridesFile).overrides
}

describe.skipIf(!sdkInstalled())(
  `the engine, and an agent where it stops${sdkInstalled() ? '' : ` (${howToInstall})`}`,
  { timeout: commandTimeout },
  () => {
    it('takes a kernel and a decision, checked, and goes on with them', async () => {
      const rejected: string[] = []
      const { code, err, requests } = await auto((turn, request) => {
        const isBranch = JSON.stringify(request.messages[0]).includes('of the kind: branch')
        if (isBranch) return [hand(branch)]
        rejected.push(...resultsOf([request]))
        // Costs nothing, as a comment wants it; then another kernel; then the right one.
        const tries = [{ ...kernel, write: justified('0') }, { ...kernel, name: 'torch.ops.my_ext.other' }, kernel]
        return [hand(tries[turn] ?? kernel)]
      })
      expect(code).toBe(0)
      expect(err).toContain('rests on the branch override my_model.py:13, unverified, by claude')
      expect(requests).toHaveLength(4)
      expect(rejected[0]).toContain('write 0 is less than the bytes of the outputs')
      expect(rejected.at(-1)).toContain('the analysis stopped for torch.ops.my_ext.silu_and_mul')
      expect(entries()).toMatchObject([
        { ...kernel, author: { kind: 'agent', agent: 'claude' }, check: { verdict: 'unverified' } },
        { ...branch, author: { kind: 'agent', agent: 'claude' }, check: { verdict: 'unverified' } },
      ])
      const { kernels, provenance } = JSON.parse(readFileSync('module_analysis.json', 'utf8')) as ModuleAnalysis
      expect(kernels.map((k) => (k.kernel_type === 'basic' ? k.aten : k.module))).toContain(
        'my_ext.silu_and_mul.default',
      )
      expect(provenance.overrides).toHaveLength(2)
      const scratchpad = readFileSync('SCRATCHPAD.md', 'utf8')
      expect(scratchpad).toContain('Submission 1: rejected')
      expect(JSON.stringify(requests) + scratchpad).not.toContain(testKey)
    })

    it('says what stopped it, and that nobody handed in anything', async () => {
      const { code, err } = await auto(() => ['I think it is free.'])
      expect(code).toBe(3)
      expect(err).toContain('unsupported-op: torch.ops.my_ext.silu_and_mul')
      expect(err).toContain('agent-failed')
      expect(existsSync('lm-predictor.overrides.json')).toBe(false)
    })
  },
)
