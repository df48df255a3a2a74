// The commands that show what the engine found, with an engine that finds little.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Engine, engine } from '../../src/cli/engine.ts'
import { ledgerOf } from '../../src/cli/ledger.ts'
import { AnalysisError } from '../../src/text/index.ts'
import type { ModelAnalysis, ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli } from './run.ts'
import { validator } from './schemas.ts'

let folder = ''
const saved = process.cwd()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  process.chdir(folder)
  vi.spyOn(engine, 'checkModel').mockResolvedValue(undefined)
  vi.spyOn(engine, 'checkSources').mockResolvedValue(undefined)
})

afterEach(() => {
  process.chdir(saved)
  rmSync(folder, { recursive: true })
  vi.restoreAllMocks()
})

const origin = { sources: [{ package: 'transformers', version: '5.23.0', sha256: null }], config_sha256: null }
const provenance = { tool: 'lm-predictor', version: '', command: '', ...origin } as const

function finds<K extends keyof Engine>(what: K, result: Awaited<ReturnType<Engine[K]>>): void {
  vi.spyOn(engine, what).mockResolvedValue(result as never)
}

describe('inspect', () => {
  const layer = (name: string) => ({
    name,
    class_name: 'm.Layer',
    weights: [],
    parameters: 12,
    children: [
      {
        name: 'up',
        class_name: 'torch.nn.modules.linear.Linear',
        weights: [{ name: 'weight', shape: [4, 3], dtype: 'bf16' }],
        parameters: 12,
        children: [],
      },
    ],
  })
  const root = {
    name: '',
    class_name: 'm.Model',
    weights: [],
    parameters: 24,
    children: [
      { name: 'layers', class_name: 'm.List', weights: [], parameters: 24, children: [layer('0'), layer('1')] },
    ],
  }

  it('shows equal layers once', async () => {
    finds('inspect', { ...origin, id: 'x', root })
    const { code, out } = await cli('inspect', '--model_id', 'x')
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      'x · m.Model · 24 parameters',
      'module   class                           weights            parameters',
      'layers   m.List                                             24',
      '  0 … 1  m.Layer                                            12 × 2',
      '    up   torch.nn.modules.linear.Linear  weight bf16[4, 3]  12',
      '',
    ])
    expect((await cli('inspect', 'x', '--depth', '1')).out).not.toContain('0 … 1')
    expect(validator('inspect')(JSON.parse((await cli('inspect', 'x', '--json')).out))).toEqual([])
  })
})

it('takes the model of --config where no other is given', async () => {
  finds('inspect', {
    ...origin,
    id: 'x',
    root: { name: '', class_name: 'm.M', weights: [], parameters: 0, children: [] },
  })
  expect((await cli('inspect', '--config', 'some.json')).code).toBe(0)
  expect(engine.inspect).toHaveBeenCalledWith(expect.objectContaining({ model: 'some.json', config: 'some.json' }))
})

describe('trace', () => {
  const line = (layer: number) => ({
    phase: 'prefill b1 s2',
    module: `layers.${layer}.up`,
    op: 'aten.mm.default',
    in: ['bf16[2,3]', 'bf16[3,4]'],
    out: ['bf16[2,4]'],
    matmul_flops: 48,
    read: 2n ** 60n,
    write: 16,
    at: 'a.py:1',
    flops: 48,
  })
  beforeEach(() => finds('trace', { ...origin, id: 'x', phase: 'prefill b1 s2', lines: [line(0), line(1)] }))

  it('prints a JSON object a line', async () => {
    const { out } = await cli('trace', 'x', '--format', 'oracle')
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(out).toContain('"read":1152921504606846976,')
  })

  it('prints a table with equal kernels of all layers in one row', async () => {
    const { out } = await cli('trace', 'x')
    expect(out).toMatch(/^layers\.\*\.up +aten\.mm\.default +× 2 +bf16\[2,4\] +48 +1\.15 EB +16 B +a\.py:1$/m)
    expect(out).toContain('2 kernels · 96 FLOPs')
  })

  it('prints or writes one object', async () => {
    await cli('trace', 'x', '--json', '--output', 'trace.json')
    expect(validator('trace')(JSON.parse(readFileSync('trace.json', 'utf8')))).toEqual([])
  })
})

describe('analyze', () => {
  const formulas = {
    flops: '{batch_size} * {hidden_size}',
    matmul_flops: '0',
    memory_access: { read: '1', write: '2' },
    operation: 'square',
    analysis: '',
    line: 7,
    source: 'bundled',
  } as const
  const analysis: ModuleAnalysis = {
    schema_version: 1,
    provenance,
    class_name: 'm.Norm',
    source: { file: 'm.py', line: 3 },
    phase: 'extend',
    sizes: { batch_size: 2, seq_len: 32, cache_len: 32 },
    parameters: [{ name: 'hidden_size', meaning: '', value: 3 }],
    variables: {},
    definitions: {},
    assumptions: [],
    kernels: [{ kernel_type: 'basic', aten: 'aten.pow.Tensor_Scalar', in: [], out: [], ...formulas }],
    lines: [{ line: 7, source: 'return x ** 2', status: 'counted', reason: '' }],
    weights: [],
  }

  it('writes the analysis and the scratchpad, and shows a table', async () => {
    finds('analyze', { analyses: [analysis], scratchpad: '# m.Norm\n' })
    const { code, out } = await cli('analyze', '--module', 'm.Norm')
    expect(code).toBe(0)
    expect(out).toContain('Norm  (hidden_size)  m.py:3')
    expect(out).toMatch(/^ {3}7 {2}aten\.pow\.Tensor_Scalar {2}batch_size\*hidden_size {2}1 {5}2$/m)
    expect(out).toContain(
      '1 kernel on 1 line · 0 lines free · 0 lines not reached  → module_analysis.json, SCRATCHPAD.md',
    )
    const written = JSON.parse(readFileSync('module_analysis.json', 'utf8')) as ModuleAnalysis
    expect(written.provenance.command).toBe('lm-predictor analyze --module m.Norm')
    expect(readFileSync('SCRATCHPAD.md', 'utf8')).toBe('# m.Norm\n')
  })

  it('writes a file a class with --recursive', async () => {
    finds('analyze', { analyses: [analysis, { ...analysis, class_name: 'm.Other' }], scratchpad: '' })
    expect((await cli('analyze', '--module', 'm.Norm', '--recursive', '--output', 'deep/results')).code).toBe(0)
    expect(readdirSync('deep/results').sort()).toEqual(['SCRATCHPAD.md', 'm.Norm.json', 'm.Other.json'])
  })

  it('leaves a scratchpad that says what stopped it', async () => {
    const error = Object.assign(new AnalysisError('unsupported-op', 'torch.ops.x'), { scratchpad: 'stopped\n' })
    vi.spyOn(engine, 'analyze').mockRejectedValue(error)
    const { code, err } = await cli('analyze', '--module', 'm.Norm')
    expect([code, err.split('\n')[0]]).toEqual([3, 'error unsupported-op: torch.ops.x'])
    expect(readdirSync('.')).toEqual(['SCRATCHPAD.md'])
  })

  it('says when it cannot write', async () => {
    finds('analyze', { analyses: [analysis], scratchpad: '' })
    const { code, err } = await cli('analyze', '--module', 'm.Norm', '--output', 'none/a.json')
    expect([code, err.split('\n')[0]]).toEqual([2, 'error write-failed: none/a.json: the folder does not exist'])
  })
})

describe('expand', () => {
  const costs = { flops: '0', matmul_flops: '0', memory_access: { read: '0', write: '0' } }
  const expanded: ModelAnalysis = {
    schema_version: 1,
    provenance,
    class_name: 'm.Norm',
    phase: 'extend',
    sizes: { batch_size: 2, seq_len: 32, cache_len: 32 },
    variables: {},
    definitions: {},
    assumptions: [],
    totals: costs,
    by_class: {},
    root: {
      kernel_type: 'composite',
      class_name: 'm.Norm',
      module: '',
      operation: '',
      line: null,
      repeat: 1,
      ...costs,
      sub_kernels: [],
    },
  }

  it('hands the folder over and writes the result', async () => {
    finds('expand', {
      analysis: expanded,
      scratchpad: '',
    })
    const { code, out } = await cli('expand', '--model', 'm.Norm', '--module-analysis', '.')
    expect([code, out]).toEqual([0, 'm.Norm  → model_analysis.json, SCRATCHPAD.md\n'])
  })

  it('reports everything that is missing', async () => {
    const { code, err } = await cli('expand')
    expect([code, err.match(/^error/gm)?.length]).toEqual([2, 2])
    expect((await cli('expand', '--model', 'm', '--module-analysis', 'nowhere')).err).toContain(
      'error bad-file: nowhere: there is no such folder',
    )
  })
})

describe('annotate', () => {
  const lines = [
    { line: 3, text: 'def forward(self, x):', status: 'plain', kernels: 0, flops: 0, bytes: 0 },
    { line: 4, text: '    y = self.up(x)', status: 'counted', kernels: 1, flops: 48, bytes: 64, seconds: 2e-6 },
    { line: 5, text: '    return y.view(-1)', status: 'free', kernels: 0, flops: 0, bytes: 0 },
  ] as const

  it('puts costs into the margin', async () => {
    finds('annotate', { ...origin, forward: { file: 'a/m.py', name: 'MLP.forward', repeat: 32, lines } })
    const { out } = await cli('annotate', 'x', '--hardware', 'h100-sxm')
    expect(out.split('\n').slice(0, 5)).toEqual([
      'a/m.py  MLP.forward  × 32',
      ' time  FLOPs  bytes',
      '                     3  def forward(self, x):',
      '100 %     48   64 B  4      y = self.up(x)',
      ' free                5      return y.view(-1)',
    ])
    expect(validator('annotate')(JSON.parse((await cli('annotate', 'x', '--json')).out))).toEqual([])
  })
})

describe('verify', () => {
  it('exits with 1 when there is a difference', async () => {
    finds('verify', { ...origin, against: 'torch 2.13.0', kernels: 3, differences: [] })
    expect(await cli('verify', 'x')).toEqual({
      code: 0,
      out: 'equal: 3 kernels, as launched by torch 2.13.0\n',
      err: '',
    })
    finds('verify', {
      ...origin,
      against: 'torch 2.13.0',
      kernels: 3,
      differences: [{ index: 2, ours: 'a', theirs: undefined }],
    })
    const { code, out } = await cli('verify', 'x')
    expect([code, out]).toEqual([
      1,
      '1 of 3 kernels differ from torch 2.13.0\nkernel 2\n  PyTorch  none\n  this     a\n',
    ])
    expect(validator('verify')(JSON.parse((await cli('verify', 'x', '--json')).out))).toEqual([])
  })
})

describe('coverage', () => {
  const types = ['llama', 'gpt2', 'nosuch'].map((modelType) => {
    return { kind: 'causal', modelType, className: `transformers.models.${modelType}.Model` } as const
  })
  const recorded = ledgerOf('5.23.0')?.types.find((t) => t.kind === 'causal' && t.model_type === 'llama')?.calls ?? []

  function covers(cover: Engine['cover']): void {
    finds('modelTypes', { ...origin, version: '5.23.0', types })
    vi.spyOn(engine, 'cover').mockImplementation(cover)
  }

  it('says which types are equal to what was recorded, which run, and what stops the rest', async () => {
    covers((_, { className: model }) => {
      if (model.includes('llama')) return Promise.resolve(recorded.map((call) => ({ ...call })))
      const span = { file: 'models/gpt2/modeling_gpt2.py', line: 12 }
      if (model.includes('gpt2')) throw new AnalysisError('unsupported-op', 'op aten.x', { span })
      return Promise.resolve([{ phase: 'prefill b1 s32', kernels: 4, digest: '0123456789abcdef' }])
    })
    const { code, out, err } = await cli('coverage', '--workers', '2')
    expect([code, err]).toEqual([0, ''])
    const kernels = recorded.reduce((n, c) => n + c.kernels, 0).toLocaleString('en')
    const row = ['causal language models', '3', '1', '0', '1', '1', '0', kernels]
    expect(out.split('\n')[3]?.split(/ {2,}/)).toEqual(row)
    expect(out).toContain('gpt2: op aten.x (models/gpt2/modeling_gpt2.py:12)')
    expect((await cli('coverage', '--format', 'markdown')).out).toContain(`| ${row.join(' | ')} |`)
    expect(validator('coverage')(JSON.parse((await cli('coverage', '--json')).out))).toEqual([])
  })

  it('exits with 1 when one differs, and names the call', async () => {
    covers(() => Promise.resolve(recorded.map((call, i) => (i === 1 ? { ...call, digest: '0'.repeat(16) } : call))))
    const { code, out } = await cli('coverage', '--filter', '^llama$')
    expect([code, out.split('\n').slice(-3, -1)]).toEqual([1, ['different', `  llama: ${recorded[1]?.phase ?? ''}`]])
  })

  it('takes only a regular expression that matches something as a filter', async () => {
    covers(() => Promise.resolve([]))
    const { code, err } = await cli('coverage', '--filter', '(')
    expect([code, err.split('\n')[0]]).toEqual([2, 'error bad-option: --filter (: expected a regular expression'])
    const nothing = await cli('coverage', '--filter', 'gtp')
    expect([nothing.code, nothing.err.split('\n')[0]]).toEqual([
      2,
      'error bad-option: no model type of transformers 5.23.0 matches gtp',
    ])
  })

  it('is made from the user\u2019s own PyTorch by verify --all', async () => {
    covers(() => Promise.resolve([]))
    const verify = vi.spyOn(engine, 'verify').mockResolvedValue({
      ...{ ...origin, against: 'torch 2.13.0, transformers 5.23.0', kernels: 3 },
      differences: [{ index: 2, ours: 'a', theirs: undefined }],
    })
    const { code, out } = await cli('verify', '--all', '--filter', 'llama|nosuch')
    expect(verify.mock.calls.map(([model, call]) => [model.model, call.seq])).toEqual([
      ['transformers.models.llama.Model', 7],
      ['transformers.models.nosuch.Model', 32],
    ])
    expect([code, out.split('\n').slice(-4, -1)]).toEqual([
      1,
      ['different', '  llama: prefill b1 s7', '  nosuch: 1 × 32 tokens'],
    ])
  })
})
